"""Words of repeat resection: who is treated for a recurrence, and how survival after it was counted."""

from crlm.analyses.repeat_resection import tables
from crlm.analyses.repeat_resection.plan import LANDMARK
from crlm.display.sections import Section
from crlm.plan import phrases
from crlm.plan.phrases import OWN
from crlm.plan.variables import YES

TITLE = "Treatment of the recurrence"
SCATTER = "results/private/repeat_resection/remnant.svg"
PARTS = ("patients", "shares", "survival", "hazards", "score", "remnant")
REFERENCES = (
    {
        "text": "Anderson JR, Cain KC, Gelber RD. Analysis of survival by tumor response. Journal of Clinical Oncology "
        "1983;1:710-719",
        "doi": "10.1200/JCO.1983.1.11.710",
        "pmid": 6668489,
    },
    {
        "text": "Suissa S. Immortal time bias in pharmacoepidemiology. American Journal of Epidemiology 2008;167:492-499",
        "doi": "10.1093/aje/kwm324",
        "pmid": 18056625,
    },
)
REMNANT_REFERENCE = {
    "text": "Kawaguchi Y, Lillemoe HA, Vauthey JN. Dealing with an insufficient future liver remnant: portal vein embolization "
    "and two-stage hepatectomy. Journal of Surgical Oncology 2019;119:594-603",
    "doi": "10.1002/jso.25430",
    "pmid": 30825223,
}


def tabulate_endpoint(plan, results, name):
    """Who is treated, survival after the landmark, hazard ratios, the score and the remnants."""
    settings = plan["repeat_resection"]
    if not settings or settings["endpoint"] != name:
        return
    found = {
        key.removeprefix("repeat_resection_"): table
        for key, table in results.items()
        if key.startswith("repeat_resection_")
    }
    yield tables.tabulate_patients(found["account"], settings, TITLE)
    yield tables.tabulate_shares(found["shares"], settings, TITLE)
    yield tables.tabulate_survival(
        found["summary"], found["survival"], found["tests"], settings, TITLE
    )
    yield tables.tabulate_ratios(found["hazard_ratios"], settings, TITLE)
    if len(found["score"]):
        yield tables.tabulate_score(found["score"], found["tests"], settings, TITLE)
    if settings["remnant"]:
        yield tables.tabulate_remnants(
            found["remnant"], found["remnant_thresholds"], settings, TITLE
        )


def show_endpoint(page, name):
    """Tables of the treated, the curves after the landmark, the hazard ratios, then score and remnants."""
    settings = page.plan["repeat_resection"]
    if not settings or settings["endpoint"] != name:
        return []
    before = page.table("repeat_resection_patients") + page.table("repeat_resection_shares")
    title = f"Survival after the recurrence by treatment at {settings['landmark_months']:g} months"
    figure = page.figure("repeat_resection_landmark", title, "repeat_resection")
    after = [block for part in PARTS[2:] for block in page.table(f"repeat_resection_{part}")]
    if settings["remnant"]:
        words = (
            f"The scatter of remnant against burden shows single patients: it stands in {SCATTER}, not here, and leaves the "
            "hospital in no package."
        )
        after.append({"kind": "text", "paragraphs": [words]})
    return [Section(f"{name}-repeat-resection", TITLE, [*before, *figure, *after])]


def list_not_done(plan):
    """Why there is nothing of it, or not the score or the remnants."""
    settings = plan["repeat_resection"]
    if not settings:
        yield TITLE, "the plan does not ask for it (repeat_resection:)"
        return
    score = settings["score"]
    if not score:
        yield f"{TITLE}: score", "the plan names none (repeat_resection: score:)"
    elif score["why"]:
        yield f"{TITLE}: {score['label']}", score["why"]
    if not settings["remnant"]:
        words = "the plan names no columns of it (repeat_resection: remnant:)"
        yield f"{TITLE}: future liver remnant", words


