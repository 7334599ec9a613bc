"""Hazard ratios of growth patterns: which published ones can be set beside the cohort's own."""

from crlm.plan.phrases import name_endpoint


def resolve(settings, study):
    """Return {endpoint: list of contrasts}, of the endpoints and rules of the plan of which hazard ratios were published.

    A contrast: rule, label (of the rule), levels and their labels, level, reference, hazard_ratio, limits, source, citation,
    evidence, note.
    """
    found = {}
    for name, endpoint in study.endpoints.items():
        contrasts = [
            {
                "rule": rule,
                **{key: study.variables[rule][key] for key in ("label", "levels", "level_labels")},
                **{key: entry[key] for key in ("source", "citation", "evidence", "note")},
                **{key: item[key] for key in ("level", "reference", "hazard_ratio", "limits")},
            }
            for rule, spec in study.patterns.items()
            if rule in study.variables
            for entry in spec.get("published", [])
            for item in entry["ratios"]
            if name_endpoint(item["endpoint"]) == endpoint["published_as"]
        ]
        found |= {name: contrasts} if contrasts else {}
    return found
