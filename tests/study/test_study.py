"""The miniature study, run for real: against R, twice the same, and rerun no more than needed."""

import json
import os
import re
import shutil
from pathlib import Path

import accessibility
import numpy as np
import pandas as pd
import pytest
import yaml
from crlm.display import combine
from inside import run_study
from running import ROOT, copy_study, run_snakemake

EXPECTED = json.loads((Path(__file__).parent / "expected.json").read_text())


def read(study, name):
    return pd.read_csv(
        study / "results" / name,
        dtype={"level": str, "group": str},
        keep_default_na=False,
        na_values=[""],
    )


def model(study, endpoint, name):
    table = read(study, f"cox/{endpoint}.csv")
    table = table[
        table["model"].eq(name) & (table["level"].isna() | table["level"].ne(table["reference"]))
    ]
    return table.set_index("variable")


def close(found, expected):
    np.testing.assert_allclose(np.asarray(found, float), np.asarray(expected, float), rtol=1e-6)


@pytest.mark.parametrize("endpoint", ["efs", "lifetime"])
def test_median_survival_equals_r(miniature, endpoint):
    row = read(miniature, f"kaplan_meier/{endpoint}_summary.csv").iloc[0]
    expected = [np.nan if value == "NA" else value for value in EXPECTED[endpoint]]
    close(row[["patients", "events", "median", "median_lower", "median_upper"]], expected)


def test_landmarks_equal_r(miniature):
    table = read(miniature, "kaplan_meier/efs_landmarks.csv").query("grouping == 'overall'")
    assert list(table["time"]) == [6, 24]
    close(table["survival"], EXPECTED["landmarks"])


def test_log_rank_equals_r(miniature):
    row = (
        read(miniature, "kaplan_meier/efs_tests.csv")
        .query("grouping == 'six' and test == 'log-rank'")
        .iloc[0]
    )
    close([row["statistic"], row["df"]], [EXPECTED["stage"]["statistic"], EXPECTED["stage"]["df"]])


@pytest.mark.parametrize(
    ("endpoint", "name", "expected", "order"),
    [
        ("efs", "adjusted", "adjusted", ["age", "size_max_cm", "marker", "sex"]),
        ("efs", "late", "late", ["aftercare", "age"]),
        ("lifetime", "clustered", "clustered", ["age", "burden"]),
        ("efs", "univariable", "age", ["age"]),
        ("efs", "univariable", "bulk", ["tumour_burden_score"]),
    ],
)
def test_cox_models_equal_r(miniature, endpoint, name, expected, order):
    table, expected = model(miniature, endpoint, name), EXPECTED[expected]
    close(table.loc[order, "coef"], np.atleast_1d(expected["coef"]))
    close(table.loc[order, "se"], np.atleast_1d(expected["se"]))
    if "n" in expected:
        fits = read(miniature, f"cox/{endpoint}_models.csv").query("model == @name")
        fits = fits[fits["variable"].isna() | fits["variable"].isin(order)].iloc[0]
        assert [fits["patients"], fits["events"]] == [expected["n"], expected["events"]]


def test_proportional_hazards_equal_r(miniature):
    table = read(miniature, "cox/efs_ph.csv").query("model == 'adjusted'").set_index("term")
    close(
        table.loc[["age", "size_max_cm", "marker", "sex", "GLOBAL"], "statistic"], EXPECTED["zph"]
    )


def test_restricted_means_equal_r(miniature):
    table = read(miniature, "restricted_mean/efs.csv").query("grouping == 'six' and horizon == 24")
    close(table[["rmst", "se"]], EXPECTED["restricted_mean"])
    close(table["difference"].iloc[1:], table["rmst"].iloc[1:] - EXPECTED["restricted_mean"][0][0])
    assert set(table["reference"]) == {"1"}


def test_conditional_survival_is_the_ratio_of_two_points_of_the_curve(miniature):
    """Of those at risk at 6 months, for 12 further ones; after the landmark of `care` both count from there."""
    found = read(miniature, "conditional_survival/survival.csv")
    found = found[(found["given"] == "lifetime") & (found["given_months"] == 6)]
    curves = read(miniature, "kaplan_meier/lifetime.csv")
    for row in found[found["survival"].notna()].itertuples():
        curve = curves[(curves["grouping"] == row.grouping) & (curves["group"] == row.group)]
        before, after = (curve[curve["time"] <= month]["survival"].iloc[-1] for month in (6, 18))
        close(row.survival, after / before)
    assert set(found["grouping"]) == {"six", "care"} and found["survival"].notna().sum() > 5


