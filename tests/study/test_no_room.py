"""A disk that is full or read-only: one sentence of ours stands first, whatever Snakemake says of it."""

import errno
import os
import shutil

import pytest
from crlm.job import state
from test_stale_results import SNAKEFILE, Study


def run_with_error(folder, number):
    """A study in which Snakemake itself fails with an error of the system, before its first job."""
    study = Study(folder)
    words = f"Error recording metadata ([Errno {number}] {os.strerror(number)})."
    study.write("Snakefile", SNAKEFILE + f"\nraise WorkflowError({words!r})\n")
    return study, study.run()[1]


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (errno.ENOSPC, state.FULL),
        (errno.EROFS, "Nothing can be written in {folder} (Read-only file system). Look at"),
    ],
)
def test_the_words_of_snakemake_stand_below_ours(tmp_path, number, said):
    study, done = run_with_error(tmp_path / "study", number)
    assert done.returncode == 1
    ours = done.stderr.index(said.format(folder=study.folder))
    assert ours < done.stderr.index("Error recording metadata")
    assert ours < done.stderr.index("WorkflowError")
    assert done.stderr.count("Look at its permissions") + done.stderr.count(state.FULL) == 1


def test_other_errors_are_not_explained(tmp_path):
    _, done = run_with_error(tmp_path / "study", errno.ENOENT)
    assert "Error recording metadata" in done.stderr and "The disk" not in done.stderr


def test_a_folder_that_cannot_be_made_is_said_alone(tmp_path):
    study = Study(tmp_path / "study")
    shutil.rmtree(study.folder / "results", ignore_errors=True)
    study.write("results", "a file")
    done = study.run()[1]
    assert done.returncode == 1
    said = f"{study.folder}/results is a file where a folder must be. Move it away and run again."
    assert f"Stopped:\n{said}" in done.stderr
    assert "WorkflowError" not in done.stderr and "state.smk" not in done.stderr
