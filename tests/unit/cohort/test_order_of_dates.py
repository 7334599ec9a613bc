"""The order of dates and of times of follow-up: what is told of whom, exactly at the limits, as a reader meets it."""

import numpy as np
import pandas as pd
import pytest
from crlm.cohort.chronology import check_chronology
from crlm.cohort.ingest import in_file_words


def spec(label, kind="date", timing="follow_up", **more):
    return {"label": label, "column": label[:4].upper(), "kind": kind, "timing": timing, "terminal": None} | more  # fmt: skip


DATES = {
    "patient_id": {"column": "ID"},
    "op": spec("Operation", timing="operation"),
    "back": spec("Recurrence"),
    "death": spec("Death", terminal=True),
    "seen": spec("Last contact", contact=True),
    "scan": spec("Scan", contact=True),
}


def dated(**columns):
    """Patients A, B ... in rows 2, 3 ...; what is not given is empty."""
    size = max(map(len, columns.values()))
    days = {
        name: pd.Series(pd.to_datetime(columns.get(name, [None] * size)))
        for name in DATES
        if name != "patient_id"
    }
    cohort = pd.DataFrame(days | {"patient_id": list("ABCDEFGHIJKLMNOPQRSTUVWXYZ"[:size])})
    return cohort.set_axis(range(2, size + 2))


def tell(found):
    return [
        (item["severity"], item["rule"], item["row"], item["patient_id"], item["column"], item["value"], item["message"])
        for item in found
    ]  # fmt: skip


def find(cohort, columns):
    """The findings as they are told, with the columns of the file."""
    return in_file_words(check_chronology(cohort, columns, {}), columns)


def test_dates_after_death():
    """An event or an operation is an error, a contact a warning; the day of death itself is none."""
    late, day = "2015-03-02", "2015-03-01"
    cohort = dated(
        op=["2012-01-01"] * 4 + [late],
        back=[late, day, None, late, None],
        death=[day, day, day, None, day],
        seen=[day, day, late, late, day],
    )
    assert tell(find(cohort, DATES)) == [
        ("error", "after_death", 6, "E", "OPER", late, f"Operation ({late}) lies after death ({day})."),
        ("error", "after_death", 2, "A", "RECU", late, f"Recurrence ({late}) lies after death ({day})."),
        ("warning", "after_death", 4, "C", "LAST", late, f"Last contact ({late}) lies after death ({day})."),
    ]  # fmt: skip


def test_two_dates_of_death():
    columns = DATES | {"exitus": spec("Death of cancer", terminal=True)}
    cohort = dated(death=["2015-03-01"]).assign(exitus=pd.Timestamp("2015-03-05"))
    assert tell(find(cohort, columns)) == [
        ("error", "after_death", 2, "A", "DEAT", "2015-03-05", "Death of cancer (2015-03-05) lies after death (2015-03-01)."),
    ]  # fmt: skip


def test_dates_after_the_last_contact():
    """The latest of all contacts counts; whoever has a date of death is checked against that."""
    seen, scan, late = "2015-03-01", "2015-05-01", "2015-05-02"
    cohort = dated(
        op=["2012-01-01"] * 4 + [late],
        back=[late, scan, late, late, None],
        death=[None, None, late, None, None],
        seen=[seen, seen, seen, None, seen],
        scan=[scan, scan, scan, seen, scan],
    )
    assert tell(find(cohort, DATES)) == [
        ("error", "after_last_contact", 2, "A", "RECU", late, f"Recurrence ({late}) lies after the last contact ({scan})."),
        ("error", "after_last_contact", 5, "D", "RECU", late, f"Recurrence ({late}) lies after the last contact ({seen})."),
    ]  # fmt: skip
    without = {name: each for name, each in DATES.items() if name not in ("seen", "scan")}
    assert not find(cohort, without)


