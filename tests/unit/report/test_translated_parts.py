"""Another language from a catalogue of a few words: what of page, tables and manuscript is looked up, and what stays."""

import json
from dataclasses import replace

import pytest
from crlm.display import formats, keys, language
from crlm.display.cells import Cell, Column, DisplayTable, Row
from crlm.display.sections import Answer, Section
from crlm.report import translation
from crlm.report.tables import tabulate_not_done

WORDS = (
    *("title", "short", "label", "over", "part", "text", "note", "value", "heading", "paragraph", "caption"),
    *("summary", "frozen", "limit", "stands for", "answer", "aside", "said by the script", "read aloud", "two lines", "of one text"),
    *("fast & safe", "missing"),
)  # fmt: skip


def turn(words):
    """What the catalogue says for words: with `x` before each of them."""
    return " ".join(f"x{word}" for word in words.split(" "))


@pytest.fixture
def other(tmp_path):
    """A language with a word for each of these."""
    lines = ['msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n']
    known = [word for word in WORDS if word != "missing"]
    lines += [f'msgid "{word}"\nmsgstr "{turn(word)}"\n' for word in known]
    lines.append('msgid "{0} patients at {1}"\nmsgstr "{0} xpatients xat {1}"\n')
    path = tmp_path / "de.po"
    path.write_text("\n".join(lines), encoding="utf-8")
    formats.use({"language": "de"}, [path])
    yield language.catalogue()
    formats.use()


def make_table():
    cell = Cell("text", (4.5, "value", None), ("0.0",) * 3, True, True, True)
    columns = (Column("label", "over", ("part", "part"), "left"), Column("label"))
    row = Row((cell, Cell("12")), "foot", 2)
    return DisplayTable("title", "title", columns, (row,), ("note", "note"), "short", "S3", True)


def test_a_table(other):
    """Its words alone; name, number, form, place and every number stay."""
    cell = Cell("xtext", (4.5, "xvalue", None), ("0.0",) * 3, True, True, True)
    columns = (Column("xlabel", "xover", ("xpart", "xpart"), "left"), Column("xlabel"))
    row = Row((cell, Cell("12")), "foot", 2)
    wanted = DisplayTable(
        "title", "xtitle", columns, (row,), ("xnote", "xnote"), "xshort", "S3", True
    )
    assert translation.translate_table(make_table()) == wanted
    assert translation.translate_tables([make_table(), tabulate_not_done([])])[0] == wanted


def test_methods(other):
    made = translation.translate_methods([("heading", ["paragraph", "5 patients at 60"])])
    assert made == [("xheading", ["xparagraph", "5 xpatients xat 60"])]


def test_parts_of_a_manuscript(other):
    marked = f"{keys.mark('5', 'n')} patients at {keys.mark('60', 'time')}"
    figure = {"kind": "figure", "name": "title", "title": "title", "caption": "caption", "svg": "s"}
    table = {"kind": "table", "name": "title", "table": make_table()}
    parts = {
        "summary": "summary",
        "frozen": "frozen",
        "known": {"title": "stands for"},
        "answers": [("title", Answer(marked, "title", "label"))],
        "sections": [Section("title", "title", [figure, table], [], "short")],
        "methods": [("heading", ["paragraph"])],
        "main_headings": ["heading"],
        "limits": ["limit"],
        "supplement": [("Table", "S1", "title")],
        "references": [{"text": "title"}],
    }
    made = translation.translate_parts(parts)
    (name, answer) = made.pop("answers")[0]
    assert (name, answer.figure, answer.table) == ("title", "title", "label")
    assert answer.text == "5 xpatients xat 60"
    assert answer.pieces == [("5", "n"), (" xpatients xat ", None), ("60", "time")]
    (section,) = made.pop("sections")
    assert (section.id, section.title, section.short) == ("title", "xtitle", "short")
    assert section.blocks == [
        {**figure, "title": "xtitle", "caption": "xcaption"},
        {**table, "table": translation.translate_table(make_table())},
    ]
    assert made == {
        "summary": "xsummary",
        "frozen": "xfrozen",
        "known": {"title": "xstands xfor"},
        "methods": [("xheading", ["xparagraph"])],
        "main_headings": ["xheading"],
        "limits": ["xlimit"],
        "supplement": [("Table", "S1", "xtitle")],
        "references": [{"text": "title"}],
    }


