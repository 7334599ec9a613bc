"""A treatment that begins during follow-up: the time before it and the time after it, and Cox's model of both."""

import warnings

import numpy as np
import pandas as pd

from crlm.plan.variables import NO, YES
from crlm.survival.cox import fit_cox
from crlm.survival.cox_maximum import PRECISE
from crlm.survival.kaplan_meier import TOLERANCE


def split_at_start(patients, endpoint, start, treated):
    """One row per patient and state: the time until the treatment begins, and the time from then on.

    patients: with `<endpoint>_months` above 0 and `<endpoint>_event`, an index of their own; start: (n,) months at which the
    treatment begins, missing where it never does; treated: name of the new column, `no` before and `yes` after. Whoever is
    treated at 0 or before is treated all the time. A start at the end of the time or later is none: no time after it was seen.
    Each row counts from `<endpoint>_entry`, open, to `<endpoint>_months`, as in R's `Surv(start, stop, event)`; the event
    stands in the last row of the patient.
    """
    months, entry = f"{endpoint}_months", f"{endpoint}_entry"
    start = pd.Series(np.asarray(start, float), patients.index)
    begun = start < patients[months] - TOLERANCE
    at_once = begun & (start <= TOLERANCE)
    before = patients[~at_once].assign(**{entry: 0.0, treated: NO})
    changes = begun & ~at_once
    before.loc[changes, months] = start[changes]
    before.loc[changes, f"{endpoint}_event"] = 0.0
    after = patients[begun].assign(**{entry: start[begun].clip(lower=0), treated: YES})
    return pd.concat([before, after]).sort_index(kind="stable")


def fit_time_dependent(intervals, endpoint, variables):
    """Cox model (Efron) of the rows of `split_at_start` by lifelines' CoxTimeVaryingFitter: a CoxFit.

    variables: {name: spec}, the treatment among them. No patient is at risk twice, so that the variance needs no cluster. In the
    result "patients" counts rows: those of the treatment's levels are patients with time at that level.
    """
    return fit_cox(intervals, endpoint, variables, by_lifelines=fit_lifelines)


def fit_lifelines(months, event, x, strata, start, entry):
    """Coefficients (p,), variance (p, p) and log-likelihood of rows from `entry` to `months`; as `cox_maximum.fit_lifelines`."""
    from lifelines import CoxTimeVaryingFitter
    from lifelines.exceptions import ConvergenceError

    names = [f"x{column}" for column in range(x.shape[1])]
    frame = pd.DataFrame(x, columns=names).assign(start=entry, stop=months, event=event)
    if len(set(strata)) > 1:
        # lifelines stumbles over a row that is alone in its stratum, and the likelihood does not depend on it
        frame = frame.assign(stratum=strata)
        frame = frame[frame["stratum"].duplicated(keep=False)]
    with warnings.catch_warnings(), np.errstate():
        warnings.simplefilter("ignore")
        try:
            fit = CoxTimeVaryingFitter().fit(
                frame,
                "event",
                strata=["stratum"] if "stratum" in frame else None,
                fit_options=PRECISE,
                initial_point=start * frame[names].std().to_numpy(),
            )
        except (ConvergenceError, ValueError, np.linalg.LinAlgError):
            return None
    variance = fit.variance_matrix_.to_numpy()
    if not np.isfinite(variance).all():
        return None
    return fit.params_.to_numpy(), variance, float(fit.log_likelihood_)


STEPS, SMALL = (
    25,
    1e-7,
)  # Newton's steps, and the last of them per standard deviation; the error left is its square
BLOCK, CELLS = 100, 2_000_000  # resamples at a time, fewer where that is more than so many rows


