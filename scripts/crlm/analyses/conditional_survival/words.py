"""Words of conditional survival."""

from crlm.analyses.conditional_survival.tables import tabulate_conditional_survival
from crlm.display.sections import Section
from crlm.plan import phrases

REFERENCE = {
    "text": "Hieke S, Kleber M, König C, Engelhardt M, Schumacher M. Conditional survival: a useful concept to provide information "
    "on how prognosis evolves over time. Clinical Cancer Research 2015;21:1530-1536",
    "doi": "10.1158/1078-0432.CCR-14-2154",
}


def tabulate_endpoint(plan, results, name):
    """Conditional survival of all groups."""
    settings = plan["conditional_survival"]
    if name in settings.get("endpoints", {}):
        found = results["conditional_survival"]
        found = found[found["endpoint"] == name]
        yield tabulate_conditional_survival(found, name, settings, plan["endpoints"])


def show_endpoint(page, name):
    """A figure per grouping, then the table."""
    settings, endpoint = page.plan["conditional_survival"], page.plan["endpoints"][name]
    if name not in settings.get("endpoints", {}):
        return []
    blocks = []
    for key, grouping in settings["groupings"].items():
        title = f"{endpoint['label']}: conditional survival, {grouping['label']}"
        blocks += page.figure(f"conditional_survival_{name}_{key}", title, "conditional_survival")
    blocks += page.table(f"conditional_survival_{name}", "Conditional survival in all groups")
    return [Section(f"{name}-conditional-survival", "Conditional survival", blocks)]


def list_not_done(plan):
    """Why there is no conditional survival."""
    if not plan["conditional_survival"]:
        yield "Conditional survival", "the plan does not ask for it (conditional_survival:)"


def tell_methods(plan, results):
    """How conditional survival was estimated, an empty list where the plan does not ask for it."""
    if not (settings := plan["conditional_survival"]):
        return []
    endpoints = plan["endpoints"]
    given = phrases.join_words(f"{months:g}" for months in settings["given_months"])
    further = phrases.join_words(f"{months:g}" for months in settings["further_months"])
    names = phrases.join_words(endpoints[name]["label"] for name in settings["endpoints"])
    sentences = [
        f"Conditional survival ({names}) is that of the patients who were still at risk after {given} months, for {further} "
        "further months: the Kaplan-Meier estimate in those observed beyond that time, with time counted from there (Hieke et "
        "al. 2015). Limits are log-log, with Greenwood's variance of the time after the condition only.",
        "It describes those who got so far: what differs between groups then is an association, among patients whom the time until "
        "then has selected. The months were fixed by the plan; intervals are not adjusted for their number.",
    ]
    second = {
        given: endpoints[given]
        for conditions in settings["endpoints"].values()
        for given in conditions[1:]
    }
    for endpoint in second.values():
        sentences.append(
            f"It was also estimated in those free of the events of {endpoint['label']} at that time; whoever was not followed for "
            "them until then is not known to be free of them, and is left out."
        )
    if any(endpoints[name].get("entry") for name in settings["endpoints"]):
        sentences.append("With delayed entry patients count from their entry on, also here.")
    return [("Conditional survival", [" ".join(sentences)])]


def list_references(plan):
    """The paper of the method."""
    if not plan["conditional_survival"]:
        return []
    return [{"text": REFERENCE["text"], "links": phrases.list_links(REFERENCE)}]


def list_uses(plan):
    """scikit-survival computes the curves."""
    if plan["conditional_survival"]:
        yield "scikit-survival", "conditional survival"
