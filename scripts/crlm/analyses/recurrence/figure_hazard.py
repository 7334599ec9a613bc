"""The smoothed hazard of recurrence over time: one line per group."""

import numpy as np
from matplotlib.ticker import MaxNLocator

from crlm.analyses.recurrence.estimate import LEAST
from crlm.analyses.recurrence.figure_incidence import draw_words
from crlm.analyses.recurrence.patients import SCALE
from crlm.display import curves as steps
from crlm.display import direct, formats, style
from crlm.display.curves import AXIS_ROOM
from crlm.display.privacy import NAME
from crlm.display.style import MARGIN, SMALL

AXES_HEIGHT = 2.3
LEFT, RIGHT = 0.72, 0.16
MOST_BANDS = 4  # the bands of more groups hide the lines


@style.styled
def plot_hazards(hazard, endpoint, grouping, settings, spec, output, synthetic=False):
    """Figure of one grouping: the hazard per 100 person-years with its pointwise 95% limits, and the number at risk.

    hazard: recurrence/hazard.csv; the other arguments as `plot_patterns` takes them.
    """
    groups = settings["groupings"][grouping]
    mine = hazard[(hazard["endpoint"] == endpoint) & (hazard["grouping"] == grouping)]
    tables = {name: mine[mine["group"] == name] for name in groups["groups"]}
    shown = [name for name, table in tables.items() if table["hazard"].notna().any()]
    title = f"{spec['label']}: hazard of recurrence over time"
    title += f" by {groups['label']}" if len(groups["groups"]) > 1 else ""
    notes = [
        f"{groups['group_labels'][name]}: not drawn, {table['note'].iloc[0]}."
        for name, table in tables.items()
        if name not in shown and len(table)
    ]
    if not shown:
        return draw_words(title, " ".join(notes) or "Nothing to show.", synthetic)
    smoothed = (
        f"Smoothed over {settings['bandwidth_months']:g} months on either side, a convention."
    )
    band = ["Band: 95% limits, month by month."] * (len(shown) <= MOST_BANDS)
    notes = [smoothed, *band, *notes]

    letters = dict(zip(shown, direct.choose_letters(len(shown)), strict=True))
    named, beside, taken = len(shown) > direct.MOST_IN_KEY, [], RIGHT
    if named:
        texts = [letters[name] or groups["group_labels"][name] for name in shown]
        beside, taken = direct.fit_labels(texts, AXES_HEIGHT)
    page_width = style.page_width() if named else style.page_width(1.6 * style.SINGLE)
    room, width = page_width - 2 * MARGIN, page_width - LEFT - taken
    limit = output["limit_months"] or max(
        12, 12 * np.ceil(max(_find_end(tables[name]) for name in shown) / 12)
    )
    ticks = steps.list_ticks(limit, max(1, 3 / width))
    heading = style.wrap(title, room, weight="bold")
    labels = [
        style.wrap(
            f"{letter}: {groups['group_labels'][name]}" if letter else groups["group_labels"][name],
            room - 0.36,
            SMALL,
        )
        for name, letter in letters.items()
    ]
    lines = style.wrap_all(notes, room, SMALL)
    small = style.line_height(SMALL)
    top = style.first_line(synthetic)
    axes_top = top + len(heading) * style.line_height() + 0.1
    table_top = axes_top + AXES_HEIGHT + AXIS_ROOM
    height = table_top + small * (1 + sum(len(each) + 1 for each in labels)) + 0.08
    figure, page = style.new_page(page_width, height + len(lines) * small + MARGIN, synthetic)
    style.write(page, MARGIN, top, heading, weight="bold")
    axes = style.add_axes(page, LEFT, axes_top, width, AXES_HEIGHT)
    _set_axes(axes, [tables[name] for name in shown], limit, ticks)
    steps.name_time(page, LEFT + width / 2, axes_top + AXES_HEIGHT, spec)
    words = ["Recurrences per 100 person-years"]
    style.write_upright(page, MARGIN, axes_top + AXES_HEIGHT / 2, words)
    y = table_top + style.write(page, MARGIN, table_top, "Number at risk", SMALL, weight="bold")
    for place, name in enumerate(shown):
        colour, dash = _look(name, groups)
        _draw_line(axes, tables[name], colour, dash, len(shown) <= MOST_BANDS)
        steps.draw_sample(page, MARGIN, y + 0.5 * small, colour, dash)
        y += style.write(
            page,
            MARGIN + 0.36,
            y,
            labels[place],
            SMALL,
            color=style.text_colour(colour),
            label=NAME,
        )
        steps.write_counts(page, _count(tables[name], ticks), ticks, LEFT, y, width / limit)
        y += small
    if named:
        ends = [_place_end(tables[name], limit) for name in shown]
        colours = [_look(name, groups)[0] for name in shown]
        direct.draw_labels(page, axes, ends, beside, colours)
    style.write(page, MARGIN, y + 0.08, lines, SMALL, color=style.GREY)
    return figure


def _look(name, groups):
    return style.group_style(groups["groups"].index(name), len(groups["groups"]))


def _place_end(table, limit):
    """(month, recurrences per 100 person-years) where a line ends."""
    known = table[table["hazard"].notna() & (table["time"] <= limit)].iloc[-1]
    return known["time"], SCALE * known["hazard"]


def _find_end(table):
    """The last month with a hazard."""
    return table.loc[table["hazard"].notna(), "time"].max()


def _set_axes(axes, tables, limit, ticks):
    """Months, and from 0 to a number that holds every line and the bands as far as they are near."""
    highest = max(table["hazard"].max() for table in tables) * SCALE
    upper = max(table["upper"].max() for table in tables) * SCALE
    most = min(upper, 1.3 * highest) if upper > 0 else highest
    places = MaxNLocator(5, steps=[1, 2, 5, 10]).tick_values(0, most)
    digits = 0 if float(places[1]).is_integer() else 1
    axes.set(xlim=(0, limit), ylim=(0, places[-1]))
    axes.set_yticks(places, [formats.format_number(each, digits) for each in places])
    axes.set_xticks(ticks, [f"{tick:g}" for tick in ticks])


def _draw_line(axes, table, colour, dash, band):
    time = table["time"].to_numpy(float)
    if band:
        limits = (SCALE * table[name].to_numpy(float) for name in ("lower", "upper"))
        axes.fill_between(time, *limits, color=colour, alpha=0.13, linewidth=0, zorder=1)
    axes.plot(time, SCALE * table["hazard"], color=colour, linestyle=dash, linewidth=1.2, zorder=3)


def _count(table, ticks):
    """Number at risk at the ticks; beyond the end of the table there are fewer than LEAST."""
    known = dict(zip(table["time"], table["at_risk"], strict=True))
    return [f"{known[tick]:g}" if tick in known else f"<{LEAST}" for tick in map(float, ticks)]
