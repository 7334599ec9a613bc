"""Survival from the recurrence by treatment at the landmark, as curves; remnants against burden, as points."""

import numpy as np
from matplotlib.ticker import MaxNLocator

from crlm.analyses.repeat_resection.remnant import ALL
from crlm.analyses.repeat_resection.tables import OCCASIONS, name_groups
from crlm.display import curves as steps
from crlm.display import formats, style
from crlm.display.curves import AXIS_ROOM
from crlm.display.privacy import NAME
from crlm.display.style import MARGIN, SMALL
from crlm.plan import phrases

AXES_HEIGHT = 2.4
NAMES = 1.65  # at most this wide are the names below the curves
PANEL = 2.5  # height of the axes of a panel of points
UNKNOWN = style.GREY, "."  # colour and marker of a liver whose health is not known
MARKERS = ("o", "s", "^", "D", "v", "P", "X")


@style.styled
def plot_landmark(curves, summary, sentences, settings, synthetic=False, small_cells=None):
    """Figure of the curves after the landmark, with limits, those at risk, and `sentences` on the comparison above.

    curves, summary: repeat_resection/curves.csv and summary.csv; settings: the plan's. A group without
    patients stands in the key only; with `small_cells` curves end where fewer are at risk, and fewer patients have no median.
    """
    groups = enumerate(name_groups(settings).items())
    privacy = {"privacy": {"small_cells": small_cells}, "few_at_risk": "grey"}
    few, least = steps.choose_few(privacy)
    parts = [_pick_group(curves, summary, *each, least) for each in groups]
    shown = [part for part in parts if part["patients"]]
    limit = steps.choose_limit([part["curve"] for part in shown])
    ticks = steps.list_ticks(limit)
    room = style.page_width() - 2 * MARGIN
    keys = [style.wrap(_describe(part, small_cells or 0), room - 0.36) for part in parts]
    compact = style.is_narrow()  # the lines of the key stand for names below the curves
    names = [[] if compact else style.wrap(part["label"], NAMES, SMALL) for part in shown]
    notes = ["Bands: 95% confidence intervals (log-log)."] if shown else []
    notes += steps.note_ends(shown, limit, few, least)
    notes = style.wrap_all(notes, room, SMALL)
    lines = style.wrap_all(sentences, room)
    widest = max((style.measure(line, SMALL) for name in names for line in name), default=0)
    left = max(0.68, MARGIN + widest + 0.25)
    width = style.page_width() - left - MARGIN - 0.14

    top = style.first_line(synthetic)
    axes_top = top + (sum(map(len, keys)) + len(lines)) * style.line_height() + 0.16
    counts_top = axes_top + AXES_HEIGHT + AXIS_ROOM
    heights = [max(len(name), 1) * style.line_height(SMALL) + 0.04 for name in names]
    below = sum(heights) + style.line_height(SMALL) + 0.08 if shown else 0
    height = counts_top + below + len(notes) * style.line_height(SMALL) + MARGIN

    figure, page = style.new_page(style.page_width(), height, synthetic)
    for part, key in zip(parts, keys, strict=True):
        if part["patients"]:
            middle = top + 0.5 * style.line_height()
            steps.draw_sample(page, MARGIN, middle, part["colour"], part["dash"])
        top += style.write(page, MARGIN + 0.36, top, key)
    style.write(page, MARGIN, top + 0.02, lines)
    axes = steps.add_time_axes(page, left, axes_top, width, AXES_HEIGHT, limit, ticks)
    for part in shown:
        if few != "end" or part["few"] > 0:
            steps.draw_curve(axes, part, limit, band=True, few=few)
    if few == "end" and not any(part["few"] for part in shown):
        steps.say_few(axes, least)
    axis = f"Months after the landmark, {settings['landmark_months']:g} months after the recurrence"
    style.write_centred(page, left + width / 2, axes_top + AXES_HEIGHT + 0.2, axis)
    title = ["Survival (%)"]
    style.write_upright(page, left - 0.36, axes_top + AXES_HEIGHT / 2, title, "right")
    if shown:
        counts_top += style.write(page, MARGIN, counts_top, "Number at risk", SMALL, weight="bold")
    for part, name, high in zip(shown, names, heights, strict=True):
        counts = steps.count_at_risk(part["curve"], ticks)
        steps.write_counts(page, counts, ticks, left, counts_top, width / limit)
        colour = style.text_colour(part["colour"])
        style.write(page, MARGIN, counts_top, name, SMALL, color=colour, label=NAME)
        if compact:
            middle = counts_top + 0.5 * style.line_height(SMALL)
            steps.draw_sample(page, MARGIN, middle, part["colour"], part["dash"])
        counts_top += high
    style.write(page, MARGIN, counts_top + 0.06, notes, SMALL, color=style.GREY)
    return figure


def _pick_group(curves, summary, position, named, least):
    group, label = named
    row = summary[formats.as_texts(summary["group"]) == group]
    curve = curves[formats.as_texts(curves["group"]) == group].sort_values("time", kind="stable")
    colour, dash = style.group_style(position, 2)
    return {
        "label": label,
        "colour": colour,
        "dash": dash,
        "curve": curve,
        "few": steps.find_few(curve, least),
        "patients": int(row["patients"].iloc[0]) if len(row) else 0,
        "row": row.iloc[0] if len(row) else None,
    }


