"""Decision curves of a base model and of the same with an addition, below what the addition changes."""

import numpy as np

from crlm.display import formats, grid, style
from crlm.display.measures import (
    BENEFIT_AXIS,
    THRESHOLD_AXIS,
    TREAT_ALL,
    TREAT_NONE,
    end_below,
)
from crlm.display.style import MARGIN, SMALL
from crlm.plan import phrases

NAMES = {
    "aic": "Akaike's criterion",
    "harrell_c": "Harrell's C",
    "uno_c": "Uno's C",
    "brier": "Brier score",
    "integrated_brier": "Integrated Brier score",
}
HEADS = ("Base", "Extended", "Difference (95% CI)", "Corrected for optimism")
ENDS = (2.75, 3.5, 5.1)  # right ends of the columns of numbers but the last, inches
CLOSE = (0.6, 1.2)  # of the first two on a narrow page, where the others stand below one another
ACROSS, PANEL = 3, 1.35  # panels in a row at most, and the least width of one with its numbers
TALL = 1.7  # of a panel, inches
STRATEGIES = {
    "base": (style.PALETTE[0], "-", 1.2),
    "extended": (style.PALETTE[1], style.DASHES[1], 1.4),
    "all": (style.GREY, (0, (1, 1.2)), 0.9),
    "none": (style.INK, "-", 0.6),
}
LEAST = 0.1  # ASSUME an axis of thresholds is at least this long


