"""Survival of the scores' strata beside what was published for them."""

import pandas as pd
from crlm.analyses.published import estimate
from crlm.job import logs, storage

logs.to_file(snakemake.log[0])
params = snakemake.params

cohort = pd.read_parquet(snakemake.input.cohort)
tables = estimate.compare_published(
    cohort, snakemake.wildcards.endpoint, params.endpoint, params.scores, params.derived
)
for output, table in tables.items():
    storage.write_table(table, snakemake.output[output])
