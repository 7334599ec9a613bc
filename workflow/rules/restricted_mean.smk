"""
Restricted mean survival time by group.

REQUIRED INPUT  results/private/cohort.parquet
OUTPUT          results/restricted_mean/{endpoint}.csv   one row per grouping, group and horizon
                results/figures/restricted_mean_{endpoint}_<grouping>.svg, and .pdf and .png as the plan says
"""

if PLAN["restricted_mean"]:
    ALSO_CHECKED["restricted_mean"] = ["restricted_mean"]
    ENDPOINT_RESULTS.update(restricted_mean="results/restricted_mean/{endpoint}.csv")
FIGURES += expand(
    "results/figures/restricted_mean_{endpoint}_{name}.svg",
    endpoint=PLAN["endpoints"],
    name=PLAN["restricted_mean"].get("groupings", []),
)


rule estimate_restricted_mean:
    """Restricted mean survival time of every group, with difference and ratio, and a figure per grouping."""
    input:
        cohort="results/private/cohort.parquet",
        code=library("estimate_restricted_mean"),
    output:
        **endpoint_figures(
            "restricted_mean",
            "Restricted mean",
            {
                name: spec["label"]
                for name, spec in PLAN["restricted_mean"].get("groupings", {}).items()
            },
        ),
        means=of_endpoints("results/restricted_mean/{endpoint}.csv"),
    log:
        "logs/estimate_restricted_mean.log",
    benchmark:
        "benchmarks/estimate_restricted_mean.tsv"
    priority: 2  # check_results waits for it, and the report for that
    conda:
        "../../environment.yml"
    params:
        endpoints=PLAN["endpoints"],
        synthetic=PLAN["study"]["synthetic"],
        small_cells=SMALL_CELLS,
        number_style=NUMBERS,
        widths=WIDTHS,
        groupings=PLAN["restricted_mean"].get("groupings", {}),
        horizons=PLAN["restricted_mean"].get("horizons_months", {}),
    script:
        "../../scripts/estimate_restricted_mean.py"
