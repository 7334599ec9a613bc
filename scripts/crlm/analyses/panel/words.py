"""Words of a panel of markers."""

from crlm.analyses.panel.tables import tabulate_panel
from crlm.display.sections import Section
from crlm.plan import phrases
from crlm.plan.phrases import OWN

LONG = 25  # rows from which on the table is folded
REFERENCE = {
    "text": "Benjamini Y, Hochberg Y. Controlling the false discovery rate: a practical and powerful approach to multiple testing. "
    "Journal of the Royal Statistical Society, Series B 1995;57:289-300",
    "doi": "10.1111/j.2517-6161.1995.tb02031.x",
}


def tabulate_endpoint(plan, results, name):
    """One row per marker or level."""
    settings = plan["panel"]
    if name in settings.get("endpoints", []):
        panel, endpoint = results["endpoints"][name]["panel"], plan["endpoints"][name]
        yield tabulate_panel(panel, name, endpoint, settings, plan["variables"])


def show_endpoint(page, name):
    """The volcano, then the table."""
    title = f"{page.plan['endpoints'][name]['label']}: panel of markers"
    blocks = page.figure(f"panel_{name}", title, "panel")
    long = len(page.plan["panel"].get("markers", [])) > LONG
    blocks += page.table(f"panel_{name}", "All markers" if long else "")
    return [Section(f"{name}-panel", "Panel of markers", blocks)]


def list_not_done(plan):
    """Why there is none."""
    if not plan["panel"]:
        yield "Panel of markers", "the plan names none (panel:)"
        return
    for name, endpoint in plan["endpoints"].items():
        if name not in plan["panel"]["endpoints"]:
            why = "the plan asks for other endpoints (panel: endpoints:)"
            yield f"{endpoint['label']}: panel of markers", why


def tell_methods(plan, results):
    """How the markers were fitted and what a discovery is."""
    if not (settings := plan["panel"]):
        return []
    words = (
        f"Each of {phrases.plural(len(settings['markers']), 'marker')} was fitted per endpoint by a Cox model (Efron) of its own "
        "in the patients in whom it is known"
    )
    if settings["adjust"]:
        names = phrases.join_words(plan["variables"][each]["label"] for each in settings["adjust"])
        words += f", and by one adjusted for {names}"
    words += (
        ". A marker was tested by the likelihood ratio against the model without it, of the same patients; p-values of the markers "
        "of a model were turned into false-discovery rates (q) by Benjamini and Hochberg (1995), which holds for markers that are "
        f"independent or go up together; those with q of {settings['false_discovery_rate']:g} or less are called discoveries, "
        "which are hypotheses for other cohorts. Numbers are "
    )
    words += (
        "scaled to one standard deviation, that of all patients of the endpoint (from the landmark on, if there is one) in whom "
        "the number is known and of its logarithm where that is taken"
        if settings["per"] == "sd"
        else "per their own step"
    )
    words += "; gains of C are apparent, without correction for optimism."
    return [("Panel of markers", [words])]


def list_references(plan):
    """The paper of the false-discovery rate."""
    if not plan["panel"]:
        return []
    return [{"text": REFERENCE["text"], "links": phrases.list_links(REFERENCE)}]


def list_uses(plan):
    """What the panel is computed by."""
    if plan["panel"]:
        yield OWN, "Cox models of the panel of markers"
        yield "statsmodels", "false-discovery rates"
