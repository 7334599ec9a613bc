"""Mixture cure model: which endpoints and groups, and which times the others have."""

from crlm.plan.schema import nearest

KEYS = ("label", "groups", "group_labels", "landmark_months", "note")


def resolve(settings, study):
    """Return {endpoints, delayed, groupings, distribution}, or an empty dict without the key.

    endpoints: names without delayed entry; delayed: those with it, which are not done; groupings: {name: {label, groups,
    group_labels, landmark_months, note}}.
    """
    if settings is None:
        return {}
    for key, known in (("endpoints", study.endpoints), ("groupings", study.groupings)):
        for name in settings[key] or []:
            if name not in known:
                study.problems.append(
                    f"cure.{key}: {name} is no {key.removesuffix('s')}.{nearest(name, known)}"
                )
    chosen = [name for name in settings["endpoints"] or study.endpoints if name in study.endpoints]
    groupings = settings["groupings"] or study.groupings
    return {
        "endpoints": [name for name in chosen if not study.endpoints[name]["entry"]],
        "delayed": [name for name in chosen if study.endpoints[name]["entry"]],
        "groupings": {
            name: {key: study.groupings[name].get(key) for key in KEYS}
            for name in groupings
            if name in study.groupings
        },
        "distribution": settings["distribution"],
    }
