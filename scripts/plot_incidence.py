"""Cumulative incidence of each event of one endpoint in the whole cohort."""

from crlm.analyses.kaplan_meier import figure_incidence
from crlm.display import privacy, style
from crlm.job import logs, storage

logs.to_file(snakemake.log[0])
params = snakemake.params

names = ("incidence", "curves")
read = [storage.read_table(snakemake.input[name]) for name in names]
tables = [privacy.join_weeks(table, params.small_cells) for table in read]
figure = figure_incidence.plot_incidence(
    *(table[table["grouping"] == "overall"] for table in tables),
    params.grouping,
    params.endpoint,
    params.output,
    synthetic=params.synthetic,
)
style.save_all(figure, snakemake.output.incidence, params.small_cells)
