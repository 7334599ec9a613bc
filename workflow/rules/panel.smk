"""
A panel of markers.

REQUIRED INPUT  results/private/cohort.parquet
OUTPUT          results/panel/{endpoint}.csv   one row per model, marker and level
                results/figures/panel_{endpoint}.svg, and .pdf and .png as the plan says
"""

if PLAN["panel"]:
    ALSO_CHECKED["panel"] = ["panel"]
    ENDPOINT_RESULTS.update(panel="results/panel/{endpoint}.csv")
    FIGURES += expand(
        "results/figures/panel_{endpoint}.svg", endpoint=PLAN["panel"]["endpoints"]
    )


rule assess_panel:
    """Every marker of the panel alone, adjusted and what it adds, and the volcano."""
    input:
        cohort="results/private/cohort.parquet",
        code=library("assess_panel"),
    output:
        **{
            f"figure_{place}": figure_files(
                f"panel_{endpoint}",
                "Markers",
                {"endpoint": endpoint, "figure": "Panel of markers"},
                "panel",
            )
            for place, endpoint in enumerate(PLAN["endpoints"])
        },
        panel=of_endpoints("results/panel/{endpoint}.csv"),
    log:
        "logs/assess_panel.log",
    benchmark:
        "benchmarks/assess_panel.tsv"
    priority: 2  # check_results waits for it, and the report for that
    conda:
        "../../environment.yml"
    params:
        endpoints=PLAN["endpoints"],
        panel=PLAN["panel"],
        variables={
            name: PLAN["variables"][name]
            for key in ("markers", "adjust")
            for name in PLAN["panel"].get(key, [])
        },
        synthetic=PLAN["study"]["synthetic"],
        small_cells=SMALL_CELLS,
        number_style=NUMBERS,
        widths=WIDTHS,
    script:
        "../../scripts/assess_panel.py"
