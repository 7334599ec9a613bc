"""Every figure and every line of a few studies' reports are as they were when somebody looked at them (see tests/looks.py)."""

import re

import pytest
from looks import STUDIES, describe_study, find_differences, read_approved, say_same

SAID = "A change that is meant is approved by `make looks`, after a look at the figures."
BY_DASH = re.compile(r"\([-−+<>]?[\d.]+–[-−+<>]?[\d.]+\)")


@pytest.mark.parametrize("study", STUDIES)
def test_figures_and_report_are_as_approved(study, tmp_path):
    figures, page, faults = describe_study(study, tmp_path)
    assert not faults
    approved, read = read_approved(study)
    differing = {
        name: differences
        for name, lines in figures.items()
        if (differences := find_differences(approved.get(name, []), lines))
    }
    assert not differing, SAID
    assert not find_differences(read, page), SAID
    assert list(figures) == list(approved), SAID


def test_limits_are_joined_as_the_journal_wants():
    """The miniature's journal writes `0.57 (0.51 to 0.70)`, with a dash between quartiles alone."""
    figures, page = read_approved("miniature")
    texts = [*(line for lines in figures.values() for line in lines), *page]
    assert any(" to " in text for text in texts)
    assert not [text for text in texts if BY_DASH.search(text)]
    assert any(BY_DASH.search(text) for text in read_approved("sparse")[1])


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
