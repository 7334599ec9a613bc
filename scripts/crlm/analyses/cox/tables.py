"""Display tables of the Cox models: hazard ratios, fits, proportional hazards, effects within subgroups."""

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
    whole,
)
from crlm.display.hazard_ratios import (
    HAZARD_RATIO,
    find_contrasts,
    label_contrast,
    label_variable,
    show_estimate,
)
from crlm.plan import phrases
from crlm.plan.models import UNIVARIABLE, name_alone

GLOBAL = "GLOBAL"
SPLINE = (
    "Spline: a restricted cubic spline has no single hazard ratio; it is read between two values, those of the plan or the "
    "quartiles."
)


def list_models(table, models):
    """Names of the models that have rows, in the order of the plan."""
    found = set(table["model"])
    return [name for name in models if name in found]


def tabulate_cox(cox, fits, name, endpoint, models, variables, splines=None):
    """Univariable fits and every multivariable model side by side, their patients and events below.

    cox, fits, splines: cox/{endpoint}.csv, _models.csv and _spline_terms.csv, which only splines have; models, variables: specs
    of the plan.
    """
    models = _add_alone(models)
    shown = list_models(cox, models)
    columns = [Column("", align="left"), Column("Patients"), Column("Events")]
    for model in shown:
        over = models[model]["label"]
        columns += [Column(HAZARD_RATIO, over, ESTIMATE), Column("p", over)]
    footnotes, rows = {}, []
    found = dict(list(cox.groupby(["variable", "model"], sort=False)))
    order = [row for model in shown for row in cox.loc[cox["model"] == model, "variable"]]
    for variable in dict.fromkeys(order):
        tables = {model: found[variable, model] for model in shown if (variable, model) in found}
        spec = variables.get(variable, {"label": variable})
        if any(find_contrasts(table, spec) for table in tables.values()):
            rows += _show_number(tables, variable, spec, shown, footnotes, splines)
        else:
            rows += _show_variable(tables, spec, shown, footnotes)
    curved = any(row.cells[0].text.endswith(", spline") for row in rows)
    multivariable = [model for model in shown if not models[model].get("alone")]
    rows += _show_fits(fits, shown, multivariable)
    notes = [
        "HR, hazard ratio with Wald confidence limits. p: Wald test of a level or number; beside the name of a variable with "
        "more than two levels or of a number as spline, likelihood-ratio test of the whole variable.",
        *([SPLINE] if curved else []),
        *(
            f"{phrases.superscript(mark)} {phrases.as_sentence(note)}"
            for note, mark in footnotes.items()
        ),
        *_note_models(fits, shown, models, variables),
    ]
    return DisplayTable(
        f"cox_{name}",
        f"{endpoint['label']}: hazard ratios",
        tuple(columns),
        tuple(rows),
        tuple(notes),
        f"{endpoint['abbreviation']} Cox",
    )


def _add_alone(models):
    """The models with, before each from a landmark, its variables alone in the same patients."""
    found = {}
    for name, spec in models.items():
        if name != UNIVARIABLE and spec.get("landmark_months"):
            label = f"{spec['label']}: each alone, same patients"
            month = spec["landmark_months"]
            found[name_alone(name)] = {"label": label, "landmark_months": month, "alone": True}
        found[name] = {**spec, "alone": name == UNIVARIABLE}
    return found


def _show_variable(tables, spec, shown, footnotes):
    """The rows of one variable: one for a number, otherwise a heading and a row per level."""
    first = next(iter(tables.values()))
    if first["level"].isna().all():
        step = formats.describe_step(spec)
        label = f"{spec['label']}, {step}" if step else spec["label"]
        rows = {model: table.iloc[0] for model, table in tables.items()}
        return [_show_estimates(label, rows, shown, footnotes, 0)]
    levels = list(dict.fromkeys(level for table in tables.values() for level in table["level"]))
    cells = {}
    if len(levels) > 2:
        for model, table in tables.items():
            cells[4 + 2 * shown.index(model)] = p_value(table["factor_p_value"].iloc[0])
    lines = [head(spec["label"], 3 + 2 * len(shown), cells, strong=False)]
    indexed = {model: table.set_index("level", drop=False) for model, table in tables.items()}
    for level in levels:
        rows = {model: t.loc[level] for model, t in indexed.items() if level in t.index}
        label = spec.get("level_labels", {}).get(level, level)
        lines.append(_show_estimates(label, rows, shown, footnotes, 1))
    return lines


