"""
When and where disease comes back, with death without recurrence competing.

REQUIRED INPUT  results/private/cohort.parquet
OUTPUT          results/recurrence/timing.csv         one row per endpoint, grouping, group and class of timing
                results/recurrence/windows.csv        rate of recurrence in the early and in the late window
                results/recurrence/incidence.csv      one row per endpoint, classification, group, cause and time
                results/recurrence/incidence_at.csv   the same at the horizons, with the naive estimate beside it
                results/recurrence/gray.csv           Gray's tests
                results/recurrence/ratios.csv         cause-specific and subdistribution hazard ratios
                results/recurrence/odds.csv           odds ratios of the patterns among the recurrences
                results/recurrence/after.csv          survival after recurrence, and after the landmark
                results/recurrence/hazard.csv         smoothed hazard of recurrence
                results/recurrence/tests.csv          tests of timing, windows and survival after recurrence
                results/figures/recurrence_{incidence,hazard}_<endpoint>_<grouping>.svg, and .pdf and .png as the plan says
"""

RECURRENCE = {
    name: f"results/recurrence/{name}.csv"
    for name in (
        *("timing", "windows", "incidence", "incidence_at", "gray"),
        *("ratios", "odds", "after", "hazard", "tests"),
    )
}
RECURRENCE_FIGURES = {
    f"{kind}_{endpoint}_{grouping}": (kind, endpoint, spec["label"])
    for endpoint in PLAN["recurrence"].get("endpoints", [])
    for grouping, spec in PLAN["recurrence"]["groupings"].items()
    for kind in ("incidence", "hazard")
}
if PLAN["recurrence"]:
    ALSO_CHECKED["recurrence"] = [
        "recurrence_incidence_at",
        "recurrence_ratios",
        "recurrence_odds",
        "recurrence_windows",
        "recurrence_after",
    ]
    RESULTS.update({f"recurrence_{name}": file for name, file in RECURRENCE.items()})
FIGURES += expand("results/figures/recurrence_{name}.svg", name=RECURRENCE_FIGURES)


rule describe_recurrence:
    """When and where disease comes back: every table, and two figures per endpoint and grouping."""
    input:
        cohort="results/private/cohort.parquet",
        code=library("describe_recurrence"),
    output:
        **{
            name: figure_files(
                f"recurrence_{name}",
                "Recurrence",
                {"endpoint": endpoint, "figure": f"{label}, {kind}"},
                f"recurrence_{kind}",
            )
            for name, (kind, endpoint, label) in RECURRENCE_FIGURES.items()
        },
        **RECURRENCE,
    log:
        "logs/describe_recurrence.log",
    benchmark:
        "benchmarks/describe_recurrence.tsv"
    priority: 2  # check_results waits for it, and the report for that
    conda:
        "../../environment.yml"
    params:
        settings=PLAN["recurrence"],
        endpoints=pick(PLAN["endpoints"], "label", "time_label"),
        output=PLAN["output"],
        synthetic=PLAN["study"]["synthetic"],
        small_cells=SMALL_CELLS,
        number_style=NUMBERS,
        widths=WIDTHS,
    script:
        "../../scripts/describe_recurrence.py"
