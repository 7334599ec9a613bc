"""Variables that a component table cannot say: named pure functions of canonical variables, with bounds.

The dictionary names the function and its inputs: ``formula: {function: tumour_burden_score, of: [size_max_cm, n_crlm]}``.
A function of numbers is monotone in each input, so that its bounds are its values at the ends of the inputs' bounds.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from crlm.cohort.conditions import assess, bounds


def tumour_burden_score(size_cm, number):
    """Return the square root of size² + number², size in cm [@Sasaki2018]; ten decimals, so that equal burdens are one number."""
    return np.round(np.hypot(size_cm, number), 10)


def schindl_laboratory(alkaline_phosphatase, cea, albumin):
    """Return 6 ln ALP (U/L) + 2 ln CEA (µg/L) - albumin (g/L), natural logarithms [@Schindl2005].

    ASSUME albumin in g/L: the page that prints the formula says g/dL, on which its scale does not work.
    """
    return 6 * np.log(alkaline_phosphatase) + 2 * np.log(cea) - albumin


def mutated_in_any(answers):
    """Return mutated where any gene is, wild_type where all are, else nothing: an unknown gene is not wild type.

    answers : nullable boolean per gene, true where it is mutated
    """
    together = answers[0]
    for answer in answers[1:]:
        together = together | answer  # pandas: yes | unknown is yes, no | unknown is unknown
    words = together.map({True: "mutated", False: "wild_type"}).astype(object)
    return words.where(together.notna(), None)


@dataclass(frozen=True)
class Monotone:
    """A function of numbers: in which inputs it rises, and which of them must be above 0 and not only not below."""

    function: callable
    rises: tuple
    positive: tuple


MONOTONE = {
    "tumour_burden_score": Monotone(tumour_burden_score, (True, True), (False, False)),
    "schindl_laboratory": Monotone(schindl_laboratory, (True, True, False), (True, True, False)),
}
LEVELS = {"mutated_in_any": mutated_in_any}
FUNCTIONS = (*MONOTONE, *LEVELS)


def compute_levels(cohort, formula):
    """Return the level of each patient as text, None where the inputs do not decide it."""
    answers = [assess(cohort, name, "==", "mutated") for name in formula["of"]]
    return LEVELS[formula["function"]](answers)


def compute_numbers(cohort, formula):
    """Return value, lower and upper per patient.

    The value is missing when an input is; the bounds are those of every value that the missing and the censored inputs may
    have. A recorded number outside the function's domain (a logarithm of 0) says nothing.
    """
    spec = MONOTONE[formula["function"]]
    values, least, most = [], [], []
    for name, rises, positive in zip(formula["of"], spec.rises, spec.positive, strict=True):
        value = cohort[name].to_numpy(float)
        low, high = bounds(cohort, name)
        senseless = (high <= 0) if positive else (high < 0)
        value = np.where(senseless | ((value <= 0) & positive), np.nan, value)
        low = np.where(senseless, 0, np.maximum(low, 0))
        high = np.where(senseless, np.inf, high)
        values.append(value)
        least.append(low if rises else high)
        most.append(high if rises else low)
    with np.errstate(divide="ignore", invalid="ignore"):  # the logarithm of 0, an end, is -inf
        table = {
            "value": spec.function(*values),
            "lower": spec.function(*least),
            "upper": spec.function(*most),
        }
    return pd.DataFrame(table, index=cohort.index)
