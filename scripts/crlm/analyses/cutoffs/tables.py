"""Display tables of cut-offs: the published ones, the best one, the number as it is, and its mean per level."""

from functools import partial

from crlm.display import formats
from crlm.display.cells import (
    Cell,
    Column,
    DisplayTable,
    Row,
    count,
    head,
    number,
    p_value,
    ratio,
    text,
    whole,
)
from crlm.plan.phrases import tell_evidence

RATIO = ("hazard ratio", "lower 95%", "upper 95%")
LIMITS = ("estimate", "lower 95%", "upper 95%")


def tabulate_cutoffs(cutoffs, name, endpoint, numbers):
    """The cuts in use, in every analysis: the rows with a source of cutoffs/{endpoint}.csv; numbers: those of the plan."""
    columns = (
        Column("", align="left"),
        *(
            Column(part, over)
            for over in ("Below", "At or above")
            for part in ("patients", "events")
        ),
        Column("HR (95% CI)", parts=RATIO),
        Column("p"),
        Column("p corrected\nfor the search"),
        Column("Harrell's C (95% CI)", parts=LIMITS),
        Column("p of\ninteraction"),
    )
    rows, notes = [], []
    shown = cutoffs[cutoffs["source"].notna()]
    for key, spec in numbers.items():
        mine = shown[shown["variable"] == key]
        for (cut, operator), block in mine.groupby(["cut", "operator"], sort=False):
            rule = f"{spec['label']} {'≥' if operator == '>=' else '>'} {cut:g}{_unit(spec)}"
            first = block.iloc[0]
            source = f"{first['source']}; {tell_evidence(first['evidence'])}"
            rows.append(head(f"{rule} ({source})", len(columns)))
            rows += [_show_cut(row, spec) for row in block.to_dict("records")]
            found = block["note"].dropna().unique()
            notes += [f"{rule}: {note}." for note in found]
    notes = (
        "Hazard ratio of the patients at or above the cut (above it where the cut is >) against the others. p: Wald test, as if "
        "this cut were the only one looked at; corrected: share of permutations in which the best of all cuts searched separates "
        "as well. Empty where the cut lies outside the shares searched. C: of the two groups, the one with the higher hazard as "
        "the worse. Interaction: hazard ratios of the levels differ (likelihood ratio).",
        *dict.fromkeys(notes),
    )
    title = f"{endpoint['label']}: cut-offs in use"
    short = f"{endpoint['abbreviation']} cut-offs"
    return DisplayTable(f"cutoffs_{name}", title, columns, tuple(rows), notes, short)


def _show_cut(row, spec):
    # an uncorrected p is not shown alone
    raw = row["p_value"] if not formats.is_missing(row["p_corrected"]) else None
    cells = (
        text(name_analysis(row, spec)),
        *(
            count(row[f"{part}_{side}"])
            for side in ("below", "above")
            for part in ("patients", "events")
        ),
        ratio(row["hazard_ratio"], row["lower"], row["upper"]),
        p_value(raw),
        p_value(row["p_corrected"]),
        _concordance(row),
        p_value(row["interaction_p_value"], ""),
    )
    return Row(cells, indent=1)


def name_analysis(row, spec):
    """`All patients, unstratified`, `Stratified by ...` or the level."""
    if row["analysis"] == "within":
        return f"{spec['by_label']}: {spec['by_level_labels'][row['level']]}"
    return (
        "Unstratified" if row["analysis"] == "unstratified" else f"Stratified by {spec['by_label']}"
    )


def _concordance(row):
    values = tuple(
        None if formats.is_missing(row[key]) else row[key]
        for key in ("harrell_c", "harrell_c_lower", "harrell_c_upper")
    )
    words = formats.format_interval(*values, partial(formats.format_number, digits=3))
    return Cell(words, values, ("0.000",) * 3)


def tabulate_best_cuts(maxstat, name, endpoint, numbers):
    """The maximally selected cut of every analysis: cutoffs/{endpoint}_maxstat.csv."""
    columns = (
        Column("", align="left"),
        Column("Patients"),
        Column("Events"),
        Column("Cuts\nsearched"),
        Column("Best cut", align="left"),
        Column("Log-rank\nstatistic"),
        Column("p"),
        Column("p corrected\nfor the search"),
    )
    rows, notes = [], []
    for key, spec in numbers.items():
        rows.append(head(spec["label"], len(columns)))
        for row in maxstat[maxstat["variable"] == key].to_dict("records"):
            found = not formats.is_missing(row["statistic"])
            cut = f"≥ {row['cut']:.4g}{_unit(spec)}" if found else row["note"]
            cells = (
                text(name_analysis(row, spec)),
                count(row["patients"]),
                count(row["events"]),
                whole(row["cuts"]),
                Cell(cut, (row["cut"],), ("0.0",)) if found else text(cut),
                number(row["statistic"], 2),
                p_value(row["p_uncorrected"]),
                p_value(row["p_corrected"]),
            )
            rows.append(Row(cells, indent=1))
            if found:
                notes.append(
                    f"Searched where {row['lowest']:g} to {row['highest']:g} % of the patients lie below the cut; "
                    f"{int(row['permutations'])} permutations, within the strata where stratified."
                )
    notes = (
        *dict.fromkeys(notes),
        "The best cut of many looks better than it is; only a corrected p-value may be quoted, and the cut itself needs other "
        "patients.",
    )
    title = f"{endpoint['label']}: the best cut, corrected for the search"
    short = f"{endpoint['abbreviation']} best cuts"
    return DisplayTable(f"best_cuts_{name}", title, columns, tuple(rows), notes, short)


