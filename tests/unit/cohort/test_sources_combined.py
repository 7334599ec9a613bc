"""Tables brought together: which cells count, who is left out of which table, and the words on it; each answer counted by hand."""

import pandas as pd
import pytest
from crlm.cohort.sources import (
    combine_tables,
    drop_patients,
    list_filled,
    name_findings,
    split_keys,
)

BASE = """
study: {title: Made up}
cohort: {COHORT}
variables: {x: {label: X, kind: count, timing: baseline}, mark: {label: Mark, kind: binary, timing: baseline}}
columns: {patient_id: id, overall_time: months, died: dead, COLUMNS}
endpoints:
  os: {label: OS, events: {death: {duration: overall_time, flag: died}}, censoring: {last: {duration: overall_time}}}
"""


@pytest.fixture
def specs_of(plan_of):
    def build(cohort="file: c.csv", columns="x: x"):
        return plan_of(BASE.replace("COHORT", cohort).replace("COLUMNS", columns))["sources"]

    return build


def cells(**columns):
    size = len(next(iter(columns.values())))
    return pd.DataFrame(columns, range(2, size + 2), dtype=object)


def patients(ids, **others):
    base = {"months": [*range(10, 10 + len(ids))], "dead": [n % 2 for n in range(len(ids))]}
    return cells(id=list(ids), **{**base, "x": [1] * len(ids), **others})


def only(findings, rule):
    (item,) = [item for item in findings if item["rule"] == rule]
    return item


def place(item):
    return item["severity"], item["row"], item["patient_id"], item["column"], item["value"]


@pytest.mark.parametrize(
    ("row", "message", "name", "named_row", "named_message"),
    [
        (4, "wrong.", "b.xlsx, sheet B", "4 of b.xlsx, sheet B", "wrong."),
        (4, "wrong.", "", 4, "wrong."),
        (None, "wrong.", "b.xlsx, sheet B", None, "b.xlsx, sheet B: wrong."),
        (None, "b.xlsx is empty.", "b.xlsx, sheet B", None, "b.xlsx is empty."),
        (None, "wrong.", "", None, "wrong."),
    ],
)
def test_what_reading_found_names_its_table_once(row, message, name, named_row, named_message):
    (item,) = name_findings([{"row": row, "message": message}], name)
    assert (item["row"], item["message"]) == (named_row, named_message)


def test_who_has_an_entry(specs_of):
    """Not who has an empty cell, a code for missing of the file or of the column, or a row of another kind."""
    (spec,) = specs_of(
        'file: c.csv, missing: [-9], decimal: ",", rows: fold',
        "x: {column: x, where: {kind: a}}, mark: {column: m, missing: [9]}, age: {column: years, decimal: '.'}, sex: twice, "
        "n_crlm: {column: n, missing: [8]}",
    )
    raw = patients(
        "abcdef", x=["1", "-9,0", None, "3", "4", "5"], kind=["a", "a", "a", "b", "a", None],
        m=["1", "9", "-9", "0", None, " "], years=["8", "-9.0", "-9,0", None, None, None],
        n=["1", "8,0", "-9", None, "2", "8,1"],
    )  # fmt: skip
    double = cells(twice=["m"] * 6)
    filled = list_filled([pd.concat([double, double, raw], axis=1)], [spec])
    assert filled["x"] == {"a", "e"} and filled["mark"] == {"a", "d"}
    assert filled["age"] == {"a", "c"} and filled["n_crlm"] == {"a", "e", "f"}
    assert "sex" not in filled and "patient_id" not in filled and filled["died"] == set("abcdef")
    assert list_filled([raw.drop(columns="id")], [spec])["mark"] == {""}
    with pytest.raises(ValueError):
        list_filled([raw, raw], [spec])


def test_entries_of_several_tables_are_taken_together(specs_of):
    specs = specs_of("sources: [{file: a.csv}, {file: b.csv, columns: {x: y}}]")
    a, b = patients("ab", x=[1, None]), patients("cd").rename(columns={"x": "y"})
    assert list_filled([a, b], specs)["x"] == {"a", "c", "d"}


JOIN = "file: c.csv, join: [{file: j.csv, by: key, TO columns: {x: x}}]"


