"""Every cell of the tables of recurrence, recounted from the result tables."""

import pytest
from crlm.analyses.recurrence import tables as recurrence
from crlm.analyses.recurrence import tables_pattern as patterns
from crlm.analyses.recurrence.plan import ENDED
from crlm.analyses.recurrence.timing import name_classes
from printed_inputs import (
    fill,
    list_texts,
    pick,
    say,
    say_count,
    say_counts,
    say_limits,
    say_median,
    say_p,
    say_percent,
    say_ratio,
    say_share,
)
from recurrence_inputs import SPEC, make_settings

GROUPS = ("low", "high")
SURVIVAL = ("survival", "lower", "upper")


@pytest.fixture
def tiers():
    """Settings of recurrence with the one grouping of two groups."""
    settings = make_settings(GROUPS)
    return settings | {"groupings": {"tiers": settings["groupings"]["tiers"]}}


def test_classes_of_timing(tiers):
    classes = list(name_classes(tiers["timing_months"]))
    rows = [{"group": group, "level": level} for group in GROUPS for level in classes]
    found = fill(rows, "patients# observed# events#").assign(grouping="tiers", note=None)
    about = {"analysis": "timing", "grouping": "tiers", "note": None}
    tests = fill([{**about, "analysis": "window"}, about], "p_value")
    shown = list_texts(recurrence.tabulate_timing(found, tests, "alpha", SPEC, tiers))
    assert shown[0][1:] == [""] * (len(classes) + 2) + [say_p(tests["p_value"][1])]
    for group, line in zip(GROUPS, shown[1:], strict=True):
        mine = found[found["group"] == group]
        first = mine.iloc[0]
        shares = [say_share(each, first["observed"]) for each in mine["events"]]
        assert line[1:] == [*say_counts(first, "patients", "observed"), *shares, ""]


def test_windows_of_recurrence(tiers):
    rows = [{"group": group, "level": level} for group in GROUPS for level in ("early", "late")]
    found = fill(rows, "patients# events# rate lower upper").assign(grouping="tiers", note=None)
    about = {"analysis": "window", "grouping": "tiers", "note": None}
    tests = fill([{**about, "level": level} for level in ("late", "early")], "p_value")
    shown = list_texts(recurrence.tabulate_windows(found, tests, "alpha", SPEC, tiers))
    late, early = map(say_p, tests["p_value"])
    assert shown[0][1:] == ["", "", "", early, "", "", "", late]
    for group, line in zip(GROUPS, shown[1:], strict=True):
        assert line[1:] == [
            text
            for level in ("early", "late")
            for row in [pick(found, group=group, level=level)]
            for text in [*say_counts(row), say_limits(row, ("rate", "lower", "upper")), ""]
        ]


def test_survival_after_recurrence():
    """Whoever is left out stands beside all patients, and of the groups of the landmark once, in their head."""
    tiers = make_settings(GROUPS)
    timing = list(recurrence.name_timing(tiers["timing_months"]))
    blocks = [("after_group", "overall", ["all"]), ("after_group", "tiers", GROUPS)]
    blocks.append(("after_timing", "timing", timing))
    blocks.append(("landmark", "timing", [*timing[:2], "none_yet"]))
    rows = [
        {"analysis": analysis, "grouping": key, "group": group, "time": time}
        for analysis, key, groups in blocks
        for group in groups
        for time in (12, 36)
    ]
    numbers = "patients# events# missing# median median_lower median_upper survival lower upper"
    found = fill(rows, numbers).assign(note=None)
    about = [{"analysis": analysis, "grouping": key} for analysis, key, _ in blocks]
    tests = fill(about, "p_value")
    shown = list_texts(recurrence.tabulate_after(found, tests, "alpha", SPEC, tiers))
    first, second = found[found["grouping"] == "overall"].to_dict("records")
    alive = [say_percent(row, SURVIVAL) for row in (first, second)]
    left = say_count(first["missing"])
    assert shown.pop(0)[1:] == [*say_counts(first), left, say_median(first), *alive, ""]
    for analysis, key, groups in blocks[1:]:
        mine = found[(found["analysis"] == analysis) & (found["grouping"] == key)]
        head, *lines, shown = *shown[: len(groups) + 1], shown[len(groups) + 1 :]
        left = say_count(mine["missing"].iloc[0]) if analysis == "landmark" else ""
        p = say_p(pick(tests, analysis=analysis, grouping=key)["p_value"])
        assert head[1:] == ["", "", left, "", "", "", p]
        for group, line in zip(groups, lines, strict=True):
            first, second = mine[mine["group"] == group].to_dict("records")
            alive = [say_percent(row, SURVIVAL) for row in (first, second)]
            assert line[1:] == [*say_counts(first), "", say_median(first), *alive, ""]
    assert not shown


