"""What an SPSS table of events says about its codes, in a study as it is run."""

import pandas as pd
import pyreadstat
import pytest
from inside import RefusedError, run_study

PLAN = """
study: {title: T}
cohort: {file: data/cohort.csv}
columns: {patient_id: id, resection_date: op, last_contact_date: seen, death_date: died}
endpoints:
  os:
    label: Overall survival
    origin: resection_date
    events: {death: {date: death_date}}
    censoring: {last_contact: {date: last_contact_date}}
disease_states:
  origin: resection_date
  last_contact: last_contact_date
  states: {free: {label: Free}, recurrence: {label: Recurrence}, dead: {label: Death, final: true}}
  events:
    file: data/events.sav
    columns: {patient_id: id, date: day, event: kind}
    states: {1: recurrence, 2: dead}
resampling: {resamples: 100}
output: {formats: [svg]}
"""


@pytest.mark.parametrize(("labels", "stops"), [("Recurrence Death", False), ("Death Recurrence", True)])  # fmt: skip
def test_states_turned_round_stop_the_run(labels, stops, tmp_path):
    for part in ("config", "data"):
        (tmp_path / part).mkdir()
    (tmp_path / "config/config.yaml").write_text(PLAN, encoding="utf-8")
    days = pd.date_range("2014-02-03", periods=20, freq="17D")
    ids = [f"P{place:02d}" for place in range(20)]
    late = days + pd.Timedelta(days=700)
    died = [day.strftime("%Y-%m-%d") if n % 2 else "" for n, day in enumerate(late)]
    pd.DataFrame({"id": ids, "op": days, "seen": late, "died": died}).to_csv(
        tmp_path / "data/cohort.csv", index=False
    )
    soon = days + pd.Timedelta(days=300)
    events = pd.DataFrame({"id": ids, "day": soon, "kind": 1.0})
    named = dict(enumerate(labels.split(), 1))
    pyreadstat.write_sav(
        events, str(tmp_path / "data/events.sav"), variable_value_labels={"kind": named}
    )
    stopped = False
    try:
        run_study(tmp_path, "none")
    except RefusedError:
        stopped = True
    found = pd.read_csv(tmp_path / "results/private/data_quality.csv")
    told = found[found["rule"] == "value_labels_contradict"]
    assert stopped == stops and len(told) == stops
    assert told["message"].str.startswith("Table of events: Event: 1 is").all()
