"""The plan's models after multiple imputation of their covariates, beside their complete cases."""

import pandas as pd
from crlm.analyses.imputed_models import estimate
from crlm.job import logs, storage

logs.to_file(snakemake.log[0])
params = snakemake.params

cohort = pd.read_parquet(snakemake.input.cohort)
for place, name in enumerate(params.endpoints):
    cox = storage.read_table(snakemake.input.cox[place])
    found = estimate.assess_imputed_models(cohort, name, params.imputed_models, cox, params.seed)
    storage.write_table(found, snakemake.output.estimates[place])
