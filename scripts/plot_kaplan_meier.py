"""Kaplan-Meier curves of every grouping; cumulative incidence of each event where an endpoint has several."""

from functools import partial

from crlm.analyses.kaplan_meier.figure import plot_kaplan_meier
from crlm.analyses.kaplan_meier.figure_incidence import plot_incidence
from crlm.analyses.kaplan_meier.figure_incidence_groups import plot_incidence_groups
from crlm.display import formats, privacy, style
from crlm.job import logs, storage

logs.to_file(snakemake.log[0])
formats.use(snakemake.params.number_style, snakemake.input.code)
params, files = snakemake.params, snakemake.input
settings, synthetic = params.output, params.synthetic

names = ("curves", "incidence", "summary", "tests", "landmarks", "ratios", "incidence_tests")
for place, (key, endpoint) in enumerate(params.endpoints.items()):
    tables = {name: storage.read_table(files[name][place]) for name in names}
    for name in names[:2]:
        tables[name] = privacy.join_weeks(tables[name], params.small_cells)
    figures = {}
    for name, grouping in params.groupings.items():
        of = {part: table[table["grouping"] == name] for part, table in tables.items()}
        mine = of["curves"], of["summary"], of["tests"], grouping, endpoint, settings
        shown = {"synthetic": synthetic, "landmarks": of["landmarks"], "ratios": of["ratios"]}
        figures[f"kaplan_meier_{place}_{name}"] = partial(plot_kaplan_meier, *mine, **shown)
        if name not in params.incidence or key not in params.competing:
            continue
        mine, shared = (of["incidence"], of["curves"]), (grouping, endpoint, settings, synthetic)
        drawn = partial(plot_incidence_groups, *mine, of["incidence_tests"], *shared)
        if name == "overall":
            drawn = partial(plot_incidence, *mine, *shared)
        figures[f"cumulative_incidence_{place}_{name}"] = drawn
    for name, draw in figures.items():
        style.set_page(snakemake.output[name], params.widths)
        style.save_all(draw(), snakemake.output[name], params.small_cells)
