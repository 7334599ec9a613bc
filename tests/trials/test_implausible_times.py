"""Times in another unit, events after death or the last contact, a status that is missing, what lies after the data lock."""

import numpy as np
import pandas as pd
import pytest
from crlm.cohort.attrition import count_endpoints
from crlm.report import methods
from crlm.survival import kaplan_meier
from making import check_file, make_plan

MONTHS = """
study: {title: Made up}
cohort: {file: cohort.csv}
columns: {patient_id: id, overall_time: seen, died: dead}
endpoints:
  os:
    label: Overall survival
    events: {exitus: {duration: overall_time, flag: died}}
    censoring: {visit: {duration: overall_time}}
"""
OWN = """
study: {title: Made up}
cohort: {file: cohort.csv}
columns: {patient_id: id, stay: seen, gone: dead}
variables:
  stay: {label: Stay, kind: duration, timing: follow_up}
  gone: {label: Gone, kind: binary, timing: follow_up}
endpoints:
  os:
    label: Survival
    events: {exitus: {duration: stay, flag: gone}}
    censoring: {visit: {duration: stay}}
"""
DATED = """
study: {title: Made up}
cohort: {file: cohort.csv, data_lock: "2020-12-31"}
columns: {patient_id: id, resection_date: op, recurrence_date: back, death_date: death, last_contact_date: visit}
endpoints:
  os:
    label: Overall survival
    origin: resection_date
    events: {exitus: {date: death_date}}
    censoring: {visit: {date: last_contact_date}}
  rfs:
    label: Recurrence-free survival
    origin: resection_date
    events: {back: {date: recurrence_date}, exitus: {date: death_date}}
    censoring: {visit: {date: last_contact_date}}
"""


def check(text, rows, folder):
    plan = make_plan(text)
    rows = pd.DataFrame(rows)
    rows.insert(0, "id", [f"P{place}" for place in range(len(rows))])
    rows.to_csv(folder / "cohort.csv", index=False)
    return *check_file(plan, folder / "cohort.csv"), plan


def faults(found, severity="error"):
    return [
        (item.rule, item.patient_id) for item in found.itertuples() if item.severity == severity
    ]


def rows_of(months, dead=None):
    dead = np.arange(len(months)) % 2 if dead is None else dead
    return pd.DataFrame({"seen": months, "dead": dead})


# --- units -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", [MONTHS, OWN])
@pytest.mark.parametrize(
    "months, severity, word",
    [
        (np.linspace(40, 590, 24), "error", "unit: days"),  # days, all below 600
        (np.linspace(60, 320, 24), "error", "unit: days"),  # weeks, or days of a short follow-up
        (np.linspace(0.3, 3.4, 24), "warning", "unit: years"),
        (np.linspace(0.2, 10.5, 24), "warning", "unit: years"),  # a median of five years
        (np.linspace(1, 90, 24), None, None),
        (np.linspace(4, 200, 24), None, None),  # a long follow-up
    ],
)
def test_times_in_another_unit(text, months, severity, word, tmp_path):
    _, found, _ = check(text, rows_of(months), tmp_path)
    hit = found[found["rule"] == "unit_suspect"]
    assert hit["severity"].tolist() == ([severity] if severity else [])
    if severity:
        assert hit["column"].tolist() == ["seen"]
        assert f"{np.median(months):g} months" in hit["message"].iloc[0]
        assert word in hit["remedy"].iloc[0]


def test_with_the_unit_declared_days_are_right_and_a_wrong_declaration_is_told(tmp_path):
    text = MONTHS.replace("overall_time: seen", "overall_time: {column: seen, unit: days}")
    cohort, found, _ = check(text, rows_of([300, 900, 1500, 2000, 700, 800]), tmp_path)
    assert not len(found)
    assert cohort["os_months"].tolist() == pytest.approx(
        np.array([300, 900, 1500, 2000, 700, 800]) / 30.4375
    )
    _, found, _ = check(text, rows_of([10, 29, 49, 65, 23, 26]), tmp_path)
    hit = found[found["rule"] == "unit_suspect"]
    assert len(hit) == 1 and "the unit that the plan declares" in hit["remedy"].iloc[0]


