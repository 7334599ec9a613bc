"""The calculator of the miniature study, as `make calculator` writes it."""

import json
import re
import shutil

import pandas as pd
from running import run_snakemake


def test_the_page_holds_strata_and_model_and_no_patient(repository, miniature, tmp_path):
    study = tmp_path / "study"  # others compare what is in the miniature
    shutil.copytree(miniature, study)
    run = run_snakemake(repository, study, "results/calculator.html")
    assert run.returncode == 0, run.stderr
    page = (study / "results/calculator.html").read_text("utf-8")
    data = json.loads(re.search(r'id="data">(.*?)</script>', page, re.S)[1])
    cohort = pd.read_parquet(miniature / "results/private/cohort.parquet")
    assert not any(str(patient) in page for patient in cohort["patient_id"])
    assert list(data["endpoints"]) == ["efs"] == list(data["model"]["endpoints"])
    assert data["model"]["endpoints"]["efs"]["patients"] > 20
    checked = 0
    for score in data["scores"]:
        for stratum in score["cohort"]:
            column = f"{score['name']}_group" if stratum["kind"] == "group" else score["name"]
            mine = cohort[cohort[column].eq(stratum["key"]) & cohort["efs_months"].notna()]
            assert (stratum["patients"], stratum["events"]) == (
                len(mine),
                mine["efs_event"].sum(),
            )
            assert len(mine) >= 5
            for month, _, _, _, at_risk in stratum["survival"]:
                counted = (mine["efs_months"] >= month).sum()
                assert at_risk == (counted if counted >= 5 else None)
                checked += 1
    assert checked > 10
