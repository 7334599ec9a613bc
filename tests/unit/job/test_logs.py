"""What the screen and the log say when a job fails."""

import errno
import subprocess
import sys

import pytest
from crlm.job.logs import describe_failure

JOB = """
import sys
from crlm.job import logs
logs.to_file(sys.argv[1])
raise KeyError("patient 0815")
"""


def test_a_traceback_is_one_sentence_on_the_screen_and_whole_in_the_log(tmp_path, root):
    log = tmp_path / "step.log"
    command = [sys.executable, "-c", JOB, str(log)]
    run = subprocess.run(command, capture_output=True, text=True, cwd=root / "scripts")
    assert run.returncode == 1 and run.stdout == ""
    lines = run.stderr.strip().splitlines()
    assert len(lines) == 1 and "Traceback" not in run.stderr and "0815" not in run.stderr
    assert "KeyError" in run.stderr and str(log) in run.stderr and "Send its log" in run.stderr
    text = log.read_text()
    assert "Traceback" in text and "patient 0815" in text


SPARED = """
import atexit, gc, sys
atexit.register(lambda: print(len(gc.get_objects()), sys.modules["crlm.job.logs"].__name__))
from crlm.job import logs
held = len(gc.get_objects())
logs.to_file(sys.argv[1])
print(held, len(gc.get_objects()))
late = [[] for _ in range(5000)]
"""


def test_what_was_imported_is_not_looked_through_for_garbage(tmp_path, root):
    """Neither while the job works nor when Python ends, where also what the job made stays: a third of a second of every job."""
    command = [sys.executable, "-c", SPARED, str(tmp_path / "step.log")]
    run = subprocess.run(command, capture_output=True, text=True, cwd=root / "scripts", check=True)
    first, last = run.stdout.splitlines()
    held, left = map(int, first.split())
    assert held > 5000 and left < 200
    assert int(last.split()[0]) < 200


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (MemoryError(), "Close other programs"),
        (OSError(errno.ENOSPC, "no space left"), "Make room"),
        (PermissionError(errno.EACCES, "denied", "results/tables.xlsx"), "results/tables.xlsx"),
        (IndexError("x"), "fault of the software"),
    ],
)
def test_what_can_be_done_is_said(error, words):
    text = describe_failure(error, "logs/step.log")
    assert words in text and text.endswith("logs/step.log") and "\n" not in text
