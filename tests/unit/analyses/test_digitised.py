"""Digitised curves of the user: good tables become numbers, bad ones are told with file, row, column, value and remedy."""

import pandas as pd
import pytest
from crlm.analyses.published_curves.digitised import pair_strata, type_curve
from crlm.cohort.reading import read_table
from crlm.job.storage import read_table as read_result
from crlm.job.storage import write_table

POINTS = """stratum,time_months,survival
low,0,1
low,6,0.9
low,18,0.7
low,24,0.65
high,4,0.5
high,12,0.25
high,30,0.1
high,36,0.05
"""
AT_RISK = """stratum,time_months,at_risk
low,0,20
low,12,17
high,0,8
high,12,3
"""
CURVE = {"grouping": "risk", "unit": "fraction", "strata": {}, "total_events": {}}
GROUPS = ["low", "high"]


@pytest.fixture
def typed(tmp_path):
    """Write both files, read them as the rule does; returns points, numbers at risk and findings."""

    def run(points=POINTS, at_risk=AT_RISK, groups=GROUPS, **more):
        files = {"points": tmp_path / "smith.csv", "at_risk": tmp_path / "smith_at_risk.csv"}
        for file, text in zip(files.values(), (points, at_risk), strict=True):
            file.write_text(text, encoding="utf-8")
        read = {part: read_table(file, {}) for part, file in files.items()}
        names = {part: file.name for part, file in files.items()}
        return type_curve("smith", read, {**CURVE, **more}, groups, names)

    return run


def test_clean_tables_become_numbers(typed):
    points, at_risk, findings = typed()
    assert findings == []
    assert points["survival"].tolist() == [1, 0.9, 0.7, 0.65, 0.5, 0.25, 0.1, 0.05]
    assert at_risk["at_risk"].tolist() == [20, 17, 8, 3]


def test_per_cent_with_decimal_commas_and_numbers_as_names(typed):
    points = "stratum;time_months;survival\n1;0,5;99,5\n1;6;90\n1;7;90,8\n"
    at_risk = "stratum;time_months;at_risk\n1;0;20\n"
    points, at_risk, findings = typed(points, at_risk, unit="percent", strata={"1": "low"})
    assert findings == []  # a rise by less than the width of a line is borne
    assert points["survival"].tolist() == pytest.approx([0.995, 0.9, 0.908])
    assert points["time_months"].tolist() == [0.5, 6, 7]
    assert set(points["stratum"]) == set(at_risk["stratum"]) == {"1"}


def spoil(old, new, text=POINTS):
    assert old in text
    return text.replace(old, new, 1)


