"""The tables as a Word document in the style of a journal: three rules, title above, notes below."""

import copy
import datetime
import functools
import io
import re
import zipfile

from docx import Document
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.table import WD_ALIGN_VERTICAL
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Cm, Pt
from docx.text.paragraph import Paragraph
from docx.text.run import Run

from crlm.display import abbreviations, language, word_fields
from crlm.display.word_cells import body_cells, head_cells
from crlm.display.word_columns import (
    SIZES,
    bind,
    choose_layout,
    measure_height,
)
from crlm.plan import phrases

FONT, SIZE, SMALL = "Arial", 9, SIZES[0]
LANGUAGE = "en-GB"
BODY = "Body Text"  # of what stands outside of tables; their many cells have the style that needs no name, "Normal"
CAPTION, ENTRY = "Caption", "table of figures"  # names that Word itself has
BELOW_RULE = 2.5  # points above the first row
FULL = 0.9  # of a page: a table that takes less is not parted (heights are estimates: of the demo one of 0.88 fits, none of 0.91)
SIDES = (  # room beside a text, for which python-docx has no call
    f'<w:tblCellMar {nsdecls("w")}><w:left w:w="45" w:type="dxa"/><w:right w:w="45" w:type="dxa"/></w:tblCellMar>'
)
FIXED = datetime.datetime(2000, 1, 1)
HYPHEN = re.compile(r"(?<=\w)-(?=\w)")
MARK = r"[⁰¹²³⁴⁵⁶⁷⁸⁹]+"
MARKED = rf"(?<![⁰¹²³⁴⁵⁶⁷⁸⁹])(?<!\b[mRχ])(?<!\b[cdk]m)(?<!\bmm){MARK}$"  # not m², cm³, χ²


def write_document(tables, study, target, methods=(), known=None):
    """Write numbered DisplayTables to a path or binary buffer; the same tables give the same bytes; study: the plan's `study`.

    methods: [(heading, paragraphs)] after the tables; known: {abbreviation: what it stands for}, written out below tables.
    """
    document = Document()
    prepare(document, study)
    if len(tables) > 1:
        _list_tables(document, tables)
    add_tables(document, tables, known, begun=len(tables) > 1)
    if methods:
        _add_methods(document, methods, {table.number for table in tables})
    buffer = io.BytesIO()
    document.save(buffer)
    write_fixed(buffer, target)


def add_tables(document, tables, known=None, begun=False, first=0, opening=lambda: None):
    """Add numbered DisplayTables at a document's end, each on a page with room for it; begun: pages stand before them.

    first: number of the first bookmark; opening: writes what stands above the first table, on its page.
    """
    numbers = {table.number for table in tables}
    counted, before = {}, None
    for place, table in enumerate(tables, first):
        layout = choose_layout(table)
        notes = _list_notes(table, known or {})
        long = measure_height(table, layout, notes) > FULL * layout.height
        form = (layout.wide, layout.room, table.number if long else "")
        if form != before and (place or begun):
            _turn(document, layout, True)
            _set_header(document.sections[-1], table.number if long else "")
        elif form != before:
            _turn(document, layout, False)
        elif place:
            document.add_paragraph().paragraph_format.space_after = Pt(8)
        if place == first:
            opening()
        before = form
        series, digits = word_fields.split_number(table.number)
        expected = counted.get(series, 0) + 1
        counted[series] = int(digits or expected)
        _add_title(document, table, place, expected)
        _add_table(document, table, layout, not long)
        _add_notes(document, notes, numbers)


def add_table_alone(document, table, known=None):
    """Add a DisplayTable where another's document ends: its title without a style or a number of Word's, the grid, the notes."""
    title = document.add_paragraph()
    title.paragraph_format.keep_with_next = True
    title.add_run(f"{language.say(f'Table {table.number}')}. ").bold = True
    title.add_run(table.title)
    _add_table(document, table, choose_layout(table), True)
    for note in _list_notes(table, known or {}):
        document.add_paragraph(note)


