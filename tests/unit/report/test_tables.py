"""Display tables, the workbook and the document."""

import io
import re
import time
import zipfile

import docx
import openpyxl
import pandas as pd
import pytest
from crlm.analyses.scores.tables import tabulate_not_computed
from crlm.display.cells import Column, DisplayTable, Row, number, text
from crlm.display.excel import name_sheets, write_workbook
from crlm.display.word import write_document
from crlm.report.methods import build_methods
from crlm.report.tables import build_tables
from display_inputs import HOSTILE, SOFTWARE, make_plan, make_results


@pytest.fixture(scope="module")
def study():
    plan = make_plan()
    results = make_results(plan)
    return plan, results, {table.name: table for table in build_tables(plan, results)}


def texts(table, label=None):
    """The texts of the rows, or of the row with this label."""
    rows = [[cell.text for cell in row.cells] for row in table.rows]
    return rows if label is None else next(row for row in rows if row[0] == label)


def test_tables_are_numbered_and_stamped(study):
    _, _, tables = study
    numbers = [table.number for table in tables.values()]
    main = sum(number[0] != "S" for number in numbers)
    assert main > 5 and numbers == [
        *(str(n) for n in range(1, main + 1)),
        *(f"S{n}" for n in range(1, len(numbers) - main + 1)),
    ]
    for name, table in tables.items():
        if name != "published":
            assert table.title.endswith("(synthetic data)")
    assert any("data of this study are synthetic" in note for note in tables["published"].notes)
    assert all(len(row.cells) == len(t.columns) for t in tables.values() for row in t.rows)


def test_a_study_that_is_not_synthetic_does_not_say_so():
    plan = make_plan(synthetic=False)
    tables = build_tables(plan, make_results(plan))
    assert not any("synthetic" in table.title for table in tables)


def test_a_number_with_nothing_to_cut_is_told_among_what_was_not_done():
    """Without a row of the number in the results, its two values are the reason."""
    plan = make_plan()
    results = make_results(plan)
    label = f"Where to cut: {plan['cutoffs']['weight']['label']}"

    def told(results):
        return label in {row[0] for row in texts(_pick(build_tables(plan, results), "not_done"))}

    assert not told(results)
    for result in results["endpoints"].values():
        for name in ("cutoffs", "maxstat", "spline_tests"):
            result[name] = result[name].head(0)
    assert told(results)


def _pick(tables, name):
    return next(table for table in tables if table.name == name)


def test_tables_without_rows_are_left_out():
    plan = make_plan(groupings=False, models=("univariable",), subgroups=False)
    names = [table.name for table in build_tables(plan, make_results(plan))]
    assert "pairs_alpha" not in names
    assert not any(name.startswith("subgroups") for name in names)
    assert "cox_alpha" in names


def test_characteristics(study):
    table = study[2]["characteristics_overall"]
    assert texts(table) == [
        ["Weight (kg), median [Q1–Q3]", "70 [60–80]"],
        ["mean (SD)", "70.2 (10.0)"],
        ["missing, n", "2"],
        [f"{HOSTILE}, n (%)", ""],
        ["Low", "40 (43.0)"],
        ["Mid", "33 (35.5)"],
        ["High", "20 (21.5)"],
        ["missing, n", "7"],
        ["Flag, n (%)", "50 (50.0)"],
    ]
    grouped = study[2]["characteristics_tiers"]
    assert [column.label for column in grouped.columns[1:3]] == [
        "All with a known group\n(n = 93)",
        "Low\n(n = 40)",
    ]
    assert texts(grouped)[0][-3:] == ["–", "<0.001", "0.40"]
    assert any("Kruskal-Wallis" in note for note in grouped.notes)
    assert "Not tested, since the groups are made of it: Weight." in grouped.notes


def test_what_table_1_leaves_out_is_said_in_its_note(study):
    """A row that says the same as the groups is left out; without groups everything is described."""
    plan, results, _ = study
    settings = {"variables": ["weight", "flag"], "made_of": {}}
    out = {"tiers": ["tier", "weight"], "overall": ["weight"]}
    plan = {**plan, "description": {**settings, "left_out": out}}
    tables = {table.name: table for table in build_tables(plan, results)}
    words = "Left out, since the groups are made of the same findings: Weight."
    assert words in tables["characteristics_tiers"].notes
    assert not any("Left out" in note for note in tables["characteristics_overall"].notes)


