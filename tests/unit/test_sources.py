"""The imports that rules must know, against Python's own parser."""

import ast

from crlm.sources import close_imports, find_imports


def imported(text):
    found = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ImportFrom) and node.module == "crlm":
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("crlm."):
            found.add(node.module.split(".")[1])
        elif isinstance(node, ast.Import):
            found |= {
                alias.name.split(".")[1] for alias in node.names if alias.name.startswith("crlm.")
            }
    return found


def test_every_import_of_the_repository_is_found(root):
    paths = [*root.glob("scripts/*.py"), *root.glob("scripts/crlm/*.py")]
    assert len(paths) > 30
    for path in paths:
        text = path.read_text(encoding="utf-8")
        assert set(find_imports(text)) == imported(text), path.name


def test_forms_of_import():
    text = "from crlm import (\n    a,\n    b as c,\n)\nimport crlm.d\n    from crlm.e import f\nfrom crlm import g, h\n"
    assert find_imports(text) == ["a", "b", "d", "e", "g", "h"]


def test_closure():
    texts = {
        "a": "from crlm.b import x",
        "b": "from crlm import c\nfrom crlm.a import y",
        "c": "",
        "d": "from crlm import a",
    }
    assert close_imports(["a"], texts) == ["a", "b", "c"]
    assert close_imports(["c"], texts) == ["c"]
    assert close_imports(["d", "c"], texts) == ["a", "b", "c", "d"]


def test_the_package_itself_imports_nothing(root):
    assert imported((root / "scripts/crlm/__init__.py").read_text()) == set()
