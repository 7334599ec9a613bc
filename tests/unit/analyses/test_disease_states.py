"""Disease states: plan, counts, estimates recounted, what cannot be said."""

import known_truth as truth
import numpy as np
import pandas as pd
import pytest
from crlm.analyses.disease_states import estimate, words
from crlm.plan.schema import PlanError
from disease_state_inputs import FOUR, STATES, draw, make_plan, make_spells

# Estimates


def test_four_patients_by_hand():
    spells, cohort = make_spells(FOUR)
    plan = make_plan(("a", "b"))
    found = estimate.count_transitions(spells, cohort, plan)
    found = found[found["grouping"] == "overall"].set_index(["from_group", "to_group"])
    assert found.loc[("well", "ill"), "events"] == 2
    assert found.loc[("well", "gone"), "events"] == 1
    assert found.loc[("well", "(last seen)"), "events"] == 1
    assert found.loc[("ill", "again"), ["patients", "count", "events"]].tolist() == [2, 2, 1]
    assert found.loc[("well", "ill"), "person_months"] == 45
    assert found.loc[("well", "ill"), "rate"] == pytest.approx(1200 * 2 / 45)
    assert set(found.loc["ill"].index) == {"again", "gone", "(last seen)"}
    shares, means = estimate.estimate_states(spells, cohort, plan, 100, 1)
    mine = means[means["grouping"] == "overall"].set_index("state")
    # well: 4 months all, 1 with 3/4, 1 with 2/4, 18 with 1/4
    assert mine.loc["well", "months"] == pytest.approx(4 + 0.75 + 0.5 + 18 / 4)
    assert mine.loc["ill", "months"] == pytest.approx((4 + 4) / 4)
    assert mine.loc["again", "months"] == pytest.approx(14 / 4)
    assert mine.loc["(free)", "months"] == pytest.approx(9.75 + 3.5)
    assert mine["note"].tolist() == ["no limits for fewer than 10 patients"] * 5
    at = shares[(shares["grouping"] == "overall") & (shares["time"] == 6)].set_index("state")
    assert at["probability"].to_dict() == {
        "well": 0.25, "ill": 0.5, "again": 0, "gone": 0.25, "(free)": 0.25,
    }  # fmt: skip
    assert at["at_risk"].tolist() == [2, 1, 0, 0, 2]  # just before the month


def test_curves_add_up_and_count():
    spells, cohort = make_spells(FOUR)
    curves = estimate.estimate_curves(spells, cohort, make_plan(("a", "b")))
    mine = curves[curves["grouping"] == "overall"]
    totals = mine.groupby("time")["probability"].sum()
    assert totals.to_numpy() == pytest.approx(1)
    assert totals.index.tolist() == [0, 4, 5, 6, 8, 10, 24]
    well = mine[mine["state"] == "well"]
    assert well["at_risk"].tolist() == [4, 4, 3, 2, 1, 1, 1]
    gone = mine[mine["state"] == "gone"]
    assert gone["at_risk"].tolist() == [4, 4, 4, 3, 3, 2, 2]  # who is observed in any state
    ill = mine[mine["state"] == "ill"]
    assert ill["events"].tolist() == [0, 1, 0, 1, 0, 0, 0]


def test_pathways():
    spells, _ = make_spells(FOUR)
    found = estimate.count_pathways(spells, list(STATES))
    rows = [tuple(row) for row in found.itertuples(index=False)]
    assert rows == [
        ("step 1", "well", "ill", 2),
        ("step 1", "well", "gone", 1),
        ("step 1", "well", "(last seen)", 1),
        ("step 2", "ill", "again", 1),
        ("step 2", "ill", "gone", 1),
        ("step 3", "again", "(last seen)", 1),
    ]


