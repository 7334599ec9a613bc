"""
The cohort against what was published for each stratum of a score.

REQUIRED INPUT  results/published/{endpoint}.csv, _expected.csv, _curves.csv   written with the Kaplan-Meier estimates
OUTPUT          results/published/{endpoint}.csv            one row per score, stratum and published time
                results/published/{endpoint}_expected.csv   events observed and expected, medians: one row per stratum
                results/published/{endpoint}_curves.csv     the curves of the figures
                results/figures/published_{endpoint}_<score>.svg, and .pdf and .png as the plan says
"""

DERIVED_CURVES = read_yaml(workflow.source_path("../schemas/published_curves.yaml"))
# what becomes known in follow-up is published from then on, not from the origin of the endpoints
PUBLISHED = {
    name: score
    for name, score in PLAN["scores"].items()
    if score["status"] == "computable"
    and score["published"]
    and name in PLAN["scores_used"]
    and score["timing"] != "follow-up"
}
if PUBLISHED:
    ENDPOINT_RESULTS.update(
        published="results/published/{endpoint}.csv",
        published_expected="results/published/{endpoint}_expected.csv",
    )
PUBLISHED_AS = {spec["published_as"] for spec in PLAN["endpoints"].values()}
# {endpoint: scores}, where a score's endpoint is that of the plan, or where the plan has it nowhere
COMPARED = {
    endpoint: [
        name
        for name, score in PUBLISHED.items()
        if any(
            name_endpoint(entry["endpoint"])
            not in PUBLISHED_AS - {spec["published_as"]}
            for entry in score["published"]
        )
    ]
    for endpoint, spec in PLAN["endpoints"].items()
}
COMPARED = {endpoint: names for endpoint, names in COMPARED.items() if names}
FIGURES += [
    f"results/figures/published_{endpoint}_{name}.svg"
    for endpoint, names in COMPARED.items()
    for name in names
]


rule plot_published:
    """The curves of the scores' strata with the published survival."""
    input:
        points=expand("results/published/{endpoint}.csv", endpoint=COMPARED),
        expected=expand("results/published/{endpoint}_expected.csv", endpoint=COMPARED),
        curves=expand("results/published/{endpoint}_curves.csv", endpoint=COMPARED),
        code=library("plot_published"),
    output:
        **{
            f"figure_{endpoint}_{name}": figure_files(
                f"published_{endpoint}_{name}",
                "Published strata",
                {"endpoint": endpoint, "figure": PUBLISHED[name]["label"]},
                "published",
            )
            for endpoint, names in COMPARED.items()
            for name in names
        },
    log:
        "logs/plot_published.log",
    benchmark:
        "benchmarks/plot_published.tsv"
    conda:
        "../../environment.yml"
    params:
        compared=COMPARED,
        endpoints=PLAN["endpoints"],
        scores=pick(PUBLISHED, "label", "groups"),
        output=PLAN["output"],
        synthetic=PLAN["study"]["synthetic"],
        small_cells=SMALL_CELLS,
        number_style=NUMBERS,
        widths=WIDTHS,
    script:
        "../../scripts/plot_published.py"
