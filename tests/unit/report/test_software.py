"""The software list and the methods name what computed, with versions, and only that."""

import re
from importlib.metadata import version

import pytest
from crlm.plan.phrases import OWN
from crlm.report.methods import build_methods
from crlm.report.versions import TOOLS, list_software, list_uses, tell_software
from display_inputs import make_plan, make_results

PROMISED = ("lifelines", "scikit-survival", "statsmodels", "numba")


def test_the_libraries_are_named_with_their_versions():
    software = list_software(make_plan())
    told = tell_software(software)
    for name in PROMISED:
        assert software[name][0] == version(name)
        assert f"by {name} {version(name)}" in told
    used = "Kaplan-Meier estimates, log-rank tests, hazard ratios of groups and Cox models"
    assert told.startswith(f"{used} were computed by lifelines {version('lifelines')}")
    assert not any(f"by {name} " in told for name in TOOLS)
    assert all(number and what for number, what in software.values())


def test_what_was_not_done_is_not_claimed():
    whole, plan = make_plan(), make_plan(False, False, ("univariable",), False)
    plan["agreement"], plan["published_curves"] = {}, {}
    plan["endpoints"]["alpha"]["events"] = {"end": {}}
    software = list_software(plan)
    assert not {"numba", "patsy", "firthmodels"} & {*software}
    told, all_told = (tell_software(list_software(each)) for each in (plan, whole))
    for words in (
        "log-rank",
        "trend",
        "Holm",
        "kappa",
        "(C, AUC)",
        "cumulative",
        "imputation",
        "published",
    ):
        assert words in all_told
        assert words not in told


@pytest.mark.parametrize("separated", ["drop", "firth"])
def test_firth_is_named_where_a_model_asks_for_it(separated):
    plan = make_plan()
    plan["models"]["adjusted"]["separated"] = separated
    plan["models"]["adjusted"]["strata"] = []
    assert ("firthmodels" in list_software(plan)) == (separated == "firth")
    plan["models"]["adjusted"]["strata"] = ["centre"]  # with which there is no penalty
    assert "firthmodels" not in list_software(plan)


def test_every_library_that_is_said_to_compute_is_imported_and_the_other_way_round(root):
    modules = {"scikit-survival": "sksurv"}
    imported = {
        name
        for path in (root / "scripts/crlm").rglob("*.py")
        if "cohort" not in path.parts and "display" not in path.parts
        for name in re.findall(r"^\s*(?:from|import) (\w+)", path.read_text(encoding="utf-8"), re.M)
    }
    claimed = {modules.get(name, name) for name in list_uses(make_plan()) if name != OWN}
    assert claimed <= imported
    known = {"lifelines", "sksurv", "statsmodels", "numba", "patsy", "firthmodels", "scipy"}
    assert imported & known == claimed


def test_a_second_computation_is_claimed_only_where_there_was_one():
    """With delayed entry at every endpoint nothing is computed twice."""
    plan = make_plan()
    results = make_results(plan)
    said = dict(build_methods(plan, results, list_software(plan)))["Software"][0]
    assert "computed a second time" in said and "second computations" in said
    for spec in plan["endpoints"].values():
        spec["entry"] = "referral_date"
    plan["labels"] = {**plan.get("labels", {}), "referral_date": "Referral"}
    results["cross_check"] = results["cross_check"].iloc[:0]
    said = dict(build_methods(plan, results, list_software(plan)))["Software"][0]
    assert "second" not in said and "Python" in said
