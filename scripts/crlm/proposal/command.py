"""`make study FILE=export.xlsx`: propose a study from a spreadsheet.

FILE, STUDY, ANSWERS, ALSO (further files, with ; between them) and STUDY_LANGUAGE come from the environment, as they were typed.
"""

import hashlib
import os
import re
import shutil
import sys
from pathlib import Path

from crlm.cohort.unreadable import UnreadableError
from crlm.proposal.answers import read_answers
from crlm.proposal.ask import ask_all
from crlm.proposal.check import (
    can_run,
    check_plan,
    describe,
    list_reserved,
    list_skipped,
    read_workflow,
)
from crlm.proposal.further import list_files, open_files
from crlm.proposal.guess import Guess, list_left_out
from crlm.proposal.header_language import find_language, propose_language
from crlm.proposal.page import write_page
from crlm.proposal.plan_text import write_plan
from crlm.proposal.propose import propose
from crlm.proposal.redcap_export import settle_rows
from crlm.proposal.repeats import choose_takes
from crlm.proposal.sheets import ask_sheets, propose_joined
from crlm.proposal.taking import take
from crlm.proposal.vocabulary import build_vocabulary, plain
from crlm.proposal.wording import keep_own, say, speak

ROOT = Path(__file__).resolve().parents[3]
USAGE = "Name the export: make study FILE=export.xlsx (and, if you like, STUDY=studies/mine)."
NOTHING = "Nothing was done."
UNTOUCHED = "While the plan has it, `make study` may write it anew."


def main(file, study, answers_file="", also="", chosen=""):
    """Write `config/` and `data/` of a study and return the words for the screen.

    Raises SystemExit, in words, when nothing can be done.
    """
    try:
        speak(chosen, ROOT)
    except ValueError as error:
        raise SystemExit(f"{error} {NOTHING}") from None
    if not file:
        raise SystemExit(f"{say(USAGE)} {say(NOTHING)}")
    path, further = Path(file), list_files(also)
    for each in (path, *further):
        if not each.is_file():
            raise SystemExit(f"{say('There is no file')} {each}. {say(NOTHING)}")
    folder = Path(study) if study not in ("", ".") else ROOT / "studies" / name_study(path)
    workflow = read_workflow(ROOT)
    vocabulary = build_vocabulary(
        workflow["headers"], workflow["dictionary"], list_reserved(workflow)
    )
    try:
        guesses, source = look_at(
            path, vocabulary, workflow["dictionary"], further=further, chosen=chosen
        )
        answers = read_answers(answers_file)
        ask = ask_all if sys.stdin.isatty() and sys.stdout.isatty() else None
        asked = [each for each in guesses if each.variable == "language"]
        answers = ask(asked, answers) if ask else answers
        speak(find_language(asked, answers), ROOT)  # from here on in the language of the report
        keep_own(guesses, workflow["dictionary"])
        take(guesses, answers)
    except (UnreadableError, ValueError) as error:
        raise SystemExit(say_refusal(error)) from None
    others = [each for each in guesses if each not in asked]
    answers = ask(others, answers) if ask else answers
    source, _ = keep_files(source, folder)
    source["title"] = folder.resolve().name.replace("_", " ")
    text, checked = settle_plan(guesses, answers, source, folder, workflow)
    return write_study(guesses, answers, text, checked, source, folder)


def say_refusal(error):
    """Return the words for a file, or an answer, of which nothing can be made."""
    remedy = f" {say(error.finding['remedy'])}" if isinstance(error, UnreadableError) else ""
    return f"{say(str(error))}{remedy} {say(NOTHING)}"


def name_study(path):
    """Return a folder's name made of a file's: small letters, digits and _."""
    return re.sub(r"[^a-z0-9]+", "_", plain(path.stem)).strip("_") or "study"


def look_at(path, vocabulary, dictionary, named=None, further=(), left=(), chosen=""):
    """Return (guesses, source) of an export: what its columns are taken for, and how it is read.

    named : {column: variable} that the user has named, as `propose` takes it; further : paths of the files beside it
    left : further tables that the user has taken out; chosen : language of the report, empty where the user named none
    """
    found = open_files(path, further, vocabulary)
    table, settings, others = found["table"], found["settings"], found["others"]
    told = found["labels"], found["codes"], named, found["told"]
    guesses = choose_takes(propose(table, vocabulary, dictionary, *told), table, dictionary)
    if found["dictionary"]:
        guesses = settle_rows(guesses, table)
    asked, alike = ask_sheets(table, settings, others)
    others = {name: each for name, each in others.items() if name not in alike}
    joined = propose_joined(table, guesses, others, vocabulary, dictionary, left, named)
    source = {"name": found["export"].name, "settings": dict(settings)}
    source |= {"reasons": dict(found["reasons"]), "export": found["export"]}
    legends = [say_legend(name, columns) for name, columns in found["legends"].items()]
    source |= {
        "dictionary": found["dictionary"],
        "joined": {k: found["headers"][k] for k in others},
    }
    spoken = propose_language([each.column for each in guesses], vocabulary, chosen)
    return [*guesses, *asked, *joined, *legends, *spoken], source