def test_a_cut_and_the_number_itself_equal_r(miniature):
    table = read(miniature, "cutoffs/efs.csv").query(
        "variable == 'marker' and analysis == 'stratified'"
    )
    row = table[table["cut"] >= 50].iloc[0]
    close([row["coef"], row["se"]], [EXPECTED["marker_from_50"][key] for key in ("coef", "se")])
    tests = read(miniature, "cutoffs/efs_tests.csv").query("variable == 'marker'")
    row = tests.set_index("analysis").loc["stratified"]
    close([row["hazard_ratio"], row["p_linear"]], list(EXPECTED["marker_linear"].values()))


def test_cuts_of_a_share_are_in_per_cent_and_marked(miniature):
    table = read(miniature, "cutoffs/lifetime.csv").query("variable == 'hgp_desmoplastic'")
    assert set(table["analysis"]) == {"unstratified"}
    marked = table[table["source"].notna()]
    assert {33, 50, 66, 75, 95, 100} == set(marked["cut"])
    assert marked["evidence"].notna().all()
    text = (miniature / "results/report.html").read_text()
    assert "Lesions were not recorded singly" in text
    assert not (miniature / "results/discordance").exists()


def test_added_value_equals_r(miniature):
    table, expected = read(miniature, "added_value/efs.csv"), EXPECTED["added"]
    table = table[table["addition"] == "marker"].set_index("measure")
    test, c = table.loc["lr_test"], table.loc["harrell_c"]
    close(test[["patients", "events"]], [expected["n"], expected["events"]])
    close(test[["statistic", "p_value"]], [expected["statistic"], expected["p"]])
    close(c[["base", "extended"]], expected["concordance"])
    cells = read(miniature, "added_value/efs_reclassification.csv")
    assert set(cells["base_from"].dropna()) <= {0.3, 0.6}
    flows = read(miniature, "performance/efs_reclassification.csv")
    assert set(flows["comparison"]) == {"burden_group_crossed_stage"}
    assert flows.groupby("step")["to"].first().tolist() == ["crossed", "stage"]


def test_level_without_event_is_named_and_has_no_hazard_ratio(miniature):
    table = read(miniature, "cox/lifetime.csv").query(
        "model == 'univariable' and variable == 'stage' and level == '1'"
    )
    assert table["hazard_ratio"].isna().all()
    assert "not estimable" in table["note"].iloc[0]
    findings = read(miniature, "private/data_quality.csv")
    assert "level_without_event" in set(findings["rule"])


def test_scores_have_bounds_where_a_component_is_missing(miniature):
    scores = read(miniature, "private/scores.csv").query("score == 'burden'")
    assert scores["value"].notna().sum() == EXPECTED["groups"]["known"]
    known = scores[scores["value"].notna()]
    assert (known["group"] == "light").sum() == EXPECTED["groups"]["light"]
    unknown = scores[scores["value"].isna()]
    assert len(unknown) > 0
    assert (unknown["lower"] < unknown["upper"]).all()
    assert unknown["missing"].str.contains("Size|Low albumin").all()
    both = unknown["group"].notna()
    assert (unknown.loc[both, "upper"].le(1) | unknown.loc[both, "lower"].ge(2)).all()


def test_a_formula_is_a_variable_like_any_other(miniature):
    cohort = pd.read_parquet(miniature / "results/private/cohort.parquet")
    size, number = cohort["size_max_cm"], cohort["n_crlm"]
    known = size.notna() & number.notna()
    assert 0 < known.sum() < len(cohort)
    value = cohort["tumour_burden_score"]
    assert (value.notna() == known).all()
    np.testing.assert_allclose(value[known], np.sqrt(size**2 + number**2)[known])
    # with one of the two unknown the burden is at least the other: more than nine metastases are the last group
    group = cohort["grouping_bulk"].astype(object).where(cohort["grouping_bulk"].notna(), "")
    wanted = np.select([value < 3, value < 9, value >= 9], ["below_3", "3_to_9", "from_9"], "")
    certain = ~known & (np.fmax(size, number) >= 9)
    assert (group == np.where(certain, "from_9", wanted)).all()
    page = (miniature / "results/report.html").read_text(encoding="utf-8")
    assert "Tumor Burden Score [secondary]" in page
    assert "computed from Largest metastasis and Number of metastases" in page


