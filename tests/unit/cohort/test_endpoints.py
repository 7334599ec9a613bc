"""Endpoints against a recomputation patient by patient that knows nothing of tables."""

import copy
import math

import numpy as np
import pandas as pd
import pytest
from crlm.cohort.chronology import check_nesting
from crlm.cohort.endpoints import derive_endpoint, derive_endpoints
from crlm.cohort.entry import add_entry

MONTH = 365.25 / 12
SETTINGS = {"zero_time": "half_day", "missing_time": "error"}


def endpoint(events, censoring, competing=None, origin="start", horizon=None):
    return {
        "label": "Endpoint",
        "origin": origin,
        "events": events,
        "competing": competing or {},
        "censoring": censoring,
        "horizon_months": horizon,
    }


def brute_force(patient, spec, settings):
    """Months, event and reason of one patient, from the words of the plan."""

    def time_of(source):
        if "date" in source:
            days = patient[source["date"]], patient[spec["origin"]]
            return (
                None if pd.isna(days[0]) or pd.isna(days[1]) else (days[0] - days[1]).days / MONTH
            )
        return None if pd.isna(patient[source["duration"]]) else patient[source["duration"]]

    plain = [
        s["date"]
        for p in ("events", "competing")
        for s in spec[p].values()
        if "date" in s and "flag" not in s
    ]
    ends = []
    for part in ("events", "competing"):
        for name, source in spec[part].items():
            flag = patient[source["flag"]] if "flag" in source else "yes"
            if pd.isna(flag):
                if source.get("date") in plain and pd.isna(patient[source["date"]]):
                    continue  # nothing happened on a date that is not there
                return None
            if flag == "yes" and time_of(source) is not None:
                ends.append((time_of(source), name, part == "events"))
    last = []
    for name, source in spec["censoring"].items():
        if ("flag" not in source or patient[source["flag"]] == "yes") and time_of(
            source
        ) is not None:
            last.append((time_of(source), name))
    if ends:
        time, reason, event = min(ends, key=lambda end: end[0])  # the first of equals: as declared
    elif last:
        (time, reason), event = max(last, key=lambda end: end[0]), False
    else:
        return None
    if time < 0:
        return None
    if time == 0:
        if settings["zero_time"] == "exclude":
            return None
        time = 0.5 / MONTH
    if spec["horizon_months"] and time > spec["horizon_months"]:
        time, reason, event = spec["horizon_months"], "horizon", False
    return time, float(event), reason


def random_cohort(rng, size):
    start = pd.Timestamp(2010, 1, 1) + pd.to_timedelta(rng.integers(0, 9, size), unit="D")

    def dates(missing, low=-1, high=9):
        column = pd.Series(start + pd.to_timedelta(rng.integers(low, high, size) * 5, unit="D"))
        return column.where(rng.random(size) > missing)

    def flags(missing):
        values = rng.choice(["no", "yes"], size).astype(object)
        values[rng.random(size) < missing] = None
        return pd.Categorical(values, ["no", "yes"])

    return pd.DataFrame(
        {
            "patient_id": [f"P{i}" for i in range(size)],
            "start": pd.Series(start).where(rng.random(size) > 0.05),
            "relapse": dates(0.5),
            "death": dates(0.5, 0),
            "visit": dates(0.2, 0),
            "scan": dates(0.4, 0),
            "cause": flags(0.3),
            "months": np.where(
                rng.random(size) < 0.2, np.nan, rng.integers(0, 6, size).astype(float)
            ),
            "other_months": np.where(
                rng.random(size) < 0.2, np.nan, rng.integers(0, 6, size).astype(float)
            ),
            "gone": flags(0.1),
            "came_back": flags(0.1),
        },
        index=np.arange(size) + 2,
    )


VISIT, SCAN = {"date": "visit"}, {"date": "scan"}
SPECS = {
    "relapse or death": endpoint(
        {"relapse": {"date": "relapse"}, "death": {"date": "death"}}, {"visit": VISIT, "scan": SCAN}
    ),
    "declared the other way round": endpoint(
        {"death": {"date": "death"}, "relapse": {"date": "relapse"}}, {"scan": SCAN, "visit": VISIT}
    ),
    "with a horizon": endpoint(
        {"relapse": {"date": "relapse"}, "death": {"date": "death"}}, {"visit": VISIT}, horizon=1
    ),
    "cause-specific": endpoint(
        {"cancer": {"date": "death", "flag": "cause"}},
        {"visit": VISIT},
        {"other": {"date": "death"}},
    ),
    "competing relapse": endpoint(
        {"death": {"date": "death"}},
        {"visit": VISIT},
        {"relapse": {"date": "relapse"}},
        horizon=0.7,
    ),
    "durations": endpoint(
        {
            "back": {"duration": "months", "flag": "came_back"},
            "gone": {"duration": "other_months", "flag": "gone"},
        },
        {"visit": {"duration": "other_months"}, "back_free": {"duration": "months"}},
        origin=None,
    ),
    "censored by a flag": endpoint(
        {"gone": {"duration": "months", "flag": "gone"}},
        {"v": {"duration": "other_months", "flag": "came_back"}},
        origin=None,
    ),
}


