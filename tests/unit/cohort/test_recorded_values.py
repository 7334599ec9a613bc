"""Recorded values at the ends of what is possible, of today and of the data lock, and the words on them."""

import numpy as np
import pandas as pd
import pytest
from crlm.cohort.validation import check_cohort, check_events

TODAY = pd.Timestamp.now().normalize()
DAY = pd.Timedelta(days=1)


def spec(kind="continuous", **others):
    plain = {
        "range": None,
        "unit": None,
        "factor": 1,
        "hint": None,
        "plausible": None,
        "plausible_median": None,
        "levels": [],
    }
    plain |= {
        "transform_needs_positive": False,
        "earliest": "1950-01-01",
        "timing": "baseline",
        "date_format": None,
    }
    return {**plain, "column": "X", "label": "Size", "kind": kind, **others}  # fmt: skip


def check(values, own, **settings):
    values = pd.to_datetime(values) if own["kind"] == "date" else values
    rows = range(2, len(values) + 2)
    table = pd.DataFrame({"patient_id": [f"P{row}" for row in rows], "x": values, "n": rows}, rows)
    other = {**spec(), "column": "N"}
    return check_cohort(table, {"patient_id": {"column": "ID"}, "x": own, "n": other}, settings)


def told(findings):
    return [(item["severity"], item["rule"], item["row"], item["value"]) for item in findings]


CODE = "Correct it, or list the value under `missing:` if it is a code."
HINT = {"above": "probably millimetres", "below": "probably metres"}


@pytest.mark.parametrize(
    ("value", "others", "rule", "remedy"),
    [
        (0, {}, None, None),
        (20, {}, None, None),
        (20.5, {}, "out_of_range", CODE),
        (-0.5, {}, "out_of_range", CODE),
        (-9, {}, None, None),  # a code, of which reading the column speaks
        (-8, {}, "out_of_range", CODE),
        (-0.9, {"factor": 0.1}, None, None),  # -9 in millimetres
        (-9, {"factor": 0.1}, "out_of_range", "Correct it; if the whole column is like that: check the unit that the plan declares for it (`unit:`)."),
        (20.5, {"hint": HINT}, "out_of_range", "Correct it; if the whole column is like that: probably millimetres."),
        (-0.5, {"hint": HINT}, "out_of_range", "Correct it; if the whole column is like that: probably metres."),
    ],
)  # fmt: skip
def test_the_ends_of_the_range(value, others, rule, remedy):
    found = check([1, 2.5, 3, 4, value], spec(range=(0, 20), unit="cm", **others))
    assert told(found) == ([("error", rule, 6, f"{value:g} cm")] if rule else [])
    if rule:
        assert found[0]["message"] == "Size must lie within 0 to 20 cm."
        assert (found[0]["remedy"], found[0]["patient_id"], found[0]["column"]) == (
            remedy,
            "P6",
            "X",
        )
    bare = check([1, 2.5, 3, 4, value], spec(range=(0, 20), **others))
    assert [item["message"] for item in bare] == ["Size must lie within 0 to 20."] * bool(rule)
    assert (
        check([1, 2.5, 3, 4, value], spec(**others)) == []
    )  # without a range anything is possible


@pytest.mark.parametrize(
    ("value", "severity"), [(1, None), (8, None), (8.5, "warning"), (0.5, "warning"), (-9, None), (21, "error")]
)  # fmt: skip
def test_the_ends_of_what_is_plausible(value, severity):
    found = check([1, 2.5, 3, 4, value], spec(range=(-20, 20), plausible=(1, 8), unit="cm"))
    assert [item["severity"] for item in found] == [severity] * bool(severity)
    if severity == "warning":
        assert found[0]["message"] == "Size is unusual (expected 1 to 8 cm)."
        assert found[0]["remedy"] == "Check it; it is used as it is."
        hinted = check([1, 2.5, 3, 4, value], spec(plausible=(1, 8), hint=HINT))
        word = "millimetres" if value > 8 else "metres"
        assert (
            hinted[0]["remedy"]
            == f"Check it; it is used as it is. If the whole column is like that: probably {word}."
        )
        assert hinted[0]["message"] == "Size is unusual (expected 1 to 8)."


def test_a_count_is_whole():
    found = check([1, 2, np.nan, 2.5, 30.5], spec("count", range=(0, 20)))
    assert told(found) == [("error", "out_of_range", 6, "30.5"), ("error", "not_a_count", 5, "2.5")]
    assert (
        found[1]["message"] == "Size is a count." and found[1]["remedy"] == "Enter a whole number."
    )
    assert check([1, 2, np.nan, 2.5, 3], spec(range=(0, 20))) == []


