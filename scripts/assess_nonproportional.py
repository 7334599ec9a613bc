"""What stands in for one hazard ratio where a test of proportional hazards speaks against it."""

import pandas as pd
from crlm.analyses.nonproportional import estimate, figure
from crlm.display import formats, style
from crlm.job import logs, storage

logs.to_file(snakemake.log[0])
formats.use(snakemake.params.number_style, snakemake.input.code)
params, output = snakemake.params, snakemake.output

cohort = pd.read_parquet(snakemake.input.cohort)
shared = params.models, params.variables
for place, (endpoint, spec) in enumerate(params.endpoints.items()):
    ph = storage.read_table(snakemake.input.ph[place])
    tables, residuals = estimate.assess_violations(
        *(cohort, endpoint, ph, params.settings), *shared, params.seed
    )
    for name, table in tables.items():
        storage.write_table(table, output[name][place])
    read = [storage.read_table(output[name][place]) for name in ("violations", "windows")]
    style.set_page(output[f"figure_{place}"], params.widths)
    last = params.synthetic, params.small_cells
    shown = figure.plot_windows(*read, residuals, *shared, spec, *last)
    style.save_all(shown, output[f"figure_{place}"], params.small_cells)
