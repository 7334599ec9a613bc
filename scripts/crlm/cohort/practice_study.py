"""The folder of a practice study: the plan as written, marked synthetic and without identifiers, and files like the study's."""

import csv
from pathlib import Path

import pandas as pd
import yaml

TEXTS = (".csv", ".tsv", ".txt")
SAID = "SYNTHETIC: drawn at random, column by column. No row is a patient."


def mark_plan(text, files):
    """Return the text of a plan with `synthetic: true`, without the identifiers of its exclusions, and with other names of files.

    text: config.yaml; files: {name in the plan: name of the practice file}. Everything else, comments too, stays as it is. Raises
    ValueError with words where the plan is not written so that this can be done.
    """
    root = yaml.compose(text)
    edits = []
    study = _find(root, "study")
    if study is None or not isinstance(study, yaml.MappingNode) or not study.value:
        raise ValueError("The plan has no `study:` with a title, so that it cannot be marked.")
    known = _find(study, "synthetic")
    if known is not None:
        edits.append((known, "true"))
    first = study.value[0][0].start_mark.index
    for node in _list_nodes(root):
        if isinstance(node, yaml.ScalarNode) and node.value in files:
            edits.append((node, files[node.value]))
    exclusions = _find(_find(root, "cohort"), "exclusions")
    for _, rule in exclusions.value if isinstance(exclusions, yaml.MappingNode) else ():
        listed = _find(rule, "patients")
        if listed is not None:
            edits.append((listed, "[P0001]" if listed.flow_style else "\n        - P0001\n"))
    spans = [(node.start_mark.index, node.end_mark.index, new) for node, new in edits]
    if known is None:
        joint = ", " if study.flow_style else "\n" + " " * study.value[0][0].start_mark.column
        spans.append((first, first, f"synthetic: true{joint}"))
    for start, end, new in sorted(spans, reverse=True):
        text = text[:start] + new + text[end:]
    return f"# {SAID} Made by `make practice`.\n{text}"


def _find(node, key):
    """The node under a key of a mapping, None where there is none."""
    pairs = node.value if isinstance(node, yaml.MappingNode) else ()
    return next((value for name, value in pairs if name.value == key), None)


def _list_nodes(node):
    yield node
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield from (*_list_nodes(key), *_list_nodes(value))
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            yield from _list_nodes(value)


def name_file(name):
    """The name of the practice file: of the same format, or csv where the format is not written here."""
    path = Path(name)
    return name if path.suffix.lower() in (*TEXTS, ".xlsx") else str(path.with_suffix(".csv"))


def write_files(tables, specs, folder):
    """Write every table, those of one workbook together; returns {name in the plan: name of the practice file}."""
    files = {spec["file"]: name_file(spec["file"]) for spec in specs}
    for name, new in files.items():
        chosen = [place for place, spec in enumerate(specs) if spec["file"] == name]
        write_file([tables[n] for n in chosen], folder / new, [specs[n] for n in chosen])
    return files


def write_file(tables, path, specs):
    """Write the cells of the table, or of the sheets of one workbook, as the plan reads them."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix.lower() == ".xlsx":
        with pd.ExcelWriter(path, engine="openpyxl") as writer:
            for table, spec in zip(tables, specs, strict=True):
                rows = _lay_out(table, spec)
                rows.to_excel(
                    writer, sheet_name=spec.get("sheet") or "Sheet1", header=False, index=False
                )
        return
    spec = specs[0]
    delimiter = spec.get("delimiter") or ("\t" if path.suffix.lower() == ".tsv" else ",")
    encoding = spec.get("encoding") or "utf-8"
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.writer(file, delimiter=delimiter, lineterminator="\n")
        for row in _lay_out(tables[0], spec).itertuples(index=False):
            writer.writerow(["" if cell is None else _show(cell) for cell in row])


def _show(cell):
    return cell.strftime("%Y-%m-%d") if isinstance(cell, pd.Timestamp) else cell


def _lay_out(table, spec):
    """The rows of the file: lines above the header and lines that are skipped say what the file is."""
    rows = [list(table.columns), *table.astype(object).to_numpy().tolist()]
    header = spec.get("header_row") or 1
    header = min(header) if isinstance(header, list) else header
    filler = [SAID, *[None] * (len(table.columns) - 1)]
    rows = [filler] * (header - 1) + rows
    for line in sorted(spec.get("skip_rows") or []):
        if line > header:
            rows.insert(line - 1, filler)
    return pd.DataFrame(rows, dtype=object)


def write_plan(text, folder, beside=()):
    """Write the plan, and beside it the files (config/...) that it needs."""
    for name, content in {
        "config/config.yaml": text.encode(),
        **{str(file): Path(file).read_bytes() for file in beside},
    }.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
