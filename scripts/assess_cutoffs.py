"""Hazard ratio and discrimination at every cut, the best cut, and splines."""

import pandas as pd
from crlm.analyses.cutoffs import estimate, figure, levels
from crlm.display import formats, style
from crlm.job import logs, storage

logs.to_file(snakemake.log[0])
formats.use(snakemake.params.number_style)
params, output = snakemake.params, snakemake.output

cohort = pd.read_parquet(snakemake.input.cohort)
drawn = params.resampling["resamples"], params.resampling["seed"]
found = estimate.assess_cutoffs(cohort, snakemake.wildcards.endpoint, params.numbers, *drawn)
for name, table in found.items():
    storage.write_table(table, output[name])
tables = {name: storage.read_table(output[name]) for name in found}
tables["histogram"] = levels.describe_cutoffs(cohort, params.numbers)[1]
for name, number in params.numbers.items():
    mine = {key: table[table["variable"] == name] for key, table in tables.items()}
    style.set_page(output[f"figure_{name}"], params.widths)
    shown = figure.plot_cutoffs(mine, number, params.endpoint, params.synthetic)
    style.save_all(shown, output[f"figure_{name}"], params.small_cells)
