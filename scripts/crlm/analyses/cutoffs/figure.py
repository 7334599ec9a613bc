"""Where to cut a number: hazard ratio and C at every cut, the spline, and how the number is distributed."""

import numpy as np
from matplotlib.ticker import FuncFormatter, NullLocator

from crlm.analyses.cutoffs.plan import TWO_VALUES
from crlm.display import formats, grid, style
from crlm.display.grid import TALLEST, is_stacked
from crlm.display.style import MARGIN, SMALL
from crlm.plan import phrases

PANELS = (("histogram", 0.5), ("ratio", 1.95), ("c", 0.95), ("spline", 1.75))  # heights, inches
LOWEST = 0.6  # of these heights that panels keep where the page is full
GAP = 0.2  # between two panels
LEFT = 0.62  # room of the y axis
TICKS = (0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50)
FINE_TICKS = (
    0.3,
    0.4,
    0.5,
    0.6,
    0.8,
    1,
    1.25,
    1.5,
    2,
    3,
    4,
)  # where the others would be fewer than four
KEY_LINE = 0.24
LEVELS = "The tests within the levels stand in the table."
LABELS = {
    "histogram": "Patients",
    "ratio": "Hazard ratio",
    "c": "Harrell's C",
    "spline": "Hazard ratio",
}


@style.styled
def plot_cutoffs(tables, number, endpoint, synthetic=False):
    """One page: distribution, hazard ratio and C at every cut, and the number as a spline.

    tables: the rows of one number in the files of results/cutoffs (cutoffs, maxstat, spline, tests) and of the histogram;
    number, endpoint: specs of the plan. Left: all patients, and stratified; right: within each level of the stratifying variable,
    if there is one. Hazard ratios have 95% bands, but not with more than three levels. Dotted lines with letters are the
    published cuts. A number without rows, since it has two values only, is a page that says so.
    """
    columns = _list_columns(number)
    if tables["tests"].empty:
        return _say_dichotomous(number, endpoint, synthetic)
    width = style.page_width() if len(columns) > 1 else style.page_width(4.6)
    wide = (width - MARGIN - 0.1 - LEFT * len(columns)) / len(columns)
    room = width - 2 * MARGIN
    title = style.wrap(f"{endpoint['label']}: {number['label']}", room, weight="bold")
    keys = [_wrap_key(column["lines"], room if is_stacked() else wide) for column in columns]
    letters = _name_cuts(tables["cutoffs"])
    top = style.first_line(synthetic)
    small = style.line_height(SMALL)
    first = top + len(title) * style.line_height() + 0.06
    key_lines = [sum(len(lines) for _, lines in key) for key in keys]
    starts = [first] * len(keys)
    if is_stacked():  # one key below the other, over the whole width
        starts = [first + sum(key_lines[:place]) * small for place in range(len(keys))]
    body = max(s + n * small for s, n in zip(starts, key_lines, strict=True)) + 0.1
    marks = 0.24 if letters else 0.05  # above the panel of the hazard ratio
    cut_axis, value_axis = (
        style.wrap(words, wide + LEFT - 0.15, SMALL + 0.5)
        for words in (_name_cut_axis(number), _name_axis(number))
    )
    line = style.line_height(SMALL + 0.5)
    between = 0.24 + len(cut_axis) * line  # from the panel of C to the next one
    fixed = 2 * GAP + marks + between + 0.28 + len(value_axis) * line
    whole = sum(height for _, height in PANELS)
    for lines in (_list_notes(tables, number, columns, letters), None):
        if lines is None:  # more levels than a page has room for
            lines = [*_list_notes(tables, number, columns[:1], letters), LEVELS]
        notes = style.wrap_all(lines, room, SMALL)
        free = TALLEST - body - fixed - len(notes) * small - MARGIN
        scale = min(1, free / whole)
        if scale >= LOWEST:
            break
    panels = whole * scale + fixed
    figure, page = style.new_page(width, body + panels + len(notes) * small + MARGIN, synthetic)
    style.write(page, MARGIN, top, title, weight="bold")
    limits = _find_limits(tables, _is_logarithmic(number))
    for place, column in enumerate(columns):
        left = LEFT + place * (LEFT + wide)
        _draw_key(page, MARGIN if is_stacked() else left, starts[place], keys[place])
        y = body
        for kind, full in PANELS:
            height = full * scale
            y += marks if kind == "ratio" else 0
            axes = style.add_axes(page, left, y, wide, height)
            _draw_panel(axes, kind, tables, column, limits, number)
            if kind == "ratio":
                _mark_cuts(page, axes, letters, left, y, wide)
            if kind in ("c", "spline"):
                words = cut_axis if kind == "c" else value_axis
                middle = left + wide / 2 - (0.07 if is_stacked() else 0)
                _label_axis(page, middle, y + height + 0.2, words)
            if kind != "c" and kind != "spline":
                axes.set_xticklabels([])
            label = {"rotation": 90, "ha": "center", "va": "center", "size": SMALL + 0.5}
            page.text(left - 0.46, y + height / 2, LABELS[kind], **label)
            y += height + (between if kind == "c" else GAP)
    style.write(page, MARGIN, body + panels, notes, SMALL, color=style.GREY)
    return figure