def test_the_truth_is_found_again():
    spells, cohort = draw(2, 1500, ("a",))
    plan = make_plan(horizon=36.0, times=(12, 24, 36))
    plan["groupings"].pop("overall")
    shares, means = estimate.estimate_states(spells, cohort, plan, 100, 1)
    mine = shares[(shares["grouping"] == "g") & (shares["state"] != "(free)")]
    for time, own in mine.groupby("time"):
        assert own["probability"].to_numpy() == pytest.approx(truth.derive_states(time), abs=0.035)
        assert (own["lower"] < own["probability"]).all() and (
            own["probability"] < own["upper"]
        ).all()
        assert (own["upper"] - own["lower"]).max() < 0.09
    grid = (np.arange(720) + 0.5) / 20
    expected = np.mean([truth.derive_states(month) for month in grid], axis=0) * 36
    own = means[(means["grouping"] == "g") & (means["state"] != "(free)")]
    assert own["months"].to_numpy() == pytest.approx(expected, abs=1.0)
    assert own["months"].sum() == pytest.approx(36)


def test_limits_of_a_difference_are_of_independent_resamples():
    """Both groups hold the same histories: the spread of the difference is that of two independent means."""
    spells, cohort = draw(4, 120, ("a",))
    twin = spells.assign(patient_id=spells["patient_id"] + "x")
    people = cohort.assign(patient_id=cohort["patient_id"] + "x", grouping_g="b")
    _, means = estimate.estimate_states(
        pd.concat([spells, twin]), pd.concat([cohort, people]), make_plan(("a", "b")), 2000, 3
    )
    own = means[(means["grouping"] == "g") & (means["state"] == "well")].set_index("group")
    assert own.loc["b", "difference"] == pytest.approx(0)
    width = (own["upper"] - own["lower"]).mean()
    difference = own.loc["b", "difference_upper"] - own.loc["b", "difference_lower"]
    assert difference == pytest.approx(np.sqrt(2) * width, rel=0.08)
    assert np.isnan(own.loc["a", "difference"])


def test_a_difference_below_zero_has_its_limits():
    """Those of the second group are ill sooner: what they have less of a state, they have more of the others."""
    spells, cohort = draw(4, 120)
    worse = spells["patient_id"].isin(cohort.loc[cohort["grouping_g"] == "b", "patient_id"])
    first = worse & (spells["spell"] == 1) & (spells["next"] != "")
    cut = spells["stop"].where(~first, spells["start"] + (spells["stop"] - spells["start"]) / 4)
    _, means = estimate.estimate_states(
        spells.assign(stop=cut), cohort, make_plan(("a", "b")), 500, 3
    )
    own = means[(means["group"] == "b") & means["months"].notna()].set_index("state")
    less = own.loc["well"]
    assert less["difference_lower"] < less["difference"] < less["difference_upper"] < 0


def test_the_same_seed_gives_the_same_limits():
    spells, cohort = draw(5, 40)
    first, second, other = (
        estimate.estimate_states(spells, cohort, make_plan(("a", "b")), 100, seed)[1]
        for seed in (1, 1, 2)
    )
    pd.testing.assert_frame_equal(first, second)
    assert not first["lower"].equals(other["lower"])


def test_what_cannot_be_said_is_said_in_words():
    spells, cohort = draw(6, 60, longest=10)
    plan = make_plan(("a", "b", "nobody"), times=(6, 12))
    shares, means = estimate.estimate_states(spells, cohort, plan, 100, 1)
    notes = means.groupby(["grouping", "group"])["note"].first()
    assert notes["g", "nobody"] == "no patients"
    assert notes["g", "a"].startswith("follow-up ends at 9.")
    assert means["months"].isna().all()
    late = shares[shares["time"] == 12]
    assert late["probability"].isna().all() and late["note"].notna().all()
    early = shares[(shares["time"] == 6) & (shares["group"] != "nobody")]
    assert early["probability"].notna().all()


def test_all_dead_is_known_for_ever_and_a_state_never_visited_has_no_limits():
    paths = {f"p{n}": ("a", [("well", 1 + n, "gone")]) for n in range(12)}
    spells, cohort = make_spells(paths)
    _, means = estimate.estimate_states(spells, cohort, make_plan(), 100, 1)
    own = means[means["grouping"] == "g"].set_index("state")
    assert own.loc["gone", "months"] == pytest.approx(24 - 6.5)
    assert own.loc["ill", "months"] == 0 and np.isnan(own.loc["ill", "lower"])
    assert own.loc["ill", "note"] == "nobody came into it"
    assert own.loc["well", "lower"] < 6.5 < own.loc["well", "upper"]
    curves = estimate.estimate_curves(spells, cohort, make_plan())
    last = curves[(curves["grouping"] == "g") & (curves["time"] == 24)].set_index("state")
    assert last["probability"]["gone"] == pytest.approx(1) and last["at_risk"].sum() == 0


