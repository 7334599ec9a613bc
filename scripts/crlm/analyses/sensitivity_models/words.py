"""Words of the methods that are set beside the plain Cox model."""

from crlm.analyses.sensitivity_models.learners import (
    DEPTH,
    DRAWN_FROM,
    FOLDS,
    LABELS,
    LEAF,
    NETS,
    RATE,
    SHARE,
)
from crlm.analyses.sensitivity_models.tables import state_drawn, tabulate_sensitivity, tell_best
from crlm.display.papers import cite
from crlm.display.sections import Section
from crlm.plan import phrases

NAME = "Other methods beside the Cox model"


def tabulate_endpoint(plan, results, name):
    """C of every method, of the endpoints that the plan names."""
    settings = plan["sensitivity_models"]
    if settings and name in settings["endpoints"]:
        result = results["endpoints"][name]
        tables = result["sensitivity_models"], result["sensitivity_differences"]
        yield tabulate_sensitivity(*tables, name, plan["endpoints"][name], settings)


def show_endpoint(page, name):
    """What was best, in a sentence; a figure per model; the table."""
    settings, blocks = page.plan["sensitivity_models"], []
    if not settings or name not in settings["endpoints"]:
        return []
    result = page.results["endpoints"][name]
    tables = result["sensitivity_models"], result["sensitivity_differences"]
    said = [words for key in settings["models"] if (words := tell_best(*tables, key, settings))]
    if said:
        blocks.append({"kind": "text", "paragraphs": said})
    for key, model in settings["models"].items():
        title = f"{page.plan['endpoints'][name]['label']}: other methods beside {model['label']}"
        blocks += page.figure(f"sensitivity_models_{name}_{key}", title, "sensitivity_models")
    blocks += page.table(f"sensitivity_models_{name}")
    return [Section(f"{name}-sensitivity-models", NAME, blocks)]


def list_not_done(plan):
    """Why nothing stands beside the Cox model."""
    if not plan["sensitivity_models"]:
        yield (
            "Penalised Cox models, forest and boosting",
            "the plan does not ask for them (sensitivity_models:)",
        )


def list_empty(plan, result):
    """Models beside which nothing could be set, by the result tables of one endpoint."""
    found = result["sensitivity_models"] if plan["sensitivity_models"] else None
    if found is None or found.empty:
        return
    for key, model in plan["sensitivity_models"]["models"].items():
        mine = found[found["model"] == key]
        if len(mine) and mine["left_out"].isna().all():
            notes = phrases.join_words(dict.fromkeys(mine["note"].dropna())) or "not estimable"
            yield f"{NAME}: {model['label']}", notes


def tell_methods(plan, results):
    """What each method is, and how all of them were judged."""
    if not (settings := plan["sensitivity_models"]):
        return []
    methods = settings["methods"]
    labels = phrases.join_words(
        LABELS[each].lower() if each != "lasso" else "LASSO" for each in methods
    )
    models = phrases.join_words(each["label"] for each in settings["models"].values())
    ends = phrases.join_words(plan["endpoints"][each]["label"] for each in settings["endpoints"])
    words = [
        f"Beside {models} ({ends}) stand {labels} (scikit-survival), the Cox model too without strata and without "
        "patients of a level that has no event, in the patients complete in all variables"
        + (f" and in {settings['against']['label']}" if settings["against"] else "")
        + f". All were fitted anew in the same {settings['resamples']} resamples, fewer than elsewhere in this report because they "
        f"take long (seed {plan['resampling']['seed']})."
    ]
    words += list_drawn(plan, results)
    if set(methods) & set(NETS):
        words.append(
            f"The penalty was chosen within each resample by the {FOLDS}-fold cross-validated partial likelihood (Verweij and van "
            "Houwelingen 1993), copies of a patient in one fold; columns were standardised, numbers entered as straight lines."
        )
    if "forest" in methods:
        words.append(
            f"The forest had {settings['trees']} trees with at least {LEAF} patients in a leaf."
        )
    if "boosting" in methods:
        words.append(
            f"Boosting had {settings['trees']} trees of depth {DEPTH}, step {RATE:g}, each from {100 * SHARE:.0f} % of "
            "the patients."
        )
    words.append(
        "These settings are conventions; none was tuned but the penalty. C was corrected for optimism by Harrell's bootstrap, and "
        "measured in the patients that a resample left out, by which the methods are compared: the correction is too small for "
        "methods that remember their patients."
    )
    return [(NAME, [" ".join(words)])]


def list_drawn(plan, results):
    """Per endpoint and model the number of complete patients who were not all used."""
    settings = plan["sensitivity_models"]
    for name in settings["endpoints"]:
        found = results["endpoints"][name]["sensitivity_models"]
        if DRAWN_FROM not in found:
            continue
        for row in found[found[DRAWN_FROM].notna()].drop_duplicates("model").to_dict("records"):
            yield (
                f"{plan['endpoints'][name]['label']}, {settings['models'][row['model']]['label']}: since they take long, only "
                f"{state_drawn(row)} in strata of those with and without the event, were used, for the Cox "
                "model of this comparison too."
            )


def list_references(plan):
    """The paper of the cross-validated likelihood."""
    return cite("Verweij1993") if plan["sensitivity_models"] else []


def list_uses(plan):
    """scikit-survival fits them."""
    if plan["sensitivity_models"]:
        yield "scikit-survival", "penalised Cox models, random survival forest, gradient boosting"