def tabulate_splines(tests, name, endpoint, numbers):
    """The number as it is, linear and as a spline: cutoffs/{endpoint}_tests.csv."""
    columns = (
        Column("", align="left"),
        Column("Patients"),
        Column("Events"),
        Column("Missing"),
        Column("HR (95% CI), linear", parts=RATIO),
        Column("p, linear"),
        Column("p, spline"),
        Column("p, non-linear"),
        Column("linear", "p of interaction"),
        Column("spline", "p of interaction"),
    )
    rows, notes = [], []
    for key, spec in numbers.items():
        mine = tests[tests["variable"] == key]
        rows.append(head(f"{spec['label']}, {formats.describe_step(spec['spec'])}", len(columns)))
        for row in mine.to_dict("records"):
            cells = (
                text(name_analysis(row, spec)),
                *(count(row[part]) for part in ("patients", "events", "missing")),
                ratio(row["hazard_ratio"], row["lower"], row["upper"]),
                *(p_value(row[p]) for p in ("p_linear", "p_overall", "p_nonlinear")),
                p_value(row["interaction_linear_p"], ""),
                p_value(row["interaction_spline_p"], ""),
            )
            rows.append(Row(cells, indent=1))
            if not formats.is_missing(row["note"]):
                notes.append(f"{spec['label']}, {name_analysis(row, spec)}: {row['note']}.")
        known = mine["knots"].dropna()
        if len(known):
            notes.append(f"{spec['label']}: knots at {known.iloc[0]}{_unit(spec)}.")
    notes = ("Likelihood-ratio tests.", *dict.fromkeys(notes))
    title = f"{endpoint['label']}: the number as it is"
    short = f"{endpoint['abbreviation']} splines"
    return DisplayTable(f"splines_{name}", title, columns, tuple(rows), notes, short)


def tabulate_cutoff_levels(levels, numbers):
    """Mean of each number per level of its stratifying variable beside the published means: description/cutoffs.csv."""
    columns = (
        Column("", align="left"),
        Column("Patients"),
        Column("Missing"),
        Column("Mean (SD)", parts=("mean", "SD")),
        Column("Median [quartiles]", parts=("median", "Q1", "Q3")),
        Column("Difference (95% CI)", parts=LIMITS),
    )
    rows, stratified = [], False
    for key, spec in numbers.items():
        if not spec["by"]:
            continue
        stratified = True
        rows.append(head(f"{spec['label']}{_unit(spec)} by {spec['by_label']}", len(columns)))
        for row in levels[levels["variable"] == key].to_dict("records"):
            level = row["level"]
            label = "All patients" if formats.is_missing(level) else spec["by_level_labels"][level]
            cells = (
                text(label),
                count(row["patients"]),
                count(row["missing"]),
                _pair(row["mean"], row["sd"]),
                _spread(row),
                _difference(row),
            )
            rows.append(Row(cells, indent=1))
        rows += [_show_published(item, spec, len(columns)) for item in spec["means"]]
    notes = (
        "Difference of the means from the first level's, with Welch's 95% limits. Patients without a level count among all. The "
        "differences of published means are taken here.",
    )
    return DisplayTable(
        "cutoff_levels",
        "Numbers that are cut, by the variable that results are stratified by",
        columns,
        tuple(rows),
        notes if stratified else (),
        "Cut-offs by level",
    )


def _show_published(item, spec, columns):
    """One row: the means of a publication, and their difference."""
    known = [level for level in spec["by_levels"] if level in item["levels"]]
    means = "; ".join(
        f"{spec['by_level_labels'][level]} {item['levels'][level]:g}" for level in known
    )
    cells = [Cell()] * columns
    cells[0] = text(f"Published: {item['source']}; {tell_evidence(item['evidence'])}")
    cells[1] = whole(item.get("patients")) if item.get("patients") else Cell()
    cells[3] = text(means)
    if len(known) == 2:
        gap = item["levels"][known[1]] - item["levels"][known[0]]
        cells[5] = Cell(f"{gap:g}".replace("-", "−"), (gap, None, None), ("0.0",) * 3)
    return Row(tuple(cells), indent=1)


def _pair(mean, sd):
    words = formats.format_number(mean)
    words += "" if formats.is_missing(sd) else f" ({formats.format_number(sd)})"
    return Cell(words, (mean, sd), ("0.0",) * 2)


def _spread(row):
    values = tuple(row[key] for key in ("median", "q1", "q3"))
    if formats.is_missing(values[0]):
        return Cell(formats.MISSING)
    return Cell(formats.format_spread(*values), values, ("0.0",) * 3)


def _difference(row):
    values = tuple(row[key] for key in ("difference", "lower", "upper"))
    if formats.is_missing(values[0]):
        return Cell()
    shown = tuple(None if formats.is_missing(value) else value for value in values)
    return Cell(formats.format_interval(*values), shown, ("0.0",) * 3)


def _unit(spec):
    unit = spec["spec"]["unit"]
    return f" {unit}" if unit else ""
