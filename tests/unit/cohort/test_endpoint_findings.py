"""What is told of an endpoint's patients, word by word: missing times and states, events without time, dates that a flag denies."""

import numpy as np
import pandas as pd
import pytest
from crlm.cohort.endpoints import derive_endpoint, derive_endpoints

STRICT = {"zero_time": "half_day", "missing_time": "error"}
LAX = {"zero_time": "exclude", "missing_time": "exclude"}
HALF_DAY = 0.5 / (365.25 / 12)
OP = pd.Timestamp(2012, 1, 1)


def endpoint(events, censoring=None, competing=None, origin="op", horizon=None):
    return {
        "label": "OS",
        "origin": origin,
        "events": events,
        "competing": competing or {},
        "censoring": censoring or {"visit": {"date": "seen"}},
        "horizon_months": horizon,
    }


def patients(*rows):
    """Patients A, B ... in rows 2, 3 ...: dates as days after the operation, flags as no and yes, months as numbers."""
    table = pd.DataFrame(list(rows), index=range(2, len(rows) + 2), dtype=object)
    cohort = pd.DataFrame({"patient_id": list("ABCDEFGH"[: len(rows)])}, index=table.index)
    cohort["op"] = OP
    for name in ("death", "back", "seen", "scan"):
        days = table.get(name, pd.Series(np.nan, table.index)).astype(float)
        cohort[name] = OP + pd.to_timedelta(days, "D")
    for name in ("died", "cause", "recurred"):
        cohort[name] = pd.Categorical(table.get(name, pd.Series(None, table.index)), ["no", "yes"])
    for name in ("time", "other"):
        cohort[name] = table.get(name, pd.Series(np.nan, table.index)).astype(float)
    return cohort


def tell(found):
    return [
        (item["severity"], item["rule"], item["row"], item["patient_id"], item["column"], item["value"], item["message"])
        for item in found
    ]  # fmt: skip


DATED = endpoint({"death": {"date": "death"}})
TIMED = endpoint({"death": {"duration": "time", "flag": "died"}}, {"visit": {"duration": "time"}}, origin=None)  # fmt: skip
LOCKED = (
    " If those without a date were known to be alive at the data lock, say so: `censoring: {..., data_lock: {data_lock: true}}` and "
    "cohort.data_lock."
)
ENTER = (
    "Enter it, leave the patient out under cohort.exclusions, or set cohort.missing_time to exclude"
)


@pytest.mark.parametrize(("settings", "severity"), [(STRICT, "error"), (LAX, "warning")])
@pytest.mark.parametrize(
    ("plan", "columns", "locked"),
    [(DATED, "op, death, seen", LOCKED), (TIMED, "time", "")],
)
def test_a_missing_time(settings, severity, plan, columns, locked):
    cohort = patients({"death": 10, "time": 3, "died": "no"}, {"died": "no"})
    table, found = derive_endpoint(cohort, plan, settings)
    message = "OS: follow-up time missing."
    assert tell(found) == [(severity, "missing_time", 3, "B", columns, "", message)]
    assert found[0]["remedy"] == f"{ENTER}.{locked}"
    assert table["reason"].tolist()[1] == "excluded: follow-up time missing"
    assert table.loc[3, ["months", "event"]].isna().all()


def test_the_columns_of_every_source_are_named_once():
    plan = endpoint(
        {"death": {"date": "death"}, "back": {"duration": "time", "flag": "recurred"}},
        {"visit": {"date": "seen"}, "lock": {"data_lock": True, "flag": "died"}},
        {"other": {"date": "scan"}, "twice": {"date": "death"}},
    )
    _, found = derive_endpoint(
        patients({"recurred": "no"}), plan, STRICT | {"data_lock": "2020-12-31"}
    )
    assert [item["column"] for item in found] == ["op, death, time, scan, seen"]


