"""What an SPSS or Stata table of events says about its codes, beside the states that the plan gives them."""

import pandas as pd
import pyreadstat
import pytest
from crlm.cohort.value_labels import check_event_labels
from crlm.plan.event_tables import resolve_events

STATES = {
    "free": {"label": "No evidence of disease"},
    "recurrence": {"label": "Recurrence"},
    "dead": {"label": "Death"},
}


def find(folder, labels, states, ending="sav"):
    """The findings on a table of three events whose column `kind` has these labels, read by these states of the plan."""
    path = folder / f"events.{ending}"
    table = pd.DataFrame({"id": ["a", "b", "c"], "day": ["x"] * 3, "kind": [1.0, 2.0, 3.0]})
    write = pyreadstat.write_sav if ending == "sav" else pyreadstat.write_dta
    write(table, str(path), variable_value_labels={"kind": labels})
    problems = []
    settings = {
        "file": path.name,
        "columns": {"patient_id": "id", "date": "day", "event": "kind"},
        "states": states,
        "date_format": None,
    }
    events = resolve_events(settings, STATES, "1990-01-01", "events", problems)
    assert not problems
    return check_event_labels(path, {"states": STATES, "events": events})


@pytest.mark.parametrize("ending", ["sav", "dta"])
def test_states_turned_round_are_an_error(tmp_path, ending):
    labels = {1: "Recurrence", 2: "Death"}
    (item,) = find(tmp_path, labels, {"1": "dead", "2": "recurrence", "3": None}, ending)
    assert (item["severity"], item["rule"]) == ("error", "value_labels_contradict")
    assert (item["column"], item["value"]) == ("kind", "1, 2")
    assert item["message"] == (
        "Table of events: Event: 1 is 'Recurrence' in the file and dead in the plan; 2 is 'Death' in the file and recurrence in "
        "the plan."
    )
    assert item["remedy"].startswith("Correct `states:` under `disease_states: events:`; if")


@pytest.mark.parametrize("label", ["recurrence", "2 = RECURRENCE"])
def test_states_as_labelled_are_no_finding(tmp_path, label):
    labels = {1: "Death", 2: label}
    assert not find(tmp_path, labels, {"1": "dead", "2": "recurrence", "3": None})


def test_words_that_name_no_state_are_a_note(tmp_path):
    labels = {1: "Verstorben", 2: "Recurrence"}
    (item,) = find(tmp_path, labels, {"1": "dead", "2": "recurrence"})
    assert (item["severity"], item["rule"]) == ("note", "value_labels")
    assert "1 'Verstorben' is read as dead" in item["message"]


def test_a_named_state_that_the_plan_leaves_out_is_a_warning(tmp_path):
    labels = {1: "Death", 2: "Recurrence", 3: "Chemotherapy"}
    (item,) = find(tmp_path, labels, {"1": "dead", "2": None, "3": None})
    assert (item["severity"], item["value"]) == ("warning", "2")
    assert item["message"] == (
        "Table of events: Event: 2 is 'Recurrence' in the file and changes no state in the plan, which has the state recurrence."
    )
    assert "`2: recurrence`" in item["remedy"]


def test_a_table_of_text_says_nothing(tmp_path):
    path = tmp_path / "events.csv"
    path.write_text("id;day;kind\n", encoding="utf-8")
    events = {
        "columns": {"event": {"column": "kind", "kind": "categorical", "values": {"1": "dead"}}}
    }
    assert not check_event_labels(path, {"states": STATES, "events": events})
