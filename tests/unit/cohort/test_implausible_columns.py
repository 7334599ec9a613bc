"""What a column of numbers betrays as a whole, exactly at each limit: unit, fractions, codes of classes, decimals, highest number."""

import numpy as np
import pandas as pd
import pytest
from crlm.cohort.highest import check_highest
from crlm.cohort.plausibility import check_codes, check_decimals, check_unit

SPEC = {"label": "Size", "column": "size", "unit": "cm", "factor": 1, "hint": None, "kind": "continuous"}  # fmt: skip
SPEC |= {"plausible": None, "plausible_median": [1, 10], "plausible_highest": 8}
PERCENT = SPEC | {"label": "Share", "column": "d", "unit": "%", "plausible_median": None}
HINTS = {"above": "these may be millimetres: write `unit: mm`", "below": "are these metres?"}
CORRECT = "If the numbers are right, write the limits of the median under `variables:` as `plausible_median: [lowest, highest]`."


def column(*numbers):
    """With a gap in front; the first number stands in row 3."""
    return pd.Series([np.nan, *numbers], range(2, len(numbers) + 3), dtype=float)


def tell(found):
    return [
        (item["severity"], item["rule"], item["row"], item["column"], item["value"])
        for item in found
    ]


@pytest.mark.parametrize(
    ("numbers", "kind", "said"),
    [
        ([1] * 5, "continuous", None),
        ([10] * 5, "continuous", None),
        ([10.1] * 4, "continuous", None),  # too few for a median
        ([10.1] * 5, "continuous", ("error", "10.1", "above")),
        ([1, 2, 11, 12, 30], "continuous", ("error", "11", "above")),
        ([0.9] * 5, "continuous", ("error", "0.9", "below")),
        ([0.9] * 5, "duration", ("warning", "0.9", "below")),
        ([10.1] * 5, "duration", ("error", "10.1", "above")),
    ],
)
def test_a_median_beyond_its_limits(numbers, kind, said):
    found = check_unit(column(*numbers), SPEC | {"kind": kind})
    assert tell(found) == ([(said[0], "unit_suspect", None, "size", said[1])] if said else [])
    if said:
        assert found[0]["message"] == (
            f"Size: the median is {said[1]} cm, so that half of the values lie {said[2]} it; a median of 1 to 10 cm is expected."
        )


@pytest.mark.parametrize(
    ("number", "change", "remedy"),
    [
        (20, {"hint": HINTS}, "These may be millimetres: write `unit: mm`."),
        (0.1, {"hint": HINTS | {"below": "are these metres."}}, "Are these metres."),
        (0.1, {"hint": {"above": "mm"}}, "Check the unit of the column."),
        (20, {}, "Check the unit of the column."),
        (20, {"hint": HINTS, "factor": 0.1}, "Check the unit that the plan declares for it (`unit:`)."),
    ],
)  # fmt: skip
def test_what_the_unit_may_be(number, change, remedy):
    (item,) = check_unit(column(*[number] * 5), SPEC | change)
    assert item["remedy"] == f"{remedy} {CORRECT}"


def test_a_number_without_unit_and_one_without_limits():
    (item,) = check_unit(column(*[20] * 5), SPEC | {"unit": None})
    assert item["message"].startswith("Size: the median is 20, so that")
    assert item["message"].endswith("a median of 1 to 10 is expected.")
    assert not check_unit(column(*[20] * 5), SPEC | {"plausible_median": None})


FRACTIONS = [
    ([0, 0.5, 1], ("error", "unit_suspect", "1")),
    ([0.2, 0.5], ("error", "unit_suspect", "0.5")),
    ([0, 0, 0], None),
    ([0, 1, 2], None),
    ([0, 1, 100], ("warning", "mixed_percent", "1")),
    ([0, 1, 99], None),
    ([1, 100], None),
    ([0.5, 100], ("warning", "mixed_percent", "0.5")),
    ([0.5, 0.6, 50, 60], ("warning", "mixed_percent", "0.5")),
    ([0.5, 0.6, 0.7, *[50] * 12], ("error", "mixed_percent", "0.5")),
    ([0.5, 0.6, 0.7, *[0] * 20, *[50] * 12], ("error", "mixed_percent", "0.5")),
    ([0.5, 0.6, 0.7, *[50] * 13], ("warning", "mixed_percent", "0.5")),
]


@pytest.mark.parametrize(("numbers", "said"), FRACTIONS)
def test_fractions_in_place_of_per_cent(numbers, said):
    """From three of them on, a fifth of what is not 0, they are no chance."""
    found = check_unit(column(*numbers), PERCENT)
    assert tell(found) == ([(*said[:2], None, "d", said[2])] if said else [])
    assert not check_unit(column(*numbers), PERCENT | {"factor": 100})


