"""Probability of each state over time (Aalen-Johansen) in patients who move between states, and under resampling.

No kept library does it for more than competing risks (statsmodels, scikit-survival): a small product over times, equal to R's
`survfit` of a multi-state response and to `etm`.
"""

import numpy as np

CHUNK = 100  # resamples worked on at once


def order_spells(spells, states):
    """The spells as arrays: patient (0, 1, ...), state and next (places in `states`, -1: last seen), start and stop in months.

    spells: one row per patient and state, columns patient_id, state, start, stop, next (empty where last seen). A spell of no
    length is at risk at no time; what follows on it happened all the same.
    """
    place = {name: number for number, name in enumerate(states)}
    patient, names = spells["patient_id"].factorize()
    return {
        "patients": len(names),
        "patient": patient,
        "state": spells["state"].map(place).to_numpy(int),
        "next": np.array([place.get(name, -1) for name in spells["next"]], int),
        "start": spells["start"].to_numpy(float),
        "stop": spells["stop"].to_numpy(float),
        "states": len(states),
    }


def count_in_state(ordered, state, times, weights=None):
    """Patients in a state just before each of `times` (entered before it, left at it or later), (times,) or (resamples, times).

    weights: (resamples, patients), how often each patient counts.
    """
    mine = ordered["state"] == state
    start, stop = ordered["start"][mine], ordered["stop"][mine]
    many = np.ones((1, mine.sum())) if weights is None else weights[:, ordered["patient"][mine]]
    counts = 0
    for sign, moments in ((1, start), (-1, stop)):
        order = np.argsort(moments, kind="stable")
        total = np.cumsum(many[:, order], axis=1)
        total = np.concatenate([np.zeros((len(many), 1)), total], axis=1)
        counts = counts + sign * total[:, np.searchsorted(moments[order], times, side="left")]
    return counts[0] if weights is None else counts


def estimate_probabilities(ordered, until=np.inf, weights=None):
    """Times of change up to `until` (t,), 0 first, and the probability of each state from each of them on, (resamples, t, states).

    Everybody begins in the first state. The matrix at a time is the product over earlier changes of one plus the increments
    d N_hj / Y_h [@AalenJohansen1978]; where nobody of a resample is left in a state, nothing leaves it.
    """
    weights = np.ones((1, ordered["patients"])) if weights is None else weights
    moved = (ordered["next"] >= 0) & (ordered["stop"] <= until)
    rows = np.flatnonzero(moved)
    keys = np.column_stack([ordered["stop"][rows], ordered["state"][rows], ordered["next"][rows]])
    kinds, which = np.unique(keys, axis=0, return_inverse=True)
    times = np.unique(kinds[:, 0]) if len(kinds) else np.array([])
    found = np.zeros((len(weights), len(times) + 1, ordered["states"]))
    for first in range(0, len(weights), CHUNK):
        part = slice(first, first + CHUNK)
        found[part] = _multiply(ordered, weights[part], rows, kinds, which.ravel(), times)
    return np.append(0.0, times), found


def _multiply(ordered, weights, rows, kinds, which, times):
    """Probabilities of one chunk of resamples: (resamples, times + 1, states)."""
    leaving = kinds[:, 1].astype(int) if len(kinds) else np.array([], int)
    coming = kinds[:, 2].astype(int) if len(kinds) else leaving
    share = np.zeros((len(weights), len(kinds)))
    np.add.at(share.T, which, weights[:, ordered["patient"][rows]].T)
    for state in np.unique(leaving):
        mine = leaving == state
        at_risk = count_in_state(ordered, state, kinds[mine, 0], weights)
        share[:, mine] = np.divide(
            share[:, mine], at_risk, out=np.zeros_like(at_risk), where=at_risk > 0
        )
    now = np.zeros((len(weights), ordered["states"]))
    now[:, 0] = 1
    found = np.empty((len(weights), len(times) + 1, ordered["states"]))
    found[:, 0] = now
    ends = np.searchsorted(kinds[:, 0], times, side="right") if len(kinds) else []
    start = 0
    for place, end in enumerate(ends):
        flows = now[:, leaving[start:end]] * share[:, start:end]
        for kind in range(start, end):
            now[:, leaving[kind]] -= flows[:, kind - start]
            now[:, coming[kind]] += flows[:, kind - start]
        found[:, place + 1] = now
        start = end
    return found


def integrate_probabilities(times, probabilities, horizon):
    """Mean months in each state from 0 to `horizon`, (resamples, states): the area under each state's probability."""
    kept = times < horizon
    widths = np.diff(times[kept], append=horizon)
    return np.einsum("t,rts->rs", widths, probabilities[:, kept])


def read_probabilities(times, probabilities, at):
    """The probabilities at each of the months `at`, (resamples, at, states)."""
    return probabilities[:, np.searchsorted(times, at, side="right") - 1]


def draw_weights(patients, resamples, seed):
    """How often each patient is drawn in each resample, (resamples, patients): as many as there are, with replacement."""
    rng = np.random.default_rng(seed)
    drawn = rng.integers(0, patients, (resamples, patients))
    rows = np.repeat(np.arange(resamples), patients)
    counts = np.bincount(rows * patients + drawn.ravel(), minlength=resamples * patients)
    return counts.reshape(resamples, patients).astype(float)
