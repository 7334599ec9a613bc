"""What the Containerfile says of files, versions and hosts is so. That it builds and runs was tried by hand (docs/commands.md)."""

import re
import shlex
import subprocess

import pytest

PYTHONS = {"bookworm": "3.11", "trixie": "3.13"}  # Debian's python3


@pytest.fixture(scope="module")
def lines(root):
    """The instructions, each in one line."""
    text = (root / "workflow/Containerfile").read_text(encoding="utf-8").replace("\\\n", " ")
    return [line for line in text.splitlines() if line and not line.startswith("#")]


@pytest.fixture(scope="module")
def copied(lines):
    """What is copied into the image: paths of the repository."""
    return [path for line in lines if line.startswith("COPY ") for path in shlex.split(line)[1:-1]]


def list_tracked(root):
    found = subprocess.run(
        ["git", "-C", str(root), "ls-files", "-z"], capture_output=True, text=True, check=True
    )
    return [name for name in found.stdout.split("\0") if name]


def test_the_python_of_its_debian_is_one_that_the_project_takes(root, lines):
    release = re.fullmatch(r"ARG BASE=debian:(\w+)-slim", lines[0])[1]
    project = (root / "pyproject.toml").read_text()
    least, over = re.search(r'requires-python = ">=3\.(\d+),<3\.(\d+)"', project).groups()
    assert int(least) <= int(PYTHONS[release].split(".")[1]) < int(over)
    assert lines[1] == "FROM ${BASE}"


def test_packages_come_from_the_two_locks_by_the_makefile(root, lines, copied):
    assert {"Makefile", "requirements.lock", "requirements-app.lock"} <= set(copied)
    steps = [line for line in lines if line.startswith("RUN ")]
    assert any("make .venv-app/.ready" in step for step in steps)
    assert not any(re.search(r"\bpip\b|\bcurl\b|\bwget\b", step) for step in steps)
    makefile = (root / "Makefile").read_text()
    assert ".venv-app/.ready: .venv/.ready requirements-app.lock" in makefile
    for lock in ("requirements.lock", "requirements-app.lock"):
        assert f"--require-hashes -r {lock}" in makefile


def test_nothing_but_files_of_the_repository_is_copied_and_no_study(root, copied):
    tracked = list_tracked(root)
    for path in copied:
        assert path in tracked or any(name.startswith(path) for name in tracked), path
    assert not any(path.startswith((".", "studies", "results", "tests", "/")) for path in copied)
    demo = {name for name in tracked if re.fullmatch(r"data/\w+\.csv", name)}
    assert {
        path for path in copied if path.startswith("data")
    } == demo  # a cohort laid there is not


def test_every_file_that_a_rule_names_is_copied(root, copied):
    files = [root / "Snakefile", *(root / "workflow").rglob("*.smk"), root / "workflow/Snakefile"]
    text = "\n".join(path.read_text(encoding="utf-8") for path in files)
    named = {path for path in re.findall(r'"(?:\.\./)+([^"{]+)"', text) if (root / path).exists()}
    assert "environment.yml" in named
    for name in named:
        assert any(name == path or name.startswith(path) for path in copied), name


def test_it_names_no_host(lines):
    assert not re.search(r"://|\w\.(io|org|com|net|dev)\b", "\n".join(lines))


def test_it_does_not_run_as_root_and_keeps_studies_outside(lines):
    kinds = [line.split()[0] for line in lines]
    user = next(line.split()[1] for line in lines if line.startswith("USER "))
    assert user not in ("root", "0") and f"useradd --create-home {user}" in "\n".join(lines)
    assert "VOLUME /crlm/studies" in lines and kinds.index("USER") > max(
        place for place, kind in enumerate(kinds) if kind in ("RUN", "COPY")
    )
