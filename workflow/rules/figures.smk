"""
Figures.

REQUIRED INPUT  results/attrition.csv, results/description/, results/kaplan_meier/, results/cumulative_incidence/, results/cox/
OUTPUT          results/figures/<kind>_<endpoint>_<name>.svg, and .pdf and .png as the plan says
"""

FIGURES = [
    *PUBLISHED_FIGURES,
    *CUTOFF_FIGURES,
    *DISCORDANCE_FIGURES,
    *MISSING_COMPONENTS_FIGURES,
    *ADDED_VALUE_FIGURES,
    *RECLASSIFICATION_FIGURES,
    *RECONSTRUCTED_FIGURES,
    "results/figures/flow_cohort.svg",
    "results/figures/missingness_cohort.svg",
    *expand(
        "results/figures/kaplan_meier_{endpoint}_{name}.svg",
        endpoint=PLAN["endpoints"],
        name=PLAN["groupings"],
    ),
    *expand(
        "results/figures/cumulative_incidence_{endpoint}_overall.svg",
        endpoint=COMPETING,
    ),
    *expand(
        "results/figures/forest_{endpoint}_{name}.svg",
        endpoint=PLAN["endpoints"],
        name=["univariable", *MULTIVARIABLE],
    ),
    *expand(
        "results/figures/proportional_hazards_{endpoint}_{name}.svg",
        endpoint=PLAN["endpoints"],
        name=MULTIVARIABLE,
    ),
    *expand(
        "results/figures/performance_{endpoint}_{name}.svg",
        endpoint=PLAN["endpoints"] if PLAN["performance"] else [],
        name=PERFORMANCE_FIGURES,
    ),
    *expand(
        "results/figures/subgroups_{endpoint}_{name}.svg",
        endpoint=PLAN["endpoints"],
        name=PLAN["subgroups"],
    ),
]


rule plot_cohort:
    """Flow diagram and missing values."""
    input:
        attrition="results/attrition.csv",
        missingness="results/description/missingness.csv",
        patterns="results/description/missing_patterns.csv",
        code=library("plot_cohort"),
    output:
        flow=figure_files("flow_cohort", "Cohort", {"figure": "Flow of patients"}),
        missingness=figure_files(
            "missingness_cohort", "Cohort", {"figure": "Missing values"}
        ),
    log:
        "logs/plot_cohort.log",
    benchmark:
        "benchmarks/plot_cohort.tsv"
    conda:
        "../../environment.yml"
    params:
        endpoints=PLAN["endpoints"],
        variables=PLAN["variables"],
        synthetic=PLAN["study"]["synthetic"],
    script:
        "../../scripts/plot_cohort.py"


rule plot_kaplan_meier:
    """Kaplan-Meier curves of every grouping."""
    input:
        curves="results/kaplan_meier/{endpoint}.csv",
        summary="results/kaplan_meier/{endpoint}_summary.csv",
        tests="results/kaplan_meier/{endpoint}_tests.csv",
        code=library("plot_kaplan_meier"),
    output:
        **{
            f"curves_{name}": figure_files(
                f"kaplan_meier_{{endpoint}}_{name}",
                "Kaplan-Meier",
                {"endpoint": "{endpoint}", "figure": spec["label"]},
            )
            for name, spec in PLAN["groupings"].items()
        },
    log:
        "logs/plot_kaplan_meier_{endpoint}.log",
    benchmark:
        "benchmarks/plot_kaplan_meier_{endpoint}.tsv"
    conda:
        "../../environment.yml"
    params:
        endpoint=lookup(dpath="endpoints/{endpoint}", within=PLAN),
        groupings=PLAN["groupings"],
        output=PLAN["output"],
        synthetic=PLAN["study"]["synthetic"],
    script:
        "../../scripts/plot_kaplan_meier.py"


rule plot_incidence:
    """Cumulative incidence of each event, for endpoints with more than one."""
    input:
        incidence="results/cumulative_incidence/{endpoint}.csv",
        curves="results/kaplan_meier/{endpoint}.csv",
        code=library("plot_incidence"),
    output:
        incidence=figure_files(
            "cumulative_incidence_{endpoint}_overall",
            "Kaplan-Meier",
            {"endpoint": "{endpoint}", "figure": "Cumulative incidence"},
        ),
    log:
        "logs/plot_incidence_{endpoint}.log",
    benchmark:
        "benchmarks/plot_incidence_{endpoint}.tsv"
    conda:
        "../../environment.yml"
    params:
        endpoint=lookup(dpath="endpoints/{endpoint}", within=PLAN),
        grouping=PLAN["groupings"]["overall"],
        output=PLAN["output"],
        synthetic=PLAN["study"]["synthetic"],
    script:
        "../../scripts/plot_incidence.py"


rule plot_cox:
    """Hazard ratios, proportional hazards and effects within subgroups."""
    input:
        coefficients="results/cox/{endpoint}.csv",
        models="results/cox/{endpoint}_models.csv",
        ph="results/cox/{endpoint}_ph.csv",
        schoenfeld="results/cox/{endpoint}_schoenfeld.csv",
        subgroups="results/cox/{endpoint}_subgroups.csv",
        code=library("plot_cox"),
    output:
        **{
            f"forest_{name}": figure_files(
                f"forest_{{endpoint}}_{name}",
                "Cox",
                {
                    "endpoint": "{endpoint}",
                    "figure": f"Hazard ratios, {model['label']}",
                },
            )
            for name, model in MULTIVARIABLE.items()
        },
        **{
            f"ph_{name}": figure_files(
                f"proportional_hazards_{{endpoint}}_{name}",
                "Cox",
                {
                    "endpoint": "{endpoint}",
                    "figure": f"Proportional hazards, {model['label']}",
                },
            )
            for name, model in MULTIVARIABLE.items()
        },
        **{
            f"subgroups_{name}": figure_files(
                f"subgroups_{{endpoint}}_{name}",
                "Cox",
                {
                    "endpoint": "{endpoint}",
                    "figure": f"Subgroups, {analysis['label']}",
                },
            )
            for name, analysis in PLAN["subgroups"].items()
        },
        univariable=figure_files(
            "forest_{endpoint}_univariable",
            "Cox",
            {"endpoint": "{endpoint}", "figure": "Hazard ratios, univariable"},
        ),
    log:
        "logs/plot_cox_{endpoint}.log",
    benchmark:
        "benchmarks/plot_cox_{endpoint}.tsv"
    conda:
        "../../environment.yml"
    params:
        endpoint=lookup(dpath="endpoints/{endpoint}", within=PLAN),
        models=PLAN["models"],
        multivariable=list(MULTIVARIABLE),
        subgroups=PLAN["subgroups"],
        variables=PLAN["variables"],
        synthetic=PLAN["study"]["synthetic"],
    script:
        "../../scripts/plot_cox.py"
