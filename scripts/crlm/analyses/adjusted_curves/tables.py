"""Tables of adjusted curves: the comparison by every method, balance of the covariates, overlap of the groups."""

from functools import partial

from crlm.display import formats
from crlm.display.cells import (
    ESTIMATE,
    ONE,
    TWO,
    Cell,
    Column,
    DisplayTable,
    Row,
    count,
    head,
    number,
    percent,
    text,
)
from crlm.display.hazard_ratios import label_variable
from crlm.plan import phrases

METHODS = {
    "unadjusted": "Unadjusted",
    "stratified": "Fifths of the propensity",
    "weighted": "Weighted by the propensity",
    "standardised": "Standardised Cox model",
}
SPREAD = ("median", "5th percentile", "95th percentile")
BALANCED = 0.1  # ASSUME the convention: a standardised difference below it is small


def tabulate_adjusted(table, name, endpoint, settings):
    """Survival and restricted mean of both groups and their difference: adjusted_curves/{endpoint}.csv."""
    columns = (
        Column("", align="left"),
        Column("Patients"),
        Column("Events"),
        Column("Left out"),
        Column("Reference (95% CI)", parts=ESTIMATE),
        Column("Compared (95% CI)", parts=ESTIMATE),
        Column("Difference (95% CI)", parts=ESTIMATE),
    )
    rows, footnotes = [], {}
    for key, spec in settings["comparisons"].items():
        mine = table[table["comparison"] == key]
        for (measure, horizon), part in mine.groupby(["measure", "horizon"], sort=False):
            rows.append(head(_name_block(spec, measure, horizon), len(columns)))
            rows += [_tabulate_method(row, footnotes) for row in part.itertuples()]
    notes = (
        *dict.fromkeys(_name_groups(spec) for spec in settings["comparisons"].values()),
        "Survival in per cent (difference in percentage points), restricted mean in months. Limits: percentiles of resamples, in "
        "each of which propensity, weights and models were found anew; there is no test. Left out: a covariate or the group is not "
        "known. Adjusted for the covariates named, and for nothing that was not recorded: what remains is an association.",
        *(f"{phrases.superscript(place)} {note}." for note, place in footnotes.items()),
    )
    return DisplayTable(
        f"adjusted_curves_{name}",
        f"{endpoint['label']}: adjusted comparison",
        columns,
        tuple(rows),
        notes,
        f"{endpoint['abbreviation']} adjusted",
    )


def _name_block(spec, measure, horizon):
    after = f" after the landmark at {spec['landmark_months']:g}" if spec["landmark_months"] else ""
    what = "survival at" if measure == "survival" else "restricted mean up to"
    return f"{spec['label']}: {what} {horizon:g} months{after}"


def _name_groups(spec):
    first, second = (spec["group_labels"][group] for group in spec["groups"])
    whom = "both groups" if spec["estimand"] == "ATE" else f"the patients with {second}"
    return f"{spec['label']}: {second} against {first} (reference), averaged over {whom}."


def _tabulate_method(row, footnotes):
    mark = ""
    if not formats.is_missing(row.note):
        note = phrases.capitalise(row.note)
        mark = phrases.superscript(footnotes.setdefault(note, len(footnotes) + 1))
    show = _share if row.measure == "survival" else _months
    cells = (
        text(METHODS[row.method] + mark),
        count(row.patients),
        count(row.events),
        count(row.missing),
        show(row.reference_estimate, row.reference_lower, row.reference_upper),
        show(row.estimate, row.lower, row.upper),
        show(row.difference, row.difference_lower, row.difference_upper),
    )
    return Row(cells, indent=1)


def _share(estimate, lower, upper):
    return (
        text("not estimable") if formats.is_missing(estimate) else percent(estimate, lower, upper)
    )


def _months(estimate, lower, upper):
    if formats.is_missing(estimate):
        return text("not estimable")
    words = formats.format_interval(estimate, lower, upper)
    return Cell(words, (estimate, lower, upper), (ONE,) * 3)


