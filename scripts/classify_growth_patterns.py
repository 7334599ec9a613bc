"""Turn shares into groups by the rules of the field."""

import pandas as pd
from crlm.job import logs, storage
from crlm.scores import growth_patterns

logs.to_file(snakemake.log[0])

patients = pd.read_parquet(snakemake.input.patients)
groups = growth_patterns.classify_patterns(patients, snakemake.params.rules)
groups.insert(0, "patient_id", patients["patient_id"])
storage.write_table(groups, snakemake.output.growth_patterns)
