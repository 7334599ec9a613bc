"""Identifiers of patients: which are spelled differently and mean one patient, within a file, between files, in the plan."""

import re
import unicodedata

import pandas as pd

from crlm.cohort.cells import MISSING_WORDS
from crlm.cohort.findings import build_finding, condense_findings

# ASSUME two records are one patient's when fewer such pairs than this are to be expected by chance in the whole cohort
CHANCE = 0.05
SHIFTED = 5  # identifiers from which two lists that differ by one number are no chance
IGNORED = (
    "case, spaces, zeros in front, full width, letters of other alphabets that look alike, signs between letters and numbers and a "
    "final .0"
)
# Letters of other alphabets that look like those of the Latin one, after folding the case
ALIKE = str.maketrans("авекмнорстухіј" + "αβεηικμνορτυχζ", "abekmhopctyxij" + "abehikmnoptyxz")
FLOATS = re.compile(r"\d([.,]\d+)?[eE]\+\d{1,3}")  # as a spreadsheet writes long numbers
BETWEEN = re.compile(r"(?<=[^\W\d_])[-_./ ]+(?=\d)|(?<=\d)[-_./ ]+(?=[^\W\d_])")
NUMBERED = 0.9  # share of identifiers with a digit from which a word for missing among them is none


def identify(cells):
    """Return the identifiers of a column of cells as texts; an empty cell is the empty text, a date its day."""
    return cells.map(_write)


def _write(cell):
    if isinstance(cell, pd.Timestamp) and cell == cell.normalize():
        return f"{cell:%Y-%m-%d}"
    return "" if cell is None else str(cell)


def find_dates(cells, column):
    """Return an error for each identifier that is a date: a spreadsheet made 05-19 one."""
    found = [
        build_finding(
            "error",
            "date_as_identifier",
            "the identifier is a date; a spreadsheet turns entries such as 05-19 into one.",
            "Format the column as text and enter the identifier again.",
            row=row,
            column=column,
            value=f"{cell:%Y-%m-%d}",
        )
        for row, cell in cells.items()
        if isinstance(cell, pd.Timestamp)
    ]
    return condense_findings(found, len(cells))


def simplify(text):
    """Return an identifier without case, width, spaces beside letters or signs, kinds of dashes, and a final ``.0``.

    Letters of other alphabets are the Latin ones that they look like.
    """
    text = unicodedata.normalize("NFKC", str(text)).casefold().translate(ALIKE)
    kinds = [(sign, unicodedata.category(sign)) for sign in text]
    text = "".join("-" if kind == "Pd" else sign for sign, kind in kinds if kind != "Cf")
    # 1 12 and 11 2 are two patients: between digits a space counts
    text = re.sub(r"(?<!\d)\s+|\s+(?!\d)", "", " ".join(text.split()))
    return re.sub(r"(\d)[.,]0+$", r"\1", text) if re.fullmatch(r"\d+[.,]0+", text) else text


def strip_zeros(text):
    """Return a simplified identifier without zeros in front of its numbers and signs beside its letters; 1.01 and 1.1 stay two."""
    return re.sub(r"(?<![\d.,])0+(?=\d)", "", BETWEEN.sub("", simplify(text)))


def check_identifiers(ids, column):
    """Return findings for rows without identifier, patients that stand there twice, and identifiers that look like one.

    `ids` are texts by row of the file. Other zeros in front are a warning, since two hospitals may count from 1 and from 001.
    """
    findings = [
        build_finding(
            "error",
            "missing_identifier",
            "the row has no patient identifier.",
            "Enter the identifier or delete the row.",
            row=row,
            column=column,
        )
        for row in ids.index[ids == ""]
    ]
    floats = ids.index[ids.map(lambda each: bool(FLOATS.fullmatch(each)))]
    if len(floats) > 1:
        findings.append(_tell_floats(len(floats), ids, floats[0], column))
    words = _find_words(ids)
    findings += condense_findings([_tell_word(row, ids[row], column) for row in words], len(ids))
    first, alike = {}, []
    for row, patient in ids[(ids != "") & ~ids.index.isin(words)].items():
        same, near, far = patient, (1, simplify(patient)), (2, strip_zeros(patient))
        if same in first:
            findings.append(
                build_finding(
                    "error",
                    "duplicate_identifier",
                    f"the patient already stands in row {first[same]}.",
                    "Keep one row per patient (the first liver resection), correct the identifier, or say under `cohort: rows:` "
                    "what several rows mean.",
                    row=row,
                    patient=patient,
                    column=column,
                    value=patient,
                )
            )
        elif near in first or far in first:
            other = first.get(near, first.get(far))
            alike.append(_tell_alike(row, patient, other, ids[other], near in first, column))
        for key in (same, near, far):
            first.setdefault(key, row)
    return findings + condense_findings(alike, len(ids))


