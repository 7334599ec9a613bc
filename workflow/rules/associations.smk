"""
Associations of two variables.

REQUIRED INPUT  results/private/cohort.parquet
OUTPUT          results/associations/pairs.csv   one row per declared pair: test and strength
                results/associations/cells.csv   one row per level of either: patients, or the median of a number
"""

if PLAN["associations"]:
    ALSO_CHECKED["associations"] = ["association_pairs"]
    RESULTS.update(
        association_pairs="results/associations/pairs.csv",
        association_cells="results/associations/cells.csv",
    )


rule estimate_associations:
    """Every declared pair of variables: counts or medians, test and strength."""
    input:
        cohort="results/private/cohort.parquet",
        code=library("estimate_associations"),
    output:
        pairs="results/associations/pairs.csv",
        cells="results/associations/cells.csv",
    log:
        "logs/estimate_associations.log",
    benchmark:
        "benchmarks/estimate_associations.tsv"
    priority: 2  # check_results waits for it, and the report for that
    conda:
        "../../environment.yml"
    params:
        associations=pick(PLAN["associations"], "variable", "with", "made_of"),
        variables={
            name: pick({name: PLAN["variables"][name]}, "levels")[name]
            for item in PLAN["associations"].values()
            for name in [item["variable"], *item["with"]]
        },
        resampling=PLAN["resampling"],
    script:
        "../../scripts/estimate_associations.py"