@pytest.mark.parametrize(("settings", "severity"), [(STRICT, "error"), (LAX, "warning")])
def test_a_missing_status(settings, severity):
    cohort = patients({"time": 12.25}, {"time": 5, "died": "yes"}, {"time": 0}, {})
    plan = endpoint(
        TIMED["events"] | {"x": {"duration": "time", "flag": "cause"}},
        TIMED["censoring"],
        origin=None,
    )
    cohort["cause"] = pd.Categorical(["no", "no", None, "no"], ["no", "yes"])
    table, found = derive_endpoint(cohort, plan, settings)
    status = (
        "OS: status missing: the time is known (months shown), but not whether the event happened."
    )
    # who has no time is told of that
    assert [each for each in tell(found) if each[1] != "zero_time"] == [
        (severity, "missing_time", 5, "D", "time", "", "OS: follow-up time missing."),
        (severity, "missing_status", 2, "A", "died", "12.25", status),
        (severity, "missing_status", 4, "C", "died, cause", "0", status),
    ]
    remedy = f"{ENTER}; if an empty cell means no, write `none_ticked: no` for the column."
    assert found[1]["remedy"] == remedy
    assert table["reason"].tolist() == ["excluded: status missing", "death", "excluded: status missing", "excluded: follow-up time missing"]  # fmt: skip
    assert table["event"].tolist()[1] == 1 and table["event"].isna().sum() == 3


@pytest.mark.parametrize(
    ("zero", "months", "event", "reason", "done"),
    [
        ("half_day", HALF_DAY, 1, "death", "counted as half a day"),
        ("exclude", np.nan, np.nan, "excluded: no follow-up after the origin", "left out of the endpoint"),
    ],
)  # fmt: skip
def test_a_follow_up_of_nothing_and_an_end_before_the_origin(zero, months, event, reason, done):
    cohort = patients({"death": 0}, {"death": -61}, {"death": 61})
    table, found = derive_endpoint(cohort, DATED, STRICT | {"zero_time": zero})
    assert tell(found) == [
        ("error", "negative_time", 3, "B", "op, death, seen", "-2.00411", "OS: the end lies before the time origin (months shown)."),
        ("warning", "zero_time", 2, "A", "op, death, seen", "0", f"OS: the follow-up is 0; the patient is {done}."),
    ]  # fmt: skip
    assert found[0]["remedy"] == "Correct the dates: nothing that is counted can happen before the origin."  # fmt: skip
    assert found[1]["remedy"] == "Check the dates; cohort.zero_time declares what is done."
    expected = pd.DataFrame(
        {
            "months": [months, np.nan, 61 / 30.4375],
            "event": [event, np.nan, 1],
            "reason": [reason, "excluded: follow-up time missing", "death"],
        },
        cohort.index,
    )
    pd.testing.assert_frame_equal(table, expected)


@pytest.mark.parametrize(
    ("settings", "severity", "remedy"),
    [
        (STRICT, "error", f"{ENTER}."),
        (LAX, "warning", "Enter it; until then endpoints that need it leave the patient out (cohort.missing_time)."),
    ],
)  # fmt: skip
@pytest.mark.parametrize("part", ["events", "competing"])
def test_an_event_without_its_time(settings, severity, remedy, part):
    cohort = patients(
        {"recurred": "yes", "seen": 300},
        {"recurred": "yes", "back": 90, "seen": 300},
        {"recurred": "no", "seen": 300},
        {"recurred": "yes", "seen": 300, "death": 200},
    )
    back = {"back_again": {"date": "back", "flag": "recurred"}}
    sources = {"events": {}, "competing": {}} | {part: back}
    plan = endpoint(sources["events"] | {"death": {"date": "death"}}, None, sources["competing"])
    table, found = derive_endpoint(cohort, plan, settings)
    message = "back again is recorded, but its time (back) is missing."
    assert tell(found) == [
        (severity, "event_without_time", row, patient, "recurred, back", "yes", message)
        for row, patient in ((2, "A"), (5, "D"))
    ]
    assert found[0]["remedy"] == remedy
    out = "excluded: event without its time"
    assert table["reason"].tolist() == [out, "back_again", "visit", out]
    counted = [np.nan, float(part == "events"), 0, np.nan]  # a competing event is none
    np.testing.assert_array_equal(table["event"], counted)


