"""What is said of the documents: the note beside them, what was filled and placed, and the checklists, line by line."""

import io

import pytest
from crlm.display import cells
from crlm.report import checklists, documents
from test_manuscript_lines import make_parts
from word_inputs import describe, open_document, write_document


@pytest.mark.parametrize(
    ("texts", "said"),
    [
        ({}, ["0 numbers filled."]),
        ({"patients": "5"}, ["1 number filled."]),
        ({"patients": "5", "events": "3"}, ["2 numbers filled."]),
    ],
)
def test_what_was_filled_is_counted(texts, said):
    own = write_document(*(f"Of {{{key}}}." for key in texts))
    filled, told = documents.fill_documents({"a.docx": own}, texts)
    assert told == {"a.docx": said}
    lines = describe(open_document(filled["a.docx"]))
    assert lines == [f"Normal: Of <{key}>({text})." for key, text in texts.items()]


def test_what_was_not_filled_names_the_keys_that_are_like_it():
    found = [
        ("os_medan", None, "  Of {os_medan} months "),
        ("patients", "5", "x"),
        ("zzz", None, "y"),
    ]
    texts = {"os_median": "1", "os_mean": "2", "patients": "5"}
    assert documents.tell_filled(found, texts) == [
        "1 number filled.",
        "NOT FILLED: {os_medan} in “Of {os_medan} months”. Nearest: os_median, os_mean.",
        "NOT FILLED: {zzz} in “y”. No key is like it.",
    ]


def test_what_was_placed_is_counted():
    known = ("table", "a", True, [])
    assert documents.tell_placed([]) == []
    assert documents.tell_placed([known]) == ["1 table or figure placed."]
    assert documents.tell_placed([known, ("figure", "b", False, []), known]) == [
        "2 tables or figures placed.",
        "NOT PLACED: {figure: b}. No figure is like it.",
    ]
    assert documents.tell_placed([("table", "b", False, ["c", "d"])]) == [
        "NOT PLACED: {table: b}. Nearest: c, d."
    ]


def test_a_document_that_cannot_be_read_is_said_and_the_next_is_filled():
    given = {"a.docx": io.BytesIO(b"nothing"), "b.docx": write_document("{n}")}
    filled, told = documents.fill_documents(given, {"n": "4"})
    assert list(filled) == ["b.docx"] and told == {
        "a.docx": ["This is no Word document (.docx) that can be read; nothing was filled."],
        "b.docx": ["1 number filled."],
    }


NOTE = """What stands here

  manuscript_2.docx (since manuscript.docx was edited, and is left as it is)
  checklists.docx
      2 numbers filled.
      NOT FILLED: x
  bad.docx
      No document.
{edited}
Your own text: a Word document in the folder manuscript/ of the study with keys such as {{os_median_overall}} is filled
into this folder, by every `make manuscript` anew. results/numbers.csv lists the keys. The manuscript made here can be
moved there too: its numbers know their keys. A paragraph that is {{figure: name}} or {{table: name}} alone, with a name of
results/figures or results/tables, becomes that figure or table. Only numbers and these are filled again; for what else
changed compare the new file.
"""
EDITED = """
You edited manuscript.docx, a.docx: it was not touched; your words with the new numbers stand in the file _refilled. \
Keep your own text in the folder manuscript/ of the study, where no run writes.
"""


@pytest.mark.parametrize(("edited", "words"), [([], ""), (["manuscript.docx", "a.docx"], EDITED)])
def test_the_note_line_by_line(edited, words):
    written = {"manuscript.docx": "manuscript_2.docx", "checklists.docx": "checklists.docx"}
    said = {"checklists.docx": ["2 numbers filled.", "NOT FILLED: x"], "bad.docx": ["No document."]}
    assert documents.write_note(written, edited, said) == NOTE.format(edited=words)


ASKED = {
    "one": {
        "label": "ONE",
        "title": "Studies of one",
        "citation": "Doe 2001.",
        "evidence": "secondary",
        "needs": ["methods: Prediction"],
        "items": [
            {
                "number": "1",
                "item": "Methods",
                "where": ["methods: Endpoints", "methods: Bootstrap", "methods: Nothing"],
                "author": "the rest",
            },
            {"number": "2", "item": "Results", "where": ["results: cox", "results: nothing"]},
            {
                "number": "3",
                "item": "Parts",
                "where": ["part: abstract", "part: limitations", "part: frozen plan"],
            },
            {"number": "4", "item": "One table", "where": ["table: follow"]},
            {
                "number": "5",
                "item": "Several",
                "where": ["table: *o*", "figure: *"],
                "evidence": "recalled",
            },
            {"number": "6", "item": "Nothing", "where": ["table: none"], "evidence": "recalled"},
            {"number": "7", "item": "An author's", "author": "Who"},
        ],
    },
    "two": {
        "label": "TWO",
        "title": "REMARK",
        "citation": "Roe 2002.",
        "evidence": "read",
        "needs": ["methods: Endpoints"],
        "items": [{"number": "1", "item": "x", "author": "y"}],
    },
}
NOT_IN_THIS_RUN = "Not in this run: the analysis plan does not ask for it, or the cohort leaves nothing of it. Say why"


