"""The tables as one Excel workbook: numbers as numbers, one sheet per table, a contents sheet in front."""

import datetime
import math
import re
import textwrap
from dataclasses import replace
from itertools import accumulate

import xlsxwriter

from crlm.display import formats as printed
from crlm.display import language

OPTIONS = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
FIRST_ROW = 2  # of the headings; the title stands above
NARROW, WIDE = 9, 46  # widths of a column, characters
LONGEST, SHORTEST = (
    31,
    20,
)  # characters of the name of a sheet: what Excel takes, and what a cut at a word leaves at least
PROSE = 100  # characters of a line of running text below a table
LINE = 12.5  # height of a line, points
A4 = 9  # as Excel counts sizes of paper
REFERENCE = "reference"


def write_workbook(tables, study, target):
    """Write numbered DisplayTables to a path or binary buffer; the same tables give the same bytes.

    A cell with several numbers (estimate and limits) takes one column per number. study: the plan's `study`.
    """
    book = xlsxwriter.Workbook(target, {"in_memory": True, **OPTIONS})
    book.set_properties({"title": study["title"], "created": datetime.datetime(2000, 1, 1)})
    formats = _Formats(book)
    names = name_sheets(tables)
    contents = book.add_worksheet(names[0])
    _write_contents(contents, tables, names[1:], study, formats)
    for table, name in zip(tables, names[1:], strict=True):
        _write_table(book.add_worksheet(name), table, formats)
    book.close()


def name_sheets(tables):
    """Names of the sheets: number and short name, without what Excel refuses, at most 31 characters, all different.

    A name that is too long ends with a whole word; the whole title stands in the first row of the sheet.
    """
    names = [language.say("Contents")]
    for table in tables:
        plain = re.sub(r"[\[\]:*?/\\']", " ", f"{table.number} {table.short or table.title}")
        name = _shorten(" ".join(plain.split()), LONGEST)
        place = 1
        while name.casefold() in map(
            str.casefold, names
        ):  # Excel takes small and capital letters as equal
            place += 1
            name = f"{_shorten(name, LONGEST - 4)} ({place})"
        names.append(name)
    return names


def _shorten(name, most):
    """The name up to the end of its last word that fits; within a word only where little would be left."""
    if len(name) <= most:
        return name
    whole = name[: most + 1].rpartition(" ")[0]
    return whole.rstrip(" (,;-") if len(whole) >= SHORTEST else name[:most].strip()


class _Formats:
    """Cell formats by their properties; xlsxwriter wants each made once."""

    def __init__(self, book):
        self.book, self.made = book, {}

    def get(self, **properties):
        key = tuple(sorted(properties.items()))
        if key not in self.made:
            self.made[key] = self.book.add_format(
                dict(key) | {"font_name": "Arial", "font_size": 9}
            )
        return self.made[key]


def _write_contents(sheet, tables, names, study, formats):
    plain = formats.get()
    sheet.write_string(0, 0, study["title"], formats.get(bold=True))
    line = 1
    if study["synthetic"]:
        words = language.say("Synthetic data")
        sheet.write_string(line, 0, words, formats.get(bold=True, font_color="#9c3d00"))
        line += 1
    for words in (study["description"], study["citation"]):
        if words:
            sheet.write_string(line, 0, words, plain)
            line += 1
    line += 1
    for place, words in enumerate(("Table", "Sheet", "Title")):
        sheet.write_string(line, place, language.say(words), formats.get(bold=True, bottom=1))
    for table, name in zip(tables, names, strict=True):
        line += 1
        write = sheet.write_number if table.number.isdigit() else sheet.write_string
        write(
            line,
            0,
            int(table.number) if table.number.isdigit() else table.number,
            formats.get(align="left"),
        )
        link = formats.get(font_color="#0b4f8a", underline=1)
        sheet.write_url(line, 1, f"internal:'{name}'!A1", link, name)
        sheet.write_string(line, 2, table.title, plain)
    words = language.say("Empty cell: missing or does not apply.")
    sheet.write_string(line + 2, 0, words, plain)
    _set_print(sheet)
    sheet.set_column(0, 0, 7)
    sheet.set_column(1, 1, 34)
    sheet.set_column(2, 2, 90)


def _set_print(sheet, last=None):
    """Printed on A4 across, as wide as the paper, with the rows down to `last` again on each page and its number below."""
    sheet.set_landscape()
    sheet.set_paper(A4)
    sheet.fit_to_pages(1, 0)
    sheet.set_footer("&C&A, &P of &N")
    if last is not None:
        sheet.repeat_rows(0, last)


