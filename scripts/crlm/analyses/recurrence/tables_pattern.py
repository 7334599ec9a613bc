"""The tables of the kinds of recurrence: incidence, its comparison, odds beside what was published."""

from crlm.analyses.recurrence.plan import ENDED, UNKNOWN
from crlm.analyses.recurrence.tables import EXPLORED, collect_notes
from crlm.display import formats
from crlm.display.cells import (
    ESTIMATE,
    Cell,
    Column,
    DisplayTable,
    Row,
    count,
    head,
    number,
    p_value,
    percent,
    ratio,
    share,
    text,
)
from crlm.plan import phrases
from crlm.plan.phrases import tell_evidence


def list_rows(spec):
    """(classification, cause, label) of every kind of recurrence once, the end without recurrence last."""
    for name, each in spec["classifications"].items():
        for cause, label in each["causes"].items():
            yield name, cause, label
    yield "any", ENDED, spec["classifications"]["any"]["ended"]


def tabulate_patterns(incidence, name, endpoint, settings):
    """Cumulative incidence of every kind of recurrence at the horizons: incidence_at.csv of one endpoint."""
    spec = settings["endpoints"][name]
    months = spec["horizons_months"]
    last = f"Naive, at {months[-1]:g} months"
    columns = (
        Column("", align="left"),
        Column("Patients"),
        Column(f"Events until {months[-1]:g} months"),
        *(
            Column(f"{month:g} months", "Cumulative incidence, % (95% CI)", ESTIMATE)
            for month in months
        ),
        Column("%", last),
        Column("Too high by, points", last),
    )
    found = incidence.set_index(
        ["classification", "grouping", "group", "cause", "horizon"]
    ).sort_index()
    rows = []
    for key, grouping in settings["groupings"].items():
        for group in grouping["groups"]:
            label = grouping["group_labels"][group]
            label = f"{grouping['label']}: {label}" if len(grouping["groups"]) > 1 else label
            first = found.loc[("any", key, group, ENDED, months[-1])]
            rows.append(head(label, len(columns), {1: count(first["patients"])}))
            for kind, cause, words in list_rows(spec):
                points = [found.loc[(kind, key, group, cause, month)] for month in months]
                if cause == UNKNOWN and not points[-1]["events"]:
                    continue
                filled = [text(words), Cell(), count(points[-1]["events"])]
                filled += [_show_incidence(point) for point in points]
                filled += [_show_points(points[-1]["naive"]), _show_points(points[-1]["excess"])]
                rows.append(Row(tuple(filled), indent=1))
    notes = (
        "Aalen-Johansen estimates, each kind competing with the others and with death without recurrence; log-log limits. Naive: "
        "one minus Kaplan-Meier with all else censored, as if the dead and those with another kind could still have it; it is too "
        "high, by the percentage points of the last column.",
        *collect_notes(incidence),
    )
    title = f"{endpoint['label']}: cumulative incidence of the kinds of recurrence"
    short = f"{endpoint['abbreviation']} patterns"
    return DisplayTable(f"recurrence_patterns_{name}", title, columns, tuple(rows), notes, short)


def _show_incidence(point):
    if formats.is_missing(point["incidence"]):
        return text(formats.MISSING)
    return percent(point["incidence"], point["lower"], point["upper"])


def _show_points(value):
    return number(None if formats.is_missing(value) else 100 * value)


def tabulate_comparisons(gray, ratios, name, endpoint, settings):
    """Gray's tests and both kinds of hazard ratio: gray.csv and ratios.csv of one endpoint."""
    spec = settings["endpoints"][name]
    columns = (
        Column("", align="left"),
        Column("Patients"),
        Column("Events"),
        Column("Hazard ratio (95% CI)", "Cause-specific", ESTIMATE),
        Column("p", "Cause-specific"),
        Column("Hazard ratio (95% CI)", "Subdistribution", ESTIMATE),
        Column("p", "Subdistribution"),
        Column("p", "Gray's test"),
        Column("p, Holm", "Gray's test"),
    )
    rows = []
    for key, grouping in settings["groupings"].items():
        if len(grouping["groups"]) < 2:
            continue
        for kind, cause, words in list_rows(spec):
            if cause == UNKNOWN:
                continue
            test = _pick(gray, kind, key, cause).iloc[0]
            p = {7: p_value(test["p_value"]), 8: p_value(test["p_adjusted"])}
            rows.append(
                head(f"{grouping['label']}: {words[:1].lower()}{words[1:]}", len(columns), p)
            )
            mine = _pick(ratios, kind, key, cause)
            models = {model: rows.set_index("group") for model, rows in mine.groupby("model")}
            for group in grouping["groups"]:
                own = models["cause_specific"].loc[group]
                filled = [
                    text(grouping["group_labels"][group]),
                    count(own["patients"]),
                    count(own["events"]),
                ]
                for model in ("cause_specific", "subdistribution"):
                    filled += _show_ratio(models[model].loc[group], group)
                rows.append(Row((*filled, Cell(), Cell()), indent=1))
    notes = (
        "Cause-specific: how the rate of this kind differs among those still without any (Cox, Efron's ties, the others censored). "
        "Subdistribution: how its cumulative incidence differs (Fine and Gray), a supplement; both take the ratio as the same at "
        "all times. Gray's test compares the cumulative incidence; Holm's adjustment over the kinds of one classification. "
        f"Reference: the first group with an event of the kind. Unadjusted; associations, not effects. {EXPLORED}",
        *collect_notes(gray, ratios),
    )
    title = f"{endpoint['label']}: kinds of recurrence compared between groups"
    short = f"{endpoint['abbreviation']} patterns compared"
    return DisplayTable(f"recurrence_comparisons_{name}", title, columns, tuple(rows), notes, short)


