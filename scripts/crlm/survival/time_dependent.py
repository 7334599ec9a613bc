"""A treatment that begins during follow-up: the time before it and the time after it, and Cox's model of both."""

import warnings

import numpy as np
import pandas as pd

from crlm.survival.cox import fit_cox
from crlm.survival.cox_maximum import PRECISE
from crlm.survival.kaplan_meier import TOLERANCE

YES, NO = "yes", "no"


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
        frame["stratum"] = strata
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
