"""Answers given in a file instead of on the terminal: `key: number of the answer`, one a line (YAML)."""

from pathlib import Path

from crlm.plan.reading import as_read, read_written
from crlm.plan.schema import PlanError


def read_answers(path):
    """Return {key: answer} of a file, none without a file. Raises ValueError, in words, for one that cannot be read."""
    if not path:
        return {}
    if not Path(path).is_file():
        raise ValueError(f"There is no file of answers {path}.")
    try:
        answers = as_read(read_written(Path(path).read_text(encoding="utf-8-sig")))
    except PlanError as error:
        raise ValueError(f"{path}: {error.problems[0]}") from None
    if not isinstance(answers, dict):
        raise ValueError(f"{path}: write one answer a line, as `Status: 1`.")
    return {str(key): answer for key, answer in answers.items()}
