"""Treatment of a recurrence: who is counted where, no credit for waiting, and what cannot be known."""

import numpy as np
import pandas as pd
import pytest
from crlm.analyses.repeat_resection import estimate, remnant
from crlm.analyses.repeat_resection.estimate import (
    AFTER,
    LANDMARK,
    NAIVE,
    START,
    STATE,
    TIME_DEPENDENT,
    TREATED,
)
from crlm.survival.cox import fit_cox
from crlm.survival.time_dependent import split_at_start
from repeat_inputs import (
    LEVELS,
    LIVERS,
    OCCASIONS,
    RESAMPLING,
    SETTINGS,
    THRESHOLDS,
    draw,
    make_cohort,
    pick,
    run,
    show_all,
    simulate,
)

# What is counted


@pytest.mark.parametrize("seed", range(4))
def test_everybody_with_a_recurrence_is_somewhere(seed):
    """Recounted patient by patient."""
    cohort = draw(seed, 200)
    expected = dict.fromkeys(
        ("none", "early dead", "early lost", "treated", "untreated", "later"), 0
    )
    for row in cohort.itertuples():
        after, start = row.x_months - row.came, row.begun - row.came
        if after == 0:
            expected["none"] += 1
        elif after <= 3:
            expected["early dead" if row.x_event else "early lost"] += 1
        else:
            expected["treated" if start <= 3 else "untreated"] += 1
            expected["later"] += 3 < start < after
    account = run(cohort)["account"].set_index("group")["patients"]
    names = {
        "none": "no follow-up after the recurrence",
        "early dead": "died before the landmark",
        "early lost": "last seen before the landmark",
        "treated": "treated by the landmark",
        "untreated": "not treated by the landmark",
        "later": "of these, treated later",
    }
    assert {key: account[name] for key, name in names.items()} == expected
    assert min(expected.values()) > 0
    of_landmark = [names[key] for key in ("early dead", "early lost", "treated", "untreated")]
    assert account[of_landmark].sum() == account["followed from the recurrence"]
    left_out = account["with a recurrence"] - account["followed from the recurrence"]
    assert left_out == expected["none"]


@pytest.mark.parametrize("seed", range(4))
def test_time_before_and_after_the_treatment_adds_up(seed):
    """Months and deaths by state, recounted in steps of a month."""
    followed = estimate.select_recurred(draw(seed, 150), SETTINGS, {"origin": None})
    followed = followed[followed["_reason"].isna()]
    rows = split_at_start(followed, AFTER, followed[START], STATE)
    spent = (rows[f"{AFTER}_months"] - rows[f"{AFTER}_entry"]).groupby(rows[STATE]).sum()
    deaths = rows.groupby(STATE)[f"{AFTER}_event"].sum()
    months = {"no": 0, "yes": 0}
    dead = {"no": 0, "yes": 0}
    for row in followed.to_dict("records"):
        for month in range(int(row[f"{AFTER}_months"])):
            months["yes" if month >= row[START] else "no"] += 1
        seen = row[START] < row[f"{AFTER}_months"]
        dead["yes" if seen else "no"] += row[f"{AFTER}_event"]
    assert spent.to_dict() == months
    assert deaths.to_dict() == dead


def test_reasons_come_in_words():
    cohort = make_cohort(
        months=[20, 20, 20, np.nan, 20, 5, 20, 20],
        event=[1, 1, 0, np.nan, 1, 1, 1, 0],
        begun=[8, None, 3, 8, None, 8, None, None],
        came=[5, np.nan, 5, 5, 5, 5, 5, 5],
        resected=["yes", "no", "yes", "yes", "yes", "yes", None, "no"],
        recurred=["yes"] * 7 + ["no"],
    )
    found = run(cohort)
    account = found["account"]
    left_out = account[account["part"] == "left_out"].set_index("group")["patients"]
    assert left_out.to_dict() == {
        "date of the recurrence not known": 1,
        "treated before the recurrence": 1,
        "survival not known": 1,
        "treated, on a day that is not known": 1,
        "no follow-up after the recurrence": 1,
        "not known whether treated": 1,
    }
    assert account.set_index("group")["patients"]["followed from the recurrence"] == 1
    # neither the patient who is not known to be treated nor the one treated before: 4 of 5
    assert found["shares"].loc[0, ["patients", "treated"]].tolist() == [5, 4]


def test_a_date_without_a_flag_says_whether_it_happened():
    day = pd.Timestamp("2020-01-01")
    days = pd.to_timedelta([100, 100, 100], unit="D")
    cohort = pd.DataFrame(
        {
            "x_months": [20.0, 20.0, 20.0],
            "x_event": [1.0, 0.0, 1.0],
            "origin": day,
            "came": day + days,
            "begun": [day + pd.Timedelta(days=131), pd.NaT, pd.NaT],
            "told": pd.Categorical(["yes", "no", "yes"], categories=LEVELS),
        }
    )
    sources = {"recurrence": {"date": "came"}, "treatment": {"date": "begun"}}
    plain = {name: {**source, "told_by": []} for name, source in sources.items()}
    found = estimate.estimate_repeat_resection(
        cohort, {**SETTINGS, **plain}, {"origin": "origin"}, RESAMPLING
    )
    assert found["shares"].loc[0, ["patients", "treated"]].tolist() == [3, 1]
    assert found["shares"].loc[0, "months_median"] == pytest.approx(31 / 30.4375)
    told = {**plain, "treatment": {"date": "begun", "told_by": ["told"]}}
    found = estimate.estimate_repeat_resection(
        cohort, {**SETTINGS, **told}, {"origin": "origin"}, RESAMPLING
    )
    assert found["shares"].loc[0, "treated"] == 2
    account = found["account"].set_index("group")["patients"]
    assert account["treated, on a day that is not known"] == 1


