"""
Disease states over time.

REQUIRED INPUT  results/private/cohort.parquet
                results/private/disease_states.parquet    spells of every patient, made when the cohort is read
OUTPUT          results/disease_states/transitions.csv    changes of state by group: patients, spells, events, rate
                results/disease_states/curves.csv         probability of each state over time, by group
                results/disease_states/shares.csv         the same at the months of the plan, with limits
                results/disease_states/means.csv          mean months in each state up to the horizon, with differences
                results/disease_states/pathways.csv       patients by step of their pathway
                results/figures/disease_states_<grouping>.svg, disease_states_pathways.svg, and .pdf and .png as the plan says
                results/private/disease_states_swimmer.svg   at most 60 patients, a line each: never to be shared
"""

STATES = PLAN["disease_states"]
STATE_TABLES = ["transitions", "shares", "means", "pathways"]
if STATES:
    RESULTS.update(
        {f"states_{n}": f"results/disease_states/{n}.csv" for n in STATE_TABLES}
    )
FIGURES += [
    f"results/figures/disease_states_{name}.svg"
    for name in [*STATES.get("groupings", []), *(["pathways"] if STATES else [])]
]
# a line per patient is no count that can be hidden: not drawn at all where small counts are
SWIMMER = [] if SMALL_CELLS else ["results/private/disease_states_swimmer.svg"]


rule estimate_disease_states:
    """Changes between disease states, the share in each over time and the mean time in each, with their figures."""
    input:
        cohort="results/private/cohort.parquet",
        histories="results/private/disease_states.parquet",
        code=library("estimate_disease_states"),
    output:
        **{
            f"figure_{name}": figure_files(
                f"disease_states_{name}",
                "Disease states",
                {"figure": spec["label"]},
                "disease_states",
            )
            for name, spec in STATES.get("groupings", {}).items()
        },
        **{name: f"results/disease_states/{name}.csv" for name in STATE_TABLES},
        pathways_figure=figure_files(
            "disease_states_pathways",
            "Disease states",
            {"figure": "Pathways"},
            "disease_pathways",
        ),
        swimmer=SWIMMER,
        curves="results/disease_states/curves.csv",
    log:
        "logs/estimate_disease_states.log",
    benchmark:
        "benchmarks/estimate_disease_states.tsv"
    conda:
        "../../environment.yml"
    params:
        plan=STATES,
        resampling=PLAN["resampling"],
        synthetic=PLAN["study"]["synthetic"],
        small_cells=SMALL_CELLS,
        number_style=NUMBERS,
        widths=WIDTHS,
    script:
        "../../scripts/estimate_disease_states.py"
