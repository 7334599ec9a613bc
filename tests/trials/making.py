"""A small study made in a test: its plan as YAML, its export as rows."""

import copy
import functools
from pathlib import Path

import pandas as pd
import yaml
from crlm.analyses import order
from crlm.cohort.exclusions import leave_out
from crlm.cohort.growth_patterns import classify_patterns
from crlm.cohort.ingest import ingest_cohort
from crlm.cohort.reading import read_table
from crlm.cohort.sources import name_findings
from crlm.cohort.value_labels import check_value_labels
from crlm.plan.build import build_plan
from crlm.plan.ingested import select_ingested
from crlm.plan.reading import read_written
from crlm.scores.assemble import build_cohort
from crlm.scores.engine import compute_scores

ROOT = Path(__file__).resolve().parents[2]


@functools.cache
def _read_yaml(path):
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return yaml.load((ROOT / path).read_text(encoding="utf-8"), Loader=loader)


def read_yaml(path):
    return copy.deepcopy(_read_yaml(path))


def make_plan(text, scores=()):
    """The completed plan of a config in YAML; of the registry only the scores named."""
    return build_plan(
        read_written(text),
        read_yaml("workflow/schemas/config.schema.yaml"),
        read_yaml("workflow/schemas/dictionary.yaml"),
        {name: read_yaml(f"workflow/scores/{name}.yaml") for name in scores},
        read_yaml("workflow/schemas/growth_patterns.yaml"),
        order.load("plan"),
        read_yaml("workflow/schemas/cutoffs.yaml"),
        [],
        read_yaml("workflow/schemas/print.yaml"),
    )


def ingest(raw, plan, found, dictionary=None):
    """The patients whom the plan keeps, the findings, and the plan: read with the part of the plan that the workflow reads them with."""
    raw, _, part, _, found = leave_out(raw, None, select_ingested(plan), dictionary, found)
    patients, _, findings = ingest_cohort(raw, None, part, found, dictionary)
    whole = {
        key: {name: {**plan[key][name], **spec} for name, spec in part[key].items()}
        for key in ("endpoints", "variables", "groupings", "scores")
    }
    whole["growth_patterns"] = plan["growth_patterns"]  # of which the part has the recorded ones
    return patients, findings, {**plan, **part, **whole}


def read_sources(text, folder, files):
    """The cohort, the plan and the findings of a config and its files (name -> rows, or sheet -> rows for a workbook)."""
    plan = make_plan(text)
    for name, rows in files.items():
        if not name.endswith("xlsx"):
            pd.DataFrame(rows).to_csv(folder / name, index=False)
            continue
        with pd.ExcelWriter(folder / name) as book:
            for sheet, cells in rows.items():
                pd.DataFrame(cells).to_excel(book, sheet_name=sheet, index=False)
    raw, found = [], []
    for spec in plan["sources"]:
        cells, more = read_table(folder / spec["file"], spec)
        raw.append(cells)
        found += name_findings(more, spec["name"])
    dictionary = None
    if "redcap" in plan["cohort"]:
        dictionary, _ = read_table(folder / plan["cohort"]["redcap"]["dictionary"], {})
    cohort, findings, plan = ingest(raw, plan, found, dictionary)
    return cohort, plan, findings


def check_file(plan, path):
    """The patients whom the plan keeps, and the findings, of a plan and the export at a path."""
    raw, found = read_table(path, {**plan["cohort"], "columns": plan["columns"]})
    found += check_value_labels(path, plan["columns"])
    return ingest(raw, plan, found)[:2]


def make_cohort(text, rows, folder, scores=()):
    """The cohort, the plan and the findings of a config (`cohort: {file: cohort.csv}`) and the rows of its export."""
    plan = make_plan(text, scores)
    pd.DataFrame(rows).to_csv(folder / "cohort.csv", index=False)
    raw, found = read_table(folder / "cohort.csv", {**plan["cohort"], "columns": plan["columns"]})
    patients, findings, plan = ingest(raw, plan, found)
    patterns = classify_patterns(patients, plan["growth_patterns"])
    patterns.insert(0, "patient_id", patients["patient_id"])
    scores = compute_scores(patients, plan["scores"])
    return build_cohort(patients, scores, patterns, plan), plan, findings


def ingest_file(text, path):
    """The cohort as it was read from a file of any format, before exclusions, and the findings."""
    plan = make_plan(text)
    raw, found = read_table(path, {**plan["cohort"], "columns": plan["columns"]})
    cohort, _, findings = ingest_cohort(raw, None, select_ingested(plan), found)
    return cohort, findings
