"""environment.yml has the packages of pyproject.toml at the versions of requirements.lock."""

import re
import sys
import tomllib

import pytest
import yaml


@pytest.fixture
def builder(root, monkeypatch):
    monkeypatch.syspath_prepend(str(root / "tests"))
    sys.modules.pop("environment", None)
    import environment

    return environment


def test_conda_has_the_versions_of_the_lock(root):
    project = tomllib.loads((root / "pyproject.toml").read_text())
    lock = (root / "requirements.lock").read_text()
    made = yaml.safe_load((root / "environment.yml").read_text())
    listed = [
        item
        for item in made["dependencies"]
        if isinstance(item, str) and "=" in item and not item.startswith("python>")
    ]
    listed += [
        item for part in made["dependencies"] if isinstance(part, dict) for item in part["pip"]
    ]
    versions = {re.split("=+", item)[0].lower(): re.split("=+", item)[1] for item in listed}
    wanted = {re.match(r"[\w.-]+", item)[0].lower() for item in project["project"]["dependencies"]}
    assert set(versions) == wanted
    for name, version in versions.items():
        assert f"{name}=={version}" in lock.lower(), name


def test_the_file_is_what_the_builder_writes(root, builder):
    project = tomllib.loads((root / "pyproject.toml").read_text())
    text = builder.build_environment(project, (root / "requirements.lock").read_text())
    assert text == (root / "environment.yml").read_text()


def test_the_lock_is_hashed_and_names_no_host(root):
    lock = (root / "requirements.lock").read_text()
    pins = re.findall(r"^[A-Za-z0-9._-]+==", lock, re.MULTILINE)
    assert len(pins) > 50 and lock.count("--hash=sha256:") >= len(pins)
    assert not re.search(r"https?://|--(extra-)?index-url|--find-links", lock)


def test_the_lock_of_the_page_is_hashed_names_no_host_and_has_the_versions_of_the_other(root):
    lock = (root / "requirements-app.lock").read_text()
    pins = re.findall(r"^([A-Za-z0-9._-]+==[^\s;]+)", lock, re.MULTILINE)
    assert "shiny" in lock and lock.count("--hash=sha256:") >= len(pins) > 20
    assert not re.search(r"https?://|--(extra-)?index-url|--find-links", lock)
    other = (root / "requirements.lock").read_text()
    versions = dict(re.findall(r"^([A-Za-z0-9._-]+)==([^\s;]+)", other, re.MULTILINE))
    shared = [pin.split("==") for pin in pins if pin.split("==")[0] in versions]
    assert len(shared) > 5 and all(versions[name] == version for name, version in shared)