@style.styled
def plot_added_value(measures, curves, name, base, label, endpoint, synthetic=False):
    """Figure of one addition.

    measures: added_value/{endpoint}.csv; curves: added_value/{endpoint}_decision_curves.csv; name: the addition; base,
    label: what base and addition are called; endpoint: its spec. Without an estimate it says why; there is one panel of
    decision curves per usable horizon, up to the highest threshold that a model still uses.
    """
    rows, curves = (table[table["addition"] == name] for table in (measures, curves))
    horizons = list(dict.fromkeys(curves["horizon"]))
    title = style.wrap(
        f"{endpoint['label']}: {label} added to {base}",
        style.page_width() - 2 * MARGIN,
        weight="bold",
    )
    test = _state_test(rows)
    shown = rows[rows["measure"].isin(list(NAMES)) & rows["difference"].notna()]
    notes = _list_notes(rows, shown, horizons)
    lines = style.wrap_all(notes, style.page_width() - 2 * MARGIN, SMALL)
    legend = _name_strategies(base, label) if horizons else []

    first = style.first_line(synthetic)
    start = first + len(title) * style.line_height() + 0.06
    table = start + (style.line_height() + 0.08 if test else 0)
    below = table + _count_lines(shown) * style.line_height() + 0.12
    panels = (
        below
        + sum(len(words) for words, _ in legend) * style.line_height(SMALL)
        + (0.28 if horizons else 0)
    )
    widest = max((style.measure(_name_panel(each), weight="bold") for each in horizons), default=0)
    room = style.page_width() - MARGIN - 0.5
    across = max(min(grid.count_columns(PANEL, ACROSS), int(room / (widest + 0.08))), 1)
    rows_of = -(-len(horizons) // across)
    free = grid.TALLEST - panels - len(lines) * style.line_height(SMALL) - MARGIN
    tall = min(TALL, free / max(rows_of, 1) - 0.62)
    bottom = panels + rows_of * (tall + 0.62)
    height = bottom + len(lines) * style.line_height(SMALL) + MARGIN
    figure, page = style.new_page(style.page_width(), height, synthetic)
    style.write(page, MARGIN, first, title, weight="bold")
    if test:
        style.write(page, MARGIN, start, test)
    _write_measures(page, shown, table)
    _draw_legend(page, legend, below)
    width = room / across
    for place, horizon in enumerate(horizons):
        row, column = divmod(place, across)
        box = 0.5 + column * width, panels + row * (tall + 0.62), width - 0.35, tall
        _draw_curves(page, curves[curves["horizon"] == horizon], horizon, box, first=column == 0)
    style.write(page, MARGIN, bottom, lines, SMALL, color=style.GREY)
    return figure


def _state_test(rows):
    row = rows[rows["measure"] == "lr_test"].iloc[0]
    if np.isnan(row["statistic"]):
        return ""
    return (
        f"Likelihood-ratio test: \N{GREEK SMALL LETTER CHI}\N{SUPERSCRIPT TWO} = {row['statistic']:.2f}, "
        f"{row['df']:.0f} df, {style.state_p(row['p_value'])}"
    )


def _count_lines(shown):
    """Lines of the table: on a narrow page two or three for each measure."""
    if shown.empty:
        return 0
    if not grid.is_stacked():
        return len(shown) + 1
    return 2 + sum(2 if measure == "aic" else 3 for measure in shown["measure"])


def _write_measures(page, shown, top):
    if shown.empty:
        return
    if grid.is_stacked():
        _write_below(page, shown, top)
        return
    for head, end in zip(HEADS, _ends(), strict=True):
        style.write(page, end, top, head, weight="bold", ha="right")
    for place, (_, row) in enumerate(shown.iterrows(), 1):
        y = top + place * style.line_height()
        style.write(page, MARGIN, y, name_measure(row["measure"], row["horizon"]))
        for text, end in zip(_state_values(row), _ends(), strict=False):
            style.write(page, end, y, text, ha="right")


def _write_below(page, shown, top):
    """The table of a narrow page: the numbers below the name of the measure, the corrected difference below the other."""
    line, right = style.line_height(), style.page_width() - MARGIN
    for head, end in zip(HEADS, (*CLOSE, right), strict=False):
        style.write(page, end, top, head, weight="bold", ha="right")
    style.write(
        page, right, top + line, "corrected for optimism", SMALL, ha="right", color=style.GREY
    )
    y = top + 2 * line
    for _, row in shown.iterrows():
        style.write(page, MARGIN, y, name_measure(row["measure"], row["horizon"]))
        base, extended, difference, *corrected = _state_values(row)
        y += line
        for text, end in zip((base, extended, difference), (*CLOSE, right), strict=True):
            style.write(page, end, y, text, ha="right")
        for text in corrected:
            y += line
            style.write(page, right, y, text, ha="right", color=style.GREY)
        y += line


def _state_values(row):
    """Base, extended, difference and, but for Akaike's criterion, the difference corrected for optimism."""
    digits = 1 if row["measure"] == "aic" else 3
    values = [formats.format_number(row[key], digits) for key in ("base", "extended")]
    values.append(_interval(row, "difference", "lower", "upper", digits))
    if row["measure"] != "aic":
        values.append(_interval(row, "corrected", "corrected_lower", "corrected_upper", digits))
    return values


def _ends():
    return (*ENDS, style.page_width() - MARGIN)


def name_measure(measure, horizon):
    """A measure in words, with its horizon."""
    if measure == "brier":
        return f"{NAMES[measure]} at {horizon:g} months"
    return NAMES[measure] if np.isnan(horizon) else f"{NAMES[measure]} up to {horizon:g} months"


def _interval(row, estimate, lower, upper, digits):
    def form(value, empty=formats.MISSING):
        return formats.format_number(value, digits, empty)

    text = formats.format_interval(row[estimate], row[lower], row[upper], form)
    return f"+{text}" if row[estimate] > 0 and float(f"{row[estimate]:.{digits}f}") else text


def _name_strategies(base, label):
    names = {
        "base": f"Base: {base}",
        "extended": f"Extended: with {label}",
        "all": TREAT_ALL,
        "none": TREAT_NONE,
    }
    return [
        (style.wrap(words, style.page_width() - 2 * MARGIN - 0.4, SMALL), STRATEGIES[key])
        for key, words in names.items()
    ]


def _draw_legend(page, legend, top):
    for words, (colour, dash, width) in legend:
        y = top + style.line_height(SMALL) / 2
        page.plot([MARGIN, MARGIN + 0.3], [y, y], color=colour, linestyle=dash, linewidth=width)
        top += style.write(page, MARGIN + 0.38, top, words, SMALL)


def _draw_curves(page, curves, horizon, box, first):
    axes = style.add_axes(page, *box)
    models = curves[curves["strategy"].isin(["base", "extended"])]
    used = models.loc[models["net_benefit"].abs() > 1e-12, "threshold"]
    limit = min(1, max(LEAST, used.max() if len(used) else 0) + 0.03)
    top = max(curves.loc[curves["threshold"] <= limit, "net_benefit"].max(), 0.01)
    for key, (colour, dash, width) in STRATEGIES.items():
        mine = curves[(curves["strategy"] == key) & (curves["threshold"] <= limit)]
        line = mine["threshold"], mine["net_benefit"]
        if key in ("base", "extended"):
            line = end_below(*line, -0.15 * top)
        axes.plot(*line, color=colour, linestyle=dash, linewidth=width)
    axes.set(xlim=(0, limit), ylim=(-0.15 * top, 1.05 * top))
    step = next(each for each in (0.02, 0.05, 0.1, 0.2) if limit / each <= 6)
    axes.set_xticks(np.arange(0, limit + 1e-9, step))
    axes.set_xticklabels([f"{100 * each:.0f}" for each in axes.get_xticks()])
    axes.set_xlabel(THRESHOLD_AXIS, fontsize=SMALL, labelpad=2)
    if first:
        axes.set_ylabel(BENEFIT_AXIS, fontsize=SMALL, labelpad=2)
    left, high, _, _ = box
    style.write(
        page,
        left,
        high - style.line_height() - 0.04,
        _name_panel(horizon),
        weight="bold",
    )


def _name_panel(horizon):
    return f"Event within {horizon:g} months"


def _list_notes(rows, shown, curves):
    row = rows.iloc[0]
    sizes = [f"{row[key]:.0f}" for key in ("patients", "events", "missing")]
    notes = ["{} patients ({} events) with all values for both models, {} left out.".format(*sizes)]
    if len(shown):
        notes.append(
            f"Both models fitted again in each of {rows['resamples'].max():.0f} bootstrap resamples. Lower is better for Akaike's "
            "criterion and Brier scores."
        )
    if curves:
        notes.append(
            "Decision curves are of the models as fitted in these patients, which flatters both; a line ends where "
            "it falls below the axis."
        )
    notes += [phrases.as_sentence(note) for note in rows["note"].dropna().unique()]
    return notes
