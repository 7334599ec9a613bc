"""
Performance of scores, growth patterns and models, head to head.

REQUIRED INPUT  results/private/cohort.parquet
OUTPUT          results/performance/{endpoint}.csv               one row per predictor, metric and horizon
                results/performance/{endpoint}_differences.csv   one row per pair and metric, on the same resamples
                results/performance/{endpoint}_own_patients.csv  each predictor in its own patients, and what it costs the common set
                results/performance/{endpoint}_optimism.csv      models fitted in the cohort, corrected for it
                results/performance/{endpoint}_calibration.csv   observed and expected, slope, distance from the curve
                results/performance/{endpoint}_calibration_curves.csv   curves, risk groups and histograms
                results/performance/{endpoint}_decision_curves.csv      net benefit per threshold
                results/performance/{endpoint}_reclassification.csv     patients by their groups in two or more scores
                results/figures/performance_{endpoint}_<kind>.svg, and .pdf and .png as the plan says
"""

PERFORMANCE_FIGURES = {}  # kind: title
if PLAN["performance"]:
    ENDPOINT_RESULTS.update(
        performance="results/performance/{endpoint}.csv",
        differences="results/performance/{endpoint}_differences.csv",
        own_patients="results/performance/{endpoint}_own_patients.csv",
        optimism="results/performance/{endpoint}_optimism.csv",
        calibration="results/performance/{endpoint}_calibration.csv",
        decision="results/performance/{endpoint}_decision_curves.csv",
    )
    PERFORMANCE_FIGURES |= {
        "calibration": "Calibration",
        "decision": "Decision curves",
        "ranking": "Ranking of the predictors",
    }
if len(PLAN["performance"]) > 1:
    PERFORMANCE_FIGURES["differences"] = "Differences of the predictors"
if PLAN["reclassification"]:
    ENDPOINT_RESULTS.update(
        reclassification="results/performance/{endpoint}_reclassification.csv"
    )
    PERFORMANCE_FIGURES["reclassification"] = "Groups of one score in another"
FIGURES += expand(
    "results/figures/performance_{endpoint}_{name}.svg",
    endpoint=PLAN["endpoints"],
    name=PERFORMANCE_FIGURES,
)
COMPUTABLE = {
    name: score
    for name, score in PLAN["scores"].items()
    if score["status"] == "computable"
}


rule assess_performance:
    """Discrimination, calibration and net benefit on the same patients, with paired bootstrap differences."""
    input:
        cohort="results/private/cohort.parquet",
        code=library("assess_performance"),
    output:
        performance=of_endpoints("results/performance/{endpoint}.csv"),
        differences=of_endpoints("results/performance/{endpoint}_differences.csv"),
        own_patients=of_endpoints("results/performance/{endpoint}_own_patients.csv"),
        optimism=of_endpoints("results/performance/{endpoint}_optimism.csv"),
        calibration=of_endpoints("results/performance/{endpoint}_calibration.csv"),
        curves=of_endpoints("results/performance/{endpoint}_calibration_curves.csv"),
        decision=of_endpoints("results/performance/{endpoint}_decision_curves.csv"),
        flows=of_endpoints("results/performance/{endpoint}_reclassification.csv"),
    log:
        "logs/assess_performance.log",
    benchmark:
        "benchmarks/assess_performance.tsv"
    priority: 3  # the longest that check_results waits for, and the report for that
    conda:
        "../../environment.yml"
    threads: 1 if len(PLAN["endpoints"]) > 1 else 2  # with two it would wait until no other job runs
    params:
        predictors=PLAN["performance"],
        comparisons=PLAN["reclassification"],
        endpoints=PLAN["endpoints"],
        scores=pick(COMPUTABLE, "groups", "published"),
        derived=DERIVED_CURVES,
        resampling=PLAN["resampling"],
    script:
        "../../scripts/assess_performance.py"


rule plot_performance:
    """Ranking of the predictors, their differences, calibration and decision curves."""
    input:
        performance=of_endpoints("results/performance/{endpoint}.csv"),
        differences=of_endpoints("results/performance/{endpoint}_differences.csv"),
        optimism=of_endpoints("results/performance/{endpoint}_optimism.csv"),
        calibration=of_endpoints("results/performance/{endpoint}_calibration.csv"),
        curves=of_endpoints("results/performance/{endpoint}_calibration_curves.csv"),
        decision=of_endpoints("results/performance/{endpoint}_decision_curves.csv"),
        flows=of_endpoints("results/performance/{endpoint}_reclassification.csv"),
        code=library("plot_performance"),
    output:
        **{
            f"{name}_{place}": figure_files(
                f"performance_{endpoint}_{name}",
                "Performance",
                {"endpoint": endpoint, "figure": title},
                name,
            )
            for place, endpoint in enumerate(PLAN["endpoints"])
            for name, title in PERFORMANCE_FIGURES.items()
        },
    log:
        "logs/plot_performance.log",
    benchmark:
        "benchmarks/plot_performance.tsv"
    conda:
        "../../environment.yml"
    params:
        endpoints=PLAN["endpoints"],
        predictors=pick(PLAN["performance"], "label"),
        comparisons=PLAN["reclassification"],
        synthetic=PLAN["study"]["synthetic"],
        small_cells=SMALL_CELLS,
        number_style=NUMBERS,
        widths=WIDTHS,
    script:
        "../../scripts/plot_performance.py"
