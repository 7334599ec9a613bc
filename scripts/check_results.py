"""Compute the headline numbers a second time, by another implementation."""

import pandas as pd
from crlm.analyses.cross_check import estimate
from crlm.job import logs, storage

logs.to_file(snakemake.log[0])
plan = snakemake.params.plan

cohort = pd.read_parquet(snakemake.input.cohort)
tables = {name: snakemake.input[name] for name in snakemake.params.tables}
results = storage.read_results(tables, list(plan["endpoints"]))
table = estimate.check_results(cohort, plan, results)
storage.write_table(table, snakemake.output.table)
