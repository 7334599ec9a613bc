"""Ranking of the predictors, their differences, calibration and decision curves."""

from functools import partial

from crlm.analyses.performance import figure as figure_performance
from crlm.analyses.performance import figure_calibration, figure_decision, figure_differences
from crlm.analyses.reclassification.figure import plot_reclassification
from crlm.display import formats, privacy, style
from crlm.job import logs, storage

logs.to_file(snakemake.log[0])
formats.use(snakemake.params.number_style, snakemake.input.code)
params, files = snakemake.params, snakemake.input
names = ("performance", "differences", "optimism", "calibration", "curves", "decision")
labels = {name: spec["label"] for name, spec in params.predictors.items()}

for place, endpoint in enumerate(params.endpoints.values()):
    tables = {name: storage.read_table(files[name][place]) for name in names}
    by = ["predictor", "horizon", "source", "kind"]
    tables["curves"] = privacy.hide_bars(tables["curves"], params.small_cells, by)
    shared = {"labels": labels, "endpoint": endpoint, "synthetic": params.synthetic}
    figures = {}
    if params.predictors:
        curves = (tables[name] for name in ("calibration", "curves", "optimism"))
        figures = {
            "ranking": partial(figure_performance.plot_ranking, tables["performance"], **shared),
            "calibration": partial(figure_calibration.plot_calibration, *curves, **shared),
            "decision": partial(figure_decision.plot_decision, tables["decision"], **shared),
        }
    if len(params.predictors) > 1:
        plot = figure_differences.plot_differences
        figures["differences"] = partial(plot, tables["differences"], **shared)
    if params.comparisons:
        flows = storage.read_table(files.flows[place])
        drawn = params.comparisons, endpoint, params.synthetic, params.small_cells
        figures["reclassification"] = partial(plot_reclassification, flows, *drawn)
    for name, draw in figures.items():
        style.set_page(snakemake.output[f"{name}_{place}"], params.widths)
        style.save_all(draw(), snakemake.output[f"{name}_{place}"], params.small_cells)
