"""Plans and columns that are read without an error and mean something else: what betrays them is said."""

import datetime

import numpy as np
import pandas as pd
import pytest
from crlm.cohort.attrition import count_endpoints
from making import make_cohort

BY_DATES = """
study: {title: Made up}
cohort: {file: cohort.csv, date_format: "%d/%m/%Y"}
columns:
  patient_id: Nr
  resection_date: OP
  death_date: Tod
  last_contact_date: gesehen
  recurrence_date: Rezidiv
endpoints:
  os:
    label: Overall survival
    origin: resection_date
    events: {death: {date: death_date}}
    censoring: {last_contact: {date: last_contact_date}}
"""
BY_MONTHS = """
study: {title: Made up}
cohort: {file: cohort.csv}
columns: {patient_id: Nr, os_t: OS, dead: tot, rfs_t: RFS, back: rez, size_max_cm: {column: mm, unit: mm}, n_crlm: n}
variables:
  os_t: {label: Time to death, kind: duration, timing: follow_up}
  rfs_t: {label: Time to recurrence, kind: duration, timing: follow_up}
  dead: {label: Dead, kind: binary, timing: follow_up}
  back: {label: Recurred, kind: binary, timing: follow_up}
endpoints:
  alive:
    label: Overall survival
    events: {death: {duration: os_t, flag: dead}}
    censoring: {last: {duration: os_t}}
  free:
    label: Recurrence-free survival
    events: {death: {duration: os_t, flag: dead}, recurrence: {duration: rfs_t, flag: back}}
    censoring: {last: {duration: os_t}}
"""


