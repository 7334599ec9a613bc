"""Display tables of the performance of predictors."""

from crlm.report.tables import build_tables
from display_inputs import make_plan, make_results


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
        ["Sum score minus Model: Adjusted", "\u22120.043 (\u22120.090 to +0.010)", "0.031", "0.050"]
    ]


def test_optimism_of_each_model():
    rows, _ = read("optimism_alpha")
    assert rows[0][0] == "Model: Adjusted"
    assert rows[1] == ["Harrell's C", "96", "42", "3", "0.650", "0.020", "0.630"]
    assert rows[2][0] == "Calibration slope"