def test_the_plan_can_say_that_an_unusual_median_is_right(tmp_path):
    text = OWN.replace("label: Stay,", "label: Stay, plausible_median: [100, 300],")
    _, found, _ = check(text, rows_of(np.linspace(160, 240, 12)), tmp_path)
    assert not len(found)


def test_one_patient_followed_for_more_than_forty_years(tmp_path):
    _, found, _ = check(OWN, rows_of([20, 30, 40, 50, 60, 500]), tmp_path)
    assert found[["rule", "patient_id"]].to_numpy().tolist() == [["unlikely_value", "P5"]]


def test_an_endpoint_from_the_wrong_date(tmp_path):
    """Survival from birth is found by its median, and whoever is followed for more than 40 years by name."""
    text = DATED.replace("resection_date: op", "birth: op").replace("resection_date", "birth")
    text += "variables: {birth: {label: Date of birth, kind: date, timing: baseline}}\n"
    rows = pd.DataFrame({"op": ["1948-03-01"] * 5 + ["1990-03-01"], "visit": "2019-05-01"})
    rows = rows.assign(back="", death=["2018-01-01", *[""] * 5])
    rows.loc[0, "visit"] = "2018-01-01"
    _, found, plan = check(text, rows, tmp_path)
    hit = found[
        (found["rule"] == "unlikely_follow_up") & found["message"].str.startswith("Overall")
    ]
    assert (hit["severity"] == "warning").all()
    assert "median time is 854.0 months" in hit["message"].iloc[0]
    assert "5 of 6 entries" in hit["message"].iloc[1] and "40 years" in hit["message"].iloc[1]
    assert plan["endpoints"]["os"]["time_label"] == "Months since birth"


# --- after death and after the last contact --------------------------------------------------------------------------------

TWO_TIMES = """
study: {title: Made up}
cohort: {file: cohort.csv}
columns: {patient_id: id, RTIME: rtime, REC: rec, OTIME: otime, DEAD: dead}
VARIABLESendpoints:
  narrow:
    label: Overall survival
    events: {zzz: {duration: OTIME, flag: DEAD}}
    censoring: {yyy: {duration: OTIME}}
  wide:
    label: LABEL
    events: {xxx: {duration: RTIME, flag: REC}MORE}
    censoring: {yyy: {duration: RTIME}}
"""
NAMED = {"RTIME": "recurrence_time", "REC": "recurred", "OTIME": "overall_time", "DEAD": "died"}
UNNAMED = {"RTIME": "rt", "REC": "rf", "OTIME": "ot", "DEAD": "df"}
DECLARED = """variables:
  rt: {label: Time to relapse, kind: duration, timing: follow_up}
  rf: {label: Relapsed, kind: binary, timing: follow_up}
  ot: {label: Time in study, kind: duration, timing: follow_up}
  df: {label: Gone, kind: binary, timing: follow_upSAID}
"""


def two_times(names, label="Progression-free survival", more="", said=""):
    text = TWO_TIMES
    for word, name in names.items():
        text = text.replace(word, name)
    variables = DECLARED.replace("SAID", said) if names is UNNAMED else ""
    return text.replace("VARIABLES", variables).replace("LABEL", label).replace("MORE", more)


SIX = {
    "rtime": [5, 24, 12, 20, 17, 25],
    "rec": [1, 1, 1, 0, 1, 0],
    "otime": [10, 8, 30, 20, 15, 25],
    "dead": [1, 0, 0, 1, 1, 0],
}
LATE = [("after_death", "P4"), ("after_last_contact", "P1")]


