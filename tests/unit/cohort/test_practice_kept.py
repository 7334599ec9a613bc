"""What is kept of a column for practice, at each threshold of privacy, and how a table is described; each answer counted by hand."""

import numpy as np
import pandas as pd
import pytest
from crlm.cohort import practice
from crlm.cohort.practice import _blur, _count_decimals, _describe, _keep_codes, _keep_numbers

NONE = {"missing": [], "values": {}, "levels": [], "level_labels": {}, "factor": 1, "decimal": None, "pattern": None, "date_format": None}  # fmt: skip


def spec(kind="continuous", **others):
    return {**NONE, "column": "X", "kind": kind, **others}


@pytest.mark.parametrize(
    ("count", "told"),
    [(0, 0), (1, 5), (5, 5), (7, 5), (8, 10), (12, 10), (13, 15), (100, 100)],
)
def test_frequencies_in_steps_of_five(count, told):
    assert _blur(count) == told


@pytest.mark.parametrize(
    ("kind", "values", "cells", "kept"),
    [
        ("categorical", {}, ["a"] * 5 + ["b"] * 4, {"a": 5}),
        ("categorical", {"b": "south"}, ["a"] * 5 + ["b"] * 4 + ["Dr X"], {"a": 5, "b": 5}),
        ("categorical", {"q": "south"}, ["north", "South", "N.", "Dr X"], {"north": 5, "South": 5, "N.": 5}),
        ("categorical", {}, ["north", "N."], {}),  # written by hand, so that a rare word may be anybody's
        ("binary", {}, ["1", "true", "n", "Dr X", "yes"], {"1": 5, "true": 5, "n": 5}),
        ("ordinal", {"1.0": "north"}, [1, "2"], {1: 5}),
    ],
)  # fmt: skip
def test_a_rare_code_is_kept_only_if_the_plan_names_it(kind, values, cells, kept):
    each = spec(kind, values=values, levels=["north", "south"], level_labels={"north": "N."})
    assert _keep_codes(cells, each) == kept


def test_of_numbers_twentieths_or_quarters_are_kept():
    assert _keep_numbers(np.arange(4.0)).shape == (0,)
    assert _keep_numbers(np.array([10.0, 20, 30, 40, 50])).tolist() == [20, 30, 40]
    assert len(_keep_numbers(np.arange(19.0))) == 3
    assert len(_keep_numbers(np.arange(20.0))) == 19
    assert _keep_numbers(np.arange(0, 2100, 100.0)).tolist() == [100.0 * n for n in range(1, 20)]


@pytest.mark.parametrize(
    ("value", "step", "kept"),
    [(1234, None, 1200), (0.01268, None, 0.013), (-456, None, -460), (0, None, 0), (1, None, 1), (9.96, None, 10), (0.0000126, None, 0.000013),
     (44, 30, 30), (46, 30, 60), (3.4, 1, 3)],
)  # fmt: skip
def test_numbers_are_kept_in_two_digits_or_in_steps(value, step, kept):
    assert _keep_numbers(np.full(5, float(value)), step).tolist() == pytest.approx(
        [kept] * 3, rel=1e-9
    )


def test_what_is_kept_rises_although_it_is_rounded():
    kept = _keep_numbers(np.array([9.9] * 7 + [9.96] * 7 + [10.4] * 7))
    assert (np.diff(kept) >= 0).all()


@pytest.mark.parametrize(
    ("texts", "decimal", "most"),
    [
        (["1.5", "2.25", "3.5"], ".", 1),
        (["1,5", "2,25", "3,25"], ",", 2),
        (["1.23456"] * 2 + ["1"], ".", 3),
        (["1", "2"], ".", 0),
        ([], ".", 0),
        (["1.123"] * 2, ".", 3),
    ],
)
def test_decimals_of_most_entries(texts, decimal, most):
    assert _count_decimals(texts, decimal) == most


