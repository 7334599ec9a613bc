"""`make study FILE=export.xlsx`: propose a study from a spreadsheet.

FILE, STUDY and ANSWERS come from the environment, as they were typed.
"""

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
from crlm.proposal.opening import open_export, read_labels
from crlm.proposal.page import write_page
from crlm.proposal.plan_text import take, write_plan
from crlm.proposal.propose import propose
from crlm.proposal.sheets import ask_sheets, propose_joined
from crlm.proposal.vocabulary import build_vocabulary, plain

ROOT = Path(__file__).resolve().parents[3]
USAGE = "Name the export: make study FILE=export.xlsx (and, if you like, STUDY=studies/mine). Nothing was done."


def main(file, study, answers_file=""):
    """Write `config/` and `data/` of a study and return the words for the screen.

    Raises SystemExit, in words, when nothing can be done.
    """
    if not file:
        raise SystemExit(USAGE)
    path = Path(file)
    if not path.is_file():
        raise SystemExit(f"There is no file {file}. Nothing was done.")
    folder = Path(study) if study not in ("", ".") else ROOT / "studies" / name_study(path)
    workflow = read_workflow(ROOT)
    vocabulary = build_vocabulary(workflow["headers"], workflow["dictionary"], list_reserved(workflow))
    try:
        guesses, source = look_at(path, vocabulary, workflow["dictionary"])
        answers = read_answers(answers_file)
        take(guesses, answers)
    except (UnreadableError, ValueError) as error:
        raise SystemExit(say_refusal(error)) from None
    if sys.stdin.isatty() and sys.stdout.isatty():
        answers = ask_all(guesses, answers)
    source["file"] = keep_data(path, folder)
    source["title"] = folder.resolve().name.replace("_", " ")
    text, checked = settle_plan(guesses, answers, source, folder, workflow)
    return write_study(guesses, answers, text, checked, source, folder)


def say_refusal(error):
    """Return the words for a file, or an answer, of which nothing can be made."""
    remedy = f" {error.finding['remedy']}" if isinstance(error, UnreadableError) else ""
    return f"{error}{remedy} Nothing was done."


def name_study(path):
    """Return a folder's name made of a file's: small letters, digits and _."""
    return re.sub(r"[^a-z0-9]+", "_", plain(path.stem)).strip("_") or "study"


def look_at(path, vocabulary, dictionary, named=None):
    """Return (guesses, source) of an export: what its columns are taken for, and how it is read.

    named : {column: variable} that the user has named, as `propose` takes it
    """
    table, settings, reasons, others, headers = open_export(path, vocabulary)
    labels, codes = read_labels(path)
    guesses = propose(table, vocabulary, dictionary, labels, codes, named)
    asked, alike = ask_sheets(table, settings, others)
    others = {name: each for name, each in others.items() if name not in alike}
    joined = propose_joined(table, guesses, others, vocabulary, dictionary)
    source = {"name": path.name, "settings": dict(settings), "reasons": dict(reasons)}
    source["joined"] = {each.sheet: headers.get(each.sheet, {}) for each in joined}
    return [*guesses, *asked, *joined], source


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


def write_study(guesses, answers, text, checked, source, folder):
    """Write the plan and the page of the questions, never over another plan; returns the words for the screen."""
    config = folder / "config"
    config.mkdir(parents=True, exist_ok=True)
    name = "config.yaml"
    words = []
    if (config / name).exists() and (config / name).read_text(encoding="utf-8") != text:
        name = "config.proposed.yaml"
        words.append(
            f"{config / 'config.yaml'} is there already and stays as it is; the proposal stands beside it."
        )
    said = describe(checked)
    page = write_page(guesses, answers, source["name"], name, said)
    (config / name).write_text(text, encoding="utf-8")
    (config / "questions.md").write_text(page, encoding="utf-8")
    taken, unanswered = take(guesses, answers)
    columns = [each for each in guesses if each.column]
    used = [each for each in taken if each.column]
    words += [
        f"{len(used)} of {len(columns)} columns are taken for variables; {len(unanswered)} questions are open.",
        f"The plan:       {config / name}",
        f"The questions:  {config / 'questions.md'}",
        "",
        said,
    ]
    if can_run(checked) and name == "config.yaml":
        words += ["", f"Read the plan, then run it: make run STUDY={folder}"]
    return "\n".join(words)


if __name__ == "__main__":
    print(
        main(os.environ.get("FILE", ""), os.environ.get("STUDY", ""), os.environ.get("ANSWERS", ""))
    )
