"""Every predictor against every other: differences of discrimination above the diagonal, adjusted p-values below."""

import numpy as np
from matplotlib.colors import to_hex, to_rgb
from matplotlib.patches import Rectangle

from crlm.display import formats, style
from crlm.display.grid import is_stacked
from crlm.display.notes import tell_once
from crlm.display.privacy import NAME
from crlm.display.style import MARGIN, SMALL

METRIC = "harrell_c"
STEPS, STEP = 11, 0.12  # shades of the key, inches each
NAMES, NARROW = (
    2.1,
    1.65,
)  # at most this wide are the names, inches; the second from MANY predictors on
MANY = 11
MOST = 12  # predictors whose numbers can still be read in their cells
NUMBER = 0.18  # room of a predictor's number before its name
WIDEST, FLATTEST = 0.95, 0.3  # of a cell, inches
LEAST_SIDE = 0.37  # of a cell that holds its limits
TINY = 6.0  # points, of the limits: the least that a journal prints
PAD = 0.05
SCALE = 0.05  # ASSUME differences smaller than this never have the full colour
DEEP = 0.55  # how much of the colour the largest difference has, so that its number can be read
BETTER, WORSE = style.PALETTE[0], style.PALETTE[1]
CLEAR = 0.05  # an adjusted p-value below it is bold
MARK = "°"


@style.styled
def plot_differences(differences, labels, endpoint, synthetic=False):
    """Figure of the paired differences of Harrell's C, predictors as declared.

    differences: performance/{endpoint}_differences.csv; labels: {predictor: label}; endpoint: its spec. Above the
    diagonal row minus column with 95% limits, below it the adjusted p-value. With many predictors numbers are shorter, and only the
    best are shown, by their mean difference from all others; the figure says so. On a narrow page names stand below.
    """
    table = differences[differences["metric"] == METRIC]
    cells = _mirror(table)
    every = [name for name in labels if name in set(table["predictor"]) | set(table["versus"])]
    stacked = is_stacked()
    room = style.page_width() - 2 * MARGIN
    order = _choose_best(cells, every, int((room - NUMBER) / LEAST_SIDE) if stacked else MOST)
    wide = NAMES if len(order) < MANY else NARROW
    named = {name: style.wrap(labels[name], (room if stacked else wide) - NUMBER) for name in order}
    names = {name: [] for name in order} if stacked else named
    left = MARGIN + (NUMBER if stacked else wide + 0.1)
    side = min(WIDEST, (style.page_width() - MARGIN - left) / max(len(order), 1))
    size, texts = _choose_texts(cells, order, side)
    tallest = max((_measure_height(lines, size) for lines in texts.values()), default=0)
    least = max(FLATTEST, tallest + PAD)
    heights = [max(least, len(names[name]) * style.line_height() + PAD) for name in order]
    notes = _list_notes(
        table, labels, any(MARK in line for lines in texts.values() for line in lines)
    )
    if len(order) < len(every):
        words = f"Shown are the {len(order)} of {len(every)} predictors with the best mean difference from the others."
        notes = [words, *notes]
    notes = style.wrap_all(notes, style.page_width() - 2 * MARGIN, SMALL)

    heading = style.first_line(synthetic)
    title = f"{endpoint['label']}: difference of Harrell's C, row minus column"
    title = style.wrap(title, room, weight="bold")
    body = heading + (1 + len(title)) * style.line_height() + 0.14
    bottom = body + sum(heights) + 0.1
    limit = max(
        [SCALE, *(abs(cell.estimate) for cell in cells.values() if cell.estimate == cell.estimate)]
    )
    key = f"{_sign(-limit)} to {_sign(limit)}; blue and +: the row is better"
    key = style.wrap(key, room - STEPS * STEP - 0.08, SMALL)
    names_top = bottom + 0.22 + (len(key) - 1) * style.line_height(SMALL)
    below = names_top + 0.04 + sum(map(len, named.values())) * style.line_height() * stacked
    height = below + 0.04 + len(notes) * style.line_height(SMALL) + MARGIN
    figure, page = style.new_page(style.page_width(), height, synthetic)
    style.write(page, MARGIN, heading, title, weight="bold")
    tops = body + np.append(0, np.cumsum(heights))
    for row, name in enumerate(order):
        middle = (tops[row] + tops[row + 1]) / 2
        line = middle - max(len(names[name]), 1) * style.line_height() / 2
        style.write(page, MARGIN, line, str(row + 1), weight="bold", label=NAME)
        style.write(page, MARGIN + NUMBER, line, names[name])
        x = left + (row + 0.5) * side
        look = {"weight": "bold", "ha": "center", "label": NAME}
        style.write(page, x, body - style.line_height() - 0.04, str(row + 1), **look)
        for column, other in enumerate(order):
            place = left + column * side, tops[row], side, heights[row]
            if column == row:
                _fill(page, place, style.SHADE)
                continue
            cell = cells[name, other]
            if column > row and not np.isnan(cell.estimate):
                _write_difference(page, place, cell.estimate / limit, texts[name, other], size)
            else:
                _write_p(page, place, cell.p_adjusted if column < row else np.nan)
    _draw_key(page, MARGIN, bottom, key)
    y = names_top
    for number, lines in enumerate(named.values() if stacked else (), 1):
        style.write(page, MARGIN, y, str(number), weight="bold", label=NAME)
        y += style.write(page, MARGIN + NUMBER, y, lines)
    style.write(page, MARGIN, below, notes, SMALL, color=style.GREY)
    return figure


