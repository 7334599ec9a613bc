"""
A study for practice, to be shared without data.

REQUIRED INPUT  PLAN["sources"] and the other tables of the plan
OUTPUT          results/practice/   a study: the plan marked synthetic, and made-up tables (`make practice`)
"""

# the study's own scores and published curves, which are nobody's data
OWN_FACTS = sorted(
    map(
        str,
        [*Path("config").glob("scores/*.yaml"), *Path("config").glob("published/*")],
    )
)


rule build_practice:
    """The plan's columns, codes and gaps drawn at random, each column by itself."""
    input:
        plan=local("config/config.yaml"),
        files=local(DATA_FILES),
        beside=local(OWN_FACTS),
        code=library("build_practice"),
    output:
        folder=directory("results/practice"),
    log:
        "logs/build_practice.log",
    benchmark:
        "benchmarks/build_practice.tsv"
    conda:
        "../../environment.yml"
    params:
        plan=INGESTED,
        contents=state.hash_contents([*DATA_FILES, *OWN_FACTS, "config/config.yaml"]),
        origin=next(
            (e["origin"] for e in PLAN["endpoints"].values() if e["origin"]), None
        ),
        seed=PLAN["resampling"]["seed"],
        exclusions=list_exclusions,
    script:
        "../../scripts/build_practice.py"
