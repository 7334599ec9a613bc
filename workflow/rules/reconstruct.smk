"""
Published curves of the user's choice, digitised: individual times are reconstructed (Guyot 2012) and set beside the cohort.

REQUIRED INPUT  config/published/<name>.csv           readings of each curve: stratum, time_months, survival
                config/published/<name>_at_risk.csv   the row of numbers at risk: stratum, time_months, at_risk
                results/cohort.parquet
OUTPUT          results/published/digitised/          the readings as numbers, and what is wrong with them (findings.csv)
                results/published/reconstructed/      individuals.csv (redrawn from a figure: not data of patients), curves.csv, points.csv, groups.csv
                results/figures/reconstructed_<endpoint>_<name>.svg, and .pdf and .png as the plan says
"""

CURVES = PLAN["published_curves"]
RECONSTRUCTED = (
    {
        f"reconstructed_{part}": f"results/published/reconstructed/{part}.csv"
        for part in ("points", "groups")
    }
    if CURVES
    else {}
)
RECONSTRUCTED_FIGURES = [
    f"results/figures/reconstructed_{curve['endpoint']}_{name}.svg"
    for name, curve in CURVES.items()
]
# errors in a curve stop the run before any analysis; an edit of it does not repeat that of the cohort
DIGITISED_FINDINGS = (
    [ancient("results/published/digitised/findings.csv")] if CURVES else []
)


rule read_digitised:
    """Read and check the digitised curves; every finding at once."""
    input:
        points=expand("config/published/{name}.csv", name=CURVES),
        at_risk=expand("config/published/{name}_at_risk.csv", name=CURVES),
        code=library("read_digitised"),
    output:
        points="results/published/digitised/points.csv",
        at_risk="results/published/digitised/at_risk.csv",
        findings="results/published/digitised/findings.csv",
    log:
        "logs/read_digitised.log",
    benchmark:
        "benchmarks/read_digitised.tsv"
    conda:
        "../../environment.yml"
    params:
        curves=pick(CURVES, "grouping", "unit", "strata", "total_events"),
        groupings=pick(PLAN["groupings"], "groups"),
    script:
        "../../scripts/read_digitised.py"


rule reconstruct_published:
    """Individual times behind the published curves, beside those of the cohort."""
    input:
        points="results/published/digitised/points.csv",
        at_risk="results/published/digitised/at_risk.csv",
        findings="results/published/digitised/findings.csv",
        cohort="results/cohort.parquet",
        code=library("reconstruct_published"),
    output:
        individuals="results/published/reconstructed/individuals.csv",
        curves="results/published/reconstructed/curves.csv",
        points="results/published/reconstructed/points.csv",
        groups="results/published/reconstructed/groups.csv",
    log:
        "logs/reconstruct_published.log",
    benchmark:
        "benchmarks/reconstruct_published.tsv"
    conda:
        "../../environment.yml"
    params:
        curves=CURVES,
        endpoints=pick(PLAN["endpoints"], "label", "landmarks_months"),
        groupings=pick(PLAN["groupings"], "groups", "group_labels", "landmark_months"),
    script:
        "../../scripts/reconstruct_published.py"


rule plot_reconstructed:
    """The reconstructed curves over those of the cohort."""
    input:
        curves="results/published/reconstructed/curves.csv",
        groups="results/published/reconstructed/groups.csv",
        code=library("plot_reconstructed"),
    output:
        **{
            f"reconstructed_{name}": figure_files(
                f"reconstructed_{curve['endpoint']}_{name}",
                "Published strata",
                {"endpoint": curve["endpoint"], "figure": curve["label"]},
                "reconstructed",
            )
            for name, curve in CURVES.items()
        },
    log:
        "logs/plot_reconstructed.log",
    benchmark:
        "benchmarks/plot_reconstructed.tsv"
    conda:
        "../../environment.yml"
    params:
        curves=CURVES,
        endpoints=pick(PLAN["endpoints"], "label"),
        groupings=pick(PLAN["groupings"], "label", "landmark_months"),
        output=PLAN["output"],
        synthetic=PLAN["study"]["synthetic"],
    script:
        "../../scripts/plot_reconstructed.py"
