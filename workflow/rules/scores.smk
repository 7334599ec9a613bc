"""
Clinical risk scores.

REQUIRED INPUT  results/patients.parquet
OUTPUT          results/scores.csv          one row per patient and score, with bounds
                results/score_status.csv    one row per score of the registry: computable or why not
                results/score_registry.html every definition on one page (`make scores`)
"""

OWN_SCORES = {
    path.stem: str(path) for path in sorted(Path("config/scores").glob("*.yaml"))
}
REGISTRY = {**SCORES, **OWN_SCORES}


rule compute_scores:
    """Evaluate every score of the registry that the columns allow."""
    input:
        patients="results/patients.parquet",
        code=library("compute_scores"),
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


rule render_score_registry:
    """Every score of the registry on one page, with the support of each fact."""
    input:
        scores=REGISTRY.values(),
        dictionary=workflow.source_path("../schemas/dictionary.yaml"),
        template=workflow.source_path("../report/registry.html.j2"),
        code=library("render_score_registry"),
    output:
        page="results/score_registry.html",
    log:
        "logs/render_score_registry.log",
    benchmark:
        "benchmarks/render_score_registry.tsv"
    conda:
        "../../environment.yml"
    params:
        names=list(REGISTRY),
    script:
        "../../scripts/render_score_registry.py"