def say_legend(name, columns):
    """Return the guess, without a column, that says what a legend was used for."""
    count = "one column" if len(columns) == 1 else f"{len(columns)} columns"
    why = f"the legend: it explains the codes of {count}"
    return Guess("", reason=why, sheet=name, certainty="certain")


def keep_files(source, folder):
    """Return `source` with its files copied into the study, and named as the plan names them; and the names of all."""
    file = keep_data(source["export"], folder)
    joined = {
        name: {**each, "file": keep_data(Path(each["file"]), folder)} if "file" in each else each
        for name, each in source["joined"].items()
    }
    dictionary = source["dictionary"] and keep_data(source["dictionary"], folder)
    files = [file, dictionary, *(each.get("file") for each in joined.values())]
    made = {"file": file, "joined": joined, "dictionary": dictionary}
    return {**source, **made}, list(dict.fromkeys(filter(None, files)))


def keep_data(path, folder):
    """Copy an export into the study's `data/`, unless it lies in the study already; returns its name as the plan gives it.

    A file of that name with other content stays: the copy gets a number.
    """
    inside = path.resolve()
    if inside.is_relative_to(folder.resolve()):
        return inside.relative_to(folder.resolve()).as_posix()
    (folder / "data").mkdir(parents=True, exist_ok=True)
    number, target = 1, folder / "data" / path.name
    while target.exists() and target.read_bytes() != path.read_bytes():
        number += 1
        target = folder / "data" / f"{path.stem}_{number}{path.suffix}"
    if not target.exists():
        shutil.copyfile(path, target)
    return f"data/{target.name}"


def settle_plan(guesses, answers, source, folder, workflow):
    """Return (text of the plan, Checked): the columns are tried first, then come the analyses that they allow."""
    arguments = guesses, answers, source, workflow["dictionary"], workflow["proposal"]
    text = write_plan(*arguments)
    checked = check_plan(text, folder, workflow)
    if checked.findings is not None and (lines := list_skipped(checked.findings)):
        source["settings"]["skip_rows"] = lines
        source["reasons"]["skip_rows"] = "these lines are no patients"
        checked = check_plan(write_plan(*arguments), folder, workflow)
    if checked.known is not None:
        text = write_plan(*arguments, checked.known)
        checked = check_plan(text, folder, workflow)
    return text, checked


def compute_digest(path):
    """Return the SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def is_untouched(config):
    """Whether the plan is as a proposal wrote it: the page of the questions, written with it, holds its digest."""
    page = config / "questions.md"
    digest = compute_digest(config / "config.yaml")
    return page.exists() and digest in page.read_text(encoding="utf-8")


def write_study(guesses, answers, text, checked, source, folder):
    """Write the plan and the page of the questions, never over a plan that was changed; returns the words for the screen."""
    config = folder / "config"
    config.mkdir(parents=True, exist_ok=True)
    name, plan = "config.yaml", config / "config.yaml"
    words = []
    if plan.exists() and plan.read_text(encoding="utf-8") != text and not is_untouched(config):
        name = "config.proposed.yaml"
        words.append(
            f"{plan} "
            + say(
                "is there already and stays as it is, since it was changed; the proposal stands beside it: "
                "take from it what you want, or remove the old plan and call this again."
            )
        )
    said = describe(checked, patients=False)
    page = write_page(guesses, answers, source["name"], name, said)
    (config / name).write_text(text, encoding="utf-8")
    if name == "config.yaml":
        digest = say("SHA-256 of `config.yaml` as proposed")
        page += f"\n{digest}: `{compute_digest(plan)}`. {say(UNTOUCHED)}\n"
    (config / "questions.md").write_text(page, encoding="utf-8")
    taken, unanswered = take(guesses, answers)
    columns = [each for each in guesses if each.column]
    used = [each for each in taken if each.column]
    words += [
        say(
            f"{len(used)} of {len(columns)} columns are taken for variables; {len(unanswered)} questions are open."
        ),
        *[
            f"{say('Left out')}: {each.sheet}: {say(each.reason)}."
            for each in list_left_out(guesses)
        ],
        f"{say('The plan')}:".ljust(16) + str(config / name),
        f"{say('The questions')}:".ljust(16) + str(config / "questions.md"),
        "",
        describe(checked),
    ]
    if can_run(checked) and name == "config.yaml":
        words += ["", f"{say('Read the plan, then run it')}: make run STUDY={folder}"]
    return "\n".join(words)


if __name__ == "__main__":
    print(
        main(
            *(
                os.environ.get(name, "")
                for name in ("FILE", "STUDY", "ANSWERS", "ALSO", "STUDY_LANGUAGE")
            )
        )
    )
