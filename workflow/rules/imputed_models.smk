"""
Models of the plan after multiple imputation.

REQUIRED INPUT  results/private/cohort.parquet, results/cox/{endpoint}.csv
OUTPUT          results/imputed_models/{endpoint}.csv   two rows per model and term: complete cases, and imputed
"""

if PLAN["imputed_models"]:
    ENDPOINT_RESULTS.update(imputed_models="results/imputed_models/{endpoint}.csv")


rule assess_imputed_models:
    """The plan's models after multiple imputation of their covariates, beside their complete cases."""
    input:
        cohort="results/private/cohort.parquet",
        cox="results/cox/{endpoint}.csv",
        code=library("assess_imputed_models"),
    output:
        estimates="results/imputed_models/{endpoint}.csv",
    log:
        "logs/assess_imputed_models_{endpoint}.log",
    benchmark:
        "benchmarks/assess_imputed_models_{endpoint}.tsv"
    conda:
        "../../environment.yml"
    params:
        imputed_models=PLAN["imputed_models"],
        seed=PLAN["resampling"]["seed"],
    script:
        "../../scripts/assess_imputed_models.py"
