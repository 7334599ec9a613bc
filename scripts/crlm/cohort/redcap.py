"""An export of REDCap, raw or with labels: choices and headings by its data dictionary, check boxes by what was ticked.

A box that is not ticked is "not ticked", not "no": the boxes of one question are read together, and where none is ticked the answer
is unknown. This needs no data dictionary.
"""

import re

import pandas as pd

from crlm.cohort.findings import build_finding
from crlm.plan.phrases import plural
from crlm.plan.variables import as_code

HEADINGS = {
    "field": ("variable / field name", "field_name"),
    "label": ("field label", "field_label"),
    "type": ("field type", "field_type"),
    "choices": ("choices, calculations, or slider labels", "select_choices_or_calculations"),
    "branching": ("branching logic (show field only if...)", "branching_logic"),
}
STRUCTURE = {
    "event name": "redcap_event_name",
    "repeat instrument": "redcap_repeat_instrument",
    "repeat instance": "redcap_repeat_instance",
    "data access group": "redcap_data_access_group",
}
CODED = ("radio", "dropdown", "checkbox")
IMPLIED = {"yesno": {"1": "Yes", "0": "No"}, "truefalse": {"1": "True", "0": "False"}}
BOX = re.compile(r"(.+?)___(_?)(\w+)")
LABELLED_BOX = re.compile(r"(.+) \(choice=(.+)\)")
TICKED, NOT_TICKED = ("1", "checked"), ("0", "unchecked")
NOTHING = "nothing ticked"


def read_dictionary(table):
    """Return the fields of a data dictionary (name -> label, type, choices, branching) and the findings."""
    names = {str(column).strip().casefold(): column for column in table.columns}
    columns = {
        key: next((names[word] for word in words if word in names), None)
        for key, words in HEADINGS.items()
    }
    if columns["field"] is None or columns["choices"] is None:
        finding = build_finding(
            "error",
            "not_a_dictionary",
            "cohort.redcap.dictionary is not a data dictionary of REDCap: it has no column 'Variable / Field Name' or no "
            "'Choices, Calculations, OR Slider Labels'.",
            "Download it under Project Setup, Data Dictionary.",
        )
        return {}, [finding]
    fields = {}
    for _, row in table.iterrows():
        entry = {key: _text(row[column]) if column else "" for key, column in columns.items()}
        entry["type"] = entry["type"].casefold()
        if entry["type"] in CODED:
            entry["choices"] = _split_choices(entry["choices"])
        else:
            entry["choices"] = IMPLIED.get(entry["type"], {})
        fields[entry["field"]] = entry
    return fields, []


def decode_export(raw, columns, settings, fields):
    """Return the cells as in a raw export with one column per question, how the columns are then read, and the findings."""
    raw = raw.set_axis(name_columns(raw, fields), axis=1)
    added, read, findings = {}, {}, []
    for name, spec in columns.items():
        if name != "patient_id" and "fixed" not in spec:
            field = fields.get(_name_field(spec["column"]), {})
            spec, found = _decode_choices(spec, field, settings)
            findings += found + _tell_branching(raw, spec, field)
            boxes = _find_boxes(raw, spec["column"])
            if boxes:
                cells, spec, found = _read_boxes(raw, boxes, spec, settings, columns)
                if spec["column"] in added:  # two variables read one question each in its way
                    spec = {**spec, "column": f"{spec['column']} ({name})"}
                added[spec["column"]] = cells
                findings += found
        read[name] = spec
    kept = raw[[column for column in raw if column not in added]]
    return pd.concat([kept, pd.DataFrame(added, raw.index, dtype=object)], axis=1), read, findings


def name_columns(raw, fields):
    """Return the headings of the columns as a raw export has them."""
    return [_name_column(column, fields) for column in raw.columns]


def list_boxes(raw):
    """Return {question: {code: column}} of the check boxes of an export."""
    questions = dict.fromkeys(
        _name_field(column) for column in raw.columns if BOX.fullmatch(column)
    )
    found = {question: _find_boxes(raw, question) for question in questions}
    return {question: boxes for question, boxes in found.items() if boxes}


def is_ticked(cell):
    """Whether a cell of a check box says that it is ticked."""
    return as_code(cell) in TICKED


def _text(cell):
    return "" if cell is None or cell != cell else str(cell).strip()


