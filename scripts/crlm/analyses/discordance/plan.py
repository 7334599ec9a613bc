"""Lesions of one patient: how they are compared."""

# What may be scored instead of the mean over a patient's lesions
SUMMARIES = {
    "mean": "Mean over all lesions",
    "first": "First lesion of the file",
    "random": "One lesion at random",
}


def resolve(settings, study):
    """How lesions of one patient are compared, None without a table of blocks.

    The worst lesion is that of the first share of `facts` (cutoffs.yaml) that is in the table of blocks; results are stratified by
    the variable by which that share is (as where to cut it).
    """
    if not study.blocks:
        return None
    analysis, facts, examined = study.variables, study.facts, study.found["cutoffs"]
    patterns = [name for name, spec in study.blocks["columns"].items() if spec.get("pattern")]
    shares = [name for name in patterns if name in facts]
    known = facts[shares[0]] if shares else {}
    by = examined[shares[0]]["by"] if shares and shares[0] in examined else known.get("by")
    by = by if by in analysis else None
    labels = dict(SUMMARIES)
    worst = None
    if known.get("worst"):
        label = analysis[shares[0]]["label"]
        worst = {"variable": shares[0], "which": known["worst"], "label": label}
        other = "highest" if known["worst"] == "lowest" else "lowest"
        labels["worst"] = f"Worst lesion ({known['worst']} share: {label})"
        labels["best"] = f"Best lesion ({other} share: {label})"
    return {
        "patterns": patterns,
        "worst": worst,
        "by": by,
        "by_label": analysis[by]["label"] if by else None,
        "by_levels": analysis[by]["levels"] if by else [],
        "by_level_labels": analysis[by]["level_labels"] if by else {},
        "labels": labels,
        "published": known.get("concordance", []),
    }
