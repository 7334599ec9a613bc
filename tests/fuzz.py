"""Random small studies, drawn from the schema: whatever passes validation must end with a report.

`python tests/fuzz.py 20000 1` (`make fuzz`) tries that many from that seed on; a failure is told with its seed, a plan from
which nothing more can be taken away, and its data. The suite tries 500 (tests/trials/test_fuzz.py).
"""

import copy
import random
import sys
import tempfile
import traceback
import warnings
from collections import Counter
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "scripts"), str(ROOT / "tests")]

from fuzz_cohorts import draw_study  # noqa: E402
from fuzz_exports import connect, write_file  # noqa: E402
from inside import FailedError, RefusedError, run_study  # noqa: E402

FIGURES = ["none"] * 58 + [
    "made",
    "written",
]  # most of the time is theirs: 40 s a study that is written


def write_study(plan, files, folder):
    text = yaml.safe_dump(plan, allow_unicode=True)
    for name, content in {"config/config.yaml": text, **files}.items():
        write_file(Path(folder) / name, content)
    connect()


def try_study(plan, files, figures="made"):
    """How a study ended: "report", or "refused" and the words. Raises FailedError with its job. figures: see `inside.keep_drawing`."""
    with tempfile.TemporaryDirectory(prefix="crlm_fuzz_") as folder:
        write_study(plan, files, folder)
        try:
            run_study(folder, figures)
        except RefusedError as refused:
            return "refused", str(refused)
        return "report", ""


def try_seed(seed, figures=None):
    """As `try_study`, of a seed; the figures of some studies only, unless it is said."""
    return try_study(*draw_study(seed), figures or random.Random(seed).choice(FIGURES))


def shrink(plan, files, job):
    """The plan with every key taken out without which the same job still fails."""
    smaller = True
    while smaller:
        smaller = False
        for place in list(_list_places(plan)):
            tried = _take_out(plan, place)
            if tried == plan:  # it went with what it stood in
                continue
            try:
                try_study(tried, files)
            except FailedError as failed:
                if failed.job == job:
                    plan, smaller = tried, True
            except Exception:  # another fault, or no study any more
                continue
    return plan


def _take_out(plan, place):
    """A copy of a plan without what stands at a place; the same plan where nothing does."""
    tried = inner = copy.deepcopy(plan)
    try:
        for key in place[:-1]:
            inner = inner[key]
        inner.pop(place[-1])
    except (LookupError, TypeError, AttributeError):
        return plan
    return tried


def _list_places(value, place=()):
    """Every place of a plan from which something can be taken, the biggest parts first."""
    if isinstance(value, dict):
        items = list(value)
    elif isinstance(value, list) and len(value) > 1:
        items = range(len(value))
    else:
        return
    yield from ((*place, key) for key in items)
    for key in items:
        yield from _list_places(value[key], (*place, key))


def tell_failure(seed, error, smallest=True):
    """The seed, the traceback and the shrunken plan with its data, to be tried again."""
    plan, files = draw_study(seed)
    if smallest:
        plan = shrink(plan, files, error.job)
    lines = traceback.format_exception(error.error)
    text = yaml.safe_dump(plan, allow_unicode=True, sort_keys=False)
    data = [str(part) for file in files.items() for part in file]
    return "\n".join([f"seed {seed}, job {error.job}", "".join(lines), text, *data])


def main(number, first):
    """Try seeds and print what failed; returns the number of failures."""
    warnings.simplefilter("error")  # as in the suite
    ends, failures = Counter(), 0
    for seed in range(first, first + number):
        try:
            ends[try_seed(seed)[0]] += 1
        except FailedError as error:
            failures += 1
            print(tell_failure(seed, error), flush=True)
        if (seed - first + 1) % 500 == 0:
            print(f"{seed - first + 1} tried: {dict(ends)}, {failures} failed", flush=True)
    print(f"{number} plans tried from seed {first}: {dict(ends)}, {failures} failed")
    return failures


if __name__ == "__main__":
    sys.exit(bool(main(*map(int, sys.argv[1:3]))))
