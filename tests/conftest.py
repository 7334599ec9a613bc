"""Studies that are run once per test session, in a temporary folder; what each of several workers takes."""

import os
import shutil

import pytest

WORKER = "PYTEST_XDIST_WORKER" in os.environ
if (
    WORKER
):  # there are as many as cores: linear algebra keeps to one of them; said before numpy is imported
    os.environ.update(
        dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    )

from running import ROOT, copy_study, run_snakemake  # noqa: E402

WORKFLOW = ("Snakefile", "workflow", "scripts", "environment.yml")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """A worker takes a file at a time; all that use the miniature study or edit its workflow go to one, which runs it once.

    Whole studies take longest and come first."""
    for item in items:
        shared = {"repository", "miniature"} & set(item.fixturenames)
        item.add_marker(pytest.mark.xdist_group("miniature" if shared else item.path.stem))
    if WORKER:
        items.sort(key=lambda item: item.path.parent.name != "study")


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