@pytest.mark.parametrize(
    "text",
    [
        two_times(NAMED),
        two_times(
            NAMED, "Recurrence-free survival", ", zzz: {duration: recurrence_time, flag: died}"
        ),
        two_times(UNNAMED),  # the label says that its event is death
        two_times(UNNAMED, said=", terminal: true").replace("Overall survival", "Life"),
    ],
)
def test_events_after_death_and_last_contact_in_months(text, tmp_path):
    _, found, _ = check(text, SIX, tmp_path)
    # where the second endpoint counts deaths as well, the two endpoints of that patient do not fit each other either
    assert sorted(set(faults(found)) - {("endpoints_contradict", "P4")}) == LATE
    late = found.set_index("rule")["message"]
    assert "17.0 months lie after death at 15.0 months" in late["after_death"]
    assert "24.0 months lie after the last contact at 8.0" in late["after_last_contact"]
    assert set(found.loc[found["rule"].isin(["after_death", "after_last_contact"]), "column"]) == {
        "rtime"
    }


def test_a_time_to_recurrence_that_also_ends_with_death_is_not_the_time_of_death(tmp_path):
    """Both recurrence-free times end at recurrence, death or last contact; the liver recurs later than the lung, before death."""
    text = two_times(
        NAMED, "Recurrence-free survival", ", zzz: {duration: recurrence_time, flag: died}"
    )
    text = text.replace(
        "died: dead}", "died: dead, hepatic_recurrence_time: ltime, recurred_in_liver: liver}"
    )
    text += """  liver:
    label: Liver-free survival
    events: {lll: {duration: hepatic_recurrence_time, flag: recurred_in_liver}}
    censoring: {yyy: {duration: hepatic_recurrence_time}}
"""
    rows = {"rtime": [5, 6, 30], "rec": [1, 1, 0], "otime": [20, 21, 30], "dead": [1, 0, 1]}
    rows |= {"ltime": [12, 21, 30], "liver": [1, 0, 0]}
    assert not faults(check(text, rows, tmp_path)[1])
    start, end = text.index("  narrow:"), text.index("  wide:")
    assert not faults(check(text[:start] + text[end:], rows, tmp_path)[1])


def test_events_after_death_and_last_contact_by_date(tmp_path):
    rows = pd.DataFrame(
        {
            "op": "2015-01-01",
            "back": ["2016-01-01", "2018-01-01", "2018-01-01", "2016-01-01", ""],
            "death": ["", "", "2017-01-01", "2017-01-01", "2017-01-01"],
            "visit": ["2016-01-01", "2017-01-01", "2017-01-01", "2015-06-01", "2015-06-01"],
        }
    )
    _, found, _ = check(DATED, rows, tmp_path)
    assert sorted(faults(found)) == [("after_death", "P2"), ("after_last_contact", "P1")]


def test_an_event_after_the_last_contact_where_no_date_of_death_is_mapped(tmp_path):
    """Death is a flag beside the last contact."""
    rows = pd.DataFrame(
        {
            "op": "2015-01-01",
            "back": ["2016-01-01", "2018-01-01", ""],
            "death": [0, 1, 1],
            "visit": ["2016-06-01", "2017-01-01", "2017-01-01"],
        }
    )
    text = DATED.replace("death_date: death", "died: death")
    text = text.replace("{date: death_date}", "{date: last_contact_date, flag: died}")
    _, found, _ = check(text, rows, tmp_path)
    assert sorted(faults(found)) == [("after_last_contact", "P1")]