def _pick(table, kind, grouping, cause):
    chosen = (table["classification"] == kind) & (table["grouping"] == grouping)
    return table[chosen & (table["cause"] == cause)]


def _show_ratio(row, group):
    if row["reference"] == group:
        return [Cell("1 (reference)", (1, "reference"), ("0", "0"), reference=True), Cell()]
    if formats.is_missing(row["hazard_ratio"]):
        return [text("not estimable"), text(formats.MISSING)]
    return [ratio(row["hazard_ratio"], row["lower"], row["upper"]), p_value(row["p_value"])]


def tabulate_odds(odds, name, endpoint, settings):
    """Share of each kind among the recurrences and its odds ratio, beside what was published: odds.csv of one endpoint."""
    spec = settings["endpoints"][name]
    columns = (
        Column("", align="left"),
        Column("Recurrences"),
        Column("Of this kind, n (%)", parts=("n", "%")),
        Column("Odds ratio (95% CI)", parts=ESTIMATE),
        Column("p"),
        Column("Of this kind, %", "Published"),
        Column("Source", "Published", align="left"),
    )
    rows, told = [], {}
    for key, grouping in settings["groupings"].items():
        for entry in grouping["published"]:
            told[entry["source"]] = entry
        for kind, cause, words in list_rows(spec):
            mine = _pick(odds, kind, key, cause)
            if mine.empty:
                continue
            if len(grouping["groups"]) > 1:
                rows.append(
                    head(f"{grouping['label']}: {words[:1].lower()}{words[1:]}", len(columns))
                )
            for row in mine.itertuples():
                label = grouping["group_labels"][row.group]
                label = (
                    label
                    if len(grouping["groups"]) > 1
                    else f"{label}: {words[:1].lower()}{words[1:]}"
                )
                published, source = _find_published(grouping, kind, cause, row.group)
                filled = (
                    text(label),
                    count(row.patients),
                    share(int(row.events), int(row.patients)),
                    *_show_odds(row),
                    published,
                    source,
                )
                rows.append(Row(filled, indent=int(len(grouping["groups"]) > 1)))
    notes = (
        "Among the recurrences of known class. Odds of this kind against all others, in the group against the first one (Woolf's "
        f"limits; p by Fisher's exact test). Unadjusted; associations, not effects. {EXPLORED}",
        *(_tell_published(entry) for entry in told.values()),
        *collect_notes(odds),
    )
    title = f"{endpoint['label']}: pattern of recurrence"
    short = f"{endpoint['abbreviation']} odds"
    return DisplayTable(f"recurrence_odds_{name}", title, columns, tuple(rows), notes, short)


def _show_odds(row):
    if row.group == row.reference:
        return [text(""), Cell()]
    if formats.is_missing(row.odds_ratio):
        return [text("not estimable"), p_value(row.p_value)]
    return [ratio(row.odds_ratio, row.lower, row.upper), p_value(row.p_value)]


def _find_published(grouping, kind, cause, group):
    """The published share that stands beside a class of one group, and its source."""
    for entry in grouping["published"]:
        places = {entry["level"]: 0, entry["reference"]: 1}
        for pattern in entry["patterns"]:
            if pattern["beside"].get(kind) == cause and group in places:
                words = f"{entry['source']} ({tell_evidence(entry['evidence'])})"
                return number(pattern["percent"][places[group]], 0), text(words)
    return Cell(), Cell()


def _tell_published(entry):
    """All that a source says, in a sentence."""
    parts = [
        f"{each['label'].lower()} {each['percent'][0]:g} against {each['percent'][1]:g} % "
        f"({formats.state_p(each['p_value'])})"
        for each in entry["patterns"]
    ]
    parts += [
        f"{each['label'].lower()}, {'adjusted ' if each['adjusted'] else ''}odds ratio {each['odds_ratio']:g} "
        f"({each['limits'][0]:g}{formats.style().limits}{each['limits'][1]:g})"
        for each in entry["ratios"]
    ]
    groups = f"{phrases.to_words(entry['level'])} against {phrases.to_words(entry['reference'])}"
    return f"{entry['source']}, {entry['note']}, {groups}: {'; '.join(parts)}. Other patients: beside, not against."
