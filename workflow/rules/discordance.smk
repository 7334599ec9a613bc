"""
Growth patterns of the single lesions of a patient.

REQUIRED INPUT  results/cohort.parquet
                PLAN["blocks"]["file"]                  one row per block; without it, nothing here is run
OUTPUT          results/discordance/assessed.csv        patients by the number of their lesions
                results/discordance/concordance.csv     pairs of lesions, and of blocks of a lesion, given the same group
                results/discordance/spread.csv          how far the share differs between them
                results/discordance/groups.csv          groups when one lesion stands for the patient
                results/discordance/hazards.csv         hazard ratio by each way of choosing the lesion
                results/figures/discordance_cohort.svg, and .pdf and .png as the plan says
"""

DISCORDANCE = (
    {
        f"discordance_{table}": f"results/discordance/{table}.csv"
        for table in ("assessed", "concordance", "spread", "groups", "hazards")
    }
    if PLAN["discordance"]
    else {}
)
DISCORDANCE_FIGURES = (
    ["results/figures/discordance_cohort.svg"] if PLAN["discordance"] else []
)


rule assess_discordance:
    """Whether the lesions of a patient agree, and what another one would have said."""
    input:
        cohort="results/cohort.parquet",
        blocks=PLAN["blocks"]["file"] if PLAN["blocks"] else [],
        code=library("assess_discordance"),
    output:
        assessed="results/discordance/assessed.csv",
        concordance="results/discordance/concordance.csv",
        spread="results/discordance/spread.csv",
        groups="results/discordance/groups.csv",
        hazards="results/discordance/hazards.csv",
    log:
        "logs/assess_discordance.log",
    benchmark:
        "benchmarks/assess_discordance.tsv"
    conda:
        "../../environment.yml"
    params:
        blocks=PLAN["blocks"],
        discordance=PLAN["discordance"],
        rules=pick(PLAN["growth_patterns"], "levels"),
        endpoints=list(PLAN["endpoints"]),
        resampling=PLAN["resampling"],
    script:
        "../../scripts/assess_discordance.py"


rule plot_discordance:
    """How often lesions and blocks agree, and how far they differ."""
    input:
        concordance="results/discordance/concordance.csv",
        spread="results/discordance/spread.csv",
        code=library("plot_discordance"),
    output:
        discordance=figure_files(
            "discordance_cohort", "Cohort", {"figure": "Lesions of one patient"}
        ),
    log:
        "logs/plot_discordance.log",
    benchmark:
        "benchmarks/plot_discordance.tsv"
    conda:
        "../../environment.yml"
    params:
        discordance=PLAN["discordance"],
        rules=pick(PLAN["growth_patterns"], "label"),
        synthetic=PLAN["study"]["synthetic"],
    script:
        "../../scripts/plot_discordance.py"
