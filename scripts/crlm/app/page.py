"""What the page shows: its steps, and the table of the columns. Plain functions from a study's state to elements."""

from urllib.parse import quote

from shiny import ui

from crlm.app.mapping import (
    NOT_USED,
    OPEN,
    find_words,
    has_levels,
    list_units,
    list_variables,
    name_variable,
    write_codes,
)
from crlm.app.study import count_columns, list_results
from crlm.proposal.guess import settle
from crlm.proposal.sheets import TAKEN_OUT

STEPS = ("File", "Columns", "Analyses", "Plan", "Run", "Report")
ENDINGS = [".csv", ".tsv", ".txt", ".xlsx", ".xls", ".sav", ".dta", ".rds", ".rdata", ".parquet"]
SURE = {"certain": "certain", "likely": "likely", "question": "open question", "none": NOT_USED}
STYLE = """
body { max-width: 1320px; margin: 0 auto; padding: 0.5rem; }
h1 { font-size: 1.5rem; margin: 0.5rem 0; } h2 { font-size: 1.2rem; }
.nav-pills { margin-bottom: 1rem; gap: 0.25rem; }
.columns { width: 100%; border-collapse: collapse; table-layout: fixed; }
.columns th:nth-child(-n+3) { width: 24%; } .columns label { position: absolute; }
.columns th, .columns td { vertical-align: top; padding: 0.5rem; border-bottom: 1px solid #ccc; overflow-wrap: anywhere; }
.columns .form-group, .columns .shiny-input-container { margin-bottom: 0.25rem; width: 100% !important; }
.columns code { color: #444; margin-right: 0.5em; display: inline-block; }
.sure { font-weight: 600; } .question .sure { color: #8a3b00; } .question { background: #fff6e8; } .none { color: #555; }
.finding { font-size: 0.9rem; margin: 0.25rem 0; } .asked { font-weight: 600; margin: 0 0 0.25rem; }
.said { white-space: pre-wrap; overflow-wrap: anywhere; background: #f5f5f5; border-left: 4px solid #888; padding: 0.75rem;
  font-size: 0.9rem; }
#plan { font-family: ui-monospace, monospace; font-size: 0.85rem; white-space: pre; overflow: auto; }
.shiny-input-container:not(.shiny-input-container-inline) { width: 100%; max-width: 100%; }
iframe { width: 100%; height: 75vh; border: 1px solid #ccc; }
.links a { display: inline-block; margin: 0 1rem 0.35rem 0; overflow-wrap: anywhere; }
.go { margin: 0.75rem 0.5rem 0.75rem 0; } progress { width: 100%; height: 1.5rem; }
.checkbox label { display: flex; gap: 0.4rem; } .checkbox label input { flex: none; }
.steps { columns: 18rem; padding: 0; list-style: none; } .steps .ready { color: #1b6b2f; }
@media (max-width: 700px) {
  .columns thead { display: none; } .columns tr { display: block; border: 1px solid #ccc; margin-bottom: 0.75rem; }
  .columns td { display: block; width: auto !important; border: 0; padding: 0.35rem 0.6rem; }
}
"""


def draw_page():
    """Return the page with its six steps, empty."""
    panels = [ui.nav_panel(f"{n} {name}", PANELS[name](), value=name) for n, name in enumerate(STEPS, 1)]  # fmt: skip
    return ui.page_fluid(
        ui.tags.style(STYLE),
        ui.head_content(
            ui.tags.link(rel="icon", href="data:,")
        ),  # or it is looked for above the token
        ui.h1("From a spreadsheet to the report"),
        ui.output_ui("heading"),
        ui.navset_pill(*panels, id="step"),
        title="crlm-survival",
        lang="en",
    )


def _draw_file():
    return ui.TagList(
        ui.p(
            "One row per patient; tables of lesions, laboratory or REDCap's data dictionary may lie beside it: mark all of them. "
            "The file is copied into the study's folder on this machine; nothing is sent anywhere."
        ),
        ui.input_file(
            "file", "Drop the file here, or choose it", accept=ENDINGS, multiple=True, width="100%"
        ),
        ui.input_text("path", "Or name its path on this machine", width="100%"),
        ui.input_action_button("look", "Look at this file", class_="go"),
        ui.output_ui("refusal"),
        ui.output_ui("studies"),
    )


def _draw_columns():
    button = "Take these and look again"
    return ui.TagList(
        ui.output_ui("counts"),
        ui.input_action_button("take", button, class_="go btn-primary"),
        ui.output_ui("wrong"),
        ui.output_ui("columns"),
        ui.input_action_button("take_below", button, class_="go btn-primary"),
        ui.input_action_button("to_analyses", "On to the analyses", class_="go"),
    )


def _draw_analyses():
    return ui.TagList(
        ui.output_ui("choices"),
        ui.input_action_button("write", "Write the plan", class_="go btn-primary"),
    )


