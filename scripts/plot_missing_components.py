"""The three analyses beside each other, and observed beside imputed values."""

from crlm.analyses.missing_components import figure, figure_imputation
from crlm.display import style
from crlm.job import logs, storage

logs.to_file(snakemake.log[0])
params, output = snakemake.params, snakemake.output

comparison = figure.plot_comparison(
    storage.read_table(snakemake.input.estimates),
    {name: spec["label"] for name, spec in params.scores.items()},
    params.endpoint,
    synthetic=params.synthetic,
)
style.save_all(comparison, output.comparison)
imputation = figure_imputation.plot_imputation(
    storage.read_table(snakemake.input.imputation),
    params.variables,
    params.endpoint,
    synthetic=params.synthetic,
)
style.save_all(imputation, output.imputation)
