"""Times of endpoints that are told as unlikely, exactly at the limits: too long, far beyond the others, yes and no exchanged, one day."""

import numpy as np
import pandas as pd
import pytest
from crlm.cohort.likely_times import check_follow_up, check_status
from scipy.stats import mannwhitneyu

OS = {
    "label": "OS",
    "origin": "op",
    "events": {"death": {"date": "died_on", "flag": "died"}},
    "censoring": {"visit": {"date": "seen"}},
    "plausible_median": [3, 60],
    "longest_months": 480,
}
MONTHS = OS | {"origin": None, "events": {"death": {"duration": "time", "flag": "died"}}, "censoring": {"visit": {"duration": "time"}}}  # fmt: skip


def times(*months):
    """With one patient who has none in front; the first month stands in row 3."""
    ids = [f"P{n}" for n in range(len(months) + 1)]
    cohort = {"patient_id": ids, "os_months": [np.nan, *months]}
    return pd.DataFrame(cohort, index=range(2, len(months) + 3))


def tell(found):
    return [
        (item["severity"], item["rule"], item["row"], item["patient_id"], item["column"], item["value"], item["message"])
        for item in found
    ]  # fmt: skip


def unlikely(column, value, message, row=None):
    patient = f"P{row - 2}" if row else ""
    return "warning", "unlikely_follow_up", row, patient, column, value, f"OS: {message}"


@pytest.mark.parametrize(
    ("months", "told"),
    [([60.0] * 5, None), ([60.04] * 5, "60.0"), ([1, 2, 61, 90, 100], "61.0"), ([90.0] * 4, None)],
)
def test_a_median_that_is_too_long(months, told):
    message = f"the median time is {told} months; at most 60 are expected."
    wanted = [unlikely("op, died_on, seen", told, message)] if told else []
    found = check_follow_up(times(*months), {"os": OS})
    assert tell(found) == wanted
    for item in found:
        remedy = "Check from which date time counts (origin: op) and how the dates are read."
        assert item["remedy"] == remedy
    assert not check_follow_up(times(*months), {"os": MONTHS})  # checked as a column
    with_one = OS | {"censoring": {"visit": {"duration": "time"}, "other": {"date": "op"}}}
    found = check_follow_up(times(*months), {"os": with_one})
    assert [item["column"] for item in found] == ["op, died_on"] * bool(told)


def test_every_endpoint_is_looked_at():
    cohort = times(*[90.0] * 5)
    cohort["a_months"] = cohort["os_months"]
    found = check_follow_up(cohort, {"a": MONTHS, "os": OS})
    assert [item["column"] for item in found] == ["op, died_on, seen"]


@pytest.mark.parametrize(("month", "told"), [(480, False), (480.4, True)])
def test_one_patient_followed_for_too_long(month, told):
    message = "480 months are more than 40 years."
    found = check_follow_up(times(1, 2, month, 3, 4), {"os": OS})
    assert tell(found) == [unlikely("op, died_on, seen", "480.4", message, 5)] * told
    if told:
        short = check_follow_up(times(1, 2, month, 3, 4), {"os": OS | {"longest_months": 450}})
        assert short[0]["message"] == "OS: 480 months are more than 37.5 years."


FAR = [
    ([*[60.5] * 19, 121], []),
    ([*[60.5] * 19, 121.5], [22]),
    ([*[10] * 19, 120], []),
    ([*[10] * 19, 120.5], [22]),
    ([*[60] * 18, 200], []),  # of nineteen nothing is told
    ([*[60] * 18, 200, 10], [21]),
    ([200, *[60] * 38, 210], [3, 42]),
    ([200, *[60] * 37, 210], [2 + 39] if 0 else []),  # of thirty-nine one may be far, and it is not
    ([*[60] * 37, 200, 201, 202], []),  # of forty two
    ([*[50] * 38, 130, 270], [41, 42]),
    ([*[50] * 38, 99, 210], [42]),
    ([*[60] * 20, 500], []),  # told as too long
]


