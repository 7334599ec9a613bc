"""What a run left behind: found by content, kept whole, and locks that end with their process."""

import errno
import json
import os
import subprocess
import sys

import pytest
from crlm.job import state


def test_the_hash_is_that_of_sha256sum(tmp_path):
    (tmp_path / "a").write_bytes(b"abc")
    known = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"  # FIPS 180-2
    assert state.hash_contents([tmp_path / "a", None, tmp_path / "b"]) == [known, None]


def test_content_counts_and_not_the_date(tmp_path):
    names = [tmp_path / name for name in ("same", "edited", "gone", "folder/inside")]
    (tmp_path / "folder").mkdir()
    for path in names:
        path.write_text("one")
    record = state.hash_files([*names[:3], tmp_path / "folder"])
    assert state.find_changed(record) == []
    os.utime(names[0], (0, 0))
    before = names[1].stat()
    names[1].write_text("two")
    os.utime(names[1], ns=(before.st_atime_ns, before.st_mtime_ns))
    names[2].unlink()
    assert state.find_changed(record) == [str(names[1]), str(names[2])]
    for beside in (".snakemake_timestamp", ".~lock.tables.xlsx#", "~$tables.xlsx"):
        (tmp_path / "folder" / beside).write_text("open in Excel")
    assert str(tmp_path / "folder") not in state.find_changed(record)
    (tmp_path / "folder/new").write_text("three")
    assert str(tmp_path / "folder") in state.find_changed(record)


@pytest.mark.parametrize("content", [b"", b"{", b"\0\0\0", b"[1]", b"\xff"])
def test_a_record_that_was_spoilt_counts_as_none(tmp_path, content):
    (tmp_path / "record.json").write_bytes(content)
    assert state.read_record(tmp_path / "record.json") == {}
    assert state.read_record(tmp_path / "nowhere.json") == {}


def test_a_record_is_written_whole_or_not_at_all(tmp_path, monkeypatch):
    path = tmp_path / "record.json"
    state.write_record(path, {"a": "1"})
    assert state.read_record(path) == {"a": "1"}

    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    state.write_record(path, {"a": "2"})
    assert list(tmp_path.iterdir()) == []


def test_files_left_blank_by_a_power_loss_are_found(tmp_path):
    for name, content in {"a": b"", "b": b"\0\0", "c": b"1", ".hidden": b""}.items():
        (tmp_path / name).write_bytes(content)
    assert state.find_blank(tmp_path) == [str(tmp_path / "a"), str(tmp_path / "b")]
    assert state.find_blank(tmp_path / "nowhere") == []


def test_remove_leaves_alone_what_a_link_leads_to(tmp_path):
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept/file").write_text("1")
    (tmp_path / "link").symlink_to(tmp_path / "kept")
    (tmp_path / "folder").mkdir()
    state.remove([tmp_path / "link", tmp_path / "folder", tmp_path / "nowhere"])
    assert {path.name for path in tmp_path.iterdir()} == {"kept"}
    assert (tmp_path / "kept/file").exists()


def test_a_lock_lasts_as_long_as_its_process(tmp_path):
    lock = tmp_path / "deep/run.lock"
    held = state.hold(lock)
    assert held is not None
    assert state.hold(lock) is None
    assert state.hold(lock, shared=True) is None
    held.close()
    code = "import sys; from crlm.job import state; f = state.hold(sys.argv[1], shared=True); print(f is not None, flush=True); input()"
    other = subprocess.Popen(
        [sys.executable, "-c", code, lock], stdin=-1, stdout=-1, text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )  # fmt: skip
    assert other.stdout.readline() == "True\n"
    shared = state.hold(lock, shared=True)
    assert shared is not None
    shared.close()
    assert state.hold(lock) is None
    other.kill()
    other.communicate()
    last = state.hold(lock)
    assert last is not None
    last.close()


PAGE = """<script id="results">
    var results = {"a": "Age </script><!-- <script>", "input": ["/home/me/my cache/tmp1/workflow/rules/../../scripts/crlm/__init__.py", "data/c.csv", "/x/workflow/rules/../report/report.css"]};
    </script>
<p>a < b</p>
"""