def test_equal_days_stay_tied():
    """100 - 70 and 60 - 30 days are the same, the differences of their months are not."""
    months = np.arange(40, 240) / 30.4375
    cohort = make_cohort(months + 30 / 30.4375, 1, [None] * 200, months)
    assert len(set(cohort["x_months"] - cohort["came"])) > 1
    followed = estimate.select_recurred(cohort, SETTINGS, {"origin": None})
    assert followed[f"{AFTER}_months"].nunique() == 1


def test_shares_by_group():
    cohort = make_cohort([20] * 6, 1, [4, None, 5, None, None, 30])
    cohort["grouping_g"] = pd.Categorical(["a", "a", "b", "b", "b", None], ["a", "b", "c"])
    shares = run(cohort, groupings={"g": {"groups": ["a", "b", "c"]}})["shares"]
    counts = shares[["grouping", "group", "patients", "treated"]].to_numpy().tolist()
    assert counts == [
        ["overall", "all", 6, 3],
        ["g", "a", 2, 1],
        ["g", "b", 3, 1],
        ["g", "c", 0, 0],
    ]
    assert shares["note"].dropna().tolist() == ["nobody with a recurrence"]
    assert shares["share"].tolist()[:3] == [1 / 2, 1 / 2, 1 / 3]


# Immortal time: the truth is a hazard ratio of 1, or another


@pytest.mark.parametrize("ratio", [1.0, 0.6])
def test_waiting_for_the_treatment_is_credited_to_nobody(ratio):
    """One large cohort of known truth. A right estimate lies within 4 of its errors of it but for 1 in 16,000 cohorts; the
    naive one is wrong by more than 10."""
    found = run(simulate(7, 1500, ratio))
    truth = np.log(ratio)
    right = pick(found, TIME_DEPENDENT)
    assert abs(right["coef"] - truth) < 4 * right["se"]
    naive = pick(found, NAIVE)
    assert naive["coef"] < truth - 10 * naive["se"]
    assert naive["bias_ratio"] == pytest.approx(naive["hazard_ratio"] / right["hazard_ratio"])
    assert naive["bias_ratio"] < 0.9
    assert 5 < naive["waiting_percent"] < 60


def test_the_landmark_credits_nobody_either():
    """Truth 1: then those treated later change nothing, and the landmark's ratio is 1 as well."""
    found = run(simulate(8, 1500))
    row = pick(found, LANDMARK)
    assert abs(row["coef"]) < 4 * row["se"]
    assert found["tests"]["p_value"][0] > 1e-4


def test_estimates_scatter_around_the_truth_as_their_errors_say():
    """30 cohorts of 150: mean of z within 4 / sqrt(30) of 0; the 95 % interval holds the truth in at least 23 of them, which a
    right interval misses in 1 of 11,000 tries (binomial)."""
    scores = []
    for seed in range(30):
        cohort = simulate(100 + seed, 150)
        followed = estimate.select_recurred(cohort, SETTINGS, {"origin": None})
        rows = split_at_start(followed, AFTER, followed[START], STATE)
        fit = fit_cox(rows, AFTER, {STATE: TREATED}, by_lifelines=False)  # equal, and quick
        row = fit.coefficients.iloc[1]
        scores.append(row["coef"] / row["se"])
    assert abs(np.mean(scores)) < 4 / np.sqrt(30)
    assert (np.abs(scores) < 1.96).sum() >= 23


# What cannot be known


@pytest.mark.parametrize(
    ("cohort", "why"),
    [
        (draw(1, 0), "nobody is left to be followed"),
        (draw(1, 60).assign(recurred=pd.Categorical(["no"] * 60, LEVELS)), "nobody is left"),
        (draw(1, 60).assign(resected=pd.Categorical(["no"] * 60, LEVELS)), "nobody was treated"),
        (make_cohort(np.arange(4, 30), 1, [0] * 26), "everybody was treated"),
        (make_cohort(np.arange(4, 30), 0, [0, None] * 13), "nobody died"),
        (make_cohort([9, 8, 7, 6], [0, 0, 1, 1], [0, 0, None, None]), "none of the treated died"),
        (make_cohort([9, 8, 7, 6], [1, 1, 0, 0], [0, 0, None, None]), "none of the untreated"),
        (make_cohort([9], [1], [None]), "nobody was treated"),
    ],
)
def test_nothing_to_compare_is_said_in_words(cohort, why):
    found = run(cohort)
    for analysis in (LANDMARK, TIME_DEPENDENT, NAIVE):
        row = pick(found, analysis)
        assert why in row["note"]
        assert row[["hazard_ratio", "lower", "p_value", "bias_ratio"]].isna().all()
    show_all(found)


