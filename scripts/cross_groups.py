"""Patients by their groups in two or more scores, with the survival observed."""

import pandas as pd
from crlm.analyses.reclassification import estimate
from crlm.job import logs, storage

logs.to_file(snakemake.log[0])

table = estimate.cross_groups(
    pd.read_parquet(snakemake.input.cohort),
    snakemake.wildcards.endpoint,
    snakemake.params.comparisons,
    snakemake.params.horizons,
)
storage.write_table(table, snakemake.output.flows)
