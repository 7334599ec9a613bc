"""The one basis of restricted (natural) cubic splines, and where its knots stand."""

import numpy as np

# Harrell 2015, Regression Modeling Strategies, table 2.3, with the spacing of his rcspline.eval
QUANTILES = {
    3: (0.1, 0.5, 0.9),
    4: (0.05, 0.35, 0.65, 0.95),
    5: (0.05, 0.275, 0.5, 0.725, 0.95),
    6: (0.05, 0.23, 0.41, 0.59, 0.77, 0.95),
    7: (0.025, 11 / 60, 41 / 120, 0.5, 79 / 120, 49 / 60, 0.975),
}
WORDS = {4: "four", 5: "five", 6: "six", 7: "seven"}


def place_knots(values, count=4):
    """Knots of a spline: (knots, note).

    `count` of them at Harrell's quantiles; three if two of more coincide or lie within a hundredth of the range, because the values
    pile up; and if they do so again, three at the same quantiles of the distinct values. No knots below three distinct values.
    """
    distinct = np.unique(values)
    if len(distinct) < 3:
        return np.empty(0), "fewer than three distinct values"
    for fewer in dict.fromkeys((count, 3)):
        knots = np.quantile(values, QUANTILES[fewer])
        if np.diff(knots).min() > 0.01 * np.ptp(distinct):
            if fewer == count:
                return knots, None
            return knots, f"values pile up: three knots instead of {WORDS[count]}"
    knots = np.quantile(distinct, QUANTILES[3])
    return knots, "values pile up: three knots at quantiles of the distinct values"


def spline_basis(values, knots):
    """Columns (n, knots - 1) of the natural cubic spline with these knots, straight beyond the outer two: patsy's `cr`.

    With a constant they span the space of R's `rcs` and `ns`. The columns of `cr` add up to 1; the first is left out, because
    a Cox model has no constant. Fewer than three knots: the value itself.
    """
    values = np.asarray(values, float)
    if len(knots) < 3:
        return values[:, None]
    from patsy import cr  # half a second that only splines pay for

    inner = np.asarray(knots[1:-1], float)
    columns = cr(values, knots=inner, lower_bound=float(knots[0]), upper_bound=float(knots[-1]))
    return np.asarray(columns)[:, 1:]


def space_values(low, high, count, spec):
    """Values from low to high, evenly spaced on the scale on which the number enters a model."""
    space = np.geomspace if spec["transform"] == "log2" else np.linspace
    return space(low, high, count)
