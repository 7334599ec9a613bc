"""Small deliberate errors in one room, one at a time (mutmut makes them), and which of them the fast tests see.

Usage: .venv-mutate/bin/python tests/mutate.py ROOM [SAMPLE] [SEED]; `make mutate` calls it. ROOM may be a part of a room
(analyses/cox, cohort/derivation). Tests of time and of whole studies are left out. The repository is copied to .mutate/, nothing else is
touched. Prints the share caught and every survivor with its change; the same seed draws the same sample.

The tests are run here and not by mutmut, which asks of each test which functions it calls: what a fixture of a whole file or a cached
helper called, it knows of the first test only, and would try an error in a table without the test of that table. Here an error is tried
on every test of the files that call its function, the fastest file first, until one fails. Which functions a file calls is
kept (.mutate/calls.json) until the file or the code changes.
"""

import contextlib
import hashlib
import importlib
import json
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
WORK = ROOT / ".mutate"
# studies in this process: they take longest and are tried last, on what no other test sees
WIRED = ("trials/test_shared_study.py", "study/test_looks.py")
TESTS = {  # the tests of a room, and those above that print or use its numbers
    "survival": (
        "unit/survival",
        "golden",
        *(
            f"unit/analyses/test_{name}.py"
            for name in (
                *("added_value", "calibration", "cutoffs", "missing_components", "performance"),
                *("published", "reclassification"),
            )
        ),
    ),
    "scores": (
        "unit/scores",
        "unit/analyses/test_published.py",
        "unit/analyses/test_calibration.py",
        "unit/analyses/test_calculator*.py",
        "trials/test_codes_of_several_levels.py",
        "trials/test_pattern_labels.py",
    ),
    "cohort": (
        *("unit/cohort", "unit/scores/test_cohort.py", "trials"),
        *(f"golden/test_{name}_against_r.py" for name in ("conventions", "entry")),
    ),
    "analyses": ("unit/analyses", "unit/report", "unit/display", "golden", *WIRED),
    "display": ("unit/display", "unit/report", "unit/analyses", *WIRED),
    "report": ("unit/report", "unit/display/test_printed_files.py", *WIRED),
    "plan": (
        "unit/plan",
        "unit/cohort/test_dictionary.py",
        "unit/cohort/test_groupings.py",
        "unit/scores/test_registry.py",
        "unit/analyses/test_plan_*.py",
        *(
            f"trials/test_{name}.py"
            for name in (
                *("contradictions", "declared_variables", "delayed_entry", "exclusions"),
                *("joined_sources", "pattern_labels", "read_otherwise", "withdrawal", "yaml"),
            )
        ),
        *WIRED,
    ),
}
WHOLE = (
    "always_a_report",
    "fuzz",
    "page_in_a_browser",
    "calculator_page",
    "freeze_in_a_study",
)  # studies, and what runs make
FAST = "not seconds and not within_a_second and not twenty_thousand and not spoilt_plan_is and not twice_the_work"
SETTINGS = """
[tool.mutmut]
source_paths = ["src"]
only_mutate = ["src/crlm/{room}*"]
also_copy = ["workflow", "config", "data", "docs", "scripts", "studies", "Snakefile", "README.md", "CHANGELOG.md"]

[tool.pytest.ini_options]
pythonpath = ["src", "tests", "tests/unit", "tests/unit/analyses", "tests/unit/report", "tests/unit/scores"]
filterwarnings = ["error"]
"""
CAUGHT, SURVIVED, UNTESTED = (
    1,
    0,
    33,
)  # exit statuses; others, such as a test that never ends, caught it


def stage(room):
    """A copy of the repository in which the package lies under src/, where mutmut looks for it."""
    folder = WORK / f"room_{room.replace('/', '_')}"
    shutil.rmtree(folder, ignore_errors=True)
    unwanted = shutil.ignore_patterns("__pycache__")
    for name in ("scripts", "tests", "workflow", "config", "data", "docs"):
        shutil.copytree(ROOT / name, folder / name, ignore=unwanted)
    for path in ROOT.glob("studies/*/config"):  # the plans, not the data
        shutil.copytree(path, folder / path.relative_to(ROOT))
    shutil.copytree(ROOT / "scripts/crlm", folder / "src/crlm", ignore=unwanted)
    for name in ("Snakefile", "README.md", "CHANGELOG.md"):
        shutil.copy(ROOT / name, folder)
    (folder / "pyproject.toml").write_text(SETTINGS.format(room=room))
    return folder


def make_mutants():
    """Write every mutant of the room; return {mutant: file in which it is}."""
    # not before there is a folder with settings: they are read by the import
    from mutmut.__main__ import create_mutants
    from mutmut.utils.file_utils import copy_also_copy_files, copy_src_dir

    Path("mutants").mkdir()
    with open(os.devnull, "w") as nowhere, contextlib.redirect_stdout(nowhere):
        copy_src_dir()
        copy_also_copy_files()
        create_mutants(1)
    found = {}
    for path in sorted(Path("mutants/src").rglob("*.meta")):
        keys = json.loads(path.read_text(encoding="utf-8"))["exit_code_by_key"]
        found |= dict.fromkeys(keys, path.relative_to("mutants").with_suffix(""))
    return found


