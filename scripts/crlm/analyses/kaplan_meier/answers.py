"""The main comparison in a sentence per endpoint: survival of the groups where enough are at risk, with its test."""

import numpy as np

from crlm.analyses.kaplan_meier.numbers import format_survival
from crlm.analyses.kaplan_meier.tables import find_hazard_ratio
from crlm.display import findings, formats
from crlm.display.keys import make_key, mark, name_group, name_term, name_time
from crlm.display.sections import Answer
from crlm.plan import phrases
from crlm.plan.models import UNIVARIABLE

AT_RISK = 5  # fewer in a group give no headline
MOST_GROUPS = (
    4  # more are told by the first and the last, or by the extremes where they have no order
)
FEW_EVENTS = 10
INCIDENCE = ("incidence", "lower", "upper")
LEVEL = 0.05  # of the test of proportional hazards below which a hazard ratio is told as an average


def answer(plan, results):
    """A sentence per endpoint, the main one first."""
    main = plan["main"]
    for name in main["endpoints"]:
        key = main["grouping"] or "overall"
        words = _compare(plan, results["endpoints"][name], name, key)
        if words and name == main["endpoints"][0] and key != "overall":
            words = f"Compared: {plan['groupings'][key]['label']}. {words}"  # once, for all of them
        if words:
            yield Answer(words, f"kaplan_meier_{name}_{key}", f"main_survival_{name}")


def _compare(plan, result, name, key):
    grouping, endpoint = plan["groupings"][key], plan["endpoints"][name]
    summary = result["summary"][result["summary"]["grouping"] == key].set_index("group")
    least = max(AT_RISK, plan["output"]["privacy"]["small_cells"] or 0)
    groups = [group for group in grouping["groups"] if summary["patients"].get(group, 0) >= least]
    if not groups:
        return ""
    labels = grouping["group_labels"]
    landmarks = result["landmarks"][result["landmarks"]["grouping"] == key]
    month = find_month(landmarks, groups, least)
    there = landmarks[landmarks["time"] == month].set_index("group")
    ranged = len(groups) > MOST_GROUPS and not grouping["ordered"]
    shown = groups if len(groups) <= MOST_GROUPS else [groups[0], groups[-1]]
    if ranged:
        found = summary["median"] if month is None else there["survival"]
        found = found.reindex(groups).fillna(np.inf)  # a median that is not reached is the longest
        shown = [found.idxmin(), found.idxmax()]
    join = _join_range if ranged else phrases.join_words
    from_landmark = (
        f" after the landmark at {grouping['landmark_months']:g} months"
        if grouping["landmark_months"]
        else ""
    )
    if month is None:
        middle = {
            group: formats.format_median(
                *(summary.loc[group, end] for end in ("median", "median_lower", "median_upper")),
                summary.loc[group, "patients"],
            )
            for group in shown
        }
        told = {
            group: mark(middle[group], name_group(name, "median", key, group))
            + ("" if middle[group] == formats.NOT_REACHED else " months")
            for group in shown
        }
        parts = [told[group] + _name(labels[group], key) for group in shown]
        words = f"Median time, {endpoint['label']}{from_landmark}: {join(parts)}"
        words += f" (NR, not reached; at no month reported are {least} patients of every group still at risk)"
    else:
        told = {
            group: mark(_percent(there.loc[group]), name_group(name, name_time(month), key, group))
            for group in shown
        }
        parts = [told[group] + _name(labels[group], key) for group in shown]
        words = f"At {month:g} months{from_landmark} {_lower(endpoint['label'])} was {join(parts)}"
    small = [labels[each] for each in grouping["groups"] if each not in groups]
    if small:
        words += f", not told for fewer than {least} patients ({phrases.join_words(small)})"
    if ranged:
        words += (
            f" (the lowest and the highest of {len(groups)} groups, which lie apart by chance too)"
        )
    elif len(shown) < len(groups):
        words += f" (the first and the last of {len(groups)} groups)"
    return f"{words}{_tell_test(result, grouping, key, groups, name)}. {_hedge(plan, result, key, summary, groups, labels)}".strip()


def _join_range(parts):
    return f"from {parts[0]} to {parts[1]}"


def _lower(label):
    """`overall survival`, but `OS` stays."""
    return label[:1].lower() + label[1:] if label[1:2].islower() else label


def find_month(landmarks, groups, least=AT_RISK):
    """The last month at which survival is known and `least` are at risk in every group; None where there is none.

    landmarks : rows of one grouping of kaplan_meier/{endpoint}_landmarks.csv
    """
    enough = landmarks[
        landmarks["group"].isin(groups)
        & landmarks["survival"].notna()
        & (landmarks["at_risk"] >= least)
    ]
    counts = enough.groupby("time")["group"].nunique()
    return max(counts.index[counts == len(groups)], default=None)


