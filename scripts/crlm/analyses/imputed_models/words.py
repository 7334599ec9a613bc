"""Words of the models after multiple imputation."""

from crlm.analyses.imputed_models.tables import tabulate_imputed_models
from crlm.display.imputation_words import tell_rules
from crlm.display.papers import cite
from crlm.display.sections import Section
from crlm.plan import phrases
from crlm.plan.phrases import OWN

NAME = "Models after multiple imputation"


def tabulate_endpoint(plan, results, name):
    """Complete cases and imputed, side by side."""
    if settings := plan["imputed_models"]:
        found = results["endpoints"][name]["imputed_models"]
        endpoint, variables = plan["endpoints"][name], plan["variables"]
        yield tabulate_imputed_models(found, name, endpoint, settings, variables)


def show_endpoint(page, name):
    """The table."""
    return [Section(f"{name}-imputed-models", NAME, page.table(f"imputed_models_{name}"))]


def list_not_done(plan):
    """Why no model was imputed."""
    if not plan["imputed_models"]:
        yield NAME, "the plan does not ask for it (imputed_models:)"


def list_empty(plan, result):
    """Models without any pooled hazard ratio, by the result tables of one endpoint."""
    for key, model in plan["imputed_models"].get("models", {}).items():
        mine = result["imputed_models"]
        mine = mine[(mine["model"] == key) & (mine["analysis"] == "imputed")]
        if len(mine) and mine["p_value"].isna().all():
            notes = phrases.join_words(dict.fromkeys(mine["note"].dropna())) or "not estimable"
            yield f"{NAME}: {model['label']}", notes


def tell_methods(plan, results):
    """What was imputed, from what, how often, and how the fits were pooled."""
    if not (settings := plan["imputed_models"]):
        return []

    def name(specs):
        return phrases.join_words(spec["label"] for spec in specs.values())

    words = [
        "Fitted again after multiple imputation by chained equations of the covariates in all patients of the endpoint "
        f"({settings['imputations']} data sets, {settings['iterations']} iterations, seed {plan['resampling']['seed']}), beside "
        f"the complete cases: {phrases.join_words(m['label'] for m in settings['models'].values())}.",
        f"Imputed, where missing, were {name(settings['targets'])}, from one another"
        + (f", from {name(settings['auxiliary'])}" if settings["auxiliary"] else "")
        + ", from the event and from the Nelson-Aalen cumulative hazard at the patient's own time; the outcome was never imputed.",
        *tell_rules(),
    ]
    if settings["scores"] or settings["derived"]:
        again = name({**settings["scores"], **settings["derived"]})
        words.append(f"Computed anew in every imputed data set: {again}.")
    words.append(
        "Log hazard ratios were pooled by Rubin's rules with Barnard and Rubin's degrees of freedom (events minus parameters for "
        "complete data), several coefficients together by D1 (Li, Raghunathan and Rubin 1991). The fraction of missing "
        "information is an estimate from few data sets. Interactions and strata are not part of the imputation's own regressions "
        "beyond the variables themselves, and knots and compared values of splines are those of the complete cases. Values "
        "missing for reasons that nothing here records are not made good by imputation."
    )
    return [(NAME, [" ".join(words)])]


def list_references(plan):
    """The papers of imputation and pooling."""
    return cite("White2009", "Barnard1999", "Li1991") if plan["imputed_models"] else []


def list_uses(plan):
    """Imputation and pooling are done here."""
    if plan["imputed_models"]:
        yield OWN, "multiple imputation"