def list_tests(room):
    """The files of tests of a room in the copy, those of time and of whole studies left out."""
    found, copy = {}, Path("..")
    for pattern in TESTS[room.split("/")[0]]:
        paths = copy.glob(f"tests/{pattern}" + ("" if pattern.endswith(".py") else "/test_*.py"))
        found |= dict.fromkeys(path for path in sorted(paths) if path.stem[5:] not in WHOLE)
    return [path.relative_to(copy).as_posix() for path in found]


def import_once():
    """What the tests need is imported once, before the children part: which error is in force is decided at each call."""
    sys.path.insert(0, os.path.abspath("src"))
    names = [".".join(path.with_suffix("").parts[1:]) for path in sorted(Path("src").rglob("*.py"))]
    libraries = ("pytest", "lifelines", "statsmodels.api", "sksurv.compare", "matplotlib.pyplot")
    for name in (*libraries, *names):
        if not name.startswith(("crlm.app", "crlm.proposal")):
            importlib.import_module(name.removesuffix(".__init__"))


def run_apart(files, mutant, seconds, keep=None):
    """Exit status of pytest on these files in a process of its own with one mutant; keep: where it leaves the functions it called."""
    child = os.fork()
    if not child:
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 5))
        signal.signal(signal.SIGXCPU, signal.SIG_DFL)
        sink = os.open("../tests.log", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(sink, 1)
        os.dup2(sink, 2)
        os.environ["MUTANT_UNDER_TEST"] = mutant
        import pytest
        from mutmut.state import state

        status = pytest.main(
            ["-x", "-q", "--tb=line", "-p", "no:cacheprovider", "-k", FAST, *files]
        )
        if keep:
            keep.write_text(json.dumps(sorted(state()._stats)))
        os._exit(int(status))
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status)


def hash_files(paths):
    made = hashlib.sha256()
    for path in sorted(paths):
        made.update(path.read_bytes())
    return made.hexdigest()


def find_calls(files, room):
    """{file of tests: (functions of the room that it calls, CPU seconds)}; RuntimeError when a test fails without any error."""
    store, folder = WORK / "calls.json", Path("../tests")
    known = json.loads(store.read_text()) if store.exists() else {}
    code = hash_files([*Path("../src").rglob("*.py"), *folder.rglob("*_inputs.py")])
    found = {}
    for file in files:
        key, kept = f"{room.split('/')[0]}: {file}", Path("../calls.txt")
        of = code + hash_files([Path("..") / file])
        if known.get(key, {}).get("of") != of:
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            status = run_apart([file], "stats", 600, kept)
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            if status not in (0, 5):  # 5: no test of it is fast
                words = Path("../tests.log").read_text(encoding="utf-8", errors="replace")
                raise RuntimeError(f"{file} fails without any error put in:\n{words[-2000:]}")
            functions = json.loads(kept.read_text()) if status == 0 else []
            spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
            known[key] = {"of": of, "functions": functions, "seconds": round(spent, 2)}
            store.write_text(json.dumps(known))
        found[file] = set(known[key]["functions"]), known[key]["seconds"]
    return found


def try_mutant(name, calls):
    """Exit status of the tests of every file that calls the function of a mutant, the fastest first, up to the first that fails."""
    function = name.rpartition("__mutmut_")[0]
    files = sorted((spent, file) for file, (called, spent) in calls.items() if function in called)
    if not files:
        return UNTESTED
    seconds = int(30 + 5 * sum(spent for spent, _ in files))
    return run_apart([file for _, file in files], name, seconds)


def main(room, sample=100, seed=1):
    os.chdir(stage(room))  # mutmut reads its settings there
    names = make_mutants()
    drawn = sorted(random.Random(int(seed)).sample(sorted(names), min(int(sample), len(names))))
    os.environ |= {"NUMBA_CACHE_DIR": str(WORK / "numba"), "MPLBACKEND": "agg"}
    os.environ["OMP_NUM_THREADS"] = "1"
    os.chdir("mutants")
    import_once()
    calls = find_calls(list_tests(room), room)
    survivors, start = {}, time.monotonic()
    for name in drawn:
        status = try_mutant(name, calls)
        if status in (SURVIVED, UNTESTED):
            survivors[name] = "no test runs it" if status == UNTESTED else "survived"
            print(survivors[name], flush=True)
            show = [sys.executable, "-m", "mutmut", "show", name]
            subprocess.run(show, cwd="..", check=False)
    caught, spent = len(drawn) - len(survivors), time.monotonic() - start
    share = f"{100 * caught / len(drawn):.0f} %" if drawn else "none tried"
    print(
        f"{room}: {caught} of {len(drawn)} caught ({share}), drawn of {len(names)}, seed {seed}; "
        f"{spent / max(len(drawn), 1):.1f} s each."
    )


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
