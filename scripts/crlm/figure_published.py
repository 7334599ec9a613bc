"""The cohort's curves with published survival of the same strata: one panel per stratum."""

import math

import numpy as np
import pandas as pd

from crlm import formats, style
from crlm.figure_kaplan_meier import AXIS_ROOM, choose_limit, count_at_risk, draw_curve
from crlm.published import LEAST, ZERO, keep_comparable, state_mismatch
from crlm.style import MARGIN, SMALL
from crlm.table_cohort import tell_evidence

AXES_HEIGHT = 1.7
LEFT, GAP = 0.62, 0.5
MARKERS = ("o", "s", "^", "v", "P", "X")
DASHED = (0, (5, 1.6))
BASES = {"median": ", from the median", "derived curve": ", derived"}
HERE = ("here", "This cohort: Kaplan-Meier estimate with 95% limits")
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
    time_label="Months since resection",
    synthetic=False,
):
    """Figure of one score: per stratum the Kaplan-Meier curve, the published points and medians, and a derived curve.

    points, expected, curves: the rows of this score in published/{endpoint}.csv, _expected.csv and _curves.csv; score,
    endpoint: their specs in the plan; settings: the plan's `output`; endpoints: all of the plan, so that what was published
    for another of them is left out if anything else remains. Time in months. Strata of fewer than ten patients are named
    below instead of drawn. Double-column width, less for a single stratum.
    """
    if len(keep_comparable(expected, endpoints or {})):
        points, expected = (keep_comparable(t, endpoints or {}) for t in (points, expected))
    sources = list_sources(expected)
    panels = list_panels(points, expected, curves, sources, list(score["groups"]))
    return draw_figure(
        panels,
        f"{score['label']}: {endpoint['label']}",
        list_statements(expected, endpoint),
        _list_key(expected, curves, sources),
        list_notes(expected, panels),
        endpoint,
        settings,
        time_label,
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
    lines = [formats.as_sentence(text) for end in ends for text in state_mismatch(end, endpoint)]
    for row in expected[(expected["kind"] == "overall") & expected["ratio"].notna()].itertuples():
        name = f"{row.source}{BASES.get(row.basis, '')}"
        lines.append(f"All strata, {name}: O:E {_format_rate(row)} in {row.patients} patients.")
    return lines


def list_notes(expected, panels):
    """What is printed below: strata that are not drawn, how expected events were counted."""
    few = expected[(expected["kind"] != "overall") & (expected["patients"] < LEAST)]
    few = few.drop_duplicates("stratum_label")
    notes = [formats.as_sentence(ZERO)] if ZERO in _split(expected["note"]) else []
    if not panels:
        notes.append(f"No stratum has {LEAST} patients or more.")
    some, none = few[few["patients"] > 0], few[few["patients"] == 0]
    if len(some):
        notes.append(name_few(some["stratum_label"], some["patients"]))
    if len(none):
        notes.append(f"Without patients: {formats.join_words(none['stratum_label'])}.")
    return [*notes, EXPLAINED] if panels else notes


def name_few(labels, patients):
    """The sentence on groups that are too small to be drawn."""
    names = (f"{label} ({n})" for label, n in zip(labels, patients, strict=True))
    return f"Not drawn, fewer than {LEAST} patients: {formats.join_words(names)}."


def _split(column):
    return [part for text in column.dropna() for part in text.split("; ") if part]


def _list_key(expected, curves, sources):
    """Rows of the key: (what is drawn, its text)."""
    rows = [HERE]
    for place, (source, end) in enumerate(sources):
        mine = expected[(expected["source"] == source) & (expected["published_endpoint"] == end)]
        words = formats.join_words(
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
        source = formats.join_words(expected.loc[expected["kind"] == "band", "source"].unique())
        rows.append(
            ("dashed", f"Derived, not published: {source}; of a band: mean of its patients")
        )
    return rows


@style.styled
def draw_figure(panels, heading, statements, key, notes, endpoint, settings, time_label, synthetic):
    """The page: heading, statements, key, panels, notes.

    panels: as `list_panels` makes them; key: rows (what is drawn, its text); the other texts are lists of sentences.
    """
    limit = settings["limit_months"] or _choose_limit(panels)
    columns = {0: 1, 1: 1, 2: 2, 4: 2}.get(len(panels), 3)
    page_width = style.DOUBLE if columns > 1 else 1.35 * style.SINGLE
    room = page_width - 2 * MARGIN
    name = style.wrap(f"{endpoint['label']} (%)", AXES_HEIGHT + 0.2)
    left = LEFT + (len(name) - 1) * style.line_height()
    width = (page_width - left - MARGIN - 0.16 - GAP * (columns - 1)) / columns
    ticks = np.arange(0, limit * (1 + 1e-9), style.choose_step(limit * (1 + 0.5 * (columns - 1))))

    heading = style.wrap(heading, room, weight="bold")
    statements = [line for text in statements for line in style.wrap(text, room)]
    key = [(mark, style.wrap(text, room - 0.36, SMALL)) for mark, text in key]
    notes = [line for text in notes for line in style.wrap(text, room, SMALL)]
    titles = [style.wrap(panel["label"], width + 0.3, weight="bold") for panel in panels]
    texts = [
        [line for text in panel["lines"] for line in style.wrap(text, width + 0.3, SMALL)]
        for panel in panels
    ]
    rows = [range(i, min(i + columns, len(panels))) for i in range(0, len(panels), columns)]
    line, small = style.line_height(), style.line_height(SMALL)
    heads = [max(len(titles[i]) * line + len(texts[i]) * small for i in row) + 0.1 for row in rows]
    below = AXES_HEIGHT + AXIS_ROOM + 2 * small + 0.16

    top = style.first_line(synthetic)
    key_top = top + (len(heading) + len(statements)) * line + 0.07
    y = key_top + sum(len(lines) for _, lines in key) * small + 0.12
    height = y + sum(heads) + below * len(rows) + len(notes) * small + MARGIN
    figure, page = style.new_page(page_width, height, synthetic)
    top += style.write(page, MARGIN, top, heading, weight="bold")
    style.write(page, MARGIN, top, statements)
    _draw_key(page, key_top, key)
    for row, head in zip(rows, heads, strict=True):
        for column, number in enumerate(row):
            panel, x = panels[number], left + column * (width + GAP)
            colour = style.text_colour(panel["colour"])
            taken = style.write(page, x - 0.2, y, titles[number], weight="bold", color=colour)
            style.write(page, x - 0.2, y + taken, texts[number], SMALL)
            axes = style.add_axes(page, x, y + head, width, AXES_HEIGHT)
            axes.set(xlim=(0, limit), ylim=(0, 100), yticks=range(0, 101, 20))
            axes.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
            axes.spines["left"].set_position(("outward", 3))
            _draw_panel(axes, panel, limit, settings["confidence_band"])
            counts = y + head + AXES_HEIGHT + AXIS_ROOM
            _draw_at_risk(page, panel["here"], ticks, x, counts, width / limit)
        _name_axes(page, left, y + head, width, len(row), name, time_label)
        y += head + below
    style.write(page, MARGIN, y, notes, SMALL, color=style.GREY)
    return figure


def _choose_limit(panels):
    """As for any Kaplan-Meier figure, but no shorter than the published points and medians of the panels."""
    limit = choose_limit([panel["here"] for panel in panels])
    return 12 * math.ceil(max([limit, *(panel["last"] for panel in panels)]) / 12)


def _draw_panel(axes, panel, limit, band):
    here = panel["here"].sort_values("time", kind="stable")
    draw_curve(axes, {"curve": here, "colour": panel["colour"], "dash": "-"}, limit, band)
    colour = style.text_colour(panel["colour"])
    if panel["other"]:
        times, shares = (np.asarray(values, float) for values in panel["other"])
        shown = times <= limit
        look = {"color": colour, "linestyle": DASHED, "linewidth": 1.1, "zorder": 4}
        axes.plot(times[shown], 100 * shares[shown], **look)
    for time, share, mark in panel["marks"]:
        if time <= limit:
            _mark(axes, time, 100 * share, mark, colour)


def _mark(axes, x, y, mark, colour):
    """A published value: filled, with a light edge that sets it off from the curve; a median is open."""
    is_median = mark == "median"
    look = {"marker": "D" if is_median else mark, "markersize": 4.2 if is_median else 5.2}
    look |= {"markerfacecolor": "white" if is_median else colour, "markeredgewidth": 0.9}
    look |= {"markeredgecolor": colour if is_median else "white"}
    axes.plot([x], [y], linestyle="none", clip_on=False, zorder=5, **look)


def _draw_key(page, top, key):
    for mark, lines in key:
        middle = top + 0.5 * style.line_height(SMALL)
        if mark in ("here", "dashed"):
            dash = "-" if mark == "here" else DASHED
            look = {"color": style.INK, "linestyle": dash, "linewidth": 1.2}
            page.plot([MARGIN, MARGIN + 0.28], [middle, middle], **look)
        else:
            _mark(page, MARGIN + 0.14, middle, mark, style.INK)
        top += style.write(page, MARGIN + 0.36, top, lines, SMALL)


def _draw_at_risk(page, curve, ticks, left, top, scale):
    top += style.write(page, left - 0.2, top, "Number at risk", SMALL, weight="bold")
    for tick, count in zip(ticks, count_at_risk(curve, ticks), strict=True):
        style.write(page, left + tick * scale, top, str(count), SMALL, ha="center")


def _name_axes(page, left, top, width, panels, name, time_label):
    centre = left + (panels * width + (panels - 1) * GAP) / 2
    style.write(page, centre, top + AXES_HEIGHT + 0.2, time_label, ha="center")
    for number, line in enumerate(name):
        place = (MARGIN + number * style.line_height(), top + AXES_HEIGHT / 2)
        look = {"rotation": 90, "ha": "left", "va": "center", "size": style.SIZE}
        page.text(*place, line, color=style.INK, parse_math=False, **look)
