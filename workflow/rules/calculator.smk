"""
The calculator for one patient.

REQUIRED INPUT  results/private/cohort.parquet
OUTPUT          results/calculator.html   one page without a patient's data in it (`make calculator`)
"""


rule build_calculator:
    """Every score of one patient, beside published survival and this cohort's, on one page that needs no network."""
    input:
        cohort="results/private/cohort.parquet",
        template=workflow.source_path("../report/calculator.html.j2"),
        engine=workflow.source_path("../report/calculator_engine.js"),
        script=workflow.source_path("../report/calculator.js"),
        code=library("build_calculator"),
    output:
        page="results/calculator.html",
    log:
        "logs/build_calculator.log",
    benchmark:
        "benchmarks/build_calculator.tsv"
    conda:
        "../../environment.yml"
    params:
        calculator=PLAN["calculator"],
        scores=PLAN["scores"],
        endpoints=PLAN["endpoints"],
        study={key: PLAN["study"][key] for key in ("title", "synthetic")},
        small_cells=SMALL_CELLS,
        words={**QUOTING, "verbatim": False} if QUOTING else {},
    script:
        "../../scripts/build_calculator.py"
