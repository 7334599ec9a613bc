"""
The cohort: read, checked, typed, with its endpoints.

REQUIRED INPUT  PLAN["sources"]             the cohort as exported: its files and the tables joined to them
                PLAN["dictionary"]          data dictionary of an export of REDCap, when there is one
                PLAN["blocks"]["file"]      one row per block, when growth patterns come from blocks
                PLAN["disease_states"]      its table with one row per event, when there is one
OUTPUT          results/private/ingested.parquet      typed variables and endpoints of the patients who are not excluded
                results/exclusions.csv                from the rows of the file to the patients analysed: excluded, not known
                results/private/blocks.parquet        typed shares of every block; no row without a table of blocks
                results/private/disease_states.parquet    spells of every patient in the states of disease_states:, else no row
                results/private/data_quality.csv      every finding: row, patient, column, value, rule, remedy
                results/attrition.csv                 who was left out and why
                results/private/scores.csv            one row per patient and score, with bounds
                results/score_status.csv              one row per score of the registry: computable or why not
                results/private/growth_patterns.csv   one row per patient, one column per rule
                results/score_agreement.csv, _summary.csv     recorded scores beside computed ones
                results/private/cohort.parquet        the patients analysed, with scores, growth patterns and groupings
                results/score_agreement_groups.csv, _components.csv   patients per pair of groups; which component explains it
                results/private/score_differences.csv   one row per patient whose recorded score is not the computed one
"""

RESULTS.update(
    attrition="results/attrition.csv",
    data_quality="results/private/data_quality.csv",
    scores="results/private/scores.csv",
    score_status="results/score_status.csv",
    score_agreement="results/score_agreement.csv",
    score_agreement_summary="results/score_agreement_summary.csv",
    growth_patterns="results/private/growth_patterns.csv",
    score_agreement_groups="results/score_agreement_groups.csv",
    score_agreement_components="results/score_agreement_components.csv",
)
BLOCKS = [PLAN["blocks"]["file"]] if PLAN["blocks"] else []
HISTORY = PLAN["disease_states"].get("history")
EVENT_FILES = [HISTORY["events"]["file"]] if HISTORY and HISTORY["events"] else []
DATA_FILES += [
    *(table["file"] for table in PLAN["sources"]),
    *PLAN["dictionary"],
    *BLOCKS,
    *EVENT_FILES,
]
INGESTED = select_ingested(PLAN)


rule ingest_cohort:
    """Read the export, leave out whom the plan excludes, and check the others; every finding at once."""
    input:
        cohort=local([table["file"] for table in PLAN["sources"]]),
        dictionary=local(PLAN["dictionary"]),
        blocks=local(BLOCKS),
        events=local(EVENT_FILES),
        code=library("ingest_cohort"),
    output:
        cohort="results/private/ingested.parquet",
        blocks="results/private/blocks.parquet",
        histories="results/private/disease_states.parquet",
        exclusions="results/exclusions.csv",
        findings="results/private/data_quality.csv",
        workbook="results/private/data_quality.xlsx",
    log:
        "logs/ingest_cohort.log",
    benchmark:
        "benchmarks/ingest_cohort.tsv"
    conda:
        "../../environment.yml"
    params:
        exclusions=list_exclusions,
        listed=LISTED,
        contents=state.hash_contents(DATA_FILES),
        plan=INGESTED,
        words=QUOTING,
    script:
        "../../scripts/ingest_cohort.py"


rule build_cohort:
    """Stop at errors in the data; scores, growth patterns and groupings of the patients."""
    input:
        cohort="results/private/ingested.parquet",
        exclusions="results/exclusions.csv",
        findings=["results/private/data_quality.csv", *DIGITISED_FINDINGS],
        code=library("build_cohort"),
    output:
        attrition="results/attrition.csv",
        scores="results/private/scores.csv",
        status="results/score_status.csv",
        growth_patterns="results/private/growth_patterns.csv",
        cohort="results/private/cohort.parquet",
        agreement="results/score_agreement.csv",
        agreement_summary="results/score_agreement_summary.csv",
        agreement_groups="results/score_agreement_groups.csv",
        agreement_components="results/score_agreement_components.csv",
        differences="results/private/score_differences.csv",
    log:
        "logs/build_cohort.log",
    benchmark:
        "benchmarks/build_cohort.tsv"
    conda:
        "../../environment.yml"
    params:
        endpoints=pick(PLAN["endpoints"], "label"),
        labels=PLAN["labels"],
        words=QUOTING,
        plan={
            key: PLAN[key]
            for key in ("scores", "growth_patterns", "groupings", "agreement")
        },
    script:
        "../../scripts/build_cohort.py"
