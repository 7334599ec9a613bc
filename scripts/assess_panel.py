"""Every marker of the panel alone, adjusted and what it adds, and the volcano."""

import pandas as pd
from crlm.analyses.panel import estimate, figure
from crlm.display import formats, style
from crlm.job import logs, storage

logs.to_file(snakemake.log[0])
formats.use(snakemake.params.number_style)
params, output = snakemake.params, snakemake.output

cohort = pd.read_parquet(snakemake.input.cohort)
name, settings, variables = snakemake.wildcards.endpoint, params.panel, params.variables
storage.write_table(estimate.estimate_panel(cohort, name, settings, variables), output.panel)
panel = storage.read_table(output.panel)
style.set_page(output.figure, params.widths)
shown = figure.plot_panel(panel, settings, variables, params.endpoint, params.synthetic)
style.save_all(shown, output.figure, params.small_cells)
