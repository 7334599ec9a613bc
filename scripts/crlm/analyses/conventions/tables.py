"""The table of the main estimates under other conventions."""

from crlm.display import formats
from crlm.display.cells import (
    ESTIMATE,
    Column,
    DisplayTable,
    Row,
    count,
    head,
    number,
    p_value,
    percent,
    ratio,
    text,
)

# Convention: what it is, and the packages of docs/numbers.md that have it unless told otherwise; "?": not verified there.
CONVENTIONS = {
    "log_log": ("log-log limits", "SAS, Stata, lifelines"),
    "log": ("log limits", "R"),
    "plain": ("plain limits: ±1.96 standard errors", "none; SPSS prints the standard error"),
    "before": ("before the events of that time", "R, Stata"),
    "after": ("after the events of that time", "SAS ?, SPSS ?"),
    "first": ("first time at one half or below", "Stata, lifelines"),
    "middle": ("middle of the time at one half", "R, SAS"),
    "efron": ("ties by Efron", "R, lifelines"),
    "breslow": ("ties by Breslow", "SAS, Stata, SPSS ?"),
    "score_test": ("score test, all columns of the variable", "R, survival 3.0 and later"),
    "scaled_residuals": ("scaled residuals, one column", "R, survival before 3.0"),
}
NOTES = (
    "Other packages: what each does unless told otherwise; ? marks what was not verified. The other estimates are computed from "
    "the same patients and, of a model, the same covariates. Where the curve is nowhere flat at one half, or no times are tied, "
    "two conventions agree. Of a model the first covariate with limits is shown.",
)


def tabulate_conventions(rows, plan):
    """Estimates of this report beside those of other conventions: conventions.csv."""
    columns = (
        Column("Estimate (95% CI)", align="left"),
        Column("In this report", parts=ESTIMATE),
        Column("Convention here", align="left"),
        Column("Otherwise", parts=ESTIMATE),
        Column("Other convention", align="left"),
        Column("Default of", align="left"),
    )
    shown = []
    keys = ["quantity", "model"]
    for name, mine in rows.groupby("endpoint", sort=False):
        shown.append(head(plan["endpoints"][name]["label"], len(columns)))
        for _, same in mine.groupby(keys, sort=False, dropna=False):
            here = same[same["printed"]].iloc[0]
            for _, other in same[~same["printed"]].iterrows():
                words, packages = CONVENTIONS[other["convention"]]
                own, own_packages = CONVENTIONS[here["convention"]]
                cells = (
                    text(_label(here, plan)),
                    _show(here),
                    text(f"{own} ({own_packages})"),
                    _show(other),
                    text(words),
                    text(packages),
                )
                shown.append(Row(cells, indent=1))
    return DisplayTable(
        "conventions",
        "The main estimates under the conventions of other packages",
        columns,
        tuple(shown),
        NOTES,
        "Conventions",
    )


def _label(row, plan):
    if row["quantity"] == "median":
        return "Median, months"
    if row["quantity"] == "survival":
        return f"Survival at {row['time']:g} months, %"
    if row["quantity"] == "at_risk":
        return f"Patients at risk at {row['time']:g} months"
    variable = plan["variables"][row["variable"]]
    what = variable["label"]
    if isinstance(row["level"], str):
        what += f": {variable['level_labels'][row['level']]}"
    elif step := formats.describe_step(variable):
        what += f", {step}"
    kind = {"hazard_ratio": "hazard ratio", "proportional_hazards": "proportional hazards, p"}
    return f"{plan['models'][row['model']]['label']}: {what}: {kind[row['quantity']]}"


def _show(row):
    """The cell of one estimate."""
    limits = row["estimate"], row["lower"], row["upper"]
    return {
        "survival": lambda: percent(*limits),
        "at_risk": lambda: count(row["estimate"]),
        "median": lambda: number(row["estimate"], empty=formats.NOT_REACHED),
        "hazard_ratio": lambda: ratio(*limits),
        "proportional_hazards": lambda: p_value(row["p_value"]),
    }[row["quantity"]]()