def test_what_is_said_of_fractions():
    message = check_unit(column(100, 1, 0, 1), PERCENT)[0]["message"]
    assert message == (
        "Share: 1 in 2 of 4 values, 0 or 100 in all others; everything may be written as 1 there (first in row 4)."
    )
    message = check_unit(column(80, 0.25, 0), PERCENT)[0]["message"]
    assert message == (
        "Share: 1 of 3 values between 0 and 1, and the others go up to 80; fractions may stand among per cent (first in row 4)."
    )
    (item,) = check_unit(column(0.25, 1), PERCENT)
    assert (
        item["message"]
        == "Share: no value is above 1, so that these look like fractions and not per cent."
    )
    assert item["remedy"].startswith("Write `unit: fraction` for this column under `columns:`;")


@pytest.mark.parametrize(
    ("numbers", "told"),
    [
        ([1, 2] * 5, True),
        ([1, 2] * 4 + [1], False),  # nine values
        ([3, 4] * 5, True),
        ([4, 5] * 5, False),  # one class
        ([1, 2, 9] * 5, True),
        ([1, 2, 10] * 5, False),
        ([1, 2, 2.5] * 5, False),
    ],
)
def test_codes_of_classes_in_place_of_per_cent(numbers, told):
    found = check_unit(column(*numbers), PERCENT)
    assert tell(found) == [("warning", "unit_suspect", None, "d", "")] * told
    if told:
        assert found[0]["message"] == (
            f"Share: all {len(numbers)} values are whole numbers up to {max(numbers):g}; these look like codes and not like per "
            "cent."
        )


def test_per_cent_have_a_median_as_well():
    limits = PERCENT | {"plausible_median": [0, 50]}
    assert check_unit(column(*[80] * 5), limits)[0]["message"].startswith("Share: the median is 80 %,")  # fmt: skip


HUNDREDTHS = [1.01, 2.02, 3.03, 4.04]


@pytest.mark.parametrize(
    ("numbers", "said"),
    [
        ([*HUNDREDTHS, 5.11] * 2, "years and months, as in 2.11"),
        ([*HUNDREDTHS, 5.12] * 2, "months and days, as in 14.25"),
        ([*HUNDREDTHS, 5.30] * 2, "months and days, as in 14.25"),
        ([*HUNDREDTHS, 5.31] * 2, None),
        ([*HUNDREDTHS, 5.115] * 2, None),
        ([*HUNDREDTHS, 5.11, *HUNDREDTHS, 7], None),  # nine with decimals
        ([*HUNDREDTHS, 5.04] * 2, None),  # four kinds of decimals
    ],
)
def test_two_numbers_in_one(numbers, said):
    found = check_decimals(column(*numbers, 12, 0), SPEC | {"kind": "duration"})
    assert tell(found) == ([("warning", "unit_mixed", None, "size", "")] if said else [])
    if said:
        most = round(max(number % 1 for number in numbers) * 100)
        assert found[0]["message"] == (
            f"Size: no entry has more than {most} hundredths behind the point; these look like {said}."
        )
    assert not check_decimals(column(*numbers), SPEC)
    days = pd.Series(numbers) / 30.4375
    assert len(check_decimals(days, SPEC | {"kind": "duration", "factor": 1 / 30.4375})) == bool(said)  # fmt: skip


@pytest.mark.parametrize(
    ("numbers", "told"),
    [
        ([2.5, 3.5, 4.5, 10, 10, 10], True),
        ([2.5, 3.5, 4.5, 10, 10, 11], True),  # median 10.5
        ([2.5, 3.5, 10, 10, 30], False),
        ([2.5, 3.5, 9.9, 10, 10, 30], True),
        ([2.5, 3.5, 10.1, 10, 10, 30], False),
        ([2.5, 3.5, 4.5, 9, 9, 10], False),  # the whole numbers are no millimetres: median 9.5
    ],
)
def test_centimetres_among_millimetres(numbers, told):
    in_cm = column(40, *numbers) / 10
    found = check_decimals(in_cm, SPEC | {"factor": 0.1})
    assert tell(found) == [("warning", "unit_mixed", None, "size", "")] * told
    if told:
        assert found[0]["message"] == (
            "Size: 3 entries have decimals and are below 10, the others are whole millimetres; these may be centimetres."
        )
        assert found[0]["remedy"] == "Write all of them in millimetres (first in row 4)."
    assert not check_decimals(in_cm, SPEC | {"factor": 0.1, "unit": "mm"})
    assert not check_decimals(in_cm * 10, SPEC)
    assert not check_decimals(column(0.25, 0.35, 0.45), SPEC | {"factor": 0.1})


