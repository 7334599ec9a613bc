"""How the files of a random study lie: what its plan says of them, and their text."""

import io

import pandas as pd
from fuzz_exports import CONNECTION, SHEETS, add_to_files, write_redcap
from fuzz_world import LEVELS, read_facts

TEXT_ONLY = ("delimiter", "decimal", "thousands", "encoding")
INHERITED = ("decimal", "thousands", "encoding")


def draw_column(name, world):
    """How one column is read: by its name, or with codes, unit, limits of detection, or what is taken of several rows."""
    spec = world.specs[name]
    fold = {"take": world.pick(["first", "last"])} if world.rows == "fold" else {}
    if world.chance(0.6) and not fold:
        return name
    if world.redcap:
        return _draw_question(name, world)
    entry = {"column": world.pick([name, f"{name} (%)", "Ä " + name]), **fold}
    levels = spec.get("levels") or ["no", "yes"]
    if spec["kind"] in LEVELS:
        entry["values"] = {str(code): level for code, level in enumerate(levels, 1)}
        entry["values"] |= {"12": levels[:2]} if world.chance(0.3) else {}
        entry["values"] |= {"other": levels[-1]} if world.chance(0.3) else {}
    elif spec.get("unit") in world.units and world.chance(0.5):
        entry["unit"] = world.pick(world.units[spec["unit"]])
    elif spec["kind"] == "continuous" and world.chance(0.4):
        entry["censored"] = world.pick(["half", "limit"])
    return entry | ({"missing": [-9]} if world.chance(0.2) else {})


def _draw_question(name, world):
    """A question of REDCap: its codes are those of the data dictionary."""
    spec = world.specs[name]
    if spec["kind"] not in LEVELS:
        return {"column": name}
    levels = spec.get("levels") or ["no", "yes"]
    entry = {
        "column": name,
        "values": {str(code): level for code, level in enumerate(levels, 1)},
    }
    return entry | ({"none_ticked": levels[0]} if world.chance(0.2) else {})


def draw_files(world):
    """One file, two, or one with another joined to it; and what is done with several rows of a patient."""
    first = draw_source("cohort", world)
    made = dict(first)
    if world.redcap:
        made["redcap"] = {"dictionary": "data/dictionary.csv"}
    if world.layout == "two":
        second = draw_source("second", world)
        if world.mapped and world.chance(0.7):
            name = world.pick(world.mapped)
            second["columns"] = {name: world.pick([None, draw_column(name, world)])}
        if world.fixed:
            first["set"], second["set"] = {"centre": "a"}, {"centre": "b"}
        made = {"sources": [first, second]}
    if world.joined:
        columns = {name: draw_column(name, world) for name in world.joined}
        join = {"by": "key", "columns": columns, **draw_source("joined", world)}
        made["join"] = [join]
    if world.rows:
        order_by = {"keep": world.rows, "order_by": "visit"}
        made["rows"] = world.pick([world.rows, world.rows, order_by])
        if world.rows != "fold" and world.chance(0.3):
            made["duplicates"] = world.rows
            del made["rows"]
    return made


def draw_source(stem, world):
    """Where a table lies: a text file, a sheet of a workbook, or a query of a database; and its form."""
    kind = world.pick(["csv"] * 8 + ["xlsx", "xlsx", "sql"])
    if kind == "csv" or world.redcap:
        return {"file": f"data/{stem}.csv", **({} if world.redcap else draw_form(world))}
    if kind == "sql":
        return {"file": f"data/{stem}.sql", "connection": CONNECTION}
    form = {key: value for key, value in draw_form(world).items() if key not in TEXT_ONLY}
    sheet = {"sheet": world.pick(SHEETS)} if world.chance(0.6) else {}
    return {"file": f"data/{stem}.xlsx", **sheet, **form}


def draw_form(world):
    """How a text file is written: its signs, and lines that are no patients."""
    form = {"delimiter": world.pick([";", "tab"]), "decimal": ","} if world.chance(0.2) else {}
    if form and world.chance(0.4):
        form["thousands"] = "."
    if world.chance(0.2):
        form["encoding"] = world.pick(["utf-8", "cp1252", "latin-1", "utf-16", "mac-roman"])
    if world.chance(0.1):
        form["comment"] = world.pick(["#", ["#", "Total"]])
    if world.chance(0.1):
        form["header_row"] = world.pick([1, 3])
    if world.chance(0.1):
        form["skip_rows"] = [form.get("header_row", 1) + 1]
    return form