def test_a_death_without_its_date_takes_nothing_from_an_earlier_event():
    death = {"death": {"date": "death", "flag": "died", "terminal": True}}
    cohort = patients({"died": "yes", "back": 90, "seen": 300}, {"died": "yes", "seen": 300})
    table, found = derive_endpoint(cohort, endpoint({"back": {"date": "back"}} | death), STRICT)
    assert table["reason"].tolist() == ["back", "excluded: event without its time"]
    assert [item["row"] for item in found] == [2, 3]
    table, _ = derive_endpoint(cohort, endpoint({"back": {"date": "back"}}, None, death), STRICT)
    assert table["reason"].tolist() == ["back", "excluded: event without its time"]
    # nor does a death of which it is not known if it happened
    cohort["died"] = pd.Categorical([None, None], ["no", "yes"])
    table, _ = derive_endpoint(cohort, endpoint({"back": {"date": "back"}} | death), STRICT)
    assert table["reason"].tolist() == ["back", "excluded: status missing"]
    cohort["died"] = pd.Categorical(["no", "no"], ["no", "yes"])
    table, _ = derive_endpoint(cohort, endpoint({"back": {"date": "back"}} | death), STRICT)
    assert table["reason"].tolist() == ["back", "visit"]


def test_a_flag_of_two_sources_is_open_where_one_of_them_leaves_it_open():
    """The cause of death of somebody alive need not be known, but the second source of the same flag has no date to tell."""
    both = {"a": {"duration": "time", "flag": "cause"}, "b": {"date": "death", "flag": "cause"}}
    cohort = patients({"seen": 300}, {"seen": 300, "cause": "no"}, {"seen": 300, "death": 90})
    for sources in (both, dict(reversed(both.items()))):
        table, _ = derive_endpoint(cohort, endpoint(sources, None, {"c": {"date": "death"}}), STRICT)  # fmt: skip
        out = "excluded: status missing"
        assert table["reason"].tolist() == [out, "visit", out]
    one = endpoint({"b": both["b"]}, None, {"c": {"date": "death"}})
    assert derive_endpoint(cohort, one, STRICT)[0]["reason"].tolist() == ["visit", "visit", out]


def test_a_date_that_a_flag_tells_of():
    """Empty flag and empty date leave it open where others have a no; nothing is told of the date, which its record is."""
    told = {"death": {"date": "death", "told_by": ["died"]}}
    cohort = patients(
        {"died": "yes", "seen": 300},
        {"died": "no", "seen": 300},
        {"seen": 300},
        {"death": 200},
    )
    table, found = derive_endpoint(cohort, endpoint(told), STRICT)
    assert table["reason"].tolist() == ["excluded: event without its time", "visit", "excluded: status missing", "death"]  # fmt: skip
    assert [(item["rule"], item["row"], item["column"]) for item in found] == [("missing_status", 4, "died")]  # fmt: skip
    cohort["died"] = cohort["died"].where(cohort["died"] != "no")
    table, found = derive_endpoint(cohort, endpoint(told), STRICT)  # nobody has a no: empty is no
    assert table["reason"].tolist() == ["excluded: event without its time", "visit", "visit", "death"]  # fmt: skip
    assert not found
    # of two flags one that says no is enough
    two = {"death": {"date": "death", "told_by": ["died", "cause"]}}
    cohort = patients({"died": "no", "seen": 300}, {"cause": "no", "seen": 300}, {"seen": 300})
    table, found = derive_endpoint(cohort, endpoint(two), STRICT)
    assert table["reason"].tolist() == ["visit", "visit", "excluded: status missing"]
    assert [(item["row"], item["column"]) for item in found] == [(4, "died, cause")]


