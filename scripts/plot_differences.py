"""Every predictor against every other: differences and adjusted p-values."""

from crlm import figure_differences, logs, storage, style

logs.to_file(snakemake.log[0])
params = snakemake.params

figure = figure_differences.plot_differences(
    storage.read_table(snakemake.input.differences),
    {name: spec["label"] for name, spec in params.predictors.items()},
    params.endpoint,
    synthetic=params.synthetic,
)
style.save_all(figure, snakemake.output.differences)
