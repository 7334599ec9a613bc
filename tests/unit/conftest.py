"""The registry as shipped, a small plan, and a clean export that a test may spoil."""

import copy
import pickle

import pandas as pd
import pytest
import yaml
from crlm.analyses import order
from crlm.cohort.exclusions import leave_out
from crlm.cohort.ingest import ingest_cohort
from crlm.cohort.reading import read_table
from crlm.plan.build import build_plan
from crlm.plan.reading import read_written
from running import ROOT, read_yaml


@pytest.fixture(scope="session")
def root():
    return ROOT


@pytest.fixture(scope="session")
def read_once():
    """Schema, dictionary, scores and patterns as they stand in the files: half a second of YAML."""
    return {
        "schema": read_yaml("workflow/schemas/config.schema.yaml"),
        "dictionary": read_yaml("workflow/schemas/dictionary.yaml"),
        "scores": {
            path.stem: yaml.safe_load(path.read_text(encoding="utf-8"))
            for path in sorted((ROOT / "workflow/scores").glob("*.yaml"))
        },
        "patterns": read_yaml("workflow/schemas/growth_patterns.yaml"),
        "cutoffs": read_yaml("workflow/schemas/cutoffs.yaml"),
        "print_rules": read_yaml("workflow/schemas/print.yaml"),
    }


@pytest.fixture(scope="session")
def packed(read_once):
    return pickle.dumps(read_once)


@pytest.fixture
def shipped(packed):
    """schema, dictionary, scores and patterns; a fresh copy per test, three times as fast as by `copy`."""
    return pickle.loads(packed) | {"analyses": order.load("plan")}


@pytest.fixture
def plan_of(shipped):
    """Build the plan of a config given as a dict or as YAML text."""

    def build(config, **others):
        if isinstance(config, str):
            config = read_written(config)
        return build_plan(config, **{**shipped, **others})

    return build


BASE = """
study: {title: Test}
cohort: {file: data/cohort.csv, data_lock: 2020-12-31}
columns:
  patient_id: ID
  age: Age
  sex: {column: Sex, values: {m: male, w: female}}
  n_crlm: Number
  size_max_cm: Size
  cea_ng_ml: {column: CEA, censored: half}
  pn_primary: {column: pN, values: {0: N0, 1: N1, 2: N2}}
  synchronous: Sync
  extrahepatic_disease: EHD
  resection_date: Surgery
  recurrence_date: Recurrence
  death_date: Death
  last_contact_date: Contact
  hgp_desmoplastic: D
  hgp_replacement: R
  hgp_pushing: P
endpoints:
  rfs:
    label: Recurrence-free survival
    origin: resection_date
    events: {recurrence: {date: recurrence_date}, death: {date: death_date}}
    censoring: {last_contact: {date: last_contact_date}}
  os:
    label: Overall survival
    origin: resection_date
    events: {death: {date: death_date}}
    censoring: {last_contact: {date: last_contact_date}}
"""


@pytest.fixture
def base():
    return yaml.safe_load(BASE)


@pytest.fixture
def rows():
    """Twelve patients without a fault; row 2 of the file is the first."""
    made = []
    for i in range(12):
        dead = i % 4 < 2
        made.append(
            {
                "ID": f"P{i:02}",
                "Age": 50 + i,
                "Sex": "mw"[i % 2],
                "Number": 1 + i % 5,
                "Size": 2.5 + i / 4,
                "CEA": 10 + 30 * i,
                "pN": i % 3,
                "Sync": i % 2,
                "EHD": (i // 3) % 2,
                "Surgery": f"2012-03-{i + 1:02}",
                "Recurrence": f"2013-04-{i + 1:02}" if i % 3 == 0 else "",
                "Death": f"2014-05-{i + 1:02}" if dead else "",
                "Contact": f"2014-05-{i + 1:02}" if dead else f"2015-06-{i + 1:02}",
                "D": 100 if i % 4 == 0 else 60 - i,
                "R": 0 if i % 4 == 0 else 30 + i,
                "P": 0 if i % 4 == 0 else 10,
            }
        )
    return made


@pytest.fixture
def ingest(plan_of, tmp_path):
    """Write rows as CSV, read them and ingest them by a config; returns the cohort and the findings."""

    def run(config, rows, blocks=None):
        plan = plan_of(copy.deepcopy(config))
        path = tmp_path / "cohort.csv"
        pd.DataFrame(rows).to_csv(path, index=False, sep=plan["cohort"]["delimiter"] or ";")
        raw, found = read_table(path, plan["cohort"])
        table = None
        if blocks is not None:
            pd.DataFrame(blocks).to_csv(tmp_path / "blocks.csv", index=False, sep=";")
            table, more = read_table(tmp_path / "blocks.csv", plan["blocks"])
            found += more
        raw, table, plan, _, left = leave_out(raw, table, plan)
        cohort, _, found = ingest_cohort(raw, table, plan, [*found, *left])
        return cohort, found

    return run