def _find_words(ids):
    """The rows whose identifier is a word for missing, where nearly all others have a number in them."""
    known = ids[ids != ""]
    words = known[known.str.casefold().isin(MISSING_WORDS)]
    others = known.drop(words.index)
    return list(words.index) if len(others) and others.str.contains(r"\d").mean() > NUMBERED else []


def _tell_floats(count, ids, row, column):
    return build_finding(
        "warning",
        "identifier_rounded",
        f"{count} of {len(ids)} identifiers are written like 1.23E+11: a spreadsheet has shortened long numbers, and their last "
        f"figures are lost (first in row {row}).",
        "Format the column as text, or as a number without decimals, and export again.",
        column=column,
    )


def _tell_word(row, patient, column):
    return build_finding(
        "error",
        "missing_identifier",
        f"'{patient}' stands in place of a patient identifier.",
        "Enter the identifier or delete the row.",
        row=row,
        patient=patient,
        column=column,
        value=patient,
    )


def _tell_alike(row, patient, other, name, near, column):
    how = "case, spaces or the like" if near else "zeros in front or a sign such as a hyphen"
    return build_finding(
        "error" if near else "warning",
        "similar_identifier",
        f"it differs from '{name}' in row {other} only by {how}: are these one patient?",
        "If so, keep one of the two rows (the first liver resection). If not, give one an identifier that cannot be mistaken.",
        row=row,
        patient=patient,
        column=column,
        value=patient,
    )


def check_shared(parts, column):
    """Return findings on patients of one table who stand in another, spelled alike or nearly; those of one table are found there.

    parts: list of the identifiers of each table by row. Two hospitals may count from 1 and from 001: a warning.
    """
    first, findings, alike = {}, [], []
    for ids in parts:
        ids = ids[(ids != "") & ~ids.duplicated()]
        keys = {
            row: [(0, each), (1, simplify(each)), (2, strip_zeros(each))]
            for row, each in ids.items()
        }
        for row, patient in ids.items():
            same, near, far = (first.get(key) for key in keys[row])
            if same:
                findings.append(_tell_shared(row, patient, same[0], column))
            elif other := near or far:
                alike.append(_tell_alike(row, patient, *other, near is not None, column))
        for row, patient in ids.items():
            for key in keys[row]:
                first.setdefault(key, (row, patient))
    most = max(map(len, parts))
    return condense_findings(findings, most) + condense_findings(alike, most)


def _tell_shared(row, patient, other, column):
    return build_finding(
        "error",
        "duplicate_identifier",
        f"the patient already stands in row {other}.",
        "If it is one patient, keep one of the rows or say under `cohort: rows:` which is kept; if they are two, make the "
        "identifiers differ.",
        row=row,
        patient=patient,
        column=column,
        value=patient,
    )


def check_twins(cohort, columns):
    """Return warnings for patients who are the same under two identifiers.

    The same is: all dates, times and marks of identity (age, sex), or all that is known by the resection, for a patient who was
    entered a second time with a later follow-up. A pair counts only when pairs as alike are not to be expected by chance: with
    the share of patients who have each of the values, fewer than 0.05 in the whole cohort. So neither a day on which many were
    seen last nor a small cohort with few columns gives an alarm.
    """
    mapped = {name: spec for name, spec in columns.items() if name in cohort}
    dated = [
        name
        for name, spec in mapped.items()
        if spec.get("identity") or spec.get("kind") in ("date", "duration")
    ]
    early = ("baseline", "operation", "pathology")
    recorded = [name for name, spec in mapped.items() if spec.get("timing") in early]
    found = _find_twins(cohort, dated, columns)
    told = {item["row"] for item in found}
    found += [item for item in _find_twins(cohort, recorded, columns) if item["row"] not in told]
    return condense_findings(found, len(cohort))


def _find_twins(cohort, names, columns):
    if len(names) < 2 or len(cohort) < 2:
        return []
    values = cohort[names].astype(object).where(cohort[names].notna(), "").astype(str)
    joined = values.agg("\x1f".join, axis=1)
    again = joined.duplicated() & (_expect_twins(values) < CHANCE)
    first, found = dict(zip(joined[::-1], joined.index[::-1], strict=True)), []
    for row in joined.index[again]:
        other = first[joined[row]]
        given = [columns[name]["label"] for name in names if values[name][row]]
        more = f" and {len(given) - 6} others" if len(given) > 7 else ""
        given = given[:6] if more else given
        found.append(
            build_finding(
                "warning",
                "twin_patient",
                f"{', '.join(given)}{more} are all as in row {other} (patient {cohort['patient_id'][other]}).",
                "Check whether one patient stands there under two identifiers; if so, keep one of the two rows.",
                row=row,
                patient=cohort["patient_id"][row],
                column=columns["patient_id"]["column"],
                value=cohort["patient_id"][row],
            )
        )
    return found


def _expect_twins(values):
    """For each row the number of pairs with its values that chance would give, were the columns independent."""
    others = len(values) - 1
    shares = [(column.map(column.value_counts()) - 1) / others for _, column in values.items()]
    return others * (others + 1) / 2 * pd.concat(shares, axis=1).prod(axis=1)