def test_survival(study):
    table = study[2]["survival_alpha"]
    labels = [column.label for column in table.columns]
    assert labels[-2:] == ["p (log-rank)", "p (trend)"]
    assert texts(table, "(a) All patients")[1:6] == [
        "100",
        "60",
        "30.0 (20.0–NR)",
        "80.0 (70.0–90.0)",
        "70",
    ]
    assert texts(table, f"(b) {HOSTILE}")[-2:] == ["<0.001", "0.023"]
    assert texts(table, "Low")[3:8] == ["not reached (40.0–NR)", "95.0 (90.0–99.0)", "38", "–", "0"]
    assert texts(table, "High")[4] == "0.0"
    assert f"{HOSTILE}: 7 patients in none of the groups." in table.notes


def test_pairs_have_raw_and_adjusted_p(study):
    assert texts(study[2]["pairs_alpha"], "Low vs High") == [
        "Low vs High",
        "9.00",
        "<0.001",
        "<0.001",
    ]


def test_incidence_is_empty_after_the_last_time(study):
    row = texts(study[2]["incidence_alpha"])[0]
    assert row[1:] == ["20.0 (10.0–30.0)", "–", "0.0", "–"]


def test_cox(study):
    table = study[2]["cox_alpha"]
    assert texts(table, "Weight, per 5 kg") == [
        "Weight, per 5 kg",
        "100",
        "60",
        "1.10 (0.90–1.30)",
        "0.200",
        "1.00 (0.80–1.20)",
        ">0.999",
    ]
    assert texts(table, HOSTILE) == [HOSTILE, "", "", "", "<0.001", "", "0.002"]
    assert texts(table, "High")[3:] == ["not estimable¹", "–", "not estimable¹", "–"]
    assert "¹ No_event." in table.notes
    assert texts(table, "Yes")[5:] == ["", ""]  # not in the adjusted model
    assert texts(table, "Events per parameter")[5] == "25.0"
    assert [row.kind for row in table.rows][-7:] == ["foot"] * 7


def test_the_reference_does_not_take_part_in_sorting(study):
    table = study[2]["cox_alpha"]
    row = next(row for row in table.rows if row.cells[0].text == "Low")
    assert row.cells[3].text == "1 (reference)"
    assert row.cells[3].reference


def test_proportional_hazards_end_with_the_global_test(study):
    last = study[2]["proportional_hazards_alpha"].rows[-1]
    assert [cell.text for cell in last.cells] == ["Global test", "", "", "", "4.50", "2", "0.100"]


def test_subgroups(study):
    table = study[2]["subgroups_alpha_tier_effect"]
    assert texts(table, "Flag") == ["Flag", "", "", "", "", "0.030"]
    assert texts(table, "No")[1:5] == ["50", "30", "1.30 (1.00–1.60)", "0.050"]


def test_a_landmark_model_stands_beside_its_variables_alone_in_the_same_patients():
    plan = make_plan()
    plan["models"]["adjusted"]["landmark_months"] = 6
    results = make_results(plan)
    result = results["endpoints"]["alpha"]
    alone = result["cox"].query("model == 'univariable' and variable in ['weight', 'tier']")
    alone = alone.assign(
        model="adjusted: univariable", hazard_ratio=3.21, lower=1.11, upper=5.55, patients=44
    )
    result["cox"] = pd.concat([result["cox"], alone], ignore_index=True)
    tables = {table.name: table for table in build_tables(plan, results)}
    for name, models in (
        ("main_cox_alpha", ["Adjusted: each alone, same patients", "Adjusted"]),
        ("cox_alpha", ["Univariable", "Adjusted: each alone, same patients", "Adjusted"]),
    ):
        table = tables[name]
        assert list(dict.fromkeys(c.over for c in table.columns if c.over)) == models
        row = texts(table, "Weight, per 5 kg")
        assert row[3 + 2 * models.index(models[-2])] == "3.21 (1.11–5.55)"
    assert texts(tables["main_cox_alpha"], "Weight, per 5 kg")[1] == "44"


def test_scores(study):
    _, _, tables = study
    row = texts(tables["scores"], "Sum score")
    assert row[1:3] == ["2 (66.7)", "Low (0-1): 2, High (2): 0"]
    assert row[-1] == "Proxy: Flag for the node."
    assert row[-2] == "Recalled, not read again"
    published = tables["published"]
    assert texts(published, "1 point")[1:5] == ["10", "", "40", "30"]
    assert texts(published, "Low (0-1)")[2] == "90.5"


