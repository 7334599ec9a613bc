"""An event that competes counts in the incidence from the plan to the file: by the rules and scripts as they are."""

import contextlib
import io

import inside
import pandas as pd
import pytest
from crlm.job import logs

PLAN = """
study: {title: Wires, synthetic: true}
cohort: {file: data/rows.csv}
columns: {patient_id: nr, first_time: t1, first_seen: e1, second_time: t2, second_seen: e2, arm: arm}
variables:
  arm: {label: Arm, kind: categorical, timing: baseline, levels: [x, y]}
  first_time: {label: First time, kind: duration, timing: follow_up}
  first_seen: {label: First seen, kind: binary, timing: follow_up}
  second_time: {label: Second time, kind: duration, timing: follow_up}
  second_seen: {label: Second seen, kind: binary, timing: follow_up}
endpoints:
  zeta:
    label: Zeta-free survival
    events: {first: {duration: first_time, flag: first_seen}}
    competing: {second: {duration: second_time, flag: second_seen}}
    censoring: {last: {duration: second_time}}
  alpha:
    label: Alpha survival
    events: {second: {duration: second_time, flag: second_seen}}
    censoring: {last: {duration: second_time}}
groupings: {arm: {variable: arm}}
"""
ROWS = """nr,t1,e1,t2,e2,arm
W1,2,0,2,1,x
W2,4,1,14,1,y
W3,5,0,5,0,x
W4,7,1,15,0,y
W5,9,1,16,1,x
W6,12,0,12,0,y
"""
TABLES = ("results/cumulative_incidence/zeta.csv", "results/cumulative_incidence/zeta_tests.csv")


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    """(names of the workflow, files that it makes, incidence, tests between the groups) of six patients."""
    study = tmp_path_factory.mktemp("competing")
    for file, text in (("config/config.yaml", PLAN), ("data/rows.csv", ROWS)):
        (study / file).parent.mkdir()
        (study / file).write_text(text)
    with (
        inside.keep_reading(),
        contextlib.redirect_stderr(io.StringIO()),
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setattr(logs, "to_file", lambda path: None)
        workflow = inside.read_workflow(study)
        patch.chdir(study)
        makers = inside.list_jobs(workflow, list(workflow.globals["PLAN"]["endpoints"]))
        for job in inside.order_jobs(makers, TABLES[0]):
            inside.run_job(*job)
        return workflow.globals, makers, *(pd.read_csv(name) for name in TABLES)


def test_the_incidence_is_that_beside_the_competing_event(results):
    """By hand, five of six at risk after the competing event: 1/6 + 2/9 + 2/9; without it 11/15."""
    found = results[2].query("grouping == 'overall'").groupby("cause")["incidence"].max()
    assert found.to_dict() == pytest.approx({"first": 11 / 18, "second": 1 / 6})


def test_groups_are_compared_in_either_event(results):
    found = results[3].set_index("cause")[["patients", "events"]].T
    assert found.to_dict("list") == {"first": [6, 3], "second": [6, 1]}


def test_the_incidence_is_drawn_where_an_event_competes(results):
    names, makers = results[:2]
    assert names["COMPETING"] == ["zeta"]
    figure = "results/figures/cumulative_incidence_{}_overall.svg"
    assert figure.format("zeta") in makers and figure.format("alpha") not in makers
