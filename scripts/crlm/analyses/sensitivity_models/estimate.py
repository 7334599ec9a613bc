"""Discrimination of other methods beside the plain Cox model, all of them in the same resamples."""

import numpy as np
import pandas as pd

from crlm.analyses.sensitivity_models.learners import DRAWN_FROM, fit_learner
from crlm.survival.cox_design import build_term, select_complete, stack_columns
from crlm.survival.horizons import COMPLETE, MINIMUM_EVENTS
from crlm.survival.kaplan_meier import select_patients

MODELS = [
    *("model", "method", "patients", "events", "apparent", "training", "test"),
    *("optimism", "corrected", "left_out", "lower", "upper", "resamples"),
    *("penalty", "parameters", "note"),
]
DIFFERENCES = ["model", "method", "versus", "difference", "lower", "upper", "share_better"]
DIFFERENCES += ["resamples", "note"]
IMPORTANCE = ["model", "method", "variable", "drop", "lower", "upper", "resamples"]
ENDS = (0.025, 0.975)
COX, SCORE = "cox", "score"
BOXES = ("forest", "boosting")  # whose importance is measured by permutation


def assess_sensitivity_models(cohort, endpoint, settings, seed, minimum_events=MINIMUM_EVENTS):
    """Three tables of every model of the settings: MODELS, DIFFERENCES and IMPORTANCE.

    settings: as the plan completes them. Each method has the columns of the model (a number of a spline as it is, but in the
    Cox model) in the patients complete in all of them and in the score. In every resample it is fitted anew, with its penalty
    chosen there; `training` is the mean of Harrell's C there, `test` in all patients, and optimism and corrected are Harrell's
    [@Harrell2015]. A method that remembers its patients stays too good in `test`, since two thirds of all are in the
    resample. `left_out` is the mean C in the patients that the resample did not draw: nobody is remembered, and about a third
    fewer patients taught. Its limits are the 2.5th and 97.5th percentile over the resamples, and differences are those of the
    same resamples. Importance: how much C among the left-out falls when a variable is shuffled among them.

    Of more complete patients than `patients_at_most` so many are drawn, for the Cox model and the score too: a C of all patients
    beside one of some would compare samples, not methods. MODELS has then a column more, drawn_from: of how many.
    """
    found = [], [], []
    if settings and endpoint in settings["endpoints"]:
        for name, model in settings["models"].items():
            rows = _assess_model(cohort, endpoint, model, settings, seed, minimum_events)
            for into, more in zip(found, rows, strict=True):
                into += [{"model": name, **row} for row in more]
    columns = MODELS, DIFFERENCES, IMPORTANCE
    tables = tuple(pd.DataFrame(f, columns=c) for f, c in zip(found, columns, strict=True))
    if any(DRAWN_FROM in row for row in found[0]):
        tables[0][DRAWN_FROM] = [row.get(DRAWN_FROM) for row in found[0]]
    return tables


def draw_patients(event, at_most, seed):
    """Rising places of all patients, or of `at_most` of more, drawn without replacement, the share with the event kept.

    event: (n,) 1/0. Each patient has the chance at_most / n to within half a patient of his stratum, with or without the event,
    so that C of those drawn estimates that of all, and their number of events is not left to chance.
    """
    n, event = len(event), np.asarray(event) == 1
    if n <= at_most:
        return np.arange(n)
    random, with_event = np.random.default_rng([seed, n, at_most]), round(at_most * event.mean())
    strata = (event, with_event), (~event, at_most - with_event)
    drawn = [random.choice(np.flatnonzero(who), size, replace=False) for who, size in strata]
    return np.sort(np.concatenate(drawn))


