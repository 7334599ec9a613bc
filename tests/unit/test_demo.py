"""The synthetic demo cohort: reproducible, plausible, consistent, and marked as synthetic.

The numbers are recounted here from the committed files with plain pandas and a brute-force
Kaplan-Meier estimate, independently of the library that the demo is meant to show.
"""

import csv
import importlib.util
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

DATA = Path(__file__).parents[2] / "data"
DAYS_PER_MONTH = 30.4375
TEXT = {"PatNo", "source", "Centre", "RAS", "KRAS", "BRAF", "MSI", "comment"}
TEXT |= {"preop_regimen", "RECIST"}
FILES = ("cohort.csv", "lesions.csv", "events.csv")


def load_generator():
    spec = importlib.util.spec_from_file_location("generate_demo", DATA / "generate_demo.py")
    module = importlib.util.module_from_spec(spec)
    sys.path.insert(0, str(DATA))  # beside it stands extend_demo.py
    spec.loader.exec_module(module)
    return module


def read_text(path):
    return pd.read_csv(path, sep=";", dtype=str, keep_default_na=False, encoding="utf-8")


def read_cohort(text):
    """Numbers and dates of the export; a value below the detection limit is set to half of it."""
    table = text.replace({"-999": "", "<0.5": "0.25", "<2": "1"})
    for column in table.columns:
        if column.startswith("dt_"):
            table[column] = pd.to_datetime(table[column], format="%d.%m.%Y", errors="raise")
        elif column not in TEXT:
            table[column] = pd.to_numeric(table[column].replace("", np.nan))
    return table.set_index("PatNo")


def measure_months(table, start, end):
    return (table[end] - table[start]).dt.days / DAYS_PER_MONTH


def estimate_curve(months, events):
    """Kaplan-Meier survival at each event time, by recounting the risk set there."""
    times = np.unique(months[events])
    at_risk = np.array([(months >= time).sum() for time in times])
    died = np.array([(events & (months == time)).sum() for time in times])
    return pd.Series(np.cumprod(1 - died / at_risk), index=times)


def estimate_survival(months, events, at):
    return estimate_curve(months, events).loc[:at].iloc[-1]


def estimate_median(months, events):
    curve = estimate_curve(months, events)
    return curve.index[curve <= 0.5][0]


def derive_rates_ratio(months, events, exposed):
    """Ratio of the event rates per month, exposed to not exposed."""
    rates = events.groupby(exposed).sum() / months.groupby(exposed).sum()
    return rates[True] / rates[False]


def derive_patients(cohort, lesions):
    """Endpoints, Fong score of complete cases and growth pattern, one row per patient."""
    patients = cohort.copy()
    start = "dt_liver_resection"
    patients["os"] = measure_months(cohort, start, "dt_last_contact")
    patients["dead"] = cohort["dt_death"].notna()
    patients["rfs"] = measure_months(cohort, start, "dt_recurrence").fillna(patients["os"])
    patients["failed"] = cohort["dt_recurrence"].notna() | patients["dead"]
    interval = measure_months(cohort, "dt_primary", "dt_CRLM").where(cohort["synchronous"] == 0, 0)
    inputs = cohort[["n_mets", "max_size_mm", "CEA_ug_L", "pN"]]
    limits = {"n_mets": 1, "max_size_mm": 50, "CEA_ug_L": 200, "pN": 0}
    items = (inputs > pd.Series(limits)).sum(axis=1) + (interval < 12)
    patients["fong"] = items.where(inputs.notna().all(axis=1))
    shares = lesions.dropna().groupby(["PatNo", "lesion"])[["pct_desmoplastic", "pct_replacement"]]
    patients = patients.join(shares.mean().groupby("PatNo").mean())
    patients["pure"] = patients["pct_desmoplastic"] == 100
    patients["assessable"] = patients["pct_desmoplastic"].notna()
    return patients


@pytest.fixture(scope="module")
def cohort():
    return read_cohort(read_text(DATA / "cohort.csv"))


@pytest.fixture(scope="module")
def lesions():
    table = read_text(DATA / "lesions.csv").drop(columns="source").replace("", np.nan)
    return table.astype({name: float for name in table.columns if name != "PatNo"})


@pytest.fixture(scope="module")
def patients(cohort, lesions):
    return derive_patients(cohort, lesions)


@pytest.fixture(scope="module")
def assessable(patients):
    return patients[patients["assessable"]]


# files


def test_files_are_regenerated_byte_for_byte(tmp_path):
    load_generator().write_demo(tmp_path)
    for name in FILES:
        assert (tmp_path / name).read_bytes() == (DATA / name).read_bytes()


