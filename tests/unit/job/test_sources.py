"""The imports that rules must know, against Python's own parser; the manifest, against the folders."""

import ast
import sys

import yaml
from crlm.job.sources import close_imports, find_imports


def read_library(root):
    library = root / "scripts/crlm"
    names = {
        path: path.relative_to(library).with_suffix("").parts for path in library.rglob("*.py")
    }
    return {
        ".".join(part for part in parts if part != "__init__"): path.read_text("utf-8")
        for path, parts in names.items()
    }


def imported(text, known):
    found = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "crlm":
            package = node.module.removeprefix("crlm").lstrip(".")
            inner = [f"{package}.{alias.name}".lstrip(".") for alias in node.names]
            found |= {each if each in known else package for each in inner}
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names if alias.name.startswith("crlm.")]
            found |= {name.removeprefix("crlm.") for name in names}
    return found


def test_every_import_of_the_repository_is_found(root):
    known = read_library(root)
    assert len(known) > 100
    texts = known | {path.name: path.read_text("utf-8") for path in root.glob("scripts/*.py")}
    for name, text in texts.items():
        assert set(find_imports(text, known)) == imported(text, known), name


def test_forms_of_import():
    known = dict.fromkeys(["a.b", "a.c", "d.e", "f"], "")
    text = "from crlm.a import (\n    b,\n    c as x,\n)\nimport crlm.f\n    from crlm.d.e import g\nfrom crlm.a import b, h\n"
    assert find_imports(text, known) == ["a.b", "a.c", "f", "d.e", "a", "a.b"]


def test_closure_takes_the_packages_along():
    texts = {
        **dict.fromkeys(["", "a", "b"], ""),
        "a.one": "from crlm.b.two import x",
        "b.two": "from crlm.a import three\nfrom crlm.a.one import y",
        "a.three": "",
        "b.four": "from crlm.a import three",
    }
    assert close_imports(["a.one"], texts) == ["", "a", "a.one", "a.three", "b", "b.two"]
    assert close_imports(["a.three"], texts) == ["", "a", "a.three"]
    assert close_imports(["b.four"], texts) == ["", "a", "a.three", "b", "b.four"]


def test_the_manifest_names_every_file_of_the_workflow(root, monkeypatch):
    monkeypatch.syspath_prepend(str(root / "tests"))
    sys.modules.pop("manifest", None)
    import manifest

    assert (root / "workflow/manifest.yaml").read_text("utf-8") == manifest.build_manifest()


def test_rules_name_every_schema_and_template(root):
    """A module fetched from afar has only the files that its rules name."""
    rules = [*root.glob("workflow/rules/*.smk"), root / "Snakefile"]
    text = "".join(path.read_text("utf-8") for path in rules)
    files = [*root.glob("workflow/schemas/*"), *root.glob("workflow/report/*.*")]
    assert len(files) > 10
    unnamed = [path.name for path in files if f"/{path.name}" not in text]
    makefile = (root / "Makefile").read_text("utf-8")
    assert "tests/documentation.py" in makefile and "crlm.proposal" in makefile
    # of `make docs`, and of `make study`, which come before there is a workflow to read
    assert sorted(unnamed) == ["headers.yaml", "proposal.yaml", "registry.md.j2"]


def test_both_readers_of_yaml_agree(root):
    files = [*root.glob("workflow/**/*.yaml"), root / "config/config.yaml"]
    assert len(files) > 30
    for path in files:
        text = path.read_text("utf-8")
        assert yaml.load(text, Loader=yaml.CSafeLoader) == yaml.safe_load(text), path
