"""What stays of an earlier run: a workflow of three small rules with the house's own `state.smk`, run for real."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time

import pytest
from crlm.job import state
from running import ROOT

SNAKEFILE = f"""
include: "{ROOT}/workflow/rules/state.smk"


configfile: "config/config.yaml"


if config["word"] == "refused":
    raise WorkflowError("the plan has a problem")


rule read:
    input:
        "data/cohort.csv",
    output:
        cohort="results/cohort.csv",
        side="results/side.csv",
    params:
        contents=state.hash_contents(["data/cohort.csv"]),
    shell:
        "echo read >> calls; if grep -q broken {{input}}; then exit 1; fi; cp {{input}} {{output.cohort}}; echo 1 > {{output.side}}"


rule estimate:
    input:
        "results/cohort.csv",
    output:
        "results/estimate.csv",
    log:
        "logs/estimate.log",
    params:
        word=config["word"],
        long=config["long"],
    script:
        "estimate.py"


rule report:
    input:
        "results/estimate.csv",
    output:
        page="results/report.html",
        tables=directory("results/tables"),
    shell:
        "echo report >> calls; cp {{input}} {{output.page}}; mkdir -p {{output.tables}}; cp {{input}} {{output.tables}}/a.csv; cp {{input}} {{output.tables}}/b.csv"


rule calculator:
    input:
        "results/cohort.csv",
    output:
        "results/calculator.html",
    shell:
        "cp {{input}} {{output}}"


rule all:
    default_target: True
    input:
        "results/report.html",
        "results/tables",
        *rules.read.input,
        list_changed(),


"""
# as the workflow's own Snakefile has them
SNAKEFILE += """
onstart:
    begin_jobs()


onsuccess:
    record_results()


onerror:
    record_results()
"""
ESTIMATE = """
import time
from pathlib import Path
from crlm.job import logs
logs.to_file(snakemake.log[0])
with open("calls", "a") as calls:
    calls.write("estimate ")
time.sleep(snakemake.params.long)
if snakemake.params.word == "wrong":
    raise ValueError
