"""What each predictor costs the common set of patients, and its discrimination in its own: table and sentence."""

from crlm.analyses.performance.plan import list_parts
from crlm.display import formats
from crlm.display.cells import Cell, Column, DisplayTable, Row, count, text
from crlm.display.measures import LIMITS
from crlm.plan import phrases

# ASSUME a predictor that takes away a tenth of the patients is worth a sentence
MUCH = 0.1


def tabulate_own_patients(own, name, endpoint, labels):
    """Patients and C of every predictor in its own patients: performance/{endpoint}_own_patients.csv."""
    columns = (
        Column("", align="left"),
        Column("Patients"),
        Column("Events"),
        Column("Harrell's C\nin these patients", parts=LIMITS),
        Column("Common set", "Patients known to all"),
        Column("Without it", "Patients known to all"),
        Column("Lost by it", "Patients known to all"),
        Column("Without it and\nless complete ones", "Patients known to all"),
    )
    rows, notes = [], []
    for row in own.itertuples():
        label = labels[row.predictor]
        rows.append(
            Row(
                (
                    text(label),
                    count(row.patients),
                    count(row.events),
                    _interval(row.harrell_c, row.lower, row.upper),
                    count(row.common),
                    count(row.without),
                    count(row.without - row.common),
                    count(row.without_less_complete),
                )
            )
        )
        if not formats.is_missing(row.note):
            notes.append(f"{label}: {row.note}.")
    if len(own):
        notes = [
            f"Of {phrases.plural(int(own['of'].max()), 'patient')} of the endpoint. C of different patients must not be compared: "
            "the comparison is that of the common set. Without a predictor goes whatever is made of it (the points and the groups "
            "of a score, models with it).",
            *notes,
        ]
    return DisplayTable(
        f"own_patients_{name}",
        f"{endpoint['label']}: every predictor in its own patients, and what it costs the common set",
        columns,
        tuple(rows),
        tuple(notes),
        f"{endpoint['abbreviation']} own patients",
    )


def tell_costs(own, predictors):
    """The sentence on what makes the common set small, in a list that is empty where nothing costs much.

    own: the rows of an endpoint; predictors: their specs in the plan, with labels.
    """
    if own.empty:
        return []
    common, total = int(own["common"].iloc[0]), int(own["of"].iloc[0])
    words = [*_tell_single(own, common, predictors), *_tell_joint(own, common, predictors)]
    compared = f"{common} of {phrases.plural(total, 'patient')}"
    start = f"Compared are {compared}, those known to every predictor."
    return [" ".join([start, *words])] if words else []


def _tell_single(own, common, predictors):
    """Predictors that cost much by themselves, the most costly first."""
    rows = own[_is_much(own["without"], common)]
    rows = rows.sort_values(["without", "patients"], ascending=[False, True], kind="stable")
    parts = [
        f"{predictors[row.predictor]['label']} costs {row.without - common} (without it "
        f"{row.without} would be compared)"
        for row in rows[~_repeat(rows, predictors)].itertuples()
    ]
    return [phrases.as_sentence(phrases.join_words(parts))] if parts else []


def _tell_joint(own, common, predictors):
    """The least complete predictors that only together cost much more than any of them alone."""
    steps = own[own["patients"] > 0].sort_values("patients", kind="stable")
    single = max(common, own["without"].max())
    enough = steps[_is_much(steps["without_less_complete"], single)]
    if enough.empty:
        return []
    last = enough.iloc[0]
    dropped = steps[steps["patients"] <= last["patients"]]
    names = dropped.loc[~_repeat(dropped, predictors), "predictor"]
    labels = phrases.join_words(predictors[name]["label"] for name in names)
    after = int(last["without_less_complete"])
    return [
        f"{labels} together cost {after - common} (without them {after} would be compared); "
        "they lack some of the same patients."
    ]


def _is_much(patients, common):
    return (patients > common) & (patients - common >= MUCH * patients)


def _repeat(rows, predictors):
    """Whether a row is made of what a row before it is: the groups of a score after its points, a model after its score."""
    seen, repeated = [], []
    for name in rows["predictor"]:
        parts = list_parts(predictors[name])
        repeated.append(any(before <= parts for before in seen))
        seen.append(parts)
    return rows["predictor"].map(dict(zip(rows["predictor"], repeated, strict=True))).astype(bool)


def _interval(estimate, lower, upper):
    if formats.is_missing(estimate):
        return Cell(formats.MISSING)
    words = f"{estimate:.3f} ({lower:.3f} to {upper:.3f})"
    return Cell(words, (estimate, lower, upper), ("0.000",) * 3)
