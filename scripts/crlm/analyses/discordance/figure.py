"""Lesions of one patient: how often they are given the same growth pattern, and how far the share differs."""

import numpy as np

from crlm.display import privacy, style
from crlm.display.grid import is_stacked
from crlm.display.style import MARGIN, SMALL

NAMES = 1.7  # at most this wide are the names of the rules, inches
ROW = 0.24
COMPARISONS = (
    ("lesions", "lesions of a patient", "s"),
    ("blocks", "blocks of a lesion", "o"),
)
PUBLISHED = ((0, (4, 2)), (0, (1, 1.2)))  # dashes of the published lines of each
RANGE = 2.1  # width of the histogram
BELOW = 1.3  # height of the histogram where it stands below, inches


@style.styled
def plot_discordance(concordance, spread, plan, labels, synthetic=False, small_cells=0):
    """Left: per cent of pairs given the same group by each rule, with 95% limits; right: range of the share within a unit.

    concordance, spread: the files of results/discordance (only the rows of all patients are drawn); plan: the plan's
    `discordance`; labels: {rule: label}. Published concordance is drawn as lines in the colour of its comparison, dashed
    and dotted. Bars of fewer than `small_cells` are not drawn. On a narrow page names stand above their rows, and the range below.
    Without a pair there are words alone.
    """
    stacked = is_stacked()
    width = style.page_width()
    room = width - 2 * MARGIN
    concordance = concordance[concordance["level"].isna()]
    rules = list(dict.fromkeys(concordance["rule"]))
    names = {rule: style.wrap(labels[rule], room if stacked else NAMES) for rule in rules}
    lines = [len(names[rule]) * style.line_height() for rule in rules]
    heights = [each + 1.6 * ROW if stacked else max(2 * ROW, each + 0.1) for each in lines]
    body = max(sum(heights), 1.3)
    notes = style.wrap_all(_list_notes(concordance, plan), room, SMALL)
    small = style.line_height(SMALL)
    top = style.first_line(synthetic)
    if not concordance["percent"].notna().any():
        start, height = top + 0.02, top + 0.1 + (len(notes) + 1) * style.line_height()
        figure, page = style.new_page(width, height + MARGIN, synthetic)
        style.write(page, MARGIN, start, "No two lesions or blocks to compare.", color=style.GREY)
        style.write(
            page, MARGIN, start + style.line_height() + 0.06, notes, SMALL, color=style.GREY
        )
        return figure
    key = top + 0.02
    first = key + len(COMPARISONS) * small + 0.12
    label = plan["worst"]["label"] if plan["worst"] else "the share"
    wide = room - 0.5 if stacked else RANGE
    under = style.wrap(f"Highest minus lowest: {label} (points)", wide, SMALL + 0.5)
    below = 0.36 + len(under) * style.line_height(SMALL + 0.5) + 0.06
    second = first + body + 0.5 if stacked else first  # top of the histogram
    below += BELOW + 0.5 if stacked else 0
    height = first + body + below + len(notes) * small + MARGIN
    figure, page = style.new_page(width, height, synthetic)
    left = MARGIN + (0.12 if stacked else NAMES + 0.12)
    right = width - MARGIN - wide
    across = room - 0.24 if stacked else right - left - 0.62
    _draw_key(page, left, key)
    axes = style.add_axes(page, left, first, across, body)
    if rules:
        _draw_concordance(page, axes, concordance, plan, names, heights, first, body)
    middle = left + across / 2
    words = "Pairs given the same group, % (95% CI)"
    style.write(page, middle, first + body + 0.2, words, SMALL + 0.5, ha="center")
    high = BELOW if stacked else body
    _draw_spread(style.add_axes(page, right, second, wide, high), spread, small_cells)
    style.write(page, right + wide / 2, second + high + 0.36, under, SMALL + 0.5, ha="center")
    style.write(page, MARGIN, first + body + below, notes, SMALL, color=style.GREY)
    return figure


def _draw_key(page, left, top):
    for place, (_, words, marker) in enumerate(COMPARISONS):
        middle = top + (place + 0.5) * style.line_height(SMALL)
        colour = style.PALETTE[place]
        page.plot([left, left + 0.2], [middle] * 2, color=colour, linewidth=1)
        page.plot(left + 0.1, middle, marker, color=colour, markersize=4)
        style.write(
            page, left + 0.26, middle - style.line_height(SMALL) / 2, f"Between {words}", SMALL
        )