def test_death_and_last_contact_of_the_study_are_known_by_overall_survival(tmp_path):
    """Dates of the study's own, without a word on what they are; a recorded death without its date is found as well."""
    text = DATED
    for canonical, own in (
        ("recurrence_date", "relapse"),
        ("death_date", "exitus"),
        ("last_contact_date", "seen"),
    ):
        text = text.replace(canonical, own)
    text = text.replace("exitus: death", "exitus: death, died: dead") + "variables:\n"
    for own in ("relapse", "exitus", "seen"):
        text += f"  {own}: {{label: {own.title()}, kind: date, timing: follow_up}}\n"
    rows = pd.DataFrame(
        {
            "op": "2015-01-01",
            "back": ["2016-01-01", "2018-01-01", "2018-01-01", "", "", ""],
            "death": ["", "", "2017-01-01", "", "2017-01-01", "2017-01-01"],
            "dead": [0, 0, 1, 1, 0, 1],
            "visit": [
                "2016-01-01",
                "2017-01-01",
                "2017-01-01",
                "2017-01-01",
                "2017-01-01",
                "2017-03-01",
            ],
        }
    )
    _, found, _ = check(text, rows, tmp_path)
    assert sorted(faults(found)) == [
        ("after_death", "P2"),
        ("after_last_contact", "P1"),
        ("date_without_event", "P4"),
        ("event_without_time", "P3"),
    ]
    assert faults(found, "warning") == [("after_death", "P5")]  # a contact after death


def test_a_recurrence_in_months_after_a_dated_death(tmp_path):
    """Dates of death, and a time to recurrence in days: the two meet in months."""
    text = DATED.replace(
        "recurrence_date: back", "recurrence_time: {column: back, unit: days}, recurred: rec"
    )
    text = text.replace("{date: recurrence_date}", "{duration: recurrence_time, flag: recurred}")
    rows = pd.DataFrame(
        {
            "op": "2015-01-01",
            "back": [400, 900, 800, 365],
            "rec": [1, 1, 1, 0],
            "death": ["2017-01-01", "2017-01-01", "", ""],
            "visit": ["2017-01-01", "2017-01-01", "2016-01-01", "2016-01-01"],
        }
    )
    _, found, _ = check(text, rows, tmp_path)
    assert sorted(faults(found)) == [("after_death", "P1"), ("after_last_contact", "P2")]


TTR = """
  ttr:
    label: Time to recurrence
    events: {xxx: {duration: RTIME, flag: REC}}
    COMPETING
    censoring: {yyy: {duration: OTIME}}
"""


@pytest.mark.parametrize("names", [NAMED, UNNAMED])
@pytest.mark.parametrize("competing", ["", "competing: {zzz: {duration: OTIME, flag: DEAD}}"])
@pytest.mark.parametrize("with_os", [True, False])
def test_time_to_recurrence_beside_recurrence_free_survival(names, competing, with_os, tmp_path):
    """Most deaths come after the recurrence, which ends both: nothing is wrong with that."""
    text = two_times(UNNAMED if names is UNNAMED else NAMED, "Recurrence-free survival")
    ttr = TTR.replace("COMPETING", competing)
    more = ", zzz: {duration: OTIME, flag: DEAD}"
    for word, name in names.items():
        ttr, more = ttr.replace(word, name), more.replace(word, name)
    text = text.replace("flag: rf}}", f"flag: rf}}{more}}}").replace(
        "flag: recurred}}", f"flag: recurred}}{more}}}"
    )
    text += ttr
    if not with_os:
        start, end = text.index("  narrow:"), text.index("  wide:")
        text = text[:start] + text[end:]
    rows = {
        "rtime": [5, 8, 12, 20, 7, 25, 9],
        "rec": [1, 0, 1, 0, 1, 0, 1],
        "otime": [10, 8, 30, 20, 15, 25, 60],
        "dead": [1, 0, 0, 1, 1, 0, 1],
    }
    cohort, found, plan = check(text, rows, tmp_path)
    assert not len(found), found["message"].tolist()
    assert cohort["ttr_event"].tolist() == [1, 0, 1, 0, 1, 0, 1]
    assert cohort["wide_event"].tolist() == [1, 0, 1, 1, 1, 0, 1]
    assert plan["endpoints"]["ttr"]["survival_label"] == "Free of recurrence"


