"""
The manuscript, asked for by `make manuscript`.

REQUIRED INPUT  every result file, results/numbers.csv, the figures as PNG
                manuscript/*.docx   the authors' own documents, if any
OUTPUT          results/manuscript/README.txt   what stands there, and which keys could not be filled
                beside it manuscript.docx, checklists.docx, references.ris, references.bib, and the authors' documents filled

The documents are no declared output: Snakemake would remove them before the job, with what an author wrote in them.
"""


rule write_manuscript:
    """The manuscript, the checklists and the references; the authors' own documents filled with the numbers of the run."""
    input:
        **RESULTS,
        **{
            name: expand(path, endpoint=PLAN["endpoints"])
            for name, path in ENDPOINT_RESULTS.items()
        },
        numbers="results/numbers.csv",
        pictures=[
            figure.replace(".svg", ".png")
            for figure in FIGURES
            if "png" in PLAN["output"]["formats"]
        ],
        own=sorted(
            str(file)
            for file in Path("manuscript").glob("*.docx")
            if not file.name.startswith((".", "~$"))
        ),
        captions=[
            workflow.source_path(f"../report/captions/{kind}.rst")
            for kind in MANIFEST["captions"]
        ],
        cited=workflow.source_path("../report/software.yaml"),
        asked=workflow.source_path("../report/checklists.yaml"),
        code=library("write_manuscript", *WORDS),
    output:
        note="results/manuscript/README.txt",
    log:
        "logs/write_manuscript.log",
    benchmark:
        "benchmarks/write_manuscript.tsv"
    conda:
        "../../environment.yml"
    params:
        plan=PLAN,
        figures=[Path(figure).stem for figure in FIGURES],
        record=str(STATE / "manuscript.json"),
    script:
        "../../scripts/write_manuscript.py"
