"""Cohorts drawn with a truth that is known exactly: what an analysis must find again, and what the naive answer gets wrong.

Every function takes a seed and the number of patients, and returns a table with a row per patient: times in months, events and groups 1/0.
Hazards are constant, so that the truth can be written down; the demo's survival (data/generate_demo.py) is left as it is.
"""

import numpy as np
import pandas as pd
from scipy.linalg import expm

BASE = 0.02  # deaths per month where nothing else is said
SEVERITY, SEVERE = 0.7, 0.9  # log hazard ratios of a normal and of a binary confounder
STATES = ("free", "recurrence", "free_again", "dead")
RATES = {
    ("free", "recurrence"): 0.03,
    ("free", "dead"): 0.004,
    ("recurrence", "free_again"): 0.05,
    ("recurrence", "dead"): 0.04,
    ("free_again", "recurrence"): 0.04,
    ("free_again", "dead"): 0.006,
}


def draw_waiting(rng, rates):
    """Months to an event of constant hazard, one per rate; never where the rate is 0."""
    with np.errstate(divide="ignore"):
        return rng.exponential(size=len(rates)) / np.asarray(rates, float)


def draw_censored(rng, times, longest):
    """(months, event) of times seen until a uniform end between 1 and `longest` months."""
    end = rng.uniform(1, longest, len(times))
    return np.minimum(times, end), (times <= end).astype(int)


def simulate_interaction(seed, patients, ratio_untreated=0.5, ratio_treated=0.9, longest=120):
    """A pattern whose hazard ratio is `ratio_untreated` without and `ratio_treated` with chemotherapy.

    Columns months, event, pattern, chemotherapy. Chemotherapy alone has the hazard ratio 1.2."""
    rng = np.random.default_rng([seed, 1])
    pattern, chemotherapy = rng.random((2, patients)) < [[0.3], [0.5]]
    ratio = np.where(chemotherapy, 1.2, 1) * np.where(
        pattern, np.where(chemotherapy, ratio_treated, ratio_untreated), 1
    )
    months, event = draw_censored(rng, draw_waiting(rng, BASE * ratio), longest)
    columns = {"months": months, "event": event, "pattern": pattern, "chemotherapy": chemotherapy}
    return pd.DataFrame(columns).astype({"pattern": int, "chemotherapy": int})


def simulate_confounded_treatment(seed, patients, ratio=0.7, longest=120):
    """A treatment of hazard ratio `ratio` (given the confounders) that mostly the worse prognosis gets.

    Columns months, event, treatment, severity (normal), severe (0/1). The crude hazard ratio is too high."""
    rng = np.random.default_rng([seed, 2])
    severity, severe = rng.standard_normal(patients), (rng.random(patients) < 0.4).astype(int)
    chance = 1 / (1 + np.exp(0.8 - 1.0 * severity - 1.0 * severe))
    treatment = (rng.random(patients) < chance).astype(int)
    rates = BASE * ratio**treatment * np.exp(SEVERITY * severity + SEVERE * severe)
    months, event = draw_censored(rng, draw_waiting(rng, rates), longest)
    columns = {"months": months, "event": event, "treatment": treatment}
    return pd.DataFrame(columns).assign(severity=severity, severe=severe)


def derive_standardised_survival(months, ratio=0.7, treated=True):
    """Survival at `months` had all patients of `simulate_confounded_treatment` been treated, or none: exact to 1e-10."""
    points, weights = np.polynomial.hermite_e.hermegauss(60)
    weights = weights / weights.sum()
    rate = BASE * (ratio if treated else 1) * np.exp(SEVERITY * points)
    survival = [
        (weights * np.exp(-rate * np.exp(SEVERE * severe) * months)).sum() for severe in (0, 1)
    ]
    return 0.6 * survival[0] + 0.4 * survival[1]


def simulate_cured(seed, patients, cured=0.3, shape=1.4, scale=20, longest=180):
    """A share `cured` never has the event, the others at a Weibull time (shape, scale in months).

    Columns months, event, group (0/1: group 1 has half as many cured again, at most all), cured (not seen in life)."""
    rng = np.random.default_rng([seed, 3])
    group = (rng.random(patients) < 0.5).astype(int)
    never = rng.random(patients) < np.where(group == 1, min(1.5 * cured, 1), cured)
    times = np.where(never, np.inf, scale * rng.weibull(shape, patients))
    months, event = draw_censored(rng, times, longest)
    return pd.DataFrame(
        {"months": months, "event": event, "group": group, "cured": never.astype(int)}
    )


def simulate_late_treatment(seed, patients, ratio=1.0, wait=0.15, longest=60):
    """Patients from their recurrence on; a treatment comes at rate `wait` a month while they live, and acts from then on.

    Columns months, event, treated (0/1, before the end), treatment_months (NaN without). The hazard is BASE * 2 before and
    that times `ratio` after the treatment: counted from the recurrence, treated against untreated looks better than `ratio`."""
    rng = np.random.default_rng([seed, 4])
    untreated = draw_waiting(rng, np.full(patients, 2 * BASE))
    treatment = draw_waiting(rng, np.full(patients, wait))
    after = treatment + draw_waiting(rng, np.full(patients, 2 * BASE * ratio))
    months, event = draw_censored(rng, np.where(treatment < untreated, after, untreated), longest)
    treated = treatment < months
    columns = {"months": months, "event": event, "treated": treated.astype(int)}
    return pd.DataFrame(columns).assign(treatment_months=np.where(treated, treatment, np.nan))


def simulate_states(seed, patients, rates=RATES, longest=120):
    """A Markov process through STATES, all free at first: one row per change of state, columns patient, months, state; and the end of each
    patient, an array of months. A patient without a row stayed free to the end."""
    rng = np.random.default_rng([seed, 5])
    end = rng.uniform(1, longest, patients)
    rows = []
    for patient in range(patients):
        state, month = "free", 0.0
        while state != "dead":
            ways = [way for way in rates if way[0] == state]
            waits = draw_waiting(rng, [rates[way] for way in ways])
            month += waits.min()
            if month > end[patient]:
                break
            state = ways[int(waits.argmin())][1]
            rows.append((patient, month, state))
            end[patient] = month if state == "dead" else end[patient]
    return pd.DataFrame(rows, columns=["patient", "months", "state"]), end


def derive_states(months, rates=RATES):
    """Probability of each of STATES at `months` when all are free at 0: the first row of the matrix exponential."""
    generator = np.zeros((len(STATES), len(STATES)))
    for (before, after), rate in rates.items():
        generator[STATES.index(before), STATES.index(after)] = rate
    np.fill_diagonal(generator, -generator.sum(axis=1))
    return expm(generator * months)[0]
