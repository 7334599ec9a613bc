"""The methods of added value and of groups set against each other, in sentences."""

from crlm.plan import phrases


def tell_groups(plan):
    """Paragraphs on the groups of scores set against each other, an empty list without any."""
    if not plan["reclassification"]:
        return []
    pairs = [
        phrases.join_words(side["label"] for side in sides)
        for sides in plan["reclassification"].values()
    ]
    return [
        f"Groups were set against each other for {'; '.join(pairs)}, in the patients who have a group in each, with the "
        "Kaplan-Meier survival of every cell at the last landmark before and after which there are enough patients (10 events "
        "before, 10 patients beyond). Cells of fewer than 10 patients have no estimate."
    ]


def tell_added_value(plan):
    """Paragraphs on added value, an empty list where the plan asks for none."""
    settings, drawn = plan["added_value"], plan["resampling"]
    if not settings:
        return []
    added = "; ".join(addition["label"] for addition in settings["additions"].values())
    percent = phrases.join_words(f"{each:g}" for each in settings["risk_thresholds"] or [])
    borders = (
        f"at {percent} %"
        if percent
        else "at tertiles of the risk by the base model, each midway between two of its values (one boundary where both coincide)"
    )
    return [
        f"Added to {settings['base']['label']}: {added}. Base and extended Cox model (Efron) were fitted to the same patients, "
        "those complete in both; patients at a level without an event were set aside for both. The test of what is added is the "
        "likelihood-ratio test. Differences of Harrell's C, Uno's C and Brier scores have no p-value of their own, since they have "
        "no usual distribution when nothing is added.",
        f"Both models were fitted again in each of {drawn['resamples']} bootstrap resamples (seed {drawn['seed']}), because "
        "predictions held fixed would hide that the extended model can turn chance into a difference. A refitted difference is "
        "flattered twice, so limits are its percentiles after their mean is moved to the estimate. Optimism is the mean of a "
        "refitted difference in its resample minus that in the whole cohort; the corrected difference and its limits are "
        "moved by it.",
        f"Risk groups were cut {borders}. Moves between them were counted among those with and without an event by Kaplan-Meier "
        "estimates within each kind of move; the net reclassification improvement, their sum, is not given because it can rise "
        "with a useless marker. Sets of fewer than 10 patients have no estimate. Decision curves show the net benefit of treating "
        "all patients at or above a predicted risk, with censoring accounted for by Kaplan-Meier; they and the risk groups are of "
        "models fitted in these patients, which flatters them.",
    ]
