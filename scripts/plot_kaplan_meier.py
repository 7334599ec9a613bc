"""Kaplan-Meier curves of every grouping."""

from crlm.analyses.kaplan_meier import figure as figure_kaplan_meier
from crlm.display import formats, privacy, style
from crlm.job import logs, storage

logs.to_file(snakemake.log[0])
formats.use(snakemake.params.number_style)
params = snakemake.params

names = ("curves", "summary", "tests")
curves, *others = (storage.read_table(snakemake.input[name]) for name in names)
tables = [privacy.join_weeks(curves, params.small_cells), *others]
for name, grouping in params.groupings.items():
    figure = figure_kaplan_meier.plot_kaplan_meier(
        *(table[table["grouping"] == name] for table in tables),
        grouping,
        params.endpoint,
        params.output,
        synthetic=params.synthetic,
    )
    style.save_all(figure, snakemake.output[f"curves_{name}"], params.small_cells)
