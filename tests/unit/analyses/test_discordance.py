"""Lesions of one patient: pairs, choices and hazard ratios by brute force."""

import dataclasses
from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from crlm.analyses.discordance import estimate as discordance
from crlm.cohort.blocks import average_blocks
from crlm.cohort.growth_patterns import classify_patterns
from crlm.survival.cox import fit_cox
from crlm.survival.dichotomy import fit_dichotomies
from crlm.survival.partial_likelihood import build_risk_sets

SHARES = ["d", "r"]
RULES = {
    "pure": {
        "label": "Pure",
        "levels": {
            "other": {"label": "Other"},
            "pure": {"label": "Pure", "sum": ["d"], "operator": ">=", "value": 100},
        },
    },
    "three": {
        "label": "Three",
        "levels": {
            "d": {"label": "D", "sum": ["d"], "operator": ">", "value": 50},
            "r": {"label": "R", "sum": ["r"], "operator": ">", "value": 50},
            "mixed": {"label": "Mixed"},
        },
    },
    "elsewhere": {
        "label": "Of a share that blocks do not have",
        "levels": {
            "a": {"label": "A", "sum": ["p"], "operator": ">", "value": 0},
            "b": {"label": "B"},
        },
    },
}
PLAN = {
    "patterns": SHARES,
    "worst": {"variable": "d", "which": "lowest", "label": "D"},
    "by": "arm",
    "by_levels": ["a", "b"],
}


def make_blocks(patients=120, seed=5):
    random = np.random.default_rng(seed)
    rows = []
    for patient in range(patients):
        for lesion in range(random.integers(1, 4)):
            level = random.choice([0, 40, 60, 100])
            for block in range(random.integers(1, 4)):
                share = float(np.clip(level + random.choice([-20, 0, 0, 20]), 0, 100))
                kind = random.random()
                d, r = (np.nan, np.nan) if kind < 0.05 else (share, 100 - share)
                rows.append(
                    (f"P{patient}", str(lesion), str(block), d, np.nan if kind > 0.96 else r)
                )
    return pd.DataFrame(rows, columns=["patient_id", "lesion", "block", *SHARES])


def make_cohort(blocks, seed=6):
    means = average_blocks(blocks, SHARES)
    random = np.random.default_rng(seed)
    cohort = classify_patterns(means.assign(p=np.nan), RULES)
    cohort.insert(0, "patient_id", means.index)
    cohort = cohort.reset_index(drop=True)
    months = random.exponential(20 + 30 * (cohort["pure"] == "pure"), len(cohort))
    return cohort.assign(
        end_months=np.ceil(months),
        end_event=(random.random(len(cohort)) < 0.8).astype(float),
        arm=pd.Categorical(random.choice(["a", "b"], len(cohort)), ["a", "b"]),
    )


def assess(blocks, cohort, plan=PLAN):
    return discordance.assess_discordance(cohort, blocks, plan, RULES, ["end"], 200, 1)


BLOCKS = make_blocks()
COHORT = make_cohort(BLOCKS)


def lesions_of(patient):
    """Mean shares of the lesions that were assessed, in order; NaN where a block lacks the share."""
    mine = BLOCKS[(BLOCKS["patient_id"] == patient) & BLOCKS[SHARES].notna().any(axis=1)]
    return [
        tuple(table[share].mean() if table[share].notna().all() else np.nan for share in SHARES)
        for _, table in mine.groupby("lesion")
    ]


def group_of(d, r, rule):
    if rule == "pure":
        return None if np.isnan(d) else "pure" if d >= 100 else "other"
    d, r = (100 - r if np.isnan(d) else d), r
    if d > 50:
        return "d"
    return None if np.isnan(r) else "r" if r > 50 else "mixed"


def test_pairs_of_lesions_and_of_blocks_by_brute_force():
    table = assess(BLOCKS, COHORT)["concordance"].set_index(["rule", "comparison", "level"])
    assert "elsewhere" not in table.index.get_level_values("rule")
    patients = COHORT["patient_id"]
    units = {
        "lesions": [[group_of(*lesion, "pure") for lesion in lesions_of(p)] for p in patients],
        "blocks": [
            [group_of(d, r, "pure") for d, r in table[SHARES].dropna(how="all").to_numpy()]
            for _, table in BLOCKS.groupby(["patient_id", "lesion"])
        ],
    }
    for comparison, groups in units.items():
        pairs = [
            [a == b for a, b in combinations([g for g in each if g], 2)]
            for each in groups
            if len(each) > 1
        ]
        row = table.loc[("pure", comparison, "")]
        assert row["pairs"] == sum(map(len, pairs))
        assert row["concordant"] == sum(map(sum, pairs))
        assert row["discordant_units"] == sum(not all(each) for each in pairs)
        assert row["units"] == sum(bool(each) for each in pairs)
        assert row["undetermined"] == sum(not each for each in pairs)
        assert row["percent"] == pytest.approx(100 * row["concordant"] / row["pairs"])
        assert row["lower"] < row["percent"] < row["upper"]
        levels = [table.loc[("pure", comparison, level)] for level in "ab"]
        assert sum(each["pairs"] for each in levels) == row["pairs"]
        assert sum(each["concordant"] for each in levels) == row["concordant"]


