"""Columns that no variable of the dictionary fits, tables of lesions, files beside the export, several rows per patient."""

import numpy as np
import openpyxl
import proposal_exports as made
import pytest
import yaml
from crlm.proposal.command import main

PATIENTS = made.draw_patients(60)


def read_plan(study):
    return yaml.load((study / "config/config.yaml").read_text("utf-8"), Loader=yaml.BaseLoader)


def answer(folder, answers):
    file = folder / "answers.yaml"
    file.write_text(yaml.safe_dump(answers, allow_unicode=True), encoding="utf-8")
    return str(file)


def cycle(*cells, count=60):
    return [cells[place % len(cells)] for place in range(count)]


OWN = {
    "Ki67 (%)": ([10 + n % 50 for n in range(60)], {"kind": "continuous", "unit": "%"}),
    "Trop2": ([round(1.5 + n * 0.37, 2) for n in range(60)], {"kind": "continuous"}),
    "Raucher": (cycle("ja", "nein", "nein"), {"kind": "binary"}),
    "Zugang": (cycle("offen", "laparoskopisch"), {"kind": "categorical"}),
    "Child": (cycle(5, 6, 7), {"kind": "ordinal"}),
}


@pytest.mark.parametrize("header", OWN)
def test_a_column_of_no_known_variable_is_one_of_the_studys_own(guess, header):
    cells, spec = OWN[header]
    found = guess({"PatNr": [f"P{n}" for n in range(60)], header: cells})[header]
    assert found.own.items() >= spec.items() and found.own["timing"] == "follow_up"
    assert found.question and not found.question.needed
    assert found.own["label"] == header.removesuffix(" (%)")
    assert ("names no unit" in found.question.text) == (header == "Trop2")
    assert set(found.values.values()) == set(
        found.own.get("levels", ["no", "yes"] if spec["kind"] == "binary" else [])
    )


@pytest.mark.parametrize(
    ("header", "cells", "why"),
    [
        ("Vorname", cycle("Anna", "Max"), "names somebody"),
        ("Befund3", [f"Text {n}" for n in range(60)], "different texts"),
        ("Bemerkung", [f"Text {n}" for n in range(60)], "remarks are not analysed"),
        ("Opmerkingen", cycle("zie brief", "verhuisd"), "remarks are not analysed"),
        ("Observaciones", cycle("revisar", "fuga"), "remarks are not analysed"),
        ("备注", cycle("外院", "失访"), "remarks are not analysed"),
        ("Studie", ["A"] * 60, "the same stands in every row"),
        ("Befund2", [None] * 60, "nothing stands in it"),
        ("Blatt", list(range(1, 61)), "numbers the rows"),
    ],
)
def test_what_makes_no_variable_says_why(guess, header, cells, why):
    found = guess({"PatNr": [f"P{n}" for n in range(60)], header: cells})[header]
    assert found.variable is None and found.own is None and why in found.reason


def test_its_time_is_proposed_where_the_header_says_it(guess):
    ids = [f"P{n}" for n in range(60)]
    found = guess({"PatNr": ids, "präop. Ödeme": cycle("ja", "nein"), "Fong": cycle(*range(5))})
    first = found["präop. Ödeme"].question.choices[0]
    assert first.change["own"]["timing"] == "baseline"
    assert found["Fong"].variable == "fong_own"  # the workflow has a score of that name


