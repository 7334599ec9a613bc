"""Patients by their groups in two or more scores, with the survival observed."""

import pandas as pd
from crlm.analyses.reclassification import estimate, figure
from crlm.display import style
from crlm.job import logs, storage

logs.to_file(snakemake.log[0])
params, output = snakemake.params, snakemake.output

cohort = pd.read_parquet(snakemake.input.cohort)
table = estimate.cross_groups(
    cohort, snakemake.wildcards.endpoint, params.comparisons, params.horizons
)
storage.write_table(table, output.flows)
flows = figure.plot_reclassification(
    storage.read_table(output.flows),
    params.comparisons,
    params.endpoint,
    synthetic=params.synthetic,
)
style.save_all(flows, output.figure)
