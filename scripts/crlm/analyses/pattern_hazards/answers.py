"""What the forests of growth patterns beside published hazard ratios show."""

from crlm.analyses.pattern_hazards.tables import name_groups
from crlm.display import findings
from crlm.display.sections import Answer
from crlm.plan import phrases


def describe_figures(plan, results):
    """Every hazard ratio here and the published one, with how well that is supported."""
    for name, contrasts in plan["pattern_hazards"].items():
        table = results["endpoints"][name]["pattern_hazards"]
        parts = []
        for (_, row), contrast in zip(table.iterrows(), contrasts, strict=True):
            known = findings.keep_known(row.to_frame().T.infer_objects(), "hazard_ratio", plan)
            if len(known):
                published = findings.tell_ratio(
                    row, ("published", "published_lower", "published_upper")
                )
                parts.append(
                    f"{name_groups(contrast)}, {findings.tell_ratio(row)} here and {published} published ({row['source']}; "
                    f"{phrases.tell_evidence(row['evidence'])})"
                )
        if parts:
            label = plan["endpoints"][name]["label"]
            yield Answer(
                f"{label}: unadjusted hazard ratios, {'; '.join(parts)}.", f"pattern_hazards_{name}"
            )
