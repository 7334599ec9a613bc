"""Kaplan-Meier figures: step curves, key with medians and survival, tests and an aligned risk table."""

import numpy as np

from crlm.analyses.kaplan_meier import risk_table
from crlm.analyses.kaplan_meier.tables import find_hazard_ratio
from crlm.analyses.kaplan_meier.words import MOST_BANDS
from crlm.display import curves as steps
from crlm.display import direct, formats, style
from crlm.display.curves import AXIS_ROOM, FEW
from crlm.display.grid import TALLEST
from crlm.display.privacy import NAME, PART, WITHHELD
from crlm.display.style import MARGIN, SMALL

AXES_HEIGHT, LOW, LEAST_WIDTH = 2.65, 1.9, 2.2  # of the axes, where a page is full, inches
SPACE = 0.2  # between two columns of the key
LABEL = 1.5  # room of a label of the key without which a column is left out


@style.styled
def plot_kaplan_meier(
    curves,
    summary,
    tests,
    grouping,
    endpoint,
    settings,
    synthetic=False,
    landmarks=None,
    ratios=None,
):
    """Figure of the curves of one grouping.

    curves, summary, tests, landmarks, ratios: the rows of this grouping in kaplan_meier/{endpoint}.csv, _summary.csv, _tests.csv,
    _landmarks.csv and _ratios.csv. grouping, endpoint: their specs in the plan; settings: the plan's `output`. Time in months. A
    group without patients stands in the key only. The height grows with the labels; where a page is full or narrow the lines of
    the key stand for names below the curves, and rows are left out with a note.
    """
    groups = list_groups(curves, summary, grouping)
    few, least = steps.choose_few(settings)
    for group in groups:
        group["few"] = steps.find_few(group["curve"], least)
        group["hidden"] = few == "end" and group["patients"] < (hide_below(settings) or 0)
    shown = [group for group in groups if group["patients"]]
    limit = settings["limit_months"] or steps.choose_limit([group["curve"] for group in shown])

    drawn = [group for group in shown if not group["hidden"]]
    for group, letter in zip(drawn, direct.choose_letters(len(drawn)), strict=True):
        group["letter"] = letter
    names = [group["letter"] or group["label"] for group in drawn]
    names = names if len(drawn) > direct.MOST_IN_KEY else []

    pair = len(shown) == 2 and settings["curve_numbers"]
    legend = None
    if len(groups) > 1:
        months = endpoint["landmarks_months"] if pair and landmarks is not None else ()
        legend = _build_legend(groups, grouping, landmarks, months)
    ratio = state_ratio(shown, ratios) if pair and ratios is not None else []
    compared = ". ".join([*ratio, *state_tests(tests)])
    statements = [compared] * bool(compared) if legend else [_describe_group(groups[0])]
    statements = style.wrap_all(statements, style.page_width() - 2 * MARGIN)
    missing = int(summary["missing"].max()) if len(summary) else 0
    notes = steps.list_notes(grouping, missing) + steps.note_ends(shown, limit, few, least)
    band = settings["confidence_band"] and len(shown) <= MOST_BANDS
    if shown and settings["confidence_band"]:
        notes.append(
            steps.BAND
            if band
            else f"Confidence bands are left out for more than {MOST_BANDS} groups."
        )
    top = style.first_line(synthetic)
    axes_top = top + _legend_height(legend) + len(statements) * style.line_height() + 0.14
    digits = style.measure(str(max((group["patients"] for group in shown), default=0)), SMALL)
    for parts, tall, compact in list_layouts(settings["risk_table"]):
        blocks = risk_table.build_blocks(shown, parts, settings["risk_table_by"], compact)
        left = max(0.68, MARGIN + risk_table.measure_names(blocks) + digits / 2 + 0.1)
        direct_lines, taken = direct.wrap_labels(names) if names else ([], 0.14)
        if names and tall == LOW:
            wider = direct.fit_labels(names, LOW)
            if style.page_width() - left - MARGIN - wider[1] >= LEAST_WIDTH:
                direct_lines, taken = wider
        width = style.page_width() - left - MARGIN - taken
        tall = max(tall, direct.stack_height(direct_lines))
        table_top = axes_top + tall + AXIS_ROOM
        notes_top = table_top + risk_table.measure_height(blocks)
        said = [*risk_table.note_left_out(settings["risk_table"], parts), *notes]
        lines = style.wrap_all(said, style.page_width() - 2 * MARGIN, SMALL)
        height = notes_top + len(lines) * style.line_height(SMALL) + MARGIN
        ticks = steps.list_ticks(limit, max(1, 10 * (digits + 0.06) / width))
        if height <= TALLEST and (width >= LEAST_WIDTH or compact):
            break

    figure, page = style.new_page(style.page_width(), height, synthetic)
    if legend:
        _draw_legend(page, top, legend)
    style.write(page, MARGIN, top + _legend_height(legend), statements)
    axes = steps.add_time_axes(page, left, axes_top, width, tall, limit, ticks)
    for group in drawn:
        steps.draw_curve(axes, group, limit, band, few=few)
    if few == "end" and not any(group["few"] for group in drawn):
        steps.say_few(axes, least)
    if direct_lines:
        ends = [find_end(group, limit, few) for group in drawn]
        colours = [group["colour"] for group in drawn]
        direct.draw_labels(page, axes, ends, direct_lines, colours)
    landmark = grouping["landmark_months"]
    steps.name_time(page, left + width / 2, axes_top + tall, endpoint, landmark)
    name = style.wrap(steps.name_survival(endpoint), tall + 0.2)
    style.write_upright(page, left - 0.36, axes_top + tall / 2, name, "right")
    risk_table.draw_blocks(page, blocks, table_top, ticks, left, width / limit)
    style.write(page, MARGIN, notes_top, lines, SMALL, color=style.GREY)
    return figure