def _show_number(tables, variable, spec, shown, footnotes, splines):
    """A number that is a spline in some models: its tests there, a hazard ratio between two values, and per step elsewhere."""
    contrasts = {model: find_contrasts(table, spec) for model, table in tables.items()}
    straight = {m: table.iloc[0] for m, table in tables.items() if not contrasts[m]}
    width, label = 3 + 2 * len(shown), spec["label"]
    if straight:
        step = formats.describe_step(spec)
        label = f"{label}, {step}" if step else label
        cells = list(_show_estimates(label, straight, shown, footnotes, 0).cells)
    else:
        cells = [text(label), *[Cell()] * (width - 1)]
    for model, table in tables.items():
        if contrasts[model]:
            place = 3 + 2 * shown.index(model)
            cells[place : place + 2] = text("spline"), p_value(table["factor_p_value"].iloc[0])
    lines = [Row(tuple(cells))]
    for contrast in dict.fromkeys(each for found in contrasts.values() for each in found):
        rows = {m: tables[m].iloc[0] for m, found in contrasts.items() if contrast in found}
        words = label_contrast(contrast, spec)
        lines.append(_show_estimates(words, rows, shown, footnotes, 1))
    cells = [text("departure from a straight line"), *[Cell()] * (width - 1)]
    for row in [] if splines is None else splines.to_dict("records"):
        if row["variable"] == variable and row["model"] in shown:
            cells[4 + 2 * shown.index(row["model"])] = p_value(row["nonlinear_p_value"])
    return [*lines, Row(tuple(cells), indent=1)]


def _show_estimates(label, rows, shown, footnotes, indent):
    first = next(iter(rows.values()))
    cells = [text(label), count(first["patients"]), count(first["events"])]
    for model in shown:
        if model in rows:
            cells += show_estimate(rows[model], footnotes)
        else:
            cells += [Cell(), Cell()]
    return Row(tuple(cells), indent=indent)


def _show_fits(fits, shown, multivariable):
    """Patients, events and fit of the multivariable models, below their columns."""
    if not multivariable:
        return []
    lines = {
        "Patients": lambda fit: count(fit["patients"]),
        "Events": lambda fit: count(fit["events"]),
        "Left out: value missing": lambda fit: count(fit["missing"]),
        "Events per parameter": lambda fit: number(fit["events_per_parameter"]),
        "Concordance (apparent)": lambda fit: number(fit["concordance"], 3),
        "Likelihood-ratio test, p": lambda fit: p_value(fit["lr_p_value"]),
    }
    fits = fits.drop_duplicates("model").set_index("model")
    width = 3 + 2 * len(shown)
    rows = [Row(head("Multivariable models", width).cells, "foot")]
    for label, show in lines.items():
        cells = [text(label), *[Cell()] * (width - 1)]
        for model in multivariable:
            if model in fits.index:
                cells[3 + 2 * shown.index(model)] = show(fits.loc[model])
        rows.append(Row(tuple(cells), "foot", 1))
    return rows


def _note_models(fits, shown, models, variables):
    """What is special about each model: strata, clusters, landmark, penalty, notes of the fit."""
    notes = []
    for model in shown:
        mine = fits[fits["model"] == model]
        words = [] if model == UNIVARIABLE else _name_strata(mine, variables)
        if (mine["method"] == "firth").any():
            words.append("Firth's penalised likelihood (profile limits, Breslow ties)")
        month = models[model].get("landmark_months")
        if month:
            words.append(f"patients at risk at {month:g} months, time from there")
        if model != UNIVARIABLE:
            words += [note for note in mine["note"] if isinstance(note, str)]
        if words:
            notes.append(f"{models[model]['label']}: {'; '.join(words)}.")
    return notes


