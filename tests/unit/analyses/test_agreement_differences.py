"""Who has another recorded than computed score, patient by patient: direction, group and the component that explains it."""

from itertools import product

import numpy as np
import pandas as pd
import pytest
from crlm.analyses.agreement.differences import (
    NONE,
    count_components,
    count_groups,
    list_differences,
)

PAIR = {"crs": {"recorded": "chart", "computed": "risk"}}
NODE, NUMBER, MARGIN = "Node", "Number of metastases", "Positive margin"
SCORE = {
    "base": 0,
    "proxies": {},
    "components": {
        "node": {
            "label": NODE,
            "variable": "node",
            "points": [{"operator": "==", "threshold": "yes", "points": 1}],
        },
        "number": {
            "label": NUMBER,
            "variable": "n",
            "points": [
                {"operator": ">=", "threshold": 5, "points": 3},
                {"operator": ">=", "threshold": 2, "points": 2},
            ],
        },
    },
    "overrides": [
        {
            "label": MARGIN,
            "value": 6,
            "any": [{"variable": "margin", "operator": "==", "threshold": "yes"}],
        }
    ],
    "groups": {
        "low": {"label": "Low", "from": 0, "to": 1},
        "middle": {"label": "Middle", "from": 2, "to": 3},
        "high": {"label": "High", "from": 4, "to": 6},
    },
}


def compute(node, n, margin):
    if margin == "yes":
        return 6
    return (node == "yes") + (3 if n >= 5 else 2 if n >= 2 else 0)


def find_group(value):
    return "low" if value <= 1 else "middle" if value <= 3 else "high"


@pytest.fixture(scope="module")
def cohort():
    """Every patient there can be with every score that can be recorded, and three without one of the two."""
    rows = [
        (node, n, margin, chart, compute(node, n, margin))
        for node, n, margin, chart in product(("no", "yes"), (1, 3, 7), ("no", "yes"), range(7))
    ]
    rows += [
        ("no", 1, "no", np.nan, 0),
        ("no", 1, None, 2, np.nan),
        ("no", 1, None, np.nan, np.nan),
    ]
    table = pd.DataFrame(rows, columns=["node", "n", "margin", "chart", "risk"])
    table["patient_id"] = [f"P{i}" for i in range(len(table))]
    for name in ("node", "margin"):
        table[name] = pd.Categorical(table[name], ["no", "yes"])
    return table.sample(frac=1, random_state=1)


@pytest.fixture(scope="module")
def listed(cohort):
    return list_differences(cohort, PAIR, {"risk": SCORE}).set_index("patient_id")


def explain(row):
    """The labels by trying every other value of every input, one at a time."""
    found = []
    for label, name, values in ((NODE, "node", ("no", "yes")), (NUMBER, "n", (1, 3, 7))):
        here = {key: row[key] for key in ("node", "n", "margin")}
        if any(compute(**{**here, name: value}) == row["chart"] for value in values):
            found.append(label)
    here = {key: row[key] for key in ("node", "n")}
    if any(compute(**here, margin=value) == row["chart"] for value in ("no", "yes")):
        found.append(MARGIN)
    return found or [NONE]


def test_every_patient_with_another_value_and_nobody_else(cohort, listed):
    wanted = [
        row["patient_id"]
        for _, row in cohort.iterrows()
        if row["chart"] == row["chart"]
        and row["risk"] == row["risk"]
        and row["chart"] != row["risk"]
    ]
    assert list(listed.index) == wanted


def test_values_groups_and_what_explains_them(cohort, listed):
    for _, row in cohort[cohort["patient_id"].isin(listed.index)].iterrows():
        mine = listed.loc[row["patient_id"]]
        assert (mine["recorded_value"], mine["computed_value"]) == (row["chart"], row["risk"])
        assert mine["recorded_group"] == find_group(row["chart"])
        assert mine["computed_group"] == find_group(row["risk"])
        assert mine["explained_by"].split("; ") == explain(row), row.to_dict()


def test_groups_are_counted_for_all_with_both_values(cohort):
    counts = count_groups(cohort, PAIR, {"risk": SCORE})
    known = cohort.dropna(subset=["chart", "risk"])
    assert counts["patients"].sum() == len(known)
    for row in counts.itertuples():
        pairs = [(find_group(r["chart"]), find_group(r["risk"])) for _, r in known.iterrows()]
        assert row.patients == pairs.count((row.recorded_group, row.computed_group))
    order = ["low", "middle", "high"]
    places = [
        (order.index(r.recorded_group), order.index(r.computed_group)) for r in counts.itertuples()
    ]
    assert places == sorted(places)


def test_components_are_counted_from_the_list(listed):
    counts = count_components(listed.reset_index(), PAIR, {"risk": SCORE}).set_index("component")
    assert list(counts.index) == [NODE, NUMBER, MARGIN, NONE]
    for label in counts.index:
        mine = [row for _, row in listed.iterrows() if label in row["explained_by"].split("; ")]
        higher = sum(row["computed_value"] > row["recorded_value"] for row in mine)
        assert counts.loc[label, "computed_higher"] == higher
        assert counts.loc[label, "computed_lower"] == len(mine) - higher
        assert counts.loc[label, "only"] == sum(row["explained_by"] == label for row in mine)


def test_a_proxy_explains_by_its_own_points():
    score = {**SCORE, "overrides": []}
    score["proxies"] = {"node": {"variable": "margin", "operator": "==", "value": "yes"}}
    cohort = pd.DataFrame(
        {
            "patient_id": ["a", "b"],
            "node": pd.Categorical([None, None], ["no", "yes"]),
            "margin": pd.Categorical(["yes", "no"], ["no", "yes"]),
            "n": [3.0, 3.0],
            "chart": [2.0, 0.0],
            "risk": [3.0, 2.0],
        }
    )
    listed = list_differences(cohort, PAIR, {"risk": score})
    assert listed["explained_by"].tolist() == [NODE, NUMBER]
    # by 1 instead of 3 metastases "b" has 0 points; "a" has 1 then, and 2 only without the node


def test_without_a_difference_or_a_pair_nothing_is_listed(cohort):
    same = cohort.assign(chart=cohort["risk"])
    listed = list_differences(same, PAIR, {"risk": SCORE})
    assert listed.empty
    counts = count_components(listed, PAIR, {"risk": SCORE})
    assert counts[["computed_higher", "computed_lower", "only"]].to_numpy().sum() == 0
    for table in (
        list_differences(cohort, {}, {}),
        count_groups(cohort, {}, {}),
        count_components(listed, {}, {}),
    ):
        assert table.empty and len(table.columns)
    nobody = cohort.assign(chart=np.nan)
    assert list_differences(nobody, PAIR, {"risk": SCORE}).empty
    assert count_groups(nobody, PAIR, {"risk": SCORE}).empty
    assert count_groups(cohort, PAIR, {"risk": {**SCORE, "groups": {}}}).empty
