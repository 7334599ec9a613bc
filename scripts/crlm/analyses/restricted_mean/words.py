"""Words of restricted mean survival time: differences and ratios between groups."""

from crlm.analyses.restricted_mean.tables import tabulate_restricted_means
from crlm.display.sections import Section
from crlm.plan import phrases
from crlm.plan.phrases import OWN

REFERENCES = (
    {
        "text": "Royston P, Parmar MKB. Restricted mean survival time: an alternative to the hazard ratio for the design and "
        "analysis of randomized trials with a time-to-event outcome. BMC Medical Research Methodology 2013;13:152",
        "doi": "10.1186/1471-2288-13-152",
        "pmid": 24314264,
    },
    {
        "text": "Uno H, Claggett B, Tian L, et al. Moving beyond the hazard ratio in quantifying the between-group difference in "
        "survival analysis. Journal of Clinical Oncology 2014;32:2380-2385",
        "doi": "10.1200/JCO.2014.55.2208",
        "pmid": 24982461,
    },
)


def tabulate_endpoint(plan, results, name):
    """Restricted means of all groups at all horizons."""
    if settings := plan["restricted_mean"]:
        means = results["endpoints"][name]["restricted_mean"]
        yield tabulate_restricted_means(means, name, plan["endpoints"][name], settings)


def show_endpoint(page, name):
    """A figure per grouping, then the table."""
    endpoint, blocks = page.plan["endpoints"][name], []
    for key, grouping in page.plan["restricted_mean"].get("groupings", {}).items():
        title = f"{endpoint['label']}: restricted mean by {grouping['label']}"
        blocks += page.figure(f"restricted_mean_{name}_{key}", title, "restricted_mean")
    blocks += page.table(f"restricted_mean_{name}")
    return [Section(f"{name}-restricted-mean", "Restricted mean survival time", blocks)]


def list_not_done(plan):
    """Why there are no restricted means."""
    if not plan["restricted_mean"]:
        yield "Restricted mean survival time", "the plan does not ask for it (restricted_mean:)"


def tell_methods(plan, results):
    """How restricted means were estimated and compared, an empty list where the plan asks for none."""
    if not (settings := plan["restricted_mean"]):
        return []
    compared = "; ".join(
        f"{grouping['label']} (against {grouping['group_labels'][grouping['reference']]})"
        for grouping in settings["groupings"].values()
    )
    horizons = "; ".join(
        f"{plan['endpoints'][name]['label']}: {phrases.join_words(f'{each:g}' for each in months)} months"
        for name, months in settings["horizons_months"].items()
    )
    words = (
        f"Restricted mean survival time, the area under the Kaplan-Meier curve up to a horizon, was compared for {compared}, up to "
        f"the horizons of the plan ({horizons}), which are easier to read than hazard ratios and hold without proportional hazards "
        "(Royston and Parmar 2013; Uno et al. 2014). Variances, differences and ratios are those of the R package survRM2: normal "
        "limits for the mean and the difference, normal limits of the logarithm for the ratio; p-values are of Wald tests, not "
        "adjusted for their number. A group has no estimate beyond its last follow-up, unless all its patients had the event, and "
        "no limits or tests where no event came before the horizon."
    )
    return [("Restricted mean survival time", [words])]


def list_references(plan):
    """The papers of the method."""
    if not plan["restricted_mean"]:
        return []
    return [{"text": each["text"], "links": phrases.list_links(each)} for each in REFERENCES]


def list_uses(plan):
    """Restricted means are computed here."""
    if plan["restricted_mean"]:
        yield OWN, "restricted mean survival time"