@pytest.mark.parametrize("zero", ["half_day", "exclude"])
@pytest.mark.parametrize("name", SPECS)
def test_against_brute_force(name, zero):
    rng = np.random.default_rng(11)
    cohort, spec = random_cohort(rng, 600), SPECS[name]
    settings = {"zero_time": zero, "missing_time": "error"}
    table, _ = derive_endpoint(cohort, spec, settings)
    assert list(table.index) == list(cohort.index)
    kinds = set()
    for row, patient in cohort.iterrows():
        wanted = brute_force(patient, spec, settings)
        got = table.loc[row]
        flags = [
            s["flag"] for p in ("events", "competing") for s in spec[p].values() if "flag" in s
        ]
        timeless = any(
            patient[s["flag"]] == "yes" and pd.isna(patient[s.get("date") or s["duration"]])
            for p in ("events", "competing")
            for s in spec[p].values()
            if "flag" in s
        )
        if timeless:  # an event without its time is an error that ends the run
            continue
        if wanted is None:
            assert math.isnan(got["months"]) and math.isnan(got["event"]), (patient, flags)
            assert got["reason"].startswith("excluded: ")
        else:
            assert (got["months"], got["event"], got["reason"]) == (
                pytest.approx(wanted[0], abs=1e-12),
                *wanted[1:],
            )
        kinds.add((got["reason"], got["event"] == got["event"]))
    assert len(kinds) >= 3  # the data did try the cases


@pytest.mark.parametrize("order", [("a", "b"), ("b", "a")])
def test_at_the_same_time_the_first_declared_is_the_reason(order):
    day, start = pd.to_datetime(["2012-02-01"]), pd.to_datetime(["2012-01-01"])
    cohort = pd.DataFrame({"patient_id": ["P"], "start": start, "a": day, "b": day, "visit": day})
    spec = endpoint({name: {"date": name} for name in order}, {"visit": VISIT})
    table, _ = derive_endpoint(cohort, spec, SETTINGS)
    assert table["reason"].tolist() == [order[0]] and table["event"].tolist() == [1]
    # an event comes before a competing end, and before the last visit, of the same day
    spec = endpoint({"b": {"date": "b"}}, {"visit": VISIT}, {"a": {"date": "a"}})
    assert derive_endpoint(cohort, spec, SETTINGS)[0]["reason"].tolist() == ["b"]


@pytest.mark.parametrize("terminal", [False, True])
def test_an_unknown_cause_of_death_is_not_a_no(terminal):
    """`terminal` is what every plan's sources say that stand on a date of death: the death itself has no cause yet."""
    start, death = pd.Timestamp(2012, 1, 1), pd.Timestamp(2013, 1, 1)
    cohort = pd.DataFrame(
        {
            "patient_id": [
                "dead, unknown",
                "alive, unknown",
                "dead of it",
                "dead of other",
                "alive, no",
            ],
            "start": [start] * 5,
            "death": [death, pd.NaT, death, death, pd.NaT],
            "visit": [death] * 5,
            "cause": pd.Categorical([None, None, "yes", "no", "no"], ["no", "yes"]),
        }
    )
    spec = copy.deepcopy(SPECS["cause-specific"])
    for source in (*spec["events"].values(), *spec["competing"].values()):
        source["terminal"] = terminal
    table, found = derive_endpoint(cohort, spec, SETTINGS)
    assert table["event"].tolist()[1:] == [0, 1, 0, 0] and math.isnan(table["event"][0])
    assert table["reason"].tolist()[1:] == ["visit", "cancer", "other", "visit"]
    assert [(item["rule"], item["patient_id"], item["severity"]) for item in found] == [
        ("missing_status", "dead, unknown", "error")
    ]
    # a relapse before it ended the time: what the patient died of later is no question then
    spec["events"] = {"back": {"date": "back"}, **spec["events"]}
    relapsed = cohort.assign(back=[pd.Timestamp(2012, 6, 1), *[pd.NaT] * 4])
    table, _ = derive_endpoint(relapsed, spec, SETTINGS)
    assert (table["reason"][0] == "back") is terminal
    # without the competing death nothing says that somebody without a date is alive
    spec = endpoint({"cancer": {"date": "death", "flag": "cause"}}, {"visit": VISIT})
    table, _ = derive_endpoint(cohort, spec, SETTINGS)
    assert table["event"].isna().tolist() == [True, True, False, False, False]


def test_negative_time_is_found_and_not_used():
    cohort = pd.DataFrame(
        {
            "patient_id": ["P"],
            "start": [pd.Timestamp(2012, 5, 1)],
            "relapse": [pd.Timestamp(2012, 4, 1)],
            "death": [pd.NaT],
            "visit": [pd.Timestamp(2013, 1, 1)],
            "scan": [pd.NaT],
        }
    )
    table, found = derive_endpoint(
        cohort, SPECS["relapse or death"], {**SETTINGS, "missing_time": "exclude"}
    )
    assert table["event"].isna().all()
    assert [(item["severity"], item["rule"]) for item in found] == [("error", "negative_time")]
    assert found[0]["column"] == "start, relapse, death, visit, scan"