Path(snakemake.output[0]).write_text(Path(snakemake.input[0]).read_text() + snakemake.params.word)
"""
ALL = ["read", "estimate", "report"]


ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT / "scripts")}


class Study:
    def __init__(self, folder):
        self.folder = folder
        (folder / "config").mkdir(parents=True)
        (folder / "data").mkdir()
        (folder / "Snakefile").write_text(SNAKEFILE)
        (folder / "estimate.py").write_text(ESTIMATE)
        self.plan()
        self.write("data/cohort.csv", "id\n1\n")

    def plan(self, word="first", long=0):
        self.write("config/config.yaml", f"{{word: {word}, long: {long}}}\n")

    def write(self, name, text):
        (self.folder / name).write_text(text)

    def read(self, name):
        return (self.folder / name).read_text()

    def command(self, *options):
        command = [sys.executable, "-m", "snakemake", "--cores", "1", "--rerun-incomplete"]
        place = ["--directory", self.folder, "--snakefile", self.folder / "Snakefile"]
        return [*command, *map(str, place), *options]

    def run(self, *options):
        """The jobs that ran, and the finished process."""
        (self.folder / "calls").unlink(missing_ok=True)
        done = subprocess.run(
            self.command(*options), capture_output=True, text=True, env=ENVIRONMENT
        )
        calls = self.folder / "calls"
        return calls.read_text().split() if calls.exists() else [], done

    def wait_for(self, word):
        for _ in range(600):
            if (self.folder / "calls").exists() and word in self.read("calls"):
                return
            time.sleep(0.1)
        raise AssertionError(f"{word} never began")


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    study = Study(tmp_path_factory.mktemp("state") / "study")
    jobs, done = study.run()
    assert jobs == ALL, done.stderr
    return study


@pytest.fixture
def study(finished, tmp_path):
    """A copy of a finished study, dates and all."""
    copy = object.__new__(Study)
    copy.folder = shutil.copytree(finished.folder, tmp_path / "study")
    return copy


def date(path, seconds):
    os.utime(path, (time.time() + seconds,) * 2)


def test_nothing_is_done_twice_and_a_new_date_is_no_change(study):
    date(study.folder / "data/cohort.csv", 100)
    assert study.run()[0] == []


def test_an_older_export_in_place_of_a_newer_one_runs_again(study):
    study.write("data/cohort.csv", "id\n0\n")
    date(study.folder / "data/cohort.csv", -1e6)
    assert study.run()[0] == ALL
    assert study.read("results/report.html") == "id\n0\nfirst"


@pytest.mark.parametrize(
    ("name", "jobs", "how"),
    [
        ("results/side.csv", ALL, "removed"),
        ("results/side.csv", ALL, "edited, dated back"),
        ("results/estimate.csv", ["estimate", "report"], "edited"),
        ("results/report.html", ["report"], "edited"),
        ("results/tables/b.csv", ["report"], "removed"),
        ("results/tables/b.csv", ["report"], "edited, dated back"),
    ],
)
def test_a_result_that_was_edited_or_removed_is_made_again(study, name, jobs, how):
    path = study.folder / name
    before, content = path.stat(), path.read_text()
    path.unlink() if how == "removed" else path.write_text(content.replace("1", "7") + "x")
    if how == "edited, dated back":
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert study.run()[0] == jobs
    assert path.read_text() == content


def test_after_an_error_no_old_report_table_or_figure_stays(study):
    study.write("data/cohort.csv", "broken\n")
    jobs, done = study.run()
    assert (jobs, done.returncode) == (["read"], 1)
    assert [p for p in (study.folder / "results").rglob("*") if p.is_file()] == []
    study.write("data/cohort.csv", "id\n1\n")
    assert study.run()[0] == ALL


def test_what_an_error_does_not_concern_stays(study):
    study.plan(word="wrong")
    assert study.run()[0] == ["estimate"]
    assert {p.name for p in (study.folder / "results").iterdir()} == {"cohort.csv", "side.csv"}
    study.plan()
    assert study.run()[0] == ["estimate", "report"]


def test_a_refused_plan_takes_the_old_report_away_but_a_look_does_not(study):
    study.plan(word="refused")
    for look in (["-n"], ["--summary"]):
        assert study.run(*look)[1].returncode == 1
        assert (study.folder / "results/report.html").exists(), look
    _, done = study.run()
    assert done.returncode == 1
    assert "The report of the run before was taken away" in done.stderr
    assert not (study.folder / "results/report.html").exists()
    assert not (study.folder / "results/tables").exists()
    study.plan()
    assert study.run()[0] == ["report"]


def test_a_missing_export_takes_the_old_report_away(study):
    (study.folder / "data/cohort.csv").unlink()
    assert study.run()[1].returncode == 1
    assert not (study.folder / "results/report.html").exists()


def test_a_result_that_no_job_makes_any_more_goes(study):
    text = SNAKEFILE.replace('        side="results/side.csv",\n', "")
    study.write("Snakefile", text.replace("; echo 1 > {output.side}", ""))
    study.plan(word="second")
    (study.folder / "results/of an analysis/before").mkdir(parents=True)
    study.run()
    assert not (study.folder / "results/side.csv").exists()
    assert not (study.folder / "results/of an analysis").exists()
    assert study.read("results/report.html") == "id\n1\nsecond"


def test_a_file_left_empty_by_a_power_loss_is_made_again(study):
    (study.folder / ".snakemake/crlm/results.json").write_text("\0\0")
    for name, content in {"cohort": b"", "estimate": b"\0\0\0"}.items():
        before = (study.folder / f"results/{name}.csv").stat()
        (study.folder / f"results/{name}.csv").write_bytes(content)
        os.utime(study.folder / f"results/{name}.csv", ns=(before.st_mtime_ns,) * 2)
    assert study.run()[0] == ALL


@pytest.mark.parametrize("victim", ["main process", "everything"])
def test_after_a_kill_the_next_run_goes_on_by_itself(study, victim):
    study.plan(word="second", long=3)
    study.write("data/cohort.csv", "id\n2\n")
    (study.folder / "calls").unlink()
    process = subprocess.Popen(
        study.command(), start_new_session=True, stdout=-3, stderr=-3, env=ENVIRONMENT
    )
    study.wait_for("estimate")
    kill = os.kill if victim == "main process" else os.killpg
    kill(process.pid, signal.SIGKILL)
    process.wait()
    free = state.hold(study.folder / state.JOBS)
    assert (free is None) == (victim == "main process")  # its job lives on
    if free:
        free.close()
    assert not (study.folder / "results/report.html").exists()
    assert list((study.folder / ".snakemake/locks").iterdir())
    jobs, done = study.run()
    assert done.returncode == 0, done.stderr
    assert jobs == ["estimate", "report"]
    assert study.read("results/report.html") == "id\n2\nsecond"


def test_the_lock_of_a_living_run_is_left_alone(study):
    """This test stands for the living run: it holds what a run holds."""
    lock = study.folder / ".snakemake/locks/0.output.lock"
    lock.parent.mkdir(exist_ok=True)
    lock.write_text("results/report.html\n")
    study.plan(word="second")
    living = state.hold(study.folder / ".snakemake/crlm/run.lock")
    jobs, done = study.run()
    assert (jobs, done.returncode) == ([], 1)
    assert "cannot be locked" in done.stdout + done.stderr
    assert (study.folder / "results/report.html").exists()
    _, done = study.run("--unlock")
    assert "A run is at work in this folder" in done.stdout + done.stderr
    assert lock.exists()
    living.close()
    assert study.run()[0] == ["estimate", "report"]


def test_what_was_made_of_the_results_goes_with_them_and_not_for_a_page_beside_them(study):
    study.write("results/share.zip", "packed")
    study.run("results/calculator.html")
    assert study.read("results/share.zip") == "packed"
    study.plan("second")
    study.run()
    assert not (study.folder / "results/share.zip").exists()


def test_the_workflow_has_each_handler_once_and_calls_what_is_tested_here():
    """Of several `onstart:` Snakemake keeps the last one only: one in the Snakefile once switched that of state.smk off."""
    files = [ROOT / "Snakefile", *sorted((ROOT / "workflow/rules").glob("*.smk"))]
    text = "\n".join(file.read_text("utf-8") for file in files)
    for name in ("onstart", "onsuccess", "onerror"):
        assert len(re.findall(rf"^{name}:", text, re.M)) == 1
        mine = re.search(rf"^{name}:\n((?:    .+\n)+)", SNAKEFILE, re.M)[1]
        theirs = re.search(rf"^{name}:\n((?:    .+\n)+)", text, re.M)[1]
        assert theirs.startswith(mine)


def test_a_page_made_of_other_data_leaves_nothing_of_the_old_ones_beside_it(study):
    """`make calculator` after another export: the cohort is new, so report and tables were of another one."""
    study.write("data/cohort.csv", "id\n2\n")
    study.write("results/share.zip", "packed")
    jobs, done = study.run("results/calculator.html")
    assert (jobs, done.returncode) == (["read"], 0), done.stderr
    left = {p.name for p in (study.folder / "results").rglob("*") if p.is_file()}
    assert left == {"cohort.csv", "side.csv", "calculator.html"}
    assert study.run()[0] == ["estimate", "report"]


def test_a_page_made_again_by_itself_takes_nothing_away(study):
    study.run("results/calculator.html")
    study.write("results/share.zip", "packed")
    _, done = study.run("--forcerun", "calculator", "--", "results/calculator.html")
    assert done.returncode == 0, done.stderr
    assert (study.folder / "results/share.zip").exists()
    assert study.run()[0] == []


def test_a_refused_plan_takes_pages_and_manuscript_away_but_not_what_an_author_wrote(study):
    record = {}
    for name in ("results/manuscript/manuscript.docx", "results/manuscript/checklists.docx"):
        (study.folder / name).parent.mkdir(exist_ok=True)
        study.write(name, "made")
        record[name] = state.hash_content(study.folder / name)
    study.write("results/manuscript/checklists.docx", "made and filled in")
    state.write_record(study.folder / ".snakemake/crlm/manuscript.json", record)
    pages = ("calculator.html", "score_registry.html", "share.zip", "manuscript/README.txt")
    for name in pages:
        study.write(f"results/{name}", "old")
    for name in ("practice", "contact_sheets"):
        (study.folder / "results" / name).mkdir()
        study.write(f"results/{name}/one", "old")
    study.plan(word="refused")
    assert study.run()[1].returncode == 1
    left = {p.name for p in (study.folder / "results").rglob("*") if p.is_file()}
    assert left == {"cohort.csv", "side.csv", "estimate.csv", "checklists.docx"}


@pytest.mark.parametrize("lost", [".snakemake", ".snakemake/crlm/results.json"])
def test_results_copied_without_their_record_are_made_again(study, lost):
    """A study dragged elsewhere loses its hidden folder: Snakemake knows dates only then, and another plan goes unseen."""
    path = study.folder / lost
    shutil.rmtree(path) if path.is_dir() else path.unlink()
    study.plan(word="second")
    date(study.folder / "config/config.yaml", -1e6)
    assert study.run()[0] == ALL
    assert study.read("results/report.html") == "id\n1\nsecond"
    assert study.run()[0] == []


def test_what_cannot_be_written_is_the_first_thing_said(study):
    shutil.rmtree(study.folder / "logs", ignore_errors=True)
    study.write("logs", "")
    _, done = study.run()
    said = done.stdout + done.stderr
    assert done.returncode == 1
    assert "logs is a file where a folder must be. Move it away and run again." in said
    assert "Traceback" not in said
    assert not (study.folder / "results/report.html").exists()
    study.run("-n")
    (study.folder / "logs").unlink()
    assert study.run()[0] == ["report"]


def test_no_two_rule_files_give_the_same_name_to_different_things():
    """Rule files share their names: one that gave BESIDE another content kept old share.zip files alive."""
    given = {}
    for file in [ROOT / "Snakefile", *sorted((ROOT / "workflow/rules").glob("*.smk"))]:
        for name in {*re.findall(r"^([A-Z_]{2,}) = |^def (\w+)", file.read_text("utf-8"), re.M)}:
            given.setdefault("".join(name), []).append(file.name)
    assert len(given) > 60
    assert {name: files for name, files in given.items() if len(files) > 1} == {}
