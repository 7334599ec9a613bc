"""Calibration panels: predicted against observed risk, as curve and risk groups."""

import numpy as np

from crlm.display import formats, grid, style
from crlm.display.notes import tell_once
from crlm.display.style import MARGIN, SMALL
from crlm.plan import phrases
from crlm.scores.forecast import SOURCES

TIMES = "\0"  # in a reason: the horizons that it holds for
COLUMNS, PANEL = (
    4,
    1.55,
)  # panels beside each other at most, and the least width of one with its numbers, inches
AXIS = 0.38  # room for the numbers and the label left of a panel, inches
SIDE = 1.08  # of a panel
ROWS = 3  # of panels that fit on a page
MOST_NOTES = 4  # groups that are told one by one
STRIP = 0.2  # height of the histogram below it
COLOUR = style.PALETTE[0]
HIGHEST = 230 / 25.4  # of a figure in a journal, inches
LIMITS = (0.2, 0.4, 0.6, 0.8, 1.0)  # where the axes may end


@style.styled
def plot_calibration(calibration, curves, optimism, labels, endpoint, synthetic=False):
    """Figure of small panels: predicted (across) against observed risk (up) of every predictor.

    calibration, curves, optimism: performance/{endpoint}_{calibration,calibration_curves,optimism}.csv;
    labels: {predictor: label}; endpoint: its spec. Published probabilities come first, at every
    horizon, then those of models fitted in these patients, at the last horizon. Line: smooth curve
    with 95% band; squares: risk groups with their interval; grey: number of patients by predicted
    risk. What has no estimate is told below. Of more than ROWS rows of panels the most telling are drawn.
    """
    every = choose_panels(calibration, labels)
    columns = grid.count_columns(PANEL, COLUMNS)
    width = (style.page_width() - 2 * MARGIN) / columns
    small = style.line_height(SMALL)
    top = style.first_line(synthetic) + style.line_height() + 0.1
    below = SIDE + STRIP + 0.45 + 2 * small + 0.1
    for most in range(ROWS, 0, -1):  # a row less where notes or labels are long
        panels = keep_readable(every, optimism, most * columns)
        lines = 2 if len(panels) > 2 * columns else 3
        titles = [_title(row, labels, lines, width) for row in panels]
        notes = _list_notes(calibration, curves, panels, labels)
        if len(panels) < len(every):
            notes.insert(
                1,
                f"Drawn are {len(panels)} of {len(every)}: published probabilities, at the last horizon, before fitted ones, and "
                "of these multivariable models first; the table has all.",
            )
        notes = style.wrap_all(notes, style.page_width() - 2 * MARGIN, SMALL)
        heads = [len(each) * small + 0.08 for each in titles]
        rows, bottom = grid.place_rows(heads, columns, top, below)
        height = bottom + 0.05 + len(notes) * small + MARGIN
        if height <= HIGHEST:
            break
    figure, page = style.new_page(style.page_width(), height, synthetic)
    style.write(page, MARGIN, style.first_line(synthetic), endpoint["label"], weight="bold")
    corrected = _correct(optimism)
    for place, row in enumerate(panels):
        line, column = divmod(place, columns)
        left, (_, y, axes_top) = MARGIN + column * width, rows[line]
        first, *others = titles[place][-1:], *titles[place][:-1]
        style.write(page, left, y, others, SMALL, weight="bold")
        style.write(page, left, y + len(others) * small, first, SMALL, color=style.GREY)
        mine = curves[
            (curves["predictor"] == row["predictor"])
            & (curves["horizon"] == row["horizon"])
            & (curves["source"] == row["source"])
        ]
        _draw(page, left + AXIS, axes_top, mine, row["source"] == "fitted", column == 0)
        style.write(page, left, axes_top + SIDE + STRIP + 0.42, _state(row, corrected), SMALL)
    style.write(page, MARGIN, bottom + 0.05, notes, SMALL, color=style.GREY)
    return figure


