"""Wall time from nothing to the report: `python tests/benchmark.py` (the demo, per job, and the TCIA cohort beside R) or `... STUDY` (that study).

The folder benchmark/ has a plan of the TCIA cohort and what a clinical statistician would write in R for it; both are timed in the same run.
"""

import csv
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from running import ROOT, TCIA, copy_study, find_tcia, run_snakemake

FOLDER = Path(__file__).resolve().parent / "benchmark"
PACKAGES = ("survival", "survminer", "rms")
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


def read_jobs(study):
    """Return (seconds, MiB, name) of every job that Snakemake timed, the longest first; MiB is not a number where a job was too short."""
    jobs = []
    for path in (study / "benchmarks").glob("*.tsv"):
        with open(path, newline="") as file:
            row = next(csv.DictReader(file, delimiter="\t"))
        memory = row["max_rss"]
        jobs.append((float(row["s"]), float("nan" if memory in ("-", "NA") else memory), path.stem))
    return sorted(jobs, reverse=True)


def measure(study):
    """Return the seconds of a run of a study that has no results yet; ends with Snakemake's words if it fails."""
    start = time.perf_counter()
    run = run_snakemake(ROOT, study)
    if run.returncode:
        sys.exit(run.stderr)
    return time.perf_counter() - start


def make_tcia(file, study):
    """Make the study of the TCIA plan from the file of the cohort."""
    (study / "config").mkdir(parents=True)
    (study / "data").mkdir()
    shutil.copy(FOLDER / "tcia_peer.yaml", study / "config/config.yaml")
    shutil.copy(file, study / "data" / TCIA)
    return study


def find_missing():
    """Return what R lacks to run the script, in words; empty where nothing is missing."""
    if not shutil.which("Rscript"):
        return "Rscript is not installed"
    test = 'cat(Filter(function(p) !requireNamespace(p, quietly = TRUE), commandArgs(trailingOnly = TRUE)), sep = ", ")'
    run = subprocess.run(["Rscript", "-e", test, *PACKAGES], capture_output=True, text=True)
    return f"R has no {run.stdout}" if run.stdout else ""


def measure_peer(file, folder):
    """Return the seconds of the R script on one thread and those of its parts in words; ends with R's words if it fails."""
    folder.mkdir()
    start = time.perf_counter()
    run = subprocess.run(
        ["Rscript", FOLDER / "peer.R", file, folder],
        capture_output=True,
        text=True,
        env={**os.environ, **dict.fromkeys(THREADS, "1")},
    )
    if run.returncode:
        sys.exit(run.stderr)
    parts = [line for line in run.stdout.splitlines() if line.endswith(" s")]
    return time.perf_counter() - start, parts


def report_study(study, folder):
    copy = copy_study(study, folder)
    total, jobs = measure(copy), read_jobs(copy)
    for seconds, _, name in jobs:
        print(f"{seconds:8.1f} s  {name}")
    print(f"{sum(job[0] for job in jobs):8.1f} s  all {len(jobs)} jobs, one after the other")
    print(f"{total:8.1f} s  in all, on 2 cores, from the command to the report", flush=True)


def report_peer(folder):
    print(
        "\nThe TCIA cohort (16 Kaplan-Meier figures, Cox models, 4 optimism bootstraps of 1,000):"
    )
    file = find_tcia()
    if file is None:
        print(f"    not run: the file of the cohort is not in studies/tcia_crlm/data/{TCIA}")
        return
    own = measure(make_tcia(file, folder / "tcia"))
    print(f"{own:8.1f} s  this workflow, on 2 cores, from the command to the report", flush=True)
    if missing := find_missing():
        print(f"    the R script was not run, so there is no ratio: {missing}")
        return
    theirs, parts = measure_peer(file, folder / "peer")
    print(f"{theirs:8.1f} s  the R script, on 1 core, of which", *parts, sep="\n            ")
    print(f"{own / theirs:8.2f}    this workflow / the R script, in this run")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        given = sys.argv[1:]
        report_study(Path(given[0]).resolve() if given else ROOT, Path(folder) / "study")
        if not given:
            report_peer(Path(folder))