def test_attrition_is_a_recount_of_the_export(miniature):
    raw = pd.read_csv(miniature / "data/klinik.csv", sep=";", encoding="cp1252")
    steps = read(miniature, "attrition.csv").set_index("step")
    old = raw["Alter"] > 82
    assert steps.loc["very_old", "excluded"] == old.sum()
    assert steps.loc["withdrawn", "excluded"] == (raw.loc[~old, "Fall"] == "F003").sum()
    assert steps.loc["analysed", "remaining"] == (~old & (raw["Fall"] != "F003")).sum()


def test_every_table_stands_in_the_report_in_the_order_of_its_number(miniature):
    page = (miniature / "results/report.html").read_text(encoding="utf-8")
    found = re.findall(r"<b>Table (S?)(\d+)[a-z]*\.</b>", page)
    for letter in ("", "S"):
        numbers = list(dict.fromkeys(int(number) for before, number in found if before == letter))
        assert numbers == list(range(1, len(numbers) + 1))
    files = list((miniature / "results/tables").glob("*.csv"))
    assert len(files) == len(set(found))


@pytest.mark.skipif(bool(accessibility.tell_missing()), reason=accessibility.tell_missing())
def test_the_report_has_no_serious_fault_of_accessibility(miniature):
    page = (miniature / "results/report.html").read_text(encoding="utf-8")
    faults = accessibility.find_faults(page)
    assert [fault for fault in faults if fault[0] in accessibility.GRAVE] == []


def test_every_figure_and_table_says_synthetic(miniature):
    page = (miniature / "results/report.html").read_text()
    assert "synthetic" in page.lower()
    assert "<study>" not in page
    assert "&lt;study&gt;" in page


def test_contract_of_the_result_files(miniature):
    contract = {
        "attrition.csv": "step excluded remaining",
        "private/data_quality.csv": "severity patient_id column value rule message",
        "private/scores.csv": "patient_id score value lower upper group missing",
        "kaplan_meier/efs.csv": "grouping group time survival lower upper at_risk events censored",
        "kaplan_meier/efs_summary.csv": "grouping group patients events median median_lower median_upper",
        "kaplan_meier/efs_landmarks.csv": "grouping group time survival lower upper at_risk",
        "kaplan_meier/efs_tests.csv": "grouping test statistic df p_value p_adjusted",
        "kaplan_meier/efs_ratios.csv": "grouping model variable level reference patients events hazard_ratio lower upper p_value ph_p_value",
        "cox/efs.csv": "model variable level reference patients events coef se hazard_ratio lower upper p_value",
        "cox/efs_ph.csv": "model term statistic df p_value",
    }
    for name, columns in contract.items():
        assert set(columns.split()) <= set(read(miniature, name).columns), name
    cohort = pd.read_parquet(miniature / "results/private/cohort.parquet")
    assert {"patient_id", "efs_months", "efs_event", "efs_reason", "burden", "grouping_six"} <= set(
        cohort
    )


def test_determinate_patients_of_a_score_are_its_univariable_model(miniature):
    for endpoint in ("efs", "lifetime"):
        table = read(miniature, f"missing_components/{endpoint}.csv").query("score == 'burden'")
        assert len(table) == 8
        ratios = table.query("measure == 'hazard_ratio'").set_index("analysis")
        expected = model(miniature, endpoint, "univariable").loc["burden"]
        for name, other in (("estimate", "hazard_ratio"), ("lower", "lower"), ("upper", "upper")):
            close(ratios.loc["determinate", name], expected[other])
        assert (table["missing"] > 0).all()
        assert table["estimate"].notna().all()
        assert {"size_max_cm", "albumin_g_l"} <= set(
            read(miniature, f"missing_components/{endpoint}_imputation.csv")["variable"]
        )


def jobs_to_run(repository, study):
    """The rules that a dry run would execute."""
    run = run_snakemake(repository, study, "--dry-run")
    assert run.returncode == 0, run.stderr
    text = run.stdout + run.stderr
    return set(re.findall(r"^(\w+) +\d+$", text, re.MULTILINE)) - {"all", "total"}


def test_nothing_to_do_after_a_run(repository, miniature):
    assert jobs_to_run(repository, miniature) == set()


@pytest.fixture
def edited(repository, miniature, tmp_path):
    """Edit a file of the workflow or of the study, say what would run, and put it back."""
    kept = []

    def edit(path, old, new):
        text = path.read_bytes()
        kept.append((path, text, path.stat()))
        assert old.encode("cp1252") in text
        path.write_bytes(text.replace(old.encode("cp1252"), new.encode("cp1252")))
        return jobs_to_run(repository, miniature)

    yield edit
    for path, text, before in kept:
        path.write_bytes(text)
        os.utime(
            path, ns=(before.st_atime_ns, before.st_mtime_ns)
        )  # as if it had never been touched


