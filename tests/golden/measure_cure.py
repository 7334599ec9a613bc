"""How far lifelines' mixture cure model is from the summit of an own likelihood, and how often limits of the cured share are right.

.venv/bin/python tests/golden/measure_cure.py        # two minutes; the figures stand in docs/numbers.md
"""

import sys
import warnings
from pathlib import Path

import lifelines
import numpy as np
from scipy.optimize import minimize, root
from scipy.special import expit, logit

sys.path.insert(0, str(Path(__file__).parents[2] / "scripts"))
from crlm.analyses.cure.estimate import TIGHT

COHORTS = ((100, 0.3, (36, 120)), (300, 0.3, (36, 120)), (300, 0.1, (36, 120)))
COHORTS += ((300, 0.3, (12, 60)), (100, 0.2, (12, 60)))
REPEATS = 200
CHI_SQUARE = 3.841459


def simulate(seed, size, cured, ends):
    draw = np.random.default_rng(seed)
    times = 20 * draw.weibull(1.1, size)
    times[draw.random(size) < cured] = np.inf
    end = draw.uniform(*ends, size)
    return np.maximum(np.minimum(times, end), 0.01), (times <= end).astype(float)


def lose(point, months, event):
    """Minus the likelihood at (cured, scale, shape), which may be complex."""
    cured, scale, shape = point
    hazard = (months / scale) ** shape
    died = np.log(1 - cured) + np.log(shape / scale) + (shape - 1) * np.log(months / scale) - hazard
    return -(event * died + (1 - event) * np.log(cured + (1 - cured) * np.exp(-hazard))).sum()


def find_score(point, months, event):
    """By complex steps, to all digits."""
    steps = 1e-30j * np.eye(3)
    return np.array([lose(point + step, months, event).imag / 1e-30 for step in steps])


def free(point):
    return np.array([expit(point[0]), *np.exp(point[1:])])


def climb(months, event, cured=None):
    """The summit on unbounded parameters, with the cured share held if it is given."""
    held = [] if cured is None else [logit(cured)]
    begin = np.array([-1, np.log(20), 0])[len(held) :]
    with np.errstate(all="ignore"):
        return minimize(lambda p: lose(free([*held, *p]), months, event), begin, method="BFGS")


def measure_distance():
    for seed in range(12):
        months, event = simulate(
            seed, (150, 600)[seed % 2], 0.35, ((24, 120), (6, 36))[seed % 3 == 0]
        )
        for name, options in (("defaults", {}), ("tight", TIGHT)):
            fitter = lifelines.MixtureCureFitter(lifelines.WeibullFitter())
            found = fitter.fit(months, event, timeline=np.ones(1), fit_options=options)
            point = np.array(found._fitted_parameters_, float)
            if point[0] < 1e-6:
                continue
            summit = root(find_score, point, args=(months, event), tol=1e-13).x
            print(f"cohort {seed}, {name}: off by {abs(point / summit - 1).max():.0e}", flush=True)


def measure_limits():
    for size, cured, ends in COHORTS:
        normal, profile, edge = [], [], 0
        for seed in range(REPEATS):
            months, event = simulate(1000 + seed, size, cured, ends)
            summit = climb(months, event)
            held = climb(months, event, cured)
            profile.append(2 * (held.fun - summit.fun) < CHI_SQUARE)
            if summit.x[0] < -8:
                edge += 1
                continue
            step = 1e-4 * np.eye(3)
            information = [
                [
                    sum(
                        a * b * lose(free(summit.x + a * one + b * other), months, event)
                        for a in (1, -1)
                        for b in (1, -1)
                    )
                    / 4e-8
                    for other in step
                ]
                for one in step
            ]
            error = np.sqrt(np.linalg.inv(information)[0, 0])
            normal.append(abs(summit.x[0] - logit(cured)) < 1.959964 * error)
        print(
            f"{size} patients, {cured} cured, followed {ends[0]}-{ends[1]} months: logit limits right in {np.mean(normal):.1%}, "
            f"profile likelihood in {np.mean(profile):.1%}; nobody cured found in {edge / REPEATS:.1%}",
            flush=True,
        )


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    measure_distance()
    measure_limits()
