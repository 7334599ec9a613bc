"""
Clinical risk scores.

REQUIRED INPUT  results/patients.parquet
OUTPUT          results/scores.csv          one row per patient and score, with bounds
                results/score_status.csv    one row per score of the registry: computable or why not
"""


rule compute_scores:
    """Evaluate every score of the registry that the columns allow."""
    input:
        patients="results/patients.parquet",
        code=library("scores", "storage"),
    output:
        scores="results/scores.csv",
        status="results/score_status.csv",
    log:
        "logs/compute_scores.log",
    benchmark:
        "benchmarks/compute_scores.tsv"
    conda:
        "../../environment.yml"
    params:
        scores=PLAN["scores"],
        labels=PLAN["labels"],
    script:
        "../../scripts/compute_scores.py"
