"""Words of the Cox models: hazard ratios and proportional hazards."""

from dataclasses import replace

from crlm.analyses.cox.tables import (
    tabulate_cox,
    tabulate_fits,
    tabulate_proportional_hazards,
)
from crlm.analyses.cox.tables_influence import tabulate_influence, tell_influence
from crlm.analyses.cox.tables_splines import tabulate_splines
from crlm.display.papers import cite
from crlm.display.sections import Section
from crlm.plan import phrases
from crlm.plan.models import UNIVARIABLE, name_alone
from crlm.plan.phrases import OWN


def tabulate_main(plan, results):
    """The main model per endpoint, with the univariable ratios of its covariates; of a model from a landmark in its patients."""
    key = plan["main"]["model"]
    if not key:
        return
    model = plan["models"][key]
    for name in plan["main"]["endpoints"]:
        result, endpoint = results["endpoints"][name], plan["endpoints"][name]
        beside = name_alone(key) if model["landmark_months"] else UNIVARIABLE
        tables = [
            table[
                (table["model"] == key)
                | (table["model"].eq(beside) & table["variable"].isin(model["variables"]))
            ]
            for table in (result["cox"], result["models"])
        ]
        if tables[0]["model"].eq(key).any():
            table = tabulate_cox(
                *tables,
                name,
                endpoint,
                plan["models"],
                plan["variables"],
                result.get("spline_terms"),
            )
            title = f"{endpoint['label']}: hazard ratios, {model['label']}"
            yield replace(table, name=f"main_cox_{name}", title=title)


def show_main(page):
    """The main model of every endpoint, the main one first."""
    names = page.plan["main"]["endpoints"]
    blocks = [block for name in names for block in page.table(f"main_cox_{name}")]
    return [Section("main-models", "Multivariable models", blocks)]


def tabulate_endpoint(plan, results, name):
    """Hazard ratios, fits and tests of proportional hazards."""
    result, endpoint = results["endpoints"][name], plan["endpoints"][name]
    variables, models = plan["variables"], plan["models"]
    splines = result.get("spline_terms")
    yield tabulate_cox(result["cox"], result["models"], name, endpoint, models, variables, splines)
    yield tabulate_fits(result["models"], name, endpoint, models, variables)
    if splines is not None:
        yield tabulate_splines(splines, name, endpoint, models, variables)
    yield tabulate_proportional_hazards(result["ph"], name, endpoint, models, variables)
    if (influence := result.get("influence")) is not None:
        yield tabulate_influence(influence, name, endpoint, models, variables)


def show_endpoint(page, name):
    """Forests and tables of the models, then proportional hazards."""
    endpoint, models = page.plan["endpoints"][name], page.plan["models"]
    shown = [key for key in models if key != UNIVARIABLE and f"forest_{name}_{key}" in page.figures]
    ratios, hazards = [], page.table(f"proportional_hazards_{name}")
    for key in [*shown, UNIVARIABLE]:
        title = f"{endpoint['label']}: hazard ratios, {models[key]['label']}"
        ratios += page.figure(f"forest_{name}_{key}", title, "forest")
    ratios += page.table(f"cox_{name}")
    ratios += page.table(f"fits_{name}", "Patients, events and fit of every model")
    for key, model in models.items():
        title = f"{endpoint['label']}: scaled Schoenfeld residuals, {model['label']}"
        hazards += page.figure(f"proportional_hazards_{name}_{key}", title, "proportional_hazards")
    curves = []
    for key, model in models.items():
        title = f"{endpoint['label']}: numbers as splines, {model['label']}"
        curves += page.figure(f"splines_{name}_{key}", title, "splines")
    curves += page.table(f"spline_terms_{name}")
    influence = page.results["endpoints"][name].get("influence")
    said = [] if influence is None else tell_influence(influence, models, page.plan["variables"])
    checks = [{"kind": "text", "paragraphs": said}] if (said := list(said)) else []
    checks += page.table(f"influence_{name}", "Influence and collinearity of every coefficient")
    return [
        Section(f"{name}-cox", "Cox models", ratios),
        Section(f"{name}-splines", "Numbers as splines", curves),
        Section(f"{name}-ph", "Proportional hazards", hazards),
        Section(f"{name}-influence", "Influential patients and collinearity", checks),
    ]


def list_not_done(plan):
    """Which models the plan lacks."""
    if not plan["models"][UNIVARIABLE]["variables"]:
        yield "Cox models of single variables", "no variable of the plan can be a covariate"
    if len(plan["models"]) == 1:
        yield "Multivariable Cox models", "the plan declares none (models:)"
    if not any(model.get("splines") for model in plan["models"].values()):
        yield "Splines in Cox models", "the plan declares none (models: ...: splines:)"


