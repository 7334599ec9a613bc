"""A column with the two-tier growth pattern (pure desmoplastic or not) is proposed as the recorded group, and never as a share of 0."""

import pytest
import yaml
from crlm.proposal.check import check_plan
from crlm.proposal.plan_text import write_plan
from crlm.proposal.propose import make_table, propose
from crlm.proposal.repeats import choose_takes

SOURCE = {"name": "a.csv", "file": "data/a.csv", "title": "a", "settings": {}, "reasons": {}}
PURE, REST = "desmoplastic", "non_desmoplastic"


def fill(*cells):
    return (list(cells) * 40)[:40]


def look_at(guess, **columns):
    return guess({"Patient": [f"P{k}" for k in range(40)], **columns})


# header, pure desmoplastic, not: as hospitals of eight languages write it
WORDS = [
    ("HGP", "dHGP", "non-dHGP"),
    ("Growth pattern", "desmoplastic", "non-desmoplastic"),
    ("HGP", "pure desmoplastic", "any non-desmoplastic"),
    ("HGP", "D", "non-D"),
    ("Wachstumsmuster", "rein desmoplastisch", "nicht desmoplastisch"),
    ("Wachstumsmuster", "desmoplastisch", "nicht rein desmoplastisch"),
    ("Groeipatroon", "zuiver desmoplastisch", "niet desmoplastisch"),
    ("Pattern de croissance", "desmoplastique", "non desmoplastique"),
    ("Pattern di crescita", "desmoplastico", "non desmoplastico"),
    ("Patrón de crecimiento", "desmoplásico", "no desmoplásico"),
    ("生长方式", "促纤维增生型", "非促纤维增生型"),
    ("増殖様式", "線維形成型", "非線維形成型"),
    ("dHGP", "1", "0"),
    ("pure desmoplastic", "1", "0"),
    ("rein desmoplastisch", "ja", "nein"),
    ("dHGP", "dHGP", "non-dHGP"),
]


@pytest.mark.parametrize(("header", "pure", "rest"), WORDS)
def test_two_words_are_the_recorded_group(header, pure, rest, guess):
    found = look_at(guess, **{header: fill(pure, rest, rest, None)})[header]
    assert (found.variable, found.certainty) == ("hgp_pure", "certain")
    assert found.values == {pure: PURE, rest: REST}


def test_the_file_explains_the_codes(guess):
    found = look_at(guess, HGP=fill("1", "0", "0"))["HGP"]
    assert found.variable == "hgp_label" and found.certainty == "question"
    header = "HGP (1=dHGP, 0=non-dHGP)"
    found = look_at(guess, **{header: fill("1", "0", "0")})[header]
    assert (found.variable, found.values) == ("hgp_pure", {"1": PURE, "0": REST})


@pytest.mark.parametrize(
    "cells", [("d", "r", "p"), ("desmoplastic", "replacement"), ("dHGP", "rHGP", "pHGP")]
)
def test_several_patterns_are_a_label(cells, guess):
    found = look_at(guess, HGP=fill(*cells))["HGP"]
    assert (found.variable, found.certainty) == ("hgp_label", "certain")


def test_not_desmoplastic_among_patterns_is_no_share_of_zero(guess):
    found = look_at(guess, HGP=fill("d", "r", "non-desmoplastic"))["HGP"]
    assert found.variable == "hgp_label" and found.certainty == "question"
    offered = [choice.change or {} for choice in found.question.choices]
    assert not any(
        isinstance(each.get("values", {}).get("non-desmoplastic"), list) for each in offered
    )
    assert "non-desmoplastic" not in found.values


def test_shares_and_labels_stand_beside_the_recorded_group(guess):
    found = look_at(
        guess,
        HGP=fill("dHGP", "non-dHGP"),
        **{
            "% dHGP": fill(100, 40, 100, 75, 10),
            "Growth pattern": fill("desmoplastic", "replacement", "pushing"),
        },
    )
    assert [each.variable for each in found.values()] == [
        "patient_id", "hgp_pure", "hgp_desmoplastic", "hgp_label",
    ]  # fmt: skip
    assert found["% dHGP"].certainty in ("certain", "likely")
    numbers = look_at(guess, dHGP=fill(100, 0, 60, 90))["dHGP"]
    assert numbers.variable == "hgp_desmoplastic"


def test_what_says_less_is_asked(guess):
    """Yes to desmoplastic growth may be any of it; yes and no of each pattern are marks; the opposite is not turned in silence."""
    found = look_at(guess, desmoplastic=fill("1", "0"))["desmoplastic"]
    assert (found.variable, found.certainty) == ("hgp_pure", "question")
    found = look_at(
        guess, dHGP=fill("1", "0", "0"), rHGP=fill("0", "1", "0"), pHGP=fill("0", "0", "1")
    )
    assert found["dHGP"].certainty == "question"
    assert found["dHGP"].question.choices[0].change is None
    assert look_at(guess, **{"non-dHGP": fill("1", "0")})["non-dHGP"].variable != "hgp_pure"


def test_the_plan_compares_the_recorded_groups(guess, workflow, tmp_path):
    """The whole way: columns, plan, trial of the plan, grouping and main comparison."""
    size = 40
    columns = {
        "Patient": [f"P{k}" for k in range(size)],
        "Months": [str(5 + (7 * k) % 60) for k in range(size)],
        "Death": [str(k % 2) for k in range(size)],
        "HGP": fill("dHGP", "non-dHGP", "non-dHGP"),
    }
    named = {"Months": "overall_time", "Death": "died", "Patient": "patient_id"}
    guesses = list(guess(columns, named=named).values())
    answers = {each.question.key: "1" for each in guesses if each.question}
    arguments = guesses, answers, SOURCE, workflow["dictionary"], workflow["proposal"]
    (tmp_path / "data").mkdir()
    rows = zip(*columns.values(), strict=True)
    lines = [",".join(columns), *(",".join(row) for row in rows)]
    (tmp_path / "data/a.csv").write_text("\n".join(lines) + "\n")
    checked = check_plan(write_plan(*arguments), tmp_path, workflow)
    assert not checked.problems and "error" not in set(checked.findings["severity"])
    plan = yaml.safe_load(write_plan(*arguments, checked.known))
    assert plan["columns"]["hgp_pure"] == {
        "column": "HGP",
        "values": {"dHGP": PURE, "non-dHGP": REST},
    }
    assert plan["groupings"]["growth_pattern"]["variable"] == "hgp_pure"
    assert plan["main"] == {"grouping": "growth_pattern"}
    assert "hgp_pure" in plan["models"]["univariable"]["variables"]


def test_of_lesions_that_differ_none_is_the_patient(vocabulary, workflow):
    """The group of the first metastasis would be wrong of a patient whose second one is not desmoplastic."""
    table = make_table(
        {
            "Patient": [f"P{k // 2}" for k in range(40)],
            "HGP": fill("dHGP", "non-dHGP"),
            "Age": fill(60, 61),
        }
    )
    guesses = propose(table, vocabulary, workflow["dictionary"])
    _, pattern, age = choose_takes(guesses, table, workflow["dictionary"])
    assert (pattern.variable, pattern.take) == ("hgp_pure", "")
    assert "20 patients have rows that differ" in pattern.reason
    assert age.take == "first"
