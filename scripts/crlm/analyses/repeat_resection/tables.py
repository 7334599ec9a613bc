"""The tables of repeat resection."""

from crlm.analyses.repeat_resection.plan import (
    LANDMARK,
    NAIVE,
    SCORE,
    TIME_DEPENDENT,
    TREATMENT,
)
from crlm.analyses.repeat_resection.remnant import ALL
from crlm.display import formats
from crlm.display.cells import (
    ESTIMATE,
    ONE,
    SHARE,
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
    ratio,
    share_with_limits,
    text,
)
from crlm.plan import phrases
from crlm.plan.variables import NO, YES

NAME = "repeat_resection"
MODELS = {"crude": "not adjusted", "adjusted": "adjusted"}
OCCASIONS = {"first": "First resection", "repeat": "Repeat resection"}
QUANTITIES = {
    "percent": "Remnant, %",
    "volume": "Remnant, mL",
    "number": "Metastases",
    "size": "Largest, cm",
    "burden": "Tumor Burden Score",
}


def name_analyses(settings):
    """What each analysis of the treated is called."""
    return {
        LANDMARK: f"At the landmark, {settings['landmark_months']:g} months after the recurrence",
        TIME_DEPENDENT: "In time: treated from the day of the treatment on",
        NAIVE: "WRONG, for comparison only: ever against never treated, from the recurrence on",
    }


def name_groups(settings):
    """The two groups at the landmark."""
    months = f"within {settings['landmark_months']:g} months"
    return {NO: f"None {months}", YES: f"{settings['label']} {months}"}


def tabulate_patients(account, settings, title):
    """Who has a recurrence, and who is in which analysis: account.csv."""
    rows = [
        Row(
            (text(phrases.capitalise(row.group)), count(row.patients), _deaths(row.events)),
            indent=0 if row.part in ("recurrence", "followed") else 1,
        )
        for row in account.itertuples()
    ]
    months = f"{settings['landmark_months']:g} months after the recurrence"
    notes = (f"Treated: {settings['label']}. Landmark: {months}.",)
    columns = (Column("", align="left"), Column("Patients"), Column("Deaths"))
    return DisplayTable(
        f"{NAME}_patients", f"{title}: patients", columns, tuple(rows), notes, "Repeat patients"
    )


def _deaths(events):
    return Cell() if formats.is_missing(events) else count(events)


def tabulate_shares(shares, settings, title):
    """Share of the treated among those with a recurrence, by group: shares.csv."""
    columns = (
        Column("", align="left"),
        Column("Patients with a recurrence"),
        Column("Treated (%; 95% CI)", parts=SHARE),
        Column("Months from recurrence to treatment, median [quartiles]"),
    )
    rows = []
    for name, of_name in shares.groupby("grouping", sort=False):
        grouping = settings["groupings"].get(name)
        if grouping:
            rows.append(head(grouping["label"], len(columns)))
        for row in of_name.itertuples():
            label = grouping["group_labels"][str(row.group)] if grouping else "All"
            waited = (row.months_median, row.months_low, row.months_high)
            known = not formats.is_missing(row.months_median)
            cells = (
                text(label),
                count(row.patients),
                share_with_limits(row.treated, row.patients, row.lower, row.upper),
                _write_spread(waited) if known else Cell(),
            )
            rows.append(Row(cells, indent=1 if grouping else 0))
    notes = (
        f"Treated: {settings['label']}, at any time seen. Limits: Wilson. Patients not known to be treated or not, or in none of "
        "the groups, are left out; who is followed for longer has more time to be treated.",
    )
    return DisplayTable(
        f"{NAME}_shares", f"{title}: share treated", columns, tuple(rows), notes, "Repeat share"
    )


def tabulate_survival(summary, survival, tests, settings, title):
    """Survival after the landmark by treatment: summary.csv and survival.csv."""
    times = settings["times_months"]
    columns = (
        Column("", align="left"),
        Column("Patients"),
        Column("Deaths"),
        Column("Median, months (95% CI)", parts=ESTIMATE),
        *(Column(f"Survival at {time:g} months, % (95% CI)", parts=ESTIMATE) for time in times),
    )
    rows = []
    for row in summary.itertuples():
        at = survival[survival["group"] == row.group].set_index("time")
        cells = (
            text(name_groups(settings)[row.group]),
            count(row.patients),
            count(row.events),
            median(row.median, row.median_lower, row.median_upper, row.patients),
            *(_survival(at.loc[time], row.patients) for time in times),
        )
        rows.append(Row(cells))
    months = f"{settings['landmark_months']:g} months after the recurrence"
    p = tests.loc[(tests["grouping"] == TREATMENT) & (tests["test"] == "log-rank"), "p_value"]
    tested = [f"Log-rank test: {formats.state_p(value)}." for value in p]
    notes = (
        f"Patients alive and under observation {months}; time counts from then. Those treated later stay among the others.",
        *tested,
    )
    return DisplayTable(
        f"{NAME}_survival",
        f"{title}: survival after the landmark",
        columns,
        tuple(rows),
        notes,
        "Repeat survival",
    )


