"""Put scores, growth patterns and groupings beside the patients."""

import pandas as pd
from crlm import agreement, cohort, logs, storage

logs.to_file(snakemake.log[0])
plan = snakemake.params.plan

patients = pd.read_parquet(snakemake.input.patients)
scores = storage.read_table(snakemake.input.scores)
growth_patterns = storage.read_table(snakemake.input.growth_patterns)
table = cohort.build_cohort(patients, scores, growth_patterns, plan)
table.to_parquet(snakemake.output.cohort)
cross = agreement.cross_scores(table, plan["agreement"])
storage.write_table(cross, snakemake.output.agreement)
summary = agreement.assess_agreement(table, plan["agreement"])
storage.write_table(summary, snakemake.output.agreement_summary)
