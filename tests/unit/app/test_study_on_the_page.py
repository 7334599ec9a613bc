"""What the page does, without a page: the table of the columns, the choices, the plan on disk, and a run's progress."""

import proposal_exports as made
import pytest
import yaml
from crlm.app import choosing, mapping, running, study
from crlm.proposal.check import can_run, list_reserved, read_workflow
from crlm.proposal.vocabulary import build_vocabulary

PRINTED = """Building DAG of jobs...
Job stats:
job                count
---------------  -------
fit_cox                2
render_report          1
all                    1
total                  4

[Thu Nov 26 08:18:17 2026]
Finished jobid: 5 (Rule: fit_cox)
1 of 4 steps (25%) done
2026-11-26 08:18:19,418 INFO fontTools.subset: maxp pruned
Select jobs to execute...

The data have 1 error; nothing was analysed.
  1. column Datum: the file has no column 'Datum' (mapped to death_date).
     -> Correct it under `columns:`.

RuleException:
CalledProcessError in file "cohort.smk", line 124:
"""


@pytest.fixture(scope="module")
def workflow(root):
    return read_workflow(root)


@pytest.fixture(scope="module")
def words(workflow):
    return build_vocabulary(workflow["headers"], workflow["dictionary"], list_reserved(workflow))


@pytest.fixture
def begun(tmp_path, workflow, words):
    made.write_text(tmp_path / "zhongshan.csv", made.CHINESE, ",", "gb18030")
    return study.begin([tmp_path / "zhongshan.csv"], tmp_path / "studies", workflow, words)


def change(state, workflow, words, **form):
    """The state after the row of a column was changed."""
    places = {each.column: place for place, each in enumerate(state["guesses"])}
    rows = {places[column]: row for column, row in form.items()}
    named, edits, answers = mapping.read_changes(
        state["guesses"], rows, state, workflow["dictionary"]
    )
    changed = {"named": named, "edits": edits, "answers": answers}
    return study.try_columns({**state, **changed}, workflow, words)


def read_columns(state):
    return yaml.load(state["text"], Loader=yaml.BaseLoader)["columns"]


def test_an_answer_codes_or_another_variable_change_the_plan(begun, workflow, words):
    assert study.count_columns(begun) == (14, 13, 1, 1) and not can_run(begun["checked"])
    answered = change(begun, workflow, words, 生存状态={"answer": "Died: 0 = no, 1 = yes"})
    assert study.count_columns(answered) == (14, 14, 0, 0) and can_run(answered["checked"])
    coded = change(begun, workflow, words, 生存状态={"codes": "0 = yes, 1 = no"})
    assert read_columns(coded)["died"]["values"] == {"0": "yes", "1": "no"}
    assert study.count_columns(coded)[2] == 0
    other = change(answered, workflow, words, 生存状态={"variable": "cancer_death"})
    assert "died" not in read_columns(other) and study.count_columns(other)[3] == 1
    left = change(answered, workflow, words, 年龄={"variable": ""})
    assert "age" not in read_columns(left) and "年龄: left out by you" in left["text"]
    again = change(left, workflow, words, 年龄={"variable": "age"})
    assert read_columns(again)["age"]["column"] == "年龄"
    unit = change(answered, workflow, words, **{"最大径(mm)": {"unit": "cm"}})
    assert read_columns(unit)["size_max_cm"]["unit"] == "cm"


def test_a_column_named_by_hand_takes_the_variable_from_the_other(begun, workflow, words):
    taken = change(begun, workflow, words, 肝转移灶数目={"variable": "age"})
    columns = read_columns(taken)
    assert "肝转移灶数目" in str(columns["age"]) and "n_crlm" not in columns
    assert "年龄" not in str(columns)


