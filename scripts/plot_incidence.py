"""Cumulative incidence of each event of one endpoint in the whole cohort."""

from crlm import figure_incidence, logs, storage, style

logs.to_file(snakemake.log[0])
params = snakemake.params

names = ("incidence", "curves")
tables = [storage.read_table(snakemake.input[name]) for name in names]
figure = figure_incidence.plot_incidence(
    *(table[table["grouping"] == "overall"] for table in tables),
    params.grouping,
    params.endpoint,
    params.output,
    synthetic=params.synthetic,
)
style.save_all(figure, snakemake.output.incidence)
