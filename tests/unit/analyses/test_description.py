"""Table 1 against R (tests/golden/make_description.R) and by hand."""

import json
import math
from math import comb

import numpy as np
import pandas as pd
import pytest
from crlm.analyses.description.estimate import count_missing, describe_cohort
from crlm.plan.makings import find_makings, find_patterns
from plan_inputs import make_study

NUMBER = {"levels": []}


@pytest.fixture(scope="module")
def golden():
    from pathlib import Path

    return json.loads((Path(__file__).parents[2] / "golden/description.json").read_text())


def grouped(parts, levels=None):
    """A cohort from group -> values."""
    group = [name for name, values in parts.items() for _ in values]
    values = [value for part in parts.values() for value in part]
    x = pd.Categorical(values, levels) if levels else np.array(values, float)
    return pd.DataFrame({"x": x, "grouping_g": pd.Categorical(group, list(parts))})


def table(parts, levels=None):
    spec = {"g": {"groups": list(parts), "variables": ["y"]}}
    return describe_cohort(grouped(parts, levels), {"x": {"levels": levels or []}}, spec)


def counts(matrix):
    levels = [f"l{place}" for place in range(len(matrix[0]))]
    parts = {
        f"g{row}": [
            level for level, count in zip(levels, line, strict=True) for _ in range(int(count))
        ]
        for row, line in enumerate(matrix)
    }
    return table(parts, levels)


def test_wilcoxon_is_rs_default_with_continuity_correction(golden):
    """scipy's asymptotic mannwhitneyu equals wilcox.test(exact = FALSE, correct = TRUE), not correct = FALSE."""
    made = table({name: golden["numbers"][name] for name in "ab"})
    assert made["test"].unique().tolist() == ["Wilcoxon"]
    assert made["p_value"].iloc[0] == pytest.approx(golden["wilcoxon"][0], rel=1e-10)
    assert abs(golden["wilcoxon"][0] - golden["wilcoxon_uncorrected"][0]) > 1e-3


def test_kruskal(golden):
    made = table(golden["numbers"])
    assert made["test"].unique().tolist() == ["Kruskal-Wallis"]
    assert made["p_value"].iloc[0] == pytest.approx(golden["kruskal"][0], rel=1e-10)


@pytest.mark.parametrize(
    "name, test", [("small", "Fisher"), ("large", "Chi-squared"), ("wide", "Chi-squared")]
)
def test_levels_against_r(name, test, golden):
    made = counts(golden["tables"][name])
    key = "fisher_small" if name == "small" else f"chi_{name}"
    assert made["test"].unique().tolist() == [test]
    assert made["p_value"].iloc[0] == pytest.approx(golden[key][0], rel=1e-9)


def test_summaries(golden):
    a = golden["numbers"]["a"]
    made = table({"p": [*a, math.nan, math.nan], "q": [1.0]}).set_index("group")
    row = made.loc["p"]
    assert (row["patients"], row["missing"]) == (13, 2)
    assert row[["q1", "median", "q3"]].tolist() == pytest.approx(golden["quantiles"], rel=1e-12)
    mean = sum(a) / len(a)
    assert row["mean"] == pytest.approx(mean)
    assert row["sd"] == pytest.approx(math.sqrt(sum((v - mean) ** 2 for v in a) / (len(a) - 1)))
    assert made.index.tolist() == ["all", "p", "q"]
    assert made.loc["all", "patients"] == 14
    assert pd.isna(made.loc["q", "sd"])  # one value has no spread


def test_standardised_difference_of_numbers(golden):
    a, b, c = (np.array(golden["numbers"][name]) for name in "abc")

    def by_formula(x, y):
        return abs(x.mean() - y.mean()) / math.sqrt((x.var(ddof=1) + y.var(ddof=1)) / 2)

    assert table({"a": a, "b": b})["smd"].iloc[0] == pytest.approx(by_formula(a, b))
    largest = max(by_formula(a, b), by_formula(a, c), by_formula(b, c))
    assert table({"a": a, "b": b, "c": c})["smd"].iloc[0] == pytest.approx(largest)


