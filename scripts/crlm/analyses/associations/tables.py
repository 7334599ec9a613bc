"""Tables of associations: all pairs with test and strength, and what lies behind those of one variable."""

import math

from crlm.display import formats
from crlm.display.cells import (
    ESTIMATE,
    ONE,
    TWO,
    WHOLE,
    Cell,
    Column,
    DisplayTable,
    Row,
    count,
    head,
    p_value,
    share,
    text,
)
from crlm.display.hazard_ratios import label_variable
from crlm.plan import phrases

TESTS = {
    "Wilcoxon": "Wilcoxon rank-sum test",
    "Kruskal-Wallis": "Kruskal-Wallis test",
    "Chi-squared": "Pearson's chi-squared test",
    "Fisher": "Fisher's exact test",
    "Fisher-Freeman-Halton": "Fisher-Freeman-Halton test",
    "Spearman": "Spearman's rank correlation",
}
MEASURES = {
    "odds ratio": "OR, odds ratio (conditional maximum likelihood, exact limits)",
    "shift": "shift, Hodges-Lehmann estimate of the difference of a number",
    "Spearman": "ρ, Spearman's rank correlation",
    "V": "V, Cramér's V from 0 (none) to 1",
}
SIGNS = {"odds ratio": "OR", "shift": "shift", "Spearman": "ρ", "V": "V"}


def tabulate_pairs(pairs, settings, variables):
    """Every declared pair with its test and its strength: associations/pairs.csv; settings: the plan's."""
    columns = (
        Column("", align="left"),
        Column("Patients"),
        Column("first", "Missing"),
        Column("second", "Missing"),
        Column("Compared", align="left"),
        Column("Strength (95% CI)", parts=ESTIMATE),
        Column("Test", align="left"),
        Column("p"),
        Column("p (Holm)"),
    )
    rows, footnotes = [], {}
    for name, item in settings.items():
        rows.append(head(f"{item['label']}, and", len(columns)))
        for row in pairs[pairs["analysis"] == name].to_dict("records"):
            cells = (
                text(_name(row["other"], variables)),
                count(row["patients"]),
                count(row["missing_variable"]),
                count(row["missing_other"]),
                text(_tell_compared(row, variables)),
                _show_strength(row, footnotes),
                text("" if formats.is_missing(row["test"]) else TESTS[row["test"]]),
                p_value(row["p_value"]),
                p_value(row["p_adjusted"]),
            )
            rows.append(Row(cells, indent=1))
    used = [MEASURES[each] for each in MEASURES if each in set(pairs["measure"])]
    notes = [
        "Patients in whom both are known. An association is not an effect: nothing is adjusted for. p (Holm): adjusted for the "
        "number of all pairs."
    ]
    notes += [f"{phrases.capitalise('; '.join(used))}."] if used else []
    notes += [
        f"{phrases.superscript(mark)} {phrases.as_sentence(note)}"
        for note, mark in footnotes.items()
    ]
    late = dict.fromkeys(each for item in settings.values() for each in item["late"])
    if late:
        names = phrases.join_words(_name(each, variables) for each in late)
        notes.append(
            f"Known only in follow-up, and more often in those who were followed for long: {names}."
        )
    return DisplayTable(
        "associations",
        "Associations of two variables",
        columns,
        tuple(rows),
        tuple(notes),
        "Associations",
    )


def tabulate_cells(cells, name, item, variables):
    """What lies behind the pairs of one variable: associations/cells.csv; item: its settings in the plan."""
    mine = cells[cells["analysis"] == name]
    spec = variables[item["variable"]]
    blocks = [(other, rows) for other in item["with"] if len(rows := mine[mine["other"] == other])]
    if spec["levels"]:
        columns, rows = _set_across(blocks, spec, variables)
        notes = ("Per cent of the patients of the column; median [Q1–Q3] of a number, of n.",)
    else:
        columns, rows = _set_down(blocks, spec, variables)
        notes = ("Patients in whom both are known.",)
    return DisplayTable(
        f"associations_{name}",
        f"{item['label']}, and what goes with it",
        columns,
        tuple(rows),
        notes,
        f"Associations {item['label']}",
    )