PAGE = """<!DOCTYPE html><html lang="en"><head><title>title</title>
<style>a > title < b</style>
<script>x.textContent = "said by the script"; y.setAttribute("aria-label", "read aloud"); z = "title"; w > text <</script>
</head><body class="title"><h1>heading</h1><p title="fast &amp; safe" aria-label="read aloud" id="title"> text </p>
<p>fast &amp; safe</p><p>two lines<br>of one text</p><p>5 patients at 60</p><p>-- 12 --</p>
<ol class="references"><li>title</li></ol><dl class="key"></dl><p>Unknown sentence</p>
<details class="supplement"><p>Also unknown</p><p>One more</p><p>text</p></details></body></html>"""
NOTE = (
    "Translated from the English report; not translated are {} of {} sentences and labels of the main text and {} of {} of the "
    "supplement. Labels of the analysis plan stand as they are written there."
)


def test_a_page(other):
    made = translation.translate_page(PAGE)
    assert made.startswith('<!DOCTYPE html><html lang="de">')
    head, body = made.split("</head>")
    assert "<title>xtitle</title>" in head and "<style>a > title < b</style>" in head
    assert (
        'x.textContent = "xsaid xby xthe xscript"; y.setAttribute("aria-label", "xread xaloud")'
        in head
    )
    assert 'z = "title"; w > text <</script>' in head
    assert '<body class="title"><h1>xheading</h1>' in body
    assert '<p title="xfast x&amp; xsafe" aria-label="xread xaloud" id="title"> xtext </p>' in body
    assert "<p>xfast x&amp; xsafe</p>" in body and "<p>-- 12 --</p>" in body
    assert (
        "<p>5 xpatients xat 60</p>" in body and '<ol class="references"><li>title</li></ol>' in body
    )
    assert "<p>xtwo xlines<br>xof xone xtext</p>" in body
    (note,) = (part.split("</p>")[0] for part in body.split('<p class="privacy" role="note">')[1:])
    assert f'{note}</p>\n<dl class="key"></dl>' in body
    counts = [int(word) for word in note.split() if word.isdigit()]
    assert note == NOTE.format(*counts)
    assert (counts[0], counts[2:]) == (1, [2, 3])
    english = PAGE.partition("<details")[2]
    assert made.partition("<details")[2] == english.replace("<p>text", "<p>xtext")


def test_the_page_of_scores(other):
    made = translation.translate_alone(
        '<html lang="en"><h1>heading</h1><p>Unknown one</p><h1>text</h1></html>'
    )
    note = "Translated from the English page; not translated are 1 of 3 sentences and labels."
    assert made == (
        f'<html lang="de"><h1>xheading</h1>\n<p>{note}</p><p>Unknown one</p><h1>xtext</h1></html>'
    )


def test_in_english_everything_is_as_it_was():
    parts, tables = {"summary": "title"}, [make_table()]
    assert translation.translate_page(PAGE) is PAGE and translation.translate_alone(PAGE) is PAGE
    assert (
        translation.translate_parts(parts) is parts
        and translation.translate_tables(tables) is tables
    )
    assert translation.translate_known({"a": "stands for"}) == {"a": "stands for"}
    assert translation.translate_table(make_table()) == replace(make_table())


def test_words_of_a_script_stay_what_json_can_read(other):
    made = translation._translate_part('<script>a.textContent = "said by the script"</script>')
    words, (missed, asked) = made
    assert json.loads(words.split("= ")[1].removesuffix("</script>")) == "xsaid xby xthe xscript"
    assert (missed, asked) == (0, 1)