def _mirror(table):
    """Each ordered pair as a row of its own: the difference of the second order has the other sign."""
    cells = {}
    for row in table.itertuples():
        cells[row.predictor, row.versus] = row
        values = {"estimate": -row.estimate, "lower": -row.upper, "upper": -row.lower}
        cells[row.versus, row.predictor] = row._replace(**values)
    return cells


def _choose_best(cells, names, most):
    """At most so many of the names, in their order: those with the highest mean difference from all others."""

    def rate(name):
        known = [cells[name, other].estimate for other in names if other != name]
        known = [value for value in known if not np.isnan(value)]
        return np.mean(known) if known else -np.inf

    best = set(sorted(names, key=rate, reverse=True)[:most])
    return [name for name in names if name in best]


def _choose_texts(cells, order, side):
    """Size of the first line and the lines of every cell above the diagonal, in the fullest form that fits."""
    shown = [
        (order[row], order[column])
        for row in range(len(order))
        for column in range(row + 1, len(order))
    ]
    known = [pair for pair in shown if not np.isnan(cells[pair].estimate)]
    room = side - 0.04

    forms = (
        (SMALL, lambda c: [_sign(c.estimate) + _mark(c), f"{_sign(c.lower)} to {_sign(c.upper)}"]),
        (SMALL, lambda c: [_sign(c.estimate) + _mark(c), f"{_sign(c.lower)} to", _sign(c.upper)]),
        (
            TINY,
            lambda c: [_sign(c.estimate, 2) + _mark(c), _sign(c.lower, 2), _sign(c.upper, 2)],
        ),
    )
    for size, form in forms:
        texts = {pair: form(cells[pair]) for pair in known}
        if all(_fits(lines, size, room) for lines in texts.values()):
            return size, texts
    return SMALL, {pair: [] for pair in known}


def _fits(lines, size, room):
    return style.measure(lines[0], size) <= room and all(
        style.measure(line, TINY) <= room for line in lines[1:]
    )


def _sign(value, digits=3):
    text = f"{value:+.{digits}f}"
    return text.replace("-", "\N{MINUS SIGN}") if float(text) else text[1:]


def _mark(cell):
    return MARK if bool(cell.calibrated_in_cohort) else ""


def _fill(page, place, colour):
    left, top, width, height = place
    page.add_patch(
        Rectangle((left, top), width, height, facecolor=colour, edgecolor="white", linewidth=0.8)
    )


def _write_difference(page, place, part, lines, size):
    """A cell above the diagonal; part: the difference as a part of the largest."""
    left, top, width, height = place
    _fill(page, place, _shade(part))
    y = top + (height - _measure_height(lines, size)) / 2
    style.write(page, left + width / 2, y, lines[:1], size, ha="center")
    y += style.line_height(size)
    style.write(page, left + width / 2, y, lines[1:], TINY, ha="center")


def _measure_height(lines, size):
    return style.line_height(size) + max(len(lines) - 1, 0) * style.line_height(TINY)


def _write_p(page, place, p_value):
    """A cell below the diagonal, and one without an estimate."""
    left, top, width, height = place
    clear = p_value < CLEAR
    _fill(page, place, style.SHADE if clear else "white")
    words, weight = formats.format_p(p_value), "bold" if clear else "normal"
    for size in (SMALL, TINY):
        if style.measure(words, size, weight) <= width:
            y = top + (height - style.line_height(size)) / 2
            style.write(page, left + width / 2, y, words, size, ha="center", weight=weight)
            break


def _shade(part):
    """White for no difference, towards one colour for a better row and another for a better column."""
    colour = np.array(to_rgb(BETTER if part > 0 else WORSE))
    return to_hex(1 - (1 - colour) * DEEP * min(abs(part), 1))


def _draw_key(page, left, top, lines):
    """The colours and what they say."""
    for place, step in enumerate(np.linspace(-1, 1, STEPS)):
        _fill(page, (left + place * STEP, top, STEP, STEP), _shade(step))
    style.write(page, left + STEPS * STEP + 0.08, top, lines, SMALL, color=style.GREY)


def _list_notes(table, labels, marked):
    notes = []
    if len(table):
        row = table[["patients", "events", "resamples"]].max().astype(int)
        notes.append(
            f"Below the diagonal: p adjusted for all pairs (max-type), bold below {CLEAR:g}. "
            f"The same {row['patients']} patients ({row['events']} events) and {row['resamples']} bootstrap resamples for all; "
            "below each difference its 95% percentile limits."
        )
    if marked:
        notes.append(f"{MARK} One of the two was fitted in these patients, which flatters it.")
    if (table["estimate"].notna() & table["p_adjusted"].isna()).any():
        notes.append(
            "No p-value where one of a pair is part of the other (a score, and a model with it)."
        )
    unknown = table[table["estimate"].isna()]
    words = [words for note in unknown["note"].dropna() for words in note.split("; ")]
    parts = [text.partition(": ") for text in dict.fromkeys(words)]
    return [*notes, *tell_once((labels[n], reason) for n, _, reason in parts if n in labels)]
