"""
Who changes group between two or more scores.

REQUIRED INPUT  results/cohort.parquet
OUTPUT          results/performance/{endpoint}_reclassification.csv   patients by their groups, with the survival observed
                results/figures/performance_{endpoint}_reclassification.svg, and .pdf and .png as the plan says
"""

if PLAN["reclassification"]:
    ENDPOINT_RESULTS.update(
        reclassification="results/performance/{endpoint}_reclassification.csv"
    )
FIGURES += expand(
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
        figure=figure_files(
            "performance_{endpoint}_reclassification",
            "Performance",
            {"endpoint": "{endpoint}", "figure": "Groups of one score in another"},
            "reclassification",
        ),
    log:
        "logs/cross_groups_{endpoint}.log",
    benchmark:
        "benchmarks/cross_groups_{endpoint}.tsv"
    conda:
        "../../environment.yml"
    params:
        endpoint=lookup(dpath="{endpoint}", within=PLAN["endpoints"]),
        synthetic=PLAN["study"]["synthetic"],
        comparisons=PLAN["reclassification"],
        horizons=lookup(dpath="{endpoint}/landmarks_months", within=PLAN["endpoints"]),
    script:
        "../../scripts/cross_groups.py"
