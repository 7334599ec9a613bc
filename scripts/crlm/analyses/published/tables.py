"""Display tables of the published strata: survival published and here, events observed and expected."""

from crlm.display import cells, formats
from crlm.display.cells import Cell, Column, DisplayTable, Row, count, head, number, text, whole
from crlm.plan import phrases
from crlm.plan.phrases import tell_evidence
from crlm.scores.published_strata import LEAST, keep_comparable, state_mismatch

SERIES = ["score", "source", "published_endpoint"]


def tabulate_published_survival(points, name, endpoints, scores):
    """Survival published, here and their difference, per score, stratum and time: published/{endpoint}.csv.

    name: the endpoint; endpoints, scores: those of the plan. Strata published for another endpoint of the plan are left out.
    """
    endpoint, points = endpoints[name], keep_comparable(points, endpoints)
    columns = (
        Column("Score and stratum", align="left"),
        Column("Months"),
        Column("Published", "Patients"),
        Column("Here", "Patients"),
        Column("Published", "Survival, %"),
        Column("Here (95% CI)", "Survival, %", parts=cells.ESTIMATE),
        Column("Difference,\npercentage points"),
        Column("Evidence", align="left"),
    )
    rows = []
    for key, series in points.groupby(SERIES, sort=False):
        rows.append(head(_title(key, series, scores, endpoint), len(columns)))
        for _, stratum in series.groupby("stratum_label", sort=False):
            for place, row in enumerate(stratum.itertuples()):
                rows.append(_compare(row, is_first=place == 0))
    notes = (
        f"Difference: here minus published. Strata of fewer than {LEAST} patients are not estimated here. Only patients whose "
        "score or group is known. Other patients, other years, other treatment.",
    )
    title = f"{endpoint['label']}: survival of the scores' strata, published and here"
    short = f"Published {endpoint['abbreviation']}"
    return DisplayTable(f"published_{name}", title, columns, tuple(rows), notes, short)


def tabulate_published_expected(expected, name, endpoints, scores):
    """Events observed and expected by the published survival, and medians, per score and stratum: _expected.csv."""
    endpoint, expected = endpoints[name], keep_comparable(expected, endpoints)
    columns = (
        Column("Score and stratum", align="left"),
        Column("Patients"),
        Column("Up to month"),
        Column("Observed", "Events"),
        Column("Expected", "Events"),
        Column("O:E (95% CI)", "Events", parts=cells.ESTIMATE),
        Column("Published", "Median, months"),
        Column("Here (95% CI)", "Median, months", parts=cells.ESTIMATE),
        Column("Evidence", align="left"),
        Column("Remark", align="left"),
    )
    rows = []
    for key, series in expected.groupby(SERIES, sort=False):
        rows.append(head(_title(key, series, scores, endpoint), len(columns)))
        rows += [_count(row, endpoint) for row in series.itertuples()]
    notes = (
        "Expected: the sum over the patients of the published cumulative hazard up to the end of their follow-up or the last "
        "published time, with a constant hazard between published times. O:E: exact Poisson limits.",
    )
    title = f"{endpoint['label']}: events observed and expected by the published strata"
    short = f"Expected {endpoint['abbreviation']}"
    return DisplayTable(f"expected_events_{name}", title, columns, tuple(rows), notes, short)


def _title(key, series, scores, endpoint):
    """`Fong clinical risk score: overall survival (Fong 1999)`; another endpoint is said."""
    score, source, published = key
    here = "" if series["same_endpoint"].all() else f", here {endpoint['label'].lower()}"
    return f"{scores[score]['label']}: {published} ({source}){here}"


def _compare(row, is_first):
    if row.patients >= LEAST:
        here = cells.percent(row.survival, row.lower, row.upper)
        difference = number(100 * row.difference)
    else:
        here, difference = text(_tell_few(row.patients)), Cell()
    return Row(
        (
            text(row.stratum_label),
            number(row.time, 0 if float(row.time).is_integer() else 1),
            whole(row.published_patients) if is_first else Cell(),
            count(row.patients) if is_first else Cell(),
            number(100 * row.published, empty=""),
            here,
            difference,
            text(phrases.capitalise(tell_evidence(row.evidence))),
        ),
        indent=1,
    )


def _count(row, endpoint):
    mismatch = state_mismatch(row.published_endpoint, endpoint)
    strong = row.kind == "overall"
    is_counted = not formats.is_missing(row.ratio)
    few = row.patients < LEAST
    median = cells.median(row.median, row.median_lower, row.median_upper, row.patients)
    words = "" if formats.is_missing(row.note) else row.note
    remarks = [each for each in words.split("; ") if each and each not in mismatch]
    if row.basis != "survival":
        remarks.append(f"expected from the {row.basis}")
    return Row(
        (
            text(row.stratum_label, strong),
            count(row.patients, strong),
            number(row.until, 0 if float(row.until).is_integer() else 1) if is_counted else Cell(),
            count(row.observed, strong) if is_counted else Cell(),
            number(row.expected) if is_counted else Cell(),
            cells.ratio(row.ratio, row.lower, row.upper) if is_counted else Cell(),
            number(row.published_median, empty=""),
            Cell() if strong or few else median,
            text(phrases.capitalise("; ".join(map(tell_evidence, row.evidence.split("; "))))),
            text(phrases.as_sentence("; ".join(remarks)) if remarks else ""),
        ),
        indent=1,
    )


def _tell_few(patients):
    return f"fewer than {LEAST} patients" if patients else "no patients"
