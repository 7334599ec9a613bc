"""
Headline numbers, computed twice: by another implementation, and the main ones under the conventions of other packages.

REQUIRED INPUT  results/private/cohort.parquet
                results/kaplan_meier/{endpoint}_summary.csv, _landmarks.csv, _tests.csv, _ratios.csv
                results/cumulative_incidence/{endpoint}.csv
                results/cox/{endpoint}.csv, _models.csv, _ph.csv
                results/performance/{endpoint}.csv
                the results of the analyses that have a check.py, where the plan asks for them (ALSO_CHECKED)
OUTPUT          results/cross_check.csv     number, by whom, the same by another implementation, their relative difference
                results/conventions.csv     main estimates as printed and by other conventions
"""

RESULTS.update(
    cross_check="results/cross_check.csv",
    conventions="results/conventions.csv",
)
CHECKED = [
    *("summary", "landmarks", "tests", "ratios", "incidence", "cox", "models", "ph"),
    *(["performance"] if PLAN["performance"] else []),
]  # keys of ENDPOINT_RESULTS
CHECKED += [name for names in ALSO_CHECKED.values() for name in names]


rule check_results:
    """Compute the headline numbers a second time: by another implementation, and under other conventions."""
    input:
        **{
            name: RESULTS.get(name)
            or expand(ENDPOINT_RESULTS[name], endpoint=PLAN["endpoints"])
            for name in CHECKED
        },
        cohort="results/private/cohort.parquet",
        code=library(
            "check_results", *(f"analyses.{name}.check" for name in ALSO_CHECKED)
        ),
    output:
        cross_check="results/cross_check.csv",
        conventions="results/conventions.csv",
    log:
        "logs/check_results.log",
    benchmark:
        "benchmarks/check_results.tsv"
    priority: 2  # the report waits for it, figures may be drawn meanwhile
    conda:
        "../../environment.yml"
    params:
        plan={
            key: PLAN[key]
            for key in (
                *("endpoints", "groupings", "models", "variables", "performance"),
                *ALSO_CHECKED,
            )
        },
        tables=CHECKED,
    script:
        "../../scripts/check_results.py"