def prepare(document, study):
    """Give a new document its styles, its title and what the plan says of the study."""
    core = document.core_properties
    tongue = language.catalogue().code if language.catalogue() else LANGUAGE
    core.title, core.author, core.comments, core.language = study["title"], "", "", tongue
    core.created = core.modified = FIXED
    core.revision = 1
    for used in document.styles.element.iter(qn("w:lang")):
        used.set(qn("w:val"), tongue)
    style = document.styles["Normal"]
    style.font.name, style.font.size = FONT, Pt(SMALL)
    style.element.rPr.rFonts.set(qn("w:eastAsia"), FONT)
    style.paragraph_format.space_before = style.paragraph_format.space_after = Pt(0.75)
    entry = document.styles.add_style(ENTRY, WD_STYLE_TYPE.PARAGRAPH, builtin=True)
    entry.base_style = style
    entry.font.size = Pt(SIZE)
    caption = document.styles[CAPTION]
    caption.font.bold, caption.font.size, caption.font.color.rgb = False, Pt(SIZE), None
    caption.paragraph_format.space_before, caption.paragraph_format.space_after = Pt(0), Pt(3)
    caption.paragraph_format.keep_with_next = True
    body = document.styles[BODY]
    body.font.size = Pt(SIZE)
    body.paragraph_format.space_before = body.paragraph_format.space_after = Pt(0)
    for name, size in (("Title", 16), ("Heading 1", 13), ("Heading 2", 10)):
        heading = document.styles[name]
        heading.font.name, heading.font.size, heading.font.color.rgb = FONT, Pt(size), None
        heading.element.rPr.rFonts.attrib.clear()
        heading.element.rPr.rFonts.set(qn("w:ascii"), FONT)
        heading.element.rPr.rFonts.set(qn("w:hAnsi"), FONT)
    section = document.sections[0]
    _set_page(section, False, 17)
    for footer in (section.footer, section.first_page_footer):
        page = footer.paragraphs[0]
        page.alignment = WD_ALIGN_PARAGRAPH.CENTER
        word_fields.add_field(page, "PAGE", "1")
    document.add_heading(study["title"], 0)
    if study["synthetic"]:
        document.add_paragraph(style=BODY).add_run(language.say("Synthetic data")).bold = True
    for words in (study["description"], study["citation"]):
        if words:
            document.add_paragraph(words, BODY).paragraph_format.space_after = Pt(6)


def _list_tables(document, tables):
    """The lists of the tables of the main text and of the supplement, in front."""
    lists = {}
    for table in tables:
        lists.setdefault(word_fields.split_number(table.number)[0], []).append(table)
    for series, listed in lists.items():
        words = "Tables of the supplement" if series == "S" else "Tables"
        document.add_heading(language.say(words), 1)
        word_fields.list_tables(document, series, listed, ENTRY)


def _turn(document, layout, new):
    """Begin a section of the layout's page."""
    section = document.add_section(WD_SECTION.NEW_PAGE) if new else document.sections[0]
    _set_page(section, layout.wide, layout.room)


def _set_page(section, wide, room):
    section.orientation = WD_ORIENT.LANDSCAPE if wide else WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = Cm(room + 4), Cm(21 if wide else 29.7)
    for side in ("left_margin", "right_margin", "top_margin", "bottom_margin"):
        setattr(section, side, Cm(2))


def _set_header(section, number):
    """Above a table that takes more than a page, from its second page on: that it goes on; above others nothing.

    Word repeats the headings of a table as they are and cannot add a word to them; so the table has a section of its own,
    with another header on its first page.
    """
    section.different_first_page_header_footer = bool(number)
    section.header.is_linked_to_previous = False
    words = language.say(f"Table {number} (continued)") if number else ""
    section.header.paragraphs[0].text = words


def _add_title(document, table, place, expected):
    title = document.add_paragraph(style=CAPTION)
    word_fields.number_table(title, table.number, place, expected)
    title.add_run(". ").bold = True
    title.add_run(table.title)


def _add_table(document, table, layout, whole):
    """Add the grid of a table; whole: it stays on one page."""
    grid = document.add_table(0, len(layout.widths))
    grid.autofit = False
    settings = grid._tbl.tblPr.find(qn("w:tblLayout"))  # Word wants the settings in this order
    settings.addprevious(parse_xml(_draw_rules("tblBorders", top=10, bottom=10)))
    settings.addnext(parse_xml(SIDES))
    for column, width in zip(grid.columns, layout.widths, strict=True):
        column.width = Cm(width)
    heads = head_cells(table.columns)
    marks = {found[0] for note in table.notes if (found := re.match(MARK + " ", note))}
    known = {}  # the first row of each form; python-docx takes a thousandth of a second for a cell
    for place, cells in enumerate([*heads, *body_cells(table, whole, layout.parted)]):
        is_head = place < len(heads)
        form = repr([is_head, *({**cell, "text": ""} for cell in cells)])
        if form in known:
            row = copy.deepcopy(known[form])
            grid._tbl.append(row)
        else:
            row = _form_row(grid.add_row(), cells, is_head, layout.size)
            known[form] = copy.deepcopy(row)
        for run, cell in zip(list(row.iter(qn("w:r"))), cells, strict=True):
            _fill(Run(run, None), _printable(cell["text"]), marks)


def _fill(run, words, marks):
    """Give a run its text; the number of a footnote at its end becomes a raised letter."""
    found = re.search(MARKED, words) if marks else None
    if not found or found[0] + " " not in marks:
        _write(run, words)
        return
    _write(run, words[: found.start()])
    raised = Run(copy.deepcopy(run._r), None)
    raised.text, raised.font.superscript = _as_letter(found[0]), True
    run._r.addnext(raised._r)


