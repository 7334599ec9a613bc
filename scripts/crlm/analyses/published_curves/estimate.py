"""Individual times from a published curve: digitised points and the row of numbers at risk (Guyot et al. 2012).

Guyot P, Ades AE, Ouwens MJNM, Welton NJ. Enhanced secondary analysis of survival data: reconstructing the data from published
Kaplan-Meier survival curves. BMC Med Res Methodol 2012;12:9. doi:10.1186/1471-2288-12-9.
"""

import itertools
from dataclasses import dataclass

import numpy as np
import pandas as pd

from crlm.analyses.published_curves.digitised import pair_strata
from crlm.scores.published_strata import LEAST, state_mismatch
from crlm.survival.cox_maximum import find_maximum
from crlm.survival.kaplan_meier import (
    Z,
    concatenate,
    estimate_curve,
    select_patients,
    summarise_curve,
    survival_at,
)
from crlm.survival.tests import test_log_rank

COARSE = (
    "readings of two decimals, by which a median can be missed where the curve is flat near 50%"
)
ROUNDS = 200  # of the search for the number censored; it settles in a few or goes to and fro


@dataclass
class _Counts:
    """The reconstruction in progress, per reading k: events and censored from k to the next, at risk just before k."""

    times: np.ndarray
    survival: np.ndarray
    events: np.ndarray
    censored: np.ndarray
    at_risk: np.ndarray
    product: np.ndarray  # Kaplan-Meier estimate of what is reconstructed so far

    def spread(self, first, end, number):
        """Censor `number` patients evenly between readings `first` and `end`."""
        span = self.times[end] - self.times[first]
        when = self.times[first] + np.arange(1, number + 1) * span / (number + 1)
        place = np.searchsorted(self.times[first : end + 1], when, side="left") - 1
        self.censored[first:end] = np.bincount(place, minlength=end - first)[: end - first]

    def fill(self, first, end, at_risk, last):
        """Events that bring the estimate to the readings first..end-1; returns the last reading with an event."""
        self.at_risk[first] = at_risk
        for k in range(first, end):
            before = self.product[last]
            share = 1 - self.survival[k] / before if before > 0 and k else 0
            self.events[k] = min(max(round(self.at_risk[k] * share), 0), self.at_risk[k])
            left = self.at_risk[k] - self.events[k]
            self.product[k] = before * left / self.at_risk[k] if self.at_risk[k] else before
            self.censored[k] = min(self.censored[k], left)
            self.at_risk[k + 1] = left - self.censored[k]
            last = k if self.events[k] else last
        return last


def reconstruct_individuals(times, survival, risk_times, at_risk, total_events=None):
    """Individual times of one curve: a table with columns time and event (1/0), one row per patient.

    times, survival: readings of the curve (0-1), just after its steps, rising in time and not rising in survival;
    risk_times, at_risk: the published row, beginning at time 0; total_events: if published. Times in any one unit.
    ASSUME: censoring is even between two risk times, and in the last interval as frequent as before (or as
    `total_events` asks).
    """
    times, survival, risk_times, numbers = _align(times, survival, risk_times, at_risk)
    size, starts = len(times), np.searchsorted(times, risk_times)
    zeros = np.zeros(size, int)
    found = _Counts(
        times, survival, zeros, zeros.copy(), np.append(zeros, 0), np.ones(size, dtype=float)
    )
    last, censored = 0, 0
    for i, (first, end) in enumerate(itertools.pairwise(starts)):
        guess = round(numbers[i] * survival[end] / survival[first] - numbers[i + 1])
        last_here, number = _fit_interval(
            found, first, end, numbers[i], numbers[i + 1], guess, last
        )
        numbers[i + 1] = min(numbers[i + 1], found.at_risk[end])
        last, censored = last_here, censored + number
    first = starts[-1]
    before, after = times[first] - times[0], times[-1] - times[first]
    guess = min(round(censored * after / before), numbers[-1]) if before > 0 else 0
    _fit_last(found, first, numbers[-1], guess, last, total_events)
    return _list_individuals(found)


def _align(times, survival, risk_times, at_risk):
    """Readings with one at time 0 and one at every risk time at which somebody is left."""
    times, survival = np.asarray(times, float), np.asarray(survival, float)
    risk_times, numbers = np.asarray(risk_times, float), np.asarray(at_risk, int)
    risk_times, numbers = risk_times[numbers > 0], numbers[numbers > 0]
    later = times > 0
    times, survival = np.append(0, times[later]), np.append(1, survival[later])
    added = np.setdiff1d(risk_times, times)
    held = survival[np.searchsorted(times, added, side="right") - 1]
    order = np.argsort(np.append(times, added), kind="stable")
    times, survival = np.append(times, added)[order], np.append(survival, held)[order]
    return times, np.minimum.accumulate(survival), risk_times, numbers.copy()


