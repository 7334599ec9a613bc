"""Published curves in the plan: what they are compared with must be there, and so must their files."""

import pytest
from crlm.analyses.published_curves import plan
from crlm.plan.schema import PlanError
from plan_inputs import make_study

GROUPINGS = {"overall": {"groups": ["all"]}, "risk": {"groups": ["low", "yes"]}}
ENDPOINTS = {"os": {}}
FILES = ["smith", "smith_at_risk"]
CURVE = {
    "label": "Smith 2010",
    "source": "Smith J. 2010",
    "endpoint": "os",
    "published_endpoint": "overall survival",
    "grouping": "overall",
    "unit": "fraction",
    "strata": {},
    "total_events": {},
    "evidence": "derived",
}


def resolve(files=FILES, name="smith", **more):
    study = make_study(curve_files=files, groupings=GROUPINGS, endpoints=ENDPOINTS)
    found = plan.resolve({name: {**CURVE, **more}}, study)
    return found[name], study.problems


def test_a_good_curve_has_its_evidence_in_the_label_and_texts_for_codes():
    found, problems = resolve(
        grouping="risk", strata={2: "low", True: True, "x": None}, total_events={2: 3}
    )
    assert problems == []
    assert found["label"] == "Smith 2010 [derived]"
    assert found["strata"] == {"2": "low", "yes": "yes", "x": None}
    assert found["total_events"] == {"2": 3}
    assert resolve(evidence="read")[0]["label"] == "Smith 2010"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"endpoint": "oss"}, "published.smith.endpoint: no endpoint 'oss'. Did you mean 'os'?"),
        (
            {"grouping": "risks"},
            "published.smith.grouping: no grouping 'risks'. Did you mean 'risk'?",
        ),
        (
            {"grouping": "risk", "strata": {"a": "lo", "b": "low"}},
            "published.smith.strata.a: no group 'lo' in risk (low, yes). Did you mean 'low'?",
        ),
        (
            {"strata": {"a": "all"}, "total_events": {"b": 3}},
            "published.smith.total_events: 'b' does not stand under strata.",
        ),
        ({"strata": {"a": None}}, "published.smith.strata: no stratum has a group"),
        (
            {"files": ["smith"]},
            "published.smith: there is no file config/published/smith_at_risk.csv; make it with the columns stratum, "
            "time_months, at_risk.",
        ),
        (
            {"files": ["smiht", "smith_at_risk"]},
            "config/published/smith.csv; make it with the columns stratum, time_months, survival. Did you mean 'smiht'?",
        ),
    ],
)
def test_mistakes_are_named(change, words):
    _, problems = resolve(**change)
    assert len(problems) == 1 and words in problems[0], problems


def test_a_curve_cannot_take_the_file_of_another():
    curves = {"smith": CURVE, "smith_at_risk": CURVE}
    files = [*FILES, "smith_at_risk_at_risk"]
    study = make_study(curve_files=files, groupings=GROUPINGS, endpoints=ENDPOINTS)
    plan.resolve(curves, study)
    assert study.problems == [
        "published.smith_at_risk: smith_at_risk.csv is the row at risk of another curve; rename it."
    ]


def test_the_plan_takes_curves_and_tells_their_mistakes_at_once(plan_of, base):
    assert plan_of(base)["published_curves"] == {}
    wanted = {key: CURVE[key] for key in ("label", "source", "endpoint", "published_endpoint")}
    base["published"] = {"smith": dict(wanted)}
    plan = plan_of(base, curve_files=FILES)
    assert plan["published_curves"]["smith"] == {**CURVE, "label": "Smith 2010 [derived]"}
    base["published"]["smith"]["endpoint"] = "oss"
    base["published"]["other"] = dict(wanted)
    with pytest.raises(PlanError) as caught:
        plan_of(base, curve_files=FILES)
    assert len(caught.value.problems) == 3  # the endpoint and two files
    base["published"]["smith"]["groping"] = "risk"
    with pytest.raises(PlanError, match="Did you mean 'grouping'"):
        plan_of(base, curve_files=FILES)
