"""A document that an author wrote in is never overwritten, whatever happened to the record."""

import shutil

import pytest
from crlm.job import kept, state


@pytest.fixture
def place(tmp_path):
    return tmp_path / "results/manuscript", tmp_path / ".snakemake/crlm/manuscript.json"


def read(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_what_nobody_edited_is_written_anew(place):
    folder, record = place
    kept.write_beside(folder, {"a.docx": b"1", "b.ris": b"2"}, record)
    written = kept.write_beside(folder, {"a.docx": b"3", "b.ris": b"4"}, record)
    assert read(folder) == {"a.docx": b"3", "b.ris": b"4"}
    assert {name: path.name for name, path in written.items()} == {
        "a.docx": "a.docx",
        "b.ris": "b.ris",
    }


def test_an_edited_file_stays_and_the_new_one_goes_beside(place):
    folder, record = place
    kept.write_beside(folder, {"a.docx": b"1"}, record)
    (folder / "a.docx").write_bytes(b"mine")
    assert [
        p.name for p in kept.list_edited(folder, ["a.docx", "none"], state.read_record(record))
    ] == ["a.docx"]
    for content in (b"2", b"3"):
        assert kept.write_beside(folder, {"a.docx": content}, record)["a.docx"].name == "a_2.docx"
        assert read(folder) == {"a.docx": b"mine", "a_2.docx": content}
    (folder / "a_2.docx").write_bytes(b"mine too")
    kept.write_beside(folder, {"a.docx": b"4"}, record)
    assert read(folder) == {"a.docx": b"mine", "a_2.docx": b"mine too", "a_3.docx": b"4"}


@pytest.mark.parametrize("spoil", ["remove", "cut"])
def test_without_the_record_everything_counts_as_edited(place, spoil):
    folder, record = place
    kept.write_beside(folder, {"a.docx": b"1"}, record)
    shutil.rmtree(record.parent) if spoil == "remove" else record.write_text("{")
    kept.write_beside(folder, {"a.docx": b"2"}, record)
    assert read(folder) == {"a.docx": b"1", "a_2.docx": b"2"}


def test_only_what_was_not_edited_is_removed(place):
    folder, record = place
    kept.write_beside(folder, {"a.docx": b"1", "b.docx": b"2"}, record)
    (folder / "a.docx").write_bytes(b"mine")
    (folder / "c.docx").write_bytes(b"another")
    kept.remove_unedited(record)
    assert read(folder) == {"a.docx": b"mine", "c.docx": b"another"}
