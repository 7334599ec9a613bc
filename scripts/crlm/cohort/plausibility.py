"""What a column or the follow-up of a cohort betrays as a whole: another unit, a code among the values, an empty group."""

import numpy as np

from crlm.cohort.conditions import assess
from crlm.cohort.findings import build_finding
from crlm.plan.groupings import cut_names
from crlm.plan.phrases import plural

LEAST = 5  # known values below which a median says nothing
CODES = (9, 77, 88, 99, 777, 888, 999, 7777, 8888, 9999, 99999)
LARGE = 999  # from here on, a number of that form that stands there twice is taken for a code wherever it lies
SOME = 8  # dates from which days that are all the first or last of a month are no chance
DAYS = 16  # dates without a day above 12 that betray it; 0.4 ** 16 by chance
OLDEST = "1975"  # ASSUME no cohort's liver metastases were resected before, half of them
REPEATED = 3  # times that a code of one digit stands there, when it is taken for a code
FAR = 2  # how many times the next value a number of that form is, when it is taken for a code


def name_unit(spec, above):
    """Return what a column above or below what is plausible probably is, or None; a declared unit is to be checked."""
    if spec["factor"] != 1:
        return "check the unit that the plan declares for it (`unit:`)"
    return (spec["hint"] or {}).get("above" if above else "below")


def check_unit(value, spec):
    """Return a finding where the column as a whole is implausible: the median, shares of at most 1, fractions among per cent.

    `value` is in the unit of the analysis. A median below what durations have may be a short follow-up: a warning.
    """
    known = value.dropna()
    if spec["unit"] == "%" and spec["factor"] == 1:
        found = _check_fractions(known, spec) or _check_grades(known, spec)
        if found:
            return found
    if not spec["plausible_median"] or len(known) < LEAST:
        return []
    least, most = spec["plausible_median"]
    middle = known.median()
    if least <= middle <= most:
        return []
    above, unit = middle > most, f" {spec['unit']}" if spec["unit"] else ""
    hint = name_unit(spec, above) or "check the unit of the column"
    return [
        build_finding(
            "warning" if spec["kind"] == "duration" and not above else "error",
            "unit_suspect",
            f"{spec['label']}: the median is {middle:g}{unit}, so that half of the values lie {'above' if above else 'below'} it; "
            f"a median of {least:g} to {most:g}{unit} is expected.",
            f"{hint[0].upper()}{hint[1:]}{'' if hint.endswith('.') else '.'} If the numbers are right, write the limits of the "
            "median under `variables:` as `plausible_median: [lowest, highest]`.",
            column=spec["column"],
            value=f"{middle:g}",
        )
    ]


def _check_fractions(known, spec):
    """Per cent of which none is above 1, some lie between 0 and 1, or some are 1 where all others are nothing or everything."""
    parts = known[(known > 0) & (known < 1)]
    if parts.empty and set(known) == {0, 1, 100}:
        parts = known[known == 1]
    if 0 < known.max() <= 1:
        return [
            build_finding(
                "error",
                "unit_suspect",
                f"{spec['label']}: no value is above 1, so that these look like fractions and not per cent.",
                "Write `unit: fraction` for this column under `columns:`; if they are per cent, correct them.",
                column=spec["column"],
                value=f"{known.max():g}",
            )
        ]
    if parts.empty:
        return []
    many = len(parts) >= 3 and len(parts) >= 0.2 * (known > 0).sum()
    return [
        build_finding(
            "error" if many else "warning",
            "mixed_percent",
            f"{spec['label']}: 1 in {len(parts)} of {len(known)} values, 0 or 100 in all others; everything may be written as 1 "
            f"there (first in row {parts.index[0]})."
            if parts.max() == 1
            else f"{spec['label']}: {len(parts)} of {len(known)} values between 0 and 1, and the others go up to {known.max():g}; "
            f"fractions may stand among per cent (first in row {parts.index[0]}).",
            "Write all of them in per cent (0.6 as 60), or all as fractions with `unit: fraction`.",
            column=spec["column"],
            value=f"{parts.iloc[0]:g}",
        )
    ]


def _check_grades(known, spec):
    """Per cent that are only small whole numbers, as the codes of classes are."""
    classes = set(known) & {1, 2, 3, 4}
    if len(known) < 2 * LEAST or known.max() > 9 or (known % 1).any() or len(classes) < 2:
        return []
    return [
        build_finding(
            "warning",
            "unit_suspect",
            f"{spec['label']}: all {len(known)} values are whole numbers up to {known.max():g}; these look like codes and not "
            "like per cent.",
            "If they are codes, map the column to a variable with levels (`values:`, or `label:` for growth patterns).",
            column=spec["column"],
        )
    ]


