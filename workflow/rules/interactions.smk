"""
Declared interactions.

REQUIRED INPUT  results/private/cohort.parquet
OUTPUT          results/interactions/{endpoint}.csv   one row per variable, other variable and level of it
                results/figures/interactions_{endpoint}_<variable>.svg, and .pdf and .png as the plan says
"""

if PLAN["interactions"]:
    ALSO_CHECKED["interactions"] = ["interactions"]
    ENDPOINT_RESULTS.update(interactions="results/interactions/{endpoint}.csv")
FIGURES += expand(
    "results/figures/interactions_{endpoint}_{name}.svg",
    endpoint=PLAN["endpoints"],
    name=PLAN["interactions"],
)


rule estimate_interactions:
    """The test, the effect of one variable at the levels of another, a forest per variable."""
    input:
        cohort="results/private/cohort.parquet",
        code=library("estimate_interactions"),
    output:
        **endpoint_figures(
            "interactions",
            "Cox",
            {
                name: f"Interactions, {item['label']}"
                for name, item in PLAN["interactions"].items()
            },
        ),
        interactions=of_endpoints("results/interactions/{endpoint}.csv"),
    log:
        "logs/estimate_interactions.log",
    benchmark:
        "benchmarks/estimate_interactions.tsv"
    priority: 2  # check_results waits for it, and the report for that
    conda:
        "../../environment.yml"
    params:
        endpoints=PLAN["endpoints"],
        interactions=PLAN["interactions"],
        variables=PLAN["variables"],
        synthetic=PLAN["study"]["synthetic"],
        small_cells=SMALL_CELLS,
        number_style=NUMBERS,
        widths=WIDTHS,
    script:
        "../../scripts/estimate_interactions.py"
