"""Nothing of the software reaches out: no library of the network is imported but by the page, which serves this machine."""

import ast

import pytest

OUTSIDE = {"aiohttp", "ftplib", "http", "httpx", "requests", "smtplib", "socket", "telnetlib", "urllib", "urllib3", "webbrowser"}  # fmt: skip
PAGE = {"app/command.py": {"socket", "webbrowser"}}  # binds to the loopback, opens the browser
HARMLESS = {"urllib.parse"}


def list_outside(text):
    """The modules of the network that a source text imports."""
    found = set()
    for node in ast.walk(ast.parse(text)):
        names = [each.name for each in node.names] if isinstance(node, ast.Import) else []
        names += [node.module] if isinstance(node, ast.ImportFrom) and node.module else []
        found |= {name for name in names if name.split(".")[0] in OUTSIDE} - HARMLESS
    return found


def test_no_module_opens_a_connection(root):
    library = root / "scripts/crlm"
    found = {}
    for path in sorted((root / "scripts").rglob("*.py")):
        outside = list_outside(path.read_text(encoding="utf-8"))
        name = path.relative_to(library).as_posix() if path.is_relative_to(library) else path.name
        if outside - PAGE.get(name, set()):
            found[name] = outside
    assert found == {}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("def f():\n    import requests", {"requests"}),
        ("from urllib.request import urlopen", {"urllib.request"}),
        ("from urllib.parse import quote", set()),
        ("from crlm.http import x", set()),
    ],
)
def test_the_search_sees_an_import_wherever_it_stands(text, found):
    assert list_outside(text) == found


def test_the_report_loads_nothing_from_elsewhere(root):
    for path in sorted((root / "workflow/report").glob("*.*")):
        text = path.read_text(encoding="utf-8")
        for sign in ('src="http', "src='http", "url(http", '<link rel="stylesheet" href="http'):
            assert sign not in text, path.name