def test_a_logarithm_needs_more_than_zero():
    own = spec(range=(0, 20), transform_needs_positive=True)
    found = check([0.5, 0, 3, -1, np.nan], own)
    assert told(found) == [("error", "out_of_range", 5, "-1"), ("error", "not_positive", 3, "0")]
    assert (
        found[1]["message"]
        == "Size is analysed per doubling (on a logarithmic scale) and must be above 0."
    )
    assert found[1]["remedy"] == (
        "Enter the detection limit, such as <0.5 (with `censored: half`), or set `transform: none` for the variable."
    )
    assert len(check([0.5, 0, 3, 4, 5], {**own, "transform_needs_positive": False})) == 0


SPREAD = list(np.linspace(2, 9, 29).round(3))


@pytest.mark.parametrize(
    ("value", "others", "rules"),
    [
        (999, {"plausible": (0, 2000)}, ["undeclared_missing_code"]),
        (999, {"range": (0, 900)}, ["out_of_range"]),  # told once
        (-99, {"range": (0, 900)}, []),
        (2000, {}, ["unlikely_value"]),
        (2000, {"range": (0, 900)}, ["out_of_range"]),
        (899, {"range": (0, 900)}, []),
        (901, {"range": (0, 901)}, ["unlikely_value"]),
        (3, {"plausible_median": (10, 90)}, ["unit_suspect"]),
        (3, {"plausible_median": (10, 90), "plausible": (10, 90)}, ["unit_suspect"]),
        (2000, {"plausible_median": (10, 90)}, ["unit_suspect"]),
    ],
)
def test_what_a_column_as_a_whole_betrays_is_told_once(value, others, rules):
    found = check([*SPREAD, value], spec(**others))
    assert [item["rule"] for item in found] == rules
    if rules == ["unlikely_value"]:
        assert (found[0]["row"], found[0]["patient_id"]) == (31, "P31")


def test_faults_in_most_rows_are_one_of_those_with_a_value():
    found = check([30] * 5 + [2.0, 3.0] + [np.nan] * 5, spec(range=(0, 20)))
    assert [item["row"] for item in found] == [None] and " 5 of 7 entries" in found[0]["message"]


@pytest.mark.parametrize(
    ("values", "kind", "rule", "message", "value"),
    [
        ([None] * 3, "continuous", "empty_column", "Size has no value at all.", ""),
        ([None] * 3, "date", "empty_column", "Size has no value at all.", ""),
        ([2.0, 2.0, None], "continuous", "constant_covariate", "Size has the same value in all 2 patients.", "2.0"),
        (["a", "a", "a"], "categorical", "constant_covariate", "Size has the same value in all 3 patients.", "a"),
        ([2.0, None, None], "continuous", None, None, None),
        ([2.0, 3.0, 3.0], "continuous", None, None, None),
        (["2012-01-02"] * 3, "date", None, None, None),
    ],
)  # fmt: skip
def test_columns_without_variation(values, kind, rule, message, value):
    values = np.array(values, float) if kind == "continuous" else values
    found = check(values, spec(kind))
    assert [(item["severity"], item["rule"], item["message"], item["value"]) for item in found] == (
        [("warning", rule, message, value)] if rule else []
    )
    if rule:
        assert found[0]["remedy"] == "Check the column and its codes; it cannot be a covariate."
        assert found[0]["column"] == "X"


CENTURY = " Years of two digits may be read in the wrong century."
LEFT = "Correct the date (or cohort.data_lock), or leave the patient out under cohort.exclusions."
CUT = "Correct the date (or cohort.data_lock, or set cohort.after_data_lock to censor)."
EARLY = "Correct the date; if it is right, write `earliest:` for the variable."