def _set_across(blocks, spec, variables):
    """A column per level of the variable, the levels of the others below one another."""
    shown = {level for _, rows in blocks for level in rows["group"]}
    groups = [level for level in spec["levels"] if level in shown]
    labels = [spec["level_labels"].get(level, level) for level in groups]
    parts = ("n", "% or median", "Q1", "Q3")
    columns = (
        Column("", align="left"),
        *(Column(label, spec["label"], parts=parts) for label in labels),
        Column("All", parts=("n", "%")),
    )
    rows = []
    for other, table in blocks:
        names = variables[other].get("level_labels", {})
        if not variables[other]["levels"]:
            by_group = table.set_index("group")
            cells = [_show_median(by_group.loc[level]) for level in groups]
            label = text(f"{_name(other, variables)}, median [Q1–Q3]")
            rows.append(Row((label, *cells, Cell())))
            continue
        rows.append(head(f"{_name(other, variables)}, n (%)", len(columns)))
        counts = table.pivot(index="level", columns="group", values="count")
        for level in table["level"].drop_duplicates():
            of_level = counts.loc[level, groups]
            cells = [share(int(of_level[group]), int(counts[group].sum())) for group in groups]
            total = share(int(of_level.sum()), int(counts[groups].to_numpy().sum()))
            rows.append(Row((text(names.get(level, level)), *cells, total), indent=1))
    return columns, rows


def _set_down(blocks, spec, variables):
    """Of a number: a row per level of the others, with the number's median."""
    unit = f", {spec['unit']}" if spec.get("unit") else ""
    columns = (
        Column("", align="left"),
        Column("Patients"),
        Column(f"{spec['label']}{unit}\nmedian [Q1–Q3]", parts=("median", "Q1", "Q3")),
    )
    rows = []
    for other, table in blocks:
        labels = variables[other].get("level_labels", {})
        rows.append(head(variables[other]["label"], len(columns)))
        for row in table.to_dict("records"):
            values = (row["median"], row["q1"], row["q3"])
            middle = Cell() if not row["count"] else _spread(values)
            label = text(labels.get(row["level"], row["level"]))
            rows.append(Row((label, count(row["count"]), middle), indent=1))
    return columns, rows


def _name(name, variables):
    unit = variables[name].get("unit") if name in variables else None
    return label_variable(name, variables) + (f" ({unit})" if unit else "")


def _spread(values):
    return Cell(formats.format_spread(*values), tuple(map(float, values)), (ONE,) * 3)


def _show_median(row):
    """`45 [30–60], n = 40`: the count comes first, so that it is hidden with what it counts where it is small."""
    if not row["count"]:
        return count(0)
    values = (row["median"], row["q1"], row["q3"])
    words = f"{formats.format_spread(*values)}, n = {int(row['count'])}"
    numbers = (int(row["count"]), *map(float, values))
    return Cell(words, numbers, (WHOLE, ONE, ONE, ONE), counted=True)


def _tell_compared(row, variables):
    """`Yes: Desmoplastic against Non-desmoplastic`: what the odds ratio or the shift compares; empty for other measures."""
    if formats.is_missing(row["group"]):
        return ""
    names = {each: variables[row[each]].get("level_labels", {}) for each in ("variable", "other")}
    by = "variable" if variables[row["variable"]]["levels"] else "other"
    groups = [names[by].get(row[each], row[each]) for each in ("group", "reference")]
    words = " against ".join(groups)
    level = row["level"]
    return words if formats.is_missing(level) else f"{names['other'].get(level, level)}: {words}"


def _show_strength(row, footnotes):
    mark = ""
    if not formats.is_missing(row["note"]):
        mark = phrases.superscript(footnotes.setdefault(row["note"], len(footnotes) + 1))
    values = tuple(row[key] for key in ("estimate", "lower", "upper"))
    if formats.is_missing(row["measure"]) or all(map(formats.is_missing, values)):
        tested = not formats.is_missing(row["test"]) and not mark
        return text("" if tested else f"not estimable{mark}")
    form = formats.format_ratio if row["measure"] == "odds ratio" else _choose_form(values)
    if formats.is_missing(values[0]):  # one open end: the odds ratio is 0 or infinite
        words = (
            f"≥ {form(values[1])}" if not formats.is_missing(values[1]) else f"≤ {form(values[2])}"
        )
    else:
        words = formats.format_interval(*values, form)
    return Cell(f"{SIGNS[row['measure']]} {words}{mark}", values, (TWO,) * 3)


def _choose_form(values):
    """Decimals that show two figures of the estimate."""
    size = max((abs(value) for value in values if not formats.is_missing(value)), default=1)
    digits = 2 if size < 10 or not math.isfinite(size) else 1

    def form(value, empty=formats.MISSING):
        return formats.format_number(value, digits, empty)

    return form
