"""The manuscript of a small hand-made run, line by line: headings, marks for the authors, sentences, references, legends."""

import io

import pytest
from crlm.display import cells, keys
from crlm.display.sections import Answer, Section
from crlm.report import manuscript
from docx.shared import Cm
from matplotlib.figure import Figure
from word_inputs import describe, describe_paragraph, open_document

LINES = r"""
Title: A study
Body Text, space_after 3: *Authors: *A. One; B. Two
Body Text, space_after 3: *Affiliations: *=[for the author: departments and institutions]=
Body Text, space_after 3: *Corresponding author: *a@example.org
Body Text, space_after 3: *Keywords: *=[for the author: three to ten]=
Body Text, space_after 3: *Running title: *=[for the author: at most 50 characters]=
Body Text, space_after 3: *Words of abstract and text: *=[for the author: Word counts them under Review]=
Body Text, space_after 3: *Tables and figures: *3 and 3
Body Text, space_after 3: #title_page#*Registration or protocol: *Frozen on a day.
Heading 1: #abstract#Abstract
Body Text, space_after 3: *Background: *=[for the author: why the question matters, and the aim in one sentence]=
Body Text, space_after 3: *Methods: *The summary of the methods.
Body Text, space_after 3: *Results: *Of <patients>(100) patients the median was <median>(30.0) (p = 0.03). Hazards of the supplement.
Body Text, space_after 3: *Conclusions: *=[for the author: what follows, and what does not; an association is no effect]=
Heading 1: Introduction
Body Text, space_after 6: =[for the author: what is known, what is not, and the question of this study]=
Heading 1: Methods
Heading 2: #methods_0#Endpoints
Body Text, space_after 6: Main: <patients>(100) patients.
Body Text, space_after 6: Main again.
Heading 2: Scores
Body Text, space_after 6: Published scores in use: Sum [1] and Other. Their points and how well each is supported: see the supplement.
Heading 2: Ethics
Body Text, space_after 6: =[for the author: approval, consent or waiver, and the committee that gave it]=
Heading 1: #results#Results
Heading 2: Survival
Body Text, space_after 6: Of <patients>(100) patients the median was <median>(30.0) (p = 0.03). ({REF figure_1 \h}(Figure 1), {REF table_1 \h}(Table 1))
Body Text, space_after 6: Not as kept: 8; no key: 5. ({REF table_2 \h}(Table 2))
Body Text, space_after 6: See also {REF figure_2 \h}(Figure 2).
Heading 2: Models
Body Text, space_after 6: See {REF figure_3 \h}(Figure 3), {REF table_3 \h}(Table 3).
Heading 2: Further results
Body Text, space_after 6: A second one of the curves. (Table S9)
Body Text, space_after 6: Hazards of the supplement. (Figure S4)
Heading 1: Discussion
Body Text, space_after 6: =[for the author: the main finding, how it compares with others, and what it means]=
Heading 2: #limitations#Limitations
Body Text, space_after 6: Limitations that the software found in these data:
Body Text, space_after 2, left_indent 14.15: •  Few events.
Body Text, space_after 2, left_indent 14.15: •  One centre.
Body Text, space_after 6: =[for the author: what else limits the results: selection, missing values, treatment by indication]=
Heading 1: Statements
Body Text, space_after 3: *Funding: *=[for the author: sources and their role, or none]=
Body Text, space_after 3: *Conflicts of interest: *=[for the author: of every author, or none]=
Body Text, space_after 3: *Contributions: *=[for the author: who did what]=
Body Text, space_after 3: *Data and code: *=[for the author: where data, analysis plan and code can be had]=
Heading 1: References
Body Text, space_after 2: 1.  Doe J. 1999. doi:10.1/x
Body Text, space_after 2: 2.  Roe R. 2001.
Normal, page:
Caption: #table_1#*Table *{SEQ Table \* ARABIC}(*1*)*. *Title of follow
[table]
Normal: A note.
Normal, space_after 8:
Caption: #table_2#*Table *{SEQ Table \* ARABIC}(*2*)*. *Title of more
[table]
Normal: A note.
Normal, space_after 8:
Caption: #table_3#*Table *{SEQ Table \* ARABIC}(*3*)*. *Title of cox
[table]
Normal: A note.
Normal, page:
Body Text, space_after 3, keep: [picture]
Body Text, space_after 9: #figure_1#*Figure *{SEQ Figure \* ARABIC}(*1*)*. Curve curve. *Caption of curve.
Body Text, space_after 3, keep: =[for the author: insert results/figures/extra.svg]=
Body Text, space_after 9: #figure_2#*Figure *{SEQ Figure \* ARABIC}(*2*)*. Curve extra. *Caption of extra.
Body Text, space_after 3, keep: [picture]
Body Text, space_after 9: #figure_3#*Figure *{SEQ Figure \* ARABIC}(*3*)*. Curve tall. *Caption of tall.
Heading 1: Supplementary methods
Heading 2: #methods_1#Bootstrap
Body Text, space_after 6: Of the supplement.
Heading 1: Supplement
Body Text, space_after 6: In results/tables/tables.docx (tables) and results/report.html (figures):
Body Text, space_after 0: Table S1. A further table
Body Text, space_after 0: Figure S1. A further figure
"""


