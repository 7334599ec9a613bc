"""The cohort's curves with a published curve that was digitised and reconstructed: one panel per stratum."""

import pandas as pd

from crlm.display import formats, style
from crlm.display.beside_published import HERE, draw_figure, name_few
from crlm.display.curves import build_steps
from crlm.plan import phrases
from crlm.plan.phrases import tell_evidence
from crlm.scores.published_strata import LEAST, state_mismatch

REBUILT = (
    "The published curve is redrawn from individual times that were reconstructed from its digitised points and numbers at risk "
    "(Guyot 2012); they are not data of patients. HR: hazard ratio, this cohort against the published patients (Cox), not "
    "adjusted for anything."
)


def plot_reconstructed(
    curves,
    groups,
    published,
    grouping,
    endpoint,
    settings,
    synthetic=False,
):
    """Figure of a published curve, reconstructed, over the cohort's curves: one panel per stratum.

    curves, groups: the rows of this publication in published_curves/curves.csv and groups.csv; published, grouping,
    endpoint: their specs in the plan; settings: the plan's `output`. Time in months. Strata with fewer than ten patients here,
    or without a counterpart, are named below instead of drawn.
    """
    paired = groups[groups["group"].notna()]
    drawn, few = (paired[paired["patients"] >= LEAST], paired[paired["patients"] < LEAST])
    panels = [
        _build_panel(row, curves[curves["stratum"] == row.stratum], place)
        for place, row in enumerate(drawn.itertuples())
    ]
    some, none = few[few["patients"] > 0], few[few["patients"] == 0]
    alone = groups[groups["group"].isna()]
    notes = [name_few(some["group_label"], some["patients"], settings)] if len(some) else []
    if len(none):
        notes.append(f"Without patients: {phrases.join_words(none['group_label'])}.")
    if len(alone):
        notes.append(
            f"Without a counterpart in this cohort: {phrases.join_words(alone['stratum'])}."
        )
    name, end = published["label"], published["published_endpoint"]
    statements = [phrases.as_sentence(text) for text in state_mismatch(end, endpoint)]
    if grouping.get("landmark_months"):
        statements.append(f"Here time counts from {grouping['landmark_months']:g} months.")
    evidence = tell_evidence(published["evidence"])
    key = [HERE, ("dashed", f"Reconstructed: {name}, {end} ({evidence})")]
    heading = f"{name}, {grouping['label']}: {endpoint['label']}"
    return draw_figure(
        panels,
        heading,
        statements,
        key,
        [*notes, REBUILT],
        endpoint,
        settings,
        synthetic,
    )


def _build_panel(row, curves, place):
    """What is drawn of one stratum: both curves, patients, hazard ratio and the fit of the reconstruction."""
    other = curves[curves["sample"] == "reconstructed"]
    lines = []
    if row.stratum not in (row.group, row.group_label):
        lines.append(f"Published: {row.stratum}")
    lines.append(f"{row.patients} patients, {row.published_patients} published")
    if pd.notna(row.hazard_ratio):
        limits = (row.hazard_ratio, row.lower, row.upper)
        ratio = formats.format_interval(*limits, formats.format_ratio)
        lines.append(f"HR {ratio}, {style.state_p(row.p_value)}")
    distance = formats.format_number(100 * row.largest_distance)
    lines.append(f"Redrawn within {distance} percentage points of the readings")
    return {
        "label": row.group_label,
        "colour": style.PALETTE[place % len(style.PALETTE)],
        "lines": lines,
        "here": curves[curves["sample"] == "here"],
        "other": build_steps(other["time"], other["survival"], other["time"].max()),
        "marks": [],
        "last": other["time"].max(),
    }
