"""The manuscript: sentences with numbers that know their keys, references that lead somewhere, checklists of what is there."""

import copy
import io
import re
import zipfile
from pathlib import Path

import pytest
import yaml
from crlm.display.refill import fill
from crlm.report import checklists, documents, methods, numbers, parts
from display_inputs import SOFTWARE, make_plan, make_results
from docx import Document
from docx.oxml.ns import qn
from matplotlib.figure import Figure
from test_report import NAMES, TEMPLATES
from word_inputs import write_document

ROOT = Path(__file__).parents[3]
CAPTIONS = {
    name.removesuffix(".rst"): text for name, text in TEMPLATES.items() if name.endswith(".rst")
}
CITED = yaml.safe_load((ROOT / "workflow/report/software.yaml").read_text(encoding="utf-8"))
ASKED = yaml.safe_load((ROOT / "workflow/report/checklists.yaml").read_text(encoding="utf-8"))


def draw():
    """The smallest picture."""
    buffer = io.BytesIO()
    figure = Figure((1, 1))
    figure.savefig(buffer, format="png", dpi=10)
    return buffer.getvalue()


PICTURE = draw()


def collect(plan=None, results=None, pictures=True):
    plan = {"abbreviations": {}, **(plan or make_plan())}
    results = results or make_results(plan)
    names = {
        **dict.fromkeys(results, "x.csv"),
        **{name: ["x.csv"] for name in results["endpoints"]["alpha"]},
    }
    texts = numbers.read_texts(numbers.build_numbers(plan, results, names))
    shown = {name: io.BytesIO(PICTURE) if pictures else None for name in NAMES}
    return parts.collect_parts(plan, results, texts, shown, CAPTIONS, CITED)


def read(content):
    """The text of every paragraph outside of tables, as Word shows it."""
    body = Document(io.BytesIO(content)).element.body
    return ["".join(node.text or "" for node in p.iter(qn("w:t"))) for p in body.iter(qn("w:p"))]


@pytest.fixture(scope="module")
def made():
    return collect()


@pytest.fixture(scope="module")
def files(made):
    return documents.make_documents(made, ASKED)


def test_the_parts_stand_in_the_order_of_a_paper(files):
    body = Document(io.BytesIO(files["manuscript.docx"]))
    headings = [p.text for p in body.paragraphs if p.style.name in ("Title", "Heading 1")]
    assert headings == [
        *("Study of <things>", "Abstract", "Introduction", "Methods", "Results", "Discussion"),
        *("Statements", "References", "Supplementary methods", "Supplement"),
        "Reporting checklists",
    ]


def test_every_sentence_of_the_report_stands_in_the_results(files, made):
    lines = read(files["manuscript.docx"])
    for _, answer in made["answers"]:
        assert any(line.startswith(answer.text) for line in lines), answer.text


def test_numbers_are_filled_by_key_and_again(files, made):
    document = Document(io.BytesIO(files["manuscript.docx"]))
    found = fill(document, made["numbers"])
    assert all(text is not None for _, text, _ in found)
    keys = {key for key, _, _ in found}
    assert {
        "patients",
        "patients_export",
        "alpha_events_overall",
    } <= keys
    marked = {key for _, answer in made["answers"] for _, key in answer.pieces if key}
    assert marked <= keys
    before = read(files["manuscript.docx"])
    fill(document, {key: f"<{key}>" for key in made["numbers"]})
    body = document.element.body
    after = ["".join(node.text or "" for node in p.iter(qn("w:t"))) for p in body.iter(qn("w:p"))]
    changed = [(a, b) for a, b in zip(before, after, strict=True) if a != b]
    assert changed and all("<" in b for _, b in changed)


def test_a_number_that_is_not_the_one_of_its_key_stays_text(made):
    spoilt = {**made, "numbers": {**made["numbers"], "alpha_events_overall": "77777"}}
    content = documents.make_documents(spoilt, ASKED)["manuscript.docx"]
    assert not any("77777" in line for line in read(content))


def test_references_to_figures_and_tables_lead_to_a_bookmark(files):
    with zipfile.ZipFile(io.BytesIO(files["manuscript.docx"])) as archive:
        xml = archive.read("word/document.xml").decode()
    targets = re.findall(r"REF (\w+) ", xml)
    marks = re.findall(r'w:bookmarkStart w:id="(\d+)" w:name="(\w+)"', xml)
    assert targets and set(targets) <= {name for _, name in marks}
    assert len({place for place, _ in marks}) == len(marks)


