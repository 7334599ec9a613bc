"""What the forests of interactions show."""

from crlm.display import findings
from crlm.display.sections import Answer


def describe_figures(plan, results):
    """The hazard ratio in everybody, how many interactions are clear, and the smallest p of them."""
    for name, endpoint in plan["endpoints"].items():
        for key, item in plan["interactions"].items():
            table = results["endpoints"][name]["interactions"]
            words = findings.tell_interactions(
                plan, table[table["analysis"] == key], item["variable"]
            )
            if words:
                yield Answer(
                    f"{endpoint['label']}, {item['label']}: {words}", f"interactions_{name}_{key}"
                )
