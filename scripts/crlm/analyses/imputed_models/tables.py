"""The table of the models in their complete cases and after imputation."""

from crlm.display import formats
from crlm.display.cells import (
    ESTIMATE,
    Cell,
    Column,
    DisplayTable,
    Row,
    count,
    head,
    number,
    p_value,
    text,
)
from crlm.display.hazard_ratios import HAZARD_RATIO, find_contrasts, label_contrast, show_estimate
from crlm.plan import phrases

ANALYSES = {"complete": "Complete cases", "imputed": "After imputation"}
FACTOR = {"complete": 3, "imputed": 5}  # columns of the p-values


def tabulate_imputed_models(results, name, endpoint, settings, variables):
    """Hazard ratios of every model side by side: imputed_models/{endpoint}.csv; settings: the plan's."""
    columns = (
        Column("", align="left"),
        Column("Patients without it"),
        *(
            column
            for over in ANALYSES.values()
            for column in (Column(HAZARD_RATIO, over, ESTIMATE), Column("p", over))
        ),
        Column("Missing information, %", ANALYSES["imputed"]),
    )
    rows, footnotes = [], {}
    for key, model in settings["models"].items():
        mine = results[results["model"] == key]
        if mine.empty:
            continue
        rows.append(head(model["label"], len(columns)))
        rows += _show_size(mine, len(columns))
        for variable in dict.fromkeys(mine["variable"]):
            rows += _show_variable(
                mine[mine["variable"] == variable], variables[variable], footnotes
            )
    notes = (
        "HR, hazard ratio with 95% limits. Imputed data sets are pooled by Rubin's rules. Missing information: the share of the "
        "variance of the estimate that is due to what is missing. p: Wald test; beside the name of a variable with more than two "
        "levels or of a number as spline, all of it together (complete cases: likelihood ratio; imputed: D1).",
        "Both answers are unbiased only under assumptions that the data cannot show: the complete cases if being complete has "
        "nothing to do with the outcome given the covariates, imputation if values are missing at random given what it used.",
        *(
            f"{phrases.superscript(mark)} {phrases.as_sentence(note)}"
            for note, mark in footnotes.items()
        ),
    )
    return DisplayTable(
        f"imputed_models_{name}",
        f"{endpoint['label']}: models after multiple imputation",
        columns,
        tuple(rows),
        notes,
        f"{endpoint['abbreviation']} imputed models",
    )


def _show_size(mine, width):
    """Patients and events of both analyses."""
    firsts = mine.groupby("analysis", sort=False).first()
    for column, label in (("patients", "Patients"), ("events", "Events")):
        cells = [text(label), Cell(), *[Cell()] * (width - 2)]
        for analysis, place in (("complete", 2), ("imputed", 4)):
            cells[place] = count(firsts.loc[analysis, column])
        yield Row(tuple(cells), indent=1)


def _show_variable(rows, spec, footnotes):
    """One row for a number; a heading with the test of the whole and a row per level otherwise."""
    contrasts = find_contrasts(rows, spec)
    missing = count(rows["missing"].iloc[0])
    levels = [level for level in dict.fromkeys(rows["level"]) if isinstance(level, str)]
    if not levels:
        step = formats.describe_step(spec)
        label = f"{spec['label']}, {step}" if step else spec["label"]
        return [_show_row(label, rows, 1, missing, footnotes)]
    cells = [text(spec["label"]), missing, *[Cell()] * 5]
    if contrasts or len(levels) > 2:
        for analysis, place in FACTOR.items():
            known = rows.loc[rows["analysis"] == analysis, "factor_p_value"].dropna()
            cells[place] = p_value(known.iloc[0]) if len(known) else text(formats.MISSING)
    lines = [Row(tuple(cells), indent=1)]
    for level in levels:
        label = spec.get("level_labels", {}).get(level, level)
        label = label_contrast(level, spec) if contrasts else label
        lines.append(_show_row(label, rows[rows["level"] == level], 2, Cell(), footnotes))
    return lines


def _show_row(label, rows, indent, missing, footnotes):
    found = {row["analysis"]: row for row in rows.to_dict("records")}
    cells = [text(label), missing]
    for analysis in ANALYSES:
        cells += show_estimate(found[analysis], footnotes)
    share = found["imputed"]["fmi"]
    cells.append(number(None if formats.is_missing(share) else 100 * share, 0, ""))
    return Row(tuple(cells), indent=indent)
