"""What the demo was extended by: the first columns unchanged, treatments and events in agreement."""

import hashlib

import numpy as np
import pandas as pd
import pytest
from test_demo import DATA, read_cohort, read_text

FIRST, LAST = "PatNo", "comment"  # the columns of the first cohort
FREE = {"resection", "local"}


@pytest.fixture(scope="module")
def cohort():
    return read_cohort(read_text(DATA / "cohort.csv"))


@pytest.fixture(scope="module")
def events():
    table = read_text(DATA / "events.csv")
    dates = pd.to_datetime(table["dt_event"], format="%d.%m.%Y")
    return table.assign(date=dates, organs=pd.to_numeric(table["organs"]))


def test_the_first_columns_are_those_of_before_the_extension():
    """Golden values and published numbers of the demo rest on them."""
    table = read_text(DATA / "cohort.csv").loc[:, FIRST:LAST]
    text = table.to_csv(sep=";", index=False, lineterminator="\n")
    assert hashlib.sha256(text.encode()).hexdigest() == (
        "5277a5b3d6a0413e94ad0dd13ca758c111ee3e9b07a3d3438a885e8d9545eb23"
    )
    assert hashlib.sha256((DATA / "lesions.csv").read_bytes()).hexdigest() == (
        "5238189274d66086678074895309f22b11365d07e7adbe374ef9c1267cee88da"
    )


def test_treatment_of_the_recurrence(cohort):
    recurred, repeat = cohort["dt_recurrence"].notna(), cohort["repeat_resection"] == 1
    treatment, date = cohort["recurrence_treatment"], cohort["dt_recurrence_treatment"]
    assert (treatment.notna() == recurred).all()
    assert ((treatment == 1) == repeat).all()
    assert (date.notna() == treatment.isin([1, 2, 3])).all()
    assert (cohort["dt_repeat_resection"].notna() == repeat).all()
    assert (cohort["dt_repeat_resection"] == date)[repeat].all()
    treated = cohort[date.notna()]
    assert (treated["dt_recurrence"] < treated["dt_recurrence_treatment"]).all()
    assert (treated["dt_recurrence_treatment"] < treated["dt_last_contact"]).all()
    for column in ("max_size_repeat_mm", "FLR_repeat_pct", "FLR_repeat_mL"):
        assert (cohort[column].notna() == repeat).all()
    assert (treatment.value_counts() >= 50).all()


def test_organs(cohort):
    organs = cohort["recurrence_organs"]
    assert (organs.notna() == cohort["dt_recurrence"].notna()).all()
    assert (organs[cohort["recurrence_site"] == 1] == 1).all()
    assert (organs[cohort["recurrence_site"] == 3] >= 2).all()
    assert set(organs[cohort["recurrence_site"] == 2]) == {1, 2}


def test_events_agree_with_the_cohort(cohort, events):
    first = events[events["event"] == "recurrence"].groupby("PatNo")["date"].first()
    assert first.equals(cohort["dt_recurrence"].dropna().sort_index().rename("date"))
    death = events[events["event"] == "death"].set_index("PatNo")["date"]
    assert death.equals(cohort["dt_death"].dropna().sort_index().rename("date"))
    known = events.join(cohort[["dt_liver_resection", "dt_last_contact"]], on="PatNo")
    assert (known["date"] >= known["dt_liver_resection"]).all()
    assert (known["date"] <= known["dt_last_contact"]).all()
    treated = events[~events["event"].isin(["recurrence", "death"])].groupby("PatNo").first()
    expected = cohort["dt_recurrence_treatment"].dropna().sort_index()
    assert treated["date"].equals(expected.rename("date"))
    liver = events[(events["event"] == "recurrence") & events["site"].str.startswith("liver")]
    hepatic = cohort["dt_hepatic_recurrence"]
    assert (
        liver.groupby("PatNo")["date"].first() == hepatic.reindex(liver["PatNo"].unique())
    ).all()


def test_events_follow_one_another(events):
    assert events.equals(events.sort_values(["PatNo", "date"], kind="stable"))
    counts = []
    for _, own in events.groupby("PatNo"):
        free, kinds = True, list(own["event"])
        for kind in kinds:
            assert kind != "recurrence" or free
            assert kind in {"recurrence", "death"} or not free
            free = kind in FREE or (free and kind != "recurrence")
        assert "death" not in kinds[:-1]
        counts.append(kinds.count("recurrence"))
    assert max(counts) == 4 and counts.count(2) >= 50


def test_who_dies_of_the_cancer_dies_with_disease(cohort, events):
    before = events[events["event"] != "death"].groupby("PatNo")["event"].last()
    last = before.reindex(cohort.index[cohort["cause_of_death"] == 1])
    assert last.notna().all() and not last.isin(FREE).any()
    other = before.reindex(cohort.index[cohort["cause_of_death"] == 2])
    assert other.isin(FREE).sum() >= 3


def test_chemotherapy(cohort):
    treated = cohort["preop_chemo"] == 1
    assert ((cohort["preop_regimen"] != "none") == treated).all()
    assert set(cohort["preop_regimen"]) == {"none", "mFOLFOX6", "CAPEOX", "FOLFIRI", "FOLFOXIRI"}
    assert (cohort.loc[~treated, "preop_cycles"].dropna() == 0).all()
    assert cohort.loc[treated, "preop_cycles"].dropna().between(2, 12).all()
    for column in ("bevacizumab", "anti_EGFR"):
        assert set(cohort[column]) == {0, 1}
        assert (cohort.loc[~treated, column] == 0).all()
    assert not ((cohort["bevacizumab"] == 1) & (cohort["anti_EGFR"] == 1)).any()
    assert (cohort.loc[cohort["anti_EGFR"] == 1, "RAS"] != "mut").all()
    assert (cohort.loc[~treated, "RECIST"] == "").all()


def test_bevacizumab_is_given_by_indication(cohort):
    """It goes to the worse prognosis: the treated among the pretreated have the worse factors."""
    treated = cohort[cohort["preop_chemo"] == 1]
    given = treated["bevacizumab"] == 1
    for worse in (treated["n_mets"] > 3, treated["RAS"] == "mut", treated["extrahepatic"] == 1):
        assert worse[given].mean() > worse[~given].mean() + 0.05


def test_liver_and_markers(cohort):
    assert set(cohort["liver_health"].dropna()) == {1, 2, 3}
    injured = cohort["liver_health"] == 2
    assert cohort["preop_cycles"][injured].min() > 0
    remnant = cohort["FLR_pct"].dropna()
    assert remnant.between(16, 100).all()
    for threshold in (30, 40):
        assert 0.02 <= (remnant < threshold).mean() <= 0.25
    assert np.corrcoef(*cohort[["FLR_pct", "n_mets"]].dropna().to_numpy().T)[0, 1] < -0.3
    assert cohort.loc[cohort["PVE"] == 1, "FLR_pct"].max() <= 47
    both = cohort.dropna(subset=["FLR_pct", "FLR_mL"])
    assert (both["FLR_mL"] / both["FLR_pct"]).between(8.5, 24.5).all()
    early = (cohort["dt_recurrence"] - cohort["dt_liver_resection"]).dt.days < 730
    assert cohort["MMP7_ug_L"][early].median() > cohort["MMP7_ug_L"][~early].median()
    assert abs(cohort["TROP2_pct"][early].mean() - cohort["TROP2_pct"][~early].mean()) < 5
    positive = cohort["ctDNA_postop"].groupby(early).mean()
    assert positive[True] > 0.4 and positive[False] < 0.15
