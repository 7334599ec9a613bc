"""
Terms of the Cox models whose hazard ratio changes over time.

REQUIRED INPUT  results/private/cohort.parquet
                results/cox/{endpoint}_ph.csv
OUTPUT          results/nonproportional/{endpoint}_violations.csv   one row per model and variable with a small test
                results/nonproportional/{endpoint}_windows.csv      hazard ratio per window of time
                results/nonproportional/{endpoint}_means.csv        restricted means and their differences
                results/nonproportional/{endpoint}_tests.csv        weighted log-rank tests and max-combo
                results/figures/nonproportional_{endpoint}.svg, and .pdf and .png as the plan says
"""

if PLAN["nonproportional"]:
    ALSO_CHECKED["nonproportional"] = [
        "nonproportional_violations",
        "nonproportional_windows",
        "nonproportional_means",
        "nonproportional_tests",
    ]
    ENDPOINT_RESULTS.update(
        nonproportional_violations="results/nonproportional/{endpoint}_violations.csv",
        nonproportional_windows="results/nonproportional/{endpoint}_windows.csv",
        nonproportional_means="results/nonproportional/{endpoint}_means.csv",
        nonproportional_tests="results/nonproportional/{endpoint}_tests.csv",
    )
    FIGURES += expand(
        "results/figures/nonproportional_{endpoint}.svg", endpoint=PLAN["endpoints"]
    )


rule assess_nonproportional:
    """What stands in for one hazard ratio where a test of proportional hazards speaks against it."""
    input:
        cohort="results/private/cohort.parquet",
        ph=of_endpoints("results/cox/{endpoint}_ph.csv"),
        code=library("assess_nonproportional"),
    output:
        **{
            f"figure_{place}": figure_files(
                f"nonproportional_{endpoint}",
                "Cox",
                {"endpoint": endpoint, "figure": "Hazard ratios over time"},
                "nonproportional",
            )
            for place, endpoint in enumerate(PLAN["endpoints"])
        },
        violations=of_endpoints("results/nonproportional/{endpoint}_violations.csv"),
        windows=of_endpoints("results/nonproportional/{endpoint}_windows.csv"),
        means=of_endpoints("results/nonproportional/{endpoint}_means.csv"),
        tests=of_endpoints("results/nonproportional/{endpoint}_tests.csv"),
    log:
        "logs/assess_nonproportional.log",
    benchmark:
        "benchmarks/assess_nonproportional.tsv"
    priority: 2  # check_results waits for it, and the report for that
    conda:
        "../../environment.yml"
    params:
        endpoints=PLAN["endpoints"],
        models=PLAN["models"],
        variables=PLAN["variables"],
        settings=PLAN["nonproportional"],
        seed=PLAN["resampling"]["seed"],
        synthetic=PLAN["study"]["synthetic"],
        small_cells=SMALL_CELLS,
        number_style=NUMBERS,
        widths=WIDTHS,
    script:
        "../../scripts/assess_nonproportional.py"
