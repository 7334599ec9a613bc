"""Disease states: plan, counts, estimates recounted, what cannot be said, tables, figures, words."""

from dataclasses import replace

import known_truth as truth
import numpy as np
import pandas as pd
import pytest
from crlm.analyses.disease_states import (
    estimate,
    figure,
    figure_pathways,
    figure_swimmer,
    tables,
    words,
)
from crlm.display import privacy
from crlm.display.excel import write_workbook
from crlm.plan.schema import PlanError
from crlm.report import share

LONG = "A label with $x$ and <b> that is some sixty characters long, yes"
STATES = {
    "well": {"label": "Well", "after": [], "final": False, "free": True},
    "ill": {"label": "Ill", "after": ["well", "again"], "final": False, "free": False},
    "again": {"label": "Well again", "after": ["ill"], "final": False, "free": True},
    "gone": {"label": "Gone", "after": ["well", "ill", "again"], "final": True, "free": False},
}


def make_plan(groups=("a",), states=STATES, horizon=24.0, times=(6, 12), **grouping):
    grouping = {
        "label": "Group",
        "groups": list(groups),
        "group_labels": {name: f"Group {name}" for name in groups},
        "reference": groups[0],
        **grouping,
    }
    history = {"states": states, "origin_label": "operation"}
    everybody = {"label": "All", "groups": ["all"], "group_labels": {"all": "All"}}
    return {
        "history": history,
        "groupings": {"overall": {**everybody, "reference": "all"}, "g": grouping},
        "horizon_months": horizon,
        "times_months": list(times),
        "free": [name for name, spec in states.items() if spec["free"]],
    }


def make_spells(paths):
    """Spells and cohort from {patient: (group, [(state, stop, next), ...])}."""
    rows, people = [], []
    for patient, (group, steps) in paths.items():
        people.append((patient, group))
        start = 0.0
        for number, (state, stop, after) in enumerate(steps, 1):
            rows.append((patient, number, state, start, float(stop), after))
            start = float(stop)
    names = ["patient_id", "spell", "state", "start", "stop", "next"]
    spells = pd.DataFrame(rows, columns=names)
    cohort = pd.DataFrame(people, columns=["patient_id", "grouping_g"]).assign(
        grouping_overall="all"
    )
    return spells, cohort


FOUR = {
    "p1": ("a", [("well", 4, "ill"), ("ill", 8, "gone")]),
    "p2": ("a", [("well", 6, "ill"), ("ill", 10, "again"), ("again", 30, "")]),
    "p3": ("a", [("well", 30, "")]),
    "p4": ("b", [("well", 5, "gone")]),
}


def draw(seed, patients=300, groups=("a", "b"), longest=120):
    """A cohort of the known truth, its spells with the names of STATES."""
    table, end = truth.simulate_states(seed, patients, longest=longest)
    names = dict(zip(truth.STATES, STATES, strict=True))
    paths = {}
    own = dict(list(table.groupby("patient")))
    for patient in range(patients):
        mine = own.get(patient, table.head(0))
        stops = [*mine["months"], end[patient]]
        after = [*(names[state] for state in mine["state"]), ""]
        before = ["well", *after[:-1]]
        steps = [
            (state, stop, to)
            for state, stop, to in zip(before, stops, after, strict=True)
            if state != "gone"
        ]
        paths[f"p{patient}"] = (groups[patient % len(groups)], steps)
    return make_spells(paths)


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
    assert own.loc["ill", "note"] == "the same in every resample"
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
    for shown in tables_of(none, cohort, plan):
        assert "nan" not in str(shown.rows).lower()
    figure.plot_states(curves, plan["groupings"]["g"], plan)
    figure_pathways.plot_pathways(estimate.count_pathways(none, list(STATES)), STATES)
    figure_swimmer.plot_swimmer(none, plan)


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


# Tables, figures, words


def tables_of(spells, cohort, plan):
    shares, means = estimate.estimate_states(spells, cohort, plan, 100, 1)
    changes = estimate.count_transitions(spells, cohort, plan)
    return [
        tables.tabulate_means(means, plan),
        tables.tabulate_shares(shares, plan),
        tables.tabulate_transitions(changes, plan),
    ]


def test_tables_print_the_estimates_and_keep_them(tmp_path):
    spells, cohort = draw(7, 80)
    plan = make_plan(("a", "b"))
    means, shares, changes = tables_of(spells, cohort, plan)
    _, expected = estimate.estimate_states(spells, cohort, plan, 100, 1)
    printed = [row for row in means.rows if row.kind == "body"]
    assert len(printed) == len(expected)
    by_state = expected.assign(
        place=expected["state"].map({s: n for n, s in enumerate([*STATES, "(free)"])})
    )
    overall = by_state[by_state["grouping"] == "overall"].sort_values("place")
    grouped = by_state[by_state["grouping"] == "g"].sort_values(["place", "group"])
    for row, value in zip(printed, pd.concat([overall, grouped]).itertuples(), strict=True):
        assert row.cells[1].values == (value.patients,) and row.cells[2].values == (value.events,)
        assert row.cells[3].values[0] == pytest.approx(value.months)
        assert f"{value.months:.1f}" in row.cells[3].text
        if value.group == "b":
            assert row.cells[4].values[0] == pytest.approx(value.difference)
    assert "reference" in {row.cells[4].text for row in printed}
    assert any("Seen last in it" in row.cells[0].text for row in changes.rows)
    assert len([row for row in shares.rows if row.kind == "body"]) == 15
    numbered = [replace(table, number=str(n)) for n, table in enumerate((means, shares, changes))]
    study = {"title": "T", "description": "", "citation": "", "synthetic": False}
    write_workbook(numbered, study, tmp_path / "t.xlsx")  # refuses NaN


