"""Restricted mean survival time: which groupings, up to which months, against which group."""

from crlm.plan.schema import nearest
from crlm.plan.variables import as_text


def resolve(settings, study):
    """Return {groupings, horizons_months}, or an empty dict without the key.

    groupings: {name: {label, groups, group_labels, landmark_months, reference}}, every one with two
    or more groups unless the plan names them; horizons_months: {endpoint: months, rising}.
    """
    if settings is None:
        return {}
    several = {name: spec for name, spec in study.groupings.items() if len(spec["groups"]) > 1}
    names = settings["groupings"] or list(several)
    for name in names:
        if name not in several:
            words = "has one group" if name in study.groupings else "is no grouping"
            study.problems.append(
                f"restricted_mean.groupings: {name} {words}.{nearest(name, several)}"
            )
    if not names:
        study.problems.append("restricted_mean: no grouping of the plan has two groups to compare.")
    against = {name: as_text(group) for name, group in settings["against"].items()}
    for name, group in against.items():
        if name not in names:
            study.problems.append(
                f"restricted_mean.against: {name} is not among the groupings compared."
            )
        elif name in several and group not in several[name]["groups"]:
            groups = ", ".join(several[name]["groups"])
            study.problems.append(
                f"restricted_mean.against: {name} has no group '{group}'; there are {groups}."
            )
    keys = ("label", "groups", "group_labels", "landmark_months")
    return {
        "groupings": {
            name: {
                **{key: several[name][key] for key in keys},
                "reference": against.get(name, several[name]["groups"][0]),
            }
            for name in names
            if name in several
        },
        "horizons_months": {
            name: sorted(settings["horizons_months"] or endpoint["landmarks_months"])
            for name, endpoint in study.endpoints.items()
        },
    }
