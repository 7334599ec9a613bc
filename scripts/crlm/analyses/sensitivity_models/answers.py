"""What the figures of other methods beside the Cox model show."""

from crlm.analyses.sensitivity_models.tables import tell_best
from crlm.display.sections import Answer


def describe_figures(plan, results):
    """Whether any method was better than the plain Cox model in the patients left out."""
    settings = plan["sensitivity_models"]
    for name in settings["endpoints"] if settings else ():
        result = results["endpoints"][name]
        tables = result["sensitivity_models"], result["sensitivity_differences"]
        for key in settings["models"]:
            if words := tell_best(*tables, key, settings):
                yield Answer(
                    f"{plan['endpoints'][name]['label']}. {words}",
                    f"sensitivity_models_{name}_{key}",
                )
