"""Groups by predicted risk of two models: their cross table, and who moves."""

import numpy as np
import pandas as pd

from crlm.survival.kaplan_meier import survival_at
from crlm.survival.net_benefit import TIE

CELLS = [
    *("addition", "horizon", "base_group", "extended_group"),
    *("base_from", "base_to", "extended_from", "extended_to"),
    *("patients", "events", "base_risk", "extended_risk", "observed", "lower", "upper", "note"),
]


MOVEMENT = [
    *("addition", "horizon", "moved", "patients", "events"),
    *("expected_events", "expected_free", "share_of_events", "share_of_free", "note"),
]


def find_bounds(risk, percent=None):
    """Inner boundaries of risk groups: per cent of the plan, or the tertiles of the risk of the base model.

    A boundary lies midway between two risks of the base model, so that nobody stands on it and moves by a hair: where the
    share of patients below it is nearest to a third and to two thirds, which with a score of few values may be one place.
    """
    if percent:
        return np.array(sorted(percent), float) / 100
    values, patients = np.unique(np.round(risk, 12), return_counts=True)
    below = np.cumsum(patients)[:-1] / len(risk)
    if not len(below):
        return np.array([])
    # equally near: the lower one, whatever rounding makes of it
    near = [np.argmin(np.round(np.abs(below - third), 9)) for third in (1 / 3, 2 / 3)]
    near = np.unique(near)
    return (values[near] + values[near + 1]) / 2


def cross_risk_groups(months, event, base, extended, horizon, bounds):
    """Cross table of the risk groups of two models: the columns of CELLS without `addition`.

    base, extended: predicted risk of an event until the horizon (months). Groups count from 1; a
    row without an extended group is a whole base group, and the other way round. events: until the
    horizon; observed: 1 - Kaplan-Meier with log-log limits, empty with fewer than FEW patients;
    base_risk, extended_risk: mean predictions.
    """
    groups = [cut_risk(risk, bounds) for risk in (base, extended)]
    edges = [np.nan, *bounds, np.nan]
    rows = []
    for here, there in _list_cells(range(len(bounds) + 1), range(len(bounds) + 1)):
        inside = np.ones(len(months), bool)
        row = {"horizon": horizon}
        for side, group, mine in zip(("base", "extended"), (here, there), groups, strict=True):
            if group is not None:
                inside &= mine == group
                row[f"{side}_group"] = group + 1
                row[f"{side}_from"], row[f"{side}_to"] = edges[group : group + 2]
        survival = observe_survival(months[inside], event[inside], horizon)
        row |= {
            "patients": survival["patients"],
            "events": survival["events"],
            "base_risk": base[inside].mean() if inside.any() else np.nan,
            "extended_risk": extended[inside].mean() if inside.any() else np.nan,
            "observed": 1 - survival["survival"],
            "lower": 1 - survival["upper"],
            "upper": 1 - survival["lower"],
            "note": survival["note"],
        }
        rows.append(row)
    return pd.DataFrame(rows, columns=CELLS[1:])


def count_movement(months, event, base, extended, horizon, bounds):
    """Who moves up or down among those with and without an event: the columns of MOVEMENT without `addition`.

    Censoring is accounted for by the Kaplan-Meier estimate S of each set [@Steyerberg2010]:
    expected_events = n (1 - S), expected_free = n S; shares are of the same for all patients. The
    row `net` is up minus down of those with an event, and down minus up of those without; their sum
    would be the net reclassification improvement, which rises for a useless, miscalibrated
    addition [@Kerr2014] and is not given. Empty with a note for a set of 1 to FEW - 1 patients.
    """
    before, after = (cut_risk(risk, bounds) for risk in (base, extended))
    sets = {"up": after > before, "same": after == before, "down": after < before}
    rows, whole = {}, observe_survival(months, event, horizon)
    for name, inside in sets.items():
        found = observe_survival(months[inside], event[inside], horizon)
        size = found["patients"]
        risk = 1 - found["survival"] if size else 0.0
        rows[name] = {"moved": name, **{key: found[key] for key in ("patients", "events")}}
        rows[name] |= {"expected_events": size * risk, "expected_free": size * (1 - risk)}
        rows[name]["note"] = found["note"] if size else None
        free = len(months) * whole["survival"]
        rows[name]["share_of_events"] = _divide(size * risk, len(months) - free)
        rows[name]["share_of_free"] = _divide(size * (1 - risk), free)
    up, down = rows["up"], rows["down"]
    rows["net"] = {
        "moved": "net",
        "share_of_events": up["share_of_events"] - down["share_of_events"],
        "share_of_free": down["share_of_free"] - up["share_of_free"],
        "note": up["note"] or down["note"],
    }
    table = pd.DataFrame(rows.values(), columns=MOVEMENT[1:])
    return table.assign(horizon=horizon).astype({"patients": "Int64", "events": "Int64"})


# ASSUME fewer patients than this say nothing of survival: a Kaplan-Meier estimate of 9 patients
# moves by a ninth with each of them
FEW = 10


def cut_risk(risk, bounds):
    """Risk group of each patient, 0 the lowest; a risk at a boundary is above it."""
    return np.searchsorted(bounds - TIE, risk, side="right")


def _list_cells(here, there):
    """Every cell of a cross table, row by row, each row followed by its whole, then the whole columns."""
    for group in here:
        yield from ((group, other) for other in [*there, None])
    yield from ((None, other) for other in there)


def observe_survival(months, event, horizon):
    """Patients, events until the horizon and Kaplan-Meier survival there with limits, as a dict; empty with a note."""
    row = {
        "patients": len(months),
        "events": int(event[months <= horizon].sum()),
        "survival": np.nan,
        "lower": np.nan,
        "upper": np.nan,
        "note": None,
    }
    if len(months) < FEW:
        return row | {"note": f"fewer than {FEW} patients" if len(months) else "no patients"}
    found = survival_at(months, event, [horizon]).iloc[0]
    if np.isnan(found["survival"]):
        return row | {"note": f"follow-up ends at {months.max():.1f} months"}
    return row | {key: found[key] for key in ("survival", "lower", "upper")}


def _divide(part, whole):
    return part / whole if whole > 0 else np.nan
