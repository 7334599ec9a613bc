"""Numbers and shares as hospitals write them: empty shares beside a whole, and negative numbers that are codes elsewhere."""

import pandas as pd
import pytest
from crlm.cohort.blocks import complete_shares
from crlm.cohort.written_dates import parse_date

PATTERNS = ["d", "r", "p"]


def shares(*rows):
    table = pd.DataFrame(rows, columns=PATTERNS, index=range(2, 2 + len(rows)), dtype=float)
    return complete_shares(table.assign(patient_id="P"), PATTERNS, ["D", "R", "P"])


def test_an_empty_share_beside_a_whole_is_nothing():
    table, notes = shares((60, 40, None), (100, None, None), (33.3, 66.7, None), (20, 30, 50))
    assert table["p"].tolist() == [0, 0, 0, 50] and table["r"].tolist() == [40, 0, 66.7, 30]
    assert [note["rule"] for note in notes] == ["shares_completed"]
    assert notes[0]["severity"] == "note" and "in 3 rows" in notes[0]["message"]


@pytest.mark.parametrize(
    "row", [(60, 39, None), (60, 41, None), (0.6, 0.4, None), (None, None, None)]
)
def test_an_empty_share_beside_another_sum_stays_unknown(row):
    table, notes = shares(row)
    assert pd.isna(table["p"].iloc[0]) and notes == []


def test_shares_of_patients_are_completed(base, rows, ingest):
    rows[1] |= {"D": 70, "R": "", "P": 30}
    rows[2] |= {"D": 90, "R": "", "P": 20}
    cohort, found = ingest(base, rows)
    assert cohort["hgp_replacement"].iloc[1] == 0
    assert found["rule"].tolist() == ["shares_incomplete", "shares_completed"]


def days(base, rows, ingest, numbers):
    base["variables"] = {"day": {"label": "Day", "kind": "continuous", "timing": "baseline"}}
    base["columns"] |= {"day": "Day"}
    for row, number in zip(rows, numbers, strict=False):
        row["Day"] = number
    return ingest(base, rows)


def test_a_negative_number_among_others_is_no_code(base, rows, ingest):
    cohort, found = days(base, rows, ingest, [-250 + 23 * n if n != 6 else -99 for n in range(12)])
    assert "undeclared_missing_code" not in set(found["rule"])
    assert cohort["day"].iloc[6] == -99


@pytest.mark.parametrize(
    "numbers", [[5 + n for n in range(11)], [-7 - n for n in range(11)], [-250 + 37 * n for n in range(7)] + [-99] * 4]
)  # fmt: skip
def test_a_negative_number_that_stands_alone_or_too_often_is_one(base, rows, ingest, numbers):
    _, found = days(base, rows, ingest, [*numbers, -99])
    assert "undeclared_missing_code" in set(found["rule"])


# as spreadsheets of these countries shorten the months
SHORTENED = """
    jan feb mrt apr mei jun jul aug sep okt nov dec
    Jan Feb Mrz Apr Mai Jun Jul Aug Sep Okt Nov Dez
    janv févr mars avr mai juin juil août sept oct nov déc
    ene feb mar abr may jun jul ago sep oct nov dic
    gen feb mar apr mag giu lug ago set ott nov dic
    jan fev mar abr mai jun jul ago set out nov dez
    jan feb mar apr mai jun jul aug sep okt nov des
"""


@pytest.mark.parametrize("names", SHORTENED.strip().splitlines())
def test_months_as_spreadsheets_shorten_them(names):
    for number, name in enumerate(names.split(), 1):
        assert parse_date(f"5-{name}-2014", "%d-%b-%Y") == pd.Timestamp(2014, number, 5), name
