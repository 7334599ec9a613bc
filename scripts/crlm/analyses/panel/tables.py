"""The table of a panel of markers."""

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
from crlm.display.hazard_ratios import HAZARD_RATIO, label_variable, show_estimate
from crlm.plan import phrases

OVER = {"univariable": "Alone", "adjusted": "Adjusted"}


def tabulate_panel(panel, name, endpoint, settings, variables):
    """Every marker alone and adjusted, with q and what it adds: panel/{endpoint}.csv; settings: the plan's."""
    models = [model for model in OVER if model == "univariable" or settings["adjust"]]
    columns = [Column("", align="left")]
    for model in models:
        columns += [
            Column("Patients", OVER[model]),
            Column("Events", OVER[model]),
            Column(HAZARD_RATIO, OVER[model], parts=ESTIMATE),
            Column("p", OVER[model]),
            Column("q", OVER[model]),
        ]
    columns.append(Column("LR χ²", "Added" if settings["adjust"] else ""))
    columns.append(Column("Difference of C" if settings["adjust"] else "C", columns[-1].over))
    rows, footnotes = [], {}
    for marker in settings["markers"]:
        parts = {
            model: panel[(panel["model"] == model) & (panel["variable"] == marker)]
            for model in models
        }
        rows += _tabulate_marker(parts, variables[marker], settings, footnotes)
    notes = [_tell_columns(settings, variables)]
    notes += [
        f"{phrases.superscript(mark)} {phrases.as_sentence(note)}"
        for note, mark in footnotes.items()
    ]
    return DisplayTable(
        f"panel_{name}",
        f"{endpoint['label']}: panel of markers",
        tuple(columns),
        tuple(rows),
        tuple(notes),
        f"{endpoint['abbreviation']} panel",
    )


def _tabulate_marker(parts, spec, settings, footnotes):
    """One row of a marker with one hazard ratio, a heading and a row per level otherwise."""
    levels = list(dict.fromkeys(level for part in parts.values() for level in part["level"]))
    several = len(levels) > 1
    rows = []
    if several:
        first = {model: part.iloc[0].to_dict() for model, part in parts.items() if len(part)}
        cells, place = {}, 1
        for model in parts:
            if model in first:
                cells |= {
                    place + 3: p_value(first[model]["lr_p_value"]),
                    place + 4: p_value(first[model]["q_value"]),
                }
            place += 5
        cells |= dict(zip((place, place + 1), _show_added(first, settings), strict=True))
        rows.append(head(spec["label"], place + 2, cells))
    for level in levels:
        label = spec.get("level_labels", {}).get(level, level)
        if not several:
            label = (
                spec["label"] if level is None or level != level else f"{spec['label']}: {label}"
            )
        cells, found = [text(label)], {}
        for model, part in parts.items():
            mine = part[
                part["level"].isna() if not isinstance(level, str) else part["level"] == level
            ]
            if mine.empty:
                cells += [Cell()] * 5
                continue
            found[model] = row = mine.iloc[0].to_dict()
            tests = [p_value(row["lr_p_value"]), p_value(row["q_value"])]
            ratio, wald = show_estimate(row, footnotes)
            cells += [count(row["patients"]), count(row["events"]), ratio]
            cells += [wald, Cell()] if several else tests
        cells += [Cell(), Cell()] if several else _show_added(found, settings)
        rows.append(Row(tuple(cells), indent=int(several)))
    return rows


def _show_added(found, settings):
    """Chi-squared of the likelihood ratio and difference of C over the adjustment, or without one the C of the marker."""
    row = found.get("adjusted" if settings["adjust"] else "univariable")
    if row is None:
        return [Cell(), Cell()]
    c = row["concordance_difference" if settings["adjust"] else "concordance"]
    return [number(row["lr_statistic"], 1), number(c, 3)]


def _tell_columns(settings, variables):
    words = (
        "p: likelihood-ratio test of the marker (of a single level: Wald); q: false-discovery rate of Benjamini and Hochberg over "
        f"all markers of the model ({phrases.plural(len(settings['markers']), 'marker')})."
    )
    if settings["per"] == "sd":
        words += " Hazard ratio of a number per standard deviation"
        words += ", after its logarithm where it has one."
    else:
        steps = [
            f"{variables[name]['label']} {formats.describe_step(variables[name])}"
            for name in settings["markers"]
            if formats.describe_step(variables[name])
        ]
        words += f" Steps of the hazard ratios: {'; '.join(steps)}." if steps else ""
    if settings["adjust"]:
        names = phrases.join_words(label_variable(each, variables) for each in settings["adjust"])
        words += (
            f" Adjusted for {names}; what a marker adds to them in the same patients is apparent: measured in the patients the "
            "models were fitted to, so too high by a little."
        )
    else:
        words += " C is apparent: measured in the patients the model was fitted to."
    if settings["landmark_months"]:
        words += (
            f" Patients observed beyond the landmark at {settings['landmark_months']:g} months."
        )
    return words