def make_many():
    tables = {"follow": "2", "more": "1", "cox_os": "S3", "cox_rfs": "S12", "son": "10"}
    return make_parts(tables=tables, figures={"a": "S1", "b": "2", "c": "1"})


def list_rows(table):
    return [[cell.text for cell in row.cells] for row in table.rows]


def test_checklists_line_by_line():
    one, two = checklists.build_checklists(ASKED, make_many())
    assert (one.name, one.title, one.short, one.number) == (
        "one",
        "ONE: studies of one",
        "ONE",
        "1",
    )
    assert (two.title, two.number) == ("TWO: REMARK", "2")
    heads = ["Item", "What is asked for", "Where in the manuscript", "For the author"]
    assert [column.label for column in one.columns] == heads
    assert {column.align for column in one.columns} == {"left"}
    assert list_rows(one) == [
        ["1", "Methods", "Methods, Endpoints; Supplementary methods, Bootstrap", "The rest"],
        ["2", "Results", "Results", ""],
        ["3", "Parts", "Abstract; Discussion, Limitations; Title page, analysis plan", ""],
        ["4", "One table", "Table 2", ""],
        ["5", "Several", "Tables 1, 2, 10 and 2 others; Figures 1, 2 and S1", ""],
        ["6", "Nothing", "–", NOT_IN_THIS_RUN],
        ["7", "An author's", "–", "Who"],
    ]
    assert one.notes == (
        "This run has no prediction model and compares no scores: the checklist may not apply.",
        "Items in our own words, after Doe 2001.",
        "The numbers of the items are seen only in a source that cites it or in public code; those of 5 and 6 are recalled, not read "
        "again. Take the journal's own form for the submission.",
    )
    assert two.notes == (
        "Items in our own words, after Roe 2002.",
        "The numbers of the items are read in the source. Take the journal's own form for the submission.",
    )


def test_pages_of_the_checklists():
    """Only of bookmarks that the document has; of several the first."""
    marked = {"methods_0", "table_2", "table_1", "figure_1", "abstract", "results"}
    one, two = checklists.build_checklists(ASKED, make_many(), marked)
    assert (one.number, two.number) == ("C1", "C2")
    places = [row[2].replace("\ue010", "<").replace("\ue011", ">") for row in list_rows(one)]
    assert places[:5] == [
        "Methods, Endpoints (page <methods_0>); Supplementary methods, Bootstrap",
        "Results (page <results>)",
        "Abstract (page <abstract>); Discussion, Limitations; Title page, analysis plan",
        "Table 2 (page <table_2>)",
        "Tables 1, 2, 10 and 2 others (from page <table_1>); Figures 1, 2 and S1 (page <figure_1>)",
    ]


def test_one_more_than_is_named_is_one_other():
    parts = make_parts(tables={name: str(place) for place, name in enumerate("abcd", 1)})
    assert checklists.find_places(["table: *"], parts) == ["Tables 1, 2, 3 and 1 other"]
    assert checklists.find_places(["table: [abc]"], parts) == ["Tables 1, 2 and 3"]
    assert checklists.find_marks(["table: *", "part: frozen plan"], parts) == {
        "Tables 1, 2, 3 and 1 other": ["table_1", "table_2", "table_3"],
        "Title page, analysis plan": ["title_page"],
    }
    assert checklists.find_places(["part: frozen plan"], make_parts(frozen="")) == []


def test_every_document_of_a_manuscript():
    files = documents.make_documents(make_parts(), ASKED)
    assert list(files) == ["manuscript.docx", "checklists.docx", "references.ris", "references.bib"]
    assert files["references.ris"].decode().count("ER  - ") == 2
    assert files["references.bib"].decode().count("@misc{") == 2
    alone = describe(open_document(files["checklists.docx"]))
    assert alone[0] == "Title: Reporting checklists: A study"
    assert sum(line == "[table]" for line in alone) == 2
    assert any(
        "Table *{SEQ Table" in line and line.endswith("ONE: studies of one") for line in alone
    )
    lines = describe(open_document(files["manuscript.docx"]))
    assert lines[0] == "Title: A study" and sum(line == "[table]" for line in lines) == 5
    assert any("#table_C1#" in line for line in lines)


def test_own_documents_get_tables_pictures_and_abbreviations():
    table = cells.DisplayTable(
        "t", "OS by group", (cells.Column("Row", align="left"),), (cells.Row((cells.text("a"),)),), (), "", "1"
    )  # fmt: skip
    known = {"OS": "overall survival"}
    filled, told = documents.fill_documents(
        {"a.docx": write_document("{table: t}")}, {}, {"t": table}, {"p": None}, known
    )
    assert told["a.docx"] == ["0 numbers filled.", "1 table or figure placed."]
    body = "".join(open_document(filled["a.docx"]).element.body.itertext())
    assert "Table 1. OS by group" in body and "overall survival" in body