def _percent(row):
    return format_survival(row["survival"], row["lower"], row["upper"])


def _name(label, key):
    return "" if key == "overall" else f" with {label}"


def _tell_test(result, grouping, key, groups, name):
    """The log-rank test, and of two groups the hazard ratio of a Cox model of the groups alone."""
    tests = result["tests"][(result["tests"]["grouping"] == key)]
    tests = tests.loc[tests["test"] == "log-rank", "p_value"]
    if len(groups) < 2 or tests.empty:
        return ""
    ratio = ""
    summary = result["summary"][result["summary"]["grouping"] == key].set_index("group")
    patients = {group: summary["patients"][group] for group in groups}
    row = find_hazard_ratio(_pick_ratios(result, key), patients)
    if row is not None:
        labels = grouping["group_labels"]
        estimate = formats.format_interval(
            *row[["hazard_ratio", "lower", "upper"]], formats.format_ratio
        )
        terms = (UNIVARIABLE, row["variable"], row["level"])
        estimate = mark(estimate, name_term(name, "hr", *terms))
        ratio = f"hazard ratio {estimate} of {labels[row['level']]} against {labels[row['reference']]}; "
    p = mark(formats.state_p(tests.iloc[0]), make_key(name, "p", key))
    return f" ({ratio}log-rank test, {p})"


def _hedge(plan, result, key, summary, groups, labels):
    """What the sentence must not be read without."""
    words = []
    few = [labels[group] for group in groups if summary.loc[group, "events"] < FEW_EVENTS]
    if few and key != "overall":
        words.append(f"Fewer than {FEW_EVENTS} events with {phrases.join_words(few)}: uncertain.")
    grouping = plan["groupings"][key]
    p_values = _pick_ratios(result, key)["ph_p_value"]
    if (p_values < LEVEL).any():
        words.append(
            f"Proportional hazards are doubtful ({formats.state_p(p_values.min())}): the difference may change with time."
        )
    if grouping["note"]:
        words.append(phrases.as_sentence(grouping["note"]))
    return " ".join(words)


def _pick_ratios(result, key):
    """The rows of a grouping in kaplan_meier/{endpoint}_ratios.csv."""
    return result["ratios"][result["ratios"]["grouping"] == key]


def describe_figures(plan, results):
    """What is found in the curves and in the cumulative incidence of every grouping."""
    for name in plan["endpoints"]:
        result = results["endpoints"][name]
        for key in plan["groupings"]:
            if words := _compare(plan, result, name, key):
                yield Answer(words, f"kaplan_meier_{name}_{key}")
            if words := _tell_incidence(plan, result, name, key):
                yield Answer(words, f"cumulative_incidence_{name}_{key}")


def _tell_incidence(plan, result, name, key):
    """The cumulative incidence of each event in each group, at the last month with enough at risk, with Gray's test."""
    rows = result["incidence"]
    rows = rows[rows["grouping"] == key] if len(rows) else rows
    landmarks = result["landmarks"]
    landmarks = landmarks[landmarks["grouping"] == key]
    least = max(AT_RISK, plan["output"]["privacy"]["small_cells"] or 0)
    groups = landmarks.loc[landmarks["at_risk"] >= least, "group"].unique()
    month = find_month(landmarks, groups, least)
    if rows.empty or month is None:
        return ""
    rows = rows[(rows["time"] <= month) & rows["group"].isin(groups)]
    last = rows.sort_values("time", kind="stable").groupby(["cause", "group"], sort=False).last()
    tests = result.get("incidence_tests", rows.head(0))
    tests = tests[(tests["grouping"] == key) & tests["p_value"].notna()] if len(tests) else tests
    parts = []
    for cause in dict.fromkeys(rows["cause"]):
        shares = [
            (
                row["incidence"],
                findings.tell_share(row, INCIDENCE) + findings.of_group(plan, key, group),
            )
            for group, row in last.loc[cause].iterrows()
        ]
        p = tests.loc[tests["cause"] == cause, "p_value"] if len(tests) else ()
        tested = "".join(f" (Gray's test, {formats.state_p(each)})" for each in p)
        parts.append(f"{phrases.to_words(cause)}, {findings.join_parts(shares)}{tested}")
    label = plan["endpoints"][name]["label"]
    if len(plan["groupings"][key]["groups"]) == 1:
        alone = [
            f"{findings.tell_share(row, INCIDENCE)} for {phrases.to_words(cause)}"
            for (cause, _), row in last.sort_index().iterrows()
        ]
        return f"{label}: within {month:g} months the cumulative incidence was {phrases.join_words(alone)}."
    return f"{label}: cumulative incidence within {month:g} months: {'; '.join(parts)}."
