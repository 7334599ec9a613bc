"""Hazard ratio and discrimination at every cut, the best cut, and splines."""

import pandas as pd
from crlm.analyses.cutoffs import estimate, figure, levels
from crlm.display import formats, privacy, style
from crlm.job import logs, storage

logs.to_file(snakemake.log[0])
formats.use(snakemake.params.number_style, snakemake.input.code)
params, output = snakemake.params, snakemake.output

cohort = pd.read_parquet(snakemake.input.cohort)
drawn = params.resampling["resamples"], params.resampling["seed"]
histogram = levels.describe_cutoffs(cohort, params.numbers)[1]
histogram = privacy.hide_bars(histogram, params.small_cells, ["variable", "level"])
for place, (endpoint, spec) in enumerate(params.endpoints.items()):
    found = estimate.assess_cutoffs(cohort, endpoint, params.numbers, *drawn)
    for name, table in found.items():
        storage.write_table(table, output[name][place])
    tables = {name: storage.read_table(output[name][place]) for name in found}
    tables["histogram"] = histogram
    for name, number in params.numbers.items():
        mine = {key: table[table["variable"] == name] for key, table in tables.items()}
        style.set_page(output[f"cutoffs_{place}_{name}"], params.widths)
        shown = figure.plot_cutoffs(mine, number, spec, params.synthetic)
        style.save_all(shown, output[f"cutoffs_{place}_{name}"], params.small_cells)
