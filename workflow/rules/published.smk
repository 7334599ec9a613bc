"""
The cohort against what was published for each stratum of a score.

REQUIRED INPUT  results/cohort.parquet
OUTPUT          results/published/{endpoint}.csv            one row per score, stratum and published time
                results/published/{endpoint}_expected.csv   events observed and expected, medians: one row per stratum
                results/published/{endpoint}_curves.csv     the curves of the figures
                results/figures/published_{endpoint}_<score>.svg, and .pdf and .png as the plan says
"""

DERIVED_CURVES = read_yaml(workflow.source_path("../schemas/published_curves.yaml"))
PUBLISHED = {
    name: score
    for name, score in PLAN["scores"].items()
    if score["status"] == "computable"
    and score["published"]
    and name in PLAN["scores_used"]
}
if PUBLISHED:
    ENDPOINT_RESULTS.update(
        published="results/published/{endpoint}.csv",
        published_expected="results/published/{endpoint}_expected.csv",
    )
PUBLISHED_AS = {spec["published_as"] for spec in PLAN["endpoints"].values()}
# all are drawn; the report shows a score where its endpoint is that of the plan, or where the plan has it nowhere
FIGURES += [
    f"results/figures/published_{endpoint}_{name}.svg"
    for endpoint, spec in PLAN["endpoints"].items()
    for name, score in PUBLISHED.items()
    if any(
        name_endpoint(entry["endpoint"]) not in PUBLISHED_AS - {spec["published_as"]}
        for entry in score["published"]
    )
]


rule compare_published:
    """Survival, medians and events of the scores' strata beside the published ones."""
    input:
        cohort="results/cohort.parquet",
        code=library("compare_published"),
    output:
        **{
            f"figure_{name}": figure_files(
                f"published_{{endpoint}}_{name}",
                "Published strata",
                {"endpoint": "{endpoint}", "figure": score["label"]},
                "published",
            )
            for name, score in PUBLISHED.items()
        },
        points="results/published/{endpoint}.csv",
        expected="results/published/{endpoint}_expected.csv",
        curves="results/published/{endpoint}_curves.csv",
    log:
        "logs/compare_published_{endpoint}.log",
    benchmark:
        "benchmarks/compare_published_{endpoint}.tsv"
    conda:
        "../../environment.yml"
    params:
        endpoint=lookup(dpath="{endpoint}", within=PLAN["endpoints"]),
        endpoints=pick(PLAN["endpoints"], "label", "published_as"),
        scores=pick(PUBLISHED, "status", "label", "groups", "published"),
        output=PLAN["output"],
        synthetic=PLAN["study"]["synthetic"],
        derived=DERIVED_CURVES,
    script:
        "../../scripts/compare_published.py"