def tabulate(name, number):
    return cells.DisplayTable(
        name,
        f"Title of {name}",
        (cells.Column("Row", align="left"), cells.Column("Number")),
        (cells.Row((cells.text("a"), cells.count(7))),),
        ("A note.",),
        number=number,
    )


def draw(width, height):
    buffer = io.BytesIO()
    Figure((width, height)).savefig(buffer, format="png", dpi=10)
    return buffer


def show_figure(name, number):
    return {
        "kind": "figure",
        "name": name,
        "number": number,
        "title": f"Curve {name}",
        "caption": f"Caption of {name}.",
    }


def show_table(name, number):
    return {"kind": "table", "name": name, "table": tabulate(name, number)}


def make_parts(**others):
    """Two sections: one whose figure and table an answer rests on, one that no answer names."""
    blocks = [
        show_figure("curve", "1"),
        show_table("follow", "1"),
        show_table("more", "2"),
        show_figure("extra", "2"),
    ]
    first = Section("a", "Survival", blocks)
    second = Section("b", "Models", [show_figure("tall", "3"), show_table("cox", "3")])
    known = {"patients": "100", "median": "30.0", "hidden": "9"}
    marked = keys.mark("100", "patients"), keys.mark("30.0", "median")
    answers = [
        ("kaplan_meier", Answer(f"Of {marked[0]} patients the median was {marked[1]} (p = 0.03).", "curve", "follow")),
        ("kaplan_meier", Answer("A second one of the curves.", "elsewhere", "rest")),
        ("lesions", Answer(f"Not as kept: {keys.mark('8', 'hidden')}; no key: {keys.mark('5', 'nothing')}.", "", "more")),
        ("cox", Answer("Hazards of the supplement.", "forest", "")),
    ]  # fmt: skip
    return {
        "study": {"title": "A study", "synthetic": False, "description": "", "citation": ""},
        "manuscript": {
            "authors": ["A. One", "B. Two"],
            "affiliations": [],
            "corresponding": "a@example.org",
        },
        "summary": "The summary of the methods.",
        "frozen": "Frozen on a day.",
        "small_cells": None,
        "numbers": known,
        "known": {},
        "answers": answers,
        "sections": [first, second],
        "figures": {"curve": "1", "extra": "2", "tall": "3", "forest": "S4"},
        "tables": {"follow": "1", "more": "2", "cox": "3", "rest": "S9"},
        "methods": [
            ("Endpoints", [f"Main: {marked[0]} patients.", "Main again."]),
            ("Bootstrap", ["Of the supplement."]),
        ],
        "main_headings": ["Endpoints"],
        "limits": ["Few events.", "One centre."],
        "references": [
            {"text": "Doe J. 1999.", "doi": "10.1/x", "pmid": None, "what": []},
            {"text": "Roe R. 2001.", "doi": None, "pmid": None, "what": []},
        ],
        "scores": ["Sum [1]", "Other"],
        "pictures": {"curve": draw(2, 1), "tall": draw(1, 3)},
        "supplement": [("Table", "S1", "A further table"), ("Figure", "S1", "A further figure")],
        **others,
    }  # fmt: skip


def write(parts, build=lambda _: []):
    target = io.BytesIO()
    manuscript.write_manuscript(parts, target, build)
    return open_document(target.getvalue())


@pytest.fixture(scope="module")
def document():
    return write(make_parts())


def list_lines(document):
    return [line.rstrip() for line in describe(document)]


def test_every_line_in_its_order_and_form(document):
    assert list_lines(document) == LINES.strip().splitlines()