@pytest.mark.parametrize(
    ("cohort", "left", "rest", "kept"),
    [
        ("file: c.csv", [2, 4], [3, 5], [[3, 5]]),  # where a row is a patient the row goes
        ("file: c.csv, rows: fold", [2], [4, 5], [[4, 5]]),
        ("file: c.csv, rows: first", [2], [4, 5], [[4, 5]]),
        ("file: c.csv, rows: first", [2, 4], [3, 5], [[2, 3, 5]]),  # who stays in another row
        ("file: c.csv", [], [2, 3, 4, 5], [[2, 3, 4, 5]]),
    ],
)
def test_the_rows_of_who_is_left_out_go(cohort, left, rest, kept, specs_of):
    table = patients("aabc")
    named = table.rename(columns={"id": "patient_id"})
    got = drop_patients([table], specs_of(cohort), None, named.loc[left], named.loc[rest])
    assert [list(each.index) for each in got] == kept
    if left:
        with pytest.raises(ValueError):
            drop_patients([table] * 2, specs_of(cohort), None, named.loc[left], named.loc[rest])


@pytest.mark.parametrize(
    ("to", "keys", "kept"),
    [("", ["c", "a", "b", "b", "zz"], ["b", "b", "zz"]), ("to: lab,", ["3", "1", "2", "2", None], ["2", "2", None])],
)  # fmt: skip
def test_the_rows_of_who_is_left_out_go_from_a_joined_table_too(to, keys, kept, specs_of):
    specs = specs_of(JOIN.replace("TO", to), "age: age")
    first = patients("abc", age=[50, 60, 70], lab=["1", "2", "3"])
    second = cells(key=keys, x=["1"] * 5)
    named = first.rename(columns={"id": "patient_id"})
    got = drop_patients([first, second], specs, None, named.loc[[2, 4]], named.loc[[3]])
    assert list(got[0].index) == [3] and got[1]["key"].tolist() == kept


def test_a_key_that_two_patients_share_stays_while_one_of_them_does(specs_of):
    specs = specs_of(JOIN.replace("TO", "to: lab,"), "age: age")
    first = patients("abc", age=[50, 60, 70], lab=["1", "1", "3"])
    named = first.rename(columns={"id": "patient_id"})
    got = drop_patients([first, cells(key=["1", "3"], x=[1, 1])], specs, None, named.loc[[2, 4]], named.loc[[3]])  # fmt: skip
    assert got[1]["key"].tolist() == ["1"]


def test_tables_and_their_plans_are_as_many(specs_of):
    specs = specs_of()
    with pytest.raises(ValueError):
        combine_tables([patients("ab")] * 2, specs)
    with pytest.raises(ValueError):
        combine_tables([patients("ab")], specs * 2)


def test_one_table_has_no_parts_and_several_have_each_their_own(specs_of):
    alone = combine_tables([patients("ab")], specs_of())
    assert alone.parts == [] and alone.origins == {} and alone.findings == []
    specs = specs_of("rows: last, sources: [{file: a.csv}, {file: b.csv}]")
    both = combine_tables([patients("abb"), patients("cd")], specs)
    assert [(list(rows.index), name) for rows, _, name, _ in both.parts] == [
        (["2 of a.csv", "4 of a.csv"], "a.csv"),
        (["2 of b.csv", "3 of b.csv"], "b.csv"),
    ]
    assert list(both.cohort.index) == [row for rows, *_ in both.parts for row in rows.index]


@pytest.mark.parametrize(("keep", "kept"), [("first", "2 of a.csv"), ("last", "2 of b.csv")])
def test_rows_in_two_files_are_in_the_order_of_the_files_or_of_a_column(keep, kept, specs_of):
    specs = specs_of(f"rows: {keep}, sources: [{{file: a.csv}}, {{file: b.csv}}]")
    tables = [patients("a", day=[9]), patients("a", x=[5], day=[1])]
    assert list(combine_tables(tables, specs).cohort.index) == [kept]
    by_day = specs_of(f"rows: {{keep: {keep}, order_by: day}}, sources: [{{file: a.csv}}, {{file: b.csv}}]")  # fmt: skip
    (turned,) = {"2 of a.csv", "2 of b.csv"} - {kept}
    assert list(combine_tables(tables, by_day).cohort.index) == [turned]


