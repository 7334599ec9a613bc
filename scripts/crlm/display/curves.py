"""Step curves over time, with limits, ticks and the numbers at risk."""

import math

import numpy as np

from crlm.display import style
from crlm.display.privacy import NAME, PART
from crlm.display.style import SMALL

FEW = 5  # ASSUME a curve of fewer patients at risk says little
BAND = "Band: 95% confidence interval (log-log)."
AXIS_ROOM = 0.44  # tick labels and the axis title below the axes


def choose_limit(curves):
    """Last month shown: when a tenth of the patients (or five, in a small cohort) are still at risk, rounded up.

    Rounded to 12 months, to 6 when it is below 12; never beyond what the longest follow-up needs.
    """
    if not curves:
        return 12
    patients = sum(count_at_risk(curve, [0])[0] for curve in curves)
    needed = max(patients / 10, min(5, patients / 4))
    times = np.unique(np.concatenate([curve["time"] for curve in curves]))
    at_risk = sum(count_at_risk(curve, times) for curve in curves)
    last = times[at_risk >= needed].max()
    unit = 12 if last > 6 else 6
    return max(unit, unit * math.ceil(last / unit))


def count_at_risk(curve, times):
    """Patients with time >= each of `times`: exact between the times of the curve, 0 beyond the last one."""
    return np.append(curve["at_risk"].to_numpy(int), 0)[np.searchsorted(curve["time"], times)]


def find_few(curve, least=FEW):
    """The last month of a curve with `least` patients at risk, after which it is drawn otherwise; 0 if there never are as many."""
    enough = curve.loc[curve["at_risk"] >= least, "time"]
    return float(enough.max()) if len(enough) else 0.0


def choose_few(settings):
    """How a curve is drawn where few are at risk, `grey` or `end`, and how few those are; settings: the plan's `output`.

    Where small counts are hidden it ends, since its steps would tell them.
    """
    small = settings.get("privacy", {}).get("small_cells")
    return ("end", max(FEW, small)) if small else (settings["few_at_risk"], FEW)


def say_few(axes, least):
    """In the place of curves that are not drawn: why."""
    look = {"ha": "center", "va": "center", "size": SMALL, "color": style.GREY}
    words = f"fewer than {least} at risk"
    axes.text(0.5, 0.5, words, transform=axes.transAxes, label=NAME, **look)


def draw_curve(axes, group, limit, band, column="survival", few=None):
    """Step curve in percent up to `limit`, its 95% band and a tick at each censoring.

    few: `grey` for a thin grey line after the month group["few"], `end` for nothing there.
    """
    curve = group["curve"]
    full = min(limit, group["few"]) if few else limit
    end = full if few == "end" else limit
    time, value = build_steps(curve["time"], 100 * curve[column], full)
    if band:
        wide, lower = build_steps(curve["time"], 100 * curve["lower"], end)
        _, upper = build_steps(curve["time"], 100 * curve["upper"], end)
        axes.fill_between(
            wide, lower, upper, color=group["colour"], alpha=0.13, linewidth=0, zorder=1
        )
    # not clipped: a curve at 100% or 0% keeps the full width of its line
    look = {"color": group["colour"], "clip_on": False, "zorder": 3}
    axes.plot(time, value, linestyle=group["dash"], linewidth=1.2, **look)
    if full < min(end, curve["time"].max()):
        rest, later = build_steps(curve["time"], 100 * curve[column], limit)
        after = rest > full
        tail = np.append(full, rest[after]), np.append(value[-1], later[after])
        axes.plot(*tail, linestyle="-", linewidth=0.6, **{**look, "color": style.GREY, "zorder": 2})
    if "censored" in curve:
        ticks = curve[(curve["censored"] > 0) & (curve["time"] <= end)]
        axes.plot(
            *(ticks["time"], 100 * ticks[column]),
            **(
                look | {"linestyle": "none", "marker": "|", "markersize": 4, "markeredgewidth": 0.6}
            ),
        )


def add_time_axes(page, left, top, width, height, limit, ticks):
    """Axes from 0 to `limit` months and from 0 to 100%; curves keep a distance from the vertical one."""
    axes = style.add_axes(page, left, top, width, height)
    axes.set(xlim=(0, limit), ylim=(0, 100), yticks=range(0, 101, 20))
    axes.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
    axes.spines["left"].set_position(("outward", 3))
    return axes


def list_ticks(limit, narrow=1):
    """Months of the ticks up to `limit`; narrow: how many times as wide axes would be on a page of their own."""
    return np.arange(0, limit * (1 + 1e-9), style.choose_step(limit * narrow))


def name_axis(endpoint):
    """From what time counts, as the plan completes the endpoint."""
    return endpoint.get("time_label", "Months since resection")


def name_survival(endpoint):
    """The name of the axis of survival; `Time to recurrence` is a time and not a share."""
    return f"{endpoint.get('survival_label', endpoint['label'])} (%)"


def name_time(page, centre, bottom, endpoint, landmark=None):
    """The title below axes that end at `bottom`; after a landmark time counts from there."""
    text = f"Months after the landmark at {landmark:g} months" if landmark else name_axis(endpoint)
    style.write_centred(page, centre, bottom + 0.2, text)


def write_counts(page, counts, ticks, left, top, scale, part="at_risk"):
    """Numbers, each centred below its tick; scale: inches of a month. Those of one part at one tick add to what others may know."""
    for tick, count in zip(ticks, counts, strict=True):
        name = f"{PART}{part} at {tick:g}"
        style.write(page, left + tick * scale, top, str(count), SMALL, ha="center", label=name)


def draw_at_risk(page, curve, ticks, left, top, scale):
    """The number at risk of a panel with one curve of patients."""
    top += style.write(page, left - 0.2, top, "Number at risk", SMALL, weight="bold")
    write_counts(page, count_at_risk(curve, ticks), ticks, left, top, scale)


def draw_sample(page, x, middle, colour, dash="-", linewidth=1.4, length=0.28):
    """A piece of a line for the key."""
    look = {"color": colour, "linestyle": dash, "linewidth": linewidth}
    page.plot([x, x + length], [middle, middle], solid_capstyle="butt", **look)


def build_steps(time, value, limit):
    """Corners of a right-continuous step function from its jumps, cut off at `limit`."""
    time, value = np.asarray(time, float), np.asarray(value, float)
    keep = time <= limit
    end = min(limit, time.max())
    time, value = time[keep], value[keep]
    return np.append(np.repeat(time, 2)[1:], end), np.repeat(value, 2)


def note_ends(groups, limit, few, least=FEW):
    """What is said of the ends of the curves: where few are at risk, and that the axis ends before the last follow-up."""
    notes = []
    if few and any(min(limit, group["curve"]["time"].max()) > group["few"] for group in groups):
        words = {"grey": "Thin and grey where", "end": "Curves end where"}[few]
        notes.append(f"{words} fewer than {least} are at risk.")
    last = max((group["curve"]["time"].max() for group in groups), default=0)
    if last > limit:
        notes.append(
            f"The axis ends at {limit:g} months, before the last follow-up at {last:.0f} months."
        )
    return notes


def list_notes(grouping, missing=0):
    """What is printed below the figure: caveats of the grouping and how many patients are in none of its groups."""
    notes = []
    if grouping.get("note"):
        note = grouping["note"].strip(" .;")
        notes.append(f"{note[:1].upper()}{note[1:]}.")
    if missing:
        patients = "patient" if missing == 1 else "patients"
        notes.append(f"Not shown: {missing} {patients} in none of the groups.")
    return notes
