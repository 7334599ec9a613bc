"""docs/adding_an_analysis.md says what is in the code: its files, the shared entries, the functions, the excerpts."""

import ast
import re

import pytest
import yaml
from crlm.analyses import order

PAGE = "docs/adding_an_analysis.md"
NAME = "restricted_mean"


@pytest.fixture(scope="module")
def page(root):
    return (root / PAGE).read_text(encoding="utf-8")


def read(root, path):
    return (root / path).read_text(encoding="utf-8")


def list_rows(page, before):
    """The first cells of the table after a line, and the second ones."""
    lines = page.split(before, 1)[1].split("|---|---|\n", 1)[1].split("\n\n", 1)[0].splitlines()
    return {cells[1].strip(): cells[2].strip() for cells in (line.split("|") for line in lines)}


def test_every_file_named_exists(root, page):
    named = set(re.findall(r"`((?:\w+/)+[\w.]+|\w+\.(?:md)|Snakefile)`", page))
    assert len(named) > 15
    assert [path for path in sorted(named) if not (root / path).is_file()] == []


def test_the_files_of_the_analysis_are_all_listed(root, page):
    own = {path.strip("`") for path in list_rows(page, "Its own, twelve")}
    mine = [
        *root.glob(f"scripts/crlm/analyses/{NAME}/*.py"),
        *(path for path in root.glob("scripts/*.py") if NAME in path.name),
        *root.glob(f"workflow/**/{NAME}.*"),
    ]
    assert own == {path.relative_to(root).as_posix() for path in mine}
    assert len(own) == 12


def test_three_shared_files_have_an_entry_and_no_other_file_names_the_analysis(root, page):
    shared = {path.strip("`") for path in list_rows(page, "Shared, three")}
    assert len(shared) == 3
    own = {path.strip("`") for path in list_rows(page, "Its own, twelve")}
    code = [
        root / "Snakefile",
        *root.glob("scripts/**/*.py"),
        *(path for path in root.glob("workflow/**/*") if path.is_file()),
    ]
    naming = {
        path.relative_to(root).as_posix()
        for path in code
        if NAME in path.read_text(encoding="utf-8")
    }
    written = {
        "workflow/manifest.yaml",
        "workflow/languages/messages.pot",
    }  # by make docs and make messages
    assert naming - own - written == shared


def test_the_entries_are_those_of_the_page(root, page):
    entries = {path.strip("`"): words for path, words in list_rows(page, "Shared, three").items()}
    assert NAME in yaml.safe_load(read(root, "workflow/schemas/config.schema.yaml"))["properties"]
    (include,) = re.findall(r"`(include: .*?)`", entries["Snakefile"])
    assert include in read(root, "Snakefile").splitlines()
    (line,) = re.findall(r'`("\w+",)`', entries["scripts/crlm/analyses/order.py"])
    assert line in read(root, "scripts/crlm/analyses/order.py")
    assert NAME in order.ORDER


def test_excerpts_stand_in_the_code(root, page):
    own = [path.strip("`") for path in list_rows(page, "Its own, twelve")]
    code = "\n".join(read(root, path) for path in [*own, "workflow/schemas/config.schema.yaml"])
    known = {line.strip() for line in code.splitlines()}
    excerpts = re.findall(r"```(?:python|yaml)\n(.*?)```", page, re.DOTALL)
    assert len(excerpts) == 5
    missing = [
        line
        for excerpt in excerpts
        for line in excerpt.splitlines()
        if line.strip() and line.strip() not in known
    ]
    assert missing == []


def test_the_functions_of_the_words_are_those_that_are_called(root, page):
    named = set(re.findall(r"`(\w+)\(", page.split("## 5.", 1)[1].split("## 6.", 1)[0]))
    report = "".join(path.read_text("utf-8") for path in root.glob("scripts/crlm/report/*.py"))
    assert {name for name in named if f'"{name}"' in report or f"words.{name}(" in report} == named
    defined = {
        node.name
        for path in root.glob("scripts/crlm/analyses/*/words.py")
        for node in ast.parse(path.read_text("utf-8")).body
        if isinstance(node, ast.FunctionDef)
        and node.name.split("_")[0] in ("tabulate", "show", "tell", "list")
    }
    hooks = {name for name in defined if f'"{name}"' in report or f"words.{name}(" in report}
    assert hooks <= named
