"""Write environment.yml from pyproject.toml (which packages) and requirements.lock (which versions)."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FROM_PYPI = ("firthmodels", "font-roboto")  # not on conda-forge when this was written
HEAD = """# Written by `make lock`: the direct dependencies at the versions of requirements.lock, for conda users.
name: crlm-survival
channels: [conda-forge, bioconda]
dependencies:
  - python>=3.11,<3.14
"""


def locked_versions(text):
    """Return name -> version of every package in a lock; the first one where versions differ by platform."""
    found = re.findall(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", text, re.MULTILINE)
    return {name.lower(): version for name, version in reversed(found)}


def direct_dependencies(project):
    """Return the names of the dependencies of pyproject.toml."""
    return [
        re.match(r"[A-Za-z0-9._-]+", item)[0].lower() for item in project["project"]["dependencies"]
    ]


def build_environment(project, lock):
    """Return the text of environment.yml."""
    versions = locked_versions(lock)
    names = direct_dependencies(project)
    lines = [f"  - {name}={versions[name]}" for name in names if name not in FROM_PYPI]
    lines += ["  - pip", "  - pip:"]
    lines += [f"      - {name}=={versions[name]}" for name in names if name in FROM_PYPI]
    return HEAD + "\n".join(lines) + "\n"


if __name__ == "__main__":
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    lock = (ROOT / "requirements.lock").read_text()
    (ROOT / "environment.yml").write_text(build_environment(project, lock))