def test_the_horizon_day_itself_counts():
    cohort = pd.DataFrame(
        {
            "patient_id": list("ABC"),
            "t": [12.0, 12.001, 11.9],
            "d": pd.Categorical(["yes"] * 3, ["no", "yes"]),
        }
    )
    spec = endpoint(
        {"d": {"duration": "t", "flag": "d"}}, {"v": {"duration": "t"}}, origin=None, horizon=12
    )
    table, _ = derive_endpoint(cohort, spec, SETTINGS)
    assert table["event"].tolist() == [1, 0, 1] and table["reason"].tolist() == [
        "d",
        "horizon",
        "d",
    ]
    assert table["months"].tolist() == [12, 12, 11.9]


def test_the_same_fault_is_told_once_for_two_endpoints_that_share_it():
    cohort = random_cohort(np.random.default_rng(3), 40)
    one = SPECS["durations"]
    _, found = derive_endpoints(cohort, {"a": one, "b": one}, SETTINGS)
    keys = [(item["rule"], item["row"], item["column"]) for item in found]
    assert len(keys) == len(set(keys))


def test_a_wider_endpoint_cannot_end_later_or_miss_the_event():
    cohort = pd.DataFrame(
        {
            "patient_id": list("ABCD"),
            "rt": [20.0, 5, 10, 10],
            "rf": pd.Categorical(["no", "yes", "no", "no"], ["no", "yes"]),
            "df": pd.Categorical(["no", "no", "no", "yes"], ["no", "yes"]),
            "dr": pd.Categorical(["no", "no", "no", "no"], ["no", "yes"]),
            "t": [10.0, 10, 10, 10],
        }
    )
    wide = endpoint(
        {"back": {"duration": "rt", "flag": "rf"}, "gone": {"duration": "rt", "flag": "dr"}},
        {"v": {"duration": "rt"}},
        origin=None,
    )
    narrow = endpoint(
        {"gone": {"duration": "t", "flag": "df"}}, {"v": {"duration": "t"}}, origin=None
    )
    endpoints = {"wide": wide, "narrow": narrow}
    found = check_nesting(derive_endpoints(cohort, endpoints, SETTINGS)[0], endpoints)
    assert [(item["rule"], item["patient_id"]) for item in found] == [
        ("endpoints_contradict", "A"),  # 20 > 10
        ("endpoints_contradict", "D"),  # a death that ends one and not the other
    ]


def test_recurrence_after_death_is_found_in_durations():
    cohort = pd.DataFrame(
        {
            "patient_id": list("abcdefg"),
            "death_time": [20.0] * 7,
            "relapse_time": [30.0, 20.0, 30.0, 25.0, 9.0, 8.0, 7.0],
            "dead": pd.Categorical(["yes", "yes", *["no"] * 5], ["no", "yes"]),
            "relapsed": pd.Categorical(["yes", "yes", "no", *["yes"] * 4], ["no", "yes"]),
        }
    )
    shared = {"origin": None, "competing": {}, "horizon_months": None}
    death = {"exitus": {"duration": "death_time", "flag": "dead"}}
    last = {"visit": {"duration": "death_time"}}
    relapse = {"relapse": {"duration": "relapse_time", "flag": "relapsed"}}
    endpoints = {
        "wide": {"label": "Wide", "events": {**relapse, **death}, "censoring": last, **shared},
        "narrow": {"label": "Narrow", "events": death, "censoring": last, **shared},
    }
    settings = {"zero_time": "half_day", "missing_time": "error"}
    findings = check_nesting(derive_endpoints(cohort, endpoints, settings)[0], endpoints)
    late = [item for item in findings if item["rule"] == "event_after_end"]
    assert [item["patient_id"] for item in late] == ["a", "d"]
    assert "30.0 months lies after exitus at 20.0 months" in late[0]["message"]
    assert "25.0 months lies after the last contact at 20.0 months" in late[1]["message"]


@pytest.mark.parametrize("time", [3.0, 7.0, 12.0])
@pytest.mark.parametrize(
    ("shift", "same"), [(9e-9, True), (-9e-9, True), (1e-7, False), (-1e-7, False)]
)
def test_an_entry_that_misses_a_time_by_rounding_is_that_time(time, shift, same):
    """Of the first, a middle and the last time; whoever enters at the own end by rounding was never at risk."""
    late = same or shift > 0
    entry = [0.0, np.nan, time + shift, time + shift]
    cohort = pd.DataFrame({"patient_id": list("abcd"), "referred": entry})
    table = pd.DataFrame({"months": [3.0, 7.0, 12.0, time], "event": 1.0, "reason": "death"})
    endpoint = {"label": "OS", "entry": "referred", "origin": None}
    found, _ = add_entry(cohort, endpoint, table, {"missing_time": "exclude"}, 1.5e-8)
    entered = found["entry"].tolist()
    assert entered[0] == 0 and np.isnan(entered[1])
    assert found["event"].isna().tolist() == [False, True, late and time == 12, late]
    if time < 12:
        assert entered[2] == (time if same else time + shift)
