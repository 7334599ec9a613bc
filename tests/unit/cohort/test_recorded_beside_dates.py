"""Times and ages beside the dates from which they follow, exactly at the limits: how many agree, by how much, between which dates."""

import numpy as np
import pandas as pd
import pytest
from crlm.cohort.recorded_times import check_recorded_times

MONTH = 365.25 / 12


def spec(label, kind="date", timing="follow_up", **more):
    return {"label": label, "column": label[:4].upper(), "kind": kind, "timing": timing, "unit": None} | more  # fmt: skip


COLUMNS = {
    "patient_id": {"column": "ID"},
    "op": spec("Resection", timing="operation"),
    "death": spec("Death", terminal=True),
    "seen": spec("Visit", contact=True),
    "time": spec("Time", "duration", unit="months"),
}
ENDPOINTS = {"os": {"origin": "op"}}


def dated(count=10, days=1000, **columns):
    """Everybody was resected on one day and last seen so many days later; the time of the table is that in months."""
    op = pd.Timestamp(2012, 1, 1)
    cohort = pd.DataFrame({"patient_id": [f"P{n}" for n in range(count)]}, range(2, count + 2))
    cohort = cohort.assign(op=op, death=pd.NaT, seen=op + pd.Timedelta(days=days))
    return cohort.assign(time=days / MONTH).assign(**columns)


def tell(found):
    return [
        (item["severity"], item["rule"], item["row"], item["patient_id"], item["column"], item["value"], item["message"])
        for item in found
    ]  # fmt: skip


def differ(count, by, total=10, days=1000):
    time = np.full(total, days / MONTH)
    time[:count] += by
    return dated(total, days, time=time)


@pytest.mark.parametrize(
    ("count", "total", "told"), [(1, 10, 1), (2, 10, 2), (3, 10, 0), (1, 9, 0), (0, 10, 0), (3, 15, 3), (4, 15, 0)]
)  # fmt: skip
def test_from_which_share_on_the_others_are_wrong(count, total, told):
    """Four fifths of at least ten rows."""
    found = check_recorded_times(differ(count, 5, total), COLUMNS, ENDPOINTS)
    message = (
        f"Time is recorded as 37.85 months, but the dates (from Resection to Death or Visit) give 32.85; in {total - count} of "
        f"{total} rows the two agree."
    )
    place = "TIME, RESE, DEAT, VISI"
    assert tell(found) == [
        ("warning", "recorded_time_differs", n + 2, f"P{n}", place, "37.8542", message)
        for n in range(told)
    ]


@pytest.mark.parametrize(
    ("days", "by", "told"),
    [
        (1000, 1, False),
        (1000, 1.01, True),
        (1000, -1, False),
        (1000, -1.01, True),
        (3043.75, 1.99, False),  # a fiftieth of a hundred months
        (3043.75, 2.05, True),
        (3043.75, -2.05, True),
    ],
)
def test_by_how_much_the_two_may_differ(days, by, told):
    days = int(days)
    assert len(check_recorded_times(differ(2, by, days=days), COLUMNS, ENDPOINTS)) == 2 * told


def test_a_date_before_the_origin_has_as_much_room():
    cohort = differ(2, 2, days=-3044)
    assert not check_recorded_times(cohort, COLUMNS, ENDPOINTS)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"kind": "continuous"}, 0),
        ({"timing": "baseline"}, 0),
        ({"kind": "continuous", "unit": "years"}, 0),
        ({}, 1),
    ],
)
def test_which_numbers_are_times_of_follow_up(change, told):
    columns = COLUMNS | {"time": COLUMNS["time"] | change}
    assert len(check_recorded_times(differ(1, 5), columns, ENDPOINTS)) == told


def test_rows_without_the_number_or_the_dates_do_not_count():
    cohort = differ(2, 5, 12)
    cohort.loc[2, "time"] = np.nan
    cohort.loc[13, "seen"] = pd.NaT
    (item,) = check_recorded_times(cohort, COLUMNS, ENDPOINTS)
    assert item["row"] == 3 and item["message"].endswith("in 9 of 10 rows the two agree.")
    cohort.loc[12, "seen"] = pd.NaT
    assert not check_recorded_times(cohort, COLUMNS, ENDPOINTS)  # nine


# --- between which dates -----------------------------------------------------------------------------------------------------


