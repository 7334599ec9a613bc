"""Display tables of added value, reclassification and the groups of two scores."""

from crlm.report.methods import build_methods
from crlm.report.tables import build_tables
from display_inputs import HOSTILE, SOFTWARE, make_plan, make_results

MINUS = "\u2212"


def read(name, **changes):
    plan = make_plan()
    plan["added_value"] |= changes
    tables = {table.name: table for table in build_tables(plan, make_results(plan))}
    return [[cell.text for cell in row.cells] for row in tables[name].rows], tables[name]


def test_every_measure_of_every_addition():
    rows, table = read("added_value_alpha")
    assert rows[0][0] == f"{HOSTILE}: 90 patients, 40 events, 10 left out"
    test = ["Likelihood-ratio test (log-likelihood)", f"{MINUS}200.5", f"{MINUS}198.0", "2.5"]
    assert rows[1] == [*test, "", "5.00", "1", "0.025"]
    assert rows[2][:4] == ["Akaike's criterion", "403.0", "400.0", f"{MINUS}3.0"]
    assert rows[3][3:5] == [
        f"+0.050 ({MINUS}0.010 to +0.100)",
        f"+0.040 ({MINUS}0.020 to +0.090)",
    ]
    assert rows[4][0] == "Brier score at 12 months"
    assert rows[4][3] == f"{MINUS}0.010 ({MINUS}0.020 to 0.000)"
    assert rows[4][4] == f"0.000 ({MINUS}0.010 to +0.010)"
    assert rows[5][1:5] == ["–"] * 4
    assert rows[6][0] == "Weight: 90 patients, 4 events, 10 left out"
    assert all(row[1:5] in (["–"] * 4, ["–", "–", "–", ""]) for row in rows[7:])
    assert "Weight: few_events." in table.notes
    assert "200 bootstrap resamples" in table.notes[0]


def test_risk_groups_by_their_boundaries_and_why_one_is_empty():
    rows, table = read("risk_groups_alpha")
    assert rows[0][0] == f"{HOSTILE}, risk within 12 months"
    assert rows[1] == ["< 20.5 %", "< 20.5 %", "50", "5", "10.0", "11.0", "12.0 (5.0–20.0)"]
    assert rows[2] == ["< 20.5 %", "≥ 20.5 %", "4", "2", "15.0", "30.0", "–"]
    assert rows[3][:3] == ["< 20.5 %", "all", "54"]
    assert [row[:2] for row in rows[4:]] == [["≥ 20.5 %", "≥ 20.5 %"], ["≥ 20.5 %", "all"]]
    assert table.notes[-1] == "–: too_few."
    assert "tertiles" in table.notes[0]
    _, table = read("risk_groups_alpha", risk_thresholds=[20.5])
    assert "boundaries are those of the plan" in table.notes[0]


def test_movement_has_no_sum():
    rows, table = read("movement_alpha")
    assert rows[1] == ["To a higher risk group", "20", "8", "41.0", "16.0"]
    assert rows[3] == ["To a lower risk group", "4", "1", "–", "–"]
    assert rows[4] == ["Net, in the right direction", "", "", "–", "–"]
    assert "not added up" in table.notes[0]


def test_groups_of_two_scores():
    rows, table = read("groups_alpha")
    assert rows[0][0] == f"{HOSTILE} to Flag, 7 left out; at 60 months"
    assert rows[1] == ["Low", "No", "30 (42.9)", "5", "80.0 (60.0–90.0)"]
    assert rows[2] == ["Low", "Yes", "5 (7.1)", "1", "–"]
    assert rows[3][:3] == ["Low", "all", "35 (50.0)"]
    assert rows[-1][:3] == ["all", "Yes", "20 (28.6)"]
    assert not any(row[0] == "High" for row in rows)
    assert table.notes[-1] == "–: too_few."


def test_methods_state_every_choice():
    plan = make_plan()
    parts = dict(build_methods(plan, make_results(plan), SOFTWARE))
    words = " ".join(parts["Added value"])
    for choice in (
        f"Added to Sum score: {HOSTILE}; Weight",
        "likelihood-ratio test",
        "200 bootstrap resamples (seed 7)",
        "tertiles",
        "fewer than 10 patients",
    ):
        assert choice in words, choice
    assert f"for {HOSTILE} and Flag" in parts["Groups compared"][0]
    plan["added_value"]["risk_thresholds"] = [20, 40]
    words = " ".join(dict(build_methods(plan, make_results(plan), SOFTWARE))["Added value"])
    assert "cut at 20 and 40 %" in words


def test_a_plan_without_either_has_neither():
    plan = make_plan(subgroups=False)
    names = {table.name for table in build_tables(plan, make_results(plan))}
    assert not names & {"added_value_alpha", "groups_alpha"}
    assert not {"Added value", "Groups compared"} & set(
        dict(build_methods(plan, make_results(plan), SOFTWARE))
    )
