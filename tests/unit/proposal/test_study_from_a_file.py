"""From a file to a study: three made-up exports, nothing overwritten, and the German one to a finished report."""

import inside
import proposal_exports as made
import pytest
import yaml
from crlm.proposal.command import main, name_study


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("exports")
    made.write_german(folder / "Leberregister 2023.xlsx")
    made.write_text(folder / "export.csv", made.FRENCH, encoding="cp1252")
    made.write_text(folder / "zhongshan.csv", made.CHINESE, ",", "gb18030")
    return folder


def read_plan(study):
    return yaml.load((study / "config/config.yaml").read_text("utf-8"), Loader=yaml.BaseLoader)


EXPORTS = [
    ("Leberregister 2023.xlsx", made.GERMAN, {"sheet": "Daten 2023", "header_row": "3"}, {}),
    (
        "export.csv",
        made.FRENCH,
        {"encoding": "cp1252", "decimal": ",", "date_format": "%d/%m/%Y"},
        {},
    ),
    ("zhongshan.csv", made.CHINESE, {"encoding": "gb18030", "delimiter": ","}, {"生存状态": 2}),
]


@pytest.mark.parametrize(("file", "export", "settings", "answers"), EXPORTS)
def test_a_plan_from_an_export(folder, tmp_path, file, export, settings, answers):
    (tmp_path / "answers.yaml").write_text(yaml.safe_dump(answers, allow_unicode=True))
    said = main(str(folder / file), str(tmp_path / "mine"), str(tmp_path / "answers.yaml"))
    plan = read_plan(tmp_path / "mine")
    columns = {
        e if isinstance(e, str) else e["column"]: name for name, e in plan["columns"].items()
    }
    truth = {header: name for header, name in made.list_truth(export).items() if name}
    assert columns == truth
    assert settings.items() <= plan["cohort"].items()
    assert set(plan["endpoints"]) == {"os", "rfs"} and "questions" not in plan
    assert "The data have no errors" in said and "then run it: make run STUDY=" in said
    assert (tmp_path / "mine/data" / file).read_bytes() == (folder / file).read_bytes()
    assert (tmp_path / "mine/config/questions.md").exists()


def test_nothing_is_overwritten(folder, tmp_path):
    study = tmp_path / "mine"
    main(str(folder / "export.csv"), str(study))
    first = (study / "config/config.yaml").read_text("utf-8")
    assert "stays as it is" not in main(str(folder / "export.csv"), str(study))
    (study / "config/config.yaml").write_text("my: own\n", encoding="utf-8")
    (study / "data/export.csv").write_text("mine")
    said = main(str(folder / "export.csv"), str(study))
    assert "is there already and stays as it is" in said and "make run" not in said
    assert (study / "config/config.yaml").read_text("utf-8") == "my: own\n"
    assert (study / "data/export.csv").read_text() == "mine"
    proposed = (study / "config/config.proposed.yaml").read_text("utf-8")
    assert proposed == first.replace("data/export.csv", "data/export_2.csv")


def test_a_plan_that_nobody_changed_is_written_anew_with_answers(folder, tmp_path):
    study, answers = tmp_path / "mine", tmp_path / "answers.yaml"
    export = folder / "zhongshan.csv"
    main(str(export), str(study))
    assert "questions" in read_plan(study)
    answers.write_text("生存状态: 2\n", encoding="utf-8")
    assert "stays as it is" not in main(str(export), str(study), str(answers))
    assert "questions" not in read_plan(study)
    assert not (study / "config/config.proposed.yaml").exists()
    plan = study / "config/config.yaml"
    plan.write_text(plan.read_text("utf-8") + "# mine\n", encoding="utf-8")
    for _ in range(2):
        assert "stays as it is" in main(str(export), str(study))
        assert plan.read_text("utf-8").endswith("# mine\n")


def test_an_export_without_identifiers_and_one_with_a_row_twice(folder, tmp_path):
    lines = (folder / "export.csv").read_text("cp1252").splitlines()
    without, twice = tmp_path / "without.csv", tmp_path / "twice.csv"
    without.write_text("\n".join(each.split(";", 1)[1] for each in lines), encoding="cp1252")
    said = main(str(without), str(tmp_path / "first"))
    assert (
        "No column holds the patient's identifier" in said and "patient_id' is missing" not in said
    )
    twice.write_text("\n".join([*lines, lines[-1]]), encoding="cp1252")
    said = main(str(twice), str(tmp_path / "second"))
    assert "one entry stands there more than once" in said and "No column holds" not in said
    header, identifier = (line.split(";")[0] for line in (lines[0], lines[-1]))
    (tmp_path / "answers.yaml").write_text(f"{header}: 1\n", encoding="utf-8")
    said = main(str(twice), str(tmp_path / "second"), str(tmp_path / "answers.yaml"))
    assert "nothing was analysed" in said and f"patient {identifier}" in said


def test_the_page_of_the_questions_names_no_patient(folder, tmp_path):
    lines = (folder / "export.csv").read_text("cp1252").splitlines()
    header, place = lines[0].split(";"), 5
    cells = lines[place].split(";")
    dates = [at for at, name in enumerate(header) if "Date" in name]
    for at, day in zip(dates, ("01/01/2019", "02/01/1991", "03/01/1991"), strict=False):
        cells[at] = day
    lines[place] = ";".join(cells)
    broken = tmp_path / "broken.csv"
    broken.write_text("\n".join(lines), encoding="cp1252")
    said = main(str(broken), str(tmp_path / "mine"))
    page = (tmp_path / "mine/config/questions.md").read_text("utf-8")
    assert "The data have" in page and "nothing was analysed" in said
    for secret in (cells[0], "1991-01-02", "1991-01-03", "02/01/1991"):
        assert secret not in page
    assert f"patient {cells[0]}" in said and "1991" in said


