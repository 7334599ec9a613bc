"""Hazard ratios, proportional hazards and effects within subgroups."""

from functools import partial

from crlm.analyses.cox.figure import plot_forest
from crlm.analyses.cox.figure_hazards import plot_proportional_hazards
from crlm.analyses.cox.figure_splines import plot_splines
from crlm.analyses.cox.figure_subgroups import plot_subgroups
from crlm.display import formats, style
from crlm.job import logs, storage

logs.to_file(snakemake.log[0])
formats.use(snakemake.params.number_style, snakemake.input.code)
params = snakemake.params
names = ("coefficients", "models", "ph", "schoenfeld", "subgroups")
names += ("spline_terms", "spline_curves") if params.curved else ()

for place, endpoint in enumerate(params.endpoints.values()):
    read = {name: storage.read_table(snakemake.input[name][place]) for name in names}
    cox, models, ph, schoenfeld, subgroups, *splines = read.values()
    shared = {"variables": params.variables, "synthetic": params.synthetic, "endpoint": endpoint}
    shared["small_cells"] = params.small_cells
    figures = {}
    for name in params.forests:
        model = {"model": name, "models": params.models, "statistics": models}
        figures[f"forest_{place}_{name}"] = partial(plot_forest, cox, **model, **shared)
    for name in params.multivariable:
        mine = [table[table["model"] == name] for table in (schoenfeld, ph, cox)]
        drawn = partial(plot_proportional_hazards, *mine, model=params.models[name], **shared)
        figures[f"proportional_hazards_{place}_{name}"] = drawn
    for name in params.curved:
        mine = [table[table["model"] == name] for table in splines]
        drawn = partial(plot_splines, *mine, model=params.models[name], **shared)
        figures[f"splines_{place}_{name}"] = drawn
    for name, analysis in params.subgroups.items():
        drawn = subgroups[subgroups["analysis"] == name], analysis
        figures[f"subgroups_{place}_{name}"] = partial(plot_subgroups, *drawn, **shared)
    for name, draw in figures.items():
        style.set_page(snakemake.output[name], params.widths)
        style.save_all(draw(), snakemake.output[name], params.small_cells)
