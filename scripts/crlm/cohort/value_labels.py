"""Value labels that an SPSS or Stata file carries, against what the plan says the codes mean."""

import re
import unicodedata
from pathlib import Path

from crlm.cohort.cells import MISSING_WORDS
from crlm.cohort.conversion import DEFAULT_CODES
from crlm.cohort.findings import build_finding
from crlm.cohort.written_units import check_header
from crlm.plan.variables import NUMBER_KINDS, as_code

FORMATS = (".sav", ".dta")
EXTENDED = 2e9  # Stata's .a to .z lie above
YES_NO = {
    "no": (
        *(
            "no",
            "n",
            "false",
            "none",
            "absent",
            "negative",
            "nein",
            "nee",
            "non",
            "nej",
            "ei",
            "não",
            "nie",
            "ne",
            "nem",
            "nu",
        ),
        *(
            "negativ",
            "negatif",
            "negativo",
            "negativa",
            "negatief",
            "阴性",
            "陰性",
            "kein",
            "keine",
        ),
        *("aucun", "aucune", "ninguno", "ninguna", "nessuno", "nessuna", "geen"),
        *("hayır", "нет", "όχι", "否", "无", "無", "なし", "無し", "いいえ", "아니오", "아니요"),
    ),
    "yes": (
        *(
            "yes",
            "y",
            "true",
            "present",
            "positive",
            "ja",
            "oui",
            "si",
            "sí",
            "sì",
            "kyllä",
            "sim",
            "tak",
            "ano",
            "igen",
            "da",
        ),
        *("positiv", "positif", "positivo", "positiva", "positief", "阳性", "陽性"),
        *("evet", "да", "ναι", "是", "有", "あり", "有り", "はい", "예", "네"),
    ),
}

NEGATED = re.compile(
    r"(no|not|non|none|without|nein|kein|keine|keiner|nicht|ohne|sans|pas|aucun|aucune|sin|ningun|ninguna|nessun|nessuna|senza"
    r"|geen|niet|zonder|nao|sem|nenhum|nenhuma)\b|[无無未非否不]|.*(frei|[ -]free|なし|無し)$"
)


def read_value_labels(path):
    """Return {column: {code: label}} of an SPSS or Stata file; empty for other files and for one that cannot be read."""
    meta = _read_meta(path)
    labels = meta.variable_value_labels if meta else {}
    return {column.strip(): codes for column, codes in labels.items()}


def read_column_labels(path):
    """Return {column: label of the variable} of an SPSS or Stata file; empty as above."""
    meta = _read_meta(path)
    labels = meta.column_names_to_labels if meta else {}
    return {column.strip(): label for column, label in labels.items() if label}


def _read_meta(path):
    if Path(path).suffix.lower() not in FORMATS:
        return None
    import pyreadstat

    read = pyreadstat.read_sav if Path(path).suffix.lower() == ".sav" else pyreadstat.read_dta
    try:
        return read(str(path), metadataonly=True, user_missing=True)[1]
    except Exception:  # reading the table itself tells what is wrong with the file
        return None


def check_value_labels(path, columns, missing=()):
    """Return the findings on codes whose label in the file names another level than the one the plan gives them.

    A label that names no level of the variable is a note, for the reader to compare; where only the words for yes say no, a
    warning. So is a number with a label, unless the column or `missing` declares it missing.
    """
    labelled, found = read_value_labels(path), []
    meta = _read_meta(path)
    ranges = (
        getattr(meta, "missing_ranges", None) or {}
    )  # which SPSS takes for missing, and its reader too
    named = read_column_labels(path)
    for spec in columns.values():
        found += _check_codes(spec) if spec.get("levels") else []
        labels = labelled.get(spec["column"])
        if named.get(spec["column"]) and spec.get("kind"):
            found += check_header(spec, named[spec["column"]])
        if labels and spec.get("levels"):
            found += compare_labels(labels, spec)
        elif labels and spec.get("kind") in (*NUMBER_KINDS, "duration"):
            found += _tell_missing(labels, spec, missing, ranges.get(spec["column"], []))
    return found


