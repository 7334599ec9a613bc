"""Every marker of the panel alone, adjusted and what it adds, and the volcano."""

import pandas as pd
from crlm.analyses.panel import estimate, figure
from crlm.display import formats, style
from crlm.job import logs, storage

logs.to_file(snakemake.log[0])
formats.use(snakemake.params.number_style, snakemake.input.code)
params, output = snakemake.params, snakemake.output

cohort = pd.read_parquet(snakemake.input.cohort)
settings, variables = params.panel, params.variables
for place, (name, endpoint) in enumerate(params.endpoints.items()):
    found = estimate.estimate_panel(cohort, name, settings, variables)
    storage.write_table(found, output.panel[place])
    panel = storage.read_table(output.panel[place])
    style.set_page(output[f"figure_{place}"], params.widths)
    shown = figure.plot_panel(panel, settings, variables, endpoint, params.synthetic)
    style.save_all(shown, output[f"figure_{place}"], params.small_cells)
