"""Recorded values that contradict each other, word by word: flags and their dates, rules of the dictionary, one column for two variables."""

import numpy as np
import pandas as pd
import pytest
from crlm.cohort.consistency import check_consistency

DAY = pd.Timestamp(2015, 3, 1)


def spec(label, kind="date", levels=None, **more):
    column = label.split()[0].upper()
    return {"label": label, "column": column, "kind": kind, "levels": levels, "values": None, "factor": 1} | more  # fmt: skip


FLAGS = {
    "patient_id": {"column": "ID"},
    "died": spec("Died", "binary", ["no", "yes"], flag_of="death"),
    "death": spec("Day of death"),
}
LEFT_OUT = "Enter the date, leave the patient out under cohort.exclusions, or set cohort.missing_time to exclude."
NEEDED = "Enter the date; an endpoint that needs it leaves the patient out."
USED = {"os": {"events": {"death": {"date": "death"}}, "competing": {}}}
COMPETING = {"css": {"events": {"x": {"duration": "t"}}, "competing": {"death": {"date": "death"}}}}
BOTH = {"os": {"events": {"death": {"date": "death", "flag": "died"}}, "competing": {}}}
OTHER = {"os": {"events": {"death": {"date": "death", "flag": "cause"}}, "competing": {}}}
APART = {"os": {"events": {"death": {"duration": "time", "flag": "died"}}, "competing": {}}}


def cohort_of(died, death):
    size = len(died)
    cohort = pd.DataFrame({"patient_id": list("ABCDEFGHIJKL"[:size])}, range(2, size + 2))
    cohort["died"] = pd.Categorical(died, ["no", "yes"])
    cohort["death"] = pd.to_datetime(pd.Series([DAY if each else None for each in death], cohort.index))  # fmt: skip
    return cohort


def tell(found):
    return [
        (item["severity"], item["rule"], item["row"], item["patient_id"], item["column"], item["value"], item["message"])
        for item in found
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("endpoints", "settings", "severity", "remedy"),
    [
        ({}, {}, "warning", NEEDED),
        (USED, {}, "error", LEFT_OUT),
        (USED, {"missing_time": "error"}, "error", LEFT_OUT),
        (USED, {"missing_time": "exclude"}, "warning", NEEDED),
        (COMPETING, {}, "error", LEFT_OUT),
        (OTHER, {}, "error", LEFT_OUT),
        (APART, {}, "warning", NEEDED),
    ],
)
def test_a_flag_and_its_date(endpoints, settings, severity, remedy):
    cohort = cohort_of(["yes", "no", "no", "yes", None, None, "no", "no"], [0, 1, 0, 1, 1, 0, 0, 0])
    found = check_consistency(cohort, FLAGS, [], endpoints, settings)
    assert tell(found) == [
        (severity, "event_without_time", 2, "A", "DIED, DAY", "yes, empty", "Died is recorded as yes, but the date (DAY) is missing."),
        ("error", "date_without_event", 3, "B", "DIED, DAY", "no, 2015-03-01", "Died is recorded as no, but there is a date (DAY)."),
    ]  # fmt: skip
    assert [item["remedy"] for item in found] == [remedy, "Correct one of the two."]


def test_an_endpoint_with_both_checks_them_itself():
    cohort = cohort_of(["yes", "no", "no"], [0, 1, 0])
    assert not check_consistency(cohort, FLAGS, [], BOTH, {})
    without = {name: each for name, each in FLAGS.items() if name != "death"}
    assert not check_consistency(cohort, without, [], {}, {})
    # a pair that is checked there, or has no date, does not hide another
    more = FLAGS | {"found": FLAGS["died"] | {"label": "Found", "column": "F", "flag_of": "death"}}
    cohort["found"] = cohort["died"]
    found = check_consistency(cohort, more, [], BOTH, {})
    assert [item["column"] for item in found] == ["F, DAY"] * 2


