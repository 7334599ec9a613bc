"""How many columns `make study` takes for the right variable, asks about, and takes for a wrong one: `python tests/measure_proposals.py`.

The headers are those of `tests/proposal_headers.yaml`, of the demo, of three made-up exports, and of six made-up files with codes that a sheet or a header explains. Counted are, of the columns that are a
variable of the dictionary: right (taken without asking, codes and unit as they are), asked (the right variable among the answers) and
unseen; and of all columns those that are taken for a wrong variable without asking.
"""

import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import yaml

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "scripts"))
sys.path.insert(0, str(Path(__file__).resolve().parent / "unit"))

from crlm.cohort.reading import read_table
from crlm.proposal.check import list_reserved, read_workflow
from crlm.proposal.command import look_at
from crlm.proposal.propose import make_table, propose
from crlm.proposal.vocabulary import build_vocabulary

ROOT = Path(__file__).resolve().parent.parent
ROWS = 120
COLUMNS = ["columns", "variables", "right", "asked", "unseen", "wrong"]


def draw_table(study, seed=3):
    """Return a table of cells with the headers of a study and drawn entries."""
    random = np.random.default_rng(seed)
    cells = {}
    for header, _, entries in study["columns"]:
        made = _draw(entries, random)
        where = entries.get("where", {}) if isinstance(entries, dict) else {}
        for other, code in where.items():
            made = [
                cell if str(near) == code else None
                for cell, near in zip(made, cells[other], strict=True)
            ]
        ids = isinstance(entries, dict) and "ids" in entries
        if study["missing"] and not ids and not where:
            gaps = random.random(ROWS) < 0.1
            made = [study["missing"] if gap else cell for cell, gap in zip(made, gaps, strict=True)]
        cells[header] = made
    return make_table(cells)


def _draw(entries, random):
    if isinstance(entries, list):
        return [str(entries[k]) for k in random.integers(0, len(entries), ROWS)]
    if "numbers" in entries:
        low, high = entries["numbers"]
        return [int(n) for n in random.integers(low, high + 1, ROWS)]
    if "dates" in entries:
        start = pd.Timestamp(entries.get("from", 2010), 1, 1)
        days = random.integers(0, 3650, ROWS)
        return [f"{start + pd.Timedelta(days=int(n)):{entries['dates']}}" for n in days]
    if "ids" in entries:
        return [f"{entries['ids']}{n:04d}" for n in range(1, ROWS + 1)]
    return [entries["text"] or None] * ROWS


def count_proposals(guesses, truth, codes=None):
    """Return {column of COLUMNS: count} and the headers that are wrong or unseen. truth: {header: variable, list of them, or None}.

    codes : {header: {code: level}} that must be met where they are given
    """
    counts, odd = dict.fromkeys(COLUMNS, 0), []
    found = {guess.variable for guess in guesses if guess.variable and not guess.own}
    for guess in guesses:
        if not guess.column:
            continue
        right = truth[guess.column]
        right = right if isinstance(right, list) else [right]
        counts["columns"] += 1
        # one column of several for a variable is enough; where nothing is an answer too, nothing need be proposed
        spare = (guess.variable is None or guess.own) and (
            None in right or bool(found & set(right))
        )
        counts["variables"] += right != [None] and not spare
        guess = (
            replace(guess, variable=None, question=None, certainty="none") if guess.own else guess
        )
        sure = guess.certainty in ("certain", "likely")
        if sure and (guess.variable not in right or not _codes_fit(guess, codes or {})):
            counts["wrong"] += 1
            odd.append(f"WRONG {guess.column} -> {guess.variable} {guess.values or ''}")
        elif sure:
            counts["right"] += guess.variable is not None
        elif guess.question:
            meant = {
                (choice.change or {}).get("variable", guess.variable)
                for choice in guess.question.choices
            }
            hit = bool(meant & set(right) - {None})
            counts["asked"] += hit
            counts["unseen"] += right != [None] and not hit
            odd += [] if hit else [f"asked in vain {guess.column}: {sorted(filter(None, meant))}"]
        elif not spare:
            counts["unseen"] += 1
            odd.append(f"unseen {guess.column}: {guess.reason}")
    return counts, odd


