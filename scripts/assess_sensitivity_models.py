"""Penalised Cox models, random survival forest and gradient boosting beside the plan's models."""

import pandas as pd
from crlm.analyses.sensitivity_models import estimate
from crlm.job import logs, storage

logs.to_file(snakemake.log[0])
params, output = snakemake.params, snakemake.output

cohort = pd.read_parquet(snakemake.input.cohort)
models, differences, importance = estimate.assess_sensitivity_models(
    cohort, snakemake.wildcards.endpoint, params.sensitivity_models, params.seed
)
storage.write_table(models, output.models)
storage.write_table(differences, output.differences)
storage.write_table(importance, output.importance)
