"""
Published curves of the user's choice, digitised: individual times are reconstructed (Guyot 2012) and set beside the cohort.

REQUIRED INPUT  config/published/<name>.csv           readings of each curve: stratum, time_months, survival
                config/published/<name>_at_risk.csv   the row of numbers at risk: stratum, time_months, at_risk
                results/private/cohort.parquet
OUTPUT          results/published_curves/digitised/          the readings as numbers, and what is wrong with them (findings.csv)
                results/published_curves/      individuals.csv (redrawn from a figure: not data of patients), curves.csv, points.csv, groups.csv
                results/figures/reconstructed_<endpoint>_<name>.svg, and .pdf and .png as the plan says
"""

CURVES = PLAN["published_curves"]
if CURVES:
    RESULTS.update(
        reconstructed_points="results/published_curves/points.csv",
        reconstructed_groups="results/published_curves/groups.csv",
    )
FIGURES += [
    f"results/figures/reconstructed_{curve['endpoint']}_{name}.svg"
    for name, curve in CURVES.items()
]
SHOWN = ("label", "published_as", "landmarks_months", "time_label", "survival_label")
# errors in a curve stop the run before any analysis; an edit of it does not repeat that of the cohort
DIGITISED_FINDINGS = (
    [ancient("results/published_curves/digitised/findings.csv")] if CURVES else []
)


rule read_digitised:
    """Read and check the digitised curves; every finding at once."""
    input:
        points=local(expand("config/published/{name}.csv", name=CURVES)),
        at_risk=local(expand("config/published/{name}_at_risk.csv", name=CURVES)),
        code=library("read_digitised"),
    output:
        points="results/published_curves/digitised/points.csv",
        at_risk="results/published_curves/digitised/at_risk.csv",
        findings="results/published_curves/digitised/findings.csv",
    log:
        "logs/read_digitised.log",
    benchmark:
        "benchmarks/read_digitised.tsv"
    conda:
        "../../environment.yml"
    params:
        contents=state.hash_contents(
            expand(
                "config/published/{name}{part}.csv", name=CURVES, part=["", "_at_risk"]
            )
        ),
        curves=pick(CURVES, "grouping", "unit", "strata", "total_events"),
        groupings=pick(PLAN["groupings"], "groups"),
    script:
        "../../scripts/read_digitised.py"


rule reconstruct_curves:
    """Individual times behind the published curves, beside those of the cohort."""
    input:
        points="results/published_curves/digitised/points.csv",
        at_risk="results/published_curves/digitised/at_risk.csv",
        findings="results/published_curves/digitised/findings.csv",
        cohort="results/private/cohort.parquet",
        code=library("reconstruct_curves"),
    output:
        **{
            f"figure_{name}": figure_files(
                f"reconstructed_{curve['endpoint']}_{name}",
                "Published strata",
                {"endpoint": curve["endpoint"], "figure": curve["label"]},
                "reconstructed",
            )
            for name, curve in CURVES.items()
        },
        individuals="results/published_curves/individuals.csv",
        curves="results/published_curves/curves.csv",
        points="results/published_curves/points.csv",
        groups="results/published_curves/groups.csv",
    log:
        "logs/reconstruct_curves.log",
    benchmark:
        "benchmarks/reconstruct_curves.tsv"
    conda:
        "../../environment.yml"
    params:
        curves=CURVES,
        endpoints=pick(PLAN["endpoints"], *SHOWN),
        groupings=pick(
            PLAN["groupings"], "label", "groups", "group_labels", "landmark_months"
        ),
        output=PLAN["output"],
        synthetic=PLAN["study"]["synthetic"],
        small_cells=SMALL_CELLS,
        number_style=NUMBERS,
        widths=WIDTHS,
    script:
        "../../scripts/reconstruct_curves.py"
