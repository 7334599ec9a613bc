"""The library can be imported, and the file of the plan can be read: a slip of YAML is told with its line before anything else."""

import sys
from pathlib import Path

import yaml

FAST_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # ten times as fast


def read_yaml(path):
    """A YAML file of the workflow itself."""
    return yaml.load(Path(path).read_text(encoding="utf-8"), Loader=FAST_LOADER)


MANIFEST = read_yaml(workflow.source_path("../manifest.yaml"))
SOURCES = {
    name: find_source(f"../../scripts/crlm/{file}")
    for name, file in MANIFEST["library"].items()
}

sys.path.insert(0, str(Path(SOURCES[""]).parent.parent))
from crlm.plan.reading import as_read, lay_over, read_written, restore
from crlm.plan.schema import PlanError


def read_strictly(path):
    """A YAML file of the study as it is written; Snakemake's reader takes 0012 for 10 and the last of two equal keys."""
    try:
        return read_written(Path(path).read_text(encoding="utf-8-sig"))
    except PlanError as error:
        raise Refused(f"{path}: {error}") from None
    except UnicodeDecodeError:
        raise Refused(
            f"{path} is not a text in UTF-8; save it so in your editor."
        ) from None


# The files that Snakemake merges, in its order; a workflow that uses this one as a module may have other files
CONFIG_FILES = [Path("config/config.yaml"), *map(Path, workflow.overwrite_configfiles)]
WRITTEN = {}
for path in dict.fromkeys(CONFIG_FILES):
    if path.exists():
        WRITTEN = lay_over(WRITTEN, read_strictly(path))
