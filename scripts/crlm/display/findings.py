"""What a figure shows, in a sentence for those who do not see it: numbers of the tidy tables, and no claim beyond a test."""

from functools import partial

import pandas as pd

from crlm.display import formats
from crlm.plan import phrases

AT_RISK = 5  # fewer at risk give no headline
MOST = 4  # more groups are told by their extremes
RATIO = ("hazard_ratio", "lower", "upper")


def keep_known(table, name, plan):
    """The rows with a number in the column `name`, of enough patients at risk, and of no group that the plan hides."""
    hidden = plan["output"]["privacy"]["small_cells"] or 0
    known = table[table[name].notna()]
    for column, least in (("patients", hidden), ("at_risk", max(AT_RISK, hidden))):
        if column in known:
            known = known[known[column] >= least]
    return known


def keep_last(table, time, groups):
    """The rows at the last time at which so many groups of the column `group` have one, else at the last at which any has."""
    counts = table.groupby(time)["group"].nunique()
    whole = counts.index[counts >= groups]
    return table[table[time] == max(whole if len(whole) else counts.index, default=None)]


def keep_levels(table):
    """The rows of Cox models that compare a level or a step, without the reference."""
    known = table[table["hazard_ratio"].notna()]
    if "p_value" in known:
        known = known[known["p_value"].notna()]
    return known[known["level"].isna() | (known["level"] != known["reference"])]


def tell_ratio(row, names=RATIO):
    """`1.41 (1.13–1.75)`."""
    return formats.format_interval(*(row[name] for name in names), formats.format_ratio)


def tell_number(row, names, digits=1):
    """`12.3 (10.1–14.5)` with so many decimals."""
    return formats.format_interval(
        *(row[name] for name in names), partial(formats.format_number, digits=digits)
    )


def tell_share(row, names):
    """`45.0% (41.3–48.6)` of a share with its limits, or without them where one name is given."""
    values = [row[name] for name in names]
    first, _, rest = formats.format_percent(*values).partition(" ")
    return f"{first}% {rest}".strip()


def join_parts(parts, what="group"):
    """The texts of (value, text) in their order; of more than four the lowest and the highest, and that they are."""
    parts = [(value, text) for value, text in parts if not pd.isna(value)]
    if len(parts) <= MOST:
        return phrases.join_words(text for _, text in parts)
    low, high = (choose(parts, key=lambda each: each[0])[1] for choose in (min, max))
    return f"from {low} to {high} (the lowest and the highest of {phrases.plural(len(parts), what)}, which lie apart by chance too)"


def of_group(plan, key, group):
    """` with Low`, nothing for the group of all patients."""
    labels = plan["groupings"][key]["group_labels"]
    return f" with {labels[group]}" if len(labels) > 1 else ""


def name_level(spec, level):
    """The label of a level of a variable."""
    return spec.get("level_labels", {}).get(level, level)


def contrast(row, spec):
    """` of Yes against No`, or the step of a number as `, per 10 years`; empty without either."""
    if isinstance(row["level"], str) and isinstance(row["reference"], str):
        levels = (name_level(spec, row[each]) for each in ("level", "reference"))
        return f" of {' against '.join(levels)}"
    step = formats.describe_step(spec)
    return f", {step}" if step else ""


def count_clear(p_values, what):
    """`1 of 3 tests for interaction has p below 0.05, not adjusted for their number`; of a single test whether it has."""
    clear = int((p_values < formats.LEVEL).sum())
    if len(p_values) == 1:
        return f"the one test {what} has p {'below' if clear else 'not below'} {formats.LEVEL:g}"
    verb = "has" if clear == 1 else "have"
    return f"{clear} of {len(p_values)} tests {what} {verb} p below {formats.LEVEL:g}, not adjusted for their number"


def tell_interactions(plan, rows, variable):
    """`hazard ratio .. in all patients; of 3 tests for interaction 1 has p below 0.05 ..`, empty where nothing is known."""
    spec, variables = plan["variables"][variable], plan["variables"]
    whole = keep_known(keep_levels(rows[rows["within"] == "overall"]), "hazard_ratio", plan)
    parts = [tell_ratio(row) + contrast(row, spec) for _, row in whole.iterrows()]
    words = [f"hazard ratio {phrases.join_words(parts)} in all patients"] if parts else []
    tests = rows[rows["interaction_p_value"].notna()].drop_duplicates("within")
    if len(tests):
        smallest = tests.loc[tests["interaction_p_value"].idxmin()]
        words.append(
            f"{count_clear(tests['interaction_p_value'], 'for interaction')}, {'' if len(tests) == 1 else 'the smallest '}that by "
            f"{variables[smallest['within']]['label']}, "
            f"{formats.state_p(smallest['interaction_p_value'])}"
        )
    return "; ".join(words) + "." if words else ""
