"""Whole tables for practice: kinds of rows, files beside one another, and draws until nobody contradicts himself."""

import numpy as np
import pandas as pd
import pytest
from crlm.cohort import practice
from crlm.cohort.practice_draw import Column, Table
from crlm.cohort.practice_layout import Layout
from test_practice_kept import build, draw_states

AGE = Column("numbers", {}, 10, {}, np.array([50.0, 60, 70]))
EVENT = Column("codes", {}, 10, {"R": 5}, np.zeros(0))


def draw(count, tell, tables=1):
    described = [Table("id", {1: 5}, {"age": AGE}), Table("key", {1: 5}, {"age": AGE}), Table("Who", {2: 5}, {"What": EVENT})]  # fmt: skip
    described = described[:tables]
    return practice.draw_cohort(described, np.array([0.0, 30]), count, 1, tell)


def test_who_is_wrong_is_drawn_again_until_enough_are_not():
    asked = []

    def tell(tables):
        names = list(tables[0]["id"])
        asked.append(len(names))
        return (set(names[4:]), set()) if len(asked) == 1 else ({names[0]}, set())

    (made,) = draw(5, tell)
    assert made["id"].tolist() == ["P0001", "P0002", "P0003", "P0004", "P0005"]
    assert len(asked) == 2 and asked[0] >= 3 * 5 and asked[1] >= 3  # one was missing
    asked.clear()
    (made,) = draw(4, tell)
    assert len(made) == 4 and len(asked) == 1


def test_draws_end_where_nobody_can_be_right():
    rounds = []

    def tell(tables):
        rounds.append(1)
        return set(tables[0]["id"]), set()

    (made,) = draw(5, tell)
    assert made.empty and len(rounds) == 15


def test_of_whom_only_the_events_are_wrong_has_none():
    cohort, joined, events = draw(6, lambda tables: (set(), {tables[0]["id"].iloc[2]}), 3)
    assert len(cohort) == len(joined) == 6 and set(cohort["id"]) - set(events["Who"]) == {"P0003"}
    assert events["Who"].value_counts().tolist() == [2] * 5
    assert events["Who"].tolist() == sorted(events["Who"])


def test_two_files_of_a_cohort_and_its_events(plan_of):
    plan = build(plan_of, "sources: [{file: a.csv}, {file: b.csv}]")
    cohort, events = draw_states(80)
    tables = [cohort.iloc[:50], cohort.iloc[50:], events]
    a, b, made = practice.make_tables(tables, plan, {}, "resection_date", 3)
    assert len(a) + len(b) == 80 and len(a) > len(b) > 10
    assert set(made["Who"]) <= {*a["id"], *b["id"]} and set(a["id"]).isdisjoint(b["id"])
    assert {*a["id"], *b["id"]} == {f"P{n:04d}" for n in range(1, 81)}
    described, _ = practice.describe_tables(tables, practice.list_specs(plan), "resection_date", stacked=2)  # fmt: skip
    assert [each.patients for each in described] == [50, 30, None]
    assert [0 in each.rows for each in described] == [False, False, False]
    alone, _ = practice.describe_tables(tables, practice.list_specs(plan), "resection_date")
    assert [each.patients for each in alone] == [None] * 3
    assert [each.rows.get(0) for each in alone] == [
        None,
        50,
        None,
    ]  # of eighty thirty are in the second


def test_a_few_patients_are_made_twenty(plan_of):
    tables = [each.head(7) for each in draw_states(7)]
    cohort, _ = practice.make_tables(tables, build(plan_of), {}, "resection_date", 3)
    assert len(cohort) == 20


PLAN = """
study: {title: Made up}
cohort: {file: c.csv, rows: fold}
variables: {x: {label: X, kind: count, timing: baseline}, twin: {label: Twin, kind: continuous, timing: baseline}}
columns:
  patient_id: id
  x: {column: x, where: {kind: base}}
  twin: {column: x, where: {kind: base}}
  age: age
  sex: twice
  overall_time: {column: months, where: {kind: visit}, take: max}
  died: {column: dead, where: {kind: visit}, take: any}
endpoints:
  os: {label: OS, events: {death: {duration: overall_time, flag: died}}, censoring: {last: {duration: overall_time}}}
"""


@pytest.mark.parametrize("rare", [4, 5])
def test_kinds_of_rows_of_which_fewer_than_five_are_there_are_left_out(rare, plan_of):
    kinds = ["base"] * 8 + ["visit"] * 8 + ["odd"] * rare
    size = len(kinds)
    raw = pd.DataFrame({"id": [f"p{n % 8}" for n in range(size)], "kind": kinds, "x": range(size), "age": 60, "months": range(1, size + 1), "dead": "1"}, range(2, size + 2), dtype=object)  # fmt: skip
    raw = pd.concat([raw, pd.DataFrame({"a": "m", "b": "m"}, raw.index).set_axis(["twice", "twice"], axis=1)], axis=1)  # fmt: skip
    plan = {**plan_of(PLAN), "history": None}
    ((table,), first) = practice.describe_tables([raw], practice.list_specs(plan), None)
    found = [table, *table.kinds]
    assert [each.fixed for each in found] == [{"kind": kind} for kind in ("base", "visit", *["odd"] * (rare > 4))]  # fmt: skip
    assert all(set(each.columns) == {"x", "age", "months", "dead"} for each in found)
    assert isinstance(table.layout, Layout) and table.kinds[0].layout is None
    assert table.rows == {1: 10} and len(first) == 0
    if rare == 5:
        assert found[2].rows == {1: 5, 0: 5}  # five of eight have such a row
    assert table.columns["x"].decimals == 0 and table.columns["x"].kind == "numbers"
