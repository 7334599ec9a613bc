"""Studies that are run once per test session, in a temporary folder."""

import shutil

import pytest
from running import ROOT, copy_study, run_snakemake

WORKFLOW = ("Snakefile", "workflow", "scripts", "environment.yml")


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
