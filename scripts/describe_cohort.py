"""Table 1 and what is missing."""

import pandas as pd
from crlm.analyses.description import estimate
from crlm.job import logs, storage

logs.to_file(snakemake.log[0])
params = snakemake.params

cohort = pd.read_parquet(snakemake.input.cohort)
table1 = estimate.describe_cohort(cohort, params.variables, params.groupings)
storage.write_table(table1, snakemake.output.table1)
missingness, patterns = estimate.count_missing(cohort, params.variables)
storage.write_table(missingness, snakemake.output.missingness)
storage.write_table(patterns, snakemake.output.patterns)
