"""What may leave the hospital: small counts hidden, with what they could be worked out from; times to the week."""

import re
from dataclasses import replace
from functools import partial

import numpy as np
import pandas as pd

from crlm.display.cells import Cell
from crlm.display.complements import (
    WITHHELD,
    complete,
    find_against,
    find_bare,
    find_blocks,
    find_compared,
    find_complements,
    find_crossed,
    find_sums,
    find_wholes,
    follows,
    hide_levels,
    hide_numbers_at_risk,
    hide_partners,
    hide_shares,
    list_counts,
)
from crlm.display.few_words import hide_words
from crlm.display.weeks import WEEK, join_weeks, merge_weeks, round_medians, round_weeks  # noqa: F401

GONE = "\N{EN DASH}"  # the same in a figure
PART = "part of a whole: "  # texts of a figure with one such label are counts of groups; their sum may be known elsewhere
NAME = "name of a group"  # texts of a figure with this label are no counts, whatever they look like
# counts of patients, events, lesions; the numbers of a plan or a model (thresholds, degrees of freedom) are none
COUNTS = re.compile(
    r"(patients|events|at_risk|censored|missing(_variable|_other)?|count|excluded|unknown|remaining|observed|treated"
    r"|determinate(_group)?|undetermined|units|only|computed_higher|computed_lower|followed_beyond|late_events"
    r"|(con|dis)cordant(_units)?|pairs|agree|differ|lesions|blocks|of|common|without(_less_complete)?|limits)(_below|_above)?"
)
WHO = re.compile(r"(patients|units|count|determinate|pairs)(_below|_above)?")  # a group by its size
PARTS = ("treated", "patients_below")  # of the patients, with their share beside them
# what tells a hidden count of its row, where the other is known: its share of them, or what it was divided by
RATIOS = re.compile(r"percent|share(_of_events|_of_free)?|rate|events_per_parameter|observed|ratio")
CURVES = re.compile(r"survival|incidence|naive|excess|probability|expected_(events|free)")
COMPARED = re.compile(r"(difference|ratio)(_lower|_upper|_p_value)?|p_value")  # with a group
LIMITED = re.compile(  # with the limits beside them
    r"percent|share|rate|observed|ratio|survival|incidence|probability"
)
PRINTED = re.compile(
    r"Events per parameter|Of those with.*, %|Per 100 person-years.*|O:E\b.*|Observed\b.*|Survival, %.*"
)
SAME = "Same group, %"  # of pairs of lesions
NET = "Net, in the right direction"
SIDES = ("Below", "At or above")  # of a cut; together they are everybody
STEPS = ("Left out", "Remaining")  # of the flow, to those analysed, before each endpoint's
PER_PARAMETER, EVENTS, LOST = "Events per parameter", "Events", "Lost by it"
PATIENTS, LACKING = "Patients", "Left out: value missing"  # of a model; together they are everybody
# two that are one known number together
PAIRS = (
    ("agree", "differ"),
    ("patients_below", "patients_above"),
    ("events_below", "events_above"),
    ("concordant", "discordant_units"),
)
KEPT = re.compile(
    r"time|horizon|threshold|cut|value|from|to|until|per|df|knots|parameters|resamples|imputations|seed"
    r"|(base|extended)_(from|to)|(given|further)_months|published.*|median_published"
)


