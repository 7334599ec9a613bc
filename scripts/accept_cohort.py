"""Stop at errors in the data; leave out whom the plan excludes."""

import sys

import pandas as pd
from crlm import attrition, findings, logs, storage

logs.to_file(snakemake.log[0])

found = storage.read_table(snakemake.input.findings, text=["value"])
errors = findings.describe_errors(found.fillna({"patient_id": "", "column": "", "value": ""}))
if errors:
    sys.exit(f"\n{errors}\nAll findings: {snakemake.input.findings} and .xlsx\n")
cohort = pd.read_parquet(snakemake.input.cohort)
patients, steps = attrition.exclude_patients(cohort, snakemake.params.exclusions)
patients.to_parquet(snakemake.output.patients)
counts = attrition.count_endpoints(patients, snakemake.params.endpoints)
storage.write_table(pd.concat([steps, counts]), snakemake.output.attrition)