def check_block_labels(path, spec):
    """Return the findings of `check_value_labels` on a table of blocks: `spec` is the plan's, with shares or a column of words."""
    columns = {name: each for name, each in spec["columns"].items() if each.get("kind")}
    columns = {"label": spec["label"]} if spec.get("label") else columns
    found = check_value_labels(path, columns, spec.get("missing") or [])
    return [{**item, "message": f"Table of blocks: {item['message']}"} for item in found]


def check_event_labels(path, history):
    """Return the findings on the kinds of events in an SPSS or Stata table of events whose labels name another state than the plan.

    history: that of the plan's `disease_states`, with states and events. A kind that changes no state in the plan and has the
    name of one in the file is a warning, since the state may be dated elsewhere.
    """
    spec, states = history["events"]["columns"]["event"], history["states"]
    labels = read_value_labels(path).get(spec["column"], {})
    meant = {code: state for code, state in spec["values"].items() if state in states}
    event = {
        **spec,
        "label": "Event",
        "levels": list(states),
        "level_labels": {name: state["label"] for name, state in states.items()},
        "values": meant,
    }
    silent = {as_code(code) for code in spec["values"]} - {as_code(code) for code in meant}
    words = _list_words(event)
    lost = {
        as_code(code): (label, state)
        for code, label in labels.items()
        for state, known in words.items()
        if as_code(code) in silent and _spell(label) & known
    }
    found = compare_labels(labels, event) if meant else []
    found += [
        build_finding(
            "warning",
            "value_labels_contradict",
            f"Event: {code} is '{label}' in the file and changes no state in the plan, which has the state {state}.",
            f"If these events begin that state, write `{code}: {state}`. If it is dated elsewhere, nothing is to be done.",
            column=spec["column"],
            value=code,
        )
        for code, (label, state) in lost.items()
    ]
    remedy = "Correct `states:` under `disease_states: events:`; if the labels in the file are wrong, correct them there."
    return [
        {
            **item,
            "message": f"Table of events: {item['message']}",
            "remedy": remedy if item["severity"] == "error" else item["remedy"],
        }
        for item in found
    ]


def _tell_missing(labels, spec, missing, ranges):
    """A number with a label may be no number: it is told, but for a label that is the number itself, and a no for 0."""
    declared = {as_code(code) for code in (*missing, *spec["missing"])}
    words = {
        code: label
        for code, label in labels.items()
        if isinstance(code, int | float)
        and abs(code) < EXTENDED
        and not any(each["lo"] <= code <= each["hi"] for each in ranges)
        and as_code(code) not in declared
        and not _is_number(code, label)
    }
    return [
        build_finding(
            "warning",
            "undeclared_missing_code",
            f"{spec['label']}: the file says that {as_code(code)} is '{label}'; it would be used as a number.",
            f"List {as_code(code)} under `missing:` of this column."
            if str(label).strip().casefold() in MISSING_WORDS
            else f"If that means not known, list {as_code(code)} under `missing:` of this column; otherwise nothing is to be done.",
            column=spec["column"],
            value=as_code(code),
        )
        for code, label in words.items()
    ]


def _is_number(code, label):
    """Whether a label says no more than its number does: `3`, `3 cm`, none for 0; `5 or more` and `> 5` say more."""
    text = _plain(label)
    if not text or text in MISSING_WORDS:
        return not text
    if code == 0 and (text in YES_NO["no"] or NEGATED.fullmatch(text)):
        return True
    found = re.fullmatch(r"(-?\d+(?:[.,]\d+)?)( ?[^\d\W]+)?", text)
    return bool(found) and float(found[1].replace(",", ".")) == code