def _draw_concordance(page, axes, concordance, plan, names, heights, first, body):
    known = concordance[["percent", "lower", "upper"]].to_numpy(float).ravel()
    published = [item["percent"] for item in plan["published"]]
    lowest = np.append(known[np.isfinite(known)], [*published, 90]).min()
    axes.set(xlim=(max(0, lowest - 4), 101), ylim=(body, 0), yticks=[])
    axes.spines["left"].set_visible(False)
    ends, stacked = np.cumsum(heights), is_stacked()
    for item in plan["published"]:
        place = [name for name, *_ in COMPARISONS].index(item["comparison"])
        look = {"color": style.PALETTE[place], "linewidth": 0.8, "linestyle": PUBLISHED[place]}
        if not stacked:
            axes.axvline(item["percent"], **look)
        for end in ends if stacked else ():  # not through the names above
            axes.plot([item["percent"]] * 2, [end - 1.6 * ROW, end], **look)
    middles = ends - (0.8 * ROW if stacked else np.array(heights) / 2)
    for (rule, lines), middle, top in zip(names.items(), middles, ends - heights, strict=True):
        start = first + (top if stacked else middle - len(lines) * style.line_height() / 2)
        style.write(page, MARGIN, start, lines)
        for place, (comparison, _, marker) in enumerate(COMPARISONS):
            row = concordance[
                concordance["rule"].eq(rule) & concordance["comparison"].eq(comparison)
            ]
            y = middle + (place - 0.5) * 0.16
            if row.empty or np.isnan(row["percent"].iloc[0]):
                continue
            row, colour = row.iloc[0], style.PALETTE[place]
            axes.plot([row["lower"], row["upper"]], [y, y], color=colour, linewidth=1)
            axes.plot(row["percent"], y, marker, color=colour, markersize=4)


def _draw_spread(axes, spread, small_cells):
    """Per cent of the patients (and lesions) by the range of the share; no difference has a bar of its own."""
    bars = spread[spread["comparison"] == "lesions"]
    shown = privacy.hide_bars(spread, small_cells, ["comparison"], "units")
    places = np.arange(len(bars))
    highest = 1.0
    for place, (comparison, *_) in enumerate(COMPARISONS):
        units = spread.loc[spread["comparison"] == comparison, "units"].to_numpy(float)
        if not units.sum():
            continue
        mine = shown.loc[shown["comparison"] == comparison, "units"].to_numpy(float)
        percent = 100 * mine / units.sum()
        highest = max(highest, percent.max())
        axes.bar(places + (place - 0.5) * 0.4, percent, width=0.4, color=style.PALETTE[place])
    axes.set_ylim(0, highest * 1.08)
    if len(bars):
        words = ["0"] + [f"≤{high:g}" for high in bars["to"].iloc[1:]]
        axes.set_xticks(places, words, rotation=90)
    axes.set_ylabel("Patients, lesions (%)", size=SMALL + 0.5)


def _list_notes(concordance, plan):
    notes = []
    for comparison, words, _ in COMPARISONS:
        mine = concordance[concordance["comparison"] == comparison]
        if len(mine) and mine["units"].max() > 0:
            unit = "patients" if comparison == "lesions" else "lesions"
            notes.append(
                f"Between {words}: {int(mine['units'].max())} {unit} with two or more, {int(mine['pairs'].max())} pairs."
            )
        else:
            notes.append(f"Between {words}: none with two or more.")
    if plan["published"]:
        words_of = {name: words for name, words, _ in COMPARISONS}
        sources = {}
        for item in plan["published"]:
            words = f"{words_of[item['comparison']]} {item['percent']:g} %"
            sources.setdefault(f"{item['source']} [{item['evidence']}]", []).append(words)
        parts = [f"{source}: {', '.join(found)}" for source, found in sources.items()]
        said = "; ".join(parts)
        drawn = concordance["percent"].notna().any()
        notes.append(f"Dashed and dotted, published: {said}." if drawn else f"Published: {said}.")
    return notes
