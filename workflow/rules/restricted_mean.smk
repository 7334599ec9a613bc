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
        **{
            f"figure_{name}": figure_files(
                f"restricted_mean_{{endpoint}}_{name}",
                "Restricted mean",
                {"endpoint": "{endpoint}", "figure": spec["label"]},
                "restricted_mean",
            )
            for name, spec in PLAN["restricted_mean"].get("groupings", {}).items()
        },
        means="results/restricted_mean/{endpoint}.csv",
    log:
        "logs/estimate_restricted_mean_{endpoint}.log",
    benchmark:
        "benchmarks/estimate_restricted_mean_{endpoint}.tsv"
    conda:
        "../../environment.yml"
    params:
        endpoint=lookup(dpath="{endpoint}", within=PLAN["endpoints"]),
        synthetic=PLAN["study"]["synthetic"],
        small_cells=SMALL_CELLS,
        number_style=NUMBERS,
        widths=WIDTHS,
        groupings=PLAN["restricted_mean"].get("groupings", {}),
        horizons=lookup(
            dpath="horizons_months/{endpoint}",
            within=PLAN["restricted_mean"],
            default=[],
        ),
    script:
        "../../scripts/estimate_restricted_mean.py"