def tabulate_fits(fits, name, endpoint, models, variables):
    """One row per fit: patients, events, parameters, tests: cox/{endpoint}_models.csv."""
    columns = (
        Column("", align="left"),
        Column("Patients"),
        Column("Events"),
        Column("Left out: value missing"),
        Column("Parameters"),
        Column("Events per parameter"),
        Column("p (likelihood ratio)"),
        Column("Concordance (apparent)"),
        Column("AIC"),
        Column("Strata, clusters", align="left"),
        Column("Remark", align="left"),
    )
    rows = []
    for model in list_models(fits, models):
        mine = fits[fits["model"] == model]
        nested = model == UNIVARIABLE
        if nested:
            rows.append(head(models[model]["label"], len(columns)))
        for row in mine.to_dict("records"):
            label = label_variable(row["variable"], variables) if nested else models[model]["label"]
            rows.append(Row((text(label), *_show_fit(row, variables)), indent=int(nested)))
    notes = ("Complete cases. Concordance in the patients of the fit, not corrected for optimism.",)
    return DisplayTable(
        f"fits_{name}",
        f"{endpoint['label']}: fits of the Cox models",
        columns,
        tuple(rows),
        notes,
        f"{endpoint['abbreviation']} fits",
    )


def _list_strata(row, variables):
    strata = row["strata"] if isinstance(row["strata"], str) else ""
    return [label_variable(each, variables) for each in strata.split(", ") if each]


def _name_strata(fits, variables):
    """Strata and clusters of a model in words, from the row of its fit."""
    words = []
    for row in fits.head(1).to_dict("records"):
        if names := _list_strata(row, variables):
            words.append(f"stratified by {phrases.join_words(names)}")
        if isinstance(row["cluster"], str):
            words.append(
                f"robust standard errors, clusters of {label_variable(row['cluster'], variables)}"
            )
    return words


def _show_fit(row, variables):
    words = _list_strata(row, variables)
    groups = [f"strata: {phrases.join_words(words)}"] if words else []
    if isinstance(row["cluster"], str):
        groups.append(f"clusters: {label_variable(row['cluster'], variables)}")
    remark = [row["note"]] if isinstance(row["note"], str) else []
    if row["method"] == "firth":
        remark.insert(0, "Firth's penalised likelihood")
    return (
        count(row["patients"]),
        count(row["events"]),
        count(row["missing"]),
        whole(row["parameters"]),
        number(row["events_per_parameter"]),
        p_value(row["lr_p_value"]),
        number(row["concordance"], 3),
        number(row["aic"]),
        text(phrases.capitalise("; ".join(groups))),
        text(phrases.as_sentence("; ".join(remark)) if remark else ""),
    )


def tabulate_proportional_hazards(ph, name, endpoint, models, variables):
    """Tests of proportional hazards, per variable and global: cox/{endpoint}_ph.csv."""
    shown = list_models(ph, models)
    columns = [Column("", align="left")]
    for model in shown:
        over = models[model]["label"]
        columns += [Column("Chi-squared", over), Column("df", over), Column("p", over)]
    found = ph.set_index(["model", "term"])
    terms = [term for model in shown for term in ph.loc[ph["model"] == model, "term"]]
    rows = []
    for term in sorted(dict.fromkeys(terms), key=lambda term: term == GLOBAL):
        cells = [text("Global test" if term == GLOBAL else label_variable(term, variables))]
        for model in shown:
            if (model, term) in found.index:
                row = found.loc[(model, term)]
                cells += [number(row["statistic"], 2), whole(row["df"]), p_value(row["p_value"])]
            else:
                cells += [Cell()] * 3
        rows.append(Row(tuple(cells), "foot" if term == GLOBAL else "body"))
    notes = (
        "Grambsch-Therneau test on time transformed by the Kaplan-Meier estimate. A small p-value speaks against one hazard "
        "ratio for the whole follow-up.",
    )
    return DisplayTable(
        f"proportional_hazards_{name}",
        f"{endpoint['label']}: proportional hazards",
        tuple(columns),
        tuple(rows),
        notes,
        f"{endpoint['abbreviation']} prop. hazards",
    )
