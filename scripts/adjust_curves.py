"""Two groups compared as they are and adjusted for what else differs between them, with curves and balance."""

import pandas as pd
from crlm.analyses.adjusted_curves import estimate, figure
from crlm.display import formats, privacy, style
from crlm.job import logs, storage

logs.to_file(snakemake.log[0])
formats.use(snakemake.params.number_style, snakemake.input.code)
params, output = snakemake.params, snakemake.output

cohort = pd.read_parquet(snakemake.input.cohort)
for place, (endpoint, spec) in enumerate(params.endpoints.items()):
    asked = params.comparisons, params.horizons.get(endpoint, {})
    found = estimate.estimate_adjusted(cohort, endpoint, *asked, **params.resampling)
    for name, table in found.items():
        storage.write_table(table, output[name][place])
    found = {name: storage.read_table(output[name][place]) for name in found}
    for name, comparison in params.comparisons.items():
        mine = {key: table[table["comparison"] == name] for key, table in found.items()}
        shared = comparison, spec, params.synthetic
        curves = privacy.join_weeks(mine["curves"], params.small_cells)
        style.set_page(output[f"adjusted_curves_{place}_{name}"], params.widths)
        shown = figure.plot_adjusted(curves, mine["adjusted"], *shared)
        style.save_all(shown, output[f"adjusted_curves_{place}_{name}"], params.small_cells)
        style.set_page(output[f"adjusted_balance_{place}_{name}"], params.widths)
        shown = figure.plot_balance(mine["balance"], mine["overlap"], *shared)
        style.save_all(shown, output[f"adjusted_balance_{place}_{name}"], params.small_cells)
