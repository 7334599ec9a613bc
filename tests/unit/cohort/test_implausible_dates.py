"""What a column of dates betrays as a whole, exactly at each limit: days for months, unknown days, one day for many, a wrong century."""

import pandas as pd
import pytest
from crlm.cohort.plausibility import check_days, check_fixed_days

SPEC = {"label": "Resection", "column": "op", "timing": "operation"}
MESSAGE = "times are up to {} wrong, and more where both dates are like that."


def days(*texts):
    """With a gap in front."""
    return pd.Series(pd.to_datetime(["", *texts]), range(2, len(texts) + 3))


def spread(days, months=range(1, 13), years=range(2010, 2018), count=16):
    """So many dates, of these days, months and years in turn."""
    days, months, years = list(days), list(months), list(years)
    return [
        f"{years[i % len(years)]}-{months[i % len(months)]:02}-{days[i % len(days)]:02}"
        for i in range(count)
    ]


def tell(found):
    return [
        (item["severity"], item["rule"], item["row"], item["column"], item["value"])
        for item in found
    ]


@pytest.mark.parametrize(
    ("dates", "told"),
    [
        (spread(range(1, 13)), True),
        (spread(range(1, 13), count=15), False),
        (spread(range(1, 14)), False),
        (spread([1, 12]), False),  # only months were known
        (spread([1, 7, 12]), True),
        (spread([1, 12], months=[5]), True),  # the first of twelve months, swapped
        (spread([5], months=[5]), False),
        (spread([1]), False),
    ],
)
def test_days_that_are_months(dates, told):
    found = check_days(days(*dates), SPEC)
    assert tell(found) == [("error", "dates_swapped", None, "op", "")] * told
    if told:
        assert found[0]["message"] == (
            "Resection: none of the 16 dates has a day above 12; day and month are probably swapped."
        )


@pytest.mark.parametrize("timing", ["operation", "follow_up", "baseline", "pathology"])
@pytest.mark.parametrize(
    ("early", "late", "value"),
    [
        (9, 7, "1974-05-20"),
        (8, 8, None),  # of an even number the later of the two in the middle
        (9, 8, "1974-05-20"),
        (8, 9, None),
    ],
)
def test_half_of_the_dates_before_any_such_resection(timing, early, late, value):
    dates = days(*["1975-01-01"] * late, *["1974-05-20"] * early)
    found = check_days(dates, SPEC | {"timing": timing})
    told = value is not None and timing in ("operation", "follow_up")
    assert tell(found) == [("warning", "unlikely_dates", None, "op", value)] * told
    if told:
        assert found[0]["message"] == "Resection: half of the dates lie before 1975."


@pytest.mark.parametrize(
    ("dates", "said"),
    [
        (spread([1], count=8), "all 8 dates are the 1. of their month, and they say only months; " + MESSAGE.format("two weeks")),
        (spread([15], count=8), "all 8 dates are the 15. of their month, and they say only months; " + MESSAGE.format("two weeks")),
        (spread([1], count=7), None),
        (spread([2], count=8), None),
        (spread([1, 15], count=8), None),
        (spread([31], [1, 3, 5, 7, 8, 10, 12], count=8), "all 8 dates are the last of their month, and they say only months; " + MESSAGE.format("two weeks")),
        (spread([31], [3, 5], [2010, 2011], count=8), None),  # two dates only
        (spread([1], [1, 4, 7, 10], count=8), "all 8 dates are the 1. of their month, and they say only quarters; " + MESSAGE.format("six weeks")),
        (spread([1], [2, 5, 8, 11], count=8), "all 8 dates are the 1. of their month, and they say only quarters; " + MESSAGE.format("six weeks")),
        (spread([1], [1, 4, 7, 9], count=8), "all 8 dates are the 1. of their month, and they say only months; " + MESSAGE.format("two weeks")),
        (spread([1], [7], count=8), "all 8 dates are the 1. of their month, and they say only years; " + MESSAGE.format("half a year")),
        (spread([1], [7], range(2010, 2013), count=8), "all 8 dates are the 1. of their month, and they say only years; " + MESSAGE.format("half a year")),
        (spread([1], [7], [2010, 2011], count=8), None),
        ([*spread([31], [3, 5, 7], count=7), "2012-03-30"], None),
    ],
)  # fmt: skip
def test_days_that_nobody_knew(dates, said):
    found = check_fixed_days(days(*dates), SPEC | {"timing": "follow_up"})
    assert tell(found) == ([("warning", "day_unknown", None, "op", "")] if said else [])
    if said:
        assert found[0]["message"] == f"Resection: {said}"
        only = said.split("say only ")[1].split(";")[0]
        assert found[0]["remedy"] == (
            f"Enter the days where they are known; else say in the paper that only {only} were."
        )


@pytest.mark.parametrize(
    ("same", "others", "told"), [(9, 7, True), (8, 8, False), (9, 8, True), (8, 7, False)]
)
@pytest.mark.parametrize("timing", ["operation", "follow_up"])
def test_most_patients_with_one_date(same, others, told, timing):
    """The day of the data lock may be the last contact of many."""
    dates = [*spread([3, 17], count=others), *["2012-02-02"] * same]
    found = check_fixed_days(days(*dates), SPEC | {"timing": timing})
    told = told and timing == "operation"
    assert tell(found) == [("warning", "same_day", None, "op", "")] * told
    if told:
        said = f"Resection: {same} of {same + others} patients have the same date; it may stand for an unknown one."
        assert found[0]["message"] == said
