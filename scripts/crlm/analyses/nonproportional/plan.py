"""Where hazards are not proportional: below which level, in which windows, up to which months, by which weights."""

from crlm.plan.models import UNIVARIABLE

LOG_RANK = [0, 0]  # the weights of the log-rank test


def resolve(settings, study):
    """Return {level, windows_months, horizons_months, weights, at_most, groupings, variables}, or an empty dict without the key.

    horizons_months: {endpoint: months, rising}; weights: pairs (rho, gamma), the log-rank test first; groupings: {variable:
    {name: {label, groups, group_labels}}} of the groupings that one variable makes, without a landmark of their own; variables:
    those whose univariable models are looked at, because a grouping of the plan is made of them.
    """
    if settings is None:
        return {}
    groupings = {}
    for name, spec in study.groupings.items():
        if len(spec["variables"]) == 1 and len(spec["groups"]) > 1 and not spec["landmark_months"]:
            keys = ("label", "groups", "group_labels")
            kept = {key: spec[key] for key in keys}
            groupings.setdefault(spec["variables"][0], {})[name] = kept
    alone = study.models[UNIVARIABLE]["variables"]
    weights = [each for each in settings["weights"] if each != LOG_RANK]
    return {
        "level": settings["level"],
        "windows_months": sorted(settings["windows_months"]),
        "horizons_months": {
            name: sorted(settings["horizons_months"] or endpoint["landmarks_months"])
            for name, endpoint in study.endpoints.items()
        },
        "weights": [LOG_RANK, *weights],
        "at_most": settings["at_most"],
        "groupings": groupings,
        "variables": [name for name in groupings if name in alone],
    }