def test_nobody_lives_until_the_landmark():
    found = run(make_cohort([1, 2, 3, 2.5], 1, [0.5, None, 1, None]))
    assert pick(found, LANDMARK)["note"] == "nobody is left to be followed"
    assert pick(found, TIME_DEPENDENT)["hazard_ratio"] > 0
    show_all(found)


def test_a_treatment_on_the_last_day_is_none():
    found = run(make_cohort([5, 6, 9], 1, [5, None, 7]))
    assert pick(found, NAIVE)["patients"] == 1
    row = pick(found, TIME_DEPENDENT)
    assert row["patients"] == 1
    # and that one is at risk with nobody else when somebody dies
    assert np.isnan(row["hazard_ratio"]) and "no maximum" in row["note"]


def test_adjusted_models_leave_out_who_has_no_value():
    cohort = draw(3, 200).assign(age=np.random.default_rng(3).normal(60, 9, 200))
    cohort.loc[:19, "age"] = np.nan
    found = run(cohort, adjust={"age": {"kind": "continuous", "label": "Age"}})
    crude, adjusted = (pick(found, NAIVE, model) for model in ("crude", "adjusted"))
    assert crude["missing"] == 0 < adjusted["missing"] <= 20
    assert adjusted["hazard_ratio"] != crude["hazard_ratio"]
    show_all(found, adjust={"age": {"label": "Age"}})


# The score


SCORE = {
    "name": "points",
    "label": "Points",
    "variable": "points",
    "groups": {"0": "0", "1": "1", "2": "2"},
    "published": {"0": {60: 62}, "1": {60: 38}},
    "sources": {"Somebody 2006": "read"},
    "why": None,
}


def test_the_score_counts_from_the_treatment():
    cohort = make_cohort([20, 12, 30, 25, 9], [1, 1, 0, 1, 1], [10, 10, 10, None, 9])
    cohort = cohort.assign(points=[0.0, 1.0, 0.0, 0.0, 1.0])
    found = run(cohort, score=SCORE)["score"].set_index(["group", "time"])
    # the fourth is not treated, the fifth on the last day
    assert found.loc[("0", 12), ["patients", "events", "survival"]].tolist() == [2, 1, 0.5]
    assert found.loc[("1", 6), ["patients", "survival"]].tolist() == [1, 0]
    assert found.loc[("2", 6), "note"] == "no patients"
    assert found["published"].dropna().to_dict() == {("0", 60): 0.62, ("1", 60): 0.38}
    assert found.loc[("0", 60), "note"] == "follow-up ends before"
    show_all(run(cohort, score=SCORE), score=SCORE)


def test_a_score_that_cannot_be_had_leaves_no_row():
    cohort = draw(1, 50)
    for score in (None, {**SCORE, "groups": {}, "why": "not computable (missing: Number)"}):
        assert run(cohort, score=score)["score"].empty


# Remnants


def test_remnants_by_hand():
    points = remnant.list_remnants(LIVERS, OCCASIONS)
    assert len(points) == 6
    assert points["burden"].tolist()[:4] == pytest.approx([5, 5, np.sqrt(2), 1])
    quantities, compared = remnant.describe_remnants(points, OCCASIONS, THRESHOLDS).values()
    middle = quantities.set_index(["occasion", "group", "quantity"])["middle"]
    assert middle[("first", "all", "percent")] == 30
    assert middle[("first", "bad", "volume")] == 900
    rows = compared.set_index(["occasion", "group"])
    counts = rows[["patients", "patients_below", "pairs"]]
    assert counts.loc[("first", "all")].tolist() == [4, 2, 4]  # 15 of 20 and 35 of 40
    assert counts.loc[("first", "good")].tolist() == [2, 1, 2]
    assert rows.loc[("first", "all"), "note"].startswith("no threshold where the health")
    assert rows.loc[("first", "all"), "rho"] == pytest.approx(-0.9486832980505138)
    assert counts.loc[("repeat", "all")].tolist() == [0, 0, 0]
    assert np.isnan(rows.loc[("repeat", "all"), "share"])


def test_nobody_has_a_remnant():
    points = remnant.list_remnants(LIVERS.head(0), OCCASIONS)
    quantities, compared = remnant.describe_remnants(points, OCCASIONS, THRESHOLDS).values()
    assert set(compared["note"]) == {"nobody with a known remnant"}
    assert quantities["patients"].sum() == 0


def test_a_death_at_a_month_that_is_read_counts_at_it():
    """16.1 - 1.1 is 15.000000000000002 months, twelve beyond the landmark."""
    cohort = make_cohort(np.array([16.1, 60.0]), np.array([1.0, 0.0]), np.full(2, np.nan), 1.1)
    settings = SETTINGS | {"landmark_months": 3, "times_months": [12]}
    followed = estimate.select_recurred(cohort, settings, {"origin": None})
    assert followed[f"{AFTER}_months"].iloc[0] == 15