@pytest.mark.parametrize(("months", "rows"), FAR)
@pytest.mark.parametrize("plan", [OS, MONTHS])
def test_a_time_far_beyond_all_others(months, rows, plan):
    found = check_follow_up(times(*months), {"os": plan | {"plausible_median": [3, 70]}})
    found = [item for item in found if "years" not in item["message"]]
    column = "op, died_on, seen" if plan is OS else "time"
    others = max([m for row, m in enumerate(months, 3) if row not in rows])
    assert sorted(tell(found)) == sorted(
        unlikely(column, f"{months[row - 3]:.1f}", f"{months[row - 3]:.0f} months are far more than those of all others, at most {others:.0f}.", row)
        for row in rows
    )  # fmt: skip
    for item in found:
        assert item["remedy"] == "Check the time, its unit and its dates; it is used as it is."


# --- yes and no exchanged --------------------------------------------------------------------------------------------------


def status(ended, free):
    count = len(ended) + len(free)
    cohort = times(*ended, *free)
    cohort["os_event"] = [np.nan, *[1.0] * len(ended), *[0.0] * len(free)]
    return cohort.assign(died_on=pd.to_datetime(pd.Series(range(count + 1), cohort.index), unit="D"))  # fmt: skip


def spread(above, ended, free):
    """Times of which in `above` pairs the patient with the event was followed for longer."""
    full, part = divmod(above, free)
    times_free = np.arange(free) + 100.0
    rest = [99.5 + part] if full < ended else []
    return [200 + n for n in range(full)] + rest + [n / 10 for n in range(ended - full - len(rest))], times_free  # fmt: skip


PAIRS = [
    (40, 40, 1200, True),  # three quarters
    (40, 40, 1199, False),
    (20, 20, 330, True),  # 3.5 standard errors: 0.8235 of 400 are 329.4
    (20, 20, 329, False),
    (20, 60, 916, True),  # 0.7625 of 1200 are 915
    (20, 60, 914, False),
    (60, 20, 916, True),
    (60, 20, 914, False),
    (19, 40, 760, False),  # too few with an event, or without
    (40, 19, 760, False),
]


@pytest.mark.parametrize(("ended", "free", "above", "told"), PAIRS)
def test_patients_with_the_event_followed_for_longer(ended, free, above, told):
    ended, free = spread(above, ended, free)
    assert mannwhitneyu(ended, free).statistic == above
    message = (
        f"OS: patients with the event were followed for longer than those without it (in {above / len(ended) / len(free):.0%} of "
        f"all pairs; median {np.median(ended):.0f} and {np.median(free):.0f} months). Yes and no may be exchanged, or most others "
        "were last seen long ago."
    )
    cohort = status(ended, free)
    wanted = [("warning", "status_suspect", None, "", "died", "", message)] * told
    assert tell(check_status(cohort, {"os": OS})) == wanted
    without = OS | {"events": {"death": {"date": "died_on"}}}
    assert not check_status(cohort, {"os": without})
    two = {"a": {"date": "died_on", "flag": "died"}, "b": {"date": "died_on"}, "c": {"date": "died_on", "flag": "x"}}  # fmt: skip
    found = check_status(cohort, {"os": OS | {"events": two}})
    assert [item["column"] for item in found] == ["died, x"] * told


def test_equal_times_are_half_a_pair():
    ended, free = [100.0] * 20 + [200.0] * 20, [100.0] * 40  # three quarters of the pairs
    assert check_status(status(ended, free), {"os": OS})
    assert not check_status(status([99.0, *ended[1:]], free), {"os": OS})


@pytest.mark.parametrize(
    ("same", "other", "told"), [(6, 4, True), (5, 5, False), (9, 0, False), (10, 0, True), (6, 5, True)]
)  # fmt: skip
def test_most_events_on_one_day(same, other, told):
    days = ["2015-05-05"] * same + [f"2014-01-{n + 1:02}" for n in range(other)]
    cohort = status([1.0] * (same + other + 1), [1.0] * 12)
    cohort["died_on"] = pd.to_datetime([None, *days, None, *["2015-05-06"] * 12])
    message = (
        f"OS: {same} of {same + other} events have the same date. Events do not wait for a day; the end of follow-up may stand in "
        "place of its date."
    )
    wanted = [("warning", "same_day", None, "", "died_on", "", message)] * told
    assert tell(check_status(cohort, {"os": OS})) == wanted
    others = OS["events"] | {"again": {"date": "died_on", "flag": "x"}, "time": {"duration": "t"}}
    cohort = cohort.assign(back=cohort["died_on"] + pd.to_timedelta(range(len(cohort)), "D"))
    others = {"back": {"date": "back"}} | others
    assert tell(check_status(cohort, {"os": OS | {"events": others}})) == wanted
