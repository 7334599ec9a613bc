"""The tables of when recurrence comes and of survival after it."""

from crlm.analyses.recurrence.after import MEDIAN, NONE_YET
from crlm.analyses.recurrence.plan import UNKNOWN
from crlm.analyses.recurrence.timing import name_classes
from crlm.display import cells, formats
from crlm.display.cells import (
    ESTIMATE,
    ONE,
    Cell,
    Column,
    DisplayTable,
    Row,
    count,
    head,
    median,
    p_value,
    percent,
    share,
    text,
)
from crlm.display.measures import TIMES
from crlm.plan import phrases

EXPLORED = "Tests explore; they are not adjusted for their number."


def name_timing(bounds):
    """{class: label} of the classes of timing."""
    labels = {}
    for name, (low, high) in name_classes(bounds).items():
        middle = f"{low:g} to {high:g} months" if high < float("inf") else f"After {low:g} months"
        labels[name] = middle if low else f"Up to {high:g} months"
    return labels


def select(results, table, name):
    """The rows of one endpoint in a table of recurrence/."""
    found = results[f"recurrence_{table}"]
    return found[found["endpoint"] == name]


def read_p(tests, **where):
    """The p-value of the row of a table of tests with these values, missing without it."""
    for column, value in where.items():
        tests = tests[tests[column] == value]
    return tests["p_value"].iloc[0] if len(tests) else None


def collect_notes(*tables):
    """Why numbers are missing or doubtful, each reason once."""
    notes = [note for table in tables for note in table["note"].dropna().unique()]
    ended = "follow-up ends"  # of each group in another month, which the result tables have
    found = [f"{ended} before" if note.startswith(ended) else note for note in notes]
    return (
        [f"{formats.MISSING}, not estimable or doubtful: {'; '.join(dict.fromkeys(found))}."]
        if found
        else []
    )


def tabulate_timing(timing, tests, name, endpoint, settings):
    """Recurrences by class of timing in every group: timing.csv and tests.csv of one endpoint."""
    labels = name_timing(settings["timing_months"])
    columns = (
        Column("", align="left"),
        Column("Patients"),
        Column("Recurrences"),
        *(Column(label, "Recurrences, n (%)", ("n", "%")) for label in labels.values()),
        Column("p"),
    )
    rows = []
    for key, grouping in settings["groupings"].items():
        several = len(grouping["groups"]) > 1
        if several:
            p = p_value(read_p(tests, analysis="timing", grouping=key))
            rows.append(head(grouping["label"], len(columns), {len(columns) - 1: p}))
        for group in grouping["groups"]:
            mine = timing[(timing["grouping"] == key) & (timing["group"] == group)].set_index(
                "level"
            )
            total = int(mine["observed"].iloc[0])
            filled = [count(mine["patients"].iloc[0]), count(total)]
            filled += [share(int(mine.loc[level, "events"]), total) for level in labels]
            label = grouping["group_labels"][group]
            rows.append(Row((text(label), *filled, Cell()), indent=int(several)))
    notes = (
        "The bounds are conventions. Shares are of the recurrences seen so far: whoever is followed for a short time can only have "
        "an early one, so that the incidence and the rates, not these shares, compare groups. p: chi-squared or Fisher's exact "
        f"test among those with recurrence. {EXPLORED}",
        *collect_notes(timing, tests[tests["analysis"] == "timing"]),
    )
    title = f"{endpoint['label']}: when recurrence came"
    short = f"{endpoint['abbreviation']} timing"
    return DisplayTable(f"recurrence_timing_{name}", title, columns, tuple(rows), notes, short)


def tabulate_windows(windows, tests, name, endpoint, settings):
    """Rate of recurrence in the two windows: windows.csv and tests.csv of one endpoint."""
    early, late = settings["windows_months"]
    over = {"early": f"Up to {early:g} months", "late": f"After {late:g} months"}
    parts = [
        Column(label, words, ESTIMATE if "CI" in label else ())
        for words in over.values()
        for label in ("At risk", "Recurrences", "Per 100 person-years (95% CI)", "p")
    ]
    columns = (Column("", align="left"), *parts)
    rows = []
    for key, grouping in settings["groupings"].items():
        several = len(grouping["groups"]) > 1
        if several:
            p = {
                4 * place: p_value(read_p(tests, analysis="window", grouping=key, level=level))
                for place, level in enumerate(over, 1)
            }
            rows.append(head(grouping["label"], len(columns), p))
        for group in grouping["groups"]:
            mine = windows[(windows["grouping"] == key) & (windows["group"] == group)].set_index(
                "level"
            )
            filled = [text(grouping["group_labels"][group])]
            for level in over:
                row = mine.loc[level]
                filled += [count(row["patients"]), count(row["events"])]
                filled += [show_number(row, ("rate", "lower", "upper")), Cell()]
            rows.append(Row(tuple(filled), indent=int(several)))
    notes = (
        f"{phrases.as_sentence(settings['windows_note'])} At risk: alive without recurrence and in follow-up when the window "
        "begins. Rates with exact Poisson limits; p: log-rank test within the window, deaths without recurrence censored. The late "
        f"window holds only those who came so far without recurrence. {EXPLORED}",
        *collect_notes(windows, tests[tests["analysis"] == "window"]),
    )
    title = f"{endpoint['label']}: recurrence in the early and in the late window"
    short = f"{endpoint['abbreviation']} windows"
    return DisplayTable(f"recurrence_windows_{name}", title, columns, tuple(rows), notes, short)


