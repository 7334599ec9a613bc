"""Histories through disease states for the tests of their analysis: by hand, and drawn with a known truth."""

import known_truth as truth
import pandas as pd

LONG = "A label with $x$ and <b> that is some sixty characters long, yes"
STATES = {
    "well": {"label": "Well", "after": [], "final": False, "free": True},
    "ill": {"label": "Ill", "after": ["well", "again"], "final": False, "free": False},
    "again": {"label": "Well again", "after": ["ill"], "final": False, "free": True},
    "gone": {"label": "Gone", "after": ["well", "ill", "again"], "final": True, "free": False},
}


def make_plan(groups=("a",), states=STATES, horizon=24.0, times=(6, 12), **grouping):
    grouping = {
        "label": "Group",
        "groups": list(groups),
        "group_labels": {name: f"Group {name}" for name in groups},
        "reference": groups[0],
        **grouping,
    }
    history = {"states": states, "origin_label": "operation"}
    everybody = {"label": "All", "groups": ["all"], "group_labels": {"all": "All"}}
    return {
        "history": history,
        "groupings": {"overall": {**everybody, "reference": "all"}, "g": grouping},
        "horizon_months": horizon,
        "times_months": list(times),
        "free": [name for name, spec in states.items() if spec["free"]],
    }


def make_spells(paths):
    """Spells and cohort from {patient: (group, [(state, stop, next), ...])}."""
    rows, people = [], []
    for patient, (group, steps) in paths.items():
        people.append((patient, group))
        start = 0.0
        for number, (state, stop, after) in enumerate(steps, 1):
            rows.append((patient, number, state, start, float(stop), after))
            start = float(stop)
    names = ["patient_id", "spell", "state", "start", "stop", "next"]
    spells = pd.DataFrame(rows, columns=names)
    cohort = pd.DataFrame(people, columns=["patient_id", "grouping_g"]).assign(
        grouping_overall="all"
    )
    return spells, cohort


FOUR = {
    "p1": ("a", [("well", 4, "ill"), ("ill", 8, "gone")]),
    "p2": ("a", [("well", 6, "ill"), ("ill", 10, "again"), ("again", 30, "")]),
    "p3": ("a", [("well", 30, "")]),
    "p4": ("b", [("well", 5, "gone")]),
}


def draw(seed, patients=300, groups=("a", "b"), longest=120):
    """A cohort of the known truth, its spells with the names of STATES."""
    table, end = truth.simulate_states(seed, patients, longest=longest)
    names = dict(zip(truth.STATES, STATES, strict=True))
    paths = {}
    own = dict(list(table.groupby("patient")))
    for patient in range(patients):
        mine = own.get(patient, table.head(0))
        stops = [*mine["months"], end[patient]]
        after = [*(names[state] for state in mine["state"]), ""]
        before = ["well", *after[:-1]]
        steps = [
            (state, stop, to)
            for state, stop, to in zip(before, stops, after, strict=True)
            if state != "gone"
        ]
        paths[f"p{patient}"] = (groups[patient % len(groups)], steps)
    return make_spells(paths)
