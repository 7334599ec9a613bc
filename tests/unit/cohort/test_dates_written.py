"""Dates as they are written: which are read, and what is said of the others; each answer at the edge of its kind."""

import pandas as pd
import pytest
from crlm.cohort.cell_types import Number1904, Whole1904
from crlm.cohort.conversion import convert_table
from crlm.cohort.dates import nearest_days
from crlm.cohort.written_dates import advise, parse_date, propose_format, read_quarter
from said_words import check_said

SPEC = {
    "column": "OP",
    "label": "Operation",
    "kind": "date",
    "values": {},
    "factor": 1,
    "missing": [],
    "date_format": None,
    "decimal": None,
    "censored": None,
    "unit": None,
    "levels": [],
    "level_labels": {},
    "range": None,
}


def convert(cells, form=None, **settings):
    rows = [index * 3 + 2 for index in range(len(cells))]
    raw = pd.DataFrame({"ID": [f"P{i}" for i in rows], "OP": cells}, rows, dtype=object)
    columns = {"patient_id": {"column": "ID"}, "op": {**SPEC, "date_format": form}}
    table, found = convert_table(raw, columns, settings)
    assert list(table.index) == rows and table["op"].dtype == "datetime64[ns]"
    return [None if pd.isna(day) else f"{day:%Y-%m-%d}" for day in table["op"]], found


def list_texts(*texts):
    return dict(enumerate(texts, 2))


ADVICE = {
    "far years": (["9999-12-31", "0000-00-00", "1799-01-01"], 3),
    "six far years": ([f"99{n}9-12-31" for n in range(6)], 9),
    "five far years": ([f"99{n}9-12-31" for n in range(5)], 9),
    "a far year among others": (["9999-12-31", "31.12.2014"], 2),
    "years of a patient are not far": (["1800-13-41"], 9),
    "years only": (["1999", "2000", "2012"], 3),
    "2999": (["2999"], 1),
    "3000, days from 1970": (["3000"], 1),
    "digits of days": (["20140531", "20140601"], 2),
    "digits of months": (["201405", "201406"], 2),
    "days of a spreadsheet": (["41000", "41001.5", "50"], 3),
    "the first day of 1975": (["27395"], 1),
    "the second day of 1975": (["27396"], 1),
    "the last day of 2039": (["51135"], 1),
    "days of SAS, and of R": (["15000", "14000"], 2),
    "the first day of 2040": (["51136"], 1),
    "seconds of R": (["1400000000"], 1),
    "seconds of SPSS": (["13600000000"], 1),
    "numbers of no count": (["900000"], 1),
    "a number too long": (["1" + "0" * 30], 1),
    "a number beside a text": (["41000", "about 2012"], 2),
    "years of two digits": (["03.04.12", "03.05.12"], 2),
    "one or the other country": (["03/04/2012", "03/05/2012"], 2),
    "three in another way": (["03/04/2012", "13/05/2012", "14/05/2012"], 9),
    "one or the other country beside days": (["03/04/2012"], 2),
    "no format beside days": (["in March 2012", "31.02.2012"], 7),
    "with a time of the day": (["03.04.2012 10:15", "03.05.2012"], 2),
    "months": (["03/2012", "11/2013"], 2),
    "months that may be quarters": (["3/2012", "1/2013"], 2),
    "months by name": (["Mar 2012", "Apr 2013"], 2),
    "quarters": (["Q3/2012", "2013Q1"], 2),
    "quarters, one of them unmarked": (["3/2012", "III/2013"], 2),
    "half fit": (["13.04.2012", "31.02.2012"], 2),
    "less than half fit": (["13.04.2012", "31.02.2012", "April"], 3),
    "of seven one does not fit": ([*(f"1{n}.04.2012" for n in range(6)), "2012"], 7),
    "the form of most": (["13.04.2012", "13/04/2012", "14/04/2012"], 3),
}


@pytest.mark.parametrize("case", ADVICE)
def test_advice_on_dates_in_no_declared_format(case):
    texts, total = ADVICE[case]
    check_said("dates", case, propose_format(list_texts(*texts), total))


@pytest.mark.parametrize(
    ("case", "cell", "form"),
    [
        ("a far day", pd.Timestamp(9999, 12, 31), None),
        ("a day in digits", 20140531, None),
        ("a month in digits", "120531", None),
        ("a number of a spreadsheet", 41000, "%d.%m.%Y"),
        ("a number that is no serial", 0, "excel"),
        ("a number that cannot be a day", 12, None),
        ("a text", "31.02.2012", "%d.%m.%Y"),
        ("a text where serials are read", "31.02.2012", "excel"),
    ],
)
def test_advice_on_one_cell(case, cell, form):
    check_said("dates", case, advise(cell, form))


@pytest.mark.parametrize(
    ("text", "form", "day"),
    [
        ("3 March 2015", "%d %B %Y", "2015-03-03"),
        ("3 mars 2015", "%d %B %Y", "2015-03-03"),
        ("3 MAYIS 2015", "%d %b %Y", "2015-05-03"),
        ("3 kasım 2015", "%d %b %Y", "2015-11-03"),
        ("3 Aug. 2015", "%d %b %Y", "2015-08-03"),
        ("3 xyz 2015", "%d %b %Y", None),
        ("03.04.1800", "%d.%m.%Y", None),
        ("03.04.1801", "%d.%m.%Y", "1801-04-03"),
        ("03.04.2199", "%d.%m.%Y", "2199-04-03"),
        ("03.04.2200", "%d.%m.%Y", None),
    ],
)
def test_days_by_name_and_far(text, form, day):
    assert parse_date(text, form) == (None if day is None else pd.Timestamp(day))