@pytest.mark.parametrize(
    ("same", "other", "told"),
    [(3, 2, True), (4, 0, False), (5, 0, True), (5, 5, False), (6, 5, True), (2, 3, False)],
)
def test_a_recurrence_on_the_day_of_death(same, other, told):
    both = same + other
    back = ["2014-01-01"] * same + ["2013-01-01"] * other + ["2014-01-01", None]
    death = ["2014-01-01"] * both + [None, "2014-01-01"]
    cohort = dated(op=death, back=back, death=death, seen=[*death[:-2], "2014-01-01", *death[-1:]])
    message = (
        f"Recurrence and death have the same date in {same} of the {both} patients with both; one date may stand in place of the "
        "other."
    )
    found = find(cohort, DATES)
    assert tell(found) == [("warning", "same_day", None, "", "RECU, DEAT", "", message)] * told
    for item in found:
        assert item["remedy"] == (
            "Enter the day of recurrence, or leave it empty where nothing but the death is known."
        )


def test_each_event_is_compared_with_each_death():
    columns = DATES | {"exitus": spec("Exitus", terminal=True), "liver": spec("In the liver")}
    day, other = "2014-01-01", "2014-06-01"
    cohort = dated(back=["2013-01-01"] * 5, death=[other] * 5)
    cohort = cohort.assign(liver=pd.Timestamp(day), exitus=pd.Timestamp(day))
    found = [item for item in find(cohort, columns) if item["rule"] == "same_day"]
    assert [item["column"] for item in found] == ["IN T, EXIT"]


# --- two times of follow-up ------------------------------------------------------------------------------------------------

TIMES = {
    "overall_time": spec("Survival", "duration"),
    "free_time": spec("Time to recurrence", "duration"),
    "waiting": spec("Interval", "duration", "baseline"),
    "age": spec("Age", "continuous"),
}


@pytest.mark.parametrize(
    ("same", "other", "told"),
    [(20, 0, True), (19, 0, False), (49, 1, True), (48, 1, False), (19, 1, False)],
)
def test_two_times_that_are_one_number(same, other, told):
    times = np.arange(same + other + 2) / 4
    cohort = pd.DataFrame(dict.fromkeys(TIMES, times)).assign(patient_id="P")
    cohort.loc[: other - 1, "free_time"] += 1
    cohort.loc[same + other, "free_time"] = cohort.loc[same + other + 1, "overall_time"] = np.nan
    message = (
        f"Survival and time to recurrence are the same in {same} of {same + other} patients; then nobody was followed after a "
        "recurrence."
    )
    wanted = [("warning", "same_times", None, "", "SURV, TIME", "", message)] * told
    assert tell(find(cohort, TIMES)) == wanted
    one = TIMES | {"free_time": TIMES["free_time"] | {"column": "SURV"}}
    assert not find(cohort, one)  # told of the column


def test_of_three_times_every_pair_is_compared():
    columns = {name: spec(name.title(), "duration") for name in ("one", "twin", "three", "four")}
    columns["twin"]["column"] = "ONE"
    cohort = pd.DataFrame({name: np.arange(20.0) for name in columns}).assign(patient_id="P")
    cohort["three"] += 1
    found = find(cohort, columns)
    assert [item["column"] for item in found] == ["ONE, FOUR"] * 2


# --- times of endpoints ----------------------------------------------------------------------------------------------------

SHARED = {"origin": None, "competing": {}, "horizon_months": None}
DIED = {"death": {"duration": "overall_time", "flag": "died", "terminal": True}}
BACK = {"back": {"duration": "back_time", "flag": "recurred"}}
LAST = {"visit": {"duration": "overall_time"}}
COLUMNS = {
    "patient_id": {"column": "ID"},
    "overall_time": spec("Survival", "duration"),
    "back_time": spec("Time back", "duration"),
    "died": spec("Died", "binary", terminal=True),
    "recurred": spec("Recurred", "binary"),
    "contact": spec("Contact", "duration", contact=True),
}


def endpoint(label, events, censoring=LAST, **more):
    return SHARED | {"label": label, "events": events, "censoring": censoring} | more


def timed(endpoints, size, **columns):
    """A cohort of months and flags, each endpoint censored at month 50 for everybody unless it is given."""
    cohort = pd.DataFrame({"patient_id": list("ABCDEFGH"[:size])}, index=range(2, size + 2))
    for name in endpoints:
        cohort = cohort.assign(**{f"{name}_months": 50.0, f"{name}_event": 0.0, f"{name}_reason": "visit"})  # fmt: skip
    for name, values in columns.items():
        flag = isinstance(values[0], str) and values[0] in ("yes", "no")
        cohort[name] = pd.Categorical(values, ["no", "yes"]) if flag else values
    return cohort


