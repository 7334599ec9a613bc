"""Ranking of the predictors."""

from crlm import figure_performance, logs, storage, style

logs.to_file(snakemake.log[0])
params = snakemake.params

figure = figure_performance.plot_ranking(
    storage.read_table(snakemake.input.performance),
    {name: spec["label"] for name, spec in params.predictors.items()},
    params.endpoint,
    synthetic=params.synthetic,
)
style.save_all(figure, snakemake.output.ranking)
