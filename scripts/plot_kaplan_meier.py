"""Kaplan-Meier curves of every grouping."""

from crlm.analyses.kaplan_meier import figure as figure_kaplan_meier
from crlm.display import privacy, style
from crlm.job import logs, storage

logs.to_file(snakemake.log[0])
params = snakemake.params

names = ("curves", "summary", "tests", "landmarks", "cox")
curves, *others, landmarks, cox = (storage.read_table(snakemake.input[name]) for name in names)
tables = [privacy.join_weeks(curves, params.small_cells), *others]
for name, grouping in params.groupings.items():
    figure = figure_kaplan_meier.plot_kaplan_meier(
        *(table[table["grouping"] == name] for table in tables),
        grouping,
        params.endpoint,
        params.output,
        synthetic=params.synthetic,
        landmarks=landmarks[landmarks["grouping"] == name],
        cox=cox,
    )
    style.save_all(figure, snakemake.output[f"curves_{name}"], params.small_cells)
