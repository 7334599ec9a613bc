"""What happens on the page: each button leads from one state of the study to the next."""

import asyncio
import functools
from pathlib import Path

from shiny import App, reactive, render, ui

from crlm.app import page, running, study
from crlm.app.mapping import read_changes, read_left
from crlm.app.tongue import choose_language, resume
from crlm.cohort.unreadable import UnreadableError
from crlm.plan.schema import PlanError
from crlm.proposal.check import can_run, check_plan, describe, list_reserved, read_workflow
from crlm.proposal.command import say_refusal
from crlm.proposal.vocabulary import build_vocabulary
from crlm.proposal.wording import list_languages, say

RUNS = {}  # folder -> Run of this process; a page that is loaded again finds its run
STOPPED = {}  # Run that the user has ended -> the task that ends it
CANCELLED = (
    "The run was cancelled. What was finished before is kept; Save and run goes on from there."
)
FIRST = "Drop a file first; a study that is there already has its plan."
CHOSEN = ("endpoints", "groupings", "scores", "univariable", "clinical")


def end_runs(root):
    """End every run that was begun from the page."""
    for folder, run in RUNS.items():
        if run.process.poll() is None:
            running.cancel(run, root, folder)


def is_at_work(run):
    """Whether a run goes on, or is still being ended."""
    return run.process.poll() is None or (run in STOPPED and not STOPPED[run].done())