def test_time_to_recurrence_by_dates_where_death_follows_the_last_visit(tmp_path):
    text = DATED + (
        "  ttr:\n    label: Time to recurrence\n    origin: resection_date\n"
        "    events: {back: {date: recurrence_date}}\n    censoring: {visit: {date: last_contact_date}}\n"
    )
    rows = pd.DataFrame(
        {
            "op": "2015-01-01",
            "back": ["2016-01-01", "", ""],
            "death": ["2017-01-01", "2017-01-01", ""],
            "visit": ["2016-06-01", "2016-06-01", "2019-01-01"],
        }
    )
    assert not len(check(text, rows, tmp_path)[1])


# --- missing status, events without a time --------------------------------------------------------------------------------

EXCLUDE = MONTHS.replace("file: cohort.csv", "file: cohort.csv, missing_time: exclude")


def test_a_missing_status_is_not_a_missing_time(tmp_path):
    rows = rows_of([5, 8, 12, np.nan, 20, 22, 30], [1, 0, np.nan, 0, 0, np.nan, 1])
    cohort, found, plan = check(EXCLUDE, rows, tmp_path)
    assert faults(found, "warning") == [
        ("missing_time", "P3"),
        ("missing_status", "P2"),
        ("missing_status", "P5"),
    ]
    told = found[found["rule"] == "missing_status"]["message"].iloc[0]
    assert "status missing" in told and "follow-up time missing" not in told
    assert set(found.loc[found["rule"] == "missing_status", "column"]) == {"dead"}
    steps = count_endpoints(cohort, plan["endpoints"]).set_index("label")["excluded"]
    assert steps.to_dict() == {
        "Status missing": 2,
        "Follow-up time missing": 1,
        "Overall survival": 0,
    }
    _, found, _ = check(MONTHS, rows, tmp_path)
    assert faults(found) == [
        ("missing_time", "P3"),
        ("missing_status", "P2"),
        ("missing_status", "P5"),
    ]


def test_an_event_without_its_time_can_be_left_out(tmp_path):
    rows = rows_of([50, np.nan, np.nan, 40, 30], [1, 1, 0, 0, 1])
    cohort, found, plan = check(EXCLUDE, rows, tmp_path)
    assert not len(found[found["severity"] == "error"])
    steps = count_endpoints(cohort, plan["endpoints"]).set_index("label")["excluded"]
    assert steps["Event without its time"] == 1 and steps["Follow-up time missing"] == 1
    assert cohort["os_event"].tolist()[0::3] == [1, 0] and cohort["os_event"].isna().sum() == 2
    _, found, _ = check(MONTHS, rows, tmp_path)
    assert sorted(faults(found)) == [("event_without_time", "P1"), ("missing_time", "P2")]


def test_who_is_left_out_is_not_said_to_end_at_the_horizon(tmp_path):
    text = EXCLUDE + "    horizon_months: 24\n"
    rows = rows_of([50, 30, 12, 80, 30], [1, np.nan, 0, 0, np.nan])
    cohort, _, plan = check(text, rows, tmp_path)
    assert cohort["os_reason"].tolist()[::2][:2] == ["horizon", "visit"]
    steps = count_endpoints(cohort, plan["endpoints"]).set_index("label")["excluded"]
    assert steps.to_dict() == {"Status missing": 2, "Overall survival": 0}


def test_an_event_without_its_date_is_never_censored_at_the_last_contact(tmp_path):
    text = DATED.replace("file: cohort.csv", "file: cohort.csv, missing_time: exclude")
    text = text.replace("death_date: death", "death_date: death, died: dead")
    rows = pd.DataFrame(
        {
            "op": "2015-01-01",
            "back": ["", "2016-01-01", ""],
            "death": ["", "", "2017-01-01"],
            "dead": [1, 1, 1],
            "visit": "2017-01-01",
        }
    )
    cohort, found, _ = check(text, rows, tmp_path)
    assert not len(found[found["severity"] == "error"])
    assert cohort["os_event"].isna().tolist() == [True, True, False]
    # a recurrence with its date came before the death without one
    assert cohort["rfs_event"].tolist()[1:] == [1, 1] and cohort["rfs_event"].isna()[0]
    assert cohort["rfs_months"][1] == pytest.approx(365 / 30.4375)


