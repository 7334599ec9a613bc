"""Kaplan-Meier figures: step curves, key with medians, tests and an aligned risk table."""

import numpy as np

from crlm.analyses.kaplan_meier.words import MOST_BANDS
from crlm.display import curves as steps
from crlm.display import formats, style
from crlm.display.curves import AXIS_ROOM, count_at_risk
from crlm.display.style import MARGIN, SMALL

AXES_HEIGHT = 2.65
BLOCK = style.line_height(SMALL) + 0.08  # a heading of the risk table and the space after its rows
NAMES = 1.65  # at most this wide are the names of the risk table
COUNTS = {
    "at_risk": "Number at risk",
    "events": "Cumulative events",
    "censored": "Cumulative censored",
}


@style.styled
def plot_kaplan_meier(
    curves,
    summary,
    tests,
    grouping,
    endpoint,
    settings,
    synthetic=False,
):
    """Figure of the curves of one grouping.

    curves, summary, tests: the rows of this grouping in kaplan_meier/{endpoint}.csv, _summary.csv and _tests.csv.
    grouping, endpoint: their specs in the plan; settings: the plan's `output`. Time in months. A group without patients
    stands in the key only. Double-column width; the height grows with the number and length of the labels.
    """
    groups = list_groups(curves, summary, grouping)
    shown = [group for group in groups if group["patients"]]
    limit = settings["limit_months"] or steps.choose_limit([group["curve"] for group in shown])
    ticks = steps.list_ticks(limit)

    names = [style.wrap(group["label"], NAMES, SMALL) for group in shown]
    widest = max((style.measure(line, SMALL) for lines in names for line in lines), default=0)
    titles = [style.measure(COUNTS[part], SMALL, "bold") for part in settings["risk_table"]]
    digits = style.measure(str(max((group["patients"] for group in shown), default=0)), SMALL)
    left = max(0.68, MARGIN + max([widest, *titles]) + digits / 2 + 0.1)
    width = style.DOUBLE - left - MARGIN - 0.14

    legend = _build_legend(groups, grouping) if len(groups) > 1 else None
    statements = state_tests(tests) if legend else [_describe_group(groups[0])]
    statements = style.wrap_all(statements, style.DOUBLE - 2 * MARGIN)
    missing = int(summary["missing"].max()) if len(summary) else 0
    notes = steps.list_notes(grouping, missing)
    if shown and settings["confidence_band"]:
        drawn = len(shown) <= MOST_BANDS
        notes.append(
            "Band: 95% confidence interval (log-log)."
            if drawn
            else f"Confidence bands are left out for more than {MOST_BANDS} groups."
        )
    notes = style.wrap_all(notes, style.DOUBLE - 2 * MARGIN, SMALL)

    top = style.first_line(synthetic)
    axes_top = top + _legend_height(legend) + len(statements) * style.line_height() + 0.14
    table_top = axes_top + AXES_HEIGHT + AXIS_ROOM
    heights = [
        _list_heights(names, _is_named(names, number))
        for number in range(len(settings["risk_table"]))
    ]
    table_height = sum(sum(rows) + BLOCK for rows in heights) if shown else 0
    height = table_top + table_height + len(notes) * style.line_height(SMALL) + MARGIN

    figure, page = style.new_page(style.DOUBLE, height, synthetic)
    if legend:
        _draw_legend(page, top, legend)
    style.write(page, MARGIN, top + _legend_height(legend), statements)
    axes = steps.add_time_axes(page, left, axes_top, width, AXES_HEIGHT, limit, ticks)
    band = settings["confidence_band"] and len(shown) <= MOST_BANDS
    for group in shown:
        steps.draw_curve(axes, group, limit, band)
    landmark = grouping["landmark_months"]
    steps.name_time(page, left + width / 2, axes_top + AXES_HEIGHT, endpoint, landmark)
    name = style.wrap(steps.name_survival(endpoint), AXES_HEIGHT + 0.2)
    style.write_upright(page, left - 0.36, axes_top + AXES_HEIGHT / 2, name, "right")
    for number, part in enumerate(settings["risk_table"] if shown else ()):
        labels = names if _is_named(names, number) else None
        _draw_counts(
            page, table_top, part, shown, labels, heights[number], ticks, left, width / limit
        )
        table_top += sum(heights[number]) + BLOCK
    style.write(page, MARGIN, table_top, notes, SMALL, color=style.GREY)
    return figure


def list_groups(curves, summary, grouping):
    """The groups in declared order: label, colour, dash, patients, summary row (or None) and curve."""
    of_curve, of_summary = formats.as_texts(curves["group"]), formats.as_texts(summary["group"])
    groups = []
    for position, name in enumerate(grouping["groups"]):
        rows = summary[of_summary == name]
        colour, dash = style.group_style(position, len(grouping["groups"]))
        groups.append(
            {
                "label": grouping["group_labels"].get(name, name),
                "colour": colour,
                "dash": dash,
                "patients": int(rows["patients"].iloc[0]) if len(rows) else 0,
                "summary": rows.iloc[0] if len(rows) else None,
                "curve": curves[of_curve == name].sort_values("time", kind="stable"),
            }
        )
    return groups


