"""Every figure and every line of the miniature study's report are as they were when somebody looked at them (see tests/looks.py)."""

import re

import pytest
from looks import describe_study, find_differences, read_approved, say_same

SAID = "A change that is meant is approved by `make looks`, after a look at the figures."


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    return describe_study(tmp_path_factory.mktemp("looks") / "study")


def test_every_figure_looks_as_approved(found):
    approved, _ = read_approved()
    assert list(found[0]) == list(approved), SAID
    differing = {
        name: differences
        for name, lines in found[0].items()
        if (differences := find_differences(approved[name], lines))
    }
    assert not differing, SAID


def test_the_report_reads_as_approved(found):
    assert not find_differences(read_approved()[1], found[1]), SAID


def test_limits_are_joined_as_the_journal_wants(found):
    """The miniature's journal writes `0.57 (0.51 to 0.70)`, with a dash between quartiles alone."""
    figures, page = found
    texts = [*(line for lines in figures.values() for line in lines), *page]
    assert any(" to " in text for text in texts)
    assert not [text for text in texts if re.search(r"\([-−+<>]?[\d.]+–[-−+<>]?[\d.]+\)", text)]


@pytest.mark.parametrize(
    ("before", "after", "same"),
    [
        ("12 patients, 41.3%", "12 patients, 41.4%", True),  # another processor
        ("12 patients, 41.3%", "12 patients, 41.5%", False),
        ("12 patients, 41.3%", "13 patients, 41.3%", False),
        ("0.041", "0.41", False),
        ("P<0.001", "P>0.001", False),
        ("line #004488, 1.2 pt: [2.0 87.7]", "line #004488, 1.2 pt: [2.2 87.7]", True),
        ("line #004488, 1.2 pt: [2.0 87.7]", "line #004488, 1.2 pt: [2.4 87.7]", False),
        ("line #004488, 1.2 pt: [2.0 87.7]", "line #004488, 1.4 pt: [2.0 87.7]", False),
        ("line #004488, 1.2 pt: [2.0 87.7]", "line #004489, 1.2 pt: [2.0 87.7]", False),
        ("text: 'a' [-1.0 2.0]", "text: 'a' [1.0 2.0]", False),
        ("text: 'a' [1.0 2.0]", "text: 'a' [1.0 2.0]; 'b' [1.0 3.0]", False),
    ],
)
def test_what_counts_as_the_same(before, after, same):
    assert say_same(before, after) is same


def test_lines_that_are_more_or_fewer_are_named():
    assert find_differences(["a", "b", "c"], ["a", "c"]) == ["-b"]
    assert find_differences(["a"], ["b"]) == ["- a\n+ b"]
    assert not find_differences(["a"], ["a"])
