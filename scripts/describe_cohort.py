"""Table 1 and what is missing."""

import pandas as pd
from crlm import description, logs, storage

logs.to_file(snakemake.log[0])
params = snakemake.params

cohort = pd.read_parquet(snakemake.input.cohort)
table1 = description.describe_cohort(cohort, params.variables, params.groupings)
storage.write_table(table1, snakemake.output.table1)
missingness, patterns = description.count_missing(cohort, params.variables)
storage.write_table(missingness, snakemake.output.missingness)
storage.write_table(patterns, snakemake.output.patterns)
