"""Forest plots of Cox models: the variables of one model, or every variable alone."""

import numpy as np

from crlm.display import formats, privacy, style
from crlm.display.forest import draw_forest, make_row
from crlm.display.hazard_ratios import find_contrasts, label_contrast
from crlm.plan import phrases

UNIVARIABLE = "univariable"
SHORT = 12  # letters of two levels that stay in one line
KEPT = f"vs{style.NBSP}"
HEADS = {
    "counts": ("Events/", "patients"),
    "reference": ("in the", "reference"),
    "ratio": ("HR (95% CI)",),
    "p_value": ("p",),
}


@style.styled
def plot_forest(
    cox,
    variables,
    endpoint,
    model=None,
    models=None,
    statistics=None,
    synthetic=False,
    small_cells=0,
):
    """Forest of one multivariable model, or of the univariable fits.

    cox: cox/{endpoint}.csv; variables, endpoint, models: the plan's specs; model: name of the model, None or `univariable` for
    the univariable fits; statistics: cox/{endpoint}_models.csv for the words on the model; small_cells: a level of
    fewer patients has no ratio. Only the variables of the model are shown. Raises ValueError without any row.
    """
    model = model or UNIVARIABLE
    table = cox[cox["model"] == model]
    if not len(table):
        raise ValueError("no hazard ratio to plot")
    spec = (models or {}).get(model, {})
    label = spec.get("label", phrases.capitalise(phrases.to_words(model)))
    lines = ["Each variable alone, in the patients in whom it is known."]
    fit = None
    if model != UNIVARIABLE:
        rows = statistics[statistics["model"] == model] if statistics is not None else ()
        fit = rows.iloc[0] if len(rows) else None
        lines = [] if fit is None else [_describe_model(fit, small_cells)]
    notes = _list_notes(table, variables, spec, fit, small_cells)
    title = f"{endpoint['label']}: {label}"
    rows = build_rows(withhold(table, small_cells), variables)
    return draw_forest(rows, title, lines, notes, HEADS, synthetic)


def withhold(table, least):
    """The table with the column `withheld`: an estimate of so few patients is not shown."""
    return table.assign(withheld=table["patients"].between(1, (least or 0) - 1))


def build_rows(table, variables):
    """The rows of the forest, top to bottom, as `make_row` makes them: a variable of two levels has one."""
    texts = {name: formats.as_texts(table[name]) for name in ("level", "reference")}
    found = {}
    for row in table.assign(**texts).to_dict("records"):
        found.setdefault(row["variable"], {})[row["level"]] = row
    rows = []
    for block, (name, levels) in enumerate(found.items()):
        spec = variables.get(name, {"label": name})
        reference = [level for level, row in levels.items() if level and level == row["reference"]]
        if list(levels) == [""] or find_contrasts(table[table["variable"] == name], spec):
            rows += _number_rows(spec, levels, block)
        elif len(levels) == 2 and reference:
            rows.append(_row_of_two(name, spec, levels, reference[0], block))
        else:
            rows += _level_rows(name, spec, levels, block)
    return rows


def _number_rows(spec, levels, block):
    """A number per step; where it is a spline its test, and in a row below the hazard ratio between two of its values."""
    label, step = spec["label"], formats.describe_step(spec)
    row = make_row(label, block=block)
    if "" in levels:
        row = make_row(f"{label}, {step}" if step else label, block=block, **show(levels[""]))
    contrasts = {level: cells for level, cells in levels.items() if level}
    for cells in contrasts.values():
        row |= {"ratio": "spline", "p_value": formats.format_p(cells["factor_p_value"], "")}
    below = [
        make_row(label_contrast(level, spec), 1, block, **show(cells))
        for level, cells in contrasts.items()
    ]
    return [row, *below]