def find_shift(ids, known):
    """Return by how much the identifiers of another table are all less or more than those of the cohort, or None.

    Where both are whole numbers and one list is the other counted from another number (rows counted from 0), nearly all of
    them meet, and each the wrong patient.
    """
    here, there = ({*each} - {""} for each in (ids, known))
    if len(here) < SHIFTED or here == there or not all(each.isdecimal() for each in here | there):
        return None
    here, there = ({int(each) for each in both} for both in (here, there))
    shift = min(here) - min(there)
    return shift if shift and here == {each + shift for each in there} else None


def tell_shift(shift, column, name=""):
    """The error of two tables whose identifiers are one list counted from different numbers."""
    return build_finding(
        "error",
        "shifted_identifier",
        f"{name}the identifiers are those of the cohort {'less' if shift < 0 else 'plus'} {abs(shift)}: they are probably numbers "
        "of rows, and each row meets another patient.",
        "Write the patients' identifiers into this table; if they truly differ by that, correct the one patient that has no row.",
        column=column,
    )


def compare_tables(ids, known, column):
    """Return findings for patients of a further table who are not among the `known` identifiers of the cohort.

    `ids` are the identifiers of the table by row. Identifiers that meet only when spelled alike, and tables of which nobody
    is in the cohort, are errors: the values would be missing in everybody without a word.
    """
    given = dict(zip(ids[::-1], ids.index[::-1], strict=True))  # the first row of each
    given.pop("", None)
    patients = sorted(given, key=given.get)
    exact = set(known) - {""}
    shift = find_shift(patients, exact)
    if shift is not None:
        return [tell_shift(shift, column)]
    loose = {strip_zeros(each): each for each in sorted(exact)}
    strangers = [each for each in patients if each not in exact]
    alike = [each for each in strangers if strip_zeros(each) in loose]
    findings = []

    def tell(severity, rule, patient, message, remedy, row=None):
        names = {"row": row, "patient": patient if row else "", "column": column, "value": patient}
        findings.append(build_finding(severity, rule, message, remedy, **names))

    if alike:
        tell(
            "error",
            "similar_identifier",
            alike[0],
            f"in the cohort only when {IGNORED} are ignored: {len(alike)} of {len(patients)} patients ('{alike[0]}' here, "
            f"'{loose[strip_zeros(alike[0])]}' there).",
            "Write the identifiers alike in both files; a spreadsheet keeps zeros in front when the column is formatted as text.",
        )
    elif strangers and len(strangers) == len(patients):
        there = f" (the cohort has '{min(exact)}')" if exact else ""
        tell(
            "error",
            "no_patient_meets",
            strangers[0],
            f"none of the {len(patients)} patients is in the cohort{there}.",
            "Check that both files have the same identifiers, and that `patient_id` names the right column in both.",
        )
        return findings
    rest = [each for each in strangers if each not in alike]
    for patient in rest:
        tell(
            "warning",
            "unknown_patient",
            patient,
            "there is no such patient in the cohort.",
            "Check the identifier; the row is not used.",
            given[patient],
        )
    return findings


def find_listed(listed, ids, label, place):
    """Return the mask of the rows whose patient the plan lists, and the findings.

    An identifier means the one that is spelled so, or else the only one that is spelled alike (12 for 0012). Somebody who
    withdrew consent must not stay in by another spelling.
    """
    out, findings = pd.Series(False, ids.index), []
    near, far = ids.map(simplify), ids.map(strip_zeros)
    for patient in map(str, listed):
        exact = ids.eq(patient)
        same = near.eq(simplify(patient)) | exact
        alike = far.eq(strip_zeros(patient)) | same
        names = list(dict.fromkeys(ids[alike]))
        others = ", ".join(f"'{each}'" for each in names if each != patient)
        message = None
        if not names:
            message = (
                f"the plan leaves out patient '{patient}' ({label}), who is not in the export."
            )
        elif exact.any() and (same & ~exact).any():
            message = f"the plan leaves out patient '{patient}' ({label}), but {others} looks like the same patient and would stay."
        elif not exact.any() and len(names) > 1:
            message = f"the plan leaves out patient '{patient}' ({label}), who may be {others}."
        if message:
            remedy = f"Correct the identifier under {place}, or take it out."
            if names:
                remedy = f"List under {place} every identifier that is to be left out, as it stands in the export."
            findings.append(
                build_finding("error", "unknown_patient", message, remedy, value=patient)
            )
        elif not exact.any():
            findings.append(
                build_finding(
                    "note",
                    "similar_identifier",
                    f"{label}: a patient whom the plan lists is spelled differently here ({IGNORED} are ignored) and is left out.",
                    "Nothing to do if this is the patient.",
                    row=ids.index[alike][0],  # and not the name: consent may be withdrawn
                )
            )
        out |= exact if exact.any() else alike & (len(names) == 1)
    return out, findings
