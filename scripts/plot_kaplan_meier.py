"""Kaplan-Meier curves of every grouping, and the cumulative incidence of each event for endpoints with more than one."""

from crlm.analyses.kaplan_meier.figure import plot_kaplan_meier
from crlm.analyses.kaplan_meier.figure_incidence import plot_incidence
from crlm.analyses.kaplan_meier.figure_incidence_groups import plot_incidence_groups
from crlm.display import formats, privacy, style
from crlm.job import logs, storage

logs.to_file(snakemake.log[0])
formats.use(snakemake.params.number_style, snakemake.input.code)
params, files = snakemake.params, snakemake.input

names = ("curves", "summary", "tests", "landmarks", "ratios", "incidence", "incidence_tests")
for place, (key, endpoint) in enumerate(params.endpoints.items()):
    read = {name: storage.read_table(files[name][place]) for name in names}
    for name in ("curves", "incidence"):
        read[name] = privacy.join_weeks(read[name], params.small_cells)
    for name, grouping in params.groupings.items():
        mine = {part: table[table["grouping"] == name] for part, table in read.items()}
        shown = grouping, endpoint, params.output
        paths = snakemake.output[f"kaplan_meier_{place}_{name}"]
        style.set_page(paths, params.widths)
        beside = {"synthetic": params.synthetic} | {
            part: mine[part] for part in ("landmarks", "ratios")
        }
        figure = plot_kaplan_meier(*(mine[part] for part in names[:3]), *shown, **beside)
        style.save_all(figure, paths, params.small_cells)
        if key in params.competing and name in params.incidence:
            parts = ("incidence", "curves", "incidence_tests")[: 2 if name == "overall" else 3]
            plot = plot_incidence if name == "overall" else plot_incidence_groups
            paths = snakemake.output[f"incidence_{key}_{name}"]
            style.set_page(paths, params.widths)
            figure = plot(*(mine[part] for part in parts), *shown, params.synthetic)
            style.save_all(figure, paths, params.small_cells)