def list_empty(plan, result):
    """Models without any hazard ratio, by the result tables of one endpoint."""
    found = result["cox"].groupby("model")["p_value"].count()
    for name, model in plan["models"].items():
        if model["variables"] and not found.get(name, 0):
            people = result["models"].loc[result["models"]["model"] == name, ["patients", "events"]]
            counts = phrases.plural(int(people["patients"].max()), "patient")
            yield (
                f"hazard ratios, {model['label']}",
                f"nothing is estimable in {counts} with {phrases.plural(int(people['events'].max()), 'event')}",
            )


def tell_methods(plan, results):
    """How the models were fitted and tested; each model with its covariates."""
    fits = {name: result["models"] for name, result in results["endpoints"].items()}
    used = {model for table in fits.values() for model in table["model"]}
    models = {name: spec for name, spec in plan["models"].items() if name in used}
    if not models:
        return []
    variables = plan["variables"]

    def name(names):
        return phrases.join_words(variables[each]["label"] for each in names)

    before = [
        "Hazard ratios are from Cox models with Efron's handling of ties and Wald confidence limits; whole variables were tested "
        "by the likelihood ratio.",
        "Each model was fitted to its complete cases; nothing was imputed, and the number left out is printed with each model.",
    ]
    if UNIVARIABLE in models:
        before.append("Every variable was first analysed alone (univariable).")
    if any(spec["landmark_months"] for spec in models.values()):
        before.append(
            "Beside a model from a landmark stands each of its variables alone in the same patients."
        )
    declared, sentences = [], []
    for key, spec in models.items():
        if key == UNIVARIABLE:
            continue
        words = f"{spec['label']}: {name(spec['variables'])}"
        words += f"; stratified by {name(spec['strata'])}" if spec["strata"] else ""
        if spec["cluster"]:
            words += f"; robust variance with clusters by {name([spec['cluster']])}"
        if spec["landmark_months"]:
            words += f"; from a landmark at {spec['landmark_months']:g} months, in the patients observed beyond it"
        declared.append(words + ".")
    fitted = {name: None for spec in models.values() for name in spec["variables"]}
    doubled = [
        variables[name]["label"] for name in fitted if variables[name]["transform"] == "log2"
    ]
    if doubled:
        sentences.append(
            f"Logarithm to base 2, so that the hazard ratio is per doubling: {phrases.join_words(doubled)}."
        )
    penalised = [spec["label"] for spec in models.values() if _is_penalised(spec)]
    if len(penalised) < len(models):
        sentences.append(
            "A level without an event, or a number that separates, has no finite hazard ratio, which is reported as not estimable "
            "and not tested for proportional hazards; it stays in the likelihood, so that tests, C and the other ratios are those "
            "of all patients."
        )
    curved = {
        spec["label"]: name(spec["splines"]) for spec in models.values() if spec.get("splines")
    }
    if curved:
        listed = "; ".join(f"{label}: {names}" for label, names in curved.items())
        sentences.append(
            f"Restricted cubic splines, straight beyond their outer knots, were used in {listed}. Without declared knots they "
            "stand at Harrell's quantiles of the patients of the fit (of the logarithm where it is taken), and stay there when "
            "the model is fitted again in resamples. Non-linearity was tested by the likelihood ratio against the model with a "
            "straight line (by Wald with clusters). Where missing values are imputed the number enters the imputation itself as "
            "it is, not as a spline."
        )
    if penalised:
        sentences.append(
            "If a level has no event, Firth's penalised likelihood with Breslow's handling of ties and profile limits is used in "
            f"the model: {phrases.join_words(penalised)}."
        )
    sentences.append(
        "Proportional hazards were tested by the Grambsch-Therneau test on the Kaplan-Meier time scale, per variable and globally, "
        "and scaled Schoenfeld residuals were plotted."
    )
    sentences.append(
        "Influence of single patients was measured by dfbeta and dfbetas, collinearity by generalised variance inflation from the "
        "correlation of the coefficients; the patients are named in private/influential only."
    )
    return [("Cox models", [" ".join(before), *declared, " ".join(sentences)])]


def list_references(plan):
    """The papers of the test of proportional hazards and of collinearity."""
    if not any(model["variables"] for model in plan["models"].values()):
        return []
    several = any(key != UNIVARIABLE for key in plan["models"])
    return cite("Grambsch1994", *(["Fox1992"] if several else []))


def _is_penalised(spec):
    """Firth's penalty is asked for and can be given: there is none with strata or clusters, as a note of the model says."""
    return spec["separated"] == "firth" and not (spec["strata"] or spec["cluster"])


def list_uses(plan):
    """Which library fits the models, and what is computed here."""
    models = plan["models"]
    if any(each["variables"] for each in models.values()):
        yield "lifelines", "Cox models"
        yield OWN, "tests of proportional hazards"
    if any(name != UNIVARIABLE for name in models):
        yield "patsy", "restricted cubic splines"
    if any(map(_is_penalised, models.values())):
        yield "firthmodels", "Firth's penalty where the data separate"
    if any(each["cluster"] for each in models.values()):
        yield OWN, "robust errors"