def write_cells(name, values, entry, world):
    """The column of a variable as its entry in the plan reads it: codes, other units, limits of detection, codes of missing."""
    if not isinstance(entry, dict):
        return values
    chance, codes = world.random, {}
    for code, meant in entry.get("values", {}).items():
        for level in meant if isinstance(meant, list) else [meant]:
            codes.setdefault(level, []).append("9" if code == "other" else code)
    if codes:
        values = [chance.choice(codes[value]) if value in codes else value for value in values]
    elif "unit" in entry:
        factor = read_facts()["dictionary"]["units"][world.specs[name]["unit"]][entry["unit"]]
        values = [value if value == "" else round(value / factor, 4) for value in values]
    elif "censored" in entry:
        values = [
            f"<{value}" if value != "" and chance.random() < 0.2 else value for value in values
        ]
    code = entry.get("missing", [""])[0]
    return [code if value == "" else value for value in values]


def write_table(table, form):
    """The text of a file of the form that the plan declares: signs, lines above the header and below it, comments."""
    decimal, thousands = form.get("decimal", "."), form.get("thousands")

    def write(cell):
        if isinstance(cell, str):
            return cell.replace(".", decimal) if cell.startswith("<") else cell
        if not isinstance(cell, float | int) or cell != cell:
            return cell
        text = f"{cell:,}" if thousands else f"{cell}"
        return text.replace(",", "\0").replace(".", decimal).replace("\0", thousands or "")

    sign = {"tab": "\t"}.get(form.get("delimiter"), form.get("delimiter", ","))
    buffer = io.StringIO()
    table.astype(object).map(write).to_csv(buffer, index=False, sep=sign)
    lines = buffer.getvalue().splitlines()
    above = [f"Export, part {line}" for line in range(1, form.get("header_row", 1))]
    units = [sign.join(["unit"] * table.shape[1])] if form.get("skip_rows") else []
    notes = ["# written by hand"] if form.get("comment") else []
    return "\n".join([*above, lines[0], *units, *lines[1:], *notes, ""])


def repeat_rows(table, world):
    """Some patients in several rows: the same, with something more or less known in one."""
    chance = world.random
    places = [place for place in range(len(table)) for _ in range(1 + (chance.random() < 0.3))]
    table = table.iloc[places].astype(object).reset_index(drop=True)
    for row in range(1, len(table) if world.mapped else 0):
        if places[row] == places[row - 1]:
            table.loc[row, chance.choice(world.mapped)] = ""
    return table.assign(visit=range(1, len(table) + 1))


def write_files(table, plan, world):
    """{file: text} of the cohort: its source or sources, and the table joined to it."""
    cohort, split = plan["cohort"], isinstance(plan["columns"]["patient_id"], dict)
    table = table.assign(id=[f"{name}_x" for name in table["id"]]) if split else table
    if world.rows:
        table = repeat_rows(table, world)
    joined = {
        name: spec for join in cohort.get("join", []) for name, spec in join["columns"].items()
    }
    files = {}
    sources = cohort.get("sources", [cohort])
    for number, source in enumerate(sources):
        mine = table["id"].map({name: place for place, name in enumerate(table["id"].unique())})
        rows = table[mine % len(sources) == number]  # a patient's rows stand in one file
        entries = {**plan["columns"], **source.get("columns", {})}
        rows = name_columns(rows.drop(columns=[*joined]), entries, world)
        if world.redcap:
            rows, files["data/dictionary.csv"] = write_redcap(rows, _list_choices(entries), world)
        add_to_files(files, source, rows, write_table(rows, source))
    for join in cohort.get("join", []):
        rows = table.drop_duplicates("id")
        rows = name_columns(rows[["id", *joined]], joined, world).rename(columns={"id": "key"})
        rows["key"] = rows["key"].astype("string").str.removesuffix("_x")  # nobody has no text
        # what a table does not say itself holds from `cohort`
        form = {**{key: cohort[key] for key in INHERITED if key in cohort}, **join}
        add_to_files(files, form, rows, write_table(rows, form))
    return files


def _list_choices(entries):
    """{column: {code: label}} of the questions that have codes."""
    return {
        entry["column"]: {code: f"The {level}" for code, level in entry["values"].items()}
        for entry in entries.values()
        if isinstance(entry, dict) and "values" in entry
    }


def name_columns(rows, entries, world):
    """The columns of a file: those that the plan reads under its names, the others left out."""
    made = {}
    for name in rows:
        entry = entries.get(name, name if name in ("id", "visit") else None)
        if entry is not None:
            column = entry["column"] if isinstance(entry, dict) else entry
            made[column] = write_cells(name, list(rows[name]), entry, world)
    return pd.DataFrame(made)