def check_decimals(value, spec):
    """Return a warning where decimals betray two units in one column: years and months as 2.11, centimetres among millimetres."""
    numbers = (value.dropna() / spec["factor"]).round(9)
    broken = numbers[numbers % 1 > 0]
    if spec["kind"] == "duration":
        found = _read_parts(broken)
    elif spec["unit"] == "cm" and spec["factor"] == 0.1:
        found = _find_centimetres(numbers, broken)
    else:
        return []
    return [
        build_finding(
            "warning", "unit_mixed", f"{spec['label']}: {message}.", remedy, column=spec["column"]
        )
        for message, remedy in found
    ]


def _read_parts(broken):
    """Two numbers in one: behind the point months of a year or days of a month (by chance 0.31 to the power of their count)."""
    parts = (broken % 1 * 100).round(6)
    if len(parts) < 2 * LEAST or parts.nunique() < LEAST or (parts % 1).any() or parts.max() > 30:
        return []
    said = "years and months, as in 2.11" if parts.max() <= 11 else "months and days, as in 14.25"
    message = f"no entry has more than {parts.max():g} hundredths behind the point; these look like {said}"
    return [(message, "Write plain numbers in one unit: 2 years and 11 months are 35 months.")]


def _find_centimetres(numbers, broken):
    """Decimals below 10 among whole millimetres."""
    if len(broken) < 3 or broken.max() >= 10 or not numbers[numbers % 1 == 0].median() >= 10:
        return []
    message = f"{len(broken)} entries have decimals and are below 10, the others are whole millimetres; these may be centimetres"
    return [(message, f"Write all of them in millimetres (first in row {broken.index[0]}).")]


def check_codes(value, spec):
    """Return warnings on numbers such as 99 and 999 that lie far above all others, or are large and stand there twice."""
    numbers = (value.dropna() / spec["factor"]).round(9)
    coded = numbers.isin(CODES)
    others = numbers[~coded]
    if not coded.any():
        return []
    highest = others.max() if len(others) >= LEAST else np.inf
    found = []
    for code, count in numbers[coded].value_counts().sort_index().items():
        if code <= FAR * max(highest, 0) and not (count > 1 and code >= LARGE):
            continue
        if code < 10 and count < REPEATED:
            continue
        row = numbers.index[numbers == code][0]
        found.append(
            build_finding(
                "warning",
                "undeclared_missing_code",
                f"{spec['label']}: {code:g} stands in {plural(count, 'row')}, first in row {row}"
                f"{f', and the next number is {highest:g}' if np.isfinite(highest) else ''}; it looks like a code for missing, "
                "and is used as a number.",
                f"If it means missing, list {code:g} under `missing:` of this column.",
                column=spec["column"],
                value=f"{code:g}",
            )
        )
    return found