def _say_dichotomous(number, endpoint, synthetic):
    top, words = style.first_line(synthetic), f"{number['label']} has {TWO_VALUES}."
    lines = style.wrap(words, style.page_width() - 2 * MARGIN, SMALL)
    figure, page = style.new_page(style.page_width(), top + 0.4 + len(lines) * 0.2, synthetic)
    style.write(page, MARGIN, top, [f"{endpoint['label']}: where to cut"], weight="bold")
    style.write(page, MARGIN, top + 0.25, lines, SMALL)
    return figure


def _list_columns(number):
    """Columns of panels; each with its lines: analysis, level, label, colour."""
    everybody = [{"analysis": "unstratified", "level": "", "label": "All patients, unstratified"}]
    if not number["by"]:
        return [_colour(everybody)]
    label = f"Stratified by {_lower(number['by_label'])}"
    everybody.append({"analysis": "stratified", "level": "", "label": label})
    levels = [
        {
            "analysis": "within",
            "level": level,
            "label": f"{number['by_label']}: {number['by_level_labels'][level]}",
        }
        for level in number["by_levels"]
    ]
    return [_colour(everybody), _colour(levels, 2)]


def _colour(lines, first=0):
    total = len(lines)
    for place, line in enumerate(lines):
        line["colour"] = style.PALETTE[(first + place) % len(style.PALETTE)]
        line["dash"] = style.group_style(place, total)[1]
    if first == 0 and total > 1:
        lines[1]["dash"] = style.DASHES[1]
    return {"lines": lines, "limits": total <= 3}


def _lower(text):
    return text[:1].lower() + text[1:] if text[1:2].islower() else text


def _pick(table, line):
    level = formats.as_texts(table["level"])
    return table[table["analysis"].eq(line["analysis"]) & level.eq(line["level"])]


def _is_logarithmic(number):
    return number["spec"]["transform"] == "log2"


def _find_limits(tables, logarithmic):
    """Limits of the axes: x over all bars, both ratios over what is inside the searched part, C around 0.5."""
    histogram, cuts, spline = tables["histogram"], tables["cutoffs"], tables["spline"]
    low, high = histogram["from"].min(), histogram["to"].max()
    low, high = (low, high) if high > low else (0.0, 1.0)
    # the widest intervals belong to the cuts at the ends; they may leave the panel
    inner = cuts[cuts["p_corrected"].notna()]
    inner = inner if inner["hazard_ratio"].notna().any() else cuts
    ratios = inner[["lower", "upper"]].to_numpy(float).ravel()
    curve = np.exp(spline[["lower", "upper"]].to_numpy(float).ravel())
    c = cuts["harrell_c"].to_numpy(float)
    c = np.append(c[np.isfinite(c)], [0.5, 0.55])
    if logarithmic and low > 0:
        room = (high / low) ** 0.04
        ends = low / room, high * room
    else:
        room = 0.04 * (high - low)
        ends = low - room, high + room
    return {
        "x": ends,
        "ratio": _span(ratios),
        "spline": _span(np.quantile(curve, [0.02, 0.98]) if len(curve) else curve),
        "c": (c.min() - 0.01, c.max() + 0.02),
    }


def _span(values):
    values = values[np.isfinite(values) & (values > 0)]
    low, high = (values.min(), values.max()) if len(values) else (0.5, 2)
    low, high = max(min(low, 0.8), 0.02), min(max(high, 1.25), 50)
    return low / 1.05, high * 1.05


