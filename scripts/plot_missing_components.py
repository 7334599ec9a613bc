"""The three analyses beside each other, and observed beside imputed values."""

from crlm import figure_imputation, figure_missing_components, logs, storage, style

logs.to_file(snakemake.log[0])
params, output = snakemake.params, snakemake.output

comparison = figure_missing_components.plot_comparison(
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