def test_main_figures_and_tables_are_placed_and_the_rest_is_listed(files, made):
    document = Document(io.BytesIO(files["manuscript.docx"]))
    main = [block for section in made["sections"] for block in section.blocks]
    pictures = [block for block in main if block["kind"] == "figure"]
    assert len(document.inline_shapes) == len(pictures) > 1
    assert len(document.tables) - len(ASKED) == len(main) - len(pictures) > 3
    lines = read(files["manuscript.docx"])
    for block in pictures:
        assert any(
            line.startswith(f"Figure {block['number']}. {block['title']}. ") for line in lines
        )
    for kind, number, title in made["supplement"]:
        assert number.startswith("S") and f"{kind} {number}. {title}" in lines


def test_without_pictures_the_file_is_named():
    content = documents.make_documents(collect(pictures=False), ASKED)["manuscript.docx"]
    assert any("results/figures/kaplan_meier_alpha_tiers.svg" in line for line in read(content))


def test_what_only_authors_know_is_asked_and_what_the_plan_says_is_not(files):
    assert "Authors: [for the author: names in order]" in read(files["manuscript.docx"])
    plan = make_plan()
    plan["manuscript"] |= {
        "authors": ["A. Surgeon", "B. Pathologist"],
        "corresponding": "a@example.org",
    }
    lines = read(documents.make_documents(collect(plan), ASKED)["manuscript.docx"])
    assert "Authors: A. Surgeon; B. Pathologist" in lines
    assert "Corresponding author: a@example.org" in lines


def test_the_same_parts_give_the_same_bytes(files):
    again = documents.make_documents(collect(), ASKED)
    assert again == files


def test_small_counts_are_hidden():
    plan = make_plan()
    plan["output"]["privacy"]["small_cells"] = 11
    results = make_results(plan)
    lines = read(documents.make_documents(collect(plan, results), ASKED)["manuscript.docx"])
    text = "\n".join(lines)
    assert "<11" in text
    for count in re.findall(r"\b(\d+) (?:patients?|events?)\b", text):
        assert count == "0" or int(count) >= 11, count


def test_methods_of_the_report_know_no_marks():
    plan = make_plan()
    results = make_results(plan)
    told = methods.build_methods(plan, results, SOFTWARE)
    assert not re.search("[\ue000-\ue002]", repr(told))
    assert (
        "The export held 103 rows" in told[0][1][0]
        and "100 patients were analysed." in told[0][1][0]
    )


@pytest.fixture(scope="module")
def tables(made):
    return {table.name: table for table in checklists.build_checklists(ASKED, made)}


def rows(table):
    return {row.cells[0].text: [cell.text for cell in row.cells[1:]] for row in table.rows}


def test_every_item_says_where_it_is_answered_or_whom_it_asks(tables):
    assert list(tables) == ["remark", "strobe", "tripod_ai"]
    for name, table in tables.items():
        found = rows(table)
        assert len(found) == len(table.rows) == len(ASKED[name]["items"])
        for number, (_, where, author) in found.items():
            assert where != "–" or author, number


def test_where_names_only_what_is_there(tables, made):
    headings = {heading for heading, _ in made["methods"]}
    known = {*made["figures"].values(), *made["tables"].values()}
    for table in tables.values():
        for _, where, _ in rows(table).values():
            for place in where.split("; "):
                if place.startswith(("Methods, ", "Supplementary methods, ")):
                    assert place.split(", ", 1)[1] in headings
                elif place.startswith(("Table", "Figure")):
                    assert set(re.findall(r"\bS?\d+\b", re.sub(r"\d+ others?", "", place))) <= known
                else:
                    assert place in ("–", "Results", "Abstract", "Discussion, Limitations")


def test_an_item_of_an_analysis_that_was_not_made_says_so(made):
    item = {"number": "9", "item": "x", "where": ["table: nothing_*", "methods: Nothing"]}
    (table,) = checklists.build_checklists({"a": {**ASKED["remark"], "items": [item]}}, made)
    assert rows(table)["9"][1] == "–" and rows(table)["9"][2].startswith("Not in this run")


def test_the_same_item_finds_its_table(tables, made):
    assert f"Table {made['tables']['follow_up']}" in rows(tables["strobe"])["14c"][1]
    assert f"Figure {made['figures']['flow_cohort']}" in rows(tables["remark"])["12"][1]
    assert "Methods, Endpoints" in rows(tables["remark"])["7"][1]


