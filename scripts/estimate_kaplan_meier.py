"""Curves, medians, landmarks and tests of every grouping."""

import pandas as pd
from crlm.job import logs, storage
from crlm.survival import incidence, kaplan_meier, tests

logs.to_file(snakemake.log[0])
name, groupings = snakemake.wildcards.endpoint, snakemake.params.groupings
endpoint = snakemake.params.endpoint

cohort = pd.read_parquet(snakemake.input.cohort)
tables = {
    **kaplan_meier.estimate_groups(cohort, name, groupings, endpoint["landmarks_months"]),
    "tests": tests.compare_groups(cohort, name, groupings),
    "incidence": incidence.estimate_incidences(
        cohort, name, groupings, [*endpoint["events"], *endpoint["competing"]]
    ),
}
for output, table in tables.items():
    storage.write_table(table, snakemake.output[output])
