"""What was published of the strata of a score, and whether it can be set beside an endpoint."""

import numpy as np

from crlm.plan.phrases import name_endpoint

LEAST = 10  # patients of a stratum whose curve is still drawn


ZERO = "a published survival of 0 has no finite hazard: no expected events are counted up to it"


def keep_comparable(table, endpoints):
    """Rows of a result table worth showing: the same endpoint, or a published one that the plan has nowhere.

    endpoints: all specs of the plan. Overall survival beside published recurrence-free survival is noise when the plan
    has both.
    """
    known = {spec["published_as"] for spec in endpoints.values()}
    elsewhere = table["published_endpoint"].map(lambda text: name_endpoint(text) in known)
    return table[table["same_endpoint"].astype(bool) | ~elsewhere.astype(bool)]


def list_strata(name, score, derived=None):
    """Every published stratum of a score, then the bands of its derived curve, as dicts.

    points: [(months, survival 0-1, evidence)]; derived: the curve's spec or None.
    """
    strata = []
    for entry in score["published"]:
        strata.append(
            {
                **dict.fromkeys(("patients", "median_months")),
                **entry,
                **_name_stratum(entry, score),
                "score": name,
                "points": _list_points(entry),
                "derived": derived if "value" in entry else None,
            }
        )
    for low, high in derived["bands"] if derived else ():
        label = f"{low:g}–{high:g} points"
        strata.append(
            {
                "score": name,
                "kind": "band",
                "stratum": f"{low:g}-{high:g}",
                "stratum_label": label,
                "range": (low, high),
                "points": [],
                "derived": derived,
                **{key: derived[key] for key in ("endpoint", "source", "evidence")},
                **dict.fromkeys(("patients", "median_months")),
            }
        )
    return strata


def _name_stratum(entry, score):
    if "group" in entry:
        label = score["groups"][entry["group"]]["label"]
        return {"kind": "group", "stratum": entry["group"], "stratum_label": label}
    if "value" in entry:
        value = f"{entry['value']:g}"
        label = f"{value} point{'' if entry['value'] == 1 else 's'}"
        return {"kind": "value", "stratum": value, "stratum_label": label}
    return {"kind": "all", "stratum": "all", "stratum_label": "All patients"}


def _list_points(entry):
    evidence = {float(month): tag for month, tag in entry.get("survival_evidence", {}).items()}
    return sorted(
        (float(month), percent / 100, evidence.get(float(month), entry["evidence"]))
        for month, percent in entry.get("survival", {}).items()
    )


def find_members(cohort, stratum):
    """Whether each patient belongs to the stratum; nobody whose value or group is not known does."""
    value = cohort[stratum["score"]]
    if stratum["kind"] == "group":
        return cohort[f"{stratum['score']}_group"] == stratum["stratum"]
    if stratum["kind"] == "value":
        return value == stratum["value"]
    if stratum["kind"] == "band":
        return value.between(*stratum["range"])
    return value.notna()


def is_same_endpoint(published, endpoint):
    """Whether a published endpoint, in words, is what the plan says that its own is (`published_as`)."""
    return name_endpoint(published) == endpoint["published_as"]


def state_mismatch(published, endpoint):
    """In a list, the sentence that two different endpoints are compared; empty when they are the same."""
    if is_same_endpoint(published, endpoint):
        return []
    return [f"published is {published}, here it is {endpoint['label'].lower()}"]


def survive(spec, values, months):
    """Survival by a derived curve: one row per value, one column per time (months)."""
    values, months = np.asarray(values, float)[:, None], np.asarray(months, float)[None, :]
    return np.exp(log_survival(spec, values, months))


def log_survival(spec, values, months):
    """Logarithm of the survival of each value at its time; `values` and `months` of shapes that go together."""
    months = months / YEAR if spec["unit"] == "years" else months
    return FORMS[spec["form"]](spec, values, months)


YEAR = 12


def _log_normal(spec, values, times):
    """Log-normal accelerated failure time: S = Phi((intercept + slope value - ln t) / scale)."""
    from scipy.special import log_ndtr  # which figures and words of published strata do not pay for

    with np.errstate(divide="ignore"):  # at time 0 everybody is alive
        z = (spec["intercept"] + spec["slope"] * values - np.log(times)) / spec["scale"]
    return log_ndtr(z)


FORMS = {"log_normal": _log_normal}