def refit_intervals(problem, counts, start=0.0):
    """Coefficients (resamples, p) of the Cox model (Efron) of rows with or without entry, under counts of each row (resamples, n).

    problem: a `cox_estimate.Problem` without strata; start: where Newton's method begins, (p,) or 0. A row drawn several times is
    as many rows, tied. NaN where there is no maximum. `discrimination.maximise_counts` is faster and knows no entry.
    """
    months, event = problem.months, problem.event == 1
    entry = np.full(len(months), -1.0) if problem.entry is None else problem.entry
    times, place = np.unique(months[event], return_inverse=True)
    # at risk at the times first <= number < last: in R's sense, entered before it and seen at it or later
    first = np.searchsorted(times, entry, side="right")
    last = np.searchsorted(times, months, side="right")
    rows = {
        "x": problem.x,
        "products": (problem.x[:, :, None] * problem.x[:, None, :]).reshape(len(months), -1),
        "dying": np.flatnonzero(event),
        "time": place,
        "first": first,
        "last": last,
        "edges": _mark(first, len(times) + 1) - _mark(last, len(times) + 1),
        "ends": _mark(place, len(times)),
    }
    found = np.empty((len(counts), problem.x.shape[1]))
    step = int(np.clip(CELLS // len(months), 1, BLOCK))
    for block in range(0, len(counts), step):
        part = slice(block, block + step)
        found[part] = _search_maxima(rows, np.asarray(counts[part], float), start)
    return found


def _mark(place, size):
    """Sparse matrix (n, size) with a one in each row at its place."""
    from scipy.sparse import csr_array

    rows = np.arange(len(place))
    return csr_array((np.ones(len(place)), (rows, place)), shape=(len(place), size))


def _search_maxima(rows, counts, start):
    """Newton's method for all rows of counts at once; a step after which the likelihood is lower is halved."""
    deaths = _list_deaths(rows, counts)
    base = np.zeros((len(counts), rows["x"].shape[1])) + start
    step, height = np.zeros_like(base), np.full(len(counts), -np.inf)
    settled = ~counts[:, rows["dying"]].any(axis=1)
    found = np.full(base.shape, np.nan)
    with np.errstate(all="ignore"):  # of resamples without a maximum, which stay NaN
        for _ in range(STEPS):
            value, score, information = _differentiate(rows, counts, deaths, base + step)
            rises = value >= height - 1e-10 * np.abs(height)
            base = np.where(rises[:, None], base + step, base)
            height = np.where(rises, value, height)
            known = np.isfinite(information).all(axis=(1, 2)) & np.isfinite(score).all(axis=1)
            information[~known] = np.eye(base.shape[1])
            newton = np.einsum("rij,rj->ri", np.linalg.pinv(information, hermitian=True), score)
            step = np.where(rises[:, None], newton, step / 2)
            done = ~settled & rises & known & (np.abs(step).max(axis=1) < SMALL)
            found[done] = (base + step)[done]
            settled |= done
            if settled.all():
                break
    return found


def _list_deaths(rows, counts):
    """The drawn deaths, one by one: number of resample and time in one, Efron's share of its place among the tied, its resample."""
    deaths = (counts[:, rows["dying"]] @ rows["ends"]).astype(int)
    which = np.repeat(np.arange(deaths.size), deaths.ravel())
    begins = np.append(0, np.cumsum(deaths.ravel()))[:-1]
    share = (np.arange(len(which)) - begins[which]) / deaths.ravel()[which]
    return {"cell": which, "share": share, "own": np.divmod(which, max(deaths.shape[1], 1))[0]}


def _differentiate(rows, counts, deaths, coef):
    """Efron's log-likelihood (resamples,), its score (resamples, p) and information (resamples, p, p)."""
    x, dying, size = rows["x"], rows["dying"], rows["x"].shape[1]
    linear = coef @ x.T
    linear = linear - linear.max(axis=1, keepdims=True)
    risk = counts * np.exp(linear)
    flat = np.concatenate([risk, *(risk * column for column in x.T)])
    cell, share, own = deaths["cell"], deaths["share"], deaths["own"]
    at_risk = np.cumsum(flat @ rows["edges"], axis=1)[:, :-1].reshape(size + 1, -1)[:, cell]
    at_risk -= share * (flat[:, dying] @ rows["ends"]).reshape(size + 1, -1)[:, cell]
    left, means = at_risk[0], at_risk[1:] / at_risk[0]

    def add(values):
        return np.bincount(own, values, len(coef))

    value = (counts[:, dying] * linear[:, dying]).sum(axis=1) - add(np.log(left))
    score = counts[:, dying] @ x[dying] - np.stack([add(each) for each in means], axis=1)
    times = rows["ends"].shape[1]
    hazard, spared = (
        np.bincount(cell, each, len(coef) * times).reshape(-1, times)
        for each in (1 / left, share / left)
    )
    total = np.hstack([np.zeros((len(coef), 1)), np.cumsum(hazard, axis=1)])
    exposed = total[:, rows["last"]] - total[:, rows["first"]]
    exposed[:, dying] -= spared[:, rows["time"]]
    information = ((risk * exposed) @ rows["products"]).reshape(-1, size, size)
    for row in range(size):
        for column in range(row, size):
            both = add(means[row] * means[column])
            information[:, row, column] -= both
            information[:, column, row] -= both * (row != column)
    return value, score, information
