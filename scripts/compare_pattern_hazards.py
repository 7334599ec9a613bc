"""Hazard ratios of growth patterns, the cohort's own beside published ones."""

import pandas as pd
from crlm.analyses.pattern_hazards import estimate
from crlm.job import logs, storage

logs.to_file(snakemake.log[0])
name, params = snakemake.wildcards.endpoint, snakemake.params

cohort = pd.read_parquet(snakemake.input.cohort)
hazards = estimate.compare_hazards(cohort, name, params.contrasts)
storage.write_table(hazards, snakemake.output.hazards)
