"""Words of the frozen plan: when, its hash, and every change since."""

from crlm.display import cells
from crlm.display.sections import Section
from crlm.plan import phrases

NAME = "plan_changes"
OPEN = "not recorded"


def tell_frozen(found):
    """When the plan was frozen and whether it was changed, in a sentence; found: as `crlm.plan.freeze.judge` returns it."""
    first = found["versions"][0]
    words = f"The analysis plan was frozen on {first['date']} (SHA-256 {first['sha256']})"
    later = [each["date"] for each in found["versions"][1:]]
    if later:
        words += f" and amended on {phrases.join_words(later)}"
    if found["changes"]:
        count = phrases.plural(len(found["changes"]), "key")
        return f"{words}; {count} of it {'was' if len(found['changes']) == 1 else 'were'} changed since."
    if found["same"]:
        return f"{words} and was not changed since."
    return f"{words}; since then only comments or the layout of its file were changed."


def tabulate_last(plan, results):
    """Every change: when, which key, before, after, why."""
    found = plan["frozen_plan"]
    if not found or not found["changes"]:
        return
    labels = ("Recorded", "Key of the plan", "Before", "After", "Reason given")
    columns = tuple(cells.Column(label, align="left") for label in labels)
    rows = tuple(
        cells.Row(
            tuple(
                map(
                    cells.text,
                    (
                        each["date"] or OPEN,
                        each["key"],
                        each["before"],
                        each["after"],
                        each["reason"] or phrases.MISSING,
                    ),
                )
            )
        )
        for each in found["changes"]
    )
    notes = (
        f"Recorded: day of the amendment; {OPEN}: changed after the last of {phrases.plural(len(found['versions']), 'version')}, "
        "on a day that this software does not know.",
        f"{phrases.MISSING}: the key was not there, or no reason was given.",
    )
    title = "Changes of the analysis plan since it was frozen"
    yield cells.DisplayTable(NAME, title, columns, rows, notes, "Changed plan")


def show_last(page):
    """The section of the frozen plan."""
    found = page.plan["frozen_plan"]
    if not found:
        return []
    blocks = [{"kind": "text", "paragraphs": [tell_frozen(found)]}, *page.table(NAME)]
    return [Section("frozen-plan", "The frozen analysis plan", blocks)]


def tell_methods(plan, results):
    """When the plan was frozen."""
    found = plan["frozen_plan"]
    return [("Analysis plan", [tell_frozen(found)])] if found else []


def list_not_done(plan):
    """That nothing tells what was planned beforehand."""
    if not plan["frozen_plan"]:
        yield (
            "Frozen analysis plan",
            "no plan was frozen (make freeze): this report cannot tell what was planned beforehand",
        )