def _survival(row, patients):
    if not patients:
        return text("no patients")
    if formats.is_missing(row["survival"]):
        return text("follow-up ends before")
    return percent(row["survival"], row["lower"], row["upper"])


def state_landmark(tests, ratios):
    """The sentences of the figure: log-rank test and hazard ratio at the landmark."""
    p = tests.loc[(tests["grouping"] == TREATMENT) & (tests["test"] == "log-rank"), "p_value"]
    words = [f"Log-rank {formats.state_p(p.iloc[0])}"] if len(p) else []
    chosen = (
        (ratios["analysis"] == LANDMARK) & (ratios["level"] == YES) & (ratios["model"] == "crude")
    )
    row = ratios[chosen].iloc[0]
    limits = (row["hazard_ratio"], row["lower"], row["upper"])
    if formats.is_missing(row["hazard_ratio"]):
        words.append(f"no hazard ratio: {row['note']}")
    else:
        shown = formats.format_interval(*limits, formats.format_ratio)
        words.append(f"hazard ratio of the treated, not adjusted: {shown}")
    return [phrases.as_sentence("; ".join(words))]


def tabulate_ratios(ratios, settings, title):
    """Hazard ratios of the treated, rightly counted and naively: hazard_ratios.csv."""
    columns = (
        Column("", align="left"),
        Column("Patients", over="Not treated"),
        Column("Deaths", over="Not treated"),
        Column("Patients", over="Treated"),
        Column("Deaths", over="Treated"),
        Column("Hazard ratio (95% CI)", parts=ESTIMATE),
        Column("p"),
        Column("p of proportional hazards"),
    )
    rows, footnotes = [], {}
    for analysis, label in name_analyses(settings).items():
        mine = ratios[ratios["analysis"] == analysis]
        rows.append(head(label, len(columns)))
        for model, of_model in mine.groupby("model", sort=False):
            levels = of_model.set_index("level")
            rows.append(_list_ratio(MODELS[model], levels, analysis, footnotes))
    notes = [
        f"Treated: {settings['label']}. In the analysis in time whoever is treated later counts in both groups. "
        "An association is not an effect: who is treated was chosen. Where p of proportional hazards is small, the hazard ratio "
        "is a mean over time.",
        *([f"Adjusted for {list_adjusted(settings)}."] if settings["adjust"] else []),
        *(state_bias(ratios)),
        *(
            f"{phrases.superscript(place)} {phrases.capitalise(note)}."
            for note, place in footnotes.items()
        ),
    ]
    return DisplayTable(
        f"{NAME}_hazards",
        f"{title}: hazard ratios",
        columns,
        tuple(rows),
        tuple(notes),
        "Repeat hazards",
    )


def _list_ratio(label, levels, analysis, footnotes):
    treated, others = levels.loc[YES], levels.loc[NO]
    if formats.is_missing(treated["hazard_ratio"]):
        mark = phrases.superscript(footnotes.setdefault(treated["note"], len(footnotes) + 1))
        shown = text(f"not estimable{mark}")
    else:
        shown = ratio(*treated[["hazard_ratio", "lower", "upper"]])
    counts = (others["patients"], others["events"], treated["patients"], treated["events"])
    test = Cell() if analysis == NAIVE else p_value(treated["ph_p_value"])
    cells = (text(label), *map(count, counts), shown, p_value(treated["p_value"]), test)
    return Row(cells, indent=1)


def list_adjusted(settings):
    """The variables of the adjusted model, as words."""
    return phrases.join_words(spec["label"] for spec in settings["adjust"].values())


def state_bias(ratios):
    """How wrong the naive analysis is, a sentence for each model of which it is known."""
    naive = ratios[(ratios["analysis"] == NAIVE) & (ratios["level"] == YES)]
    for row in naive[naive["bias_ratio"].notna()].itertuples():
        limits = row.bias_ratio, row.bias_lower, row.bias_upper
        words = (
            f"Immortal time ({MODELS[row.model]}): the naive hazard ratio is "
            f"{formats.format_interval(*limits, formats.format_ratio)} times that in time"
        )
        if formats.is_missing(row.bias_lower) and not formats.is_missing(row.bias_resamples):
            words += f" (no limits: only {row.bias_resamples:.0f} resamples could be used)"
        if row.model == "crude":
            waiting = formats.format_number(row.waiting_percent)
            words += f"; {waiting} % of the months that it credits to the treated were spent alive waiting for the treatment"
        yield f"{words}."


