"""
Survival from later months on, of those who are still at risk then.

REQUIRED INPUT  results/private/cohort.parquet
OUTPUT          results/conditional_survival/survival.csv   one row per endpoint, grouping, group, condition, given and further months
                results/figures/conditional_survival_<endpoint>_<grouping>.svg, and .pdf and .png as the plan says
"""

CONDITIONAL = {
    f"{endpoint}_{name}": {"endpoint": endpoint, "figure": spec["label"]}
    for endpoint in PLAN["conditional_survival"].get("endpoints", [])
    for name, spec in PLAN["conditional_survival"]["groupings"].items()
}
if PLAN["conditional_survival"]:
    ALSO_CHECKED["conditional_survival"] = ["conditional_survival"]
    RESULTS.update(conditional_survival="results/conditional_survival/survival.csv")
FIGURES += expand(
    "results/figures/conditional_survival_{name}.svg",
    name=CONDITIONAL,
)


rule estimate_conditional_survival:
    """Survival of those still at risk after some months, for some further ones, and a figure per endpoint and grouping."""
    input:
        cohort="results/private/cohort.parquet",
        code=library("estimate_conditional_survival"),
    output:
        **{
            f"figure_{name}": figure_files(
                f"conditional_survival_{name}",
                "Conditional survival",
                labels,
                "conditional_survival",
            )
            for name, labels in CONDITIONAL.items()
        },
        survival="results/conditional_survival/survival.csv",
    log:
        "logs/estimate_conditional_survival.log",
    benchmark:
        "benchmarks/estimate_conditional_survival.tsv"
    priority: 2  # check_results waits for it, and the report for that
    conda:
        "../../environment.yml"
    params:
        endpoints=pick(PLAN["endpoints"], "label", "abbreviation", "origin_label"),
        settings=PLAN["conditional_survival"],
        synthetic=PLAN["study"]["synthetic"],
        small_cells=SMALL_CELLS,
        number_style=NUMBERS,
        widths=WIDTHS,
    script:
        "../../scripts/estimate_conditional_survival.py"