def _row_of_two(name, spec, levels, reference, block):
    """`Bilobar metastases: yes vs no`, with the counts of both."""
    level = next(each for each in levels if each != reference)
    words = " vs ".join(_say_level(spec, each) for each in (level, reference))
    words = words.replace(" ", style.NBSP) if len(words) <= SHORT else words.replace("vs ", KEPT)
    cells = {"reference": count(levels[reference]), "whole": name, **show(levels[level])}
    return make_row(f"{spec['label']}: {words}", block=block, **cells)


def _say_level(spec, level):
    """The label of a level within a line: small letters where the label is but the level's name."""
    label, words = label_level(spec, level), phrases.to_words(level)
    return words if label == phrases.capitalise(words) else label


def _level_rows(name, spec, levels, block):
    heading = make_row(spec["label"], block=block)
    if len(levels) > 2:  # with two levels it is the p-value of the level
        known = [row["factor_p_value"] for row in levels.values()]
        p_value = next((value for value in known if not np.isnan(value)), np.nan)
        heading["p_value"] = formats.format_p(p_value, "")
    declared = [level for level in spec.get("levels", []) if level in levels]
    order = [*declared, *(level for level in levels if level not in declared)]
    return [
        heading,
        *(
            make_row(label_level(spec, level), 1, block, **{**show(levels[level]), "whole": name})
            for level in order
        ),
    ]


def label_level(spec, level):
    return spec.get("level_labels", {}).get(level, level)


def count(row):
    """`events/patients`."""
    return "/".join(
        "" if np.isnan(row[key]) else f"{row[key]:.0f}" for key in ("events", "patients")
    )


def show(row):
    """Counts, ratio, p-value and limits of an estimate."""
    cells = {"counts": count(row)}
    if row["level"] and row["level"] == row["reference"]:
        return {**cells, "ratio": ("1.00", "(reference)")}
    if np.isnan(row["hazard_ratio"]):
        return {**cells, "ratio": "not estimable"}
    if row.get("withheld"):
        return {**cells, "ratio": privacy.WITHHELD}
    limits = tuple(float(row[name]) for name in ("hazard_ratio", "lower", "upper"))
    estimate, _, interval = formats.format_interval(*limits, formats.format_ratio).partition(" ")
    p_value = formats.format_p(row["p_value"], "")
    return {**cells, "ratio": (estimate, interval), "p_value": p_value, "limits": limits}


def _describe_model(fit, small_cells):
    """Whom the model is of: what stands above its forest."""
    few = 0 < fit["missing"] < (small_cells or 0)  # they would follow from everybody
    patients = privacy.GONE if few else f"{fit['patients']:.0f}"
    words = f"Multivariable model of {patients} patients, {fit['events']:.0f} events"
    since = fit.get("landmark_months", np.nan)
    if np.isfinite(since if since is not None else np.nan):
        words += f", from {since:g} months on"
    return words + (
        f"; {fit['missing']:.0f} left out for missing values." if fit["missing"] > 0 else "."
    )


def _list_notes(table, variables, spec, fit, small_cells):
    """Lines below the plot: how well the model is supported and how its p-values are meant."""
    notes = []
    parts = []
    if fit is not None and np.isfinite(fit["events_per_parameter"]):
        few = 0 < fit["events"] < (small_cells or 0)
        support = f"<{small_cells}" if few else f"{fit['events_per_parameter']:.1f}"
        parts.append(f"{support} events per parameter")
    if fit is not None and np.isfinite(fit["concordance"]):
        parts.append(f"concordance {fit['concordance']:.2f}")
    if parts:
        notes.append(phrases.as_sentence("; ".join(parts)))
    if (table["method"] == "firth").any():
        notes.append("Firth's penalised likelihood.")
    sizes = [len(rows) for name, rows in table.groupby("variable") if len(rows) > 2]
    if sizes:
        notes.append(
            "p: Wald test; in the row of a variable with more than two levels, likelihood-ratio test of all its levels."
        )
    if spec.get("splines"):
        notes.append(
            "spline: the number enters as restricted cubic spline, tested as a whole by the likelihood ratio; its hazard ratio is "
            "between the two values below it."
        )
    return notes
