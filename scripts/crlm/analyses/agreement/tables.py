"""The table of a recorded score beside the computed one."""

from crlm.display import findings, formats
from crlm.display.cells import Column, DisplayTable, Row, count, text
from crlm.plan import phrases

LISTED = "The patients are listed in results/private/score_differences.csv."


def tabulate_agreement(cross, summary, groups, score, labels, name, small_cells=None):
    """Cross table of a recorded score (rows) and the computed one (columns), with weighted kappa and the change of group below.

    cross, summary, groups: score_agreement.csv, _summary.csv and _groups.csv; score: the computed one; labels: variable ->
    label; name: the comparison; small_cells: sentences that would tell fewer patients say so instead.
    """
    cross = cross[cross["comparison"] == name]
    result = summary[summary["comparison"] == name].iloc[0]
    recorded, computed = (labels.get(result[key], result[key]) for key in ("recorded", "computed"))
    values = sorted({*cross["recorded_value"], *cross["computed_value"]})
    cells = cross.set_index(["recorded_value", "computed_value"])["patients"]
    columns = (
        Column(recorded, align="left"),
        *(Column(f"{value:g}", computed) for value in values),
        Column("Total"),
    )
    rows = []
    for value in values:
        line = [int(cells.get((value, other), 0)) for other in values]
        row = [count(n, other == value) for n, other in zip(line, values, strict=True)]
        rows.append(Row((text(f"{value:g}"), *row, count(sum(line)))))
    if rows:
        totals = [int(cross.loc[cross["computed_value"] == v, "patients"].sum()) for v in values]
        rows.append(Row((text("Total"), *map(count, totals), count(sum(totals))), "foot"))
    share_equal = formats.format_share(result["agree"], result["patients"])
    notes = [f"Equal in {share_equal}% of {phrases.plural(result['patients'], 'patient')}."]
    notes[0] = notes[0].replace(")%", "%)")
    if _is_any_small((result["agree"], result["differ"]), small_cells):
        notes[0] = f"How many are equal is not told: fewer than {small_cells} would follow."
    for weights in ("linear", "quadratic"):
        names = [f"kappa_{weights}{end}" for end in ("", "_lower", "_upper")]
        if not formats.is_missing(result[names[0]]):
            words = findings.tell_number(result, names, 2)
            notes.append(f"Cohen's kappa, {weights} weights: {words}.")
    notes += [*_tell_groups(groups[groups["comparison"] == name], score, small_cells)]
    notes += [LISTED] if result["differ"] else []
    title = f"Agreement of {recorded} and {computed}"
    return DisplayTable(
        f"agreement_{name}", title, columns, tuple(rows), tuple(notes), f"Agreement {name}"
    )


def tabulate_components(components, summary, score, labels, name, small_cells=None):
    """Which component of a computed score explains that it is not the recorded one: score_agreement_components.csv."""
    mine = components[components["comparison"] == name]
    result = summary[summary["comparison"] == name].iloc[0]
    recorded, computed = (labels.get(result[key], result[key]) for key in ("recorded", "computed"))
    columns = (
        Column("Component", align="left"),
        Column("Computed higher", "Patients explained"),
        Column("Computed lower", "Patients explained"),
        Column("By it only", "Patients explained"),
    )
    proxies = {score["components"][key]["label"] for key in score["proxies"]}
    rows = [
        Row(
            (
                text(f"{row.component} (proxy)" if row.component in proxies else row.component),
                *map(count, (row.computed_higher, row.computed_lower, row.only)),
            )
        )
        for row in mine.itertuples()
    ]
    differ = phrases.plural(int(result["differ"]), "patient")
    if _is_any_small((result["agree"],), small_cells):
        differ = "Patients"
    notes = (
        f"{differ} with another value. A component explains a patient if other points of "
        "it alone would give the recorded value; a patient may be explained by several.",
        LISTED,
    )
    return DisplayTable(
        f"explained_agreement_{name}",
        f"What explains that {recorded} and {computed} differ",
        columns,
        tuple(rows) if result["differ"] else (),
        notes,
        f"Agreement {name}, components",
    )


def _is_any_small(counts, small_cells):
    return any(0 < count < (small_cells or 0) for count in counts)


def _tell_groups(groups, score, small_cells):
    """How many patients change group, in which direction, and from which to which."""
    total = int(groups["patients"].sum())
    if not total:
        return
    order = {key: place for place, key in enumerate(score["groups"])}
    steps = groups["computed_group"].map(order) - groups["recorded_group"].map(order)
    higher, lower = (int(groups.loc[mask, "patients"].sum()) for mask in (steps > 0, steps < 0))
    other = groups[steps != 0]
    told = (higher, lower, total - higher - lower, *other["patients"])
    if _is_any_small(told, small_cells):
        yield f"How many are in another group is not told: fewer than {small_cells} would follow."
        return
    moved = formats.format_share(higher + lower, total).replace(")", "%)")
    yield (
        f"Another group in {moved} of {phrases.plural(total, 'patient')}: computed higher in {higher}, lower in {lower}."
    )
    named = {key: group["label"] for key, group in score["groups"].items()}
    parts = [
        f"{named[row.recorded_group]} recorded and {named[row.computed_group]} computed in {row.patients}"
        for row in other.itertuples()
    ]
    if parts:
        yield f"{phrases.capitalise(phrases.join_words(parts))}."
