"""A frozen plan: its hash is that of the file, every change since is listed with its key, and no identifier is shown."""

import datetime
import hashlib

import pytest
import yaml
from crlm.analyses.frozen_plan import answers, words
from crlm.plan import freeze
from crlm.plan.schema import PlanError
from hypothesis import given, settings
from hypothesis import strategies as st

PLAN = """study: {title: One}
cohort:
  file: /home/surgeon/data/cohort.csv
  exclusions:
    withdrawn: {label: Withdrawn, patients: [SECRET1, SECRET2]}
columns:
  sex: {column: Sex, values: {1: male, 02: female}}
models:
  clinical: {variables: [age, sex]}
"""


def change(*pairs):
    text = PLAN
    for before, after in pairs:
        assert before in text
        text = text.replace(before, after)
    return text


def judge(now, *more):
    frozen = freeze.add_version("", PLAN, "2026-11-26")
    for text, day, reason in more:
        frozen = freeze.add_version(frozen, text, day, reason)
    return freeze.judge(frozen, now)


def test_the_hash_is_that_of_the_file():
    (version,) = judge(PLAN)["versions"]
    assert version == {
        "date": "2026-11-26",
        "sha256": hashlib.sha256(PLAN.encode()).hexdigest(),
        "reason": "",
    }


def test_an_unchanged_plan():
    found = judge(PLAN)
    assert found["changes"] == [] and found["same"]
    assert words.tell_frozen(found).endswith("and was not changed since.")
    assert list(answers.list_limits({"frozen_plan": found}, {})) == []
    assert list(words.tabulate_last({"frozen_plan": found}, {})) == []


def test_comments_and_layout_are_no_change_of_the_plan():
    found = judge("# a comment\n" + PLAN.replace("{title: One}", "\n  title: One"))
    assert found["changes"] == [] and not found["same"]
    assert "only comments or the layout" in words.tell_frozen(found)


@pytest.mark.parametrize(
    ("pairs", "expected"),
    [
        ([("title: One", "title: Two")], ("study.title", "One", "Two")),
        ([("[age, sex]", "[age]")], ("models.clinical.variables", "[age, sex]", "[age]")),
        ([("[age, sex]", "[sex, age]")], ("models.clinical.variables", "[age, sex]", "[sex, age]")),
        ([("02: female", "2: female")], ("columns.sex.values.02", "female", "–")),
        ([("/home/surgeon/data/", "/mnt/x/")], ("cohort.file", "cohort.csv", "cohort.csv")),
        (
            [(", SECRET2", "")],
            ("cohort.exclusions.withdrawn.patients", "identifiers", "identifiers"),
        ),
    ],
)
def test_a_change_is_told_by_its_key(pairs, expected):
    first = judge(change(*pairs))["changes"][0]
    assert (first["key"], first["before"], first["after"]) == expected
    assert first["date"] is None


def test_a_key_that_comes_or_goes_is_told_with_all_that_is_below():
    new = PLAN + "  late: {variables: [age], landmark_months: 3}\n"
    (added,) = judge(new)["changes"]
    assert added["key"] == "models.late"
    assert (added["before"], added["after"]) == ("–", "variables: [age]; landmark_months: 3")
    gone = PLAN[: PLAN.index("models:")]
    (removed,) = judge(gone)["changes"]
    assert (removed["before"], removed["after"]) == ("clinical: variables: [age, sex]", "–")


def test_no_identifier_is_told_when_a_whole_block_goes():
    start, end = PLAN.index("  exclusions:"), PLAN.index("columns:")
    for text in (
        PLAN[:start] + PLAN[end:],
        PLAN.replace(
            "    withdrawn: {label: Withdrawn, patients: [SECRET1, SECRET2]}\n",
            "    other: {label: x, patients: [SECRET3]}\n",
        ),
    ):
        found = judge(text)
        assert found["changes"]
        assert "SECRET" not in repr(found)


def test_an_amendment_has_its_day_and_its_reason():
    middle = change(("title: One", "title: Two"))
    last = middle.replace("[age, sex]", "[age]")
    found = judge(last, (middle, "2027-01-05", "a better title"))
    assert [(each["key"], each["date"], each["reason"]) for each in found["changes"]] == [
        ("study.title", "2027-01-05", "a better title"),
        ("models.clinical.variables", None, ""),
    ]
    assert words.tell_frozen(found).startswith("The analysis plan was frozen on 2026-11-26")
    assert "amended on 2027-01-05; 2 keys of it were changed since." in words.tell_frozen(found)
    (table,) = words.tabulate_last({"frozen_plan": found}, {})
    shown = [[cell.text for cell in row.cells] for row in table.rows]
    assert shown[0] == ["2027-01-05", "study.title", "One", "Two", "a better title"]
    assert shown[1][0] == "not recorded" and shown[1][4] == "–"
    (limit,) = answers.list_limits({"frozen_plan": found}, {})
    assert limit.startswith(
        "2 keys of the analysis plan were changed after it was frozen on 2026-11-26"
    )


@given(st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=60))
@settings(max_examples=200, deadline=None)
def test_any_text_is_kept_to_the_byte(text):
    try:
        frozen = freeze.add_version("", text, "2026-11-26")
    except yaml.YAMLError:
        return
    (version,) = yaml.safe_load(frozen)
    assert version["plan"] == text


@pytest.mark.parametrize("text", ["", "a: b", "- {date: x}", "[", PLAN])
def test_a_file_that_is_none_is_refused(text):
    with pytest.raises(PlanError, match=r"config/frozen\.yaml was edited"):
        freeze.judge(text, PLAN)


def test_an_edited_version_is_refused():
    frozen = freeze.add_version("", PLAN, "2026-11-26")
    with pytest.raises(PlanError, match="does not have its hash"):
        freeze.judge(frozen.replace("title: One", "title: Two"), PLAN)


@pytest.fixture
def study(tmp_path):
    (tmp_path / "config").mkdir()
    (tmp_path / freeze.PLAN).write_bytes(PLAN.encode())
    return tmp_path


def test_freezing_twice_needs_a_change_and_a_reason(study, capsys):
    freeze.main(study)
    assert hashlib.sha256(PLAN.encode()).hexdigest() in capsys.readouterr().out
    (first,) = freeze.read_versions((study / freeze.FROZEN).read_text())
    assert first["date"] == datetime.date.today().isoformat()
    with pytest.raises(SystemExit, match="the same to the byte"):
        freeze.main(study, "why")
    (study / freeze.PLAN).write_bytes(change(("One", "Two")).encode())
    before = (study / freeze.FROZEN).read_bytes()
    with pytest.raises(SystemExit, match=r"Changed since: study\.title\..*REASON="):
        freeze.main(study)
    assert (study / freeze.FROZEN).read_bytes() == before
    freeze.main(study, "a  better\ntitle")
    assert [
        each["reason"] for each in freeze.read_versions((study / freeze.FROZEN).read_text())
    ] == [
        "",
        "a better title",
    ]


def test_a_plan_of_windows_keeps_its_line_ends(study):
    (study / freeze.PLAN).write_bytes(PLAN.replace("\n", "\r\n").encode())
    freeze.main(study)
    now = (study / freeze.PLAN).read_bytes().decode()
    assert freeze.judge((study / freeze.FROZEN).read_bytes().decode(), now)["same"]


def test_what_is_no_yaml_is_not_frozen(study):
    (study / freeze.PLAN).write_text("study: [")
    with pytest.raises(SystemExit, match="Nothing was frozen"):
        freeze.main(study)
    assert not (study / freeze.FROZEN).exists()
