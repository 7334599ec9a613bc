"""
Tables.

REQUIRED INPUT  every result file
OUTPUT          results/tables/   tables.docx, tables.xlsx and one CSV per table
"""

RESULTS = {
    "attrition": "results/attrition.csv",
    "data_quality": "results/data_quality.csv",
    "table1": "results/description/table1.csv",
    "missingness": "results/description/missingness.csv",
    "scores": "results/scores.csv",
    "score_status": "results/score_status.csv",
    "score_agreement": "results/score_agreement.csv",
    "score_agreement_summary": "results/score_agreement_summary.csv",
    "growth_patterns": "results/growth_patterns.csv",
    **CUTOFF_LEVELS,
    **DISCORDANCE,
    **RECONSTRUCTED,
}
ENDPOINT_RESULTS = {
    name: expand(path, endpoint=PLAN["endpoints"])
    for name, path in {
        "curves": "results/kaplan_meier/{endpoint}.csv",
        "summary": "results/kaplan_meier/{endpoint}_summary.csv",
        "landmarks": "results/kaplan_meier/{endpoint}_landmarks.csv",
        "tests": "results/kaplan_meier/{endpoint}_tests.csv",
        "incidence": "results/cumulative_incidence/{endpoint}.csv",
        "cox": "results/cox/{endpoint}.csv",
        "models": "results/cox/{endpoint}_models.csv",
        "ph": "results/cox/{endpoint}_ph.csv",
        "subgroups": "results/cox/{endpoint}_subgroups.csv",
        **PERFORMANCE,
        **MISSING_COMPONENTS,
        **RECLASSIFICATION,
        **ADDED_VALUE,
        **PUBLISHED_RESULTS,
        **CUTOFFS,
    }.items()
}


rule tabulate_results:
    """The tables of the paper, as Word, Excel and CSV."""
    input:
        **RESULTS,
        **ENDPOINT_RESULTS,
        code=library("tabulate_results"),
    output:
        tables=report(
            directory("results/tables"),
            patterns=["{table}.csv"],
            caption="../report/tables.rst",
            category="Tables",
            labels={"table": "{table}"},
        ),
    log:
        "logs/tabulate_results.log",
    benchmark:
        "benchmarks/tabulate_results.tsv"
    conda:
        "../../environment.yml"
    params:
        plan=PLAN,
    script:
        "../../scripts/tabulate_results.py"