def _draw_panel(axes, kind, tables, column, limits, number):
    if _is_logarithmic(number) and limits["x"][0] > 0:
        axes.set_xscale("log")
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        axes.xaxis.set_minor_locator(NullLocator())
    axes.set_xlim(*limits["x"])
    if kind == "histogram":
        _draw_histogram(axes, tables["histogram"], column)
        return
    if kind in ("ratio", "spline"):
        axes.set_yscale("log")
        axes.yaxis.set_minor_locator(NullLocator())
        low, high = limits[kind]
        ticks = [tick for tick in TICKS if low <= tick <= high]
        if len(ticks) < 4:
            ticks = [tick for tick in FINE_TICKS if low <= tick <= high]
        length = axes.get_position().height * axes.figure.get_size_inches()[1]
        ticks = grid.keep_apart(ticks, (low, high), length, upright=True)
        axes.set_yticks(ticks, [f"{tick:g}" for tick in ticks])
    axes.set_ylim(*limits[kind])
    axes.axhline(0.5 if kind == "c" else 1, color=style.RULE, linewidth=0.6)
    drawn = False
    for line in column["lines"]:
        shade = line["analysis"] != "stratified"
        if kind == "spline":
            mine = _pick(tables["spline"], line)
            x = mine["value"].to_numpy(float)
            values = np.exp(mine[["log_hazard_ratio", "lower", "upper"]].to_numpy(float))
            values = values if column["limits"] else values[:, :1]
            _draw_line(axes, x, values, line, shade, None)
        else:
            mine = _pick(tables["cutoffs"], line)
            mine = mine[mine["operator"] == ">="]
            names = ["harrell_c"] if kind == "c" else ["hazard_ratio", "lower", "upper"]
            names = names if column["limits"] else names[:1]
            x, values = mine["cut"].to_numpy(float), mine[names].to_numpy(float)
            _draw_line(axes, x, values, line, shade, "pre")
        drawn |= bool(np.isfinite(values[:, 0]).any())
    if not drawn:
        place = {"ha": "center", "va": "center", "color": style.GREY, "size": SMALL}
        place["bbox"] = {"facecolor": "white", "edgecolor": "none", "pad": 1}  # over the grid
        axes.text(0.5, 0.7, "not estimable", transform=axes.transAxes, **place)


def _draw_line(axes, x, values, line, shade, step):
    """A curve, or steps that end at the cut, with a band or, beside another band, thin limits."""
    style_of = {"color": line["colour"], "linestyle": line["dash"]}
    draw = axes.plot if step is None else (lambda *a, **k: axes.step(*a, where=step, **k))
    draw(x, values[:, 0], linewidth=1.2, **style_of)
    finite = np.isfinite(values[:, 0])
    alone = finite & ~np.roll(finite, 1) & ~np.roll(finite, -1)
    if alone.any() and len(x):  # a single cut has no line
        axes.plot(x[alone], values[alone, 0], "s", markersize=3, color=line["colour"])
        if values.shape[1] == 3:
            axes.vlines(x[alone], values[alone, 1], values[alone, 2], color=line["colour"], lw=0.8)
    if values.shape[1] == 3 and shade:
        axes.fill_between(
            x, values[:, 1], values[:, 2], step=step, color=line["colour"], alpha=0.13, linewidth=0
        )
    elif values.shape[1] == 3:
        for column in (1, 2):
            draw(x, values[:, column], linewidth=0.5, **style_of)


def _draw_histogram(axes, histogram, column):
    """Bars of everybody, or outlines per level."""
    lines = [line for line in column["lines"] if line["analysis"] != "stratified"]
    highest = 1
    for line in lines:
        mine = histogram[formats.as_texts(histogram["level"]).eq(line["level"])]
        edges = np.append(mine["from"].to_numpy(float), mine["to"].iloc[-1:].to_numpy(float))
        counts = mine["patients"].to_numpy(float)
        highest = max(highest, counts.max(initial=0))
        single = len(lines) == 1
        axes.stairs(
            counts,
            edges,
            fill=single,
            color="#c9c9c9" if single else line["colour"],
            linestyle="-" if single else line["dash"],
            linewidth=1,
        )
    axes.set_ylim(0, highest * 1.08)
    axes.set_yticks([0, int(highest)])


def _name_cuts(cuts):
    """The published cuts, each with its letter: a list of dicts, lowest first."""
    shown = cuts[cuts["source"].notna() & cuts["analysis"].eq("unstratified")]
    return [
        {
            "letter": phrases.letter(place),
            "cut": row.cut,
            "rule": f"{'≥' if row.operator == '>=' else '>'}{style.NBSP}{row.cut:g}",
            "source": row.source,
            "evidence": row.evidence,
        }
        for place, row in enumerate(shown.itertuples())
    ]


