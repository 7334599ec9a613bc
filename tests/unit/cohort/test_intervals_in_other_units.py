"""An interval whose dates stand beside it in another unit than the plan says is told; one that merely differs is not."""

import numpy as np
import pandas as pd
import pytest

RNG = np.random.default_rng(5)
GAPS = [0, 21, *RNG.integers(60, 900, 22)]  # days from the primary to the metastases
PER = {"months": 30.4375, "weeks": 7, "days": 1, "years": 365.25}


@pytest.fixture
def find(base, rows, ingest):
    """What is said of units in a study of these gaps whose interval, recorded in `real`, the plan reads in `read`."""

    def run(real, read, change=None):
        base["columns"] |= {"primary_date": "First", "metastases_date": "Met"}
        base["columns"]["disease_free_interval"] = {"column": "DFI", "unit": read}
        many = [{**row, "ID": f"P{n:02}"} for n, row in enumerate([*rows, *rows])]
        for row, gap in zip(many, GAPS, strict=True):
            met = pd.Timestamp(row["Surgery"]) - pd.Timedelta(days=30)
            first = met - pd.Timedelta(days=int(gap))
            row |= {"First": f"{first:%Y-%m-%d}", "Met": f"{met:%Y-%m-%d}", "Sync": 1 if gap < 90 else 0}  # fmt: skip
            row["DFI"] = round(gap / PER[real], 2 if real == "years" else 0)
        for place, row in enumerate(many):
            row |= change(place, row) if change else {}
        _, found = ingest(base, many)
        return found[found["rule"] == "unit_contradicts"]

    return run


@pytest.mark.parametrize(
    ("real", "read"), [("weeks", "months"), ("months", "weeks"), ("days", "weeks"), ("years", "months")]
)  # fmt: skip
def test_the_dates_say_another_unit(find, real, read):
    (message,) = find(real, read)["message"]
    assert f"say that the numbers are {real}, in " in message
    assert message.endswith(f"the plan reads {read}.")
    assert "(from " in message


@pytest.mark.parametrize("unit", PER)
def test_the_unit_of_the_dates_is_no_finding(find, unit):
    assert find(unit, unit).empty


def test_what_to_write_and_where(find):
    found = find("weeks", "months")
    assert found["remedy"].tolist() == [
        "Write `unit: weeks` for this column under `columns:`, or correct the dates."
    ]
    assert found["column"].tolist() == ["DFI, First, Met"]
    assert found["severity"].tolist() == ["warning"] and found["row"].isna().all()


@pytest.mark.parametrize(("wrong", "told"), [(4, 1), (5, 0)])
def test_from_which_share_on(find, wrong, told):
    """Of 23 rows that tell weeks from months (not that of 0 days) four fifths, 19, must agree."""
    found = find("weeks", "months", lambda n, row: {"DFI": 155 + n} if 2 <= n < 2 + wrong else {})
    assert len(found) == told
    assert all(f"{23 - wrong} of 23 rows" in message for message in found["message"])


def test_numbers_that_fit_no_unit_say_nothing(find):
    assert find("weeks", "months", lambda n, row: {"DFI": row["DFI"] * 2.5}).empty


def test_nine_rows_are_too_few(find):
    assert find("weeks", "months", lambda n, row: {"First": None} if n >= 10 else {}).empty


def test_ten_rows_are_enough(find):
    assert len(find("weeks", "months", lambda n, row: {"First": None} if n >= 11 else {})) == 1
