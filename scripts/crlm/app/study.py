"""A study as the page holds it: the file, what its columns are taken for, what was chosen, and its plan on disk."""

import re
import shutil
from pathlib import Path

from crlm.app.choosing import list_choices, narrow, write_scores
from crlm.app.mapping import edit_guesses
from crlm.proposal.check import check_plan
from crlm.proposal.command import keep_files, look_at, name_study, settle_plan
from crlm.proposal.taking import take
from crlm.proposal.wording import keep_own

PLAN = "config/config.yaml"
BEFORE = "config/config.before.yaml"


def begin(paths, studies, workflow, vocabulary, language="en"):
    """Look at an export, copy it into a new study's `data/`, and return the state of the study, tried for the first time.

    paths : of the export and of the files beside it; language : of the page, and of the report unless it is English, when German
    headers make a question of it. Raises UnreadableError or ValueError, in words, before anything is written.
    """
    path, *further = map(Path, paths)
    _, source = look_at(path, vocabulary, workflow["dictionary"], further=further)
    folder = find_free(Path(studies) / name_study(source["export"]))
    source, files = keep_files(source, folder)
    state = {"folder": folder, "file": files[0], "further": files[1:], "name": source["name"]}
    state |= {"named": {}, "edits": {}, "answers": {}, "left": [], "text": ""}
    state["language"] = "" if language == "en" else language
    return try_columns(state, workflow, vocabulary)


def find_free(folder):
    """Return the folder, with a number where there is one of its name already."""
    number, free = 1, folder
    while free.exists():
        number += 1
        free = folder.with_name(f"{folder.name}_{number}")
    return free


def try_columns(state, workflow, vocabulary):
    """Return the state with guesses, source, checked, text and choices after what the user has named, edited and answered."""
    dictionary = workflow["dictionary"]
    folder, file = state["folder"], state["folder"] / state["file"]
    further = [folder / each for each in state["further"]]
    guesses, source = look_at(
        file, vocabulary, dictionary, state["named"], further, state["left"], state["language"]
    )
    labels = [re.sub(r" \[[a-z ]+\]$", "", each["label"]) for each in workflow["scores"].values()]
    keep_own(guesses, dictionary, labels)
    guesses = edit_guesses(guesses, state["edits"])
    source, _ = keep_files(source, folder)
    source["title"] = folder.name.replace("_", " ")
    answers = keep_answers(guesses, state["answers"])
    text, checked = settle_plan(guesses, answers, source, folder, workflow)
    choices = list_choices(guesses, answers, checked.known, workflow)
    made = {"guesses": guesses, "source": source, "answers": answers, "checked": checked}
    return {**state, **made, "choices": choices, "text": text}


def keep_answers(guesses, answers):
    """Return the answers (their words) whose questions are still asked, and have them."""
    known = {
        each.question.key: [choice.label for choice in each.question.choices]
        for each in guesses
        if each.question
    }
    return {key: words for key, words in answers.items() if words in known.get(key, [])}


def write_chosen(state, chosen, workflow):
    """Return the state with the plan of what was chosen (keys as `chosen` of `list_choices`), and what a run would say to it."""
    ready = state["choices"]["scores"]
    arguments = state["guesses"], state["answers"], state["source"], state["folder"]
    facts = narrow(workflow, chosen, state["choices"]["endpoints"])
    text, checked = settle_plan(*arguments, facts)
    text += write_scores(chosen["scores"], ready)
    if text.endswith("]\n"):
        checked = check_plan(text, state["folder"], workflow)
    return {**state, "text": text, "checked": checked}


def count_columns(state):
    """Return (columns of the file, columns taken, open questions, those of them without which no run is made)."""
    taken, unanswered = take(state["guesses"], state["answers"])
    columns = [each for each in state["guesses"] if each.column]
    needed = [each for each in unanswered if each.question.needed]
    return len(columns), sum(bool(each.column) for each in taken), len(unanswered), len(needed)


def list_studies(studies):
    """Return the names of the folders that have a plan."""
    return sorted(path.parents[1].name for path in Path(studies).glob(f"*/{PLAN}"))


def save_plan(folder, text, read):
    """Write the plan. One that is neither this nor as it was read here is kept beside it; returns whether that was so."""
    file = Path(folder) / PLAN
    file.parent.mkdir(parents=True, exist_ok=True)
    own = not file.exists() or file.read_text(encoding="utf-8") in (text, read)
    if not own:
        shutil.copyfile(file, Path(folder) / BEFORE)
    file.write_text(text, encoding="utf-8")
    return not own


def list_results(folder):
    """Return {heading: list of paths below the study} of what is to be opened or taken along; empty before a run."""
    results = Path(folder) / "results"
    figures = sorted((results / "figures").glob("*"))
    found = {
        "Tables (Word, Excel)": sorted((results / "tables").glob("tables.*")),
        "About the data, with single patients: these stay here": sorted(
            (results / "private").glob("data_quality.xlsx")
        ),
        **{
            f"Figures ({ending})": [each for each in figures if each.suffix == f".{ending}"]
            for ending in ("pdf", "svg", "png")
        },
    }
    return {k: [str(p.relative_to(folder)) for p in paths] for k, paths in found.items() if paths}
