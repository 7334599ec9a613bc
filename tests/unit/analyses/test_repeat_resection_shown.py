"""Treatment of a recurrence: the plan, what privacy hides, tables and figures."""

from dataclasses import replace

import pytest
from crlm.analyses.repeat_resection import figure, remnant, tables, words
from crlm.analyses.repeat_resection.estimate import NAIVE
from crlm.display import privacy
from crlm.display.excel import write_workbook
from crlm.plan.schema import PlanError
from repeat_inputs import (
    LIVERS,
    LONG,
    OCCASIONS,
    SETTINGS,
    THRESHOLDS,
    assert_inside,
    draw,
    list_tables,
    make_cohort,
    pick,
    run,
    simulate,
)

# The plan


@pytest.fixture
def base(base):
    base["columns"] |= {"repeat_resection": "Again", "again_date": "Again_date", "flr": "FLR"}
    base["variables"] = {
        "again_date": {"label": "Second operation", "kind": "date", "timing": "follow_up"},
        "flr": {"label": "Remnant", "kind": "continuous", "unit": "%", "timing": "baseline"},
    }
    base["groupings"] = {"sex": {"variable": "sex"}, "few": {"variable": "sex", "groups": ["male"]}}
    base["repeat_resection"] = {
        "endpoint": "os",
        "recurrence": {"date": "recurrence_date"},
        "treatment": {"date": "again_date", "flag": "repeat_resection"},
    }
    return base


def test_without_the_key_it_is_not_done(plan_of, base):
    del base["repeat_resection"]
    plan = plan_of(base)
    assert plan["repeat_resection"] == {}
    assert [why for _, why in words.list_not_done(plan)] == [
        "the plan does not ask for it (repeat_resection:)"
    ]
    assert words.tell_methods(plan, {}) == words.list_references(plan) == []
    assert not list(words.list_uses(plan)) + list(words.list_not_possible(plan, {}))
    assert not list(words.tabulate_endpoint(plan, {}, "os"))


def test_what_is_filled_in(plan_of, base):
    plan = plan_of(base)
    found = plan["repeat_resection"]
    assert found["landmark_months"] == 3
    assert found["times_months"] == [12, 36, 60]
    assert found["label"] == "Repeat liver resection"
    assert list(found["groupings"]) == ["sex"]
    assert found["score"] is found["remnant"] is None
    ((_, paragraphs),) = words.tell_methods(plan, {})
    assert "landmark 3 months after the recurrence" in paragraphs[0]
    assert len(words.list_references(plan)) == 2
    del base["repeat_resection"]["treatment"]["flag"]
    assert plan_of(base)["repeat_resection"]["label"] == "Second operation"


def test_a_score_of_the_registry_or_why_not(plan_of, base):
    base["repeat_resection"]["score"] = "ishiguro"
    plan = plan_of(base)
    assert "missing: Synchronous resection" in plan["repeat_resection"]["score"]["why"]
    assert any("not computable" in why for _, why in words.list_not_done(plan))
    base["columns"] |= {
        "synchronous_first_resection": "A",
        "n_crlm_repeat": "B",
        "vascular_invasion": "C",
    }
    score = plan_of(base)["repeat_resection"]["score"]
    assert list(score["groups"]) == ["0", "1", "2", "3"]
    assert score["why"] is None
    assert score["published"] == {"0": {60: 62}, "1": {60: 38}, "2": {60: 19}, "3": {60: 0}}


def test_remnants_of_the_plan(plan_of, base):
    base["repeat_resection"]["remnant"] = {"first": {"percent": "flr", "size": "size_max_cm"}}
    found = plan_of(base)["repeat_resection"]
    assert list(found["remnant"]) == ["first"]
    assert {level: fact["percent"] for level, fact in found["thresholds"].items()} == {
        "normal": 20,
        "injured": 30,
        "cirrhotic": 40,
    }
    assert {fact["evidence"] for fact in found["thresholds"].values()} == {"secondary"}


def test_mistakes_are_named_all_at_once(plan_of, base):
    base["columns"]["stay"] = "Stay"
    base["variables"]["stay"] = {"label": "Stay", "kind": "duration", "timing": "follow_up"}
    base["repeat_resection"] = {
        "endpoint": "rfs",
        "recurrence": {"date": "age"},
        "treatment": {"duration": "stay"},
        "adjust": ["agee"],
        "groupings": ["few", "sexx"],
        "score": "ishigura",
        "remnant": {"first": {"percent": "age", "liver": "sex"}},
    }
    with pytest.raises(PlanError) as error:
        plan_of(base)
    found = [text for text in error.value.problems if text.startswith("repeat_resection")]
    for part in (
        "endpoint: rfs also ends with recurrence",
        "recurrence: age is continuous; needed is date or duration",
        "treatment: a duration is there for everybody; give the flag",
        "adjust: no such variable 'agee'",
        "groupings: few has one group",
        "groupings: sexx is no grouping. Did you mean 'sex'?",
        "score: no score 'ishigura'. Did you mean 'ishiguro'?",
        "remnant.first.percent: age is in years; needed is %",
        "remnant.first.liver: none of the levels of sex (female, male) has a threshold",
    ):
        assert any(part in text for text in found), (part, found)


