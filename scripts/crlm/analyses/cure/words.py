"""Words of the cure model, with a plain warning where follow-up is too short for it."""

from crlm.analyses.cure.tables import tabulate_cure
from crlm.display.sections import Section
from crlm.plan import phrases

REFERENCES = (
    {
        "text": "Maller RA, Zhou S. Estimating the proportion of immunes in a censored sample. Biometrika 1992;79:731-739",
        "doi": "10.1093/biomet/79.4.731",
    },
    {
        "text": "Maller RA, Zhou X. Survival analysis with long-term survivors. Chichester: Wiley; 1996",
    },
    {
        "text": "Selukar S, Othus M. RECeUS: ratio estimation of censored uncured subjects, a different approach for "
        "assessing cure model appropriateness in studies with long-term survivors. Statistics in Medicine 2023;42:209-227",
        "doi": "10.1002/sim.9610",
    },
    {
        "text": "Othus M, Barlogie B, LeBlanc ML, Crowley JJ. Cure models as a useful statistical tool for analyzing survival. "
        "Clinical Cancer Research 2012;18:3731-3736",
        "doi": "10.1158/1078-0432.CCR-11-2859",
    },
)


def tabulate_endpoint(plan, results, name):
    """Cured shares of all groups."""
    if name in plan["cure"].get("endpoints", []):
        tables = (results[key] for key in ("cure", "cure_tests"))
        mine = [table[table["endpoint"] == name] for table in tables]
        yield tabulate_cure(*mine, name, plan["endpoints"][name], plan["cure"])


def show_endpoint(page, name):
    """The warning, a figure per grouping, then the table."""
    settings, endpoint = page.plan["cure"], page.plan["endpoints"][name]
    if name not in settings.get("endpoints", []):
        return []
    cured = page.results["cure"]
    warning = warn(cured[cured["endpoint"] == name], settings["groupings"])
    blocks = [{"kind": "text", "paragraphs": [warning]}] if warning else []
    for key, grouping in settings["groupings"].items():
        title = f"{endpoint['label']}: cured share, {grouping['label']}"
        blocks += page.figure(f"cure_{name}_{key}", title, "cure")
    blocks += page.table(f"cure_{name}")
    return [Section(f"{name}-cure", "Cured share", blocks)]


def warn(cured, groupings):
    """In which groups follow-up may be too short to tell the cured from the others; empty where in none."""
    short = cured[cured["follow_up"] == "may be too short"]
    names = []
    for row in short.itertuples():
        grouping = groupings[row.grouping]
        label = grouping["group_labels"][row.group]
        names.append(f"{grouping['label']}: {label}" if len(grouping["groups"]) > 1 else label)
    if not names:
        return ""
    return (
        "Follow-up may be too short to tell cured patients from those whose event is still to come. This concerns "
        f"{'; '.join(names)}. Where it is so, the cured share is an extrapolation of the model, whatever its interval, and "
        "must not be reported as cure."
    )


def list_not_done(plan):
    """Why there is no cure model."""
    if not plan["cure"]:
        yield "Cure model", "the plan does not ask for it (cure:)"
    for name in plan["cure"].get("delayed", []):
        why = "delayed entry (entry:): the test of follow-up does not know it"
        yield f"{plan['endpoints'][name]['label']}: cure model", why


def tell_methods(plan, results):
    """How the cured share was estimated, an empty list where the plan does not ask for it."""
    if not (settings := plan["cure"]) or not settings["endpoints"]:
        return []
    names = phrases.join_words(plan["endpoints"][name]["label"] for name in settings["endpoints"])
    distribution = phrases.to_words(settings["distribution"])
    words = (
        f"The cured share ({names}) was estimated in each group on its own by a mixture cure model: a share that never has the "
        f"event, and {distribution} times of the others (maximum likelihood; limits on the logit scale; likelihood-ratio test "
        "against nobody being cured, half of a chi-square with one degree of freedom). Whether the share is the same in all groups "
        "of a grouping was tested by the likelihood ratio of models with one share and with a share for each group, the times of "
        "the others being each group's own; p-values are not adjusted for their number. Cured is a word of the model: no "
        "patient is known to be, the other mortality of the population is not modelled, and where the endpoint counts every "
        "death nobody is cured of it in the long run (Othus et al. 2012). The shape of the other times is an assumption, on "
        "which the share depends the more the shorter the follow-up is.",
        "Follow-up was judged by the share of patients followed beyond the last event, the test of Maller and Zhou (1992; "
        "1996) with follow-up being too short as its null hypothesis, and the share of those free of the event at the end of "
        "follow-up whom the model takes as not cured, with 5% as bound (after Selukar and Othus 2023). Both bounds are "
        "conventions, and neither proves that there is a cured share.",
    )
    return [("Cured share", list(words))]


def list_references(plan):
    """The papers of the methods."""
    if not plan["cure"]:
        return []
    return [{"text": each["text"], "links": phrases.list_links(each)} for each in REFERENCES]


def list_uses(plan):
    """lifelines fits the model; the judgement of the follow-up is computed here."""
    if plan["cure"].get("endpoints"):
        yield "lifelines", "cure models"
        yield phrases.OWN, "length of follow-up for cure models"
