"""Tables of made-up analyses in their order, what is said of those that were not made, and made-up numbers by key."""

import pandas as pd
import pytest
from crlm.display import cells, formats
from crlm.display.keys import Number
from crlm.report import numbers, tables
from display_inputs import make_plan, make_results


def tabulate(name, count=7, published=False, rows=1):
    heads = tuple(map(cells.Column, ("Group", "Patients", "p", "Empty")))
    row = cells.Row((cells.text("A 0.5"), cells.count(count), cells.text("p = 0.5"), cells.Cell()))
    return cells.DisplayTable(name, f"T {name}", heads, (row,) * rows, published=published)


def module(**functions):
    return type("Module", (), {name: staticmethod(each) for name, each in functions.items()})


@pytest.fixture
def plan(monkeypatch):
    """A plan with two endpoints; the analyses are two, the second of which makes one table of each kind."""
    plan = make_plan(False)
    plan["endpoints"]["beta"] = {**plan["endpoints"]["alpha"], "label": "Beta"}
    first = module(
        tabulate_main=lambda plan, results: [tabulate("main_1"), None, tabulate("none", rows=0)],
        tabulate_study=lambda plan, results: [None],
        list_empty=lambda plan, result: [("Curves", f"no patient of {result}")],
    )
    second = module(
        tabulate_main=lambda plan, results: [tabulate("main_2")],
        tabulate_study=lambda plan, results: [tabulate("study", 3)],
        tabulate_endpoint=lambda plan, results, name: [tabulate(f"{name}_1", 3, True)],
        tabulate_last=lambda plan, results: [tabulate("last")],
        list_not_done=lambda plan: [("Scores", "none is named")],
        list_not_possible=lambda plan, results: [("Cuts", "too few")],
        list_empty=lambda plan, result: [],
    )
    loaded = {"first": first, "none": module(), "second": second}
    monkeypatch.setattr(tables.order, "load", lambda name: loaded if name == "words" else {})
    return plan


RESULTS = {"endpoints": {"alpha": "a", "beta": "b"}}


def test_order_and_numbers(plan):
    made = tables.build_tables(plan, RESULTS)
    assert [(table.name, table.number) for table in made] == [
        *(("main_1", "1"), ("main_2", "2")),
        *(("study", "S1"), ("alpha_1", "S2"), ("beta_1", "S3"), ("last", "S4"), ("not_done", "S5")),
    ]
    assert all(len(table.columns) == 3 for table in made[:-1])  # without the empty one
    assert made[0].title == "T main_1"


def test_what_was_not_done(plan):
    table = tables.build_tables(plan, RESULTS)[-1]
    assert (table.title, table.short) == ("Analyses not done", "Not done")
    heads = [(column.label, column.align) for column in table.columns]
    assert heads == [("Analysis", "left"), ("Why", "left")]
    assert [[cell.text for cell in row.cells] for row in table.rows] == [
        ["Scores", "none is named"],
        ["Alpha-free survival: Curves", "no patient of a"],
        ["Beta: Curves", "no patient of b"],
        ["Cuts", "too few"],
    ]
    assert not tables.tabulate_not_done([])


def test_stamp_small_counts_and_style(plan):
    """Published counts are not hidden and their title not stamped; numbers in running words take the style in use."""
    plan["study"]["synthetic"] = True
    plan["output"]["privacy"]["small_cells"] = 5
    try:
        formats.use({"decimal": "·"})
        made = {table.name: table for table in tables.build_tables(plan, RESULTS)}
    finally:
        formats.use()
    counts = {name: table.rows[0].cells[1].text for name, table in made.items()}
    assert (counts["main_1"], counts["study"], counts["alpha_1"]) == ("7", "<5", "3")
    assert (
        made["study"].title == "T study (synthetic data)" and made["alpha_1"].title == "T alpha_1"
    )
    assert made["main_1"].rows[0].cells[0].text == "A 0·5"


# --- numbers by key --------------------------------------------------------------------------------

PLACED = {"table": "curves", "endpoint": "alpha"}
FILES = {"curves": ["a.csv", "b.csv"], "flow": "flow.csv"}


def make_tables():
    curve = pd.DataFrame(
        {
            "group": ["low", "high"],
            "level": [None, "x"],
            "time": [12.0, 60.0],
            "patients": [30, 4],
            "median": [10.123456, 20.0],
            "median_lower": [5.0, float("nan")],
            "median_upper": [15.0, 25.0],
        }
    )
    return {"flow": pd.DataFrame({"step": ["a"], "remaining": [40]}), "endpoints": {"alpha": curve, "beta": curve}}  # fmt: skip


