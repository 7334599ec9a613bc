"""By how much the naive analysis is wrong, with an interval: both models in the same resampled patients."""

import numpy as np

from crlm.survival.cox import build_terms
from crlm.survival.cox_estimate import build_problem
from crlm.survival.discrimination import resample_counts
from crlm.survival.horizons import COMPLETE
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
    logs = []
    for rows, drawn in ((naive, counts), (intervals, counts[:, place[intervals.index]])):
        problem = build_problem(build_terms(rows, endpoint, variables), rows, endpoint)
        columns = [] if problem is None else problem.owners
        mine = [each for each, (term, _) in enumerate(columns) if term.name == treated]
        if not mine:
            return {}
        found = refit_intervals(problem, drawn)[:, mine[0]] / problem.scale[mine[0]]
        logs.append(found)
    bias = np.exp(logs[0] - logs[1])
    bias = bias[np.isfinite(bias)]
    row = {"bias_resamples": len(bias)}
    if len(bias) < COMPLETE * resamples or not np.ptp(bias) > 0:
        return row
    return row | dict(zip(("bias_lower", "bias_upper"), np.quantile(bias, ENDS), strict=True))
