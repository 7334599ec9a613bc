"""Every declared pair of variables: counts or medians, test and strength."""

import pandas as pd
from crlm.analyses.associations.estimate import estimate_associations
from crlm.job import logs, storage

logs.to_file(snakemake.log[0])
params, output = snakemake.params, snakemake.output

cohort = pd.read_parquet(snakemake.input.cohort)
pairs, cells = estimate_associations(
    cohort, params.associations, params.variables, params.resampling
)
storage.write_table(pairs, output.pairs)
storage.write_table(cells, output.cells)