def test_an_endpoint_that_is_none_and_remnants_of_nothing(plan_of, base):
    base["repeat_resection"] |= {"endpoint": "oss", "remnant": {}, "adjust": ["repeat_resection"]}
    with pytest.raises(PlanError) as error:
        plan_of(base)
    text = str(error.value)
    assert "no endpoint 'oss'. Did you mean 'os'?" in text
    assert "give the columns of `first`" in text
    assert "adjust: repeat_resection is the treatment itself" in text


# Tables and figures


def test_the_naive_answer_is_marked_as_wrong_with_its_bias(tmp_path):
    found = run(simulate(7, 300))
    shown = list_tables(found, label=LONG)
    table = shown[3]
    heads = [row.cells[0].text for row in table.rows if row.kind == "head"]
    assert [head.startswith("WRONG") for head in heads] == [False, False, True]
    bias, lower, upper = pick(found, NAIVE)[["bias_ratio", "bias_lower", "bias_upper"]]
    words = f"is {bias:.2f} ({lower:.2f}–{upper:.2f}) times that in time"
    assert any(words in note for note in table.notes)
    assert table.rows[-1].cells[-1].text == ""  # proportional hazards of a wrong model
    study = {"title": "T", "description": "", "citation": "", "synthetic": False}
    numbered = [replace(each, number=str(place)) for place, each in enumerate(shown, 1)]
    write_workbook(numbered, study, tmp_path / "t.xlsx")  # refuses NaN


def test_privacy_hides_small_counts_and_what_they_follow_from():
    found = run(draw(2, 40))
    masked = privacy.mask(found["account"], 5)
    small = found["account"]["patients"].between(1, 4)
    assert small.any()
    assert not masked.loc[small, "patients"].isin(range(1, 5)).any()


@pytest.mark.parametrize("treated", [3, 17])
def test_privacy_hides_a_share_of_few_and_of_all_but_few(treated):
    shares = run(make_cohort([20] * 20, 1, [4] * treated + [None] * (20 - treated)))["shares"]
    masked = privacy.mask(shares, 5)
    assert masked.loc[0, "treated"] in ("<5", privacy.WITHHELD)
    assert masked.loc[0, ["share", "lower", "upper"]].isna().all()
    table = privacy.hide(tables.tabulate_shares(shares, SETTINGS, "T"), 5)
    shown = [cell.text for cell in table.rows[0].cells]
    assert shown[1] == "20" and shown[2] in ("<5", privacy.WITHHELD)
    open_table = tables.tabulate_shares(shares, SETTINGS, "T")
    assert open_table.rows[0].cells[2].text.startswith(f"{treated} ({treated * 5}.0; ")


def test_the_table_of_remnants():
    points = remnant.list_remnants(LIVERS, OCCASIONS)
    described = remnant.describe_remnants(points, OCCASIONS, THRESHOLDS)
    settings = {**SETTINGS, "remnant": OCCASIONS, "thresholds": THRESHOLDS}
    table = tables.tabulate_remnants(*described.values(), settings, "T")
    rows = {row.cells[0].text: [cell.text for cell in row.cells] for row in table.rows}
    good = next(row for label, row in rows.items() if label.startswith("Good"))
    assert good[1] == "2" and good[7] == "20"
    assert "Good 20 % (Somebody; seen only in a source that cites it" in table.notes[0]
    assert not any("nan" in text for texts in rows.values() for text in texts)
    drawn = figure.plot_remnants(points, settings, synthetic=True)
    assert_inside(drawn)
    texts = [item.get_text() for item in drawn.axes[0].texts]
    assert "Single patients: not to be shared." in texts
    assert "Health of the liver not known" in texts
    assert_inside(figure.plot_remnants(points.head(0), settings))


def test_the_figure_with_long_labels_and_few_patients():
    found = run(make_cohort([9, 30, 40], 1, [1, None, 2]), label=LONG)
    said = tables.state_landmark(found["tests"], found["hazard_ratios"])
    drawn = figure.plot_landmark(
        found["curves"], found["summary"], said, {**SETTINGS, "label": LONG}, True
    )
    assert_inside(drawn)
    texts = " ".join(item.get_text() for item in drawn.axes[0].texts)
    assert "2 patients, 2 deaths" in texts and "Number at risk" in texts