def list_dates(count, day=None):
    """Rows of days from 2012 on; day: the same for all, where only months are known."""
    random = np.random.default_rng(5)
    rows = []
    for place in range(count):
        start = datetime.date(2012, 1, 1) + datetime.timedelta(int(random.integers(0, 1500)))
        start = start.replace(day=day or start.day)
        days = int(random.integers(300, 1500))
        end = start + datetime.timedelta(days)
        early = start + datetime.timedelta(days // 2)
        end, early = (each.replace(day=day or each.day) for each in (end, early))
        row = {"Nr": f"A{place}", "OP": start, "Tod": end if place % 2 else None}
        rows.append(row | {"gesehen": end, "Rezidiv": early if place % 3 else None})
    return rows


def write(rows, form):
    return [
        {
            key: value.strftime(form) if hasattr(value, "strftime") else value
            for key, value in row.items()
        }
        for row in rows
    ]


def list_months(count=30):
    random = np.random.default_rng(6)
    time = random.uniform(10, 70, count).round(1)
    back = random.random(count) < 0.5
    early = np.where(back, (time * random.uniform(0.2, 0.8, count)).round(1), time)
    table = pd.DataFrame(
        {"Nr": range(1, count + 1), "OS": time, "tot": (random.random(count) < 0.5) * 1}
    )
    table = table.assign(RFS=early, rez=back * 1, mm=random.integers(8, 99, count))
    return table.assign(n=random.integers(1, 7, count))


def pick(findings, *rules):
    return findings[findings["rule"].isin(rules)]


# --- days -----------------------------------------------------------------------------------------------------------------


def test_months_read_as_days_are_told_although_every_date_can_be_read(tmp_path):
    """Dates of which only the month was known, written 05/01/2014 for May and read as the 5th of January."""
    rows = write(list_dates(30, day=1), "%m/%d/%Y")
    cohort, _, found = make_cohort(BY_DATES, rows, tmp_path)
    assert cohort["resection_date"].dt.month.eq(1).all()  # wrong, and no date is impossible
    said = pick(found, "dates_swapped")
    assert set(said["column"]) == {"OP", "gesehen", "Rezidiv"}  # of deaths there are 15
    assert said["severity"].eq("error").all() and "date_format" in said["remedy"].iloc[0]


@pytest.mark.parametrize("day", [None, 1, 15])
def test_right_days_have_no_alarm(day, tmp_path):
    found = make_cohort(BY_DATES, write(list_dates(30, day), "%d/%m/%Y"), tmp_path)[2]
    assert pick(found, "dates_swapped", "unlikely_dates").empty


@pytest.mark.parametrize("count, severity", [(8, None), (15, None), (16, "error")])
def test_few_dates_betray_little(count, severity, tmp_path):
    rows = list_dates(count)
    for place, row in enumerate(rows):
        row["OP"] = row["OP"].replace(day=1 + place % 12)
    found = make_cohort(BY_DATES, write(rows, "%d/%m/%Y"), tmp_path)[2]
    said = pick(found, "dates_swapped")
    said = said[said["column"] == "OP"]
    assert said["severity"].tolist() == ([severity] if severity else [])


def test_numbers_that_count_from_another_day_are_told(tmp_path):
    """Days of SAS, from 1960, read as Excel's: the months between two dates are right, the years are not."""
    rows = [
        {
            key: (value - datetime.date(1960, 1, 1)).days
            if isinstance(value, datetime.date)
            else value
            for key, value in row.items()
        }
        for row in list_dates(30)
    ]
    plan = BY_DATES.replace('"%d/%m/%Y"', "excel")
    said = pick(make_cohort(plan, rows, tmp_path)[2], "unlikely_dates")
    assert set(said["column"]) >= {"OP", "gesehen"} and said["severity"].eq("warning").all()


# --- times of a death -------------------------------------------------------------------------------------------------------


def test_a_normal_plan_of_two_endpoints_says_nothing(tmp_path):
    found = make_cohort(BY_MONTHS, list_months(), tmp_path)[2]
    assert pick(found, "censored_early", "death_times_differ", "unit_suspect").empty


def test_the_living_censored_at_their_recurrence_are_told(tmp_path):
    rows = list_months()
    plan = BY_MONTHS.replace(
        "censoring: {last: {duration: os_t}}", "censoring: {last: {duration: rfs_t}}", 1
    )
    said = pick(make_cohort(plan, rows, tmp_path)[2], "censored_early")
    early = rows["tot"].eq(0) & (rows["RFS"] < rows["OS"] - 0.1)
    assert early.sum() >= 5 and said["row"].tolist() == (rows.index[early] + 2).tolist()
    assert "Time to death is" in said["message"].iloc[0]


def test_a_recurrence_free_endpoint_may_end_at_the_last_image(tmp_path):
    first, second = BY_MONTHS.split("  free:")
    plan = (
        first + "  free:" + second.replace("{last: {duration: os_t}}", "{last: {duration: rfs_t}}")
    )
    assert pick(make_cohort(plan, list_months(), tmp_path)[2], "censored_early").empty


def test_a_death_at_the_time_of_the_recurrence_is_told(tmp_path):
    """Overall survival by the time to recurrence: every death after a recurrence comes too early."""
    rows = list_months()
    first, second = BY_MONTHS.split("  free:")
    head, tail = first.split("endpoints:")
    plan = head + "endpoints:" + tail.replace("os_t", "rfs_t") + "  free:" + second
    said = pick(make_cohort(plan, rows, tmp_path)[2], "death_times_differ")
    early = rows["tot"].eq(1) & (rows["RFS"] < rows["OS"] - 0.1)
    assert early.sum() >= 5 and said["row"].tolist() == (rows.index[early] + 2).tolist()
    assert said["severity"].eq("error").all()


def test_weeks_read_as_months_are_an_error(tmp_path):
    rows = list_months()
    rows[["OS", "RFS"]] = (rows[["OS", "RFS"]] * 30.4375 / 7).round(1)
    said = pick(make_cohort(BY_MONTHS, rows, tmp_path)[2], "unit_suspect")
    assert "OS" in said["column"].tolist() and said["severity"].eq("error").any()


# --- exclusions -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "test, rules",
    [
        ("variable: size_max_cm, operator: '>=', value: 50", ["threshold_outside"]),
        ("variable: n_crlm, operator: '==', value: 99", ["threshold_outside"]),
        (
            "variable: size_max_cm, operator: '>=', value: 20",
            [],
        ),  # nobody, and it may well be meant
        ("variable: n_crlm, operator: '>', value: 5", []),
        ("variable: os_t, operator: '<', value: 12", ["excluded_by_the_future"]),
        ("variable: back, operator: '==', value: yes", ["excluded_by_the_future"]),
        ("variable: os_t, operator: missing", []),
    ],
)
def test_exclusions_that_mean_something_else(test, rules, tmp_path):
    plan = BY_MONTHS.replace(
        "file: cohort.csv", f"file: cohort.csv, exclusions: {{out: {{label: Left out, {test}}}}}"
    )
    said = pick(
        make_cohort(plan, list_months(), tmp_path)[2], "threshold_outside", "excluded_by_the_future"
    )
    assert said["rule"].tolist() == rules
    assert said["message"].str.contains("cohort.exclusions.out").all()


