"""Variables of the plan: the dictionary with the study's own on top, and how each column of the export is read."""

import re

from crlm.plan.days import check_date_format, is_day
from crlm.plan.schema import nearest, tell_turned
from crlm.plan.text import fold_name, fold_text

NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
LEVEL_KINDS = ("binary", "categorical", "ordinal")
NUMBER_KINDS = ("continuous", "count")
FAMILIES = (NUMBER_KINDS, ("categorical", "ordinal"))
NO, YES = "no", "yes"
YES_NO = {NO: "No", YES: "Yes"}
PARTS = ("months", "event", "reason", "entry")
BETWEEN = "|"  # between the levels that one code covers, in the column `<variable>_among`
FOLDING = ("where", "take", "if_no_row", "several", "none_ticked")
COUNTS = ("hgp_lesions", "hgp_blocks")
EARLIEST_BIRTH = "1900-01-02"  # programs write 1900-01-01 for a day that is not known


def as_text(value):
    """Return a YAML scalar as the text the user meant: YAML reads a bare no and yes as false and true."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def as_level(value, levels):
    """Return the level that a value of the plan means: `true`, `Yes` and `on` are yes where yes and no are the levels."""
    text = as_text(value)
    if text not in levels and "yes" in levels:
        return {
            **dict.fromkeys(("true", "yes", "on"), "yes"),
            **dict.fromkeys(("false", "no", "off"), "no"),
        }.get(text.casefold(), text)
    return text


def as_code(cell, decimal="."):
    """Return the text by which a cell is compared with a code: 1, 1.0 and "1.0" are the same, and with a decimal comma "1,0"."""
    text = f"{cell:%Y-%m-%d}" if hasattr(cell, "strftime") else fold_text(str(cell))
    plain = text.replace(",", ".") if decimal == "," else text
    if NUMBER.fullmatch(plain) and float(plain).is_integer() and abs(float(plain)) < 1e15:
        return str(int(float(plain)))
    return text.casefold()


def check_names(own, dictionary, endpoints, scores, patterns, problems):
    """A variable of the study must not have the name of a column that the workflow makes: one would replace the other."""
    made = {f"{name}_{part}": f"endpoint {name}" for name in endpoints for part in PARTS}
    for name in scores:
        made |= {f"{name}{end}": f"score {name}" for end in ("", "_group", "_lower", "_upper")}
    made |= {name: f"growth-pattern rule {name}" for name in patterns if name in own}
    made |= dict.fromkeys(COUNTS, "table of blocks")
    variables = [*dictionary, *own]
    for name in dict.fromkeys(variables):
        stem = name.removesuffix("_lower").removesuffix("_upper").removesuffix("_among")
        if name in made:
            problems.append(
                f"variables.{name}: the {made[name]} has a column of this name; take another."
            )
        elif name == "patient_id" or name.startswith("grouping_"):
            problems.append(f"variables.{name}: the name is taken; take another.")
        elif stem != name and stem in variables:
            problems.append(
                f"variables.{name}: the name is that of a limit of {stem}; take another."
            )


def declare_variables(own, dictionary, problems):
    """The dictionary's variables with those of the study on top, every optional key filled in."""
    variables = {}
    for name in [*dictionary["variables"], *(n for n in own if n not in dictionary["variables"])]:
        spec = {**dictionary["variables"].get(name, {}), **own.get(name, {})}
        kind = dictionary.get("kinds", {}).get(spec.get("kind"), {})
        if spec.get("timing", "baseline") != "follow_up":  # what is usual are times of follow-up
            kind = {key: value for key, value in kind.items() if key != "plausible_median"}
        spec = {**kind, **spec}
        if name in own and name not in dictionary["variables"]:
            for key in ("label", "kind", "timing"):
                if key not in spec:
                    problems.append(
                        f"variables.{name}: the key '{key}' is missing (it is not a dictionary variable)."
                    )
            spec.setdefault("label", name)
            spec.setdefault("kind", "continuous")
            spec.setdefault("timing", "baseline")
            if spec["timing"] == "baseline" and "earliest" not in own[name]:
                spec["earliest"] = EARLIEST_BIRTH
        else:
            spec.setdefault("terminal", False)
        spec.setdefault("unit", None)
        spec.setdefault("per", 1)
        spec.setdefault("transform", "none")
        spec.setdefault("evidence", None)
        spec.setdefault("note", None)
        spec["levels"] = [as_text(level) for level in spec.get("levels", [])]
        if spec["kind"] == "binary":
            spec["levels"] = ["no", "yes"]
        if spec["kind"] == "duration":
            spec["unit"] = spec["unit"] or "months"
        if name in own:
            _check_own(name, spec, own[name], dictionary["variables"].get(name), problems)
        labels = {as_text(key): as_text(text) for key, text in spec.get("level_labels", {}).items()}
        if spec["kind"] == "binary":
            labels = {**YES_NO, **labels}
        unknown = [level for level in labels if level not in spec["levels"]]
        if unknown and spec["levels"]:
            problems.append(
                f"variables.{name}.level_labels: no level '{unknown[0]}'.{nearest(unknown[0], spec['levels'])}"
            )
        spec["level_labels"] = {level: labels.get(level, level) for level in spec["levels"]}
        variables[name] = spec
    for name in own:
        date = variables[name].get("flag_of")
        if date and variables.get(date, {}).get("kind") != "date":
            problems.append(f"variables.{name}.flag_of: '{date}' is no date variable.")
    return variables


