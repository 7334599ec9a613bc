"""
The report and its tables.

REQUIRED INPUT  every result file and figure
OUTPUT          results/report.html   one page, nothing else needed to read it
                results/tables/       tables.docx, tables.xlsx and one CSV per table
                results/numbers.csv   every headline number by key: value, text, and the file and row that it stands in
"""


rule render_report:
    """Everything on one page, in reading order, and its tables as Word, Excel and CSV."""
    input:
        **RESULTS,
        **{
            name: expand(path, endpoint=PLAN["endpoints"])
            for name, path in ENDPOINT_RESULTS.items()
        },
        figures=FIGURES,
        templates=[
            workflow.source_path("../report/report.html.j2"),
            workflow.source_path("../report/report.css"),
            workflow.source_path("../report/report.js"),
            *(
                workflow.source_path(f"../report/captions/{kind}.rst")
                for kind in MANIFEST["captions"]
            ),
        ],
        code=library("render_report", *WORDS),
    output:
        page=report(
            "results/report.html",
            caption="../report/report.rst",
            category="Report",
            labels={"report": "The whole report"},
        ),
        tables=report(
            directory("results/tables"),
            patterns=["{table}.csv"],
            caption="../report/tables.rst",
            category="Tables",
            labels={"table": "{table}"},
        ),
        numbers="results/numbers.csv",
    log:
        "logs/render_report.log",
    benchmark:
        "benchmarks/render_report.tsv"
    conda:
        "../../environment.yml"
    params:
        plan={key: value for key, value in PLAN.items() if key != "manuscript"},
    script:
        "../../scripts/render_report.py"
