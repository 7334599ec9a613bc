"""Words of added value: what a variable adds to a base model."""

from crlm.analyses.added_value.tables import (
    tabulate_added_value,
    tabulate_movement,
    tabulate_risk_groups,
)
from crlm.display.sections import Section
from crlm.plan import phrases
from crlm.survival.risk_groups import FEW


def tabulate_endpoint(plan, results, name):
    """Measures of both models, their risk groups, and who moves between them."""
    if settings := plan["added_value"]:
        result, endpoint = results["endpoints"][name], plan["endpoints"][name]
        cells = result["added_value_reclassification"]
        yield tabulate_added_value(result["added_value"], name, endpoint, settings)
        yield tabulate_risk_groups(cells, name, endpoint, settings)
        yield tabulate_movement(result["movement"], name, endpoint, settings)


def show_endpoint(page, name):
    """The measures, a figure per addition, risk groups and movement."""
    endpoint, blocks = page.plan["endpoints"][name], page.table(f"added_value_{name}")
    for key, addition in page.plan["added_value"].get("additions", {}).items():
        title = f"{endpoint['label']}: {addition['label']} added"
        blocks += page.figure(f"added_value_{name}_{key}", title, "added_value")
    blocks += page.table(f"risk_groups_{name}", "Risk groups of both models")
    blocks += page.table(f"movement_{name}")
    return [Section(f"{name}-added-value", "Added value", blocks)]


def list_not_done(plan):
    """Why nothing is added."""
    if not plan["added_value"]:
        yield "Added value", "the plan names no base and no addition (added_value:)"


def tell_methods(plan, results):
    """Paragraphs on added value, an empty list where the plan asks for none."""
    settings, drawn = plan["added_value"], plan["resampling"]
    if not settings:
        return []
    added = "; ".join(addition["label"] for addition in settings["additions"].values())
    percent = phrases.join_words(f"{each:g}" for each in settings["risk_thresholds"] or [])
    borders = (
        f"at {percent} %"
        if percent
        else "near the tertiles of the risk by the base model, each midway between the two of its values where the share of "
        "patients below is nearest to a third or two thirds (one boundary where both coincide)"
    )
    paragraphs = [
        f"Added to {settings['base']['label']}: {added}. Base and extended Cox model (Efron) were fitted to the same patients, "
        "those complete in both. The test of what is added is the likelihood-ratio test, of all of them; the other measures "
        "leave out patients at a level without an event, whose prediction is not finite. Differences of Harrell's C, Uno's C and "
        "Brier scores have no p-value of their own, since they have no usual distribution when nothing is added.",
        f"Both models were fitted again in each of {drawn['resamples']} bootstrap resamples (seed {drawn['seed']}), because "
        "predictions held fixed would hide that the extended model can turn chance into a difference. A refitted difference is "
        "flattered twice, so limits are its percentiles after their mean is moved to the estimate. Optimism is the mean of a "
        "refitted difference in its resample minus that in the whole cohort; the corrected difference and its limits are "
        "moved by it.",
        f"Risk groups were cut {borders}. Moves between them were counted among those with and without an event by Kaplan-Meier "
        "estimates within each kind of move, over that of all patients, so that shares may add up to a little more or less than "
        "100%; the net reclassification improvement, their sum, is not given because it can rise with a useless marker. Sets of "
        f"fewer than {FEW} patients have no estimate. Decision curves show the net benefit of treating all patients at or above "
        "a predicted risk, with censoring accounted for by Kaplan-Meier; they and the risk groups are of models fitted in these "
        "patients, which flatters them.",
    ]
    return [("Added value", paragraphs)]


def list_uses(plan):
    """Which library measures discrimination and accuracy, and compiles the resampling."""
    if plan["added_value"]:
        yield "numba", "the compiled kernel of the resampling"
