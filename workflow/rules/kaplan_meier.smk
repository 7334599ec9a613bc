"""
Kaplan-Meier estimates.

REQUIRED INPUT  results/private/cohort.parquet
OUTPUT          results/kaplan_meier/{endpoint}.csv             curve: one row per grouping, group and time
                results/kaplan_meier/{endpoint}_summary.csv     medians and follow-up
                results/kaplan_meier/{endpoint}_landmarks.csv   survival at the plan's landmarks
                results/kaplan_meier/{endpoint}_tests.csv       log-rank, stratified, trend, pairwise
                results/cumulative_incidence/{endpoint}.csv     incidence of each event when another comes first
                results/follow_up/{endpoint}.csv                completeness of follow-up, one row per grouping and group
                results/published/{endpoint}.csv, _expected.csv, _curves.csv   see published.smk
                results/figures/kaplan_meier_{endpoint}_<grouping>.svg, cumulative_incidence_{endpoint}_overall.svg, and .pdf and .png
"""

ENDPOINT_RESULTS.update(
    curves="results/kaplan_meier/{endpoint}.csv",
    summary="results/kaplan_meier/{endpoint}_summary.csv",
    landmarks="results/kaplan_meier/{endpoint}_landmarks.csv",
    tests="results/kaplan_meier/{endpoint}_tests.csv",
    incidence="results/cumulative_incidence/{endpoint}.csv",
    completeness="results/follow_up/{endpoint}.csv",
)
FIGURES += expand(
    "results/figures/kaplan_meier_{endpoint}_{name}.svg",
    endpoint=PLAN["endpoints"],
    name=PLAN["groupings"],
)
FIGURES += expand(
    "results/figures/cumulative_incidence_{endpoint}_overall.svg", endpoint=COMPETING
)


rule estimate_kaplan_meier:
    """Curves, medians, landmarks, tests and completeness of follow-up of every grouping; strata beside what was published."""
    input:
        cohort="results/private/cohort.parquet",
        code=library("estimate_kaplan_meier"),
    output:
        curves="results/kaplan_meier/{endpoint}.csv",
        summary="results/kaplan_meier/{endpoint}_summary.csv",
        landmarks="results/kaplan_meier/{endpoint}_landmarks.csv",
        tests="results/kaplan_meier/{endpoint}_tests.csv",
        incidence="results/cumulative_incidence/{endpoint}.csv",
        completeness="results/follow_up/{endpoint}.csv",
        published_points="results/published/{endpoint}.csv",
        published_expected="results/published/{endpoint}_expected.csv",
        published_curves="results/published/{endpoint}_curves.csv",
    log:
        "logs/estimate_kaplan_meier_{endpoint}.log",
    benchmark:
        "benchmarks/estimate_kaplan_meier_{endpoint}.tsv"
    priority: 1  # check_results waits for it, and the report for that
    conda:
        "../../environment.yml"
    params:
        endpoint=lookup(dpath="{endpoint}", within=PLAN["endpoints"]),
        groupings=PLAN["groupings"],
        scores=pick(PUBLISHED, "status", "groups", "published"),
        derived=DERIVED_CURVES,
        data_lock=PLAN["cohort"]["data_lock"],
    script:
        "../../scripts/estimate_kaplan_meier.py"


rule plot_kaplan_meier:
    """Kaplan-Meier curves of every grouping."""
    input:
        curves="results/kaplan_meier/{endpoint}.csv",
        summary="results/kaplan_meier/{endpoint}_summary.csv",
        tests="results/kaplan_meier/{endpoint}_tests.csv",
        code=library("plot_kaplan_meier"),
    output:
        **{
            f"curves_{name}": figure_files(
                f"kaplan_meier_{{endpoint}}_{name}",
                "Kaplan-Meier",
                {"endpoint": "{endpoint}", "figure": spec["label"]},
                "kaplan_meier",
            )
            for name, spec in PLAN["groupings"].items()
        },
    log:
        "logs/plot_kaplan_meier_{endpoint}.log",
    benchmark:
        "benchmarks/plot_kaplan_meier_{endpoint}.tsv"
    conda:
        "../../environment.yml"
    params:
        endpoint=lookup(dpath="{endpoint}", within=PLAN["endpoints"]),
        groupings=PLAN["groupings"],
        output=PLAN["output"],
        synthetic=PLAN["study"]["synthetic"],
        small_cells=SMALL_CELLS,
        number_style=NUMBERS,
    script:
        "../../scripts/plot_kaplan_meier.py"


rule plot_incidence:
    """Cumulative incidence of each event, for endpoints with more than one."""
    input:
        incidence=expand(
            "results/cumulative_incidence/{endpoint}.csv", endpoint=COMPETING
        ),
        curves=expand("results/kaplan_meier/{endpoint}.csv", endpoint=COMPETING),
        code=library("plot_incidence"),
    output:
        **{
            f"figure_{endpoint}": figure_files(
                f"cumulative_incidence_{endpoint}_overall",
                "Kaplan-Meier",
                {"endpoint": endpoint, "figure": "Cumulative incidence"},
                "cumulative_incidence",
            )
            for endpoint in COMPETING
        },
    log:
        "logs/plot_incidence.log",
    benchmark:
        "benchmarks/plot_incidence.tsv"
    conda:
        "../../environment.yml"
    params:
        endpoints={name: PLAN["endpoints"][name] for name in COMPETING},
        grouping=PLAN["groupings"]["overall"],
        output=PLAN["output"],
        synthetic=PLAN["study"]["synthetic"],
        small_cells=SMALL_CELLS,
        number_style=NUMBERS,
    script:
        "../../scripts/plot_incidence.py"
