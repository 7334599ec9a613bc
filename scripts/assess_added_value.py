"""What variables add to the base model, on the same patients and resamples."""

import pandas as pd
from crlm.analyses.added_value import estimate
from crlm.job import logs, storage

logs.to_file(snakemake.log[0])
params, drawn = snakemake.params, snakemake.params.resampling

found = estimate.assess_additions(
    pd.read_parquet(snakemake.input.cohort),
    snakemake.wildcards.endpoint,
    params.added_value,
    params.horizons,
    drawn["resamples"],
    drawn["seed"],
    snakemake.threads,
)
for name, table in found.items():
    storage.write_table(table, snakemake.output[name])
