"""What is said of codes that cover several levels, and of those that `other` under `values:` takes."""

import pandas as pd

from crlm.cohort.findings import build_finding
from crlm.plan.variables import BETWEEN, list_levels

OTHER = "other"  # the key of `values:` for every code that is not listed


def tell_word(spec, rest):
    """Return why `other` under `values:` did not take the entry."""
    if OTHER not in spec["values"] or rest is not None:
        return ""
    return f" `{OTHER}` stands for every other code only where the column has no entry '{OTHER}'."


def tell_codes(spec, several, others, rest):
    """Return notes on the entries whose code covers several levels, and on those that `other` takes."""
    labels, found = spec["level_labels"], []
    if several:
        counts = "; ".join(
            f"'{code}' ({len(rows)}) may be {' or '.join(labels.get(each, each) for each in meant)}"
            for code, (meant, rows) in several.items()
        )
        total = sum(len(rows) for _, rows in several.values())
        text = f"{spec['label']}: {total} entries have a code that covers several levels: {counts}."
        if total == 1:
            text = f"{spec['label']}: 1 entry has a code that covers several levels: {counts}."
        found.append(
            build_finding(
                "note",
                "several_levels",
                text,
                "Nothing to do; the level is missing where they differ, and scores take the lowest and the highest of them.",
                column=spec["column"],
            )
        )
    if others:
        shown = [f"'{code}' ({count})" for code, count in list(others.items())[:10]]
        left = len(others) - 10
        more = (
            " and 1 further code" if left == 1 else f" and {left} further codes" if left > 1 else ""
        )
        level = " or ".join(labels.get(each, each) for each in list_levels(rest))
        text = (
            f"{spec['label']}: {sum(others.values())} entries have none of the codes listed and count as {level}: "
            f"{', '.join(shown)}{more}."
        )
        if sum(others.values()) == 1:
            text = f"{spec['label']}: 1 entry has none of the codes listed and counts as {level}: {shown[0]}."
        found.append(
            build_finding(
                "note",
                "other_codes",
                text,
                "Check that none of them is a misspelt code or means missing.",
                column=spec["column"],
            )
        )
    return found


def choose_open(among, ids, take):
    """Return the row of each patient whose code covers several levels, from rows in order.

    among: texts of the levels that a code covers, missing where it covers one. `take` first and last say which row; otherwise
    rows that leave different levels open give none.
    """
    known = among.dropna()
    of = ids.loc[known.index]
    if take not in ("first", "last"):
        known = known[known.groupby(of).transform("nunique") == 1]
    rows = known.index.to_series().groupby(of.loc[known.index], sort=False)
    return rows.last() if take == "last" else rows.first()


def keep_contradicting(values, among, ids):
    """Return the values as texts, a code of several levels with all of them, where a patient's rows have no level in common.

    values, among: per row, as `choose_open` has the latter; None where no code of the column covers several levels.
    """
    if among is None:
        return values
    open_ = among[values.isna()].dropna().map(lambda text: text.split(BETWEEN))
    known = values.astype(object).dropna().map(lambda level: [level])
    said = pd.concat([known, open_]).reindex(values.index).dropna()  # rows as in the file
    of = ids.loc[said.index]
    apart = said.groupby(of).agg(lambda rows: not set.intersection(*map(set, rows)))
    return said[of.map(apart).astype(bool)].map(" or ".join)