DENIED = "a date stands in death, but died says that it did not happen."


@pytest.mark.parametrize(
    ("plan", "told"),
    [
        (endpoint({"death": {"date": "death", "flag": "died"}}), True),
        (endpoint({"back": {"date": "back"}}, None, {"death": {"date": "death", "flag": "died"}}), True),
        (endpoint({"back": {"date": "back"}}, {"lost": {"date": "death", "flag": "died"}, "v": {"date": "seen"}}), True),
        # a date that another source shares says when something else happened
        (endpoint({"death": {"date": "death", "flag": "died"}}, {"last": {"date": "death"}, "v": {"date": "seen"}}), False),
        (endpoint({"x": {"duration": "time", "flag": "recurred"}, "death": {"date": "death", "flag": "died"}}), True),
        (endpoint({"x": {"date": "back"}, "death": {"date": "death", "flag": "died"}}), True),
    ],
)  # fmt: skip
def test_a_date_of_what_did_not_happen(plan, told):
    both = {"died": "no", "death": 366, "seen": 400, "recurred": "no", "time": 9}
    cohort = patients(both, both | {"died": "yes"}, both | {"death": None}, both | {"died": None})
    _, found = derive_endpoint(cohort, plan, STRICT)
    found = [item for item in found if item["rule"] != "missing_status"]
    wanted = [("error", "date_without_event", 2, "A", "death", "2013-01-01", DENIED)] * told
    assert tell(found) == wanted
    for item in found:
        assert item["remedy"] == (
            "Correct one of the two. If the column has the date of something else for these patients, such as their last contact, "
            "map it to that variable only and use that one with the flag."
        )


# --- the data lock and the horizon ----------------------------------------------------------------------------------------------

LOCK = OP + pd.Timedelta(days=1000)
CUT = STRICT | {"data_lock": str(LOCK.date()), "after_data_lock": "censor"}


def test_what_lies_after_the_data_lock_did_not_happen():
    cohort = patients(
        {"death": 1000, "seen": 1000},
        {"death": 1001, "seen": 900},
        {"seen": 1001},
        {"seen": 1000},
        {"seen": 400, "scan": 1500},
        {"death": 1500, "seen": 1500},
        {"seen": 400},
    )
    plan = endpoint({"death": {"date": "death"}}, {"visit": {"date": "seen"}, "scan": {"date": "scan"}})  # fmt: skip
    table, found = derive_endpoint(cohort, plan, CUT)
    assert not found
    assert (table["months"] * 30.4375).round(6).tolist() == [*[1000] * 6, 400]
    assert table["event"].tolist() == [1, 0, 0, 0, 0, 0, 0]
    assert table["reason"].tolist() == ["death", "data_lock", "data_lock", "visit", "data_lock", "data_lock", "visit"]  # fmt: skip
    for keep in (CUT | {"after_data_lock": "keep"}, STRICT):
        table, _ = derive_endpoint(cohort, plan, keep)
        assert (table["months"] * 30.4375).round(6).tolist() == [
            1000,
            1001,
            1001,
            1000,
            1500,
            1500,
            400,
        ]


def test_who_has_no_contact_was_alive_at_the_data_lock():
    plan = endpoint({"death": {"date": "death"}}, {"visit": {"date": "seen"}, "end": {"data_lock": True}})  # fmt: skip
    cohort = patients({"death": 90}, {"seen": 500}, {}, {"seen": 1200})
    table, _ = derive_endpoint(cohort, plan, STRICT | {"data_lock": str(LOCK.date())})
    assert (table["months"] * 30.4375).round(6).tolist() == [90, 500, 1000, 1200]
    assert table["reason"].tolist() == ["death", "visit", "end", "visit"]
    table, _ = derive_endpoint(cohort, plan, CUT)
    assert (table["months"] * 30.4375).round(6).tolist() == [90, 500, 1000, 1000]
    assert table["reason"].tolist() == ["death", "visit", "end", "data_lock"]
    named = plan | {"censoring": {"visit": {"date": "seen"}, "data_lock": {"data_lock": True}}}
    table, _ = derive_endpoint(cohort, named, CUT)
    assert table["reason"].tolist() == ["death", "visit", "data_lock", "data_lock"]
    assert (table["months"] * 30.4375).round(6).tolist() == [90, 500, 1000, 1000]


