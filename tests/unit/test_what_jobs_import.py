"""What a job imports it pays for before its first line: half a second for matplotlib, a second for scipy.stats and all that stands on it."""

import ast
import os
import subprocess
import sys

import pytest
from running import ROOT

SCRIPTS = ROOT / "scripts"
FITTING = {"lifelines", "statsmodels", "sksurv", "sklearn", "numba", "scipy.stats"}
# modules that no line of these scripts may need before it runs
LEFT_OUT = {
    "plot_*": FITTING | {"scipy.special", "scipy.linalg", "patsy", "docx", "matplotlib.pyplot"},
    "render_report": FITTING | {"scipy.special", "scipy.linalg", "patsy", "matplotlib", "PIL"},
    "[ib]*_cohort": FITTING | {"scipy", "matplotlib"},  # ingest and build
}


def list_imported(scripts, also=""):
    """Names of all modules that a new process has when it has run the lines of these scripts that import."""
    lines = []
    for script in scripts:
        text = script.read_text(encoding="utf-8")
        body = ast.parse(text).body
        lines += [
            ast.unparse(each) for each in body if isinstance(each, (ast.Import, ast.ImportFrom))
        ]
    code = "\n".join([*lines, also, "import sys", "print(*sys.modules)"])
    run = [sys.executable, "-c", code]
    env = {**os.environ, "PYTHONPATH": str(SCRIPTS)}
    return set(
        subprocess.run(run, env=env, capture_output=True, text=True, check=True).stdout.split()
    )


@pytest.mark.parametrize("pattern", LEFT_OUT)
def test_a_job_imports_what_it_needs(pattern):
    also = ""
    if pattern == "render_report":  # which asks every analysis for its words
        also = "from crlm.analyses import order\n"
        also += "\n".join(
            f"order.load({part!r})" for part in ("plan", "words", "answers", "numbers")
        )
    found = list_imported(sorted(SCRIPTS.glob(f"{pattern}.py")), also)
    assert "crlm.job.logs" in found
    assert not found & LEFT_OUT[pattern]
