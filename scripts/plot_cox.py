"""Hazard ratios, proportional hazards and effects within subgroups."""

from crlm.analyses.cox import figure as figure_forest
from crlm.analyses.cox import figure_hazards, figure_splines, figure_subgroups
from crlm.display import formats, style
from crlm.job import logs, storage

logs.to_file(snakemake.log[0])
formats.use(snakemake.params.number_style)
params = snakemake.params
names = ("coefficients", "models", "ph", "schoenfeld", "subgroups")
cox, models, ph, schoenfeld, subgroups = (storage.read_table(snakemake.input[n]) for n in names)

shared = {"variables": params.variables, "endpoint": params.endpoint, "synthetic": params.synthetic}
few = {"small_cells": params.small_cells}
for name in params.forests:
    model = {"model": name, "models": params.models, "statistics": models}
    style.set_page(snakemake.output[f"forest_{name}"], params.widths)
    figure = figure_forest.plot_forest(cox, **model, **shared, **few)
    style.save_all(figure, snakemake.output[f"forest_{name}"], params.small_cells)
for name in params.multivariable:
    style.set_page(snakemake.output[f"ph_{name}"], params.widths)
    figure = figure_hazards.plot_proportional_hazards(
        *(table[table["model"] == name] for table in (schoenfeld, ph, cox)),
        model=params.models[name],
        **shared,
    )
    style.save_all(figure, snakemake.output[f"ph_{name}"], params.small_cells)
for name in params.curved:
    tests, curves = (
        storage.read_table(snakemake.input[n]) for n in ("spline_terms", "spline_curves")
    )
    style.set_page(snakemake.output[f"splines_{name}"], params.widths)
    figure = figure_splines.plot_splines(
        *(table[table["model"] == name] for table in (tests, curves)),
        model=params.models[name] | {"alone": name == "univariable"},
        **shared,
    )
    style.save_all(figure, snakemake.output[f"splines_{name}"], params.small_cells)
for name, analysis in params.subgroups.items():
    rows = subgroups[subgroups["analysis"] == name]
    style.set_page(snakemake.output[f"subgroups_{name}"], params.widths)
    figure = figure_subgroups.plot_subgroups(rows, analysis, **shared, **few)
    style.save_all(figure, snakemake.output[f"subgroups_{name}"], params.small_cells)
