"""`make freeze` for real: it refuses what `make run` refuses, in the same words, and needs no data."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from running import ROOT


@pytest.fixture
def study(tmp_path):
    (tmp_path / "config").mkdir()
    return tmp_path


def make(target, study, text):
    """make with this Python in place of .venv: (exit status, what it said)."""
    (study / "config/config.yaml").write_text(text, "utf-8")
    names = {k: v for k, v in os.environ.items() if not k.startswith("MAKE") and k != "REASON"}
    command = ["make", "-o", ".venv/.ready", f"BIN={Path(sys.executable).parent}"]
    ended = subprocess.run(
        [*command, target, f"STUDY={study}"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        env=names,
    )
    return ended.returncode, ended.stderr + ended.stdout


def cut(said):
    """What is said from the refusal on, without make's own last line."""
    return said[said.index("Refused:") :].partition("\nmake: ")[0]


@pytest.mark.parametrize(
    "text",
    [
        "study: {titel: A}\n",
        "study: [",
        "{plan}\nquestions: ['What does 1 mean?']\n",
    ],
)
def test_what_no_run_would_take_is_not_frozen(study, text):
    text = text.replace("{plan}", (ROOT / "config/config.yaml").read_text("utf-8"))
    status, said = make("freeze", study, text)
    _, run = make("run", study, text)
    assert status != 0 and not (study / "config/frozen.yaml").exists()
    assert cut(said) == f"{cut(run)}\nNothing was frozen."


def test_a_plan_is_frozen_before_there_are_data(study):
    plan = (ROOT / "config/config.yaml").read_text("utf-8")
    status, said = make("freeze", study, plan)
    assert status == 0, said
    assert (study / "config/frozen.yaml").exists() and "Frozen: " in said
