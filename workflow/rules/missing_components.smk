"""
Missing components of scores: three analyses side by side.

REQUIRED INPUT  results/private/cohort.parquet
OUTPUT          results/missing_components/{endpoint}.csv              one row per score, measure and analysis
                results/missing_components/{endpoint}_imputation.csv   observed and imputed values of every variable
                results/figures/missing_components_{endpoint}_comparison.svg, _imputation.svg, and .pdf and .png as the plan says
"""

if PLAN["missing_components"]:
    ENDPOINT_RESULTS.update(
        missing_components="results/missing_components/{endpoint}.csv",
        imputation="results/missing_components/{endpoint}_imputation.csv",
    )
FIGURES += expand(
    "results/figures/missing_components_{endpoint}_{name}.svg",
    endpoint=PLAN["endpoints"] if PLAN["missing_components"] else [],
    name=["comparison", "imputation"],
)


rule assess_missing_components:
    """Determinate patients, every score lowest and highest, and multiple imputation."""
    input:
        cohort="results/private/cohort.parquet",
        code=library("assess_missing_components"),
    output:
        **endpoint_figures(
            "missing_components",
            "Missing components",
            {
                "comparison": "Three analyses side by side",
                "imputation": "Observed and imputed values",
            },
            captions={"imputation": "imputation"},
        ),
        estimates=of_endpoints("results/missing_components/{endpoint}.csv"),
        imputation=of_endpoints("results/missing_components/{endpoint}_imputation.csv"),
    log:
        "logs/assess_missing_components.log",
    benchmark:
        "benchmarks/assess_missing_components.tsv"
    priority: 1  # takes long: as the last job it would leave the other core idle
    conda:
        "../../environment.yml"
    params:
        endpoints=PLAN["endpoints"],
        synthetic=PLAN["study"]["synthetic"],
        small_cells=SMALL_CELLS,
        number_style=NUMBERS,
        widths=WIDTHS,
        missing_components=PLAN["missing_components"],
        seed=PLAN["resampling"]["seed"],
    script:
        "../../scripts/assess_missing_components.py"
