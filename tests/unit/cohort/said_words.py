"""What findings say, whole: where, what is wrong and what to do, held to words that somebody has read (said/<subject>.txt).

`CRLM_APPROVE=1` writes the words of the cases that are new or changed: read them before they are committed.
"""

import functools
import os
import re
from pathlib import Path

FOLDER = Path(__file__).with_name("said")


def tell(found):
    """A finding in three lines: severity, rule and place; what is wrong; what to do. A text as it is."""
    if isinstance(found, str):
        return found or "nothing"
    lines = []
    for item in found:
        parts = ("row", "patient_id", "column", "value")
        place = [f"{part} {item[part]}" for part in parts if item[part] not in (None, "")]
        where = f": {', '.join(place)}" if place else ""
        lines.append(f"{item['severity']} {item['rule']}{where}")
        lines += [f"  {item['message']}", f"  -> {item['remedy']}"]
    return "\n".join(lines) or "nothing"


@functools.cache
def _read(subject):
    path = FOLDER / f"{subject}.txt"
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    parts = re.split(r"(?m)^== (.*)\n", text)[1:]
    return {name: said.rstrip("\n") for name, said in zip(parts[::2], parts[1::2], strict=True)}


def check_said(subject, case, found):
    """The findings of a case say what was approved, no more and no less."""
    known, said = _read(subject), tell(found)
    if os.environ.get("CRLM_APPROVE") and known.get(case) != said:
        known[case] = said
        FOLDER.mkdir(exist_ok=True)
        text = "\n".join(f"== {name}\n{words}\n" for name, words in known.items())
        (FOLDER / f"{subject}.txt").write_text(text, encoding="utf-8")
    assert said == known.get(case)