def _check_own(name, spec, own, known, problems):
    """What a study may not say about a variable, because scores, ranges and endpoints rely on it."""
    place = f"variables.{name}"
    for key in ("range", "plausible", "plausible_median"):
        if key in own and spec.get(key) and spec[key][0] >= spec[key][1]:
            problems.append(f"{place}.{key}: the first number must be the lower one.")
    if len(set(spec["levels"])) < len(spec["levels"]):
        problems.append(f"{place}.levels: a level stands there twice.")
    if "earliest" in own and not is_day(own["earliest"]):
        problems.append(
            f"{place}.earliest: '{own['earliest']}' is not a day; write it as 1900-01-02."
        )
    if spec.get("flag_of") and spec["kind"] != "binary":
        problems.append(f"{place}.flag_of: only a binary variable says whether there is a date.")
    if spec["kind"] == "duration" and spec["unit"] != "months":
        problems.append(
            f"{place}.unit: durations are analysed in months. Give the unit of the file under `columns: {name}: unit:`."
        )
    if known is None:
        return
    kinds = [family for family in FAMILIES if known["kind"] in family]
    if spec["kind"] != known["kind"] and spec["kind"] not in (kinds or [()])[0]:
        problems.append(
            f"{place}.kind: {name} is {known['kind']} in the dictionary; declare a variable of your own with another name."
        )
    if "unit" in own and own["unit"] != known.get("unit"):
        problems.append(
            f"{place}.unit: {name} is analysed in {known.get('unit') or 'no unit'}, on which scores and ranges rely. "
            f"Give the unit of the file under `columns: {name}: unit:`."
        )
    rank = [level for level in spec["levels"] if level in known.get("levels", [])]
    if known["kind"] == "ordinal" and rank != sorted(rank, key=known["levels"].index):
        problems.append(
            f"{place}.levels: the levels must rise as in the dictionary ({', '.join(known['levels'])})."
        )


def resolve_columns(columns, variables, units, problems, place="columns"):
    """How each mapped column is read: the user's entry with the variable's kind, levels, range and unit factor."""
    resolved = {}
    for name, entry in columns.items():
        entry = dict(entry) if isinstance(entry, dict) else {"column": entry}
        here = f"{place}.{name}"
        if name == "patient_id":
            resolved[name] = _resolve_identifier(here, entry, problems)
        elif name in variables:
            resolved[name] = resolve_column(here, name, entry, variables, units, problems)
        else:
            problems.append(
                f"{here}: no such variable.{nearest(name, variables)} "
                "Declare your own under `variables:` with label, kind and timing."
            )
    return resolved