def test_who_stands_for_the_patient():
    groups = assess(BLOCKS, COHORT)["groups"]
    by_mean = COHORT.set_index("patient_id")["pure"]
    choose = {"first": lambda d: 0, "worst": np.argmin, "best": np.argmax}
    for summary, choice in choose.items():
        counted = {}
        for patient in COHORT["patient_id"]:
            lesions = lesions_of(patient)
            shares = [lesion[0] for lesion in lesions]
            group = group_of(*lesions[choice(shares)], "pure")
            counted[by_mean[patient], group] = counted.get((by_mean[patient], group), 0) + 1
        found = groups[groups["rule"].eq("pure") & groups["summary"].eq(summary)]
        found = {(row.mean_group, row.group): row.patients for row in found.itertuples()}
        assert found == counted
    expected = 0.0
    for patient in COHORT["patient_id"]:
        lesions = [group_of(*lesion, "pure") for lesion in lesions_of(patient)]
        expected += np.mean([group != by_mean[patient] for group in lesions])
    found = groups.query("rule == 'pure' and summary == 'random' and mean_group != group")
    assert found["patients"].sum() == pytest.approx(expected)


@pytest.mark.parametrize("analysis", ["unstratified", "stratified"])
def test_hazard_ratio_by_the_worst_lesion_is_the_cox_model(analysis):
    hazards = assess(BLOCKS, COHORT)["hazards"]
    assert set(hazards["rule"]) == {"pure"}
    worst = [group_of(*min(lesions_of(p)), "pure") for p in COHORT["patient_id"]]
    best = [group_of(*max(lesions_of(p)), "pure") for p in COHORT["patient_id"]]
    spec = {"x": {"kind": "binary", "levels": ["other", "pure"]}}
    strata = ["arm"] if analysis == "stratified" else None
    for summary, values in {"worst": worst, "best": best, "mean": COHORT["pure"]}.items():
        fit = fit_cox(COHORT.assign(x=np.asarray(values)), "end", spec, strata=strata)
        expected = fit.coefficients.query("level == 'pure'").iloc[0]
        mine = hazards["summary"].eq(summary) & hazards["analysis"].eq(analysis)
        row = hazards[mine].iloc[0]
        assert row["patients"] == len(COHORT)
        for key in ("hazard_ratio", "lower", "upper", "p_value"):
            assert row[key] == pytest.approx(expected[key], rel=1e-6)
    row = hazards.query("summary == 'random' and analysis == @analysis").iloc[0]
    ends = hazards.query("summary in ['worst', 'best'] and analysis == @analysis")["hazard_ratio"]
    assert ends.min() * 0.8 < row["hazard_ratio"] < ends.max() * 1.25
    assert np.isnan(row["p_value"])


def test_limits_of_a_random_lesion_are_by_the_total_variance(monkeypatch):
    """Every draw by fit_cox; average variance less that between the draws (Hoffman 2001)."""
    monkeypatch.setattr(discordance, "DRAWS", 40)
    row = assess(BLOCKS, COHORT)["hazards"].query("summary == 'random'").iloc[0]
    shown = BLOCKS.dropna(subset=SHARES, how="all").reset_index(drop=True)
    lesions = discordance.average_lesions(shown, SHARES)
    groups = classify_patterns(lesions, {"pure": RULES["pure"]})["pure"].astype(object)
    spec, coef, variance = {"x": {"kind": "binary", "levels": ["other", "pure"]}}, [], []
    for draw in discordance.pick_lesions(lesions, PLAN["worst"], 1)["random"]:
        by_patient = dict(zip(lesions["patient_id"].iloc[draw], groups.iloc[draw], strict=True))
        fit = fit_cox(COHORT.assign(x=COHORT["patient_id"].map(by_patient)), "end", spec)
        found = fit.coefficients.query("level == 'pure'").iloc[0]
        coef.append(found["coef"])
        variance.append(found["se"] ** 2)
    assert len(coef) == 40
    coef, variance = np.array(coef), np.array(variance)
    error = np.sqrt(variance.mean() - ((coef - coef.mean()) ** 2).mean())
    limits = np.exp(coef.mean() + 1.959963984540054 * np.array([0, -error, error]))
    np.testing.assert_allclose(row[["hazard_ratio", "lower", "upper"]].astype(float), limits)


