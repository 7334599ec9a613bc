"""Compute the headline numbers a second time, by another implementation, and the main ones under other conventions."""

import pandas as pd
from crlm.analyses import order
from crlm.analyses.conventions.estimate import compare_conventions
from crlm.analyses.cross_check.estimate import check_results
from crlm.job import logs, storage

logs.to_file(snakemake.log[0])
plan = snakemake.params.plan

cohort = pd.read_parquet(snakemake.input.cohort)
tables = {name: snakemake.input[name] for name in snakemake.params.tables}
results = storage.read_results(tables, list(plan["endpoints"]))
checks = [module.check_results for name, module in order.load("check").items() if plan.get(name)]
storage.write_table(check_results(cohort, plan, results, checks), snakemake.output.cross_check)
storage.write_table(compare_conventions(cohort, plan, results), snakemake.output.conventions)