def build_app(root, studies):
    """Return the Shiny app over the folder of the studies."""
    workflow = read_workflow(root)
    vocabulary = build_vocabulary(
        workflow["headers"], workflow["dictionary"], list_reserved(workflow)
    )
    dictionary = workflow["dictionary"]
    languages = list_languages(root)

    def draw(request):
        asked, header = request.query_params.get("lang"), request.headers.get("accept-language", "")
        code = choose_language(asked, header, languages)
        resume(code, root)
        return page.draw_page(code, languages)

    def server(input, output, session):
        def in_language(action):
            """Pages in two languages may be open: each says what it says in its own."""

            @functools.wraps(action)
            def act():
                resume(input.language(), root)
                return action()

            return act

        state, drawn = reactive.value(None), reactive.value(0)
        refused, wrong, said = (reactive.value("") for _ in range(3))
        ended, busy = reactive.value(0), reactive.value(False)

        def go(step):
            ui.update_navset("step", selected=step)

        def show(made):
            with reactive.isolate():
                drawn.set(drawn.get() + 1)
            wrong.set("")
            state.set(made)
            ui.update_text_area("plan", value=made["text"])
            checked = made.get("checked")
            said.set(describe(checked) if checked else "")

        def look(paths, own=False):
            try:
                show(study.begin(paths, studies, workflow, vocabulary, input.language()))
            except (UnreadableError, ValueError, OSError) as error:
                refused.set(say_refusal(error))
                return
            finally:
                for path in paths if own else ():
                    path.unlink(missing_ok=True)
            refused.set("")
            go("Columns")

        @reactive.effect
        @reactive.event(input.file)
        @in_language
        def _():
            given = [
                (Path(each["datapath"]), Path(each["name"]).name) for each in input.file() or []
            ]
            if given:
                look([path.rename(path.with_name(name)) for path, name in given], own=True)

        @reactive.effect
        @reactive.event(input.look)
        @in_language
        def _():
            path = Path(input.path().strip()).expanduser()
            if not input.path().strip() or not path.is_file():
                named = input.path().strip()
                refused.set(f"{say('There is no file')} {named}. {say('Nothing was done.')}")
            else:
                look([path])

        @render.ui
        @in_language
        def refusal():
            return page.say(refused.get())

        @render.ui
        @in_language
        def heading():
            held = state.get()
            return ui.p(f"{say('Study')}: {held['folder']}") if held else None

        @output(id="studies")
        @render.ui
        @in_language
        def _():
            input.step()
            names = study.list_studies(studies)
            if not names:
                return None
            return ui.TagList(
                ui.input_select("known", say("Or go on with a study"), names),
                ui.input_action_button("open", say("Open its plan"), class_="go"),
            )

        @reactive.effect
        @reactive.event(input.open)
        @in_language
        def _():
            folder = Path(studies) / input.known()
            text = (folder / study.PLAN).read_text(encoding="utf-8")
            show({"folder": folder, "text": text, "read": text})
            go("Run" if folder in RUNS else "Plan")

        @render.ui
        @in_language
        def counts():
            held = state.get()
            if held and "guesses" in held:
                return page.draw_counts(held)
            return page.say(say(FIRST))

        @output(id="wrong")
        @render.ui
        @in_language
        def _():
            return page.say(wrong.get())

        @render.ui
        @in_language
        def columns():
            held = state.get()
            if held and "guesses" in held:
                return page.draw_columns(held, dictionary, drawn.get())

        def take():
            """Whether what stands in the table could be taken; else the page says why not."""
            held = state.get()
            if not held or "guesses" not in held:
                return bool(held)
            form = {}
            for place, guess in enumerate(held["guesses"]):
                fields = page.list_fields(guess, held["answers"], dictionary)
                form[place] = {name: input[f"{name}_{drawn.get()}_{place}"]() for name in fields}
            try:
                named, edits, answers = read_changes(held["guesses"], form, held, dictionary)
            except ValueError as error:
                wrong.set(say(str(error)))
                return False
            changed = {"named": named, "edits": edits, "answers": answers}
            changed["left"] = read_left(held["guesses"], form, held["left"])
            if any(changed[key] != held[key] for key in changed):
                show(study.try_columns({**held, **changed}, workflow, vocabulary))
            return True

        @reactive.effect
        @reactive.event(input.take, input.take_below)
        @in_language
        def _():
            take()

        @reactive.effect
        @reactive.event(input.to_analyses)
        @in_language
        def _():
            if take():
                go("Analyses")

        @render.ui
        @in_language
        def choices():
            held = state.get()
            if held and "choices" in held:
                return page.draw_choices(held["choices"])
            return page.say(say(FIRST))

        @reactive.effect
        @reactive.event(input.write)
        @in_language
        def _():
            held = state.get()
            if not held or "choices" not in held:
                return
            if held["choices"]["endpoints"]:
                chosen = {name: list(input[name]()) for name in CHOSEN}
                chosen["main"] = input.main()
                made = study.write_chosen(held, chosen, workflow)
                state.set(made)
                ui.update_text_area("plan", value=made["text"])
                said.set(describe(made["checked"]))
            go("Plan")

        @output(id="said")
        @render.ui
        @in_language
        def _():
            return page.say(said.get())

        def check():
            checked = check_plan(input.plan(), state.get()["folder"], workflow)
            said.set(describe(checked))
            return checked

        @reactive.effect
        @reactive.event(input.check)
        @in_language
        def _():
            if state.get():
                try_plan(check)

        def try_plan(action):
            """What is wrong with the plan or with a file of it, in words."""
            try:
                return action()
            except PlanError as error:
                said.set(say(str(error)))
            except (UnreadableError, ValueError, OSError) as error:
                said.set(say_refusal(error))

        @reactive.effect
        @reactive.event(input.run)
        @in_language
        def _():
            held = state.get()
            checked = try_plan(check) if held else None
            if checked is None or not can_run(checked):
                return
            folder, text = held["folder"], input.plan()
            if study.save_plan(folder, text, held.get("read", "")):
                ui.notification_show(say(f"The plan that stood there is kept as {study.BEFORE}."))
            state.set({**held, "read": text})
            if folder not in RUNS or not is_at_work(RUNS[folder]):
                RUNS[folder] = running.start(root, folder)
            ended.set(ended.get() + 1)
            go("Run")

        @output(id="progress")
        @render.ui
        @in_language
        def _():
            held, _ = state.get(), ended.get()
            run = RUNS.get(held["folder"]) if held else None
            if run is None:
                return page.say(say("Nothing runs."))
            text = run.log.read_text(encoding="utf-8", errors="replace")
            at_work = is_at_work(run)
            busy.set(at_work and run not in STOPPED)
            if at_work:
                reactive.invalidate_later(1)
                words = f"{say('Ending the run')} ..." if run in STOPPED else ""
            elif run in STOPPED:
                words = say(CANCELLED)
            else:
                words = running.find_said(text)
            return page.draw_progress(running.read_progress(text), words)

        @render.ui
        @in_language
        def stop():
            held, _ = state.get(), ended.get()
            made = bool(held) and (held["folder"] / "results/report.html").is_file()
            return page.draw_stop(busy.get(), made)

        @reactive.effect
        @reactive.event(input.read)
        @in_language
        def _():
            go("Report")

        @reactive.effect
        @reactive.event(input.cancel)
        @in_language
        def _():
            held = state.get()
            run = RUNS.get(held["folder"]) if held else None
            if run and run not in STOPPED and run.process.poll() is None:
                ending = asyncio.to_thread(running.cancel, run, root, held["folder"])
                STOPPED[run] = asyncio.create_task(ending)
                ended.set(ended.get() + 1)

        @render.ui
        @in_language
        def report():
            held, _ = state.get(), (ended.get(), input.step())
            if not held:
                return page.say(say("There is no report yet: run the plan first."))
            return page.draw_report(held["folder"])

    return App(draw, server)
