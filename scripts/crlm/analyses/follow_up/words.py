"""Words of the endpoints and their follow-up."""

from crlm.analyses.follow_up.tables import tabulate_follow_up
from crlm.display.sections import Section


def tabulate_main(plan, results):
    """Follow-up per endpoint."""
    summaries = {name: results["endpoints"][name]["summary"] for name in plan["endpoints"]}
    yield tabulate_follow_up(summaries, plan["endpoints"])


def show_main(page):
    """The section of endpoints and follow-up."""
    return [Section("follow-up", "Endpoints and follow-up", page.table("follow_up"))]
