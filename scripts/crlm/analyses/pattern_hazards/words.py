"""Words of the hazard ratios of growth patterns beside published ones."""

from crlm.analyses.pattern_hazards.tables import tabulate_hazards
from crlm.display.sections import Section
from crlm.plan import phrases


def tabulate_endpoint(plan, results, name):
    """The cohort's own hazard ratios and the published ones, of an endpoint of which some were published."""
    if contrasts := plan["pattern_hazards"].get(name):
        hazards = results["endpoints"][name]["pattern_hazards"]
        yield tabulate_hazards(hazards, contrasts, name, plan["endpoints"][name])


def show_endpoint(page, name):
    """The forest, then the table."""
    title = (
        f"{page.plan['endpoints'][name]['label']}: growth patterns beside published hazard ratios"
    )
    blocks = [
        *page.figure(f"pattern_hazards_{name}", title, "pattern_hazards"),
        *page.table(f"pattern_hazards_{name}"),
    ]
    return [
        Section(f"{name}-pattern-hazards", "Growth patterns beside published hazard ratios", blocks)
    ]


def list_not_done(plan):
    """Why nothing published stands beside the growth patterns."""
    if plan["growth_patterns"] and not plan["pattern_hazards"]:
        yield (
            "Growth patterns beside published hazard ratios",
            "none was published for an endpoint and a rule of the plan (endpoints: published_as:)",
        )


def tell_methods(plan, results):
    """How the cohort's own ratios were estimated, and where the published ones come from."""
    if not plan["pattern_hazards"]:
        return []
    sources = dict.fromkeys(each["source"] for each in _list_contrasts(plan))
    words = (
        f"Hazard ratios between growth patterns, unadjusted and from a Cox model of all groups of a rule, stand beside published "
        f"ones ({'; '.join(sources)}) for the same endpoint; no test compares the two."
    )
    return [("Growth patterns", [words])]


def list_references(plan):
    """The papers of the published ratios."""
    citations = {each["citation"]["text"]: each["citation"] for each in _list_contrasts(plan)}
    return [
        {"text": text.strip(), "links": phrases.list_links(citation)}
        for text, citation in citations.items()
    ]


def list_uses(plan):
    """Which library fits the models of the ratios."""
    if plan["pattern_hazards"]:
        yield "lifelines", "Cox models"


def _list_contrasts(plan):
    return [each for contrasts in plan["pattern_hazards"].values() for each in contrasts]