def _resolve_identifier(place, entry, problems):
    """The column with the identifier, or the part of its entries that is the identifier."""
    if ("split" in entry) != ("part" in entry):
        problems.append(f'{place}: `split` and `part` go together: {{split: "_", part: 1}}.')
    known = ("column", "split", "part")
    words = f"an identifier has {', '.join(known)} only."
    problems += [f"{place}.{key}: {words}" for key in entry if key not in known]
    return {**{k: entry[k] for k in known[1:] if k in entry}, "column": fold_name(entry["column"])}


def resolve_column(place, name, entry, variables, units, problems):
    """How one column is read: the entry of the plan with what `variables` says of `name`."""
    spec = variables[name]
    check_date_format(entry.get("date_format"), place, problems)
    if "split" in entry or "part" in entry:
        problems.append(f"{place}: `split` and `part` are for the identifier.")
    values = {as_text(code): _read_levels(level) for code, level in entry.get("values", {}).items()}
    meant = [each for level in values.values() for each in list_levels(level)]
    if spec["kind"] in LEVEL_KINDS and not spec["levels"]:
        spec["levels"] = list(dict.fromkeys(meant))
        spec["level_labels"] = {
            level: spec["level_labels"].get(level, level) for level in spec["levels"]
        }
        if len(spec["levels"]) < 2:
            problems.append(
                f"{place}: give the levels of {name}, under `variables: {name}: levels:`."
            )
    _check_case(place, spec["levels"], problems)
    for level in dict.fromkeys(meant):
        if level not in spec["levels"] and spec["kind"] in LEVEL_KINDS:
            problems.append(
                f"{place}.values: '{level}' is not a level of {name} "
                f"({', '.join(spec['levels'])}).{tell_turned(level, values, spec['levels']) or nearest(level, spec['levels'])}"
            )
    _check_several(place, name, spec, values, problems)
    if entry.get("thousands") and entry["thousands"] == entry.get("decimal"):
        problems.append(f"{place}.thousands: '{entry['thousands']}' is also the decimal sign.")
    for codes in list_repeated(values):
        problems.append(
            f"{place}.values: {' and '.join(codes)} are the same code; keep one of them."
        )
    if values and spec["kind"] not in LEVEL_KINDS:
        problems.append(f"{place}.values: {name} is {spec['kind']}; only levels have codes.")
    factor = 1
    if "unit" in entry:
        accepted = units.get(spec["unit"], {spec["unit"]: 1} if spec["unit"] else {})
        unit = entry["unit"].replace("\u03bc", "\u00b5")  # two signs look like µ
        if unit in accepted:
            factor = accepted[unit]
        elif not accepted:
            problems.append(f"{place}.unit: {name} has no unit.")
        else:
            problems.append(
                f"{place}.unit: '{entry['unit']}' is none of {', '.join(map(str, accepted))}."
                f"{nearest(entry['unit'], accepted)}"
            )
    return {
        "column": fold_name(entry["column"]),
        "values": values,
        "factor": factor,
        "unit_said": "unit" in entry,
        "missing": [as_text(code) for code in entry.get("missing", [])],
        "date_format": entry.get("date_format"),
        "decimal": entry.get("decimal"),
        "thousands": entry.get("thousands"),
        "censored": entry.get("censored"),
        **_resolve_rows(entry),
        **{
            key: spec.get(key)
            for key in ("label", "kind", "unit", "levels", "level_labels", "range", "plausible")
        },
        **{
            key: spec.get(key)
            for key in ("plausible_median", "plausible_highest", "hint", "earliest", "timing")
        },
        **{key: spec.get(key) for key in ("terminal", "contact", "flag_of", "words")},
        **{key: spec.get(key, False) for key in ("pattern", "identity")},
        "transform_needs_positive": spec["transform"] == "log2",
    }


def list_repeated(codes):
    """The codes that are one and the same in the data (1, 1.0 and '1'; M and m), as written: a list of lists."""
    same = {}
    for code in codes:
        same.setdefault(as_code(code), []).append(f"'{code}'")
    return [written for written in same.values() if len(written) > 1]


def list_levels(level):
    """The levels that one code may mean: one text, or those of a list."""
    return level if isinstance(level, list) else [level]


