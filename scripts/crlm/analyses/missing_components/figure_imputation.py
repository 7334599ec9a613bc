"""Observed beside imputed values of every imputed component."""

import numpy as np

from crlm.display import style
from crlm.display.grid import TALLEST, count_columns, is_stacked
from crlm.display.style import LEAST, MARGIN, SMALL

COLUMNS, PANEL = (
    4,
    1.5,
)  # panels beside each other at most, and the least width of one with its numbers, inches
LEGIBLE = 0.3  # room of the name of a level; where there is less it has a number, inches
HEIGHT = 0.95  # of the axes of a panel, inches
GAP = 0.3
TITLE = 2  # lines of a panel's title
COLOURS = (style.PALETTE[0], style.PALETTE[1])
END = 0.1  # room of the last number of an axis, inches
SHARES = "Per cent of the patients with, and of those without, a value"
WHISKERS = "Upright lines: from the lowest to the highest of the imputations."
NUMBERED = "Levels are numbered in the order of the plan where their names have no room."


@style.styled
def plot_imputation(imputation, variables, endpoint, synthetic=False):
    """Figure with a panel per imputed component: shares of observed and of imputed values.

    imputation: missing_components/{endpoint}_imputation.csv; variables: {name: spec} of the
    components. Whiskers: from the lowest to the highest of the imputations. What has no room on the page is told.
    """
    room = style.page_width() - 2 * MARGIN
    table = imputation[imputation["statistic"].isin(["share", "bin"]) & imputation["missing"].gt(0)]
    shown = [name for name in variables if (table["variable"] == name).any()]
    top = style.first_line(synthetic)
    legend = top + style.line_height() + 0.06
    said = style.wrap(SHARES, room)
    body = legend + (1 + len(said) * is_stacked()) * style.line_height() + 0.12
    if not shown:
        figure, page = style.new_page(style.page_width(), body + 0.3, synthetic)
        style.write(page, MARGIN, top, endpoint["label"], weight="bold")
        style.write(page, MARGIN, legend, "No component was imputed.", color=style.GREY)
        return figure
    columns = count_columns(PANEL, COLUMNS)
    width = (room - END - columns * GAP) / columns
    titles = (TITLE + 1) * style.line_height(SMALL) + 0.06
    pitch = titles + HEIGHT + 0.34
    tables = {name: table[table["variable"] == name] for name in shown}
    names = {name: _name_levels(tables[name], variables[name], width) for name in shown}
    notes = style.wrap(WHISKERS, room, SMALL)
    if any(each and each == _number(len(each)) for each, _ in names.values()):
        notes += style.wrap(NUMBERED, room, SMALL)
    most = columns * int((TALLEST - body - MARGIN - (len(notes) + 1) * style.line_height()) / pitch)
    if len(shown) > most:
        words = f"The first {most} of {len(shown)} components are drawn; the table has all."
        notes, shown = [*style.wrap(words, room, SMALL), *notes], shown[:most]
    end = body + -(-len(shown) // columns) * pitch
    height = end + len(notes) * style.line_height(SMALL) + MARGIN
    figure, page = style.new_page(style.page_width(), height, synthetic)
    style.write(page, MARGIN, top, endpoint["label"], weight="bold")
    style.write(page, MARGIN, end, notes, SMALL, color=style.GREY)
    _draw_legend(page, legend, said)
    for place, name in enumerate(shown):
        row, column = divmod(place, columns)
        left = MARGIN + GAP + column * (width + GAP)
        high = body + row * pitch
        mine, spec = tables[name], variables[name]
        _write_title(page, left - 0.2, high, mine, spec, width + 0.2)
        axes = style.add_axes(page, left, high + titles, width, HEIGHT)
        _draw_panel(axes, mine, *names[name])
    return figure


def _draw_legend(page, top, said):
    x = MARGIN
    for label, colour in zip(("Observed", "Imputed"), COLOURS, strict=True):
        page.fill_between([x, x + 0.14], top + 0.02, top + 0.1, color=colour, linewidth=0)
        style.write(page, x + 0.19, top, label)
        x += 0.19 + style.measure(label) + 0.2
    if is_stacked():
        style.write(page, MARGIN, top + style.line_height(), said, color=style.GREY)
    else:
        style.write(page, x, top, SHARES, color=style.GREY)


def _write_title(page, left, top, table, spec, width):
    """Label and unit in at most two lines, and below how many are missing."""
    row = table.iloc[0]
    unit = f", {spec['unit']}" if spec.get("unit") else ""
    lines = _cut(spec["label"] + unit, width, "bold")
    top += (TITLE - len(lines)) * style.line_height(SMALL)
    top += style.write(page, left, top, lines, SMALL, weight="bold")
    count = f"{int(row['missing'])} of {int(row['patients'])} missing"
    style.write(page, left, top, count, SMALL, color=style.GREY)


def _cut(text, width, weight="normal", size=SMALL):
    """The text in at most two lines, the second cut off where there is more."""
    lines = style.wrap(text, width, size, weight)
    if len(lines) <= TITLE:
        return lines
    second = lines[1]
    while second and style.measure(f"{second}…", size, weight) > width:
        second = second[:-1]
    return [lines[0], f"{second}…"]


def _name_levels(table, spec, width):
    """What stands below the bars of the levels, and its size: names with whole words, or numbers where they have no room."""
    if table["statistic"].iloc[0] == "bin":
        return [], SMALL
    names = [spec["level_labels"].get(str(level), str(level)) for level in table["level"]]
    room = width / (len(names) + 0.2) - 0.04
    for size in (SMALL, LEAST):
        lines = [style.wrap(name, room, size) for name in names]
        words = [style.language.say(name).split() for name in names]
        if max(map(len, lines)) <= TITLE and [" ".join(each).split() for each in lines] == words:
            return ["\n".join(each) for each in lines], size
    lines = [_cut(name, room, size=LEAST) for name in names]
    if room < LEGIBLE and any(each[-1].endswith("…") for each in lines):
        return _number(len(names)), SMALL
    return ["\n".join(each) for each in lines], LEAST


def _number(count):
    return [str(number) for number in range(1, count + 1)]


def _draw_panel(axes, table, names, size):
    places = np.arange(len(table))
    for shift, key, colour in zip((-0.2, 0.2), ("observed", "imputed"), COLOURS, strict=True):
        shares = 100 * table[key].to_numpy(float)
        axes.bar(places + shift, np.nan_to_num(shares), 0.38, color=colour, linewidth=0)
    low, high = (100 * table[f"imputed_{end}"].to_numpy(float) for end in ("lower", "upper"))
    axes.vlines(places + 0.2, low, high, color=style.INK, linewidth=0.6)
    axes.set(xlim=(-0.6, len(table) - 0.4), ylim=(0, None))
    axes.yaxis.get_major_locator().set_params(nbins=4, integer=True)
    if table["statistic"].iloc[0] == "bin":
        axes.tick_params(axis="x", pad=4)  # below the 0 of the other axis
        ticks = np.unique(np.linspace(0, len(table), 4).round().astype(int))
        edges = np.append(table["from"].to_numpy(float), table["to"].to_numpy(float)[-1])
        whole = np.allclose(edges % 1, 0.5)
        if whole:  # bins of whole numbers: name the first number of a bin
            ticks = np.unique(np.linspace(0, len(table) - 1, 4).round().astype(int))
            axes.set_xticks(ticks, [f"{edges[tick] + 0.5:g}" for tick in ticks])
        else:
            axes.set_xticks(ticks - 0.5, [f"{float(f'{edges[tick]:.2g}'):g}" for tick in ticks])
        return
    axes.set_xticks(places, names)
    axes.tick_params(axis="x", length=0, labelsize=size)