def describe(cells, each, values=None, days=None, **settings):
    cells = pd.Series(cells, dtype=object)
    days = pd.Series(days if days is not None else [pd.NaT] * len(cells), dtype="datetime64[ns]")
    return _describe(cells, each, settings, None if values is None else pd.Series(values), days)


def test_the_boxes_of_a_question_are_kept_where_five_have_ticked_them_so():
    cells = [(1, 0)] * 8 + [(0, 1)] * 5 + [(1, 1)] * 4
    kept = describe(cells, spec("binary"))
    assert (kept.kind, kept.codes, kept.gaps, kept.known) == (
        "codes",
        {(1, 0): 10, (0, 1): 5},
        {},
        17,
    )
    assert len(kept.numbers) == 0 and not kept.running


def test_a_column_without_a_kind_numbers_the_rows():
    kept = describe(["1", "2", "3"], {"column": "X"})
    assert kept.running and (kept.kind, kept.gaps, kept.codes, kept.known) == ("numbers", {}, {}, 3)
    assert len(kept.numbers) == 0


def test_gaps_are_empty_cells_and_codes_for_missing_and_no_other_word():
    cells = [None] * 7 + ["-9"] * 3 + ["99.0"] * 6 + ["a slip of Dr X"] * 2 + ["5"] * 8
    kept = describe(cells, spec(missing=[99]), [np.nan] * 18 + [5.0] * 8, missing=["-9"])
    assert kept.gaps == {None: 10, "-9": 5, "99.0": 5} and (kept.known, kept.kind) == (
        10,
        "numbers",
    )
    assert kept.codes == {} and kept.numbers.tolist() == [5, 5, 5]
    never = describe(["a"] * 6, spec(), [np.nan] * 6)  # what could not be typed is known of nobody
    assert (never.known, never.gaps) == (0, {None: 5})


def test_a_column_of_levels():
    kept = describe(["m"] * 6 + ["w"] * 2 + [None], spec("binary", values={"m": "yes", "w": "no"}), ["yes"] * 6 + ["no"] * 2 + [None])  # fmt: skip
    assert (kept.kind, kept.codes, kept.gaps, kept.known) == (
        "codes",
        {"m": 5, "w": 5},
        {None: 5},
        10,
    )
    assert len(kept.numbers) == 0


@pytest.mark.parametrize(
    ("cells", "own", "common", "numbers", "decimals", "comma"),
    [
        (["1,25", "2,25", "3,25", "4,25", "5,25"], None, ",", [2.2, 3.2, 4.2], 2, True),
        (["1,25", "2,25", "3,25", "4,25", "5,25"], ",", None, [2.2, 3.2, 4.2], 2, True),
        ([1.5, 2.5, 3.5, 4.5, 5.5], None, ",", [2.5, 3.5, 4.5], 0, False),  # numbers, whatever the sign
        (["1.5", "2.5", "3.5", "4.5", "5.5"], None, None, [2.5, 3.5, 4.5], 1, False),
        (["1.5", "2.5", "3.5", "4.5", "5.5"], ".", ",", [2.5, 3.5, 4.5], 1, False),
    ],
)  # fmt: skip
def test_numbers_as_they_are_written(cells, own, common, numbers, decimals, comma):
    values = [float(str(cell).replace(",", ".")) for cell in cells]
    settings = {"decimal": common} if common else {}
    kept = describe(cells, spec(decimal=own), values, **settings)
    np.testing.assert_allclose(kept.numbers, numbers, atol=0.05)
    assert (kept.decimals, kept.comma, kept.share, kept.form) == (decimals, comma, 0, None)


def test_numbers_and_shares_in_the_unit_of_the_file():
    millimetres = describe([10, 20, 30, 40, 50], spec(factor=0.1), [1.0, 2, 3, 4, 5])
    assert millimetres.numbers.tolist() == [20, 30, 40] and millimetres.share == 0
    percent = describe([10, 20, 30, 40, 50], spec(pattern="d"), [10.0, 20, 30, 40, 50])
    assert (percent.share, percent.decimals) == (100, 0)
    fraction = describe([0.1, 0.2, 0.3, 0.4, 0.5], spec(pattern="d", factor=100), [10.0, 20, 30, 40, 50])  # fmt: skip
    assert (fraction.share, fraction.decimals) == (1, 2)
    np.testing.assert_allclose(fraction.numbers, [0.2, 0.3, 0.4])


