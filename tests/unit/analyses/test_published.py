"""The cohort against published strata: hand-computed expectations, brute-force counts, the derived curve of the reference."""

import math

import numpy as np
import pandas as pd
import pytest
import yaml
from crlm.analyses.published.estimate import accumulate_hazard, compare_published, rate
from crlm.plan.schema import check_schema
from crlm.scores.published_strata import (
    ZERO,
    find_members,
    keep_comparable,
    list_strata,
    log_survival,
    survive,
)
from scipy.stats import norm, poisson

OVERALL = {"label": "Overall survival", "published_as": "overall_survival", "abbreviation": "OS"}
OTHER = {
    "label": "Relapse-free survival",
    "published_as": "relapse_free_survival",
    "abbreviation": "RFS",
}
GROUPS = {
    "low": {"label": "Low (0-1)", "from": 0, "to": 1},
    "top": {"label": "Top", "from": 2, "to": 9},
}


def entry(**more):
    return {"endpoint": "overall survival", "source": "Smith 1999", "evidence": "recalled", **more}


def score(*published, **more):
    base = {
        "status": "computable",
        "label": "Made up",
        "groups": GROUPS,
        "published": list(published),
    }
    return {**base, **more}


def cohort(months, event, value, group=None):
    group = pd.Categorical(group or [None] * len(months), categories=["low", "top"], ordered=True)
    table = {"x_months": months, "x_event": event, "s": value, "s_group": group}
    return pd.DataFrame(table).astype({"x_months": float, "x_event": float, "s": float})


def compare(table, *published, endpoint=OVERALL, derived=None, **more):
    return compare_published(table, "x", endpoint, {"s": score(*published, **more)}, derived)


def simulate(patients=400, seed=0):
    random = np.random.default_rng(seed)
    value = random.integers(0, 4, patients).astype(float)
    death = random.exponential(40 / (1 + value / 2))
    last = random.uniform(5, 100, patients)
    value[random.random(patients) < 0.2] = np.nan
    group = [None if np.isnan(v) else "low" if v < 2 else "top" for v in value]
    return cohort(np.minimum(death, last), death <= last, value, group)


def test_survival_and_difference_at_the_published_times():
    table = cohort([2, 5, 7, 11, 13, 30, 3, 90], [1, 1, 0, 1, 0, 0, 1, 0], [1] * 6 + [2, np.nan])
    rows = compare(table, entry(value=1, patients=50, survival={12: 40, 24: 35.5}))["points"]
    # deaths of 6 at 2, of 5 at 5, of 3 at 11 (one censored at 7): 5/6 * 4/5 * 2/3 = 4/9
    assert rows["survival"].tolist() == pytest.approx([4 / 9, 4 / 9])
    assert rows["published"].tolist() == [0.4, 0.355]
    assert rows["difference"].tolist() == pytest.approx([4 / 9 - 0.4, 4 / 9 - 0.355])
    assert rows["at_risk"].tolist() == [2, 1]
    assert rows["patients"].tolist() == [6, 6] and rows["published_patients"].tolist() == [50, 50]
    assert rows["same_endpoint"].all() and rows["note"].tolist() == ["fewer than 10 patients"] * 2


def test_expected_events_by_hand():
    # exponential to 0.8 at 12 and on to 0.4 at 24: hazards ln(1.25)/12 and ln(2)/12 a month
    table = cohort([6, 18, 30, 24], [1, 1, 1, 0], [1] * 4)
    row = compare(table, entry(value=1, survival={24: 40, 12: 80}))["expected"].iloc[0]
    first, second = math.log(1.25), math.log(2)
    assert row["expected"] == pytest.approx(first / 2 + (first + second / 2) + 2 * (first + second))
    assert (row["observed"], row["until"], row["basis"]) == (
        2,
        24,
        "survival",
    )  # the death at 30 is later
    assert row["ratio"] == pytest.approx(2 / row["expected"])


def test_the_hazard_is_that_of_the_curve():
    points = [(12.0, 0.9), (36.0, 0.5)]
    assert np.exp(-accumulate_hazard(points, [0, 6, 12, 36])) == pytest.approx(
        [1, 0.9**0.5, 0.9, 0.5]
    )


