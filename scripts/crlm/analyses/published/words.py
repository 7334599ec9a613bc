"""Words of the cohort beside the survival published for the same strata."""

from dataclasses import replace

from crlm.analyses.published.numbers import find_main
from crlm.analyses.published.tables import (
    tabulate_published_expected,
    tabulate_published_survival,
)
from crlm.display.sections import Section


def tabulate_main(plan, results):
    """Events observed over expected of every score as a whole, for the main endpoint or else the first with any."""
    name = find_main(plan, results)
    if name is not None:
        table = results["endpoints"][name]["published_expected"]
        table = table[table["kind"] == "overall"]
        made = tabulate_published_expected(table, name, plan["endpoints"], plan["scores"])
        yield replace(made, name=f"main_published_{name}")


def show_main(page):
    """The first score published for the main endpoint as a figure, and all of them in a table."""
    name, scores = find_main(page.plan, page.results), page.plan["scores"]
    if name is None:
        return []
    shown = [key for key in scores if f"published_{name}_{key}" in page.figures][:1]
    blocks = []
    for key in shown:
        title = (
            f"{page.plan['endpoints'][name]['label']}: {scores[key]['label']}, published and here"
        )
        blocks += page.figure(f"published_{name}_{key}", title, "published")
    blocks += page.table(f"main_published_{name}")
    return [Section("main-published", "Against the published strata", blocks)]


def tabulate_endpoint(plan, results, name):
    """Observed over expected events, and survival published and here."""
    result, specs = results["endpoints"][name], (name, plan["endpoints"], plan["scores"])
    if "published" in result:
        yield tabulate_published_expected(result["published_expected"], *specs)
        yield tabulate_published_survival(result["published"], *specs)


def show_endpoint(page, name):
    """A figure per score, then the tables."""
    blocks, endpoint = [], page.plan["endpoints"][name]
    for key, score in page.plan["scores"].items():
        title = f"{endpoint['label']}: {score['label']}, published and here"
        blocks += page.figure(f"published_{name}_{key}", title, "published")
    blocks += page.table(f"expected_events_{name}")
    blocks += page.table(f"published_{name}", "Survival published and here")
    return [Section(f"{name}-published", "Against the published strata", blocks)]


def tell_methods(plan, results):
    """How the cohort is set beside published survival, where an endpoint has any."""
    if not any("published" in result for result in results["endpoints"].values()):
        return []
    words = (
        "The patients of a value or group of a score were set beside the survival published for it, by Kaplan-Meier estimates "
        "at the published times. Expected events are the sum over the patients of the published cumulative hazard (minus the "
        "logarithm of the published survival, straight between published times; of a derived curve its own) up to the end of "
        "their follow-up or the last published time; strata with a published survival of 0 are left out. Observed over expected "
        "events have exact Poisson limits. The patients, the years and the treatment differ, so that no test compares them."
    )
    return [("Against the published strata", [words])]
