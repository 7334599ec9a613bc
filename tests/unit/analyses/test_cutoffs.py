"""Every cut by brute force, the corrected p of a search that finds nothing, and cohorts that have little to cut."""

import numpy as np
import pandas as pd
import pytest
from crlm.analyses.cutoffs import estimate as cutoffs
from crlm.analyses.cutoffs import levels as cutoff_levels
from crlm.analyses.cutoffs import maximal_selection
from crlm.survival import spline_basis
from crlm.survival.cox import fit_cox
from crlm.survival.dichotomy import fit_dichotomies
from crlm.survival.partial_likelihood import build_risk_sets


def make_cohort(n=150, seed=4, effect=0.8, ties=True):
    random = np.random.default_rng(seed)
    share = np.clip(np.round(random.normal(55, 45, n) / 5) * 5, 0, 100)
    treated = random.random(n) < 0.4 + 0.2 * (share > 60)
    months = random.exponential(30 * np.exp(effect * share / 100), n)
    limit = random.uniform(5, 80, n)
    event = months <= limit
    months = np.minimum(months, limit)
    cohort = pd.DataFrame(
        {
            "end_months": np.ceil(months) if ties else months,
            "end_event": event.astype(float),
            "share": share,
            "arm": pd.Categorical(np.where(treated, "b", "a"), ["a", "b"]),
        }
    )
    cohort.loc[[3, 7], "share"] = np.nan
    cohort.loc[[11], "arm"] = np.nan
    cohort.loc[[20], ["end_months", "end_event"]] = np.nan
    return cohort


def number(by="arm", **more):
    return {
        "spec": {"kind": "continuous", "per": 10, "transform": "none"},
        "by": by,
        "by_levels": ["a", "b"] if by else [],
        "search_percent": [10, 90],
        "minimum_events": 3,
        "reference": None,
        "cuts": [
            {"operator": ">", "value": 50, "source": "Doe", "evidence": "read"},
            {"operator": ">=", "value": 100, "source": "Roe", "evidence": "recalled"},
        ],
        **more,
    }


def assess(cohort, permutations=200, seed=1, **settings):
    return cutoffs.assess_cutoffs(cohort, "end", {"share": number(**settings)}, permutations, seed)


BINARY = {"above": {"kind": "binary", "levels": ["no", "yes"]}}


@pytest.mark.parametrize("analysis", ["unstratified", "stratified", "a", "b"])
def test_every_cut_is_the_cox_model_of_its_groups(analysis):
    cohort = make_cohort()
    table = assess(cohort)["cutoffs"]
    level = analysis if analysis in "ab" else ""
    mine = table[table["level"].eq(level) & table["analysis"].eq("within" if level else analysis)]
    patients = cohort.dropna()
    if level:
        patients = patients[patients["arm"] == level]
    elif analysis == "unstratified":
        patients = cohort.dropna(subset=["share", "end_months"])
    assert len(mine) > 15
    for row in mine.to_dict("records"):
        edge = row["cut"]
        above = patients["share"] >= edge if row["operator"] == ">=" else patients["share"] > edge
        assert row["patients_above"] == above.sum()
        assert row["patients_below"] == (~above).sum()
        assert row["events_above"] == patients.loc[above, "end_event"].sum()
        assert row["events_below"] == patients.loc[~above, "end_event"].sum()
        if min(row["events_above"], row["events_below"]) < 3:
            assert np.isnan(row["hazard_ratio"])
            assert "fewer than 3" in row["note"]
            continue
        coded = patients.assign(above=np.where(above, "yes", "no"))
        strata = ["arm"] if analysis == "stratified" else None
        fit = fit_cox(coded, "end", BINARY, strata=strata)
        expected = fit.coefficients.query("level == 'yes'").iloc[0]
        for key in ("coef", "se", "hazard_ratio", "lower", "upper", "p_value"):
            assert row[key] == pytest.approx(expected[key], rel=1e-6), key
        assert row["harrell_c"] == pytest.approx(fit.model["concordance"].iloc[0])


def test_cuts_are_all_distinct_values_and_the_published_ones():
    cohort = make_cohort()
    table = assess(cohort, by=None)["cutoffs"]
    # the endpoint of patient 20 is not known
    values = np.unique(cohort.drop(index=20)["share"].dropna())
    plain = table[table["operator"] == ">="]
    assert plain["cut"].tolist() == values[1:].tolist()
    published = table[table["source"].notna()]
    assert published[["operator", "cut", "source", "evidence"]].to_numpy().tolist() == [
        [">", 50, "Doe", "read"],
        [">=", 100, "Roe", "recalled"],
    ]
    strict, next_one = table[table["operator"] == ">"].iloc[0], plain[plain["cut"] > 50].iloc[0]
    for key in ("hazard_ratio", "patients_above", "p_corrected"):
        assert strict[key] == next_one[key]