@pytest.mark.parametrize(
    ("own", "common", "form"),
    [(None, None, "%Y-%m-%d"), ("%d.%m.%Y", "%Y/%m/%d", "%d.%m.%Y"), (None, "%Y/%m/%d", "%Y/%m/%d")],
)  # fmt: skip
def test_dates_are_days_from_the_first_day(own, common, form):
    first = pd.to_datetime([f"2012-01-0{n}" for n in range(1, 6)])
    dates = first + pd.to_timedelta([10, 20, 30, 40, 50], "D")
    kept = describe([f"{day:%Y-%m-%d}" for day in dates], spec("date", date_format=own), dates, first, date_format=common)  # fmt: skip
    assert (kept.kind, kept.form, kept.numbers.tolist()) == ("dates", form, [20, 30, 40])
    stamps = describe(list(dates), spec("date"), dates, first, date_format=common)
    assert stamps.form is None
    alone = describe(
        list(dates), spec("date"), dates
    )  # no first day: in steps of a month from 1970
    days = [(day - pd.Timestamp(0)).days for day in dates[1:4]]
    assert alone.numbers.tolist() == [30 * round(day / 30) for day in days]
    same = describe(
        list(dates), spec("date"), dates, [first[0]] * 5
    )  # of one day it would be the date
    assert all(each % 30 == 0 for each in same.numbers)
    two = describe(list(dates), spec("date"), dates, [first[0]] * 4 + [first[1]])
    assert not all(each % 30 == 0 for each in two.numbers)


PLAN = """
study: {title: States}
cohort: {file: c.csv, date_format: "%d.%m.%Y", COHORT}
columns: {patient_id: id, age: age, resection_date: op, death_date: dead, last_contact_date: seen}
endpoints:
  os: {label: OS, origin: resection_date, events: {death: {date: death_date}}, censoring: {last: {date: last_contact_date}}}
disease_states:
  origin: resection_date
  last_contact: last_contact_date
  states: {free: {label: Free, free: true}, back: {label: Back, after: [free]}, gone: {label: Gone, final: true}}
  dates: {gone: [death_date]}
  events: {file: e.csv, FORM columns: {patient_id: Who, date: When, event: What}, states: {R: back, S: null}}
"""


@pytest.mark.parametrize(("form", "read"), [("", "%d.%m.%Y"), ('date_format: "%Y-%m-%d",', "%Y-%m-%d")])  # fmt: skip
def test_the_tables_of_a_plan_and_how_they_are_read(form, read, plan_of):
    plan = build(plan_of, form=form)
    specs = practice.list_specs(plan)
    assert [each["file"] for each in specs] == ["c.csv", "e.csv"] and specs[1][
        "date_format"
    ] == read
    assert practice.list_specs({**plan, "history": None}) == plan["sources"]


def build(plan_of, cohort="", form=""):
    text = PLAN.replace("file: c.csv, ", "") if "sources" in cohort else PLAN
    plan = plan_of(text.replace("FORM", form).replace("COHORT", cohort))
    return {**plan, "history": plan["disease_states"]["history"], "dictionary": []}