def test_a_fault_of_a_row_that_does_not_count_is_told_where_rows_are_folded_only(specs_of):
    rows = patients("aab", x=[1, 1.5, 2])
    rows.loc[3, "months"] = "long"
    for keep, told in (("first", False), ("last", True), ("fold", True)):
        found = combine_tables([rows], specs_of(f"file: c.csv, rows: {keep}")).findings
        assert any(item["rule"] == "not_a_number" for item in found) == told
    joined = specs_of(JOIN.replace("TO", "rows: first,"), "age: age")
    table = cells(key=["a", "b", "b"], x=[1, 2, "many"])
    found = combine_tables([patients("ab", age=[50, 60]), table], joined).findings
    assert {item["rule"] for item in found} == {"several_rows"}


def test_several_rows_without_a_word_are_one_finding_in_most_patients(specs_of):
    found = combine_tables([patients("aabbccddeeff")], specs_of()).findings
    item = only(found, "duplicate_identifier")
    assert item["row"] is None and " 6 of 12 entries" in item["message"]
    found = combine_tables([patients("aabbccdefghi")], specs_of()).findings
    assert [item["row"] for item in found] == [3, 5, 7]


def test_two_rows_in_a_joined_table(specs_of):
    specs = specs_of(JOIN.replace("TO", ""), "age: age")
    table = cells(key=["a", "b", "b"], x=[1, 2, 2])
    found = combine_tables([patients("ab", age=[50, 60]), table], specs).findings
    item = only(found, "doubled_in_table")
    assert place(item) == ("error", "4 of j.csv", "b", "key", "b")
    assert item["remedy"] == (
        "Keep one row per patient in this table, or say which counts: `rows: first` (last, complete) beside its `by:`, or `take:` "
        "for its columns."
    )
    own = combine_tables([patients("abb", age=[50, 60, 61]), table.iloc[:2]], specs).findings
    assert only(own, "duplicate_identifier")["row"] == 4


@pytest.mark.parametrize("to", ["", "to: lab,"])
def test_the_identifiers_of_a_joined_table_are_not_there(to, specs_of):
    specs = specs_of(JOIN.replace("TO", to), "age: age")
    found = combine_tables([patients("ab", age=[50, 60], lab=["1", None]), cells(ID=["a"], x=[1])], specs).findings  # fmt: skip
    item = only(found, "missing_column")
    assert item["message"] == "j.csv: the table has no column 'key' (`by:` under `cohort: join:`)."
    assert "`by:`" in item["remedy"] and "columns:" not in item["remedy"]
    assert "If it stands" not in item["remedy"] and item["column"] == "key"
    other = combine_tables([patients("ab", lab=["1", "2"]), cells(key=["a", "b"], X=[1, 1])], specs).findings  # fmt: skip
    told = {item["column"]: item for item in other if item["rule"] == "missing_column"}
    assert set(told) == {"x", "age"} and "`by:`" not in told["x"]["message"]
    assert "`columns:`" in told["x"]["remedy"]


def test_the_cohort_has_no_column_by_which_a_table_is_joined(specs_of):
    specs = specs_of(JOIN.replace("TO", "to: nowhere,"), "age: age")
    found = combine_tables([patients("ab", age=[50, 60]), cells(key=["a", "b"], x=[1, 2])], specs).findings  # fmt: skip
    item = only(found, "missing_column")
    assert item["message"] == "the cohort has no column 'nowhere', by which j.csv is joined."
    assert (item["column"], item["remedy"]) == ("nowhere", "Correct `to` under `cohort: join:`.")


def test_who_has_no_key_has_no_row_in_the_joined_table(specs_of):
    specs = specs_of(JOIN.replace("TO", "to: lab,"), "age: age")
    first = patients("abc", age=[50, 60, 70], lab=["1", None, 3])
    made = combine_tables([first, cells(key=["1", "3", "None"], x=[5, 6, 7])], specs)
    assert made.cohort["x"].astype(object).where(made.cohort["x"].notna(), "?").tolist() == [5, "?", 6]  # fmt: skip
    assert made.columns["x"]["column"] == "x" and made.columns["patient_id"]["column"] == "id"