def _describe(part, least):
    if not part["patients"]:
        return f"{part['label']}: 0 patients"
    if part["patients"] < least:
        return f"{part['label']}: fewer than {least} patients"
    row, words = part["row"], formats.NOT_REACHED
    middle = formats.format_interval(
        *(row[name] for name in ("median", "median_lower", "median_upper")),
        empty=words,
        open_end=words,
    )
    deaths = f"{row['events']:.0f} {phrases.decline(row['events'], 'death')}"
    counts = f"{phrases.plural(part['patients'], 'patient')}, {deaths}"
    return f"{part['label']}: {counts}; median, months (95% CI): {middle}"


@style.styled
def plot_remnants(remnants, settings, synthetic=False):
    """A panel per occasion: each patient's remnant (%) against the Tumor Burden Score, with the thresholds as lines.

    remnants: as `list_remnants` gives them: single patients, so that the figure must not leave the hospital. settings: the plan's.
    """
    occasions, thresholds = settings["remnant"], settings["thresholds"]
    keys = list(dict.fromkeys(level for roles in occasions.values() for level in roles["levels"]))
    labels = {k: v for roles in occasions.values() for k, v in roles["levels"].items()}
    room = style.page_width() - 2 * MARGIN
    legend = [style.wrap(labels[key], room - 0.3, SMALL) for key in keys]
    others = bool(keys) and not remnants["liver"].isin(keys).all()
    legend += [["Health of the liver not known"]] * others
    lines = [
        f"Dashed, {labels.get(level, phrases.to_words(level))}: {fact['percent']:g} % ({fact['source']})."
        for level, fact in thresholds.items()
    ]
    notes = style.wrap_all([*lines, "Single patients: not to be shared."], room, SMALL)
    top = style.first_line(synthetic)
    width = (style.page_width() - 0.2) / max(len(occasions), 1) - 0.55
    counts = remnants.loc[remnants["burden"].notna(), "occasion"].value_counts()
    titles = [
        style.wrap(f"{OCCASIONS[each]}, n = {counts.get(each, 0)}", width + 0.1, weight="bold")
        for each in occasions
    ]
    titled = max(map(len, titles), default=1) * style.line_height()
    axes_top = top + sum(map(len, legend)) * style.line_height(SMALL) + titled + 0.22
    height = axes_top + PANEL + AXIS_ROOM + len(notes) * style.line_height(SMALL) + MARGIN
    figure, page = style.new_page(style.page_width(), height, synthetic)
    for place, lines_of in enumerate(legend):
        colour, marker = _look(place) if place < len(keys) else UNKNOWN
        middle = top + 0.5 * style.line_height(SMALL)
        page.plot([MARGIN + 0.1], [middle], marker, color=colour, markersize=3.5)
        top += style.write(page, MARGIN + 0.3, top, lines_of, SMALL)
    end = max(50, 10 * np.ceil(remnants["percent"].max() / 10)) if len(remnants) else 100
    for panel, occasion in enumerate(occasions):
        left = 0.55 + panel * (width + 0.55)
        mine = remnants[(remnants["occasion"] == occasion) & remnants["burden"].notna()]
        title = axes_top - 0.08 - len(titles[panel]) * style.line_height()
        style.write(page, left, title, titles[panel], weight="bold")
        axes = style.add_axes(page, left, axes_top, width, PANEL)
        _draw_points(axes, mine, keys, thresholds, end)
        style.write(
            page, left + width / 2, axes_top + PANEL + 0.2, "Tumor Burden Score", ha="center"
        )
        words = ["Future liver remnant (%)"] if not panel else []
        style.write_upright(page, left - 0.3, axes_top + PANEL / 2, words, "right")
    style.write(page, MARGIN, axes_top + PANEL + AXIS_ROOM, notes, SMALL, color=style.GREY)
    return figure


def _look(place):
    return style.PALETTE[place % len(style.PALETTE)], MARKERS[place % len(MARKERS)]


def _draw_points(axes, patients, keys, thresholds, end):
    most = patients["burden"].max() if len(patients) else 10
    ticks = MaxNLocator(5).tick_values(0, most)
    axes.set(xlim=(0, 1.05 * most), ylim=(0, end))
    axes.set_xticks(ticks[(ticks >= 0) & (ticks <= 1.05 * most)])
    for level, fact in thresholds.items():
        colour = _look(keys.index(level))[0] if level in keys else style.GREY
        axes.axhline(fact["percent"], color=colour, linewidth=0.8, linestyle=(0, (4, 2)))
    for place, level in enumerate([*keys, ALL]):
        chosen = ~patients["liver"].isin(keys) if level == ALL else patients["liver"] == level
        colour, marker = _look(place) if level != ALL else UNKNOWN
        points = patients[chosen]
        at = points["burden"], points["percent"]
        style.plot_points(axes, *at, marker, 3, color=colour, alpha=0.7)
