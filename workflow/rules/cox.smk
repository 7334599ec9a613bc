"""
Cox models.

REQUIRED INPUT  results/private/cohort.parquet
OUTPUT          results/cox/{endpoint}.csv              one row per model and term
                results/cox/{endpoint}_models.csv       one row per fit: patients, events, parameters, tests
                results/cox/{endpoint}_ph.csv           proportional hazards, per term and GLOBAL
                results/cox/{endpoint}_schoenfeld.csv   scaled Schoenfeld residuals
                results/cox/{endpoint}_influence.csv    influence of single patients and collinearity, per coefficient
                results/private/influential/{endpoint}.csv   the patients
                results/cox/{endpoint}_subgroups.csv    one effect within subgroups, with interaction
                results/figures/forest_{endpoint}_<model>.svg, proportional_hazards_{endpoint}_<model>.svg,
                subgroups_{endpoint}_<analysis>.svg, and .pdf and .png as the plan says
                where a model has splines: results/cox/{endpoint}_spline_terms.csv, _spline_curves.csv, and
                results/figures/splines_{endpoint}_<model>.svg
"""

ENDPOINT_RESULTS.update(
    cox="results/cox/{endpoint}.csv",
    models="results/cox/{endpoint}_models.csv",
    ph="results/cox/{endpoint}_ph.csv",
    influence="results/cox/{endpoint}_influence.csv",
    subgroups="results/cox/{endpoint}_subgroups.csv",
)
CURVED = {name: model for name, model in PLAN["models"].items() if model["splines"]}
SPLINES = {
    table: f"results/cox/{{endpoint}}_{table}.csv"
    for table in ("spline_terms", "spline_curves")
    if CURVED
}
ENDPOINT_RESULTS.update({k: v for k, v in SPLINES.items() if k == "spline_terms"})
FIGURES += expand(
    "results/figures/splines_{endpoint}_{name}.svg",
    endpoint=PLAN["endpoints"],
    name=CURVED,
)
# a plan without a covariate has no forest
FORESTS = {name: model for name, model in PLAN["models"].items() if model["variables"]}
FIGURES += expand(
    "results/figures/forest_{endpoint}_{name}.svg",
    endpoint=PLAN["endpoints"],
    name=FORESTS,
)
FIGURES += expand(
    "results/figures/proportional_hazards_{endpoint}_{name}.svg",
    endpoint=PLAN["endpoints"],
    name=MULTIVARIABLE,
)
FIGURES += expand(
    "results/figures/subgroups_{endpoint}_{name}.svg",
    endpoint=PLAN["endpoints"],
    name=PLAN["subgroups"],
)


rule fit_cox:
    """Every covariate univariably, the plan's models, and effects within subgroups."""
    input:
        cohort="results/private/cohort.parquet",
        code=library("fit_cox"),
    output:
        **{name: of_endpoints(file) for name, file in SPLINES.items()},
        coefficients=of_endpoints("results/cox/{endpoint}.csv"),
        models=of_endpoints("results/cox/{endpoint}_models.csv"),
        ph=of_endpoints("results/cox/{endpoint}_ph.csv"),
        schoenfeld=of_endpoints("results/cox/{endpoint}_schoenfeld.csv"),
        influence=of_endpoints("results/cox/{endpoint}_influence.csv"),
        influential=of_endpoints("results/private/influential/{endpoint}.csv"),
        subgroups=of_endpoints("results/cox/{endpoint}_subgroups.csv"),
    log:
        "logs/fit_cox.log",
    benchmark:
        "benchmarks/fit_cox.tsv"
    priority: 2  # check_results waits for it, and the report for that
    conda:
        "../../environment.yml"
    params:
        endpoints=list(PLAN["endpoints"]),
        models=PLAN["models"],
        subgroups=PLAN["subgroups"],
        variables=PLAN["variables"],
    script:
        "../../scripts/fit_cox.py"


rule plot_cox:
    """Hazard ratios, proportional hazards and effects within subgroups."""
    input:
        **{name: of_endpoints(file) for name, file in SPLINES.items()},
        coefficients=of_endpoints("results/cox/{endpoint}.csv"),
        models=of_endpoints("results/cox/{endpoint}_models.csv"),
        ph=of_endpoints("results/cox/{endpoint}_ph.csv"),
        schoenfeld=of_endpoints("results/cox/{endpoint}_schoenfeld.csv"),
        subgroups=of_endpoints("results/cox/{endpoint}_subgroups.csv"),
        code=library("plot_cox"),
    output:
        **endpoint_figures(
            "forest",
            "Cox",
            {
                name: f"Hazard ratios, {spec['label']}"
                for name, spec in FORESTS.items()
            },
        ),
        **endpoint_figures(
            "proportional_hazards",
            "Cox",
            {
                name: f"Proportional hazards, {spec['label']}"
                for name, spec in MULTIVARIABLE.items()
            },
        ),
        **endpoint_figures(
            "splines",
            "Cox",
            {name: f"Splines, {spec['label']}" for name, spec in CURVED.items()},
        ),
        **endpoint_figures(
            "subgroups",
            "Cox",
            {
                name: f"Subgroups, {spec['label']}"
                for name, spec in PLAN["subgroups"].items()
            },
        ),
    log:
        "logs/plot_cox.log",
    benchmark:
        "benchmarks/plot_cox.tsv"
    conda:
        "../../environment.yml"
    params:
        endpoints=PLAN["endpoints"],
        models=PLAN["models"],
        forests=list(FORESTS),
        multivariable=list(MULTIVARIABLE),
        curved=list(CURVED),
        subgroups=PLAN["subgroups"],
        variables=PLAN["variables"],
        synthetic=PLAN["study"]["synthetic"],
        small_cells=SMALL_CELLS,
        number_style=NUMBERS,
        widths=WIDTHS,
    script:
        "../../scripts/plot_cox.py"
