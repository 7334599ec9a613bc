"""
Description of the cohort.

REQUIRED INPUT  results/cohort.parquet
OUTPUT          results/description/table1.csv             one row per grouping, variable, level and group
                results/description/missingness.csv        one row per variable
                results/description/missing_patterns.csv   one row per pattern of missing values
"""


rule describe_cohort:
    """Table 1 and what is missing."""
    input:
        cohort="results/cohort.parquet",
        code=library("describe_cohort"),
    output:
        table1="results/description/table1.csv",
        missingness="results/description/missingness.csv",
        patterns="results/description/missing_patterns.csv",
    log:
        "logs/describe_cohort.log",
    benchmark:
        "benchmarks/describe_cohort.tsv"
    conda:
        "../../environment.yml"
    params:
        variables={
            name: PLAN["variables"][name] for name in PLAN["description"]["variables"]
        },
        groupings={
            name: PLAN["groupings"][name]
            for name in ["overall", *PLAN["description"]["by"]]
        },
    script:
        "../../scripts/describe_cohort.py"
