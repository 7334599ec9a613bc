"""How long patients live free of disease, in a sentence."""

from crlm.analyses.disease_states.estimate import FREE
from crlm.analyses.disease_states.numbers import name_months
from crlm.display import findings, formats
from crlm.display.keys import mark
from crlm.display.sections import Answer
from crlm.plan import phrases

FEW = 5  # fewer patients in a group give no headline


def answer(plan, results):
    """Mean months free of disease (in the first state, where no others are said to be) in the groups of the main question."""
    if not (settings := plan["disease_states"]):
        return
    main = plan["main"]["grouping"]
    key = main if main in settings["groupings"] else "overall"
    grouping, means = settings["groupings"][key], results["states_means"]
    first = next(iter(settings["history"]["states"]))
    state = FREE if settings["free"] else first
    rows = means[(means["grouping"] == key) & (means["state"] == state) & means["months"].notna()]
    least = max(FEW, plan["output"]["privacy"]["small_cells"] or 0)
    if rows.empty or (rows["patients"] < least).any():
        return
    parts = []
    for row in rows.itertuples():
        months = formats.format_interval(row.months, row.lower, row.upper)
        label = "" if key == "overall" else f" with {grouping['group_labels'][row.group]}"
        parts.append(f"{mark(months, name_months(key, row.group, state))}{label}")
    label = settings["history"]["states"][first]["label"]
    what = "free of disease" if settings["free"] else f"in the state “{label}”"
    within = f"Mean months {what} within the first {settings['horizon_months']:g}"
    words = f"{within}: {phrases.join_words(parts)}."
    if key != "overall":
        words += " An association, not adjusted."
    yield Answer(words, f"disease_states_{key}", "disease_states_means")


def describe_figures(plan, results):
    """The share of the patients in each state at the last month known with enough at risk, and the widest bands of the pathways."""
    if not (settings := plan["disease_states"]):
        return
    states = {name: spec["label"] for name, spec in settings["history"]["states"].items()}
    table = results["states_shares"]
    table = table[table["state"].isin(states)]
    watched = table.groupby(["grouping", "group", "time"])["at_risk"].transform("sum")
    table = findings.keep_known(table.assign(at_risk=watched), "probability", plan)
    for key, grouping in settings["groupings"].items():
        rows = findings.keep_last(table[table["grouping"] == key], "time", len(grouping["groups"]))
        if rows.empty:
            continue
        first, parts = rows["state"].iloc[0], []
        for group, mine in rows.groupby("group", sort=False):
            shares = [
                f"{findings.tell_share(row, ('probability', 'lower', 'upper'))} {_name(row['state'], states)}"
                for _, row in mine.iterrows()
            ]
            value = mine.loc[mine["state"] == first, "probability"].squeeze()
            parts.append((value, phrases.join_words(shares) + findings.of_group(plan, key, group)))
        words = f"Shares of the patients in each state at {rows['time'].iloc[0]:g} months: {findings.join_parts(parts)}."
        yield Answer(words, f"disease_states_{key}")
    paths = results["states_pathways"]
    widest = (
        paths.loc[paths.groupby("step", sort=False)["patients"].idxmax()] if len(paths) else paths
    )
    if len(widest):
        parts = [
            f"{row.step}, {phrases.plural(row.patients, 'patient')} from {_name(row.from_group, states)} "
            f"to {_name(row.to_group, states)}"
            for row in widest.itertuples()
        ]
        yield Answer(
            f"The widest band of every step: {'; '.join(parts)}.", "disease_states_pathways"
        )


def _name(state, states):
    """The label of a state in running text; of those the analysis adds (seen last, later) the words in brackets."""
    return phrases.lower_first(states.get(state, phrases.to_words(state.strip("()"))))