def test_standardised_log_rank_and_its_permutation_moments_by_brute_force():
    cohort = make_cohort(60, ties=True).dropna()
    months, event = cohort["end_months"].to_numpy(), cohort["end_event"].to_numpy()
    strata = cohort["arm"].cat.codes.to_numpy()
    below = (cohort["share"] < 60).to_numpy()[:, None]
    scores = maximal_selection.score_log_rank(months, event, strata)
    for i in range(len(cohort)):  # event minus the sum of d / n until the patient's time
        hazard = sum(
            ((months == t) & (event == 1) & (strata == strata[i])).sum()
            / ((months >= t) & (strata == strata[i])).sum()
            for t in np.unique(months[months <= months[i]])
        )
        assert scores[i] == pytest.approx(event[i] - hazard)
    found, mean, error = maximal_selection.standardise_sums(scores, strata, below)
    random, sums = np.random.default_rng(8), []
    for _ in range(20000):
        drawn = scores.copy()
        for label in (0, 1):
            drawn[strata == label] = random.permutation(scores[strata == label])
        sums.append(drawn[below[:, 0]].sum())
    assert mean[0] == pytest.approx(np.mean(sums), abs=5 * np.std(sums) / np.sqrt(20000))
    assert error[0] == pytest.approx(np.std(sums), rel=0.03)
    assert found[0] == pytest.approx((scores[below[:, 0]].sum() - mean[0]) / error[0])


def test_a_search_without_an_effect_is_corrected():
    """Under no effect the corrected p is uniform; the uncorrected one of the best cut is far too small."""
    corrected, raw = [], []
    for seed in range(120):
        cohort = make_cohort(80, seed, effect=0)
        row = assess(cohort, permutations=99, by=None)["maxstat"].iloc[0]
        corrected.append(row["p_corrected"])
        raw.append(row["p_uncorrected"])
    corrected, raw = np.array(corrected), np.array(raw)
    assert (raw < corrected).all()
    assert 0.005 <= (corrected <= 0.05).mean() <= 0.12
    assert (raw <= 0.05).mean() > 0.15
    assert corrected.mean() == pytest.approx(0.5, abs=0.1)


def test_permutations_stay_within_the_strata():
    cohort = make_cohort(40).dropna()
    scores = np.arange(len(cohort), dtype=float)
    strata = cohort["arm"].cat.codes.to_numpy()
    below = np.column_stack(
        [strata == 0]
    )  # the whole of a stratum: every permutation has the same sum
    maxima = maximal_selection.permute_maximum(
        scores, strata, below, np.zeros(1), np.ones(1), 50, seed=2
    )
    assert np.ptp(maxima) == 0
    assert maxima[0] == scores[strata == 0].sum()


def test_same_seed_same_tables_and_another_seed_another_p():
    cohort = make_cohort(effect=0.2)
    first, second, other = assess(cohort), assess(cohort), assess(cohort, seed=2)
    for name, table in first.items():
        pd.testing.assert_frame_equal(table, second[name])
    assert first["maxstat"]["p_corrected"].tolist() != other["maxstat"]["p_corrected"].tolist()
    assert first["maxstat"]["statistic"].tolist() == other["maxstat"]["statistic"].tolist()


def test_interaction_of_a_cut_is_that_of_the_levels_against_the_strata():
    table = assess(make_cohort())["cutoffs"]
    stratified = table[table["analysis"] == "stratified"]
    assert stratified["interaction_p_value"].between(0, 1).any()
    assert table.loc[table["analysis"] != "stratified", "interaction_p_value"].isna().all()


@pytest.mark.parametrize(
    ("values", "cuts"),
    [(np.full(60, 100.0), 0), (np.repeat([0.0, 100.0], 30), 1), (np.full(60, np.nan), 0)],
)
def test_little_to_cut(values, cuts):
    random = np.random.default_rng(1)
    cohort = pd.DataFrame(
        {
            "end_months": random.exponential(20, 60),
            "end_event": (random.random(60) < 0.7).astype(float),
            "share": values,
            "arm": pd.Categorical(["a", "b"] * 30, ["a", "b"]),
        }
    )
    found = assess(cohort, cuts=[])
    assert len(found["cutoffs"]) == 4 * cuts
    assert len(found["tests"]) == len(found["maxstat"]) == 4
    assert found["spline"].empty
    assert found["tests"]["note"].notna().all()
    assert found["maxstat"]["p_corrected"].notna().sum() == 4 * cuts
    if cuts:
        assert found["tests"]["hazard_ratio"].notna().all()  # two values have a slope but no spline
    else:
        assert found["maxstat"]["note"].notna().all()


def test_nobody_in_a_level_and_no_events():
    cohort = make_cohort().assign(arm=pd.Categorical(["a"] * 150, ["a", "b"]))
    found = assess(cohort)
    empty = found["cutoffs"].query("level == 'b'")
    assert empty["hazard_ratio"].isna().all()
    assert (empty["patients_above"] == 0).all()
    assert found["maxstat"].query("level == 'b'")["note"].iloc[0] == "fewer than 10 events"
    assert found["cutoffs"].query("level == 'a'")["hazard_ratio"].notna().any()
    assert found["cutoffs"]["interaction_p_value"].isna().all()
    quiet = assess(make_cohort().assign(end_event=0.0))
    for table in quiet.values():
        assert "hazard_ratio" not in table or table["hazard_ratio"].isna().all()
    assert quiet["cutoffs"]["note"].notna().all()