def tabulate_balance(balance, name, endpoint, settings, variables):
    """Means and standardised differences before and after weighting: adjusted_curves/{endpoint}_balance.csv."""
    columns = (
        Column("", align="left"),
        Column("Reference", "Unweighted"),
        Column("Compared", "Unweighted"),
        Column("Difference", "Unweighted"),
        Column("Reference", "Weighted"),
        Column("Compared", "Weighted"),
        Column("Difference", "Weighted"),
    )
    rows, notes = [], []
    for key, spec in settings["comparisons"].items():
        mine = balance[balance["comparison"] == key]
        if len(mine):
            rows.append(head(spec["label"], len(columns)))
        rows += [_tabulate_covariate(row, variables) for row in mine.itertuples()]
        for note in _list_unbalanced(mine, spec, variables):
            notes.append(note)
    notes = (
        "Means of numbers as they enter the model, shares (%) of levels. Difference: standardised, in standard deviations of the "
        f"unweighted groups; below {BALANCED:g} by convention small.",
        *notes,
    )
    return DisplayTable(
        f"adjusted_balance_{name}",
        f"{endpoint['label']}: balance of the covariates",
        columns,
        tuple(rows),
        notes,
        f"{endpoint['abbreviation']} balance",
    )


def name_covariate(row, variables):
    """Label of a number, or of a variable with its level."""
    label = label_variable(row.covariate, variables)
    if formats.is_missing(row.level):
        return label
    levels = variables.get(row.covariate, {}).get("level_labels", {})
    return f"{label}: {levels.get(row.level, row.level)}"


def _tabulate_covariate(row, variables):
    def mean(value):
        if formats.is_missing(row.level):
            return number(value, 2)
        return number(None if formats.is_missing(value) else 100 * value, 1)

    def difference(value):
        return Cell(formats.format_number(value, 2), (value,), (TWO,))

    cells = (
        text(name_covariate(row, variables)),
        mean(row.reference_mean),
        mean(row.mean),
        difference(row.difference),
        mean(row.weighted_reference_mean),
        mean(row.weighted_mean),
        difference(row.weighted_difference),
    )
    return Row(cells, indent=1)


def _list_unbalanced(balance, spec, variables):
    """A sentence on what still differs after weighting, if anything does."""
    far = balance[balance["weighted_difference"].abs() >= BALANCED]
    if len(far):
        names = phrases.join_words(name_covariate(row, variables) for row in far.itertuples())
        yield f"{spec['label']}: {names} still differs by {BALANCED:g} or more after weighting."


def tabulate_overlap(overlap, name, endpoint, settings):
    """Size, weights and propensity of both groups, with what to be careful of: adjusted_curves/{endpoint}_overlap.csv."""
    columns = (
        Column("", align="left"),
        Column("Patients"),
        Column("Events"),
        Column("Effective size"),
        Column("Largest weight"),
        Column("Propensity, median (5th to 95th percentile)", parts=SPREAD),
        Column("Near 0 or 1 (%)"),
        Column("Warning", align="left"),
    )
    rows = []
    for key, spec in settings["comparisons"].items():
        rows.append(head(spec["label"], len(columns)))
        for row in overlap[overlap["comparison"] == key].itertuples():
            parts = (row.propensity_50, row.propensity_5, row.propensity_95)
            shown = formats.format_interval(*parts, partial(formats.format_number, digits=2))
            warning = "" if formats.is_missing(row.note) else phrases.as_sentence(row.note)
            cells = (
                text(spec["group_labels"][row.group]),
                count(row.patients),
                count(row.events),
                number(row.effective_size, 0),
                number(row.largest_weight, 1),
                Cell(shown, parts, (TWO,) * 3),
                number(row.extreme_percent, 1),
                text(warning),
            )
            rows.append(Row(cells, indent=1))
    notes = (
        "Propensity: the probability of the compared group, given the covariates. Effective size: as many patients without weights "
        "would tell as much. Weights are stabilised: 1 is as without. Near: within 0.05.",
    )
    return DisplayTable(
        f"adjusted_overlap_{name}",
        f"{endpoint['label']}: overlap of the groups",
        columns,
        tuple(rows),
        notes,
        f"{endpoint['abbreviation']} overlap",
    )