@pytest.mark.parametrize(
    ("file", "answers", "words"),
    [
        ("", "", "Name the export"),
        ("nowhere.csv", "", "There is no file nowhere.csv"),
        ("export.csv", "nowhere.yaml", "no file of answers"),
        ("empty.csv", "", "is empty"),
    ],
)
def test_what_cannot_be_done_is_said_and_nothing_written(folder, tmp_path, file, answers, words):
    (folder / "empty.csv").write_text("")
    path = folder / file if (folder / file).is_file() else file
    with pytest.raises(SystemExit, match=words) as stop:
        main(str(path), str(tmp_path / "mine"), answers)
    assert "Nothing was done." in str(stop.value)
    assert not (tmp_path / "mine").exists()


def test_totals_and_units_are_left_out_as_lines(folder, tmp_path):
    lines = (folder / "export.csv").read_bytes().decode("cp1252").splitlines()
    lines.append("Total;;;;;;;;;;;;")
    (tmp_path / "a.csv").write_text("\n".join(lines), encoding="cp1252")
    said = main(str(tmp_path / "a.csv"), str(tmp_path / "mine"))
    assert read_plan(tmp_path / "mine")["cohort"]["skip_rows"] == [str(len(lines))]
    assert "The data have no errors" in said


@pytest.mark.parametrize(
    ("stem", "name"), [("Größe & Co", "grosse_co"), ("肝转移", "study"), ("a.b", "a_b")]
)
def test_the_name_of_a_study(tmp_path, stem, name):
    assert name_study(tmp_path / f"{stem}.csv") == name


def test_sheets_of_one_layout_are_asked(tmp_path):
    import openpyxl

    made.write_german(tmp_path / "one.xlsx", 40)
    book = openpyxl.load_workbook(tmp_path / "one.xlsx")
    copy = book.copy_worksheet(book["Daten 2023"])
    copy.title = "Daten 2022"
    for row in range(4, copy.max_row + 1):
        copy.cell(row, 1).value = f"N{row}"
    book.save(tmp_path / "two.xlsx")
    main(str(tmp_path / "two.xlsx"), str(tmp_path / "open"))
    assert "Are they parts of one cohort?" in read_plan(tmp_path / "open")["questions"][0]
    for answer, sheets in ((1, 2), (2, 0)):
        (tmp_path / "answers.yaml").write_text(f"sheets: {answer}\n")
        said = main(
            str(tmp_path / "two.xlsx"), str(tmp_path / f"s{answer}"), str(tmp_path / "answers.yaml")
        )
        cohort = read_plan(tmp_path / f"s{answer}")["cohort"]
        assert len(cohort.get("sources", [])) == sheets and "The data have no errors" in said


def test_a_further_sheet_is_joined_by_identifier(tmp_path):
    import openpyxl

    made.write_german(tmp_path / "joined.xlsx", 40)
    book = openpyxl.load_workbook(tmp_path / "joined.xlsx")
    sheet = book.create_sheet("Molekular")
    sheet.append(["PatNr", "BRAF", "MSI", "MSI-Datum"])
    for number, patient in enumerate(made.draw_patients(40)[5:]):
        sheet.append(
            [patient["id"], ["wt", "V600E"][number % 2], ["MSS", "MSI-H"][number % 2], None]
        )
    events = book.create_sheet("Verlauf")  # several rows per patient: no table to join
    events.append(["PatNr", "Albumin (g/l)"])
    for number in range(80):
        events.append([f"M{number // 2:04d}", 40 + number % 9])
    book.save(tmp_path / "joined.xlsx")
    said = main(str(tmp_path / "joined.xlsx"), str(tmp_path / "mine"))
    (join,) = read_plan(tmp_path / "mine")["cohort"]["join"]
    assert (join["sheet"], join["by"], list(join["columns"])) == (
        "Molekular",
        "PatNr",
        ["braf", "msi"],
    )
    assert "The data have no errors" in said


def test_a_run_is_refused_with_the_open_question(folder, tmp_path):
    study = tmp_path / "mine"
    said = main(str(folder / "zhongshan.csv"), str(study))
    assert "No run is made before this is settled" in said and "make run" not in said
    with pytest.raises(
        inside.RefusedError, match=r"Column '生存状态' .* looks like: Died"
    ) as refused:
        inside.read_workflow(study)
    assert "1 problem" in str(refused.value)
    assert "0 = yes, 1 = no" in str(refused.value) and "take the line out" in str(refused.value)
    plan = study / "config/config.yaml"
    lines = plan.read_text("utf-8").splitlines()
    start = next(n for n, line in enumerate(lines) if line.startswith("questions:"))
    plan.write_text("\n".join([*lines[:start], *lines[start + 2 :]]), encoding="utf-8")
    assert inside.read_workflow(study).globals["PLAN"]["endpoints"]


def test_the_proposed_study_runs_to_its_report(folder, tmp_path):
    study = tmp_path / "mine"
    main(str(folder / "Leberregister 2023.xlsx"), str(study))
    plan = study / "config/config.yaml"
    quick = "resampling: {resamples: 100}\nmissing_components: {imputations: 2}\n"
    plan.write_text(plan.read_text("utf-8") + quick, encoding="utf-8")
    inside.run_study(study, figures="none")
    report = (study / "results/report.html").read_text("utf-8")
    assert "Growth pattern" in report and "Overall survival" in report
