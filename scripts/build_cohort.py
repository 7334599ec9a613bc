"""Put scores, growth patterns and groupings beside the patients."""

import pandas as pd
from crlm.analyses.agreement import estimate
from crlm.job import logs, storage
from crlm.scores import assemble

logs.to_file(snakemake.log[0])
plan = snakemake.params.plan

patients = pd.read_parquet(snakemake.input.patients)
scores = storage.read_table(snakemake.input.scores)
growth_patterns = storage.read_table(snakemake.input.growth_patterns)
table = assemble.build_cohort(patients, scores, growth_patterns, plan)
table.to_parquet(snakemake.output.cohort)
cross = estimate.cross_scores(table, plan["agreement"])
storage.write_table(cross, snakemake.output.agreement)
summary = estimate.assess_agreement(table, plan["agreement"])
storage.write_table(summary, snakemake.output.agreement_summary)
