"""The tables as a Word document in the style of a journal: three rules, title above, notes below."""

import datetime
import io
import zipfile
from xml.sax.saxutils import escape

from docx import Document
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Cm, Pt

FONT, SIZE, SMALL = "Arial", 9, 8
PORTRAIT, LANDSCAPE = 17.0, 25.7  # room for a table, cm (A4 with margins of 2 cm)
SQUEEZE = 1.12  # a table that is a little wider is made narrower instead of turned
CHARACTER, PADDING = 0.155, 0.42  # cm of a character at SMALL points, of what a cell adds
FIXED = datetime.datetime(2000, 1, 1)


def write_document(tables, study, target, methods=()):
    """Write numbered DisplayTables to a path or binary buffer; the same tables give the same bytes.

    study: the plan's `study`; methods: [(heading, paragraphs)] printed after the tables.
    """
    document = Document()
    _prepare(document, study)
    wide = False
    for place, table in enumerate(tables):
        wanted, least = measure_columns(table)
        turned = sum(wanted) > SQUEEZE * PORTRAIT
        if place == 0 or turned != wide:
            wide = turned
            _turn(document, wide, place > 0)
        elif place:
            document.add_paragraph().paragraph_format.space_after = Pt(6)
        widths = fit_columns(wanted, least, LANDSCAPE if wide else PORTRAIT)
        _add_table(document, table, widths)
    if methods:
        _turn(document, False, True)
        document.add_heading("Methods", 1)
        for heading, paragraphs in methods:
            document.add_heading(heading, 2)
            for words in paragraphs:
                document.add_paragraph(words).paragraph_format.space_after = Pt(3)
    buffer = io.BytesIO()
    document.save(buffer)
    _write_fixed(buffer, target)


def measure_columns(table):
    """Widths of the columns, cm: what each wants (its longest text, up to a limit) and the least that breaks no word or number."""
    wanted, least = [], []
    for place, column in enumerate(table.columns):
        texts = [row.cells[place].text for row in table.rows if row.kind != "head" or place]
        longest = max((len(text) for text in texts), default=0)
        words = [len(word) for text in texts for word in text.split()]
        words += [1.1 * len(word) for word in column.label.split()]  # bold
        longest = max([min(longest, 45 if place == 0 else 36), *words, 4 if place else 14])
        shortest = longest if column.align == "right" else max(words, default=0)
        wanted.append(longest * CHARACTER + PADDING)
        least.append(shortest * CHARACTER + PADDING)
    return wanted, least


def fit_columns(wanted, least, room):
    """Widths within the room: words wrap first, and only when that is not enough everything shrinks."""
    slack = sum(wanted) - sum(least)
    share = min(1, max(0, (room - sum(least)) / slack)) if slack else 0
    widths = [low + share * (high - low) for high, low in zip(wanted, least, strict=True)]
    scale = min(1, room / sum(widths))
    return [width * scale for width in widths]


def _prepare(document, study):
    core = document.core_properties
    core.title, core.author, core.comments = study["title"], "", ""
    core.created = core.modified = FIXED
    core.revision = 1
    style = document.styles["Normal"]
    style.font.name, style.font.size = FONT, Pt(SIZE)
    style.element.rPr.rFonts.set(qn("w:eastAsia"), FONT)
    style.paragraph_format.space_after = Pt(0)
    for name, size in (("Title", 16), ("Heading 1", 13), ("Heading 2", 10)):
        heading = document.styles[name]
        heading.font.name, heading.font.size, heading.font.color.rgb = FONT, Pt(size), None
        heading.element.rPr.rFonts.attrib.clear()
        heading.element.rPr.rFonts.set(qn("w:ascii"), FONT)
        heading.element.rPr.rFonts.set(qn("w:hAnsi"), FONT)
    document.add_heading(study["title"], 0)
    if study["synthetic"]:
        document.add_paragraph().add_run("Synthetic data").bold = True
    for words in (study["description"], study["citation"]):
        if words:
            document.add_paragraph(words).paragraph_format.space_after = Pt(6)


def _turn(document, wide, new):
    """Begin a section of the orientation."""
    section = document.add_section(WD_SECTION.NEW_PAGE) if new else document.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE if wide else WD_ORIENT.PORTRAIT
    short, long = Cm(21), Cm(29.7)
    section.page_width, section.page_height = (long, short) if wide else (short, long)
    for side in ("left_margin", "right_margin", "top_margin", "bottom_margin"):
        setattr(section, side, Cm(2))


def _add_table(document, table, widths):
    title = document.add_paragraph()
    title.paragraph_format.keep_with_next = True
    title.paragraph_format.space_after = Pt(3)
    title.add_run(f"Table {table.number}. ").bold = True
    title.add_run(table.title)
    widths = [round(width * 567) for width in widths]  # twentieths of a point
    document.element.body.insert_element_before(parse_xml(_table_xml(table, widths)), "w:sectPr")
    for note in table.notes:
        paragraph = document.add_paragraph()
        paragraph.add_run(note).font.size = Pt(SMALL)