def test_a_picture_has_its_room_and_words_for_those_who_do_not_see_it(document):
    """As wide as the text, and not higher than a page has room for; its proportions stay."""
    wide, tall = document.inline_shapes
    assert (wide.width, round(wide.width / wide.height, 1)) == (Cm(16.5), 2)
    assert (tall.height, round(tall.height / tall.width, 1)) == (Cm(20), 3)
    told = [shape._inline.docPr.get("descr") for shape in document.inline_shapes]
    assert told == ["Curve curve. Caption of curve.", "Curve tall. Caption of tall."]


def test_what_a_run_does_not_have_is_no_line():
    """No score, no registration, no doi; affiliations in one text; and every answer told with its section."""
    parts = make_parts()
    parts |= {
        "scores": [],
        "frozen": "",
        "answers": parts["answers"][:1],
        "manuscript": {"affiliations": "One place", "keywords": ["liver", "survival"]},
    }
    lines = list_lines(write(parts))
    gone = {line for line in LINES.splitlines() if "Scores" in line or "Published scores" in line}
    assert gone and not gone & set(lines)
    assert "Heading 2: Further results" not in lines
    for line in (
        "*Authors: *=[for the author: names in order]=",
        "*Affiliations: *One place",
        "*Corresponding author: *=[for the author: name, address, e-mail]=",
        "*Keywords: *liver; survival",
    ):
        assert f"Body Text, space_after 3: {line}" in lines
    asked = "#title_page#*Registration or protocol: *=[for the author: where, and when]="
    assert f"Body Text, space_after 3: {asked}" in lines


def test_small_counts_are_hidden_in_sentences_and_kept_numbers_stand_for_them():
    answer = Answer(f"Of {keys.mark('3', 'patients')} there were 2 events.", "curve", "follow")
    parts = make_parts(small_cells=5, answers=[("cox", answer)], numbers={"patients": "<5"})
    lines = list_lines(write(parts))
    told = "Body Text, space_after 6: Of <patients>(<5) there were <5 events."
    assert any(line.startswith(told) for line in lines)


def test_checklists_stand_at_the_end_with_pages_of_this_document():
    given = []

    def build(marks):
        given.append(marks)
        words = cells.text("Here (page \ue010results\ue011)")
        columns = cells.Column("Item", align="left"), cells.Column("Where", align="left")
        rows = (cells.Row((cells.text("1"), words)),)
        return [cells.DisplayTable("list", "A list", columns, rows, (), "L", "C1")]

    document = write(make_parts(), build)
    (marks,) = given
    assert marks == {
        *("title_page", "abstract", "results", "limitations", "methods_0", "methods_1"),
        *("table_1", "table_2", "table_3", "figure_1", "figure_2", "figure_3"),
    }
    lines = list_lines(document)
    assert lines[: len(LINES.strip().splitlines())] == LINES.strip().splitlines()
    assert lines[len(LINES.strip().splitlines()) :] == [
        "Normal, page:",
        "Heading 1: Reporting checklists",
        "Body Text, space_after 6: Word sets the page numbers when the document is opened, or its fields are updated (select all, F9). "
        "For a form of the journal take them from here.",
        r"Caption: #table_C1#*Table C*{SEQ Table_C \* ARABIC}(*1*)*. *A list",
        "[table]",
    ]
    cell = document.tables[-1].rows[1].cells[1].paragraphs[0]
    assert describe_paragraph(cell).endswith(r": Here (page !{PAGEREF results \h}(…))")


@pytest.mark.parametrize(
    ("grouping", "model", "more"),
    [
        (None, None, ""),
        ("tiers", None, " and compared by the log-rank test between groups of Tiers"),
        (None, "adjusted", "; hazard ratios were adjusted by Cox models"),
        (
            "tiers",
            "adjusted",
            " and compared by the log-rank test between groups of Tiers; hazard ratios were adjusted by Cox models",
        ),
    ],
)
def test_methods_of_the_abstract(grouping, model, more):
    plan = {
        "endpoints": {"a": {"label": "Alpha Survival"}, "b": {"label": "Beta"}},
        "groupings": {"tiers": {"label": "Tiers"}},
        "models": {"adjusted": {"label": "Adjusted"}},
        "main": {"grouping": grouping, "model": model},
    }
    said = manuscript.tell_summary(plan, ["b", "a"])
    assert (
        said == f"Endpoints: beta and alpha survival. Survival was estimated by Kaplan-Meier{more}."
    )
