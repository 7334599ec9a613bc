"""What a run left behind, by content: a result that was edited, removed or never finished is found, whatever its date."""

import contextlib
import errno
import fcntl
import hashlib
import hmac
import json
import os
import re
import shutil
import sys
from pathlib import Path

JOBS = ".snakemake/crlm/jobs.lock"  # held by every job while it lives
FULL = "The disk is full. Make room and run again; what was finished is kept."
NO_ROOM = (errno.ENOSPC, errno.EDQUOT)
NO_ACCESS = (errno.EROFS, errno.EACCES, errno.EPERM)
PROBE = 2**18  # bytes that a run needs at least, for its locks and logs
SOURCE = re.compile(r'"/[^"<]*/(?=(?:scripts/crlm|report|scores|schemas)/[^"<]*")')
DATA = re.compile(r"^ *var \w+ = .*;$", re.MULTILINE)
OPEN_IN_OFFICE = (".", "~$")  # files that Snakemake, the system or an open program puts beside


def hash_content(path):
    """Return the SHA-256 of a file, or of the names and contents in a folder, as text; None where there is nothing."""
    path = Path(path)
    if path.is_dir():
        parts = [
            f"{file.relative_to(path).as_posix()} {hash_content(file)}"
            for file in sorted(path.rglob("*"))
            if file.is_file() and not file.name.startswith(OPEN_IN_OFFICE)
        ]
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()
    if not path.is_file():
        return None
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def hash_files(paths):
    """Return {path: SHA-256 of its content}, None for a file that is not there."""
    return {str(path): hash_content(path) for path in paths}


def hash_contents(paths):
    """Return the hash of each file that is named: among the params of a rule it makes content count, not date."""
    return [hash_content(path) for path in paths if path]


def hash_secret(value, path):
    """Return a hash of `value` that only who has the file at `path` can try guesses against, to see that it changed."""
    file = Path(path)
    key = hashlib.sha512(file.read_bytes()).digest() if file.is_file() else b""
    return hmac.new(key, repr(value).encode(), "sha256").hexdigest()


def read_record(path):
    """Return what `write_record` wrote; empty where there is none or a power loss spoilt it."""
    return _load(path) or {}


def has_record(path):
    """Whether `write_record` wrote there, be it that nothing was made; not where a power loss spoilt it."""
    return _load(path) is not None


def _load(path):
    try:
        record = json.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return record if isinstance(record, dict) else None


def write_record(path, record):
    """Write {file: hash}, whole or not at all; on a full disk the old record goes, so that nothing is taken for checked."""
    path = Path(path)
    new = path.with_suffix(".new")
    try:
        with open(new, "w", encoding="utf-8") as file:
            json.dump(record, file, indent=0, sort_keys=True)
            file.flush()
            os.fsync(file.fileno())
        os.replace(new, path)
    except OSError:
        remove([path, new])


def write_whole(path, content):
    """Write bytes whole or not at all, so that a full disk spoils nothing; exit in words where it cannot be written."""
    path = Path(path)
    new = path.with_name(f".{path.name}.new")
    try:
        new.write_bytes(content)
        os.replace(new, path)
    except OSError as error:
        with contextlib.suppress(OSError):
            new.unlink(missing_ok=True)
        what = (
            "the disk is full; make room"
            if error.errno == errno.ENOSPC
            else "look at the permissions of its folder"
        )
        sys.exit(f"{path} could not be written: {what} and do the same again.")


def find_changed(record):
    """Return the files of a record that are gone or hold something else, in their order."""
    return [path for path, content in record.items() if hash_content(path) != content]


def list_all(folder):
    """Return every file and folder below `folder`."""
    return [str(path) for path in sorted(Path(folder).rglob("*"))]


def find_blank(folder):
    """Return the files below `folder` that hold nothing or zero bytes, as a power loss leaves them; a result is never empty."""
    files = [f for f in sorted(Path(folder).rglob("*")) if f.is_file()]
    return [str(f) for f in files if not f.name.startswith(OPEN_IN_OFFICE) and is_blank(f)]


def is_blank(path):
    with open(path, "rb") as file:
        return file.read(1) in (b"", b"\0")


def name_what_was_made(report, made, targets):
    """Return the last line of a run that went well: where the report is, or that it was not asked for."""
    if str(report) in made:
        return f"Done. Open {Path(report).resolve()}"
    return f"Done: {', '.join(sorted(map(str, targets)))}. The report was not asked for."


def remove(paths):
    """Remove files and folders; one that is not there is no error."""
    for path in map(Path, paths):
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


def remove_empty(folder):
    """Remove the folders below `folder` in which nothing is, as they stay where every file went."""
    for path in sorted(Path(folder).rglob("*"), reverse=True):
        if path.is_dir() and not path.is_symlink() and not any(path.iterdir()):
            path.rmdir()


def find_obstacle(folders):
    """Return in one sentence why nothing can be written in one of the folders, which are made; None where it can."""
    for folder in map(Path, folders):
        probe = folder / ".probe"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            probe.write_bytes(bytes(PROBE))
        except OSError as error:
            if error.errno in NO_ROOM:
                return FULL
            if folder.exists() and not folder.is_dir():
                return f"{folder.resolve()} is a file where a folder must be. Move it away and run again."
            return _tell_no_access(folder.resolve(), error.errno)
        finally:
            with contextlib.suppress(OSError):
                probe.unlink(missing_ok=True)
    return None


def _tell_no_access(folder, number):
    return (
        f"Nothing can be written in {folder} ({os.strerror(number)}). "
        "Look at its permissions, or copy the study to a place of your own, and run again."
    )


def explain(words, folder):
    """Return in one sentence what a number of the system in words (`[Errno 28]`) means: no room, no access; else None."""
    for number in map(int, re.findall(r"\[Errno (\d+)\]", words)):
        if number in NO_ROOM:
            return FULL
        if number in NO_ACCESS:
            return _tell_no_access(folder, number)
    return None


def mend_report(text):
    """Return the page of Snakemake's report without what it takes over as it stands.

    Sources are named as in the repository, not by where this machine has them; no text of a plan ends a script: its data are JSON,
    a line each, where < may be written as \\u003c."""
    text = DATA.sub(lambda line: line[0].replace("<", "\\u003c"), text)
    return SOURCE.sub('"', text)


def hold(path, shared=False, wait=False):
    """Return an open file that holds a lock on `path` until its process ends, however it ends; None where another holds it.

    shared: several may hold it so at once; wait: until it is free. The system gives the lock back even after `kill -9`."""
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    file = open(path, "a")  # noqa: SIM115 kept open for the life of the process
    kind = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
    try:
        fcntl.flock(file, kind if wait else kind | fcntl.LOCK_NB)
    except OSError:
        file.close()
        return None
    return file
