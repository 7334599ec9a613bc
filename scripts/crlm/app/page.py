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
from crlm.app.style import STYLE
from crlm.app.tongue import name_language
from crlm.proposal.guess import settle
from crlm.proposal.sheets import TAKEN_OUT
from crlm.proposal.wording import say as tell

STEPS = ("File", "Columns", "Analyses", "Plan", "Run", "Report")
ENDINGS = [".csv", ".tsv", ".txt", ".xlsx", ".xls", ".sav", ".dta", ".rds", ".rdata", ".parquet"]
SURE = {"certain": "certain", "likely": "likely", "question": "open question", "none": NOT_USED}
WHOLE = {
    "sheets": "Sheets",
    "date_format": "All dates",
    "language": "Language of the report",
}  # of the whole file
CHOICES = ("endpoints", "groupings", "scores", "covariates")


def draw_page(code="en", languages=("en",)):
    """Return the page with its six steps, empty. code : of the language in use; languages : codes of those that may be chosen."""
    panels = [
        ui.nav_panel(f"{n} {tell(name)}", PANELS[name](), value=name)
        for n, name in enumerate(STEPS, 1)
    ]
    return ui.page_fluid(
        ui.tags.style(STYLE),
        ui.head_content(
            ui.tags.link(rel="icon", href="data:,")
        ),  # or it is looked for above the token
        _draw_languages(code, languages),
        ui.h1(tell("From a spreadsheet to the report")),
        ui.output_ui("heading"),
        ui.navset_pill(*panels, id="step"),
        title="crlm-survival",
        lang=code,
    )


def _draw_languages(code, languages):
    """The choice of the language: each is a link that loads the page anew; and the one in use, for the server to read."""
    links = [
        ui.a(
            name_language(each),
            href=f"?lang={each}",
            lang=each,
            aria_current="true" if each == code else None,
        )
        for each in languages
    ]
    mine = ui.div(ui.input_text("language", "", code), style="display: none")
    return ui.tags.nav(*links, mine, class_="languages", aria_label=tell("Language"))


def _draw_file():
    return ui.TagList(
        ui.p(
            tell(
                "One row per patient; tables of lesions, laboratory or REDCap's data dictionary may lie beside it: mark all of "
                "them. "
                "The file is copied into the study's folder on this machine; nothing is sent anywhere."
            )
        ),
        ui.input_file(
            "file",
            tell("Drop the file here, or choose it"),
            accept=ENDINGS,
            multiple=True,
            width="100%",
            button_label=tell("Browse..."),
            placeholder=tell("No file selected"),
        ),
        ui.input_text("path", tell("Or name its path on this machine"), width="100%"),
        ui.input_action_button("look", tell("Look at this file"), class_="go"),
        ui.output_ui("refusal"),
        ui.output_ui("studies"),
    )


def _draw_columns():
    button = tell("Take these and look again")
    return ui.TagList(
        ui.output_ui("counts"),
        ui.input_action_button("take", button, class_="go btn-primary"),
        ui.output_ui("wrong"),
        ui.output_ui("columns"),
        ui.input_action_button("take_below", button, class_="go btn-primary"),
        ui.input_action_button("to_analyses", tell("On to the analyses"), class_="go"),
    )


def _draw_analyses():
    return ui.TagList(
        ui.output_ui("choices"),
        ui.input_action_button("write", tell("Write the plan"), class_="go btn-primary"),
    )