def list_not_possible(plan, results):
    """What of it the cohort leaves empty."""
    settings = plan["repeat_resection"]
    if not settings:
        return
    ratios = results["repeat_resection_hazard_ratios"]
    treated = ratios[(ratios["level"] == YES) & ratios["note"].notna()]
    names = {LANDMARK: "by treatment at the landmark"}
    for row in treated.itertuples():
        model = tables.MODELS[row.model]
        label = names.get(row.analysis, tables.name_analyses(settings)[row.analysis])
        yield f"{TITLE}: hazard ratio {label} ({model})", row.note
    found = results["repeat_resection_score"]
    if len(found) and not found["patients"].sum():
        why = "nobody with a known score was seen after the treatment"
        yield f"{TITLE}: {settings['score']['label']}", why


def tell_methods(plan, results):
    """How survival after the recurrence was counted and compared, an empty list where the plan asks for none."""
    settings = plan["repeat_resection"]
    if not settings:
        return []
    months = f"{settings['landmark_months']:g} months"
    endpoint = plan["endpoints"][settings["endpoint"]]["label"]
    adjusted = ""
    if settings["adjust"]:
        adjusted = f" Adjusted models have {tables.list_adjusted(settings)}, which the plan declares to be known at the recurrence."
    words = [
        f"Survival after the recurrence was counted from its date to the end of {endpoint}. "
        f"Treatment ({settings['label']}) begins later than the recurrence, and whoever is treated has lived until then; counting "
        "that time for the treatment (immortal time) makes it look better than it is (Suissa 2008). It was therefore credited to "
        f"nobody: at a landmark {months} after the recurrence, which is a convention, patients alive and under observation were "
        "compared by whether they had been treated by then (Kaplan-Meier with log-log limits, log-rank test, Cox; Anderson et al. "
        "1983); and a Cox model (Efron) took the treatment as a covariate that changes in time, no before it and yes from its day "
        "on. A treatment on the last day seen counts as none. The naive comparison of the ever treated with the never treated is "
        "shown once, to tell by how much it is wrong, with the 2.5th and 97.5th percentiles over resampled patients, in whom both "
        "models are fitted anew; the two hazard ratios differ in other respects as well where hazards are not "
        f"proportional.{adjusted} Who is treated was chosen, so that no comparison shows an effect of the treatment; p-values are "
        "not adjusted for their number. Limits of shares are Wilson's. Patients whose date of recurrence or treatment is not "
        "known, or who were treated before the recurrence, are counted and left out."
    ]
    score = settings["score"]
    if score and not score["why"]:
        words.append(
            f"By {score['label']}, survival was counted from the treatment, among the treated whose score is known."
        )
    if settings["remnant"]:
        facts = "; ".join(
            f"{fact['percent']:g} % ({tables.labels_of(settings).get(level, phrases.to_words(level))}: {fact['source']})"
            for level, fact in settings["thresholds"].items()
        )
        words.append(
            f"A future liver remnant was called too small below a threshold by the health of the liver: {facts}. These are "
            "conventions of safety, by default those that a review lists (Kawaguchi et al. 2019); the remnant is not a factor of "
            "prognosis. Tumor Burden Score: the square root of number² + size² (cm); correlation by Spearman's rho. Only patients "
            "operated have one, so that a small remnant that forbade an operation is not in it."
        )
    return [(TITLE, words)]


def list_references(plan):
    """The papers of the methods and of the thresholds."""
    settings = plan["repeat_resection"]
    if not settings:
        return []
    cited = [*REFERENCES, *([REMNANT_REFERENCE] if settings["remnant"] else [])]
    return [{"text": each["text"], "links": phrases.list_links(each)} for each in cited]


def list_uses(plan):
    """Which library computes what."""
    if not plan["repeat_resection"]:
        return
    yield "lifelines", "Cox model with a treatment that begins in time"
    yield "statsmodels", "limits of shares"
    if plan["repeat_resection"]["remnant"]:
        yield "scipy", "rank correlation"
    yield OWN, "time before and after a treatment"
