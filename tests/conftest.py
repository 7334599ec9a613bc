"""Run studies for real, each once per test session, in a temporary folder."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
WORKFLOW = ("Snakefile", "workflow", "scripts", "environment.yml")


def run_snakemake(repository, study, *options):
    """Return the finished process of `snakemake` on a study, with its output as text."""
    command = [sys.executable, "-m", "snakemake", "--snakefile", repository / "Snakefile"]
    command += ["--directory", study, "--cores", "2", *options]
    return subprocess.run(
        command, capture_output=True, text=True, env={**os.environ, "LC_ALL": "C.UTF-8"}
    )


def copy_study(source, target):
    """Copy the plan and the data of a study, without its results."""
    for part in ("config", "data"):
        shutil.copytree(source / part, target / part)
    return target


@pytest.fixture(scope="session")
def repository(tmp_path_factory):
    """A copy of the workflow that a test may edit."""
    target = tmp_path_factory.mktemp("repository")
    for part in WORKFLOW:
        copy = shutil.copytree if (ROOT / part).is_dir() else shutil.copy
        copy(ROOT / part, target / part)
    return target


@pytest.fixture(scope="session")
def miniature(repository, tmp_path_factory):
    """The folder of the miniature study after a run."""
    study = copy_study(ROOT / "tests/study", tmp_path_factory.mktemp("studies") / "miniature")
    run = run_snakemake(repository, study)
    assert run.returncode == 0, run.stderr
    return study
