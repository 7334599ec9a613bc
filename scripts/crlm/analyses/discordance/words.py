"""Words of the lesions of one patient: whether they agree."""

from crlm.analyses.discordance.tables import (
    tabulate_changes,
    tabulate_concordance,
    tabulate_lesion_hazards,
)
from crlm.display.sections import Section


def tabulate_study(plan, results):
    """Agreement of lesions, groups that another lesion would give, and their hazard ratios."""
    lesions, rules = plan["discordance"], plan["growth_patterns"]
    if lesions:
        found = {
            name: results[f"discordance_{name}"]
            for name in ("assessed", "concordance", "groups", "hazards")
        }
        least = plan["output"]["privacy"]["small_cells"]
        yield tabulate_concordance(found["concordance"], found["assessed"], lesions, rules, least)
        yield tabulate_changes(found["groups"], lesions, rules, least)
        yield tabulate_lesion_hazards(found["hazards"], lesions, rules, plan["endpoints"])


def show_study(page):
    """The section of the lesions."""
    blocks = [
        *page.figure("discordance_cohort", "Lesions of one patient", "discordance"),
        *page.table("discordance"),
        *page.table("discordance_groups"),
        *page.table("discordance_hazards"),
    ]
    return [Section("lesions", "Lesions of one patient", blocks)]


def list_not_done(plan):
    """Why lesions were not compared."""
    if plan["growth_patterns"] and not plan["discordance"]:
        yield "Lesions of one patient", "there is no table of blocks (growth_patterns: blocks:)"
    elif plan["discordance"]:
        for rule in plan["growth_patterns"].values():
            if rule.get("recorded"):
                words = "its group is recorded for the patient, not made of the lesions' shares"
                yield f"Lesions of one patient: {rule['label']}", words


def tell_methods(plan, results):
    """How lesions were set against one another."""
    if not plan["discordance"]:
        return []
    draws = plan["resampling"]
    words = (
        "Blocks without any share were not assessable and were left out; shares were averaged over the blocks of a lesion and "
        "then over the lesions of a patient. Agreement is the per cent of "
        "all pairs of lesions of a patient, and of blocks of a lesion, that are given the same group; limits are percentiles "
        f"of {draws['resamples']} bootstrap resamples of patients (seed {draws['seed']}). Groups and hazard ratios (Cox) "
        "by the mean were compared with those when one lesion stands for the patient: the first of the file, one drawn at "
        "random (within-cluster resampling: the mean over the draws, its variance that of a draw less that between the draws) and "
        "those with the lowest and the highest share. Sizes of single lesions are not recorded, so that the "
        "largest cannot be chosen."
    )
    return [("Lesions of one patient", [words])]
