"""How long patients live free of disease, in a sentence."""

from crlm.analyses.disease_states.estimate import FREE
from crlm.analyses.disease_states.numbers import name_months
from crlm.display import formats
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
