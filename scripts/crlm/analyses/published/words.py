"""Words of the cohort beside the survival published for the same strata."""

from crlm.analyses.published.tables import (
    tabulate_published_expected,
    tabulate_published_survival,
)
from crlm.display.sections import Section


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