@pytest.mark.parametrize(
    ("endpoints", "died", "told"),
    [
        (USED, ["yes", "yes", None, None, None], True),
        (USED, ["yes", "yes", "no", None, None], False),  # beside a no the status is missing
        (USED, [None] * 5, False),  # the column is empty
        ({}, ["yes", "yes", None, None, None], False),
        (COMPETING, ["yes", "yes", None, None, None], True),
    ],
)
def test_what_an_empty_flag_says_where_nobody_has_a_no(endpoints, died, told):
    found = check_consistency(cohort_of(died, [1, 1, 0, 0, 1]), FLAGS, [], endpoints, {})
    message = (
        "Died is empty, and so is the date (DAY): whether it happened is not known. Nobody has a no in this column, so that the "
        "endpoint reads empty as no and counts it as not happened."
    )
    wanted = [
        ("note", "event_unknown", row, patient, "DIED, DAY", "empty, empty", message)
        for row, patient in ((4, "C"), (5, "D"))
    ]
    assert tell(found) == wanted * told
    for item in found:
        assert item["remedy"] == (
            "Nothing to do if empty means no; else enter yes or no in every row: a status that is missing beside a no is not "
            "counted as one."
        )


# --- rules of the dictionary -----------------------------------------------------------------------------------------------

SIZES = {
    "patient_id": {"column": "ID"},
    "both": spec("Bilobar", "binary", ["no", "yes"]),
    "number": spec("Number", "count"),
    "site": spec("Site", "categorical", ["liver", "lung"]),
    "found": spec("Found on"),
}
IF = {"variable": "both", "operator": "==", "value": "yes"}
SEVERAL = {"variable": "number", "operator": ">", "value": 1}
LIVER = {"variable": "site", "operator": "==", "value": "liver"}
KNOWN = {"variable": "found", "operator": "known"}


def rule(test, *then, severity="warning"):
    return {"if": test, "then": list(then), "severity": severity, "message": "does not fit"}


def sizes(both=(), number=(), site=(), found=()):
    size = max(map(len, (both, number, site, found)))
    cohort = pd.DataFrame({"patient_id": list("ABCDEFGHIJ"[:size])}, range(2, size + 2))
    cohort["both"] = pd.Categorical(list(both) or [None] * size, ["no", "yes"])
    cohort["number"] = list(number) or [np.nan] * size
    cohort["site"] = pd.Categorical(list(site) or [None] * size, ["liver", "lung"])
    return cohort.assign(found=pd.to_datetime(pd.Series(list(found) or [None] * size, cohort.index)))  # fmt: skip


COHORT = sizes(
    ["yes", "yes", "yes", "no", None, "yes", "yes"],
    [1.0, 2, np.nan, 1, 1, 1, 1],
    ["lung", "lung", "lung", "lung", "lung", "liver", None],
    [None, None, None, None, None, None, DAY],
)


@pytest.mark.parametrize(
    ("one", "told"),
    [
        (rule(IF, SEVERAL), [(2, "BILOBAR, NUMBER", "yes, 1.0"), (7, "BILOBAR, NUMBER", "yes, 1.0"), (8, "BILOBAR, NUMBER", "yes, 1.0")]),
        # of two answers one that holds is enough; one that is not known may hold, but where another surely does not it is told
        (rule(IF, SEVERAL, LIVER), [(2, "BILOBAR, NUMBER, SITE", "yes, 1.0, lung"), (4, "BILOBAR, NUMBER, SITE", "yes, nan, lung"), (8, "BILOBAR, NUMBER, SITE", "yes, 1.0, nan")]),
        (rule(IF, SEVERAL, LIVER, KNOWN), [(2, "BILOBAR, NUMBER, SITE, FOUND", "yes, 1.0, lung, empty"), (4, "BILOBAR, NUMBER, SITE, FOUND", "yes, nan, lung, empty")]),
        (rule({"variable": "site", "operator": "known"}, SEVERAL, IF), [(5, "SITE, NUMBER, BILOBAR", "lung, 1.0, no"), (6, "SITE, NUMBER, BILOBAR", "lung, 1.0, nan")]),
        (rule(KNOWN, SEVERAL), [(8, "FOUND, NUMBER", "2015-03-01, 1.0")]),
        # what is not mapped, or has not the level, is passed over
        (rule(IF, {"variable": "x", "operator": "==", "value": 1}), []),
        (rule({"variable": "x", "operator": "known"}, SEVERAL), []),
        (rule(IF, LIVER | {"value": "brain"}), []),
        (rule(IF | {"value": "maybe"}, SEVERAL), []),
        (rule(IF, LIVER | {"value": "brain"}, SEVERAL), [(2, "BILOBAR, NUMBER", "yes, 1.0"), (7, "BILOBAR, NUMBER", "yes, 1.0"), (8, "BILOBAR, NUMBER", "yes, 1.0")]),
    ],
)  # fmt: skip
def test_a_rule_with_answers(one, told):
    found = check_consistency(COHORT, SIZES, [one], {}, {})
    empty = [(row, column, value.replace("nan", "empty")) for row, column, value in told]
    assert [(item["row"], item["column"], item["value"]) for item in found] == empty
    for item in found:
        label = SIZES[one["if"]["variable"]]["label"]
        assert item["message"] == f"{label}: does not fit." and item["severity"] == "warning"
        assert item["rule"] == "values_contradict" and item["remedy"] == "Correct the entry that is wrong."  # fmt: skip
        assert item["patient_id"] == "ABCDEFG"[item["row"] - 2]


