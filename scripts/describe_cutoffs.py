"""Distribution of the numbers that are cut, in everybody and per level of the stratifying variable."""

import pandas as pd
from crlm.analyses.cutoffs import levels as cutoff_levels
from crlm.job import logs, storage

logs.to_file(snakemake.log[0])

cohort = pd.read_parquet(snakemake.input.cohort)
levels, histogram = cutoff_levels.describe_cutoffs(cohort, snakemake.params.numbers)
storage.write_table(levels, snakemake.output.levels)
storage.write_table(histogram, snakemake.output.histogram)