@pytest.mark.parametrize(("observed", "expected"), [(0, 3.0), (1, 0.4), (12, 20.5), (300, 391.7)])
def test_limits_are_exact_poisson(observed, expected):
    ratio, lower, upper = rate(observed, expected)
    assert ratio == observed / expected
    assert poisson.cdf(observed, upper * expected) == pytest.approx(0.025)
    if observed:
        assert poisson.sf(observed - 1, lower * expected) == pytest.approx(0.025)
    else:
        assert lower == 0
    assert np.isnan(rate(0, 0.0)).all()


def test_a_cohort_that_follows_the_publication_has_a_ratio_of_one():
    random = np.random.default_rng(5)
    # by the inverse of a piecewise exponential curve 0.7 at 24, 0.5 at 60
    hazard = random.exponential(size=20000)
    first = -math.log(0.7)
    months = np.where(
        hazard < first, 24 * hazard / first, 24 + (hazard - first) * 36 / math.log(1.4)
    )
    last = random.uniform(0, 80, 20000)
    table = cohort(np.minimum(months, last), months <= last, np.ones(20000))
    row = compare(table, entry(value=1, survival={24: 70, 60: 50}))["expected"].iloc[0]
    assert row["ratio"] == pytest.approx(1, abs=0.03)
    assert row["lower"] < 1 < row["upper"]


def test_totals_add_up_the_strata_of_a_series():
    entries = [entry(value=v, survival={36: 80 - 15 * v}) for v in range(4)]
    entries += [
        entry(group=g, survival={36: s}, source="Other") for g, s in (("low", 70), ("top", 40))
    ]
    found = compare(simulate(), *entries)["expected"]
    assert found["kind"].tolist() == ["value"] * 4 + ["overall"] + ["group"] * 2 + ["overall"]
    for first, last in ((0, 4), (5, 7)):
        strata, total = found.iloc[first:last], found.iloc[last]
        for column in ("patients", "observed", "expected"):
            assert total[column] == pytest.approx(strata[column].sum())
        assert total["until"] == 36
        said = {"value": "by points", "group": "by groups"}[strata["kind"].iloc[0]]
        assert total["stratum_label"] == f"All strata, {said}"
    assert found["patients"].iloc[4] == found["patients"].iloc[7] == simulate()["s"].notna().sum()


def test_only_determinate_patients_count():
    table = simulate()
    strata = list_strata("s", score(entry(value=2), entry(group="low"), entry()))
    values = table["s"].tolist()
    wanted = [[v == 2 for v in values], [v in (0, 1) for v in values], [v == v for v in values]]
    for stratum, members in zip(strata, wanted, strict=True):
        assert find_members(table, stratum).tolist() == members
    assert [s["stratum_label"] for s in strata] == ["2 points", "Low (0-1)", "All patients"]


def test_patients_without_the_endpoint_are_left_out():
    table = simulate()
    table.loc[:9, ["x_months", "x_event"]] = np.nan
    rows = compare(table, entry(survival={12: 90}))["expected"]
    assert rows["patients"].iloc[0] == table.loc[10:, "s"].notna().sum()


def test_a_published_survival_of_zero_ends_the_count():
    table = simulate()
    entries = entry(value=0, survival={24: 30, 60: 0}), entry(value=1, survival={60: 0})
    found = compare(table, *entries)["expected"]
    assert found["until"].iloc[0] == 24 and ZERO in found["note"].iloc[0]
    assert found.loc[1, ["observed", "expected", "ratio", "until"]].isna().all()
    total = found.iloc[2]
    assert total["observed"] == found["observed"].iloc[0]
    assert f"{(table['s'] == 1).sum()} patients" in total["note"]


def test_a_median_alone_is_a_point_of_the_curve():
    table = cohort([10, 30, 50], [1, 0, 1], [1] * 3)
    row = compare(table, entry(value=1, median_months=40))["expected"].iloc[0]
    assert row["basis"] == "median" and row["until"] == 40
    assert row["expected"] == pytest.approx(math.log(2) * (10 + 30 + 40) / 40)
    assert (row["published_median"], row["median"]) == (40, 50)


def test_nothing_published_but_a_name_expects_nothing():
    row = compare(simulate(), entry(value=1))["expected"].iloc[0]
    assert np.isnan(row["expected"]) and np.isnan(row["until"])


def test_an_empty_stratum_is_listed_and_not_drawn():
    found = compare(
        simulate(), entry(value=9, survival={12: 80}), entry(value=1, survival={12: 80})
    )
    row = found["points"].iloc[0]
    assert (row["patients"], row["at_risk"], row["note"]) == (0, 0, "no patients")
    assert np.isnan(row["survival"])
    assert found["curves"]["stratum"].unique().tolist() == ["1"]
    assert len(compare(simulate()[:0], entry(value=1, survival={12: 80}))["points"]) == 1