def _assess_model(cohort, endpoint, model, settings, seed, minimum_events):
    """Rows of one model: (models, differences, importance)."""
    methods = [COX, *settings["methods"], *([SCORE] if settings["against"] else [])]
    complete = _select(cohort, endpoint, model, settings["against"])
    event = complete[f"{endpoint}_event"].to_numpy(float)
    places = draw_patients(event, settings["patients_at_most"], seed)
    patients, event = complete.iloc[places], event[places]
    size = {"patients": len(patients), "events": int(event.sum()), "resamples": 0}
    if len(patients) < len(complete):
        size[DRAWN_FROM] = len(complete)

    def leave_out(note):
        return [{"method": method, **size, "note": note} for method in methods], [], []

    if f"{endpoint}_entry" in cohort:
        return leave_out("patients under observation only from a later time: not done")
    if size["events"] < minimum_events:
        return leave_out(f"{size['events']} events, fewer than {minimum_events}")
    from crlm.survival.prediction import fit_prediction

    prediction, note = fit_prediction(patients, endpoint, model["variables"])
    if prediction is None:
        return leave_out(note)
    patients = patients[~prediction.aside]
    size |= {"patients": len(patients), "events": int(prediction.estimate.problem.event.sum())}
    data = _Data(patients, endpoint, model, prediction, settings)
    methods = [each for each in methods if each != SCORE or np.ptp(data.score) > 0]
    measured = _run(data, methods, settings, seed)
    models = [
        size | _describe(measured, method, settings["resamples"], note if method == COX else None)
        for method in methods
    ]
    pairs = [(each, COX) for each in methods if each not in (COX, SCORE)]
    pairs += [(each, SCORE) for each in methods if each != SCORE and SCORE in methods]
    differences = [_compare(measured, *pair) for pair in pairs]
    return models, differences, list(_rank_importance(measured, methods, model))


class _Data:
    """The patients of one model as columns: of the Cox model, of the other methods, and the score."""

    def __init__(self, patients, endpoint, model, prediction, settings):
        problem = prediction.estimate.problem
        self.months, self.event = problem.months, problem.event
        self.x = {COX: problem.x}
        self.linear = prediction.linear[~prediction.aside]
        plain = {
            name: {key: value for key, value in spec.items() if key != "spline"}
            for name, spec in model["variables"].items()
        }
        terms = [
            build_term(patients, patients[f"{endpoint}_event"], *each) for each in plain.items()
        ]
        columns, owners = stack_columns(terms)
        self.plain = columns
        self.owned = {
            name: [place for place, (term, _) in enumerate(owners) if term.name == name]
            for name in plain
        }
        self.trees, against = settings["trees"], settings["against"]
        self.score = np.zeros(len(patients))
        if against:
            self.score = _read_score(patients[against["column"]], against["levels"])


def _select(cohort, endpoint, model, against):
    patients = select_patients(cohort, endpoint)
    others = [against["column"]] if against else []
    return patients[select_complete(patients, model["variables"], others)]


def _read_score(column, levels):
    """Points as they are, levels by their place."""
    if levels:
        return pd.Categorical(column.astype(object), levels).codes.astype(float)
    return column.to_numpy(float)


def _fit(data, method, rows, seed):
    """(function from rows of the patients, and perhaps other columns, to risks; facts), or (None, reason)."""
    if method == SCORE:
        return (lambda places, x=None: data.score[places]), {}
    months, event = data.months[rows], data.event[rows]
    if method == COX:
        from crlm.survival.cox_maximum import find_maximum

        x = data.x[COX]
        found = find_maximum(months, event, x[rows], by_lifelines=False)
        if found is None or not found.finite.all():
            return None, "the likelihood has no maximum"
        return (lambda places, _=None: np.round(x[places] @ found.coef, 10)), {}
    predict, facts = fit_learner(method, data.plain[rows], months, event, rows, seed, data.trees)
    if predict is None:
        return None, facts
    return (lambda places, x=None: predict(data.plain[places] if x is None else x)), facts


