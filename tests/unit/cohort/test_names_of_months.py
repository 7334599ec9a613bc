"""Days whose months are named in the language of a hospital, years of an era, and years of two digits."""

import pandas as pd
import pytest
from crlm.cohort.written_dates import parse_date, propose_format


@pytest.mark.parametrize(
    ("text", "form", "day"),
    [
        ("14 gen 2015", "%d %b %Y", "2015-01-14"),
        ("3. Mär 2015", "%d. %b %Y", "2015-03-03"),
        ("3. März 2015", "%d. %b %Y", "2015-03-03"),
        ("1 déc. 2009", "%d %b %Y", "2009-12-01"),
        ("14 de agosto de 2015", "%d %b %Y", "2015-08-14"),
        ("9 Şubat 2011", "%d %b %Y", "2011-02-09"),
        ("31 May 2011", "%d %b %Y", "2011-05-31"),
        ("31 August 2011", "%d %b %Y", "2011-08-31"),
        ("out/14", "%b/%y", "2014-10-01"),
        ("14 jui 2015", "%d %b %Y", None),  # June or July in French
        ("14 Montag 2015", "%d %b %Y", None),
        ("H26.8.5", "%Y.%m.%d", "2014-08-05"),
        ("平成26年8月5日", "%Y年%m月%d日", "2014-08-05"),
        ("令和元年5月1日", "%Y年%m月%d日", "2019-05-01"),
        ("S63.12.1", "%Y.%m.%d", "1988-12-01"),
        ("X26.8.5", "%Y.%m.%d", None),
    ],
)
def test_months_by_name_and_years_of_an_era(text, form, day):
    assert parse_date(text, form) == (None if day is None else pd.Timestamp(day))


def test_nobody_was_born_in_the_future():
    assert parse_date("12.05.46", "%d.%m.%y") == pd.Timestamp(1946, 5, 12)
    assert parse_date("12.05.14", "%d.%m.%y") == pd.Timestamp(2014, 5, 12)


def test_a_format_is_proposed_for_months_by_name():
    said = propose_format({2: "14 mag 2015", 3: "2 ott 2016"}, 2)
    assert said == "Set date_format. These fit every entry: %d %b %Y."
