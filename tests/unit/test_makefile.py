"""The Makefile in a copy of its own: what it removes, what it refuses, and the folder that Snakemake is given.

`.venv/bin/snakemake` is a stand-in that writes down its arguments; make and the shell are the real ones.
"""

import os
import re
import shutil
import subprocess

import pytest

GENERATED = ("results", "logs", "benchmarks", ".snakemake")
KEPT = ("config/config.yaml", "data/cohort.csv", "results.txt", "notes/results/letter.txt")
NAMES = [
    "studies/mine",
    "studies/mine copy",
    "it's mine",
    'a "b" c',
    "cost $HOME $$",
    "a; b & c",
    "*",
    "-x",
    "--help me",
    "Klinik Süd/ä ö",
]
STAND_IN = """#!/bin/sh
for word in "$@"; do printf '%s\\n' "$word"; done >> snakemake_called
"""


def write(path, text="kept"):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


@pytest.fixture
def checkout(root, tmp_path):
    """A folder with the Makefile and a set-up that counts as done."""
    folder = tmp_path / "a check out"
    folder.mkdir()
    shutil.copy(root / "Makefile", folder)
    write(folder / "requirements.lock")
    write(folder / ".venv/bin/snakemake", STAND_IN)
    (folder / ".venv/bin/snakemake").chmod(0o755)
    write(folder / ".venv/.ready")
    stamp = (folder / "requirements.lock").stat().st_mtime_ns
    os.utime(folder / ".venv/.ready", ns=(stamp, stamp))
    return folder


@pytest.fixture
def make(checkout):
    """Run make there, with nothing of the make that may run these tests."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("MAKE") and k != "STUDY"}

    def run(*arguments, **environment):
        command = ["make", *arguments]
        return subprocess.run(
            command, cwd=checkout, capture_output=True, text=True, env={**kept, **environment}
        )

    return run


def make_study(folder):
    """A study that was run; returns the files that are the user's."""
    for name in GENERATED:
        write(folder / name / "deep/file.txt", "made")
    for name in KEPT:
        write(folder / name)
    return [folder / name for name in KEPT]


def list_files(folder):
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("name", NAMES)
def test_clean_removes_what_was_made_in_that_study_only(checkout, make, name):
    for other in {*NAMES, ".", "copy/results"} - {name}:
        make_study(checkout / other)
    make_study(checkout / name)
    before = list_files(checkout)
    gone = {f"{name}/{part}/deep/file.txt" for part in GENERATED}
    done = make("clean", f"STUDY={name}")
    assert done.returncode == 0, done.stderr
    assert gone < before
    assert list_files(checkout) == before - gone


def test_clean_without_a_name_is_of_the_demo(checkout, make):
    kept = make_study(checkout)
    others = make_study(checkout / "studies/mine")
    assert make("clean").returncode == 0
    assert not any((checkout / name).exists() for name in GENERATED)
    assert all(path.exists() for path in kept + others)
    assert all((checkout / "studies/mine" / name).exists() for name in GENERATED)


def test_clean_takes_a_link_away_and_leaves_what_it_leads_to(checkout, make):
    make_study(checkout / "studies/mine")
    shutil.rmtree(checkout / "studies/mine/results")
    write(checkout / "elsewhere/file.txt")
    (checkout / "studies/mine/results").symlink_to(checkout / "elsewhere")
    assert make("clean", "STUDY=studies/mine").returncode == 0
    assert not (checkout / "studies/mine/results").is_symlink()
    assert (checkout / "elsewhere/file.txt").exists()


@pytest.mark.parametrize(
    "target",
    ["clean", "run", "report", "scores", "unlock", "share", "manuscript", "freeze", "gallery"],
)
@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("", "STUDY is empty. Name the folder of a study, as in STUDY=studies/mine"),
        (" ", "Nothing was done."),  # make takes the space of an argument away
        ("studies", "studies is not a study: it has no config/config.yaml. Nothing was done."),
        ("/", "/ is not a study"),
        ("studies/mine copy", "studies/mine copy is not a study"),
    ],
)
@pytest.mark.parametrize("place", ["argument", "environment"])
def test_what_is_not_a_study_is_refused_before_anything_is_done(
    checkout, make, target, name, words, place
):
    make_study(checkout)
    make_study(checkout / "studies/mine")
    make_study(checkout / "copy")
    before = list_files(checkout)
    done = make(target, f"STUDY={name}") if place == "argument" else make(target, STUDY=name)
    assert done.returncode != 0
    assert words in done.stderr
    assert list_files(checkout) == before


