"""Words of recurrence: when it comes, of what kind, how its hazard runs, and survival after it."""

from crlm.analyses.recurrence.patients import choose_classification
from crlm.analyses.recurrence.plan import UNKNOWN
from crlm.analyses.recurrence.tables import (
    select,
    tabulate_after,
    tabulate_timing,
    tabulate_windows,
)
from crlm.analyses.recurrence.tables_pattern import (
    tabulate_comparisons,
    tabulate_odds,
    tabulate_patterns,
)
from crlm.display.sections import Section
from crlm.plan import phrases
from crlm.plan.phrases import OWN

REFERENCES = (
    {
        "text": "Gray RJ. A class of K-sample tests for comparing the cumulative incidence of a competing risk. Annals of "
        "Statistics 1988;16:1141-1154",
        "doi": "10.1214/aos/1176350951",
    },
    {
        "text": "Fine JP, Gray RJ. A proportional hazards model for the subdistribution of a competing risk. Journal of the "
        "American Statistical Association 1999;94:496-509",
        "doi": "10.1080/01621459.1999.10474144",
    },
    {
        "text": "Müller HG, Wang JL. Hazard rate estimation under random censoring with varying kernels and bandwidths. Biometrics "
        "1994;50:61-76",
        "doi": "10.2307/2533197",
    },
)


def tabulate_endpoint(plan, results, name):
    """Timing, windows, incidence, comparisons, odds, survival after recurrence."""
    settings = plan["recurrence"]
    if name not in settings.get("endpoints", {}):
        return
    found = {
        table: select(results, table, name)
        for table in (
            "timing",
            "windows",
            "incidence_at",
            "gray",
            "ratios",
            "odds",
            "after",
            "tests",
        )
    }
    shared = name, plan["endpoints"][name], settings
    yield tabulate_timing(found["timing"], found["tests"], *shared)
    yield tabulate_windows(found["windows"], found["tests"], *shared)
    yield tabulate_patterns(found["incidence_at"], *shared)
    yield tabulate_comparisons(found["gray"], found["ratios"], *shared)
    yield tabulate_odds(found["odds"], *shared)
    yield tabulate_after(found["after"], found["tests"], *shared)


def show_endpoint(page, name):
    """Timing, then the pattern, the hazard, and survival after recurrence."""
    settings = page.plan["recurrence"]
    if name not in settings.get("endpoints", {}):
        return []
    label = page.plan["endpoints"][name]["label"]
    figures = {"incidence": [], "hazard": []}
    for key, grouping in settings["groupings"].items():
        for kind, words in (
            ("incidence", "kinds of recurrence"),
            ("hazard", "hazard of recurrence"),
        ):
            title = f"{label}: {words}, {grouping['label']}"
            figures[kind] += page.figure(
                f"recurrence_{kind}_{name}_{key}", title, f"recurrence_{kind}"
            )
    names = ("timing", "windows", "patterns", "comparisons", "odds", "after")
    tables = {table: page.table(f"recurrence_{table}_{name}") for table in names}
    parts = {
        "timing": (
            "When recurrence comes",
            [*tables["timing"], *tables["windows"], *figures["hazard"]],
        ),
        "pattern": (
            "Pattern of recurrence",
            [*figures["incidence"], *tables["patterns"], *tables["comparisons"], *tables["odds"]],
        ),
        "after": ("Survival after recurrence", tables["after"]),
    }
    sections = [
        Section(f"{name}-recurrence-{key}", title, blocks) for key, (title, blocks) in parts.items()
    ]
    return [Section(f"{name}-recurrence", "Recurrence", sections=[s for s in sections if s])]


def list_not_done(plan):
    """Why there is nothing on recurrence, or not all of it."""
    settings = plan["recurrence"]
    if not settings:
        yield "Timing and pattern of recurrence", "the plan does not ask for it (recurrence:)"
    for name, spec in settings.get("endpoints", {}).items():
        label = plan["endpoints"][name]["label"]
        if "site" not in spec["classifications"]:
            yield (
                f"{label}: site of recurrence",
                "the plan does not say which variable has it (recurrence: site:)",
            )
        if "organs" not in spec["classifications"]:
            words = "the plan does not say which variable has it (recurrence: organs:)"
            yield f"{label}: recurrence in one or several organs", words
        if not spec["death"]:
            words = "the plan does not say which endpoint has death (recurrence: death:)"
            yield f"{label}: survival after recurrence", words


