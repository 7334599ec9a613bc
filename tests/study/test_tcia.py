"""The real public cohort, when its file is there, run in this process: the numbers of the issue, to the printed digits."""

import re
import shutil

import pandas as pd
import pytest
from inside import run_study
from running import ROOT, TCIA, find_tcia

FILE = find_tcia()
pytestmark = pytest.mark.skipif(
    FILE is None,
    reason=f"the TCIA file is not in studies/tcia_crlm/data/{TCIA} (see studies/tcia_crlm/README.md); the real cohort was not tested",
)


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tcia")
    shutil.copytree(ROOT / "studies/tcia_crlm/config", folder / "config")
    (folder / "data").mkdir()
    shutil.copy(FILE, folder / "data" / TCIA)
    run_study(folder)
    return folder / "results"


@pytest.mark.parametrize(
    ("endpoint", "events", "median"),
    [
        ("os", 107, "75.97 (66.10-98.87)"),
        ("rfs", 138, "22.33 (17.37-32.43)"),
        ("hepatic_rfs", 122, "53.50 (34.73-68.07)"),
    ],
)
def test_medians(study, endpoint, events, median):
    row = pd.read_csv(study / f"kaplan_meier/{endpoint}_summary.csv").iloc[0]
    assert row["patients"] == 197
    assert row["events"] == events
    assert f"{row['median']:.2f} ({row['median_lower']:.2f}-{row['median_upper']:.2f})" == median


def test_follow_up(study):
    assert (
        round(pd.read_csv(study / "kaplan_meier/os_summary.csv")["follow_up_median"].iloc[0], 2)
        == 102.43
    )


@pytest.mark.parametrize(
    ("endpoint", "ratio"), [("os", "1.406 (1.133-1.745)"), ("rfs", "1.206 (0.997-1.460)")]
)
def test_recorded_score(study, endpoint, ratio):
    table = pd.read_csv(study / f"cox/{endpoint}.csv")
    row = table[(table["model"] == "univariable") & (table["variable"] == "recorded_crs")].iloc[0]
    assert row["patients"] == 168
    assert f"{row['hazard_ratio']:.3f} ({row['lower']:.3f}-{row['upper']:.3f})" == ratio


def test_proportional_hazards_of_the_recorded_score(study):
    table = pd.read_csv(study / "cox/rfs_ph.csv")
    row = table[(table["model"] == "univariable") & (table["term"] == "recorded_crs")].iloc[0]
    assert f"{row['p_value']:.4f}" == "0.0033"


def test_the_violation_of_the_recorded_score_opens_its_section(study):
    found = pd.read_csv(study / "nonproportional/rfs_violations.csv")
    row = found[(found["model"] == "univariable") & (found["variable"] == "recorded_crs")].iloc[0]
    assert f"{row['p_value']:.4f}" == "0.0033"
    windows = pd.read_csv(study / "nonproportional/rfs_windows.csv")
    mine = windows[(windows["model"] == "univariable") & (windows["variable"] == "recorded_crs")]
    assert mine["from_months"].to_list() == [0, 12, 36]
    assert mine["events"].sum() == count_events(study)
    tests = pd.read_csv(study / "nonproportional/rfs_tests.csv")
    mine = tests[tests["grouping"] == "recorded_risk"]
    assert mine["test"].to_list()[-1] == "max-combo"
    # the groups are the plan's, and without a weight the test is the log-rank test
    plain = pd.read_csv(study / "kaplan_meier/rfs_tests.csv").query(
        "grouping == 'recorded_risk' and test == 'log-rank'"
    )
    assert mine["p_value"].iloc[0] == pytest.approx(plain["p_value"].iloc[0], rel=1e-6)
    assert "Where hazards are not proportional" in (study / "report.html").read_text()


def count_events(study):
    """Events of the univariable model of the recorded score."""
    table = pd.read_csv(study / "cox/rfs_models.csv")
    return table.query("model == 'univariable' and variable == 'recorded_crs'")["events"].iloc[0]


