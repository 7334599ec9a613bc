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
        cox=of_endpoints("results/cox/{endpoint}.csv"),
        code=library("assess_imputed_models"),
    output:
        estimates=of_endpoints("results/imputed_models/{endpoint}.csv"),
    log:
        "logs/assess_imputed_models.log",
    benchmark:
        "benchmarks/assess_imputed_models.tsv"
    conda:
        "../../environment.yml"
    params:
        endpoints=list(PLAN["endpoints"]),
        imputed_models=PLAN["imputed_models"],
        seed=PLAN["resampling"]["seed"],
    script:
        "../../scripts/assess_imputed_models.py"
