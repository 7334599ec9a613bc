"""Which numbers are cut, what is published about them, and how lesions are compared."""

import pytest
import yaml
from crlm.plan.schema import PlanError

BLOCKS = {
    "file": "data/blocks.csv",
    "columns": {
        "patient_id": "ID",
        "lesion": "L",
        "hgp_desmoplastic": "D",
        "hgp_replacement": "R",
    },
}


@pytest.fixture
def with_chemotherapy(base):
    base["columns"]["preoperative_chemotherapy"] = "Chemo"
    return base


def test_without_the_key_the_share_of_the_field_by_its_own_variable(plan_of, with_chemotherapy):
    found = plan_of(with_chemotherapy)["cutoffs"]
    assert list(found) == ["hgp_desmoplastic"]
    number = found["hgp_desmoplastic"]
    assert number["by"] == "preoperative_chemotherapy"
    assert number["by_levels"] == ["no", "yes"]
    assert number["spec"]["per"] == 10
    assert len(number["means"]) == 3


def test_the_rules_mark_themselves_and_every_fact_has_its_evidence(plan_of, base, shipped):
    cuts = plan_of(base)["cutoffs"]["hgp_desmoplastic"]["cuts"]
    found = {(cut["operator"], cut["value"]): cut for cut in cuts}
    assert found[">=", 100]["evidence"] == "read"
    assert "Galjart" in found[">=", 100]["source"]
    assert found[">", 50]["evidence"] == "recalled"
    assert [cut["value"] for cut in cuts] == sorted(cut["value"] for cut in cuts)
    for facts in shipped["cutoffs"].values():
        for item in [*facts["cuts"], *facts["means"], *facts["concordance"]]:
            assert item["evidence"] in ("read", "secondary", "recalled", "unverified", "derived")
            assert item["source"]


def test_the_fields_variable_is_not_asked_for_when_the_cohort_has_it_not(plan_of, base):
    number = plan_of(base)["cutoffs"]["hgp_desmoplastic"]
    assert number["by"] is None
    assert number["means"] == []


@pytest.mark.parametrize(
    ("entry", "by"),
    [("{}", "preoperative_chemotherapy"), ("{by: null}", None), ("{by: sex}", "sex")],
)
def test_a_study_chooses_the_stratifier(plan_of, with_chemotherapy, entry, by):
    with_chemotherapy["cutoffs"] = yaml.safe_load(f"{{hgp_desmoplastic: {entry}, age: {{}}}}")
    found = plan_of(with_chemotherapy)["cutoffs"]
    assert found["hgp_desmoplastic"]["by"] == by
    assert found["age"]["by"] is None
    assert found["age"]["cuts"] == []
    assert found["age"]["reference"] is None


def test_none_at_all(plan_of, base):
    base["cutoffs"] = {}
    assert plan_of(base)["cutoffs"] == {}


def test_mistakes_are_shown_at_once(plan_of, base):
    base["cutoffs"] = {
        "agee": {},
        "sex": {},
        "age": {"by": "n_crlm", "search_percent": [80, 20], "reference": 5000},
    }
    with pytest.raises(PlanError) as caught:
        plan_of(base)
    text = " ".join(caught.value.problems)
    assert "Did you mean 'age'?" in text
    assert "cutoffs.sex: sex is categorical" in text
    assert "cutoffs.age.by: n_crlm is count" in text
    assert "80 is not below 20" in text
    assert "cutoffs.age.reference: 5000 is outside" in text


def test_what_becomes_known_later_is_not_cut(plan_of, with_chemotherapy):
    with_chemotherapy["columns"] |= {"adjuvant_chemotherapy": "A", "n_crlm_repeat": "N"}
    with_chemotherapy["cutoffs"] = {"n_crlm_repeat": {}, "age": {"by": "adjuvant_chemotherapy"}}
    with pytest.raises(PlanError) as caught:
        plan_of(with_chemotherapy)
    assert len([text for text in caught.value.problems if "known in follow-up" in text]) == 2


def test_lesions_are_compared_only_with_a_table_of_blocks(plan_of, with_chemotherapy):
    assert plan_of(with_chemotherapy)["discordance"] is None
    for name in BLOCKS["columns"]:
        if name.startswith("hgp"):
            del with_chemotherapy["columns"][name]
    del with_chemotherapy["columns"]["hgp_pushing"]
    with_chemotherapy["growth_patterns"] = {"blocks": BLOCKS}
    found = plan_of(with_chemotherapy)["discordance"]
    assert found["patterns"] == ["hgp_desmoplastic", "hgp_replacement"]
    assert found["worst"]["variable"] == "hgp_desmoplastic"
    assert found["by"] == "preoperative_chemotherapy"
    assert list(found["labels"]) == ["mean", "first", "random", "worst", "best"]
    with_chemotherapy["cutoffs"] = {"hgp_desmoplastic": {"by": None}}
    assert plan_of(with_chemotherapy)["discordance"]["by"] is None
