"""Effects within subgroups: of which variable, within which."""

from crlm.plan.groupings import label_specs
from crlm.plan.variables import LEVEL_KINDS, NUMBER_KINDS


def resolve(settings, study):
    """Return the analyses {name: {variable, within, adjust, label}}."""
    for name, item in settings.items():
        place = f"subgroups.{name}"
        study.require(item["variable"], f"{place}.variable", NUMBER_KINDS + LEVEL_KINDS)
        for other in item["within"]:
            study.require(other, f"{place}.within", LEVEL_KINDS)
        for other in item["adjust"]:
            study.require(other, f"{place}.adjust", NUMBER_KINDS + LEVEL_KINDS)
        if item["variable"] in [*item["within"], *item["adjust"]]:
            study.problems.append(f"{place}: {item['variable']} stands there twice.")
        for other in [item["variable"], *item["within"], *item["adjust"]]:
            if study.variables.get(other, {}).get("timing") == "follow_up":
                study.problems.append(
                    f"{place}: {other} becomes known in follow-up; use a model with landmark_months."
                )
        first = study.variables.get(item["variable"], {"label": name})
        item["label"] = label_specs(item.get("label"), [first])
    return settings
