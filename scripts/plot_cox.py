"""Hazard ratios, proportional hazards and effects within subgroups."""

from crlm import figure_forest, figure_proportional_hazards, logs, storage, style

logs.to_file(snakemake.log[0])
params = snakemake.params
names = ("coefficients", "models", "ph", "schoenfeld", "subgroups")
cox, models, ph, schoenfeld, subgroups = (storage.read_table(snakemake.input[n]) for n in names)

shared = {"variables": params.variables, "endpoint": params.endpoint, "synthetic": params.synthetic}
figure = figure_forest.plot_forest(cox, models=params.models, **shared)
style.save_all(figure, snakemake.output.univariable)
for name in params.multivariable:
    figure = figure_forest.plot_forest(
        cox, model=name, models=params.models, statistics=models, **shared
    )
    style.save_all(figure, snakemake.output[f"forest_{name}"])
    figure = figure_proportional_hazards.plot_proportional_hazards(
        *(table[table["model"] == name] for table in (schoenfeld, ph, cox)),
        model=params.models[name],
        **shared,
    )
    style.save_all(figure, snakemake.output[f"ph_{name}"])
for name, analysis in params.subgroups.items():
    rows = subgroups[subgroups["analysis"] == name]
    figure = figure_forest.plot_subgroups(rows, analysis, **shared)
    style.save_all(figure, snakemake.output[f"subgroups_{name}"])
