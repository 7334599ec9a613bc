"""Try a proposed plan on its export: the problems of the plan and the findings about the data, in the words of a run."""

from pathlib import Path
from typing import NamedTuple

import pandas as pd
import yaml

from crlm.analyses import order
from crlm.cohort import exclusions, findings, ingest, reading, sources, value_labels
from crlm.display import language
from crlm.plan.build import build_plan
from crlm.plan.patterns import declare_patterns
from crlm.plan.reading import read_written
from crlm.plan.schema import PlanError
from crlm.plan.scores import lay_own
from crlm.plan.variables import PARTS
from crlm.proposal.wording import list_names, say, say_problem

FAST_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
SCHEMAS = ("config.schema", "dictionary", "growth_patterns", "cutoffs", "headers", "proposal")
SEVERITIES = ("error", "warning", "note")
LACKS_IDENTIFIER = "columns: the key 'patient_id' is missing."
NO_IDENTIFIER = (
    "No column holds the patient's identifier. Give the file a column with a code for each patient (1, 2, 3 and so on will do), or "
    "name one under `columns:` as `patient_id`."
)


class Checked(NamedTuple):
    """problems : what the plan lacks, in words; findings : table, None when no plan can be built; known : what `write_plan` takes;
    names : words of the plan, which stay in every language.

    Open questions are problems as well, but the data are looked at all the same.
    """

    problems: list
    findings: pd.DataFrame | None
    known: dict | None
    names: frozenset = frozenset()


def read_workflow(root):
    """Return {name: parsed file} of the schemas below `root`/workflow, and `scores`.

    The dictionary also has the variables that a recorded growth-pattern group may be mapped to.
    """
    folder = Path(root) / "workflow"
    files = {name: _read(folder / "schemas" / f"{name}.yaml") for name in SCHEMAS}
    files["dictionary"]["variables"] |= declare_patterns(files["growth_patterns"])
    scores = {path.stem: _read(path) for path in sorted((folder / "scores").glob("*.yaml"))}
    return {**files, "scores": lay_own(scores, {})}


def list_reserved(workflow):
    """Return the names that a plan's own variables may not have: what the workflow makes of scores, endpoints and patterns."""
    made = [f"{name}{end}" for name in workflow["scores"] for end in ("", "_group")]
    endpoints = workflow["proposal"]["endpoints"]
    parts = [f"{name}_{part}" for name in endpoints for part in PARTS]
    return [*made, *parts, *endpoints, *workflow["growth_patterns"]]


def _read(path):
    return yaml.load(path.read_text(encoding="utf-8"), Loader=FAST_LOADER)


def check_plan(text, folder, workflow):
    """Return Checked of a plan's text for the study in `folder`; nothing is written."""
    written = read_written(text)
    asked = written.pop("questions", [])
    try:
        plan = build_plan(
            written,
            workflow["config.schema"],
            workflow["dictionary"],
            workflow["scores"],
            workflow["growth_patterns"],
            order.load("plan"),
            workflow["cutoffs"],
        )
    except PlanError as error:
        names = list_names(written) | set(workflow["dictionary"]["variables"])
        names |= set(workflow["scores"]) | set(workflow["growth_patterns"])
        return Checked(
            [*asked, *_say_identifier(error.problems, asked)], None, None, frozenset(names)
        )
    table, cohort = _read_cohort(plan, Path(folder))
    kinds = {
        name: spec["kind"]
        for name, spec in plan["variables"].items()
        if spec["kind"] not in ("date", "duration") and spec.get("timing") != "follow_up"
    }
    counts = {name: _count_events(cohort, name) for name in plan["endpoints"]}
    known = {"kinds": _drop_constant(kinds, cohort), "events": counts, "scores": plan["scores"]}
    return Checked(asked, table, known)


def _say_identifier(problems, asked):
    """The problems of a plan; that it names no identifier in words, and not again where it is asked which column that is."""
    said = any("identifier" in text for text in asked)
    words = [] if said else [NO_IDENTIFIER]
    return [each for text in problems for each in (words if text == LACKS_IDENTIFIER else [text])]


def _read_cohort(plan, folder):
    """The table of findings and the cohort, as `scripts/ingest_cohort.py` makes them."""
    raw, found = [], []
    for spec in plan["sources"]:
        path = folder / spec["file"]
        cells, found_in_source = reading.read_table(path, spec)
        found_in_source += value_labels.check_value_labels(
            path, spec["columns"], spec.get("missing", [])
        )
        raw.append(cells)
        found += sources.name_findings(found_in_source, spec["name"])
    blocks = dictionary = None
    for name in plan["dictionary"]:
        dictionary, found_in_dictionary = reading.read_table(folder / name, {})
        found += sources.name_findings(found_in_dictionary, name)
    if plan["blocks"]:
        blocks, found_in_blocks = reading.read_table(
            folder / plan["blocks"]["file"], plan["blocks"]
        )
        found += found_in_blocks
    raw, blocks, plan, _, found = exclusions.leave_out(raw, blocks, plan, dictionary, found)
    cohort, _, table = ingest.ingest_cohort(raw, blocks, plan, found, dictionary)
    return table, cohort


def _count_events(cohort, endpoint):
    column = f"{endpoint}_event"
    return int(cohort[column].sum()) if column in cohort else 0


def _drop_constant(kinds, cohort):
    """A column with one value, or none, is no covariate and makes no groups."""
    return {
        name: kind
        for name, kind in kinds.items()
        if name not in cohort or cohort[name].nunique() > 1
    }


def list_skipped(table):
    """Return the lines of the file that the findings say are no patients: units, totals, notes, repeated headers."""
    rules = ("unit_row", "total_row", "note_row", "repeated_header")
    rows = table[table["rule"].isin(rules)]["row"]
    return sorted({int(row) for row in rows if str(row).isdigit()})


def describe(checked, patients=True):
    """Return what a run with this plan would say: what is open, what the plan lacks, and the findings in a run's own words.

    patients : with single patients and their values; without, how many findings of each kind a column has
    """
    said = []
    if checked.problems:
        lines = [
            f"  {number}. {say_problem(text, checked.names)}"
            for number, text in enumerate(checked.problems, 1)
        ]
        said += [say("No run is made before this is settled:"), *lines, ""]
    table = checked.findings
    if (
        table is not None
        and patients
        and (errors := findings.describe_errors(table, say=language.say))
    ):
        said.append(errors)
    elif table is not None:
        counts = table["severity"].value_counts()
        errors, warnings, notes = (_count(counts.get(each, 0), each) for each in SEVERITIES)
        no_errors = f"The data have no errors; {warnings} and {notes} about the data."
        all_three = f"The data have {errors}, {warnings} and {notes}."
        said.append(say(all_three if counts.get("error") else no_errors))
        said += _list_kinds(table, patients)
    return "\n".join(said).strip()


def _list_kinds(table, patients):
    """One line for each kind of finding and column."""
    lines = []
    for (severity, column, rule), found in table.groupby(
        ["severity", "column", "rule"], sort=False
    ):
        more = f" ({say(f'and {len(found) - 1} more')})" if len(found) > 1 else ""
        words = f"{language.say(found['message'].iloc[0])}{more}"
        words = words if patients else f"{rule.replace('_', ' ')}, {len(found)}"
        where = f", {say('column')} {column!r}" if column else ""
        lines.append(f"  {say(severity)}{where}: {words}")
    return lines


def _count(number, word):
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


def can_run(checked):
    """Whether a run with this plan would begin."""
    free = checked.findings is not None and "error" not in set(checked.findings["severity"])
    return free and not checked.problems
