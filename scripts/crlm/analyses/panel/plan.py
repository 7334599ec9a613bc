"""A panel of markers: which, adjusted for what, per which step."""

from crlm.plan.schema import nearest
from crlm.plan.variables import LEVEL_KINDS, NUMBER_KINDS


def resolve(settings, study):
    """Return {markers, adjust, endpoints, per, false_discovery_rate, landmark_months}, or an empty dict without the key."""
    if settings is None:
        return {}
    for key in ("markers", "adjust"):
        for name in settings[key]:
            study.require(name, f"panel.{key}", NUMBER_KINDS + LEVEL_KINDS)
    for name in settings["markers"]:
        if name in settings["adjust"]:
            study.problems.append(f"panel: {name} is a marker and adjusted for; keep one.")
    for name in settings["endpoints"] or []:
        if name not in study.endpoints:
            study.problems.append(
                f"panel.endpoints: no endpoint '{name}'.{nearest(name, study.endpoints)}"
            )
    late = [
        name
        for name in [*settings["markers"], *settings["adjust"]]
        if study.variables.get(name, {}).get("timing") == "follow_up"
    ]
    if late and not settings.get("landmark_months"):
        study.problems.append(
            f"panel: {', '.join(late)} becomes known in follow-up, so that it cannot be used as if known at resection; give "
            "landmark_months."
        )
    return {
        **settings,
        "endpoints": settings["endpoints"] or list(study.endpoints),
        "landmark_months": settings.get("landmark_months"),
    }
