"""Curves, medians, landmarks, tests, hazard ratios, completeness of follow-up; strata beside what was published."""

import pandas as pd
from crlm.analyses.follow_up.estimate import estimate_completeness
from crlm.analyses.kaplan_meier.estimate import fit_ratios
from crlm.analyses.published.estimate import compare_published
from crlm.job import logs, storage
from crlm.survival import incidence, kaplan_meier, tests

logs.to_file(snakemake.log[0])
params, groupings = snakemake.params, snakemake.params.groupings

cohort = pd.read_parquet(snakemake.input.cohort)
for place, (name, endpoint) in enumerate(params.endpoints.items()):
    causes = [*endpoint["events"], *endpoint["competing"]]
    tables = {
        **kaplan_meier.estimate_groups(
            cohort, name, groupings, endpoint["landmarks_months"], endpoint["competing"]
        ),
        "tests": tests.compare_groups(cohort, name, groupings),
        "ratios": fit_ratios(cohort, name, groupings),
        "incidence": incidence.estimate_incidences(cohort, name, groupings, causes),
        "incidence_tests": incidence.compare_incidences(cohort, name, groupings, causes),
        "completeness": estimate_completeness(cohort, name, endpoint, groupings, params.data_lock),
    }
    published = compare_published(cohort, name, endpoint, params.scores, params.derived)
    tables |= {f"published_{part}": table for part, table in published.items()}
    for output, table in tables.items():
        storage.write_table(table, snakemake.output[output][place])
