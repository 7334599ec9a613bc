"""
Figures of the report on one page.

REQUIRED INPUT  the figures that the plan names under `output: panels:`
OUTPUT          results/figures/combined_<name>.svg, and in the other formats of the plan
"""

PANELS = PLAN["output"]["panels"]
check_figures({f"panels.{name}": parts for name, parts in PANELS.items()})
PARTS = dict.fromkeys(part for parts in PANELS.values() for part in parts)
FORMS = dict.fromkeys(["svg", *PLAN["output"]["formats"]])
FIGURES += expand("results/figures/combined_{name}.svg", name=PANELS)
check_figures({"widths": PLAN["output"]["widths"]})


rule combine_figures:
    """Figures side by side or below each other, with the letters A, B and C."""
    input:
        parts=[f"results/figures/{part}.{form}" for part in PARTS for form in FORMS],
        code=library("combine_figures"),
    output:
        **{
            name: figure_files(
                f"combined_{name}",
                "Combined",
                {"figure": name},
                "combined",
            )
            for name in PANELS
        },
    log:
        "logs/combine_figures.log",
    benchmark:
        "benchmarks/combine_figures.tsv"
    conda:
        "../../environment.yml"
    params:
        panels=PANELS,
        widths={**PLAN["output"]["widths"], "": "double"},  # unless named, the page holds two columns
    script:
        "../../scripts/combine_figures.py"