def _table_xml(table, widths):
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    rule = '<w:{0} w:val="single" w:sz="{1}" w:space="0" w:color="000000"/>'
    borders = rule.format("top", 10) + rule.format("bottom", 10)
    margins = "".join(f'<w:{side} w:w="45" w:type="dxa"/>' for side in ("left", "right"))
    rows = [_row_xml(cells, widths, True) for cells in _head_cells(table.columns)]
    last = len(table.rows) - 1
    for place, row in enumerate(table.rows):
        cells = [
            {
                "text": cell.text,
                "bold": cell.strong,
                "align": column.align,
                "indent": row.indent if number == 0 else 0,
                "over": row.kind == "foot" and table.rows[place - 1].kind != "foot",
            }
            for number, (cell, column) in enumerate(zip(row.cells, table.columns, strict=True))
        ]
        is_head = row.kind == "head"
        rows.append(
            _row_xml(_spread(cells) if is_head else cells, widths, False, is_head and place < last)
        )
    return (
        f'<w:tbl {nsdecls("w")}><w:tblPr><w:tblW w:w="{sum(widths)}" w:type="dxa"/>'
        f'<w:tblBorders>{borders}</w:tblBorders><w:tblLayout w:type="fixed"/>'
        f"<w:tblCellMar>{margins}</w:tblCellMar></w:tblPr><w:tblGrid>{grid}</w:tblGrid>"
        f"{''.join(rows)}</w:tbl>"
    )


def _spread(cells):
    """The first cell over the empty ones after it, so that the name of a block has room."""
    empty = next((n for n, cell in enumerate(cells[1:]) if cell["text"]), len(cells) - 1)
    return [{**cells[0], "span": 1 + empty}, *cells[1 + empty :]]


def _head_cells(columns):
    """One or two rows of headings; neighbours below the same heading share its cell."""
    over = []
    for column in columns:
        if over and column.over and over[-1]["text"] == column.over:
            over[-1]["span"] += 1
        else:
            over.append({"text": column.over, "span": 1, "align": "center", "bold": True})
    for cell in over:
        cell["under"] = bool(cell["text"])
    labels = [
        {"text": column.label, "align": column.align, "bold": True, "under": True}
        for column in columns
    ]
    return [over, labels] if any(column.over for column in columns) else [labels]


def _row_xml(cells, widths, is_head, keep=False):
    properties = "<w:cantSplit/>" + ("<w:tblHeader/>" if is_head else "")
    content, place = [], 0
    for cell in cells:
        span = cell.get("span", 1)
        content.append(_cell_xml(cell, sum(widths[place : place + span]), span, is_head, keep))
        place += span
    return f"<w:tr><w:trPr>{properties}</w:trPr>{''.join(content)}</w:tr>"


def _cell_xml(cell, width, span, is_head, keep):
    rule = '<w:{0} w:val="single" w:sz="4" w:space="0" w:color="000000"/>'
    borders = rule.format("top") if cell.get("over") else ""
    borders += rule.format("bottom") if cell.get("under") else ""
    cell_properties = f'<w:tcW w:w="{width}" w:type="dxa"/>'
    cell_properties += f'<w:gridSpan w:val="{span}"/>' if span > 1 else ""
    cell_properties += f"<w:tcBorders>{borders}</w:tcBorders>" if borders else ""
    cell_properties += '<w:vAlign w:val="bottom"/>' if is_head else ""
    paragraph = "<w:keepNext/>" if is_head or keep else ""
    paragraph += '<w:spacing w:before="15" w:after="15"/>'
    if cell.get("indent"):
        paragraph += f'<w:ind w:left="{170 * cell["indent"]}"/>'
    paragraph += f'<w:jc w:val="{cell["align"]}"/>'
    run = ("<w:b/>" if cell["bold"] else "") + f'<w:sz w:val="{2 * SMALL}"/>'
    lines = "<w:br/>".join(
        f'<w:t xml:space="preserve">{escape(_printable(line))}</w:t>'
        for line in cell["text"].split("\n")
    )
    return (
        f"<w:tc><w:tcPr>{cell_properties}</w:tcPr><w:p><w:pPr>{paragraph}</w:pPr>"
        f"<w:r><w:rPr>{run}</w:rPr>{lines}</w:r></w:p></w:tc>"
    )


def _printable(text):
    """The text without the control characters that XML cannot hold."""
    return "".join(character for character in text if character >= " " or character == "\t")


def _write_fixed(buffer, target):
    """Write the file with a fixed time on every member (python-docx stamps them with the present)."""
    with zipfile.ZipFile(buffer) as source, zipfile.ZipFile(target, "w") as result:
        for name in sorted(source.namelist(), key=lambda name: name != "[Content_Types].xml"):
            member = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            member.compress_type = zipfile.ZIP_DEFLATED
            member.external_attr = 0o600 << 16
            result.writestr(member, source.read(name))
