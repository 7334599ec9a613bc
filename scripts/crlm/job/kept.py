"""Documents that an author may have written in: such a file is never overwritten, the new one goes beside it."""

from itertools import count
from pathlib import Path

from crlm.job import state


def list_edited(folder, names, record):
    """Return the paths of those files that are there and are not as they were written last.

    record: {path: hash} as `write_beside` keeps it; without it (`.snakemake` was removed) every file counts as edited.
    """
    paths = [Path(folder) / name for name in names]
    return [path for path in paths if path.exists() and not is_own(path, record)]


def is_own(path, record):
    """Whether a file is as it was written last."""
    return record.get(str(path)) == state.hash_content(path)


def write_beside(folder, files, record_path):
    """Write files, {name: bytes}, and return {name: path}; one that was edited stays, and the new one is `<name>_2`, `_3`, ..."""
    Path(folder).mkdir(parents=True, exist_ok=True)
    record, written = state.read_record(record_path), {}
    for name, content in files.items():
        path = _choose(Path(folder) / name, record)
        path.write_bytes(content)
        record[str(path)] = state.hash_content(path)
        written[name] = path
    Path(record_path).parent.mkdir(parents=True, exist_ok=True)
    state.write_record(record_path, record)
    return written


def remove_unedited(record_path):
    """Remove what was written and is as it was written, since it is not of these data any more; return the paths."""
    record = state.read_record(record_path)
    own = [path for path in record if is_own(path, record)]
    state.remove(own)
    return own


def _choose(path, record):
    names = (path if n == 1 else path.with_stem(f"{path.stem}_{n}") for n in count(1))
    return next(each for each in names if not each.exists() or is_own(each, record))
