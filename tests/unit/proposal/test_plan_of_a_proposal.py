"""The plan that is written: its reasons, what stays open, and that a run is refused while an event's code is not explained."""

import pytest
import yaml
from crlm.proposal.analyses import choose_analyses, choose_endpoints
from crlm.proposal.ask import LATER, ask_all, put_question
from crlm.proposal.check import check_plan
from crlm.proposal.page import write_page
from crlm.proposal.plan_text import _list_one_short, write_plan
from crlm.proposal.propose import make_table, propose

SOURCE = {"name": "a.csv", "file": "data/a.csv", "title": "a", "settings": {}, "reasons": {}}


@pytest.fixture
def write(vocabulary, workflow):
    def make(columns, answers=None, source=SOURCE, known=None):
        guesses = propose(make_table(columns), vocabulary, workflow["dictionary"])
        text = write_plan(
            guesses, answers or {}, source, workflow["dictionary"], workflow["proposal"], known
        )
        return text, yaml.load(text, Loader=yaml.BaseLoader), guesses

    return make


def columns(count=20):
    return {
        "PatNr": [f"Geheim{n}" for n in range(count)],
        "Sex": [1 + n % 2 for n in range(count)],
        "Alter": [50 + n for n in range(count)],
        "OS Monate": [10.5 + n for n in range(count)],
        "Status": [n % 2 for n in range(count)],
        "Bemerkung": [None] * count,
    }


def test_every_line_has_its_reason(write):
    text, plan, _ = write(columns())
    assert plan["columns"] == {
        "patient_id": "PatNr",
        "age": {"column": "Alter", "unit": "years"},
        "overall_time": {"column": "OS Monate", "unit": "months"},
        "died": {"column": "Status", "values": {"0": "no", "1": "yes"}},
    }
    lines = text[text.index("columns:") : text.index("endpoints:")].splitlines()[1:]
    assert all("# [" in line or line.startswith("  #") or not line for line in lines)
    assert "# sex: {column: Sex" in text and "#   Bemerkung: remarks are not analysed" in text


def test_an_event_without_an_answer_stops_the_run_with_the_question(write, workflow, tmp_path):
    text, plan, _ = write(columns())
    (question,) = plan["questions"]
    assert (
        "Column 'Status' (0: n=10, 1: n=10) looks like: Died." in question
        and "0 = yes, 1 = no" in question
    )
    assert "[QUESTION, not confirmed]" in next(
        line for line in text.splitlines() if "died:" in line
    )
    (tmp_path / "data").mkdir()
    rows = zip(*columns().values(), strict=True)
    lines = [
        ";".join("" if cell is None else str(cell) for cell in row) for row in [columns(), *rows]
    ]
    (tmp_path / "data/a.csv").write_text("\n".join(lines))
    assert check_plan(text, tmp_path, workflow).problems == [question]
    answered, _, _ = write(columns(), {"Status": 3})
    checked = check_plan(answered, tmp_path, workflow)
    assert checked.problems == [] and checked.known["events"]["os"] == 10
    assert "error" not in set(checked.findings["severity"])


@pytest.mark.parametrize(
    ("answer", "values"), [(2, {"0": "no", "1": "yes"}), ("3", {"0": "yes", "1": "no"})]
)
def test_an_answer_settles_it(write, answer, values):
    text, plan, _ = write(columns(), {"Status": answer})
    assert plan["columns"]["died"]["values"] == values and "questions" not in plan
    assert "[answered]" in next(line for line in text.splitlines() if "died:" in line)


def test_an_answer_may_leave_the_column_out(write):
    _, plan, _ = write(columns(), {"Status": 1})
    assert "died" not in plan["columns"] and "endpoints" not in plan
    assert "No overall survival can be made" in plan["questions"][0]


@pytest.mark.parametrize("answers", [{"Status": 9}, {"Nobody": 1}])
def test_a_wrong_answer_is_refused_in_words(write, answers):
    with pytest.raises(ValueError, match=r"no answer to 'Status'|no question 'Nobody'"):
        write(columns(), answers)


