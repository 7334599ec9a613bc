"""What the figures of hazard ratios over time show."""

from crlm.analyses.nonproportional.tables import name_model
from crlm.display import findings, formats
from crlm.display.hazard_ratios import label_variable
from crlm.display.sections import Answer
from crlm.plan import phrases


def describe_figures(plan, results):
    """The hazard ratios in the windows of the variable with the smallest test of proportional hazards."""
    for name, endpoint in plan["endpoints"].items() if plan["nonproportional"] else ():
        result = results["endpoints"][name]
        found = result["nonproportional_violations"]
        found = found[found["note"].isna()]
        if found.empty:
            continue
        first = found.loc[found["p_value"].idxmin()]
        windows = result["nonproportional_windows"]
        windows = windows[
            (windows["model"] == first["model"]) & (windows["variable"] == first["variable"])
        ]
        windows = findings.keep_known(windows, "hazard_ratio", plan)
        spec = plan["variables"].get(first["variable"], {})
        parts = [_tell(row, spec) for _, row in windows.iterrows()]
        several = len(found) > 1
        words = (
            f"{endpoint['label']}: {phrases.plural(len(found), 'test')} of proportional hazards {'are' if several else 'is'} "
            f"small, {'the smallest ' if several else ''}that of {label_variable(first['variable'], plan['variables'])} "
            f"({name_model(first['model'], plan['models'])}), {formats.state_p(first['p_value'])}"
        )
        if parts:
            words += f"; hazard ratio {'; '.join(parts)}"
        yield Answer(f"{words}.", f"nonproportional_{name}")


def _tell(row, spec):
    until = "on" if formats.is_missing(row["to_months"]) else f"to {row['to_months']:g}"
    return f"{findings.tell_ratio(row)}{findings.contrast(row, spec)} from month {row['from_months']:g} {until}"
