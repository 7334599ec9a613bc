"""Times of endpoints that betray a wrong origin, a status coded the other way round, or the end of follow-up for an event."""

import numpy as np
import pandas as pd

from crlm.cohort.findings import build_finding
from crlm.cohort.plausibility import LEAST

ENOUGH = 20  # patients with and without an event from which their times betray an exchanged status
CERTAIN = 3.5  # standard errors of that share (Mann-Whitney) from one half; by chance 1 in 4000
LONG = 120  # months that are nothing unusual where others were followed for half as long or less
FAR = 2  # how many times the longest of all others a time is, when it is told
EXCHANGED = 0.75  # share of pairs in which the patient with the event was followed for longer


def check_follow_up(cohort, endpoints):
    """Return warnings on endpoints counted from dates whose months are implausible: the median, or single patients."""
    found = []
    for name, endpoint in endpoints.items():
        sources = [s for part in ("events", "censoring") for s in endpoint[part].values()]
        months = cohort[f"{name}_months"].dropna()
        found += _find_far(cohort, endpoint, sources, months)
        if not any("date" in source for source in sources) or len(months) < LEAST:
            continue  # durations are checked as columns
        most, middle = endpoint["plausible_median"][1], months.median()
        columns = ", ".join(
            dict.fromkeys([endpoint["origin"], *(s["date"] for s in sources if "date" in s)])
        )
        if middle > most:
            found.append(
                build_finding(
                    "warning",
                    "unlikely_follow_up",
                    f"{endpoint['label']}: the median time is {middle:.1f} months; at most {most:g} are expected.",
                    f"Check from which date time counts (origin: {endpoint['origin']}) and how the dates are read.",
                    column=columns,
                    value=f"{middle:.1f}",
                )
            )
        for row in months.index[months > endpoint["longest_months"]]:
            found.append(
                build_finding(
                    "warning",
                    "unlikely_follow_up",
                    f"{endpoint['label']}: {months[row]:.0f} months are more than {endpoint['longest_months'] / 12:g} years.",
                    "Check the dates; the time is used as it is.",
                    row=row,
                    patient=cohort["patient_id"][row],
                    column=columns,
                    value=f"{months[row]:.1f}",
                )
            )
    return found


def _find_far(cohort, endpoint, sources, months):
    """Warnings on the one time, or the few, far beyond all others: days among months, a year with a wrong figure."""
    order = months[months <= endpoint["longest_months"]].sort_values()
    last = order.tail(max(1, len(order) // ENOUGH))
    if len(order) < ENOUGH:
        return []
    below = order.shift()[last.index]
    jump = last.index[(last > LONG) & (last > FAR * below)]
    rows = last.loc[jump[0] :].index if len(jump) else []
    names = [endpoint.get("origin"), *(s.get("date") or s.get("duration") for s in sources)]
    return [
        build_finding(
            "warning",
            "unlikely_follow_up",
            f"{endpoint['label']}: {months[row]:.0f} months are far more than those of all others, at most {below[jump[0]]:.0f}.",
            "Check the time, its unit and its dates; it is used as it is.",
            row=row,
            patient=cohort["patient_id"][row],
            column=", ".join(dict.fromkeys(filter(None, names))),
            value=f"{months[row]:.1f}",
        )
        for row in rows
    ]


def check_status(cohort, endpoints):
    """Return warnings where a status is probably coded the other way round, or most events have one and the same day or time.

    Events end the time early and the data lock late: where most patients with the event were followed for longer than most
    without it, yes and no are probably exchanged. Independent losses give one half of the pairs.
    """
    found = []
    for name, endpoint in endpoints.items():
        sources = list(endpoint["events"].values())
        months, event = cohort[f"{name}_months"], cohort[f"{name}_event"]
        ended, free = months[event == 1], months[event == 0]
        flags = ", ".join(dict.fromkeys(s["flag"] for s in sources if "flag" in s))
        if flags and min(len(ended), len(free)) >= ENOUGH:
            ranks = np.concatenate([ended, free])
            ranks = pd.Series(ranks).rank().to_numpy()[: len(ended)]
            longer = (ranks.sum() - len(ended) * (len(ended) + 1) / 2) / (len(ended) * len(free))
            chance = 0.5 / np.sqrt(3 * len(ended) * len(free) / (len(ended) + len(free) + 1))
            if longer >= EXCHANGED and longer - 0.5 > CERTAIN * chance:
                found.append(
                    build_finding(
                        "warning",
                        "status_suspect",
                        f"{endpoint['label']}: patients with the event were followed for longer than those without it (in "
                        f"{longer:.0%} of all pairs; median {ended.median():.0f} and {free.median():.0f} months). Yes and no may "
                        "be exchanged, or most others were last seen long ago.",
                        "Check what the codes mean (`values:` of the column) and that the last contacts are up to date.",
                        column=flags,
                    )
                )
        dates = [source.get("date") for source in sources]
        for date in dict.fromkeys(filter(None, dates)):
            days = cohort.loc[event == 1, date].dropna()
            same = days.value_counts()
            if len(days) >= ENOUGH // 2 and same.iloc[0] > len(days) / 2:
                found.append(
                    build_finding(
                        "warning",
                        "same_day",
                        f"{endpoint['label']}: {same.iloc[0]} of {len(days)} events have the same date. Events do not wait for a "
                        "day; the end of follow-up may stand in place of its date.",
                        "Check the column and what says whether the event happened.",
                        column=date,
                    )
                )
    return found
