"""A small study made in a test: its plan as YAML, its export as rows."""

from pathlib import Path

import pandas as pd
import yaml
from crlm.analyses import order
from crlm.cohort.attrition import exclude_patients
from crlm.cohort.ingest import ingest_cohort
from crlm.cohort.reading import read_table
from crlm.cohort.value_labels import check_value_labels
from crlm.plan.build import build_plan
from crlm.scores.assemble import build_cohort
from crlm.scores.engine import compute_scores
from crlm.scores.growth_patterns import classify_patterns

ROOT = Path(__file__).resolve().parents[2]


def read_yaml(path):
    return yaml.safe_load((ROOT / path).read_text(encoding="utf-8"))


def make_plan(text, scores=()):
    """The completed plan of a config in YAML; of the registry only the scores named."""
    return build_plan(
        yaml.safe_load(text),
        read_yaml("workflow/schemas/config.schema.yaml"),
        read_yaml("workflow/schemas/dictionary.yaml"),
        {name: read_yaml(f"workflow/scores/{name}.yaml") for name in scores},
        read_yaml("workflow/schemas/growth_patterns.yaml"),
        order.load("plan"),
        read_yaml("workflow/schemas/cutoffs.yaml"),
        [],
    )


def check_file(plan, path):
    """The cohort before anybody is left out, and the findings, of a plan and the export at a path."""
    raw, found = read_table(path, plan["cohort"])
    found += check_value_labels(path, plan["columns"])
    cohort, _, findings = ingest_cohort(raw, None, plan, found)
    return cohort, findings


def make_cohort(text, rows, folder, scores=()):
    """The cohort, the plan and the findings of a config (`cohort: {file: cohort.csv}`) and the rows of its export."""
    plan = make_plan(text, scores)
    pd.DataFrame(rows).to_csv(folder / "cohort.csv", index=False)
    cohort, findings = check_file(plan, folder / "cohort.csv")
    patients, _ = exclude_patients(cohort, plan["cohort"]["exclusions"])
    patterns = classify_patterns(patients, plan["growth_patterns"])
    patterns.insert(0, "patient_id", patients["patient_id"])
    scores = compute_scores(patients, plan["scores"])
    return build_cohort(patients, scores, patterns, plan), plan, findings
