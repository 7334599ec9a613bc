"""The workflow as a module of somebody else's Snakefile: from a clone, and from GitHub without a network; its two main files."""

import os
import re
import shutil
import subprocess
import sys

import pandas as pd
import pytest
from running import ROOT, copy_study

HOSTED = "surgery/crlm-survival"
MODULE = """
configfile: "config/config.yaml"


module crlm:
    snakefile: {snakefile}
    config: config
    {prefix}


use rule * from crlm{renamed}
"""


def git(*options, folder):
    identity = ("-c", "user.name=Test", "-c", "user.email=test@example.org")
    subprocess.run(["git", *identity, *options], cwd=folder, check=True, capture_output=True)


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    """Snakemake's cache of sources, with the workflow in it as if fetched from GitHub, and no way to fetch again."""
    source = tmp_path_factory.mktemp("source")
    for part in ("Snakefile", "workflow", "scripts", "environment.yml"):
        copy = shutil.copytree if (ROOT / part).is_dir() else shutil.copy
        copy(ROOT / part, source / part)
    git("init", "--quiet", folder=source)
    git("add", "--all", folder=source)
    git("commit", "--quiet", "--message", "As released", folder=source)
    git("tag", "v0.1.0", folder=source)
    folder = tmp_path_factory.mktemp("cache")
    clone = folder / "snakemake/snakemake/source-cache/snakemake-git-cache/github.com" / HOSTED
    git("clone", "--quiet", "--bare", source, clone, folder=folder)
    git("remote", "remove", "origin", folder=clone)
    shutil.rmtree(source)
    return folder


@pytest.fixture
def study(tmp_path):
    return copy_study(ROOT / "tests/study", tmp_path / "study")


def run(study, snakefile, cache, *options):
    command = [sys.executable, "-m", "snakemake", "--snakefile", snakefile, "--cores", "2"]
    environment = {**os.environ, "LC_ALL": "C.UTF-8", "XDG_CACHE_HOME": str(cache)}
    done = subprocess.run(
        [*command, *options], cwd=study, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def count_jobs(study, snakefile, cache):
    """Return {rule: jobs} of a dry run."""
    text = run(study, snakefile, cache, "--dry-run", "--quiet", "rules")
    jobs = dict(re.findall(r"^(\w+) +(\d+)$", text, re.MULTILINE))
    assert int(jobs.pop("total")) == sum(map(int, jobs.values()))
    return jobs


def write_module(study, snakefile, prefix="", renamed=""):
    prefix = prefix and f'prefix: "{prefix}"'
    path = study / "Snakefile"
    path.write_text(MODULE.format(snakefile=snakefile, prefix=prefix, renamed=renamed))
    return path


def test_both_main_files_and_a_module_of_a_clone_are_one_workflow(study, tmp_path):
    jobs = count_jobs(study, ROOT / "Snakefile", tmp_path)
    assert {"ingest_cohort", "render_report", "all"} < set(jobs)
    assert count_jobs(study, ROOT / "workflow/Snakefile", tmp_path) == jobs
    module = write_module(study, f'"{ROOT}/workflow/Snakefile"', renamed=" as crlm_*")
    renamed = {f"crlm_{rule}": count for rule, count in jobs.items()}
    assert count_jobs(study, module, tmp_path) == renamed


def test_a_module_from_github_makes_the_same_cohort_without_a_network(study, cache, tmp_path):
    """Below a prefix and under other names: results move, the study's own files stay where they are."""
    place = f'github("{HOSTED}", path="workflow/Snakefile", tag="v0.1.0")'
    module = write_module(study, place, prefix="analysis", renamed=" as crlm_*")
    targets = ("private/cohort.parquet", "score_registry.html")
    run(study, module, cache, "--", *(f"analysis/results/{name}" for name in targets))
    assert not (study / "results").exists()
    assert "burden" in (study / "analysis/results/score_registry.html").read_text("utf-8")
    again = run(study, module, cache, "--dry-run", "--", "analysis/results/private/cohort.parquet")
    assert "Nothing to be done" in again
    run(study, ROOT / "Snakefile", tmp_path, "--", "results/private/cohort.parquet")
    found = pd.read_parquet(study / "analysis/results/private/cohort.parquet")
    pd.testing.assert_frame_equal(found, pd.read_parquet(study / "results/private/cohort.parquet"))
    assert len(found) > 50