def _split_choices(text):
    """``1, Male | 2, Female`` as code -> label."""
    pairs = [choice.split(",", 1) for choice in text.split("|") if "," in choice]
    return {code.strip(): label.strip() for code, label in pairs}


def _name_field(column):
    box = BOX.fullmatch(column)
    return box[1] if box else column


def _name_column(column, fields):
    """The heading of a raw export for one of a label export; a label of several fields, or of none, stays."""
    labelled = LABELLED_BOX.fullmatch(column)
    label = labelled[1] if labelled else column
    hits = [name for name, field in fields.items() if field["label"] == label]
    if column in fields or len(hits) != 1:
        return STRUCTURE.get(column.casefold(), column) if fields else column
    if not labelled:
        return hits[0]
    codes = [code for code, text in fields[hits[0]]["choices"].items() if text == labelled[2]]
    return f"{hits[0]}___{codes[0]}" if codes else column


def _decode_choices(spec, field, settings):
    """Codes and labels of a field both mean the level that the plan or the level's own name gives to one of them."""
    choices = field.get("choices", {})
    if not choices:
        return spec, []
    codes = {as_code(code) for code in (*settings.get("missing", []), *spec["missing"])}
    missing = [code for code, label in choices.items() if codes & {as_code(code), as_code(label)}]
    missing += [choices[code] for code in missing]
    spec = {**spec, "missing": [*spec["missing"], *missing]}
    if not spec["levels"]:
        return spec, _tell_coded_numbers(choices, spec)
    declared = {as_code(code): level for code, level in spec["values"].items()}
    named = {as_code(label): level for level, label in spec["level_labels"].items()}
    named |= {as_code(level): level for level in spec["levels"]}
    values, findings = dict(spec["values"]), []
    for code, label in choices.items():
        level = declared.get(as_code(code), declared.get(as_code(label)))
        meant = named.get(as_code(label))
        if level and meant and level != meant and field["type"] != "checkbox":
            findings.append(
                build_finding(
                    "error",
                    "contradicts_dictionary",
                    f"{spec['label']}: the plan says that {code} is '{level}', the data dictionary '{label}'.",
                    "Correct `values:`.",
                    column=spec["column"],
                    value=code,
                )
            )
        level = level or (None if field["type"] == "checkbox" else meant)
        if level:
            present = {as_code(each) for each in values}
            values |= {each: level for each in (code, label) if as_code(each) not in present}
    return {**spec, "values": values}, findings


def _tell_coded_numbers(choices, spec):
    gaps = {as_code(code) for code in spec["missing"]}
    other = {c: label for c, label in choices.items() if not {as_code(c), as_code(label)} & gaps}
    other = {c: label for c, label in other.items() if as_code(c) != as_code(label)}
    if spec["kind"] == "date" or not other:
        return []
    code, label = next(iter(other.items()))
    return [
        build_finding(
            "warning",
            "coded_number",
            f"{spec['label']}: the data dictionary says that {code} means '{label}'; codes would be read as numbers.",
            "Map the column to a variable with levels, or check that the codes are the numbers.",
            column=spec["column"],
            value=code,
        )
    ]


def _tell_branching(raw, spec, field):
    if not field.get("branching") or spec["column"] not in raw:
        return []
    empty = int(raw[spec["column"]].isna().sum())
    if not empty:
        return []
    return [
        build_finding(
            "note",
            "branching_logic",
            f"{spec['label']} was asked only if {field['branching']}; it is empty in {empty} of {len(raw)} rows, "
            "which is unknown and not 'no'.",
            "Nothing to do, or declare what follows from the other question under `variables:`.",
            column=spec["column"],
        )
    ]


def _find_boxes(raw, column):
    """The boxes of a question as code -> column, when `column` is the question or one of its boxes."""
    question = _name_field(column)
    if question == column and column in raw:
        return {}
    boxes = {}
    for each in raw.columns:
        box = BOX.fullmatch(each)
        if box and box[1] == question and list(raw.columns).count(each) == 1:
            boxes[("-" if box[2] else "") + box[3]] = each
    for each in boxes.values():
        cells = {as_code(cell) for cell in raw[each].dropna()}
        if not cells <= {*TICKED, *NOT_TICKED}:
            return {}
    return boxes if question == column or column in raw else {}


