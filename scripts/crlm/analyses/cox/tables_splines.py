"""The table of the spline terms' tests."""

from crlm.display import formats
from crlm.display.cells import Column, DisplayTable, Row, count, head, number, p_value, text, whole
from crlm.display.hazard_ratios import label_variable
from crlm.plan import phrases


def tabulate_splines(tests, name, endpoint, models, variables):
    """Tests of every spline term, as a whole and against a straight line: cox/{endpoint}_spline_terms.csv."""
    columns = (
        Column("", align="left"),
        Column("Patients"),
        Column("Events"),
        Column("Knots at", align="left"),
        Column("Chi-squared", "Whole variable"),
        Column("df", "Whole variable"),
        Column("p", "Whole variable"),
        Column("Chi-squared", "Departure from a straight line"),
        Column("df", "Departure from a straight line"),
        Column("p", "Departure from a straight line"),
        Column("p (Wald)", "Departure from a straight line"),
        Column("Remark", align="left"),
    )
    rows = []
    for model in dict.fromkeys(tests["model"]):
        rows.append(head(models[model]["label"], len(columns)))
        for row in tests[tests["model"] == model].to_dict("records"):
            remark = "" if formats.is_missing(row["note"]) else phrases.as_sentence(row["note"])
            cells = (
                text(label_variable(row["variable"], variables)),
                count(row["patients"]),
                count(row["events"]),
                text(row["knots"]),
                number(row["statistic"], 2),
                whole(row["df"]),
                p_value(row["p_value"]),
                number(row["nonlinear_statistic"], 2),
                whole(row["nonlinear_df"]),
                p_value(row["nonlinear_p_value"]),
                p_value(row["nonlinear_wald_p_value"]),
                text(remark),
            )
            rows.append(Row(cells, indent=1))
    notes = (
        "Restricted cubic splines. Likelihood-ratio tests (robust Wald tests where the model has clusters). A small p-value of the "
        "departure speaks against one hazard ratio per step over the whole range; a large one does not show that the effect is a "
        "straight line. Knots are in the variable's own unit; where they stand is a convention.",
    )
    return DisplayTable(
        f"spline_terms_{name}",
        f"{endpoint['label']}: numbers as splines",
        columns,
        tuple(rows),
        notes,
        f"{endpoint['abbreviation']} spline terms",
    )