def list_not_possible(plan, results):
    """Endpoints of recurrence in which nobody has one."""
    for name in plan["recurrence"].get("endpoints", {}):
        timing = select(results, "timing", name)
        if not timing.loc[timing["grouping"] == "overall", "events"].sum():
            yield (
                f"{plan['endpoints'][name]['label']}: timing and pattern of recurrence",
                "nobody has a recurrence",
            )


def tell_methods(plan, results):
    """How recurrence was analysed, an empty list where the plan asks for none."""
    settings = plan["recurrence"]
    if not settings:
        return []
    told = []
    for name, spec in settings["endpoints"].items():
        kinds = spec["classifications"][choose_classification(spec)]["causes"].items()
        kinds = [label.lower() for cause, label in kinds if cause != UNKNOWN]
        events, ended = (
            phrases.join_words(map(phrases.to_words, spec[k])) for k in ("recurrence", "ended")
        )
        told.append(
            f"{plan['endpoints'][name]['label']}: counted as recurrence: {events}, in the classes "
            f"{phrases.join_words(kinds)}; competing: {ended}"
        )
    early, late = settings["windows_months"]
    bounds = phrases.join_words(f"{month:g}" for month in settings["timing_months"])
    first = (
        f"{'. '.join(told)}. Timing was classed at {bounds} months, and rates of recurrence were compared up to {early:g} and "
        f"after {late:g} months (exact Poisson limits, log-rank test within the window); all these bounds are conventions. A "
        "recurrence of unknown class competes with the others and is not counted as any of them. Cumulative incidence is that of "
        "Aalen and Johansen; groups were compared by Gray's test (1988), by cause-specific Cox models and, as a supplement, by the "
        "model of Fine and Gray (1999) with its robust variance, both unadjusted. One minus Kaplan-Meier stands beside it to show "
        "by how much it is too high. Odds ratios of the classes among the recurrences have Woolf's limits and p-values of Fisher's "
        "exact test."
    )
    second = (
        "The hazard of recurrence is the Nelson-Aalen estimate smoothed by Epanechnikov's kernel over "
        f"{settings['bandwidth_months']:g} months on either side, with the boundary kernel of Müller and Wang (1994) at the start, "
        "as long as ten patients are at risk at the end of the window; its limits are pointwise, on the logarithmic scale, and "
        "leave out the bias of smoothing. "
    )
    if any(spec["death"] for spec in settings["endpoints"].values()):
        second += (
            "Survival after recurrence counts from the recurrence. Early and late recurrence are compared in those alive at "
            f"{settings['landmark_months']:g} months (a landmark, a convention), so that nobody is credited with the time that he "
            "had to live for a late recurrence. "
        )
    second += "These analyses explore; apart from Holm's adjustment of Gray's tests p-values are not adjusted for their number."
    return [("Recurrence", [first, second])]


def list_references(plan):
    """The papers of the methods and of what stands beside."""
    settings = plan["recurrence"]
    if not settings:
        return []
    published = [
        entry["citation"]
        for grouping in settings["groupings"].values()
        for entry in grouping["published"]
    ]
    found = {each["text"]: each for each in [*REFERENCES, *published]}
    return [{"text": text, "links": phrases.list_links(each)} for text, each in found.items()]


def list_uses(plan):
    """Which library computes what, and what is computed here."""
    settings = plan["recurrence"]
    if not settings:
        return
    yield "statsmodels", "cumulative incidence"
    yield OWN, "smoothed hazards"
    if len(settings["groupings"]) > 1:
        yield "statsmodels", "Holm's adjustment"
        yield "lifelines", "Cox models"
        yield "lifelines", "log-rank tests"
        yield OWN, "Gray's test"
        yield OWN, "Fine and Gray's model"
    if any(spec["death"] for spec in settings["endpoints"].values()):
        yield "scikit-survival", "survival after recurrence"