@pytest.mark.parametrize(("zero", "last"), [("half_day", HALF_DAY), ("exclude", np.nan)])
def test_the_horizon_censors_whoever_is_followed_for_longer(zero, last):
    cohort = patients(
        {"time": 60.5, "died": "yes"},
        {"time": 60.5, "died": "no"},
        {"time": 60, "died": "yes"},
        {"time": 60.5},
        {"time": 0, "died": "no"},
    )
    table, _ = derive_endpoint(cohort, TIMED | {"horizon_months": 60}, STRICT | {"zero_time": zero})
    assert table["reason"].tolist()[:4] == ["horizon", "horizon", "death", "excluded: status missing"]  # fmt: skip
    np.testing.assert_array_equal(table["months"], [60, 60, 60, np.nan, last])
    np.testing.assert_array_equal(table["event"], [0, 0, 1, np.nan, last * 0])


def test_the_horizon_of_zero_months_is_none():
    table, _ = derive_endpoint(patients({"time": 60.5, "died": "yes"}), TIMED | {"horizon_months": 0}, STRICT)  # fmt: skip
    assert table["reason"].tolist() == ["death"]


# --- several sources -------------------------------------------------------------------------------------------------------------


def test_times_of_all_sources_are_merged_together():
    """An event that misses the last contact by rounding is on its day, and a follow-up of a rounding error is none."""
    cohort = patients({"time": 5.0, "died": "yes", "other": 5 - 1e-9}, {"time": 5 + 1e-9, "died": "no"}, {"time": HALF_DAY + 1e-10, "died": "no"})  # fmt: skip
    plan = endpoint(TIMED["events"], TIMED["censoring"], {"x": {"duration": "other"}}, origin=None)
    table, _ = derive_endpoint(cohort, plan, STRICT)
    assert table["reason"].tolist()[:2] == ["death", "visit"]
    assert table["months"].nunique() == 2 and table["months"].iloc[2] == HALF_DAY


# --- several endpoints ------------------------------------------------------------------------------------------------------------


def test_columns_of_several_endpoints():
    cohort = patients({"death": 100, "scan": 30}, {"seen": 365, "scan": 400}, {"seen": 365}, {})
    plan = {"os": DATED, "late": DATED | {"label": "Late", "entry": "scan"}}
    table, found = derive_endpoints(cohort, plan, STRICT | {"missing_time": "exclude"})
    added = [name for name in table if name not in cohort]
    assert added == ["os_months", "os_event", "os_reason", "late_months", "late_event", "late_reason", "late_entry"]  # fmt: skip
    assert table["os_reason"].tolist()[:3] == ["death", "visit", "visit"]
    assert table["late_reason"].tolist()[:3] == ["death", "excluded: entered after the end", "excluded: entry missing"]  # fmt: skip
    assert tell(found) == [
        ("warning", "missing_time", 5, "D", "op, death, seen", "", "OS: follow-up time missing."),
        ("warning", "missing_time", 5, "D", "op, death, seen", "", "Late: follow-up time missing."),
        ("warning", "missing_entry", 4, "C", "scan", "", "Late: it is not known from when on the patient was under observation (entry)."),
        ("warning", "late_entry", 3, "B", "scan", "13.1", "Late: the patient entered at or after the end of the follow-up (month 13.1) and is left out of the endpoint."),
    ]  # fmt: skip