def test_death_counts_before_the_last_contact():
    """The latest of several contacts, the earliest of several dates of death."""
    late, died = pd.Timestamp(2016, 1, 1), pd.Timestamp(2014, 1, 1)
    cohort = dated(20, scan=late, exitus=died + pd.Timedelta(days=400))
    cohort.loc[12:, "death"] = died
    cohort.loc[:11, "exitus"] = pd.NaT
    columns = COLUMNS | {"scan": spec("Scan", contact=True), "exitus": spec("Exitus", terminal=True)}  # fmt: skip
    cohort["time"] = [1461 / MONTH] * 10 + [731 / MONTH] * 10
    assert not check_recorded_times(cohort, columns, ENDPOINTS)
    cohort.loc[2, "time"] = 9
    (item,) = check_recorded_times(cohort, columns, ENDPOINTS)
    assert "(from Resection to Death or Exitus or Visit or Scan) give 48; in 19 of 20" in item["message"]  # fmt: skip
    assert item["column"] == "TIME, RESE, DEAT, EXIT, VISI, SCAN"


@pytest.mark.parametrize(
    ("kept", "words"),
    [
        (("death", "seen"), "Recurrence or Death or Visit"),
        (("death",), "Recurrence or Death"),
        (("seen",), "Recurrence or Visit"),
        ((), "Recurrence"),
    ],
)
def test_a_recurrence_and_else_the_end(kept, words):
    op = pd.Timestamp(2012, 1, 1)
    days = pd.Series(pd.to_timedelta(np.arange(30) * 40 + 100, "D"), range(2, 32))
    cohort = dated(30, back=(op + days / 2).dt.floor("D"))
    for name in ("death", "seen"):
        cohort[name] = op + days + pd.Timedelta(days=900)
    if kept:
        cohort.loc[20:, "back"] = pd.NaT
        if "death" in kept and "seen" in kept:
            cohort.loc[26:, "death"] = pd.NaT
    end = cohort["back"]
    for name in kept:
        end = end.fillna(cohort[name])
    cohort["time"] = (end - op).dt.days / MONTH
    cohort.loc[2, "time"] += 30
    columns = {n: each for n, each in COLUMNS.items() if n not in ("death", "seen") or n in kept}
    columns["back"] = spec("Recurrence")
    (item,) = check_recorded_times(cohort, columns, ENDPOINTS)
    assert f"(from Resection to {words}) give" in item["message"] and "in 29 of 30" in item["message"]  # fmt: skip


FOUND = {"found": spec("Diagnosis", timing="baseline")}


@pytest.mark.parametrize(
    ("origins", "message"),
    [
        (["op"], "; endpoints with dates count from Resection."),
        (["op", "op", None], "; endpoints with dates count from Resection."),
        (["op", "death"], "; endpoints with dates count from Resection or Death."),
        ([None], "."),
        (["unknown"], "."),
        (["found"], None),
    ],
)
def test_a_time_from_another_day_is_a_note(origins, message):
    cohort = dated(found=pd.Timestamp(2011, 1, 1), time=1365 / MONTH)
    cohort["death"] = cohort["seen"] if "death" in origins else pd.NaT
    endpoints = {f"e{n}": {"origin": each} for n, each in enumerate(origins)}
    found = check_recorded_times(cohort, COLUMNS | FOUND, endpoints | {"months": {}})
    end = "Visit" if "death" in origins else "Death or Visit"
    place = "TIME, DIAG, VISI" if "death" in origins else "TIME, DIAG, DEAT, VISI"
    said = f"Time is the time from Diagnosis to {end} (in 10 of 10 rows){message}"
    wanted = [("note", "recorded_time_origin", None, "", place, "", said)] if message else []
    assert tell(found) == wanted


def test_differences_come_before_the_note_and_most_are_one_finding():
    cohort = dated(20, found=pd.Timestamp(2011, 1, 1), time=1365 / MONTH)
    cohort.loc[5, "time"] = 3
    found = check_recorded_times(cohort, COLUMNS | FOUND, ENDPOINTS)
    assert [(item["severity"], item["row"]) for item in found] == [("warning", 5), ("note", None)]
    assert found[0]["message"].startswith("Time is recorded as 3 months, but the dates (from Diag")
    # where several origins fit equally, that of the endpoints is named
    cohort = cohort.assign(found=cohort["op"])
    cohort["time"] = 1000 / MONTH
    assert not check_recorded_times(cohort, COLUMNS | FOUND, ENDPOINTS)


def test_a_last_contact_between_no_two_dates():
    columns = COLUMNS | {"time": COLUMNS["time"] | {"contact": True}}
    cohort = differ(3, 5)
    (item,) = check_recorded_times(cohort.assign(found=pd.Timestamp(2001, 1, 1)), columns | FOUND, ENDPOINTS)  # fmt: skip
    said = "Time is the time between no two dates of the table: from Resection to Death or Visit in 7 of 10 rows only."
    place = "TIME, RESE, DEAT, VISI"
    assert tell([item]) == [("warning", "recorded_time_differs", None, "", place, "", said)]
    assert not check_recorded_times(cohort, COLUMNS, ENDPOINTS)  # a recurrence may be another
    # that of the endpoints is named, also where some rows agree with another
    cohort = dated(found=pd.Timestamp(2001, 1, 1), time=[5017 / MONTH] * 7 + [5.0] * 3)
    (item,) = check_recorded_times(cohort, columns | FOUND, ENDPOINTS)
    assert item["message"] == said.replace("7 of", "0 of")