def test_what_contradicts_stays_and_a_run_says_so(begun, workflow, words):
    taken = change(begun, workflow, words, 性别={"variable": "death_date"})
    guess = next(each for each in taken["guesses"] if each.column == "性别")
    assert "named by you: Death; but its entries are no dates" in guess.reason
    said = mapping.find_words(taken["checked"].findings, "性别")
    assert said[0].startswith("error: ") and not can_run(taken["checked"])


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("0 = no, 1 = yes", {"0": "no", "1": "yes"}),
        ("a=b = T1 or T2; x = T3", {"a=b": ["T1", "T2"], "x": "T3"}),
        ("", {}),
    ],
)
def test_codes_are_read_as_they_are_shown(text, values):
    assert mapping.read_codes(text) == values
    assert mapping.read_codes(mapping.write_codes(values)) == values


@pytest.mark.parametrize("codes", ["0", "= no", "0 =", "0 = maybe"])
def test_codes_that_cannot_be_are_refused_in_words(begun, workflow, words, codes):
    with pytest.raises(ValueError, match=r"is no code: write them as|is no level of Died"):
        change(begun, workflow, words, 生存状态={"codes": codes})


def test_the_plan_is_of_what_was_chosen(begun, workflow, words):
    answered = change(begun, workflow, words, 生存状态={"answer": "Died: 0 = no, 1 = yes"})
    lists = answered["choices"]
    assert set(lists["endpoints"]) == {"os", "rfs"} and "by_sex" in lists["groupings"]
    chosen = {
        "endpoints": ["os"],
        "groupings": ["chemotherapy"],
        "main": "by_sex",
        "scores": list(lists["scores"])[:1],
        "univariable": ["age"],
        "clinical": ["sex", "n_crlm"],
    }
    written = study.write_chosen(answered, chosen, workflow)
    plan = yaml.load(written["text"], Loader=yaml.BaseLoader)
    assert list(plan["endpoints"]) == ["os"] and plan["main"] == {"grouping": "by_sex"}
    assert list(plan["groupings"]) == ["chemotherapy", "by_sex"]
    assert plan["scores"] == {"compute": chosen["scores"]}
    assert plan["models"]["univariable"]["variables"] == ["age"]
    assert plan["models"]["clinical"]["variables"] == ["sex", "n_crlm"]
    assert can_run(written["checked"])
    every = study.write_chosen(answered, {**lists["chosen"]}, workflow)
    assert every["text"] == answered["text"]  # as proposed, nothing else


def test_a_plan_of_others_is_kept(tmp_path):
    file, kept = tmp_path / study.PLAN, tmp_path / study.BEFORE
    assert not study.save_plan(tmp_path, "one", "") and file.read_text() == "one"
    assert not study.save_plan(tmp_path, "two", "one") and not kept.exists()
    file.write_text("edited elsewhere")
    assert study.save_plan(tmp_path, "three", "two")
    assert (file.read_text(), kept.read_text()) == ("three", "edited elsewhere")


