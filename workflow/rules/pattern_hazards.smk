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
    """The cohort's hazard ratio of every contrast of which one was published."""
    input:
        cohort="results/private/cohort.parquet",
        code=library("compare_pattern_hazards"),
    output:
        hazards="results/pattern_hazards/{endpoint}.csv",
    log:
        "logs/compare_pattern_hazards_{endpoint}.log",
    benchmark:
        "benchmarks/compare_pattern_hazards_{endpoint}.tsv"
    conda:
        "../../environment.yml"
    params:
        contrasts=lookup(dpath="{endpoint}", within=PLAN["pattern_hazards"], default=[]),
    script:
        "../../scripts/compare_pattern_hazards.py"


rule plot_pattern_hazards:
    """Forest of own and published hazard ratios."""
    input:
        hazards="results/pattern_hazards/{endpoint}.csv",
        code=library("plot_pattern_hazards"),
    output:
        forest=figure_files(
            "pattern_hazards_{endpoint}",
            "Growth patterns",
            {
                "endpoint": "{endpoint}",
                "figure": "Hazard ratios beside published ones",
            },
            "pattern_hazards",
        ),
    log:
        "logs/plot_pattern_hazards_{endpoint}.log",
    benchmark:
        "benchmarks/plot_pattern_hazards_{endpoint}.tsv"
    conda:
        "../../environment.yml"
    params:
        contrasts=lookup(dpath="{endpoint}", within=PLAN["pattern_hazards"], default=[]),
        endpoint=lookup(dpath="{endpoint}", within=PLAN["endpoints"]),
        synthetic=PLAN["study"]["synthetic"],
        small_cells=SMALL_CELLS,
    script:
        "../../scripts/plot_pattern_hazards.py"
