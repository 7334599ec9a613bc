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
    """Every method fitted in the same resamples as the Cox model, its discrimination and the importance of each variable drawn."""
    input:
        cohort="results/private/cohort.parquet",
        code=library("assess_sensitivity_models"),
    output:
        **endpoint_figures(
            "sensitivity_models",
            "Cox",
            {
                name: f"Other methods, {model['label']}"
                for name, model in PLAN["sensitivity_models"].get("models", {}).items()
            },
            PLAN["sensitivity_models"].get("endpoints", []),
        ),
        models=of_endpoints("results/sensitivity_models/{endpoint}.csv"),
        differences=of_endpoints(
            "results/sensitivity_models/{endpoint}_differences.csv"
        ),
        importance=of_endpoints("results/sensitivity_models/{endpoint}_importance.csv"),
    log:
        "logs/assess_sensitivity_models.log",
    benchmark:
        "benchmarks/assess_sensitivity_models.tsv"
    priority: 1  # takes long: as the last job it would leave the other core idle
    conda:
        "../../environment.yml"
    params:
        endpoints=PLAN["endpoints"],
        sensitivity_models=PLAN["sensitivity_models"],
        variables=PLAN["variables"],
        seed=PLAN["resampling"]["seed"],
        synthetic=PLAN["study"]["synthetic"],
        small_cells=SMALL_CELLS,
        number_style=NUMBERS,
        widths=WIDTHS,
    script:
        "../../scripts/assess_sensitivity_models.py"
