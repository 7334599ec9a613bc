"""The plan's models after multiple imputation of their covariates, beside their complete cases."""

import pandas as pd
from crlm.analyses.imputed_models import estimate
from crlm.job import logs, storage

logs.to_file(snakemake.log[0])
params = snakemake.params

found = estimate.assess_imputed_models(
    pd.read_parquet(snakemake.input.cohort),
    snakemake.wildcards.endpoint,
    params.imputed_models,
    storage.read_table(snakemake.input.cox),
    params.seed,
)
storage.write_table(found, snakemake.output.estimates)
