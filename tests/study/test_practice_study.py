"""The practice study of the miniature, as `make practice` writes it, is a study that can be run."""

import shutil

import pandas as pd
from running import run_snakemake


def test_the_practice_study_of_the_miniature_passes_the_checks(repository, miniature, tmp_path):
    original = tmp_path / "study"  # others compare what is in the miniature
    shutil.copytree(miniature, original)
    run = run_snakemake(repository, original, "results/practice")
    assert run.returncode == 0, run.stderr
    study = original / "results/practice"
    run = run_snakemake(repository, study, "results/private/cohort.parquet")
    assert run.returncode == 0, run.stderr
    real, made = (
        pd.read_parquet(folder / "results/private/cohort.parquet") for folder in (miniature, study)
    )
    assert len(made) >= 0.8 * len(real) > 20
    assert not set(made["patient_id"]) & set(real["patient_id"])
    findings = pd.read_csv(study / "results/private/data_quality.csv")
    assert (findings["severity"] != "error").all()
