"""Several rows per patient: which row is kept, or which value of which row each variable takes."""

import difflib
import re

import pandas as pd

from crlm.cohort.codes import choose_open, keep_contradicting
from crlm.cohort.findings import build_finding
from crlm.plan.phrases import plural
from crlm.plan.variables import NUMBER, as_code

ALIKE = 0.75  # an entry as near as this to one of the column is a slip of the pen
MISSPELT = 0.9  # the same among entries of which most may be other things
NUMBERED = re.compile(r"\s*\d")
WORDS = {"first": "the first row", "last": "the last row", "complete": "the most complete row"}


def select_rows(raw, where, plain):
    """Return which rows have the entries asked for, and the findings: a column or an entry that is not there.

    where : dict of column -> list of entries; the empty text is the empty cell. `plain` is the column read, for the words.
    """
    chosen, findings = pd.Series(True, raw.index), []
    for column, codes in where.items():
        if list(raw.columns).count(column) != 1:
            findings.append(
                build_finding(
                    "error",
                    "missing_column",
                    f"the file has no column '{column}', which says from which rows '{plain}' is read.",
                    "Correct it under `where`.",
                    column=column,
                )
            )
            continue
        cells = raw[column].map(lambda cell: "" if cell is None else as_code(cell))
        known = set(cells)
        for code in codes:
            if as_code(code) not in known:
                there = ", ".join(repr(str(each)) for each in raw[column].dropna().unique()[:8])
                slip = _is_slip(as_code(code), known - {""})
                findings.append(
                    build_finding(
                        "error" if slip else "warning",
                        "no_such_row",
                        f"no row has '{code}' in column '{column}', so that '{plain}' is read from none.",
                        f"Correct it under `where`; the column has {there}."
                        + ("" if slip else " If it never happened, nothing is to be done."),
                        column=column,
                        value=code,
                    )
                )
        chosen &= cells.isin([as_code(code) for code in codes])
    return chosen, findings


def tell_unread(raw, columns):
    """Return a warning where rows have a kind from which nothing is read: no `where` names it, and something stands there.

    Told where several variables of follow-up are read from one column by its kinds (a death that is called otherwise in some rows
    would be lost), or where the column is that of the last contact or death, and elsewhere only of kinds that differ from one that
    is named by a slip of the pen.
    """
    kinds, findings = {}, []
    for spec in columns.values():
        for column, codes in (spec.get("where") or {}).items():
            if list(raw.columns).count(column) == list(raw.columns).count(spec["column"]) == 1:
                kinds.setdefault((column, spec["column"]), []).append((spec, codes))
    for (column, read), specs in kinds.items():
        listed = {as_code(code) for _, codes in specs for code in codes}
        cells = raw[column].map(lambda cell: "" if cell is None else as_code(cell))
        rows = raw.index[raw[read].notna() & ~cells.isin(listed)]
        timed = any(spec["kind"] in ("date", "duration") for spec, _ in specs)
        ends = any(spec.get("contact") or spec.get("terminal") for spec, _ in specs)
        if not (timed and (ends or len({tuple(codes) for _, codes in specs}) > 1)):
            rows = [row for row in rows if _is_misspelt(cells[row], listed)]
        if not len(rows):
            continue
        counts = raw.loc[rows, column].map(lambda cell: "empty" if cell is None else f"'{cell}'")
        shown = [f"{word} ({count})" for word, count in counts.value_counts().head(8).items()]
        findings.append(
            build_finding(
                "warning",
                "rows_unread",
                f"'{read}' is not read where no `where` names the entry in '{column}', in {len(rows)} of {len(raw)} rows: "
                f"{', '.join(shown)} (first in row {rows[0]}).",
                "If one of them means the same as an entry that is named, list both: `where: {column: [one, other]}`. If they are "
                "other things, nothing is to be done.",
                column=column,
            )
        )
    return findings


def _is_misspelt(code, listed):
    """Whether an entry is one of those listed but for a letter; those that differ by a number are others."""
    near = difflib.get_close_matches(code, listed, 1, MISSPELT)
    return bool(near) and NUMBERED.sub("", near[0]) != NUMBERED.sub("", code)