def _draw_plan():
    return ui.TagList(
        ui.p(
            "The plan as the run reads it. It may be edited here; config/README.md explains every key. "
            "The buttons of the steps before write it anew."
        ),
        ui.input_text_area(
            "plan", "Plan (YAML)", rows=26, width="100%", spellcheck="false", update_on="blur"
        ),
        ui.input_action_button("check", "Check it", class_="go"),
        ui.input_action_button("run", "Save and run", class_="go btn-primary"),
        ui.output_ui("said"),
    )


def _draw_run():
    return ui.TagList(ui.output_ui("stop"), ui.output_ui("progress"))


PANELS = {
    "File": _draw_file,
    "Columns": _draw_columns,
    "Analyses": _draw_analyses,
    "Plan": _draw_plan,
    "Run": _draw_run,
    "Report": lambda: ui.output_ui("report"),
}


def say(text):
    """Return words as they would stand on a terminal; nothing for none."""
    return ui.div(text, class_="said", role="status") if text else None


def list_fields(guess, answers, dictionary):
    """Return {field: how it is drawn} of a row: what can be changed in it. Drawn and read by the same list."""
    shown, _ = settle(guess, answers)
    fields = {}
    if guess.sheet and (guess.variable == "patient_id" or guess.reason == TAKEN_OUT):
        fields["table"] = "" if guess.reason == TAKEN_OUT else "yes"
    elif guess.column and not guess.blocks and guess.reason not in NAMELESS:
        fields["variable"] = name_variable(shown)
        if units := list_units(shown.variable, dictionary):
            fields["unit"] = (shown.unit or units[0], units)
        if shown.variable and has_levels(shown.variable, dictionary):
            fields["codes"] = write_codes(shown.values)
    if guess.question:
        labels = [choice.label for choice in guess.question.choices]
        fields["answer"] = (answers.get(guess.question.key, ""), labels)
    return fields


NAMELESS = ("the column has no name", "the name stands there twice")


def draw_columns(state, dictionary, drawn):
    """Return the table of the columns; `drawn` numbers its drawing, so that fields of an earlier one are not read for it."""
    variables = list_variables(dictionary)
    rows = [
        _draw_row(place, guess, state, dictionary, variables, drawn)
        for place, guess in enumerate(state["guesses"])
    ]
    heads = ("Column, examples", "Taken for", "How sure, and why", "Questions and findings")
    head = ui.tags.thead(ui.tags.tr(*(ui.tags.th(text, scope="col") for text in heads)))
    return ui.tags.table(head, ui.tags.tbody(*rows), class_="columns")


def _draw_row(place, guess, state, dictionary, variables, drawn):
    shown, taken = settle(guess, state["answers"])
    sure = "none" if not shown.variable else "question" if not taken else shown.certainty
    if guess.question and shown.question is None:
        word = "answered by you" if shown.variable and taken else NOT_USED
    else:
        word = SURE[sure]
    examples = [ui.tags.code(text) for text in guess.examples]
    name = guess.column or {"sheets": "Sheets", "date_format": "All dates"}.get(guess.variable, "")
    name = name or guess.sheet
    of = "of the table of lesions" if guess.blocks else "of the table"
    sheet = ui.div(f"{of} '{guess.sheet}'") if guess.sheet and guess.column else None
    sheet = sheet or (ui.div("a table without a variable") if guess.sheet else None)
    fields = list_fields(guess, state["answers"], dictionary)
    label = dictionary["variables"].get(shown.variable, {}).get("label")
    fixed = None if "variable" in fields else label or shown.settings.get("date_format")
    fixed = fixed or (shown.variable if guess.blocks and "table" not in fields else None)
    asked, answer = _draw_question(place, guess, fields, drawn)
    findings = [
        ui.p(text, class_="finding") for text in find_words(state["checked"].findings, guess.column)
    ]
    return ui.tags.tr(
        ui.tags.td(ui.tags.strong(name), sheet, ui.div(*examples)),
        ui.tags.td(fixed, *_draw_fields(place, name, fields, variables, drawn)),
        ui.tags.td(ui.span(word, class_="sure"), ui.div(shown.reason)),
        ui.tags.td(asked, answer, *findings),
        class_=sure,
    )


def _hidden(text):
    return ui.span(text, class_="visually-hidden")


def _draw_fields(place, name, fields, variables, drawn):
    key = f"{drawn}_{place}"
    if "variable" in fields:
        yield ui.input_select(
            f"variable_{key}",
            _hidden(f"What '{name}' is"),
            variables,
            selected=fields["variable"],
        )
    if "table" in fields:
        tables = {"yes": "use this table", "": "leave this table out"}
        label = _hidden(f"Whether the table of '{name}' is used")
        yield ui.input_select(f"table_{key}", label, tables, selected=fields["table"])
    if "unit" in fields:
        unit, units = fields["unit"]
        yield ui.input_select(f"unit_{key}", _hidden(f"Unit of '{name}'"), units, selected=unit)
    if "codes" in fields:
        yield ui.input_text(
            f"codes_{key}",
            _hidden(f"Codes of '{name}'"),
            fields["codes"],
            placeholder="0 = no, 1 = yes",
            update_on="blur",
        )


