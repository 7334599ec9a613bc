"""Hazard ratio and discrimination at every cut, the best cut, and splines."""

import pandas as pd
from crlm.analyses.cutoffs import estimate
from crlm.job import logs, storage

logs.to_file(snakemake.log[0])
params = snakemake.params

cohort = pd.read_parquet(snakemake.input.cohort)
drawn = params.resampling["resamples"], params.resampling["seed"]
tables = estimate.assess_cutoffs(cohort, snakemake.wildcards.endpoint, params.numbers, *drawn)
for output, table in tables.items():
    storage.write_table(table, snakemake.output[output])