@pytest.mark.parametrize(
    ("day", "lock", "others", "where", "remedy"),
    [
        (TODAY, None, {}, None, None),
        (TODAY + DAY, None, {}, "in the future", "Correct the date." + CENTURY),
        (TODAY + DAY, TODAY + 9 * DAY, {}, "in the future", LEFT + CENTURY),
        (TODAY + DAY, TODAY, {}, "in the future", LEFT + CENTURY),
        (TODAY, TODAY - DAY, {}, f"after {TODAY - DAY:%Y-%m-%d}", LEFT + CENTURY),
        (
            TODAY,
            TODAY - DAY,
            {"timing": "follow_up"},
            f"after {TODAY - DAY:%Y-%m-%d}",
            CUT + CENTURY,
        ),
        (TODAY - DAY, TODAY - DAY, {}, None, None),
        ("1950-01-01", None, {}, None, None),
        ("1949-12-31", None, {}, "before 1950", EARLY),
        ("2001-01-02", None, {"earliest": "2001-01-02"}, None, None),
        ("2001-01-01", None, {"earliest": "2001-01-02"}, "before 2001-01-02", EARLY),
        ("2001-01-01", "2010-01-01", {"earliest": "2001-12-31"}, "before 2001-12-31", EARLY),
    ],
)
def test_days_that_cannot_be(day, lock, others, where, remedy):
    settings = {"data_lock": lock and f"{pd.Timestamp(lock):%Y-%m-%d}"}
    found = check(["2001-12-31", "2002-05-06", None, day], spec("date", **others), **settings)
    found = [item for item in found if item["rule"] != "future_data_lock"]
    shown = f"{pd.Timestamp(day):%Y-%m-%d}"
    assert told(found) == ([("error", "impossible_date", 5, shown)] if where else [])
    if where:
        assert found[0]["message"] == f"Size lies {where}." and found[0]["remedy"] == remedy
        assert (found[0]["patient_id"], found[0]["column"]) == ("P5", "X")


def test_what_happens_after_the_lock_is_cut_off_in_follow_up_only():
    lock = TODAY - 9 * DAY
    days = [lock, lock + DAY, TODAY, TODAY + DAY]
    settings = {"data_lock": f"{lock:%Y-%m-%d}", "after_data_lock": "censor"}
    found = check(days, spec("date", timing="follow_up"), **settings)
    assert told(found) == [
        ("note", "after_data_lock", None, ""),
        ("error", "impossible_date", 5, f"{TODAY + DAY:%Y-%m-%d}"),
    ]
    assert found[0]["message"] == (
        f"Size: 3 dates after the data lock {lock:%Y-%m-%d}; what happened after it is no event, and the patients are censored there."
    )
    assert found[0]["remedy"] == "Nothing to do; cohort.after_data_lock declares it."
    assert found[1]["message"] == "Size lies in the future."
    assert len(check(days, spec("date"), **settings)) == 3
    assert len(check(days, spec("date", timing="follow_up"), data_lock=settings["data_lock"])) == 3
    one = check(
        [*[lock - n * DAY for n in range(4)], lock + DAY],
        spec("date", timing="follow_up"),
        **settings,
    )
    assert "1 date after" in one[0]["message"] and len(one) == 1
    assert (
        check([lock - n * DAY for n in range(4)], spec("date", timing="follow_up"), **settings)
        == []
    )


@pytest.mark.parametrize(("days", "hits"), [(1, 1), (0, 0), (-1, 0)])
def test_a_data_lock_that_is_still_to_come(days, hits):
    lock = f"{TODAY + days * DAY:%Y-%m-%d}"
    found = check(["2001-12-31", "2002-05-06"], spec("date"), data_lock=lock)
    assert told(found) == [("warning", "future_data_lock", None, "")] * hits
    if hits:
        assert found[0]["message"] == f"the data lock {lock} (cohort.data_lock) lies in the future."
        assert found[0]["remedy"] == "Correct it: nothing is known after the day of the export."
    assert check([1.0, 2.0], spec(), data_lock=lock) == []  # no date that it could cut


FIRSTS = [f"2012-{month:02}-01" for month in range(1, 9)]


@pytest.mark.parametrize(
    ("own", "common", "hits"),
    [
        (None, None, 1),
        (None, "excel", 1),
        (None, "%d.%m.%Y", 1),
        (None, "%Y-%m", 0),  # that days are not known is said by the plan
        ("%Y-%m", "%d.%m.%Y", 0),
        ("%d.%m.%Y", "%Y-%m", 1),
        ("excel", None, 1),
    ],
)
def test_days_that_nobody_knew(own, common, hits):
    found = check(FIRSTS, spec("date", date_format=own), date_format=common)
    assert [item["rule"] for item in found] == ["day_unknown"] * hits


def people(rows, names="abcdef"):
    return pd.DataFrame(rows, range(2, len(rows) + 2), list(names)[: len(rows[0])]).assign(
        patient_id=[f"P{n}" for n in range(2, len(rows) + 2)]
    )