def test_standardised_difference_of_levels():
    # two levels: |p1 - p2| / sqrt((p1 q1 + p2 q2) / 2)
    made = counts([[30, 25], [12, 41]])
    p, q = 25 / 55, 41 / 53
    assert made["smd"].iloc[0] == pytest.approx(
        abs(p - q) / math.sqrt((p * (1 - p) + q * (1 - q)) / 2)
    )
    # three levels: Mahalanobis, solved by hand for a 2 x 2 covariance
    made = counts([[10, 20, 30], [25, 15, 20]])
    t, c = np.array([20, 30]) / 60, np.array([15, 20]) / 60
    cov = [[0.0, 0.0], [0.0, 0.0]]
    for i in range(2):
        for j in range(2):
            cov[i][j] = sum((s[i] * (1 - s[i]) if i == j else -s[i] * s[j]) for s in (t, c)) / 2
    determinant = cov[0][0] * cov[1][1] - cov[0][1] ** 2
    d = t - c
    square = (
        d[0] ** 2 * cov[1][1] - 2 * d[0] * d[1] * cov[0][1] + d[1] ** 2 * cov[0][0]
    ) / determinant
    assert made["smd"].iloc[0] == pytest.approx(math.sqrt(square))


def test_percentages_are_of_the_known():
    made = table({"p": ["l0", "l0", "l1", None], "q": ["l2", None, None, None]}, ["l0", "l1", "l2"])
    rows = made.set_index(["group", "level"])
    assert rows.loc[("p", "l0"), ["patients", "missing", "count"]].tolist() == [4, 1, 2]
    assert rows.loc[("p", "l0"), "percent"] == pytest.approx(200 / 3)
    assert rows.loc[("q", "l2"), ["count", "percent"]].tolist() == [1, 100]
    assert rows.loc[("all", "l0"), ["patients", "missing", "count", "percent"]].tolist() == [
        8,
        4,
        2,
        50,
    ]


def test_nothing_to_compare_gives_no_test():
    for made in (
        table({"p": [1.0, 2.0], "q": [math.nan, math.nan]}),
        table({"p": [3.0, 3.0], "q": [3.0, 3.0]}),
        table({"p": ["l0", "l0"], "q": ["l0", "l0"]}, ["l0", "l1"]),
    ):
        assert made["test"].isna().all() and made["p_value"].isna().all()


def test_a_patient_without_a_group_is_in_no_column():
    group = pd.Categorical(["p", "p", "q", "q", None], ["p", "q"])
    cohort = pd.DataFrame({"x": [1.0, 2, 3, 4, 99], "grouping_g": group})
    made = describe_cohort(
        cohort, {"x": NUMBER}, {"g": {"groups": ["p", "q"], "variables": ["y"]}}
    ).set_index("group")
    assert made["patients"].to_dict() == {"all": 4, "p": 2, "q": 2}


def test_missing_patterns():
    rng = np.random.default_rng(4)
    cohort = pd.DataFrame(
        np.where(rng.random((300, 4)) < [0, 0.1, 0.3, 0.5], np.nan, 1.0), columns=list("abcd")
    )
    summary, patterns = count_missing(cohort, dict.fromkeys("abcd"))
    assert summary["missing"].tolist() == [int(cohort[name].isna().sum()) for name in "abcd"]
    assert summary["percent"].tolist() == pytest.approx([100 * n / 300 for n in summary["missing"]])
    assert (
        list(patterns.columns) == ["b", "c", "d", "patients"] and patterns["patients"].sum() == 300
    )
    tally = {}
    for row in cohort[["b", "c", "d"]].isna().astype(int).itertuples(index=False):
        tally[tuple(row)] = tally.get(tuple(row), 0) + 1
    assert {tuple(row[:3]): row[3] for row in patterns.itertuples(index=False)} == tally
    assert patterns["patients"].is_monotonic_decreasing
    _, none = count_missing(cohort[["a"]], {"a": 0})
    assert none["patients"].tolist() == [300]


def test_what_makes_the_groups_is_not_compared_between_them():
    cohort = grouped({"p": [1.0, 2.0], "q": [3.0, 4.0]}).assign(y=[1.0, 1, 2, 2])
    spec = {"g": {"groups": ["p", "q"], "variables": ["y"]}}
    assert describe_cohort(cohort, {"x": NUMBER, "y": NUMBER}, spec)[
        "variable"
    ].unique().tolist() == ["x"]


def test_a_level_that_separates_the_groups_has_no_standardised_difference():
    """All of one group and none of the other: there is no spread to divide by, and 0 would say that the groups are alike."""
    made = counts([[10, 0], [0, 12]])
    assert made["smd"].isna().all() and made["p_value"].notna().all()