def list_kinds(settings):
    """(classification, cause) of the rows of the tables of patterns."""
    return [each[:2] for each in patterns.list_rows(settings["endpoints"]["alpha"])]


def test_patterns(tiers):
    """Events until the last horizon, incidence at each, and what is naive at the last."""
    kinds = list_kinds(tiers)
    rows = [
        {"group": group, "classification": kind, "cause": cause, "horizon": month}
        for group in GROUPS
        for kind, cause in kinds
        for month in (12, 36)
    ]
    found = fill(rows, "patients# events# incidence lower upper naive excess")
    found = found.assign(grouping="tiers", note=None)
    shown = list_texts(patterns.tabulate_patterns(found, "alpha", SPEC, tiers))
    for group in GROUPS:
        last = pick(found, group=group, classification="any", cause=ENDED, horizon=36)
        head, *lines, shown = *shown[: len(kinds) + 1], shown[len(kinds) + 1 :]
        assert head[1:] == [say_count(last["patients"]), *[""] * 5]
        for (kind, cause), line in zip(kinds, lines, strict=True):
            where = {"group": group, "classification": kind, "cause": cause}
            first, last = (pick(found, **where, horizon=month) for month in (12, 36))
            keys = ("incidence", "lower", "upper")
            assert line[1:] == [
                "",
                say_count(last["events"]),
                *(say_percent(row, keys) for row in (first, last)),
                *(say(100 * last[key]) for key in ("naive", "excess")),
            ]


def test_patterns_compared(tiers):
    kinds = [each for each in list_kinds(tiers) if each[1] != "unknown"]
    about = [{"classification": kind, "cause": cause, "grouping": "tiers"} for kind, cause in kinds]
    gray = fill(about, "p_value p_adjusted").assign(note=None)
    models = ("subdistribution", "cause_specific")
    rows = [
        {**each, "model": model, "group": group}
        for each in about
        for model in models
        for group in GROUPS
    ]
    ratios = fill(rows, "patients# events# hazard_ratio lower upper p_value")
    ratios = ratios.assign(reference="low", note=None)
    shown = list_texts(patterns.tabulate_comparisons(gray, ratios, "alpha", SPEC, tiers))
    for place, (kind, cause) in enumerate(kinds):
        head, first, second = shown[3 * place : 3 * place + 3]
        test = gray.iloc[place]
        assert head[-2:] == [say_p(test["p_value"]), say_p(test["p_adjusted"])]
        where = {"classification": kind, "cause": cause}
        specific, sub = (pick(ratios, **where, model=m, group="high") for m in models[::-1])
        both = [text for row in (specific, sub) for text in (say_ratio(row), say_p(row["p_value"]))]
        assert second[1:] == [*say_counts(specific), *both, "", ""]
        own = pick(ratios, **where, model="cause_specific", group="low")
        assert first[1:4] == [*say_counts(own), "1 (reference)"]


def test_odds_of_patterns(tiers):
    rows = [{"classification": "site", "cause": "both", "group": group} for group in GROUPS]
    found = fill(rows, "patients# events# odds_ratio lower upper p_value")
    found = found.assign(grouping="tiers", reference="low", note=None)
    found["events"] = found["events"] % 100
    shown = list_texts(patterns.tabulate_odds(found, "alpha", SPEC, tiers))[1:]
    low, high = found.to_dict("records")
    odds = [say_ratio(high, ("odds_ratio", "lower", "upper")), say_p(high["p_value"])]
    assert [row[1:5] for row in shown] == [
        [say_count(row["patients"]), say_share(row["events"], row["patients"]), *told]
        for row, told in ((low, ["", ""]), (high, odds))
    ]