def _draw_question(place, guess, fields, drawn):
    if "answer" not in fields:
        return None, None
    given, labels = fields["answer"]
    needed = " No run without an answer." if guess.question.needed and not given else ""
    choices = {"": OPEN, **{label: label for label in labels}}
    select = ui.input_select(
        f"answer_{drawn}_{place}",
        _hidden(f"Answer: {guess.question.text}"),
        choices,
        selected=given,
    )
    return ui.p(guess.question.text + needed, class_="asked"), select


def draw_counts(state):
    columns, taken, unanswered, needed = count_columns(state)
    open_ones = "No question is open." if not unanswered else f"Open questions: {unanswered}."
    more = (
        f" Without an answer to {needed} of them no run is made; they are marked." if needed else ""
    )
    return ui.p(f"{taken} of {columns} columns are taken for variables. {open_ones}{more}")


def draw_choices(choices):
    """Return the lists of endpoints, comparisons, scores and covariates, what is proposed ticked."""
    if not choices["endpoints"]:
        return say(
            "Nothing can be chosen before an endpoint can be made: look at the columns first."
        )
    chosen = choices["chosen"]
    most = choices["most"]
    limit = f" The plan takes the first {most}: one for ten events, a convention." if most else ""
    cannot = [ui.tags.li(f"{label}: {reason}") for label, reason in choices["cannot"].items()]
    return ui.TagList(
        ui.layout_columns(
            ui.div(
                ui.input_checkbox_group(
                    "endpoints", "Endpoints", choices["endpoints"], selected=chosen["endpoints"]
                ),
                ui.input_select(
                    "main",
                    "Main comparison",
                    {"": "none", **choices["groupings"]},
                    selected=chosen["main"],
                ),
                ui.input_checkbox_group(
                    "groupings",
                    "Groups that are compared",
                    choices["groupings"],
                    selected=chosen["groupings"],
                ),
            ),
            ui.div(
                ui.input_checkbox_group(
                    "scores",
                    "Scores (none ticked: all that can be computed)",
                    choices["scores"],
                    selected=chosen["scores"],
                ),
                ui.tags.details(
                    ui.tags.summary("Scores that cannot be computed"), ui.tags.ul(*cannot)
                )
                if cannot
                else None,
            ),
            col_widths={"sm": 12, "md": 6},
        ),
        ui.input_selectize(
            "univariable",
            "Models of one covariate each",
            _put_first(chosen["univariable"], choices["covariates"]),
            selected=chosen["univariable"],
            multiple=True,
            width="100%",
        ),
        ui.input_selectize(
            "clinical",
            f"One model of several covariates, the most important first.{limit}",
            _put_first(chosen["clinical"], choices["covariates"]),
            selected=chosen["clinical"],
            multiple=True,
            width="100%",
        ),
    )


def _put_first(chosen, labels):
    """A list shows what is chosen in the list's own order, and the order counts."""
    return {name: labels[name] for name in [*chosen, *(n for n in labels if n not in chosen)]}


def draw_stop(busy, has_report):
    """Return the button that fits: to cancel a run, or to read what the last one has made."""
    if busy:
        return ui.input_action_button("cancel", "Cancel the run", class_="go btn-danger")
    if has_report:
        return ui.input_action_button("read", "Read the report", class_="go btn-primary")
    return None


def draw_progress(progress, words):
    """Return how far a run is, step by step, and what it has said."""
    total = max(progress.total, 1)
    bar = ui.tags.progress(value=str(progress.done), max=str(total), aria_label="Steps done")
    steps = [
        ui.tags.li(
            f"{'✓' if done == count else '·'} {name.replace('_', ' ')}"
            + (f" ({done} of {count})" if count > 1 else ""),
            class_="ready" if done == count else "",
        )
        for name, count, done in progress.steps
    ]
    told = f"{progress.done} of {progress.total} steps" if progress.total else "Getting ready ..."
    return ui.TagList(ui.p(told, id="told"), bar, say(words), ui.tags.ul(*steps, class_="steps"))


def draw_report(folder):
    """Return the report of a study, embedded, and links to what may be taken along."""
    report = folder / "results/report.html"
    if not report.is_file():
        return say("There is no report yet: run the plan first.")
    below = f"files/{quote(folder.name)}"
    links = [
        ui.tags.details(
            ui.tags.summary(f"{heading}: {len(paths)}"),
            ui.div(
                *(
                    ui.a(path.rpartition("/")[2], href=f"{below}/{quote(path)}", target="_blank")
                    for path in paths
                ),
                class_="links",
            ),
            open="" if not heading.startswith("Figures") else None,
        )
        for heading, paths in list_results(folder).items()
    ]
    address = f"{below}/results/report.html?{report.stat().st_mtime_ns}"
    return ui.TagList(
        ui.p(ui.a("Open the report on a page of its own", href=address, target="_blank")),
        ui.tags.iframe(src=address, title="Report"),
        *links,
        ui.p(f"Everything lies in {folder / 'results'}."),
    )
