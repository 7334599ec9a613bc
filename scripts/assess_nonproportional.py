"""What stands in for one hazard ratio where a test of proportional hazards speaks against it."""

import pandas as pd
from crlm.analyses.nonproportional import estimate, figure
from crlm.display import formats, style
from crlm.job import logs, storage

logs.to_file(snakemake.log[0])
formats.use(snakemake.params.number_style)
params, output = snakemake.params, snakemake.output

cohort = pd.read_parquet(snakemake.input.cohort)
ph = storage.read_table(snakemake.input.ph)
shared = params.models, params.variables
tables, residuals = estimate.assess_violations(
    *(cohort, snakemake.wildcards.endpoint, ph, params.settings), *shared, params.seed
)
for name, table in tables.items():
    storage.write_table(table, output[name])
found, windows = (storage.read_table(output[name]) for name in ("violations", "windows"))
style.set_page(output.figure, params.widths)
shown = figure.plot_windows(
    *(found, windows, residuals), *shared, params.endpoint, params.synthetic
)
style.save_all(shown, output.figure, params.small_cells)
