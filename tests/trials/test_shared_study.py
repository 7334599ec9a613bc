"""What `make share` packs of a whole study with small cells: every file is looked through, by no name that the masking knows."""

import csv
import html
import io
import re
import shutil
import xml.etree.ElementTree as ET

import pytest
import yaml
from crlm.report.share import collect_files
from inside import run_study
from running import ROOT

LEAST = 5
SLOW = ("cutoffs", "added_value", "performance", "published", "subgroups")
# whole numbers of the plan, of a model or of a reader's page, and levels that are numbers
NO_COUNTS = re.compile(
    r"(lr_)?df|parameters|knots|per|cut|value|level|groups?|reference|versus|row|step|from|to|To|lines?|.*_group|.*_value|.*: df|Parameters"
    r"|p|p_.*|.*_p_.*|p \(.*|.*_df|Points in the chart|landmark_months|horizon.*|time|month|.* 1 = .*|resamples|imputations|seed|clusters|number|stage|marker|.*: Missing information, %"
)
FEW = re.compile(
    r"(?<![\d.,<–-])[1-4] (?:of(?! \d+ (?:resamples|tests)\b)|patients?|events?|deaths?)\b|n = [1-4]\b|\|[1-4]/\d|\d/[1-4]\|"
)

NUMBERED = re.compile(r"figures/(panel_.*|performance_.*_differences)\.svg")  # their rows


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    """Results of the miniature study with small cells, without what takes long."""
    folder = tmp_path_factory.mktemp("shared")
    for part in ("config", "data"):
        shutil.copytree(ROOT / "tests/study" / part, folder / part)
    plan = yaml.safe_load((ROOT / "tests/study/config/config.yaml").read_text(encoding="utf-8"))
    plan = {key: part for key, part in plan.items() if key not in SLOW}
    # a group that is called 3 stands in figures by its name, which is no count
    named = {level: f"stage {letter}" for level, letter in zip(range(1, 7), "abcdef", strict=True)}
    plan["groupings"]["six"]["group_labels"] = named
    plan["variables"]["stage"]["level_labels"] = named
    plan["output"] = {"formats": ["svg"], "risk_table": ["at_risk", "events"]}
    plan["output"]["privacy"] = {"small_cells": LEAST}
    text = yaml.safe_dump(plan, allow_unicode=True, sort_keys=False)
    (folder / "config/config.yaml").write_text(text, encoding="utf-8")
    run_study(folder, "written")
    return folder / "results"


@pytest.fixture(scope="module")
def shared(results):
    """{name: bytes}"""
    return collect_files(results, LEAST)


def list_columns(content):
    rows = list(csv.reader(io.StringIO(content.decode("utf-8"))))
    for place, name in enumerate(rows[0] if rows else []):
        yield name, [row[place] for row in rows[1:] if row[place]]


def is_whole(cells):
    numbers = [cell for cell in cells if re.fullmatch(r"-?\d+(\.\d+)?", cell)]
    return bool(numbers) and all(float(cell).is_integer() for cell in numbers)


def test_no_column_of_counts_holds_a_small_one(shared):
    found = [
        (name, column)
        for name, content in shared.items()
        if name.endswith(".csv")
        for column, cells in list_columns(content)
        if is_whole(cells) and not NO_COUNTS.fullmatch(column)
        if any(re.fullmatch(rf"[1-{LEAST - 1}](\.0)?", cell) for cell in cells)
    ]
    assert not found
    hidden = [n for n, content in shared.items() if n.endswith(".csv") and b"<5" in content]
    assert len(hidden) > 10


class _Builder(ET.TreeBuilder):
    """matplotlib writes a text as outlines, with its words in a comment."""

    def comment(self, data):
        self.start("comment", {})
        self.data(data)
        self.end("comment")


def list_words(element, tick=False):
    tick = tick or "tick" in element.get("id", "")
    if element.tag == "comment" and not tick:
        yield html.unescape(element.text.strip())
    for inner in element:
        yield from list_words(inner, tick)


def test_no_figure_says_a_small_count(shared):
    words = [
        (name, word)
        for name, content in shared.items()
        if name.endswith(".svg")
        for word in list_words(ET.fromstring(content, ET.XMLParser(target=_Builder())))
    ]
    assert ("<5" in {word for _, word in words}) and len(words) > 100
    assert not [
        (name, word)
        for name, word in words
        if FEW.search(word) or (re.fullmatch(r"[1-4]", word) and not NUMBERED.fullmatch(name))
    ]


def test_the_report_says_no_small_count(shared):
    page = shared["report.html"].decode("utf-8")
    page = re.sub(r"(?s)<(svg|script|style).*?</\1>", "", page)
    text = re.sub(r"\s*\x1f[\s\x1f]*", "|", html.unescape(re.sub(r"<[^>]+>", "\x1f", page)))
    assert "counts below 5 are hidden" in text.lower() or "<5" in text
    assert [text[max(0, m.start() - 40) : m.end() + 40] for m in FEW.finditer(text)] == []


def test_nothing_of_single_patients_is_packed(shared):
    cells = (ROOT / "tests/study/data/klinik.csv").read_text(encoding="cp1252").splitlines()
    patients = [line.split(";")[0] for line in cells[1:]]
    assert len(set(patients)) > 50
    joined = b"\n".join(shared[name] for name in shared if not name.endswith((".xlsx", ".docx")))
    assert [each for each in patients if re.search(rb"\b" + each.encode() + rb"\b", joined)] == []
    assert not any(name.startswith("private/") for name in shared)


def list_facts(raw, masked, name, endpoints):
    """((endpoint, grouping, group, variable, level, cause, time, what), number, whether it is hidden) of a result table's groups."""
    here = next((e for e in endpoints if re.search(rf"/{e}(_|\.)", name)), "")
    by = ("endpoint", "grouping", "group", "variable", "level", "cause", "time", "horizon")
    for row, shown in zip(raw, masked, strict=True):
        key = [row.get(column, "") for column in by]
        if not (key[2] or key[4]):
            continue
        for what in {"patients", "events"} & set(row):
            if row[what]:
                yield (
                    (key[0] or here, *key[1:], what),
                    float(row[what]),
                    not shown[what][:1].isdigit(),
                )


def test_no_table_shows_what_another_hides(results, shared):
    """Patients and events of one group or level, by all the tables that tell them."""
    endpoints = list(
        yaml.safe_load((results.parent / "config/config.yaml").read_text())["endpoints"]
    )
    hidden, shown = {}, {}
    for name, content in shared.items():
        if not name.endswith(".csv") or name.startswith("tables/") or name == "numbers.csv":
            continue
        raw = list(csv.DictReader(io.StringIO((results / name).read_text(encoding="utf-8"))))
        masked = list(csv.DictReader(io.StringIO(content.decode("utf-8"))))
        if len(raw) != len(masked):  # a curve, whose weeks were joined
            continue
        for key, number, is_hidden in list_facts(raw, masked, name, endpoints):
            (hidden if is_hidden else shown).setdefault(key, {}).setdefault(number, name)
    told = {
        key: (number, name, shown[key][number])
        for key, numbers in hidden.items()
        for number, name in numbers.items()
        if number in shown.get(key, {}) and number
    }
    assert len(hidden) > 20 and not told