def tabulate_score(found, tests, settings, title):
    """Survival from the treatment by the groups of the score, beside what was published: score.csv."""
    score = settings["score"]
    published = found["published"].notna()
    times = [
        (time, bool(published[found["time"] == time].any()))
        for time in sorted(found["time"].unique())
    ]
    columns = [Column("", align="left"), Column("Patients"), Column("Deaths")]
    for time, known in times:
        columns.append(Column(f"Survival at {time:g} months, % (95% CI)", parts=ESTIMATE))
        columns += [Column(f"Published at {time:g} months, %")] * known
    rows = []
    for group, of_group in found.groupby("group", sort=False):
        at, first = of_group.set_index("time"), of_group.iloc[0]
        cells = [
            text(score["groups"][str(group)]),
            count(first["patients"]),
            count(first["events"]),
        ]
        for time, known in times:
            cells.append(_survival(at.loc[time], first["patients"]))
            cells += [number(100 * at.loc[time, "published"])] * known
        rows.append(Row(tuple(cells)))
    of_score = tests[(tests["grouping"] == SCORE)].set_index("test")["p_value"]
    tested = [
        f"{label}: {formats.state_p(of_score[name])}."
        for name, label in (("log-rank", "Log-rank test"), ("trend", "Test for trend"))
        if name in of_score
    ]
    sources = [
        f"Published: {name}, {phrases.tell_evidence(tag)}."
        for name, tag in score["sources"].items()
    ]
    notes = (
        "Time counts from the treatment; only the treated, whose score is known.",
        " ".join(tested),
        *sources,
    )
    return DisplayTable(
        f"{NAME}_score",
        f"{title}: {score['label']}",
        tuple(columns),
        tuple(rows) if found["patients"].sum() else (),
        tuple(filter(None, notes)),
        "Repeat score",
    )


def tabulate_remnants(quantities, thresholds, settings, title):
    """Future liver remnant and tumour burden at each operation: remnant.csv and remnant_thresholds.csv."""
    columns = (
        Column("", align="left"),
        Column("Patients"),
        *(Column(f"{label}, median [quartiles]") for label in QUANTITIES.values()),
        Column("Threshold, %"),
        Column("Patients with a threshold"),
        Column("Below it (%; 95% CI)", parts=SHARE),
        Column("Spearman's rho of remnant and burden"),
        Column("p"),
    )
    rows, footnotes = [], {}
    for occasion, roles in settings["remnant"].items():
        rows.append(head(OCCASIONS[occasion], len(columns)))
        labels = {ALL: "All", **roles["levels"]}
        for row in thresholds[thresholds["occasion"] == occasion].itertuples():
            mine = quantities[
                (quantities["occasion"] == occasion) & (quantities["group"] == row.group)
            ]
            mine = mine.set_index("quantity")
            mark = ""
            if not formats.is_missing(row.note):
                mark = phrases.superscript(footnotes.setdefault(row.note, len(footnotes) + 1))
            cells = (
                text(f"{labels[str(row.group)]}{mark}"),
                count(mine.loc["percent", "patients"]),
                *(_spread(mine.loc[role]) for role in QUANTITIES),
                number(row.threshold, 0, ""),
                count(row.patients),
                share_with_limits(row.patients_below, row.patients, row.lower, row.upper),
                number(row.rho, 2),
                p_value(row.rho_p_value),
            )
            rows.append(Row(cells, indent=1))
    facts = "; ".join(
        f"{labels_of(settings).get(level, phrases.to_words(level))} {fact['percent']:g} % ({fact['source']}; "
        f"{phrases.tell_evidence(fact['evidence'])})"
        for level, fact in settings["thresholds"].items()
    )
    notes = (
        f"Thresholds are conventions of safety, not of prognosis: {facts}. Each patient is set against that of their liver.",
        *(
            f"{phrases.superscript(place)} {phrases.capitalise(note)}."
            for note, place in footnotes.items()
        ),
    )
    return DisplayTable(
        f"{NAME}_remnant", f"{title}: future liver remnant", columns, tuple(rows), notes, "Remnant"
    )


def labels_of(settings):
    """The labels of the levels of the liver's health, of both operations."""
    return {
        level: label
        for roles in settings["remnant"].values()
        for level, label in roles["levels"].items()
    }


def _spread(row):
    values = tuple(row[part] for part in ("middle", "low", "high"))
    if formats.is_missing(values[0]):
        return Cell()
    return _write_spread(values)


def _write_spread(values):
    return Cell(formats.format_spread(*values), values, (ONE,) * 3)