def test_what_a_joined_table_lacks_is_said_with_its_name(specs_of):
    specs = specs_of(JOIN.replace("TO", ""), "age: age")
    found = combine_tables([patients("ab", age=[50, 60]), cells(key=["a", "z"], x=[1, 2])], specs).findings  # fmt: skip
    assert ["1 of 2" in item["message"][:50] for item in found] == [True] * 2
    assert all(item["message"].startswith("j.csv: ") for item in found)


def test_a_joined_table_of_several_rows_is_folded_by_its_own_rule(specs_of):
    specs = specs_of(JOIN.replace("TO", "rows: fold,").replace("{x: x}", "{x: {column: x, take: max}}"), "age: age")  # fmt: skip
    made = combine_tables([patients("ab", age=[50, 60]), cells(key=["b", "a", "a"], x=[3, 1, 4])], specs)  # fmt: skip
    assert made.cohort["x"].tolist() == [4, 3] and made.origins == {("3 of j.csv", "x"): "4 of j.csv"}  # fmt: skip
    assert [(list(rows.index), name) for rows, _, name, _ in made.parts][1] == (["2 of j.csv", "3 of j.csv"], "j.csv")  # fmt: skip


def test_an_empty_cell_of_a_column_of_marks_means_what_the_plan_says(specs_of):
    made = combine_tables(
        [patients("abcd", mark=["yes", None, "no", None])],
        specs_of(columns="x: x, mark: {column: mark, none_ticked: no}"),
    )
    assert made.cohort["mark"].tolist() == ["yes", "no", "no", "no"]
    item = only(made.findings, "empty_means")
    assert place(item) == ("note", None, "", "mark", "")
    assert item["message"] == (
        "Mark: empty, and read as no, as the plan says (none_ticked): 2 of 4 cells."
    )
    assert item["remedy"] == "Nothing to do if nobody's answer is merely not known."
    coded = specs_of(columns="x: x, mark: {column: mark, none_ticked: no, values: {v: yes, w: no}}")
    made = combine_tables([patients("abc", mark=["v", "w", "v"])], coded)
    assert made.cohort["mark"].tolist() == ["yes", "no", "yes"] and made.findings == []
    chosen = specs_of("file: c.csv, rows: fold", "mark: {column: mark, none_ticked: no, values: {v: yes}, where: {kind: a}}")  # fmt: skip
    made = combine_tables([patients("aab", mark=["v", None, None], kind=["a", "b", "b"])], chosen)
    assert made.cohort["mark"].astype(object).fillna("?").tolist() == ["yes", "?"]


def test_values_that_the_plan_sets_and_what_a_source_does_not_have(specs_of):
    text = (
        "sources: [{file: a.csv, set: {resection_date: 2012-03-04, x: 3, mark: yes}}, "
        "{file: b.csv, columns: {resection_date: op, x: x}}]"
    )
    made = combine_tables([patients("ab"), patients("c", op=["2013-01-02"], x=[7])], specs_of(text, "age: age"))  # fmt: skip
    assert made.cohort["resection_date"].dt.strftime("%Y-%m-%d").tolist() == ["2012-03-04"] * 2 + ["2013-01-02"]  # fmt: skip
    assert made.cohort["x"].tolist() == [3, 3, 7]
    assert made.cohort["mark"].astype(object).fillna("?").tolist() == ["yes", "yes", "?"]
    item = only(made.findings, "not_in_source")
    said = "b.csv: Mark has no column in this table and is unknown in all its rows (1)."
    assert item["message"] == said
    assert item["remedy"] == "Nothing to do, or map it under the `columns:` of the source."
    missing = [item["column"] for item in made.findings if item["rule"] == "missing_column"]
    assert missing == ["age", "age"]  # and what stands behind it in the plan is read


def test_rows_that_are_counted_have_an_entry(specs_of):
    specs = specs_of(
        "file: c.csv, missing: [none], rows: fold",
        "x: {column: drug, take: count, missing: [n/a]}, mark: m, age: age",
    )
    rows = patients("aaaab", drug=["A", "None", "N/A", "B", None], m=[1, None, 1, None, 0], age=[50] * 5)  # fmt: skip
    rows["months"], rows["dead"] = 5, 0
    made = combine_tables([rows], specs)
    assert made.cohort["x"].astype(object).fillna("?").tolist() == [2, "?"]
    assert made.columns["x"]["column"] == "number of drug"


