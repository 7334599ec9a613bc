"""Conditional survival: which endpoints and groups, after which months, for how many further ones."""

from crlm.plan.schema import nearest

KEYS = ("label", "groups", "group_labels", "landmark_months")


def resolve(settings, study):
    """Return {endpoints, groupings, given_months, further_months, given}, or an empty dict without the key.

    endpoints: {endpoint: [endpoints of which patients are free at the given months]}, itself first; groupings: {name: {label,
    groups, group_labels, landmark_months}}; months rising.
    """
    if settings is None:
        return {}
    place = "conditional_survival"
    endpoints = _list_known(settings["endpoints"], study.endpoints, f"{place}.endpoints", study)
    groupings = _list_known(settings["groupings"], study.groupings, f"{place}.groupings", study)
    given = settings["given"]
    if given and not _list_known([given], study.endpoints, f"{place}.given", study):
        given = None
    for name in endpoints if given else []:
        _check_start(name, given, f"{place}.given", study)
    return {
        "endpoints": {
            name: [name, given] if given and given != name else [name] for name in endpoints
        },
        "groupings": {
            name: {key: study.groupings[name][key] for key in KEYS} for name in groupings
        },
        "given_months": sorted(settings["given_months"]),
        "further_months": sorted(settings["further_months"]),
    }


def _list_known(names, known, place, study):
    """Those of the names, or of all when none are given, that there are; a problem for each of the others."""
    for name in names or []:
        if name not in known:
            kind = "grouping" if place.endswith("groupings") else "endpoint"
            study.problems.append(f"{place}: {name} is no {kind}.{nearest(name, known)}")
    return [name for name in names or known if name in known]


def _check_start(name, given, place, study):
    """Both endpoints must count from one day, or the given months are not the same."""
    mine, other = study.endpoints[name], study.endpoints[given]
    for key, what in (("origin", "time origin"), ("entry", "delayed entry")):
        if mine[key] != other[key]:
            study.problems.append(
                f"{place}: {name} and {given} differ in their {what} ({key}); name the endpoints that share it under "
                "conditional_survival.endpoints."
            )
