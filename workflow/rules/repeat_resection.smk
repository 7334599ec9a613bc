"""
Treatment of a recurrence, and survival counted from the recurrence.

REQUIRED INPUT  results/private/cohort.parquet
OUTPUT          results/repeat_resection/account.csv              who has a recurrence and is in which analysis
                results/repeat_resection/shares.csv               share of the treated, by group
                results/repeat_resection/curves.csv               survival after the landmark by treatment, one row per time
                results/repeat_resection/summary.csv              one row per group: patients, deaths, median
                results/repeat_resection/survival.csv             survival at the months of the plan
                results/repeat_resection/tests.csv                log-rank tests
                results/repeat_resection/hazard_ratios.csv        at the landmark, in time, and naively (wrong)
                results/repeat_resection/score.csv                survival from the treatment by the score; may have no row
                results/repeat_resection/remnant.csv              future liver remnant and tumour burden; may have no row
                results/repeat_resection/remnant_thresholds.csv   remnants below the threshold of the liver; may have no row
                results/figures/repeat_resection_landmark.svg, and .pdf and .png as the plan says
                results/private/repeat_resection/remnant.svg      remnant against burden, single patients: never shared
"""

REPEAT_RESECTION = PLAN["repeat_resection"]
if REPEAT_RESECTION:
    ALSO_CHECKED["repeat_resection"] = [
        "repeat_resection_shares",
        "repeat_resection_hazard_ratios",
        "repeat_resection_survival",
        "repeat_resection_tests",
    ]
    RESULTS.update(
        repeat_resection_account="results/repeat_resection/account.csv",
        repeat_resection_shares="results/repeat_resection/shares.csv",
        repeat_resection_summary="results/repeat_resection/summary.csv",
        repeat_resection_survival="results/repeat_resection/survival.csv",
        repeat_resection_tests="results/repeat_resection/tests.csv",
        repeat_resection_hazard_ratios="results/repeat_resection/hazard_ratios.csv",
        repeat_resection_score="results/repeat_resection/score.csv",
        repeat_resection_remnant="results/repeat_resection/remnant.csv",
        repeat_resection_remnant_thresholds="results/repeat_resection/remnant_thresholds.csv",
    )
    FIGURES.append("results/figures/repeat_resection_landmark.svg")


rule estimate_repeat_resection:
    """Who is treated for a recurrence, survival after it without immortal time, the score, and liver remnants."""
    input:
        cohort="results/private/cohort.parquet",
        code=library("estimate_repeat_resection"),
    output:
        **(
            {"scatter": "results/private/repeat_resection/remnant.svg"}
            if REPEAT_RESECTION and REPEAT_RESECTION["remnant"]
            else {}
        ),
        account="results/repeat_resection/account.csv",
        shares="results/repeat_resection/shares.csv",
        curves="results/repeat_resection/curves.csv",
        summary="results/repeat_resection/summary.csv",
        survival="results/repeat_resection/survival.csv",
        tests="results/repeat_resection/tests.csv",
        hazard_ratios="results/repeat_resection/hazard_ratios.csv",
        score="results/repeat_resection/score.csv",
        remnant="results/repeat_resection/remnant.csv",
        remnant_thresholds="results/repeat_resection/remnant_thresholds.csv",
        figure=figure_files(
            "repeat_resection_landmark",
            "Treatment of the recurrence",
            {"figure": "Survival after the recurrence"},
            "repeat_resection",
        ),
    log:
        "logs/estimate_repeat_resection.log",
    benchmark:
        "benchmarks/estimate_repeat_resection.tsv"
    priority: 2  # check_results waits for it, and the report for that
    conda:
        "../../environment.yml"
    params:
        settings=REPEAT_RESECTION,
        endpoint=PLAN["endpoints"].get(REPEAT_RESECTION.get("endpoint")),
        resampling=PLAN["resampling"],
        synthetic=PLAN["study"]["synthetic"],
        small_cells=SMALL_CELLS,
        number_style=NUMBERS,
        widths=WIDTHS,
    script:
        "../../scripts/estimate_repeat_resection.py"
