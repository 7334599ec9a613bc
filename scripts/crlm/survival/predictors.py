"""Scores, growth patterns and models as predictors of survival in the same patients."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from crlm.plan.phrases import plural
from crlm.scores.forecast import Forecast, forecast_survival
from crlm.survival.cox_design import select_complete
from crlm.survival.horizons import MINIMUM_EVENTS, judge_horizon, space_times
from crlm.survival.kaplan_meier import select_patients
from crlm.survival.prediction import fit_prediction


@dataclass
class Predictor:
    """One predictor among the common patients."""

    missing: int  # patients of the endpoint it says nothing about
    score: np.ndarray | None = None  # risk, higher = worse
    survival: np.ndarray | None = None  # (n, times), of a Cox model fitted in these patients
    fitted: bool = False  # the score is a linear predictor of a model fitted in these patients
    forecast: Forecast | None = None  # published survival; None where nothing was published
    note: str | None = None  # why nothing can be said
    remark: str | None = None  # what should be known of its model


@dataclass(frozen=True)
class Common:
    """The predictors in the patients that all of them know."""

    found: dict  # Predictor by name
    months: np.ndarray
    event: np.ndarray
    notes: dict  # by horizon, why nothing can be said of it, or None
    usable: list  # horizons without such a note, rising
    times: (
        np.ndarray
    )  # of the predicted survival: the usable horizons and those of the integrated Brier score

    @property
    def outcome(self):
        return self.months, self.event

    @property
    def tau(self):
        """The last usable horizon, infinite without one."""
        return self.usable[-1] if self.usable else np.inf

    def survive(self, name, horizon):
        """Survival (n,) that the Cox model of a predictor gives at a usable horizon, or None."""
        each = self.found[name]
        if each.note or each.survival is None:
            return None
        return each.survival[:, np.searchsorted(self.times, horizon)]


def predict_common(cohort, endpoint, predictors, horizons, minimum_events=MINIMUM_EVENTS):
    """What every predictor says of the patients complete in all that have any value: a Common.

    predictors, by name, are of three kinds; higher = worse in each:
    - {kind: "score", column}: a number of points;
    - {kind: "level", column, levels (rising risk), ordered}: groups in the declared order or, with
      ordered false, in the order of a Cox model fitted in the cohort;
    - {kind: "model", variables: {name: spec}}: the linear predictor of a Cox model fitted there.
    horizons: months. Whatever is compared takes its patients from here.
    """
    patients = select_patients(cohort, endpoint)
    found, patients = _select_common(patients, predictors)
    months = patients[f"{endpoint}_months"].to_numpy(float)
    event = patients[f"{endpoint}_event"].to_numpy(float)
    notes = {each: judge_horizon(months, event, each, minimum_events) for each in horizons}
    usable = sorted(each for each in horizons if notes[each] is None)
    times = space_times(usable, months)
    for name, each in found.items():
        if each.note is None and event.sum() < minimum_events:
            each.note = f"{plural(int(event.sum()), 'event')}, fewer than {minimum_events}"
        elif each.note is None:
            _predict(each, patients, endpoint, predictors[name], times, usable)
    return Common(found, months, event, notes, usable, times)


def _select_common(patients, predictors):
    """Each predictor and the patients complete in all of those that have any value."""
    known = find_known(patients, predictors)
    found = {name: Predictor(int((~mask).sum())) for name, mask in known.items()}
    common = np.ones(len(patients), bool)
    for name, mask in known.items():
        if mask.any():
            common &= mask
        else:
            found[name].note = "no patient has a value"
    return found, patients[common]


def find_known(patients, predictors):
    """Whether each predictor says anything of each patient: {name: bool array of length n}."""
    return {name: _is_known(patients, spec) for name, spec in predictors.items()}


def _is_known(patients, spec):
    if spec["kind"] == "model":
        return np.broadcast_to(select_complete(patients, spec["variables"]), len(patients))
    column = patients[spec["column"]]
    if spec["kind"] == "level":
        return column.isin(spec["levels"]).to_numpy()
    return np.isfinite(column.to_numpy(float, na_value=np.nan))


def _predict(predictor, patients, endpoint, spec, times, horizons):
    """Fill in the score, the survival and the forecast of a predictor, or the note why not."""
    if spec["kind"] == "model":
        variables = spec["variables"]
    elif spec["kind"] == "level":
        variables = {spec["column"]: {"kind": "categorical", "levels": spec["levels"]}}
        codes = pd.Categorical(patients[spec["column"]].astype(object), spec["levels"]).codes
        predictor.score = codes.astype(float)
    else:
        variables = {spec["column"]: {"kind": "continuous"}}
        predictor.score = patients[spec["column"]].to_numpy(float)
    if predictor.score is not None and np.ptp(predictor.score) == 0:
        predictor.score, predictor.note = None, "the same for all patients"
        return
    if spec.get("published"):
        predictor.forecast = forecast_survival(
            spec["published"], patients[spec["column"]], horizons
        )
    is_ranked = spec["kind"] != "model" and spec.get("ordered", True)
    if is_ranked and not len(times):
        return  # the order is known, and there is no time at which to predict survival
    fit, note = fit_prediction(patients, endpoint, variables)
    if not is_ranked:
        predictor.fitted = True
        predictor.score = None if fit is None else fit.linear
        predictor.note = note if fit is None else None
    predictor.remark = note
    if fit is not None:
        predictor.survival = fit.survive(times)