def mask(table, least):
    """Return a result table with every count from 1 to `least` - 1 as the text `<least`; 0 stays.

    A group of so few patients keeps no estimate. Where one count of a partition is hidden, the next smallest is hidden too,
    or it would follow from the total. Times of curves and medians are rounded to the week, a row per week.
    """
    if table.empty:
        return table
    table = table.reset_index(drop=True)
    if {"statistic", "observed", "imputed"} <= set(table):
        table = hide_shares(table, least)
    is_curve = {"time", "at_risk"} <= set(table) and bool(
        {"censored", "cause", "hazard"} & set(table)
    )
    if {"time", "at_risk", "censored"} <= set(table) or {"cause", "time"} <= set(table):
        table = merge_weeks(table)
    elif "median" in table and "mean" not in table:
        table = round_medians(table)
    # patients may be expected numbers: of a lesion drawn at random
    counts = [
        name
        for name in table
        if COUNTS.fullmatch(name) and (_is_whole(table[name]) or name == "patients")
    ]
    small = {name: (table[name] > 0) & (table[name] < least) for name in counts}
    who = ["at_risk"] if is_curve else [name for name in counts if WHO.fullmatch(name)]
    sized = {name: small[name] for name in who if name in small}
    few = pd.DataFrame(sized, table.index).any(axis=1)
    if is_curve:
        hidden = {name: small[name] for name in counts}
        if "at_risk" in counts:  # weighted ones are none
            hidden["at_risk"] = hide_numbers_at_risk(table, least)
    else:
        hidden = {name: hide_partners(table, name, small[name], least) for name in counts}
    if "excluded" in hidden and hidden["excluded"].any():  # or a step follows from its neighbours
        hidden["remaining"] = table["endpoint"].isna() & (table["step"] != "analysed")
    for pair in PAIRS:
        if set(pair) <= set(hidden):
            either = hidden[pair[0]] | hidden[pair[1]]
            hidden.update({name: either & (table[name] > 0) for name in pair})
    if "model" in table and {"missing", "patients"} <= set(hidden):  # they are everybody together
        hidden["patients"] |= hidden["missing"]
    hide_levels(table, hidden, least)
    if "common" in hidden:  # what a predictor costs is the difference of two
        for name in ("without", "without_less_complete"):
            hidden[name] |= (table[name] - table["common"]).between(1, least - 1)
    if "lesions" in hidden and "blocks" in hidden:  # as many blocks as lesions are one patient's
        hidden["blocks"] |= small["patients"]
    parts = [name for name in PARTS if name in hidden and "share" in table]
    for name in parts:  # whoever is not among them may be few as well
        hidden[name] |= (table["patients"] - table[name]).between(1, least - 1)
    masked = table.astype(object)
    for name in table:
        if name in hidden:
            masked.loc[hidden[name], name] = WITHHELD if name != "remaining" else None
            masked.loc[small[name], name] = f"<{least}"
        elif _is_number(table[name]) and not KEPT.fullmatch(name):
            masked.loc[few, name] = None
    if {"group", "reference"} <= set(table):
        compared = [name for name in table if COMPARED.fullmatch(name)]
        masked.loc[find_against(table, few), compared] = None
    if not is_curve:
        _drop_ratios(masked, RATIOS, hidden)
        # events of all follow-up are beside survival at a time; those until then are a share of the patients
        until = [] if "time" in table else ["events"]
        parts = {name: hidden[name] for name in until if name in hidden}
        parts |= {"at_risk": small["at_risk"]} if "at_risk" in small else {}
        _drop_ratios(masked, CURVES, parts)
        if "moved" in table and "events" in hidden:
            few = hidden["events"].groupby([table["addition"], table["horizon"]]).transform("any")
            _drop_ratios(masked, RATIOS, {"events": few & table["moved"].eq("net")})
    for name in {"note"} & set(table):
        masked[name] = table[name].map(partial(hide_words, least=least), na_action="ignore")
    return masked


