"""The file of the plan can be read: a slip of YAML is told with its line and column, before anything else."""

from pathlib import Path

import yaml
from snakemake.exceptions import WorkflowError

HINT = (
    "Indent with spaces, never with tabs; put a text with `:`, `#` or `%` between quotes; "
    "close every bracket and quote."
)


def check_syntax(path):
    if not path.exists():
        return
    try:
        yaml.safe_load(path.read_text(encoding="utf-8"))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        place = f"{path}, line {mark.line + 1}, column {mark.column + 1}"
        raise WorkflowError(f"{place}: {error.problem}. {HINT}") from None
    except (UnicodeDecodeError, yaml.YAMLError):
        raise WorkflowError(
            f"{path} is not a text in UTF-8; save it so in your editor."
        ) from None


check_syntax(Path("config/config.yaml"))
