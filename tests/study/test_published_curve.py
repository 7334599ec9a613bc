"""The study's own published curve, end to end: invented patients whose times are known come back; a bad curve stops the run."""

import shutil

import numpy as np
import pandas as pd
import pytest
from crlm.survival.kaplan_meier import summarise_curve, survival_at
from lifelines import CoxPHFitter
from make_published import STRATA, draw_individuals, write_curve
from running import ROOT, copy_study, run_snakemake

FOLDER = "results/published_curves"
PAIRS = {"Low burden": "light", "High burden": "heavy"}


def read(study, name):
    return pd.read_csv(study / FOLDER / f"{name}.csv", dtype={"group": str})


def rebuilt(study, stratum):
    mine = read(study, "individuals").query("stratum == @stratum")
    return mine["time"].to_numpy(), mine["event"].to_numpy(float)


def hazard_ratio(first, second):
    """By lifelines, which the workflow does not use."""
    tables = [pd.DataFrame({"t": s[0], "e": s[1], "x": x}) for x, s in ((1, first), (0, second))]
    return np.exp(CoxPHFitter().fit(pd.concat(tables), "t", "e").params_["x"])


@pytest.fixture(scope="module")
def known():
    return {name: tuple(np.array(rows, float).T) for name, rows in draw_individuals().items()}


def test_the_curve_in_the_study_is_that_of_the_known_patients(tmp_path):
    write_curve(tmp_path)
    for file in ("trial.csv", "trial_at_risk.csv"):
        kept = ROOT / "tests/study/config/published" / file
        assert (tmp_path / file).read_bytes() == kept.read_bytes()


@pytest.mark.parametrize("stratum", STRATA)
def test_median_and_survival_at_three_years_come_back(miniature, known, stratum):
    true, found = (summarise_curve(*s) for s in (known[stratum], rebuilt(miniature, stratum)))
    assert found["patients"] == true["patients"]
    assert abs(found["events"] - true["events"]) <= 2
    assert found["median"] == pytest.approx(true["median"], rel=0.02)
    row = read(miniature, "groups").set_index("stratum").loc[stratum]
    assert row["published_median"] == pytest.approx(found["median"])
    samples = known[stratum], rebuilt(miniature, stratum)
    at = [survival_at(*s, [36])["survival"][0] for s in samples]
    assert at[1] == pytest.approx(at[0], abs=0.02)


def test_hazard_ratios_come_back(miniature, known):
    strata = list(PAIRS)
    true, found = (
        hazard_ratio(*(samples[s] for s in strata))
        for samples in (known, {s: rebuilt(miniature, s) for s in strata})
    )
    assert found == pytest.approx(true, rel=0.05)
    # the cohort against the patients as they are known
    cohort = pd.read_parquet(miniature / "results/private/cohort.parquet").dropna(
        subset="efs_months"
    )
    groups = read(miniature, "groups").set_index("stratum")
    for stratum, group in PAIRS.items():
        mine = cohort[cohort["grouping_burden_risk"] == group]
        true = hazard_ratio((mine["efs_months"], mine["efs_event"]), known[stratum])
        assert groups.loc[stratum, "hazard_ratio"] == pytest.approx(true, rel=0.05)
        assert groups.loc[stratum, "patients"] == len(mine)


def test_survival_published_and_here_differ_by_what_the_table_says(miniature, known):
    points = read(miniature, "points").query("stratum == 'Low burden'")
    assert list(points["time"]) == [6, 24]
    true = survival_at(*known["Low burden"], [6, 24])["survival"]
    np.testing.assert_allclose(points["published_survival"], true, atol=0.02)
    np.testing.assert_allclose(
        points["difference"], points["survival"] - points["published_survival"]
    )


def test_every_output_says_evidence_mismatch_and_what_the_times_are(miniature):
    for name in ("individuals", "curves", "points", "groups"):
        assert set(read(miniature, name)["evidence"]) == {"derived"}
    page = (miniature / "results/report.html").read_text(encoding="utf-8")
    assert "Trial of &lt;nobody&gt; &amp; $all$ [derived]" in page
    assert "progression-free survival, here event-free survival" in page
    assert "not data of patients" in page and "10.1186/1471-2288-12-9" in page
    assert "Invented for the miniature study" in page
    table = (miniature / "results/tables/reconstructed_efs.csv").read_text(encoding="utf-8")
    assert "No counterpart in this cohort." in table and "(synthetic data)" in table


def spoil(study, file, old, new):
    path = study / "config/published" / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_a_bad_curve_stops_the_run_before_any_analysis(tmp_path):
    study = copy_study(ROOT / "tests/study", tmp_path / "broken")
    spoil(
        study, "trial.csv", "Low burden;0,38;98,75", "Low burden;0,38;99,75\r\nLow burden;0,4;102"
    )
    spoil(study, "trial_at_risk.csv", "Low burden;12;109", "Low burden;12;190")
    data = study / "data/klinik.csv"
    data.write_text(
        data.read_text(encoding="cp1252").replace("F002;", "F001;", 1), encoding="cp1252"
    )
    run = run_snakemake(ROOT, study)
    assert run.returncode == 1
    for words in (
        "column survival, value '102': config/published/trial.csv: survival is above 100.",
        "column at_risk, value '190': config/published/trial_at_risk.csv: the number at risk rises",
        "-> Read the numbers below the figure again.",
        "already stands in row",  # the cohort's own error, at once
        "results/published_curves/digitised/findings.csv",
    ):
        assert words in run.stderr, words
    assert not (study / "results/private/cohort.parquet").exists()


def test_a_curve_spoilt_later_stops_what_shows_it(repository, miniature, tmp_path):
    study = tmp_path / "spoilt"
    shutil.copytree(miniature, study)
    spoil(study, "trial.csv", "Low burden;0,38;98,75", "Low burden;0,38;oops")
    run = run_snakemake(repository, study)
    assert run.returncode == 1
    assert "survival is 'oops', not a number from 0 up" in run.stderr
    assert "build_cohort" not in run.stderr


def test_a_curve_without_its_file_is_a_mistake_of_the_plan(tmp_path):
    study = copy_study(ROOT / "tests/study", tmp_path / "without")
    (study / "config/published/trial_at_risk.csv").rename(
        study / "config/published/trial_atrisk.csv"
    )
    run = run_snakemake(ROOT, study, "--dry-run")
    assert run.returncode == 1
    assert "there is no file config/published/trial_at_risk.csv" in run.stdout
    assert "Did you mean 'trial_atrisk'?" in run.stdout
