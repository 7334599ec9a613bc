"""What a score file says was published for its strata: a slip of the hand there would be shown as a finding about the cohort."""

import math

from crlm.plan.schema import nearest


def check_published(name, score, problems):
    """Note every published stratum that the score cannot have, and survival that cannot be."""
    for number, entry in enumerate(score["published"], 1):
        stratum = "".join(f", {key} {entry[key]}" for key in ("group", "value") if key in entry)
        place = (
            f"score {name} ({name}.yaml): published, entry {number} ({entry['source']}{stratum})"
        )
        _check_stratum(place, entry, score, problems)
        _check_survival(place, entry, problems)


def _check_stratum(place, entry, score, problems):
    if "group" in entry and "value" in entry:
        problems.append(f"{place}: give the group or the value, not both.")
    if entry.get("group") not in (None, *score["groups"]):
        problems.append(
            f"{place}: no group '{entry['group']}', of which survival is given; there are "
            f"{', '.join(score['groups']) or 'none'}.{nearest(entry['group'], score['groups'])}"
        )
    if "value" not in entry or score.get("not_implementable"):
        return
    least, most = score["range"]
    least, most = -math.inf if least is None else least, math.inf if most is None else most
    # within the range, not among the sums: Rees 2008 prints survival for 30 points, which no patient can have
    if not least <= entry["value"] <= most:
        problems.append(
            f"{place}: no patient can have {entry['value']:g} points; the range is {least:g} to {most:g}."
        )


def _check_survival(place, entry, problems):
    months = {}
    for month, percent in entry.get("survival", {}).items():
        try:
            months[float(month)] = percent
        except ValueError:
            problems.append(
                f"{place}: survival is given at '{month}'; write the month as a number."
            )
        if not 0 <= percent <= 100:
            problems.append(
                f"{place}: survival at {month} months is {percent:g}; write per cent from 0 to 100."
            )
    earlier = None
    for month in sorted(months):
        if earlier is not None and months[month] > months[earlier]:
            problems.append(
                f"{place}: survival rises from {months[earlier]:g} at {earlier:g} months to {months[month]:g} at {month:g}; "
                "look it up in the source again."
            )
        earlier = month
    for month in entry.get("survival_evidence", {}):
        if month not in entry.get("survival", {}):
            problems.append(f"{place}: survival_evidence names {month} months, survival does not.")
