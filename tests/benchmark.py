"""Wall time of a study, per rule and in all: `python tests/benchmark.py [STUDY]`, in a fresh copy of its plan and data."""

import csv
import sys
import tempfile
import time
from pathlib import Path

from running import ROOT, copy_study, run_snakemake


def measure(study):
    """Return seconds in all and (seconds, rule) of every job of a run from nothing."""
    with tempfile.TemporaryDirectory() as folder:
        copy = copy_study(study, Path(folder) / "study")
        start = time.perf_counter()
        run = run_snakemake(ROOT, copy)
        total = time.perf_counter() - start
        if run.returncode:
            sys.exit(run.stderr)
        jobs = []
        for path in (copy / "benchmarks").glob("*.tsv"):
            with open(path, newline="") as file:
                jobs.append((float(next(csv.DictReader(file, delimiter="\t"))["s"]), path.stem))
    return total, sorted(jobs, reverse=True)


if __name__ == "__main__":
    total, jobs = measure(Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else ROOT)
    for seconds, name in jobs:
        print(f"{seconds:8.1f} s  {name}")
    print(f"{sum(seconds for seconds, _ in jobs):8.1f} s  all jobs, one after the other")
    print(f"{total:8.1f} s  in all, on 2 cores, from the command to the report")