def _check_codes(spec):
    """A warning where words that the plan lists as codes are the names of other levels than those it gives them: R0 as yes.

    Not yes and no, since a column may ask the opposite; nor one letter by itself, which has other meanings in other languages.
    """
    general = {_plain(word) for words in YES_NO.values() for word in words} | {"yes", "no"}
    words, wrong = _list_words(spec), {}
    for code, level in (spec.get("values") or {}).items():
        named = {each for each, known in words.items() if _spell(code) & (known - general)}
        if named and not isinstance(level, list) and level not in named:
            wrong[code] = level
    said = {
        code: level
        for code, level in (spec.get("values") or {}).items()
        if _plain(code) not in general
    }
    levels = {as_code(code): level for code, level in said.items()}
    if spec["kind"] == "binary" and not wrong and _is_turned({each: each for each in said}, levels):
        wrong = said
    if not wrong or (len(wrong) == 1 and len(next(iter(wrong))) == 1):
        return []
    return [
        build_finding(
            "warning",
            "codes_contradict",
            f"{spec['label']}: the plan reads {' and '.join(f'{code} as {level}' for code, level in wrong.items())}; the words "
            "say something else.",
            "Correct `values:` of this column under `columns:`. If the words mean that in this file, nothing is to be done.",
            column=spec["column"],
        )
    ]


def compare_labels(labels, spec):
    """Return the finding on one column whose codes the file gives labels, {code: label}: they contradict the plan, or say more."""
    codes = {as_code(code): level for code, level in spec["values"].items()}
    if not codes:
        codes = {as_code(level): level for level in spec["levels"]}
        codes |= DEFAULT_CODES if spec["kind"] == "binary" else {}
    words = _list_words(spec)
    wrong, unknown = {}, []
    for code, label in labels.items():
        level, text = codes.get(as_code(code)), _spell(label)
        if level is None or isinstance(level, list):  # a code of several levels names none of them
            continue
        named = {each for each, known in words.items() if text & known}
        if named and level not in named:
            wrong[as_code(code)] = (
                f"{as_code(code)} is '{label}' in the file and {level} in the plan"
            )
        elif not named:
            unknown.append(f"{as_code(code)} '{label}' is read as {level}")
    if wrong:
        return [
            build_finding(
                "error",
                "value_labels_contradict",
                f"{spec['label']}: {'; '.join(wrong.values())}.",
                "Correct `values:` of this column under `columns:`; if the labels in the file are wrong, correct them there.",
                column=spec["column"],
                value=", ".join(wrong),
            )
        ]
    if unknown and spec["kind"] == "binary" and _is_turned(labels, codes):
        return [
            build_finding(
                "warning",
                "value_labels_contradict",
                f"{spec['label']}: the file labels its codes: {'; '.join(unknown)}. The words for yes say no.",
                "Correct `values:` of this column under `columns:`. If the words mean that in this file, nothing is to be done.",
                column=spec["column"],
            )
        ]
    if unknown:
        return [
            build_finding(
                "note",
                "value_labels",
                f"{spec['label']}: the file labels its codes: {'; '.join(unknown)}.",
                "Compare the two; nothing else is to be done.",
                column=spec["column"],
            )
        ]
    return []


def _is_turned(labels, codes):
    """Whether only what is read as yes has words such as `no`, `without` or `free`."""
    said = {"no": [], "yes": []}
    for code, label in labels.items():
        if codes.get(as_code(code)) in ("no", "yes"):
            said[codes[as_code(code)]].append(any(map(NEGATED.match, _spell(label))))
    return any(said["yes"]) and bool(said["no"]) and not any(said["no"])


def _list_words(spec):
    """Level -> what may name it: itself, its label, and the words of the dictionary; yes and no in several languages."""
    said = YES_NO if spec["kind"] == "binary" else {}
    own = spec.get("words") or {}
    return {
        level: {
            _plain(each)
            for each in (
                level,
                spec["level_labels"][level],
                *said.get(level, ()),
                *own.get(level, ()),
            )
        }
        for level in spec["levels"]
    }


def _spell(text):
    """A text as it is compared, and without the code before it (`1:DECEASED`, `0 = alive`)."""
    return {_plain(text), _plain(re.sub(r"^\s*\d+\s*[:=.)-]\s*(?=\D)", "", str(text)))}


def _plain(text):
    """Small letters without accents, hyphens and further spaces, in normal width."""
    text = unicodedata.normalize("NFKC", str(text)).casefold()
    text = "".join(c for c in unicodedata.normalize("NFD", text) if not "\u0300" <= c <= "\u036f")
    return " ".join(unicodedata.normalize("NFC", text).replace("_", " ").replace("-", " ").split())