def _read_levels(level):
    """A level as text; a list of several as a list of texts, each once."""
    if not isinstance(level, list):
        return as_text(level)
    levels = list(dict.fromkeys(map(as_text, level)))
    return levels if len(levels) > 1 else (levels or [""])[0]


def _check_several(place, name, spec, values, problems):
    """What a code that covers several levels cannot mean."""
    for code, level in values.items():
        if not isinstance(level, list):
            continue
        if any(BETWEEN in each for each in level):
            problems.append(
                f"{place}.values: a level in a list cannot have the sign {BETWEEN} in it ({code})."
            )
        ranks = sorted(spec["levels"].index(each) for each in level if each in spec["levels"])
        if spec["kind"] == "ordinal" and ranks and ranks[-1] - ranks[0] >= len(ranks):
            problems.append(
                f"{place}.values: the levels of the code {code} ({', '.join(level)}) are no neighbours among those of {name}; "
                "an ordered variable lies between two of them."
            )


def _resolve_rows(entry):
    """From which rows of a patient the column is read, and what it takes of several; `{}` where nothing is said."""
    said = {key: entry[key] for key in FOLDING if key in entry}
    if "where" in said:
        said["where"] = {
            fold_name(column): [
                as_text(code) for code in (codes if isinstance(codes, list) else [codes])
            ]
            for column, codes in said["where"].items()
        }
    return said


def _check_case(place, levels, problems):
    """`Good` and `good` would be two levels of one thing."""
    first = {}
    for level in levels:
        other = first.setdefault(" ".join(level.split()).casefold(), level)
        if other != level:
            problems.append(
                f"{place}: the levels '{other}' and '{level}' differ by small and capital letters or spaces only; "
                "write one of them."
            )


def resolve_blocks(growth, variables, units, problems):
    """How the table of blocks is read, or None."""
    blocks = growth.get("blocks")
    if not blocks:
        return None
    columns, label = {}, None
    for name, entry in blocks["columns"].items():
        entry = entry if isinstance(entry, dict) else {"column": entry}
        place = f"growth_patterns.blocks.columns.{name}"
        if name in ("patient_id", "lesion", "block"):
            columns[name] = _resolve_identifier(place, entry, problems)
        elif variables.get(name, {}).get("pattern"):
            columns[name] = resolve_column(place, name, entry, variables, units, problems)
        elif variables.get(name, {}).get("pattern_label"):
            label = resolve_column(place, name, entry, variables, units, problems)
        else:
            known = [
                "patient_id",
                "lesion",
                "block",
                *(n for n, v in variables.items() if v.get("pattern") or v.get("pattern_label")),
            ]
            problems.append(f"{place}: not one of {', '.join(known)}.{nearest(name, known)}")
    if label and any(entry.get("pattern") for entry in columns.values()):
        problems.append(
            "growth_patterns.blocks.columns: there are shares and a label; keep one of both."
        )
    return {**blocks, "columns": columns, "label": label}


def list_inputs(rule):
    """The variables that one rule of derivation needs."""
    if "share_of" in rule:
        return [rule["variable"]]
    if "when" in rule:
        return [rule["when"]["variable"]]
    return rule.get("months_between") or [rule["variable"]]


def list_rules(spec, recorded):
    """The rules of derivation whose variables are all recorded."""
    return [r for r in spec.get("derive") or [] if all(s in recorded for s in list_inputs(r))]


def list_available(mapped, variables):
    """Mapped variables and those that follow from them, in the order of the dictionary.

    A rule with `when` speaks of some patients only: it fills gaps, but does not make a variable that is not recorded. A formula
    makes one when all that it takes is there.
    """
    known = {
        name
        for name, spec in variables.items()
        if name in mapped
        or any(
            "when" not in rule and all(source in mapped for source in list_inputs(rule))
            for rule in spec.get("derive", [])
        )
    }
    while more := {
        name
        for name, spec in variables.items()
        if name not in known and "formula" in spec and known.issuperset(spec["formula"]["of"])
    }:
        known |= more
    return [name for name in variables if name in known]