def list_layouts(parts):
    """Rows below the curves, height of the axes and whether lines stand for names, from the roomiest to the smallest."""
    yield parts, AXES_HEIGHT, False
    yield parts, AXES_HEIGHT, True
    for number in range(len(parts), 0, -1):
        yield parts[:number], LOW, True


def hide_below(settings):
    """The count below which numbers are hidden, None where none are."""
    return settings.get("privacy", {}).get("small_cells")


def find_end(group, limit, few, column="survival"):
    """(month, per cent) where the line of a group ends in the figure."""
    curve = group["curve"]
    last = min(limit, group["few"]) if few == "end" else limit
    until = curve[curve["time"] <= last]
    value = 100 * until[column].iloc[-1] if len(until) else 0.0
    return min(last, curve["time"].max()), value


def list_groups(curves, summary, grouping):
    """The groups in declared order: label, colour, dash, patients, summary row (or None) and curve."""
    of_curve, of_summary = formats.as_texts(curves["group"]), formats.as_texts(summary["group"])
    groups = []
    for position, name in enumerate(grouping["groups"]):
        rows = summary[of_summary == name]
        colour, dash = style.group_style(position, len(grouping["groups"]))
        groups.append(
            {
                "name": name,
                "label": grouping["group_labels"].get(name, name),
                "letter": None,  # that stands for the label on a narrow page
                "colour": colour,
                "dash": dash,
                "patients": int(rows["patients"].iloc[0]) if len(rows) else 0,
                "summary": rows.iloc[0] if len(rows) else None,
                "curve": curves[of_curve == name].sort_values("time", kind="stable"),
            }
        )
    return groups


def state_tests(tests):
    """The sentences on the tests of one grouping."""
    texts = []
    for test, name in (("log-rank", "Log-rank p"), ("trend", "p for trend")):
        for p_value in tests.loc[tests["test"] == test, "p_value"]:
            letter, *rest = style.state_p(p_value)  # p or P, as the journal writes it
            texts.append(name.replace("p", letter) + "".join(rest))
    return ["; ".join(texts)] if texts else []


def state_ratio(groups, ratios):
    """The sentence on the hazard ratio of two groups, where a Cox model has it of the same patients and none is few."""
    if any(group["hidden"] for group in groups):
        return []
    names = {group["name"]: group for group in groups}
    patients = {name: each["patients"] for name, each in names.items()}
    row = find_hazard_ratio(ratios, patients)
    if row is None:
        return []
    numbers = (row[key] for key in ("hazard_ratio", "lower", "upper"))
    estimate = formats.format_interval(*numbers, formats.format_ratio)
    labels = [names[row[key]]["label"] for key in ("level", "reference")]
    return [f"Hazard ratio (95% CI) {estimate}, {labels[0]} against {labels[1]} (Cox, unadjusted)"]


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


