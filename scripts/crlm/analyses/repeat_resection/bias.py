"""By how much the naive analysis is wrong, with an interval: both models in the same resampled patients."""

import numpy as np

from crlm.survival.cox import build_terms
from crlm.survival.cox_estimate import build_problem
from crlm.survival.discrimination import maximise_counts, resample_counts, sort_patients
from crlm.survival.horizons import COMPLETE
from crlm.survival.partial_likelihood import build_risk_sets, maximise
from crlm.survival.time_dependent import refit_intervals

ENDS = (0.025, 0.975)


def bootstrap_bias(naive, intervals, endpoint, variables, treated, resamples, seed):
    """95% percentile limits of the naive hazard ratio of the treated divided by that in time, as a dict.

    naive: one row per patient; intervals: their rows of `split_at_start`, with the same index; variables: {name: spec}, `treated`
    among them. A patient is drawn with all of their rows. bias_resamples: in how many both ratios were found; without limits
    where these are fewer than the house asks for.
    """
    naive = naive.reset_index()
    place = naive["index"].reset_index().set_index("index")["level_0"]
    counts = resample_counts(len(naive), resamples, seed)
    fits = []
    for rows in (naive, intervals):
        problem = build_problem(build_terms(rows, endpoint, variables), rows, endpoint)
        owners = [] if problem is None else problem.owners
        mine = [each for each, (term, _) in enumerate(owners) if term.name == treated]
        if not mine:
            return {}
        risk_sets = build_risk_sets(problem.months, problem.event, entry=problem.entry)
        fits.append((problem, mine[0], maximise(risk_sets, problem.x)[0]))
    (first, column, start), (second, other, begin) = fits
    patients = sort_patients(first.months, first.event)
    wrong = maximise_counts(patients, first.x, counts, start)[:, column] / first.scale[column]
    drawn = counts[:, place[intervals.index]]
    right = refit_intervals(second, drawn, begin)[:, other] / second.scale[other]
    bias = np.exp(wrong - right)
    bias = bias[np.isfinite(bias)]
    row = {"bias_resamples": len(bias)}
    if len(bias) < COMPLETE * resamples or not np.ptp(bias) > 0:
        return row
    return row | dict(zip(("bias_lower", "bias_upper"), np.quantile(bias, ENDS), strict=True))