def test_scores_that_could_not_be_computed_have_a_line_each():
    keys = ["score", "label", "status", "missing_inputs", "note"]
    rows = [
        ("a", "Score A", "not computable", "Node, Size", "missing: Node, Size"),
        ("b", "Score B", "not implementable", None, "the formula is not known"),
        ("c", "Score C", "computable", None, None),
        ("d", "Score D", "not allowed", None, "unverified points; list it"),
    ]
    plan = {"a": {"replaced": "The study's own."}, "b": {}, "d": {}}
    table = tabulate_not_computed(pd.DataFrame(rows, columns=keys), plan)
    assert texts(table) == [
        ["Score A", "Not recorded: Node, Size. The study's own."],
        ["Score B", "Not implementable: the formula is not known."],
        ["Score D", "Not allowed: unverified points; list it."],
    ]


def test_agreement(study):
    table = study[2]["agreement_chart"]
    assert texts(table) == [["0", "5", "2", "7"], ["1", "0", "3", "3"], ["Total", "5", "5", "10"]]
    assert table.rows[0].cells[1].strong
    assert "Equal in 8 (80.0%) of 10 patients." in table.notes
    assert "Cohen's kappa, linear weights: 0.60 (−0.10 to 1.00)." in table.notes


def test_agreement_tells_the_change_of_group_and_what_explains_it(study):
    notes = study[2]["agreement_chart"].notes
    assert "Another group in 7 (28.0%) of 25 patients: computed higher in 4, lower in 3." in notes
    assert (
        "Low (0-1) recorded and High (2) computed in 4 and High (2) recorded and Low (0-1) computed in 3."
        in notes
    )
    table = study[2]["explained_agreement_chart"]
    assert [column.label for column in table.columns] == [
        *("Component", "Computed higher", "Computed lower", "By it only")
    ]
    assert texts(table) == [
        ["Node (proxy)", "5", "3", "6"],
        ["Size", "4", "2", "7"],
        ["no single component", "1", "0", "1"],
    ]
    assert table.notes[0].startswith("2 patients with another value.")
    assert table.notes[1] == "The patients are listed in results/private/score_differences.csv."


def test_growth_patterns(study):
    rows = texts(study[2]["growth_patterns"])
    assert rows[1:] == [
        ["Pattern A", "2 (66.7)"],
        ["Pattern B", "1 (33.3)"],
        ["not determined, n", "1"],
    ]


def test_findings_name_no_patient(study):
    table = study[2]["data_quality"]
    assert [row[:5] for row in texts(table)] == [
        ["Warning", "Zero time", "date", "2", "2"],
        ["Note", "Censored entry", "Lab", "1", ""],
    ]
    assert "SECRET" not in str(table)


def test_methods_state_the_choices_of_the_plan(study):
    plan, results, _ = study
    words = " ".join(text for _, parts in build_methods(plan, results, SOFTWARE) for text in parts)
    assert "months of 30.4375 days" in words
    assert "counted as half a day; this concerned 2 patients" in words
    assert "Too <early> (3)" in words
    assert "event: alpha event or end, whichever came first" in words
    assert f"groups are ordered ({HOSTILE})" in words
    assert "Adjusted: Weight and" in words


def test_workbook_holds_numbers(study):
    plan, _, tables = study
    target = io.BytesIO()
    write_workbook(list(tables.values()), plan["study"], target)
    book = openpyxl.load_workbook(target)
    assert book.sheetnames[0] == "Contents"
    assert len(book.sheetnames) == len(tables) + 1
    assert all(len(name) <= 31 for name in book.sheetnames)
    sheet = book[f"{tables['cox_alpha'].number} A FS Cox"]
    row = next(row for row in sheet.iter_rows() if row[0].value == "Weight, per 5 kg")
    assert [cell.value for cell in row[3:7]] == [1.105, 0.9, 1.3, 0.2]
    assert row[6].number_format.startswith("[<0.001]")
    assert sheet.freeze_panes == "B6"
    high = next(row for row in sheet.iter_rows() if row[0].value == "High")
    assert high[3].value == "not estimable¹"
    survival = book[f"{tables['survival_alpha'].number} A FS survival"]
    low = next(row for row in survival.iter_rows() if row[0].value == "Low")
    assert [cell.value for cell in low[3:7]] == ["not reached", 40, "NR", 95]


