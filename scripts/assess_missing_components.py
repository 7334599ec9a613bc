"""What missing components do to each score: determinate patients, two completions and multiple imputation."""

import pandas as pd
from crlm.analyses.missing_components import estimate
from crlm.job import logs, storage

logs.to_file(snakemake.log[0])
params, output = snakemake.params, snakemake.output

found = estimate.assess_missing_components(
    pd.read_parquet(snakemake.input.cohort),
    snakemake.wildcards.endpoint,
    params.missing_components,
    params.seed,
)
storage.write_table(found.estimates, output.estimates)
storage.write_table(found.imputation, output.imputation)
