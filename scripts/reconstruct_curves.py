"""Individual times behind the published curves, beside those of the cohort."""

import sys

import pandas as pd
from crlm.analyses.published_curves import estimate, figure
from crlm.cohort import findings
from crlm.display import formats, style
from crlm.job import logs, storage

logs.to_file(snakemake.log[0])
formats.use(snakemake.params.number_style, snakemake.input.code)
files, params, output = snakemake.input, snakemake.params, snakemake.output

if message := findings.refuse([files.findings]):  # of a curve edited after the cohort was accepted
    sys.exit(message)
cohort = pd.read_parquet(files.cohort)
read = [
    storage.read_table(files[part], text=["stratum", "curve"]) for part in ("points", "at_risk")
]
tables = estimate.reconstruct_published(
    cohort, *read, params.curves, params.endpoints, params.groupings
)
for name, table in tables.items():
    storage.write_table(table, output[name])
drawn = [storage.read_table(output[name], text=["stratum"]) for name in ("curves", "groups")]
for name, curve in params.curves.items():
    style.set_page(output[f"figure_{name}"], params.widths)
    shown = figure.plot_reconstructed(
        *(table[table["curve"] == name] for table in drawn),
        *(curve, params.groupings[curve["grouping"]], params.endpoints[curve["endpoint"]]),
        params.output,
        synthetic=params.synthetic,
    )
    style.save_all(shown, output[f"figure_{name}"], params.small_cells)
