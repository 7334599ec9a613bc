"""Second computation of adjusted curves."""

import numpy as np

from crlm.analyses.adjusted_curves.estimate import MEASURES, METHODS, select_compared
from crlm.analyses.adjusted_curves.refit import refit_measures


def check_results(cohort, plan, results):
    """Survival and restricted means of both groups, by statsmodels and lifelines, again by the arrays of the resamples.

    Not of the standardised curves, whose arrays share the baseline hazard of the first computation.
    """
    settings = plan["adjusted_curves"]
    for endpoint in plan["endpoints"]:
        table = results["endpoints"][endpoint]["adjusted_curves"]
        table = table[table["estimate"].notna() & (table["method"] != "standardised")]
        for name, rows in table.groupby("comparison", sort=False):
            spec = settings["comparisons"][name]
            horizons = settings["horizons_months"][endpoint][name]
            compared = select_compared(cohort, endpoint, spec)
            once = np.ones((1, len(compared.months)), int)
            found = refit_measures(compared, spec, None, once, horizons)[0]
            for row in rows.itertuples():
                place = METHODS.index(row.method), MEASURES.index(row.measure)
                at = horizons.index(row.horizon)
                by = "lifelines" if row.method == "unadjusted" else "lifelines, statsmodels"
                both = zip((row.reference_estimate, row.estimate), spec["groups"], strict=True)
                for number, (value, group) in enumerate(both):
                    second = found[place[0], number, place[1], at]
                    what = f"{row.measure} at {row.horizon:g} months, {row.method}"
                    yield endpoint, f"{name}: {group}", what, value, by, second, "own arrays"
