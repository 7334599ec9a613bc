"""Stop at errors in the data; leave out whom the plan excludes."""

import sys

import pandas as pd
from crlm.cohort import attrition, findings
from crlm.job import logs, storage

logs.to_file(snakemake.log[0])

files = snakemake.input.findings
found = pd.concat([storage.read_table(file, text=["value", "column"]) for file in files])
errors = findings.describe_errors(found.fillna({"patient_id": "", "column": "", "value": ""}))
if errors:
    sys.exit(
        f"\n{errors}\nAll findings: {files[0]} and .xlsx{''.join(f', {f}' for f in files[1:])}\n"
    )
cohort = pd.read_parquet(snakemake.input.cohort)
patients, steps = attrition.exclude_patients(cohort, snakemake.params.exclusions)
patients.to_parquet(snakemake.output.patients)
counts = attrition.count_endpoints(patients, snakemake.params.endpoints)
storage.write_table(pd.concat([steps, counts]), snakemake.output.attrition)
