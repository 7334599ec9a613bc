"""Display tables of survival: follow-up, medians and landmarks per group, pairwise tests, cumulative incidence."""

from crlm.display import formats
from crlm.display.cells import (
    Cell,
    Column,
    DisplayTable,
    Row,
    count,
    head,
    median,
    number,
    p_value,
    percent,
    text,
)
from crlm.display.measures import TIMES
from crlm.plan import phrases

MOST_PAIRED = 4  # groups of which every pair is shown
LIMITS = ("%", "lower 95%", "upper 95%")
TESTS = {"log-rank": "log-rank", "log-rank-stratified": "stratified log-rank", "trend": "trend"}


def tabulate_survival(summary, landmarks, tests, name, endpoint, groupings):
    """Median and survival at the landmarks of every group, with log-rank and trend test.

    summary, landmarks, tests: kaplan_meier/{endpoint}_*.csv; groupings: {name: spec}, those to be shown; a grouping with one
    group is a row, one with more is a block with a heading.
    """
    months = [float(month) for month in endpoint["landmarks_months"]]
    tested = tests[tests["grouping"].isin(list(groupings))]
    kinds = [kind for kind in TESTS if (tested["test"] == kind).any()]
    columns = (
        Column("", align="left"),
        Column("Patients"),
        Column("Events"),
        Column("Median, months (95% CI)", parts=TIMES),
        *(
            column
            for month in months
            for column in (
                Column("% (95% CI)", f"Survival at {month:g} months", LIMITS),
                Column("At risk", f"Survival at {month:g} months"),
            )
        ),
        *(Column(f"p ({TESTS[kind]})") for kind in kinds),
    )
    rows, notes = [], []
    for place, (key, grouping) in enumerate(groupings.items()):
        groups = summary[summary["grouping"] == key].set_index("group")
        if groups.empty:
            continue
        blocked = len(grouping["groups"]) > 1
        heading = _label(grouping, place, groupings)
        if blocked:
            p_values = tests[tests["grouping"] == key].drop_duplicates("test").set_index("test")
            cells = {
                len(columns) - len(kinds) + number: p_value(p_values["p_value"].get(kind), "")
                for number, kind in enumerate(kinds)
            }
            rows.append(head(heading, len(columns), cells))
        at = landmarks[landmarks["grouping"] == key].set_index(["group", "time"])
        for group in grouping["groups"]:
            if group not in groups.index:
                continue
            row = groups.loc[group]
            cells = [
                text(grouping["group_labels"].get(group, group) if blocked else heading),
                count(row["patients"]),
                count(row["events"]),
                median(*(row[f"median{end}"] for end in ("", "_lower", "_upper")), row["patients"]),
            ]
            for month in months:
                cells += _show_landmark(at, group, month)
            cells += [Cell()] * len(kinds)
            rows.append(Row(tuple(cells), indent=int(blocked)))
        notes += _note_grouping(grouping, groups)
    if endpoint.get("entry"):
        words = "Delayed entry: at risk are those who had entered; p of log-rank and trend are those of the score test."
        notes = [words, *notes]
    notes = ["Kaplan-Meier estimates with log-log confidence limits; NR, not reached.", *notes]
    return DisplayTable(
        f"survival_{name}",
        endpoint["label"],
        columns,
        tuple(rows),
        tuple(dict.fromkeys(notes)),
        f"{endpoint['abbreviation']} survival",
    )


def _label(grouping, place, groupings):
    """The heading of a block, with the letter that the parts of the table have in the report."""
    return (
        f"({phrases.letter(place)}) {grouping['label']}"
        if len(groupings) > 1
        else grouping["label"]
    )


def _show_landmark(at, group, month):
    if (group, month) not in at.index:
        return [Cell(), Cell()]
    row = at.loc[(group, month)]
    return [percent(row["survival"], row["lower"], row["upper"]), count(row["at_risk"])]


def _note_grouping(grouping, groups):
    notes = []
    label = grouping["label"]
    if grouping.get("landmark_months"):
        month = f"{grouping['landmark_months']:g} months"
        notes.append(f"{label}: patients at risk at {month}, time from there.")
    if grouping.get("strata_label"):
        notes.append(f"{label}: log-rank stratified by {grouping['strata_label']}.")
    missing = int(groups["missing"].max())
    if missing:
        notes.append(f"{label}: {phrases.plural(missing, 'patient')} in none of the groups.")
    if grouping.get("note"):
        notes.append(f"{label}: {grouping['note'].strip(' .;')}.")
    return notes


def find_hazard_ratio(ratios, patients):
    """The row of the Cox model of the two groups alone, None where there is none of the same patients.

    ratios: the rows of this grouping in kaplan_meier/{endpoint}_ratios.csv; patients: {group: patients} of the groups
    that have any.
    """
    levels = ratios.set_index(formats.as_texts(ratios["level"]))["patients"]
    if len(patients) != 2 or any(levels.get(name) != size for name, size in patients.items()):
        return None
    rows = ratios[(ratios["level"] != ratios["reference"]) & ratios["hazard_ratio"].notna()]
    return rows.iloc[0] if len(rows) == 1 else None


