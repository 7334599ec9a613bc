"""The resampling kernel against a lifelines loop and, with R installed, rms and survival: `python tests/kernel_benchmark.py [N ...]`.

Two jobs per cohort size, both 1,000 resamples on two threads: C = Harrell's and Uno's C of five
scores; validation = a Cox model of 8 covariates fitted in each resample, its C there and in the
cohort and its calibration slope (what rms::validate does). The others run a few resamples on one
thread, as they do by themselves, and are extrapolated (~); R's rms::validate runs all at n <= 1,000.
The kernel is compiled first, into an empty cache: that time is stated and counted once.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from itertools import pairwise
from pathlib import Path

FOLDER = tempfile.TemporaryDirectory()
os.environ["NUMBA_CACHE_DIR"] = FOLDER.name  # numba reads it when it is imported
sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "scripts"))

import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402
from crlm import discrimination  # noqa: E402
from lifelines import CoxPHFitter  # noqa: E402
from lifelines.utils import concordance_index  # noqa: E402

RESAMPLES, COVARIATES, THREADS = 1000, 8, 2
SCORES = ["points_1", "points_2", "points_3", "number_1", "number_2"]
FEW = {200: 20, 1000: 6, 10_000: 1}  # resamples of the lifelines loop

R_SCRIPT = """
suppressMessages({library(survival); library(rms)})
arguments <- commandArgs(trailingOnly = TRUE)
data <- read.csv(arguments[1]); resamples <- as.numeric(arguments[2]); n <- nrow(data)
scores <- c("points_1", "points_2", "points_3", "number_1", "number_2")
few <- max(5, min(200, 2e5 %/% n))
c_seconds <- system.time(for (i in seq_len(few)) {
  drawn <- data[sample(n, replace = TRUE), ]
  y <- Surv(drawn$months, drawn$event)
  for (score in scores) for (weights in c("n", "n/G2"))
    concordancefit(y, drawn[[score]], timewt = weights, reverse = TRUE, std.err = FALSE)
})[["elapsed"]] / few * 1000
fit <- cph(as.formula(paste("Surv(months, event) ~", paste0("x", 0:7, collapse = "+"))), data, x = TRUE, y = TRUE)
validate_seconds <- system.time(validate(fit, B = resamples))[["elapsed"]] / resamples * 1000
cat(c_seconds, validate_seconds)
"""


def draw(n):
    """Times in days as months, 8 covariates of which 4 binary, three integer scores."""
    random = np.random.default_rng(n)
    x = random.normal(size=(n, COVARIATES))
    x[:, :4] = x[:, :4] > 0.3
    risk = x @ np.linspace(0.1, 0.5, COVARIATES)
    months = np.ceil(random.exponential(1200 / np.exp(risk))) / 30.4375
    censoring = random.uniform(12, 96, n)
    table = pd.DataFrame(x, columns=[f"x{i}" for i in range(COVARIATES)])
    table = table.assign(months=np.minimum(months, censoring), event=1.0 * (months <= censoring))
    for place, name in enumerate(SCORES):
        score = risk + random.normal(scale=1 + place, size=n)
        table[name] = score if "number" in name else np.clip(np.round(2 * score), 0, 7)
    return table


def measure(job):
    start = time.perf_counter()
    job()
    return time.perf_counter() - start


def run_kernel(table, resamples):
    """Seconds of the two jobs, counting the resamples and sorting."""
    x = table.filter(regex=r"^x\d").to_numpy()
    x = (x - x.mean(axis=0)) / x.std(axis=0)
    data, scores = (table["months"], table["event"]), table[SCORES].to_numpy().T

    def count():
        counts = discrimination.resample_counts(len(table), resamples, 1)
        return discrimination.sort_patients(*data), counts

    def assess():
        discrimination.assess_counts(*count(), scores, threads=THREADS)

    def validate():
        patients, counts = count()
        start = discrimination.fit_counts(patients, x, np.ones((1, len(x))))[0][0]
        discrimination.fit_counts(patients, x, counts, start, THREADS)

    return measure(assess), measure(validate)


def run_lifelines(table, resamples):
    """Seconds of 1,000 resamples; only Harrell's C and, in the validation, one fit more for the slope."""
    columns = [*table.filter(regex=r"^x\d").columns, "months", "event"]
    rows = [np.random.default_rng(i).integers(0, len(table), len(table)) for i in range(resamples)]

    def assess():
        for each in rows:
            drawn = table.iloc[each]
            for score in SCORES:
                concordance_index(drawn["months"], -drawn[score], drawn["event"])

    def validate():
        for each in rows:
            drawn = table[columns].iloc[each]
            fit = CoxPHFitter().fit(drawn, "months", "event")
            linear = fit.predict_log_partial_hazard(table[columns])
            concordance_index(drawn["months"], -linear.iloc[each], drawn["event"])
            concordance_index(table["months"], -linear, table["event"])
            CoxPHFitter().fit(table[["months", "event"]].assign(linear=linear), "months", "event")

    return tuple(measure(job) / resamples * RESAMPLES for job in (assess, validate))


def run_r(table):
    """Seconds of 1,000 resamples, or None without R or rms."""
    if not shutil.which("Rscript"):
        return None
    path, script = Path(FOLDER.name) / "cohort.csv", Path(FOLDER.name) / "job.R"
    table.to_csv(path, index=False)
    script.write_text(R_SCRIPT)
    resamples = RESAMPLES if len(table) <= 1000 else 40
    run = subprocess.run(["Rscript", script, path, str(resamples)], capture_output=True, text=True)
    return tuple(map(float, run.stdout.split())) if run.returncode == 0 else None


def describe(name, mine, other):
    if other is None:
        return f"{name:>24}"
    return f"{name:>12} {other:8.2f} s {other / mine:6.0f} x"


def main(sizes):
    compilation = sum(run_kernel(draw(50), 2))
    print(
        f"compiling the kernel, once per machine: {compilation:.1f} s; {RESAMPLES} resamples, {THREADS} threads"
    )
    results, total = {}, compilation
    for n in sizes:
        table = draw(n)
        mine = tuple(np.min([run_kernel(table, RESAMPLES) for _ in range(2)], axis=0))
        results[n], total = mine, total + sum(mine)
        others = {"lifelines ~": run_lifelines(table, FEW.get(n, 3)), "R": run_r(table)}
        for place, job in enumerate(("C of 5 scores", "validation")):
            line = [
                describe(name, mine[place], each and each[place]) for name, each in others.items()
            ]
            print(f"n={n:<6} {job:14} kernel {mine[place]:7.3f} s", *line)
        if others["R"] and n == 1000:
            seconds = others["R"][1]
            print(
                f"n={n:<6} rms::validate / (kernel with compilation): "
                f"one model {seconds / (mine[1] + compilation):.1f} x, "
                f"20 models {20 * seconds / (20 * mine[1] + compilation):.1f} x, cached {seconds / mine[1]:.0f} x"
            )
    for first, last in pairwise(sizes):
        growth = [results[last][place] / results[first][place] for place in (0, 1)]
        print(
            f"growth from n={first} to {last} ({last / first:g} x): C {growth[0]:.1f} x, validation {growth[1]:.1f} x"
        )
    print(f"kernel in all, with compilation: {total:.1f} s")
    print(json.dumps({str(n): list(map(float, each)) for n, each in results.items()}))


if __name__ == "__main__":
    main([int(each) for each in sys.argv[1:]] or [200, 1000, 10_000])