DOWNSTREAM = {"render_report"}


def test_library_edit_reruns_what_imports_it(repository, edited):
    found = edited(
        repository / "scripts/crlm/analyses/description/figure_flow.py", "import ", "import  "
    )
    assert found == {
        "describe_cohort",
        "combine_figures",
        "render_report",
    }  # a panel has one of its figures


def test_edit_of_a_shared_module_reruns_all_that_import_it(repository, edited):
    found = edited(repository / "scripts/crlm/survival/cox_maximum.py", "import ", "import  ")
    assert {"fit_cox", "plot_cox", "estimate_kaplan_meier"} | DOWNSTREAM <= found
    others = {"estimate_conditional_survival", "estimate_restricted_mean"}
    assert not found & ({"ingest_cohort", "build_cohort"} | others)


def test_edit_of_a_landmark_reruns_the_estimates(miniature, edited):
    found = edited(
        miniature / "config/config.yaml", "landmarks_months: [6, 24]", "landmarks_months: [6, 30]"
    )
    assert "estimate_kaplan_meier" in found
    assert not found & {"fit_cox", "build_cohort", "describe_cohort"}


def test_edit_of_a_model_leaves_kaplan_meier_alone(miniature, edited):
    found = edited(
        miniature / "config/config.yaml", "variables: [age, burden]", "variables: [age, n_crlm]"
    )
    assert "fit_cox" in found
    assert not found & {"estimate_kaplan_meier", "plot_kaplan_meier", "build_cohort"}


def test_edit_of_the_imputations_reruns_only_their_branch(miniature, edited):
    found = edited(
        miniature / "config/config.yaml",
        "output:",
        "missing_components: {imputations: 5}\n\noutput:",
    )
    assert found == {"assess_missing_components"} | DOWNSTREAM


def test_edit_of_an_addition_reruns_only_added_value(miniature, edited):
    found = edited(miniature / "config/config.yaml", "adds: marker", "adds: n_crlm")
    assert "assess_added_value" in found
    assert not found & {"fit_cox", "assess_performance", "plot_performance"}


def test_edit_of_the_data_reruns_everything(miniature, edited):
    found = edited(miniature / "data/klinik.csv", "F001;Süd", "F001;Nord")
    assert {
        "ingest_cohort",
        "build_cohort",
        "fit_cox",
        "plot_kaplan_meier",
    } | DOWNSTREAM <= found


def test_edit_of_a_published_curve_leaves_the_cohort_alone(miniature, edited):
    found = edited(miniature / "config/published/trial.csv", "0;100,0", "0;99,9")
    assert found == {"read_digitised", "reconstruct_curves"} | DOWNSTREAM


def test_two_runs_give_the_same_bytes(miniature, tmp_path):
    """The second run is one of the same rules and scripts in this process, which hashes text otherwise."""
    again = copy_study(ROOT / "tests/study", tmp_path / "again")
    run_study(again)
    first, second = (
        {path.relative_to(study) for path in (study / "results").rglob("*") if path.is_file()}
        for study in (miniature, again)
    )
    first = {path for path in first if path.name != ".snakemake_timestamp"}
    assert first == second and len(first) > 40
    different = [
        str(path)
        for path in sorted(first)
        if path.suffix != ".parquet"
        and (miniature / path).read_bytes() != (again / path).read_bytes()
    ]
    assert different == []


def test_errors_in_the_data_stop_the_run_before_any_analysis(tmp_path):
    study = copy_study(ROOT / "tests/study", tmp_path / "broken")
    path = study / "data/klinik.csv"
    text = path.read_text(encoding="cp1252").splitlines()
    rows = [line.split(";") for line in text]
    rows[1][3] = "142"
    rows[2][10] = "0,9"
    rows[3][0] = rows[4][0]
    rows[5][14] = "2"
    path.write_text("\n".join(";".join(row) for row in rows), encoding="cp1252")
    run = run_snakemake(ROOT, study)
    assert run.returncode == 1
    for word in ("row 2", "Alter", "142", "add up to", "already stands in row", "Exitus"):
        assert word in run.stderr, word
    findings = read(study, "private/data_quality.csv")
    assert set(findings.loc[findings["severity"] == "error", "row"].dropna()) >= {2, 3, 5, 6}
    assert (study / "results/private/data_quality.xlsx").exists()
    assert not (study / "results/private/cohort.parquet").exists()
    assert not (study / "results/cox").exists() or not any((study / "results/cox").iterdir())