def _draw_plan():
    return ui.TagList(
        ui.p(
            tell(
                "The plan as the run reads it. It may be edited here; config/README.md explains every key. "
                "The buttons of the steps before write it anew."
            )
        ),
        ui.input_text_area(
            "plan", tell("Plan (YAML)"), rows=26, width="100%", spellcheck="false", update_on="blur"
        ),
        ui.input_action_button("check", tell("Check it"), class_="go"),
        ui.input_action_button("run", tell("Save and run"), class_="go btn-primary"),
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
    head = ui.tags.thead(ui.tags.tr(*(ui.tags.th(tell(text), scope="col") for text in heads)))
    return ui.tags.table(head, ui.tags.tbody(*rows), class_="columns")


def _draw_row(place, guess, state, dictionary, variables, drawn):
    shown, taken = settle(guess, state["answers"])
    sure = "none" if not shown.variable else "question" if not taken else shown.certainty
    if guess.question and shown.question is None:
        word = tell("answered by you" if shown.variable and taken else NOT_USED)
    else:
        word = tell(SURE[sure])
    examples = [ui.tags.code(text) for text in guess.examples]
    name = guess.column or tell(WHOLE.get(guess.variable, ""))
    name = name or guess.sheet
    of = tell("of the table of lesions" if guess.blocks else "of the table")
    sheet = ui.div(f"{of} '{guess.sheet}'") if guess.sheet and guess.column else None
    sheet = sheet or (ui.div(tell("a table without a variable")) if guess.sheet else None)
    fields = list_fields(guess, state["answers"], dictionary)
    label = dictionary["variables"].get(shown.variable, {}).get("label")
    spoken = shown.settings.get("language")
    settings = name_language(spoken) if spoken else shown.settings.get("date_format")
    fixed = None if "variable" in fields else tell(label) or settings
    fixed = fixed or (shown.variable if guess.blocks and "table" not in fields else None)
    asked, answer = _draw_question(place, guess, fields, drawn)
    findings = [
        ui.p(text, class_="finding") for text in find_words(state["checked"].findings, guess.column)
    ]
    return ui.tags.tr(
        ui.tags.td(ui.tags.strong(name), sheet, ui.div(*examples)),
        ui.tags.td(fixed, *_draw_fields(place, name, fields, variables, drawn)),
        ui.tags.td(ui.span(word, class_="sure"), ui.div(tell(shown.reason))),
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
            _hidden(tell(f"What '{name}' is")),
            variables,
            selected=fields["variable"],
        )
    if "table" in fields:
        tables = {"yes": tell("use this table"), "": tell("leave this table out")}
        label = _hidden(tell(f"Whether the table of '{name}' is used"))
        yield ui.input_select(f"table_{key}", label, tables, selected=fields["table"])
    if "unit" in fields:
        unit, units = fields["unit"]
        units = {each: tell(each) for each in units}
        yield ui.input_select(
            f"unit_{key}", _hidden(tell(f"Unit of '{name}'")), units, selected=unit
        )
    if "codes" in fields:
        yield ui.input_text(
            f"codes_{key}",
            _hidden(tell(f"Codes of '{name}'")),
            fields["codes"],
            placeholder="0 = no, 1 = yes",
            update_on="blur",
        )


def _draw_question(place, guess, fields, drawn):
    if "answer" not in fields:
        return None, None
    given, labels = fields["answer"]
    needed = guess.question.needed and not given
    needed = f" {tell('No run without an answer.')}" if needed else ""
    choices = {"": tell(OPEN), **{label: tell(label) for label in labels}}
    select = ui.input_select(
        f"answer_{drawn}_{place}",
        _hidden(f"{tell('Answer')}: {tell(guess.question.text)}"),
        choices,
        selected=given,
    )
    return ui.p(tell(guess.question.text) + needed, class_="asked"), select


def draw_counts(state):
    columns, taken, unanswered, needed = count_columns(state)
    open_ones = "No question is open." if not unanswered else f"Open questions: {unanswered}."
    parts = [f"{taken} of {columns} columns are taken for variables.", open_ones]
    if needed:
        parts.append(f"Without an answer to {needed} of them no run is made; they are marked.")
    return ui.p(" ".join(map(tell, parts)))


def draw_choices(choices):
    """Return the lists of endpoints, comparisons, scores and covariates, what is proposed ticked."""
    if not choices["endpoints"]:
        return say(
            tell("Nothing can be chosen before an endpoint can be made: look at the columns first.")
        )
    chosen = choices["chosen"]
    most = choices["most"]
    several = [tell("One model of several covariates, the most important first.")]
    if most:
        several.append(tell(f"The plan takes the first {most}: one for ten events, a convention."))
    names = {key: {k: tell(v) for k, v in choices[key].items()} for key in CHOICES}
    cannot = [
        ui.tags.li(f"{tell(label)}: {tell(reason)}") for label, reason in choices["cannot"].items()
    ]
    return ui.TagList(
        ui.layout_columns(
            ui.div(
                ui.input_checkbox_group(
                    "endpoints", tell("Endpoints"), names["endpoints"], selected=chosen["endpoints"]
                ),
                ui.input_select(
                    "main",
                    tell("Main comparison"),
                    {"": tell("none"), **names["groupings"]},
                    selected=chosen["main"],
                ),
                ui.input_checkbox_group(
                    "groupings",
                    tell("Groups that are compared"),
                    names["groupings"],
                    selected=chosen["groupings"],
                ),
            ),
            ui.div(
                ui.input_checkbox_group(
                    "scores",
                    tell("Scores (none ticked: all that can be computed)"),
                    names["scores"],
                    selected=chosen["scores"],
                ),
                ui.tags.details(
                    ui.tags.summary(tell("Scores that cannot be computed")), ui.tags.ul(*cannot)
                )
                if cannot
                else None,
            ),
            col_widths={"sm": 12, "md": 6},
        ),
        ui.input_selectize(
            "univariable",
            tell("Models of one covariate each"),
            _put_first(chosen["univariable"], names["covariates"]),
            selected=chosen["univariable"],
            multiple=True,
            width="100%",
        ),
        ui.input_selectize(
            "clinical",
            " ".join(several),
            _put_first(chosen["clinical"], names["covariates"]),
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
        return ui.input_action_button("cancel", tell("Cancel the run"), class_="go btn-danger")
    if has_report:
        return ui.input_action_button("read", tell("Read the report"), class_="go btn-primary")
    return None


def draw_progress(progress, words):
    """Return how far a run is, step by step, and what it has said."""
    total = max(progress.total, 1)
    bar = ui.tags.progress(value=str(progress.done), max=str(total), aria_label=tell("Steps done"))
    steps = [
        ui.tags.li(
            f"{'✓' if done == count else '·'} {tell(name.replace('_', ' '))}"
            + (f" ({tell(f'{done} of {count}')})" if count > 1 else ""),
            class_="ready" if done == count else "",
        )
        for name, count, done in progress.steps
    ]
    told = tell(f"{progress.done} of {progress.total} steps")
    told = told if progress.total else f"{tell('Getting ready')} ..."
    return ui.TagList(ui.p(told, id="told"), bar, say(words), ui.tags.ul(*steps, class_="steps"))


def draw_report(folder):
    """Return the report of a study, embedded, and links to what may be taken along."""
    report = folder / "results/report.html"
    if not report.is_file():
        return say(tell("There is no report yet: run the plan first."))
    below = f"files/{quote(folder.name)}"
    links = [
        ui.tags.details(
            ui.tags.summary(f"{tell(heading)}: {len(paths)}"),
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
        ui.p(ui.a(tell("Open the report on a page of its own"), href=address, target="_blank")),
        ui.tags.iframe(src=address, title=tell("Report")),
        *links,
        ui.p(f"{tell('Everything lies in')} {folder / 'results'}."),
    )