def _build_legend(groups, grouping, landmarks, months):
    """The key as rows of cells: a heading, then (group, lines of the label, patients, events, median, survival at months).

    Of the landmarks the latest stand there, as far as they fit beside the labels. On a narrow page numbers stand below the labels.
    """
    header = [["Patients"], ["Events"], ["Median, months (95% CI)"]]
    page = style.page_width() - 2 * MARGIN
    stacked = style.is_narrow()
    if len(months) or stacked:
        header[2] = ["Median, months", "(95% CI)"]
    rows = []
    for group in groups:
        cells = ["0 patients", "", ""]
        if group["patients"]:
            row = group["summary"]
            middle = WITHHELD if group["hidden"] else state_median(row)
            cells = [str(group["patients"]), str(int(row["events"])), middle]
        label = f"{group['letter']}: {group['label']}" if group["letter"] else group["label"]
        rows.append([group, label, *cells])
    for month in sorted(months, reverse=True):
        cells = [_state_landmark(group, landmarks, month) for group in groups]
        column = [[f"At {month:g} months,", "% (95% CI)"], *([cell] for cell in cells)]
        widths = [_measure_column(each) for each in _list_cells(header, rows)]
        needed = sum(widths) + _measure_column(column) + (len(widths) + 1) * SPACE
        longest = max(style.measure(group["label"]) for group in groups) + 0.36
        if page - needed < (0 if stacked else min(LABEL, longest)):
            break
        header.insert(3, column[0])
        for row, cell in zip(rows, cells, strict=True):
            row.insert(5, cell)
    widths = [_measure_column(each) for each in _list_cells(header, rows)]
    room = page if stacked else page - sum(widths) - len(widths) * SPACE
    title = style.wrap(grouping["label"], room, weight="bold")
    for row in rows:
        row[1] = style.wrap(row[1], room - 0.36)
    if stacked:
        space = min(SPACE, (page - sum(widths)) / len(widths))
        columns = [0, *(width + space for width in widths)]
        return {"title": title, "header": header, "rows": rows, "columns": columns, "stacked": True}
    # as wide as its labels, not as the page
    used = [style.measure(line) + 0.36 for row in rows for line in row[1]]
    used += [style.measure(line, weight="bold") for line in title]
    columns = [max(used), *(width + SPACE for width in widths)]
    return {"title": title, "header": header, "rows": rows, "columns": columns, "stacked": False}


def _list_cells(header, rows):
    """The columns of numbers of the key: the lines of the heading, then one line for each row."""
    return [[lines, *([row[place + 2]] for row in rows)] for place, lines in enumerate(header)]


def _measure_column(column):
    return max(style.measure(line, style.SIZE, "bold") for lines in column for line in lines)


def _state_landmark(group, landmarks, month):
    """Survival of a group at a month with its limits, in per cent; a dash where fewer than FEW are at risk."""
    if group["hidden"]:
        return WITHHELD
    at = landmarks[
        (landmarks["time"] == month) & (formats.as_texts(landmarks["group"]) == group["name"])
    ]
    if at.empty or not at["at_risk"].iloc[0] >= FEW:
        return formats.MISSING if group["patients"] else ""
    return formats.format_percent(*at[["survival", "lower", "upper"]].iloc[0])


def _legend_height(legend):
    if not legend:
        return 0
    lines = _header_lines(legend) + sum(len(row[1]) + legend["stacked"] for row in legend["rows"])
    return lines * style.line_height() + 0.09


def _header_lines(legend):
    heads = max(len(lines) for lines in legend["header"])
    title = len(legend["title"])
    return title + heads if legend["stacked"] else max(title, heads)


def _draw_legend(page, top, legend):
    """A small table: line and label of each group, patients, events, median, survival."""
    first, *widths = legend["columns"]
    rights = MARGIN + first + np.cumsum(widths)
    below = top + _header_lines(legend) * style.line_height()
    for right, lines in zip(rights, legend["header"], strict=True):
        start = below - len(lines) * style.line_height()
        style.write(page, right, start, lines, ha="right", color=style.GREY)
    start = top if legend["stacked"] else below - len(legend["title"]) * style.line_height()
    style.write(page, MARGIN, start, legend["title"], weight="bold")
    top = below + 0.03
    page.plot([MARGIN, rights[-1]], [top, top], color=style.RULE, linewidth=0.5)
    top += 0.02
    for group, label, *cells in legend["rows"]:
        colour = style.text_colour(group["colour"]) if group["patients"] else style.GREY
        if group["patients"]:
            middle = top + 0.5 * style.line_height()
            steps.draw_sample(page, MARGIN, middle, group["colour"], group["dash"])
        for place, (right, text) in enumerate(zip(rights, cells, strict=True)):
            look = {"ha": "right", "color": colour if text == "0 patients" else style.INK}
            part = {"label": f"{PART}column {place}"} if place < 2 else {}
            line = top + len(label) * style.line_height() * legend["stacked"]
            style.write(page, right, line, text, **look, **part)
        top += style.write(page, MARGIN + 0.36, top, label, color=colour, label=NAME)
        top += style.line_height() * legend["stacked"]
