"""A problem of the plan is told with the line where it stands, and nothing of the program below it."""

import subprocess
import sys

from crlm.plan.places import add_lines
from running import ROOT

PLAN = """study: {title: A}
cohort:
  fil: data/a.csv
columns:
  patient_id: id
  sex: {column: s,
        valeus: {1: male}}
cohort_:
  rows:
    - {file: a}
    - {fyle: b}
"""


def test_the_line_is_that_of_the_deepest_key_of_the_place():
    said = {
        "cohort: there is no key 'fil'.": 3,
        "cohort: the key 'file' is missing.": 2,
        "columns.sex: there is no key 'valeus'.": 7,
        "columns.sex.values.1: 'm' is no level.": 6,
        "cohort_.rows.1: there is no key 'fyle'.": 11,
        "the plan: there is no key 'cohort_'.": 8,
    }
    assert add_lines(said, PLAN) == [f"line {line}: {text}" for text, line in said.items()]


def test_what_stands_nowhere_in_the_file_has_no_line():
    said = ["the plan: the key 'endpoints' is missing.", "output.style: no.", "line 3: a tab."]
    assert add_lines(said, PLAN) == said


def test_nothing_of_the_program_stands_below_a_refused_plan(tmp_path):
    (tmp_path / "config").mkdir()
    (tmp_path / "config/config.yaml").write_text("study: {titel: A}\n", "utf-8")
    command = [sys.executable, "-m", "snakemake", "--snakefile", str(ROOT / "Snakefile")]
    ended = subprocess.run(
        [*command, "--directory", str(tmp_path), "--cores", "1"],
        capture_output=True,
        text=True,
        check=False,
    )
    said = ended.stdout + ended.stderr
    assert ended.returncode == 1
    assert "line 1: study: there is no key 'titel'. Did you mean 'title'?" in said
    assert ".smk" not in said and "WorkflowError" not in said