def twins(rows):
    table = people(rows)
    columns = {name: {**spec("ordinal"), "column": name} for name in table.columns}
    found = check_cohort(table, columns, {})
    return [item for item in found if item["rule"] == "duplicate_patient"]


FIVE = [1, 2, 3, 4, 5, None]
OTHER = [6, 7, 8, 9, 1, 2]


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ([FIVE, OTHER, FIVE, FIVE], [(4, "P4", "P2"), (5, "P5", "P2")]),
        ([OTHER, FIVE, FIVE, OTHER], [(4, "P4", "P3"), (5, "P5", "P2")]),
        ([[1, 2, 3, 4, None, None], OTHER] * 2, [(5, "P5", "P3")]),  # four say too little
        ([[1, 2, 3], [1, 2, 4], [1, 2, 3]], [(4, "P4", "P2")]),  # of three columns all
        ([[1, 2, None], [1, 2, 4], [1, 2, None]], []),
        ([[11, 1, 3], [1, 11, 3], [1, 2, 3]], []),
    ],
)
def test_patients_with_the_same_values(rows, told):
    found = twins(rows)
    assert [(item["row"], item["patient_id"], item["message"]) for item in found] == [
        (row, patient, f"every value is the same as for patient {first}.")
        for row, patient, first in told
    ]
    assert {item["remedy"] for item in found} <= {"Check whether one patient was entered twice."}
    assert {item["severity"] for item in found} <= {"warning"}


def test_most_of_those_who_could_be_twins_are_one_finding():
    few = [1, 2, None, None, None, None]
    (item,) = twins([FIVE] * 6 + [OTHER] + [few] * 9)
    assert item["row"] is None and " 5 of 7 entries" in item["message"]


def side(**others):
    return {
        "label": "Side",
        "levels": ["left", "right"],
        "level_labels": {"left": "L.", "right": "R."},
        "timing": "baseline",
        **others,
    }


ENDPOINTS = {name: {"label": f"Survival {name}"} for name in ("a", "b")}


def of_events(a, b, sides="llr", **others):
    words = {"l": "left", "r": "right", "-": None}
    table = pd.DataFrame(
        {
            "a_event": a,
            "b_event": b,
            "side": pd.Categorical([words[each] for each in sides], ["left", "right"]),
        }
    )
    found = check_events(table, ENDPOINTS, {"gone": side(), "side": side(**others)})
    return [
        (item["severity"], item["rule"], item["column"], item["value"], item["message"])
        for item in found
    ]


UNKNOWN = [np.nan] * 3


@pytest.mark.parametrize(
    ("a", "word"), [([1, 1, 1], "an event"), ([0, 0, 0], "no event"), ([1, 1, np.nan], "an event"), ([np.nan, 0, 0], "no event")]
)  # fmt: skip
def test_everybody_has_or_nobody_has_the_event(a, word):
    found = of_events(a, [1, 0, 0])
    assert found == [
        ("warning", "constant_event", "a", "", f"Survival a: every patient has {word}."),
        ("warning", "level_without_event", "side", "right",
         "Survival b: the only patient with Side 'R.' has no event; its hazard ratio cannot be estimated."),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("b", "sides", "level", "who"),
    [
        ([1, 0, 0], "lrr", "right", "none of the 2 patients with Side 'R.' has an event"),
        ([0, 0, 1], "llr", "left", "none of the 2 patients with Side 'L.' has an event"),
        ([1, 0, np.nan], "lrr", "right", "the only patient with Side 'R.' has no event"),
        ([1, 0, 0], "l-r", "right", "the only patient with Side 'R.' has no event"),
        ([1, 0, np.nan], "llr", None, None),
        ([1, 0, 1], "llr", None, None),
    ],
)
def test_levels_of_which_nobody_has_the_event(b, sides, level, who):
    found = of_events(UNKNOWN, b, sides)
    words = f"Survival b: {who}; its hazard ratio cannot be estimated."
    assert found == ([("warning", "level_without_event", "side", level, words)] if level else [])
    assert of_events(UNKNOWN, b, sides, timing="follow_up") == []
    assert of_events(UNKNOWN, b, sides, levels=[]) == []


def test_what_to_do_about_events():
    table = pd.DataFrame({"a_event": [1, 1], "b_event": [1, 0], "side": ["left", "right"]})
    found = check_events(table, ENDPOINTS, {"side": side()})
    assert [item["remedy"] for item in found] == [
        "Check how the event is coded (0 no, 1 yes) and which columns the endpoint uses.",
        "Merge it with a neighbouring level under `values:`, or accept that it is not estimable.",
    ]