def _read_boxes(raw, boxes, spec, settings, columns):
    """One column for the boxes of a question: the code that was ticked, or empty."""
    ticks = pd.DataFrame({code: raw[column].map(is_ticked) for code, column in boxes.items()})
    codes = {as_code(code) for code in (*settings.get("missing", []), *spec["missing"])}
    unknown = [code for code in boxes if as_code(code) in codes]
    answers = ticks.drop(columns=unknown)
    if spec["column"] in raw:
        cells, spec, findings = _read_one_box(raw, ticks, answers, spec)
    else:
        cells, findings = _read_question(answers, spec)
    nothing = ~ticks.any(axis=1)
    if spec.get("none_ticked") is not None:
        cells = cells.mask(nothing, NOTHING)
        values = {**spec["values"], NOTHING: spec["none_ticked"]}
        spec = {**spec, "values": values, "none_ticked": None}  # done; unknown is not none
    else:
        findings += _tell_nothing(raw, nothing, spec, columns)
    return cells, spec, findings


def _read_one_box(raw, ticks, answers, spec):
    """A single box: what is not ticked has a meaning only where the plan gives it one."""
    box = raw[spec["column"]]
    codes = {as_code(code): level for code, level in spec["values"].items()}
    yes = next((codes[word] for word in TICKED if word in codes), None)
    no = next((codes[word] for word in NOT_TICKED if word in codes), None)
    if no is None:
        finding = build_finding(
            "error",
            "box_not_ticked",
            f"{spec['label']}: {spec['column']} is a check box; a box that is not ticked is not 'no'.",
            f"Map the question and say what each box means: `{{column: {_name_field(spec['column'])}, values: {{1: yes, 2: no}}, "
            "missing: [99]}` (the codes of its boxes); or say it for this box: `values: {1: yes, 0: no}`.",
            column=spec["column"],
        )
        return pd.Series(None, raw.index, dtype=object), spec, [finding]
    values = {word: level for words, level in ((TICKED, yes), (NOT_TICKED, no)) for word in words}
    cells = box.where(answers.any(axis=1) | (ticks.shape[1] == 1), None)
    return cells.astype(object), {**spec, "values": {k: v for k, v in values.items() if v}}, []


def _read_question(answers, spec):
    codes = {as_code(code): level for code, level in spec["values"].items()}
    combined, findings, cells = {}, [], []
    for ticked in answers.to_numpy():
        key = tuple(answers.columns[ticked])
        if key not in combined:
            combined[key] = _combine(key, codes, spec)
        cells.append(combined[key])
    cells = pd.Series(cells, answers.index, dtype=object)
    for key, cell in combined.items():
        if isinstance(cell, tuple):
            rows = cells.index[[each == cell for each in cells]]
            findings.append(
                build_finding(
                    "error",
                    "several_boxes",
                    f"{spec['label']}: the boxes {', '.join(key)} are ticked together and mean different levels "
                    f"({plural(len(rows), 'row')}).",
                    "Correct it, or say which level counts (`several: yes`), or declare the combination: "
                    f'`values: {{"{", ".join(key)}": ...}}`.',
                    row=rows[0],
                    column=spec["column"],
                    value=", ".join(key),
                )
            )
    return cells.map(lambda cell: None if isinstance(cell, tuple) else cell), findings


def _combine(ticked, codes, spec):
    """The cell for the boxes ticked: a code, or the tuple of them when they contradict one another."""
    together = ", ".join(ticked)
    if len(ticked) < 2 or as_code(together) in codes:
        return together or None
    levels = {codes.get(as_code(code)) for code in ticked}
    if len(levels) == 1:
        return ticked[0]
    counts = [code for code in ticked if codes.get(as_code(code)) == spec.get("several")]
    return counts[0] if spec.get("several") is not None and counts else ticked


def _tell_nothing(raw, nothing, spec, columns):
    column = columns["patient_id"]["column"]
    ids = raw[column] if column in raw else pd.Series(raw.index, raw.index)
    number = int(nothing.groupby(ids.astype(str)).all().sum())
    if not number:
        return []
    return [
        build_finding(
            "note",
            "nothing_ticked",
            f"{spec['label']}: for {plural(number, 'patient')} no box of {_name_field(spec['column'])} is ticked; the answer is "
            "unknown, not 'no'.",
            "Nothing to do; if no tick means a level, say so: `none_ticked: no`.",
            column=spec["column"],
        )
    ]
