"""A published curve as the user digitised it: cells become numbers, and everything that is wrong is told at once.

A curve is two tables: `points` (stratum, time_months, survival), the readings, and `at_risk` (stratum, time_months, at_risk), the
row of numbers printed below the figure. The index is the line in the file.
"""

import numpy as np
import pandas as pd

from crlm.cohort.findings import build_finding
from crlm.plan.schema import nearest
from crlm.plan.variables import NUMBER

JITTER = 0.01  # a reading may rise, or exceed 1, by this much: the width of a drawn line
LEAST_POINTS = 3  # readings without which there is no curve
COLUMNS = {
    "points": ("stratum", "time_months", "survival"),
    "at_risk": ("stratum", "time_months", "at_risk"),
}
SCALES = {"fraction": 1, "percent": 100}
ALL = "all"  # the one group of the whole cohort


def pair_strata(curve, strata, groups):
    """Return {stratum: group of the cohort or None}: as the plan says, or else the same names.

    With the whole cohort as the only group, every stratum is compared with it.
    """
    if curve["strata"]:
        return {name: curve["strata"][name] for name in strata if name in curve["strata"]}
    if groups == [ALL]:
        return dict.fromkeys(strata, ALL)
    return {name: name for name in strata}


def type_curve(name, read, curve, groups, files):
    """Return the tables `points` and `at_risk` of one curve as numbers (survival 0-1), and the findings.

    read: {part: (table of cells, findings)} as `reading.read_table` gives them; curve: its entry in the plan; groups: those of
    its grouping; files: {part: file name}.
    """
    tables, findings = {}, []
    for part, (cells, unread) in read.items():
        remedy = f"Save {files[part]} as CSV (UTF-8) with the columns {', '.join(COLUMNS[part])}."
        findings += [{**item, "remedy": remedy} for item in unread]
        tables[part], found = _type_table(cells, part, files[part])
        findings += found
    points, at_risk = tables["points"], tables["at_risk"]
    found = _check_scale(points, curve["unit"], name, files["points"])
    findings += found
    points = points.assign(survival=points["survival"] / SCALES[curve["unit"]])
    for stratum, rows in points.groupby("stratum", sort=False):
        findings += [] if found else _check_points(stratum, rows, curve["unit"], files["points"])
    for stratum, rows in at_risk.groupby("stratum", sort=False):
        findings += _check_at_risk(stratum, rows, files["at_risk"])
    if all(len(table) for table in tables.values()):
        findings += _check_strata(name, points, at_risk, curve, groups, files)
    return points, at_risk, findings


def _type_table(cells, part, file):
    """The rows of a table that can be read, and what is wrong with the others."""
    columns = COLUMNS[part]
    empty = pd.DataFrame({column: [] for column in columns}, dtype=float).astype(
        {"stratum": object}
    )
    if cells.empty:
        return empty, []
    lacking = [column for column in columns if column not in cells]
    if lacking:
        return empty, [
            build_finding(
                "error",
                "missing_column",
                f"{file} has no column '{column}'; it has {', '.join(map(str, cells.columns))}.",
                f"Name the column {column}.{nearest(column, cells.columns)}",
                column=column,
            )
            for column in lacking
        ]
    table, findings = cells[list(columns)].copy(), []
    for row in table.index[table["stratum"].isna()]:
        text = f"{file}: the row has no stratum."
        findings.append(
            _at(
                row,
                "stratum",
                None,
                "missing_stratum",
                text,
                "Enter its name, the same in both files.",
            )
        )
    table["stratum"] = table["stratum"].map(str, na_action="ignore")
    for column in columns[1:]:
        numbers = table[column].map(_read_number).astype(float)
        whole = column == "at_risk"
        bad = ~(numbers >= 0) | (whole & (numbers % 1 != 0))
        for row in table.index[bad]:
            shown = "" if table[column][row] is None else str(table[column][row])
            text = f"{file}: {column} is '{shown}', not {'a whole' if whole else 'a'} number from 0 up."
            remedy = "Read it in the figure again, or delete the row."
            findings.append(_at(row, column, shown, "not_a_number", text, remedy))
        table[column] = numbers.where(~bad)
    return table.dropna(), findings


def _read_number(cell):
    text = str(cell).strip().replace(",", ".")
    return float(text) if NUMBER.fullmatch(text) else np.nan


def _at(row, column, value, rule, message, remedy):
    value = f"{value:.10g}" if isinstance(value, float) else value
    where = {"row": int(row), "column": column, "value": value}
    return build_finding("error", rule, message, remedy, **where)


def _check_scale(points, unit, name, file):
    """Shares that are declared per cent, or the reverse: one error for the whole file."""
    if points.empty:
        return []
    highest = points["survival"].max()
    other = "percent" if unit == "fraction" else "fraction"
    if unit == "fraction" and highest > 2:
        seems, found = "per cent", "above 2"
    elif unit == "percent" and highest <= 1:
        seems, found = "shares from 0 to 1", "above 1"
    else:
        return []
    words = f"survival goes up to {highest:g}" if found == "above 2" else "no survival is above 1"
    return [
        build_finding(
            "error",
            "unit_suspect",
            f"{file}: {words}; these look like {seems}, but the plan says unit: {unit}.",
            f"Write unit: {other} under published.{name}, or correct the readings.",
            column="survival",
            value=f"{highest:g}",
        )
    ]


