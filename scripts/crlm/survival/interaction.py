"""Does the effect of one variable on the hazard depend on another: the test, and the effect at values of the other."""

import numpy as np
from scipy.special import chdtrc

from crlm.cohort.conditions import list_levels
from crlm.survival.cox import fit_quickly
from crlm.survival.cox_design import find_redundant, is_numeric, prepare_values, select_complete
from crlm.survival.cox_maximum import find_maximum
from crlm.survival.kaplan_meier import read_entry
from crlm.survival.partial_likelihood import build_risk_sets
from crlm.survival.separation import list_at_risk

UNTESTED = np.nan, np.nan, np.nan


def test_interaction(patients, endpoint, variables):
    """p-value of `compare_products`."""
    return compare_products(patients, endpoint, variables)[2]


def compare_products(patients, endpoint, variables, by_lifelines=False):
    """Test of the interaction of the first two variables, given both and the others: (chi-squared, df, p).

    Likelihood ratio on the complete cases, by our own Newton's maxima (no coefficient of them is shown) or lifelines'.
    A cell without an event does no harm: the likelihood has a limit even where the hazard ratio has none.
    Missing when no product can be estimated, as where all events are at one level.
    """
    patients = patients[select_complete(patients, variables)]
    months, event = (patients[f"{endpoint}_{part}"].to_numpy(float) for part in ("months", "event"))
    entry = read_entry(patients, endpoint)
    if not event.any():
        return UNTESTED
    blocks = [_columns(patients[name], spec) for name, spec in variables.items()]
    first, second = blocks[:2]
    products = (first[:, :, None] * second[:, None, :]).reshape(len(patients), -1)
    x = np.hstack([*blocks, products])
    mains = x.shape[1] - products.shape[1]
    redundant = find_redundant(x[list_at_risk(build_risk_sets(months, event, entry=entry))])
    kept = [column for column in range(x.shape[1]) if column not in redundant]
    added = sum(column >= mains for column in kept)
    if not added:
        return UNTESTED
    x = x[:, kept]
    x = (x - x.mean(axis=0)) / x.std(axis=0)
    smaller = find_maximum(months, event, x[:, : len(kept) - added], None, by_lifelines, entry)
    if smaller is None or not _tells(x, added, smaller):
        return UNTESTED
    larger = find_maximum(months, event, x, None, by_lifelines, entry)
    if larger is None:
        return UNTESTED
    statistic = max(2 * (larger.log_likelihood - smaller.log_likelihood), 0)
    return statistic, added, chdtrc(added, statistic)


def _tells(x, added, smaller):
    """Whether a product still differs between patients who can be compared once the main effects are known."""
    rows = list_at_risk(smaller.risk_sets)
    strata = np.zeros(len(x), int)
    for number, stratum in enumerate(smaller.risk_sets):
        strata[stratum.rows] = number
    redundant = find_redundant(x[rows], strata[rows])
    return any(column not in redundant for column in range(x.shape[1] - added, x.shape[1]))


def _columns(column, spec):
    values = prepare_values(column, spec).to_numpy()
    if is_numeric(spec):
        return values.astype(float)[:, None]
    return np.equal.outer(values, spec["levels"][1:]).astype(float)


def fit_within(patients, endpoint, variables, places, by_lifelines=True):
    """Effects of the first variable at places of the second in one model of both, their products and the others.

    patients: complete cases; variables: {name: spec}, the variable, the other, then the adjustment; places: levels of the other,
    or values of a number. Returns (effects, ratios): {place: rows of the coefficients, one per level of the variable} with the
    hazard ratio there, and {place: rows} with the ratio of the hazard ratio there to that at the first level (empty at that), or
    of a number {None: rows} with the ratio per step of it.

    The same likelihood in other coordinates: with a copy of the variable for each level of the other, which is at its reference
    at all other levels, the coefficient of a copy is the effect there; with the variable itself in the place of the first copy
    the others are the differences from it. Of a number the products are with its distance from the value.
    """
    (name, spec), (other, by), *adjust = variables.items()
    table = patients.copy()
    values = prepare_values(patients[name], spec)
    whole = {f"{name} ": plain(spec)}  # with a space: no name of the plan has one
    table[f"{name} "] = values
    rest = dict(adjust)
    if is_numeric(by):
        effects = {}
        distance = prepare_values(patients[other], by)
        for place in places:
            at = prepare_values(table[[other]].assign(at=place)["at"], by)
            products = multiply(table, name, values, spec, distance - at)
            chosen = {**whole, other: by, **products, **rest}
            rows, _ = fit_quickly(table, endpoint, chosen, by_lifelines=by_lifelines)
            effects[place] = select_rows(rows, [f"{name} "])
        return effects, {None: select_rows(rows, products)}
    copies = {}
    for place in places:
        copies[place] = f"{name} in {place}"
        apart = values.where(
            patients[other].eq(place), 0.0 if is_numeric(spec) else spec["levels"][0]
        )
        table[copies[place]] = apart
    nested = {copy: plain(spec) for copy in copies.values()}
    rows, _ = fit_quickly(table, endpoint, {other: by, **nested, **rest}, by_lifelines=by_lifelines)
    effects = {place: select_rows(rows, [copy]) for place, copy in copies.items()}
    later = dict(list(nested.items())[1:])
    rows, _ = fit_quickly(
        table, endpoint, {other: by, **whole, **later, **rest}, by_lifelines=by_lifelines
    )
    ratios = {place: select_rows(rows, [copy]) for place, copy in copies.items() if copy in later}
    return effects, ratios


def plain(spec):
    """The spec of a variable whose numbers are transformed and scaled already."""
    if is_numeric(spec):
        return {"kind": "continuous"}
    return {"kind": "categorical", "levels": spec["levels"]}


def multiply(table, name, values, spec, distance):
    """Put the products of a variable and a number into the table; returns {name of the product: spec}."""
    if is_numeric(spec):
        table[f"{name} product"] = values * distance
        return {f"{name} product": {"kind": "continuous"}}
    made = {}
    for level in list_levels(table[name], spec["levels"])[1:]:
        table[f"{name} {level} product"] = values.eq(level) * distance
        made[f"{name} {level} product"] = {"kind": "continuous"}
    return made


def select_rows(rows, names):
    """The rows of the coefficients of these terms that are no reference, as dicts."""
    mine = rows[rows["variable"].isin(list(names))]
    return mine[~(mine["level"].notna() & (mine["level"] == mine["reference"]))].to_dict("records")
