"""Two groups compared as they are and adjusted for what else differs between them, with curves and balance."""

import pandas as pd
from crlm.analyses.adjusted_curves import estimate, figure
from crlm.display import formats, privacy, style
from crlm.job import logs, storage

logs.to_file(snakemake.log[0])
formats.use(snakemake.params.number_style)
params, output = snakemake.params, snakemake.output

cohort = pd.read_parquet(snakemake.input.cohort)
found = estimate.estimate_adjusted(
    *(cohort, snakemake.wildcards.endpoint, params.comparisons, params.horizons),
    **params.resampling,
)
for name, table in found.items():
    storage.write_table(table, output[name])
found = {name: storage.read_table(output[name]) for name in found}
for name, spec in params.comparisons.items():
    mine = {key: table[table["comparison"] == name] for key, table in found.items()}
    curves = privacy.join_weeks(mine["curves"], params.small_cells)
    style.set_page(output[f"curves_{name}"], params.widths)
    shown = figure.plot_adjusted(
        *(curves, mine["adjusted"], spec, params.endpoint), params.synthetic
    )
    style.save_all(shown, output[f"curves_{name}"], params.small_cells)
    style.set_page(output[f"balance_{name}"], params.widths)
    shown = figure.plot_balance(
        *(mine["balance"], mine["overlap"], spec, params.endpoint), params.synthetic
    )
    style.save_all(shown, output[f"balance_{name}"], params.small_cells)
