"""Swimmer plot: a line per patient, coloured by state. Data of single patients: it never leaves results/private/."""

import numpy as np

from crlm.analyses.disease_states.figure import colour_states, draw_key, place_key
from crlm.display import style
from crlm.display.style import MARGIN, SMALL

MOST = 60  # patients
ROW = 0.112  # inches
LEFT = 0.75


def choose_patients(spells, most=MOST):
    """The patients shown, longest history first: all, or `most` of them at equal steps of their rank."""
    ends = spells.groupby("patient_id", sort=True)["stop"].max()
    ends = ends.sort_values(ascending=False, kind="stable")
    places = np.linspace(0, len(ends) - 1, min(most, len(ends))).round().astype(int)
    return list(ends.index[places])


@style.styled
def plot_swimmer(spells, plan, synthetic=False):
    """Lines of at most 60 patients with their identifiers: the states in their colours, a mark where a final state is reached."""
    states = plan["history"]["states"]
    patients = choose_patients(spells)
    key = place_key(states, style.page_width())
    heading = "Single patients: not to be shared"
    top = style.first_line(synthetic)
    start = top + 2 * style.line_height() + key[-1][1] + 0.1
    body = max(len(patients), 1) * ROW + 0.05
    figure, page = style.new_page(style.page_width(), start + body + 0.5, synthetic)
    style.write(page, MARGIN, top, heading, weight="bold")
    draw_key(page, top + style.line_height() + 0.04, states, key)
    if not patients:
        style.write(page, MARGIN, start, "No patient with a known history.", color=style.GREY)
        return figure
    axes = style.add_axes(page, LEFT, start, style.page_width() - LEFT - 3 * MARGIN, body)
    limit = 12 * np.ceil(spells["stop"].max() / 12)
    axes.set(xlim=(0, limit), ylim=(body, 0), yticks=[])
    axes.set_xticks(np.arange(0, limit + 1, style.choose_step(limit)))
    colours = colour_states(states)
    own = dict(list(spells.groupby("patient_id")))
    for place, patient in enumerate(patients):
        middle = (place + 0.5) * ROW
        for spell in own[patient].itertuples():
            if not states[spell.state]["final"]:
                ends = [middle - 0.36 * ROW, middle + 0.36 * ROW]
                axes.fill_between(
                    [spell.start, spell.stop], *ends, color=colours[spell.state], linewidth=0
                )
            if spell.next and states[spell.next]["final"]:
                look = {"color": style.INK, "markersize": 3, "clip_on": False}
                axes.plot([spell.stop], [middle], marker="x", linestyle="none", **look)
        label = style.wrap(patient, LEFT - MARGIN - 0.06, style.LEAST)[0]
        style.write(page, LEFT - 0.06, start + middle - 0.055, label, style.LEAST, ha="right")
    words = f"Months since {plan['history']['origin_label']}; x: {_name_final(states)}"
    style.write(
        page,
        LEFT,
        start + body + 0.22,
        style.wrap(words, style.page_width() - LEFT - MARGIN, SMALL),
    )
    return figure


def _name_final(states):
    final = [spec["label"].lower() for spec in states.values() if spec["final"]]
    return " or ".join(final) or "none of the states is final"
