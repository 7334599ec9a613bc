"""
What a biomarker adds to a score.

REQUIRED INPUT  results/private/cohort.parquet
OUTPUT          results/added_value/{endpoint}.csv                    one row per addition and measure
                results/added_value/{endpoint}_reclassification.csv   risk groups of base and extended model
                results/added_value/{endpoint}_movement.csv           who moves up or down, with and without an event
                results/added_value/{endpoint}_decision_curves.csv    net benefit
                results/figures/added_value_{endpoint}_<addition>.svg, and .pdf and .png as the plan says
"""

if PLAN["added_value"]:
    ENDPOINT_RESULTS.update(
        added_value="results/added_value/{endpoint}.csv",
        added_value_reclassification="results/added_value/{endpoint}_reclassification.csv",
        movement="results/added_value/{endpoint}_movement.csv",
    )
FIGURES += expand(
    "results/figures/added_value_{endpoint}_{name}.svg",
    endpoint=PLAN["endpoints"],
    name=PLAN["added_value"].get("additions", []),
)


rule assess_added_value:
    """What variables add to the base model, on the same patients and resamples."""
    input:
        cohort="results/private/cohort.parquet",
        code=library("assess_added_value"),
    output:
        **endpoint_figures(
            "added_value",
            "Added value",
            {
                name: addition["label"]
                for name, addition in PLAN["added_value"].get("additions", {}).items()
            },
        ),
        added_value=of_endpoints("results/added_value/{endpoint}.csv"),
        reclassification=of_endpoints(
            "results/added_value/{endpoint}_reclassification.csv"
        ),
        movement=of_endpoints("results/added_value/{endpoint}_movement.csv"),
        decision_curves=of_endpoints(
            "results/added_value/{endpoint}_decision_curves.csv"
        ),
    log:
        "logs/assess_added_value.log",
    benchmark:
        "benchmarks/assess_added_value.tsv"
    priority: 1  # takes long: as the last job it would leave the other core idle
    conda:
        "../../environment.yml"
    params:
        added_value=PLAN["added_value"],
        endpoints=PLAN["endpoints"],
        synthetic=PLAN["study"]["synthetic"],
        small_cells=SMALL_CELLS,
        number_style=NUMBERS,
        widths=WIDTHS,
        resampling=PLAN["resampling"],
    script:
        "../../scripts/assess_added_value.py"
