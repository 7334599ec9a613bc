"""The table of the methods beside the plain Cox model, and what it says in a sentence."""

from crlm.analyses.sensitivity_models.learners import DRAWN_FROM, LABELS
from crlm.display import formats
from crlm.display.cells import (
    ESTIMATE,
    THREE,
    Cell,
    Column,
    DisplayTable,
    Row,
    count,
    head,
    number,
    text,
    whole,
)
from crlm.plan import phrases


def tabulate_sensitivity(models, differences, name, endpoint, settings):
    """C of every method and its differences: sensitivity_models/{endpoint}.csv and _differences.csv; settings: the plan's."""
    against = settings["against"]
    columns = (
        Column("", align="left"),
        Column("Patients"),
        Column("Events"),
        Column("C, apparent"),
        Column("C, optimism"),
        Column("C, corrected"),
        Column("C, patients left out (95% of the resamples)", parts=ESTIMATE),
        Column("Difference from the Cox model", parts=ESTIMATE),
        *([Column("Difference from the score", parts=ESTIMATE)] if against else []),
        Column("Resamples"),
        Column("Remark", align="left"),
    )
    rows = []
    for key, model in settings["models"].items():
        rows.append(head(model["label"], len(columns)))
        pairs = differences[differences["model"] == key].set_index(["method", "versus"])
        for row in models[models["model"] == key].to_dict("records"):
            method = row["method"]
            cells = [
                text(label_method(method, against)),
                count(row["patients"]),
                count(row["events"]),
                *(number(row[each], 3) for each in ("apparent", "optimism", "corrected")),
                _interval(row["left_out"], row["lower"], row["upper"]),
                _pair(pairs, method, "cox"),
                *([_pair(pairs, method, "score")] if against else []),
                whole(row["resamples"]),
                text(_remark(row)),
            ]
            rows.append(Row(tuple(cells), indent=1))
    notes = (
        "Harrell's C. Optimism: the mean of C in each resample less that in all patients. A method that remembers its patients (a "
        "forest, boosting) stays too good in all patients, two thirds of whom are in each resample, so that its corrected C is too "
        "high: compare the methods by the patients left out. There every method has learned from about a third fewer patients. "
        "The limits are the 2.5th and 97.5th percentile over the resamples, few as these are; they are wider than a confidence "
        "interval and no test.",
        *tell_drawn(models, settings),
    )
    return DisplayTable(
        f"sensitivity_models_{name}",
        f"{endpoint['label']}: other methods beside the Cox model",
        columns,
        tuple(rows),
        notes,
        f"{endpoint['abbreviation']} other methods",
    )


def tell_drawn(models, settings):
    """Sentences about the patients of each model where not all complete ones were used, and what that means; none elsewhere."""
    if DRAWN_FROM not in models:
        return []
    first = models[models[DRAWN_FROM].notna()].drop_duplicates("model")
    words = [
        f"{settings['models'][row['model']]['label']}: {state_drawn(row)}, the share of events kept."
        for row in first.to_dict("records")
    ]
    same = "The Cox model is fitted to the same patients: its C is not that of all patients elsewhere in this report."
    if settings["against"]:
        same = (
            f"The Cox model is fitted to the same patients, and {settings['against']['label']} is measured in them: their C is not "
            "that of all patients elsewhere in this report."
        )
    return [
        *words,
        same,
        "More patients may help a forest or boosting more than they help a Cox model, so that this says nothing of a fit to all.",
    ]


def state_drawn(row):
    """How many of how many patients were used, of a row of the models."""
    return f"{row['patients']} of {row[DRAWN_FROM]:.0f} complete patients, drawn at random"


def label_method(method, against):
    return LABELS.get(method) or against["label"]


def tell_best(models, differences, key, settings):
    """The one sentence: whether anything was better than the plain Cox model in the patients left out, or None."""
    mine = models[(models["model"] == key) & models["left_out"].notna()]
    pairs = differences[(differences["model"] == key) & (differences["versus"] == "cox")]
    pairs = pairs[pairs["difference"].notna()]
    if mine.empty or pairs.empty:
        return None
    best = pairs.loc[pairs["difference"].idxmax()]
    better = pairs[pairs["lower"] > 0]
    values = [formats.format_number(best[each], 3) for each in ("difference", "lower", "upper")]
    name = label_method(best["method"], settings["against"])
    gain = f"{values[0]} ({values[1]} to {values[2]})"
    words = (
        f"{settings['models'][key]['label']}: in the patients left out of the resamples, the largest difference of C from the "
        f"plain Cox model was {gain}, by {name}. "
    )
    if better.empty:
        return words + "No method was better throughout."
    names = phrases.join_words(label_method(each, settings["against"]) for each in better["method"])
    return words + (
        f"Better in nearly all resamples: {names}. That is a hint and no proof, since nothing was tested in other patients."
    )


def _remark(row):
    words = [] if formats.is_missing(row["note"]) else [row["note"]]
    if not formats.is_missing(row["parameters"]):
        words.append(
            f"{phrases.plural(int(row['parameters']), 'column')} kept, penalty {row['penalty']:.3g}"
        )
    return phrases.as_sentence("; ".join(words)) if words else ""


def _pair(pairs, method, versus):
    if method == versus:
        return text("reference")
    if (method, versus) in pairs.index:
        return _interval(*pairs.loc[(method, versus), ["difference", "lower", "upper"]])
    if (versus, method) in pairs.index:  # the score, seen from the Cox model
        found = pairs.loc[(versus, method), ["difference", "upper", "lower"]].astype(float)
        return _interval(*-found)
    return Cell()


def _interval(estimate, lower, upper):
    if formats.is_missing(estimate):
        return text("not estimable")

    def form(value, empty):
        return formats.format_number(value, 3, empty)

    words = formats.format_interval(estimate, lower, upper, form)
    return Cell(words, (float(estimate), float(lower), float(upper)), (THREE,) * 3)