def hide(table, least):
    """Return a DisplayTable with counts from 1 to `least` - 1 as `<least`, as `mask` does with result tables.

    A row whose count of patients is hidden, and a column of so few, keep no other number; where the count stands below a heading of
    several columns, the columns of another heading that has its own are kept.
    """
    few = {place for place, column in enumerate(table.columns) if _size(column) in range(1, least)}
    columns = tuple(
        replace(c, label=re.sub(r"n = \d+", f"n < {least}", c.label)) if place in few else c
        for place, c in enumerate(table.columns)
    )
    rows = [list(row.cells) for row in table.rows]
    small = np.array([[_is_small(cell, least) for cell in row] for row in rows], bool)
    small = small.reshape(len(rows), len(columns))
    hidden = small | find_complements(table.rows, columns, least)
    sizes = [_size(column) for column in table.columns]
    groups = [place for place, size in enumerate(sizes) if size]
    are_all = sum(sizes) == 2 * sizes[groups[0]] if groups else False
    if not are_all:  # a small group is no part of a whole
        groups = [place for place in groups if sizes[place] >= least]
    unknown = _find_unsized(sizes, groups, least) if are_all else set()
    columns = tuple(
        replace(c, label=re.sub(r"n = \d+", f"n = {WITHHELD}", c.label)) if place in unknown else c
        for place, c in enumerate(columns)
    )
    # the last column counts everybody
    has_foot = any(row.kind == "foot" for row in table.rows)
    is_matrix = table.columns[-1].label == "All" or (has_foot and _adds_up(rows))
    labels = [column.label for column in columns]
    of_models = LACKING in labels  # a row is no part of another
    sums = [] if of_models else list(find_sums(rows, len(columns)))
    kinds = {place for _, *parts in sums for place in parts}
    wholes = [*find_wholes(rows, columns), *find_crossed(table.rows, columns), *sums]
    before = -1
    while hidden.sum() > before:  # a partner in a column may need one in its row, and so on
        before = hidden.sum()
        for start, end in [] if of_models else find_blocks(table.rows):
            for place in range(len(columns)):
                lines = [n for n in range(start, end) if (n, place) not in kinds]
                counts = list_counts([rows[n][place] for n in lines])
                hidden[lines, place] = complete(counts, hidden[lines, place], least)
        for whole, *parts in wholes:
            counts = list_counts([rows[number][place] for number, place in parts])
            at = tuple(np.transpose(parts))
            hidden[at] = complete(counts, hidden[at], least)
            hidden[whole] |= follows(counts[hidden[at]], least)
        for place in unknown:  # whose levels are all of it together
            for start, end in find_blocks(table.rows):
                counts = list_counts([row[place] for row in rows[start:end]])
                if not hidden[start:end, place].any() and (counts > 0).sum() > 1:
                    hidden[start + np.argmin(np.where(counts > 0, counts, np.inf)), place] = True
        for number, row in enumerate(rows):
            if is_matrix:
                _add_partners(row[:-1], hidden[number, :-1], least)
            elif len(groups) > 1:  # the first counts everybody, the others are groups of them
                _add_row_partners(row, hidden[number], groups, least)
    of_patients = [p for p, c in enumerate(columns) if c.label.startswith(("Patients", "At risk"))]
    if set(STEPS) <= set(labels):
        left_out, remaining = map(labels.index, STEPS)
        last = next((n for n, row in enumerate(table.rows) if row.kind == "head"), len(rows)) - 1
        hidden[:last, remaining] |= hidden[: last + 1, left_out].any()
    for name in {column.label for column in columns if column.over in SIDES}:
        sides = [n for n, c in enumerate(columns) if c.label == name and c.over in SIDES]
        hidden[:, sides] = hidden[:, sides].any(axis=1)[:, None]
    for place in (n for n, label in enumerate(labels) if label == LOST):
        # it is what the columns beside it have more than the common set
        common = list_counts([row[place - 2] for row in rows])
        for near in (n for n in (place - 1, place + 1) if n < len(columns)):
            more = list_counts([row[near] for row in rows]) - common
            hidden[:, near] |= (more > 0) & (more < least)
    if of_models:
        hidden[:, labels.index(PATIENTS)] |= hidden[:, labels.index(LACKING)]
    lines = [row[0].text if row else "" for row in rows]
    if LACKING in lines:
        hidden[lines.index(PATIENTS)] |= hidden[lines.index(LACKING)]
    told, bare = _find_ratios(rows, hidden, columns), find_bare(table.rows, small)
    for start, end in find_blocks(table.rows):  # what is net of two tells one where the other is 0
        for number in (n for n in range(start, end) if lines[n] == NET):
            told[number] |= told[start:end].any(axis=0)
    told |= find_compared(table.rows, small[:, of_patients].any(axis=1))
    counted = {columns[place].over for place in of_patients}
    for number, row in enumerate(rows):
        few_at = {columns[place].over for place in of_patients if small[number, place]}
        for place, cell in enumerate(row):
            # few at risk at one time tell of that time only: other times have a count of their own below their heading
            over = columns[place].over
            alone = few_at and ("" in few_at or over in few_at or over not in counted)
            if hidden[number, place]:
                shown = f"<{least}" if small[number, place] else WITHHELD
                row[place] = replace(cell, text=shown, values=(shown,), forms=cell.forms[:1])
            elif (
                place
                and cell.values
                and (place in few or (alone and not cell.counted) or told[number, place])
            ):
                row[place] = Cell(WITHHELD)
            elif (place in unknown or bare[number, place]) and cell.counted and cell.values[1:]:
                row[place] = replace(
                    cell, text=cell.text.split(" ")[0], values=cell.values[:1], forms=cell.forms[:1]
                )
            elif cell.values and not cell.counted:
                row[place] = replace(cell, values=_round_as_printed(cell))
            elif not cell.values:
                row[place] = replace(cell, text=hide_words(cell.text, least))
    made = tuple(replace(row, cells=tuple(new)) for row, new in zip(table.rows, rows, strict=True))
    notes = tuple(hide_words(note, least) for note in table.notes)
    if hidden.any() or few:
        notes = (
            *notes,
            f"<{least}: fewer than {least}; {WITHHELD}: such a count would follow from it, or it is of so few.",
        )
    return replace(table, columns=columns, rows=made, notes=notes)