CODES = [
    ([1, 2, 3, 4, 49.4, 99], ["99"]),
    ([1, 2, 3, 4, 49.5, 99], []),  # not more than twice the next
    ([1, 2, 3, 4, 99], []),  # too few others
    ([-1, -2, -3, -4, -5, 99], ["99"]),
    ([1, 2, 3, 4, 4.4, 9, 9, 9], ["9"]),
    ([1, 2, 3, 4, 4.4, 9, 9], []),
    ([1, 2, 3, 4, 4.5, 9, 9, 9], []),
    ([1, 2, 3, 4, 5, 999, 99], ["99", "999"]),
    ([500, 600, 700, 800, 900, 888, 888], []),  # only from 999 on wherever it lies
    ([500, 600, 700, 800, 900, 999, 999], ["999"]),
    ([500, 600, 700, 800, 900, 999], []),
    ([1, 2, 3, 4, 4.5, 9, 99], ["99"]),  # the 9 is none
    ([1, 2, 3, 4, 4.4, 9, 9, 99], ["99"]),
]


@pytest.mark.parametrize(("numbers", "told"), CODES)
def test_codes_for_missing(numbers, told):
    found = check_codes(column(*numbers), SPEC)
    rule = "undeclared_missing_code"
    assert tell(found) == [("warning", rule, None, "size", code) for code in told]
    found = check_codes(column(*numbers) / 10, SPEC | {"factor": 0.1})  # as they stand in the file
    assert [item["value"] for item in found] == told


@pytest.mark.parametrize(
    ("numbers", "said"),
    [
        ([1, 99, 3, 4, 5, 2], "99 stands in 1 row, first in row 4, and the next number is 5; it looks"),
        ([99, 1, 2, 3, 4, 5, 99], "99 stands in 2 rows, first in row 3, and the next number is 5; it looks"),
        ([1, 999, 999], "999 stands in 2 rows, first in row 4; it looks"),
    ],
)  # fmt: skip
def test_what_is_said_of_a_code(numbers, said):
    (item,) = check_codes(column(*numbers), SPEC)
    assert item["message"].startswith(f"Size: {said} like a code for missing, and is used as a")
    code = said.split()[0]
    assert item["remedy"] == f"If it means missing, list {code} under `missing:` of this column."


# --- the highest number --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("count", "last", "told"),
    [(20, 7.9, True), (19, 7.9, False), (20, 8, False), (20, 0, False), (20, -1, False)],
)
def test_not_even_the_highest_number_is_high(count, last, told):
    found = check_highest(column(last, *[last - 1] * (count - 2), last - 2), SPEC)
    assert tell(found) == [("warning", "unit_suspect", None, "size", "")] * told
    if told:
        assert found[0]["message"] == (
            "Size: no value is above 7.9 cm; among 20 patients one of at least 8 cm is expected."
        )


def test_a_highest_number_just_above_nothing():
    for numbers in ([0.5] * 20, [0] * 19 + [0.5]):
        assert tell(check_highest(column(*numbers), SPEC))[0][1] == "unit_suspect"


@pytest.mark.parametrize(
    ("change", "remedy"),
    [
        ({}, "Check the unit of the column, and whether these are logarithms."),
        ({"hint": {"above": "mm"}}, "Check the unit of the column, and whether these are logarithms."),
        ({"hint": {"below": "are these metres?"}, "factor": 10}, "Check the unit of the column, and whether"),
        ({"hint": {"below": "these are metres"}}, "These are metres. If the numbers are right, nothing is to be done."),
    ],
)  # fmt: skip
def test_what_low_numbers_may_be(change, remedy):
    (item,) = check_highest(column(*[2] * 20), SPEC | change | {"unit": None})
    assert item["remedy"].startswith(remedy)
    assert "no value is above 2; among" in item["message"]


@pytest.mark.parametrize(
    ("next_one", "last", "told"), [(5, 500, False), (5, 500.5, True), (0, 9, False), (0.5, 99, True)]
)  # fmt: skip
@pytest.mark.parametrize("kind", ["continuous", "count", "duration"])
def test_one_number_far_above_all_others(next_one, last, told, kind):
    spec = SPEC | {"plausible_highest": None, "kind": kind}
    numbers = column(last, *[0] * 18, next_one)
    found = check_highest(numbers, spec)
    told = told and kind != "duration"
    assert tell(found) == [("warning", "unlikely_value", 3, "size", f"{last:g} cm")] * told
    if told:
        times = round(last / next_one)
        assert found[0]["message"] == f"Size is {times} times the next highest number."
    assert not check_highest(numbers, spec | {"plausible": [0, 20]})
    if last > 8:  # and none where the highest is as expected
        assert tell(check_highest(numbers, SPEC | {"kind": kind})) == tell(found)


def test_a_number_without_unit_far_above_all_others():
    spec = SPEC | {"plausible_highest": None, "unit": None}
    assert check_highest(column(*[1] * 19, 200), spec)[0]["value"] == "200"
