"""Published curves that the plan adds: whom they are compared with."""

from crlm.plan.schema import nearest
from crlm.plan.scores import list_marks, mark_label
from crlm.plan.variables import as_text

ENDING = "_at_risk"
FOLDER = "config/published"
KEY = "published"


def resolve(settings, study):
    """Return the curves with their keys as texts; note unknown endpoints, groupings, groups and files that are not there."""
    endpoints, groupings, problems = study.endpoints, study.groupings, study.problems
    files, resolved = study.curve_files, {}
    for name, curve in settings.items():
        place = f"published.{name}"
        if name.removesuffix(ENDING) != name and name.removesuffix(ENDING) in settings:
            problems.append(f"{place}: {name}.csv is the row at risk of another curve; rename it.")
        for key, known in (("endpoint", endpoints), ("grouping", groupings)):
            if curve[key] not in known:
                problems.append(
                    f"{place}.{key}: no {key} '{curve[key]}'.{nearest(curve[key], known)}"
                )
        strata = {
            as_text(stratum): None if group is None else as_text(group)
            for stratum, group in curve["strata"].items()
        }
        events = {as_text(stratum): number for stratum, number in curve["total_events"].items()}
        groups = groupings.get(curve["grouping"], {}).get("groups", [])
        for stratum, group in strata.items():
            if groups and group is not None and group not in groups:
                problems.append(
                    f"{place}.strata.{stratum}: no group '{group}' in {curve['grouping']} ({', '.join(groups)})."
                    f"{nearest(group, groups)}"
                )
        for stratum in events:
            if strata and stratum not in strata:
                problems.append(
                    f"{place}.total_events: '{stratum}' does not stand under strata.{nearest(stratum, strata)}"
                )
        if strata and all(group is None for group in strata.values()):
            problems.append(f"{place}.strata: no stratum has a group to be compared with.")
        for file, columns in ((name, "survival"), (name + ENDING, "at_risk")):
            if file not in files:
                problems.append(
                    f"{place}: there is no file {FOLDER}/{file}.csv; make it with the columns stratum, time_months, {columns}."
                    f"{nearest(file, files)}"
                )
        resolved[name] = {
            **curve,
            "label": mark_label(curve["label"], list_marks(curve["evidence"])),
            "strata": strata,
            "total_events": events,
        }
    return resolved