def test_concordance_of_the_recorded_score(study):
    table = pd.read_csv(study / "cox/os_models.csv")
    row = table[(table["model"] == "univariable") & (table["variable"] == "recorded_crs")].iloc[0]
    assert f"{row['concordance']:.3f}" == "0.605"


def test_agreement_of_recorded_and_computed_score(study):
    row = pd.read_csv(study / "score_agreement_summary.csv").iloc[0]
    assert [row["patients"], row["differ"], row["agree"]] == [168, 64, 104]
    cross = pd.read_csv(study / "score_agreement.csv")
    assert cross.loc[cross["recorded_value"] != cross["computed_value"], "patients"].sum() == 64


def test_only_fong_is_computable_and_says_proxy(study):
    status = pd.read_csv(study / "score_status.csv").set_index("score")
    assert "Synchronous" in status.loc["fong", "proxies"]
    status = status[status["kind"] != "factor"]  # single factors of the Fong analysis, not scores
    assert list(status.index[status["status"] == "computable"]) == ["fong"]
    others = status[status["status"] == "not computable"]
    assert set(status["status"]) == {"computable", "not computable", "not implementable"}
    assert others["missing_inputs"].notna().all()
    assert "proxy" in (study / "report.html").read_text()


def test_report_has_no_patient_identifier(study):
    assert "CRLM-CT-" not in (study / "report.html").read_text()


def test_head_to_head_on_the_same_patients(study):
    table = (
        pd.read_csv(study / "performance/os.csv")
        .query("metric == 'harrell_c'")
        .set_index("predictor")
    )
    assert set(table["patients"]) == {168}
    assert f"{table.loc['recorded_crs', 'estimate']:.3f}" == "0.605"


def test_site_of_recurrence_as_competing_risks(study):
    """R's cuminc and crr of the same file: incidence at 60 months and the naive one, preoperative chemotherapy compared."""
    at = pd.read_csv(study / "recurrence/incidence_at.csv")
    at = at[(at["endpoint"] == "rfs") & (at["classification"] == "site") & (at["horizon"] == 60)]
    at = at[at["grouping"] == "overall"]
    assert at["events"].tolist() == [59, 68, 4]
    assert at["incidence"].tolist() == pytest.approx([0.30216052, 0.34975371, 0.02149863], abs=1e-8)
    assert at["naive"].tolist() == pytest.approx([0.3757646, 0.4475381, 0.0528441], abs=1e-7)
    gray = pd.read_csv(study / "recurrence/gray.csv").query("endpoint == 'rfs'")
    gray = gray[(gray["classification"] == "site") & (gray["grouping"] == "chemotherapy")]
    assert gray["statistic"].tolist() == pytest.approx([7.02072392, 0.18910141], abs=1e-8)
    ratios = pd.read_csv(study / "recurrence/ratios.csv").query("model == 'subdistribution'")
    ratios = ratios.query("endpoint == 'rfs' and classification == 'site' and group == 'yes'")
    found = ratios[["hazard_ratio", "lower", "upper"]].to_numpy().ravel()
    expected = [2.149421, 1.207668, 3.825566, 0.9013005, 0.5651488, 1.4373960]
    assert found == pytest.approx(expected, abs=1e-6)


def test_the_page_published_and_here_says_the_numbers_of_the_run(study):
    """studies/tcia_crlm/README.md: every number of the column `here` is that of its key, every figure that it names is there."""
    page = (ROOT / "studies/tcia_crlm/README.md").read_text(encoding="utf-8")
    page = page[page.index("## Published / here") :]
    texts = pd.read_csv(study / "numbers.csv", dtype=str).set_index("key")["text"]
    lines = [line.strip("| ").split(" | ") for line in page.splitlines() if line.endswith("` |")]
    assert len(lines) == 12
    for _, _, here, key in lines:
        assert texts[key.strip("`")] == here, key
    for name in re.findall(r"`((?:kaplan_meier|forest|published)_\w+)`", page):
        assert (study / f"figures/{name}.svg").exists(), name