def _write_table(sheet, table, formats):
    starts, place = [], 0
    for column in table.columns:
        starts.append(place)
        place += len(column.parts) or 1
    body = _write_head(sheet, table.columns, starts, place, formats)
    widths = [NARROW] * place
    for column, start in zip(table.columns, starts, strict=True):
        for number, part in enumerate(column.parts):
            widths[start + number] = max(NARROW, *(len(word) + 2 for word in part.split()))
    line = body
    for row in table.rows:
        is_reference = any(_is_reference(cell) for cell in row.cells)
        for number, (cell, start) in enumerate(zip(row.cells, starts, strict=True)):
            width = len(table.columns[number].parts) or 1
            if number == 0 and is_reference and REFERENCE not in cell.text:
                cell = replace(cell, text=f"{cell.text} ({REFERENCE})")
            _write_cell(sheet, line, start, cell, row, number == 0, formats)
            if width == 1:
                widths[start] = max(widths[start], min(len(cell.text) + 2, WIDE))
        line += 1
    for number, column in enumerate(table.columns):
        words = max((len(word) for word in column.label.split("\n")), default=0)
        if not column.parts:
            longest = min(words + 2, 18) if number else words + 2
            widths[starts[number]] = max(widths[starts[number]], longest)
    for number, width in enumerate(widths):
        sheet.set_column(number, number, width)
    for place, level in enumerate(_list_heads(table.columns, starts)):
        lines = [_count_lines(words, sum(widths[at : at + span])) for at, span, words, _ in level]
        sheet.set_row(FIRST_ROW + place, LINE * max(lines))
    title = f"{language.say('Table')} {table.number}. {table.title}"
    _write_prose(sheet, 0, title, widths, formats.get(bold=True))
    look = formats.get(italic=True, font_color="#555555", text_wrap=True, valign="top")
    for number, note in enumerate(table.notes):
        _write_prose(sheet, line + 1 + number, note, widths, look)
    _set_print(sheet, body - 1)
    sheet.freeze_panes(body, 1)


def _write_prose(sheet, line, words, widths, look):
    """A line of text over the columns of a table, or over as many as it needs to be read."""
    rooms = list(accumulate([*widths, *[NARROW] * PROSE]))
    last = next(place for place, room in enumerate(rooms) if room >= min(PROSE, len(words) + 2))
    if last:
        sheet.merge_range(line, 0, line, last, "", look)
    sheet.write_string(line, 0, words, look)
    sheet.set_row(line, LINE * max(1, math.ceil(1.1 * len(words) / rooms[last])))


def _count_lines(words, room):
    """Lines of a bold heading, which is wider than the letters that a width counts."""
    return max(1, len(textwrap.wrap(words, max(1, int(0.9 * room)))))


def _is_reference(cell):
    return cell.reference or cell.text == REFERENCE


def _list_heads(columns, starts):
    """The lines of headings, two or three: of each [(first column, columns, words, where they stand)]."""
    levels = [[], [], []]
    for column, start in zip(columns, starts, strict=True):
        parts = column.parts or ("",)
        align = "center" if len(parts) > 1 else column.align
        if column.over:
            levels[0].append((start, len(parts), column.over, "center"))
        levels[1].append((start, len(parts), column.label.replace("\n", " "), align))
        levels[2] += [(start + place, 1, part, "right") for place, part in enumerate(parts) if part]
    return [_merge(level) for level in levels if level]


def _write_head(sheet, columns, starts, width, formats):
    """Headings, above numbers as these on the right; returns the first line of the body."""
    line = FIRST_ROW
    levels = _list_heads(columns, starts)
    for level in levels:
        look = {"bold": True, "text_wrap": True, "valign": "bottom"}
        look |= {"bottom": 1} if level is levels[-1] else {}
        for place in range(width):
            sheet.write_blank(line, place, None, formats.get(**look))
        for start, span, words, align in level:
            own = formats.get(align=align, **look)
            if span > 1:
                sheet.merge_range(line, start, line, start + span - 1, "", own)
            sheet.write_string(line, start, words, own)
        line += 1
    return line


def _merge(level):
    """Neighbours with the same heading as one span."""
    merged = []
    for start, span, words, align in level:
        if merged and words and merged[-1][2] == words and sum(merged[-1][:2]) == start:
            merged[-1] = (merged[-1][0], merged[-1][1] + span, words, align)
        else:
            merged.append((start, span, words, align))
    return merged


def _write_cell(sheet, line, start, cell, row, first, formats):
    look = {"bold": True} if cell.strong else {}
    if first:
        sheet.write_string(line, start, cell.text, formats.get(indent=row.indent, **look))
    elif not cell.values:
        if cell.text not in ("", printed.MISSING) and not _is_reference(cell):
            sheet.write_string(line, start, cell.text, formats.get(align="left", **look))
    else:
        for place, (value, form) in enumerate(zip(cell.values, cell.forms, strict=True)):
            if value == REFERENCE:
                continue  # a column of numbers holds numbers; the row is named so
            if isinstance(value, str):
                sheet.write_string(line, start + place, value, formats.get(align="left"))
            elif value is not None:
                sheet.write_number(line, start + place, value, formats.get(num_format=form, **look))