def test_a_likelihood_without_a_maximum_has_no_hazard_ratio():
    months = np.arange(1.0, 21)
    event = np.ones(20)
    within = (months > 10)[:, None]  # all of one side die before any of the other
    fits = fit_dichotomies(build_risk_sets(months, event), months, event, within)
    assert np.isnan(fits.coef[0])


def test_many_dichotomies_are_the_same_as_one_by_one():
    random = np.random.default_rng(3)
    months, event = np.ceil(random.exponential(10, 90)), random.random(90) < 0.6
    within = random.random((90, 450)) < 0.4  # more than one chunk
    risk_sets = build_risk_sets(months, event.astype(float))
    whole = fit_dichotomies(risk_sets, months, event.astype(float), within)
    for place in (0, 199, 200, 449):
        one = fit_dichotomies(risk_sets, months, event.astype(float), within[:, [place]])
        for key in ("coef", "error", "harrell_c", "c_error"):
            assert getattr(one, key)[0] == pytest.approx(getattr(whole, key)[place], rel=1e-9)


@pytest.mark.parametrize(
    ("values", "count"),
    [
        (np.arange(100.0), 4),
        (np.r_[np.zeros(40), np.arange(60.0)], 3),
        (np.r_[np.zeros(80), np.arange(1, 21.0)], 3),
        (np.r_[np.zeros(45), np.full(45, 100.0), np.arange(10, 90, 8.0)], 3),
        (np.array([0.0, 1, 1, 0]), 0),
    ],
)
def test_knots_of_piled_up_values(values, count):
    knots, note = spline_basis.place_knots(values)
    assert len(knots) == count
    assert (np.diff(knots) > 0).all()
    assert (note is None) == (count == 4)


def test_a_logarithm_enters_as_such():
    cohort = make_cohort().assign(share=lambda table: 2 ** (table["share"] / 10))
    spec = {"kind": "continuous", "per": 1, "transform": "log2"}
    tests = assess(cohort, spec=spec, cuts=[])["tests"]
    plain = assess(make_cohort(), cuts=[])["tests"]
    assert tests["hazard_ratio"].to_numpy() == pytest.approx(plain["hazard_ratio"].to_numpy())


def test_means_and_bars_are_a_recount():
    cohort = make_cohort()
    levels, bars = cutoff_levels.describe_cutoffs(cohort, {"share": number()})
    assert levels["level"].tolist() == ["", "a", "b"]
    for row in levels.to_dict("records"):
        mine = cohort if not row["level"] else cohort[cohort["arm"] == row["level"]]
        assert row["patients"] == mine["share"].notna().sum()
        assert row["missing"] == mine["share"].isna().sum()
        assert row["mean"] == pytest.approx(mine["share"].mean())
        counted = bars[bars["level"] == row["level"]]
        assert counted["patients"].sum() == row["patients"]
    means = levels.set_index("level")["mean"]
    assert levels.set_index("level").loc["b", "difference"] == pytest.approx(
        means["b"] - means["a"]
    )
    alone, _ = cutoff_levels.describe_cutoffs(cohort.assign(share=np.nan), {"share": number()})
    assert alone["difference"].isna().all()


@pytest.mark.parametrize("rare", ["below", "above"])
def test_too_few_events_on_either_side_give_no_ratio(rare):
    """Four events on one side and plenty on the other, with five asked for: the rarer side decides."""
    random = np.random.default_rng(5)
    high = np.arange(80) % 2 == 1
    event = np.zeros(80)
    event[np.flatnonzero(high)[:4] if rare == "above" else np.flatnonzero(~high)[:4]] = 1
    event[np.flatnonzero(~high)[:20] if rare == "above" else np.flatnonzero(high)[:20]] = 1
    cohort = pd.DataFrame(
        {
            "end_months": np.ceil(random.exponential(20, 80)),
            "end_event": event,
            "share": np.where(high, 80.0, 20.0),
        }
    )
    row = assess(cohort, by=None, minimum_events=5, cuts=[])["cutoffs"].iloc[0]
    assert row[f"events_{rare}"] == 4
    assert np.isnan(row["hazard_ratio"])
    assert row["note"] == "4 events on one side, fewer than 5"
    row = assess(cohort, by=None, minimum_events=4, cuts=[])["cutoffs"].iloc[0]
    assert row["hazard_ratio"] > 0


def test_only_the_cuts_searched_have_a_corrected_p():
    """A cut outside the shares of the search has none, at either end: it was never a candidate."""
    cohort = make_cohort(ties=False)
    table = assess(cohort, by=None, search_percent=[30, 60], cuts=[])["cutoffs"]
    known = cohort.drop(index=20)["share"].dropna()
    for row in table.to_dict("records"):
        below = (known < row["cut"]).sum()
        inside = int(len(known) * 0.3) <= below <= int(len(known) * 0.6)
        assert np.isfinite(row["p_corrected"]) == inside
    assert table["p_corrected"].isna().iloc[[0, -1]].all()
    assert table["p_corrected"].notna().any()
