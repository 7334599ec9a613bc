"""Words of declared interactions."""

from crlm.analyses.interactions.tables import tabulate_interactions
from crlm.display.sections import Section
from crlm.plan import phrases


def tabulate_endpoint(plan, results, name):
    """One table per endpoint."""
    if settings := plan["interactions"]:
        table, endpoint = results["endpoints"][name]["interactions"], plan["endpoints"][name]
        yield tabulate_interactions(table, name, endpoint, settings, plan["variables"])


def show_endpoint(page, name):
    """A forest per variable, then the table."""
    blocks, endpoint = [], page.plan["endpoints"][name]
    for key, item in page.plan["interactions"].items():
        title = f"{endpoint['label']}: {item['label']}, interactions"
        blocks += page.figure(f"interactions_{name}_{key}", title, "interactions")
    blocks += page.table(f"interactions_{name}")
    return [Section(f"{name}-interactions", "Interactions", blocks)]


def list_not_done(plan):
    """Why there are none."""
    if not plan["interactions"]:
        yield "Interactions", "the plan declares none (interactions:)"


def tell_methods(plan, results):
    """How interactions were tested and shown."""
    if not plan["interactions"]:
        return []
    pairs = [
        f"{item['label']} and {plan['variables'][other]['label']}"
        for item in plan["interactions"].values()
        for other in item["by"]
    ]
    words = (
        f"Interactions were declared in the plan ({'; '.join(pairs)}) and tested per endpoint by the likelihood ratio of Cox "
        "models (Efron) with and without the products of both variables, beside both and the adjustment. Hazard ratios within "
        "the levels of the other variable, at the quartiles of a number, and their ratios are those of the one model with the "
        "products, with a common baseline hazard and common effects of the adjustment. p-values are given as they are and "
        f"adjusted for the {phrases.plural(len(pairs), 'interaction')} of an endpoint by Holm."
    )
    return [("Interactions", [words])]


def list_uses(plan):
    """Which library fits."""
    if plan["interactions"]:
        yield "lifelines", "Cox models"
        yield "statsmodels", "Holm's adjustment"
