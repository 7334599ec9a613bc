"""
Penalised Cox models, random survival forest and gradient boosting beside the plan's models.

REQUIRED INPUT  results/private/cohort.parquet
OUTPUT          results/sensitivity_models/{endpoint}.csv               one row per model and method; none of an endpoint not asked for
                results/sensitivity_models/{endpoint}_differences.csv   one row per pair of methods
                results/sensitivity_models/{endpoint}_importance.csv    one row per method and variable
                results/figures/sensitivity_models_{endpoint}_<model>.svg, and .pdf and .png as the plan says
"""

if PLAN["sensitivity_models"]:
    ENDPOINT_RESULTS.update(
        sensitivity_models="results/sensitivity_models/{endpoint}.csv",
        sensitivity_differences="results/sensitivity_models/{endpoint}_differences.csv",
    )
FIGURES += expand(
    "results/figures/sensitivity_models_{endpoint}_{name}.svg",
    endpoint=PLAN["sensitivity_models"].get("endpoints", []),
    name=PLAN["sensitivity_models"].get("models", []),
)


rule assess_sensitivity_models:
    """Every method fitted in the same resamples as the Cox model."""
    input:
        cohort="results/private/cohort.parquet",
        code=library("assess_sensitivity_models"),
    output:
        models="results/sensitivity_models/{endpoint}.csv",
        differences="results/sensitivity_models/{endpoint}_differences.csv",
        importance="results/sensitivity_models/{endpoint}_importance.csv",
    log:
        "logs/assess_sensitivity_models_{endpoint}.log",
    benchmark:
        "benchmarks/assess_sensitivity_models_{endpoint}.tsv"
    conda:
        "../../environment.yml"
    params:
        sensitivity_models=PLAN["sensitivity_models"],
        seed=PLAN["resampling"]["seed"],
    script:
        "../../scripts/assess_sensitivity_models.py"


rule plot_sensitivity_models:
    """Discrimination of every method, and the importance of each variable."""
    input:
        models="results/sensitivity_models/{endpoint}.csv",
        differences="results/sensitivity_models/{endpoint}_differences.csv",
        importance="results/sensitivity_models/{endpoint}_importance.csv",
        code=library("plot_sensitivity_models"),
    output:
        **{
            f"figure_{name}": figure_files(
                f"sensitivity_models_{{endpoint}}_{name}",
                "Cox",
                {
                    "endpoint": "{endpoint}",
                    "figure": f"Other methods, {model['label']}",
                },
                "sensitivity_models",
            )
            for name, model in PLAN["sensitivity_models"].get("models", {}).items()
        },
    log:
        "logs/plot_sensitivity_models_{endpoint}.log",
    benchmark:
        "benchmarks/plot_sensitivity_models_{endpoint}.tsv"
    conda:
        "../../environment.yml"
    params:
        sensitivity_models=PLAN["sensitivity_models"],
        variables=PLAN["variables"],
        endpoint=lookup(dpath="{endpoint}", within=PLAN["endpoints"]),
        synthetic=PLAN["study"]["synthetic"],
        small_cells=SMALL_CELLS,
        number_style=NUMBERS,
        widths=WIDTHS,
    script:
        "../../scripts/plot_sensitivity_models.py"
