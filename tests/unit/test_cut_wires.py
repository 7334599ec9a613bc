"""Two groups have their hazard ratio from the plan to the figure and the sentence: by the rules and scripts as they are."""

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
  late: {variable: sex, landmark_months: 6}
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
            if name in ("summary", "landmarks", "tests", "ratios")
        }
        results = storage.read_results(tables, list(ENDPOINTS))
    return workflow.globals, makers, results, drawn


def is_text(item):
    return hasattr(item, "get_text") and hasattr(item, "get_fontsize")


def tell(row):
    return f"{row['hazard_ratio']:.2f} ({row['lower']:.2f}–{row['upper']:.2f})"


def test_each_endpoint_and_grouping_has_its_own_ratio(study):
    _, _, results, drawn = study
    said = []
    for name in ENDPOINTS:
        table = results["endpoints"][name]["ratios"].set_index("grouping")
        assert table.index.value_counts().to_dict() == {
            "sexes": 2,
            "halves": 2,
            "thirds": 3,
            "late": 2,
        }
        rows = table[table["level"] != table["reference"]]
        assert (rows.loc["halves", "hazard_ratio"] > 1) == (name == "zeta")
        assert rows["patients"]["late"] < rows["patients"]["sexes"]
        said += [tell(rows.loc[each]) for each in ("sexes", "halves", "late")]
    found = [" ".join("\n".join(texts).split()) for texts in drawn]
    found = [text for text in found if "Hazard ratio" in text]
    assert len(set(said)) == len(said) == len(found) == 6
    assert [sum(ratio in text for text in found) for ratio in said] == [1] * 6
    assert [sum(ratio in text for ratio in said) for text in found] == [1] * 6


def test_the_first_screen_tells_it(study):
    names, _, results, _ = study
    told = {each.figure: each.text for each in answer(names["PLAN"], results)}
    table = results["endpoints"]["zeta"]["ratios"].set_index("grouping")
    said = f"hazard ratio {tell(table.loc['halves'].iloc[1])} of ≥ 60 years against < 60 years; log-rank test"
    assert said in told["kaplan_meier_zeta_halves"]


def test_it_is_read_by_the_second_computation_and_the_report(study):
    _, makers, *_ = study
    files = [f"results/kaplan_meier/{name}_ratios.csv" for name in ENDPOINTS]
    for target in ("results/cross_check.csv", "results/report.html"):
        rule, wildcards = makers[target]
        given = {str(file) for file in rule.expand_input(wildcards)[0]}
        assert set(files) <= given, target
