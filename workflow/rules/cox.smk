"""
Cox models.

REQUIRED INPUT  results/cohort.parquet
OUTPUT          results/cox/{endpoint}.csv              one row per model and term
                results/cox/{endpoint}_models.csv       one row per fit: patients, events, parameters, tests
                results/cox/{endpoint}_ph.csv           proportional hazards, per term and GLOBAL
                results/cox/{endpoint}_schoenfeld.csv   scaled Schoenfeld residuals
                results/cox/{endpoint}_subgroups.csv    one effect within subgroups, with interaction
"""


rule fit_cox:
    """Every covariate univariably, the plan's models, and effects within subgroups."""
    input:
        cohort="results/cohort.parquet",
        code=library("fit_cox"),
    output:
        coefficients="results/cox/{endpoint}.csv",
        models="results/cox/{endpoint}_models.csv",
        ph="results/cox/{endpoint}_ph.csv",
        schoenfeld="results/cox/{endpoint}_schoenfeld.csv",
        subgroups="results/cox/{endpoint}_subgroups.csv",
    log:
        "logs/fit_cox_{endpoint}.log",
    benchmark:
        "benchmarks/fit_cox_{endpoint}.tsv"
    conda:
        "../../environment.yml"
    params:
        models=PLAN["models"],
        subgroups=PLAN["subgroups"],
        variables=PLAN["variables"],
    script:
        "../../scripts/fit_cox.py"
