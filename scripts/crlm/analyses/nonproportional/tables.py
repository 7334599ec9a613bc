"""Tables of terms whose hazards are not proportional."""

from crlm.display import formats
from crlm.display.cells import (
    ESTIMATE,
    ONE,
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
)
from crlm.display.hazard_ratios import HAZARD_RATIO, label_variable
from crlm.display.measures import LIMITS
from crlm.plan import phrases
from crlm.plan.models import UNIVARIABLE


def tabulate_windows(windows, violations, name, endpoint, models, variables):
    """Hazard ratio of every level in every window: nonproportional/{endpoint}_windows.csv."""
    columns = (
        Column("", align="left"),
        Column("Window, months", align="left"),
        Column("Patients"),
        Column("Events"),
        Column(HAZARD_RATIO, parts=LIMITS),
        Column("p"),
    )
    rows, footnotes = [], {}
    for found in violations[violations["note"].isna()].itertuples():
        mine = windows[(windows["model"] == found.model) & (windows["variable"] == found.variable)]
        label = name_model(found.model, models)
        words = f"{label_variable(found.variable, variables)} ({label}): proportional hazards {formats.state_p(found.p_value)}"
        change = mine["change_p_value"].iloc[0] if len(mine) else None
        if not formats.is_missing(change):
            words += f", equal in all windows {formats.state_p(change)}"
        rows.append(head(words, len(columns)))
        rows += [
            _tabulate_window(row, variables[found.variable], footnotes) for row in mine.itertuples()
        ]
    notes = (
        "Cox model with a hazard ratio for each window of time; the other covariates of the model have one for all of it. The "
        "windows are the plan's, but looked at because the test of the first line is small: limits and p-values do not know of "
        "that choice. Patients: those followed in the window, with the level.",
        *(f"{phrases.superscript(place)} {note}." for note, place in footnotes.items()),
    )
    return DisplayTable(
        f"nonproportional_windows_{name}",
        f"{endpoint['label']}: hazard ratios by window of time",
        columns,
        tuple(rows),
        notes,
        f"{endpoint['abbreviation']} windows",
    )


def name_model(model, models):
    """The label of a model in running text."""
    return "alone" if model == UNIVARIABLE else models[model]["label"]


def _tabulate_window(row, spec, footnotes):
    if formats.is_missing(row.level):
        label = formats.describe_step(spec) or "per unit"
    else:
        labels = spec.get("level_labels", {})
        label = (
            f"{labels.get(row.level, row.level)} against {labels.get(row.reference, row.reference)}"
        )
    mark = _mark(row.note, footnotes)
    if formats.is_missing(row.hazard_ratio):
        shown = [text(f"not estimable{mark}"), Cell()]
    else:
        shown = [ratio(row.hazard_ratio, row.lower, row.upper, mark), p_value(row.p_value)]
    window = (
        f"from {row.from_months:g} on"
        if formats.is_missing(row.to_months)
        else f"from {row.from_months:g} to {row.to_months:g}"
    )
    return Row(
        (text(label), text(window), count(row.patients), count(row.events), *shown), indent=1
    )


def _mark(note, footnotes):
    if formats.is_missing(note):
        return ""
    note = phrases.capitalise(note)
    return phrases.superscript(footnotes.setdefault(note, len(footnotes) + 1))


def tabulate_means(means, name, endpoint, settings, variables):
    """Restricted means and their differences: nonproportional/{endpoint}_means.csv."""
    columns = (
        Column("", align="left"),
        Column("Patients"),
        Column("Events until then"),
        Column("Restricted mean, months (95% CI)", parts=ESTIMATE),
        Column("Difference, months (95% CI)", parts=ESTIMATE),
        Column("p of the difference"),
    )
    rows, footnotes, notes = [], {}, []
    for part in _split(means):
        heading, labels = name_groups(part.iloc[0], settings, variables)
        if part["group"].isna().all():
            notes.append(f"{heading}: {part['note'].iloc[0]}.")
            continue
        for horizon, mine in part.groupby("horizon", sort=False):
            rows.append(head(f"{heading}: up to {horizon:g} months", len(columns)))
            rows += [_tabulate_mean(row, labels, footnotes) for row in mine.itertuples()]
    notes = (
        "Restricted mean: the mean time without the event within the months given. It needs no proportional hazards. Groups as "
        "they are, not adjusted and not stratified; p-values are not adjusted for their number.",
        *notes,
        *(f"{phrases.superscript(place)} {note}." for note, place in footnotes.items()),
    )
    return DisplayTable(
        f"nonproportional_means_{name}",
        f"{endpoint['label']}: restricted means where hazards are not proportional",
        columns,
        tuple(rows),
        notes,
        f"{endpoint['abbreviation']} nonprop. means",
    )