@pytest.mark.parametrize("name", NAMES)
def test_a_file_to_propose_from_is_given_as_it_was_typed(checkout, make, name):
    write(
        checkout / ".venv/bin/python",
        '#!/bin/sh\nprintf "%s|%s|%s" "$FILE" "$STUDY" "$ANSWERS" > given\n',
    )
    (checkout / ".venv/bin/python").chmod(0o755)
    done = make("study", f"FILE={name}.xlsx", f"STUDY={name}", f"ANSWERS={name}.yaml")
    assert done.returncode == 0, done.stderr
    assert (checkout / "given").read_text() == f"{name}.xlsx|{name}|{name}.yaml"


@pytest.mark.parametrize("name", NAMES)
def test_snakemake_is_given_the_folder_as_one_word(checkout, make, name):
    make_study(checkout / name)
    done = make("report", f"STUDY={name}")
    assert done.returncode == 0, done.stderr
    words = (checkout / "snakemake_called").read_text().splitlines()
    assert words.count(f"--directory={name}") == 2
    assert not [w for w in words if w.startswith("--directory") and w != f"--directory={name}"]
    assert words[-2:] == ["--report", "results/snakemake_report.html"]


@pytest.mark.parametrize("name", NAMES)
def test_clean_keeps_the_documents_that_an_author_may_have_written_in(checkout, make, name):
    kept = make_study(checkout / name)
    write(checkout / name / "results/manuscript/manuscript.docx", "my own words")
    done = make("clean", f"STUDY={name}")
    assert done.returncode == 0 and f"Kept: {name}/results/manuscript" in done.stdout
    left = list_files(checkout / name)
    assert left == {*KEPT, "results/manuscript/manuscript.docx"}
    assert all(path.exists() for path in kept)


def test_clean_does_not_follow_a_link_to_a_manuscript(checkout, make):
    make_study(checkout / "studies/mine")
    shutil.rmtree(checkout / "studies/mine/results")
    write(checkout / "elsewhere/manuscript/file.docx")
    write(checkout / "elsewhere/file.txt")
    (checkout / "studies/mine/results").symlink_to(checkout / "elsewhere")
    assert make("clean", "STUDY=studies/mine").returncode == 0
    assert not (checkout / "studies/mine/results").is_symlink()
    assert list_files(checkout / "elsewhere") == {"file.txt", "manuscript/file.docx"}


@pytest.mark.parametrize("name", NAMES)
def test_the_manuscript_is_always_made_anew(checkout, make, name):
    make_study(checkout / name)
    write(checkout / name / "results/manuscript/README.txt", "what stands here")
    done = make("manuscript", f"STUDY={name}")
    assert done.returncode == 0, done.stderr
    assert "what stands here" in done.stdout
    words = (checkout / "snakemake_called").read_text().splitlines()
    last = words[len(words) - words[::-1].index(f"--directory={name}") - 1 :]
    assert last == [
        f"--directory={name}",
        "--forcerun",
        "write_manuscript",
        "--",
        "results/manuscript/README.txt",
    ]


@pytest.mark.parametrize("reason", ["", "more patients", 'it\'s "$HOME" $$ `id` ; x'])
def test_freeze_takes_folder_and_reason_as_one_word_each(checkout, make, reason):
    make_study(checkout / "mine copy")
    write(checkout / ".venv/bin/python", STAND_IN)
    (checkout / ".venv/bin/python").chmod(0o755)
    done = make("freeze", "STUDY=mine copy", f"REASON={reason}")
    assert done.returncode == 0, done.stderr
    words = (checkout / "snakemake_called").read_text().splitlines()
    read = words.index("--list-rules")  # the plan is read as in a run
    assert "--directory=mine copy" in words[:read]
    assert words[read + 1 :] == ["-m", "crlm.plan.freeze", "mine copy", reason]