# --- contradictions ---------------------------------------------------------------------------------------------------------

MORE = BY_DATES.replace(
    "  recurrence_date: Rezidiv",
    "  recurrence_date: Rezidiv\n  hepatic_recurrence_date: Leber\n  recurrence_site: {column: Ort, values: {L: liver, X: extrahepatic, B: both}}\n"
    "  synchronous: {column: syn, values: {j: yes, n: no}}\n  disease_free_interval: dfi\n  recurrence_organs: organe\n"
    "  repeat_resection_date: ReOP\n  recurrence_treatment_date: Therapie",
)


@pytest.mark.parametrize(
    "changes, severity, words",
    [
        ({}, None, ""),
        ({"Leber": None}, "warning", "no recurrence in the liver is recorded"),
        ({"Leber": None, "Ort": "B"}, "warning", "also in the liver"),
        ({"Leber": None, "Ort": "X"}, None, ""),
        ({"syn": "n", "dfi": 0}, "warning", "not synchronous have an interval of 0"),
        (
            {"Rezidiv": None, "Leber": None, "Ort": None, "Therapie": None},
            "warning",
            "organs with recurrence",
        ),
        ({"Therapie": datetime.date(2012, 2, 1)}, "warning", "dated after its treatment"),
        ({"ReOP": datetime.date(2011, 2, 1)}, "error", "before the first"),
    ],
)
def test_what_is_said_of_a_recurrence_fits(changes, severity, words, tmp_path):
    rows = list_dates(30)
    for row in rows:
        there = bool(row["Rezidiv"])
        row |= {"Leber": row["Rezidiv"], "Ort": "L" if there else None, "syn": "j", "dfi": 0}
        row |= {"organe": 1 if there else None, "Therapie": row["Rezidiv"]}
        row["ReOP"] = row["gesehen"] if there else None
    rows[1] |= changes
    found = make_cohort(MORE, write(rows, "%d/%m/%Y"), tmp_path)[2]
    said = pick(found, "values_contradict")
    assert said["severity"].tolist() == ([severity] if severity else [])
    assert not severity or (words in said["message"].iloc[0] and said["row"].iloc[0] == 3)


@pytest.mark.parametrize(
    "word", ["nicht bekannt", "Entfällt", "non renseigné", "desconocido", "onbekend", "不明"]
)
def test_a_word_for_missing_of_another_language_is_one_finding(word, tmp_path):
    rows = list_months().astype(object)
    rows.loc[:3, ["mm", "n"]] = word
    said = pick(
        make_cohort(BY_MONTHS, rows, tmp_path)[2], "undeclared_missing_word", "not_a_number"
    )
    assert (
        said["rule"].tolist() == ["undeclared_missing_word"]
        and "2 columns (8 entries" in said["message"].iloc[0]
    )