def test_another_seed_gives_another_cohort():
    generator = load_generator()
    first, second = generator.build_demo(1)[0], generator.build_demo(2)[0]
    assert list(first.columns) == list(second.columns)
    assert not first.equals(second)


def run_generator(*arguments):
    command = [sys.executable, DATA / "generate_demo.py", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_another_number_of_patients_is_written_elsewhere(tmp_path):
    done = run_generator("--patients", 2000, "--out", tmp_path / "many")
    assert done.returncode == 0, done.stderr
    cohort, committed = read_text(tmp_path / "many/cohort.csv"), read_text(DATA / "cohort.csv")
    assert list(cohort.columns) == list(committed.columns)
    assert len(cohort) == 2000 and cohort["PatNo"].is_unique
    blocks = read_text(tmp_path / "many/lesions.csv")
    assert set(blocks["PatNo"]) < set(cohort["PatNo"])
    patients = derive_patients(
        read_cohort(cohort),
        blocks.drop(columns="source")
        .replace("", np.nan)
        .astype({f"pct_{name}": float for name in ("desmoplastic", "replacement", "pushing")}),
    )
    assert estimate_survival(patients["os"], patients["dead"], 60) == pytest.approx(0.45, abs=0.05)


@pytest.mark.parametrize("arguments", [("--patients", 200), ("--patients", 0, "--out", "x")])
def test_the_committed_files_hold_the_demo_only(arguments):
    before = (DATA / "cohort.csv").read_bytes()
    assert run_generator(*arguments).returncode == 2
    assert (DATA / "cohort.csv").read_bytes() == before


@pytest.mark.parametrize("name", FILES)
def test_file_format(name):
    content = (DATA / name).read_bytes()
    assert b"\r" not in content
    assert content.endswith(b"\n")
    rows = list(csv.reader(content.decode().splitlines(), delimiter=";"))
    assert {len(row) for row in rows} == {len(rows[0])}


def test_synthetic_stands_everywhere():
    for name in FILES:
        assert (read_text(DATA / name)["source"] == "synthetic").all()
    assert "synthetic" in (DATA / "README.md").read_text(encoding="utf-8").splitlines()[0].lower()
    assert "SYNTHETIC" in (DATA / "generate_demo.py").read_text(encoding="utf-8").splitlines()[0]


def test_every_column_is_in_the_dictionary():
    dictionary = (DATA / "README.md").read_text(encoding="utf-8")
    for name in FILES:
        for column in read_text(DATA / name).columns:
            assert f"`{column}`" in dictionary, column


# no contradiction


def test_identifiers_and_size(cohort):
    assert len(cohort) == 800
    assert cohort.index.is_unique
    assert set(cohort["Centre"]) == {"A", "B", "C"}


def test_dates_are_in_order(cohort):
    start, end = cohort["dt_liver_resection"], cohort["dt_last_contact"]
    assert start.notna().all() and end.notna().all()
    assert (cohort["dt_primary"] <= cohort["dt_CRLM"]).all()
    assert (cohort["dt_CRLM"] <= start).all()
    assert start.min().year == 2004 and start.max().year == 2020
    assert (start <= end).all() and end.max() <= pd.Timestamp("2022-12-31")
    recurred = cohort[cohort["dt_recurrence"].notna()]
    assert (recurred["dt_recurrence"] > recurred["dt_liver_resection"]).all()
    assert (recurred["dt_recurrence"] <= recurred["dt_last_contact"]).all()
    dead = cohort[cohort["dt_death"].notna()]
    assert (dead["dt_death"] == dead["dt_last_contact"]).all()


def test_recurrence_columns_agree(cohort):
    recurred = cohort["dt_recurrence"].notna()
    assert (cohort["recurrence_site"].notna() == recurred).all()
    liver = cohort[cohort["recurrence_site"].isin([1, 3])]
    assert (liver["dt_hepatic_recurrence"] == liver["dt_recurrence"]).all()
    hepatic = cohort[cohort["dt_hepatic_recurrence"].notna()]
    assert (hepatic["dt_hepatic_recurrence"] >= hepatic["dt_recurrence"]).all()
    assert (hepatic["dt_hepatic_recurrence"] <= hepatic["dt_last_contact"]).all()
    later = (hepatic["recurrence_site"] == 2).sum()
    assert later >= 10
    assert recurred[cohort["repeat_resection"] == 1].all()
    assert (cohort["n_mets_repeat"].notna() == (cohort["repeat_resection"] == 1)).all()


def test_causes_of_death_agree(cohort):
    assert (cohort["cause_of_death"].notna() == cohort["dt_death"].notna()).all()
    assert cohort.loc[cohort["cause_of_death"] == 1, "dt_recurrence"].notna().all()


def test_tumour_columns_agree(cohort):
    interval = (cohort["dt_CRLM"] - cohort["dt_primary"]).dt.days
    assert (interval[cohort["synchronous"] == 1] <= 30).all()
    assert (interval[cohort["synchronous"] == 0] > 60).all()
    both = cohort.dropna(subset=["pN", "n_pos_nodes"])
    expected = np.select([both["n_pos_nodes"] == 0, both["n_pos_nodes"] <= 3], [0, 1], 2)
    assert (both["pN"] == expected).all()
    assert cohort["max_size_mm"].dropna().between(3, 150).all()
    assert not ((cohort["bilobar"] == 1) & (cohort["n_mets"] == 1)).any()
    known = cohort[(cohort["RAS"] != "") & (cohort["KRAS"] != "")]
    assert (known.loc[known["RAS"] == "wt", "KRAS"] == "wt").all()
    assert (cohort.loc[cohort["BRAF"] == "V600E", "RAS"] != "mut").all()


def test_codes(cohort):
    codes = {
        "Sex": {1, 2}, "ASA": {1, 2, 3}, "site_primary": {1, 2, 3}, "pT": {1, 2, 3, 4},
        "pN": {0, 1, 2}, "grade": {1, 2, 3}, "recurrence_site": {1, 2, 3}, "cause_of_death": {1, 2},
    }  # fmt: skip
    flags = "synchronous bilobar extrahepatic preop_chemo vasc_invasion biliary_invasion"
    codes |= {name: {0, 1} for name in f"{flags} adjuvant_chemo repeat_resection".split()}
    for column, allowed in codes.items():
        assert set(cohort[column].dropna()) == allowed, column
    texts = {
        "RAS": {"wt", "mut"},
        "BRAF": {"wt", "V600E", "other"},
        "MSI": {"MSS", "MSI-H"},
    }
    for column, allowed in texts.items():
        assert set(cohort[column]) - {""} == allowed


def test_time_zero_and_early_death_are_present(patients):
    zero = patients[patients["os"] == 0]
    assert len(zero) == 2 and zero["dead"].sum() == 1
    early = patients["dead"] & (patients["os"] <= 3) & patients["dt_recurrence"].isna()
    assert 2 <= early.sum() <= 10


# messiness


def test_missing_values(cohort):
    gone = cohort.replace("", np.nan).isna()
    for column in (
        "CEA_ug_L",
        "pN",
        "grade",
        "margin_mm",
        "max_size_mm",
        "BMI",
        "CRP_mg_L",
    ):
        assert 0.04 <= gone[column].mean() <= 0.16, column
    assert 0.01 <= gone["extrahepatic"].mean() <= 0.035
    old = cohort["dt_liver_resection"].dt.year < 2009
    assert gone.loc[old, "RAS"].mean() - gone.loc[~old, "RAS"].mean() > 0.2
    covariates = ["BMI", "grade", "CEA_ug_L", "CA19_9", "margin_mm"]
    by_centre = gone[covariates].mean(axis=1).groupby(cohort["Centre"]).mean()
    assert by_centre["C"] > 1.5 * by_centre["A"]


def test_missing_codes_and_detection_limits():
    text = read_text(DATA / "cohort.csv")
    for column in ("CEA_ug_L", "pN", "grade", "RAS"):
        assert (text[column] == "-999").sum() >= 10 and (text[column] == "").sum() >= 10
    assert (text["CEA_ug_L"] == "<0.5").sum() >= 10
    assert (text["CA19_9"] == "<2").sum() >= 10
    assert text["comment"].str.contains(";").any()


# growth patterns


def test_lesion_table(cohort, lesions):
    parts = [name for name in lesions.columns if name.startswith("pct_")]
    read = lesions.dropna()
    assert (read[parts].sum(axis=1) == 100).all()
    assert lesions[parts].isna().any(axis=1).equals(lesions[parts].isna().all(axis=1))
    assert (read[parts] % 5 == 0).all(axis=None)
    assert not lesions.duplicated(["PatNo", "lesion", "block"]).any()
    assert lesions["block"].between(1, 3).all()
    counted = lesions.groupby("PatNo")["lesion"].nunique()
    assert counted.max() == 4
    assert (counted <= cohort["n_mets"].reindex(counted.index).fillna(99)).all()
    absent = ~cohort.index.isin(lesions["PatNo"])
    assert 10 <= absent.sum() <= 40
    assert len(lesions) - len(read) >= 40


def test_growth_pattern_shares(patients, assessable):
    assert 0.04 <= 1 - len(assessable) / len(patients) <= 0.08
    by_arm = assessable.groupby("preop_chemo")
    assert by_arm["pure"].mean()[0] == pytest.approx(0.19, abs=0.03)
    assert by_arm["pure"].mean()[1] == pytest.approx(0.30, abs=0.03)
    assert by_arm["pct_desmoplastic"].mean()[0] == pytest.approx(43, abs=8)
    assert by_arm["pct_desmoplastic"].mean()[1] == pytest.approx(67, abs=8)
    assert 0.4 <= patients["preop_chemo"].mean() <= 0.6


def test_growth_pattern_and_margin_and_site(assessable):
    replacement = assessable["pct_replacement"] > 50
    positive = (assessable["margin_mm"] == 0)[assessable["margin_mm"].notna()]
    assert positive[assessable["pure"]].mean() < 0.6 * positive[~assessable["pure"]].mean()
    site = assessable["recurrence_site"].dropna()
    assert (site == 3)[replacement].mean() > 1.3 * (site == 3)[~replacement].mean()
    assert (site == 1)[assessable["pure"]].mean() > 1.2 * (site == 1)[~assessable["pure"]].mean()


def test_pure_desmoplastic_growth_is_favourable_more_so_without_chemotherapy(
    assessable,
):
    ratios = {}
    for arm, group in assessable.groupby("preop_chemo"):
        ratios[arm] = [
            derive_rates_ratio(group[time], group[event], group["pure"])
            for time, event in (("os", "dead"), ("rfs", "failed"))
        ]
    naive, pretreated = ratios[0], ratios[1]
    assert naive[0] == pytest.approx(0.40, abs=0.08)
    assert pretreated[0] == pytest.approx(0.70, abs=0.10)
    assert naive[1] < 0.65
    assert 0.5 < pretreated[1] < 0.9
    assert naive[1] < pretreated[1]


# survival


def test_overall_and_recurrence_free_survival(patients):
    assert estimate_survival(patients["os"], patients["dead"], 60) == pytest.approx(0.45, abs=0.03)
    assert estimate_median(patients["rfs"], patients["failed"]) == pytest.approx(20, abs=3)


def test_recurrence_hazard_falls(patients):
    recurred = patients["dt_recurrence"].notna()
    rate = {}
    for low, high in ((0, 24), (24, 60), (60, 240)):
        events = (recurred & (patients["rfs"] > low) & (patients["rfs"] <= high)).sum()
        rate[low] = events / (patients["rfs"].clip(low, high) - low).sum()
    assert rate[24] < 0.6 * rate[0]
    assert rate[60] < rate[24]


def test_follow_up(patients):
    alive = patients[~patients["dead"]]
    assert 60 <= alive["os"].median() <= 90


def test_fong_score(patients):
    known = patients["fong"].dropna()
    percent = known.value_counts(normalize=True).reindex(range(6), fill_value=0) * 100
    assert np.abs(percent - [7, 25, 38, 26, 3, 1]).max() <= 4
    groups = pd.cut(known, [-1, 1, 2, 5], labels=["0-1", "2", "3-5"])
    survival = [
        estimate_survival(group["os"], group["dead"], 60)
        for _, group in patients.loc[known.index].groupby(groups, observed=True)
    ]
    assert survival[0] > survival[1] + 0.03 and survival[1] > survival[2] + 0.05


@pytest.mark.parametrize(
    ("column", "limit", "low", "high"),
    [
        ("pN", 0, 1.2, 2.0),
        ("n_mets", 1, 1.2, 2.0),
        ("max_size_mm", 50, 1.15, 2.2),
        ("CEA_ug_L", 200, 1.1, 2.5),
        ("extrahepatic", 0, 1.4, 2.6),
        ("grade", 2, 1.3, 2.5),
    ],
)
def test_prognostic_factors(patients, column, limit, low, high):
    known = patients.dropna(subset=[column])
    assert low <= derive_rates_ratio(known["os"], known["dead"], known[column] > limit) <= high


def test_positive_margin_and_ras(patients):
    margin = patients.dropna(subset=["margin_mm"])
    assert 1.3 <= derive_rates_ratio(margin["os"], margin["dead"], margin["margin_mm"] == 0) <= 2.5
    tested = patients[patients["RAS"] != ""]
    assert 1.1 <= derive_rates_ratio(tested["os"], tested["dead"], tested["RAS"] == "mut") <= 2.0


def test_centres_differ_mildly(patients):
    rates = patients.groupby("Centre")["dead"].sum() / patients.groupby("Centre")["os"].sum()
    assert 1.0 < rates["C"] / rates["A"] < 1.7
