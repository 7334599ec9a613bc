"""Words of the conventions: why the numbers of another package differ."""

from crlm.analyses.conventions.tables import tabulate_conventions
from crlm.display.sections import Section

WORDS = (
    "Packages differ in what they do unless told otherwise. The table sets the main estimates of this report beside those that "
    "the conventions of other packages give in the same patients, so that a difference between two analyses of one cohort can "
    "be told from an error."
)


def tabulate_last(plan, results):
    """The estimates under each convention."""
    yield tabulate_conventions(results["conventions"], plan)


def show_last(page):
    """The section, with its table folded."""
    table = page.table("conventions", "The main estimates under other conventions")
    blocks = [{"kind": "text", "paragraphs": [WORDS]}, *table] if table else []
    return [Section("conventions", "Why do my numbers differ", blocks)]


def list_uses(plan):
    """Which library computes by the other conventions."""
    yield "statsmodels", "estimates under other conventions"