RECURRED = BY_DATES.replace(
    "  recurrence_date: Rezidiv",
    "  recurrence_date: Rezidiv\n  recurred: {column: flag, values: {ja: yes, nein: no}}",
)
FREE = """
  free:
    label: Recurrence-free survival
    origin: resection_date
    events: {back: {date: recurrence_date}, death: {date: death_date}}
    censoring: {last_contact: {date: last_contact_date}}
  back:
    label: Time to recurrence
    origin: resection_date
    events: {back: {date: recurrence_date}}
    competing: {death: {date: death_date}}
    censoring: {last_contact: {date: last_contact_date}}
"""


def list_unknown(no):
    """Rows in which four patients, two of them dead, have neither a date of recurrence nor what says whether there was one."""
    rows = [{**row, "flag": "ja" if row["Rezidiv"] else no} for row in list_dates(30)]
    unknown = [place for place, row in enumerate(rows) if not row["Rezidiv"]][:4]
    for place in unknown:
        rows[place]["flag"] = None
    assert [bool(rows[place]["Tod"]) for place in unknown] == [False, True, False, True]
    return rows, [rows[place]["Nr"] for place in unknown]


@pytest.mark.parametrize("missing_time", ["error", "exclude"])
def test_an_unknown_recurrence_is_not_silently_none(missing_time, tmp_path):
    """An endpoint by dates sees no date; the flag beside it says that nobody knows: its status is missing, as with a flag of its own."""
    rows, unknown = list_unknown("nein")
    text = RECURRED.replace("file: cohort.csv", f"file: cohort.csv, missing_time: {missing_time}")
    cohort, plan, found = make_cohort(text.rstrip() + FREE, write(rows, "%d/%m/%Y"), tmp_path)
    severity = "error" if missing_time == "error" else "warning"
    said = pick(found, "missing_status", "event_unknown")
    assert set(said["rule"]) == {"missing_status"} and set(said["severity"]) == {severity}
    for label in ("Recurrence-free survival", "Time to recurrence"):
        mine = said[said["message"].str.startswith(f"{label}: status missing")]
        assert mine["patient_id"].tolist() == unknown and set(mine["column"]) == {"flag"}
    assert len(said) == 8 and said["remedy"].str.contains("cohort.missing_time to exclude").all()
    assert not pick(found, "missing_time", "zero_time").size
    # overall survival does not ask for it; who died is known dead
    ids = cohort["patient_id"].isin(unknown)
    for name, lost in (("os", 0), ("free", 4), ("back", 4)):
        assert cohort[f"{name}_event"].isna().sum() == lost
        assert cohort.loc[ids, f"{name}_event"].isna().sum() == lost
    steps = count_endpoints(cohort, plan["endpoints"])
    out = steps[steps["excluded"] > 0]
    assert out[["endpoint", "label", "excluded", "remaining"]].to_numpy().tolist() == [
        ["free", "Status missing", 4, 26],
        ["back", "Status missing", 4, 26],
    ]


def test_an_unknown_death_after_a_recurrence_takes_no_recurrence_away(tmp_path):
    """Whoever recurred had the event of recurrence-free survival before any death; alone in overall survival it is not known."""
    rows = list_dates(30)
    for row in rows:
        row["tot"] = "ja" if row["Tod"] else "nein"
    for place in (2, 4, 6):  # alive or not; the first two with a recurrence
        rows[place]["tot"] = None
    assert [bool(rows[place]["Rezidiv"]) for place in (2, 4, 6)] == [True, True, False]
    text = BY_DATES.replace(
        "  recurrence_date: Rezidiv",
        "  recurrence_date: Rezidiv\n  died: {column: tot, values: {ja: yes, nein: no}}",
    ).replace("file: cohort.csv", "file: cohort.csv, missing_time: exclude")
    for each in (text, text.replace("{date: death_date}", "{date: death_date, flag: died}")):
        plan = each.rstrip() + FREE
        cohort = make_cohort(plan, write(rows, "%d/%m/%Y"), tmp_path)[0].set_index("patient_id")
        lost = {
            name: cohort.index[cohort[f"{name}_event"].isna()].tolist()
            for name in ("os", "free", "back")
        }
        assert lost == {"os": ["A2", "A4", "A6"], "free": ["A6"], "back": ["A6"]}
        assert cohort.loc["A2", "free_reason"] == "back" and cohort.loc["A2", "free_event"] == 1


