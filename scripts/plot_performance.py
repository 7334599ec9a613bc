"""Ranking of the predictors, their calibration and decision curves."""

from crlm import figure_calibration, figure_decision, figure_performance, logs, storage, style

logs.to_file(snakemake.log[0])
params = snakemake.params
names = ("performance", "optimism", "calibration", "curves", "decision")
tables = {name: storage.read_table(snakemake.input[name]) for name in names}
labels = {name: spec["label"] for name, spec in params.predictors.items()}
shared = {"labels": labels, "endpoint": params.endpoint, "synthetic": params.synthetic}

figure = figure_performance.plot_ranking(tables["performance"], **shared)
style.save_all(figure, snakemake.output.ranking)
figure = figure_calibration.plot_calibration(
    *(tables[name] for name in ("calibration", "curves", "optimism")), **shared
)
style.save_all(figure, snakemake.output.calibration)
figure = figure_decision.plot_decision(tables["decision"], **shared)
style.save_all(figure, snakemake.output.decision)
