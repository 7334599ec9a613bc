"""Recorded scores beside computed ones: which pairs."""

from crlm.plan.schema import nearest

KEY = "scores"


def resolve(settings, study):
    """Return the pairs {name: {recorded, computed, ...}} as the plan names them."""
    agreement = settings["agreement"]
    for name, item in agreement.items():
        place = f"scores.agreement.{name}"
        study.require(item["recorded"], f"{place}.recorded", ("count", "continuous"))
        if item["recorded"] == item["computed"]:
            study.problems.append(
                f"{place}: {item['computed']} is set beside itself; `recorded` is the variable with the score as the file has it."
            )
        if item["computed"] not in study.scores:
            study.problems.append(
                f"{place}.computed: no score '{item['computed']}'.{nearest(item['computed'], study.scores)}"
            )
        else:
            study.require(item["computed"], f"{place}.computed")
    return agreement
