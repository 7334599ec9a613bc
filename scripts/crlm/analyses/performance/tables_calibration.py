"""Display tables of calibration and of net benefit at a few thresholds."""

from crlm.analyses.performance.decision import TABULATED
from crlm.display import formats
from crlm.display.cells import Cell, Column, DisplayTable, Row, head, number, text
from crlm.scores.forecast import SOURCES

FITTED = (
    "Fitted in these patients: observed : expected is near 1 and ICI near 0 (no limits); the slope is the one corrected for "
    "optimism (Harrell's bootstrap, on the model's own complete cases)."
)
NOT_LISTED = (
    "Not listed: Cox models of one predictor fitted in these patients, without such a correction; their slope is always 1, and "
    "their expected risk nearly the one observed."
)
LIMITS = ("estimate", "lower 95%", "upper 95%")


def tabulate_calibration(calibration, optimism, name, endpoint, labels):
    """Every predictor, horizon and source: performance/{endpoint}_calibration.csv and _optimism.csv; labels: {predictor: label}."""
    columns = (
        Column("", align="left"),
        Column("Observed, %"),
        Column("Expected, %"),
        Column("Observed : expected\n(95% CI)", parts=LIMITS),
        Column("Slope (95% CI)", parts=LIMITS),
        Column("ICI, %\n(95% CI)", parts=LIMITS),
        Column("E50, %"),
        Column("E90, %"),
        Column("Evidence", align="left"),
    )
    slopes = optimism[optimism["metric"].eq("calibration_slope") & optimism["corrected"].notna()]
    corrected = dict(zip(slopes["predictor"], slopes["corrected"], strict=True))
    rows, notes = [], []
    known = calibration[calibration["expected"].notna()]
    # a Cox model agrees with the patients it was fitted to; only a slope corrected for that tells something
    trivial = known["source"].eq("fitted") & ~known["predictor"].isin(corrected)
    absent = known.loc[trivial & known["predictor"].isin(labels)]
    known = known[~trivial]
    for predictor in labels:
        mine = known[known["predictor"] == predictor].to_dict("records")
        if mine:
            rows.append(head(labels[predictor], len(columns)))
        for row in mine:
            words = f"{row['horizon']:g} months, {SOURCES[row['source']]}"
            rows.append(Row((text(words), *_measure(row, corrected.get(predictor))), indent=1))
        every = calibration.loc[calibration["predictor"] == predictor, "note"].dropna().unique()
        notes += [f"{labels[predictor]}: {note}." for note in every]
    if rows:
        notes = [
            f"The same {known['patients'].max():.0f} patients for every predictor; 95% percentile limits of "
            f"{known['resamples'].max():.0f} bootstrap resamples. ICI, E50, E90: mean, median and 90th percentile of the distance "
            "between predicted risk and smooth curve, in percentage points; none of them can be negative, and limits that "
            "do not hold the estimate are not shown.",
            *([FITTED] if known["source"].eq("fitted").any() else []),
            *([NOT_LISTED] if len(absent) else []),
            *notes,
        ]
    return DisplayTable(
        f"calibration_{name}",
        f"{endpoint['label']}: calibration of predicted risks",
        columns,
        tuple(rows),
        tuple(dict.fromkeys(notes)),
        f"{endpoint['abbreviation']} calibration",
    )


def _measure(row, corrected):
    slope = _interval(row, "slope", 1, 2)
    if row["source"] == "fitted" and not formats.is_missing(row["slope"]):
        slope = Cell(f"{corrected:.2f}, corrected", (corrected, None, None), ("0.00",) * 3)
    yield number(100 * row["observed"], 1)
    yield number(100 * row["expected"], 1)
    yield _interval(row, "ratio", 1, 2)
    yield slope
    yield (
        number(100 * row["ici"], 1) if row["source"] == "fitted" else _interval(row, "ici", 100, 1)
    )
    yield number(100 * row["e50"], 1)
    yield number(100 * row["e90"], 1)
    yield text(row["evidence"])


def _interval(row, measure, factor, digits):
    """An estimate with its limits, without those that do not hold it."""
    values = [factor * row[f"{measure}{end}"] for end in ("", "_lower", "_upper")]
    if not values[1] <= values[0] <= values[2]:
        values[1:] = [None, None]

    def form(value, empty=formats.MISSING):
        return formats.format_number(value, digits, empty)

    if formats.is_missing(values[0]):
        return Cell(formats.MISSING)
    forms = (f"0.{'0' * digits}",) * 3
    return Cell(formats.format_interval(*values, form=form), tuple(values), forms)


def tabulate_decision(decision, name, endpoint, labels):
    """Net benefit at a few thresholds at the last horizon.

    decision: performance/{endpoint}_decision_curves.csv; labels: {predictor: label}.
    """
    columns = (
        Column("", align="left"),
        *(
            Column(f"Threshold {100 * threshold:.0f}%\n(95% CI)", parts=LIMITS)
            for threshold in TABULATED
        ),
    )
    last = decision["horizon"].max()
    mine = decision[decision["horizon"] == last]
    rows = []
    for predictor in [*labels, None]:
        for source in SOURCES if predictor else ["treat_all"]:
            same = mine["predictor"].isna() if predictor is None else mine["predictor"] == predictor
            curve = mine[same & (mine["source"] == source)].set_index("threshold")
            if len(curve):
                words = f"{labels[predictor]} ({SOURCES[source]})" if predictor else "Treat all"
                cells = [_state_benefit(curve.loc[each]) for each in TABULATED]
                rows.append(Row((text(words), *cells)))
    notes = (
        f"At {last:g} months, per 100 patients: true positives minus false positives weighted by the odds of the threshold; "
        "treating nobody has 0. A dash: nobody reaches the threshold. "
        "The thresholds are a coarse part of the grid, not clinical limits.",
    )
    return DisplayTable(
        f"decision_{name}",
        f"{endpoint['label']}: net benefit of treating by predicted risk",
        columns,
        tuple(rows),
        notes if rows else (),
        f"{endpoint['abbreviation']} net benefit",
    )


def _state_benefit(row):
    if not row["treated"]:
        return Cell(formats.MISSING)
    values = tuple(100 * row[key] for key in ("net_benefit", "lower", "upper"))
    return Cell(formats.format_interval(*values), values, ("0.0",) * 3)
