"""What the figures of missing components show."""

from crlm.display import findings, formats
from crlm.display.sections import Answer
from crlm.plan import phrases

MEASURE = "hazard_ratio"
NAMES = ("estimate", "lower", "upper")


def describe_figures(plan, results):
    """The hazard ratio per point in determinate patients and after imputation, and the value that imputation moves most."""
    if not plan["missing_components"]:
        return
    for name, endpoint in plan["endpoints"].items():
        result = results["endpoints"][name]
        table = result["missing_components"]
        table = findings.keep_known(table[table["measure"] == MEASURE], "estimate", plan)
        parts = []
        for score, spec in plan["missing_components"]["scores"].items():
            mine = table[(table["score"] == score) & (table["missing"] > 0)].set_index("analysis")
            if {"determinate", "imputed"} <= {*mine.index}:
                known, imputed = (
                    findings.tell_ratio(mine.loc[each], NAMES)
                    for each in ("determinate", "imputed")
                )
                parts.append(
                    (
                        abs(mine.loc["imputed", "estimate"] - mine.loc["determinate", "estimate"]),
                        f"{spec['label']}, {known} and {imputed}",
                    )
                )
        if parts:
            shown = sorted(parts, key=lambda each: -each[0])[: findings.MOST]
            words = "; ".join(text for _, text in shown)
            if len(shown) < len(parts):
                words += f" (of {len(parts)} scores those that differ most)"
            told = f"{endpoint['label']}: hazard ratio per point in determinate patients and after imputation: {words}."
            yield Answer(told, f"missing_components_{name}_comparison")
        if words := _tell_imputed(plan, result["imputation"]):
            yield Answer(words, f"missing_components_{name}_imputation")


def _tell_imputed(plan, table):
    table = table[(table["missing"] > 0) & table["smd"].notna()]
    if table.empty:
        return ""
    row = table.loc[table["smd"].abs().idxmax()]
    specs = plan["missing_components"]["targets"] | plan["missing_components"]["auxiliary"]
    spec = specs.get(row["variable"], {"label": phrases.to_words(row["variable"])})
    level = (
        f", {findings.name_level(spec, row['level'])}"
        if isinstance(row["level"], str) and row["level"]
        else ""
    )
    return (
        f"Observed and imputed values differ most for {spec['label']}{level}, by {formats.format_number(row['smd'], 2)} standard "
        f"deviations, of {phrases.plural(table['variable'].nunique(), 'variable')} imputed."
    )
