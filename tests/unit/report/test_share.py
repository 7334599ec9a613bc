"""What `make share` packs."""

import csv
import hashlib
import io
import json
import zipfile

import pytest
from crlm.report import share

MADE = [
    *("results/report.html", "results/calculator.html", "results/tables"),
    *("results/kaplan_meier/os_summary.csv", "results/cox/os_schoenfeld.csv"),
]


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
        share.RECORD: json.dumps(dict.fromkeys(MADE, "hash")),
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


def test_every_entry_has_one_date_and_may_be_read_by_all(study):
    share.main(study)
    with zipfile.ZipFile(study / "results/share.zip") as archive:
        assert archive.namelist()[-1] == "MANIFEST.sha256" and archive.testzip() is None
        for entry in archive.infolist():
            assert entry.date_time == (1980, 1, 1, 0, 0, 0)
            assert entry.external_attr == 0o644 << 16
            assert entry.compress_type == zipfile.ZIP_DEFLATED


def test_manifest_is_as_sha256sum_reads_it():
    packed = share.pack({"a b.csv": b"1\n", "c/d.csv": b"2\n"})
    first, second = (hashlib.sha256(content).hexdigest() for content in (b"1\n", b"2\n"))
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        manifest = archive.read("MANIFEST.sha256").decode()
        assert manifest == f"{first}  results/a b.csv\n{second}  results/c/d.csv\n"
        assert archive.read("results/c/d.csv") == b"2\n"


@pytest.mark.parametrize(
    ("plan", "said"),
    [
        ("output: {privacy: {small_cells: 7}}", "counts below 7 are hidden"),
        ("output: {privacy: }", "small counts are NOT hidden (output: privacy: {small_cells: 5})"),
        ("output:", "small counts are NOT hidden (output: privacy: {small_cells: 5})"),
    ],
)
def test_what_was_packed_is_said(study, capsys, plan, said):
    (study / "config/config.yaml").write_text(
        f"{plan}\nstudy: {{title: Größe}}\n", encoding="utf-8"
    )
    share.main(str(study))
    count = len(unpack(study)) - 1
    where = study / "results/share.zip"
    words = f"{count} files are in {where}; {said}. Single patients are in none of them.\n"
    assert capsys.readouterr().out == words


def test_what_is_collected(study):
    """No hidden file, no lock of Word, no earlier archive; tables as printed and what is no table are not masked again."""
    results = study / "results"
    for name in (".git/x.csv", "tables/~$a.docx", "tables/b.docx", "kaplan_meier/share.zip"):
        (results / name).parent.mkdir(parents=True, exist_ok=True)
        (results / name).write_text("table,patients\nA,3\n")
    (results / "tables/a.csv").write_text("group,patients\nA,3\nB,30\n")
    (results / "numbers.txt").write_text("group,patients\nA,3\nB,30\n")
    plain = share.collect_files(results)
    assert list(plain) == [
        *("calculator.html", "cox/os_schoenfeld.csv", "kaplan_meier/os_summary.csv"),
        *("kaplan_meier/share.zip", "numbers.txt", "report.html", "tables/a.csv", "tables/b.docx"),
    ]
    assert all(content == (results / name).read_bytes() for name, content in plain.items())
    masked = share.collect_files(results, 5)
    assert list(masked) == [
        *("kaplan_meier/os_summary.csv", "kaplan_meier/share.zip", "numbers.txt"),
        *("report.html", "tables/a.csv", "tables/b.docx"),
    ]
    changed = {name for name, content in masked.items() if content != plain[name]}
    assert changed == {"kaplan_meier/os_summary.csv"}


def test_a_file_that_no_run_made_is_left_out_and_named(study, capsys):
    """A report kept from before small cells were hidden, a table put there by hand."""
    share.main(study)
    before = unpack(study)
    capsys.readouterr()
    for name in ("report old.html", "kaplan_meier/patients.csv", "tables.csv"):
        (study / "results" / name).write_text("patient_id\nP1\n")
    share.main(study)
    assert unpack(study) == before
    told = (
        "Left out, since no run made them: kaplan_meier/patients.csv, report old.html, tables.csv\n"
    )
    assert capsys.readouterr().out.endswith(told)


@pytest.mark.parametrize("record", ["", "{}", None])
def test_nothing_is_packed_where_nobody_knows_what_a_run_made(study, record):
    (study / share.RECORD).unlink()
    if record is not None:
        (study / share.RECORD).write_text(record)
    with pytest.raises(SystemExit, match=r"Nothing was packed.*make clean"):
        share.main(study)
    assert not (study / "results/share.zip").exists()
