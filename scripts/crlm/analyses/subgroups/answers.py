"""What the forests of subgroups show."""

from crlm.display import findings
from crlm.display.sections import Answer


def describe_figures(plan, results):
    """The hazard ratio in everybody, and whether it differs between the subgroups by the tests for interaction."""
    for name, endpoint in plan["endpoints"].items():
        for key, item in plan["subgroups"].items():
            table = results["endpoints"][name]["subgroups"]
            words = findings.tell_interactions(
                plan, table[table["analysis"] == key], item["variable"]
            )
            if words:
                yield Answer(
                    f"{endpoint['label']}, {item['label']} within subgroups: {words}",
                    f"subgroups_{name}_{key}",
                )