def draw_states(patients=60, seed=1):
    random = np.random.default_rng(seed)
    op = pd.Timestamp("2012-01-01") + pd.to_timedelta(random.integers(0, 900, patients), "D")
    seen = op + pd.to_timedelta(random.integers(400, 900, patients), "D")
    dead = np.where(random.random(patients) < 0.3, seen.strftime("%d.%m.%Y"), None)
    ids = [f"secret{n}" for n in range(patients)]
    cohort = pd.DataFrame({"id": ids, "age": random.integers(40, 80, patients), "op": op.strftime("%d.%m.%Y"), "dead": dead, "seen": seen.strftime("%d.%m.%Y")})  # fmt: skip
    back = op + pd.to_timedelta(random.integers(30, 390, patients), "D")
    scan = op + pd.to_timedelta(random.integers(5, 29, patients), "D")
    rows = [(who, day, what) for who, r, s, has in zip(ids, back, scan, random.random(patients) < 0.6, strict=True) for day, what in [(s, "S"), *[(r, "R")] * int(has)]]  # fmt: skip
    events = pd.DataFrame(rows, columns=["Who", "When", "What"])
    events["When"] = events["When"].dt.strftime("%d.%m.%Y")
    as_cells = [table.astype(object).where(table.notna(), None) for table in (cohort, events)]
    return [table.set_axis(range(2, len(table) + 2)) for table in as_cells]


def test_a_cohort_and_its_events_are_made_up_without_a_contradiction(plan_of):
    """Who is excluded, or is in the events alone, is described by nothing."""
    plan = build(plan_of)
    tables = draw_states()
    stranger = pd.DataFrame([["nobody", "01.01.1999", "Z-odd"]] * 9, [900 + n for n in range(9)], tables[1].columns)  # fmt: skip
    tables[1] = pd.concat([tables[1], stranger])
    rules = {"old": {"label": "Old", "patients": [f"secret{n}" for n in range(10)]}}
    cohort, events = practice.make_tables(tables, plan, rules, "resection_date", 5)
    assert cohort["id"].tolist() == [f"P{n:04d}" for n in range(1, 51)]
    assert set(events["What"]) == {"R", "S"} and set(events["Who"]) <= set(cohort["id"])
    assert "secret" not in cohort.to_csv() + events.to_csv() and "1999" not in events.to_csv()
    wrong, without = practice.find_wrong([cohort, events], plan)
    assert wrong == set() and without == set()
    per = events["Who"].value_counts()
    assert per.max() == 2 and 0.3 < (per == 2).mean() < 0.9
    assert practice.make_tables(tables, plan, rules, "resection_date", 5)[1].equals(events)


def test_who_contradicts_himself_is_named_by_what_is_wrong(plan_of):
    plan = build(plan_of)
    cohort, events = draw_states()
    cohort.loc[2, "age"], cohort.loc[3, "op"] = 400, "31.12.2019"
    day = pd.to_datetime(cohort.loc[4, "op"], dayfirst=True) - pd.Timedelta(days=9)
    events.loc[events["Who"].eq("secret2"), "When"] = f"{day:%d.%m.%Y}"  # before the operation
    events.loc[events["Who"].eq("secret0"), "When"] = f"{day:%d.%m.%Y}"
    wrong, without = practice.find_wrong([cohort, events], plan)
    assert wrong == {"secret0", "secret1"} and "secret2" in without
    assert without <= {"secret0", "secret1", "secret2"}


def test_rows_per_patient_and_those_without_any(plan_of):
    plan = build(plan_of)
    cohort, events = draw_states()
    first, second = practice.describe_tables([cohort, events], practice.list_specs(plan), "resection_date")[0]  # fmt: skip
    assert first.rows == {1: 60} and first.patients is None and first.key == "id"
    twice = int((events["Who"].value_counts() == 2).sum())
    assert second.rows == {1: _blur(60 - twice), 2: _blur(twice)} and second.patients is None
    some = practice.describe_tables([cohort, events.iloc[:30]], practice.list_specs(plan), "resection_date")[0]  # fmt: skip
    assert some[1].rows[0] == _blur(60 - events.iloc[:30]["Who"].nunique())
    assert set(first.columns) == {"age", "op", "dead", "seen"} and set(second.columns) == {"When", "What"}  # fmt: skip
    assert first.columns["op"].numbers.tolist() == [0] * 19  # days from the first day
