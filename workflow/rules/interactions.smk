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
        **{
            f"figure_{name}": figure_files(
                f"interactions_{{endpoint}}_{name}",
                "Cox",
                {
                    "endpoint": "{endpoint}",
                    "figure": f"Interactions, {item['label']}",
                },
                "interactions",
            )
            for name, item in PLAN["interactions"].items()
        },
        interactions="results/interactions/{endpoint}.csv",
    log:
        "logs/estimate_interactions_{endpoint}.log",
    benchmark:
        "benchmarks/estimate_interactions_{endpoint}.tsv"
    conda:
        "../../environment.yml"
    params:
        endpoint=lookup(dpath="{endpoint}", within=PLAN["endpoints"]),
        interactions=PLAN["interactions"],
        variables=PLAN["variables"],
        synthetic=PLAN["study"]["synthetic"],
        small_cells=SMALL_CELLS,
        number_style=NUMBERS,
        widths=WIDTHS,
    script:
        "../../scripts/estimate_interactions.py"
