"""Display tables of the performance of predictors: discrimination, accuracy, differences, optimism."""

from crlm.analyses.performance.ranking import METRIC, find_reference, rank
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
    whole,
)
from crlm.display.measures import LIMITS, NAMES
from crlm.display.notes import tell_once
from crlm.plan import phrases


def tabulate_performance(performance, name, endpoint, labels):
    """Every metric of every predictor: performance/{endpoint}.csv; labels: {predictor: label}."""
    # without anything published for this endpoint the notes say so, and no column of dashes
    told = performance[
        performance["metric"].ne("brier_published") | performance["estimate"].notna()
    ]
    wanted = told[["metric", "horizon"]].drop_duplicates()
    shown = [(row.metric, row.horizon) for row in wanted.itertuples()]
    columns = (
        Column("", align="left"),
        *(Column(_head(metric, horizon), parts=LIMITS) for metric, horizon in shown),
    )
    rows, notes = [], []
    for predictor in labels:
        mine = performance[performance["predictor"] == predictor]
        cells = [text(labels[predictor])]
        for metric, horizon in shown:
            same = (
                mine["horizon"].isna()
                if formats.is_missing(horizon)
                else mine["horizon"].eq(horizon)
            )
            cells.append(_interval(mine[mine["metric"].eq(metric) & same]))
        rows.append(Row(tuple(cells)))
        published = mine["metric"] == "brier_published"
        remarks = [*mine.loc[~published, "note"].dropna().unique()[:1]]
        remarks += [*mine.loc[published, "note"].dropna().unique()]
        notes += [(labels[predictor], note) for note in dict.fromkeys(remarks)]
    notes = tell_once(notes)
    if len(performance):
        sizes = performance[["patients", "events", "resamples"]].max().astype(int)
        notes.insert(
            0,
            f"The same {sizes['patients']} patients ({sizes['events']} events) for every predictor; 95% percentile limits of "
            f"{sizes['resamples']} bootstrap resamples."
            + _explain(performance, wanted["metric"], labels),
        )
    return DisplayTable(
        f"performance_{name}",
        f"{endpoint['label']}: scores, growth patterns and models on the same patients",
        columns,
        tuple(rows),
        tuple(notes),
        f"{endpoint['abbreviation']} performance",
    )


def _explain(performance, metrics, labels):
    """What only some tables have: Brier scores, measures of what was fitted in these patients."""
    words = ""
    if metrics.str.contains("brier").any():
        words += " Brier scores: of the probabilities of a Cox model of the predictor fitted in these patients."
    if metrics.eq("brier_published").any():
        words += " Published: of the probabilities published for the same endpoint."
    ranked = performance[performance["metric"].eq(METRIC)]
    fitted = set(ranked.loc[ranked["calibrated_in_cohort"].astype(bool), "predictor"])
    if fitted:
        names = phrases.join_words(label for key, label in labels.items() if key in fitted)
        words += f" Fitted in these patients, which flatters their C and AUC: {names}."
    return words


