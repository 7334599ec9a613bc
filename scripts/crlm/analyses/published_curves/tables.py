"""Display tables of the reconstructed published curves: medians and hazard ratios, survival at the landmarks, the fit."""

from crlm.display import cells, formats
from crlm.display.cells import Cell, Column, DisplayTable, Row, count, head, number, text, whole
from crlm.plan import phrases
from crlm.plan.phrases import tell_evidence
from crlm.scores.published_strata import LEAST, state_mismatch

REBUILT = (
    "Published: from individual times reconstructed from the digitised curve and the numbers at risk (Guyot 2012); they are "
    "not data of patients, and what is derived from them is not printed in the publication. Other patients, other years, other "
    "treatment."
)


def tabulate_reconstructed(groups, name, endpoints, curves, groupings):
    """Patients, events, medians and hazard ratio per stratum, with the fit: published_curves/groups.csv.

    name: the endpoint; endpoints, curves, groupings: those of the plan.
    """
    endpoint = endpoints[name]
    columns = (
        Column("Publication and stratum", align="left"),
        Column("Published", "Patients"),
        Column("Here", "Patients"),
        Column("Published", "Events"),
        Column("Here", "Events"),
        Column("Published (95% CI)", "Median, months", parts=cells.ESTIMATE),
        Column("Here (95% CI)", "Median, months", parts=cells.ESTIMATE),
        Column("Here against published\n(95% CI)", "Hazard ratio", parts=cells.ESTIMATE),
        Column("Log-rank p"),
        Column("Largest distance,\npercentage points", "Fit of the reconstruction"),
        Column("Largest difference\nof numbers at risk", "Fit of the reconstruction"),
        Column("Remark", align="left"),
    )
    rows = []
    for key, mine in _of_endpoint(groups, name, curves):
        title = _title(curves[key], groupings, endpoint)
        rows.append(head(title, len(columns)))
        rows += [_compare(row, curves[key], endpoint) for row in mine.itertuples()]
    notes = (
        REBUILT,
        "Hazard ratio: Cox model (Efron) with Wald limits, not adjusted for anything. Distance: between the reconstructed "
        "Kaplan-Meier estimate and the readings.",
    )
    title = f"{endpoint['label']}: this cohort against reconstructed published curves"
    short = f"Reconstructed {endpoint['abbreviation']}"
    return DisplayTable(f"reconstructed_{name}", title, columns, tuple(rows), notes, short)


def tabulate_reconstructed_survival(points, groups, name, endpoints, curves, groupings):
    """Survival at the landmarks, published and here, and the difference: published_curves/points.csv."""
    endpoint = endpoints[name]
    columns = (
        Column("Publication and stratum", align="left"),
        Column("Months"),
        Column("Published (95% CI)", "Survival, %", parts=cells.ESTIMATE),
        Column("Here (95% CI)", "Survival, %", parts=cells.ESTIMATE),
        Column("Difference,\npercentage points"),
        Column("Published", "At risk"),
        Column("Here", "At risk"),
    )
    patients = groups.set_index(["curve", "stratum"])["patients"]
    rows = []
    for key, mine in _of_endpoint(points, name, curves):
        title = _title(curves[key], groupings, endpoint)
        rows.append(head(title, len(columns)))
        rows += [_survive(row, patients[key, row.stratum]) for row in mine.itertuples()]
    notes = (
        REBUILT,
        f"Difference: here minus published. Groups of fewer than {LEAST} patients are not estimated here.",
    )
    title = f"{endpoint['label']}: survival here and by reconstructed published curves"
    short = f"Rec. survival {endpoint['abbreviation']}"
    name = f"digitised_survival_{name}"
    return DisplayTable(name, title, columns, tuple(rows), notes, short)


def _of_endpoint(table, name, curves):
    """(curve, its rows) in the order of the plan."""
    return [
        (key, table[table["curve"] == key])
        for key, curve in curves.items()
        if curve["endpoint"] == name
    ]


def _title(curve, groupings, endpoint):
    """`Smith 2010 [derived]: overall survival, by risk group (derived, not published)`; another endpoint is said."""
    mismatch = state_mismatch(curve["published_endpoint"], endpoint)
    here = f", here {endpoint['label'].lower()}" if mismatch else ""
    grouping = groupings[curve["grouping"]]["label"]
    evidence = tell_evidence(curve["evidence"])
    return f"{curve['label']}: {curve['published_endpoint']}{here}; {grouping} ({evidence})"


def _name(row):
    """The stratum, with the group of the cohort it is compared with where that has another name."""
    if formats.is_missing(row.group) or row.stratum in (row.group, row.group_label):
        return row.stratum if formats.is_missing(row.group) else row.group_label
    return f"{row.stratum} / {row.group_label}"


def _compare(row, curve, endpoint):
    mismatch = state_mismatch(curve["published_endpoint"], endpoint)
    words = "" if formats.is_missing(row.note) else row.note
    remarks = [each for each in words.split("; ") if each and each not in mismatch]
    paired = not formats.is_missing(row.group)
    enough = paired and row.patients >= LEAST
    published = (row.published_median, row.published_median_lower, row.published_median_upper)
    here = cells.median(row.median, row.median_lower, row.median_upper)
    known = not formats.is_missing(row.hazard_ratio)
    return Row(
        (
            text(_name(row)),
            whole(row.published_patients),
            count(row.patients) if paired else Cell(),
            whole(row.published_events),
            count(row.events) if paired else Cell(),
            cells.median(*published),
            here if enough else Cell(),
            cells.ratio(row.hazard_ratio, row.lower, row.upper) if known else Cell(),
            cells.p_value(row.p_value, empty=""),
            number(100 * row.largest_distance),
            whole(row.largest_at_risk),
            text(phrases.as_sentence("; ".join(remarks)) if remarks else ""),
        ),
        indent=1,
    )


def _survive(row, patients):
    published = (row.published_survival, row.published_lower, row.published_upper)
    enough = not formats.is_missing(row.group) and patients >= LEAST
    return Row(
        (
            text(_name(row)),
            number(row.time, 0 if float(row.time).is_integer() else 1),
            cells.percent(*published),
            cells.percent(row.survival, row.lower, row.upper) if enough else Cell(),
            number(100 * row.difference, empty="") if enough else Cell(),
            whole(row.published_at_risk),
            count(row.at_risk) if enough else Cell(),
        ),
        indent=1,
    )