def _mark_cuts(page, axes, letters, left, top, wide):
    """A dotted line at each published cut, its letter above; letters that would touch are moved apart."""
    points = [axes.transData.transform((item["cut"], 1)) for item in letters]
    shares = [axes.transAxes.inverted().transform(point)[0] for point in points]
    places = [left + wide * share for share in shares]
    inside = [left <= place <= left + wide for place in places]
    letters = [item for item, is_in in zip(letters, inside, strict=True) if is_in]
    places = np.array([place for place, is_in in zip(places, inside, strict=True) if is_in])
    shown = spread(places, 0.11, left, left + wide)
    for item, place, moved in zip(letters, places, shown, strict=True):
        axes.axvline(item["cut"], color=style.GREY, linewidth=0.7, linestyle=(0, (1, 1.5)))
        page.plot([moved, place], [top - 0.07, top], color=style.GREY, linewidth=0.5)
        style.write(page, moved, top - 0.19, item["letter"], SMALL, ha="center")


def spread(places, distance, low, high):
    """Rising places moved as little apart as keeps them at a distance, between two ends."""
    moved = np.array(places, float)
    for index in range(1, len(moved)):
        moved[index] = max(moved[index], moved[index - 1] + distance)
    excess = max(0, moved[-1] - high) if len(moved) else 0
    if excess:
        moved[-1] -= excess
        for index in range(len(moved) - 2, -1, -1):
            moved[index] = min(moved[index], moved[index + 1] - distance)
    return np.maximum(moved, low) if len(moved) else moved


def _wrap_key(lines, wide):
    return [(line, style.wrap(line["label"], wide - KEY_LINE - 0.05, SMALL)) for line in lines]


def _draw_key(page, left, top, key):
    small = style.line_height(SMALL)
    for line, words in key:
        middle = top + small / 2
        page.plot(
            [left, left + KEY_LINE],
            [middle] * 2,
            color=line["colour"],
            linestyle=line["dash"],
            linewidth=1.2,
        )
        style.write(page, left + KEY_LINE + 0.05, top, words, SMALL)
        top += len(words) * small


def _label_axis(page, middle, top, text):
    style.write(page, middle, top, text, SMALL + 0.5, ha="center")


def _unit(number):
    return f" ({number['spec']['unit']})" if number["spec"]["unit"] else ""


def _name_cut_axis(number):
    return f"Cut{_unit(number)}: at or above it against below"


def _name_axis(number):
    return f"Value{_unit(number)}, as a spline"


def _list_notes(tables, number, columns, letters):
    """Patients, the best cut, the tests of the spline, and what the letters are."""
    lines = [line for column in columns for line in column["lines"]]
    found = []
    for line in lines:
        test, search = _pick(tables["tests"], line), _pick(tables["maxstat"], line)
        if test.empty or search.empty:
            continue
        test, search = test.iloc[0], search.iloc[0]
        words = f"{line['label']}: {int(test['patients'])} patients, {int(test['events'])} events"
        if np.isfinite(search["statistic"]):
            corrected = style.state_p(search["p_corrected"])
            words += (
                f"; best cut ≥ {search['cut']:.4g}, {style.state_p(search['p_uncorrected'])} uncorrected and {corrected} "
                f"corrected for the search over {phrases.plural(int(search['cuts']), 'cut')}"
            )
        else:
            words += f"; no best cut: {search['note']}"
        if np.isfinite(test["p_overall"]):
            words += f"; spline {style.state_p(test['p_overall'])}, non-linearity {style.state_p(test['p_nonlinear'])}"
        elif isinstance(test["note"], str):
            words += f"; no spline: {test['note']}"
        found.append(words + ".")
    stratified = tables["tests"][tables["tests"]["analysis"] == "stratified"]
    if len(stratified) and np.isfinite(stratified["interaction_spline_p"].iloc[0]):
        found.append(
            f"Interaction of the spline with {_lower(number['by_label'])}: "
            f"{style.state_p(stratified['interaction_spline_p'].iloc[0])}."
        )
    reference = tables["tests"]["reference_value"].dropna()
    if len(tables["spline"]) and len(reference):
        found.append(
            f"Spline: hazard ratio against {reference.iloc[0]:.4g} {number['spec']['unit'] or ''}".rstrip()
            + "."
        )
    if letters:
        parts = [
            f"{item['letter']}{style.NBSP}{item['rule']}, {item['source']} [{item['evidence']}]"
            for item in letters
        ]
        found.append(f"Cuts in use: {'; '.join(parts)}.")
    return found
