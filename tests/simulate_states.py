"""How often the limits of the time in each state hold the truth: `make simulate`, or `python tests/simulate_states.py [COHORTS [RESAMPLES]]`.

Histories are those of `known_truth.simulate_states`, with follow-up of 1 to 120 months; the true mean time in each state within
60 months is the area under the first row of the matrix exponential. Limits as in the analysis: percentiles over resampled patients.

With 300 cohorts and 300 resamples (a share of 95 % is known to 1.3 points):

| patients | state | true | mean estimate | limits hold the truth in |
|---|---|---|---|---|
| 50 | free | 25.59 | 25.65 | 93.3 % |
| 50 | recurrence | 10.21 | 10.03 | 92.7 % |
| 50 | free_again | 7.34 | 7.35 | 94.7 % |
| 50 | dead | 16.87 | 16.97 | 93.0 % |
| 150 | free | 25.59 | 25.58 | 94.3 % |
| 150 | recurrence | 10.21 | 10.13 | 94.7 % |
| 150 | free_again | 7.34 | 7.32 | 90.7 % |
| 150 | dead | 16.87 | 16.96 | 95.7 % |
"""

import sys
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "scripts"))

import known_truth
import numpy as np
import pandas as pd
from crlm.survival import occupation

SIZES = (50, 150)
HORIZON = 60


def draw_spells(patients, seed):
    """One row per patient and state, as `occupation.order_spells` takes them."""
    table, end = known_truth.simulate_states(seed, patients)
    rows = []
    for patient, own in table.groupby("patient"):
        starts, states = [0.0, *own["months"]], ["free", *own["state"]]
        stops, following = [*own["months"], end[patient]], [*own["state"], ""]
        rows += zip([patient] * len(starts), states, starts, stops, following, strict=True)
    rows += [(p, "free", 0.0, end[p], "") for p in set(range(patients)) - set(table["patient"])]
    spells = pd.DataFrame(rows, columns=["patient_id", "state", "start", "stop", "next"])
    return spells[spells["state"] != "dead"]


def measure(patients, resamples, seed):
    """Estimate and limits of the months in each state in one cohort: (3, states)."""
    ordered = occupation.order_spells(draw_spells(patients, seed), known_truth.STATES)
    weights = occupation.draw_weights(ordered["patients"], resamples, seed)
    areas = [
        occupation.integrate_probabilities(
            *occupation.estimate_probabilities(ordered, HORIZON, drawn), HORIZON
        )
        for drawn in (None, weights)
    ]
    return np.vstack([areas[0][0], np.percentile(areas[1], [2.5, 97.5], axis=0)])


def find_truth(steps=6000):
    middles = (np.arange(steps) + 0.5) * HORIZON / steps
    return np.mean([known_truth.derive_states(month) for month in middles], axis=0) * HORIZON


def main(cohorts=300, resamples=300):
    truth = find_truth()
    print(
        f"{cohorts} cohorts of each size, {resamples} resamples of each; mean months within {HORIZON}"
    )
    print("| patients | state | true | mean estimate | limits hold the truth in |")
    print("|---|---|---|---|---|")
    for patients in SIZES:
        with ProcessPoolExecutor(2) as pool:
            work = partial(measure, patients, resamples)
            found = np.array(list(pool.map(work, range(1, cohorts + 1), chunksize=20)))
        held = (found[:, 1] <= truth) & (truth <= found[:, 2])
        for place, state in enumerate(known_truth.STATES):
            print(
                f"| {patients} | {state} | {truth[place]:.2f} | {found[:, 0, place].mean():.2f} | {100 * held[:, place].mean():.1f} % |"
            )


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