def _codes_fit(guess, codes):
    wanted = codes.get(guess.column, {})
    return all(str(guess.values.get(code, level)) == level for code, level in wanted.items())


def read_plan_truth(path):
    """Return ({header: variable}, {header: {code: level}}) of a plan that was written by hand."""
    columns = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)["columns"]
    truth, codes = {}, {}
    for name, entry in columns.items():
        column = entry if isinstance(entry, str) else entry["column"]
        truth[column] = name
        codes[column] = entry.get("values", {}) if isinstance(entry, dict) else {}
    return truth, codes


def measure():
    """Return (table with one row per export: held_out and COLUMNS, {export: odd columns})."""
    import clinic_exports
    import clinic_held_out
    import proposal_exports as made

    workflow = read_workflow(ROOT)
    vocabulary = build_vocabulary(
        workflow["headers"], workflow["dictionary"], list_reserved(workflow)
    )
    studies = yaml.safe_load((ROOT / "tests/proposal_headers.yaml").read_text(encoding="utf-8"))
    rows, odd = {}, {}

    def add(name, table, truth, held_out, codes=None):
        guesses = propose(table, vocabulary, workflow["dictionary"])
        counts, odd[name] = count_proposals(guesses, truth, codes)
        rows[name] = {"held_out": held_out, **counts}

    for name, study in studies.items():
        truth = {header: variable for header, variable, _ in study["columns"]}
        add(name, draw_table(study), truth, study["held_out"])
    demo, _ = read_table(ROOT / "data/cohort.csv", {"delimiter": ";"})
    truth, codes = read_plan_truth(ROOT / "config/config.yaml")
    own = {"mmp7", "trop2"}
    truth = {column: None if truth.get(column) in own else truth.get(column) for column in demo}
    add("demo", demo, truth, False, codes)
    for name in ("GERMAN", "FRENCH", "CHINESE"):
        export = getattr(made, name)
        patients = made.draw_patients()
        cells = {header: [make(p) for p in patients] for header, (_, make) in export.items()}
        cells = {header: [_cell(cell) for cell in column] for header, column in cells.items()}
        add(f"made up, {name.lower()}", make_table(cells), made.list_truth(export), False)
    for files in (clinic_exports, clinic_held_out):
        for name, guesses, export in look_at_files(files, vocabulary, workflow["dictionary"]):
            truth = {header: variable for header, (variable, _, _) in export.items()}
            codes = {header: levels for header, (_, _, levels) in export.items()}
            counts, odd[name] = count_proposals(guesses, truth, codes)
            rows[f"file, {name}"] = {"held_out": False, **counts}
    return pd.DataFrame(rows).T, odd


def look_at_files(files, vocabulary, dictionary):
    """Yield (name, guesses about the patients' columns, export) of the files that a module of made-up exports writes."""
    with tempfile.TemporaryDirectory() as folder:
        for name, path in files.write_exports(Path(folder)).items():
            guesses, _ = look_at(path, vocabulary, dictionary)
            export = files.EXPORTS[name]
            yield name, [each for each in guesses if each.column in export], export


def _cell(cell):
    if cell is None or cell == "":
        return None
    return pd.Timestamp(cell) if hasattr(cell, "year") else cell


def summarise(table):
    """Return the shares in per cent, over the exports the words were written with and over those held out."""
    lines = []
    for held_out, rows in table.groupby("held_out"):
        total = rows[COLUMNS].astype(int).sum()
        share = total / total["variables"] * 100
        lines.append(
            f"{'held out' if held_out else 'seen'}: {total['variables']} variables in {total['columns']} columns: "
            f"right {share['right']:.0f} %, asked {share['asked']:.0f} %, unseen {share['unseen']:.0f} %; "
            f"wrong without a question {total['wrong']}"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    table, odd = measure()
    print(table.to_string(), summarise(table), sep="\n\n")
    for name, lines in odd.items():
        for line in lines:
            print(f"{name}: {line}")
