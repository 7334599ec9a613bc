"""
The share of patients who never have the event, by a mixture cure model.

REQUIRED INPUT  results/private/cohort.parquet
                results/kaplan_meier/{endpoint}.csv   the curves that the models are drawn upon
OUTPUT          results/cure/cured.csv                one row per endpoint, grouping and group
                results/cure/tests.csv                is the share the same in all groups: one row per endpoint and grouping
                results/cure/curves.csv               the fitted curves, month by month
                results/figures/cure_<endpoint>_<grouping>.svg, and .pdf and .png as the plan says
"""

CURES = {
    f"{endpoint}_{name}": {"endpoint": endpoint, "figure": spec["label"]}
    for endpoint in PLAN["cure"].get("endpoints", [])
    for name, spec in PLAN["cure"]["groupings"].items()
}
if PLAN["cure"]:
    ALSO_CHECKED["cure"] = ["cure"]
    RESULTS.update(cure="results/cure/cured.csv", cure_tests="results/cure/tests.csv")
FIGURES += expand(
    "results/figures/cure_{name}.svg",
    name=CURES,
)


rule estimate_cure:
    """The share of patients who never have the event, by a mixture cure model, and a figure per endpoint and grouping."""
    input:
        cohort="results/private/cohort.parquet",
        observed=expand(
            "results/kaplan_meier/{endpoint}.csv",
            endpoint=PLAN["cure"].get("endpoints", []),
        ),
        code=library("estimate_cure"),
    output:
        **{
            f"figure_{name}": figure_files(
                f"cure_{name}", "Cured share", labels, "cure"
            )
            for name, labels in CURES.items()
        },
        cured="results/cure/cured.csv",
        tests="results/cure/tests.csv",
        curves="results/cure/curves.csv",
    log:
        "logs/estimate_cure.log",
    benchmark:
        "benchmarks/estimate_cure.tsv"
    priority: 2  # check_results waits for it, and the report for that
    conda:
        "../../environment.yml"
    params:
        endpoints=pick(PLAN["endpoints"], "label", "time_label", "survival_label"),
        settings=PLAN["cure"],
        output=PLAN["output"],
        synthetic=PLAN["study"]["synthetic"],
        small_cells=SMALL_CELLS,
        number_style=NUMBERS,
        widths=WIDTHS,
    script:
        "../../scripts/estimate_cure.py"
