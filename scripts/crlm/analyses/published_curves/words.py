"""Words of the published curves of the plan, reconstructed."""

from crlm.analyses.published_curves.tables import (
    tabulate_reconstructed,
    tabulate_reconstructed_survival,
)
from crlm.display.sections import Section
from crlm.plan import phrases
from crlm.plan.phrases import OWN, tell_evidence

GUYOT = {
    "text": "Guyot P, Ades AE, Ouwens MJNM, Welton NJ. Enhanced secondary analysis of survival data: reconstructing the data from "
    "published Kaplan-Meier survival curves. BMC Med Res Methodol 2012;12:9.",
    "doi": "10.1186/1471-2288-12-9",
}


def tabulate_endpoint(plan, results, name):
    """The curves that the plan compares with one endpoint: this cohort against them, and survival of both."""
    if plan["published_curves"]:
        points, groups = results["reconstructed_points"], results["reconstructed_groups"]
        specs = (name, plan["endpoints"], plan["published_curves"], plan["groupings"])
        yield tabulate_reconstructed(groups, *specs)
        yield tabulate_reconstructed_survival(points, groups, *specs)


def show_endpoint(page, name):
    """A figure per curve, then the tables."""
    blocks, endpoint = [], page.plan["endpoints"][name]
    for key, curve in page.plan["published_curves"].items():
        title = f"{endpoint['label']}: {curve['label']}, reconstructed, and here"
        blocks += page.figure(f"reconstructed_{name}_{key}", title, "reconstructed")
    blocks += page.table(f"reconstructed_{name}")
    table = f"digitised_survival_{name}"
    blocks += page.table(table, "Survival here and by the reconstructed curves")
    return [Section(f"{name}-reconstructed", "Published curves, reconstructed", blocks)]


def list_not_done(plan):
    """Why no curve is reconstructed."""
    if not plan["published_curves"]:
        yield "Published curves, reconstructed", "the plan adds none (published:)"


def list_references(plan):
    """Citations of the curves, and of the method: dicts with text and links."""
    curves = plan["published_curves"].values()
    items = [{"text": f"{curve['label']}: {curve['source']}", "links": []} for curve in curves]
    method = {"text": f"Reconstruction of published curves: {GUYOT['text']}"}
    return [*items, {**method, "links": phrases.list_links(GUYOT)}] if items else []


def tell_methods(plan, results):
    """How curves were digitised and reconstructed."""
    if not plan["published_curves"]:
        return []
    groups, sentences = results["reconstructed_groups"], []
    for key, curve in plan["published_curves"].items():
        mine = groups[groups["curve"] == key]
        endpoint = plan["endpoints"][curve["endpoint"]]["label"]
        sentences.append(
            f"{curve['label']}: {curve['source']}; {curve['published_endpoint']}, set beside {endpoint} here "
            f"({plan['groupings'][curve['grouping']]['label']}); {phrases.plural(mine['readings'].sum(), 'reading')} of "
            f"{phrases.plural(len(mine), 'curve')}, {phrases.plural(mine['published_patients'].sum(), 'patient')}, "
            f"{phrases.plural(mine['published_events'].sum(), 'event')} reconstructed; readings {tell_evidence(curve['evidence'])}."
        )
    paragraphs = [
        "Published survival curves were digitised, and individual times were reconstructed from their points and numbers at risk "
        f"by the algorithm of Guyot et al. 2012 (doi:{GUYOT['doi']}): events so that the Kaplan-Meier estimate meets the "
        "readings, censoring even between two printed times so that the numbers at risk are met. The times are not data of "
        "patients: they carry the error of the reading (readings of two decimals can miss the median where the curve is flat near "
        "50%) and none of the covariates, so that the hazard ratio of a Cox model (Efron, Wald limits) and the log-rank test of "
        "this cohort against the published patients are not adjusted for anything.",
        *sentences,
    ]
    return [("Published curves", paragraphs)]


def list_uses(plan):
    """Published curves are reconstructed here."""
    if plan["published_curves"]:
        yield OWN, "reconstruction of published curves"