def choose_panels(calibration, labels):
    """Rows with a panel: published at every horizon, then fitted at the last one, predictors in order."""
    known = calibration[calibration["expected"].notna()]
    published = known[known["source"] != "fitted"]
    fitted = known[(known["source"] == "fitted") & (known["horizon"] == known["horizon"].max())]
    order = {name: place for place, name in enumerate(labels)}
    return [
        row
        for table in (published, fitted)
        for row in sorted(
            table.to_dict("records"), key=lambda row: (order[row["predictor"]], row["horizon"])
        )
    ]


def keep_readable(panels, optimism, most=ROWS * COLUMNS):
    """So many of the panels at most, in order: published at the last horizon, then models with a corrected slope, then others.

    A model of one predictor agrees with the patients that it was fitted in, nearly by construction.
    """
    if len(panels) <= most:
        return panels
    last = max(row["horizon"] for row in panels)
    corrected = set(_correct(optimism))

    def rank(row):
        if row["source"] != "fitted":
            return 0 if row["horizon"] == last else 3
        return 1 if row["predictor"] in corrected else 2

    chosen = sorted(range(len(panels)), key=lambda place: (rank(panels[place]), place))[:most]
    return [panels[place] for place in sorted(chosen)]


def _title(row, labels, most, width):
    """Lines of the label, at most `most`, and, last, the horizon with the source."""
    width -= 0.1
    name = style.wrap(labels[row["predictor"]], width, SMALL, "bold")
    if len(name) > most:
        last = style.wrap(name[most - 1], width - style.measure(" …", SMALL, "bold"), SMALL, "bold")
        name = [*name[: most - 1], last[0] + " …"]
    source = "derived" if row["source"] == "derived" else SOURCES[row["source"]]
    return [*name, *style.wrap(f"{row['horizon']:g} months, {source}", width + 0.06, SMALL)[:1]]


def _draw(page, left, top, curves, fitted, labelled):
    kinds = {kind: curves[curves["kind"] == kind] for kind in ("smooth", "group", "histogram")}
    groups = kinds["group"][kinds["group"]["observed"].notna()]
    limit = _find_limit(kinds)
    axes = style.add_axes(page, left, top, SIDE, SIDE)
    ticks = np.linspace(0, limit, 5 if limit in (0.4, 0.8) else 3 if limit == 0.2 else 4)
    ticks = [0, 0.5, 1] if limit == 1 else ticks
    names = [f"{100 * tick:.0f}" for tick in ticks]
    axes.set(xlim=(0, limit), ylim=(0, limit), xticks=ticks, yticks=ticks, xticklabels=[])
    axes.set_yticklabels(names)
    axes.plot([0, limit], [0, limit], color=style.GREY, linewidth=0.6, dashes=(4, 2))
    smooth = kinds["smooth"]
    if len(smooth):
        values = smooth[["predicted", "lower", "upper", "observed"]].to_numpy(float).T
        axes.fill_between(*values[:3], color=COLOUR, alpha=0.16, linewidth=0)
        axes.plot(values[0], values[3], color=COLOUR, linewidth=1.2)
    for row in groups.to_dict("records"):
        axes.plot(
            [row["predicted"]] * 2, [row["lower"], row["upper"]], color=style.INK, linewidth=0.7
        )
        axes.plot(
            *(row["predicted"], row["observed"], "s"),
            markersize=3.4,
            color=style.INK,
            clip_on=False,
            markerfacecolor="white" if fitted else style.INK,
        )
    strip = style.add_axes(page, left, top + SIDE + 0.04, SIDE, STRIP)
    bars = kinds["histogram"]
    strip.bar(bars["predicted"], bars["patients"], 0.045, color="#b9b9b9")
    strip.set(xlim=(0, limit), xticks=ticks, yticks=[])
    strip.set_xticklabels(names)
    strip.spines["left"].set_visible(False)
    middle = left + SIDE / 2
    y = top + SIDE + STRIP + 0.24
    style.write(page, middle, y, "Predicted risk (%)", SMALL, ha="center", color=style.GREY)
    if labelled:
        axes.set_ylabel("Observed risk (%)", size=SMALL, labelpad=1, color=style.GREY)


