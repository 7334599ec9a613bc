"""
The registry of the scores.

REQUIRED INPUT  workflow/scores/*.yaml, config/scores/*.yaml
OUTPUT          results/score_registry.html   every definition on one page (`make scores`)
"""

OWN_SCORES = {
    path.stem: local(path) for path in sorted(Path("config/scores").glob("*.yaml"))
}
REGISTRY = {**SCORES, **OWN_SCORES}


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
        contents=state.hash_contents(REGISTRY.values()),
        names=list(REGISTRY),
        words={**QUOTING, "verbatim": False} if QUOTING else {},
    script:
        "../../scripts/render_score_registry.py"