def count_before(curve, column, times):
    """Events or censorings before each of `times`, so that with those at risk they add up to the patients."""
    counts = np.concatenate([[0], np.cumsum(curve[column].to_numpy(int))])
    return counts[np.searchsorted(curve["time"], times)]


def state_tests(tests):
    """The sentences on the tests of one grouping."""
    texts = []
    for test, name in (("log-rank", "Log-rank p"), ("trend", "p for trend")):
        for p_value in tests.loc[tests["test"] == test, "p_value"]:
            texts.append(name + style.state_p(p_value).removeprefix("p"))
    return ["; ".join(texts)] if texts else []


def state_median(row):
    """Median with its interval; a limit that is never reached is said in words too, there is no footnote."""
    values = (row[name] for name in ("median", "median_lower", "median_upper"))
    words = formats.NOT_REACHED
    return formats.format_interval(*values, empty=words, open_end=words)


def _describe_group(group):
    """What the key says, in words, for a lone group."""
    if not group["patients"]:
        return f"{group['label']}: 0 patients"
    row = group["summary"]
    counts = f"{group['label']}: {group['patients']} patients, {row['events']:.0f} events"
    return f"{counts}; median, months (95% CI): {state_median(row)}"


def _build_legend(groups, grouping):
    """The key as rows of cells: a heading, then (group, lines of the label, patients, events, median)."""
    header = [[grouping["label"]], "Patients", "Events", "Median, months (95% CI)"]
    rows = []
    for group in groups:
        row = group["summary"]
        if group["patients"]:
            cells = [str(group["patients"]), str(int(row["events"])), state_median(row)]
        else:
            cells = ["0 patients", "", ""]
        rows.append([group, group["label"], *cells])
    widths = [
        max(
            style.measure(text, style.SIZE, "bold")
            for text in [header[i], *(row[i + 1] for row in rows)]
        )
        for i in (1, 2, 3)
    ]
    room = style.DOUBLE - 2 * MARGIN - sum(widths) - 3 * 0.2
    header[0] = style.wrap(grouping["label"], room, weight="bold")
    for row in rows:
        row[1] = style.wrap(row[1], room - 0.36)
    # as wide as its labels, not as the page
    used = [style.measure(line) + 0.36 for row in rows for line in row[1]]
    used += [style.measure(line, weight="bold") for line in header[0]]
    return {"header": header, "rows": rows, "widths": [max(used), *widths]}


def _legend_height(legend):
    if not legend:
        return 0
    lines = len(legend["header"][0]) + sum(len(row[1]) for row in legend["rows"])
    return lines * style.line_height() + 0.09


def _draw_legend(page, top, legend):
    """A small table: line and label of each group, patients, events, median."""
    first, *widths = legend["widths"]
    rights = MARGIN + first + np.cumsum([width + 0.2 for width in widths])
    header, lines = legend["header"][1:], legend["header"][0]
    last = top + (len(lines) - 1) * style.line_height()
    for right, text in zip(rights, header, strict=True):
        style.write(page, right, last, text, ha="right", color=style.GREY)
    top += style.write(page, MARGIN, top, lines, weight="bold") + 0.03
    page.plot([MARGIN, rights[-1]], [top, top], color=style.RULE, linewidth=0.5)
    top += 0.02
    for group, label, *cells in legend["rows"]:
        colour = style.text_colour(group["colour"]) if group["patients"] else style.GREY
        if group["patients"]:
            middle = top + 0.5 * style.line_height()
            steps.draw_sample(page, MARGIN, middle, group["colour"], group["dash"])
        for right, text in zip(rights, cells, strict=True):
            style.write(
                page,
                right,
                top,
                text,
                ha="right",
                color=colour if text == "0 patients" else style.INK,
            )
        top += style.write(page, MARGIN + 0.36, top, label, color=colour)


def _is_named(names, number):
    """Names of several lines stand in the first block of the risk table only; the others have the lines of the key."""
    return number == 0 or all(len(lines) == 1 for lines in names)


def _list_heights(names, named):
    return [max(len(lines) * style.line_height(SMALL) * named, 0.15) for lines in names]


def _draw_counts(page, top, part, groups, names, heights, ticks, left, scale):
    """One block of the risk table; without names each row begins with the line of its curve."""
    top += style.write(page, MARGIN, top, COUNTS[part], SMALL, weight="bold")
    for number, (group, height) in enumerate(zip(groups, heights, strict=True)):
        curve = group["curve"]
        counts = (
            count_at_risk(curve, ticks) if part == "at_risk" else count_before(curve, part, ticks)
        )
        steps.write_counts(page, counts, ticks, left, top, scale, part)
        if names:
            colour = style.text_colour(group["colour"])
            style.write(page, MARGIN, top, names[number], SMALL, color=colour)
        else:
            middle = top + 0.5 * style.line_height(SMALL)
            steps.draw_sample(page, MARGIN, middle, group["colour"], group["dash"])
        top += height