def test_workbook_has_no_formula():
    table = DisplayTable(
        "t", "=1+1", (Column("=A1", align="left"), Column("n")), (Row((text("=2+2"), text("@x"))),)
    )
    study = {"title": "=3", "description": "+4", "citation": "http://x", "synthetic": False}
    numbered = DisplayTable(**{**vars(table), "number": "1"})
    target = io.BytesIO()
    write_workbook([numbered], study, target)
    book = openpyxl.load_workbook(target)
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert not any(cell.data_type == "f" for cell in cells)
    assert {"=2+2", "@x"} <= {cell.value for cell in cells}


def test_sheet_names_are_short_and_allowed():
    tables = [
        DisplayTable("a", "Title", (), (), short="A/B: [c]*? " + "x" * 40, number="1"),
        DisplayTable("b", "Title", (), (), short="'quoted'", number="2"),
    ]
    assert name_sheets(tables) == ["Contents", "1 A B c " + "x" * 23, "2 quoted"]


def test_files_are_the_same_on_another_day(study, monkeypatch):
    plan, results, tables = study

    def write():
        files = io.BytesIO(), io.BytesIO()
        write_workbook(list(tables.values()), plan["study"], files[0])
        write_document(
            list(tables.values()), plan["study"], files[1], build_methods(plan, results, SOFTWARE)
        )
        return [file.getvalue() for file in files]

    first, clock = write(), time.time
    for file in first:
        with zipfile.ZipFile(io.BytesIO(file)) as archive:
            stamps = re.findall(r"\d{4}-\d\d-\d\dT", archive.read("docProps/core.xml").decode())
        assert set(stamps) == {"2000-01-01T"}  # the properties have a clock of their own
    monkeypatch.setattr(time, "time", lambda: clock() + 86400)  # that of zip files
    assert first == write()


def test_document(study):
    plan, results, tables = study
    target = io.BytesIO()
    write_document(
        list(tables.values()), plan["study"], target, build_methods(plan, results, SOFTWARE)
    )
    document = docx.Document(target)
    assert len(document.tables) == len(tables)
    words = [paragraph.text for paragraph in document.paragraphs]
    assert "Synthetic data" in words
    assert any(text.startswith(f"Table {tables['cox_alpha'].number}. Alpha-free") for text in words)
    assert "Methods" in words
    cox = document.tables[list(tables).index("cox_alpha")]
    assert [row._tr.trPr.xpath("w:tblHeader") != [] for row in cox.rows][:3] == [True, True, False]
    assert any(cell.text == HOSTILE for cell in cox.columns[0].cells)
    with zipfile.ZipFile(target) as archive:
        assert {item.date_time[0] for item in archive.infolist()} == {1980}


def test_wide_tables_lie_across():
    columns = (Column("", align="left"), *[Column("Hazard ratio (95% CI)")] * 9)
    cells = (text("x" * 40), *[number(1234567.891, 3)] * 9)
    wide = DisplayTable("w", "Wide", columns, (Row(cells),), number="1")
    narrow = DisplayTable("n", "Narrow", columns[:2], (Row(cells[:2]),), number="2")
    target = io.BytesIO()
    plain = {"title": "t", "description": "", "citation": "", "synthetic": False}
    write_document([wide, narrow], plain, target)
    sections = docx.Document(target).sections
    assert [s.page_width > s.page_height for s in sections] == [False, True, False]  # list in front
    target = io.BytesIO()
    write_document([wide], plain, target)
    assert [s.page_width > s.page_height for s in docx.Document(target).sections] == [True]


def test_no_two_tables_have_one_name_whatever_an_endpoint_is_called(root):
    """A name that begins like another would be that one's, of an endpoint called as the rest."""
    sources = [path.read_text(encoding="utf-8") for path in (root / "scripts/crlm").rglob("*.py")]
    found = re.findall(
        r'DisplayTable\(\s*f"([^"{]+)\{|^    name = f"([^"{]+)\{', "\n".join(sources), re.M
    )
    begins = {one or other for one, other in found}
    assert {"cox_", "published_", "expected_events_", "digitised_survival_"} <= begins
    assert not [(a, b) for a in begins for b in begins if a != b and b.startswith(a)]
