"""How a file is laid out, for a practice study: headings and boxes of REDCap, entries that name several things, kinds of rows.

A file is opened to cells with one meaning per column, drawn so, and closed to a file of the same layout.
"""

from dataclasses import dataclass, field

import pandas as pd

from crlm.cohort import redcap, sources

EVENTS = ("redcap_event_name", "redcap_repeat_instrument")
INSTANCE = "redcap_repeat_instance"
BOXES = " (boxes)"  # ends the name of the column in which they stand together


@dataclass
class Layout:
    """headings: {column: heading in the file}, in its order; boxes: {question: its columns}.

    parts : {column that is split: (sign, {part: column of it})}
    kinds : columns that say what kind of row it is; counted : columns that number the rows of a patient.
    """

    headings: dict = field(default_factory=dict)
    boxes: dict = field(default_factory=dict)
    parts: dict = field(default_factory=dict)
    kinds: list = field(default_factory=list)
    counted: list = field(default_factory=list)


def open_table(cells, spec, fields):
    """Return the cells of a table, how its columns are read, and its Layout.

    fields : of the data dictionary of REDCap (`redcap.read_dictionary`), empty without one. The boxes of a question stand in one
    column, a cell of which is the tuple of theirs; the parts of an entry that is split in columns of their own.
    """
    layout, columns = Layout(), spec["columns"]
    if "rows" in spec:  # of the cohort: blocks and events are read as they stand
        named = redcap.name_columns(cells, fields)
        layout.headings = dict(zip(named, cells.columns, strict=True))
        raw = cells.set_axis(named, axis=1)
        cells, columns, _ = redcap.decode_export(cells, columns, spec, fields)
        cells, columns = _join_boxes(raw, cells, columns, spec["columns"], layout)
        layout.kinds = _list_kinds(cells, spec["columns"], fields)
        order = spec["rows"]["order_by"]
        mapped = {each["column"] for each in columns.values()}
        layout.counted = [
            name for name in (INSTANCE, order) if name in cells and name not in mapped
        ]
    else:
        layout.headings = {name: name for name in cells.columns}
    for each in columns.values():
        if "split" in each:
            made = f"{each['column']} (part {each['part']})"
            layout.parts.setdefault(each["column"], (each["split"], {}))[1][each["part"]] = made
    cells, read, _ = sources.split_keys(cells, {**spec, "columns": columns})
    return cells, read, layout


def _join_boxes(raw, cells, columns, written, layout):
    columns = dict(columns)
    for question, boxes in redcap.list_boxes(raw).items():
        names = list(boxes.values())
        mapped = [
            name for name, each in written.items() if each.get("column") in (question, *names)
        ]
        if not mapped:
            continue
        whole = f"{question}{BOXES}"
        layout.boxes[whole] = names
        given = [tuple(row) for row in raw[names].itertuples(index=False, name=None)]
        cells = cells.assign(**{whole: pd.Series(given, cells.index, dtype=object)})
        for name in mapped:
            columns[name] = {**columns[name], "column": whole}
    return cells, columns


def _list_kinds(cells, written, fields):
    """The columns by which the plan chooses rows, and REDCap's own."""
    chosen = dict.fromkeys(key for each in written.values() for key in each.get("where") or {})
    named = redcap.name_columns(pd.DataFrame(columns=[*chosen]), fields)
    return [
        name for name in dict.fromkeys([*EVENTS, *named]) if list(cells.columns).count(name) == 1
    ]


def split_kinds(cells, layout):
    """Return [({column: cell}, rows)] of each kind of row, in the order of the rows; one kind where nothing tells them apart."""
    if not layout.kinds:
        return [({}, cells)]
    keys = [tuple(row) for row in cells[layout.kinds].itertuples(index=False, name=None)]
    keys = pd.Series(keys, cells.index, dtype=object)
    return [
        (dict(zip(layout.kinds, key, strict=True)), cells[keys.map(lambda each: each == key)])  # noqa: B023
        for key in dict.fromkeys(keys)
    ]


def close_table(drawn, layout):
    """Return drawn cells as a file of that layout has them: boxes apart, parts joined, under the file's headings."""
    if layout is None:
        return drawn
    made = drawn.drop(columns=[name for name in layout.boxes if name in drawn])
    for question, names in layout.boxes.items():
        if question in drawn:
            rows = [
                cell if isinstance(cell, tuple) else (None,) * len(names)
                for cell in drawn[question]
            ]
            apart = pd.DataFrame(rows, drawn.index, names, dtype=object)
            made = pd.concat([made, apart], axis=1)
    for column, (sign, parts) in layout.parts.items():
        given = [made[parts[n]] if n in parts else None for n in range(1, max(parts) + 1)]
        whole = [
            sign.join("1" if each is None else str(each.iloc[row]) for each in given)
            for row in range(len(made))
        ]
        made = made.drop(columns=list(parts.values())).assign(
            **{column: pd.Series(whole, made.index, dtype=object)}
        )
    order = [name for name in layout.headings if name in made.columns]
    return made[order].rename(columns=layout.headings)
