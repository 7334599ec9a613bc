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
        estimates="results/missing_components/{endpoint}.csv",
        imputation="results/missing_components/{endpoint}_imputation.csv",
        comparison_figure=figure_files(
            "missing_components_{endpoint}_comparison",
            "Missing components",
            {"endpoint": "{endpoint}", "figure": "Three analyses side by side"},
            "missing_components",
        ),
        imputation_figure=figure_files(
            "missing_components_{endpoint}_imputation",
            "Missing components",
            {"endpoint": "{endpoint}", "figure": "Observed and imputed values"},
            "imputation",
        ),
    log:
        "logs/assess_missing_components_{endpoint}.log",
    benchmark:
        "benchmarks/assess_missing_components_{endpoint}.tsv"
    conda:
        "../../environment.yml"
    params:
        endpoint=lookup(dpath="{endpoint}", within=PLAN["endpoints"]),
        synthetic=PLAN["study"]["synthetic"],
        small_cells=SMALL_CELLS,
        number_style=NUMBERS,
        widths=WIDTHS,
        missing_components=PLAN["missing_components"],
        seed=PLAN["resampling"]["seed"],
    script:
        "../../scripts/assess_missing_components.py"
