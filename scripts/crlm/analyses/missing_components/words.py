"""Words of missing components of scores: three analyses."""

from crlm.analyses.missing_components.tables import (
    NOTHING_MISSING,
    has_missing,
    tabulate_imputation,
    tabulate_missing_components,
)
from crlm.display.complements import hide_shares
from crlm.display.imputation_words import tell_rules
from crlm.display.papers import cite
from crlm.display.sections import Section
from crlm.plan import phrases
from crlm.plan.phrases import OWN
from crlm.survival.horizons import MINIMUM_EVENTS


def tabulate_endpoint(plan, results, name):
    """The three analyses side by side, and the imputed values."""
    if plan["missing_components"]:
        result, endpoint = results["endpoints"][name], plan["endpoints"][name]
        labels = {key: spec["label"] for key, spec in plan["missing_components"]["scores"].items()}
        yield tabulate_missing_components(result["missing_components"], name, endpoint, labels)
        shown = hide_shares(result["imputation"], plan["output"]["privacy"]["small_cells"])
        yield tabulate_imputation(shown, name, endpoint, plan["variables"])


def show_endpoint(page, name):
    """Comparison and imputation; words when nothing is missing."""
    blocks = _show(page, name) if page.plan["missing_components"] else []
    return [Section(f"{name}-missing-components", "Missing components of scores", blocks)]


def _show(page, name):
    endpoint = page.plan["endpoints"][name]
    comparison, imputation = (
        f"missing_components_{name}_{kind}" for kind in ("comparison", "imputation")
    )
    table = f"missing_components_{name}"
    if not has_missing(page.results["endpoints"][name]["missing_components"]):
        page.leave_out(comparison, imputation, table, f"imputation_{name}")
        return [{"kind": "text", "paragraphs": [NOTHING_MISSING]}]
    title = f"{endpoint['label']}: missing components of scores, three analyses"
    blocks = [*page.figure(comparison, title, "missing_components"), *page.table(table)]
    table = page.table(f"imputation_{name}", "Observed and imputed values as a table")
    if not table:
        page.leave_out(imputation)
        return blocks
    title = f"{endpoint['label']}: observed and imputed values"
    return [*blocks, *page.figure(imputation, title, "imputation"), *table]


def list_not_done(plan):
    """Why no score is analysed so."""
    if not plan["missing_components"]:
        yield "Missing components of scores", "no score is in use"


def tell_methods(plan, results):
    """Paragraphs with every choice of the three analyses; none if the plan analyses no score so."""
    settings = plan["missing_components"]
    if not settings:
        return []
    if not any(has_missing(each["missing_components"]) for each in results["endpoints"].values()):
        return [("Missing components of scores", [NOTHING_MISSING])]

    def name(specs):
        return phrases.join_words(spec["label"] for spec in specs.values())

    targets, auxiliary = settings["targets"], settings["auxiliary"]
    made = [
        spec["label"]
        for variable, spec in targets.items()
        if any("when" not in rule for rule in plan["derivations"].get(variable, []))
    ]
    imputation = [
        f"Multiple imputation by chained equations: {settings['imputations']} imputed data sets per endpoint, "
        f"{settings['iterations']} iterations each, seed {plan['resampling']['seed']}.",
        f"Imputed, where missing, were the components ({name(targets)}), predicted from one another, from {name(auxiliary)}, from "
        "the event and from the Nelson-Aalen cumulative hazard at the patient's own time; the outcome was never imputed, nor was a "
        "score, which was computed anew in every completed data set."
        if auxiliary
        else f"Imputed, where missing, were the components ({name(targets)}), predicted from one another, from the event and from "
        "the Nelson-Aalen cumulative hazard at the patient's own time; the outcome was never imputed, nor was a score, which was "
        "computed anew in every completed data set.",
        *tell_rules("The table of imputed values names these variables."),
    ]
    if auxiliary:
        imputation.append("Gaps of variables that only help to predict were imputed as well.")
    if made:
        imputation.append(
            f"Variables derived from others were imputed themselves, not their sources: {phrases.join_words(made)}."
        )
    if settings["derived"]:
        imputation.append(f"Derived again from imputed variables: {name(settings['derived'])}.")
    paragraphs = [
        "Scores with missing components were analysed three ways: in the patients in whom the score is determinate; in two "
        "completions of all patients; and by multiple imputation. Each time the hazard ratio per point is of a Cox model of the "
        "score alone "
        "(Efron's ties), with Harrell's C, whose limits are by the infinitesimal jackknife on the logit scale.",
        "In the completions every patient whose score is indeterminate has the fewest, or every one the most, points that the "
        "missing components can give, each component by itself. They are not the extremes of all completions: the estimate would "
        "be lower or higher if, say, only those who died early had many points.",
        " ".join(imputation),
        "Estimates of the imputed data sets were pooled by Rubin's rules: hazard ratios on the logarithmic scale with Barnard and "
        "Rubin's degrees of freedom (events minus 1 for complete data), C on the logit scale. With fewer than "
        f"{MINIMUM_EVENTS} events nothing is estimated.",
    ]
    return [("Missing components of scores", paragraphs)]


def list_references(plan):
    """The papers of imputation and pooling."""
    return cite("White2009", "Barnard1999") if plan["missing_components"] else []


def list_uses(plan):
    """Imputation is done here."""
    if plan["missing_components"]:
        yield OWN, "multiple imputation"
