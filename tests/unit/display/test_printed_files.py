"""Workbook, Word document and CSV hold the cells of the tables, every one, in its place."""

import io
from dataclasses import replace

import docx
import openpyxl
import pytest
from crlm.display.cells import Cell, flatten
from crlm.display.excel import name_sheets, write_workbook
from crlm.display.word import write_document
from crlm.plan.phrases import MISSING
from printed_inputs import make_study, name_column


@pytest.fixture(scope="module")
def study():
    plan, _, tables = make_study()
    return plan["study"], list(tables.values())


def expand(cell, column):
    """What a spreadsheet holds in place of a cell: its numbers, or its text in the first of its columns."""
    width = len(column.parts) or 1
    known = list(cell.values) or [cell.text or None]
    known = [None if value != value else value for value in known]
    return (known + [None] * width)[:width]


def name_reference(row):
    """A row as a spreadsheet has it: what is the reference is said in its name, not among the numbers."""
    if not any(cell.reference or cell.text == "reference" for cell in row.cells):
        return row
    first = replace(row.cells[0], text=f"{row.cells[0].text} (reference)")
    others = [
        Cell()
        if cell.text == "reference"
        else replace(cell, values=tuple(None if v == "reference" else v for v in cell.values))
        for cell in row.cells[1:]
    ]
    return replace(row, cells=(first, *others))


def expand_row(row, table):
    first = [row.cells[0].text or None]
    return first + [
        value
        for cell, column in zip(row.cells[1:], table.columns[1:], strict=True)
        for value in expand(cell, column)
    ]


def test_workbook(study):
    settings, tables = study
    target = io.BytesIO()
    write_workbook(tables, settings, target)
    book = openpyxl.load_workbook(target)
    for table, name in zip(tables, name_sheets(tables)[1:], strict=True):
        lines = [list(line) for line in book[name].iter_rows(values_only=True)]
        assert lines[0][0] == f"Table {table.number}. {table.title}"
        wanted = [
            [
                None if value == MISSING else value
                for value in expand_row(name_reference(row), table)
            ]
            for row in table.rows
        ]  # a dash is no number: the cell is empty
        start = next(
            n
            for n, line in enumerate(lines)
            if n > 1 and line[: len(wanted[0])] == pytest.approx(wanted[0])
        )
        for line, row in zip(lines[start:], wanted, strict=False):
            assert line[: len(row)] == pytest.approx(row), (table.name, row[0])
        notes = [line[0] for line in lines[start + len(wanted) :] if line[0]]
        assert notes == [note for note in table.notes if note]
        heads = [value for line in lines[1:start] for value in line if value]
        for column in table.columns:
            words = [column.over, column.label.replace("\n", " "), *column.parts]
            assert {word for word in words if word} <= set(heads)


def letter_marks(words, table):
    """The words with the footnote at their end as a letter, as Word has it."""
    for number, raised in enumerate("¹²³⁴⁵⁶⁷⁸⁹"):
        if words.endswith(raised) and any(note.startswith(raised + " ") for note in table.notes):
            return words[:-1] + "abcdefghi"[number]
    return words


def test_document(study):
    settings, tables = study
    target = io.BytesIO()
    write_document(tables, settings, target, [])
    document = docx.Document(target)
    for table, printed in zip(tables, document.tables, strict=True):
        lines = [
            [cell.text.replace("\N{NO-BREAK SPACE}", " ") for cell in row.cells]
            for row in printed.rows
        ]
        for row, line in zip(reversed(table.rows), reversed(lines), strict=False):
            texts = [letter_marks(cell.text, table) for cell in row.cells]
            if row.kind == "head":  # its name lies over the empty cells after it
                texts[1 : row.span] = [texts[0]] * (row.span - 1)
            assert line == texts, table.name
        labels = lines[len(lines) - len(table.rows) - 1]
        assert labels == [column.label for column in table.columns]


def test_flat_table(study):
    for table in study[1]:
        names, rows = flatten(table)
        block = ""
        assert len(names) == 2 + sum(len(column.parts) or 1 for column in table.columns)
        place = 3
        for column in table.columns[1:]:
            for part in column.parts or ("",):
                assert names[place] == ", ".join(
                    filter(None, [name_column(column) or names[place].split(",")[0], part])
                )
                place += 1
        for row, flat in zip(table.rows, rows, strict=True):
            if row.kind == "head" or row.indent == 0:
                block = row.cells[0].text if row.kind == "head" else ""
            wanted = [
                value or "" if value is None or isinstance(value, str) else value
                for value in expand_row(row, table)
            ]
            assert flat[:2] == [table.title, block]
            assert [
                value if value is not None and value == value else "" for value in flat[2:]
            ] == pytest.approx(wanted)


def test_columns_stand_left_or_right(study):
    """The page knows no other word; the first column is text."""
    for table in study[1]:
        assert {column.align for column in table.columns} <= {"left", "right"}, table.name
        assert table.columns[0].align == "left", table.name
