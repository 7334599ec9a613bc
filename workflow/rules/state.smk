"""
Nothing stale stays, and a run that was killed hangs nobody up.

REQUIRED INPUT  .snakemake/crlm/results.json   the hash of every result file of the last run
OUTPUT          the same, and results/ without files that are not of this plan and these data

A result that was edited or removed is made again; what a run will make anew is removed before its first job; the report of a
run that was refused goes. A lock belongs to a living process: that of a dead one is cleared.
"""

import atexit
import contextlib
import logging
import os
import re
import sys
from pathlib import Path

from snakemake.io import sourcecache_entry
from snakemake.sourcecache import LocalSourceFile

LIBRARY = workflow.current_basedir.join("../../scripts/crlm")
# whether Python may keep the library compiled where it lies
IN_PLACE = isinstance(LIBRARY, LocalSourceFile) and os.access(LIBRARY, os.W_OK)


def find_source(place):
    """A script or a file of the library by its place from this folder, as `workflow.source_path` gives it, but if possible where it lies.

    `source_path` copies every file to a folder of this run alone, in which Python compiles the library anew: two seconds.
    """
    if not IN_PLACE:
        return workflow.source_path(place)
    path = workflow.current_basedir.join(place).get_path_or_uri(secret_free=True)
    return sourcecache_entry(path, path)


for name in ("__init__", "job/__init__", "job/state", "job/kept"):
    place = find_source(f"../../scripts/crlm/{name}.py")
    if name == "__init__":
        sys.path.insert(0, str(Path(place).parent.parent))

from crlm.job import kept, state
from snakemake.exceptions import WorkflowError


class Refused(WorkflowError):
    """Words for the user. Snakemake would print the lines of this code that raised it below them: it is given none."""

    __traceback__ = property(lambda self: None, lambda self, value: None)


class Stopped(Refused):
    """The same where it is not the plan that hinders: the name stands above the words."""


HERE = Path.cwd()
STATE = Path(".snakemake/crlm")
RECORD = STATE / "results.json"
# of no job, but made of the results
MADE_OF_RESULTS = ["snakemake_report.html", "share.zip", "contact_sheets"]
ON_DEMAND = ["calculator.html", "practice", "score_registry.html"]
NOTE = "results/manuscript/README.txt"
REPORT = ["report.html", "tables", "figures", "numbers.csv", *MADE_OF_RESULTS]
EXPLAINED = []  # sentences that were said
DATA_FILES = []  # of the plan, filled where it is read
# options that only look
LOOKING = re.compile(
    r"-[a-zA-Z]*n|-[SDl]|--(dry-?run|lint|report|unlock|(detailed-)?summary|(d3)?dag|(rule|file)graph|l[tc]|list|cleanup|print|archive"
    r"|containerize|generate|delete|export|touch|version|help)\b.*"
)
OF_ITS_OWN = workflow.is_main_process and workflow.modifier.is_main_snakefile()


def begin():
    """Hold the folder for this process; clear what a dead one left."""
    held = state.hold(STATE / "run.lock")
    if held is None:
        if "--unlock" in sys.argv:
            raise Refused(
                "A run is at work in this folder; wait for it, or end it. Nothing was done."
            )
        return None  # Snakemake's own lock says the rest
    alone = state.hold(state.JOBS)
    if alone is None:
        print("Waiting for jobs of a run that was killed ...", file=sys.stderr)
        alone = state.hold(state.JOBS, wait=True)
    alone.close()
    state.remove([".snakemake/locks", ".snakemake/scripts"])
    return held


def withdraw_report():
    """At the end of a run that was refused before its first job: what is read or sent is not of this plan and these data."""
    if workflow.scheduler is not None:
        return
    old = [HERE / f"results/{name}" for name in (*REPORT, *ON_DEMAND)]
    old.append(HERE / NOTE)
    gone = [path for path in old if os.path.lexists(path)]
    os.chdir(HERE)
    try:
        state.remove(gone)
        gone += kept.remove_unedited(STATE / "manuscript.json")
    except OSError:
        print(
            "What stands in results/ is of a run before and cannot be taken away.",
            file=sys.stderr,
        )
        return
    if gone:
        print("The report of the run before was taken away.", file=sys.stderr)


