"""Display tables of the performance of predictors."""

from itertools import combinations

import pandas as pd
import pytest
from crlm.analyses.performance.ranking import choose
from crlm.analyses.performance.tables import tabulate_differences, tabulate_performance
from crlm.report.tables import build_tables
from display_inputs import make_plan, make_results

ENDPOINT = {"label": "Alpha-free survival", "abbreviation": "A/FS"}


def read(name):
    plan = make_plan()
    tables = {table.name: table for table in build_tables(plan, make_results(plan))}
    return [[cell.text for cell in row.cells] for row in tables[name].rows], tables[name]


def test_every_metric_of_every_predictor_or_a_dash_with_the_reason():
    rows, table = read("performance_alpha")
    assert rows == [
        ["Sum score", "0.612 (0.550 to 0.670)", "0.200 (0.100 to 0.300)"],
        ["Model: Adjusted", "–", "–"],
    ]
    assert [column.label for column in table.columns] == [
        "",
        "Harrell's C",
        "Brier score\nat 12 months",
    ]
    assert any("The same 90 patients (40 events)" in note for note in table.notes)
    assert any(note.startswith("Model: Adjusted: few") for note in table.notes)


@pytest.mark.parametrize("metric", ["uno_c", "brier", "brier_published"])
def test_notes_tell_the_measures_shown_and_what_was_fitted_here(metric):
    found = pd.DataFrame(
        {
            "predictor": ["sum", "sum", "model"],
            "metric": ["harrell_c", metric, "harrell_c"],
            "horizon": [float("nan"), 12, float("nan")],
            **dict.fromkeys(("estimate", "lower", "upper"), 0.6),
            **dict.fromkeys(("patients", "events", "resamples"), 90),
            "calibrated_in_cohort": [False, "brier" in metric, True],
            "note": None,
        }
    )
    labels = {"sum": "Sum score", "model": "Model: Adjusted"}
    (note, *_) = tabulate_performance(found, "alpha", ENDPOINT, labels).notes
    assert ("Brier scores:" in note) == ("brier" in metric)
    assert ("Published:" in note) == (metric == "brier_published")
    assert note.endswith(
        "Fitted in these patients, which flatters their C and AUC: Model: Adjusted."
    )


def test_every_predictor_in_its_own_patients_and_what_it_costs():
    rows, table = read("own_patients_alpha")
    assert rows == [
        ["Sum score", "97", "43", "0.615 (0.553 to 0.672)", "90", "96", "6", "100"],
        ["Model: Adjusted", "94", "41", "–", "90", "98", "8", "99"],
    ]
    assert [column.label for column in table.columns] == [
        *("", "Patients", "Events", "Harrell's C\nin these patients", "Common set", "Without it"),
        *("Lost by it", "Without it and\nless complete ones"),
    ]
    assert table.notes[0].startswith("Of 101 patients of the endpoint.")
    assert "Model: Adjusted: few." in table.notes


def test_a_difference_carries_its_sign():
    rows, _ = read("differences_alpha")
    assert rows == [
        ["Against Sum score (the highest C, and the first of the plan)", "", "", ""],
        ["Model: Adjusted", "+0.043 (\u22120.010 to +0.090)", "0.031", "0.0499"],
    ]


def make_many(count, recorded=None):
    """Scores a, b, ... with their C, every pair of them, and a model fitted in the same patients that is best of all."""
    names = [f"p{place:02d}" for place in range(count)]
    known = {n: {"label": n.upper(), "kind": "score", "column": n} for n in names}
    if recorded:
        known[recorded]["recorded"] = True
    known["model_m"] = {"label": "Model", "kind": "model", "variables": {}}
    c = {name: 0.5 + (place * 17 % count) / 100 for place, name in enumerate(names)}
    c["model_m"] = 0.9
    keys = ["predictor", "metric", "estimate", "calibrated_in_cohort"]
    performance = [(name, "harrell_c", value, name == "model_m") for name, value in c.items()]
    keys_of_pairs = [
        "predictor",
        "versus",
        "metric",
        "estimate",
        "lower",
        "upper",
        "p_value",
        "p_adjusted",
    ]
    pairs = [
        (a, b, "harrell_c", c[a] - c[b], c[a] - c[b] - 0.02, c[a] - c[b] + 0.01, 0.5, 0.9)
        for a, b in combinations(known, 2)
    ]
    return (
        known,
        c,
        pd.DataFrame(performance, columns=keys),
        pd.DataFrame(pairs, columns=keys_of_pairs),
    )


@pytest.mark.parametrize("recorded", [None, "p03", "p04"])
def test_differences_are_those_to_the_best_and_to_the_reference(recorded):
    known, c, performance, pairs = make_many(5, recorded)
    best = max((name for name in c if name != "model_m"), key=c.get)
    reference = recorded or "p00"
    assert best == "p02" != reference
    table = tabulate_differences(pairs, performance, "alpha", ENDPOINT, known)
    rows = [
        [cell.values[0] if cell.values else cell.text for cell in row.cells[:2]]
        for row in table.rows
    ]
    assert best.upper() in rows[0][0] and "highest C" in rows[0][0]
    first = rows[1 : len(known)]
    assert [name for name, _ in first] == [known[n]["label"] for n in sort_pairs(pairs, best)]
    for label, difference in first:
        other = next(name for name in known if known[name]["label"] == label)
        assert difference == pytest.approx(c[other] - c[best])
    assert ("recorded score" in rows[len(known)][0]) == bool(recorded)
    rest = rows[len(known) + 1 :]
    assert len(rest) == len(known) - 2  # that with the best stands above
    for label, difference in rest:
        other = next(name for name in known if known[name]["label"] == label)
        assert difference == pytest.approx(c[other] - c[reference])
    limits = table.rows[1].cells[1].values
    assert limits[1] < limits[0] < limits[2]
    assert "results/performance/alpha_differences.csv" in table.notes[0]


def sort_pairs(pairs, key):
    """The others of each pair of a predictor, in the order of the pairs."""
    mine = pairs[(pairs["predictor"] == key) | (pairs["versus"] == key)]
    return [b if a == key else a for a, b in zip(mine["predictor"], mine["versus"], strict=True)]


def test_of_many_predictors_no_more_are_listed_than_can_be_read():
    known, c, performance, _ = make_many(21, "p20")
    names, note = choose(performance, known)
    assert len(names) == 12 and names == [name for name in known if name in names]
    assert {"p20", "model_m"} <= set(names)
    others = sorted(set(c) - {"p20", "model_m"}, key=c.get, reverse=True)
    assert set(names) == {"p20", "model_m", *others[:10]}
    assert "12 of 22" in note
    few = dict(list(known.items())[:12])
    assert choose(performance, few) == (list(few), "")


def test_optimism_of_each_model():
    rows, _ = read("optimism_alpha")
    assert rows[0][0] == "Model: Adjusted"
    assert rows[1] == ["Harrell's C", "96", "42", "3", "0.650", "0.020", "0.630"]
    assert rows[2][0] == "Calibration slope"
