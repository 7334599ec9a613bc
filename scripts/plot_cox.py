"""Hazard ratios, proportional hazards and effects within subgroups."""

from crlm.analyses.cox import figure as figure_forest
from crlm.analyses.cox import figure_hazards, figure_splines, figure_subgroups
from crlm.display import formats, style
from crlm.job import logs, storage

logs.to_file(snakemake.log[0])
formats.use(snakemake.params.number_style)
params, few = snakemake.params, {"small_cells": snakemake.params.small_cells}
names = ("coefficients", "models", "ph", "schoenfeld", "subgroups")
if params.curved:
    names += ("spline_terms", "spline_curves")

for place, endpoint in enumerate(params.endpoints.values()):
    read = {name: storage.read_table(snakemake.input[name][place]) for name in names}
    cox, models, ph, schoenfeld, subgroups, *splines = read.values()
    shared = {"variables": params.variables, "synthetic": params.synthetic, "endpoint": endpoint}
    figures = {}
    for name in params.forests:
        model = {"model": name, "models": params.models, "statistics": models}
        figures[f"forest_{place}_{name}"] = figure_forest.plot_forest(cox, **model, **shared, **few)
    for name in params.multivariable:
        mine = [table[table["model"] == name] for table in (schoenfeld, ph, cox)]
        drawn = figure_hazards.plot_proportional_hazards(*mine, model=params.models[name], **shared)
        figures[f"proportional_hazards_{place}_{name}"] = drawn
    for name in params.curved:
        mine = [table[table["model"] == name] for table in splines]
        model = params.models[name] | {"alone": name == "univariable"}
        drawn = figure_splines.plot_splines(*mine, model=model, **shared)
        figures[f"splines_{place}_{name}"] = drawn
    for name, analysis in params.subgroups.items():
        rows = subgroups[subgroups["analysis"] == name]
        drawn = figure_subgroups.plot_subgroups(rows, analysis, **shared, **few)
        figures[f"subgroups_{place}_{name}"] = drawn
    for name, figure in figures.items():
        style.save_all(figure, snakemake.output[name], params.small_cells)
