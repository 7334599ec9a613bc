"""What the workers of pytest-xdist may not share stays with one of them."""

import re
from collections import Counter

import pytest
from running import APART, TOGETHER


def test_no_two_test_files_have_one_name(root):
    """pytest imports them by it, and refuses the second."""
    names = Counter(path.name for path in (root / "tests").rglob("test_*.py"))
    assert names.most_common(1)[0][1] == 1


def test_all_files_with_the_miniature_study_go_to_one_worker(root):
    found = {
        path.relative_to(root).as_posix()
        for path in (root / "tests").rglob("test_*.py")
        if re.search(
            r"^def \w+\(.*\b(miniature|repository)\b",
            path.read_text(encoding="utf-8"),
            re.MULTILINE,
        )
    }
    assert found == set(TOGETHER)


def test_files_are_the_units_and_those_are_one(pytestconfig, monkeypatch):
    pytest.importorskip("xdist")
    for option, value in (("dist", "loadfile"), ("tx", ["2*popen"])):
        monkeypatch.setattr(pytestconfig.option, option, value)
    scheduler = pytestconfig.hook.pytest_xdist_make_scheduler(config=pytestconfig, log=None)
    alone = ["tests/study/test_tcia.py", "tests/unit/plan/test_schema.py"]
    test = "::test_x[a@b::c]"
    units = [scheduler._split_scope(name + test) for name in (*TOGETHER, *alone, *APART)]
    assert units == [TOGETHER[0]] * len(TOGETHER) + alone + [name + test for name in APART]
