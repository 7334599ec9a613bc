"""
Where to cut a number: every cut-off, the best one corrected for the search, and the number as it is.

REQUIRED INPUT  results/cohort.parquet
OUTPUT          results/description/cutoffs.csv             one row per number and level of its stratifying variable
                results/description/cutoffs_histogram.csv   bars of its distribution
                results/cutoffs/{endpoint}.csv              one row per number, analysis and cut
                results/cutoffs/{endpoint}_maxstat.csv      the best cut of each, its p-value corrected for the search
                results/cutoffs/{endpoint}_spline.csv       log hazard ratio along the number
                results/cutoffs/{endpoint}_tests.csv        tests of the number as it is
                results/figures/cutoffs_{endpoint}_<number>.svg, and .pdf and .png as the plan says
"""

CUTOFF_LEVELS = (
    {"cutoff_levels": "results/description/cutoffs.csv"} if PLAN["cutoffs"] else {}
)
CUTOFFS = (
    {
        "cutoffs": "results/cutoffs/{endpoint}.csv",
        "maxstat": "results/cutoffs/{endpoint}_maxstat.csv",
        "spline_tests": "results/cutoffs/{endpoint}_tests.csv",
    }
    if PLAN["cutoffs"]
    else {}
)
CUTOFF_FIGURES = expand(
    "results/figures/cutoffs_{endpoint}_{name}.svg",
    endpoint=PLAN["endpoints"],
    name=PLAN["cutoffs"],
)


rule describe_cutoffs:
    """Distribution of the numbers that are cut, in everybody and per level of the stratifying variable."""
    input:
        cohort="results/cohort.parquet",
        code=library("describe_cutoffs"),
    output:
        levels="results/description/cutoffs.csv",
        histogram="results/description/cutoffs_histogram.csv",
    log:
        "logs/describe_cutoffs.log",
    benchmark:
        "benchmarks/describe_cutoffs.tsv"
    conda:
        "../../environment.yml"
    params:
        numbers=pick(PLAN["cutoffs"], "by", "by_levels", "spec"),
    script:
        "../../scripts/describe_cutoffs.py"


rule assess_cutoffs:
    """Hazard ratio and discrimination at every cut, the best cut, and splines."""
    input:
        cohort="results/cohort.parquet",
        code=library("assess_cutoffs"),
    output:
        cutoffs="results/cutoffs/{endpoint}.csv",
        maxstat="results/cutoffs/{endpoint}_maxstat.csv",
        spline="results/cutoffs/{endpoint}_spline.csv",
        tests="results/cutoffs/{endpoint}_tests.csv",
    log:
        "logs/assess_cutoffs_{endpoint}.log",
    benchmark:
        "benchmarks/assess_cutoffs_{endpoint}.tsv"
    conda:
        "../../environment.yml"
    params:
        numbers=PLAN["cutoffs"],
        resampling=PLAN["resampling"],
    script:
        "../../scripts/assess_cutoffs.py"


rule plot_cutoffs:
    """Hazard ratio and discrimination along the cuts, and the number as it is."""
    input:
        histogram="results/description/cutoffs_histogram.csv",
        cutoffs="results/cutoffs/{endpoint}.csv",
        maxstat="results/cutoffs/{endpoint}_maxstat.csv",
        spline="results/cutoffs/{endpoint}_spline.csv",
        tests="results/cutoffs/{endpoint}_tests.csv",
        code=library("plot_cutoffs"),
    output:
        **{
            f"cutoffs_{name}": figure_files(
                f"cutoffs_{{endpoint}}_{name}",
                "Cut-offs",
                {"endpoint": "{endpoint}", "figure": number["label"]},
            )
            for name, number in PLAN["cutoffs"].items()
        },
    log:
        "logs/plot_cutoffs_{endpoint}.log",
    benchmark:
        "benchmarks/plot_cutoffs_{endpoint}.tsv"
    conda:
        "../../environment.yml"
    params:
        endpoint=lookup(dpath="endpoints/{endpoint}", within=PLAN),
        numbers=PLAN["cutoffs"],
        synthetic=PLAN["study"]["synthetic"],
    script:
        "../../scripts/plot_cutoffs.py"
