"""Words of effects within subgroups."""

from crlm.analyses.subgroups.tables import tabulate_subgroups
from crlm.display.sections import Section


def tabulate_endpoint(plan, results, name):
    """One table per analysis."""
    table, endpoint = results["endpoints"][name]["subgroups"], plan["endpoints"][name]
    for key, analysis in plan["subgroups"].items():
        yield tabulate_subgroups(table, name, endpoint, key, analysis, plan["variables"])


def show_endpoint(page, name):
    """Forest and table of every analysis."""
    blocks, endpoint = [], page.plan["endpoints"][name]
    for key, analysis in page.plan["subgroups"].items():
        title = f"{endpoint['label']}: {analysis['label']}, within subgroups"
        blocks += page.figure(f"subgroups_{name}_{key}", title, "subgroups")
        blocks += page.table(f"subgroups_{name}_{key}")
    return [Section(f"{name}-subgroups", "Effects within subgroups", blocks)]


def list_not_done(plan):
    """Why there are none."""
    if not plan["subgroups"]:
        yield "Effects within subgroups", "the plan declares none (subgroups:)"


def tell_methods(plan, results):
    """How they were fitted and tested."""
    words = "Effects within subgroups are from Cox models in each subgroup; interaction was tested by the likelihood ratio."
    return [("Effects within subgroups", [words])] if plan["subgroups"] else []
