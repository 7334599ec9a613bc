"""Gray's test: is the cumulative incidence of one cause the same in all groups, with others competing?"""

import numpy as np
import pandas as pd
from scipy.special import chdtrc

from crlm.survival.kaplan_meier import count_times

NOTHING = np.nan, np.nan, np.nan


def test_gray(months, status, group, groups):
    """Gray's test (rho = 0) between `groups`: (statistic, df, p), all missing when there is nothing to compare.

    status: 0 censored, 1 the cause of interest, 2 any other cause; patients in none of `groups` are left out. A log-rank test
    whose risk sets keep those who had another event, as far as they would still be in follow-up. Statistic and variance are
    those of R's `cmprsk::cuminc`, ties and all [@Gray1988]; groups without patients cost no degree of freedom.
    """
    months, status = np.asarray(months, float), np.asarray(status)
    place = pd.Index(list(groups)).get_indexer(np.asarray(group))
    present = np.unique(place[place >= 0])
    place = np.searchsorted(present, place) * (place >= 0) - (place < 0)
    if len(present) < 2 or not (status[place >= 0] == 1).any():
        return NOTHING
    score, variance = score_groups(months, status, place, len(present))
    if np.isnan(variance).any():
        return NOTHING
    df = int(np.linalg.matrix_rank(variance, tol=1e-9 * len(months), hermitian=True))
    if not df:
        return NOTHING
    inverse = np.linalg.pinv(variance, rcond=1e-9, hermitian=True)
    statistic = float(score @ inverse @ score)
    return statistic, df, float(chdtrc(df, statistic))


def score_groups(months, status, place, groups):
    """Score (groups,) and its covariance (groups, groups) of the test above; place: 0 to groups - 1, or -1 for nobody's.

    With n at risk, S survival of everything and F incidence of the cause just before t in group k: h = n / S estimates those
    ever followed so long, R = h (1 - F) the risk set of the subdistribution. The covariance adds, over the events of each
    group k, the square of what one more of them changes in the scores; it is missing where the pooled F is 1 while several
    groups are at risk (R's `cuminc` ends with an error there).
    """
    at_risk, own, other = count_events(months, status, place, groups)
    alive = np.maximum(at_risk, 1)
    after = np.cumprod(1 - (own + other) / alive, axis=0)  # S at t, per group
    before = np.vstack([np.ones(groups), after[:-1]])
    incidence = np.cumsum(before * own / alive, axis=0)
    incidence = np.vstack([np.zeros(groups), incidence[:-1]])
    followed = np.divide(at_risk, before, out=np.zeros_like(before), where=at_risk > 0)  # h
    at_stake = followed * (1 - incidence)  # R
    events, total = own.sum(axis=1), followed.sum(axis=1)
    score = (own - events[:, None] * at_stake / at_stake.sum(axis=1, keepdims=True)).sum(axis=0)

    pooled = np.cumsum(events / total)  # F of everybody under the hypothesis
    earlier = np.append(0, pooled[:-1])
    direct = -followed[:, :, None] * followed[:, None, :] / total[:, None, None]
    direct[:, range(groups), range(groups)] += followed
    several = (at_risk > 0).sum(
        axis=1
    ) > 1  # where one group is left `direct` is 0, and pooled may be 1
    if (several & (np.abs(1 - earlier) < 1e-9)).any():
        return score, np.full((groups, groups), np.nan)
    scale = np.where(several, total * (1 - earlier), 1)
    hazard = events / scale
    carried = np.cumsum(direct * hazard[:, None, None], axis=0)
    later = carried[-1] - carried  # (time, group scored, group of the event)

    ended = after <= 0
    left = (1 - pooled[:, None]) / np.where(ended, 1, after)
    weight = np.where(ended, 1, 1 - left)
    ties = np.maximum(events - 1, 0)[:, None] / np.maximum(total[:, None] * before - 1, 1e-300)
    size = (1 - np.where(events[:, None] > 1, ties, 0)) * before * events[:, None]
    size = np.where(at_risk > 0, size / (total[:, None] * alive), 0)
    change = direct + weight[:, None, :] * later
    covariance = np.einsum("tik,tjk,tk->ij", change, change, size)
    ties = np.maximum(other - 1, 0) / np.maximum(at_risk - 1, 1)
    size = np.where(ended, 0, (1 - ties) * before**2 * other / alive**2)
    change = left[:, None, :] * later
    return score, covariance + np.einsum("tik,tjk,tk->ij", change, change, size)


def count_events(months, status, place, groups):
    """At risk, events of the cause and other events, each (times, groups), at the distinct times of events of the groups."""
    times = np.unique(months[(status > 0) & (place >= 0)])
    counts = np.zeros((3, len(times), groups))
    for group in range(groups):
        known, at_risk = count_times(months[place == group])
        counts[0, :, group] = np.append(at_risk, 0)[np.searchsorted(known, times)]
        for row, kind in enumerate((1, 2), 1):
            happened = months[(place == group) & (status == kind)]
            found = np.searchsorted(times, happened)
            counts[row, :, group] = np.bincount(found, minlength=len(times))
    return counts
