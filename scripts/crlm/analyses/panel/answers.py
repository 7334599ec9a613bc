"""What the figure of a panel of markers shows."""

from crlm.display import findings, formats
from crlm.display.sections import Answer
from crlm.plan import phrases

MODELS = {"univariable": "alone", "adjusted": "adjusted"}


def describe_figures(plan, results):
    """How many markers keep the false-discovery rate of the plan, and the one with the smallest p; alone and adjusted."""
    settings = plan["panel"]
    for name in settings.get("endpoints", []):
        table = results["endpoints"][name]["panel"]
        parts = [
            words
            for model, how in MODELS.items()
            if (words := _tell(plan, table[table["model"] == model], how))
        ]
        if parts:
            yield Answer(
                f"{plan['endpoints'][name]['label']}: {'; '.join(parts)}.", f"panel_{name}"
            )


def _tell(plan, rows, how):
    rate = plan["panel"]["false_discovery_rate"]
    known = findings.keep_known(rows, "lr_p_value", plan).drop_duplicates("variable")
    if known.empty:
        return ""
    kept = int((known["q_value"] <= rate).sum())
    first = known.loc[known["lr_p_value"].idxmin()]
    label = plan["variables"][first["variable"]]["label"]
    return (
        f"{how}, {kept} of {phrases.plural(len(known), 'marker')} at a false-discovery rate of at most {rate:g}, the smallest p "
        f"that of {label}, {formats.state_p(first['lr_p_value'])}"
    )
