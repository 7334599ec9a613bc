"""
Hazard ratios of growth patterns, the cohort's own beside published ones.

REQUIRED INPUT  results/private/cohort.parquet
OUTPUT          results/pattern_hazards/{endpoint}.csv   one row per published contrast; none where nothing was published
                results/figures/pattern_hazards_{endpoint}.svg, and .pdf and .png as the plan says
"""

if PLAN["pattern_hazards"]:
    ENDPOINT_RESULTS.update(pattern_hazards="results/pattern_hazards/{endpoint}.csv")
FIGURES += expand(
    "results/figures/pattern_hazards_{endpoint}.svg", endpoint=PLAN["pattern_hazards"]
)


rule compare_pattern_hazards:
    """The cohort's hazard ratio of every contrast of which one was published, and a forest of both."""
    input:
        cohort="results/private/cohort.parquet",
        code=library("compare_pattern_hazards"),
    output:
        **{
            f"figure_{endpoint}": figure_files(
                f"pattern_hazards_{endpoint}",
                "Growth patterns",
                {
                    "endpoint": endpoint,
                    "figure": "Hazard ratios beside published ones",
                },
                "pattern_hazards",
            )
            for endpoint in PLAN["pattern_hazards"]
        },
        hazards=expand(
            "results/pattern_hazards/{endpoint}.csv", endpoint=PLAN["endpoints"]
        ),
    log:
        "logs/compare_pattern_hazards.log",
    benchmark:
        "benchmarks/compare_pattern_hazards.tsv"
    conda:
        "../../environment.yml"
    params:
        contrasts=PLAN["pattern_hazards"],
        endpoints=PLAN["endpoints"],
        synthetic=PLAN["study"]["synthetic"],
        small_cells=SMALL_CELLS,
        number_style=NUMBERS,
        widths=WIDTHS,
    script:
        "../../scripts/compare_pattern_hazards.py"
