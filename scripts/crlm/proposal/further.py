"""Further files beside the export: a data dictionary of REDCap, tables of lesions, laboratory, follow-up."""

from pathlib import Path

from crlm.proposal.legend import find_legend, list_rows, read_sheets
from crlm.proposal.opening import open_export, read_labels
from crlm.proposal.redcap_export import is_dictionary, read_export


def list_files(text):
    """Return the paths of files that are named with `;` between them."""
    whole = text.strip()
    if Path(whole).is_file():
        return [Path(whole)]
    return [Path(part.strip()) for part in whole.split(";") if part.strip()]


def open_files(path, further, vocabulary):
    """Return what `look_at` needs of an export and the files beside it, as a dict.

    path : of the patients' table (or of the data dictionary, where the export is among the further ones); further : other paths

    table, settings, reasons : as `open_export` gives them; labels, codes : what the files say of columns; told : {column: why it is
    not proposed}; others, headers : {name: table}, {name: settings} of further tables; export, dictionary : paths, the second None
    without one. Raises UnreadableError, in words, for a file of which no table can be made.
    """
    files = [Path(path), *map(Path, further)]
    dictionaries = [each for each in files if is_dictionary(each)]
    tables = [each for each in files if each not in dictionaries]
    if not tables:
        raise ValueError(f"{Path(path).name} is a data dictionary of REDCap: name the export too.")
    opened = {each: open_export(each, vocabulary) for each in tables}
    export = tables[0]
    table, settings, reasons, others, headers = opened[export]
    labels, codes = read_labels(export)
    told = {}
    if dictionaries:
        table, more, choices, told = read_export(table, dictionaries[0])
        labels, codes = {**labels, **more}, {**codes, **choices}
    others, headers = dict(others), dict(headers)
    for each in tables[1:]:
        main, own, _, sheets, lines = opened[each]
        others[each.name], headers[each.name] = main, {"file": str(each), **own}
        for name, sheet in sheets.items():
            others[f"{each.name}, {name}"] = sheet
            headers[f"{each.name}, {name}"] = {"file": str(each), **lines[name]}
    sheets = _list_sheets(export, settings, others, headers, tables[1:])
    explained, described, legends = find_legend(sheets, table.columns, vocabulary)
    labels, codes = {**described, **labels}, {**explained, **codes}
    others = {name: each for name, each in others.items() if name not in legends}
    return {
        "legends": legends,
        "table": table, "settings": settings, "reasons": reasons, "labels": labels, "codes": codes, "told": told,
        "others": others, "headers": headers, "export": export, "dictionary": next(iter(dictionaries), None),
    }  # fmt: skip


def _list_sheets(export, settings, others, headers, further):
    """{name: rows} of every table but the patients': sheets as they lie there, hidden ones too; others as they were opened."""
    sheets = dict(read_sheets(export)) if settings.get("sheet") else {}
    sheets.pop(settings.get("sheet"), None)
    for path in further:
        mine = {name for name, each in headers.items() if each.get("file") == str(path)}
        found = read_sheets(path)
        for name, rows in found.items():
            one = next((each for each in mine if headers[each].get("sheet") == name), None)
            sheets[one or (path.name if len(found) == 1 else f"{path.name}, {name}")] = rows
    return {**{name: list_rows(each) for name, each in others.items()}, **sheets}