def test_a_column_that_only_knows_yes_is_read_as_no_and_said(tmp_path):
    rows, _ = list_unknown(None)
    cohort, _, found = make_cohort(RECURRED.rstrip() + FREE, write(rows, "%d/%m/%Y"), tmp_path)
    said = pick(found, "event_unknown", "missing_status")
    assert set(said["rule"]) == {"event_unknown"} and set(said["severity"]) == {"note"}
    assert len(said) == 10 and "not known" in said["message"].iloc[0]
    assert cohort["free_event"].notna().all()
    for row in rows:
        row["flag"] = "ja" if row["Rezidiv"] else "nein"
    found = make_cohort(RECURRED.rstrip() + FREE, write(rows, "%d/%m/%Y"), tmp_path)[2]
    assert pick(found, "event_unknown", "missing_status").empty


CAUSES = (
    BY_DATES.replace(
        "  recurrence_date: Rezidiv\n",
        "  cancer_death: {column: Ursache, values: {1: yes, 2: no}}\n",
    )
    + """  css:
    label: Cancer-specific survival
    origin: resection_date
    events: {cancer: {date: death_date, flag: cancer_death}}
    competing: {other: {date: death_date}}
    censoring: {last_contact: {date: last_contact_date}}
"""
)


@pytest.mark.parametrize("missing_time", ["error", "exclude"])
def test_a_death_of_unknown_cause_is_none_of_another_cause(missing_time, tmp_path):
    """As R's Surv with a missing status; the plan's own words for a death of another cause are its date alone."""
    rows = [row | {"Ursache": 1 + place % 4 // 3 if row["Tod"] else None} for place, row in enumerate(list_dates(30))]  # fmt: skip
    rows[5]["Ursache"] = None
    plan = CAUSES.replace("cohort: {", f"cohort: {{missing_time: {missing_time}, ")
    cohort, _, found = make_cohort(plan, write(rows, "%d/%m/%Y"), tmp_path)
    assert cohort["css_reason"][5] == "excluded: status missing" and cohort["os_event"][5] == 1
    assert cohort["css_reason"][[1, 3]].tolist() == ["cancer", "other"]
    said = pick(found, "missing_status")
    assert said["patient_id"].tolist() == ["A5"] and said["column"].tolist() == ["Ursache"]
    assert said["severity"].tolist() == ["error" if missing_time == "error" else "warning"]


def test_of_what_somebody_died_after_the_data_lock_is_no_question(tmp_path):
    """With `after_data_lock: censor` that death did not happen: the patient is censored at the lock, with or without a cause."""
    rows = [row | {"Ursache": 1 if row["Tod"] else None} for row in list_dates(30)]
    day = max(row["Tod"] for row in rows if row["Tod"])
    late = next(place for place, row in enumerate(rows) if row["Tod"] == day)
    rows[late]["Ursache"] = None
    lock = f"{day - datetime.timedelta(days=20):%Y-%m-%d}"
    plan = CAUSES.replace("cohort: {", f"cohort: {{after_data_lock: censor, data_lock: {lock}, ")
    cohort, _, found = make_cohort(plan, write(rows, "%d/%m/%Y"), tmp_path)
    assert pick(found, "missing_status").empty
    assert cohort["css_event"][late] == 0 == cohort["os_event"][late]
    assert cohort["css_months"][late] == cohort["os_months"][late]
