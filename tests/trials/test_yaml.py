"""The plan is read as it was written: keys that stand twice, codes that YAML takes for something else, endless aliases."""

import time

import pytest
import yaml
from crlm.analyses import order
from crlm.plan.build import build_plan
from crlm.plan.reading import as_read, lay_over, read_written, restore
from crlm.plan.schema import PlanError
from crlm.plan.scores import lay_own
from making import ROOT, make_cohort, make_plan, read_yaml

PLAN = """
study: {title: Made up}
cohort: {file: cohort.csv}
columns: {patient_id: id, overall_time: time, died: dead, ward: ward}
variables: {ward: {label: Ward, kind: categorical, levels: [north, south], timing: baseline}}
endpoints:
  os:
    label: Overall survival
    events: {death: {duration: overall_time, flag: died}}
    censoring: {last_contact: {duration: overall_time}}
"""


def problems(text):
    with pytest.raises(PlanError) as caught:
        make_plan(text)
    return caught.value.problems


def list_rows(count=12, **columns):
    wards = ["north", "south"] * (count // 2)
    rows = {"id": [f"P{n}" for n in range(1, count + 1)], "time": [n + 0.5 for n in range(count)]}
    rows |= {"dead": [0, 1] * (count // 2), "ward": wards, **columns}
    return [dict(zip(rows, cells, strict=True)) for cells in zip(*rows.values(), strict=True)]


@pytest.mark.parametrize(
    "text, lines, key",
    [
        ("a: 1\nb: 2\na: 3", (1, 3), "a"),
        ("a:\n  b: 1\n  c: 2\n  b: 3", (2, 4), "b"),
        ("a:\n  - {x: 1}\n  - x: 1\n    y: 2\n    x: 3", (3, 5), "x"),
        ("a: {x: 1, x: 1}", (1, 1), "x"),
        ("a:\n  1: u\n  01: v", (2, 3), "01"),
        ("a:\n  yes: u\n  true: v", (2, 3), "true"),
        ("a:\n  1: u\n  1.0: v", (2, 3), "1.0"),
    ],
)
def test_a_key_that_stands_twice_is_refused_with_both_lines(text, lines, key):
    assert yaml.safe_load(text)  # which Snakemake's reader takes without a word
    with pytest.raises(PlanError) as caught:
        read_written(text)
    (problem,) = caught.value.problems
    assert f"lines {lines[0]} and {lines[1]}: the key '{key}' stands there twice" in problem


def test_every_key_that_stands_twice_is_told_at_once():
    with pytest.raises(PlanError) as caught:
        read_written("a: 1\na: 2\nb: {c: 1, c: 2}\n")
    assert len(caught.value.problems) == 2


def test_a_merged_block_may_be_overridden():
    text = "a: &a {x: 1, y: 2}\nb: {<<: *a, y: 3}\nc: {<<: [*a, {z: 4}], x: 5}"
    assert as_read(read_written(text)) == yaml.safe_load(text)


BOMBS = {
    "aliases": "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
    + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 12)),
    "in keys of mappings": "a0: &a0 {p: 1, q: 2}\n"
    + "".join(f"a{n}: &a{n} {{p: *a{n - 1}, q: *a{n - 1}}}\n" for n in range(1, 40)),
    "merges": "a0: &a0 {p: 1}\n"
    + "".join(f"a{n}: &a{n} {{<<: [*a{n - 1}, *a{n - 1}]}}\n" for n in range(1, 40)),
    "itself": "a: &a [*a]",
    "brackets": "a: " + "[" * 20_000,
    "braces": "a: " + "{b: " * 20_000,
    "nested lines": "\n".join(" " * n + "a:" for n in range(300)),
    "the data": "id;time\n" * 200_000,
}


@pytest.mark.parametrize("kind", BOMBS)
def test_a_bomb_ends_within_a_second_and_in_a_sentence(kind):
    start = time.process_time()
    with pytest.raises(PlanError) as caught:
        read_written(BOMBS[kind])
    assert time.process_time() - start < 1
    assert len(str(caught.value)) < 500


@pytest.mark.parametrize(
    "text",
    ["a: 2020-02-30", "operator: =", "a: !x 1", "a: !!set {b}", "? [a]\n: b", "a\tb: [", "a: \x00"],
)
def test_what_yaml_cannot_read_is_a_sentence(text):
    with pytest.raises(PlanError):
        read_written(text)


@pytest.mark.parametrize(
    "path",
    [
        "config/config.yaml",
        "tests/study/config/config.yaml",
        "studies/tcia_crlm/config/config.yaml",
    ],
)
def test_a_plan_as_written_and_as_read_differ_in_nothing_else(path):
    text = (ROOT / path).read_text("utf-8")
    written = read_written(text)
    assert as_read(written) == yaml.safe_load(text)
    assert as_read(restore(yaml.safe_load(text), written)) == yaml.safe_load(text)


@pytest.mark.parametrize(
    "word",
    [
        "no",
        "No",
        "off",
        "yes",
        "on",
        "NULL",
        "0012",
        "1.10",
        "12:30",
        "2020-01-01",
        "0x1A",
        "1_000",
        "true",
    ],
)
def test_codes_for_missing_are_the_text_that_stands_there(word, tmp_path):
    plan = PLAN.replace("cohort.csv}", f"cohort.csv, missing: [{word}]}}")
    wards = ["north", "south"] * 5 + [word, "north"]
    cohort, plan, found = make_cohort(plan, list_rows(ward=wards), tmp_path)
    assert plan["cohort"]["missing"] == [word]
    assert cohort["ward"].isna().sum() == 1 and not (found["severity"] == "error").any()


@pytest.mark.parametrize(
    "codes",
    [
        ("no", "yes"),
        ("off", "on"),
        ("FALSE", "TRUE"),
        ("01", "02"),
        ("010", "011"),
        ("1.10", "1.20"),
    ],
)
def test_codes_of_levels_are_the_text_that_stands_there(codes, tmp_path):
    text = PLAN.replace(
        "ward: ward}", f"ward: {{column: ward, values: {{{codes[0]}: north, {codes[1]}: south}}}}}}"
    )
    cohort, _, found = make_cohort(text, list_rows(ward=list(codes) * 6), tmp_path)
    assert cohort["ward"].tolist() == ["north", "south"] * 6
    assert not (found["severity"] == "error").any()


@pytest.mark.parametrize("name", ["no", "on", "007", "2019", "1.50", "2020-01-01", "NO", "12:30"])
def test_columns_are_the_text_that_stands_there(name, tmp_path):
    rows = [{**row, name: row.pop("ward")} for row in list_rows()]
    cohort, _, found = make_cohort(PLAN.replace("ward: ward}", f"ward: {name}}}"), rows, tmp_path)
    assert cohort["ward"].notna().all() and not (found["severity"] == "error").any()


def test_yes_and_no_stay_levels_and_switches(tmp_path):
    text = PLAN.replace("title: Made up", "title: 2019, synthetic: yes").replace(
        "died: dead", "died: {column: dead, values: {A: No, B: Yes}}"
    )
    cohort, plan, _ = make_cohort(text, list_rows(dead=["A", "B"] * 6), tmp_path)
    assert plan["study"] == {"title": "2019", "synthetic": True, "description": "", "citation": ""}
    assert cohort["died"].tolist() == ["no", "yes"] * 6


def test_an_octal_number_is_no_number():
    assert any(
        "'0100' should be a whole number" in each
        for each in problems(PLAN + "resampling: {resamples: 0100}")
    )


def test_what_another_file_or_the_command_line_says_stays():
    written = read_written("a: {b: 012, c: no}\nd: [01, 02]")
    config = {"a": {"b": 10, "c": True}, "d": [1, 3], "e": 5}
    found = restore(config, written)
    assert as_read(found) == config
    texts = {as_read(key): item for key, item in found["a"].items()}
    assert texts["b"].text == "012" and texts["c"] is True
    assert found["d"][0].text == "01" and found["d"][1] == 3
    other = lay_over(written, read_written("a: {c: off}"))
    assert as_read(other) == {"a": {"b": 10, "c": False}, "d": [1, 2]}


@pytest.mark.parametrize("place", ["cohort", "columns"])
def test_a_bare_no_from_elsewhere_asks_for_quotes(place):
    """Given on the command line or by the workflow of a module, its text is lost."""
    config = as_read(read_written(PLAN))
    if place == "cohort":
        config["cohort"]["missing"] = [False]
    else:
        config["columns"]["ward"] = False
    names = ("config.schema", "dictionary", "growth_patterns")
    schema, dictionary, patterns = (read_yaml(f"workflow/schemas/{name}.yaml") for name in names)
    with pytest.raises(PlanError, match="in quotes"):
        build_plan(config, schema, dictionary, {}, patterns, order.load("plan"))


def test_errors_of_form_and_of_content_are_told_in_one_round():
    text = PLAN.replace(
        "file: cohort.csv", "file: cohort.csv, decimel: '.', data_lock: '2020-02-30'"
    )
    text = text.replace("died: dead", "died: {colum: dead}, ages: age")
    text += "groupings: {g: {variable: wart}, h: {variabel: ward}}\nmodels: {m: {variables: [sise_max_cm]}}\n"
    found = problems(text)
    for part in (
        "'decimel'",
        "'2020-02-30'",
        "'colum'",
        "columns.ages",
        "'wart'",
        "'variabel'",
        "'sise_max_cm'",
    ):
        assert any(part in each for each in found), (part, found)
    assert not any("died is not mapped" in each for each in found)  # follows from `colum`


def test_a_score_of_the_study_that_replaces_one_of_the_registry_says_so():
    scores = lay_own({"fong": {"label": "Fong"}, "x": {}}, {"fong": {"label": "Mine"}, "own": {}})
    assert scores["fong"]["label"] == "Mine" and "replaces" in scores["fong"]["replaced"]
    assert list(scores) == ["fong", "x", "own"] and "replaced" not in scores["own"]


def test_a_quotation_mark_that_is_never_closed_is_told_where_it_stands():
    with pytest.raises(PlanError, match="line 3, column 8: the quotation mark that stands here"):
        read_written('study: {title: A}\ncolumns:\n  age: "Alter\n  sex: Geschlecht\n')


def test_a_level_on_the_left_of_its_code_is_told():
    plan = PLAN.replace("ward: ward}", "sex: {column: G, values: {male: m, female: w}}}", 1)
    with pytest.raises(PlanError, match="stands on the left: `m: male`"):
        make_plan(plan)
