"""Display tables of the scores: what could be computed, what was published, agreement with recorded values."""

from crlm.display import formats
from crlm.display.cells import Cell, Column, DisplayTable, Row, head, share, text, whole
from crlm.display.complements import WITHHELD, show_parts
from crlm.plan import phrases
from crlm.plan.phrases import tell_evidence

COMPUTABLE = "computable"


def tabulate_scores(status, scores, plan, small_cells=None):
    """Every score that was computed: score_status.csv, scores.csv (for the group sizes) and the plan's scores.

    small_cells: sizes below it are hidden, with what they would follow from.
    """
    rows = []
    for row in status[status["status"] == COMPUTABLE].itertuples():
        spec, mine = plan[row.score], scores[scores["score"] == row.score]
        remark = [spec["replaced"]] if spec.get("replaced") else []
        if isinstance(row.proxies, str):
            remark.append(f"Proxy: {row.proxies}.")
        cells = (
            text(row.label),
            share(row.determinate, row.patients),
            text(_describe_groups(mine, spec, small_cells)),
            text(f"{phrases.capitalise(spec['endpoint'])}; {spec['timing']}"),
            text(phrases.capitalise(tell_evidence(row.evidence))),
            text(" ".join(remark)),
        )
        rows.append(Row(cells))
    columns = (
        Column("Score", align="left"),
        Column("Determined, n (%)", parts=("n", "%")),
        Column("Groups or values", align="left"),
        Column("Built for", align="left"),
        Column("Evidence of the points", align="left"),
        Column("Remark", align="left"),
    )
    notes = (
        "Determined: the inputs known leave one value only. A group counts the patients whose bounds lie within it, also when "
        "the value itself is open.",
    )
    return DisplayTable("scores", "Clinical risk scores", columns, tuple(rows), notes, "Scores")


def tabulate_not_computed(status, plan):
    """A line for every other score, with the reason: score_status.csv and the plan's scores."""
    rows = []
    for row in status[status["status"] != COMPUTABLE].itertuples():
        why = phrases.capitalise(row.status)
        if isinstance(row.missing_inputs, str):
            why = f"Not recorded: {row.missing_inputs}"
        elif isinstance(row.note, str):
            why = f"{why}: {row.note}"
        replaced = plan[row.score].get("replaced")
        words = " ".join([phrases.as_sentence(why), *([replaced] if replaced else [])])
        rows.append(Row((text(row.label), text(words))))
    return DisplayTable(
        "scores_not_computed",
        "Scores that could not be computed",
        (Column("Score", align="left"), Column("Why", align="left")),
        tuple(rows),
        short="Scores not computed",
    )


def _describe_groups(mine, spec, small_cells):
    """`Low (0-2) 385, High (3-5) 228`; median and range of a score without groups."""
    if spec["groups"]:
        found = mine["group"].value_counts()
        sizes = show_parts([int(found.get(name, 0)) for name in spec["groups"]], small_cells)
        labels = [group["label"] for group in spec["groups"].values()]
        return ", ".join(f"{label}: {n}" for label, n in zip(labels, sizes, strict=True))
    values = mine["value"].dropna().astype(float)
    if values.empty:
        return formats.MISSING
    if len(values) < (small_cells or 0):
        return WITHHELD
    ends = f"{values.min():g}{formats.style().range}{values.max():g}"
    return f"Median {values.median():g}, range {ends}"


def tabulate_published(scores):
    """Survival published per stratum of each computable score: the plan's scores."""
    shown = {
        name: score
        for name, score in scores.items()
        if score["status"] == "computable" and score["published"]
    }
    entries = [entry for score in shown.values() for entry in score["published"]]
    months = sorted({int(month) for entry in entries for month in entry.get("survival", {})})
    columns = (
        Column("Score and stratum", align="left"),
        Column("Patients"),
        *(Column(f"{month} months", "Published survival, %") for month in months),
        Column("Median, months"),
        Column("Evidence", align="left"),
    )
    rows = []
    for score in shown.values():
        for (source, endpoint), entries in _by_source(score["published"]).items():
            rows.append(head(f"{score['label']}: {endpoint} ({source})", len(columns)))
            rows += [_publish(entry, score, months) for entry in entries]
    notes = ("Printed for comparison: other patients, other years, other treatment.",)
    return DisplayTable(
        "published",
        "Published survival of the scores' strata",
        columns,
        tuple(rows),
        notes,
        "Published",
        published=True,
    )


def _by_source(published):
    """Published strata by source and endpoint, in the order of the score's file."""
    found = {}
    for entry in published:
        found.setdefault((entry["source"], entry["endpoint"]), []).append(entry)
    return found


def _publish(entry, score, months):
    survival = {int(month): value for month, value in entry.get("survival", {}).items()}
    if "group" in entry:
        stratum = score["groups"].get(entry["group"], {"label": entry["group"]})["label"]
    elif "value" in entry:
        points = entry["value"]
        stratum = f"{points:g} point{'' if points == 1 else 's'}"
    else:
        stratum = "All"
    others = {tag for tag in entry.get("survival_evidence", {}).values() if tag}
    tags = {entry["evidence"], *others, entry.get("patients_evidence", entry["evidence"])}
    return Row(
        (
            text(stratum),
            whole(entry["patients"]) if "patients" in entry else Cell(),
            *(_plain(survival.get(month)) for month in months),
            _plain(entry.get("median_months")),
            text(phrases.capitalise("; ".join(map(tell_evidence, sorted(tags))))),
        ),
        indent=1,
    )


def _plain(value):
    """A published number with the decimals it was published with."""
    return Cell() if value is None else Cell(f"{value:g}", (value,), ("General",))
