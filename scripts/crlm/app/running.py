"""A run of a study as a process of its own: its progress as Snakemake tells it, and its end at the user's wish."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

STEPS = re.compile(r"^(\d+) of (\d+) steps \(\d+%\) done$")
FINISHED = re.compile(r"^Finished jobid: \d+ \(Rule: (\w+)\)$")
PLANNED = re.compile(r"^(\w+) +(\d+)$")
CHATTER = re.compile(
    r"^(Select jobs|Execute \d+ jobs|\[\w{3} \w{3} |Building DAG|Using |Provided |Rules claiming|Conda env|Job stats"
    r"|Assuming|job +count|-{3,}|Finished jobid|\d+ of \d+ steps|Complete log|Elapsed|\S+ \S+ INFO |Shutting down"
    r"|Exiting because|Removing output|Terminating)"
)
TRACE = ("RuleException:", "WorkflowError:", "CalledProcessError")
PATIENCE = 10  # seconds that a run has to end by itself


class Progress(NamedTuple):
    """done, total : steps; steps : list of (name, how many, of these done), `all` left out."""

    done: int
    total: int
    steps: list


class Run(NamedTuple):
    """process : Popen, the first of a group of its own; log : Path of what it prints."""

    process: subprocess.Popen
    log: Path


def name_command(root, folder):
    """Return what `make run STUDY=folder` calls, as a list."""
    python = Path(root) / ".venv/bin/python"
    python = python if python.exists() else Path(sys.executable)
    profile = Path(root) / "workflow/profiles/default"
    command = [python, "-m", "snakemake", "--snakefile", Path(root) / "Snakefile"]
    return [*map(str, command), "--workflow-profile", str(profile), "--directory", str(folder)]


def start(root, folder):
    """Start a run of the study in `folder`, all that it prints in `logs/page.log`, and return it."""
    log = Path(folder) / "logs/page.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as stream:
        process = subprocess.Popen(
            name_command(root, folder),
            cwd=root,
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    return Run(process, log)


def cancel(run, root, folder):
    """End a run with all of its jobs, then take its lock away. Returns when nothing of it is left."""
    for sign in (signal.SIGINT, signal.SIGKILL):
        if not _signal(run.process.pid, sign):
            break
        _wait(run)
    run.process.wait()
    unlock = [*name_command(root, folder), "--unlock"]
    subprocess.run(unlock, cwd=root, stdin=subprocess.DEVNULL, capture_output=True, check=False)


def _wait(run):
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        run.process.poll()  # or its end is not seen
        if not _signal(run.process.pid, 0):
            return
        time.sleep(0.1)


def _signal(group, sign):
    """Whether any process of the group was there to take a signal."""
    try:
        os.killpg(group, sign)
    except (ProcessLookupError, PermissionError):
        return False
    return True


def read_progress(text):
    """Return the Progress of what a run has printed so far."""
    done, total, planned, finished = 0, 0, {}, {}
    listing = False
    for line in text.splitlines():
        listing = line.startswith("job ") or (listing and not line.startswith("total"))
        if found := STEPS.match(line):
            done, total = int(found[1]), int(found[2])
        elif found := FINISHED.match(line):
            finished[found[1]] = finished.get(found[1], 0) + 1
        elif line.startswith("total ") and not total:
            total = int(line.split()[1])
        elif listing and (found := PLANNED.match(line)):
            planned[found[1]] = int(found[2])
    steps = [(name, n, finished.get(name, 0)) for name, n in planned.items() if name != "all"]
    return Progress(done, total, steps)


def find_said(text):
    """Return what a run has said in words for its user: the lines before any trace of the program, without Snakemake's own."""
    lines = text.splitlines()
    traced = [n for n, line in enumerate(lines) if line.startswith(TRACE) and _is_last(lines, n)]
    kept = lines[: traced[0]] if traced else lines
    kept = [line for line in kept if not CHATTER.match(line) and not PLANNED.match(line)]
    said = re.sub(r"\n{3,}", "\n\n", "\n".join(kept)).strip()
    return said or "\n".join(lines[-20:])


def _is_last(lines, place):
    """A refusal of the plan is itself told below `WorkflowError:`; such words stay."""
    return lines[place].startswith("RuleException") or any(
        "RuleException" in line for line in lines[:place]
    )
