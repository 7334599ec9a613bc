"""Cumulative incidence of each event in the whole cohort, for every endpoint with more than one."""

from crlm.analyses.kaplan_meier import figure_incidence
from crlm.display import formats, privacy, style
from crlm.job import logs, storage

logs.to_file(snakemake.log[0])
formats.use(snakemake.params.number_style)
params, files = snakemake.params, snakemake.input

for place, (name, endpoint) in enumerate(params.endpoints.items()):
    read = [storage.read_table(files[part][place]) for part in ("incidence", "curves")]
    tables = [privacy.join_weeks(table, params.small_cells) for table in read]
    figure = figure_incidence.plot_incidence(
        *(table[table["grouping"] == "overall"] for table in tables),
        params.grouping,
        endpoint,
        params.output,
        synthetic=params.synthetic,
    )
    style.save_all(figure, snakemake.output[f"figure_{name}"], params.small_cells)
