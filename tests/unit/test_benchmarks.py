"""What the benchmarks ask and print; the runs themselves are `make benchmark` and `make benchmark-scale`."""

import math
import re

import benchmark
import pytest
import scale_benchmark
import yaml

HEADER = "s\th:m:s\tmax_rss\tmax_vms\n"


def test_jobs_are_read_with_time_and_memory(tmp_path):
    (tmp_path / "benchmarks").mkdir()
    for name, line in (("fit_cox_os", "2.5\t0:00:02\t163.5\t9"), ("quick", "0.1\t0:00:00\tNA\t-")):
        (tmp_path / f"benchmarks/{name}.tsv").write_text(f"{HEADER}{line}\n")
    first, second = benchmark.read_jobs(tmp_path)
    assert first == (2.5, 163.5, "fit_cox_os")
    assert second[0] == 0.1 and math.isnan(second[1]) and second[2] == "quick"


def test_plan_and_r_script_analyse_the_same_columns_of_the_tcia_cohort(root, plan_of):
    text = (root / "tests/benchmark/tcia_peer.yaml").read_text(encoding="utf-8")
    plan_of(text)  # raises for a plan that would be refused
    raw = yaml.safe_load(text)
    columns = {
        name: (each["column"] if isinstance(each, dict) else each).lower()
        for name, each in raw["columns"].items()
    }
    script = (root / "tests/benchmark/peer.R").read_text(encoding="utf-8")
    named = {
        part: re.findall(
            r'"(\w+)"', re.search(rf"^{part} <- c\((.*?)\)", script, re.DOTALL | re.MULTILINE)[1]
        )
        for part in ("covariates", "groupings", "endpoints")
    }
    covariates = [columns[name] for name in raw["models"]["univariable"]["variables"]]
    assert sorted(named["covariates"]) == sorted(covariates)
    assert raw["models"]["full"]["variables"] == raw["models"]["univariable"]["variables"]
    groupings = [columns.get(each["variable"], "high_risk") for each in raw["groupings"].values()]
    assert sorted(named["groupings"]) == sorted(groupings)
    assert named["endpoints"] == list(raw["endpoints"])


def test_what_could_not_be_run_is_said(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(benchmark, "find_tcia", lambda: None)
    benchmark.report_peer(tmp_path)
    assert (
        "not run: the file of the cohort is not in studies/tcia_crlm/data"
        in capsys.readouterr().out
    )
    monkeypatch.setattr(benchmark, "find_tcia", lambda: tmp_path / "cohort.csv")
    monkeypatch.setattr(benchmark, "make_tcia", lambda file, study: study)
    monkeypatch.setattr(benchmark, "measure", lambda study: 30.0)
    monkeypatch.setattr(benchmark.shutil, "which", lambda name: None)
    benchmark.report_peer(tmp_path)
    out = capsys.readouterr().out
    assert "30.0 s  this workflow" in out
    assert "the R script was not run, so there is no ratio: Rscript is not installed" in out
    monkeypatch.setattr(benchmark, "find_missing", lambda: "")
    monkeypatch.setattr(benchmark, "measure_peer", lambda file, folder: (24.0, ["forests 1.0 s"]))
    benchmark.report_peer(tmp_path)
    assert "    1.25    this workflow / the R script, in this run" in capsys.readouterr().out


def test_the_reduced_plan_differs_from_the_demo_in_what_it_says(root, plan_of):
    raw = yaml.safe_load((root / "config/config.yaml").read_text(encoding="utf-8"))
    demo, reduced = plan_of(raw), plan_of(scale_benchmark.reduce_plan(raw, 8000))
    assert demo["resampling"]["resamples"] == 1000
    assert reduced["resampling"] == {**demo["resampling"], "resamples": 100}
    assert demo["missing_components"]["imputations"] == 20
    assert reduced["missing_components"] == {**demo["missing_components"], "imputations": 5}
    assert reduced["study"]["description"].startswith("8000 synthetic patients")
    kept = set(demo) - {"study", "resampling", "missing_components"}
    assert {key: demo[key] for key in kept} == {key: reduced[key] for key in kept}


@pytest.mark.parametrize(
    ("sizes", "seconds", "exponent"),
    [
        ((800, 8000), (2, 20), 1),
        ((800, 8000), (2, 200), 2),
        ((10, 40), (6, 6), 0),
        ((1, 4), (1, 2), 0.5),
    ],
)
def test_exponent_of_growth(sizes, seconds, exponent):
    assert scale_benchmark.find_exponent(sizes, seconds) == pytest.approx(exponent)


def test_table_of_growth():
    runs = {
        800: (10.0, {"fit": (2.0, 100.0), "plot": (3.0, float("nan"))}),
        8000: (40.0, {"fit": (20.0, 300.0), "plot": (3.0, 150.0), "new": (1.0, 90.0)}),
    }
    lines = [line.split() for line in scale_benchmark.build_table(runs)]
    assert lines == [
        ["800", "n", "MiB", "8000", "n", "MiB", "800-8000"],
        ["in", "all", "10.0", "s", "100", "40.0", "s", "300", "0.60"],
        ["fit", "2.0", "s", "100", "20.0", "s", "300", "1.00"],
        ["plot", "3.0", "s", "nan", "3.0", "s", "150", "0.00"],
        ["new", "1.0", "s", "90"],
    ]