def _run(data, methods, settings, seed):
    """What was measured: {method: {apparent, note, facts, training, test, left_out (resamples,), drops (resamples, variables)}}."""
    from crlm.survival.discrimination import harrell_c, resample_counts

    everybody = np.arange(len(data.event))

    def measure(predict, places, x=None):
        return harrell_c(data.months[places], data.event[places], predict(places, x))

    counts = resample_counts(len(everybody), settings["resamples"], seed)
    found = {}
    for method in methods:
        predict, facts = _fit(data, method, everybody, seed)
        if predict is None:
            found[method] = {"note": facts, "facts": {}, "apparent": np.nan}
            continue
        measures, drops = np.full((len(counts), 3), np.nan), []
        for number, count in enumerate(counts):
            drawn, left = np.repeat(everybody, count), everybody[count == 0]
            again, _ = _fit(data, method, drawn, seed + number + 1)
            if again is None:
                continue
            measures[number] = [measure(again, places) for places in (drawn, everybody, left)]
            if method in BOXES:
                random = np.random.default_rng([seed, number])
                drops.append(
                    [
                        measures[number, 2]
                        - measure(again, left, _shuffle(data.plain[left], columns, random))
                        for columns in data.owned.values()
                    ]
                )
        found[method] = {
            "apparent": measure(predict, everybody),
            "note": None,
            "facts": facts,
            "measures": measures,
            "drops": np.array(drops),
        }
    return found


def _shuffle(x, columns, random):
    """The columns of one variable in another order of the patients."""
    mixed = x.copy()
    mixed[:, columns] = x[random.permutation(len(x))][:, columns]
    return mixed


def _describe(measured, method, resamples, note):
    """The row of one method."""
    mine = measured[method]
    row = {"method": method, "apparent": mine["apparent"], **mine["facts"]}
    if mine["note"]:
        return row | {"note": mine["note"]}
    known = mine["measures"][np.isfinite(mine["measures"]).all(axis=1)]
    notes = [note] if note else []
    if len(known) < COMPLETE * resamples:
        notes.append(f"{resamples - len(known)} of {resamples} resamples without a fit left out")
    row |= {"resamples": len(known), "note": "; ".join(notes) or None}
    if not len(known):
        return row
    training, test, left_out = known.mean(axis=0)
    lower, upper = np.quantile(known[:, 2], ENDS)
    optimism = training - test
    return row | {
        "training": training,
        "test": test,
        "optimism": optimism,
        "corrected": mine["apparent"] - optimism,
        "left_out": left_out,
        "lower": lower,
        "upper": upper,
    }


def _compare(measured, method, versus):
    """The difference of two methods in the patients left out, over the resamples in which both were fitted."""
    row = {"method": method, "versus": versus}
    notes = [measured[each]["note"] for each in (method, versus) if measured[each]["note"]]
    if notes:
        return row | {"resamples": 0, "note": "; ".join(notes)}
    pair = [measured[each]["measures"][:, 2] for each in (method, versus)]
    gained = pair[0] - pair[1]
    gained = gained[np.isfinite(gained)]
    if not len(gained):
        return row | {"resamples": 0, "note": "no resample has both"}
    lower, upper = np.quantile(gained, ENDS)
    return row | {
        "difference": gained.mean(),
        "lower": lower,
        "upper": upper,
        "share_better": (gained > 0).mean(),
        "resamples": len(gained),
    }


def _rank_importance(measured, methods, model):
    """Rows of the importance of each variable."""
    for method in methods:
        drops = measured[method].get("drops", np.empty(0))
        if method not in BOXES or not len(drops):
            continue
        drops = drops[np.isfinite(drops).all(axis=1)]
        for place, variable in enumerate(model["variables"]) if len(drops) else []:
            lower, upper = np.quantile(drops[:, place], ENDS)
            yield {
                "method": method,
                "variable": variable,
                "drop": drops[:, place].mean(),
                "lower": lower,
                "upper": upper,
                "resamples": len(drops),
            }
