"""Individual times behind the published curves, beside those of the cohort."""

import sys

import pandas as pd
from crlm.analyses.published_curves import estimate
from crlm.cohort import findings
from crlm.job import logs, storage

logs.to_file(snakemake.log[0])
files, params = snakemake.input, snakemake.params

found = storage.read_table(files.findings, text=["value", "column"])
errors = findings.describe_errors(found.fillna({"patient_id": "", "column": "", "value": ""}))
if errors:  # of a curve that was edited after the cohort had been accepted
    sys.exit(f"\n{errors}\nAll findings: {files.findings}\n")
cohort = pd.read_parquet(files.cohort)
read = [
    storage.read_table(files[part], text=["stratum", "curve"]) for part in ("points", "at_risk")
]
tables = estimate.reconstruct_published(
    cohort, *read, params.curves, params.endpoints, params.groupings
)
for name, table in tables.items():
    storage.write_table(table, snakemake.output[name])
