"""Tables of missing values and of findings about the data."""

from crlm.cohort.findings import say_in_report
from crlm.display.cells import (
    Cell,
    Column,
    DisplayTable,
    Row,
    count,
    share,
    text,
)
from crlm.plan import phrases


def tabulate_missingness(missingness, variables):
    """Missing values per variable of Table 1: description/missingness.csv."""
    rows = []
    for row in missingness.itertuples():
        label = variables[row.variable]["label"]
        rows.append(Row((text(label), count(row.patients), share(row.missing, row.patients))))
    columns = (
        Column("Variable", align="left"),
        Column("Patients"),
        Column("Missing, n (%)", parts=("n", "%")),
    )
    return DisplayTable("missingness", "Missing values", columns, tuple(rows), (), "Missing values")


def tabulate_findings(findings):
    """Findings about the data, counted per check and column: private/data_quality.csv without any patient.

    The words of a finding are printed only if it is about a whole column, because those about a patient may hold his values.
    """
    rows = []
    keys = ["severity", "rule", "column"]
    counted = findings.assign(column=findings["column"].fillna(""))
    order = list(SEVERITIES)
    groups = sorted(
        counted.groupby(keys, sort=False), key=lambda item: order.index(item[0][0])
    )  # a stable sort: the order of the checks is kept
    for (severity, rule, column), group in groups:
        whole = group["patient_id"].isna().all()
        if "row" in group:
            whole &= group["row"].isna().all()
        said = [say_in_report(rule, message) for message in group["message"]] if whole else []
        message = " ".join(phrases.as_sentence(each) for each in said if each)
        cells = (
            text(SEVERITIES[severity]),
            text(phrases.capitalise(phrases.to_words(rule))),
            text(column),
            count(len(group)),
            Cell() if whole else count(group["patient_id"].nunique()),
            text(message),
        )
        rows.append(Row(cells))
    columns = (
        Column("Severity", align="left"),
        Column("Check", align="left"),
        Column("Column of the export", align="left"),
        Column("Findings"),
        Column("Patients"),
        Column("Remark", align="left"),
    )
    notes = ("Each finding, with patient, row and value, is in private/data_quality.xlsx.",)
    return DisplayTable(
        "data_quality", "Findings about the data", columns, tuple(rows), notes, "Data quality"
    )


SEVERITIES = {"error": "Error", "warning": "Warning", "note": "Note"}