def test_small_counts_are_hidden():
    spells, cohort = make_spells(FOUR)
    plan = make_plan(("a", "b"))
    assert share.NEVER_SMALL.fullmatch("disease_states/curves.csv")  # a row per event
    for table in tables_of(spells, cohort, plan):
        hidden = privacy.hide(table, 5)
        for row in hidden.rows:
            for cell in row.cells[1:]:
                for value in cell.values[:1] if cell.counted else []:
                    assert isinstance(value, str) or value not in (1, 2, 3, 4), row
    pathways = privacy.mask(estimate.count_pathways(spells, list(STATES)), 5)
    shown = figure_pathways.plot_pathways(pathways, STATES)
    texts = {text.get_text() for text in shown.findobj(lambda o: hasattr(o, "get_text"))}
    assert not {f"n = {number}" for number in range(1, 5)} & texts
    assert "n = <5" in texts or "n = withheld" in texts


@pytest.fixture(params=["six groups", "long", "three", "nobody moves"])
def ugly(request):
    states = STATES
    groups = ["a", "b"]
    spells, cohort = draw(8, 90)
    if request.param == "six groups":
        groups = list("abcdef")
        spells, cohort = draw(8, 90, groups)
    if request.param == "long":
        states = {name: {**spec, "label": f"{LONG} {name}"} for name, spec in STATES.items()}
    if request.param == "three":
        spells, cohort = make_spells({name: FOUR[name] for name in ("p1", "p2", "p4")})
    if request.param == "nobody moves":
        paths = {f"p{n}": ("ab"[n % 2], [("well", 30, "")]) for n in range(20)}
        spells, cohort = make_spells(paths)
    labels = {name: f"{LONG} {name}" for name in groups}
    return spells, cohort, make_plan(groups, states, group_labels=labels, label=LONG)


def assert_on_page(shown):
    """No text leaves the page."""
    shown.set_dpi(80)  # faster; texts are not hinted, so that their widths are in proportion
    shown.canvas.draw()
    width, height = shown.get_size_inches() * shown.dpi
    for text in shown.findobj(lambda o: hasattr(o, "get_window_extent") and hasattr(o, "get_text")):
        if text.get_text() and text.get_visible():
            box = text.get_window_extent()
            assert box.x0 > -2 and box.x1 < width + 2, text.get_text()
            assert box.y0 > -2 and box.y1 < height + 2, text.get_text()


def test_figures_stay_on_their_page(ugly):
    spells, cohort, plan = ugly
    curves = estimate.estimate_curves(spells, cohort, plan)
    rows = curves[curves["grouping"] == "g"]
    assert_on_page(figure.plot_states(rows, plan["groupings"]["g"], plan, synthetic=True))
    states = plan["history"]["states"]
    pathways = estimate.count_pathways(spells, list(states))
    assert_on_page(figure_pathways.plot_pathways(pathways, states, synthetic=True))
    assert_on_page(figure_swimmer.plot_swimmer(spells, plan, synthetic=True))


def test_the_stack_shows_the_shares_and_the_counts():
    spells, cohort = make_spells(FOUR)
    plan = make_plan(("a", "b"))
    curves = estimate.estimate_curves(spells, cohort, plan)
    rows = curves[curves["grouping"] == "overall"]
    shown = figure.plot_states(rows, plan["groupings"]["overall"], plan)
    (axes,) = [axes for axes in shown.axes if axes.patches]
    tops = [patch.get_xy()[:, 1] for patch in axes.patches]  # gone, again, ill, well
    assert [round(top[-3], 6) for top in tops] == [100, 50, 25, 25]
    texts = [text.get_text() for text in shown.findobj(lambda o: hasattr(o, "get_text"))]
    assert texts.count("4") == 1 and "Patients observed in each state" in texts


def test_at_most_sixty_swimmers_of_all_lengths():
    spells, _ = draw(9, 300)
    chosen = figure_swimmer.choose_patients(spells)
    ends = spells.groupby("patient_id")["stop"].max()
    assert len(chosen) == len(set(chosen)) == 60
    assert ends[chosen].is_monotonic_decreasing
    assert ends[chosen[0]] == ends.max() and ends[chosen[-1]] == ends.min()


def test_methods_and_what_is_not_possible(plan_of, asked):
    plan = plan_of(asked)
    settings = plan["disease_states"]
    spells, cohort = make_spells(
        {"p1": ("a", [("free", 30, "dead")]), "p2": ("a", [("free", 40, "")])}
    )
    cohort = cohort.assign(grouping_sex="female", grouping_old="below_60")
    means = estimate.estimate_states(spells, cohort, settings, 100, 1)[1]
    results = {
        "states_means": means,
        "states_transitions": estimate.count_transitions(spells, cohort, settings),
        "data_quality": pd.DataFrame({"rule": ["repeated_state", "other"]}),
    }
    told = dict(words.list_not_possible(plan, results))
    assert told == {"Disease states over time: Recurrence": "nobody came into this state"}
    ((_, (text,)),) = words.tell_methods(plan, results)
    assert "1 event that recorded a state again" in text and "associations" in text
    assert len(words.list_references(plan)) == 2
