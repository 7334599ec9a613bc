"""Survival of those still at risk after some months, for some further ones, and a figure per endpoint and grouping."""

import pandas as pd
from crlm.analyses.conditional_survival import estimate, figure
from crlm.display import formats, style
from crlm.job import logs, storage

logs.to_file(snakemake.log[0])
formats.use(snakemake.params.number_style, snakemake.input.code)
params, output = snakemake.params, snakemake.output

cohort = pd.read_parquet(snakemake.input.cohort)
storage.write_table(
    estimate.estimate_conditional_survival(cohort, params.settings), output.survival
)
found = storage.read_table(output.survival)
for name in params.settings["endpoints"]:
    for key, grouping in params.settings["groupings"].items():
        rows = found[(found["endpoint"] == name) & (found["grouping"] == key)]
        style.set_page(output[f"figure_{name}_{key}"], params.widths)
        shown = figure.plot_conditional_survival(
            *(rows, grouping, name, params.endpoints, params.synthetic, params.small_cells)
        )
        style.save_all(shown, output[f"figure_{name}_{key}"], params.small_cells)