def _split(table):
    """The rows of each variable, grouping and landmark, in their order."""
    keys = ["variable", "grouping", "landmark_months"]
    return [part for _, part in table.groupby(keys, dropna=False, sort=False)]


def name_groups(row, settings, variables):
    """(heading, labels of the groups) of a comparison."""
    spec = variables[row["variable"]]
    label, labels = label_variable(row["variable"], variables), spec.get("level_labels", {})
    if not formats.is_missing(row["grouping"]):
        made = settings["groupings"][row["variable"]][row["grouping"]]
        label, labels = made["label"], made["group_labels"]
    if not formats.is_missing(row["landmark_months"]):
        label += f", after the landmark at {row['landmark_months']:g} months"
    return label, labels


def _tabulate_mean(row, labels, footnotes):
    mark = _mark(row.note, footnotes)
    compared = [text("reference"), Cell()]
    if row.group != row.reference:
        compared = [
            _interval(row.difference, row.difference_lower, row.difference_upper),
            p_value(row.p_value),
        ]
    cells = (
        text(labels.get(row.group, row.group)),
        count(row.patients),
        count(row.events),
        _interval(row.rmst, row.lower, row.upper, mark),
        *compared,
    )
    return Row(cells, indent=1)


def _interval(estimate, lower, upper, mark=""):
    if formats.is_missing(estimate):
        return text(f"not estimable{mark}")
    words = formats.format_interval(estimate, lower, upper)
    return Cell(words + mark, (estimate, lower, upper), (ONE,) * 3)


def tabulate_tests(tests, name, endpoint, settings, variables):
    """Weighted log-rank tests of every group against the reference: nonproportional/{endpoint}_tests.csv."""
    names = [name_weight(*pair) for pair in settings["weights"]]
    columns = (
        Column("", align="left"),
        Column("Patients"),
        Column("Events"),
        *(Column(part, over) for over in names for part in ("z", "p")),
        Column("p", "Max-combo"),
    )
    rows, footnotes, notes = [], {}, []
    for part in _split(tests):
        heading, labels = name_groups(part.iloc[0], settings, variables)
        if part["group"].isna().all():
            notes.append(f"{heading}: {part['note'].iloc[0]}.")
            continue
        rows.append(head(heading, len(columns)))
        for group, mine in part.groupby("group", sort=False):
            *weighted, largest = mine.itertuples()
            against = labels.get(weighted[0].reference, weighted[0].reference)
            mark = _mark(largest.note, footnotes)
            cells = [text(f"{labels.get(group, group)} against {against}{mark}")]
            cells += [count(largest.patients), count(largest.events)]
            for row in weighted:
                cells += [number(row.statistic, 2), p_value(row.p_value)]
            rows.append(Row((*cells, p_value(largest.p_value)), indent=1))
    notes = (
        "z above 0: more events than expected, so worse than the reference. Weights of Fleming and Harrington (rho, gamma). "
        "Max-combo: the largest of these statistics, with a p-value that knows that it is the largest; it is the one to read when "
        "no weight was chosen beforehand. Groups as they are, not adjusted; p-values are not adjusted for the number of "
        "comparisons.",
        *notes,
        *(f"{phrases.superscript(place)} {note}." for note, place in footnotes.items()),
    )
    return DisplayTable(
        f"nonproportional_tests_{name}",
        f"{endpoint['label']}: weighted log-rank tests",
        columns,
        tuple(rows),
        notes,
        f"{endpoint['abbreviation']} weighted log-rank",
    )


def name_weight(rho, gamma):
    """`Log-rank`, `Early (1, 0)`, `Late (0, 1)`, `Middle (1, 1)`."""
    if not rho and not gamma:
        return "Log-rank"
    when = "Early" if not gamma else "Late" if not rho else "Middle"
    return f"{when} ({rho:g}, {gamma:g})"