def tabulate_differences(differences, performance, name, endpoint, predictors):
    """Paired differences of Harrell's C to the best score and to the reference: performance/{endpoint}_differences.csv.

    performance: performance/{endpoint}.csv; predictors: the plan's.
    """
    mine = differences[differences["metric"] == METRIC]
    ranked, known = rank(performance), {*mine["predictor"], *mine["versus"]}
    first = find_reference(ranked, predictors) or next((n for n in predictors if n in known), None)
    recorded = predictors.get(first, {}).get("recorded", False)
    why = "the recorded score" if recorded else "the first of the plan"
    against = {first: f"the reference, {why}"}
    if len(ranked):
        best = ranked.index[0]
        words = "the highest C"
        against = {best: words, **against} if best != first else {best: f"{words}, and {why}"}
    rows, done = [], set()
    for key, what in against.items() if len(mine) else ():
        rows.append(head(f"Against {predictors[key]['label']} ({what})", 4))
        pairs = mine[(mine["predictor"] == key) | (mine["versus"] == key)].to_dict("records")
        found = [_turn(row, key, predictors) for row in pairs if _pair(row) not in done]
        rows += [Row(cells, indent=1) for cells in found]
        done |= {_pair(row) for row in pairs}
    columns = (
        Column("Compared", align="left"),
        Column("Difference of C (95% CI)", parts=LIMITS),
        Column("p"),
        Column("p, adjusted"),
    )
    notes = (
        "Row minus the predictor named above it. Shown are the differences to that with the highest C among those not fitted in "
        f"these patients, and to the reference; every pair is in results/performance/{name}_differences.csv.",
        "Paired on the same patients and resamples. Adjusted for all pairs of the same measure and horizon by the largest "
        "difference of each resample (max-type). No p-value where one of a pair is part of the other (a score, and a model with "
        "it): what the rest adds is for a likelihood-ratio test (added value).",
    )
    return DisplayTable(
        f"differences_{name}",
        f"{endpoint['label']}: differences of discrimination",
        columns,
        tuple(rows),
        notes,
        f"{endpoint['abbreviation']} differences",
    )


def _pair(row):
    return frozenset((row["predictor"], row["versus"]))


def _turn(row, key, predictors):
    """The cells of a pair, as the other predictor minus `key`."""
    numbers = [row[end] for end in ("estimate", "lower", "upper")]
    other = row["predictor"]
    if other == key:
        other, numbers = row["versus"], [0 - numbers[0], 0 - numbers[2], 0 - numbers[1]]
    tests = p_value(row["p_value"]), p_value(row["p_adjusted"])
    return text(predictors[other]["label"]), _signed(*numbers), *tests


def tabulate_optimism(optimism, name, endpoint, labels):
    """Apparent and optimism-corrected C and slope of models fitted in the cohort: performance/{endpoint}_optimism.csv."""
    columns = (
        Column("", align="left"),
        Column("Patients"),
        Column("Events"),
        Column("Parameters"),
        Column("Apparent"),
        Column("Optimism"),
        Column("Corrected"),
    )
    rows = []
    for predictor in labels:
        mine = optimism[optimism["predictor"] == predictor]
        if mine.empty:
            continue
        rows.append(head(labels[predictor], len(columns)))
        rows += [
            Row(
                (
                    text(NAMES[row.metric]),
                    count(row.patients),
                    count(row.events),
                    whole(row.parameters),
                    number(row.apparent, 3),
                    number(row.optimism, 3),
                    number(row.corrected, 3),
                ),
                indent=1,
            )
            for row in mine.itertuples()
        ]
    notes = [
        "Harrell's bootstrap: the model is fitted again in each resample and tried on the cohort."
    ]
    if optimism["parameters"].eq(1).any():
        notes.append(
            "The slope of a model with one parameter is a ratio of two coefficients, whose mean need not exist: its median over "
            "the resamples."
        )
    return DisplayTable(
        f"optimism_{name}",
        f"{endpoint['label']}: models corrected for optimism",
        columns,
        tuple(rows),
        notes,
        f"{endpoint['abbreviation']} optimism",
    )


def _head(metric, horizon):
    if metric in ("auc", "brier", "brier_published"):
        return f"{NAMES[metric]}\nat {horizon:g} months"
    return NAMES[metric]


def _interval(rows):
    if rows.empty or formats.is_missing(rows["estimate"].iloc[0]):
        return Cell(formats.MISSING)
    row = rows.iloc[0]
    return _signed(row["estimate"], row["lower"], row["upper"], "")


def _signed(estimate, lower, upper, sign="+"):
    """An estimate with its limits to three decimals; a difference carries its sign."""
    if formats.is_missing(estimate):
        return Cell(formats.MISSING)
    words = f"{estimate:{sign}.3f} ({lower:{sign}.3f} to {upper:{sign}.3f})".replace("-", "\u2212")
    return Cell(words, (estimate, lower, upper), ("0.000",) * 3)