def hide_figure(figure, least):
    """Hide such counts in the texts of a figure, in place: below curves, in keys, `3/12`, `n = 3`; ticks stay."""
    from matplotlib.text import Text

    ticks = {
        id(label)
        for axes in figure.axes
        for axis in (axes.xaxis, axes.yaxis)
        for which in ("major", "minor")
        for label in (t for tick in axis.get_ticklabels(which=which) for t in [tick])
    }
    _hide_parts(figure.findobj(lambda item: str(item.get_label()).startswith(PART)), least)
    for item in figure.findobj(Text):
        words = item.get_text()
        if id(item) not in ticks and words and item.get_label() != NAME:
            if re.fullmatch(rf"(\d+|{GONE})(/(\d+|{GONE}))?", words):
                parts = [
                    f"<{least}" if n != GONE and 0 < int(n) < least else n for n in words.split("/")
                ]
                item.set_text("/".join(parts))
            else:
                item.set_text(hide_words(words, least))


def _hide_parts(texts, least):
    """Where counts of a whole will be hidden, the smallest other goes with them, or another figure's total would tell.

    Of counts as `3/12` the first ones are one whole and the second ones another.
    """
    wholes = {}
    for text in texts:
        for place in range(text.get_text().count("/") + 1):
            wholes.setdefault((id(text.axes), text.get_label(), place), []).append(text)
    for (*_, place), parts in wholes.items():
        shown = [text.get_text().split("/")[place] for text in parts]
        counts = np.array([int(word) if word.isdigit() else np.nan for word in shown])
        small = (counts > 0) & (counts < least)
        for chosen in np.flatnonzero(complete(counts, small, least) & ~small):
            words = parts[chosen].get_text().split("/")
            words[place] = GONE
            parts[chosen].set_text("/".join(words))


def drop_few(table, least, names, by="patients"):
    """Return a result table without the estimates `names` of fewer than `least` patients (or events), as a figure shows it."""
    few = table[by].between(1, (least or 0) - 1)
    return table.assign(**{name: table[name].mask(few) for name in names})


