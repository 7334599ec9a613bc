"""Words of the disease states: how long patients live without evidence of disease."""

from crlm.analyses.disease_states.tables import (
    tabulate_means,
    tabulate_shares,
    tabulate_transitions,
)
from crlm.display.sections import Section
from crlm.plan import phrases
from crlm.plan.phrases import OWN

TITLE = "Disease states over time"
REFERENCES = (
    {
        "text": "Aalen OO, Johansen S. An empirical transition matrix for non-homogeneous Markov chains based on censored "
        "observations. Scandinavian Journal of Statistics 1978;5:141-150",
    },
    {
        "text": "Putter H, Fiocco M, Geskus RB. Tutorial in biostatistics: competing risks and multi-state models. "
        "Statistics in Medicine 2007;26:2389-2430",
        "doi": "10.1002/sim.2712",
        "pmid": 17031868,
    },
)


def tabulate_study(plan, results):
    """Mean time in each state, share in each, changes between them."""
    if settings := plan["disease_states"]:
        yield tabulate_means(results["states_means"], settings)
        yield tabulate_shares(results["states_shares"], settings)
        yield tabulate_transitions(results["states_transitions"], settings)


def show_study(page):
    """A figure per grouping and that of the pathways, then the tables."""
    blocks = []
    for key, grouping in page.plan["disease_states"].get("groupings", {}).items():
        title = TITLE if len(grouping["groups"]) < 2 else f"{TITLE}, by {grouping['label']}"
        blocks += page.figure(f"disease_states_{key}", title, "disease_states")
    blocks += page.figure("disease_states_pathways", "Pathways", "disease_pathways")
    for name in ("means", "shares"):
        blocks += page.table(f"disease_states_{name}")
    blocks += page.table("disease_states_transitions", "Changes between the states")
    return [Section("disease-states", TITLE, blocks)]


def list_not_done(plan):
    """Why there are no disease states."""
    if not plan["disease_states"]:
        yield TITLE, "the plan does not ask for it (disease_states:)"


def list_not_possible(plan, results):
    """States that nobody ever came into."""
    if not (settings := plan["disease_states"]):
        return
    means = results["states_means"]
    everybody = means[means["grouping"] == means["grouping"].iloc[0]]
    states = settings["history"]["states"]
    if not everybody["patients"].max():
        yield TITLE, "no patient has a known history (origin, last contact)"
        return
    changes = results["states_transitions"]
    for name in list(states)[1:]:
        came = changes[(changes["to_group"] == name) & (changes["grouping"] == "overall")]
        if not came["events"].sum():
            yield f"{TITLE}: {states[name]['label']}", "nobody came into this state"


def tell_methods(plan, results):
    """How histories were made and states estimated, an empty list where the plan asks for none."""
    if not (settings := plan["disease_states"]):
        return []
    states = settings["history"]["states"]
    drawn, horizon = plan["resampling"], settings["horizon_months"]
    findings = results["data_quality"]
    repeated = int((findings["rule"] == "repeated_state").sum())
    told = (
        f" {phrases.plural(repeated, 'event')} that recorded a state again, with nothing in between, changed nothing."
        if repeated
        else ""
    )
    steps, means = results["attrition"], results["states_means"]
    analysed = int(steps.loc[steps["step"] == "analysed", "remaining"].iloc[0])
    if left := analysed - int(means.loc[means["grouping"] == "overall", "patients"].max()):
        told += f" Left out: {phrases.plural(left, 'patient')} whose history is not known."
    first, *others = (f"“{spec['label']}”" for spec in states.values())
    words = (
        f"All patients begin at {settings['history']['origin_label']} in the state {first} and move between it and "
        f"{phrases.join_words(others)} on the recorded dates; they are observed until a final state or the last contact. "
        f"Several changes of one day are taken to follow one another within it.{told} The share in each state is the "
        "Aalen-Johansen estimate (Aalen and Johansen 1978; Putter et al. 2007), which like Kaplan-Meier takes censoring to "
        "say nothing about the prognosis; it needs no Markov assumption. The mean time in each state within "
        f"{horizon:g} months is the area under its share; the states add up to {horizon:g} months. 95% limits are "
        f"percentiles of {drawn['resamples']} resamples of the patients of each group (seed {drawn['seed']}); a group of "
        "fewer than 10 patients has none. Differences between groups are associations, adjusted neither for other factors "
        "nor for their number. A treatment that made a patient free of disease begins a state on its own date: nobody is "
        "credited with the time before it."
    )
    return [(TITLE, [words])]


def list_references(plan):
    """The papers of the method."""
    if not plan["disease_states"]:
        return []
    return [{"text": each["text"], "links": phrases.list_links(each)} for each in REFERENCES]


def list_uses(plan):
    """States are estimated here."""
    if plan["disease_states"]:
        yield OWN, "probability of disease states and time in them"
