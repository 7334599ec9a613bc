"""Adjusted curves: which two groups, alike in which covariates."""

from crlm.plan.phrases import plural
from crlm.plan.schema import nearest
from crlm.plan.scores import KNOWN
from crlm.plan.variables import LEVEL_KINDS, NUMBER_KINDS, as_text


def resolve(settings, study):
    """Return {comparisons, horizons_months}, or an empty dict without the key.

    comparisons: {name: {label, column, groups (reference, other), group_labels, landmark_months, covariates: {name: spec},
    estimand, truncate_percent, endpoints: names, or None for every one}}; horizons_months: {endpoint: {name: months, rising}}, of
    the comparisons that the plan wants of it.
    """
    if not settings:
        return {}
    comparisons = {name: _resolve(name, item, study) for name, item in settings.items()}
    horizons = {name: item["horizons_months"] for name, item in settings.items()}
    return {
        "comparisons": {name: spec for name, spec in comparisons.items() if spec},
        "horizons_months": {
            name: {
                each: sorted(months or endpoint["landmarks_months"])
                for each, months in horizons.items()
                if not settings[each]["endpoints"] or name in settings[each]["endpoints"]
            }
            for name, endpoint in study.endpoints.items()
        },
    }


def _resolve(name, item, study):
    """One comparison, or None with the problems noted."""
    place, problems, before = f"adjusted_curves.{name}", study.problems, len(study.problems)
    groups = _find_groups(item, place, study)
    for covariate in item["covariates"]:
        study.require(covariate, f"{place}.covariates", NUMBER_KINDS + LEVEL_KINDS)
    for endpoint in item["endpoints"] or []:
        if endpoint not in study.endpoints:
            problems.append(
                f"{place}.endpoints: no endpoint '{endpoint}'.{nearest(endpoint, study.endpoints)}"
            )
    truncate = item["truncate_percent"]
    if truncate and truncate[0] >= truncate[1]:
        problems.append(f"{place}.truncate_percent: write the lower percentile first: [1, 99].")
    if len(problems) > before or not groups:
        return None
    labels, made_of, landmark = groups["group_labels"], groups["variables"], groups["landmark"]
    if item["landmark_months"] is not None:
        landmark = item["landmark_months"]
    stage = max(KNOWN.index(study.variables[each]["timing"]) for each in made_of)
    if KNOWN[stage] == "follow_up" and landmark is None:
        problems.append(
            f"{place}: {' and '.join(made_of)} becomes known in follow-up, so that groups cannot be made of it as if known at "
            "resection; give landmark_months."
        )
    for covariate in item["covariates"]:
        timing = study.variables[covariate]["timing"]
        if covariate in made_of:
            problems.append(f"{place}: {covariate} makes the groups and is a covariate; keep one.")
        elif timing == "follow_up":
            problems.append(
                f"{place}.covariates: {covariate} becomes known in follow-up; a covariate must be known when the groups are."
            )
        elif KNOWN.index(timing) > stage:
            problems.append(
                f"{place}.covariates: {covariate} ({timing}) becomes known after {' and '.join(made_of)} ({KNOWN[stage]}) and may "
                "follow from it; adjust for what was known before."
            )
    reference = as_text(item["against"]) if item["against"] is not None else next(iter(labels))
    if reference not in labels:
        problems.append(f"{place}.against: no group '{reference}'; there are {', '.join(labels)}.")
    return {
        "label": item["label"] or groups["label"],
        "column": groups["column"],
        "groups": sorted(labels, key=lambda group: group != reference),
        "group_labels": labels,
        "landmark_months": landmark,
        "covariates": {each: study.variables[each] for each in item["covariates"]},
        "estimand": item["estimand"],
        "truncate_percent": truncate,
        "endpoints": item["endpoints"],
    }


def _find_groups(item, place, study):
    """Column, labels and variables of the two groups of a grouping, or of the levels of a variable."""
    name = item["comparison"]
    if name in study.groupings:
        spec = study.groupings[name]
        found = {
            "column": f"grouping_{name}",
            "variables": spec["variables"],
            "landmark": spec["landmark_months"],
            "label": spec["label"],
            "group_labels": spec["group_labels"],
        }
    elif name in study.variables:
        spec = study.variables[name]
        study.require(name, f"{place}.comparison", LEVEL_KINDS)
        found = {
            "column": name,
            "variables": [name],
            "landmark": None,
            "label": spec["label"],
            "group_labels": {level: spec["level_labels"][level] for level in spec["levels"] or []},
        }
    else:
        known = [*study.groupings, *study.variables]
        study.problems.append(
            f"{place}.comparison: {name} is no grouping and no variable.{nearest(name, known)}"
        )
        return None
    count = len(found["group_labels"])
    if count != 2 and (name in study.groupings or spec["kind"] in LEVEL_KINDS):
        study.problems.append(
            f"{place}.comparison: {name} has {plural(count, 'group')}; curves are adjusted for two."
        )
    return found
