"""The tables as a Word document in the style of a journal: three rules, title above, notes below."""

import copy
import datetime
import io
import zipfile

from docx import Document
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.enum.table import WD_ALIGN_VERTICAL
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Cm, Pt
from docx.text.run import Run

from crlm.display import captions

FONT, SIZE, SMALL = "Arial", 9, 8
PORTRAIT, LANDSCAPE = 17.0, 25.7  # room for a table, cm (A4 with margins of 2 cm)
SQUEEZE = 1.12  # a table that is a little wider is made narrower instead of turned
CHARACTER, PADDING = 0.155, 0.42  # cm of a character at SMALL points, of what a cell adds
INDENT = 0.3  # cm per level
BODY = "Body Text"  # of what stands outside of tables; their many cells have the style that needs no name, "Normal"
SIDES = (  # room beside a text, for which python-docx has no call
    f'<w:tblCellMar {nsdecls("w")}><w:left w:w="45" w:type="dxa"/><w:right w:w="45" w:type="dxa"/></w:tblCellMar>'
)
FIXED = datetime.datetime(2000, 1, 1)


def write_document(tables, study, target, methods=()):
    """Write numbered DisplayTables to a path or binary buffer; the same tables give the same bytes.

    study: the plan's `study`; methods: [(heading, paragraphs)] printed after the tables.
    """
    document = Document()
    prepare(document, study)
    add_tables(document, tables)
    if methods:
        turn(document, False, True)
        document.add_heading("Methods", 1)
        for heading, paragraphs in methods:
            document.add_heading(heading, 2)
            for words in paragraphs:
                document.add_paragraph(words, BODY).paragraph_format.space_after = Pt(3)
    buffer = io.BytesIO()
    document.save(buffer)
    write_fixed(buffer, target)


def add_tables(document, tables, begun=False):
    """Add numbered DisplayTables where the document ends, wide ones on turned pages; begun: other pages stand before them."""
    wide = False
    for place, table in enumerate(tables):
        wanted, least = measure_columns(table)
        turned = sum(wanted) > SQUEEZE * PORTRAIT
        if place == 0 or turned != wide:
            wide = turned
            turn(document, wide, begun or place > 0)
        elif place:
            document.add_paragraph(style=BODY).paragraph_format.space_after = Pt(6)
        widths = fit_columns(wanted, least, LANDSCAPE if wide else PORTRAIT)
        _add_table(document, table, widths, place)


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


def prepare(document, study):
    """Give a new document its styles, its title and what the plan says of the study."""
    core = document.core_properties
    core.title, core.author, core.comments = study["title"], "", ""
    core.created = core.modified = FIXED
    core.revision = 1
    style = document.styles["Normal"]
    style.font.name, style.font.size = FONT, Pt(SMALL)
    style.element.rPr.rFonts.set(qn("w:eastAsia"), FONT)
    style.paragraph_format.space_before = style.paragraph_format.space_after = Pt(0.75)
    body = document.styles[BODY]
    body.font.size = Pt(SIZE)
    body.paragraph_format.space_before = body.paragraph_format.space_after = Pt(0)
    for name, size in (("Title", 16), ("Heading 1", 13), ("Heading 2", 10)):
        heading = document.styles[name]
        heading.font.name, heading.font.size, heading.font.color.rgb = FONT, Pt(size), None
        heading.element.rPr.rFonts.attrib.clear()
        heading.element.rPr.rFonts.set(qn("w:ascii"), FONT)
        heading.element.rPr.rFonts.set(qn("w:hAnsi"), FONT)
    document.add_heading(study["title"], 0)
    if study["synthetic"]:
        document.add_paragraph(style=BODY).add_run("Synthetic data").bold = True
    for words in (study["description"], study["citation"]):
        if words:
            document.add_paragraph(words, BODY).paragraph_format.space_after = Pt(6)


def turn(document, wide, new):
    """Begin a section of the orientation."""
    section = document.add_section(WD_SECTION.NEW_PAGE) if new else document.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE if wide else WD_ORIENT.PORTRAIT
    short, long = Cm(21), Cm(29.7)
    section.page_width, section.page_height = (long, short) if wide else (short, long)
    for side in ("left_margin", "right_margin", "top_margin", "bottom_margin"):
        setattr(section, side, Cm(2))