def _write(run, words):
    """Give an empty run its text, whose hyphens within a word end no line: `(0-2)`, `log-rank`."""
    first, *others = HYPHEN.split(words)
    if first and set("\t\r\n").isdisjoint(first):
        run.add_text(first)  # `text` first clears the run, which takes three times as long
    else:
        run.text = first
    for part in others:
        run._r.append(OxmlElement("w:noBreakHyphen"))
        run.add_text(part)


def _as_letter(mark):
    """a for the footnote ¹, b for ², and so on."""
    return phrases.letter(int("".join(str("⁰¹²³⁴⁵⁶⁷⁸⁹".index(digit)) for digit in mark)) - 1)


def _list_notes(table, known):
    """The notes below a table, that on the abbreviations first."""
    return [note for note in (abbreviations.write_out(table, known), *table.notes) if note]


def _add_notes(document, notes, numbers):
    for place, note in enumerate(notes, 1):
        paragraph = document.add_paragraph()
        if place < len(notes):  # else what does not fit stands alone on the next page
            paragraph.paragraph_format.keep_with_next = True
        if found := re.match(MARK + " ", note):
            paragraph.add_run(_as_letter(found[0].strip())).font.superscript = True
            note = note[found.end() :]
        word_fields.add_text(paragraph, _as_prose(note), numbers)


def start_page(document):
    """Begin an upright page."""
    section = document.add_section(WD_SECTION.NEW_PAGE)
    _set_page(section, False, 17)
    _set_header(section, "")


def _add_methods(document, methods, numbers):
    start_page(document)
    document.add_heading(language.say("Methods"), 1)
    for heading, paragraphs in methods:
        document.add_heading(heading, 2)
        for words in paragraphs:
            paragraph = document.add_paragraph(style=BODY)
            paragraph.paragraph_format.space_after = Pt(3)
            word_fields.add_text(paragraph, _as_prose(words), numbers)


def _form_row(row, cells, is_head, size):
    """Give a new row its cells, each with an empty run; returns its element."""
    properties = row._tr.get_or_add_trPr()
    for name in ("w:cantSplit", "w:tblHeader")[: 1 + is_head]:  # python-docx has no call for them
        properties.append(OxmlElement(name))
    place, places = 0, row.cells
    for spec in cells:
        cell, span = places[place], spec.get("span", 1)
        if span > 1:
            cell = cell.merge(places[place + span - 1])
        rules = {side: 4 for side, key in (("top", "over"), ("bottom", "under")) if spec.get(key)}
        if rules:
            cell._tc.get_or_add_tcPr().append(parse_xml(_draw_rules("tcBorders", **rules)))
        if is_head:
            cell.vertical_alignment = WD_ALIGN_VERTICAL.BOTTOM
        look = spec["align"], spec["keep"], spec.get("inset"), spec.get("first"), spec["bold"], size
        cell._tc.replace(cell._tc.p_lst[0], copy.deepcopy(_form_paragraph(*look)))
        place += span
    return row._tr


@functools.cache
def _form_paragraph(align, keep, inset, first, bold, size):
    """The element of a paragraph with an empty run, to be copied; most cells of a document look alike."""
    paragraph = Paragraph(OxmlElement("w:p"), None)
    paragraph.alignment = WD_ALIGN_PARAGRAPH[align.upper()]
    paragraph.paragraph_format.keep_with_next = keep or None
    if inset:
        paragraph.paragraph_format.left_indent = Cm(inset)
    if first:  # away from the rule below the headings
        paragraph.paragraph_format.space_before = Pt(BELOW_RULE)
    run = paragraph.add_run()
    run.bold = bold or None
    run.font.size = Pt(size) if size != SMALL else None
    return paragraph._p


def _draw_rules(name, **eighths):
    """XML of borders (python-docx has no call for them); their widths in eighths of a point."""
    rules = (
        f'<w:{side} w:val="single" w:sz="{width}" w:space="0" w:color="000000"/>'
        for side, width in eighths.items()
    )
    return f"<w:{name} {nsdecls('w')}>{''.join(rules)}</w:{name}>"


def _printable(text):
    """The text without the control characters that XML cannot hold."""
    return "".join(character for character in text if character >= " " or character in "\t\n")


def _as_prose(text):
    """A heading or running text with numbers that stay beside their signs and units."""
    return bind(_printable(text))


def write_fixed(buffer, target):
    """Write the file with a fixed time on every member (python-docx stamps them with the present)."""
    with zipfile.ZipFile(buffer) as source, zipfile.ZipFile(target, "w") as result:
        for name in sorted(source.namelist(), key=lambda name: name != "[Content_Types].xml"):
            member = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            member.compress_type = zipfile.ZIP_DEFLATED
            member.external_attr = 0o600 << 16
            result.writestr(member, source.read(name))
