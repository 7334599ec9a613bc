"""Studies that are run once per test session, in a temporary folder; what each of several workers takes."""

import gc
import os
import shutil

import pytest

THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
WORKER = "PYTEST_XDIST_WORKER" in os.environ
if WORKER:  # as many as cores: linear algebra keeps to one of them, said before numpy is imported
    os.environ.update(dict.fromkeys(THREADS, "1"))

from running import APART, FIRST, ROOT, TOGETHER, copy_study, run_snakemake  # noqa: E402

WORKFLOW = ("Snakefile", "workflow", "scripts", "environment.yml")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """A worker takes a file at a time; the files that look at the miniature study go to one, which runs it once and may edit it; the random and the spoilt plans are shared out.

    Not by `xdist_group`: pytest 9.2 no longer reads what pytest-xdist 3.8 writes for it."""
    if config.getvalue("dist") != "loadfile":
        return None
    from xdist.scheduler import LoadFileScheduling

    class Scheduling(LoadFileScheduling):
        def _split_scope(self, nodeid):
            file = super()._split_scope(nodeid)
            if file in APART:
                return nodeid
            return TOGETHER[0] if file in TOGETHER else file

    return Scheduling(config, log)


def pytest_collection_modifyitems(items):
    """With workers the longest files come first, in the order of `FIRST`: at the end only short ones are left to share."""
    if WORKER:
        places = {file: place for place, file in enumerate(FIRST)}
        items.sort(key=lambda item: places.get(item.nodeid.split("::")[0], len(FIRST)))


def pytest_collection_finish():
    """Thousands of tests and the modules of all of them stay to the end: the search for garbage need not look at them again and again."""
    gc.freeze()


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
