"""
Kaplan-Meier estimates.

REQUIRED INPUT  results/private/cohort.parquet
OUTPUT          results/kaplan_meier/{endpoint}.csv             curve: one row per grouping, group and time
                results/kaplan_meier/{endpoint}_summary.csv     medians and follow-up
                results/kaplan_meier/{endpoint}_landmarks.csv   survival at the plan's landmarks
                results/kaplan_meier/{endpoint}_tests.csv       log-rank, stratified, trend, pairwise
                results/kaplan_meier/{endpoint}_ratios.csv      hazard ratios of the groups, from a Cox model of them alone
                results/cumulative_incidence/{endpoint}.csv     incidence of each event when another comes first
                results/cumulative_incidence/{endpoint}_tests.csv   Gray's test of each event between groups
                results/follow_up/{endpoint}.csv                completeness of follow-up, one row per grouping and group
                results/published/{endpoint}.csv, _expected.csv, _curves.csv   see published.smk
                results/figures/kaplan_meier_{endpoint}_<grouping>.svg, cumulative_incidence_{endpoint}_<grouping>.svg, and .pdf and .png
"""

ENDPOINT_RESULTS.update(
    curves="results/kaplan_meier/{endpoint}.csv",
    summary="results/kaplan_meier/{endpoint}_summary.csv",
    landmarks="results/kaplan_meier/{endpoint}_landmarks.csv",
    tests="results/kaplan_meier/{endpoint}_tests.csv",
    ratios="results/kaplan_meier/{endpoint}_ratios.csv",
    incidence="results/cumulative_incidence/{endpoint}.csv",
    incidence_tests="results/cumulative_incidence/{endpoint}_tests.csv",
    completeness="results/follow_up/{endpoint}.csv",
)
FIGURES += expand(
    "results/figures/kaplan_meier_{endpoint}_{name}.svg",
    endpoint=PLAN["endpoints"],
    name=PLAN["groupings"],
)
FIGURES += expand(
    "results/figures/cumulative_incidence_{endpoint}_{name}.svg",
    endpoint=COMPETING,
    name=["overall", *PLAN["kaplan_meier"]["incidence"]],
)


rule estimate_kaplan_meier:
    """Curves, medians, landmarks, tests, hazard ratios, completeness of follow-up; strata beside what was published."""
    input:
        cohort="results/private/cohort.parquet",
        code=library("estimate_kaplan_meier"),
    output:
        curves=of_endpoints("results/kaplan_meier/{endpoint}.csv"),
        summary=of_endpoints("results/kaplan_meier/{endpoint}_summary.csv"),
        landmarks=of_endpoints("results/kaplan_meier/{endpoint}_landmarks.csv"),
        tests=of_endpoints("results/kaplan_meier/{endpoint}_tests.csv"),
        ratios=of_endpoints("results/kaplan_meier/{endpoint}_ratios.csv"),
        incidence=of_endpoints("results/cumulative_incidence/{endpoint}.csv"),
        incidence_tests=of_endpoints(
            "results/cumulative_incidence/{endpoint}_tests.csv"
        ),
        completeness=of_endpoints("results/follow_up/{endpoint}.csv"),
        published_points=of_endpoints("results/published/{endpoint}.csv"),
        published_expected=of_endpoints("results/published/{endpoint}_expected.csv"),
        published_curves=of_endpoints("results/published/{endpoint}_curves.csv"),
    log:
        "logs/estimate_kaplan_meier.log",
    benchmark:
        "benchmarks/estimate_kaplan_meier.tsv"
    priority: 2  # check_results waits for it, and the report for that
    conda:
        "../../environment.yml"
    params:
        endpoints=PLAN["endpoints"],
        groupings=PLAN["groupings"],
        scores=pick(PUBLISHED, "status", "groups", "published"),
        derived=DERIVED_CURVES,
        data_lock=PLAN["cohort"]["data_lock"],
    script:
        "../../scripts/estimate_kaplan_meier.py"


rule plot_kaplan_meier:
    """Kaplan-Meier curves of every grouping; cumulative incidence of each event, for endpoints with more than one."""
    input:
        curves=of_endpoints("results/kaplan_meier/{endpoint}.csv"),
        summary=of_endpoints("results/kaplan_meier/{endpoint}_summary.csv"),
        tests=of_endpoints("results/kaplan_meier/{endpoint}_tests.csv"),
        landmarks=of_endpoints("results/kaplan_meier/{endpoint}_landmarks.csv"),
        ratios=of_endpoints("results/kaplan_meier/{endpoint}_ratios.csv"),
        incidence=of_endpoints("results/cumulative_incidence/{endpoint}.csv"),
        incidence_tests=of_endpoints(
            "results/cumulative_incidence/{endpoint}_tests.csv"
        ),
        code=library("plot_kaplan_meier"),
    output:
        **endpoint_figures(
            "kaplan_meier",
            "Kaplan-Meier",
            {name: spec["label"] for name, spec in PLAN["groupings"].items()},
        ),
        **{
            f"incidence_{endpoint}_{name}": figure_files(
                f"cumulative_incidence_{endpoint}_{name}",
                "Kaplan-Meier",
                {
                    "endpoint": endpoint,
                    "figure": f"Cumulative incidence, {PLAN['groupings'][name]['label']}",
                },
                "cumulative_incidence",
            )
            for endpoint in COMPETING
            for name in ["overall", *PLAN["kaplan_meier"]["incidence"]]
        },
    log:
        "logs/plot_kaplan_meier.log",
    benchmark:
        "benchmarks/plot_kaplan_meier.tsv"
    conda:
        "../../environment.yml"
    params:
        endpoints=PLAN["endpoints"],
        competing=COMPETING,
        groupings=PLAN["groupings"],
        incidence=["overall", *PLAN["kaplan_meier"]["incidence"]],
        output=PLAN["output"],
        synthetic=PLAN["study"]["synthetic"],
        small_cells=SMALL_CELLS,
        number_style=NUMBERS,
        widths=WIDTHS,
    script:
        "../../scripts/plot_kaplan_meier.py"