def _find_limit(kinds):
    """End of both axes: the first limit above all that is drawn."""
    values = np.concatenate(
        [
            kinds["smooth"][["predicted", "observed"]].to_numpy(float).ravel(),
            kinds["group"][["predicted", "observed", "upper"]].to_numpy(float).ravel(),
            kinds["histogram"]["predicted"].to_numpy(float),
        ]
    )
    values = values[np.isfinite(values)]
    return next((limit for limit in LIMITS if values.max(initial=0) <= limit), 1.0)


def _correct(optimism):
    """Optimism-corrected slope by predictor."""
    mine = optimism[(optimism["metric"] == "calibration_slope") & optimism["corrected"].notna()]
    return dict(zip(mine["predictor"], mine["corrected"], strict=True))


def _state(row, corrected):
    """Two lines of numbers: observed:expected and slope."""

    def write(name):
        values = (row[name], row[f"{name}_lower"], row[f"{name}_upper"])
        return formats.format_interval(*values, form=_two_digits)

    slope = f"slope {write('slope')}"
    if row["source"] == "fitted":
        slope = "slope 1 by construction"
        if row["predictor"] in corrected:
            slope = f"slope 1, corrected {corrected[row['predictor']]:.2f}"
    return [f"O:E {write('ratio')}", slope]


def _two_digits(value, empty=formats.MISSING):
    return formats.format_number(value, 2, empty)


def _list_notes(calibration, curves, panels, labels):
    notes = []
    if panels:
        notes.append(
            f"The same {panels[0]['patients']:.0f} patients for every predictor. O:E: observed over expected risk, with 95% "
            f"percentile limits of {max(row['resamples'] for row in panels):.0f} bootstrap resamples, as the slope and the band."
        )
    else:
        notes.append("No predicted probability can be compared with what was observed.")
    if any(row["source"] == "fitted" for row in panels):
        notes.append(
            "Hollow: the probabilities are of a Cox model fitted in these patients, so that the slope is 1 by "
            "construction and O:E near 1; of a multivariable model the slope corrected for optimism is what counts."
        )
    if any(row["source"] == "derived" for row in panels):
        notes.append("Derived: by a curve through published figures that was not itself published.")
    shown = {(row["predictor"], row["horizon"], row["source"]) for row in panels}
    few = curves[(curves["kind"] == "group") & curves["observed"].isna()].to_dict("records")
    few = [row for row in few if (row["predictor"], row["horizon"], row["source"]) in shown]
    told = {}
    if len(few) > MOST_NOTES:
        notes.append(
            f"Not drawn: {len(few)} groups by predicted risk ({phrases.join_words(dict.fromkeys(row['note'] for row in few))})."
        )
    else:
        for row in few:
            number = phrases.plural(int(row["patients"]), "patient")
            words = f"{100 * row['predicted']:.0f}% at {row['horizon']:g} months ({number})"
            name = f"{labels[row['predictor']]} ({SOURCES[row['source']]})"
            told.setdefault(row["note"], {}).setdefault(name, []).append(words)
    for reason, names in told.items():
        parts = "; ".join(
            f"{name}, predicted risk {phrases.join_words(each)}" for name, each in names.items()
        )
        notes.append(f"Not drawn, {reason}: {parts}.")
    missing = calibration[calibration["expected"].isna() & calibration["note"].notna()]
    return [*notes, *_merge_reasons(missing, labels)]


def _merge_reasons(missing, labels):
    """Why predictors have no panel: a reason once, with all the predictors and the horizons it holds for."""
    reasons = {}
    for name in labels:
        for row in missing[missing["predictor"] == name].to_dict("records"):
            months = f" {row['horizon']:g} months"
            reason = row["note"].replace(months, TIMES)
            horizons = reasons.setdefault(reason, {}).setdefault(labels[name], [])
            if reason != row["note"] and row["horizon"] not in horizons:
                horizons.append(row["horizon"])
    return tell_once(
        (name, reason.replace(TIMES, f" {_join(horizons)} months"))
        for reason, names in reasons.items()
        for name, horizons in names.items()
    )


def _join(horizons):
    return phrases.join_words(f"{each:g}" for each in sorted(horizons))
