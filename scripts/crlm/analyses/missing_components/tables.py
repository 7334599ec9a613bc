"""Display tables of the missing components: three analyses side by side, observed and imputed values."""

from crlm.display import formats
from crlm.display.cells import Cell, Column, DisplayTable, Row, head, number, p_value, ratio, text
from crlm.plan import phrases

MEASURES = {"hazard_ratio": "Hazard ratio per point", "harrell_c": "Harrell's C"}
METHODS = {
    "pmm": "predictive mean matching",
    "logistic": "logistic regression",
    "multinomial": "multinomial logistic regression",
}
STATISTICS = {"mean": "Mean", "sd": "Standard deviation", "median": "Median"}
LIMITS = ("estimate", "lower 95%", "upper 95%")
ENDS = ("every score lowest", "every score highest")


def tabulate_missing_components(estimates, name, endpoint, labels):
    """Hazard ratio and C of every score: missing_components/{endpoint}.csv; labels: {score: label}.

    Without a row if no score has a missing component.
    """
    columns = (
        Column("", align="left"),
        Column("Determinate patients\n(95% CI)", parts=LIMITS),
        Column("p"),
        Column("Every score lowest /\nevery score highest", parts=ENDS),
        Column("Multiple imputation\n(95% CI)", parts=LIMITS),
        Column("p"),
        Column("Missing\ninformation"),
    )
    rows, notes = [], []
    for score, label in labels.items() if has_missing(estimates) else ():
        mine = estimates[estimates["score"] == score]
        first = mine[mine["analysis"] == "determinate"].iloc[0]
        total = first["patients"] + first["missing"]
        size = f"{first['patients']} of {total} patients determinate"
        rows.append(head(f"{label}: {size}", len(columns)))
        for measure, title in MEASURES.items():
            found = mine[mine["measure"] == measure].set_index("analysis")
            known, imputed = found.loc["determinate"], found.loc["imputed"]
            rows.append(
                Row(
                    (
                        text(title),
                        _estimate(known, measure),
                        p_value(known["p_value"]),
                        _pair(found.loc["all_lowest"], found.loc["all_highest"], measure),
                        _estimate(imputed, measure),
                        p_value(imputed["p_value"]),
                        number(imputed["fmi"], 2),
                    ),
                    indent=1,
                )
            )
        notes += [f"{label}: {note}." for note in mine["note"].dropna().unique()]
    if rows:
        sizes = estimates.loc[estimates["analysis"] == "imputed", ["patients", "events"]].max()
        times = estimates["imputations"].max()
        drawn = "" if formats.is_missing(times) else f"; {int(times)} imputations"
        notes.insert(
            0,
            f"Completions and imputation: of all {int(sizes['patients'])} patients ({int(sizes['events'])} events){drawn}. Every "
            "score lowest, highest: each patient whose score is indeterminate has the fewest, or the most, points that the missing "
            "components can give; another completion may give less or more than either. "
            "Missing information: the share of the information on the "
            "estimate that is lost with the missing components (fmi). p: hazard ratio against 1, C against 0.5.",
        )
    return DisplayTable(
        f"missing_components_{name}",
        f"{endpoint['label']}: missing components of scores, three analyses side by side",
        columns,
        tuple(rows),
        tuple(dict.fromkeys(notes)),
        f"{endpoint['abbreviation']} missing components",
    )


def has_missing(estimates):
    """Whether any score has an indeterminate patient."""
    return bool(estimates["missing"].gt(0).any())


def tabulate_imputation(imputation, name, endpoint, variables):
    """Observed and imputed values of every imputed variable: missing_components/{endpoint}_imputation.csv."""
    columns = (
        Column("", align="left"),
        Column("Missing (%)", parts=("missing", "per cent")),
        Column("Observed"),
        Column("Imputed\n(lowest to highest)", parts=("mean", "lowest", "highest")),
        Column("Standardised\ndifference"),
    )
    done = imputation[imputation["missing"].gt(0) | imputation["limits"].gt(0)]
    rows, notes = [], []
    for variable in done["variable"].unique():
        mine, spec = done[done["variable"] == variable], variables[variable]
        first = mine.iloc[0]
        unit = f", {spec['unit']}" if spec.get("unit") else ""
        limits = int(first["limits"])
        more = f", and {phrases.plural(limits, 'limit')}" if limits else ""
        role = "" if first["role"] == "target" else "no component, helps to impute; "
        title = f"{spec['label']}{unit} ({role}{METHODS[first['method']]}{more})"
        missing = _share(first["missing"], first["patients"])
        rows.append(head(title, len(columns), {1: missing}))
        rows += [_compare(row, spec) for row in mine.itertuples() if _is_shown(row)]
        if not formats.is_missing(first["note"]):
            notes.append(f"{spec['label']}: {first['note']}.")
    complete = imputation.loc[~imputation["variable"].isin(done["variable"]), "variable"].unique()
    if len(complete):
        known = phrases.join_words(variables[variable]["label"] for variable in complete)
        notes.insert(0, f"Known of all patients, and used to impute the others: {known}.")
    notes.insert(
        0,
        "Levels in per cent. Imputed: mean of the imputations; a difference to the observed values need not be a fault, since "
        "patients with a missing value may differ. Standardised difference: imputed minus observed, over the observed standard "
        "deviation (on the logarithmic scale where the variable is analysed on it). Limits such as <0.5 are not compared.",
    )
    return DisplayTable(
        f"imputation_{name}",
        f"{endpoint['label']}: observed and imputed values",
        columns,
        tuple(rows),
        tuple(notes),
        f"{endpoint['abbreviation']} imputation",
    )


def _is_shown(row):
    return row.statistic == "share" or row.statistic in STATISTICS


def _compare(row, spec):
    is_level = row.statistic == "share"
    factor = 100 if is_level else 1
    label = (
        spec["level_labels"].get(row.level, row.level) if is_level else STATISTICS[row.statistic]
    )
    values = [factor * value for value in (row.imputed, row.imputed_lower, row.imputed_upper)]
    words = formats.format_interval(*values)
    return Row(
        (
            text(label),
            Cell(),
            number(factor * row.observed),
            Cell(words, tuple(map(_clean, values)), ("0.0",) * 3),
            number(row.smd, 2, ""),
        ),
        indent=1,
    )


def _share(missing, patients):
    missing = int(missing)
    percent = 100 * missing / patients if patients else None
    return Cell(
        formats.format_share(missing, int(patients)), (missing, percent), ("0", "0.0"), counted=True
    )


def _estimate(row, measure):
    values = [row[key] for key in ("estimate", "lower", "upper")]
    if measure == "hazard_ratio":
        return ratio(*values)
    words = formats.format_interval(*values, _three)
    return Cell(words, tuple(map(_clean, values)), ("0.000",) * 3)


def _pair(lowest, highest, measure):
    is_ratio = measure == "hazard_ratio"
    form = formats.format_ratio if is_ratio else _three
    ends = [lowest["estimate"], highest["estimate"]]
    known = not all(map(formats.is_missing, ends))
    words = " / ".join(map(form, ends)) if known else formats.MISSING
    return Cell(words, tuple(map(_clean, ends)), ("0.00" if is_ratio else "0.000",) * 2)


def _three(value, empty=formats.MISSING):
    return formats.format_number(value, 3, empty)


def _clean(value):
    return None if formats.is_missing(value) else float(value)


NOTHING_MISSING = "No score analysed here has a missing component: every patient is determinate, and nothing was imputed."
