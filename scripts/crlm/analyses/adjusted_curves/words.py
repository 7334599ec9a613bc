"""Words of adjusted curves."""

from crlm.analyses.adjusted_curves.tables import (
    tabulate_adjusted,
    tabulate_balance,
    tabulate_overlap,
)
from crlm.display.sections import Section
from crlm.plan import phrases
from crlm.plan.phrases import OWN

REFERENCES = (
    {
        "text": "Austin PC. An introduction to propensity score methods for reducing the effects of confounding in observational "
        "studies. Multivariate Behavioral Research 2011;46:399-424",
        "doi": "10.1080/00273171.2011.568786",
        "pmid": 21818162,
    },
    {
        "text": "Cole SR, Hernan MA. Adjusted survival curves with inverse probability weights. Computer Methods and Programs in "
        "Biomedicine 2004;75:45-49",
        "doi": "10.1016/j.cmpb.2003.10.004",
        "pmid": 15158046,
    },
)


def _choose(plan, name):
    """The settings with the comparisons that the plan wants of an endpoint, empty where none."""
    settings = plan["adjusted_curves"]
    wanted = settings["horizons_months"][name] if settings else {}
    chosen = {key: spec for key, spec in settings.get("comparisons", {}).items() if key in wanted}
    return {**settings, "comparisons": chosen} if chosen else {}


def tabulate_endpoint(plan, results, name):
    """The comparison by every method, then the balance of the covariates."""
    if settings := _choose(plan, name):
        result, endpoint = results["endpoints"][name], plan["endpoints"][name]
        yield tabulate_adjusted(result["adjusted_curves"], name, endpoint, settings)
        balance, overlap = (result[f"adjusted_curves_{part}"] for part in ("balance", "overlap"))
        yield tabulate_overlap(overlap, name, endpoint, settings)
        yield tabulate_balance(balance, name, endpoint, settings, plan["variables"])


def show_endpoint(page, name):
    """A figure per comparison with curves and balance, then the tables."""
    endpoint, blocks = page.plan["endpoints"][name], []
    for key, spec in _choose(page.plan, name).get("comparisons", {}).items():
        title = f"{endpoint['label']}: {spec['label']}, adjusted"
        blocks += page.figure(f"adjusted_curves_{name}_{key}", title, "adjusted_curves")
        title = f"{endpoint['label']}: {spec['label']}, balance of the covariates"
        blocks += page.figure(f"adjusted_balance_{name}_{key}", title, "adjusted_balance")
    blocks += page.table(f"adjusted_curves_{name}")
    blocks += page.table(f"adjusted_overlap_{name}")
    blocks += page.table(f"adjusted_balance_{name}", "Balance of the covariates")
    return [Section(f"{name}-adjusted", "Adjusted curves", blocks)]


def list_not_done(plan):
    """Why there are no adjusted curves."""
    if not plan["adjusted_curves"]:
        yield "Adjusted survival curves", "the plan declares no comparison (adjusted_curves:)"
        return
    for name, endpoint in plan["endpoints"].items():
        if not _choose(plan, name):
            yield (
                f"{endpoint['label']}: adjusted curves",
                "the plan asks for other endpoints (adjusted_curves: endpoints:)",
            )


def list_empty(plan, result):
    """Comparisons of which the cohort leaves nothing."""
    if not plan["adjusted_curves"]:
        return
    table = result["adjusted_curves"]
    for key, spec in plan["adjusted_curves"]["comparisons"].items():
        mine = table[table["comparison"] == key]
        if len(mine) and mine["estimate"].isna().all():
            yield f"adjusted curves, {spec['label']}", mine["note"].iloc[0]


def tell_methods(plan, results):
    """How the groups were made alike, an empty list where the plan asks for none."""
    if not (settings := plan["adjusted_curves"]):
        return []
    drawn = plan["resampling"]
    declared = [
        _tell_comparison(spec, plan["endpoints"]) for spec in settings["comparisons"].values()
    ]
    words = (
        "Each comparison is shown unadjusted (Kaplan-Meier) and adjusted in three ways, in the same patients, those with all "
        "covariates known. Propensity: the probability of the compared group by logistic regression on the covariates. "
        "Weighted: Kaplan-Meier with stabilised inverse-probability weights. Fifths: Kaplan-Meier within fifths of the "
        "propensity (each up to the least one with that share of the patients at or below it), averaged; patients of one fifth "
        "still differ, so that a part of the confounding stays. Standardised (g-formula): a Cox model of group and covariates, "
        "without interactions, predicts every patient in either group, and the predictions are averaged; it rests on "
        "proportional hazards, the weights rest on the logistic model, and where they disagree by more than chance one of the "
        "two does not hold. Balance is told by standardised differences (in standard deviations of both groups, the root of the "
        "mean variance, or with ATT of the group averaged over, without weights), overlap by the propensity, the weights and "
        f"Kish's effective sample size. The whole procedure was repeated in {drawn['resamples']} "
        f"bootstrap resamples (seed {drawn['seed']}) for percentile limits. All of them adjust for the recorded covariates only; "
        "confounding by what was not recorded remains, so that no difference is called an effect (Cole and Hernan 2004; Austin "
        "2011)."
    )
    return [("Adjusted curves", [words, *declared])]


def _tell_comparison(spec, endpoints):
    first, second = (spec["group_labels"][group] for group in spec["groups"])
    covariates = phrases.join_words(each["label"] for each in spec["covariates"].values())
    whom = (
        "averaged over all patients (ATE)"
        if spec["estimand"] == "ATE"
        else f"averaged over the patients of the group {second} (ATT)"
    )
    cut = spec["truncate_percent"]
    weights = (
        f"weights truncated at their percentiles {cut[0]:g} and {cut[1]:g}"
        if cut
        else "weights not truncated"
    )
    landmark = (
        f"; from a landmark at {spec['landmark_months']:g} months, in the patients observed beyond it"
        if spec["landmark_months"]
        else ""
    )
    names = [endpoints[name]["label"] for name in spec["endpoints"] or []]
    only = f"; {phrases.join_words(names)} only" if names else ""
    return f"{spec['label']}: {second} against {first}, adjusted for {covariates}; {whom}; {weights}{landmark}{only}."


def list_references(plan):
    """The papers of the methods."""
    if not plan["adjusted_curves"]:
        return []
    return [{"text": each["text"], "links": phrases.list_links(each)} for each in REFERENCES]


def list_uses(plan):
    """Which library fits what."""
    if plan["adjusted_curves"]:
        yield "statsmodels", "logistic regression of the propensity"
        yield "lifelines", "weighted Kaplan-Meier curves"
        yield OWN, "standardised survival curves"