def test_the_total_variance_is_that_of_repeated_studies():
    """One of ten lesions differs from the patient's group: over 200 cohorts the error stated is the one that is seen."""
    coef, stated, average = [], [], []
    for seed in range(200):
        random = np.random.default_rng(seed)
        group = random.random(150) < 0.5
        months = random.exponential(20 * np.exp(-0.7 * group)) + 0.1
        within = group[:, None] ^ (random.random((150, 100)) < 0.1)
        risk_sets = build_risk_sets(months, np.ones(150))
        row = discordance._estimate(risk_sets, months, np.ones(150), within)
        fits = fit_dichotomies(risk_sets, months, np.ones(150), within)
        coef.append(np.log(row["hazard_ratio"]))
        stated.append(np.log(row["upper"] / row["lower"]) / (2 * 1.959963984540054))
        average.append(np.sqrt((fits.error**2).mean()))
    seen = np.std(coef, ddof=1)  # known to 5%
    assert np.mean(stated) == pytest.approx(seen, rel=0.1)
    assert np.mean(average) > 1.15 * seen  # what it was without subtracting


def test_draws_that_differ_by_more_than_their_error_keep_the_average(monkeypatch):
    fits = discordance.fit_dichotomies(
        build_risk_sets(np.arange(1.0, 41), np.ones(40)),
        *(np.arange(1.0, 41), np.ones(40)),
        np.array([np.arange(40) % 2 == 0, np.arange(40) % 3 == 0]).T,
    )
    far = dataclasses.replace(fits, coef=np.array([-2.0, 2.0]))
    monkeypatch.setattr(discordance, "fit_dichotomies", lambda *_: far)
    row = discordance._estimate(None, None, np.ones(40), np.eye(40, 2, dtype=bool) | True)
    assert row["note"].startswith("0 events on one side")
    half = np.arange(40)[:, None] % 2 == np.array([0, 1])
    row = discordance._estimate(None, None, np.ones(40), half)
    assert row["note"] == "mean of 2 draws; limits by the average variance, conservative"
    assert row["upper"] == pytest.approx(np.exp(1.959963984540054 * np.sqrt((far.error**2).mean())))


def test_range_of_the_share_by_brute_force():
    spread = assess(BLOCKS, COHORT)["spread"].query("comparison == 'lesions'")
    ranges = []
    for patient in COHORT["patient_id"]:
        known = [d for d, _ in lesions_of(patient) if not np.isnan(d)]
        ranges += [max(known) - min(known)] if len(known) > 1 else []
    assert spread["units"].sum() == len(ranges)
    assert spread["units"].iloc[0] == sum(each < 1e-9 for each in ranges)
    last = spread.iloc[-1]
    assert last["units"] == sum(each > 90 + 1e-9 for each in ranges)


def test_assessed_lesions_and_patients_outside_the_cohort():
    smaller = COHORT.iloc[10:]
    table = assess(BLOCKS, smaller)["assessed"]
    numbers = [len(lesions_of(patient)) for patient in smaller["patient_id"]]
    assert dict(zip(table["lesions"], table["patients"], strict=True)) == {
        number: numbers.count(number) for number in sorted(set(numbers))
    }
    shown = BLOCKS[BLOCKS["patient_id"].isin(smaller["patient_id"])]
    assert table["blocks"].sum() == shown[SHARES].notna().any(axis=1).sum()


def test_no_result_names_a_patient():
    for table in assess(BLOCKS, COHORT).values():
        text = table.to_csv(index=False)
        assert "patient_id" not in text
        assert "P11" not in text


def test_same_seed_same_tables():
    first, second = assess(BLOCKS, COHORT), assess(BLOCKS, COHORT)
    for name, table in first.items():
        pd.testing.assert_frame_equal(table, second[name])


@pytest.mark.parametrize("kept", [0, 1, 3])
def test_hardly_any_blocks(kept):
    few = BLOCKS.iloc[:kept]
    found = assess(few, COHORT)
    assert found["hazards"]["hazard_ratio"].isna().all()
    assert found["hazards"]["note"].notna().all()
    assert found["concordance"]["lower"].isna().all()


def test_one_lesion_per_patient_changes_nothing():
    single = BLOCKS[BLOCKS["lesion"] == "0"]
    cohort = make_cohort(single)
    found = assess(single, cohort, {**PLAN, "worst": None, "by": None})
    assert (found["groups"]["mean_group"].fillna("") == found["groups"]["group"].fillna("")).all()
    ratios = found["hazards"]["hazard_ratio"]
    assert ratios.to_numpy() == pytest.approx(ratios.iloc[0])
    lesions = found["concordance"].query("comparison == 'lesions'")
    assert (lesions["units"] == 0).all()
    assert found["spread"].empty
