"""Decision curves: net benefit over the threshold, one panel per horizon."""

from string import ascii_uppercase

import numpy as np

from crlm.display import direct, grid, language, style
from crlm.display.measures import BENEFIT_AXIS, THRESHOLD_AXIS, TREAT_ALL, TREAT_NONE, end_below
from crlm.display.style import MARGIN, SMALL
from crlm.scores.forecast import SOURCES
from crlm.scores.published_strata import LEAST

HEIGHT, LEAST_HEIGHT = 2.0, 0.9  # of a panel, inches
PAGE = 7.6  # that the panels may take below one another
PANEL = 1.55  # least width of a panel with its numbers
AXIS = 0.5
SAMPLE = 0.34  # length of a line in the key
MOST_LINES = 6  # more cannot be told apart
BELOW = 0.1  # of the highest net benefit: how far below 0 the axis goes


@style.styled
def plot_decision(decision, labels, endpoint, synthetic=False):
    """Figure of the net benefit of treating by each predictor's risk, beside treating all and nobody.

    decision: performance/{endpoint}_decision_curves.csv; labels: {predictor: label}; endpoint: its
    spec. A line runs over the thresholds that part the patients and that at least LEAST of them
    reach: below it is that of treating all; it ends where it falls below the axis. Solid: published
    probabilities; broken, each otherwise: fitted in these patients. Up to four lines have a key, more are named
    where they end (on a narrow page by letters of the key), and of more than MOST_LINES the best are drawn.
    """
    horizons = sorted(decision["horizon"].unique())
    every = _list_lines(decision, labels)
    lines = [*choose_lines(decision, every[:-2]), *every[-2:]]
    notes = [*_list_notes(decision), *_note_choice(len(every) - 2, len(lines) - 2)]
    notes = style.wrap_all(notes, style.page_width() - 2 * MARGIN, SMALL)
    small = style.line_height(SMALL)
    top = style.first_line(synthetic) + style.line_height() + 0.1
    named = len(lines) - 2 > direct.MOST_IN_KEY
    letters = _choose_letters(lines) if named and grid.is_stacked() else []
    columns = 1 if named else grid.count_columns(PANEL, max(1, len(horizons)))
    width = min(
        (style.page_width() - 2 * MARGIN) / columns, style.page_width() / (1 if named else 2)
    )
    width = width if columns > 1 or named or not grid.is_stacked() else style.page_width() - 0.2
    rows = -(-len(horizons) // columns)
    key = [] if (named and not letters) or not horizons else _wrap_key(lines, letters)
    head = style.line_height() + 0.5
    free = PAGE
    if grid.is_stacked():
        free = grid.TALLEST - top - sum(tall for tall, _ in key) - len(notes) * small - 0.2
    high = max(min(HEIGHT, free / max(1, rows) - head), LEAST_HEIGHT)
    texts = [text for _, text, _ in lines]
    words, taken = ([[letter] for letter in letters], 0.3) if letters else ([], 0)
    if named and not letters:
        words, taken = direct.fit_labels(texts, high)
        high = max(high, direct.stack_height(words))
    panel = high + head if horizons else 0
    bottom = top + rows * panel + sum(height for height, _ in key) + 0.08
    figure, page = style.new_page(
        style.page_width(), bottom + len(notes) * small + MARGIN, synthetic
    )
    style.write(page, MARGIN, style.first_line(synthetic), endpoint["label"], weight="bold")
    for place, horizon in enumerate(horizons):
        row, column = divmod(place, columns)
        left, y = MARGIN + AXIS + column * width, top + row * panel
        style.write(page, left, y, f"{horizon:g} months", weight="bold")
        box = left, y + style.line_height() + 0.08, width - AXIS - max(0.1, taken), high
        axes = style.add_axes(page, *box)
        ends = _draw(axes, decision[decision["horizon"] == horizon], lines, column == 0)
        if named:
            drawn = [number for number, end in enumerate(ends) if end and words[number] != [""]]
            direct.draw_labels(
                page,
                axes,
                [ends[number] for number in drawn],
                [words[number] for number in drawn],
                [lines[number][2]["color"] for number in drawn],
            )
    y = top + rows * panel
    for height, row in key:
        for column, (text, look) in enumerate(row):
            x = MARGIN + column * (style.page_width() - 2 * MARGIN) / (1 if letters else 2)
            page.plot([x, x + SAMPLE], [y + small / 2] * 2, solid_capstyle="butt", **look)
            style.write(page, x + SAMPLE + 0.08, y, text, SMALL)
        y += height
    style.write(page, MARGIN, bottom, notes, SMALL, color=style.GREY)
    return figure


def _choose_letters(lines):
    """A letter for each line, and for treating all and nobody none: they need no search."""
    return [*ascii_uppercase[: len(lines) - 2], "", ""]


def _wrap_key(lines, letters):
    """The key in two columns, with letters in one: [(height of a row, its (lines of text, look))]."""
    columns = 1 if letters else 2
    wide = (style.page_width() - 2 * MARGIN) / columns - SAMPLE - 0.2
    letters = letters or [""] * len(lines)
    items = [
        (style.wrap(*language.keep([f"{letter} {language.say(text)}".strip()]), wide, SMALL), look)
        for letter, (_, text, look) in zip(letters, lines, strict=True)
    ]
    rows = [items[first : first + columns] for first in range(0, len(items), columns)]
    small = style.line_height(SMALL)
    return [(max(len(text) for text, _ in row) * small + 0.02, row) for row in rows]


def _list_lines(decision, labels):
    """((predictor, source), text, look) of every line, treating all and nobody last."""
    known = set(zip(decision["predictor"], decision["source"], strict=True))
    lines = []
    for place, name in enumerate(labels):
        colour = style.PALETTE[place % len(style.PALETTE)]
        for source in SOURCES:
            if (name, source) in known:
                look = {"color": colour, "linewidth": 1.1, "linestyle": _choose_dash(place)}
                if source != "fitted":
                    look |= {"linewidth": 1.7, "linestyle": "-"}
                words = "" if source == "fitted" else f" ({SOURCES[source]})"
                lines.append(((name, source), labels[name] + words, look))
    grey = {"color": style.GREY, "linewidth": 0.8, "linestyle": "-"}
    lines.append(((None, "treat_all"), TREAT_ALL, grey))
    lines.append(((None, "nobody"), TREAT_NONE, grey | {"color": style.INK}))
    return lines


def choose_lines(decision, lines):
    """The lines that are drawn: all, or of more than MOST_LINES the best of each source in turn, in the declared order.

    The best have the highest mean net benefit over all thresholds, ranked within each horizon; the ranks are averaged.
    """
    if len(lines) <= MOST_LINES:
        return lines
    means = decision.groupby(["predictor", "source", "horizon"])["net_benefit"].mean()
    ranks = means.groupby(["source", "horizon"]).rank(ascending=False)
    ranks = ranks.groupby(["predictor", "source"]).mean()
    places = ranks.groupby("source").rank(method="first")
    order = sorted(lines, key=lambda line: (places[line[0]], list(SOURCES).index(line[0][1])))
    chosen = {line[0] for line in order[:MOST_LINES]}
    kept = [line for line in lines if line[0] in chosen]
    # few enough for a colour each
    names = list(dict.fromkeys(key[0] for key, *_ in kept))
    for key, _, look in kept:
        place = names.index(key[0])
        look["color"] = style.PALETTE[place % len(style.PALETTE)]
        if key[1] == "fitted":
            look["linestyle"] = _choose_dash(place)
    return kept


def _choose_dash(place):
    """The dashes of a fitted line: each has its own, since colours do not tell lines apart in grey."""
    return style.DASHES[1 + place % (len(style.DASHES) - 1)]


def _note_choice(every, drawn):
    if every == drawn:
        return []
    return [
        f"Drawn are {drawn} of {every} lines: those of the highest mean net benefit in these patients, of each source of the "
        "probabilities in turn. The results have all."
    ]


def find_range(curve):
    """Rows of a decision curve that are drawn: from the last threshold that all reach to that of LEAST."""
    curve = curve.sort_values("threshold")
    everybody = curve["treated"] >= curve["patients"]
    return curve[~everybody.shift(-1, fill_value=False) & (curve["treated"] >= LEAST)]


def _draw(axes, decision, lines, labelled):
    """Draw the lines of one horizon; returns where each ends, None for one that is not drawn."""
    curves = []
    for (name, source), *_ in lines[:-2]:
        mine = decision[(decision["predictor"] == name) & (decision["source"] == source)]
        curves.append(find_range(mine))
    everybody = decision[decision["source"] == "treat_all"].sort_values("threshold")
    tables = [table for table in curves if len(table)]
    high = max(
        everybody["net_benefit"].max(), *(each["net_benefit"].max() for each in tables), 0.05
    )
    floor = -BELOW * high
    shown = [end_below(curve["threshold"], curve["net_benefit"], floor) for curve in curves]
    right = min(1.0, max((x[-1] for x, _ in shown if len(x)), default=0.5) + 0.03)
    axes.plot(everybody["threshold"], everybody["net_benefit"], **lines[-2][2])
    axes.axhline(0, **lines[-1][2])
    ends = []
    for (x, y), (_, _, look) in zip(shown, lines[:-2], strict=True):
        axes.plot(x, y, **look)
        ends.append((x[-1], y[-1]) if len(x) else None)
    x, y = end_below(everybody["threshold"], everybody["net_benefit"], floor)
    place = min(right, x[-1])
    ends += [(place, float(np.interp(place, x, y))), (right, 0.0)]
    axes.set(xlim=(0, right), ylim=(floor, 1.05 * high), xlabel=THRESHOLD_AXIS)
    step = 0.05 if right <= 0.25 else 0.1 if right <= 0.5 else 0.2
    if grid.is_stacked() and right > 0.75:
        step = 0.25
    ticks = np.arange(0, right + 1e-9, step)
    axes.set_xticks(ticks)
    axes.set_xticklabels([f"{100 * tick:.0f}" for tick in ticks])
    if labelled:
        axes.set_ylabel(BENEFIT_AXIS)
    return ends


def _list_notes(decision):
    if decision.empty:
        return ["No horizon has enough patients for a decision curve."]
    sizes = decision[["patients", "resamples"]].max().astype(int)
    notes = [
        f"The same {sizes['patients']} patients for every predictor. Net benefit: true positives minus false positives weighted by "
        "the odds of the threshold, per patient, with Kaplan-Meier estimates. A line runs from where it leaves that of treating "
        f"all to the last threshold that {LEAST} patients reach, or to where it falls below the axis: treating by it is then worse "
        "than treating nobody. Bootstrap limits at a few thresholds are in the table."
    ]
    if decision["source"].eq("fitted").any():
        notes.append(
            "Broken lines: the probabilities of Cox models fitted in these patients, which flatters them."
        )
    return notes