def check(endpoints, size, columns=COLUMNS, **values):
    found = check_chronology(timed(endpoints, size, **values), columns, endpoints)
    return [item for item in tell(found) if item[1] != "same_times"]


def test_a_recurrence_after_death_or_the_last_contact_in_months():
    """A tenth of a month is rounding."""
    endpoints = {"os": endpoint("OS", DIED), "ttr": endpoint("TTR", BACK)}
    values = {
        "overall_time": [20.0, 20, 20, 20, 20, np.nan],
        "back_time": [20.11, 20.09, 20.11, 20.09, 30, 30],
        "died": ["yes", "yes", "no", "no", "no", "no"],
        "recurred": ["yes", "yes", "yes", "yes", "no", "yes"],
        "contact": [np.nan] * 6,
    }
    assert check(endpoints, 6, **values) == [
        ("error", "after_death", 2, "A", "back_time", "20.11", "Recurred: 20.1 months lie after death at 20.0 months."),
        ("error", "after_last_contact", 4, "C", "back_time", "20.11", "Recurred: 20.1 months lie after the last contact at 20.0 months."),
    ]  # fmt: skip
    # the latest of two contacts counts, and none of a variable that is not mapped
    values["contact"] = [np.nan, np.nan, 30, np.nan, np.nan, 29]
    assert [item[3] for item in check(endpoints, 6, **values)] == ["A", "F"]
    columns = {name: each for name, each in COLUMNS.items() if name not in ("overall_time", "recurred")}  # fmt: skip
    found = check(endpoints, 6, columns, **values)
    assert [item[3] for item in found] == ["A", "F"]
    assert found[1][-1] == "back_time: 30.0 months lie after the last contact at 29.0 months."


def test_a_competing_event_after_death_and_an_event_without_a_flag():
    endpoints = {
        "os": endpoint("OS", DIED),
        "other": endpoint("O", {"x": {"duration": "second"}}, competing=BACK),
    }
    values = {"overall_time": [20.0], "back_time": [25.0], "second": [26.0], "contact": [np.nan]}
    columns = COLUMNS | {"second": spec("Second tumour", "duration")}
    found = check(endpoints, 1, columns, died=["yes"], recurred=["yes"], **values)
    assert [(item[1], item[4], item[-1]) for item in found] == [
        ("after_death", "second", "Second tumour: 26.0 months lie after death at 20.0 months."),
        ("after_death", "back_time", "Recurred: 25.0 months lie after death at 20.0 months."),
    ]


def test_a_censoring_with_a_flag_and_a_time_of_death_are_no_contacts():
    values = {"overall_time": [20.0], "back_time": [25.0], "died": ["no"], "recurred": ["yes"]}
    flagged = {"visit": {"duration": "overall_time", "flag": "recurred"}}
    columns = {name: each for name, each in COLUMNS.items() if name != "contact"}
    for last, change in (
        (LAST, {}),
        (flagged, {}),
        (LAST, {"overall_time": spec("Survival", "duration", terminal=True)}),
    ):
        endpoints = {"os": endpoint("OS", DIED, last), "ttr": endpoint("TTR", BACK)}
        found = check(endpoints, 1, columns | change, **values)
        assert [item[1] for item in found] == ["after_last_contact"] * (last == LAST and not change)
    # nor is the censoring of an endpoint that ends with more than deaths
    endpoints = {"rfs": endpoint("RFS", DIED | BACK), "ttr": endpoint("TTR", BACK)}
    assert "after_last_contact" not in [item[1] for item in check(endpoints, 1, columns, **values)]


ORIGINS = [
    ("op", "op", True),
    ("op", "birth", False),
    (None, "op", True),
    ("op", None, True),
]


