"""What `make share` packs."""

import csv
import hashlib
import io
import zipfile

import pytest
from crlm.report import share


@pytest.fixture
def study(tmp_path):
    files = {
        "config/config.yaml": "output: {privacy: {small_cells: 5}}\n",
        "results/report.html": "<p>report</p>",
        "results/private/scores.csv": "patient_id\nP1\n",
        "results/private/cohort.parquet": "P1",
        "results/practice/data/cohort.csv": "patient_id\nP1\n",
        "results/manuscript/manuscript.docx": "what an author wrote of P1",
        "results/calculator.html": "<p>made before small cells were hidden</p>",
        "results/kaplan_meier/os_summary.csv": "grouping,group,patients,median\nsex,'=m,30,12\nsex,f,3,9\n",
        "results/cox/os_schoenfeld.csv": "model,time,residual\na,1.23,0.4\n",
        "results/tables/.snakemake_timestamp": "",
        "results/tables/a.csv": "table,n\nA,12\n",
        "results/share.zip": "old",
    }
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(content)
    return tmp_path


def unpack(study):
    with zipfile.ZipFile(study / "results/share.zip") as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_nothing_private_is_packed_and_hashes_are_those_of_the_files(study, capsys):
    share.main(study)
    packed = unpack(study)
    manifest = packed.pop("MANIFEST.sha256").decode().splitlines()
    assert dict(line.split("  ")[::-1] for line in manifest) == {
        name: hashlib.sha256(content).hexdigest() for name, content in packed.items()
    }
    assert set(packed) == {
        "results/report.html",
        "results/kaplan_meier/os_summary.csv",
        "results/tables/a.csv",
    }
    assert "3 files" in capsys.readouterr().out


def test_small_counts_are_hidden_in_the_packed_tables_only(study):
    share.main(study)
    content = unpack(study)["results/kaplan_meier/os_summary.csv"].decode()
    rows = list(csv.DictReader(io.StringIO(content)))
    assert [row["patients"] for row in rows] == ["withheld", "<5"]
    assert [row["group"] for row in rows] == ["'=m", "f"]
    assert rows[1]["median"] == ""
    assert "3,9" in (study / "results/kaplan_meier/os_summary.csv").read_text()


def test_without_privacy_files_are_packed_as_they_are_and_it_is_said(study, capsys):
    (study / "config/config.yaml").write_text("study: {title: T}\n")
    share.main(study)
    packed = unpack(study)
    assert "results/cox/os_schoenfeld.csv" in packed
    summary = "kaplan_meier/os_summary.csv"
    assert packed[f"results/{summary}"] == (study / "results" / summary).read_bytes()
    assert "small counts are NOT hidden" in capsys.readouterr().out


def test_the_same_results_give_the_same_bytes(study):
    share.main(study)
    first = (study / "results/share.zip").read_bytes()
    (study / "results/report.html").touch()
    share.main(study)
    assert (study / "results/share.zip").read_bytes() == first