def test_what_the_groups_follow_from_is_described_but_not_tested():
    cohort = pd.DataFrame({"size": [1.0, 2, 6, 7], "grouping_risk": ["low", "low", "high", "high"]})
    grouping = {"groups": ["low", "high"], "variables": ["score"]}
    variables = {"size": {"levels": []}}
    tested = describe_cohort(cohort, variables, {"risk": grouping})
    made = describe_cohort(cohort, variables, {"risk": {**grouping, "made_of": ["size"]}})
    assert tested["p_value"].notna().all() and made[["test", "p_value", "smd"]].isna().all(
        axis=None
    )
    assert made["group"].tolist() == tested["group"].tolist() == ["all", "low", "high"]
    assert made["median"].tolist() == [4, 1.5, 6.5]


def test_what_a_score_and_a_growth_pattern_are_made_of():
    variables = {
        "nodes": {},
        "node_positive": {"derive": [{"variable": "nodes", "operator": ">", "value": 0}]},
        "size": {},
        "age": {},
        "chart": {},
        "share": {},
        "area": {"formula": {"function": "f", "of": ["size", "age"]}},
        "fong": {"score": "fong"},
        "fong_group": {"score": "fong"},
        "pure": {},
    }
    components = {"a": {"variable": "node_positive"}, "b": {"variable": ["size"]}}
    study = make_study(
        variables,
        scores={"fong": {"components": components, "proxies": {}, "overrides": []}},
        patterns={"pure": {"levels": {"yes": {"sum": ["share"]}, "no": {}}}},
        recorded={"pair": {"recorded": "chart", "computed": "fong"}},
    )
    score = {"fong", "fong_group", "chart", "node_positive", "nodes", "size"}
    assert find_makings(["fong_group"], study) == score
    assert find_makings(["chart"], study) == score  # recorded or computed, of the same findings
    assert find_makings(["pure"], study) == {"pure", "share"}
    assert find_makings(["age"], study) == {"age"}


def test_a_growth_pattern_is_not_described_by_another():
    """Pure or not decides on the predominant pattern too: rows of 0 and 100 per cent would say so again."""
    level = {"yes": {"sum": ["share"]}, "no": {}}
    study = make_study(
        {name: {} for name in ("pure", "predominant", "share", "other", "age")},
        patterns={
            "pure": {"levels": level},
            "predominant": {"levels": {"one": {"sum": ["share"]}, "two": {"sum": ["other"]}}},
        },
    )
    assert find_patterns(["pure"], study) == {"pure", "predominant", "share", "other"}
    assert find_patterns(["age"], study) == set()
    cohort = pd.DataFrame(
        {"share": [1.0, 2, 6, 7], "age": [50.0, 60, 70, 80], "grouping_pure": ["a", "a", "b", "b"]}
    )
    grouping = {"groups": ["a", "b"], "variables": ["pure"], "left_out": ["share"]}
    variables = {name: {"levels": []} for name in ("share", "age")}
    assert set(describe_cohort(cohort, variables, {"pure": grouping})["variable"]) == {"age"}


def test_fisher_goes_by_the_expected_counts():
    """[[6, 6], [6, 30]]: no cell below 5 is observed, but 12 * 12 / 48 = 3 are expected."""
    made = counts([[6, 6], [6, 30]])
    assert made["test"].unique().tolist() == ["Fisher"]
    # the hypergeometric sum by hand: tables with the same margins that are no likelier than this one
    ways = {k: comb(12, k) * comb(36, 12 - k) / comb(48, 12) for k in range(13)}
    assert made["p_value"].iloc[0] == pytest.approx(
        sum(p for p in ways.values() if p <= ways[6] * (1 + 1e-7))
    )


def test_few_observed_but_enough_expected_is_chi_squared():
    """[[4, 26], [16, 14]]: 4 are observed, 10 expected."""
    assert counts([[4, 26], [16, 14]])["test"].unique().tolist() == ["Chi-squared"]


def test_an_expected_count_of_five_is_enough():
    """[[5, 5], [5, 5]]: each is exactly 5, and the rule is below 5."""
    assert counts([[5, 5], [5, 5]])["test"].unique().tolist() == ["Chi-squared"]