def _is_slip(code, known):
    """Whether an entry that no row has is another one misspelt, or a word among numbers; else it merely never happened."""
    numbers = {bool(NUMBER.fullmatch(each)) for each in known}
    other = numbers == {not NUMBER.fullmatch(code)}
    return not known or other or bool(difflib.get_close_matches(code, known, 1, ALIKE))


def rank_rows(raw, column, form):
    """Return a number per row by which rows are first and last (NaN: unknown), and the findings."""
    if column is None:
        return pd.Series(range(len(raw)), raw.index, dtype=float), []
    if list(raw.columns).count(column) != 1:
        message = f"the file has no column '{column}', by which the rows are ordered."
        remedy, rule, rank = "Correct it under `order_by`.", "missing_column", None
    else:
        cells = raw[column]
        numbers = pd.to_numeric(cells, errors="coerce")
        rank = numbers if numbers.notna().equals(cells.notna()) else _rank_days(cells, form)
        message = "the rows cannot be ordered: the entries are neither all numbers nor all dates."
        remedy, rule = "Set date_format, or order by another column.", "no_order"
    if rank is None:
        finding = build_finding("error", rule, message, remedy, column=column)
        return pd.Series(range(len(raw)), raw.index, dtype=float), [finding]
    return rank.astype(float), []


def _rank_days(cells, form):
    texts = cells.map(lambda cell: cell if cell is None else str(cell))
    is_text = cells.map(lambda cell: isinstance(cell, str))
    days = pd.to_datetime(texts.where(~is_text), errors="coerce")
    days = days.fillna(
        pd.to_datetime(texts.where(is_text), format=form or "%Y-%m-%d", errors="coerce")
    )
    return None if (days.isna() & cells.notna()).any() else (days - pd.Timestamp(0)).dt.days


def check_pairs(folded, columns, origins, endpoints):
    """Return warnings where an event was read from one row of a patient and its time from another.

    folded, origins : as `fold_rows` returns them. Only where both take the same row, the first or the last with an entry.
    """
    sources = [
        s for each in endpoints.values() for p in ("events", "competing") for s in each[p].values()
    ]
    pairs = {(s["flag"], s.get("date") or s.get("duration")) for s in sources if "flag" in s}
    found = []
    for flag, time in sorted(pairs):
        said, timed = columns.get(flag, {}), columns.get(time, {})
        if said.get("take") not in ("first", "last") or said["take"] != timed.get("take"):
            continue
        for row in folded.index[folded[flag].eq("yes") & folded[time].notna()]:
            rows = [origins.get((row, each["column"]), row) for each in (said, timed)]
            if rows[0] != rows[1]:
                found.append(
                    build_finding(
                        "warning",
                        "parts_of_two_rows",
                        f"{said['label']} is yes in row {rows[0]}, where {timed['label'].lower()} is empty; it is taken from row "
                        f"{rows[1]}.",
                        "Enter it in the row of the event.",
                        row=rows[0],
                        patient=folded["patient_id"][row],
                        column=timed["column"],
                    )
                )
    return found


def keep_rows(typed, rank, columns, keep):
    """Return one row per patient: the `first`, `last` or most `complete` one; and what differs between the rows.

    typed : rows with patient_id and variables. rank : their order. Rows without identifier are left as they are.
    """
    names = [name for name in columns if name != "patient_id"]
    place = rank.rank(method="first", na_option="bottom")
    if keep == "last":
        place = -rank.rank(method="first", na_option="top")
    elif keep == "complete":
        place = place - typed[names].notna().sum(axis=1) * len(typed)  # of equal ones the first
    ids = _identify(typed)
    kept = typed.loc[place.groupby(ids).idxmin()].sort_index(key=_in_order(typed))
    several = ids.duplicated(keep=False)
    findings = []
    if several.any():
        number = ids[several].nunique()
        findings.append(
            build_finding(
                "note",
                "several_rows",
                f"{plural(number, 'patient')} with several rows ({_name_some(ids[several].unique())}); {WORDS[keep]} is kept.",
                "Nothing to do, if that is what `rows` should mean.",
            )
        )
    findings += _tell_unranked(rank, ids, several) if keep in ("first", "last") else []
    chosen = pd.Series(kept.index, ids[kept.index])
    for name in names:
        findings += _tell_lost(typed[name], ids, chosen, columns[name]["column"], WORDS[keep])
        patients, example = _find_conflicts(typed[name], ids)
        if patients:
            findings.append(
                build_finding(
                    "warning",
                    "rows_differ",
                    f"the rows of {plural(len(patients), 'patient')} differ here ({example}); {WORDS[keep]} is kept.",
                    "Check which row is right. One patient with two operations is right like this.",
                    column=columns[name]["column"],
                )
            )
    return kept, findings