def _fit_interval(found, first, end, at_risk, aim, number, last):
    """Choose the number censored so that `aim` patients are left at reading `end`."""
    number = max(number, 0)
    for _ in range(ROUNDS):
        found.spread(first, end, number)
        last_here = found.fill(first, end, at_risk, last)
        excess = found.at_risk[end] - aim
        if not excess or (excess < 0 and number == 0):
            break
        number = max(number + excess, 0)
    return last_here, number


def _fit_last(found, first, at_risk, number, last, total_events):
    """The interval after the last risk time: events as read, censored as frequent as before or as the total asks."""
    size = len(found.times)
    number = max(number, 0)
    for _ in range(ROUNDS):
        found.spread(first, size - 1, number)
        found.fill(first, size, at_risk, last)
        excess = 0 if total_events is None else found.events.sum() - total_events
        settled = not excess or (excess < 0 and number == 0)
        if settled or number + excess > at_risk or first == size - 1:
            break
        number = max(number + excess, 0)
    if total_events is not None and found.events[:first].sum() >= total_events:
        found.events[first:], found.censored[first:], found.at_risk[first:] = 0, 0, at_risk


def _list_individuals(found):
    """Events at their readings, the censored midway to the next, the rest at the last reading."""
    midway = np.append((found.times[:-1] + found.times[1:]) / 2, found.times[-1])
    rest = found.at_risk[0] - found.events.sum() - found.censored.sum()
    time = np.concatenate(
        [
            np.repeat(found.times, found.events),
            np.repeat(midway, found.censored),
            np.repeat(found.times[-1], rest),
        ]
    )
    event = np.arange(len(time)) < found.events.sum()
    table = pd.DataFrame({"time": time, "event": event.astype(int)})
    return table.sort_values(["time", "event"], ascending=[True, False], ignore_index=True)


def reconstruct_strata(points, at_risk, total_events=None):
    """Individuals of every stratum of a published figure: stratum, time (months), event.

    points: stratum, time_months, survival (0-1); at_risk: stratum, time_months, at_risk, both free of errors
    (`digitised.type_curve`); total_events: {stratum: events} where published. A reading that rises by the width of a drawn
    line is levelled.
    """
    tables = []
    for stratum, curve in points.groupby("stratum", sort=False):
        curve = curve.sort_values(["time_months", "survival"], ascending=[True, False])
        row = at_risk[at_risk["stratum"] == stratum].sort_values("time_months")
        survival = np.minimum.accumulate(np.clip(curve["survival"].to_numpy(float), 0, 1))
        people = reconstruct_individuals(
            curve["time_months"],
            survival,
            row["time_months"],
            row["at_risk"],
            (total_events or {}).get(stratum),
        )
        tables.append(people.assign(stratum=stratum)[["stratum", "time", "event"]])
    return pd.concat(tables, ignore_index=True)


def assess_fit(points, at_risk, months, event):
    """How near a reconstruction comes to what was read, as a dict.

    points, at_risk: the rows of one stratum; months, event: its reconstructed individuals. readings: their number;
    largest_distance: between the Kaplan-Meier estimate of the individuals and a reading (0-1); largest_at_risk: between their
    number at risk and a published one; coarse: whether no reading has more than two decimals.
    """
    last = points.sort_values("survival").drop_duplicates("time_months")  # the foot of a step
    found = survival_at(months, event, last["time_months"])["survival"].to_numpy()
    rows = at_risk["time_months"].to_numpy()
    numbers = np.array([(months >= time).sum() for time in rows])
    places = 100 * points["survival"].to_numpy()
    return {
        "readings": len(points),
        "largest_distance": np.nanmax(np.abs(found - last["survival"].to_numpy())),
        "largest_at_risk": int(np.abs(numbers - at_risk["at_risk"].to_numpy()).max()),
        "coarse": bool(np.allclose(places, np.round(places), rtol=0, atol=1e-9)),
    }