def test_what_the_checklists_ask_for_can_be_there():
    """A name in checklists.yaml that no table, figure, heading or analysis has would be silently `not in this run`."""
    sources = "".join(
        path.read_text(encoding="utf-8") for path in (ROOT / "scripts/crlm").rglob("*.py")
    )
    for checklist in ASKED.values():
        for item in checklist["items"]:
            for where in item.get("where", ()):
                kind, name = where.split(": ", 1)
                if kind == "methods":
                    assert f'"{name}"' in sources, where
                elif kind == "results":
                    assert (ROOT / f"scripts/crlm/analyses/{name}/answers.py").exists(), where
                elif kind in ("table", "figure"):
                    assert re.search(rf'["/]{re.escape(name.split("*")[0])}', sources), where
                else:
                    assert where in ("part: abstract", "part: limitations", "part: frozen plan")


def test_a_frozen_plan_is_named(made):
    frozen = {
        "versions": [{"date": "2026-11-26", "sha256": "ab", "reason": ""}],
        "changes": [],
        "same": True,
    }
    plan = make_plan() | {"frozen_plan": frozen}
    found = collect(plan)
    assert found["frozen"].startswith("The analysis plan was frozen on 2026-11-26")
    (table, *_) = checklists.build_checklists(ASKED, found)
    assert rows(table)["1"][1] == "Title page, analysis plan"
    assert rows(checklists.build_checklists(ASKED, made)[0])["1"][1] == "–"


def test_documents_of_the_author_are_filled_and_unknown_keys_named():
    texts = {"os_median_overall": "50.9", "patients": "800"}
    own = write_document(
        "Median {os_median_overall} in {patients}.", "And {os_medan_overall}, {zzz}; {1,2} stays."
    )
    filled, said = documents.fill_documents({"mine_filled.docx": own}, texts)
    assert read(filled["mine_filled.docx"]) == [
        "Median 50.9 in 800.",
        "And {os_medan_overall}, {zzz}; {1,2} stays.",
    ]
    first, second, third = said["mine_filled.docx"]
    assert first == "2 numbers filled."
    assert second.startswith("NOT FILLED: {os_medan_overall} in “And {os_medan_overall}")
    assert second.endswith("Nearest: os_median_overall.")
    assert third.startswith("NOT FILLED: {zzz}") and third.endswith("No key is like it.")


def test_what_is_no_word_document_is_said():
    filled, said = documents.fill_documents({"a.docx": io.BytesIO(b"no zip")}, {})
    assert filled == {} and said["a.docx"][0].startswith("This is no Word document")


def test_the_note_names_what_was_edited():
    note = documents.write_note(
        {
            "manuscript.docx": "manuscript_2.docx",
            "manuscript_refilled.docx": "manuscript_refilled.docx",
        },
        ["manuscript.docx"],
        {
            "manuscript_refilled.docx": ["3 numbers filled."],
            "bad.docx": ["This is no Word document"],
        },
    )
    assert "manuscript_2.docx (since manuscript.docx was edited" in note
    assert "You edited manuscript.docx: it was not touched" in note
    assert "3 numbers filled." in note and "bad.docx" in note


def test_an_authors_words_survive_the_way_out_and_back(files, made):
    """As an author would: move the manuscript, write in it, run again with other data."""
    document = Document(io.BytesIO(files["manuscript.docx"]))
    document.paragraphs[-1].add_run(" My own words on {patients} patients.")
    buffer = io.BytesIO()
    document.save(buffer)
    texts = {**copy.deepcopy(made["numbers"]), "patients": "4321"}
    filled, said = documents.fill_documents({"m.docx": io.BytesIO(buffer.getvalue())}, texts)
    lines = read(filled["m.docx"])
    assert lines[-1].endswith(" My own words on 4321 patients.")
    assert any("4321 patients were analysed" in line for line in lines)
    assert len(said["m.docx"]) == 1


def draw_picture(path, width=900):
    from PIL import Image

    Image.new("RGB", (width, 400), "white").save(path, dpi=(100, 100))
    return str(path)


