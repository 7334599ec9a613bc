"""Display tables of added value: measures, risk groups of both models, who moves, and the groups of two scores."""

from crlm.display import formats
from crlm.display.cells import (
    THREE,
    Cell,
    Column,
    DisplayTable,
    Row,
    count,
    head,
    number,
    p_value,
    text,
    whole,
)
from crlm.display.measures import LIMITS, NAMES, explain_few, show_observed
from crlm.plan import phrases

MEASURES = {
    **NAMES,
    "lr_test": "Likelihood-ratio test (log-likelihood)",
    "aic": "Akaike's criterion",
}
MOVED = {
    "up": "To a higher risk group",
    "same": "Same risk group",
    "down": "To a lower risk group",
    "net": "Net, in the right direction",
}


def tabulate_added_value(measures, name, endpoint, settings):
    """What each addition changes: added_value/{endpoint}.csv; settings: the plan's added_value."""
    columns = (
        Column("", align="left"),
        Column("Base"),
        Column("Extended"),
        Column("Difference (95% CI)", parts=LIMITS),
        Column("Corrected for optimism (95% CI)", parts=LIMITS),
        Column("\N{GREEK SMALL LETTER CHI}\N{SUPERSCRIPT TWO}"),
        Column("df"),
        Column("p"),
    )
    rows, notes = [], []
    for key, addition in settings["additions"].items():
        mine = measures[measures["addition"] == key]
        rows.append(head(f"{addition['label']}: {_size(mine.iloc[0])}", len(columns)))
        rows += [_tabulate_measure(row) for row in mine.itertuples()]
        notes += [f"{addition['label']}: {note}." for note in mine["note"].dropna().unique()]
    drawn = measures["resamples"].max()
    about = (
        f"Base: {settings['base']['label']}. Each addition on the patients complete in it and the base. The test of what is added "
        "is the likelihood-ratio test; differences are extended minus base (lower is better for Akaike's criterion "
        "and Brier scores)."
    )
    if not formats.is_missing(drawn):
        about += (
            f" Limits: both models were fitted again in each of {drawn:.0f} bootstrap resamples."
        )
    return DisplayTable(
        f"added_value_{name}",
        f"{endpoint['label']}: what is added to {settings['base']['label']}",
        columns,
        tuple(rows),
        (about, *dict.fromkeys(notes)),
        f"{endpoint['abbreviation']} added value",
    )


def _size(row):
    return (
        f"{phrases.plural(int(row['patients']), 'patient')}, {phrases.plural(int(row['events']), 'event')}, "
        f"{int(row['missing'])} left out"
    )


def _tabulate_measure(row):
    digits = 1 if row.measure in ("lr_test", "aic") else 3
    label = MEASURES[row.measure]
    if not formats.is_missing(row.horizon):
        label += f"{' at' if row.measure == 'brier' else ' up to'} {row.horizon:g} months"
    change = number(row.difference, digits)
    if digits == 3:
        change = _change(row.difference, row.lower, row.upper)
    return Row(
        (
            text(label),
            number(row.base, digits),
            number(row.extended, digits),
            change,
            _change(row.corrected, row.corrected_lower, row.corrected_upper)
            if digits == 3
            else Cell(),
            number(row.statistic, 2, ""),
            whole(row.df) if not formats.is_missing(row.df) else Cell(),
            p_value(row.p_value, ""),
        ),
        indent=1,
    )


def _change(estimate, lower, upper):
    """A difference with its limits, each with its sign; what rounds to zero has none."""
    if formats.is_missing(estimate):
        return Cell(formats.MISSING)
    signs = [
        ("+" if value > 0 and round(value, 3) else "") + formats.format_number(value, 3)
        for value in (estimate, lower, upper)
    ]
    return Cell("{} ({} to {})".format(*signs), (estimate, lower, upper), (THREE,) * 3)


def tabulate_risk_groups(cells, name, endpoint, settings):
    """Risk groups of the base model against those of the extended one: added_value/{endpoint}_reclassification.csv."""
    columns = (
        Column("By the base model", align="left"),
        Column("By the extended model", align="left"),
        Column("Patients"),
        Column("Events until then"),
        Column("Base", over="Mean predicted risk, %"),
        Column("Extended", over="Mean predicted risk, %"),
        Column("Observed risk, % (95% CI)", parts=LIMITS),
    )
    rows = []
    for (key, horizon), mine in _blocks(cells, settings):
        label = settings["additions"][key]["label"]
        rows.append(head(f"{label}, risk within {horizon:g} months", len(columns)))
        inside = mine[mine["base_group"].notna() & mine["patients"].gt(0)]
        for row in inside.itertuples():
            whole = formats.is_missing(row.extended_group)
            rows.append(
                Row(
                    (
                        text(_name_range(row.base_from, row.base_to)),
                        text("all" if whole else _name_range(row.extended_from, row.extended_to)),
                        count(row.patients),
                        count(row.events),
                        number(100 * row.base_risk),
                        number(100 * row.extended_risk),
                        show_observed(row, row.observed),
                    ),
                    indent=1,
                )
            )
    if settings["risk_thresholds"]:
        borders = "The boundaries are those of the plan."
    else:
        borders = "The boundaries lie nearest to the tertiles of the risk by the base model."
    notes = (
        f"Observed: 1 minus Kaplan-Meier. {borders} Both models were fitted to these patients, which flatters them.",
        *explain_few(cells),
    )
    return DisplayTable(
        f"risk_groups_{name}",
        f"{endpoint['label']}: risk groups of base and extended model",
        columns,
        tuple(rows),
        notes,
        f"{endpoint['abbreviation']} risk groups",
    )


def tabulate_movement(movement, name, endpoint, settings):
    """Who moves to another risk group: added_value/{endpoint}_movement.csv."""
    columns = (
        Column("", align="left"),
        Column("Patients"),
        Column("Events until then"),
        Column("Of those with an event, %"),
        Column("Of those without, %"),
    )
    rows = []
    for (key, horizon), mine in _blocks(movement, settings):
        label = settings["additions"][key]["label"]
        rows.append(head(f"{label}, risk within {horizon:g} months", len(columns)))
        for row in mine.itertuples():
            rows.append(
                Row(
                    (
                        text(MOVED[row.moved]),
                        count(row.patients) if row.moved != "net" else Cell(),
                        count(row.events) if row.moved != "net" else Cell(),
                        number(100 * row.share_of_events),
                        number(100 * row.share_of_free),
                    ),
                    indent=1,
                )
            )
    notes = (
        "Shares are estimated by Kaplan-Meier, so that censored patients count. Net: up minus down with an event, down minus up "
        "without. The two are not added up: the net reclassification improvement can rise with a useless marker.",
        *explain_few(movement),
    )
    return DisplayTable(
        f"movement_{name}",
        f"{endpoint['label']}: who moves to another risk group",
        columns,
        tuple(rows),
        notes,
        f"{endpoint['abbreviation']} movement",
    )


def _blocks(table, settings):
    """The rows of each addition and horizon, in the order of the plan."""
    for key in settings["additions"]:
        mine = table[table["addition"] == key]
        for horizon, rows in mine.groupby("horizon", sort=True):
            yield (key, horizon), rows


def _name_range(low, high):
    """A risk group by its boundaries in per cent."""
    ends = [formats.format_number(100 * end, 1).removesuffix(".0") for end in (low, high)]
    if formats.is_missing(low):
        return "all" if formats.is_missing(high) else f"< {ends[1]} %"
    return f"≥ {ends[0]} %" if formats.is_missing(high) else f"{ends[0]} to < {ends[1]} %"