READ_ONLY = """#!/bin/sh
test() { [ "$1" != -w ] && command test "$@"; }
shift; eval "$1"
"""


@pytest.mark.parametrize("target", ["run", "freeze", "clean"])
def test_a_folder_in_which_nothing_can_be_written_is_said_alone(checkout, make, target):
    """The superuser of a container may write everywhere: a shell stands in that finds no place to write."""
    make_study(checkout / "mine")
    write(checkout / "shell", READ_ONLY)
    (checkout / "shell").chmod(0o755)
    before = list_files(checkout)
    done = make(target, "STUDY=mine", f"SHELL={checkout}/shell".replace(" ", "\\ "))
    assert done.returncode != 0
    assert done.stderr.startswith("Nothing can be written in mine. Look at its permissions")
    assert list_files(checkout) == before


def test_a_plan_that_a_run_refuses_is_not_frozen(checkout, make):
    make_study(checkout / "mine")
    write(checkout / ".venv/bin/snakemake", "#!/bin/sh\necho Refused: so. >&2\nexit 1\n")
    write(checkout / ".venv/bin/python", STAND_IN)
    for name in ("snakemake", "python"):
        (checkout / f".venv/bin/{name}").chmod(0o755)
    before = list_files(checkout)
    done = make("freeze", "STUDY=mine")
    assert done.returncode != 0
    assert done.stderr.startswith("Refused: so.\nNothing was frozen.\n")
    assert list_files(checkout) == before


@pytest.mark.parametrize("name", NAMES)
def test_unlock_and_share_take_the_folder_as_one_word(checkout, make, name):
    make_study(checkout / name)
    write(checkout / ".venv/bin/python", STAND_IN)
    (checkout / ".venv/bin/python").chmod(0o755)
    for target in ("unlock", "share"):
        done = make(target, f"STUDY={name}")
        assert done.returncode == 0, done.stderr
    words = (checkout / "snakemake_called").read_text().splitlines()
    assert words[words.index(f"--directory={name}") + 1] == "--unlock"
    assert words[-3:] == ["-m", "crlm.report.share", name]


@pytest.mark.parametrize("target", ["share", "gallery", "manuscript", "report"])
def test_what_is_made_of_the_results_is_made_after_a_run_that_went_well(checkout, make, target):
    make_study(checkout / "mine")
    write(checkout / ".venv/bin/snakemake", "#!/bin/sh\nexit 1\n")
    write(checkout / ".venv/bin/python", STAND_IN)
    for name in ("snakemake", "python"):
        (checkout / f".venv/bin/{name}").chmod(0o755)
    before = list_files(checkout)
    assert make(target, "STUDY=mine").returncode != 0
    assert list_files(checkout) == before


def test_every_script_of_r_is_called_for_the_reference_values(root, make):
    told = make("-n", "golden").stdout
    assert told
    called = re.findall(r"Rscript (\S+\.R) .*?(\S+)$", told, re.MULTILINE)
    scripts = {path.relative_to(root).as_posix() for path in root.glob("tests/**/make_*.R")}
    assert len(scripts) > 20
    assert {script for script, _ in called} == scripts
    made = [target for _, target in called if target.endswith(".json")]
    assert len(made) == len(set(made)) >= len(scripts) - 1
    assert [target for target in made if not (root / target).is_file()] == []


def test_a_language_counts_where_it_is_typed(make):
    """LANGUAGE of the environment is the desktop's: it holds `en_US:en` there."""

    def ask(*arguments, **environment):
        told = make("-pn", "help", *arguments, **environment).stdout
        return re.search(r"(?m)^STUDY_LANGUAGE := ?(.*)$", told)[1]

    assert ask("LANGUAGE=de") == "de"
    assert ask(LANGUAGE="en_US:en") == ask() == ""
