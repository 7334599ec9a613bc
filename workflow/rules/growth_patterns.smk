"""
Histopathological growth patterns.

REQUIRED INPUT  results/patients.parquet      shares of the tumour-liver interface per patient
OUTPUT          results/growth_patterns.csv   one row per patient, one column per rule
"""


rule classify_growth_patterns:
    """Turn shares into groups by the rules of the field."""
    input:
        patients="results/patients.parquet",
        code=library("classify_growth_patterns"),
    output:
        growth_patterns="results/growth_patterns.csv",
    log:
        "logs/classify_growth_patterns.log",
    benchmark:
        "benchmarks/classify_growth_patterns.tsv"
    conda:
        "../../environment.yml"
    params:
        rules=PLAN["growth_patterns"],
    script:
        "../../scripts/classify_growth_patterns.py"