def test_tables_and_figures_stand_where_the_author_says_and_are_placed_anew(made, tmp_path):
    tables = made["shown"]
    name, other = list(tables)[:2]
    pictures = {"curve": draw_picture(tmp_path / "curve.png"), "none": None}
    own = write_document(
        "Before, in my words.", f"{{table: {name}}}", "Between.", "{Figure:curve}",
        "{figure: curv} ", f"In a sentence {{table: {name}}} stays.", "{figure: none}", "After.",
    )  # fmt: skip
    filled, said = documents.fill_documents({"a.docx": own}, {}, tables, pictures, made["known"])
    document = Document(io.BytesIO(filled["a.docx"]))
    words = [each.text for each in document.paragraphs]
    assert words == [
        "Before, in my words.", "Between.", "{figure: curv} ",
        f"In a sentence {{table: {name}}} stays.", "{figure: none}", "After.",
    ]  # fmt: skip
    assert said["a.docx"][0] == "0 numbers filled."
    assert said["a.docx"][1] == "2 tables or figures placed."
    assert said["a.docx"][2] == "NOT PLACED: {figure: curv}. Nearest: curve."
    assert said["a.docx"][3] == "NOT PLACED: {figure: none}. No figure is like it."
    body = [each.tag.rpartition("}")[2] for each in document.element.body]
    assert body == ["p", "sdt", "p", "sdt", "p", "p", "p", "p", "sectPr"]
    text = "".join(document.element.body[1].itertext())
    assert tables[name].title in text and "{table" not in text.replace(f"{{table: {name}}}", "")
    extent = next(document.element.body[3].iter("{*}extent"))
    room = document.sections[0].page_width - document.sections[0].left_margin * 2
    assert int(extent.get("cx")) <= room
    # another run: the same place, the author's words as they were, the new table in it
    again = {**tables, name: tables[other]}
    filled, said = documents.fill_documents(
        {"a.docx": io.BytesIO(filled["a.docx"])}, {}, again, pictures, made["known"]
    )
    document = Document(io.BytesIO(filled["a.docx"]))
    text = "".join(document.element.body[1].itertext())
    assert tables[other].title in text and tables[name].title not in text
    assert [each.text for each in document.paragraphs] == words
    assert said["a.docx"][1] == "2 tables or figures placed."
    assert len(list(document.element.body.iter("{*}extent"))) == 1


def test_the_checklists_in_the_manuscript_name_pages_that_word_sets(made):
    files = documents.make_documents(made, ASKED)
    body = Document(io.BytesIO(files["manuscript.docx"])).element.body
    marks = {each.get(qn("w:name")) for each in body.iter(qn("w:bookmarkStart"))}
    codes = [each.text.split() for each in body.iter(qn("w:instrText"))]
    pages = [code[1] for code in codes if code[0] == "PAGEREF"]
    assert len(pages) > 30 and set(pages) <= marks
    assert {"abstract", "results", "limitations", "methods_0", "table_1", "figure_1"} <= set(pages)
    numbers = [each.get(qn("w:id")) for each in body.iter(qn("w:bookmarkStart"))]
    assert len(numbers) == len(set(numbers)) and len(marks) == len(numbers)
    text = "\n".join(
        "".join(node.text or "" for node in p.iter(qn("w:t"))) for p in body.iter(qn("w:p"))
    )
    assert "Methods, Endpoints (page …)" in text and not re.search("[\ue000-\uf8ff]", text)
    (heading,) = [p for p in body.iter(qn("w:p")) if any(b.get(qn("w:name")) == "limitations" for b in p.iter(qn("w:bookmarkStart")))]  # fmt: skip
    assert "".join(node.text for node in heading.iter(qn("w:t"))) == "Limitations"
    alone = Document(io.BytesIO(files["checklists.docx"])).element.body
    words = "".join(node.text or "" for node in alone.iter(qn("w:t")))
    assert "Methods, Endpoints" in words and "(page" not in words


def test_what_stands_elsewhere_has_no_page(made):
    item = {"number": "1", "item": "x", "where": ["methods: Endpoints", "table: follow_up"]}
    asked = {"a": {**ASKED["remark"], "items": [item]}}
    places = {heading: place for place, (heading, _) in enumerate(made["methods"])}
    mark = f"methods_{places['Endpoints']}"
    (table,) = checklists.build_checklists(asked, made, {mark})
    number = made["tables"]["follow_up"]
    assert rows(table)["1"][1] == f"Methods, Endpoints (page \ue010{mark}\ue011); Table {number}"
    assert table.number == "C1"
