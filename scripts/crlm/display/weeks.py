"""Times in whole weeks: a day would tell one patient."""

WEEK = 7 / 30.4375  # months


def join_weeks(table, least):
    """Return a curve with its times in whole weeks where small counts are hidden, else as it is."""
    return merge_weeks(table) if least and len(table) else table


def round_weeks(table, least):
    """Return a table with its times in whole weeks where small counts are hidden, its rows as they are."""
    return table.assign(time=(table["time"] / WEEK).round() * WEEK) if least else table


def merge_weeks(table):
    """A curve with its times in whole weeks: per group and week the last row, with all its events and the first number at risk."""
    keys = [k for k in table if table[k].dtype == object and k not in ("evidence", "note")]
    weeks = (table["time"] / WEEK).round()
    joined = table.assign(time=weeks * WEEK)
    by = joined.groupby([*keys, weeks.rename("week")], dropna=False, sort=False)
    for name in {"events", "censored"} & set(joined):
        joined[name] = by[name].transform("sum", min_count=1)
    if "at_risk" in joined:
        joined["at_risk"] = by["at_risk"].transform("first")
    return joined[by.cumcount(ascending=False) == 0].reset_index(drop=True)


def round_medians(table):
    """A result table with its medians and times of follow-up (months) in whole weeks."""
    times = [name for name in table if "median" in name or name.startswith("follow_up")]
    whole = {n: (table[n] / WEEK).round() * WEEK for n in times if table[n].dtype.kind in "iuf"}
    return table.assign(**whole)
