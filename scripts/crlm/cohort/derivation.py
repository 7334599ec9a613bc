"""Fill in what follows from other variables, as the dictionary declares; a recorded value always comes first."""

import numpy as np
import pandas as pd

from crlm.cohort.blocks import share_of
from crlm.cohort.conditions import assess
from crlm.cohort.declared_variables import check_declared, compute_declared
from crlm.cohort.derived_variables import LEVELS, compute_levels, compute_numbers
from crlm.cohort.findings import build_finding, condense_findings
from crlm.plan.phrases import plural
from crlm.plan.variables import list_inputs

DAYS_PER_MONTH = 30.4375  # 365.25 / 12


def derive_variables(cohort, derivations, variables):
    """Return the cohort with every derivable variable filled in, and notes on how many values were derived.

    Only recorded values are inputs of the dictionary's rules: a derived value never gives rise to another. Formulas come last, on
    the columns so completed, each after those it builds on; those that the plan marks ``early`` come first and count as
    recorded. A recorded value that contradicts what follows from the other columns is a warning with the patient's row.
    """
    formulas = {name: spec for name, spec in variables.items() if spec.get("formula")}
    early = {name: spec for name, spec in formulas.items() if spec["formula"].get("early")}
    cohort, findings = _compute_all(cohort, early, variables)
    recorded = cohort
    derived = {}
    for name, rules in derivations.items():
        spec = variables[name]
        column = recorded[name] if name in recorded else _empty(recorded.index, spec)
        earlier = None
        for rule in rules:
            if not all(source in recorded for source in list_inputs(rule)):
                continue
            value = _follow(recorded, rule, variables)
            findings += _reversed_dates(recorded, rule, spec, variables)
            fill = column.isna() & value.notna()
            if name in recorded:
                findings += _contradictions(recorded, name, value, rule, spec)
            elif earlier is not None:
                findings += _contradictions(
                    recorded.assign(**{name: column}), name, value, rule, spec, earlier
                )
            earlier = rule if earlier is None else earlier
            column = column.where(~fill, value)
        derived[name] = _typed(column, spec)
        if name in recorded:
            findings += _tell_filled(derived[name].notna() & recorded[name].isna(), name, spec)
    others = cohort.drop(columns=[name for name in derived if name in cohort])
    table = pd.concat([others, pd.DataFrame(derived, index=cohort.index)], axis=1)
    late = {name: spec for name, spec in formulas.items() if name not in early}
    table, found = _compute_all(table, late, variables)
    return table, findings + found


def _compute_all(table, formulas, variables):
    """The table with the variables of the formulas whose inputs it has, each after those it is made of, and the findings."""
    made = set()
    while more := {
        name
        for name, spec in formulas.items()
        if name not in made and all(s in table or s in made for s in spec["formula"]["of"])
    }:
        made |= more
    # A recorded one without its inputs stays as it is, and nothing waits for it
    waiting, findings = {name: spec for name, spec in formulas.items() if name in made}, []
    while ready := [
        name
        for name, spec in waiting.items()
        if all(source in table and source not in waiting for source in spec["formula"]["of"])
    ]:
        for name in ready:
            columns, found = _compute(table, name, waiting.pop(name), variables)
            others = table.drop(columns=[each for each in columns if each in table])
            table = pd.concat([others, columns], axis=1)
            findings += found
    return table, findings


def months_between(start, end):
    """Return the months (30.4375 days) from one date column to another."""
    return (end - start).dt.days / DAYS_PER_MONTH


def _reversed_dates(cohort, rule, spec, variables):
    """Warnings on intervals that end before they begin, where the dictionary sets these to a lowest value."""
    if "not_below" not in rule:
        return []
    start, end = rule["months_between"]
    names = [variables[name]["label"] for name in (start, end)]
    found = [
        build_finding(
            "warning",
            "reversed_dates",
            f"{names[1]} ({cohort[end][row]:%Y-%m-%d}) lies before {names[0]} ({cohort[start][row]:%Y-%m-%d}); "
            f"{spec['label']} follows as {rule['not_below']:g} {spec['unit']}.",
            "Correct the date that is wrong; if both are right, nothing is to be done.",
            row=row,
            patient=cohort["patient_id"][row],
            column=f"{start}, {end}",
            value=f"{cohort[start][row]:%Y-%m-%d}, {cohort[end][row]:%Y-%m-%d}",
        )
        for row in cohort.index[cohort[end] < cohort[start]]
    ]
    return condense_findings(found, len(cohort))