@pytest.mark.parametrize(
    ("entry", "count", "words"),
    [
        ("P-1-x", 9, "'P-1-x' falls into 3 parts at '-', nearly all others into 2; part 2 is read as '1'."),
        ("P- 1-x", 9, "'P- 1-x' falls into 3 parts at '-', nearly all others into 2; part 2 is read as '1'."),
        ("P-1-x", 8, None),  # one in nine is more than a tenth
        ("P-1", 9, None),
    ],
)  # fmt: skip
def test_few_identifiers_that_fall_into_other_parts_are_told(entry, count, words):
    ids = [*(f"P-{n}" for n in range(10, 10 + count)), entry]
    spec = {"columns": {"patient_id": {"column": "id", "split": "-", "part": 2}}}
    table, read, found = split_keys(cells(id=[*ids, None]), spec)
    assert read["columns"] == {"patient_id": {"column": "id (part 2)"}}
    assert table["id (part 2)"].tolist() == [*map(str, range(10, 10 + count)), "1", None]
    assert [item["message"] for item in found] == ([words] if words else [])
    if words:
        assert place(found[0]) == ("warning", count + 2, "", "id", entry)
        assert found[0]["remedy"] == "Write it like the others, if that is not what is meant."


def test_an_identifier_with_one_part_of_few_is_one():
    spec = {"columns": {"patient_id": {"column": "id", "split": "-", "part": 1}}}
    _, _, (item,) = split_keys(cells(id=[*(f"P{n}-x" for n in range(10)), "P"]), spec)
    assert item["message"] == "'P' falls into 1 part at '-', nearly all others into 2; part 1 is read as 'P'."  # fmt: skip


def test_slides_that_lack_a_part_are_told_by_that_alone():
    columns = {name: {"column": "slide", "split": "_", "part": part} for part, name in enumerate(("patient_id", "lesion", "block"), 1)}  # fmt: skip
    columns["hgp_desmoplastic"] = {"column": "D"}
    ids = [f"P{n}_L1_B1" for n in range(30)]
    raw = cells(slide=[*ids, "P30_L1", "P31", None], D=[1] * 33)
    table, read, found = split_keys(raw, {"columns": columns, "other": 1})
    assert [(place(item), item["message"]) for item in found] == [
        (("error", 33, "", "slide", "P31"), "1 identifier without a part 2 when split at '_'."),
        (("error", 32, "", "slide", "P30_L1"), "2 identifiers without a part 3 when split at '_'."),
    ]
    assert found[0]["remedy"] == "Correct them, or `split` and `part` of patient_id."
    assert read["columns"]["hgp_desmoplastic"] == {"column": "D"} and read["other"] == 1
    assert read["columns"]["block"] == {"column": "slide (part 3)"}
    assert table["slide (part 1)"].tolist()[-3:] == ["P30", "P31", None] and len(table) == 33
    twice = pd.concat([raw, raw[["slide"]]], axis=1)
    assert split_keys(twice, {"columns": columns})[1]["columns"]["lesion"] == columns["lesion"]
    plain = {"columns": {"patient_id": {"column": "slide"}}}
    assert split_keys(raw, plain)[1:] == (plain, [])
    empty = split_keys(cells(slide=[None, None]), {"columns": {"lesion": columns["lesion"]}})
    assert empty[2] == [] and empty[0]["slide (part 2)"].tolist() == [None, None]


def test_a_file_without_kinds_of_rows_lacks_none_of_them(specs_of):
    """What nobody entered in the second file is unknown; only in the first one no row of a kind means none."""
    specs = specs_of(
        "rows: fold, sources: [{file: a.csv}, {file: b.csv, columns: {x: {column: n, take: count, if_no_row: 0, where: {kind: a}}}}]",
        "x: {column: n, take: count}",
    )
    second = patients("cd", n=[1, None], kind=["a", "b"]).drop(columns="x")
    first = patients("ab", n=[1, None]).drop(columns="x")
    made = combine_tables([second, first], specs[::-1]).cohort["x"]
    assert made.astype(object).where(made.notna(), "?").tolist() == [1, 0, 1, "?"]
