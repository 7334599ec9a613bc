"""A number cut in two has its hazard ratio from the plan to the figure and the sentence: by the rules and scripts as they are."""

import contextlib
import io

import inside
import numpy as np
import pandas as pd
import pytest
from crlm.analyses.kaplan_meier.answers import answer
from crlm.display import style
from crlm.job import logs, storage

PLAN = """
study: {title: Wires, synthetic: true}
cohort: {file: data/rows.csv}
columns: {patient_id: nr, age: age, sex: sex, first_time: t1, first_seen: e1, second_time: t2, second_seen: e2}
variables:
  first_time: {label: First time, kind: duration, timing: follow_up}
  first_seen: {label: First seen, kind: binary, timing: follow_up}
  second_time: {label: Second time, kind: duration, timing: follow_up}
  second_seen: {label: Second seen, kind: binary, timing: follow_up}
endpoints:
  zeta:
    label: Zeta survival
    events: {first: {duration: first_time, flag: first_seen}}
    censoring: {last: {duration: first_time}}
    landmarks_months: [6]
  alpha:
    label: Alpha survival
    events: {second: {duration: second_time, flag: second_seen}}
    censoring: {last: {duration: second_time}}
    landmarks_months: [6]
groupings:
  sexes: {variable: sex}
  halves: {variable: age, cuts: [60]}
  thirds: {variable: age, cuts: [50, 70]}
main: {grouping: halves, endpoint: zeta}
models: {univariable: {variables: [age, sex]}}
output: {formats: [svg]}
"""
ENDPOINTS = ("zeta", "alpha")
FIGURE = "results/figures/kaplan_meier_{}_{}.svg"


def make_rows():
    """60 patients: the old have the first event sooner, the second later."""
    random = np.random.default_rng(5)
    age = random.integers(40, 85, 60)
    old = age >= 60
    data = {"nr": [f"W{n}" for n in range(60)], "age": age, "sex": np.tile(["male", "female"], 30)}
    for name, scales in (("1", (40, 12)), ("2", (12, 40))):
        months = random.exponential(np.where(old, scales[1], scales[0])).round(1) + 0.5
        data[f"t{name}"], data[f"e{name}"] = np.minimum(months, 60), (months < 60).astype(int)
    return pd.DataFrame(data)


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    """(names of the workflow, jobs by file, results by endpoint, texts of the figures drawn)."""
    folder = tmp_path_factory.mktemp("cuts")
    (folder / "config").mkdir()
    (folder / "data").mkdir()
    (folder / "config/config.yaml").write_text(PLAN)
    make_rows().to_csv(folder / "data/rows.csv", index=False)
    drawn = []

    def keep(figure, files, small_cells=None):
        drawn.append([text.get_text() for text in figure.findobj(match=is_text)])
        open(str(files if isinstance(files, str) else files[0]), "w").close()

    with (
        inside.keep_reading(),
        contextlib.redirect_stderr(io.StringIO()),
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setattr(logs, "to_file", lambda path: None)
        patch.setattr(style, "save_all", keep)
        workflow = inside.read_workflow(folder)
        patch.chdir(folder)
        makers = inside.list_jobs(workflow, ENDPOINTS)
        for job in inside.order_jobs(makers, FIGURE.format("zeta", "halves")):
            inside.run_job(*job)
        tables = {
            name: [pattern.format(endpoint=each) for each in ENDPOINTS]
            for name, pattern in workflow.globals["ENDPOINT_RESULTS"].items()
            if name in ("summary", "landmarks", "tests", "ratios", "cox", "ph")
        }
        results = storage.read_results(tables, list(ENDPOINTS))
    return workflow.globals, makers, results, drawn


def is_text(item):
    return hasattr(item, "get_text") and hasattr(item, "get_fontsize")


def test_it_is_drawn_with_the_groups_of_a_model(study):
    _, makers, *_ = study
    rules = {name: makers[FIGURE.format("zeta", name)][0].name for name in ("sexes", "halves", "thirds")}  # fmt: skip
    assert rules == dict.fromkeys(("sexes", "halves"), "plot_two_groups") | {"thirds": "plot_kaplan_meier"}  # fmt: skip


def test_each_endpoint_has_its_own_ratio(study):
    _, _, results, drawn = study
    said = []
    for name in ENDPOINTS:
        table = results["endpoints"][name]["ratios"]
        assert table["grouping"].tolist() == ["halves"] * 2
        row = table.iloc[1]
        assert (row["hazard_ratio"] > 1) == (name == "zeta")
        said.append(f"{row['hazard_ratio']:.2f} ({row['lower']:.2f}–{row['upper']:.2f})")
        assert not results["endpoints"][name]["cox"]["variable"].str.startswith("grouping_").any()
    found = ["\n".join(texts) for texts in drawn]
    halves = [text for text in found if "≥ 60 years" in text]
    assert len(halves) == 2 and len(found) == 4
    for ratio, text in zip(said, halves, strict=True):
        assert ratio in " ".join(text.split())


def test_the_first_screen_tells_it(study):
    names, _, results, _ = study
    told = {each.figure: each.text for each in answer(names["PLAN"], results)}
    row = results["endpoints"]["zeta"]["ratios"].iloc[1]
    said = f"hazard ratio {row['hazard_ratio']:.2f} ({row['lower']:.2f}–{row['upper']:.2f}) of ≥ 60 years against < 60 years; log-rank test"
    assert said in told["kaplan_meier_zeta_halves"]


def test_it_is_read_by_the_second_computation_and_the_report(study):
    _, makers, *_ = study
    files = [f"results/kaplan_meier/{name}_ratios.csv" for name in ENDPOINTS]
    for target in ("results/cross_check.csv", "results/report.html"):
        rule, wildcards = makers[target]
        given = {str(file) for file in rule.expand_input(wildcards)[0]}
        assert set(files) <= given, target