def hide_bars(table, least, by, name="patients"):
    """Return the bars of histograms, one for each value of the columns `by`, with 0 for small counts and what tells them."""
    if not least or table.empty:
        return table
    counts = table[name].astype(float)
    for rows in table.groupby(list(by), dropna=False).groups.values():
        mine = counts[rows]
        counts[rows] = mine.mask(complete(mine, (mine > 0) & (mine < least), least), 0)
    return table.assign(**{name: counts})


def _drop_ratios(masked, names, hidden):
    """Take out in place what tells a hidden count of its row, with its limits."""
    lost = pd.DataFrame(hidden, masked.index).any(axis=1)
    ratios = [name for name in masked if names.fullmatch(name) and name not in hidden]
    limited = any(LIMITED.fullmatch(name) for name in ratios)
    limits = [name for name in ("lower", "upper") if limited and name in masked]
    masked.loc[lost, ratios + limits] = None


def _add_partners(cells, hidden, least):
    """Hide in place what else of a whole must be."""
    hidden[:] = complete(list_counts(cells), hidden, least)


def _add_row_partners(cells, hidden, groups, least):
    """Of a row with everybody and the groups of them: no hidden group is everybody but the others."""
    everybody, *parts = groups
    counts = list_counts([cells[place] for place in parts])
    hidden[parts] = complete(counts, hidden[parts], least)
    hidden[everybody] |= follows(counts[hidden[parts]], least)


def _round_as_printed(cell):
    """The numbers of a cell as they are printed: a median to 15 digits is the day of one patient's event."""
    forms = [form if re.fullmatch(r"0(\.0+)?", form) else None for form in cell.forms]
    forms += [None] * (len(cell.values) - len(forms))
    return tuple(
        round(value, len(form.partition(".")[2])) if form and isinstance(value, float) else value
        for value, form in zip(cell.values, forms, strict=True)
    )


def _find_unsized(sizes, groups, least):
    """The columns whose size is not told because that of a small group would follow from it and from everybody's."""
    parts = np.array([sizes[place] for place in groups[1:]])
    gone = complete(parts, parts < least, least) & (parts >= least)
    return {groups[1:][place] for place in np.flatnonzero(gone)}


def _adds_up(rows):
    """Whether the last cell of every row counts what its others do together; a row with a hidden count tells nothing."""
    counts = [(list_counts(row), row) for row in rows if row and row[-1].counted]
    told = [n for n, row in counts if not any(np.isnan(n) & [cell.counted for cell in row])]
    return bool(counts) and all(n[-1] == np.nansum(n[:-1]) for n in told)


def _find_ratios(rows, hidden, columns):
    """Where a cell tells a hidden count of its row (or, below the columns, of the row of events): a rate, a share of the others."""
    found = np.zeros(hidden.shape, bool)
    ratios = [
        place
        for place, column in enumerate(columns)
        if PRINTED.fullmatch(column.label) or SAME in column.label + column.over
    ]
    for place in ratios:  # below the same heading
        near = [n for n, c in enumerate(columns) if c.over in ("", columns[place].over)]
        found[:, place] = hidden[:, near].any(axis=1)
    lines = {row[0].text: number for number, row in enumerate(rows) if row}
    if {PER_PARAMETER, EVENTS} <= set(lines):
        found[lines[PER_PARAMETER]] |= hidden[lines[EVENTS]]
    return found


def _is_small(cell, least):
    value = cell.values[0] if cell.counted and cell.values else None
    return isinstance(value, int | float) and 0 < value < least


def _size(column):
    found = re.search(r"n = (\d+)", column.label)
    return int(found[1]) if found else 0


def _is_number(column):
    return column.dtype.kind in "iuf"


def _is_whole(column):
    return _is_number(column) and bool((column.dropna() % 1 == 0).all())