def _check_points(stratum, rows, unit, file):
    scale, findings = SCALES[unit], []
    if len(rows) < LEAST_POINTS:
        text = (
            f"{file}: stratum '{stratum}' has {len(rows)} readings; a curve needs {LEAST_POINTS}."
        )
        remedy = "Digitise the foot of every step, and the end of the curve."
        findings.append(_at(rows.index[0], "stratum", stratum, "few_points", text, remedy))
    again = "Read the point in the figure again."
    for row in rows.index[_falls(rows["time_months"])]:
        text = f"{file}: the time falls in stratum '{stratum}'."
        remedy = "Sort the rows of each stratum by time, or correct the time."
        findings.append(_at(row, "time_months", rows["time_months"][row], "unsorted", text, remedy))
    survival = rows["survival"]
    for row in rows.index[(survival > 1 + JITTER) & (survival <= 2)]:
        text = f"{file}: survival is above {scale}."
        findings.append(_at(row, "survival", scale * survival[row], "above_one", text, again))
    for row in rows.index[(rows["time_months"] == 0) & (survival < 1 - JITTER)]:
        text = f"{file}: survival at month 0 is not {scale}."
        remedy = "A curve begins with everybody alive: delete the row, or correct its time."
        findings.append(_at(row, "survival", scale * survival[row], "start", text, remedy))
    lowest = survival.cummin().shift(fill_value=np.inf)
    for row in rows.index[(survival - lowest > JITTER) & (survival <= 1 + JITTER)]:
        text = (
            f"{file}: survival rises in stratum '{stratum}', from {scale * lowest[row]:g} to "
            f"{scale * survival[row]:g} at month {rows['time_months'][row]:g}."
        )
        findings.append(_at(row, "survival", scale * survival[row], "survival_rises", text, again))
    return findings


def _check_at_risk(stratum, rows, file):
    findings = []
    times, numbers = rows["time_months"], rows["at_risk"]
    if times.iloc[0] != 0 or numbers.iloc[0] < 1:
        text = f"{file}: the row at risk of stratum '{stratum}' does not begin with its patients at month 0."
        remedy = "Enter the number of patients of the stratum at month 0 first."
        findings.append(_at(rows.index[0], "time_months", times.iloc[0], "start", text, remedy))
    for row in rows.index[_falls(times) | times.duplicated()]:
        text = f"{file}: the time does not rise in stratum '{stratum}'."
        remedy = "Sort the rows of each stratum by time; each time stands there once."
        findings.append(_at(row, "time_months", times[row], "unsorted", text, remedy))
    for row in rows.index[numbers.diff() > 0]:
        text = f"{file}: the number at risk rises in stratum '{stratum}'."
        remedy = "Read the numbers below the figure again."
        findings.append(_at(row, "at_risk", numbers[row], "at_risk_rises", text, remedy))
    return findings


def _falls(times):
    return (times.diff() < 0).to_numpy()


def _check_strata(name, points, at_risk, curve, groups, files):
    """Every stratum needs both tables, a place in the plan, and no more events than patients."""
    findings = []
    parts = {"points": points, "at_risk": at_risk}
    firsts = {part: table.drop_duplicates("stratum") for part, table in parts.items()}
    names = {part: list(table["stratum"]) for part, table in firsts.items()}
    for part, other in (("points", "at_risk"), ("at_risk", "points")):
        for row, stratum in firsts[part]["stratum"].items():
            if stratum not in names[other]:
                text = f"{files[part]}: stratum '{stratum}' has no row in {files[other]}."
                remedy = f"Add its rows there, or name it the same.{nearest(stratum, names[other])}"
                findings.append(_at(row, "stratum", stratum, "stratum_unpaired", text, remedy))
    known = list(dict.fromkeys([*names["points"], *names["at_risk"]]))
    place = f"published.{name}.strata"
    for row, stratum in firsts["points"]["stratum"].items():
        if curve["strata"] and stratum not in curve["strata"]:
            text = f"{files['points']}: stratum '{stratum}' does not stand in the plan."
            remedy = f"Add it under {place}, with its group, or with null when there is none."
            findings.append(_at(row, "stratum", stratum, "stratum_unknown", text, remedy))
        elif not curve["strata"] and groups != [ALL] and stratum not in groups:
            text = f"{files['points']}: stratum '{stratum}' is no group of the grouping {curve['grouping']}."
            remedy = (
                f"Say under {place} which group it is compared with ({', '.join(groups)}), or null."
                f"{nearest(stratum, groups)}"
            )
            findings.append(_at(row, "stratum", stratum, "stratum_unknown", text, remedy))
    for key in ("strata", "total_events"):
        for stratum in curve[key]:
            if stratum not in known:
                findings.append(
                    build_finding(
                        "error",
                        "stratum_unknown",
                        f"{files['points']}: no stratum '{stratum}', which the plan names.",
                        f"Correct it under published.{name}.{key}.{nearest(stratum, known)}",
                        column="stratum",
                        value=stratum,
                    )
                )
    patients = firsts["at_risk"].set_index("stratum")["at_risk"]
    for stratum, events in curve["total_events"].items():
        if events > patients.get(stratum, np.inf):
            findings.append(
                build_finding(
                    "error",
                    "too_many_events",
                    f"{files['at_risk']}: stratum '{stratum}' has {patients[stratum]:g} patients, but {events} events.",
                    f"Correct published.{name}.total_events, or the number at month 0.",
                    column="at_risk",
                    value=f"{patients[stratum]:g}",
                )
            )
    return findings