def tabulate_pairs(tests, name, endpoint, groupings):
    """Pairwise log-rank tests with Holm's adjustment: kaplan_meier/{endpoint}_tests.csv."""
    pairs = tests[tests["test"] == "pairwise"]
    rows, shortened = [], []
    for place, (key, grouping) in enumerate(groupings.items()):
        mine = pairs[pairs["grouping"] == key]
        if mine.empty:
            continue
        labels = grouping["group_labels"]
        if len(grouping["groups"]) > MOST_PAIRED:
            first = next(group for group in grouping["groups"] if group in set(mine["group"]))
            mine = mine[(mine["group"] == first) | (mine["versus"] == first)]
            shortened.append(grouping["label"])
        if len(groupings) > 1:
            rows.append(head(_label(grouping, place, groupings), 4))
        for row in mine.itertuples():
            words = f"{labels.get(row.group, row.group)} vs {labels.get(row.versus, row.versus)}"
            cells = (
                text(words),
                number(row.statistic, 2),
                p_value(row.p_value),
                p_value(row.p_adjusted),
            )
            rows.append(Row(cells, indent=int(len(groupings) > 1)))
    columns = (
        Column("Groups compared", align="left"),
        Column("Chi-squared"),
        Column("p"),
        Column("p (Holm)"),
    )
    notes = ["Log-rank tests; Holm's adjustment for all pairs of each grouping."]
    if shortened:
        notes.append(
            f"Of more than {MOST_PAIRED} groups each is shown against the first ({'; '.join(shortened)}); every pair is in "
            f"results/kaplan_meier/{name}_tests.csv."
        )
    return DisplayTable(
        f"pairs_{name}",
        f"{endpoint['label']}: groups compared pairwise",
        columns,
        tuple(rows),
        tuple(notes),
        f"{endpoint['abbreviation']} pairwise",
    )


def tabulate_incidence(incidence, curves, name, endpoint, groupings, tests=None):
    """Cumulative incidence of each event at the landmarks; empty for an endpoint with a single event.

    incidence, curves: cumulative_incidence/{endpoint}.csv and kaplan_meier/{endpoint}.csv. Nothing is printed for a landmark
    after the last time observed in the group.
    """
    months = [float(month) for month in endpoint["landmarks_months"]]
    causes = list(dict.fromkeys(incidence["cause"]))
    columns = (
        Column("", align="left"),
        *(
            Column(f"{month:g} months", f"{name_cause(cause)}, % (95% CI)", LIMITS)
            for cause in causes
            for month in months
        ),
    )
    rows = []
    for place, (key, grouping) in enumerate(groupings.items()):
        mine = incidence[incidence["grouping"] == key]
        last = curves[curves["grouping"] == key].groupby("group")["time"].max()
        if mine.empty:
            continue
        blocked = len(grouping["groups"]) > 1
        heading = _label(grouping, place, groupings)
        if blocked:
            rows.append(head(heading, len(columns)))
        for group in grouping["groups"]:
            part = mine[mine["group"] == group]
            if part.empty:
                continue
            cells = [text(grouping["group_labels"].get(group, group) if blocked else heading)]
            for cause in causes:
                of_cause = part[part["cause"] == cause].sort_values("time", kind="stable")
                cells += [_read_at(of_cause, month, last.get(group, 0)) for month in months]
            rows.append(Row(tuple(cells), indent=int(blocked)))
    notes = [
        "Aalen-Johansen estimates with log-log confidence limits. Each event counts only where it came first: the others compete."
    ]
    notes += _tell_gray(tests, groupings) if tests is not None else []
    return DisplayTable(
        f"incidence_{name}",
        f"{endpoint['label']}: cumulative incidence of its events",
        columns,
        tuple(rows) if causes else (),
        tuple(notes),
        f"{endpoint['abbreviation']} incidence",
    )


def _tell_gray(tests, groupings):
    """Gray's tests of a grouping in a sentence: cumulative_incidence/{endpoint}_tests.csv."""
    for key, grouping in groupings.items():
        mine = tests[(tests["grouping"] == key) & tests["p_value"].notna()]
        parts = [
            f"{name_cause(row.cause)} {formats.state_p(row.p_value)}" for row in mine.itertuples()
        ]
        if parts:
            yield f"{grouping['label']}, Gray's test, not adjusted: {'; '.join(parts)}."


def _read_at(rows, month, last):
    until = rows[rows["time"] <= month]
    if month > last or until.empty:
        return text(formats.MISSING)
    row = until.iloc[-1]
    return percent(row["incidence"], row["lower"], row["upper"])


def name_cause(cause):
    """The name of an event source as it is printed."""
    return phrases.capitalise(phrases.to_words(cause))
