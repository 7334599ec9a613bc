"""The table of influential patients and of collinearity, and what it says in sentences."""

from crlm.display import formats
from crlm.display.cells import Column, DisplayTable, Row, head, number, text
from crlm.display.hazard_ratios import find_contrasts, label_contrast, label_variable
from crlm.plan import phrases

HIGH = 5  # ASSUME a variance inflation from which collinearity is told; 5 and 10 are the usual conventions
MOVED = (
    0.5  # ASSUME standard errors by which one patient moves a coefficient, from which it is told
)


def tabulate_influence(influence, name, endpoint, models, variables):
    """Influence and variance inflation of every coefficient: cox/{endpoint}_influence.csv."""
    columns = (
        Column("", align="left"),
        Column("Hazard ratio"),
        Column("Without the most influential patient"),
        Column("Largest change by one patient, standard errors"),
        Column("Variance inflation"),
    )
    rows = []
    for model in dict.fromkeys(influence["model"]):
        rows.append(head(models[model]["label"], len(columns)))
        for row in influence[influence["model"] == model].to_dict("records"):
            cells = (
                text(_label(row, variables)),
                number(row["hazard_ratio"], 2),
                number(row["hazard_ratio_without"], 2),
                number(row["largest_dfbetas"], 2),
                number(row["inflation"] ** (1 / row["df"]), 1),
            )
            rows.append(Row(cells, indent=1))
    notes = (
        "Changes are first-order approximations (dfbeta, dfbetas). Variance inflation: by how much the other covariates widen the "
        "squared standard error; of several columns together, per column (Fox and Monette 1992). An influential patient is "
        "checked against the chart and stays in the analysis unless the data are wrong.",
    )
    return DisplayTable(
        f"influence_{name}",
        f"{endpoint['label']}: influence of single patients, and collinearity",
        columns,
        tuple(rows),
        notes,
        f"{endpoint['abbreviation']} influence",
    )


def tell_influence(influence, models, variables):
    """A sentence per multivariable model."""
    for model in dict.fromkeys(influence["model"]):
        mine = influence[influence["model"] == model]
        top = mine.loc[mine["largest_dfbetas"].abs().idxmax()]
        ratios = [
            formats.format_ratio(top[key]) for key in ("hazard_ratio", "hazard_ratio_without")
        ]
        size = abs(top["largest_dfbetas"])
        moved = formats.format_number(size, 2)
        words = (
            f"{models[model]['label']}: no single patient moves a coefficient by more than {moved} standard errors; the hazard "
            f"ratio moved most ({_label(top, variables)}) is {ratios[0]}, and about {ratios[1]} without that patient"
        )
        words += (
            f"; above {MOVED:g} standard errors is called strong here." if size > MOVED else "."
        )
        each = mine.assign(root=mine["inflation"] ** (1 / mine["df"]))
        high = each[each["root"] > HIGH]
        largest = each.loc[each["root"].idxmax()]
        if high.empty:
            name = label_variable(largest["variable"], variables)
            inflation = formats.format_number(largest["root"])
            words += (
                f" No sign of collinearity: the largest variance inflation is {inflation} ({name})."
            )
        else:
            names = phrases.join_words(
                f"{label_variable(row.variable, variables)} ({formats.format_number(row.root)})"
                for row in high.drop_duplicates("variable").itertuples()
            )
            words += (
                f" Collinear, by a variance inflation above {HIGH}: {names}; their single hazard ratios are uncertain for that "
                "reason."
            )
        yield words


def _label(row, variables):
    spec = variables.get(row["variable"], {})
    label, level = label_variable(row["variable"], variables), row["level"]
    if not isinstance(level, str):
        step = formats.describe_step(spec)
        return f"{label}, {step}" if step else label
    if find_contrasts({"level": [level]}, spec):
        return f"{label}, {label_contrast(level, spec)}"
    return f"{label}: {spec.get('level_labels', {}).get(level, level)}"