def write_book(path, own=True):
    """The German workbook with columns of its own, no age but the day of birth, and two further sheets."""
    made.write_german(path, len(PATIENTS))
    book = openpyxl.load_workbook(path)
    sheet = book["Daten 2023"]
    random = np.random.default_rng(4)
    headers = [cell.value for cell in sheet[3]]
    age = headers.index("Alter bei OP") + 1
    sheet.cell(3, age).value = "geb."
    place = len(headers) + 1
    for row, patient in enumerate(made.draw_patients(len(PATIENTS)), 4):
        years = int(patient["age"])
        sheet.cell(row, age).value = patient["resection"].replace(
            year=patient["resection"].year - years, day=1
        )
        if own:
            sheet.cell(row, place).value = float(round(random.gamma(3, 10), 1))
            sheet.cell(row, place + 1).value = ["offen", "robotisch"][row % 2]
    if own:
        sheet.cell(3, place).value = "Trop2"
        sheet.cell(3, place + 1).value = "Zugang"
    lesions = book.create_sheet("Histologie")
    lesions.append(["PatNr", "Herd", "Schnitt", "% desmoplastisch", "% replacement", "% pushing"])
    for patient in PATIENTS:
        for lesion in range(1, 3):
            for block in range(1, 4):
                share = 10 * int(random.integers(0, 10))
                lesions.append([patient["id"], lesion, block, share, 90 - share, 10])
    course = book.create_sheet("Labor")
    course.append(["PatNr", "Albumin (g/l)", "Ferritin (µg/l)"])
    for patient in PATIENTS:
        for _ in range(2):
            course.append(
                [
                    patient["id"],
                    35 + int(random.integers(0, 9)),
                    round(float(random.gamma(2, 90)), 1),
                ]
            )
    book.create_sheet("Legende").append(["m", "männlich"])
    book["Legende"].append(["w", "weiblich"])
    book.save(path)


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    path = tmp_path_factory.mktemp("book") / "Register.xlsx"
    write_book(path)
    return path


def test_a_workbook_with_lesions_and_laboratory(book, tmp_path):
    rows = "Labor: PatNr"
    said = main(str(book), str(tmp_path / "a"), answer(tmp_path, {rows: 2, "Trop2": 2}))
    plan = read_plan(tmp_path / "a")
    blocks = plan["growth_patterns"]["blocks"]
    assert (blocks["file"], blocks["sheet"]) == ("data/Register.xlsx", "Histologie")
    columns = {
        name: each if isinstance(each, str) else each["column"]
        for name, each in blocks["columns"].items()
    }
    assert columns == {
        "patient_id": "PatNr", "lesion": "Herd", "block": "Schnitt", "hgp_desmoplastic": "% desmoplastisch",
        "hgp_replacement": "% replacement", "hgp_pushing": "% pushing",
    }  # fmt: skip
    (join,) = plan["cohort"]["join"]
    assert (join["sheet"], join["rows"]) == ("Labor", "first")
    assert set(join["columns"]) == {"albumin_g_l", "ferritin"}
    own = plan["variables"]
    assert own["trop2"]["timing"] == "baseline" and own["zugang"]["timing"] == "follow_up"
    assert own["ferritin"]["unit"] == "µg/L"
    assert own["age"]["between"] == ["birth_date", "resection_date"]
    assert "The data have no errors" in said, said
    page = (tmp_path / "a/config/questions.md").read_text("utf-8")
    assert "Legende" in page and "has it block by block" in page


def test_several_rows_of_a_sheet_are_no_guess(book, tmp_path):
    main(str(book), str(tmp_path / "a"))
    text = (tmp_path / "a/config/config.yaml").read_text("utf-8")
    assert (
        "join" not in read_plan(tmp_path / "a")["cohort"] and "# Tables without a variable" in text
    )
    assert "# Labor, ferritin: Ferritin (µg/l)" in text  # said, not dropped


DICTIONARY = """Variable / Field Name,Form Name,Field Type,Field Label,"Choices, Calculations, OR Slider Labels",Branching Logic (Show field only if...)
record_id,base,text,Record ID,,
sex,base,radio,Sex,"1, Male | 2, Female",
age,base,text,Age at surgery,,
surg_dt,base,text,Date of liver resection,,
ehd,base,checkbox,Extrahepatic disease,"1, Yes | 0, No",
site,base,dropdown,Approach,"1, Open | 2, Robotic",
rec_dt,fu,text,Date of recurrence,,
fu_dt,fu,text,Date of last contact,,
death_dt,fu,text,Date of death,,
"""


