"""Codes that nothing in a file explains: Enter leaves the column out. Truth of the export: here 1 is yes and 2 is no, 1 is the woman."""

import pytest
import yaml
from crlm.proposal.ask import ask_all
from crlm.proposal.command import main
from proposal_exports import draw_patients

LEAVE_OUT = "none of these: leave the column out"
HEADERS = {
    "sex": ["Sexo", "Geslacht", "性别", "Sesso"],
    "synchronous": ["Metástasis sincrónicas", "Synchroon", "Métastases synchrones"],
    "extrahepatic_disease": ["Enfermedad extrahepática", "Mal. extraepatica"],
    "preoperative_chemotherapy": ["Quimioterapia neoadyuvante", "CT neoadiuvante"],
    "ras": ["RAS", "RAS-Status"],
    "msi": ["MSI"],
    "died": ["Estado vital", "Statut vital", "生存状态"],
    "recurred": ["Recidiva", "Recidief"],
}


def enter(found):
    """What Enter chooses, as the terminal does."""
    return ask_all([found], {}, lambda text, labels: labels[0])


@pytest.mark.parametrize("codes", [(1, 2), (2, 1, 9), ("A", "B"), (-1, 0)])
@pytest.mark.parametrize(
    ("variable", "header"), [(name, each) for name, listed in HEADERS.items() for each in listed]
)
def test_enter_leaves_out_what_nothing_explains(guess, variable, header, codes):
    found = guess({header: [*codes, codes[0]] * 20})[header]
    assert found.variable == variable
    assert set(enter(found).values()) == {LEAVE_OUT}
    assert f"{codes[0]}: n=40" in found.question.text and f"{codes[1]}: n=20" in found.question.text
    assert "nothing in the file says what its codes mean" in found.question.text
    assert any(each.change for each in found.question.choices[1:])


@pytest.mark.parametrize("header", ["Sexo", "Estado vital"])
def test_zero_and_one_of_a_sex_or_a_status_too(guess, header):
    assert set(enter(guess({header: [0, 1] * 20})[header]).values()) == {LEAVE_OUT}


@pytest.mark.parametrize(("header", "codes"), [("Sincrónicas", (0, 1)), ("Sincrónicas", ("s", "n")), ("Sexe", ("H", "F"))])  # fmt: skip
def test_codes_that_are_known_are_still_taken(guess, header, codes):
    found = guess({header: [*codes] * 20})[header]
    assert found.certainty == "certain" and found.values


def test_dates_beside_codes_settle_them(guess):
    days = [f"2016-03-{n % 28 + 1:02d}" if n % 2 else None for n in range(40)]
    found = guess({"Estado vital": [2, 1] * 20, "Fecha de muerte": days})["Estado vital"]
    assert found.values == {"1": "yes", "2": "no"} and found.certainty == "certain"


def test_a_study_with_enter_alone_has_no_level_that_was_made_up(tmp_path):
    """Spanish, 1 = woman, 1 = yes: the old Enter took men for women and yes for no, in all 160 patients."""
    columns = {
        "N.º historia": lambda p: p["id"],
        "Sexo": lambda p: 2 if p["male"] else 1,
        "Edad": lambda p: p["age"],
        "Metástasis sincrónicas": lambda p: 1 if p["synchronous"] else 2,
        "Número de metástasis hepáticas": lambda p: p["number"],
        "Fecha de hepatectomía": lambda p: p["resection"].isoformat(),
        "Fecha de muerte": lambda p: p["death"].isoformat() if p["death"] else "",
        "Fecha último contacto": lambda p: p["last"].isoformat(),
    }
    rows = [[str(make(each)) for make in columns.values()] for each in draw_patients()]
    export = tmp_path / "hospital.csv"
    export.write_text("\n".join(map(";".join, [[*columns], *rows])), encoding="utf-8")
    answers, study = tmp_path / "enter.yaml", tmp_path / "mine"
    answers.write_text("Sexo: 1\nMetástasis sincrónicas: 1\n", encoding="utf-8")
    said = main(str(export), str(study), str(answers))
    plan = yaml.safe_load((study / "config/config.yaml").read_text("utf-8"))
    assert "sex" not in plan["columns"] and "synchronous" not in plan["columns"]
    assert {"n_crlm", "age", "death_date"} <= set(plan["columns"])
    assert "os" in plan["endpoints"] and "The data have no errors" in said


@pytest.mark.parametrize("header", ["CEA (nmol/L)", "ACE (µg/mL)", "CEA-Wert [nmol/l]"])
def test_enter_converts_no_unit_that_no_list_has(guess, header):
    """True values in nmol/L look possible in ng/mL: Enter took them for that."""
    found = guess({header: [0.1, 2.5, 3.1, 7.2, 5.5, 12.4] * 10})[header]
    assert found.variable == "cea_ng_ml" and "a unit that is not known" in found.question.text
    assert set(enter(found).values()) == {LEAVE_OUT}


@pytest.mark.parametrize("header", ["CEA (ng/mL)", "ACE (µg/L)"])
def test_a_unit_that_is_known_is_taken(guess, header):
    found = guess({header: [0.1, 2.5, 3.1, 7.2, 5.5, 12.4] * 10})[header]
    assert (found.variable, found.certainty) == ("cea_ng_ml", "certain")


@pytest.mark.parametrize("codes", [("j", "n"), ("o", "n"), ("s", "n"), ("yes", "no")])
@pytest.mark.parametrize("header", ["Vital status", "Statut vital", "生存状态"])
def test_yes_to_a_status_is_yes_to_what(guess, header, codes):
    assert set(enter(guess({header: [*codes] * 20})[header]).values()) == {LEAVE_OUT}


def test_one_and_two_alone_may_be_no_number_of_nodes(guess):
    found = guess({"Node positive": [1, 2, 1] * 20})["Node positive"]
    assert "1 and 2 alone may be numbers, or codes of no and yes" in found.question.text
    assert set(enter(found).values()) == {LEAVE_OUT}
    assert found.question.choices[1].change["variable"] == "n_positive_nodes"
    assert found.question.choices[1].label.endswith("they are numbers")


def test_one_two_and_three_are_numbers(guess):
    assert guess({"Positive nodes": [1, 2, 3] * 20})["Positive nodes"].certainty == "certain"
