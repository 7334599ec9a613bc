"""Run a study for real, as a user would."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parent.parent
TCIA = "tcia_crlm_v2_2023-04.csv"
TOGETHER = (
    "tests/study/test_study.py",
    "tests/study/test_published_curve.py",
    "tests/study/test_calculator_page.py",
    "tests/study/test_practice_study.py",
)  # one worker takes them
# half a minute of a core and more, the longest first
FIRST = (
    *TOGETHER,
    "tests/study/test_tcia.py",
    "tests/unit/analyses/test_measured_figures.py",
    "tests/study/test_stale_results.py",
    "tests/trials/test_shared_study.py",
    "tests/unit/plan/test_plan.py",
    "tests/trials/test_fuzz.py",
    "tests/study/test_module.py",
    "tests/study/test_looks.py",
    "tests/study/test_wiring.py",
    "tests/unit/proposal/test_study_from_a_file.py",
    "tests/unit/analyses/test_figures.py",
    "tests/unit/analyses/test_cross_check.py",
)
# as many workers as there are share their tests
APART = (
    "tests/trials/test_fuzz.py",
    "tests/unit/plan/test_plan.py",
    "tests/study/test_looks.py",
)


def read_yaml(path):
    """A file of the repository, by its path in it."""
    return yaml.safe_load((ROOT / path).read_text(encoding="utf-8"))


def find_tcia():
    """Return the file of the real cohort, None where it is not."""
    places = [
        Path(os.environ.get("CRLM_TCIA_DATA", "/nowhere")),
        ROOT / "studies/tcia_crlm/data",
        ROOT.parent / "shared/data/tcia_crlm",
    ]
    return next((place / TCIA for place in places if (place / TCIA).exists()), None)


def run_snakemake(repository, study, *options):
    """Return the finished process of `snakemake` on a study, with its output as text."""
    command = [sys.executable, "-m", "snakemake", "--snakefile", repository / "Snakefile"]
    command += ["--directory", study, "--cores", "2", *options]
    environment = {**os.environ, "LC_ALL": "C.UTF-8"}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # or every job compiles the library again
    return subprocess.run(command, capture_output=True, text=True, env=environment)


def copy_study(source, target):
    """Copy the plan and the data of a study, without its results."""
    for part in ("config", "data"):
        shutil.copytree(source / part, target / part)
    return target