def fold_rows(typed, rank, chosen, columns):
    """Return one row per patient, where each value stood, and the rows that contradict one another.

    The first row of a patient gives the label. Where a value is from another row, {(label, column): row} says which.
    chosen : table of True and False, one column per variable that is read from some rows only. Of several known values `take`
    says which; without it they must be the same. Bounds go with their value, and levels left open by a code with its row.
    """
    ids = _identify(typed)
    order = rank.sort_values(kind="stable", na_position="last").index
    first = pd.Series(typed.index, typed.index).groupby(ids, sort=False).first()
    origins, findings = {}, []
    folded = {"patient_id": typed.loc[first, "patient_id"].to_numpy()}
    for name, spec in columns.items():
        if name == "patient_id":
            continue
        take, values = spec.get("take"), typed[name]
        parts = [name + end for end in ("", "_lower", "_upper", "_among") if name + end in typed]
        if take == "count":
            found = values.groupby(ids).sum(min_count=1).reindex(first.index)
            folded[name] = found.set_axis(first.to_numpy())
        else:
            labels = _choose(values.loc[order], ids, take).reindex(first.index)
            if f"{name}_among" in typed:
                given = choose_open(typed.loc[order, f"{name}_among"], ids, take)
                labels = labels.where(labels.notna(), given)
            findings += _tell_order(values, ids, labels, spec)
            findings += _tell_revived(values, ids, labels, spec)
            moved = labels.notna() & (labels != first)
            origins |= {(first[key], spec["column"]): labels[key] for key in labels.index[moved]}
            for part in parts:
                folded[part] = typed[part].reindex(labels.to_numpy()).set_axis(first.to_numpy())
        if take is None:
            known = typed.get(f"{name}_among")
            findings += _tell_conflicts(keep_contradicting(values, known, ids), ids, spec)
        if spec.get("if_no_row") is not None and name in chosen:
            none = ~chosen[name].groupby(ids).any().reindex(first.index).to_numpy()
            folded[name] = folded[name].mask(none, spec["if_no_row"])
    table = pd.DataFrame(folded, index=pd.Index(first.to_numpy()))
    return table, origins, findings


def _tell_unranked(rank, ids, several):
    """A warning on rows without an entry in the column that orders them: they are passed over for the patient's others."""
    rows = rank.index[rank.isna() & several]
    if not len(rows):
        return []
    return [
        build_finding(
            "warning",
            "no_order",
            f"{plural(len(rows), 'row')} of patients with several, without an entry in the column that orders them (`order_by`; "
            f"first in row {rows[0]}): passed over.",
            "Enter it, or delete the rows.",
        )
    ]


def _identify(typed):
    """The identifier; a row without one stands for itself."""
    ids = typed["patient_id"]
    # pandas groups texts only up to a \x00
    return ids.where(ids != "", [f"\x1f{place}" for place in range(len(ids))])


def _in_order(typed):
    place = {label: number for number, label in enumerate(typed.index)}
    return lambda labels: labels.map(place)


def _choose(values, ids, take):
    """The row of each patient whose value is taken, from rows in order."""
    known = values[values.notna()]
    if take in ("max", "min", "any"):
        size = known.cat.codes if isinstance(known.dtype, pd.CategoricalDtype) else known
        known = size.sort_values(kind="stable", ascending=take == "min")
    elif take == "last":
        known = known[::-1]
    rows = pd.Series(known.index, known.index, dtype=object)  # a number beside a gap stays whole
    return rows.groupby(ids.loc[known.index], sort=False).first()


