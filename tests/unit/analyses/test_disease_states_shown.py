"""Disease states in tables, figures and words: the numbers printed, small counts hidden, everything on its page."""

from dataclasses import replace

import pandas as pd
import pytest
from crlm.analyses.disease_states import (
    answers,
    estimate,
    figure,
    figure_pathways,
    figure_swimmer,
    tables,
    words,
)
from crlm.display import privacy
from crlm.display.excel import write_workbook
from crlm.report import share
from disease_state_inputs import FOUR, LONG, STATES, draw, make_plan, make_spells

# Tables, figures, words


def tables_of(spells, cohort, plan):
    shares, means = estimate.estimate_states(spells, cohort, plan, 100, 1)
    changes = estimate.count_transitions(spells, cohort, plan)
    return [
        tables.tabulate_means(means, plan),
        tables.tabulate_shares(shares, plan),
        tables.tabulate_transitions(changes, plan),
    ]


def test_nobody_is_shown_in_words():
    spells, cohort = make_spells(FOUR)
    none, plan = spells.head(0), make_plan(("a", "b"))
    for shown in tables_of(none, cohort, plan):
        assert "nan" not in str(shown.rows).lower()
    curves = estimate.estimate_curves(none, cohort, plan)
    figure.plot_states(curves, plan["groupings"]["g"], plan)
    figure_pathways.plot_pathways(estimate.count_pathways(none, list(STATES)), STATES)
    figure_swimmer.plot_swimmer(none, plan)


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
        "attrition": pd.DataFrame({"step": ["file", "analysed"], "remaining": [5, 4]}),
    }
    told = dict(words.list_not_possible(plan, results))
    assert told == {"Disease states over time: Recurrence": "nobody came into this state"}
    ((_, (text,)),) = words.tell_methods(plan, results)
    assert "1 event that recorded a state again" in text and "associations" in text
    assert "2 patients whose history is not known" in text
    assert len(words.list_references(plan)) == 2


def test_the_answer_names_the_groups_of_the_main_question():
    spells, cohort = draw(7, 80)
    settings = make_plan(("a", "b"))
    _, means = estimate.estimate_states(spells, cohort, settings, 100, 1)
    privacy_of = {"output": {"privacy": {"small_cells": None}}}
    plan = {"disease_states": settings, "main": {"grouping": "g"}, **privacy_of}
    (found,) = answers.answer(plan, {"states_means": means})
    own = means[(means["grouping"] == "g") & (means["state"] == "(free)")].set_index("group")
    for group in "ab":
        months, lower, upper = own.loc[group, ["months", "lower", "upper"]]
        assert f"{months:.1f} ({lower:.1f}–{upper:.1f})" in found.text
        assert f"Group {group}" in found.text
    assert "not adjusted" in found.text and found.figure == "disease_states_g"
    (found,) = answers.answer({**plan, "main": {"grouping": None}}, {"states_means": means})
    assert found.figure == "disease_states_overall" and "association" not in found.text
    hidden = {**plan, "output": {"privacy": {"small_cells": 50}}}  # forty in a group
    assert list(answers.answer(hidden, {"states_means": means})) == []
    assert list(answers.answer({"disease_states": {}}, {})) == []
    four = means.assign(patients=means["patients"].where(means["group"] != "b", 4))
    assert list(answers.answer(plan, {"states_means": four})) == []


def test_shares_and_changes_are_printed_as_they_are():
    spells, cohort = draw(7, 80)
    plan = make_plan(("a", "b"))
    shares, _ = estimate.estimate_states(spells, cohort, plan, 100, 1)
    changes = estimate.count_transitions(spells, cohort, plan)
    _, printed, moved = tables_of(spells, cohort, plan)
    rows = [row for row in printed.rows if row.kind == "body"]
    expected = shares.groupby(["grouping", "group", "state"], sort=False)
    assert len(rows) == expected.ngroups
    keys = [(g, n) for g, spec in plan["groupings"].items() for n in spec["groups"]]
    order = {key: place for place, key in enumerate(keys)}
    found = sorted(expected, key=lambda each: order[each[0][:2]])
    for row, (_, own) in zip(rows, found, strict=True):
        assert row.cells[1].values == (own["patients"].iloc[0],)
        for cell, value in zip(row.cells[2:], own.itertuples(), strict=True):
            assert cell.values[0] == pytest.approx(100 * value.probability)
            assert cell.text.startswith(f"{100 * value.probability:.1f}")
            if pd.notna(value.lower):
                assert cell.values[1:] == pytest.approx((100 * value.lower, 100 * value.upper))
    body = [row for row in moved.rows if row.kind == "body"]
    assert len(body) == len(changes)
    for row, value in zip(body, changes.itertuples(), strict=True):
        assert row.cells[3].values == (value.events,)
        if pd.notna(value.rate):
            assert row.cells[4].values[0] == pytest.approx(value.rate)
    heads = [row for row in moved.rows if row.kind == "head"]
    firsts = changes.drop_duplicates(["grouping", "group", "from_group"])
    for row, value in zip(heads, firsts.itertuples(), strict=True):
        assert row.cells[1].values == (value.patients,) and row.cells[2].values == (value.count,)
