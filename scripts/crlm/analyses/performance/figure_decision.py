"""Decision curves: net benefit over the threshold, one panel per horizon."""

import numpy as np

from crlm.display import style
from crlm.display.style import MARGIN, SMALL
from crlm.scores.forecast import SOURCES
from crlm.scores.published_strata import LEAST

HEIGHT = 2.0  # of a panel, inches
AXIS = 0.5
SAMPLE = 0.34  # length of a line in the key
TREAT_ALL, TREAT_NONE = "Treat all", "Treat nobody"


@style.styled
def plot_decision(decision, labels, endpoint, synthetic=False):
    """Figure of the net benefit of treating by each predictor's risk, beside treating all and nobody.

    decision: performance/{endpoint}_decision_curves.csv; labels: {predictor: label}; endpoint: its
    spec. A line runs over the thresholds that part the patients and that at least LEAST of them
    reach: below it is that of treating all. Solid: published probabilities; broken: fitted in these
    patients.
    """
    horizons = sorted(decision["horizon"].unique())
    lines = _list_lines(decision, labels)
    wide = (style.DOUBLE - 2 * MARGIN) / 2 - SAMPLE - 0.2
    key = [(name, style.wrap(text, wide, SMALL), look) for name, text, look in lines]
    notes = style.wrap_all(_list_notes(decision), style.DOUBLE - 2 * MARGIN, SMALL)
    small = style.line_height(SMALL)
    top = style.first_line(synthetic) + style.line_height() + 0.1
    rows = [key[first : first + 2] for first in range(0, len(key), 2)]
    heights = [max(len(item[1]) for item in row) * small + 0.02 for row in rows]
    panel = HEIGHT + style.line_height() + 0.5 if horizons else 0
    bottom = top + panel + sum(heights) + 0.08
    figure, page = style.new_page(style.DOUBLE, bottom + len(notes) * small + MARGIN, synthetic)
    style.write(page, MARGIN, style.first_line(synthetic), endpoint["label"], weight="bold")
    width = (style.DOUBLE - 2 * MARGIN) / max(1, len(horizons))
    width = min(width, style.DOUBLE / 2)
    for place, horizon in enumerate(horizons):
        left = MARGIN + place * width
        style.write(page, left + AXIS, top, f"{horizon:g} months", weight="bold")
        axes = style.add_axes(
            page, left + AXIS, top + style.line_height() + 0.08, width - AXIS - 0.1, HEIGHT
        )
        _draw(axes, decision[decision["horizon"] == horizon], lines, place == 0)
    y = top + panel
    for row, height in zip(rows, heights, strict=True):
        for column, (_, words, look) in enumerate(row):
            x = MARGIN + column * (style.DOUBLE - 2 * MARGIN) / 2
            page.plot([x, x + SAMPLE], [y + small / 2] * 2, solid_capstyle="butt", **look)
            style.write(page, x + SAMPLE + 0.08, y, words, SMALL)
        y += height
    style.write(page, MARGIN, bottom, notes, SMALL, color=style.GREY)
    return figure


def _list_lines(decision, labels):
    """((predictor, source), text, look) of every line, treating all and nobody last."""
    known = set(zip(decision["predictor"], decision["source"], strict=True))
    lines = []
    for place, name in enumerate(labels):
        colour = style.PALETTE[place % len(style.PALETTE)]
        again = place // len(style.PALETTE)
        for source in SOURCES:
            if (name, source) in known:
                dash = style.DASHES[1 + again % (len(style.DASHES) - 1)]
                look = {"color": colour, "linewidth": 1.1, "linestyle": dash}
                if source != "fitted":
                    look |= {"linewidth": 1.7, "linestyle": "-"}
                words = "" if source == "fitted" else f" ({SOURCES[source]})"
                lines.append(((name, source), labels[name] + words, look))
    if len(decision):
        grey = {"color": style.GREY, "linewidth": 0.8, "linestyle": "-"}
        lines.append(((None, "treat_all"), TREAT_ALL, grey))
        lines.append(((None, "nobody"), TREAT_NONE, grey | {"color": style.INK}))
    return lines


def find_range(curve):
    """Rows of a decision curve that are drawn: from the last threshold that all reach to that of LEAST."""
    curve = curve.sort_values("threshold")
    everybody = curve["treated"] >= curve["patients"]
    return curve[~everybody.shift(-1, fill_value=False) & (curve["treated"] >= LEAST)]


def _draw(axes, decision, lines, labelled):
    drawn = {}
    for key, *_ in lines[:-2]:
        mine = decision[(decision["predictor"] == key[0]) & (decision["source"] == key[1])]
        drawn[key] = find_range(mine)
    everybody = decision[decision["source"] == "treat_all"].sort_values("threshold")
    axes.plot(everybody["threshold"], everybody["net_benefit"], **lines[-2][2])
    axes.axhline(0, **lines[-1][2])
    for key, _, look in lines[:-2]:
        axes.plot(drawn[key]["threshold"], drawn[key]["net_benefit"], **look)
    tables = [table for table in drawn.values() if len(table)]
    right = max((table["threshold"].max() for table in tables), default=0.5)
    high = max(
        everybody["net_benefit"].max(), *(each["net_benefit"].max() for each in tables), 0.05
    )
    low = min([0, *(each["net_benefit"].min() for each in tables)])
    right = min(1.0, right + 0.03)
    axes.set(
        xlim=(0, right),
        ylim=(max(low, -0.3 * high) - 0.06 * high, 1.05 * high),
        xlabel="threshold of the risk, %",
    )
    step = 0.05 if right <= 0.25 else 0.1 if right <= 0.5 else 0.2
    ticks = np.arange(0, right + 1e-9, step)
    axes.set_xticks(ticks)
    axes.set_xticklabels([f"{100 * tick:.0f}" for tick in ticks])
    if labelled:
        axes.set_ylabel("net benefit")


def _list_notes(decision):
    if decision.empty:
        return ["No horizon has enough patients for a decision curve."]
    sizes = decision[["patients", "resamples"]].max().astype(int)
    notes = [
        f"The same {sizes['patients']} patients for every predictor. Net benefit: true positives minus false positives weighted by "
        "the odds of the threshold, per patient, with Kaplan-Meier estimates. A line runs from where it leaves that of treating "
        f"all to the last threshold that {LEAST} patients reach; bootstrap limits at a few thresholds are in the table."
    ]
    if decision["source"].eq("fitted").any():
        notes.append(
            "Broken lines: the probabilities of Cox models fitted in these patients, which flatters them."
        )
    return notes
