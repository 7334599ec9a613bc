"""The tables of calibration and net benefit."""

import pandas as pd
from crlm.analyses.performance import tables_calibration as table_calibration
from display_inputs import CALIBRATION, DECISION, OPTIMISM, table

LABELS = {"sum": "Sum score", "model_adjusted": "Model: Adjusted", "absent": "Absent"}
ENDPOINT = {"label": "Alpha-free survival", "abbreviation": "A/FS"}


def read(found):
    return [[cell.text for cell in row.cells] for row in found.rows]


def test_calibration():
    found = table_calibration.tabulate_calibration(
        table(CALIBRATION), table(OPTIMISM), "alpha", ENDPOINT, LABELS
    )
    rows = read(found)
    assert [row[0] for row in rows] == [
        "Sum score",
        "12 months, published",
        "Model: Adjusted",
        "60 months, fitted in these patients",
    ]
    assert rows[1][1:] == [
        *("30.0", "40.0", "0.75 (0.50–1.10)", "0.60 (0.20–1.05)", "4.1 (2.0–8.0)", "3.0", "9.0"),
        "recalled",
    ]
    assert rows[3][4] == "0.90, corrected"
    assert not any("construction" in cell for row in rows for cell in row)
    assert any(note.startswith("Not listed") for note in found.notes)
    assert "Sum score: lacks_a_value." in found.notes
    assert found.rows[1].cells[3].values == (0.75, 0.5, 1.1)
    assert rows[3][5] == "1.0"  # the distance of a model from the patients it was fitted to


def test_a_predictor_with_nothing_but_its_own_fit_is_not_listed():
    mine = table(CALIBRATION).query("source == 'fitted' and predictor == 'sum'")
    found = table_calibration.tabulate_calibration(mine, table(OPTIMISM), "alpha", ENDPOINT, LABELS)
    assert not found.rows


def test_limits_that_do_not_hold_the_estimate_are_not_shown():
    calibration = table(CALIBRATION)
    published = calibration["source"] == "published"
    calibration.loc[published, ["ici", "ici_lower", "ici_upper"]] = [0.01, 0.02, 0.08]
    found = table_calibration.tabulate_calibration(
        calibration, table(OPTIMISM), "alpha", ENDPOINT, LABELS
    )
    assert read(found)[1][5] == "1.0"


def test_net_benefit():
    found = table_calibration.tabulate_decision(table(DECISION), "alpha", ENDPOINT, LABELS)
    assert read(found) == [
        [
            "Sum score (fitted in these patients)",
            "51.2 (41.0–61.0)",
            "35.0 (25.0–45.0)",
            "10.0 (−5.0 to 20.0)",
            "–",
        ],
        [
            "Treat all",
            "50.0 (40.0–60.0)",
            "30.0 (20.0–40.0)",
            "0.0 (−20.0 to 20.0)",
            "−100.0 (−150.0 to −50.0)",
        ],
    ]
    assert "At 60 months" in found.notes[0]


def test_without_results_there_is_no_table():
    empty = pd.DataFrame(columns=table(CALIBRATION).columns)
    found = table_calibration.tabulate_calibration(
        empty, table(OPTIMISM).head(0), "alpha", ENDPOINT, LABELS
    )
    assert not found
    found = table_calibration.tabulate_decision(table(DECISION).head(0), "alpha", ENDPOINT, LABELS)
    assert not found