def _tell_order(values, ids, labels, spec):
    """A warning where the last row has not the latest date, or the first not the earliest."""
    if spec["kind"] != "date" or spec.get("take") not in ("first", "last"):
        return []
    known = values.dropna()
    found = known.groupby(ids.loc[known.index], sort=False).agg(
        "max" if spec["take"] == "last" else "min"
    )
    labels = labels.dropna()
    taken = values.loc[labels].set_axis(labels.index)
    other = labels.index[(taken != found.reindex(labels.index)).to_numpy()]
    if other.empty:
        return []
    patient, word = other[0], "latest" if spec["take"] == "last" else "earliest"
    return [
        build_finding(
            "warning",
            "rows_differ",
            f"{spec['label']}: the {spec['take']} row of {plural(len(other), 'patient')} does not have the {word} date "
            f"(patient {patient}: {_say(taken[patient])} is taken, {_say(found[patient])} stands in another row).",
            f"If the {word} is meant, write `take: {'max' if spec['take'] == 'last' else 'min'}`, or order the rows "
            "(`rows: order_by`).",
            column=spec["column"],
        )
    ]


def _tell_revived(values, ids, labels, spec):
    """Warnings where a death is recorded in one row and the row that is taken says no: nobody comes back to life."""
    if not (spec["kind"] == "binary" and spec.get("terminal")):
        return []
    labels = labels.dropna()
    alive = labels[values.loc[labels].eq("no").to_numpy()]
    said = values.index[values.eq("yes") & ids.isin(alive.index)]
    return [
        build_finding(
            "warning",
            "rows_differ",
            f"{spec['label']}: yes in row {row}, and no in row {alive[ids[row]]}, which is taken.",
            "Correct the row that is wrong, or write `take: any` if one yes means that it happened.",
            row=row,
            patient=ids[row],
            column=spec["column"],
            value="yes, no",
        )
        for row in said
    ]


def _tell_lost(values, ids, chosen, column, words):
    """A warning where the row that is kept has nothing and another row of the patient has something."""
    empty = chosen[values[chosen.to_numpy()].isna().to_numpy()]
    known = values[values.notna() & ids.isin(empty.index)]
    if known.empty:
        return []
    row = known.index[0]
    return [
        build_finding(
            "warning",
            "rows_lost",
            f"{words} of {plural(ids[known.index].nunique(), 'patient')} has nothing here, and another row has "
            f"(patient {ids[row]}: {_say(known.iloc[0])} in row {row}); it is not used.",
            "If it should be, `rows: fold` takes each variable from the row that has it, `complete` the row with most values.",
            column=column,
        )
    ]


def _find_conflicts(values, ids):
    """The patients whose known values differ, and the first of them in words."""
    known = values.dropna()
    number = known.groupby(ids.loc[known.index], sort=False).nunique()
    patients = list(number.index[number > 1])
    if not patients:
        return [], ""
    own = known[ids.loc[known.index] == patients[0]].drop_duplicates()
    entries = ", ".join(f"{_say(value)} in row {row}" for row, value in own.items())
    return patients, f"patient {patients[0]}: {entries}"


def _tell_conflicts(values, ids, spec):
    patients, example = _find_conflicts(values, ids)
    if not patients:
        return []
    first = ids.index[ids == patients[0]][0]
    return [
        build_finding(
            "error",
            "rows_differ",
            f"the rows of {plural(len(patients), 'patient')} contradict one another in {spec['label']} ({example}).",
            "Correct them, or say for this column which rows are meant (`where: {column: entry}`) or which value counts "
            "(`take: first`, last, max, min or any).",
            row=first if len(patients) == 1 else None,
            patient=patients[0] if len(patients) == 1 else "",
            column=spec["column"],
        )
    ]


def _say(value):
    if isinstance(value, pd.Timestamp):
        return f"{value:%Y-%m-%d}"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _name_some(names, most=3):
    return ", ".join(map(str, list(names)[:most])) + (" ..." if len(names) > most else "")
