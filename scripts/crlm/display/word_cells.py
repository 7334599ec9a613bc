"""What each cell of a table in Word holds and how it looks, row by row; nothing of python-docx."""

from crlm.display.word_columns import bind, bind_brackets, inset

TOGETHER = 15  # rows of one variable that stay on a page


def head_cells(columns):
    """One or two rows of headings; neighbours below the same heading share its cell."""
    over = []
    for column in columns:
        if over and column.over and over[-1]["text"] == bind(column.over):
            over[-1]["span"] += 1
        else:
            over.append({"text": bind(column.over), "span": 1, "align": "center"})
    for cell in over:
        cell["under"] = bool(cell["text"])
    labels = [
        {
            "text": bind(column.label),
            "align": column.align,
            "under": True,
            "inset": inset(number, column),
        }
        for number, column in enumerate(columns)
    ]
    rows = [over, labels] if any(column.over for column in columns) else [labels]
    return [[{**cell, "bold": True, "keep": True} for cell in row] for row in rows]


def body_cells(table, whole, parted):
    """The other rows; those of one variable stay on a page, and the last ones with the notes; a foot has a rule above it."""
    rows, kept = [], _keep_rows(table, whole)

    def bind_cell(words, column):
        return bind_brackets(words) if parted and column.align == "right" else bind(words)

    for place, (row, keep) in enumerate(zip(table.rows, kept, strict=True)):
        over = row.kind == "foot" and table.rows[place - 1].kind != "foot"
        cells = [
            {
                "text": bind_cell(cell.text, column),
                "bold": cell.strong,
                "align": column.align,
                "inset": inset(number, column, row.indent),
                "over": over,
                "first": place == 0,
                "keep": keep,
            }
            for number, (cell, column) in enumerate(zip(row.cells, table.columns, strict=True))
        ]
        rows.append(_spread(cells) if row.kind == "head" else cells)
    return rows


def _keep_rows(table, whole):
    """Whether each row stays on the page of what follows it."""
    if whole:
        return [True] * (len(table.rows) - 1) + [bool(table.notes)]
    kept = []
    for block in table.blocks():
        together = len(block) <= TOGETHER
        last = [block[0].kind == "head" and len(block) == 1]  # stands above blocks of its own
        kept += [together or row.kind == "head" for row in block[:-1]] + last
    ends = [True] * min(2, len(kept) - 1) + [bool(table.notes)]
    return kept[: -len(ends)] + ends


def _spread(cells):
    """The first cell over the empty ones after it, so that the name of a block has room."""
    empty = next((n for n, cell in enumerate(cells[1:]) if cell["text"]), len(cells) - 1)
    return [{**cells[0], "span": 1 + empty}, *cells[1 + empty :]]
