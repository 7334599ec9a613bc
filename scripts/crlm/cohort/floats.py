"""Numbers that were stored with single precision (Stata's `float`), whose 6.6 would lie below a cut at 6.6."""

import numpy as np

DIGITS = 7  # what single precision holds of a decimal number
SAME = 1e-14  # of the number: it was written with 15 digits on the way


def shorten_floats(numbers):
    """Return the numbers (float64) with those that stand for a single-precision number as its shortest decimal.

    6.599999904632568 is 6.6 stored as float32. Other numbers stay as they are: one of full precision agrees with a float32 this
    closely about once in ten million.
    """
    numbers = np.asarray(numbers, dtype=float)
    with np.errstate(over="ignore"):
        single = numbers.astype(np.float32)
    exact = single.astype(float)
    close = np.isfinite(exact) & (np.abs(numbers - exact) <= SAME * np.abs(exact))
    shortened = numbers.copy()
    for place in np.flatnonzero(close & (numbers != np.rint(numbers))):
        shortened[place] = _shorten(numbers[place], single[place])
    return shortened


def _shorten(number, single):
    text = np.format_float_scientific(single)
    digits = text.split("e")[0].strip("-").replace(".", "")
    return float(text) if len(digits) <= DIGITS else number