def _add_table(document, table, widths, place):
    title = document.add_paragraph(style=BODY)
    title.paragraph_format.keep_with_next = True
    title.paragraph_format.space_after = Pt(3)
    captions.add_number(title, "Table", table.number, place)
    title.add_run(". ").bold = True
    title.add_run(table.title)
    grid = document.add_table(0, len(widths))
    grid.autofit = False
    layout = grid._tbl.tblPr.find(qn("w:tblLayout"))  # Word wants the settings in this order
    layout.addprevious(parse_xml(_draw_rules("tblBorders", top=10, bottom=10)))
    layout.addnext(parse_xml(SIDES))
    for column, width in zip(grid.columns, widths, strict=True):
        column.width = Cm(width)
    heads = _head_cells(table.columns)
    known = {}  # the first row of each form; python-docx takes a thousandth of a second for a cell
    for place, cells in enumerate([*heads, *_body_cells(table)]):
        is_head = place < len(heads)
        form = repr([is_head, *({**cell, "text": ""} for cell in cells)])
        if form in known:
            row = copy.deepcopy(known[form])
            grid._tbl.append(row)
        else:
            row = known[form] = _form_row(grid.add_row(), cells, is_head)
        for run, cell in zip(row.iter(qn("w:r")), cells, strict=True):
            Run(run, None).text = _printable(cell["text"])
    for note in table.notes:
        document.add_paragraph(style=BODY).add_run(note).font.size = Pt(SMALL)


def _head_cells(columns):
    """One or two rows of headings; neighbours below the same heading share its cell."""
    over = []
    for column in columns:
        if over and column.over and over[-1]["text"] == column.over:
            over[-1]["span"] += 1
        else:
            over.append({"text": column.over, "span": 1, "align": "center"})
    for cell in over:
        cell["under"] = bool(cell["text"])
    labels = [{"text": column.label, "align": column.align, "under": True} for column in columns]
    rows = [over, labels] if any(column.over for column in columns) else [labels]
    return [[{**cell, "bold": True, "keep": True} for cell in row] for row in rows]


def _body_cells(table):
    """The other rows; the name of a block stays on the page of its first row, a foot has a rule above it."""
    rows = []
    for place, row in enumerate(table.rows):
        over = row.kind == "foot" and table.rows[place - 1].kind != "foot"
        keep = row.kind == "head" and place < len(table.rows) - 1
        cells = [
            {
                "text": cell.text,
                "bold": cell.strong,
                "align": column.align,
                "indent": row.indent if number == 0 else 0,
                "over": over,
                "keep": keep,
            }
            for number, (cell, column) in enumerate(zip(row.cells, table.columns, strict=True))
        ]
        rows.append(_spread(cells) if row.kind == "head" else cells)
    return rows


def _spread(cells):
    """The first cell over the empty ones after it, so that the name of a block has room."""
    empty = next((n for n, cell in enumerate(cells[1:]) if cell["text"]), len(cells) - 1)
    return [{**cells[0], "span": 1 + empty}, *cells[1 + empty :]]


def _form_row(row, cells, is_head):
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
        paragraph = cell.paragraphs[0]
        paragraph.alignment = WD_ALIGN_PARAGRAPH[spec["align"].upper()]
        paragraph.paragraph_format.keep_with_next = spec["keep"] or None
        if spec.get("indent"):
            paragraph.paragraph_format.left_indent = Cm(INDENT * spec["indent"])
        paragraph.add_run().bold = spec["bold"] or None
        place += span
    return row._tr


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


def write_fixed(buffer, target):
    """Write the file with a fixed time on every member (python-docx stamps them with the present)."""
    with zipfile.ZipFile(buffer) as source, zipfile.ZipFile(target, "w") as result:
        for name in sorted(source.namelist(), key=lambda name: name != "[Content_Types].xml"):
            member = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            member.compress_type = zipfile.ZIP_DEFLATED
            member.external_attr = 0o600 << 16
            result.writestr(member, source.read(name))