@pytest.mark.parametrize(
    ("text", "day"),
    [
        (" 2019 Q1 ", "2019-02-15"),
        ("iv/2019", "2019-11-15"),
        ("2/2019", "2019-05-15"),
        ("Q1 1801", "1801-02-15"),
        ("Q1 1800", None),
        ("Q1 2199", "2199-02-15"),
        ("Q1 2200", None),
    ],
)
def test_quarters(text, day):
    assert read_quarter(text) == (None if day is None else pd.Timestamp(day))


# --- columns ------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cells", "form", "settings", "days"),
    [
        (["2012-03-04", None, pd.Timestamp(2012, 3, 5, 23, 59)], None, {}, ["2012-03-04", None, "2012-03-05"]),
        (["04.03.2012", None], "%d.%m.%Y", {}, ["2012-03-04", None]),
        (["04.03.2012"], None, {"date_format": "%d.%m.%Y"}, ["2012-03-04"]),
        (["03.04.2012"], "%m.%d.%Y", {"date_format": "%d.%m.%Y"}, ["2012-03-04"]),
        ([1, "2", "1.5", 109_999, 60], "excel", {}, ["1899-12-31", "1900-01-01", "1899-12-31", "2201-03-01", "1900-02-28"]),
        ([Whole1904(39510), Number1904(39510.7), 40972], "excel", {}, ["2012-03-04"] * 3),
        (["04.03.2012 23:30"], "%d.%m.%Y %H:%M", {}, ["2012-03-04"]),
        (["04.03.2012 11:30 PM"], "%d.%m.%Y %I:%M %p", {}, ["2012-03-04"]),
        (["03/04/12 10:15:00"], "%x %X", {}, ["2012-03-04"]),
        (["04.03.2012 23:30"], "%d.%m.%Y", {}, ["2012-03-04"]),
        (["2012-03-04T22:00:00Z", "2012-12-03T23:00:00Z"], None, {}, ["2012-03-05", "2012-12-04"]),
        (["2012-03-04T21:00Z", None, pd.Timestamp(2012, 3, 4)], None, {}, ["2012-03-05", None, "2012-03-04"]),
        (["2012-03-04T22:00:00Z", "2012-12-03T10:00:00Z"], None, {}, ["2012-03-04", "2012-12-03"]),
        (["2012-03-04T22:00:00Z", "2012-12-03"], None, {}, ["2012-03-04", "2012-12-03"]),
        (["2012-03-04 22:00:00"], None, {}, ["2012-03-04"]),
        ([pd.Timestamp(1801, 1, 1), pd.Timestamp(2199, 12, 31)], None, {}, ["1801-01-01", "2199-12-31"]),
        (["2019Q1", None, "2012-03-04", pd.Timestamp(2012, 3, 4), "4/2019"], "quarter", {}, ["2019-02-15", None, "2012-03-04", "2012-03-04", "2019-11-15"]),
        ([None], None, {}, [None]),
    ],
)  # fmt: skip
def test_columns_of_dates(cells, form, settings, days):
    found_days, found = convert(cells, form, **settings)
    assert found_days == days
    assert not [item for item in found if item["severity"] == "error"]


WRONG = {
    "texts in no declared format": (["2012-03-04", "04.03.2012", None, "05.03.2012"], None),
    "no date": (["2012-03-04", 7, None, pd.Timestamp(1800, 12, 31), pd.Timestamp(2200, 1, 1)], None),
    "no date in the format": (["04.03.2012", "4. March", 20120304], "%d.%m.%Y"),
    "no serial number": ([1, 0.5, 0, 110_000, "x", -3], "excel"),
    "months without a day": (["2012-03", "2012-05", "2012"], "%Y-%m"),
    "true days where months are declared": ([pd.Timestamp(2012, 3, 4)], "%Y-%m"),
    "declared quarters": (["2019Q1", "2019Q5", 2019, None, "2019"], "quarter"),
    "eight months of two": (["01/2012", "04/2013"] * 4, "%m/%Y"),
    "seven months": (["01/2012", "04/2013", "02/2012", "03/2012", None, "01/2012", "01/2013", "04/2014"], "%m/%Y"),
    "eight months to May": (["01/2012", "05/2013"] * 4, "%m/%Y"),
    "eight Januaries": (["01/2012", "01/2013"] * 4, "%m/%Y"),
    "days that are no quarters": (["01.01.2012", "01.04.2013"] * 4, "%d.%m.%Y"),
    "the day of the year": (["2012-064"], "%Y-%j"),
    "serial numbers of January and April": (["40909", "41000"] * 4, "excel"),
    "something behind the day": (["2012-03-04?", "2012-03-04 or 05", "2012-03-04"], None),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_what_is_said_of_a_column(case):
    cells, form = WRONG[case]
    days, found = convert(cells, form)
    check_said("dates", case, found)
    assert len(days) == len(cells)


@pytest.mark.parametrize(
    ("times", "days"),
    [
        (["2012-03-04 22:00", "2012-12-03 23:00"], ["2012-03-05", "2012-12-04"]),
        (["2012-03-04 22:00", None], ["2012-03-05", None]),
        (["2012-03-04 22:00", "2012-12-03 10:00"], ["2012-03-04 22:00", "2012-12-03 10:00"]),
        (["2012-03-04 21:00", "2012-03-04 22:00", "2012-12-03 23:00"], None),  # of three zones
        ([None], [None]),
    ],
)
def test_midnights_of_another_place(times, days):
    given = pd.Series(pd.to_datetime(times, utc=True))
    found = nearest_days(given)
    expected = pd.Series(pd.to_datetime(days or times))
    assert found.dt.tz is None
    pd.testing.assert_series_equal(found, expected, check_dtype=False)