def test_ten_patients_have_a_curve_and_nine_have_none():
    for patients, drawn in ((9, False), (10, True)):
        table = cohort(range(1, patients + 1), [1] * patients, [1] * patients)
        found = compare(table, entry(value=1, survival={12: 80}))
        assert bool(len(found["curves"])) is drawn


def test_endpoints_are_compared_by_key_whatever_the_label_and_a_mismatch_is_said():
    table, one = simulate(), entry(value=1, survival={12: 80})
    german = {"label": "Gesamtüberleben", "published_as": "overall_survival"}
    assert compare(table, one, endpoint=german)["points"]["same_endpoint"].all()
    row = compare(table, one, endpoint=OTHER)["points"].iloc[0]
    assert not row["same_endpoint"]
    assert row["note"] == "published is overall survival, here it is relapse-free survival"


def test_the_entries_of_the_endpoint_go_first():
    both = (
        entry(value=1, survival={12: 80}),
        entry(value=1, survival={12: 50}, endpoint=OTHER["label"]),
    )
    assert compare(simulate(), *both)["points"]["published"].tolist() == [0.8]
    assert compare(simulate(), *both, endpoint=OTHER)["points"]["published"].tolist() == [0.5]
    third = compare(simulate(), *both, endpoint={"label": "Third", "published_as": "third"})[
        "points"
    ]
    assert third["published"].tolist() == [0.8, 0.5]


def test_what_the_plan_has_elsewhere_is_not_shown():
    found = compare(simulate(), entry(value=1, survival={12: 80}), endpoint=OTHER)["points"]
    assert len(keep_comparable(found, {"x": OTHER})) == 1
    assert len(keep_comparable(found, {"x": OTHER, "y": OVERALL})) == 0
    assert len(keep_comparable(found[:0], {"x": OTHER})) == 0


def test_evidence_follows_each_point():
    one = entry(value=1, survival={12: 80, "36": 50}, survival_evidence={36: "read"})
    found = compare(simulate(), one)
    assert found["points"]["evidence"].tolist() == ["recalled", "read"]
    assert found["expected"]["evidence"].iloc[0] == "read; recalled"


def test_scores_that_cannot_be_computed_are_left_out():
    found = compare(simulate(), entry(value=1, survival={12: 80}), status="not computable")
    assert [len(table) for table in found.values()] == [0, 0, 0]


# --- the derived curve ----------------------------------------------------------------------------

DERIVED = {
    "form": "log_normal",
    "intercept": 1.2,
    "slope": -0.3,
    "scale": 0.9,
    "unit": "years",
    "until": 60,
    "evidence": "derived",
    "source": "curve through Smith",
    "bands": [[0, 1], [2, 9]],
    "endpoint": "overall survival",
}


def test_the_curve_of_the_reference(root):
    """Every figure of reference/scores.md, section 2a: 1/3/5-year survival and the published 5-year values and medians."""
    text = (root / "workflow/schemas/published_curves.yaml").read_text(encoding="utf-8")
    (spec,) = yaml.safe_load(text).values()
    printed = {
        0: (97.6, 81.2, 64.7),
        5: (94.3, 68.9, 49.5),
        10: (88.4, 54.2, 34.4),
        15: (78.9, 38.8, 21.4),
        20: (66.1, 25.0, 11.9),
        25: (51.0, 14.3, 5.8),
        30: (35.8, 7.3, 2.5),
    }
    found = 100 * survive(spec, list(printed), [12, 36, 60])
    assert found == pytest.approx(np.array(list(printed.values())), abs=0.051)
    published = {
        0: (64, 7.4),
        5: (49, 4.9),
        10: (34, 3.4),
        15: (21, 2.2),
        20: (11, 1.5),
        25: (5, 1.1),
        30: (2, 0.7),
    }
    for value, (percent, median) in published.items():
        assert 100 * survive(spec, [value], [60])[0, 0] == pytest.approx(percent, abs=0.9)
        assert survive(spec, [value], [12 * median])[0, 0] == pytest.approx(0.5, abs=0.045)
    assert spec["evidence"] == "derived"


