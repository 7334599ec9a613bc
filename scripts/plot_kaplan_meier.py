"""Kaplan-Meier curves, but those of two groups that a Cox model compares; cumulative incidence where there are several events."""

from functools import partial

from crlm.analyses.kaplan_meier.figure import plot_kaplan_meier
from crlm.analyses.kaplan_meier.figure_incidence import plot_incidence
from crlm.analyses.kaplan_meier.figure_incidence_groups import plot_incidence_groups
from crlm.display import formats, privacy, style
from crlm.job import logs, storage

logs.to_file(snakemake.log[0])
formats.use(snakemake.params.number_style, snakemake.input.code)
params, files = snakemake.params, snakemake.input

names = ("curves", "incidence", "summary", "tests", "landmarks", "incidence_tests")
for place, (key, endpoint) in enumerate(params.endpoints.items()):
    read = (storage.read_table(files[name][place]) for name in names)
    curves, incidence, *others = read
    tables = [privacy.join_weeks(table, params.small_cells) for table in (curves, incidence)]
    figures = {}
    for name, grouping in params.groupings.items():
        mine = [table[table["grouping"] == name] for table in (tables[0], *others[:2])]
        shown = {"landmarks": others[2][others[2]["grouping"] == name]}
        shown |= {"synthetic": params.synthetic}
        drawn = partial(plot_kaplan_meier, *mine, grouping, endpoint, params.output, **shown)
        figures[f"kaplan_meier_{place}_{name}"] = drawn
    for name, grouping in params.incidence.items() if key in params.competing else ():
        incident, shown, tests = (
            table[table["grouping"] == name] for table in (tables[1], tables[0], others[3])
        )
        shared = grouping, endpoint, params.output, params.synthetic
        drawn = partial(plot_incidence_groups, incident, shown, tests, *shared)
        if name == "overall":
            drawn = partial(plot_incidence, incident, shown, *shared)
        figures[f"cumulative_incidence_{place}_{name}"] = drawn
    for name, draw in figures.items():
        style.set_page(snakemake.output[name], params.widths)
        style.save_all(draw(), snakemake.output[name], params.small_cells)
