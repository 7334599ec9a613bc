"""The share of patients who never have the event, by a mixture cure model, and a figure per endpoint and grouping."""

import pandas as pd
from crlm.analyses.cure import equality, estimate, figure
from crlm.display import formats, privacy, style
from crlm.job import logs, storage

logs.to_file(snakemake.log[0])
formats.use(snakemake.params.number_style, snakemake.input.code)
params, output = snakemake.params, snakemake.output

cohort = pd.read_parquet(snakemake.input.cohort)
found = estimate.estimate_cure(cohort, params.settings)
found["tests"] = equality.compare_shares(cohort, params.settings, found["cured"])
for part, table in found.items():
    storage.write_table(table, output[part])
tables = [storage.read_table(output[part]) for part in ("cured", "curves")]
for name, path in zip(params.settings["endpoints"], snakemake.input.observed, strict=True):
    observed = privacy.join_weeks(storage.read_table(path), params.small_cells)
    mine = [*(table[table["endpoint"] == name] for table in tables), observed]
    for key, grouping in params.settings["groupings"].items():
        style.set_page(output[f"figure_{name}_{key}"], params.widths)
        shown = figure.plot_cure(
            *(table[table["grouping"] == key] for table in mine),
            grouping,
            params.endpoints[name],
            params.output,
            params.synthetic,
        )
        style.save_all(shown, output[f"figure_{name}_{key}"], params.small_cells)
