"""What the flows between the groups of two scores show."""

from itertools import pairwise

from crlm.display import findings
from crlm.display.sections import Answer
from crlm.plan import phrases

SURVIVAL = ("survival", "lower", "upper")


def describe_figures(plan, results):
    """The widest flow of every pair of scores, with its survival where it is known."""
    for name, endpoint in plan["endpoints"].items() if plan["reclassification"] else ():
        flows, parts = results["endpoints"][name]["reclassification"], []
        for key, sides in plan["reclassification"].items():
            for step, (here, there) in enumerate(pairwise(sides), 1):
                mine = flows[(flows["comparison"] == key) & (flows["step"] == step)]
                mine = mine[
                    mine["from_group"].notna() & mine["to_group"].notna() & (mine["patients"] > 0)
                ]
                if len(mine):
                    parts.append(_tell(plan, mine, here, there))
        if parts:
            yield Answer(
                f"{endpoint['label']}: {'; '.join(parts)}.", f"performance_{name}_reclassification"
            )


def _tell(plan, rows, here, there):
    row = rows.loc[rows["patients"].idxmax()]
    first, second = here["level_labels"][row["from_group"]], there["level_labels"][row["to_group"]]
    words = (
        f"of {phrases.plural(int(rows['patients'].sum()), 'patient')} the widest flow is "
        f"{phrases.plural(int(row['patients']), 'patient')} from {here['label']} {first} to {there['label']} {second}"
    )
    if len(findings.keep_known(rows.loc[[row.name]], "survival", plan)):
        words += f", survival {findings.tell_share(row, SURVIVAL)} at {row['horizon']:g} months"
    return words
