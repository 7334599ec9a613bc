"""Small deliberate errors in one room, one at a time (mutmut), and which of them the fast tests see.

Usage: .venv-mutate/bin/python tests/mutate.py ROOM [SAMPLE] [SEED]; `make mutate` calls it. ROOM may be a part of a room
(analyses/cox, cohort/derivation), which is faster: every mutant of it is written before some are drawn. Tests of time are left out. The repository is copied to .mutate/,
nothing else is touched. Prints the share caught and every survivor with its change; the same seed draws the same sample.
"""

import json
import os
import random
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CHILDREN = 2  # at a time
TESTS = {  # the tests of a room, and those above that print or use its numbers
    "survival": (
        "unit/survival",
        "golden/test_*.py",
        *(
            f"unit/analyses/test_{name}.py"
            for name in ("added_value", "calibration", "reclassification")
        ),
    ),
    "scores": (
        "unit/scores",
        "unit/analyses/test_published.py",
        "unit/analyses/test_calibration.py",
    ),
    "cohort": ("unit/cohort", "unit/scores/test_cohort.py", "trials"),
    "analyses": ("unit/analyses", "unit/report"),
    "display": (
        "unit/display",
        "unit/report",
        "unit/analyses/test_*figure*.py",
        "unit/analyses/test_printed_*.py",
    ),
}
SETTINGS = """
[tool.mutmut]
source_paths = ["src"]
only_mutate = ["src/crlm/{room}*"]
also_copy = ["workflow", "config", "data", "docs", "scripts", "studies", "Snakefile", "README.md", "CHANGELOG.md"]
pytest_add_cli_args = ["-p", "no:cacheprovider", "-k", "not seconds and not within_a_second and not twenty_thousand"]
pytest_add_cli_args_test_selection = {tests}
track_dependencies = false
use_git_change_detection = false

[tool.pytest.ini_options]
pythonpath = ["tests", "tests/unit", "tests/unit/analyses", "tests/unit/report", "tests/unit/scores"]
filterwarnings = ["error"]
"""


def stage(room):
    """A copy of the repository in which the package lies under src/, where mutmut looks for it."""
    folder = ROOT / ".mutate" / f"room_{room.replace('/', '_')}"
    shutil.rmtree(folder, ignore_errors=True)
    unwanted = shutil.ignore_patterns("__pycache__")
    for name in ("scripts", "tests", "workflow", "config", "data", "docs"):
        shutil.copytree(ROOT / name, folder / name, ignore=unwanted)
    for path in ROOT.glob("studies/*/config"):  # the plans, not the data
        shutil.copytree(path, folder / path.relative_to(ROOT))
    shutil.copytree(ROOT / "scripts/crlm", folder / "src/crlm", ignore=unwanted)
    for name in ("Snakefile", "README.md", "CHANGELOG.md"):
        shutil.copy(ROOT / name, folder)
    found = [
        path
        for pattern in TESTS[room.split("/")[0]]
        for path in sorted((ROOT / "tests").glob(pattern))
    ]
    tests = [path.relative_to(ROOT).as_posix() for path in found]
    (folder / "pyproject.toml").write_text(SETTINGS.format(room=room, tests=json.dumps(tests)))
    return folder


def make_mutants():
    """Write every mutant of the room, as `mutmut run` does; return their names."""
    # not before there is a folder with settings: they are read by the import
    from mutmut.__main__ import create_mutants
    from mutmut.utils.file_utils import copy_also_copy_files, copy_src_dir

    Path("mutants").mkdir()
    copy_src_dir()
    copy_also_copy_files()
    create_mutants(CHILDREN)
    return sorted(read_outcomes())


def read_outcomes():
    """{mutant: exit status of its tests}: 0 is a survivor, 33 has no test at all, None was not tried."""
    found = {}
    for path in Path("mutants/src").rglob("*.meta"):
        found |= json.loads(path.read_text(encoding="utf-8"))["exit_code_by_key"]
    return found


def main(room, sample=100, seed=1):
    os.chdir(stage(room))  # mutmut reads its settings there
    names = make_mutants()
    drawn = sorted(random.Random(int(seed)).sample(names, min(int(sample), len(names))))
    environment = {
        **os.environ,
        "NUMBA_CACHE_DIR": str(ROOT / ".mutate/numba"),
        "MPLBACKEND": "agg",
    }
    mutmut = [sys.executable, "-m", "mutmut"]
    run = subprocess.run([*mutmut, "run", "--max-children", str(CHILDREN), *drawn], env=environment)
    outcomes = read_outcomes()
    tried = {name: outcomes[name] for name in drawn if outcomes[name] is not None}
    survivors = [name for name, status in tried.items() if status in (0, 33)]
    for name in survivors:
        print("no test runs it" if tried[name] == 33 else "survived", flush=True)
        subprocess.run([*mutmut, "show", name], env=environment, check=False)
    caught = len(tried) - len(survivors)
    share = f"{100 * caught / len(tried):.0f} %" if tried else "none tried"
    print(f"{room}: {caught} of {len(tried)} caught ({share}), drawn of {len(names)}, seed {seed}.")
    return run.returncode


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
