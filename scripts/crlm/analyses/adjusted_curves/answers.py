"""What the adjusted curves and the balance of their covariates show."""

from crlm.analyses.adjusted_curves.tables import BALANCED, METHODS, name_covariate
from crlm.display import findings, formats
from crlm.display.sections import Answer
from crlm.plan import phrases

DIFFERENCE = ("difference", "difference_lower", "difference_upper")


def describe_figures(plan, results):
    """The difference of survival at the last month by every method, and the largest standardised difference before and after."""
    wanted = plan["adjusted_curves"].get("horizons_months", {}) if plan["adjusted_curves"] else {}
    for name, horizons in wanted.items():
        result, label = results["endpoints"][name], plan["endpoints"][name]["label"]
        for key in horizons:
            spec = plan["adjusted_curves"]["comparisons"].get(key)
            if not spec:
                continue
            if words := _tell_difference(plan, result["adjusted_curves"], key, spec):
                yield Answer(f"{label}: {words}", f"adjusted_curves_{name}_{key}")
            if words := _tell_balance(result["adjusted_curves_balance"], key, plan["variables"]):
                yield Answer(words, f"adjusted_balance_{name}_{key}")


def _tell_difference(plan, table, key, spec):
    rows = table[(table["comparison"] == key) & (table["measure"] == "survival")]
    rows = findings.keep_known(rows, "difference", plan)
    rows = rows[rows["horizon"] == rows["horizon"].max()]
    if rows.empty:
        return ""
    parts = []
    for _, row in rows.iterrows():
        points = {name: 100 * row[name] for name in DIFFERENCE}
        parts.append(
            f"{findings.tell_number(points, DIFFERENCE)} {phrases.lower_first(METHODS[row['method']])}"
        )
    first, second = (spec["group_labels"][group] for group in spec["groups"])
    return (
        f"{spec['label']}, survival at {rows['horizon'].iloc[0]:g} months, {second} minus {first} in percentage points: "
        f"{'; '.join(parts)}. There is no test; adjusted for the recorded covariates only."
    )


def _tell_balance(table, key, variables):
    mine = table[table["comparison"] == key]
    parts = []
    for when, column in (("before weighting", "difference"), ("after it", "weighted_difference")):
        known = mine[mine[column].notna()]
        if known.empty:
            return ""
        row = known.loc[known[column].abs().idxmax()]
        above = int((known[column].abs() >= BALANCED).sum())
        size = formats.format_number(row[column], 2)
        parts.append(
            f"{when} {above} of {len(known)} lie at {BALANCED:g} or beyond, the largest {size} ({name_covariate(row, variables)})"
        )
    return f"Standardised differences of the covariates: {'; '.join(parts)}."
