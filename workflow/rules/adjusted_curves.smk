"""
Survival of two groups adjusted for what else differs between them.

REQUIRED INPUT  results/private/cohort.parquet
OUTPUT          results/adjusted_curves/{endpoint}.csv           one row per comparison, method, measure and horizon
                results/adjusted_curves/{endpoint}_curves.csv    one row per comparison, method, group and time
                results/adjusted_curves/{endpoint}_balance.csv   one row per comparison and covariate or level
                results/adjusted_curves/{endpoint}_overlap.csv   one row per comparison and group
                results/figures/adjusted_curves_{endpoint}_<comparison>.svg, adjusted_balance_{endpoint}_<comparison>.svg,
                and .pdf and .png as the plan says
"""

if PLAN["adjusted_curves"]:
    ALSO_CHECKED["adjusted_curves"] = ["adjusted_curves"]
    ENDPOINT_RESULTS.update(
        adjusted_curves="results/adjusted_curves/{endpoint}.csv",
        adjusted_curves_balance="results/adjusted_curves/{endpoint}_balance.csv",
        adjusted_curves_overlap="results/adjusted_curves/{endpoint}_overlap.csv",
    )
FIGURES += [
    f"results/figures/adjusted_{kind}_{endpoint}_{name}.svg"
    for endpoint, names in PLAN["adjusted_curves"].get("horizons_months", {}).items()
    for name in names
    for kind in ("curves", "balance")
]


rule adjust_curves:
    """Two groups compared as they are and adjusted for what else differs between them, with curves and balance."""
    input:
        cohort="results/private/cohort.parquet",
        code=library("adjust_curves"),
    output:
        **endpoint_figures(
            "adjusted_curves",
            "Adjusted curves",
            {
                name: f"{spec['label']}, curves"
                for name, spec in PLAN["adjusted_curves"]
                .get("comparisons", {})
                .items()
            },
        ),
        **endpoint_figures(
            "adjusted_balance",
            "Adjusted curves",
            {
                name: f"{spec['label']}, balance"
                for name, spec in PLAN["adjusted_curves"]
                .get("comparisons", {})
                .items()
            },
        ),
        adjusted=of_endpoints("results/adjusted_curves/{endpoint}.csv"),
        curves=of_endpoints("results/adjusted_curves/{endpoint}_curves.csv"),
        balance=of_endpoints("results/adjusted_curves/{endpoint}_balance.csv"),
        overlap=of_endpoints("results/adjusted_curves/{endpoint}_overlap.csv"),
    log:
        "logs/adjust_curves.log",
    benchmark:
        "benchmarks/adjust_curves.tsv"
    priority: 2  # check_results waits for it, and the report for that
    conda:
        "../../environment.yml"
    params:
        endpoints=PLAN["endpoints"],
        synthetic=PLAN["study"]["synthetic"],
        small_cells=SMALL_CELLS,
        number_style=NUMBERS,
        widths=WIDTHS,
        resampling=PLAN["resampling"],
        comparisons=PLAN["adjusted_curves"].get("comparisons", {}),
        horizons=PLAN["adjusted_curves"].get("horizons_months", {}),
    script:
        "../../scripts/adjust_curves.py"
