"""How time and memory of every job grow with the cohort: `python tests/scale_benchmark.py [PATIENTS ...]`, by default 800 8000 80000.

The demo's generator makes each cohort and the demo's plan analyses it, with the same resamples and imputations at every size, so that only the
number of patients differs. The exponent is log(t2 / t1) / log(n2 / n1) of two neighbouring sizes: 1 is linear.
"""

import csv
import math
import subprocess
import sys
import tempfile
from itertools import pairwise
from pathlib import Path

import yaml
from benchmark import measure, read_jobs
from running import ROOT

RESAMPLES, IMPUTATIONS = 100, 5  # the fewest resamples that a plan may ask for; R's mice makes 5
SIZES = (800, 8000, 80_000)


def reduce_plan(plan, patients):
    """Return the plan of the demo with fewer resamples and imputations, which the report's methods then state."""
    study = plan["study"] | {"description": f"{patients} synthetic patients, to measure growth."}
    missing = plan.get("missing_components", {}) | {"imputations": IMPUTATIONS}
    resampling = plan.get("resampling", {}) | {"resamples": RESAMPLES}
    return plan | {"study": study, "missing_components": missing, "resampling": resampling}


def make_study(patients, study):
    """Make the study of the demo with that many patients."""
    (study / "config").mkdir(parents=True)
    plan = yaml.safe_load((ROOT / "config/config.yaml").read_text(encoding="utf-8"))
    text = yaml.safe_dump(reduce_plan(plan, patients), sort_keys=False, allow_unicode=True)
    (study / "config/config.yaml").write_text(text, encoding="utf-8")
    command = [sys.executable, ROOT / "data/generate_demo.py", "--patients", str(patients)]
    subprocess.run([*command, "--output-dir", study / "data"], check=True)
    return study


def count_analysed(study):
    """Return the number of patients who were analysed, by the last step of the attrition table."""
    with open(study / "results/attrition.csv", newline="") as file:
        return int(list(csv.DictReader(file))[-1]["remaining"])


def find_exponent(sizes, seconds):
    """Return log(t2 / t1) / log(n2 / n1) of two sizes."""
    return math.log(seconds[1] / seconds[0]) / math.log(sizes[1] / sizes[0])


def build_table(runs):
    """Return the lines of a table, a job each, by the time at the largest size: seconds and MiB per size, exponent per pair of sizes.

    `runs` is size -> (seconds in all, {job: (seconds, MiB)})."""
    sizes = sorted(runs)
    largest = runs[sizes[-1]][1]
    jobs = sorted(set().union(*(run[1] for run in runs.values())))
    jobs = sorted(jobs, key=lambda job: -largest.get(job, (0, 0))[0])
    width = max(len("in all"), *map(len, jobs))
    head = [f"{n:>9} n {'MiB':>7}" for n in sizes] + [f"{a}-{b}" for a, b in pairwise(sizes)]
    lines = [" ".join([" " * width, *head])]
    for job in ["in all", *jobs]:
        peaks = {
            n: max((m for _, m in runs[n][1].values() if m == m), default=math.nan) for n in sizes
        }
        cells = {
            n: (runs[n][0], peaks[n]) if job == "in all" else runs[n][1].get(job) for n in sizes
        }
        line = [
            f"{cell[0]:>9.1f} s {cell[1]:>7.0f}" if cell else " " * 19 for cell in cells.values()
        ]
        for pair, title in zip(pairwise(sizes), head[len(sizes) :], strict=True):
            both = [cells[n] for n in pair]
            value = f"{find_exponent(pair, [cell[0] for cell in both]):.2f}" if all(both) else ""
            line.append(f"{value:>{len(title)}}")
        lines.append(" ".join([f"{job:{width}}", *line]))
    return lines


def main(sizes):
    print(
        f"At every size {RESAMPLES} resamples (the demo 1,000) and {IMPUTATIONS} imputations (the demo 20), on 2 cores."
    )
    runs = {}
    for patients in sizes:
        with tempfile.TemporaryDirectory() as folder:
            study = make_study(patients, Path(folder) / "study")
            total = measure(study)
            runs[patients] = total, {name: each for *each, name in read_jobs(study)}
            analysed = count_analysed(study)
        print(f"{patients} patients, {analysed} analysed: {total:.1f} s in all", flush=True)
    print(*build_table(runs), sep="\n")


if __name__ == "__main__":
    given = sorted({int(each) for each in sys.argv[1:]}) or SIZES
    main(given)
