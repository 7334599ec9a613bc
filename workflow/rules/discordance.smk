"""
Growth patterns of the single lesions of a patient.

REQUIRED INPUT  results/private/cohort.parquet
                results/private/blocks.parquet                  one row per block; without blocks in the plan, nothing here is run
OUTPUT          results/discordance/assessed.csv        patients by the number of their lesions
                results/discordance/concordance.csv     pairs of lesions, and of blocks of a lesion, given the same group
                results/discordance/spread.csv          how far the share differs between them
                results/discordance/groups.csv          groups when one lesion stands for the patient
                results/discordance/hazards.csv         hazard ratio by each way of choosing the lesion
                results/figures/discordance_cohort.svg, and .pdf and .png as the plan says
"""

if PLAN["discordance"]:
    RESULTS.update(
        discordance_assessed="results/discordance/assessed.csv",
        discordance_concordance="results/discordance/concordance.csv",
        discordance_groups="results/discordance/groups.csv",
        discordance_hazards="results/discordance/hazards.csv",
    )
    FIGURES.append("results/figures/discordance_cohort.svg")


rule assess_discordance:
    """Whether the lesions of a patient agree, and what another one would have said."""
    input:
        cohort="results/private/cohort.parquet",
        blocks="results/private/blocks.parquet",
        code=library("assess_discordance"),
    output:
        assessed="results/discordance/assessed.csv",
        concordance="results/discordance/concordance.csv",
        spread="results/discordance/spread.csv",
        groups="results/discordance/groups.csv",
        hazards="results/discordance/hazards.csv",
        figure=figure_files(
            "discordance_cohort",
            "Cohort",
            {"figure": "Lesions of one patient"},
            "discordance",
        ),
    log:
        "logs/assess_discordance.log",
    benchmark:
        "benchmarks/assess_discordance.tsv"
    conda:
        "../../environment.yml"
    params:
        synthetic=PLAN["study"]["synthetic"],
        small_cells=SMALL_CELLS,
        number_style=NUMBERS,
        widths=WIDTHS,
        discordance=PLAN["discordance"],
        rules=pick(
            {
                name: rule
                for name, rule in PLAN["growth_patterns"].items()
                if not rule.get("recorded")
            },
            "levels",
            "label",
        ),
        endpoints=list(PLAN["endpoints"]),
        resampling=PLAN["resampling"],
    script:
        "../../scripts/assess_discordance.py"
