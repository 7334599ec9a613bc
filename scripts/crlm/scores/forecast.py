"""Published probabilities of survival as forecasts of the patients of a cohort."""

from dataclasses import dataclass, field

import numpy as np

from crlm.plan.phrases import join_words
from crlm.scores.published_strata import is_same_endpoint, list_strata, state_mismatch, survive

SOURCES = {  # of a probability, in words
    "published": "published",
    "derived": "derived from published figures",
    "fitted": "fitted in these patients",
}
KINDS = {"score": "value", "level": "group"}  # what a predictor is made of: what is published of it


@dataclass
class Forecast:
    """What was published for the patients; the dicts are by horizon (months)."""

    survival: dict = field(default_factory=dict)  # arrays of length n
    source: dict = field(default_factory=dict)  # "published" or "derived"
    evidence: dict = field(default_factory=dict)  # evidence and reference in one text
    notes: dict = field(default_factory=dict)  # why there is none

    def describe(self, horizon):
        """`published: recalled (Doe 1999)` or `derived (a curve through the figures of Doe 1999)`."""
        evidence = self.evidence[horizon]
        return evidence if self.source[horizon] == "derived" else f"published: {evidence}"


def attach_published(predictors, scores, endpoint, derived=None):
    """The predictors, those that are a score or its groups with what was published of it.

    predictors: of the plan, by name; scores: {name: {groups, published}}; endpoint: its spec;
    derived: the curves of published_curves.yaml by score. A predictor gets `published`: {series:
    list, note}. A series is what one source says of one endpoint: {source, shares: {months:
    {value or group: (survival 0-1, evidence)}}, labels} or {source, curve}. Only series of the
    endpoint's own name are kept; without one the note says what was published instead.
    """
    return {
        name: _attach(spec, scores, endpoint, derived or {}) for name, spec in predictors.items()
    }


def _attach(spec, scores, endpoint, derived):
    kind = KINDS.get(spec["kind"])
    name = spec["column"] if kind == "value" else spec.get("column", "").removesuffix("_group")
    if kind is None or name not in scores:
        return spec
    curve = derived.get(name) if kind == "value" else None
    strata = [each for each in list_strata(name, scores[name]) if each["kind"] == kind]
    strata = [each for each in strata if each["points"]]
    known = [each["endpoint"] for each in strata] + ([curve["endpoint"]] if curve else [])
    if not known:
        return spec
    labels = {key: group["label"] for key, group in scores[name]["groups"].items()}
    found = {}
    for each in strata:
        if is_same_endpoint(each["endpoint"], endpoint):
            key = float(each["stratum"]) if kind == "value" else each["stratum"]
            series = found.setdefault(each["source"], {"shares": {}, "labels": labels})
            for month, share, evidence in each["points"]:
                series["shares"].setdefault(month, {})[key] = share, evidence
    series = [{"source": source, **each} for source, each in found.items()]
    if curve and is_same_endpoint(curve["endpoint"], endpoint):
        series.append({"source": curve["source"], "curve": curve})
    note = None if series else state_mismatch(known[0], endpoint)[0]
    return {**spec, "published": {"series": series, "note": note}}


def forecast_survival(published, column, horizons):
    """Forecast of every patient at each horizon, from the first series that covers all of them.

    published: as `attach_published` makes it; column: value or group of each patient. A probability
    is never interpolated: where a value has none at a horizon there is no forecast, and the note
    names it. A derived curve serves up to the last published time it is supported by.
    """
    forecast, values = Forecast(), list(column)
    for horizon in map(float, horizons):
        lacking = []
        for series in published["series"]:
            missing = _fill(forecast, series, values, horizon)
            if missing is None:
                break
            lacking.append(missing)
        else:
            forecast.notes[horizon] = published["note"] or lacking[0]
    return forecast


def _fill(forecast, series, values, horizon):
    """Take the series into the forecast and return None, or return what it lacks."""
    if "curve" in series:
        curve = series["curve"]
        if horizon > curve["until"]:
            return f"the derived curve is supported up to {curve['until']:g} months"
        forecast.survival[horizon] = survive(curve, values, [horizon])[:, 0]
        forecast.source[horizon] = "derived"
        forecast.evidence[horizon] = f"{curve['evidence']} ({series['source']})"
        return None
    shares = series["shares"].get(horizon, {})
    if not shares:
        return f"no survival published at {horizon:g} months ({series['source']})"
    if missing := sorted({value for value in values if value not in shares}):
        words = join_words(_label(value, series["labels"]) for value in missing)
        return f"no survival published at {horizon:g} months for {words} ({series['source']})"
    forecast.survival[horizon] = np.array([shares[value][0] for value in values])
    forecast.source[horizon] = "published"
    tags = sorted({shares[value][1] for value in set(values)})
    forecast.evidence[horizon] = f"{', '.join(tags)} ({series['source']})"
    return None


def _label(value, labels):
    """A group or a number of points in words."""
    return labels.get(value) or f"{value:g} point{'' if value == 1 else 's'}"


@dataclass(frozen=True)
class Probabilities:
    """What one predictor says of the survival at one horizon, by one source."""

    predictor: str
    horizon: float
    source: str  # "published", "derived", or "fitted" in these patients
    survival: np.ndarray | None  # (n,), None where the note says why
    evidence: str | None
    note: str | None


def list_probabilities(common):
    """All Probabilities of a `predictors.Common`: per predictor and horizon published, then fitted.

    A predictor of which nothing was published has no row of that; one that has a row without
    probabilities says why in its note.
    """
    found = []
    for name, each in common.found.items():
        for horizon, note in common.notes.items():
            note, forecast = each.note or note, each.forecast
            if forecast:
                known = note is None and horizon in forecast.survival
                found.append(
                    Probabilities(
                        *(name, horizon, forecast.source.get(horizon, "published")),
                        forecast.survival[horizon] if known else None,
                        forecast.evidence.get(horizon),
                        None if known else note or forecast.notes.get(horizon),
                    )
                )
            survival = common.survive(name, horizon) if note is None else None
            found.append(
                Probabilities(name, horizon, "fitted", survival, None, note or each.remark)
            )
    return found