def test_scores_that_lack_one_column_are_named_with_it(write):
    variables = {"kras": {"label": "KRAS status"}, "sum": {"label": "A sum", "formula": {}}}
    lacking = {
        "one": ["kras"],
        "two": ["kras", "sum"],
        "made": ["sum"],
        "other": ["kras"],
        "has": [],
    }
    scores = {
        name: {
            "label": name.title(),
            "status": "not computable" if missing else "computable",
            "missing_inputs": missing,
        }
        for name, missing in lacking.items()
    }
    assert _list_one_short(scores, variables) == {"KRAS status": ["One", "Other"]}
    assert _list_one_short({"has": scores["has"]}, variables) == {}


def test_no_identifier_and_no_measurement_stands_in_plan_or_page(write):
    text, _, guesses = write(columns())
    page = write_page(guesses, {}, "a.csv", "config.yaml", "")
    for entry in (*columns()["PatNr"], "12.5", "29.5"):
        assert entry not in text and entry not in page


def test_codes_and_names_survive_yaml(write):
    odd = {
        "PatNr": [f"P{n}" for n in range(20)],
        "RAS: Status, {1}": ["wt", "no mutation"] * 10,
        "adjuvante Chemo #1": ["no", "yes"] * 10,
        "Rezidiv?": ["ja", "nein"] * 10,
    }
    _, plan, _ = write(odd)
    assert plan["columns"]["recurred"]["column"] == "Rezidiv?"
    entries = [e if isinstance(e, str) else e["column"] for e in plan["columns"].values()]
    assert set(entries) == set(odd)


def test_a_code_for_missing_is_said_once_for_the_file(write):
    both = columns() | {
        "CEA": ["k.A.", -999, *[5.5] * 9, *[7.5] * 9],
        "Albumin": [-999, "k.A.", *[41] * 9, *[44] * 9],
    }
    _, plan, _ = write(both)
    assert plan["cohort"]["missing"] == ["-999", "k.A."]
    assert "missing" not in plan["columns"]["cea_ng_ml"]


@pytest.mark.parametrize(
    ("names", "endpoints"),
    [
        ({"resection_date", "death_date", "last_contact_date"}, ["os"]),
        ({"death_date", "last_contact_date"}, []),
        ({"resection_date", "recurrence_date", "died", "last_contact_date"}, ["os", "rfs"]),
        ({"resection_date", "recurrence_date", "last_contact_date"}, ["ttr"]),
        ({"overall_time", "died", "recurrence_time", "recurred_or_died"}, ["os", "rfs"]),
        ({"overall_time", "died", "cancer_death"}, ["os", "css"]),
        ({"recurrence_time", "recurred"}, ["ttr"]),
    ],
)
def test_endpoints_from_what_is_there(workflow, names, endpoints):
    assert list(choose_endpoints(names, workflow["proposal"])) == endpoints


@pytest.mark.parametrize(("events", "covariates"), [(None, 6), (45, 4), (19, None)])
def test_a_model_has_as_many_covariates_as_its_events_allow(workflow, events, covariates):
    names = ["n_crlm", "size_max_cm", "synchronous", "cea_ng_ml", "age", "sex"]
    blocks = choose_analyses(names, dict.fromkeys(names, "binary"), events, workflow["proposal"])
    model = blocks["models"].get("clinical")
    assert (len(model["variables"]) if model else None) == covariates


def test_questions_are_put_one_by_one(write):
    guesses = write(columns())[2]
    shown = []

    def put(text, labels):
        shown.append((text, labels))
        return labels[0]

    answers = ask_all(guesses, {}, put)
    assert [text[:8] for text, _ in shown] == ["(1 of 2)", "(2 of 2)"]
    assert answers == dict.fromkeys(["Sex", "Status"], "none of these: leave the column out")
    assert ask_all(guesses, {}, lambda *_: None) == {}
    assert ask_all(guesses, {}, lambda *_: LATER) == {}
    assert ask_all(guesses, {"Sex": 2, "Status": 1}, None) == {"Sex": 2, "Status": 1}


@pytest.mark.parametrize(("keys", "given"), [("\r", "first"), ("\x1b[B\r", "second")])
def test_enter_takes_what_is_proposed(keys, given):
    from prompt_toolkit.application import create_app_session
    from prompt_toolkit.input import create_pipe_input
    from prompt_toolkit.output import DummyOutput

    with create_pipe_input() as pipe, create_app_session(input=pipe, output=DummyOutput()):
        pipe.send_text(keys)
        assert put_question("Which?", ["first", "second", LATER]) == given