def test_no_folder_is_taken_twice(tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine_2").mkdir()
    assert study.find_free(tmp_path / "mine") == tmp_path / "mine_3"


def test_progress_and_words_of_a_run():
    assert running.read_progress("") == (0, 0, [])
    assert running.read_progress(PRINTED) == (1, 4, [("fit_cox", 2, 1), ("render_report", 1, 0)])
    said = running.find_said(PRINTED)
    assert said.startswith("The data have 1 error") and said.endswith("`columns:`.")


def test_a_refused_plan_keeps_its_words():
    text = "Using profile\nRefused:\nthe analysis plan has 1 problem:\n  1. a"
    assert "the analysis plan has 1 problem:\n  1. a" in running.find_said(text)


def test_a_run_is_ended_with_all_that_it_began(tmp_path):
    """A stand-in that, like a job, starts another and does not listen to SIGINT; what takes the lock away reads it too, and ends."""
    (tmp_path / "Snakefile").write_text(
        "import os, signal, subprocess, time\n"
        "if not os.path.exists('child'):\n"
        "    signal.signal(signal.SIGINT, signal.SIG_IGN)\n"
        "    child = subprocess.Popen(['sleep', '300'])\n"
        "    open('child', 'w').write(str(child.pid))\n"
        "    time.sleep(300)\n"
    )
    profile = tmp_path / "workflow/profiles/default"
    profile.mkdir(parents=True)
    (profile / "config.yaml").write_text("cores: 1\n")
    run = running.start(tmp_path, tmp_path)
    wait_for(lambda: (tmp_path / "child").exists() and (tmp_path / "child").read_text())
    running.PATIENCE, patience = 1, running.PATIENCE
    try:
        running.cancel(run, tmp_path, tmp_path)
    finally:
        running.PATIENCE = patience
    assert run.process.poll() is not None
    child = int((tmp_path / "child").read_text())
    wait_for(lambda: not is_alive(child))


def wait_for(test, seconds=60):
    import time

    until = time.monotonic() + seconds
    while not test():
        assert time.monotonic() < until
        time.sleep(0.1)


def is_alive(number):
    from pathlib import Path

    state = Path(f"/proc/{number}/stat")
    return state.exists() and state.read_text().split(") ")[1][0] != "Z"


def test_labels_of_scores_and_patterns(workflow):
    label = choosing.label_variable
    lists = workflow["dictionary"], workflow["scores"], workflow["growth_patterns"]
    assert label("age", *lists) == "Age at resection"
    assert label("hgp_pure", *lists) == "Growth pattern (pure desmoplastic)"
    assert label("fong_group", *lists) == f"{workflow['scores']['fong']['label']}, groups"


def test_a_further_table_is_edited_and_left_out(tmp_path, workflow, words):
    made.write_german(tmp_path / "register.xlsx", 40)
    lines = ["PatNr;BRAF;Ferritin (µg/l)"]
    for number, patient in enumerate(made.draw_patients(40)):
        lines.append(f"{patient['id']};{['wt', 'V600E'][number % 2]};{number + 0.5}")
    (tmp_path / "labor.csv").write_text("\n".join(lines), encoding="utf-8")
    paths = [tmp_path / "register.xlsx", tmp_path / "labor.csv"]
    state = study.begin(paths, tmp_path / "studies", workflow, words)

    def read_join(state):
        cohort = yaml.load(state["text"], Loader=yaml.BaseLoader)["cohort"]
        return cohort.get("join", [{}])[0].get("columns")

    assert set(read_join(state)) == {"braf", "ferritin"} and can_run(state["checked"])
    other = change(state, workflow, words, BRAF={"variable": ""})
    assert set(read_join(other)) == {"ferritin"}
    coded = change(state, workflow, words, BRAF={"codes": "wt = wild_type, V600E = other"})
    assert read_join(coded)["braf"]["values"]["V600E"] == "other"
    places = {each.column or each.sheet: n for n, each in enumerate(state["guesses"])}
    left = mapping.read_left(state["guesses"], {places["PatNr"]: {"table": ""}}, [])
    assert left == ["labor.csv"]
    without = study.try_columns({**state, "left": left}, workflow, words)
    assert read_join(without) is None and can_run(without["checked"])
    row = next(n for n, each in enumerate(without["guesses"]) if each.sheet)
    assert mapping.read_left(without["guesses"], {row: {"table": "yes"}}, left) == []
    assert mapping.read_left(without["guesses"], {}, left) == left


def test_endpoints_that_were_not_chosen_are_asked_for_only_where_none_can_be_made(
    begun, workflow, words
):
    """Overall survival that can be made and was not ticked is no question; one that cannot be made is, and the page goes on."""
    answered = change(begun, workflow, words, 生存状态={"answer": "Died: 0 = no, 1 = yes"})
    written = study.write_chosen(
        answered, {**answered["choices"]["chosen"], "endpoints": ["rfs"]}, workflow
    )
    assert list(yaml.safe_load(written["text"])["endpoints"]) == ["rfs"] and can_run(
        written["checked"]
    )
    asked = study.write_chosen(begun, begun["choices"]["chosen"], workflow)
    assert "os" not in begun["choices"]["endpoints"] and not can_run(asked["checked"])
    assert "questions:" in asked["text"]
