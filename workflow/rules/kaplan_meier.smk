"""
Kaplan-Meier estimates.

REQUIRED INPUT  results/cohort.parquet
OUTPUT          results/kaplan_meier/{endpoint}.csv             curve: one row per grouping, group and time
                results/kaplan_meier/{endpoint}_summary.csv     medians and follow-up
                results/kaplan_meier/{endpoint}_landmarks.csv   survival at the plan's landmarks
                results/kaplan_meier/{endpoint}_tests.csv       log-rank, stratified, trend, pairwise
                results/cumulative_incidence/{endpoint}.csv     incidence of each event when another comes first
"""


rule estimate_kaplan_meier:
    """Curves, medians, landmarks and tests of every grouping."""
    input:
        cohort="results/cohort.parquet",
        code=library("estimate_kaplan_meier"),
    output:
        curves="results/kaplan_meier/{endpoint}.csv",
        summary="results/kaplan_meier/{endpoint}_summary.csv",
        landmarks="results/kaplan_meier/{endpoint}_landmarks.csv",
        tests="results/kaplan_meier/{endpoint}_tests.csv",
        incidence="results/cumulative_incidence/{endpoint}.csv",
    log:
        "logs/estimate_kaplan_meier_{endpoint}.log",
    benchmark:
        "benchmarks/estimate_kaplan_meier_{endpoint}.tsv"
    conda:
        "../../environment.yml"
    params:
        endpoint=lookup(dpath="endpoints/{endpoint}", within=PLAN),
        groupings=PLAN["groupings"],
    script:
        "../../scripts/estimate_kaplan_meier.py"
