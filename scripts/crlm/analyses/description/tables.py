"""Display tables of the cohort: flow, characteristics, growth patterns, missing values, findings about the data."""

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
    text,
)
from crlm.display.complements import WITHOUT
from crlm.plan import phrases

QUARTILES = ("median", "q1", "q3")
TESTS = {
    "Wilcoxon": "Wilcoxon rank-sum test",
    "Kruskal-Wallis": "Kruskal-Wallis test",
    "Chi-squared": "Pearson's chi-squared test",
    "Fisher": "Fisher's exact test",
}


def tabulate_attrition(attrition, endpoints):
    """Who was left out and why: attrition.csv, first the cohort, then each endpoint."""
    owner = attrition["endpoint"].fillna("")
    known = not attrition["unknown"].any()
    rows = [_step(row, known) for row in attrition[owner == ""].itertuples()]
    for name, spec in endpoints.items():
        steps = list(attrition[owner == name].itertuples())
        if steps:
            last = 2 if known else 3
            rows.append(head(spec["label"], last + 1, {last: count(steps[-1].remaining)}))
            rows += [_step(row, known, 1) for row in steps[:-1]]
    columns = [Column("Step", align="left"), Column("Left out"), Column("Remaining")]
    if not known:
        columns.insert(2, Column("Not known, kept"))
    notes = ["Remaining, for an endpoint: the patients in whom it is defined."]
    return DisplayTable(
        "attrition", "Flow of the patients", tuple(columns), tuple(rows), tuple(notes), "Flow"
    )


def _step(row, known, indent=0):
    left_out = count(row.excluded) if row.excluded else Cell()
    unknown = [] if known else [count(row.unknown) if row.unknown else Cell()]
    return Row((text(row.label), left_out, *unknown, count(row.remaining)), indent=indent)


def tabulate_characteristics(table1, variables, name, grouping, made_of=(), left_out=()):
    """Table 1 of one grouping: everybody, each group, p-value and standardised difference.

    table1: description/table1.csv; variables: specs of the plan; name, grouping: the grouping's name and spec;
    made_of: variables that its groups follow from; left_out: those that have no row because they say the same as its groups.
    """
    everybody = table1.loc[table1["grouping"] == "overall", "patients"].head(1).sum()
    table1 = table1[table1["grouping"] == name]
    found = list(table1["group"].unique())
    groups = [*(["all"] if "all" in found else []), *(g for g in grouping["groups"] if g in found)]
    groups = list(dict.fromkeys(groups))
    compared = len(groups) > 1
    sizes = table1.drop_duplicates("group").set_index("group")["patients"]
    columns = [Column("", align="left")]
    for group in groups:
        label = grouping["group_labels"].get(group, group)
        if group == "all":  # of a grouping: those whose group is known
            label = "All with a known group" if sizes["all"] < everybody else "All patients"
        parts = ("n, median or mean", "%, Q1 or SD", "Q3")
        columns.append(Column(f"{label}\n(n = {sizes[group]})", parts=parts))
    if compared:
        columns += [Column("p"), Column("SMD")]
    rows = []
    for variable in table1["variable"].unique():
        of_variable = table1[table1["variable"] == variable]
        rows += _describe(of_variable, variables[variable], groups, compared)
    notes = ["Per cent of the patients whose value is known. Median [Q1–Q3]; mean (SD)."]
    if compared:
        used = [TESTS.get(test, test) for test in table1["test"].dropna().unique()]
        notes[0] += " SMD, largest absolute standardised mean difference between two groups."
        if used:
            notes.append(
                f"{phrases.capitalise(phrases.join_words(sorted(used)))}; no adjustment for the number of tests."
            )
    shown = [variables[each]["label"] for each in table1["variable"].unique() if each in made_of]
    if compared and shown:
        notes.append(f"Not tested, since the groups are made of it: {phrases.join_words(shown)}.")
    if compared and left_out:
        names = phrases.join_words([variables[each]["label"] for each in left_out])
        notes.append(f"Left out, since the groups are made of the same findings: {names}.")
    if grouping.get("note"):
        notes.append(phrases.as_sentence(grouping["note"]))
    title = "Characteristics of the patients"
    return DisplayTable(
        f"characteristics_{name}",
        f"{title} by {grouping['label']}" if compared else title,
        tuple(columns),
        tuple(rows),
        tuple(notes),
        f"Table 1 {grouping['label']}" if compared else "Table 1",
    )


def _describe(table, spec, groups, compared):
    """The rows of one variable: a block that begins with its name."""
    first = table.iloc[0]
    tests = [p_value(first["p_value"]), number(first["smd"], 2)] if compared else []
    blank = [Cell()] * len(tests)
    by_group = {group: table[table["group"] == group] for group in groups}
    unit = f" ({spec['unit']})" if spec.get("unit") else ""
    name = f"{spec['label']}{unit}"
    rows = []
    if spec["levels"]:
        counts = {group: rows.set_index("level") for group, rows in by_group.items()}

        def line(level):
            return [
                _count_level(table.loc[level]) if level in table.index else Cell()
                for table in counts.values()
            ]

        if spec["kind"] == "binary":  # the second level says all
            label = text(f"{name}, n (%)")
            rows.append(Row((label, *line(spec["levels"][1]), *tests)))
        else:
            rows.append(Row((text(f"{name}, n (%)"), *[Cell()] * len(groups), *tests), "head"))
            for level in spec["levels"]:
                if not any(level in table.index for table in counts.values()):
                    continue  # only excluded patients have it
                label = text(spec["level_labels"].get(level, level))
                rows.append(Row((label, *line(level), *blank), indent=1))
    else:
        parts = [part.iloc[0] for part in by_group.values()]
        quartiles = [part[key] for part in parts for key in QUARTILES]
        digits = formats.choose_spread_digits(*quartiles)  # the same in all groups
        middle = [_median(part, digits) for part in parts]
        rows.append(Row((text(f"{name}, median [Q1–Q3]"), *middle, *tests)))
        if spec["kind"] == "continuous":
            digits = formats.choose_digits(*(part[key] for part in parts for key in ("mean", "sd")))
            means = [_mean(part, digits) for part in parts]
            rows.append(Row((text("mean (SD)"), *means, *blank), indent=1))
    missing = [part.iloc[0]["missing"] for part in by_group.values()]
    if any(missing):
        cells = [count(value) for value in missing]
        rows.append(Row((text(WITHOUT), *cells, *blank), indent=1))
    return rows


def _count_level(row):
    if formats.is_missing(row["count"]):
        return text(formats.MISSING)
    words = f"{formats.format_count(row['count'])} ({formats.format_number(row['percent'])})"
    return Cell(words, (int(row["count"]), float(row["percent"])), ("0", "0.0"), counted=True)


def _median(row, digits):
    if formats.is_missing(row["median"]):
        return text(formats.MISSING)
    values = tuple(float(row[key]) for key in QUARTILES)
    return Cell(formats.format_spread(*values, digits), values, ("0.0",) * 3)


def _mean(row, digits):
    if formats.is_missing(row["mean"]):
        return text(formats.MISSING)
    mean, spread = (formats.format_number(row[key], digits) for key in ("mean", "sd"))
    values = tuple(None if formats.is_missing(row[key]) else row[key] for key in ("mean", "sd"))
    return Cell(f"{mean} ({spread})", values, ("0.00",) * 2)
