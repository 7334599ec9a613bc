"""How often the limits of added value are right in simulated cohorts: `make simulate`, or `python tests/simulate.py [COHORTS [RESAMPLES]]`.

Time to death is exponential; its logarithmic hazard is 0.7 times a known factor, and 0 (useless) or 0.5 (useful) times a
marker. Half of the patients are censored at the median or later. Of the difference of Harrell's C of the models with and
without the marker, by `added_value.assess_measures`, are printed: how often the limits lie above 0, and how often they hold
the true difference, that of the same models fitted to 20,000 patients (0 for the useless marker).
"""

import sys
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "scripts"))

import numpy as np
import pandas as pd
from crlm.analyses.added_value.estimate import assess_measures, fit_pair
from crlm.survival.discrimination import harrell_c

SIZES = (200, 600)
MARKERS = {"useless": 0.0, "useful": 0.5}
NUMBER = {"kind": "continuous"}
LARGE = 20_000


def draw_cohort(n, effect, seed):
    random = np.random.default_rng(seed)
    known, marker = random.normal(size=(2, n))
    time = random.exponential(np.exp(-0.7 * known - effect * marker))
    end = random.uniform(0.7, 3, n)
    return pd.DataFrame(
        {
            "death_months": np.minimum(time, end),
            "death_event": (time <= end) * 1.0,
            "known": known,
            "marker": marker,
        }
    )


def fit(cohort):
    return fit_pair(cohort, "death", {"known": NUMBER}, {"marker": NUMBER})


def measure(n, effect, resamples, seed):
    """Limits of the difference of C in one cohort."""
    found = assess_measures(fit(draw_cohort(n, effect, seed)), {}, resamples, seed)
    row = found.set_index("measure").loc["harrell_c"]
    return row["lower"], row["upper"]


def find_truth(effect):
    if not effect:
        return 0.0
    pair = fit(draw_cohort(LARGE, effect, 0))
    c = [harrell_c(pair.months, pair.event, each.linear) for each in (pair.base, pair.extended)]
    return c[1] - c[0]


def main(cohorts=300, resamples=300):
    print(f"{cohorts} cohorts of each kind, {resamples} resamples of each")
    for name, effect in MARKERS.items():
        truth = find_truth(effect)
        for n in SIZES:
            with ProcessPoolExecutor() as pool:
                limits = list(
                    pool.map(partial(measure, n, effect, resamples), range(1, cohorts + 1))
                )
            lower, upper = np.array(limits).T
            held = (lower <= truth) & (truth <= upper)
            print(
                f"{name:8} marker, {n} patients: true difference of C {truth:.4f}; limits above 0 in {100 * (lower > 0).mean():.1f}%, "
                f"hold the true difference in {100 * held.mean():.1f}%"
            )


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
