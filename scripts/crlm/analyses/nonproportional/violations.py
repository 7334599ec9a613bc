"""Which tests of proportional hazards are small."""

import numpy as np

from crlm.plan.models import UNIVARIABLE

FOUND = ["model", "variable", "statistic", "df", "p_value", "tests", "note"]


def list_tests(ph, settings):
    """The tests of proportional hazards that are looked at: of every multivariable model, and alone of what groupings are made of.

    ph: cox/{endpoint}_ph.csv. Returns its rows, without the global tests and those that could not be made.
    """
    alone = ph["model"] == UNIVARIABLE
    asked = ~alone | ph["term"].isin(settings["variables"])
    return ph[asked & (ph["term"] != "GLOBAL") & ph["p_value"].notna()]


def find_violations(ph, settings):
    """One row per model and variable whose test is below the level, with the columns of FOUND, by rising p within the variables
    shown.

    `tests`: how many were looked at. Of at most `at_most` variables, those with the smallest p, there is more; the others have a
    note that says so.
    """
    tests = list_tests(ph, settings)
    found = tests[tests["p_value"] < settings["level"]].sort_values("p_value", kind="stable")
    order = list(dict.fromkeys(found["term"]))
    shown = order[: settings["at_most"]]
    found = found.assign(variable=found["term"], tests=len(tests))
    words = f"not among the {settings['at_most']} variables with the smallest p"
    found["note"] = [None if name in shown else words for name in found["variable"]]
    place = found["variable"].map(order.index)
    return found.iloc[np.argsort(place.to_numpy(int), kind="stable")][FOUND].reset_index(drop=True)