def test_dates_that_could_not_be_read():
    cohort = differ(2, 5)
    assert not check_recorded_times(cohort.assign(op=pd.NaT), COLUMNS, ENDPOINTS)
    cohort["found"] = cohort["op"]
    assert not check_recorded_times(cohort.assign(op=pd.NaT), COLUMNS | FOUND, ENDPOINTS)
    assert len(check_recorded_times(cohort.assign(found=pd.NaT), COLUMNS | FOUND, ENDPOINTS)) == 2
    assert not check_recorded_times(cohort, {"time": COLUMNS["time"]}, ENDPOINTS)


# --- ages ------------------------------------------------------------------------------------------------------------------

AGES = {
    "patient_id": {"column": "ID"},
    "age": spec("Age", "continuous", "baseline", unit="years"),
    "born": spec("Birth", timing="baseline"),
    "op": spec("Resection", timing="operation"),
    "death": spec("Death", terminal=True),
}


def aged(years, count=10):
    op = pd.Timestamp(2012, 1, 1)
    born = [op - pd.Timedelta(days=round(365.25 * each)) for each in years]
    ids = [f"P{n}" for n in range(count)]
    cohort = pd.DataFrame({"patient_id": ids, "born": born, "age": years}, range(2, count + 2))
    return cohort.assign(op=op, death=op + pd.Timedelta(days=4000))


def test_an_age_that_is_not_that_at_a_date():
    cohort = aged([60.0] * 10)
    cohort.loc[4, "age"] = 45.0
    message = "Age is recorded as 45 years, but the dates (from Birth to Resection) give 60; in 9 of 10 rows the two agree."
    wanted = [("warning", "recorded_time_differs", 4, "P2", "AGE, BIRT, RESE", "45", message)]
    assert tell(check_recorded_times(cohort, AGES, ENDPOINTS)) == wanted
    assert tell(check_recorded_times(cohort, AGES, {})) == wanted
    for change in ({"unit": "months"}, {"kind": "count"}):
        assert not check_recorded_times(cohort, AGES | {"age": AGES["age"] | change}, ENDPOINTS)


@pytest.mark.parametrize(
    ("old", "young", "told"), [(6, 5, True), (5, 5, False), (10, 0, True), (5, 6, False)]
)
def test_which_date_is_that_of_birth(old, young, told):
    """One more than eighteen years before the other, in most."""
    cohort = aged([19.0] * old + [17.5] * young, old + young)
    cohort["age"] += 0.5
    cohort.loc[2, "age"] = 50.0
    assert len(check_recorded_times(cohort, AGES, ENDPOINTS)) == told
    cohort["born"] = cohort["op"] - pd.Timedelta(days=round(18 * 365.25) - 1)
    assert not check_recorded_times(cohort, AGES, ENDPOINTS)


def test_every_time_and_every_age_is_compared():
    cohort = differ(1, 5).assign(born=pd.Timestamp(1952, 1, 1), age=60.0)
    cohort = cohort.assign(free=cohort["time"] + 0.5, years=cohort["age"])
    cohort.loc[3, "age"] = cohort.loc[4, "years"] = 30.0
    own = {"age": AGES["age"], "years": spec("Years", "continuous", "baseline", unit="years")}
    own |= {"free": spec("Free", "duration", unit="months"), "born": AGES["born"]}
    for columns in (COLUMNS | own, own | COLUMNS):
        found = check_recorded_times(cohort, columns, ENDPOINTS)
        told = {(item["column"].split(",")[0], item["row"]) for item in found}
        assert told == {("TIME", 2), ("FREE", 2), ("AGE", 3), ("YEAR", 4)}


# --- another unit -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("contact", [True, False])
def test_a_time_of_follow_up_in_weeks_is_told_once(contact):
    days = np.arange(20) * 40 + 200
    cohort = dated(20, time=np.round(days / 7))
    cohort["seen"] = cohort["op"] + pd.to_timedelta(days, unit="D")
    words = {"months": 1.0, "month": 1.0, "weeks": 7 / MONTH, "week": 7 / MONTH}
    time = COLUMNS["time"] | {"contact": contact, "factor": 1.0, "unit_words": words}
    (item,) = check_recorded_times(cohort, COLUMNS | {"time": time}, ENDPOINTS)
    assert (item["rule"], item["column"]) == ("unit_contradicts", "TIME, RESE, DEAT, VISI")
    assert item["message"] == (
        "Time: the dates (from Resection to Death or Visit) say that the numbers are weeks, in 20 of 20 rows with both; the plan "
        "reads months."
    )