@pytest.mark.parametrize(("mine", "other", "told"), ORIGINS)
def test_times_from_different_days_are_not_compared(mine, other, told):
    endpoints = {"os": endpoint("OS", DIED, origin=other), "ttr": endpoint("TTR", BACK, origin=mine)}  # fmt: skip
    values = {"overall_time": [20.0, 20], "back_time": [25.0, 25], "recurred": ["yes", "yes"]}
    columns = {name: each for name, each in COLUMNS.items() if name != "contact"}
    found = check(endpoints, 2, columns, died=["yes", "no"], **values)
    assert [item[1] for item in found] == ["after_death", "after_last_contact"] * told


def test_a_date_of_recurrence_against_months_of_death():
    """Dates are compared with dates elsewhere, with a duration here."""
    back = {"back": {"date": "back"}}
    endpoints = {"os": endpoint("OS", DIED), "ttr": endpoint("TTR", back, origin="op")}
    op, late = pd.Timestamp(2012, 1, 1), pd.Timestamp(2014, 1, 1)
    values = {"overall_time": [20.0, 20], "op": [op, op], "back": [late, late], "seen": [late, late]}  # fmt: skip
    columns = COLUMNS | {name: DATES[name] for name in ("op", "back")}
    del columns["contact"], columns["back_time"]
    found = check(endpoints, 2, columns, died=["yes", "no"], **values)
    assert [(item[1], item[3], item[-1]) for item in found] == [
        ("after_death", "A", "Recurrence: 24.0 months lie after death at 20.0 months."),
        ("after_last_contact", "B", "Recurrence: 24.0 months lie after the last contact at 20.0 months."),
    ]  # fmt: skip
    found = check(endpoints, 2, columns | {"seen": DATES["seen"]}, died=["yes", "no"], **values)
    assert [item[1] for item in found] == ["after_death"]


def test_the_last_contact_of_an_endpoint_by_date():
    """Its variable needs no mark: a date after death is a warning, dates meet dates and durations months, each once."""
    death = {"death": {"date": "death", "terminal": True}}
    endpoints = {
        "os": endpoint("OS", death, {"visit": {"date": "seen"}}, origin="op"),
        "ttr": endpoint("TTR", {"back": {"date": "back"}}, origin="op"),
        "other": endpoint("O", BACK, origin="op"),
    }
    op, seen, late = (pd.Timestamp(text) for text in ("2012-01-01", "2014-01-01", "2014-03-01"))
    values = {"op": [op] * 4, "seen": [seen, seen, late, seen], "back": [late, pd.NaT, pd.NaT, late]}  # fmt: skip
    values["death"] = pd.to_datetime([None, None, seen, seen])
    values |= {"back_time": [np.nan, 24.2, np.nan, np.nan], "scan": pd.to_datetime([None] * 4)}
    columns = DATES | {"seen": spec("Last seen"), "back_time": COLUMNS["back_time"]}
    without = {name: each for name, each in columns.items() if name != "scan"}
    for mapped in (columns, without):
        found = check(endpoints, 4, mapped, recurred=["no", "yes", "no", "no"], **values)
        assert [(*item[:2], item[3], item[-1]) for item in found] == [
            ("error", "after_death", "D", "Recurrence (2014-03-01) lies after death (2014-01-01)."),
            ("warning", "after_death", "C", "Last seen (2014-03-01) lies after death (2014-01-01)."),
            ("error", "after_last_contact", "A", "Recurrence (2014-03-01) lies after the last contact (2014-01-01)."),
            ("error", "after_last_contact", "B", "back_time: 24.2 months lie after the last contact at 24.0 months."),
        ]  # fmt: skip


def test_a_time_to_recurrence_or_death_is_no_time_of_death():
    """Its flag of death says that somebody died, and not when."""
    either = {
        "back": {"duration": "free_time", "flag": "recurred"},
        "death": {"duration": "free_time", "flag": "died", "terminal": True},
    }
    endpoints = {"rfs": endpoint("RFS", either), "x": endpoint("X", {"scar": {"duration": "back_time"}})}  # fmt: skip
    values = {"free_time": [20.0], "back_time": [30.0], "overall_time": [40.0], "contact": [np.nan]}
    found = check(endpoints, 1, COLUMNS, died=["yes"], recurred=["yes"], **values)
    assert not [item for item in found if item[1] == "after_death"]