def test_no_text_of_the_plan_ends_a_script_of_snakemakes_report():
    page = state.mend_report(PAGE)
    assert page.count("<script") == page.count("</script>") == 1
    assert "<p>a < b</p>" in page
    line = page.splitlines()[1].removeprefix("    var results = ").removesuffix(";")
    assert json.loads(line) == {
        "a": "Age </script><!-- <script>",
        "input": ["scripts/crlm/__init__.py", "data/c.csv", "report/report.css"],
    }


def test_the_report_is_named_only_where_it_was_made(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    report = "results/report.html"
    said = state.name_what_was_made(report, ["results/cohort.parquet", report], [])
    assert said == f"Done. Open {tmp_path}/results/report.html"
    targets = {"results/cox/os.csv", "results/attrition.csv"}
    said = state.name_what_was_made(report, ["results/cox/os.csv"], targets)
    assert (
        said.startswith("Done: results/attrition.csv, results/cox/os.csv.") and "Open" not in said
    )


@pytest.mark.parametrize(
    ("number", "words"),
    [(errno.ENOSPC, "the disk is full; make room"), (errno.EACCES, "permissions")],
)
def test_a_file_that_cannot_be_written_stays_as_it_was_and_it_is_said(
    tmp_path, monkeypatch, number, words
):
    path = tmp_path / "frozen.yaml"
    state.write_whole(path, b"first")

    def fail(new, content):
        with open(new, "wb") as file:
            file.write(content[:2])
        raise OSError(number, "no")

    monkeypatch.setattr(state.Path, "write_bytes", fail)
    with pytest.raises(SystemExit, match=words):
        state.write_whole(path, b"second")
    assert path.read_bytes() == b"first"
    assert [each.name for each in tmp_path.iterdir()] == ["frozen.yaml"]


@pytest.mark.parametrize(
    ("content", "known"), [("{}", True), ('{"a": "b"}', True), ("", False), ("[]", False)]
)
def test_a_record_of_nothing_is_a_record(tmp_path, content, known):
    (tmp_path / "record").write_text(content)
    assert state.has_record(tmp_path / "record") == known
    assert not state.has_record(tmp_path / "none")


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_is_said_before_anything_is_begun(tmp_path, monkeypatch, number):
    assert state.find_obstacle([tmp_path / "a/b", tmp_path]) is None
    assert [each.name for each in tmp_path.rglob("*")] == ["a", "b"]

    def fail(path, content):
        raise OSError(number, "no room")

    monkeypatch.setattr(state.Path, "write_bytes", fail)
    assert state.find_obstacle([tmp_path]).startswith("The disk is full. Make room")


def test_a_place_in_which_nothing_can_be_written_is_named(tmp_path, monkeypatch):
    (tmp_path / "results").write_text("")
    said = state.find_obstacle([tmp_path / "results"])
    assert (
        said == f"{tmp_path}/results is a file where a folder must be. Move it away and run again."
    )

    def fail(path, content):
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    monkeypatch.setattr(state.Path, "write_bytes", fail)
    said = state.find_obstacle([tmp_path])
    assert said.startswith(f"Nothing can be written in {tmp_path} (Read-only file system).")


def test_a_number_of_the_system_is_explained(tmp_path):
    full = f"Error recording metadata ([Errno {errno.ENOSPC}] No space left on device)."
    assert state.explain(full, tmp_path) == state.FULL
    shut = state.explain(f"[Errno {errno.EROFS}] Read-only file system: 'x'", tmp_path)
    assert shut.startswith(f"Nothing can be written in {tmp_path} (Read-only file system).")
    assert state.explain(f"[Errno {errno.ENOENT}] No such file", tmp_path) is None
    assert state.explain("the plan has a problem", tmp_path) is None


def test_folders_in_which_nothing_is_left_go(tmp_path):
    for name in ("a/b/c", "d/e", "f"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "d/file").write_text("1")
    (tmp_path / "link").symlink_to(tmp_path / "d")
    state.remove_empty(tmp_path)
    assert sorted(each.name for each in tmp_path.rglob("*")) == ["d", "file", "link"]
