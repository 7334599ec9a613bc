"""Hazard ratios of growth patterns, the cohort's own beside published ones, and a forest of them."""

import pandas as pd
from crlm.analyses.pattern_hazards import estimate, figure
from crlm.display import formats, style
from crlm.job import logs, storage

logs.to_file(snakemake.log[0])
formats.use(snakemake.params.number_style, snakemake.input.code)
params, output = snakemake.params, snakemake.output

cohort = pd.read_parquet(snakemake.input.cohort)
for (name, endpoint), file in zip(params.endpoints.items(), output.hazards, strict=True):
    contrasts = params.contrasts.get(name, [])
    storage.write_table(estimate.compare_hazards(cohort, name, contrasts), file)
    if contrasts:
        hazards = storage.read_table(file)
        style.set_page(output[f"figure_{name}"], params.widths)
        shown = figure.plot_hazards(hazards, contrasts, endpoint, params.synthetic)
        style.save_all(shown, output[f"figure_{name}"], params.small_cells)
