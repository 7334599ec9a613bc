"""Conditional survival over the months already survived: a panel per condition and further months, a line per group."""

import numpy as np

from crlm.analyses.conditional_survival.tables import also_free
from crlm.display import curves as steps
from crlm.display import grid, privacy, style
from crlm.display.privacy import NAME
from crlm.display.style import MARGIN, SMALL

AXES_HEIGHT = 1.9
LEFT, GAP = 0.62, 0.34  # room for the name of the axis, and between panels
ROW = 0.14  # height of a row of numbers at risk
SPREAD = 0.36  # of the distance of two months, over which the groups stand beside each other


@style.styled
def plot_conditional_survival(found, grouping, name, endpoints, synthetic=False, small_cells=None):
    """Figure of the conditional survival of the groups of one grouping, with limits and the patients at risk.

    found: the rows of the endpoint and grouping in conditional_survival/survival.csv; grouping: its spec in the plan; name: the
    endpoint; endpoints: {name: spec}. The months already survived stand at equal distances. A group without patients is in the
    key only; of fewer than `small_cells` at risk there is no estimate.
    """
    found = privacy.drop_few(found, small_cells, ["survival", "lower", "upper"])
    endpoint, width = endpoints[name], style.page_width() - 2 * MARGIN
    panels = list(dict.fromkeys(zip(found["given"], found["further_months"], strict=True)))
    panels.sort(key=lambda panel: panel[0] != name)  # those of the endpoint alone first
    columns = grid.choose_columns(len(panels))
    wide = grid.share_width(style.page_width(), columns, LEFT, GAP)
    groups = list_groups(found, grouping)
    shown = [group for group in groups if group["patients"]]
    titles = [style.wrap(_name_panel(*panel, name, endpoints), wide + 0.3) for panel in panels]
    heads = [len(lines) * style.line_height() + 0.08 for lines in titles]
    by = f" by {grouping['label']}" if len(grouping["groups"]) > 1 else ""
    words = f"{endpoint['label']}: conditional survival{by}"
    title = style.wrap(words, width, weight="bold")
    keys = [style.wrap(_name_group(group), width - 0.36) for group in groups]
    notes = style.wrap_all(
        ["Bars: 95% confidence interval (log-log).", *steps.list_notes(grouping)], width, SMALL
    )
    top = style.first_line(synthetic)
    below = top + (len(title) + sum(map(len, keys))) * style.line_height() + 0.12
    at_risk = style.line_height(SMALL) + len(shown) * ROW + 0.1
    under, heights = (steps.AXIS_ROOM, at_risk), (AXES_HEIGHT, *grid.LOWER)
    rows, bottom, tall, lost = grid.fit_rows(heads, columns, below, under, heights, len(notes))
    notes = grid.name_lost(lost, [" ".join(lines) for lines in titles], width) + notes
    height = bottom + len(notes) * style.line_height(SMALL) + MARGIN
    figure, page = style.new_page(style.page_width(), height, synthetic)
    top += style.write(page, MARGIN, top, title, weight="bold") + 0.04
    for group, lines in zip(groups, keys, strict=True):
        if group["patients"]:
            middle = top + 0.5 * style.line_height()
            steps.draw_sample(page, MARGIN, middle, group["colour"], group["dash"])
        top += style.write(page, MARGIN + 0.36, top, lines, label=NAME)
    for numbers, y, axes_top in rows:
        for column, number in enumerate(numbers):
            x = LEFT + column * (wide + GAP)
            style.write(page, x - 0.2, y, titles[number])
            given, further = panels[number]
            part = found[(found["given"] == given) & (found["further_months"] == further)]
            axes = _draw_panel(page, part, shown, x, axes_top, wide, tall)
            if small_cells and part["survival"].isna().all():
                steps.say_few(axes, small_cells)
        middle = LEFT + (len(numbers) * (wide + GAP) - GAP) / 2
        words = _name_months(grouping, endpoint)
        style.write_centred(page, middle, axes_top + tall + 0.2, words)
        style.write_upright(page, MARGIN, axes_top + tall / 2, ["Further survival (%)"])
    style.write(page, MARGIN, bottom, notes, SMALL, color=style.GREY)
    return figure


def list_groups(found, grouping):
    """The groups in declared order: name, label, colour, dash and patients at the start (the most in any row)."""
    groups = []
    for position, name in enumerate(grouping["groups"]):
        colour, dash = style.group_style(position, len(grouping["groups"]))
        patients = found.loc[found["group"] == name, "patients"]
        groups.append(
            {
                "name": name,
                "label": grouping["group_labels"][name],
                "colour": colour,
                "dash": dash,
                "patients": int(patients.max()) if len(patients) else 0,
            }
        )
    return groups


def _draw_panel(page, part, groups, left, top, width, tall):
    """Points with limits at the given months, which stand at equal distances; below, who is at risk then."""
    months = sorted(part["given_months"].unique())
    places = dict(zip(months, np.arange(len(months)) + 0.5, strict=True))
    axes = style.add_axes(page, left, top, width, tall)
    axes.set(xlim=(0, len(months)), ylim=(0, 100), yticks=range(0, 101, 20))
    axes.set_xticks(list(places.values()), [f"{each:g}" for each in months])
    scale = width / len(months)
    row = top + tall + steps.AXIS_ROOM
    row += style.write(page, left - 0.2, row, "At risk then", SMALL, weight="bold")
    for position, group in enumerate(groups):
        mine = part[part["group"] == group["name"]]
        shift = SPREAD * ((position + 0.5) / len(groups) - 0.5)
        x = mine["given_months"].map(places).to_numpy() + shift
        look = {"color": group["colour"], "clip_on": False}
        axes.plot(x, 100 * mine["survival"], linestyle=group["dash"], linewidth=0.8, **look)
        axes.plot(x, 100 * mine["survival"], linestyle="none", marker="o", markersize=3, **look)
        axes.vlines(x, 100 * mine["lower"], 100 * mine["upper"], linewidth=1, **look)
        middle = row + 0.5 * style.line_height(SMALL)
        steps.draw_sample(page, left - 0.24, middle, group["colour"], group["dash"], length=0.14)
        for each, patients in zip(mine["given_months"], mine["patients"], strict=True):
            style.write(page, left + scale * places[each], row, str(patients), SMALL, ha="center")
        row += ROW
    return axes


def _name_panel(given, further, name, endpoints):
    words = f"{further:g} further months"
    return words if given == name else f"{words}, {also_free(given, endpoints)}"


def _name_group(group):
    return group["label"] if group["patients"] else f"{group['label']}: 0 patients"


def _name_months(grouping, endpoint):
    """What the months already survived count from."""
    if landmark := grouping["landmark_months"]:
        return f"Months without event after the landmark at {landmark:g} months"
    return f"Months without event since {endpoint['origin_label']}"