# --- the data lock -----------------------------------------------------------------------------------------------------------


def lock_rows():
    return pd.DataFrame(
        {
            "op": ["2015-01-10"] * 4 + ["2019-12-31"],
            "back": ["2021-05-05", "2018-01-10", "", "", ""],
            "death": ["2022-03-01", "2022-03-01", "2020-12-31", "", ""],
            "visit": ["2022-03-01", "2020-06-01", "2020-12-31", "2017-01-10", "2021-06-01"],
        }
    )


def test_what_lies_after_the_data_lock_can_be_cut(tmp_path):
    _, found, _ = check(DATED, lock_rows(), tmp_path)
    assert (found["rule"] == "impossible_date").any()
    assert any("after_data_lock" in remedy for remedy in found["remedy"])
    text = DATED.replace(
        'data_lock: "2020-12-31"', 'data_lock: "2020-12-31", after_data_lock: censor'
    )
    cohort, found, _ = check(text, lock_rows(), tmp_path)
    assert set(found["severity"]) == {"note"}
    assert sorted(found["column"]) == ["back", "death", "visit"]
    assert cohort["os_event"].tolist() == [0, 0, 1, 0, 0]
    assert cohort["os_reason"].tolist() == [
        "data_lock",
        "data_lock",
        "exitus",
        "visit",
        "data_lock",
    ]
    lock = (pd.Timestamp("2020-12-31") - pd.Timestamp("2015-01-10")).days / 30.4375
    seen = (pd.Timestamp("2017-01-10") - pd.Timestamp("2015-01-10")).days / 30.4375
    year = 366 / 30.4375
    assert cohort["os_months"].tolist() == pytest.approx([lock, lock, lock, seen, year])
    assert cohort["rfs_event"].tolist() == [0, 1, 1, 0, 0]
    assert cohort["rfs_reason"][1] == "back"


def test_a_year_beyond_today_is_no_matter_of_the_data_lock(tmp_path):
    text = DATED.replace(
        'data_lock: "2020-12-31"', 'data_lock: "2020-12-31", after_data_lock: censor'
    )
    rows = lock_rows()
    rows.loc[0, "visit"] = "2168-03-01"
    assert faults(check(text, rows, tmp_path)[1]) == [("impossible_date", "P0")]


def test_the_living_without_a_last_contact_were_alive_at_the_data_lock(tmp_path):
    """Twenty patients, eight of them alive and without a contact: 13/18 and then 8/18 survive (recounted by hand)."""
    years = [2012, 2013, 2014]
    rows = pd.DataFrame({"op": [f"{years[place % 3]}-03-01" for place in range(20)]})
    rows["death"] = [
        f"{years[place % 3] + (2 if place % 4 == 1 else 4)}-03-01" if place % 2 else ""
        for place in range(20)
    ]
    rows["visit"] = [
        "2013-06-01" if place == 0 else "2015-06-01" if place == 8 else "" for place in range(20)
    ]
    rows["back"] = ""
    text = DATED.split("  rfs:")[0]
    _, found, _ = check(text, rows, tmp_path)
    hit = found[found["rule"] == "missing_time"]
    assert len(hit) == 8 and all("data_lock: true" in remedy for remedy in hit["remedy"])
    text = text.replace(
        "{visit: {date: last_contact_date}}",
        "{visit: {date: last_contact_date}, alive: {data_lock: true}}",
    )
    cohort, found, _ = check(text, rows, tmp_path)
    assert not len(found[found["severity"] != "warning"])
    assert set(cohort["os_reason"]) == {"exitus", "visit", "alive"}
    survival = kaplan_meier.survival_at(cohort["os_months"], cohort["os_event"], [36, 60])[
        "survival"
    ]
    assert list(survival) == pytest.approx([13 / 18, 8 / 18])


