"""
Where to cut a number: every cut-off, the best one corrected for the search, and the number as it is.

REQUIRED INPUT  results/private/cohort.parquet
OUTPUT          results/cutoffs/{endpoint}.csv              one row per number, analysis and cut
                results/cutoffs/{endpoint}_maxstat.csv      the best cut of each, its p-value corrected for the search
                results/cutoffs/{endpoint}_spline.csv       log hazard ratio along the number
                results/cutoffs/{endpoint}_tests.csv        tests of the number as it is
                results/figures/cutoffs_{endpoint}_<number>.svg, and .pdf and .png as the plan says
"""

if PLAN["cutoffs"]:
    ENDPOINT_RESULTS.update(
        cutoffs="results/cutoffs/{endpoint}.csv",
        maxstat="results/cutoffs/{endpoint}_maxstat.csv",
        spline_tests="results/cutoffs/{endpoint}_tests.csv",
    )
FIGURES += expand(
    "results/figures/cutoffs_{endpoint}_{name}.svg",
    endpoint=PLAN["endpoints"],
    name=PLAN["cutoffs"],
)


rule assess_cutoffs:
    """Hazard ratio and discrimination at every cut, the best cut, and splines."""
    input:
        cohort="results/private/cohort.parquet",
        code=library("assess_cutoffs"),
    output:
        **endpoint_figures(
            "cutoffs",
            "Cut-offs",
            {name: number["label"] for name, number in PLAN["cutoffs"].items()},
        ),
        cutoffs=of_endpoints("results/cutoffs/{endpoint}.csv"),
        maxstat=of_endpoints("results/cutoffs/{endpoint}_maxstat.csv"),
        spline=of_endpoints("results/cutoffs/{endpoint}_spline.csv"),
        tests=of_endpoints("results/cutoffs/{endpoint}_tests.csv"),
    log:
        "logs/assess_cutoffs.log",
    benchmark:
        "benchmarks/assess_cutoffs.tsv"
    conda:
        "../../environment.yml"
    params:
        endpoints=PLAN["endpoints"],
        synthetic=PLAN["study"]["synthetic"],
        small_cells=SMALL_CELLS,
        number_style=NUMBERS,
        widths=WIDTHS,
        numbers=PLAN["cutoffs"],
        resampling=PLAN["resampling"],
    script:
        "../../scripts/assess_cutoffs.py"