def compare_curve(patients, endpoint_name, curve, grouping, individuals, times, strata):
    """Compare each group of the cohort with the stratum of a published figure that belongs to it.

    patients: rows for which the endpoint is defined (`kaplan_meier.select_patients`); curve: its entry in the plan;
    individuals: as `reconstruct_strata` gives them; times: months at which survival is compared; strata: {stratum: group, or
    None for a stratum without a counterpart}. Returns a dict of tables: `curves` (Kaplan-Meier columns, sample `here` or
    `reconstructed`), `points` (survival of both and their difference) and `groups` (patients, events and medians of both,
    hazard ratio here against published with Wald limits (Cox, Efron), log-rank p; no ratio below ten patients).
    """
    tables = {"curves": [], "points": [], "groups": []}
    for stratum, group in strata.items():
        mine = patients[patients[f"grouping_{curve['grouping']}"] == group]
        here = [mine[f"{endpoint_name}_{part}"].to_numpy(float) for part in ("months", "event")]
        theirs = individuals[individuals["stratum"] == stratum]
        there = [theirs["time"].to_numpy(float), theirs["event"].to_numpy(float)]
        name = {
            "stratum": stratum,
            "group": group,
            "group_label": grouping["group_labels"].get(group, group),
        }
        for sample, people in (("here", here), ("reconstructed", there)):
            tables["curves"].append(estimate_curve(*people).assign(**name, sample=sample))
        published = survival_at(*there, times)
        found = survival_at(*here, times).assign(**name)
        for key in ("survival", "lower", "upper", "at_risk"):
            found[f"published_{key}"] = published[key]
        tables["points"].append(found.assign(difference=found["survival"] - published["survival"]))
        one, other = summarise_curve(*here), summarise_curve(*there)
        medians = ("median", "median_lower", "median_upper")
        tables["groups"].append(
            {
                **name,
                **{key: one[key] for key in ("patients", "events", *medians)},
                **{f"published_{key}": other[key] for key in ("patients", "events", *medians)},
                **compare_samples(here, there),
            }
        )
    tables["groups"] = pd.DataFrame(tables["groups"])
    return {key: rows if key == "groups" else concatenate(rows) for key, rows in tables.items()}


def reconstruct_published(cohort, points, at_risk, curves, endpoints, groupings):
    """Reconstruct every published curve of the plan and compare it with the cohort.

    cohort: one row per patient; points, at_risk: as read, with a column `curve`; curves: the plan's `published`. Returns a dict
    of the tables of `compare_curve` and `individuals` (curve, stratum, time, event), each row with the curve it is of, its
    endpoint and its evidence.
    """
    tables = {"individuals": [], "curves": [], "points": [], "groups": []}
    for name, curve in curves.items():
        read = [table[table["curve"] == name] for table in (points, at_risk)]
        grouping, endpoint = groupings[curve["grouping"]], endpoints[curve["endpoint"]]
        people = reconstruct_strata(*read, curve["total_events"])
        strata = pair_strata(curve, list(people["stratum"].unique()), grouping["groups"])
        patients = select_patients(cohort, curve["endpoint"], grouping["landmark_months"])
        times = endpoint["landmarks_months"]
        found = compare_curve(patients, curve["endpoint"], curve, grouping, people, times, strata)
        fits = []
        for stratum, mine in people.groupby("stratum", sort=False):
            rows = [table[table["stratum"] == stratum] for table in read]
            fits.append(assess_fit(*rows, mine["time"].to_numpy(), mine["event"].to_numpy(float)))
        groups = pd.concat([found["groups"], pd.DataFrame(fits)], axis=1)
        notes = [_tell(row, curve, endpoint, grouping) for row in groups.to_dict("records")]
        found["groups"] = groups.assign(
            source=curve["source"],
            grouping=curve["grouping"],
            published_endpoint=curve["published_endpoint"],
            note=notes,
        )
        for key, table in {"individuals": people, **found}.items():
            tables[key].append(
                table.assign(curve=name, endpoint=curve["endpoint"], evidence=curve["evidence"])
            )
    return {key: _put_first(concatenate(rows)) for key, rows in tables.items()}


def _put_first(table):
    first = [name for name in ("curve", "endpoint", "stratum", "group") if name in table]
    return table[[*first, *(name for name in table if name not in first)]]


def _tell(row, curve, endpoint, grouping):
    """What a reader must know of one stratum, joined by semicolons."""
    notes = state_mismatch(curve["published_endpoint"], endpoint)
    if row["group"] is None:
        notes.append("no counterpart in this cohort")
    elif row["patients"] < LEAST:
        notes.append(f"fewer than {LEAST} patients here")
    if grouping["landmark_months"]:
        notes.append(f"here time counts from {grouping['landmark_months']:g} months")
    if row["coarse"]:
        notes.append(COARSE)
    return "; ".join(notes)


def compare_samples(here, there):
    """Hazard ratio of one sample (months, event) against another with limits, and the log-rank p, as a dict.

    Missing with fewer than ten patients, or without events, in one of them.
    """
    months, event = (np.concatenate(pair) for pair in zip(here, there, strict=True))
    group = np.repeat([1.0, 0.0], [len(here[0]), len(there[0])])
    names = ("hazard_ratio", "lower", "upper", "p_value")
    few = min(len(here[0]), len(there[0])) < LEAST
    if few or not here[1].sum() or not there[1].sum():  # noise; the ratio would be 0 or infinite
        return dict.fromkeys(names, np.nan)
    fit = find_maximum(months, event, (group - group.mean())[:, None])
    limits = np.full(3, np.nan)
    if fit and fit.finite.all():
        limits = np.exp(fit.coef[0] + np.array([0, -Z, Z]) * np.sqrt(fit.variance[0, 0]))
    p_value = test_log_rank(months, event, group, [1.0, 0.0])[2]
    return dict(zip(names, (*limits, p_value), strict=True))
