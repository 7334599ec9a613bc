"""Pack what may leave the hospital: `python -m crlm.report.share STUDY`, called by `make share`."""

import hashlib
import io
import re
import sys
import zipfile
from pathlib import Path

import yaml

from crlm.display import privacy
from crlm.job import state, storage

RECORD = ".snakemake/crlm/results.json"  # the files that runs made
TARGET = "share.zip"
MANIFEST = "MANIFEST.sha256"
# single patients, made-up ones, and documents in which an author may have written anything
KEPT_BACK = ("private/", "practice/", "manuscript/")
FIRST_DAY = (1980, 1, 1, 0, 0, 0)  # the same results give the same bytes
BESIDE = (
    "snakemake_report.html",
    "contact_sheets/",
)  # made of the results by commands of their own
UNKNOWN = "Nothing was packed: nothing is kept of which files a run made. `make clean` of this study, then the same again."
# one row per event or lesion, a second computation that hidden numbers could be read from, and pages made of files as they are
NEVER_SMALL = re.compile(
    r"cox/.*_schoenfeld\.csv|discordance/spread\.csv|disease_states/curves\.csv|cross_check\.csv|conventions\.csv|snakemake_report\.html"
    r"|calculator\.html"  # made by a command of its own, perhaps before small cells were hidden
)


def collect_files(results, small_cells=None):
    """Return {name below `results`: bytes} of every file outside `KEPT_BACK`, in order.

    small_cells: result tables are masked (`privacy.mask`) and those that cannot be are left out; tables, figures and report
    were masked when they were made.
    """
    files = {}
    for path in sorted(results.rglob("*")):
        name = path.relative_to(results).as_posix()
        hidden = any(part.startswith((".", "~$")) for part in path.relative_to(results).parts)
        if not path.is_file() or hidden or name == TARGET or name.startswith(KEPT_BACK):
            continue
        if small_cells and NEVER_SMALL.fullmatch(name):
            continue
        content = path.read_bytes()
        if small_cells and path.suffix == ".csv" and not name.startswith("tables/"):
            content = mask_file(content, small_cells)
        files[name] = content
    return files


def sort_out(files, record):
    """Return `files` without those that no run made, and the names of these: a file put there by hand may hold anything.

    record: paths from the folder of the study, as `state.write_record` keeps them; a folder stands for what is in it.
    """
    made = {path.removeprefix("results/") for path in record}
    folders = (*(f"{name}/" for name in made), *BESIDE)
    own = {k: v for k, v in files.items() if k in made or k.startswith(folders)}
    return own, [name for name in files if name not in own]


def mask_file(content, small_cells):
    """Return the bytes of a result table with its small counts hidden."""
    table = storage.read_table(io.BytesIO(content))
    masked = privacy.mask(table, small_cells)
    buffer = io.StringIO()
    storage.write_table(masked, buffer)
    return buffer.getvalue().encode()


def pack(files):
    """Return the bytes of a zip of the files and a manifest of their SHA-256 (`sha256sum --check`); the same for the same files."""
    lines = [
        f"{hashlib.sha256(content).hexdigest()}  results/{name}\n"
        for name, content in files.items()
    ]
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in {**files, MANIFEST: "".join(lines).encode()}.items():
            entry = zipfile.ZipInfo(f"results/{name}" if name != MANIFEST else name, FIRST_DAY)
            entry.external_attr = 0o644 << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
    return buffer.getvalue()


def main(study):
    results = Path(study) / "results"
    plan = yaml.safe_load((Path(study) / "config/config.yaml").read_text(encoding="utf-8"))
    output = plan.get("output") or {}
    least = (output.get("privacy") or {}).get("small_cells")
    state.remove([results / TARGET])  # an old one never stands for this one
    record = state.read_record(Path(study) / RECORD)
    if not record:
        sys.exit(UNKNOWN)
    files, strange = sort_out(collect_files(results, least), record)
    state.write_whole(results / TARGET, pack(files))
    said = (
        f"counts below {least} are hidden"
        if least
        else "small counts are NOT hidden (output: privacy: {small_cells: 5})"
    )
    print(
        f"{len(files)} files are in {results / TARGET}; {said}. Single patients are in none of them."
    )
    if strange:
        print(f"Left out, since no run made them: {', '.join(strange)}")


if __name__ == "__main__":
    main(sys.argv[1])
