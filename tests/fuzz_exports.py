"""Files of a random study that are no plain text: workbooks, a database with its query, and exports of REDCap; and scores of its own."""

import os
import sqlite3
from pathlib import Path

import pandas as pd
from crlm.plan.scores import KNOWN
from fuzz_world import COUNTED, LEVELS, SkipError
from openpyxl import Workbook

SHEETS = ("Cohort", "Tabelle 1", "=A1", "Größe (cm)"[:31])
CONNECTION = "CRLM_FUZZ_DATABASE"
DATABASE = "data/fuzz.db"


def write_file(path, content):
    """Write what stands for a file: text, bytes, {"sheets": {name: rows}} or {"tables": {name: rows}}."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(content, bytes):
        path.write_bytes(content)
    elif isinstance(content, str):
        path.write_text(content, encoding="utf-8")
    elif "sheets" in content:
        book = Workbook()
        book.remove(book.active)
        for name, rows in content["sheets"].items():
            sheet = book.create_sheet(name)
            for row, cells in enumerate(rows, 1):
                for column, cell in enumerate(cells, 1):
                    sheet.cell(row, column).value = cell
                    if isinstance(cell, str):
                        sheet.cell(row, column).data_type = "s"  # no formula
        book.save(path)
    else:
        with sqlite3.connect(path) as database:
            for name, (head, *rows) in content["tables"].items():
                columns = ", ".join(f'"{column}"' for column in head)
                database.execute(f'create table "{name}" ({columns})')
                marks = ", ".join("?" * len(head))
                texts = [
                    [cell if isinstance(cell, int | float) else cell and str(cell) for cell in row]
                    for row in rows
                ]
                database.executemany(f'insert into "{name}" values ({marks})', texts)
        database.close()


def connect():
    """The database of a study, by a path from its folder, for the environment of a run."""
    os.environ[CONNECTION] = f"sqlite:///{DATABASE}"


def as_rows(table, form):
    """The rows of a table with its header, as a workbook or a database holds them."""
    decimal = form.get("decimal", ".")

    def plain(cell):
        if isinstance(cell, str):
            if cell.startswith("<"):
                return cell.replace(".", decimal)
            return int(cell) if cell.isascii() and cell.isdigit() else cell or None
        return None if pd.isna(cell) else cell.item() if hasattr(cell, "item") else cell

    cells = [list(map(plain, row)) for row in table.astype(object).to_numpy()]
    width = table.shape[1]
    above = [[f"Export, part {line}"] for line in range(1, form.get("header_row", 1))]
    units = [["unit"] * width] if form.get("skip_rows") else []
    notes = [["# written by hand"]] if form.get("comment") else []
    return [*above, list(table.columns), *units, *cells, *notes]


def add_to_files(files, form, table, text):
    """Put a source into {file: content} as its form says; `text` is what it is as a text file."""
    name = form["file"]
    stem, ending = Path(name).stem, Path(name).suffix
    if ending == ".xlsx":
        others = {"Notes": [["not the cohort"]]} if form.get("sheet") else {}
        sheet = form.get("sheet") or "Cohort"
        files[name] = {"sheets": {**others, sheet: as_rows(table, form)}}
    elif ending == ".sql":
        files[name] = f'-- as the clinic asked for it\nselect * from "{stem}";\n'
        tables = files.setdefault(DATABASE, {"tables": {}})["tables"]
        tables[stem] = as_rows(table, {})
    else:
        encoding = form.get("encoding")
        files[name] = text.encode(encoding) if encoding else text


def write_redcap(table, entries, world):
    """(export, data dictionary) of REDCap for a table of codes: questions as lists or as boxes, raw or with labels."""
    labels = world.redcap == "labels"
    made, fields = {}, []
    for column in table:
        codes = entries.get(column) or {}
        choices = " | ".join(f"{code}, {text}" for code, text in codes.items())
        boxes = bool(codes) and world.chance(0.5)
        kind = "checkbox" if boxes else "radio" if codes else "text"
        shown = f"Question {len(fields)}: {column}"
        fields.append((column, kind, shown, choices, "[a] = '1'" if world.chance(0.2) else ""))
        heading = shown if labels else column
        if boxes:
            for code, text in codes.items():
                ticked = [str(cell) == code for cell in table[column]]
                words = ("Checked", "Unchecked") if labels else ("1", "0")
                name = f"{shown} (choice={text})" if labels else f"{column}___{code}"
                made[name] = [words[not tick] for tick in ticked]
        else:
            made[heading] = [
                codes.get(str(cell), cell) if labels else cell for cell in table[column]
            ]
    names = ["Variable / Field Name", "Field Type", "Field Label"]
    names += [
        "Choices, Calculations, OR Slider Labels",
        "Branching Logic (Show field only if...)",
    ]
    dictionary = pd.DataFrame(fields, columns=names)
    return pd.DataFrame(made), dictionary.to_csv(index=False)


def draw_own_scores(world):
    """{name: score} of the study's own folder: a new one, or one in the place of the registry's."""
    numbers, classes = world.of(*COUNTED, made=False), world.of(*LEVELS, made=False)
    components = {}
    for number, name in enumerate(world.some([*numbers, *classes], 1, 3)):
        spec = world.specs[name]
        if name in numbers:
            test = {"operator": world.pick([">", ">=", "<"]), "threshold": world.pick([0, 2, 50])}
        else:
            levels = spec.get("levels") or ["no", "yes"]
            test = {"operator": "==", "threshold": levels[-1]}
        points = [{**test, "points": world.pick([1, 2, -1, 0.5]), "evidence": "read"}]
        components[f"part_{number}"] = {"label": f"{{{name}}}", "variable": name, "points": points}
    if not components:
        raise SkipError
    given = [part["points"][0]["points"] for part in components.values()]
    stages = [KNOWN.index(world.specs[part["variable"]]["timing"]) for part in components.values()]
    timing = ("preoperative", "preoperative", "postoperative", "follow-up")[max(stages)]
    score = {"label": "Own & <score>", "citation": {"text": "Not published"}}
    score |= {"endpoint": "overall survival", "timing": timing, "evidence": "read"}
    score["range"] = [sum(min(points, 0) for points in given), sum(max(p, 0) for p in given)]
    score["components"] = components
    groups = {"low": {"label": "Low", "to": 0}, "high": {"label": "High", "from": 0.5}}
    score["groups"] = {name: {**group, "evidence": "read"} for name, group in groups.items()}
    return {world.pick(["own_score", "own_score", "malik"]): score}