BAD = {
    "rise": (
        {"points": spoil("18,0.7", "18,0.95")},
        (4, "survival", "0.95"),
        "survival rises in stratum 'low', from 0.9 to 0.95 at month 18",
    ),
    "rise in per cent": (
        {
            "points": "stratum,time_months,survival\nlow,1,90\nlow,2,50\nlow,3,70\n",
            "at_risk": "stratum,time_months,at_risk\nlow,0,20\n",
            "unit": "percent",
        },
        (4, "survival", "70"),
        "from 50 to 70 at month 3",
    ),
    "above one": ({"points": spoil("6,0.9", "6,1.3")}, (3, "survival", "1.3"), "above 1"),
    "negative survival": (
        {"points": spoil("6,0.9", "6,-0.9")},
        (3, "survival", "-0.9"),
        "survival is '-0.9', not a number from 0 up",
    ),
    "text": ({"points": spoil("6,0.9", "6,x")}, (3, "survival", "x"), "survival is 'x'"),
    "empty cell": ({"points": spoil("6,0.9", "6,")}, (3, "survival", ""), "survival is ''"),
    "negative time": ({"points": spoil("4,0.5", "-4,0.5")}, (6, "time_months", "-4"), "is '-4'"),
    "unsorted": (
        {"points": spoil("high,12,0.25", "high,31,0.25")},
        (8, "time_months", "30"),
        "the time falls in stratum 'high'",
    ),
    "no start": (
        {"points": spoil("low,0,1", "low,0,0.9")},
        (2, "survival", "0.9"),
        "survival at month 0 is not 1",
    ),
    "few points": (
        {"points": spoil("high,4,0.5\nhigh,12,0.25\n", "")},
        (6, "stratum", "high"),
        "stratum 'high' has 2 readings; a curve needs 3",
    ),
    "no stratum": (
        {"points": spoil("low,6,0.9", ",6,0.9\nlow,6,0.9")},
        (3, "stratum", ""),
        "the row has no stratum",
    ),
    "shares called per cent": (
        {"unit": "percent"},
        (None, "survival", "1"),
        "no survival is above 1; these look like shares from 0 to 1, but the plan says unit: percent",
    ),
    "per cent called shares": (
        {
            "points": "stratum,time_months,survival\nlow,1,90\nlow,2,50\nlow,3,40\n",
            "at_risk": "stratum,time_months,at_risk\nlow,0,20\n",
        },
        (None, "survival", "90"),
        "survival goes up to 90; these look like per cent, but the plan says unit: fraction",
    ),
    "missing column": (
        {"points": spoil("survival", "Survival_")},
        (None, "survival", ""),
        "no column 'survival'; it has stratum, time_months, Survival_",
    ),
    "risk rises": (
        {"at_risk": spoil("12,17", "12,21", AT_RISK)},
        (3, "at_risk", "21"),
        "the number at risk rises in stratum 'low'",
    ),
    "risk not whole": (
        {"at_risk": spoil("12,17", "12,17.5", AT_RISK)},
        (3, "at_risk", "17.5"),
        "at_risk is '17.5', not a whole number",
    ),
    "risk without start": (
        {"at_risk": spoil("low,0,20\n", "", AT_RISK)},
        (2, "time_months", "12"),
        "does not begin with its patients at month 0",
    ),
    "risk time twice": (
        {"at_risk": spoil("12,17", "0,17", AT_RISK)},
        (3, "time_months", "0"),
        "the time does not rise in stratum 'low'",
    ),
    "stratum without row at risk": (
        {"at_risk": spoil("high,0,8\nhigh,12,3\n", "", AT_RISK)},
        (6, "stratum", "high"),
        "stratum 'high' has no row in smith_at_risk.csv",
    ),
    "row at risk without stratum": (
        {"at_risk": AT_RISK + "top,0,9\n"},
        (6, "stratum", "top"),
        "stratum 'top' has no row in smith.csv",
    ),
    "not in the plan": (
        {"strata": {"low": "low"}},
        (6, "stratum", "high"),
        "stratum 'high' does not stand in the plan",
    ),
    "no group": (
        {"groups": ["low", "highest"]},
        (6, "stratum", "high"),
        "stratum 'high' is no group of the grouping risk",
    ),
    "plan names another": (
        {"strata": {"low": "low", "high": "high", "hihg": "high"}},
        (None, "stratum", "hihg"),
        "no stratum 'hihg', which the plan names",
    ),
    "too many events": (
        {"total_events": {"high": 9}},
        (None, "at_risk", "8"),
        "stratum 'high' has 8 patients, but 9 events",
    ),
    "events of a stratum without numbers at risk": (
        {"total_events": {"high": 5}, "at_risk": AT_RISK.replace("high,0,8\nhigh,12,3\n", "")},
        (6, "stratum", "high"),
        "stratum 'high'",
    ),
    "empty file": ({"points": ""}, (None, "", ""), "smith.csv is empty"),
    "one column": ({"points": "stratum\nlow\n"}, (None, "", ""), "smith.csv has one column only"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_table_is_told_with_its_place_and_a_remedy(name, typed):
    arguments, place, words = BAD[name]
    _, _, findings = typed(**arguments)
    assert len(findings) == 1, findings
    item = findings[0]
    assert (item["row"], item["column"], item["value"]) == place
    assert words in item["message"] and "smith" in item["message"]
    assert item["severity"] == "error" and len(item["remedy"]) > 15


def test_the_remedy_names_the_nearest(typed):
    findings = typed(groups=["low", "highest"])[2]
    assert "published.smith.strata" in findings[0]["remedy"]
    found = typed(at_risk=spoil("high,0,8\nhigh,12", "hihg,0,8\nhihg,12", AT_RISK))[2]
    assert "Did you mean 'hihg'?" in found[0]["remedy"] and len(found) == 2
    (found,) = typed(points=spoil("survival", "surviva"))[2]
    assert "Did you mean 'surviva'?" in found["remedy"]
    (found,) = typed(unit="percent")[2]
    assert "Write unit: fraction under published.smith" in found["remedy"]


def test_everything_is_told_at_once(typed):
    points = spoil("18,0.7", "18,0.95", spoil("4,0.5", "-4,0.5"))
    _, _, findings = typed(points=points, at_risk=spoil("12,17", "12,x", AT_RISK))
    assert {item["rule"] for item in findings} >= {"survival_rises", "not_a_number"}
    assert len(findings) == 3


def test_strata_are_compared_with_groups_of_the_same_name_or_as_the_plan_says():
    assert pair_strata(CURVE, ["low", "high"], GROUPS) == {"low": "low", "high": "high"}
    assert pair_strata(CURVE, ["x", "y"], ["all"]) == {"x": "all", "y": "all"}
    strata = {"x": "low", "y": None}
    assert pair_strata({**CURVE, "strata": strata}, ["y", "x"], GROUPS) == {"y": None, "x": "low"}


def test_the_whole_cohort_takes_any_stratum(typed):
    assert typed(groups=["all"])[2] == []


def test_clean_tables_survive_being_written(typed, tmp_path):
    points = "stratum,time_months,survival\n1,1,0.9\n1,2,0.5\n1,3,0.4\n"
    points, _, _ = typed(points, "stratum,time_months,at_risk\n1,0,20\n", strata={"1": "low"})
    write_table(points, tmp_path / "x.csv")
    pd.testing.assert_frame_equal(
        read_result(tmp_path / "x.csv"), points.reset_index(drop=True), check_dtype=False
    )
