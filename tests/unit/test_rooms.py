"""The order of the rooms: a module imports from its own room and from those below it, an analysis from no other."""

import ast

import pytest
from crlm.job.sources import find_imports

ORDER = [
    "job",
    "plan",
    "cohort",
    "scores",
    "survival",
    "display",
    "analyses",
    "report",
    "proposal",
    "app",
]


@pytest.fixture(scope="module")
def texts(root):
    library = root / "scripts/crlm"
    return {
        ".".join(path.relative_to(library).with_suffix("").parts): path.read_text("utf-8")
        for path in library.rglob("*.py")
    }


def list_breaches(texts):
    """(module, what it imports) for every import from a room above, or from another analysis."""
    found = []
    for name, text in texts.items():
        for other in find_imports(text, texts):
            rooms, others = name.split("."), other.split(".")
            above = ORDER.index(others[0]) > ORDER.index(rooms[0])
            beside = rooms[0] == others[0] == "analyses" and others[1] != rooms[1]
            if above or (beside and rooms[1] != "order"):
                found.append((name, other))
    return found


def test_a_room_imports_from_those_below_it(texts):
    own = {name: text for name, text in texts.items() if name != "__init__"}
    assert len(own) > 100 and {name.split(".")[0] for name in own} == set(ORDER)
    assert list_breaches(own) == []


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("plan.a", "from crlm.analyses.b.plan import resolve"),
        ("survival.a", "from crlm.display import b"),
        ("analyses.a.words", "from crlm.analyses.b import tables"),
    ],
)
def test_a_breach_is_found(name, text):
    known = dict.fromkeys(["analyses.b.plan", "analyses.b.words", "display.b"], "")
    assert len(list_breaches({name: text, **known})) == 1


def test_packages_import_nothing(texts):
    for name, text in texts.items():
        if name.endswith("__init__"):
            assert "import" not in text, name


def test_a_script_reads_calls_and_writes(root):
    """The logic is in the library: no script is long, and none defines anything."""
    scripts = {path.name: path.read_text("utf-8") for path in (root / "scripts").glob("*.py")}
    assert len(scripts) > 20
    assert [name for name, text in scripts.items() if len(text.splitlines()) > 40] == []
    kinds = ast.FunctionDef | ast.ClassDef | ast.Lambda
    defined = {
        name: [n for n in ast.walk(ast.parse(text)) if isinstance(n, kinds)]
        for name, text in scripts.items()
    }
    assert [name for name, found in defined.items() if found] == []


def test_a_file_of_the_library_is_short_enough_to_find_ones_way(root):
    paths = sorted((root / "scripts/crlm").rglob("*.py"))
    long = [path.name for path in paths if len(path.read_text("utf-8").splitlines()) > 400]
    assert len(paths) > 100 and long == []
