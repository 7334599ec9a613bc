"""
Missing components of scores: three analyses side by side.

REQUIRED INPUT  results/cohort.parquet
OUTPUT          results/missing_components/{endpoint}.csv              one row per score, measure and analysis
                results/missing_components/{endpoint}_imputation.csv   observed and imputed values of every variable
"""

MISSING_COMPONENTS = (
    {
        "missing_components": "results/missing_components/{endpoint}.csv",
        "imputation": "results/missing_components/{endpoint}_imputation.csv",
    }
    if PLAN["missing_components"]
    else {}
)
MISSING_COMPONENTS_FIGURES = expand(
    "results/figures/missing_components_{endpoint}_{name}.svg",
    endpoint=PLAN["endpoints"] if PLAN["missing_components"] else [],
    name=["comparison", "imputation"],
)


rule assess_missing_components:
    """Determinate patients, every score lowest and highest, and multiple imputation."""
    input:
        cohort="results/cohort.parquet",
        code=library("assess_missing_components"),
    output:
        estimates="results/missing_components/{endpoint}.csv",
        imputation="results/missing_components/{endpoint}_imputation.csv",
    log:
        "logs/assess_missing_components_{endpoint}.log",
    benchmark:
        "benchmarks/assess_missing_components_{endpoint}.tsv"
    conda:
        "../../environment.yml"
    params:
        missing_components=PLAN["missing_components"],
        seed=PLAN["resampling"]["seed"],
    script:
        "../../scripts/assess_missing_components.py"


rule plot_missing_components:
    """The three analyses beside each other, and observed beside imputed values."""
    input:
        estimates="results/missing_components/{endpoint}.csv",
        imputation="results/missing_components/{endpoint}_imputation.csv",
        code=library("plot_missing_components"),
    output:
        comparison=figure_files(
            "missing_components_{endpoint}_comparison",
            "Missing components",
            {"endpoint": "{endpoint}", "figure": "Three analyses side by side"},
        ),
        imputation=figure_files(
            "missing_components_{endpoint}_imputation",
            "Missing components",
            {"endpoint": "{endpoint}", "figure": "Observed and imputed values"},
        ),
    log:
        "logs/plot_missing_components_{endpoint}.log",
    benchmark:
        "benchmarks/plot_missing_components_{endpoint}.tsv"
    conda:
        "../../environment.yml"
    params:
        endpoint=lookup(dpath="endpoints/{endpoint}", within=PLAN),
        scores=pick(PLAN["missing_components"].get("scores", {}), "label"),
        variables=pick(
            PLAN["missing_components"].get("targets", {}),
            "label",
            "unit",
            "level_labels",
            "transform",
            "kind",
        ),
        synthetic=PLAN["study"]["synthetic"],
    script:
        "../../scripts/plot_missing_components.py"
