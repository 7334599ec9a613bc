"""Changes of a frozen plan limit the results."""

from crlm.plan import phrases


def list_limits(plan, results):
    """How many keys were changed after the plan was frozen."""
    found = plan["frozen_plan"]
    if found and found["changes"]:
        count = len(found["changes"])
        verb = "was" if count == 1 else "were"
        yield (
            f"{phrases.plural(count, 'key')} of the analysis plan {verb} changed after it was frozen on "
            f"{found['versions'][0]['date']} (see The frozen analysis plan): what rests on them was not planned beforehand."
        )
