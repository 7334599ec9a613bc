"""
Who changes group between two or more scores.

REQUIRED INPUT  results/cohort.parquet
OUTPUT          results/performance/{endpoint}_reclassification.csv   patients by their groups, with the survival observed
"""

RECLASSIFICATION = (
    {"reclassification": "results/performance/{endpoint}_reclassification.csv"}
    if PLAN["reclassification"]
    else {}
)
RECLASSIFICATION_FIGURES = expand(
    "results/figures/performance_{endpoint}_reclassification.svg",
    endpoint=PLAN["endpoints"] if PLAN["reclassification"] else [],
)


rule cross_groups:
    """Patients by their groups in two or more scores, with the survival observed."""
    input:
        cohort="results/cohort.parquet",
        code=library("cross_groups"),
    output:
        flows="results/performance/{endpoint}_reclassification.csv",
    log:
        "logs/cross_groups_{endpoint}.log",
    benchmark:
        "benchmarks/cross_groups_{endpoint}.tsv"
    conda:
        "../../environment.yml"
    params:
        comparisons=PLAN["reclassification"],
        horizons=lookup(dpath="endpoints/{endpoint}/landmarks_months", within=PLAN),
    script:
        "../../scripts/cross_groups.py"


rule plot_reclassification:
    """Flow of patients between the groups of two or more scores."""
    input:
        flows="results/performance/{endpoint}_reclassification.csv",
        code=library("plot_reclassification"),
    output:
        reclassification=figure_files(
            "performance_{endpoint}_reclassification",
            "Performance",
            {"endpoint": "{endpoint}", "figure": "Groups of one score in another"},
        ),
    log:
        "logs/plot_reclassification_{endpoint}.log",
    benchmark:
        "benchmarks/plot_reclassification_{endpoint}.tsv"
    conda:
        "../../environment.yml"
    params:
        endpoint=lookup(dpath="endpoints/{endpoint}", within=PLAN),
        comparisons=PLAN["reclassification"],
        synthetic=PLAN["study"]["synthetic"],
    script:
        "../../scripts/plot_reclassification.py"