def mend_snakemake_report():
    """After `--report`: places on this machine and texts of the plan stand in it as they are."""
    words = [word.removeprefix("--report=") for word in sys.argv]
    for page in {HERE / word for word in words if word.endswith(".html")}:
        if page.is_file():
            text = page.read_text(encoding="utf-8")
            for file in filter(os.path.isabs, DATA_FILES):
                text = text.replace(file, Path(file).name)
            page.write_text(state.mend_report(text), encoding="utf-8")


def list_changed():
    """Files that are not as their job left them, to be asked for again: Snakemake sees dates only, and nothing where one between two others is gone."""
    if not HELD:
        return []
    made = {
        *state.find_changed(state.read_record(RECORD)),
        *state.find_blank("results"),
    }
    if not state.has_record(
        RECORD
    ):  # removed, or a copy without it: nobody knows of which data the results are
        made.update(state.list_all("results"))
    known = sorted(f for f in made if any(r.is_producer(f) for r in workflow.rules))
    if IS_RUN:
        state.remove(known)
    return known


def list_outputs(jobs):
    return [str(file) for job in jobs for file in job.output]


def begin_jobs():
    """Before the first job. The Snakefile calls it: of several `onstart:` Snakemake keeps the last one only."""
    clear_outdated()
    if workflow.local_exec:
        # the limit of jobs per second is meant for clusters: after every look for jobs it sets a clock to look again, and these add up
        workflow.scheduler.job_rate_limiter = None


def clear_outdated():
    """Before the first job: whatever will be made again goes, whatever was made of it, and whatever no job of the plan makes any more."""
    if workflow.touch:
        return
    record, targets = state.read_record(RECORD), workflow.dag_settings.targets
    outdated = {*list_outputs(workflow.dag.needrun_jobs())}
    others = {*record} - {*list_outputs(workflow.dag.jobs)}
    # a page alone, such as a first calculator or the manuscript again, leaves the rest as it is
    replaced = any(map(os.path.exists, outdated - {*map(str, targets)}))
    if replaced or not targets:
        outdated |= others
    state.write_record(RECORD, {k: v for k, v in record.items() if k not in outdated})
    if replaced or NOTE in outdated:
        kept.remove_unedited(STATE / "manuscript.json")
    if replaced or any(map(os.path.exists, outdated - {*map(str, targets)})):
        state.remove(f"results/{name}" for name in MADE_OF_RESULTS)
    state.remove(outdated)


def record_results():
    """After the last job, whether all went well or not: what is there now is as its job left it."""
    record = state.read_record(RECORD)
    made = state.hash_files(list_outputs(workflow.dag.jobs))
    record.update({path: content for path, content in made.items() if content})
    state.write_record(RECORD, record)
    state.remove_empty("results")


def see_to_room():
    """Said first and in one sentence: with a full disk or a folder that is read-only Snakemake ends in pages of its own words."""
    logging.raiseExceptions = False  # its log cannot be written either
    if obstacle := state.find_obstacle([STATE, "results", "logs"]):
        with contextlib.suppress(OSError):
            if state.hold(STATE / "run.lock"):  # and no other run is at work
                withdraw_report()
        raise Stopped(obstacle)


def explain_first(record):
    """A filter of Snakemake's log: its own words on a disk that is full or read-only stand below one sentence of ours."""
    words = state.explain(record.getMessage(), HERE)
    if record.levelno >= logging.ERROR and words and words not in EXPLAINED:
        EXPLAINED.append(words)
        record.msg, record.args = f"{words}\n{record.getMessage()}", None
    return True


LOOKS = any(LOOKING.fullmatch(word) for word in sys.argv[1:])
if OF_ITS_OWN and not LOOKS:
    see_to_room()
HELD = begin() if OF_ITS_OWN else None
IS_RUN = HELD and not LOOKS
if IS_RUN:
    atexit.register(withdraw_report)
    # jobs say it themselves; what Snakemake writes between them has no other place to hear of it
    logging.getLogger("snakemake.logging").addFilter(explain_first)
if HELD and any(word.startswith("--report") for word in sys.argv):
    atexit.register(mend_snakemake_report)
