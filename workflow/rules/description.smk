"""
Description of the cohort.

REQUIRED INPUT  results/private/cohort.parquet, results/cox/{endpoint}_models.csv (for the flow)
OUTPUT          results/description/table1.csv             one row per grouping, variable, level and group
                results/description/missingness.csv        one row per variable
                results/description/missing_patterns.csv   one row per pattern of missing values
                results/description/cutoffs.csv            one row per number that is cut and level of its stratifying variable
                results/figures/flow_cohort.svg, missingness_cohort.svg, and .pdf and .png as the plan says
"""

RESULTS.update(
    table1="results/description/table1.csv",
    missingness="results/description/missingness.csv",
)
if PLAN["cutoffs"]:
    RESULTS.update(cutoff_levels="results/description/cutoffs.csv")
FIGURES += [
    "results/figures/flow_cohort.svg",
    "results/figures/missingness_cohort.svg",
]


rule describe_cohort:
    """Flow, Table 1, what is missing, and the numbers that are cut."""
    input:
        cohort="results/private/cohort.parquet",
        attrition="results/attrition.csv",
        fits=expand("results/cox/{endpoint}_models.csv", endpoint=PLAN["endpoints"]),
        code=library("describe_cohort"),
    output:
        table1="results/description/table1.csv",
        missingness="results/description/missingness.csv",
        patterns="results/description/missing_patterns.csv",
        levels="results/description/cutoffs.csv",
        flow=figure_files(
            "flow_cohort", "Cohort", {"figure": "Flow of patients"}, "flow"
        ),
        missing=figure_files(
            "missingness_cohort", "Cohort", {"figure": "Missing values"}, "missingness"
        ),
    log:
        "logs/describe_cohort.log",
    benchmark:
        "benchmarks/describe_cohort.tsv"
    conda:
        "../../environment.yml"
    params:
        endpoints=pick(PLAN["endpoints"], "label"),
        models=pick(MULTIVARIABLE, "label"),
        covariates={
            name: PLAN["variables"][name]["label"]
            for model in MULTIVARIABLE.values()
            for name in model["variables"]
        },
        numbers=pick(PLAN["cutoffs"], "by", "by_levels", "spec"),
        synthetic=PLAN["study"]["synthetic"],
        small_cells=SMALL_CELLS,
        number_style=NUMBERS,
        widths=WIDTHS,
        variables={
            name: PLAN["variables"][name] for name in PLAN["description"]["variables"]
        },
        groupings={
            name: {
                **PLAN["groupings"][name],
                "made_of": PLAN["description"]["made_of"].get(name, []),
                "left_out": PLAN["description"]["left_out"].get(name, []),
            }
            for name in ["overall", *PLAN["description"]["by"]]
        },
    script:
        "../../scripts/describe_cohort.py"