def show_number(row, names, digits=1):
    """An estimate with its limits, or that there is none."""
    values = tuple(None if formats.is_missing(row[each]) else row[each] for each in names)
    if values[0] is None:
        return text("not estimable")

    def form(value, empty):
        return formats.format_number(value, digits, empty)

    return Cell(formats.format_interval(*values, form), values, (ONE,) * 3)


def tabulate_after(after, tests, name, endpoint, settings):
    """Survival after recurrence and from the landmark: after.csv, tests.csv of one endpoint; empty without deaths."""
    spec = settings["endpoints"][name]
    months = spec["death_months"]
    columns = (
        Column("", align="left"),
        Column("Patients"),
        Column("Deaths"),
        Column("Left out"),
        Column("Median, months (95% CI)", parts=TIMES),
        *(Column(f"{month:g} months", "Alive, % (95% CI)", ESTIMATE) for month in months),
        Column("p"),
    )
    rows = []
    for heading, analysis, key, labels in _list_blocks(spec, settings):
        mine = after[(after["analysis"] == analysis) & (after["grouping"] == key)]
        if mine.empty:
            continue
        if len(labels) > 1:
            p = p_value(read_p(tests, analysis=analysis, grouping=key))
            missing = {} if analysis != "landmark" else {3: count(mine["missing"].iloc[0])}
            rows.append(head(heading, len(columns), {**missing, len(columns) - 1: p}))
        for group, label in labels.items():
            points = mine[mine["group"] == group].sort_values("time", kind="stable")
            first = points.iloc[0]
            if analysis != "after_group" and group == UNKNOWN and not first["patients"]:
                continue
            filled = [text(label), count(first["patients"]), count(first["events"])]
            filled.append(Cell() if len(labels) > 1 else count(first["missing"]))
            filled.append(median(*first[MEDIAN].astype(float), patients=first["patients"]))
            filled += [_show_alive(point) for _, point in points.iterrows()]
            rows.append(Row((*filled, Cell()), indent=int(len(labels) > 1)))
    landmark = settings["landmark_months"]
    notes = (
        f"Deaths: those of {spec['death_label']}. After recurrence time counts from the recurrence, never from the resection: "
        "whoever recurs late has lived until then, which is no merit of the late recurrence. From the landmark: those alive at "
        f"{landmark:g} months after the origin of time (a convention), by what was known of recurrence then. Left out: those with "
        "recurrence of whom nothing is known after it; at the landmark those alive of whom it is not known whether recurrence had "
        f"come. p: log-rank tests, without those of unknown class; at the landmark between the classes of those with recurrence. "
        f"{EXPLORED} Recurrence was not assigned by chance: differences are associations.",
        *collect_notes(after[after["patients"] > 0]),
    )
    title = f"{endpoint['label']}: survival after recurrence"
    short = f"{endpoint['abbreviation']} after recurrence"
    table = DisplayTable(f"recurrence_after_{name}", title, columns, tuple(rows), notes, short)
    return cells.drop_empty(table)


def _list_blocks(spec, settings):
    """(heading, analysis, grouping, {group: label}) of the blocks of the table."""
    timing = name_timing(settings["timing_months"])
    for key, grouping in settings["groupings"].items():
        heading = f"After recurrence, by {grouping['label']}"
        yield (
            heading,
            "after_group",
            key,
            {g: grouping["group_labels"][g] for g in grouping["groups"]},
        )
    yield "After recurrence, by its timing", "after_timing", "timing", timing
    for kind, each in spec["classifications"].items():
        words = each["label"][:1].lower() + each["label"][1:]
        yield f"After recurrence, by {words}", f"after_{kind}", kind, each["causes"]
    landmark = settings["landmark_months"]
    known = {
        name: timing[name]
        for name, (low, _) in name_classes(settings["timing_months"]).items()
        if low < landmark
    }
    heading = f"From {landmark:g} months on, by recurrence until then"
    yield heading, "landmark", "timing", {**known, NONE_YET: "No recurrence until then"}


def _show_alive(point):
    if formats.is_missing(point["survival"]):
        return text(formats.MISSING)
    return percent(point["survival"], point["lower"], point["upper"])