@pytest.fixture
def build(monkeypatch):
    """Lines of numbers.csv of these Numbers, as dicts by key."""

    def made(*found, small_cells=None):
        plan = {
            "output": {"privacy": {"small_cells": small_cells}},
            "endpoints": {"alpha": {}, "beta": {}},
        }
        results = make_tables()
        results["endpoints"] = {
            name: {"curves": each} for name, each in results["endpoints"].items()
        }
        loaded = {"one": module(list_numbers=lambda plan, results: found)}
        monkeypatch.setattr(numbers.order, "load", lambda name: loaded if name == "numbers" else {})
        table = numbers.build_numbers(plan, results, FILES)
        assert list(table.columns) == ["key", "value", "text", "file", "row", "column"]
        lines = table.astype(object).where(table.notna(), None).to_dict("records")
        return {line.pop("key"): tuple(line.values()) for line in lines}

    return made


MEDIAN = ("median", "median_lower", "median_upper")
WITH_LIMITS = Number(
    "m", (10.123456, 5.0, 15.0), ("10.1 (5.0–15.0)", "10.1", "5.0", "15.0"), **PLACED, place=0, columns=MEDIAN, by=("group", "level", "time")
)  # fmt: skip


def test_lines_of_a_number_with_limits(build):
    where = "a.csv", "group=low; time=12"
    assert build(WITH_LIMITS) == {
        "m": (10.123456, "10.1 (5.0–15.0)", *where, "median; median_lower; median_upper"),
        "m_estimate": (10.123456, "10.1", *where, "median"),
        "m_lower": (5.0, "5.0", *where, "median_lower"),
        "m_upper": (15.0, "15.0", *where, "median_upper"),
    }


def test_lines_of_single_numbers(build):
    """Of another endpoint, of a table of the study, and of what was counted."""
    found = build(
        Number("n", (4,), ("4",), "curves", "beta", 1, ("patients",), ("group", "level", "time")),
        Number("n", (40,), ("40",), "flow", "", 0, ("remaining",), ("step",)),
        Number("n", (3,), ("3",), "flow", "", None, ("rule",), ("Pattern A",)),
        Number("n", (5,), ("0.5",), "flow", "", None, ("rule",)),
    )
    assert found == {
        "n": (4.0, "4", "b.csv", "group=high; level=x; time=60", "patients"),
        "n_2": (40.0, "40", "flow.csv", "step=a", "remaining"),
        "n_3": (3.0, "3", "flow.csv", "counted: Pattern A", "rule"),
        "n_4": (5.0, "0.5", "flow.csv", "counted: known", "rule"),
    }


def test_numbers_that_are_hidden(build):
    """A small count as masked, an estimate of few as withheld, a median to the week, what is counted without a row as it is."""
    few = Number("f", (20.0, None, 25.0), ("20.0 (NR–25.0)", "20.0", "NR", "25.0"), **PLACED, place=1, columns=MEDIAN)  # fmt: skip
    count = Number("c", (4,), ("4",), **PLACED, place=1, columns=("patients",))
    less = Number("l", (12.0,), ("12",), **PLACED, place=0, columns=("time",), patients=4)
    none = Number("z", (12.0,), ("12",), **PLACED, place=0, columns=("time",), patients=0)
    enough = Number("e", (12.0,), ("12",), **PLACED, place=0, columns=("time",), patients=5)
    counted = Number("k", (3,), ("3",), "flow", "", None, ("rule",))
    turned = Number("t", (-12.0,), ("−12",), **PLACED, place=0, columns=("time",))
    found = build(WITH_LIMITS, few, count, less, none, enough, counted, turned, small_cells=5)
    values = {key: line[:2] for key, line in found.items()}
    week = 7 / 30.4375
    for key, part in (("m", 10.123456), ("m_estimate", 10.123456), ("m_lower", 5), ("m_upper", 15)):
        assert values.pop(key)[0] == pytest.approx(round(part / week) * week, abs=1e-9)
    withheld = (None, "withheld")
    assert values == {
        **dict.fromkeys(("f", "f_estimate", "f_lower", "f_upper", "l"), withheld),
        "c": (None, "<5"),
        "z": (12.0, "12"),
        "e": (12.0, "12"),
        "k": (3.0, "3"),
        "t": (-12.0, "−12"),  # the other way round than in its row
    }


def test_texts_are_in_the_style_in_use(build):
    try:
        formats.use({"decimal": "·"})
        found = build(Number("n", (0.5,), ("p = 0.5",), "flow", "", 0, ("remaining",)))
    finally:
        formats.use()
    assert found == {"n": (0.5, "p = 0·5", "flow.csv", "", "remaining")}


def test_texts_by_key():
    table = pd.DataFrame({"key": ["a", "b"], "value": [1, 2], "text": ["x", "y"]})
    assert numbers.read_texts(table) == {"a": "x", "b": "y"}


def test_strata_of_a_model_stand_below_its_ratios():
    plan = make_plan()
    results = make_results(plan)
    fits = results["endpoints"]["alpha"]["models"]
    fits["strata"] = fits["strata"].astype(object)
    fits.loc[fits["model"] == "adjusted", "strata"] = "flag"
    (table,) = [each for each in tables.build_tables(plan, results) if each.name == "cox_alpha"]
    (note,) = [each for each in table.notes if "stratified by" in each]
    assert note.startswith("Adjusted: stratified by Flag")
