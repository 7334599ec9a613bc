"""Interactions: the effect of which variable, by which others."""

from crlm.plan.groupings import label_specs
from crlm.plan.variables import LEVEL_KINDS, NUMBER_KINDS


def resolve(settings, study):
    """Return {name: {label, variable, by, adjust, landmark_months}}, empty without the key."""
    for name, item in (settings or {}).items():
        place = f"interactions.{name}"
        study.require(item["variable"], f"{place}.variable", NUMBER_KINDS + LEVEL_KINDS)
        for key in ("by", "adjust"):
            for other in item[key]:
                study.require(other, f"{place}.{key}", NUMBER_KINDS + LEVEL_KINDS)
        if item["variable"] in [*item["by"], *item["adjust"]]:
            study.problems.append(f"{place}: {item['variable']} stands there twice.")
        late = [
            each
            for each in [item["variable"], *item["by"], *item["adjust"]]
            if study.variables.get(each, {}).get("timing") == "follow_up"
        ]
        if late and not item.get("landmark_months"):
            study.problems.append(
                f"{place}: {', '.join(late)} becomes known in follow-up, so that it cannot be used as if known at resection; "
                "give landmark_months."
            )
        first = study.variables.get(item["variable"], {"label": name})
        item["label"] = label_specs(item.get("label"), [first])
        item["landmark_months"] = item.get("landmark_months")
    return settings or {}
