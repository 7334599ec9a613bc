"""Cumulative incidence of each event, in the whole cohort and by group, for every endpoint with more than one."""

from crlm.analyses.kaplan_meier.figure_incidence import plot_incidence
from crlm.analyses.kaplan_meier.figure_incidence_groups import plot_incidence_groups
from crlm.display import formats, privacy, style
from crlm.job import logs, storage

logs.to_file(snakemake.log[0])
formats.use(snakemake.params.number_style, snakemake.input.code)
params, files = snakemake.params, snakemake.input

for place, endpoint in enumerate(params.endpoints.values()):
    read = [storage.read_table(files[part][place]) for part in ("incidence", "curves", "tests")]
    tables = [privacy.join_weeks(table, params.small_cells) for table in read[:2]]
    for name, grouping in params.groupings.items():
        mine = [table[table["grouping"] == name] for table in [*tables, read[2]]]
        shared = grouping, endpoint, params.output, params.synthetic
        style.set_page(snakemake.output[f"figure_{place}_{name}"], params.widths)
        figure = (
            plot_incidence(*mine[:2], *shared)
            if name == "overall"
            else plot_incidence_groups(*mine, *shared)
        )
        style.save_all(figure, snakemake.output[f"figure_{place}_{name}"], params.small_cells)