def test_mistakes_in_the_plan_are_shown_all_at_once(tmp_path):
    study = copy_study(ROOT / "tests/study", tmp_path / "misplanned")
    path = study / "config/config.yaml"
    text = path.read_text()
    text = text.replace("horizon_months: 60", "horizont_months: 60").replace(
        "zero_time: exclude", "zero_time: ignore"
    )
    path.write_text(text)
    run = run_snakemake(ROOT, study, "--dry-run")
    assert run.returncode == 1
    assert "Did you mean 'horizon_months'?" in run.stdout
    assert "zero_time" in run.stdout


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("study: {title: x\ncohort: {file: a.csv}\n", "line 2, column 7: expected ',' or '}'"),
        (
            "study:\n  title: Survival: a study\n",
            "line 2, column 18: mapping values are not allowed",
        ),
        ("study:\n\ttitle: x\n", "line 2, column 1: found character '\\t'"),
    ],
)
def test_a_slip_of_yaml_is_told_with_its_line(tmp_path, text, words):
    (tmp_path / "config").mkdir()
    (tmp_path / "config/config.yaml").write_text(text)
    run = run_snakemake(ROOT, tmp_path, "--dry-run")
    assert run.returncode == 1
    told = run.stdout + run.stderr
    assert "config/config.yaml: the analysis plan has 1 problem" in told and words in told


def test_edit_of_the_cuts_leaves_the_models_alone(miniature, edited):
    found = edited(
        miniature / "config/config.yaml", "search_percent: [20, 80]", "search_percent: [25, 75]"
    )
    assert found == {"assess_cutoffs"} | DOWNSTREAM


def make_manuscript(repository, study):
    """As `make manuscript` after a run."""
    target = ("--forcerun", "write_manuscript", "--", "results/manuscript/README.txt")
    run = run_snakemake(repository, study, *target)
    assert run.returncode == 0, run.stderr
    return (study / "results/manuscript/README.txt").read_text()


def test_the_manuscript_of_a_run_is_never_written_over_an_authors_words(
    miniature, repository, tmp_path
):
    from docx import Document

    study = tmp_path / "study"
    shutil.copytree(miniature, study, symlinks=True)
    (study / "manuscript").mkdir()
    own = Document()
    own.add_paragraph("Of {efs_patients_overall} patients; {efs_2y_burden_risk_lite} is no key.")
    own.save(study / "manuscript/own.docx")
    folder, note = study / "results/manuscript", make_manuscript(repository, study)
    for name in ("manuscript.docx", "checklists.docx", "references.ris", "references.bib"):
        assert (folder / name).stat().st_size and name in note
    assert "NOT FILLED: {efs_2y_burden_risk_lite}" in note and "efs_2y_burden_risk_light" in note
    patients = int(read(study, "kaplan_meier/efs_summary.csv")["patients"][0])
    control = Document(folder / "own_filled.docx").element.body.xpath(".//w:sdt//w:t")
    assert [node.text for node in control] == [str(patients)]
    first = (folder / "checklists.docx").read_bytes()
    edited = Document(folder / "manuscript.docx")
    edited.add_paragraph("My own words.")
    edited.save(folder / "manuscript.docx")
    mine = (folder / "manuscript.docx").read_bytes()
    assert "You edited manuscript.docx" in make_manuscript(repository, study)
    assert (folder / "manuscript.docx").read_bytes() == mine
    assert (folder / "checklists.docx").read_bytes() == first
    assert (folder / "manuscript_2.docx").exists()
    refilled = Document(folder / "manuscript_refilled.docx")
    assert refilled.paragraphs[-1].text == "My own words."


def test_a_figure_has_the_width_that_the_plan_names(miniature):
    plan = yaml.safe_load((miniature / "config/config.yaml").read_text("utf-8"))
    assert plan["output"]["widths"] == {"missingness_cohort": "single"}
    texts = {path.stem: path.read_text("utf-8") for path in miniature.glob("results/figures/*.svg")}
    widths = {name: combine.read_size(text)[0] for name, text in texts.items()}
    assert widths["missingness_cohort"] == pytest.approx(85 / 25.4)
    assert max(widths.values()) == pytest.approx(174 / 25.4)