def _compute(cohort, name, spec, variables):
    """The columns of a variable with a formula (its number with bounds, or its level) and what was found."""
    formula, findings = spec["formula"], []
    if formula.get("declared"):
        columns = compute_declared(cohort, name, spec)
        columns[name] = _typed(columns[name], spec)
        return columns, check_declared(cohort, columns[name], spec, variables)
    recorded = cohort[name] if name in cohort else _empty(cohort.index, spec)
    if formula["function"] in LEVELS:
        value, limits = compute_levels(cohort, formula), {}
        open_ = recorded.isna()
    else:
        table = compute_numbers(cohort, formula)
        value = table["value"]
        limits, open_ = _limits(cohort, name, table, recorded)
    if name in cohort:
        findings += _contradictions(cohort, name, value, {"inputs": formula["of"]}, spec)
        findings += _tell_filled(open_ & value.notna(), name, spec)
    column = recorded.astype(object).where(~(open_ & value.notna()), value)
    return pd.DataFrame({name: _typed(column, spec), **limits}, index=cohort.index), findings


def _limits(cohort, name, table, recorded):
    """The columns of the bounds, and who has neither a recorded number nor recorded bounds."""
    limits = {f"{name}_{end}": table[end] for end in ("lower", "upper")}
    known = pd.DataFrame({key: cohort.get(key, np.nan) for key in limits}, index=cohort.index)
    open_ = recorded.isna() & known.isna().all(axis=1)
    finite = np.isfinite(table[["lower", "upper"]]).any(axis=1)
    told = open_ & finite & (table["lower"] != table["upper"])
    made = {key: limit.where(told, known[key]).astype(float) for key, limit in limits.items()}
    return (made if any(limit.notna().any() for limit in made.values()) else {}), open_


def _tell_filled(rows, name, spec):
    """A note on the gaps of a recorded variable that were filled."""
    filled = int(rows.sum())
    if not filled:
        return []
    counted = plural(filled, "missing value")
    message = f"{spec['label']}: {counted} filled in from other columns."
    return [build_finding("note", "derived", message, "Nothing to do.", column=name)]


def _follow(cohort, rule, variables):
    """The value that one rule gives each patient, missing where it does not decide."""
    if "months_between" in rule:
        start, end = rule["months_between"]
        value = months_between(cohort[start], cohort[end])
        return value.clip(lower=rule.get("not_below"))
    if "share_of" in rule:
        return share_of(cohort, rule["variable"], rule["share_of"])
    if "when" in rule:
        holds = assess(cohort, **rule["when"]).fillna(False).to_numpy(bool)
        if isinstance(rule["value"], str):  # a level
            return pd.Series(np.where(holds, rule["value"], None), cohort.index, dtype=object)
        return pd.Series(np.where(holds, float(rule["value"]), np.nan), cohort.index)
    levels = variables.get(rule["variable"], {}).get("levels")
    holds = assess(cohort, rule["variable"], rule["operator"], rule["value"], levels)
    answer = holds.map({True: "yes", False: "no"}).astype(object)
    return answer.where(holds.notna(), None)


def _empty(index, spec):
    return pd.Series(
        None if spec["levels"] else np.nan, index, dtype=object if spec["levels"] else float
    )


def _typed(column, spec):
    if spec["kind"] == "date":
        return pd.to_datetime(column).astype("datetime64[ns]")
    if not spec["levels"]:
        return column.astype(float)
    ordered = spec["kind"] == "ordinal"
    return pd.Series(
        pd.Categorical(column.astype(object), spec["levels"], ordered=ordered), column.index
    )


def _contradictions(cohort, name, value, rule, spec, earlier=None):
    """Values, recorded or of an earlier rule, that differ from what a rule gives; an interval may differ by a month."""
    both = cohort[name].notna() & value.notna()
    if spec["levels"]:
        differs = both & (cohort[name].astype(object) != value)
    else:
        gap = (
            0.1 if "inputs" in rule else 1
        )  # a formula is exact but for rounding, an interval is not
        differs = both & ((cohort[name].astype(float) - value.astype(float)).abs() > gap)
    sources = " and ".join(rule.get("inputs") or list_inputs(rule))
    given = "is recorded as" if earlier is None else f"follows from {list_inputs(earlier)[0]} as"
    used = "the recorded value" if earlier is None else "what stands first"
    found = [
        build_finding(
            "warning",
            "contradiction",
            f"{spec['label']} {given} {_show(cohort[name][row])}, but {sources} give {_show(value[row])}.",
            f"Correct one of them; {used} is used.",
            row=row,
            patient=cohort["patient_id"][row],
            column=name,
            value=_show(cohort[name][row]),
        )
        for row in cohort.index[differs]
    ]
    return condense_findings(found, int(both.sum()))


def _show(value):
    return value if isinstance(value, str) else f"{value:.4g}"