ORDERED = {
    "patient_id": {"column": "ID"},
    "first": spec("First", "date"),
    "second": spec("Second", "date"),
    "one": spec("One", "duration"),
    "two": spec("Two", "duration"),
}


def order(*names):
    return {"order": list(names), "severity": "error", "message": "comes too early"}


def test_the_second_before_the_first():
    """A day for dates, more than a tenth of a month for durations."""
    cohort = pd.DataFrame({"patient_id": list("ABCD")}, range(2, 6))
    days = pd.to_datetime(["2015-03-01"] * 3 + [None])
    cohort = cohort.assign(first=days, second=pd.to_datetime(["2015-02-28", "2015-03-01", None, "2015-02-28"]))  # fmt: skip
    cohort = cohort.assign(one=[10.0, 10, 10, np.nan], two=[9.89, 9.91, 20, 1])
    rules = [order("first", "second"), order("one", "two"), order("one", "x"), order("x", "one")]
    assert tell(check_consistency(cohort, ORDERED, rules, {}, {})) == [
        ("error", "values_contradict", 2, "A", "FIRST, SECOND", "2015-03-01, 2015-02-28", "First: comes too early."),
        ("error", "values_contradict", 2, "A", "ONE, TWO", "10.0, 9.89", "One: comes too early."),
    ]  # fmt: skip


def test_many_contradictions_are_one_finding():
    cohort = sizes(["yes"] * 8, [1.0] * 5 + [2.0] * 3)
    (item,) = check_consistency(cohort, SIZES, [rule(IF, SEVERAL)], {}, {})
    assert item["row"] is None and "5 of 8 entries" in item["message"]
    cohort = sizes(["yes"] * 10, [1.0] * 5 + [2.0] * 5)
    assert len(check_consistency(cohort, SIZES, [rule(IF, SEVERAL)], {}, {})) == 5


# --- one column for two variables ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({}, True),
        ({"column": "OTHER"}, False),
        ({"values": {1: "yes"}}, False),
        ({"where": {"visit": 1}}, False),
        ({"where": None}, True),
        ({"factor": 10}, False),
    ],
)
@pytest.mark.parametrize("kind", ["date", "count"])
def test_one_column_for_two_variables(change, told, kind):
    one = spec("Number", kind)
    columns = {"patient_id": {"column": "ID"}, "n": one, "m": one | {"label": "Nodes"} | change}
    cohort = pd.DataFrame({"patient_id": ["A"], "n": pd.NaT, "m": pd.NaT})
    found = check_consistency(cohort, columns, [], {}, {})
    message = "the column is mapped to n (Number) and to m (Nodes), read in the same way."
    assert tell(found) == [("warning", "column_mapped_twice", None, "", "NUMBER", "", message)] * told  # fmt: skip
    for item in found:
        shared = " A date of death or last contact is mapped to last_contact_date only, and told apart by a flag in the endpoint."
        assert item["remedy"] == (
            f"Check both lines under `columns:`.{shared if kind == 'date' else ''} If one column truly says both, nothing is to be "
            "done."
        )
    third = columns | {"p": one | {"label": "Third"}}
    assert len(check_consistency(cohort.assign(p=pd.NaT), third, [], {}, {})) == 1 + told