def test_every_derived_curve_belongs_to_a_score(root, shipped):
    text = (root / "workflow/schemas/published_curves.yaml").read_text(encoding="utf-8")
    for name, spec in yaml.safe_load(text).items():
        low, high = shipped["scores"][name]["range"]
        edges = [edge for band in spec["bands"] for edge in band]
        assert (edges[0], edges[-1]) == (low, high) and edges == sorted(edges)


def test_log_normal_against_scipy():
    values, months = np.array([0.0, 1, 5]), np.array([0.0, 7, 120])
    found = survive(DERIVED, values, months)
    for row, value in zip(found, values, strict=True):
        wanted = [
            1.0,
            *(norm.cdf((1.2 - 0.3 * value - math.log(t / 12)) / 0.9) for t in months[1:]),
        ]
        assert row == pytest.approx(wanted)
    in_months = {**DERIVED, "unit": "months", "intercept": 1.2 + math.log(12)}
    assert survive(in_months, values, months) == pytest.approx(found)
    assert np.exp(log_survival(DERIVED, values, np.array([0, 7, 120]))) == pytest.approx(
        np.diag(found)
    )


def test_bands_count_each_patient_by_the_own_curve():
    table = simulate()
    found = compare(table, entry(value=1, survival={60: 50}), derived={"s": DERIVED})
    bands = found["expected"][found["expected"]["basis"] == "derived curve"]
    assert bands["kind"].tolist() == ["band", "band", "overall"]
    assert (bands["evidence"] == "derived").all()
    expected = observed = 0
    for row in table[table["s"] <= 1].itertuples():
        time = min(row.x_months, 60) / 12
        expected -= math.log(norm.cdf((1.2 - 0.3 * row.s - math.log(time)) / 0.9))
        observed += row.x_event == 1 and row.x_months <= 60
    assert bands["expected"].iloc[0] == pytest.approx(expected)
    assert bands["observed"].iloc[0] == observed
    members = table.loc[table["s"] <= 1, "s"]
    mean = np.mean([norm.cdf((1.2 - 0.3 * s - math.log(5)) / 0.9) for s in members])
    point = found["points"].set_index("stratum_label").loc["0–1 points"]
    assert point["published"] == pytest.approx(mean) and point["evidence"] == "derived"
    curves = found["curves"].groupby(["kind", "stratum", "curve"]).size()
    assert set(curves.index) == {
        (k, s, c)
        for k, s in (("value", "1"), ("band", "0-1"), ("band", "2-9"))
        for c in ("here", "derived")
    }


# --- the registry ----------------------------------------------------------


def test_every_published_stratum_of_the_registry_can_be_compared(shipped, root):
    """Also that survival never rises, which would be a negative hazard."""
    derived = yaml.safe_load(
        (root / "workflow/schemas/published_curves.yaml").read_text(encoding="utf-8")
    )
    random = np.random.default_rng(1)
    for name, spec in shipped["scores"].items():
        table = pd.DataFrame({"x_months": random.exponential(40, 300), "x_event": 1.0})
        values = [each["value"] for each in spec["published"] if "value" in each] or [0]
        table[name] = random.choice(values, 300).astype(float)
        groups = list(spec["groups"])
        chosen = random.choice(groups, 300) if groups else [None] * 300
        table[f"{name}_group"] = pd.Categorical(chosen, categories=groups)
        found = compare_published(
            table, "x", OVERALL, {name: {**spec, "status": "computable"}}, derived
        )
        assert len(found["expected"]) >= bool(spec["published"])
        for stratum in list_strata(name, spec):
            shares = [point[1] for point in stratum["points"]]
            assert shares == sorted(shares, reverse=True)


def test_the_schema_of_scores_still_has_what_is_read_here(root):
    schema = yaml.safe_load(
        (root / "workflow/schemas/score.schema.yaml").read_text(encoding="utf-8")
    )
    known = schema["properties"]["published"]["items"]["properties"]
    assert {
        "endpoint",
        "source",
        "value",
        "group",
        "patients",
        "survival",
        "median_months",
        "evidence",
    } <= {*known}
    assert check_schema({}, schema)


def test_an_event_at_the_last_published_month_is_observed():
    """Deaths at 12 (twice) and 60 months, the last published time; the one at 60.1 comes after the count."""
    table = cohort([12, 12, 60, 60.1, 70, 70], [1, 1, 1, 1, 0, 0], [1] * 6)
    found = compare(table, entry(value=1, survival={60: 50}))["expected"].iloc[0]
    assert (found["until"], found["observed"]) == (60, 3)