def test_only_the_data_lock(tmp_path):
    """A registry that knows every death: whoever is not dead was alive at the data lock."""
    text = DATED.split("  rfs:")[0].replace(
        "{visit: {date: last_contact_date}}", "{alive: {data_lock: true}}"
    )
    cohort, _, _ = check(text, lock_rows(), tmp_path)
    lock = (pd.Timestamp("2020-12-31") - pd.Timestamp("2015-01-10")).days / 30.4375
    assert cohort["os_months"][3] == pytest.approx(lock)


def test_the_methods_say_what_was_assumed_at_the_data_lock():
    text = DATED.replace(
        "{visit: {date: last_contact_date}}",
        "{visit: {date: last_contact_date}, alive: {data_lock: true}}",
    )
    text = text.replace(
        'data_lock: "2020-12-31"', 'data_lock: "2020-12-31", after_data_lock: censor'
    )
    plan = make_plan(text)
    told = methods._tell_endpoint(plan["endpoints"]["os"], plan["labels"])
    assert (
        "censored at visit; whoever has no such date is taken to have been alive and free of the event"
        in told
    )
    results = {
        "data_quality": pd.DataFrame(),
        "attrition": pd.DataFrame(
            {
                "step": ["analysed"],
                "endpoint": [None],
                "excluded": [0],
                "remaining": [3],
                "unknown": [0],
            }
        ),
    }
    cohort = methods._tell_cohort(plan, results)[0]
    assert (
        "Data lock: 2020-12-31; what happened after it is no event, and those patients are censored there."
        in cohort
    )
    told = methods._tell_endpoint(make_plan(MONTHS)["endpoints"]["os"], plan["labels"])
    assert "durations, taken to count from resection" in told and "data lock" not in told


@pytest.mark.parametrize(
    "before, after, word",
    [
        ('data_lock: "2020-12-31"', "after_data_lock: censor", "give data_lock"),
        ('data_lock: "2020-12-31"', "zero_time: half_day", "give cohort.data_lock"),
    ],
)
def test_a_data_lock_must_be_given(before, after, word):
    text = DATED.replace("{visit: {date: last_contact_date}}", "{alive: {data_lock: true}}")
    with pytest.raises(ValueError, match=word):
        make_plan(text.replace(before, after))


# --- dates of birth, origins ---------------------------------------------------------------------------------------------------


def test_birth_before_1950_is_a_date_and_a_resection_is_not(tmp_path):
    text = DATED.replace("resection_date: op", "resection_date: op, born: born")
    text += "variables: {born: {label: Date of birth, kind: date, timing: baseline}}\n"
    rows = lock_rows().iloc[2:4].assign(born=["1931-02-15", "1949-12-31"]).reset_index(drop=True)
    assert not faults(check(text, rows, tmp_path)[1])
    rows.loc[0, "born"] = "1900-01-01"
    hit = check(text, rows, tmp_path)[1]
    assert faults(hit) == [("impossible_date", "P0")] and "before 1900" in hit["message"].iloc[0]
    rows.loc[0, ["born", "op"]] = ["1931-02-15", "1949-12-31"]
    assert ("impossible_date", "P0") in faults(check(text, rows, tmp_path)[1])


@pytest.mark.parametrize(
    "more, label",
    [
        ("", "Months since resection"),
        ("origin_label: randomisation", "Months since randomisation"),
    ],
)
def test_the_origin_has_a_label(more, label):
    text = DATED.split("  rfs:")[0] + (f"    {more}\n" if more else "")
    assert make_plan(text)["endpoints"]["os"]["time_label"] == label
    text = text.replace("origin: resection_date", "origin: metastases_date")
    text = text.replace("resection_date: op", "metastases_date: op")
    wanted = label if more else "Months since diagnosis of the metastases"
    assert make_plan(text)["endpoints"]["os"]["time_label"] == wanted
