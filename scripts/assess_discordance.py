"""Whether the lesions of a patient agree, and what another one would have said."""

import pandas as pd
from crlm.analyses.discordance import estimate, figure
from crlm.display import formats, style
from crlm.job import logs, storage

logs.to_file(snakemake.log[0])
formats.use(snakemake.params.number_style, snakemake.input.code)
params, output = snakemake.params, snakemake.output

cohort, blocks = (pd.read_parquet(snakemake.input[name]) for name in ("cohort", "blocks"))
drawn = params.resampling["resamples"], params.resampling["seed"]
tables = estimate.assess_discordance(
    cohort, blocks, params.discordance, params.rules, params.endpoints, *drawn
)
for name, table in tables.items():
    storage.write_table(table, output[name])
labels = {name: rule["label"] for name, rule in params.rules.items()}
read = [storage.read_table(output[name]) for name in ("concordance", "spread")]
style.set_page(output.figure, params.widths)
drawn = params.synthetic, params.small_cells
shown = figure.plot_discordance(*read, params.discordance, labels, *drawn)
style.save_all(shown, output.figure, params.small_cells)
