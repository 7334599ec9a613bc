"""Freeze an analysis plan: `python -m crlm.plan.freeze STUDY [REASON]`, called by `make freeze`; list what was changed since."""

import datetime
import hashlib
import re
import sys
from pathlib import Path, PurePath, PureWindowsPath

import yaml

from crlm.job import state
from crlm.plan.reading import Written, read_written
from crlm.plan.schema import PlanError

PLAN, FROZEN = Path("config/config.yaml"), Path("config/frozen.yaml")
HEAD = "# Written by `make freeze`: the analysis plan as it was on a day. Do not edit; the report lists every change since.\n"
HIDDEN = re.compile(r"cohort\.exclusions\.[^.]+\.patients")  # identifiers
ODD = re.compile("[\r\x85\u2028\u2029]")
NOTHING = "–"


class _Dumper(yaml.SafeDumper):
    """A plan as it is read, line by line; with line breaks that YAML would make alike, in quotes."""


def _represent(dumper, text):
    style = '"' if ODD.search(text) else "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _represent)


def judge(frozen, now):
    """Return what the report says of a frozen plan.

    frozen: text of config/frozen.yaml; now: text of config/config.yaml. The result: `versions`, a list of dicts with date, sha256
    and reason; `changes`, a list of dicts with key, before, after, date (of the version that has it, None where no version has it
    yet) and reason; `same`, whether the file is that of the last version to the byte. Raises PlanError for what is no such file.
    """
    versions = read_versions(frozen)
    texts = [*(each["plan"] for each in versions), now]
    changes = []
    for place in range(1, len(texts)):
        known = versions[place] if place < len(versions) else {"date": None, "reason": ""}
        found = compare(*(_read(texts[each]) for each in (place - 1, place)))
        changes += [{**each, "date": known["date"], "reason": known["reason"]} for each in found]
    return {
        "versions": [{key: each[key] for key in ("date", "sha256", "reason")} for each in versions],
        "changes": changes,
        "same": _hash(now) == versions[-1]["sha256"],
    }


def read_versions(text):
    """The versions in config/frozen.yaml, the first first. Raises PlanError when it was edited."""
    try:
        versions = yaml.safe_load(text)
        good = all(
            isinstance(each["date"], str)
            and isinstance(each["reason"], str)
            and _hash(each["plan"]) == each["sha256"]
            for each in versions
        )
    except (yaml.YAMLError, TypeError, KeyError, AttributeError):
        versions, good = None, False
    if not versions or not good:
        raise PlanError(
            [f"{FROZEN} was edited: a plan in it does not have its hash. Put the file back."]
        )
    return versions


def compare(before, after, path=""):
    """Return the changes between two plans as dicts with key, before and after; a list is one value, identifiers are not shown."""
    if isinstance(before, dict) and isinstance(after, dict):
        keys = dict.fromkeys([*before, *after])
        return [
            change
            for key in keys
            for change in compare(
                before.get(key, NOTHING), after.get(key, NOTHING), f"{path}.{key}".lstrip(".")
            )
        ]
    if before == after:
        return []
    if HIDDEN.fullmatch(path):
        shown = ["identifiers" if each != NOTHING else NOTHING for each in (before, after)]
    else:
        shown = [_tell(each, path) for each in (before, after)]
    return [{"key": path, "before": shown[0], "after": shown[1]}]


def _tell(value, path):
    """A value as it is written in a plan, without identifiers and without places on this machine."""
    if isinstance(value, dict):
        hidden = {
            k: "identifiers" if HIDDEN.fullmatch(f"{path}.{k}") else v for k, v in value.items()
        }
        return "; ".join(f"{key}: {_tell(item, f'{path}.{key}')}" for key, item in hidden.items())
    if isinstance(value, list):
        return f"[{', '.join(_tell(item, path) for item in value)}]"
    if isinstance(value, str):
        where = PureWindowsPath(value) if "\\" in value else PurePath(value)
        return where.name if where.is_absolute() and where.name else value
    return str(value)


def add_version(frozen, now, day, reason=""):
    """Return the text of config/frozen.yaml with the plan of today; frozen: the text so far, empty for the first."""
    versions = read_versions(frozen) if frozen else []
    versions.append({"date": day, "sha256": _hash(now), "reason": reason, "plan": now})
    return HEAD + yaml.dump(versions, Dumper=_Dumper, sort_keys=False, allow_unicode=True)


def _hash(text):
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def _read(text):
    """The plan with every value as it is written: 0012 is no ten, and yes is no true."""
    return _as_written(read_written(text.removeprefix("\ufeff")))


def _as_written(value):
    if isinstance(value, dict):
        return {_as_written(key): _as_written(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_as_written(item) for item in value]
    return value.text if isinstance(value, Written) else value


def main(study, reason=""):
    """Freeze the plan of a study; exit in words where nothing is to be frozen or a reason is missing."""
    plan, frozen = Path(study) / PLAN, Path(study) / FROZEN
    now = plan.read_bytes().decode("utf-8")
    before = frozen.read_bytes().decode("utf-8") if frozen.exists() else ""
    try:
        _read(now)
        found = judge(before, now) if before else None
    except PlanError as error:
        sys.exit(f"Nothing was frozen: {error}")
    if found and found["same"]:
        sys.exit(
            f"The plan was frozen on {found['versions'][-1]['date']} and is the same to the byte. Nothing was done."
        )
    if found and not reason.strip():
        keys = [each["key"] for each in found["changes"] if each["date"] is None]
        sys.exit(
            f"The plan was frozen on {found['versions'][-1]['date']}. Changed since: {', '.join(keys) or 'comments or layout'}. "
            "The report lists every change. To record it as an amendment of today, say why (with the same STUDY): "
            'make freeze REASON="..."'
        )
    text = add_version(before, now, datetime.date.today().isoformat(), " ".join(reason.split()))
    state.write_whole(frozen, text.encode("utf-8"))
    print(
        f"Frozen: {frozen} (SHA-256 of {PLAN}: {_hash(now)}). Keep it with the study; later reports list every change."
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
