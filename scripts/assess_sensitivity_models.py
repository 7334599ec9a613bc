"""Penalised Cox models, random survival forest and gradient boosting beside the plan's models, with a figure per model."""

import pandas as pd
from crlm.analyses.sensitivity_models import estimate, figure
from crlm.display import formats, style
from crlm.job import logs, storage

logs.to_file(snakemake.log[0])
formats.use(snakemake.params.number_style, snakemake.input.code)
params, output = snakemake.params, snakemake.output
settings, names = params.sensitivity_models, ("models", "differences", "importance")

cohort = pd.read_parquet(snakemake.input.cohort)
for place, (endpoint, spec) in enumerate(params.endpoints.items()):
    found = estimate.assess_sensitivity_models(cohort, endpoint, settings, params.seed)
    for name, table in zip(names, found, strict=True):
        storage.write_table(table, output[name][place])
    tables = [storage.read_table(output[name][place]) for name in names]
    for name, model in settings["models"].items() if endpoint in settings["endpoints"] else ():
        figures = output[f"sensitivity_models_{place}_{name}"]
        style.set_page(figures, params.widths)
        shown = figure.plot_sensitivity(
            *(table[table["model"] == name] for table in tables),
            model=model,
            against=settings["against"],
            variables=params.variables,
            endpoint=spec,
            synthetic=params.synthetic,
        )
        style.save_all(shown, figures, params.small_cells)