def write_redcap(folder, labelled=False):
    (folder / "dictionary.csv").write_text(DICTIONARY)
    names = ["record_id", "redcap_event_name", "redcap_repeat_instrument", "sex", "age", "surg_dt", "ehd___1", "ehd___0", "site", "rec_dt", "fu_dt", "death_dt"]  # fmt: skip
    shown = ["Record ID", "Event Name", "Repeat Instrument", "Sex", "Age at surgery", "Date of liver resection", "Extrahepatic disease (choice=Yes)", "Extrahepatic disease (choice=No)", "Approach", "Date of recurrence", "Date of last contact", "Date of death"]  # fmt: skip
    lines = [",".join(shown if labelled else names)]
    iso = lambda day: f"{day:%Y-%m-%d}" if day else ""  # noqa: E731
    for patient in PATIENTS:
        number, male = patient["id"], patient["male"]
        sex = ("Male" if male else "Female") if labelled else "1" if male else "2"
        boxes = ["Checked", "Unchecked"] if labelled else ["1", "0"]
        boxes = boxes if patient["extrahepatic"] else boxes[::-1]
        site = (
            ("Open" if labelled else "1") if patient["bilobar"] else "Robotic" if labelled else "2"
        )
        lines.append(",".join([number, "baseline_arm_1", "", sex, str(patient["age"]), iso(patient["resection"]), *boxes, site, "", "", ""]))  # fmt: skip
        empty = ["Unchecked"] * 2 if labelled else ["0"] * 2
        last = [patient["last"].replace(year=patient["resection"].year + 1), patient["last"]]
        for day in last if not patient["died"] else last[1:]:
            rest = [iso(patient["recurrence"]), iso(day), iso(patient["death"])]
            lines.append(
                ",".join([number, "followup_arm_1", "visit", "", "", "", *empty, "", *rest])
            )
    (folder / "export.csv").write_text("\n".join(lines) + "\n")


@pytest.mark.parametrize("labelled", [False, True])
def test_redcap_with_its_data_dictionary(tmp_path, labelled):
    write_redcap(tmp_path, labelled)
    files = [str(tmp_path / "export.csv"), str(tmp_path / "dictionary.csv")]
    for number, (first, second) in enumerate([files, files[::-1]]):  # in any order
        study = tmp_path / f"s{number}"
        said = main(first, str(study), also=second)
        plan = read_plan(study)
        assert plan["cohort"]["file"] == "data/export.csv"
        assert plan["cohort"]["redcap"] == {"dictionary": "data/dictionary.csv"}
        assert plan["cohort"]["rows"] == "fold"
        columns = {k: v if isinstance(v, str) else v["column"] for k, v in plan["columns"].items()}
        assert columns.items() >= {
            "patient_id": "record_id", "sex": "sex", "age": "age", "resection_date": "surg_dt",
            "extrahepatic_disease": "ehd", "recurrence_date": "rec_dt", "last_contact_date": "fu_dt",
            "death_date": "death_dt", "site": "site",
        }.items()  # fmt: skip
        assert plan["columns"]["last_contact_date"]["take"] == "max"
        assert plan["variables"]["site"]["label"] == "Approach"
        assert set(plan["variables"]["site"]["level_labels"].values()) == {"Open", "Robotic"}
        assert "The data have no errors" in said, said


def test_a_dictionary_alone_is_no_cohort(tmp_path):
    write_redcap(tmp_path)
    with pytest.raises(SystemExit, match="is a data dictionary of REDCap: name the export too"):
        main(str(tmp_path / "dictionary.csv"), str(tmp_path / "mine"))
    assert not (tmp_path / "mine").exists()


def test_a_file_of_lesions_beside_the_export(tmp_path):
    made.write_text(tmp_path / "export.csv", made.FRENCH, encoding="cp1252")
    lines = ["N° dossier,lésion,lame,desmoplastique %,remplacement %"]
    for patient in made.draw_patients():
        lines += [
            f"{patient['id']},1,{slide},{80 - 10 * slide},{20 + 10 * slide}" for slide in (1, 2)
        ]
    (tmp_path / "lames.csv").write_text("\n".join(lines), encoding="utf-8")
    said = main(
        str(tmp_path / "export.csv"), str(tmp_path / "mine"), also=str(tmp_path / "lames.csv")
    )
    blocks = read_plan(tmp_path / "mine")["growth_patterns"]["blocks"]
    assert (blocks["file"], blocks["delimiter"]) == ("data/lames.csv", ",")
    assert (tmp_path / "mine/data/lames.csv").exists() and "The data have no errors" in said
