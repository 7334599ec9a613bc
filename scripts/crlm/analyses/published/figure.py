"""The cohort's curves with published survival of the same strata: one panel per stratum."""

import pandas as pd

from crlm.display import formats, style
from crlm.display.beside_published import HERE, MARKERS, draw_figure, name_few
from crlm.display.privacy import drop_few
from crlm.plan import phrases
from crlm.plan.phrases import tell_evidence
from crlm.scores.published_strata import LEAST, ZERO, keep_comparable, state_mismatch

BASES = {"median": ", from the median", "derived curve": ", derived"}
EXPLAINED = (
    "O:E is observed over expected events up to the last published time, with exact Poisson 95% limits; the hazard is taken as "
    "constant between published times. Only patients whose score or group is known."
)


def plot_published(
    points,
    expected,
    curves,
    score,
    endpoint,
    settings,
    endpoints=None,
    synthetic=False,
):
    """Figure of one score: per stratum the Kaplan-Meier curve, the published points and medians, and a derived curve.

    points, expected, curves: the rows of this score in published/{endpoint}.csv, _expected.csv and _curves.csv; score,
    endpoint: their specs in the plan; settings: the plan's `output`; endpoints: all of the plan, so that what was published
    for another of them is left out if anything else remains. Time in months. Strata of fewer than ten patients are named
    below instead of drawn. A single stratum takes less than the width of two columns.
    """
    if len(keep_comparable(expected, endpoints or {})):
        points, expected = (keep_comparable(t, endpoints or {}) for t in (points, expected))
    least = settings.get("privacy", {}).get("small_cells")
    if least:  # the limits of a ratio tell its events
        expected = drop_few(expected, least, ["ratio", "lower", "upper"], "observed")
    sources = list_sources(expected)
    panels = list_panels(points, expected, curves, sources, list(score["groups"]))
    return draw_figure(
        panels,
        f"{score['label']}: {endpoint['label']}",
        list_statements(expected, endpoint),
        _list_key(expected, curves, sources),
        list_notes(expected, panels, settings),
        endpoint,
        settings,
        synthetic,
    )


def list_sources(expected):
    """(source, published endpoint) of each published series; each has a marker."""
    printed = expected[expected["basis"] != "derived curve"]
    return list(dict.fromkeys(zip(printed["source"], printed["published_endpoint"], strict=True)))


def list_panels(points, expected, curves, sources, groups=()):
    """What is drawn of each stratum with enough patients: values rising, groups as declared, the rest as in the table.

    label, colour, lines below the label, `here`: rows of its curve, `other`: times and shares of a dashed curve or None,
    marks: [(months, share, marker)], last: the last published month.
    """
    panels = []
    for kind, rows in expected[expected["kind"] != "overall"].groupby("kind", sort=False):
        strata = sorted(
            rows.groupby("stratum_label", sort=False),
            key=lambda item: _rank(kind, item[1]["stratum"].iloc[0], groups),
        )
        for place, (label, mine) in enumerate(strata):
            if mine["patients"].iloc[0] < LEAST:
                continue
            drawn = curves[curves["stratum_label"] == label]
            other = drawn[drawn["curve"] == "derived"]
            marks = _list_marks(points[points["stratum_label"] == label], mine, sources)
            panels.append(
                {
                    "label": label,
                    "colour": style.PALETTE[place % len(style.PALETTE)],
                    "lines": _describe(mine, sources),
                    "here": drawn[drawn["curve"] == "here"],
                    "other": (other["time"], other["survival"]) if len(other) else None,
                    "marks": [] if kind == "band" else marks,
                    "last": max([0, *(mark[0] for mark in marks)]),
                }
            )
    return panels


def _rank(kind, stratum, groups):
    """Place among the strata of its kind; equal places keep the order of the table."""
    if kind == "value":
        return float(stratum)
    return groups.index(stratum) if stratum in groups else 0


def _list_marks(points, rows, sources):
    marks = []
    for place, (source, end) in enumerate(sources):
        mine = points[(points["source"] == source) & (points["published_endpoint"] == end)]
        marker = MARKERS[place % len(MARKERS)]
        pairs = zip(mine["time"], mine["published"], strict=True)
        marks += [(time, share, marker) for time, share in pairs]
    return marks + [(time, 0.5, "median") for time in rows["published_median"].dropna()]


def _describe(rows, sources):
    """Lines below the name of a stratum: patients here and published, observed against expected."""
    lines = [f"{rows['patients'].iloc[0]} patients"]
    for row in rows.itertuples():
        name = f"{row.source}: " if row.kind != "band" and len(sources) > 1 else ""
        if len({source for source, _ in sources}) < len(sources):
            name = name and f"{row.source}, {row.published_endpoint}: "
        if pd.notna(row.published_patients):
            lines.append(f"{name}published n{style.NBSP}={style.NBSP}{row.published_patients:.0f}")
        if pd.notna(row.ratio):
            until = "" if name else f" to {row.until:g} months{BASES.get(row.basis, '')}"
            lines.append(f"{name}O:E {_format_rate(row)}{until}")
    return lines


def _format_rate(row):
    return formats.format_interval(row.ratio, row.lower, row.upper, formats.format_ratio)


def list_statements(expected, endpoint):
    """What is printed above: that the endpoints differ, and observed against expected events in all strata together."""
    ends = expected["published_endpoint"].unique()
    lines = [phrases.as_sentence(text) for end in ends for text in state_mismatch(end, endpoint)]
    for row in expected[(expected["kind"] == "overall") & expected["ratio"].notna()].itertuples():
        name = f"{row.source}{BASES.get(row.basis, '')}"
        lines.append(
            f"{row.stratum_label} ({name}): O:E {_format_rate(row)} in {row.patients} patients."
        )
    return lines


def list_notes(expected, panels, settings=None):
    """What is printed below: strata that are not drawn, how expected events were counted; settings: the plan's `output`."""
    few = expected[(expected["kind"] != "overall") & (expected["patients"] < LEAST)]
    few = few.drop_duplicates("stratum_label")
    notes = [phrases.as_sentence(ZERO)] if ZERO in _split(expected["note"]) else []
    if not panels:
        notes.append(f"No stratum has {LEAST} patients or more.")
    some, none = few[few["patients"] > 0], few[few["patients"] == 0]
    if len(some):
        notes.append(name_few(some["stratum_label"], some["patients"], settings))
    if len(none):
        notes.append(f"Without patients: {phrases.join_words(none['stratum_label'])}.")
    return [*notes, EXPLAINED] if panels else notes


def _split(column):
    return [part for text in column.dropna() for part in text.split("; ") if part]


def _list_key(expected, curves, sources):
    """Rows of the key: (what is drawn, its text)."""
    rows = [HERE]
    for place, (source, end) in enumerate(sources):
        mine = expected[(expected["source"] == source) & (expected["published_endpoint"] == end)]
        words = phrases.join_words(
            tell_evidence(t) for t in dict.fromkeys(_split(mine["evidence"]))
        )
        text = f"{source}, {end} ({words})"
        if (mine["basis"] == "median").any() and not (mine["basis"] == "survival").any():
            rows.append(("median", f"Published median: {text}"))
            continue
        rows.append((MARKERS[place % len(MARKERS)], f"Published: {text}"))
        if mine["published_median"].notna().any():
            rows.append(("median", f"Published median: {source}"))
    if (curves["curve"] == "derived").any():
        source = phrases.join_words(expected.loc[expected["kind"] == "band", "source"].unique())
        rows.append(
            ("dashed", f"Derived, not published: {source}; of a band: mean of its patients")
        )
    return rows
