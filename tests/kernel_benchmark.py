"""The resampling kernel against a lifelines loop and, with R installed, rms and survival: `python tests/kernel_benchmark.py [N ...]`.

Two jobs per cohort size, both 1,000 resamples on two threads:
- all scores: 20 scores on 2 endpoints; of each Harrell's and Uno's C in every resample, and a Cox model of the score refitted
  there with its C in the resample and in the cohort and its calibration slope (what rms::validate does);
- one model: the same for one Cox model of 8 covariates.
The others run a few resamples of one score or model on one thread, as they do by themselves, and are extrapolated (~); at
n <= 1,000 R's rms::validate runs all resamples. The kernel is compiled first, into an empty cache: that time is stated and
counted once.
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
os.environ["XDG_CACHE_HOME"] = FOLDER.name  # see crlm.survival.resampling
sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "scripts"))

import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402
from crlm.survival import discrimination  # noqa: E402
from lifelines import CoxPHFitter  # noqa: E402
from lifelines.utils import concordance_index  # noqa: E402

RESAMPLES, COVARIATES, THREADS = 1000, 8, 2
SCORES = [f"score_{place}" for place in range(20)]
ENDPOINTS = 2
FEW = {200: 20, 1000: 6, 10_000: 1}  # resamples of the lifelines loop

R_SCRIPT = """
suppressMessages({library(survival); library(rms)})
arguments <- commandArgs(trailingOnly = TRUE)
data <- read.csv(arguments[1]); resamples <- as.numeric(arguments[2]); n <- nrow(data)
few <- max(5, min(200, 2e5 %/% n))
c_seconds <- system.time(for (i in seq_len(few)) {
  drawn <- data[sample(n, replace = TRUE), ]
  y <- Surv(drawn$months, drawn$event)
  for (weights in c("n", "n/G2"))
    concordancefit(y, drawn$score_0, timewt = weights, reverse = TRUE, std.err = FALSE)
})[["elapsed"]] / few * 1000
time_validation <- function(formula) {
  fit <- cph(as.formula(formula), data, x = TRUE, y = TRUE)
  system.time(validate(fit, B = resamples))[["elapsed"]] / resamples * 1000
}
cat(c_seconds + time_validation("Surv(months, event) ~ score_0"),
    time_validation(paste("Surv(months, event) ~", paste0("x", 0:7, collapse = "+"))))
"""


def draw(n):
    """Times in days as months, 8 covariates of which 4 binary, 20 integer scores."""
    random = np.random.default_rng(n)
    x = random.normal(size=(n, COVARIATES))
    x[:, :4] = x[:, :4] > 0.3
    risk = x @ np.linspace(0.1, 0.5, COVARIATES)
    months = np.ceil(random.exponential(1200 / np.exp(risk))) / 30.4375
    censoring = random.uniform(12, 96, n)
    table = pd.DataFrame(x, columns=[f"x{i}" for i in range(COVARIATES)])
    table = table.assign(months=np.minimum(months, censoring), event=1.0 * (months <= censoring))
    for place, name in enumerate(SCORES):
        score = risk + random.normal(scale=1 + place / 5, size=n)
        table[name] = np.clip(np.round(2 * score), 0, 7)
    return table


def measure(job):
    start = time.perf_counter()
    job()
    return time.perf_counter() - start


def run_kernel(table, resamples):
    """Seconds of the two jobs, counting the resamples and sorting."""
    scores = table[SCORES].to_numpy().T

    def count():
        counts = discrimination.resample_counts(len(table), resamples, 1)
        return discrimination.sort_patients(table["months"], table["event"]), counts

    def validate(patients, counts, x):
        x = (x - x.mean(axis=0)) / x.std(axis=0)
        start = discrimination.fit_counts(patients, x, np.ones((1, len(x))))[0][0]
        discrimination.fit_counts(patients, x, counts, start, THREADS)

    def assess_scores():
        for _ in range(ENDPOINTS):
            patients, counts = count()
            discrimination.assess_counts(patients, counts, scores, threads=THREADS)
            for score in scores:
                validate(patients, counts, score[:, None])

    def assess_model():
        validate(*count(), table.filter(regex=r"^x\d").to_numpy())

    return measure(assess_scores), measure(assess_model)


def run_lifelines(table, resamples):
    """Seconds of 1,000 resamples; Harrell's C alone for the scores, and one fit more for the slope."""
    rows = [np.random.default_rng(i).integers(0, len(table), len(table)) for i in range(resamples)]

    def validate(covariates):
        columns = [*covariates, "months", "event"]
        for each in rows:
            drawn = table[columns].iloc[each]
            fit = CoxPHFitter().fit(drawn, "months", "event")
            linear = fit.predict_log_partial_hazard(table[columns])
            concordance_index(drawn["months"], -linear.iloc[each], drawn["event"])
            concordance_index(table["months"], -linear, table["event"])
            CoxPHFitter().fit(table[["months", "event"]].assign(linear=linear), "months", "event")

    score = measure(lambda: validate(SCORES[:1])) * len(SCORES) * ENDPOINTS
    model = measure(lambda: validate(table.filter(regex=r"^x\d").columns))
    return tuple(each / resamples * RESAMPLES for each in (score, model))


def run_r(table):
    """Seconds of 1,000 resamples (one score is timed and stands for all), or None without R or rms."""
    if not shutil.which("Rscript"):
        return None
    path, script = Path(FOLDER.name) / "cohort.csv", Path(FOLDER.name) / "job.R"
    table.to_csv(path, index=False)
    script.write_text(R_SCRIPT)
    resamples = RESAMPLES if len(table) <= 1000 else 40
    run = subprocess.run(["Rscript", script, path, str(resamples)], capture_output=True, text=True)
    if run.returncode != 0:
        return None
    score, model = map(float, run.stdout.split())
    return score * len(SCORES) * ENDPOINTS, model


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
        for place, job in enumerate(("all scores", "one model")):
            line = [
                describe(name, mine[place], each and each[place]) for name, each in others.items()
            ]
            print(f"n={n:<6} {job:10} kernel {mine[place]:7.3f} s", *line)
        if others["R"] and n == 1000:
            ratios = [
                f"{job} {theirs / (own + compilation):.1f} x ({theirs / own:.0f} x when cached)"
                for job, own, theirs in zip(
                    ("all scores", "one model"), mine, others["R"], strict=True
                )
            ]
            print(f"n={n:<6} R / (kernel with compilation): {', '.join(ratios)}")
    for first, last in pairwise(sizes):
        growth = [results[last][place] / results[first][place] for place in (0, 1)]
        print(
            f"growth from n={first} to {last} ({last / first:g} x): all scores {growth[0]:.1f} x, one model {growth[1]:.1f} x"
        )
    print(f"kernel in all, with compilation: {total:.1f} s")
    print(json.dumps({str(n): list(map(float, each)) for n, each in results.items()}))


if __name__ == "__main__":
    main([int(each) for each in sys.argv[1:]] or [200, 1000, 10_000])
