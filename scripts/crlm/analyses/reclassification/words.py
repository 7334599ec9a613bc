"""Words of the groups of one score in those of another."""

from crlm.analyses.reclassification.tables import tabulate_groups
from crlm.display.sections import Section
from crlm.plan import phrases
from crlm.survival.horizons import MINIMUM_EVENTS
from crlm.survival.risk_groups import FEW


def tabulate_endpoint(plan, results, name):
    """Patients by their groups in two scores."""
    if plan["reclassification"]:
        flows = results["endpoints"][name]["reclassification"]
        yield tabulate_groups(flows, name, plan["endpoints"][name], plan["reclassification"])


def show_endpoint(page, name):
    """Flows between groups, and their table."""
    title = f"{page.plan['endpoints'][name]['label']}: the groups of one score in those of another"
    blocks = [
        *page.figure(f"performance_{name}_reclassification", title, "reclassification"),
        *page.table(f"groups_{name}", "Groups compared as a table"),
    ]
    return [Section(f"{name}-groups", "Groups compared", blocks)]


def list_not_done(plan):
    """Why no groups are compared."""
    if not plan["reclassification"]:
        yield (
            "Groups of one score in those of another",
            "fewer than two scores with groups are in use",
        )


def tell_methods(plan, results):
    """Paragraphs on the groups of scores set against each other, an empty list without any."""
    if not plan["reclassification"]:
        return []
    pairs = [
        phrases.join_words(side["label"] for side in sides)
        for sides in plan["reclassification"].values()
    ]
    words = (
        f"Groups were set against each other for {'; '.join(pairs)}, in the patients who have a group in each, with the "
        "Kaplan-Meier survival of every cell at the last landmark before and after which there are enough patients "
        f"({MINIMUM_EVENTS} events before, {MINIMUM_EVENTS} patients beyond). Cells of fewer than {FEW} patients have no estimate."
    )
    return [("Groups compared", [words])]
