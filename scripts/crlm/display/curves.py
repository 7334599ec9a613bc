"""Step curves over time, with limits, ticks and the numbers at risk."""

import math

import numpy as np

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


def draw_curve(axes, group, limit, band, column="survival"):
    """Step curve in percent up to `limit`, its 95% band and a tick at each censoring."""
    curve = group["curve"]
    time, value = build_steps(curve["time"], 100 * curve[column], limit)
    if band:
        _, lower = build_steps(curve["time"], 100 * curve["lower"], limit)
        _, upper = build_steps(curve["time"], 100 * curve["upper"], limit)
        axes.fill_between(
            time, lower, upper, color=group["colour"], alpha=0.13, linewidth=0, zorder=1
        )
    # not clipped: a curve at 100% or 0% keeps the full width of its line
    look = {"color": group["colour"], "clip_on": False, "zorder": 3}
    axes.plot(time, value, linestyle=group["dash"], linewidth=1.2, **look)
    if "censored" in curve:
        ticks = curve[(curve["censored"] > 0) & (curve["time"] <= limit)]
        axes.plot(
            *(ticks["time"], 100 * ticks[column]),
            **(
                look | {"linestyle": "none", "marker": "|", "markersize": 4, "markeredgewidth": 0.6}
            ),
        )


def build_steps(time, value, limit):
    """Corners of a right-continuous step function from its jumps, cut off at `limit`."""
    time, value = np.asarray(time, float), np.asarray(value, float)
    keep = time <= limit
    end = min(limit, time.max())
    time, value = time[keep], value[keep]
    return np.append(np.repeat(time, 2)[1:], end), np.repeat(value, 2)


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
