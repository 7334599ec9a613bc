"""Differences from a reference group of fewer patients than may be told say what it is: its mean is another's less the difference."""

import numpy as np
import pandas as pd
from crlm.analyses.restricted_mean.answers import describe_figures
from crlm.analyses.restricted_mean.tables import tabulate_restricted_means
from crlm.display.privacy import hide, mask

GROUPINGS = {
    "g": {
        "label": "Pattern",
        "group_labels": {"a": "A", "b": "B", "c": "C"},
        "landmark_months": None,
    }
}
SETTINGS = {"groupings": GROUPINGS, "horizons_months": {"os": [36, 60]}}
ENDPOINT = {"label": "Overall survival", "abbreviation": "OS"}


def make(few, grouping="g"):
    """Three groups at two horizons; `few` has 3 patients, A is the reference."""
    rows = []
    for horizon in (36, 60):
        for group in "abc":
            own = {"rmst": 20.0, "lower": 18.0, "upper": 22.0, "note": None}
            other = np.nan if group == "a" else 1.5
            compared = dict.fromkeys(
                ("difference", "difference_lower", "difference_upper", "p_value"), other
            )
            compared |= dict.fromkeys(("ratio", "ratio_lower", "ratio_upper"), other)
            compared |= {"ratio_p_value": other}
            size = 3 if group == few else 40
            named = {"grouping": grouping, "group": group, "reference": "a", "horizon": horizon}
            rows.append({**named, "patients": size, "events": size - 1, **own, **compared})
    return pd.DataFrame(rows)


COMPARED = ["difference", "difference_lower", "difference_upper", "p_value"]
COMPARED += ["ratio", "ratio_lower", "ratio_upper", "ratio_p_value"]


def test_a_result_table_keeps_no_difference_from_a_reference_of_few():
    for grouping in ("g", np.nan):
        found = mask(make("a", grouping), 5)
        assert found[COMPARED].isna().all().all()
        assert found.loc[found["group"] != "a", "rmst"].notna().all()


def test_a_result_table_keeps_the_others_differences_from_a_reference_of_many():
    found = mask(make("b"), 5)
    assert found.loc[found["group"] == "b", COMPARED].isna().all().all()
    assert found.loc[found["group"] == "c", COMPARED].notna().all().all()


def test_only_at_the_horizon_where_the_reference_is_of_few():
    table = make("a")
    table.loc[(table["group"] == "a") & (table["horizon"] == 36), "patients"] = 40
    found = mask(table, 5)
    kept = found["group"].ne("a") & found["horizon"].eq(36)
    assert found.loc[kept, COMPARED[:4]].notna().all().all()
    assert found.loc[~kept, COMPARED].isna().all().all()


def show(few):
    table = hide(tabulate_restricted_means(make(few), "os", ENDPOINT, SETTINGS), 5)
    return {row.cells[0].text: [cell.text for cell in row.cells[3:]] for row in table.rows}


def test_the_printed_table_too():
    shown = show("a")
    for group in "BC":
        assert shown[group][0].startswith("20.0") and set(shown[group][1:]) == {"withheld"}
    assert not any("1.5" in text for texts in shown.values() for text in texts)
    shown = show("b")
    assert set(shown["B"]) == {"withheld"} and "withheld" not in shown["C"]


def test_no_sentence_takes_a_difference_from_it_for_one_of_the_two_that_are_told():
    """B and C are told; the difference of B is from A, and C has none."""
    table = make("a")
    table.loc[table["group"] == "c", COMPARED] = np.nan
    plan = {
        "restricted_mean": {
            "horizons_months": SETTINGS["horizons_months"],
            "groupings": {"g": {**GROUPINGS["g"], "groups": ["a", "b", "c"]}},
        },
        "groupings": {"g": {**GROUPINGS["g"], "groups": ["a", "b", "c"]}},
        "endpoints": {"os": ENDPOINT},
        "output": {"privacy": {"small_cells": 5}},
    }
    results = {"endpoints": {"os": {"restricted_mean": table}}}
    [answer] = describe_figures(plan, results)
    assert "B" in answer.text and "C" in answer.text and "difference" not in answer.text
    plan["output"]["privacy"]["small_cells"] = None
    plan["restricted_mean"]["groupings"]["g"]["groups"] = ["a", "b"]
    two = table[table["group"] != "c"]
    [answer] = describe_figures(plan, {"endpoints": {"os": {"restricted_mean": two}}})
    assert "(difference 1.5" in answer.text
