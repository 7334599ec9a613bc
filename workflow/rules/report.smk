"""
The report.

REQUIRED INPUT  every result file and figure
OUTPUT          results/report.html   one page, nothing else needed to read it
"""


rule render_report:
    """Everything on one page, in reading order."""
    input:
        **RESULTS,
        **ENDPOINT_RESULTS,
        figures=FIGURES,
        templates=[
            workflow.source_path("../report/report.html.j2"),
            workflow.source_path("../report/report.css"),
            workflow.source_path("../report/report.js"),
        ],
        code=library("render_report"),
    output:
        page=report(
            "results/report.html",
            caption="../report/report.rst",
            category="Report",
            labels={"report": "The whole report"},
        ),
    log:
        "logs/render_report.log",
    benchmark:
        "benchmarks/render_report.tsv"
    conda:
        "../../environment.yml"
    params:
        plan=PLAN,
    script:
        "../../scripts/render_report.py"
