"""Evaluate every score of the registry that the columns allow."""

import pandas as pd
from crlm.job import logs, storage
from crlm.scores import engine

logs.to_file(snakemake.log[0])

patients = pd.read_parquet(snakemake.input.patients)
table = engine.compute_scores(patients, snakemake.params.scores)
storage.write_table(table, snakemake.output.scores)
status = engine.summarise_scores(table, snakemake.params.scores, snakemake.params.labels)
storage.write_table(status, snakemake.output.status)