def test_nobody_at_all():
    spells, cohort = make_spells(FOUR)
    none = spells.head(0)
    plan = make_plan(("a", "b"))
    shares, means = estimate.estimate_states(none, cohort, plan, 100, 1)
    assert set(means["note"]) == set(shares["note"]) == {"no patients"}
    curves = estimate.estimate_curves(none, cohort, plan)
    assert curves.empty and estimate.count_pathways(none, list(STATES)).empty
    changes = estimate.count_transitions(none, cohort, plan)
    assert (changes["events"] == 0).all() and changes["rate"].isna().all()


# Plan


@pytest.fixture
def asked(base):
    base["groupings"] = {
        "sex": {"variable": "sex"},
        "old": {"variable": "age", "cuts": [60]},
    }
    base["disease_states"] = {
        "origin": "resection_date",
        "last_contact": "last_contact_date",
        "states": {
            "free": {"free": True},
            "back": {"label": "Recurrence"},
            "dead": {"final": True},
        },
        "dates": {"back": ["recurrence_date"], "dead": ["death_date"]},
    }
    return base


def test_without_the_key(plan_of, base):
    plan = plan_of(base)
    assert plan["disease_states"] == {}
    assert list(words.list_not_done(plan))
    assert words.tell_methods(plan, {}) == words.list_references(plan) == []
    assert list(words.tabulate_study(plan, {})) == list(words.list_uses(plan)) == []
    assert list(words.list_not_possible(plan, {})) == []


def test_the_plan_is_completed(plan_of, asked):
    found = plan_of(asked)["disease_states"]
    states = found["history"]["states"]
    assert states["free"] == {"label": "Free", "after": ["back"], "final": False, "free": True} | {
        "after": []
    }
    assert states["back"]["after"] == ["free"] and states["dead"]["after"] == ["free", "back"]
    assert list(found["groupings"]) == ["overall", "sex", "old"]
    assert found["groupings"]["sex"]["reference"] == "female"
    assert found["free"] == []  # one state alone is not added up
    assert found["times_months"] == [12, 24, 36, 60]
    assert found["history"]["origin_label"] == "resection"


def test_mistakes_are_told_together(plan_of, asked):
    asked["disease_states"] |= {
        "last_contact": "age",
        "groupings": ["sexx", "overall"],
        "against": {"old": "a"},
        "events": {
            "file": "data/events.docx",
            "columns": {"patient_id": "ID", "date": "D", "event": "E"},
            "states": {"R": "bakc", "S": None},
        },
    }
    asked["disease_states"]["states"]["never"] = {"after": ["dead", "gone", "never"]}
    with pytest.raises(PlanError) as error:
        plan_of(asked)
    told = "\n".join(error.value.problems)
    for words_of in (
        "disease_states.last_contact: age is continuous; needed is date",
        "disease_states.groupings: sexx is no grouping. Did you mean 'sex'?",
        "disease_states.groupings: overall has one group",
        "disease_states.against: old is not among the groupings compared",
        "events.docx: the ending is none of",
        "disease_states.events.states: bakc is no state. Did you mean 'back'?",
        "states.never.after: dead is final; nobody leaves it",
        "states.never.after: gone is no state",
        "states.never.after: never cannot follow on itself",
        "nothing says when never begins",
    ):
        assert words_of in told, (words_of, told)


def test_a_first_state_that_is_final_and_a_landmark(plan_of, asked):
    asked["disease_states"]["states"]["free"]["final"] = True
    asked["columns"]["adjuvant_chemotherapy"] = "Adj"
    asked["groupings"]["late"] = {"variable": "adjuvant_chemotherapy", "landmark_months": 3}
    asked["disease_states"]["groupings"] = ["late"]
    with pytest.raises(PlanError) as error:
        plan_of(asked)
    told = "\n".join(error.value.problems)
    assert "everybody begins in the first state" in told and "late has a landmark" in told