def check_days(dates, spec):
    """Return findings where the dates of a column as a whole are read wrongly: day and month swapped, or another century or count.

    A column without any day above 12 has months for days. Where all have one or two days (the 1st or the 15th), only months
    were known, and it is told by months that are all the same.
    """
    known, found = dates.dropna(), []
    if len(known) < DAYS:
        return found
    days, months = known.dt.day, known.dt.month
    varied = days.nunique() > 2 or (months.nunique() == 1 and days.nunique() > 1)
    if days.max() <= 12 and varied:
        found.append(
            build_finding(
                "error",
                "dates_swapped",
                f"{spec['label']}: none of the {len(known)} dates has a day above 12; day and month are probably swapped.",
                "Correct `date_format` (%d.%m.%Y has the day first, %m/%d/%Y the month), or export the dates as year-month-day.",
                column=spec["column"],
            )
        )
    middle = known.sort_values().iloc[len(known) // 2]
    if spec["timing"] in ("operation", "follow_up") and middle.year < int(OLDEST):
        found.append(
            build_finding(
                "warning",
                "unlikely_dates",
                f"{spec['label']}: half of the dates lie before {middle.year + 1}.",
                "Check how the dates are read: years of two digits, or numbers that count from another day (`date_format: excel` "
                "counts from 1900, SAS and R do not).",
                column=spec["column"],
                value=f"{middle:%Y-%m-%d}",
            )
        )
    return found


def check_fixed_days(dates, spec):
    """Return warnings where the dates of a column say only months, quarters or years, or most are one and the same day.

    Dates such as the 1st of a month are days that nobody knew: by chance 0.03 to the power of their count.
    """
    known, found = dates.dropna(), []
    if len(known) < SOME:
        return found
    days, months = known.dt.day, known.dt.month
    ends = bool(known.dt.is_month_end.all())
    starts = bool(days.eq(1).all() or days.eq(15).all())
    same = known.value_counts()
    if (ends or starts) and len(same) > 2:
        yearly, quarterly = (
            months.nunique() == 1,
            (months % 3).nunique() == 1,
        )
        only, width = (
            ("years", "half a year")
            if yearly
            else ("quarters", "six weeks")
            if quarterly
            else ("months", "two weeks")
        )
        where = "the last" if ends else f"the {known.iloc[0].day}."
        found.append(
            build_finding(
                "warning",
                "day_unknown",
                f"{spec['label']}: all {len(known)} dates are {where} of their month, and they say only {only}; times are up to "
                f"{width} wrong, and more where both dates are like that.",
                f"Enter the days where they are known; else say in the paper that only {only} were.",
                column=spec["column"],
            )
        )
    if spec["timing"] != "follow_up" and len(known) >= DAYS and same.iloc[0] > len(known) / 2:
        found.append(
            build_finding(
                "warning",
                "same_day",
                f"{spec['label']}: {same.iloc[0]} of {len(known)} patients have the same date; it may stand for an "
                "unknown one.",
                "Enter the dates; or list this one under `missing:` if it means missing.",
                column=spec["column"],
            )
        )
    return found


def check_exclusions(cohort, rules, variables):
    """Return warnings on exclusions by a number that is implausible and that no patient reaches, and by what came later."""
    found = []
    for name, rule in rules.items():
        spec, value = variables.get(rule.get("variable")), rule.get("value")
        if rule.get("variable") not in cohort or (value is None and rule["operator"] != "known"):
            continue
        label = spec["label"]
        if spec.get("timing") == "follow_up":
            found.append(
                build_finding(
                    "warning",
                    "excluded_by_the_future",
                    f"{rule['label']} (cohort.exclusions.{name}): {label} becomes known in follow-up, so that who stays was "
                    "chosen by what happened later; survival from the resection is flattered.",
                    "Leave patients out by what was known at the resection, or begin with a landmark (`landmark_months`); say it "
                    "in the paper if it is meant.",
                    column=rule["variable"],
                )
            )
        likely = spec.get("plausible") or spec.get("range")
        known = cohort[rule["variable"]].dropna()
        if isinstance(value, str | list | None) or not likely or known.empty:
            continue
        if likely[0] <= value <= likely[1] or known.min() <= value <= known.max():
            continue
        if assess(cohort, rule["variable"], rule["operator"], value).fillna(False).any():
            continue  # everybody: the run ends with that
        unit = f" {spec['unit']}" if spec["unit"] else ""
        found.append(
            build_finding(
                "warning",
                "threshold_outside",
                f"{rule['label']} (cohort.exclusions.{name}): it asks whether {label} is {rule['operator']} {value:g}{unit}, but "
                f"the column goes from {known.min():g} to {known.max():g}{unit}, so that nobody is left out.",
                "Write the number in the unit of the analysis, or correct the unit of the column.",
                column=rule["variable"],
                value=f"{value:g}",
            )
        )
    return found


def check_cuts(cohort, groupings, variables):
    """Return warnings on cut points outside the observed range of a recorded number: a group is empty."""
    found = []
    for name, grouping in groupings.items():
        if not grouping["cuts"] or grouping["variables"][0] not in cohort:
            continue
        variable = grouping["variables"][0]
        known, spec = cohort[variable].dropna().to_numpy(float), variables[variable]
        if not len(known):
            continue
        edges, unit = sorted(grouping["cuts"]), f" {spec['unit']}" if spec["unit"] else ""
        counts = np.bincount(np.searchsorted(edges, known, side="right"), minlength=len(edges) + 1)
        for group, count in zip(cut_names(edges), counts, strict=True):
            if count or group not in grouping["groups"]:
                continue
            found.append(
                build_finding(
                    "warning",
                    "empty_group",
                    f"groupings.{name}: nobody is in the group {grouping['group_labels'][group]}. {spec['label']} goes from "
                    f"{known.min():g} to {known.max():g}{unit}; the plan cuts at {', '.join(f'{e:g}' for e in edges)}{unit}.",
                    "Check the cut and its unit (that of the dictionary), and the unit of the column.",
                    column=variable,
                    value=", ".join(f"{edge:g}" for edge in edges),
                )
            )
    return found


def check_thresholds(cohort, scores, columns):
    """Return warnings on thresholds of scores and proxies that are implausible for their number and that no patient crosses."""
    found = {}
    for name, score in scores.items():
        parts = [*score["components"].values(), *(score.get("proxies") or {}).values()]
        for part in parts:
            tests = [{**test, "variable": part["variable"]} for test in part.get("points", [])]
            for test in tests or [{**part, "threshold": part.get("value")}]:
                variable, threshold = test["variable"], test.get("threshold")
                if not isinstance(variable, str) or isinstance(threshold, str | list | None):
                    continue
                spec = columns.get(variable, {})
                likely = spec.get("plausible") or spec.get("range")
                known = cohort[variable].dropna() if variable in cohort and likely else []
                if not len(known) or likely[0] <= threshold <= likely[1]:
                    continue
                if known.min() <= threshold <= known.max():
                    continue
                unit = f" {spec['unit']}" if spec["unit"] else ""
                found[name, variable, threshold] = build_finding(
                    "warning",
                    "threshold_outside",
                    f"score {name}: it asks whether {spec['label']} is {test['operator']} {threshold:g}{unit}, but the column goes "
                    f"from {known.min():g} to {known.max():g}{unit}, so that all patients have the same answer.",
                    "Thresholds are in the unit of the dictionary; correct the threshold or the unit of the column.",
                    column=spec["column"],
                    value=f"{threshold:g}",
                )
    return list(found.values())
