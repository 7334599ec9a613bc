"""The registry page prints every fact of a score: a made-up score in which no two numbers are the same, line by line."""

import pytest
import yaml
from crlm.scores.registry import build_registry

SCORE = """
label: Made-up score
evidence: read
timing: preoperative
endpoint: overall survival
citation: {text: Doe 1999, doi: 10.1/a}
population: Resected once
variant: the second reading
derivation: {patients: 311, centre: Lund, period: 1990-1997, evidence: secondary}
components:
  size:
    label: Size of it
    variable: size
    note: in the specimen
    points:
      - {operator: ">", threshold: 5.5, points: 3, evidence: read}
      - {operator: ">=", threshold: 2, points: 1, evidence: recalled}
    otherwise: -4
  count: {label: Number of them, variable: count, per_unit: 0.25, evidence: derived}
  node:
    label: Node or size
    variables: [node, size]
    points:
      - any:
          - {variable: node, operator: "==", threshold: N1, evidence: read}
          - {variable: size, operator: "<", threshold: 0.75, evidence: derived}
        points: 6
        evidence: secondary
overrides:
  - label: Both nodes
    any: [{variable: node, operator: in, threshold: [N1, N2], evidence: unverified}]
    value: 19
base: 7
rounding: half_up
range: [-8, 23]
groups:
  low: {label: Low, to: 2, evidence: read}
  mid: {label: Mid, from: 10, to: 14, evidence: recalled}
  one: {label: One, from: 15, to: 15, evidence: recalled}
  high: {label: High, from: 18, evidence: derived}
published:
  - {endpoint: overall survival, source: Doe 1999, group: low, patients: 101, patients_evidence: secondary,
     survival: {12: 91.5, 60: 44}, median_months: 37.5, evidence: read}
  - {endpoint: overall survival, source: Doe 1999, value: 1, survival: {60: 33}, hazard_ratio: 1.25, evidence: recalled}
  - {endpoint: overall survival, source: Roe 2003, evidence: recalled, survival: {36: 51}, survival_evidence: {36: derived}}
"""
VARIABLES = {
    "size": {"label": "Size", "unit": "cm", "kind": "continuous", "levels": []},
    "count": {"label": "Number", "unit": None, "kind": "count", "levels": []},
    "node": {
        "label": "Node",
        "kind": "categorical",
        "levels": ["N0", "N1", "N2"],
        "level_labels": {"N0": "none", "N1": "some", "N2": "many"},
    },
}
READ, SECONDARY, RECALLED, DERIVED, UNVERIFIED = (
    f"{mark} {tag}"
    for mark, tag in zip(
        "🟩🟦🟨🟪🟥", ("read", "secondary", "recalled", "derived", "unverified"), strict=True
    )
)
WANTED = f"""
1 entries, one file each in this folder
| [Made-up score](#made) | preoperative | {READ} |
## Scores
Computed for every study that has the inputs.
### Made-up score
[`made`](made.yaml) · {READ} · Doe 1999 [doi:10.1/a](https://doi.org/10.1/a)
- Built on: 311 patients, Lund, 1990-1997 ({SECONDARY})
- Endpoint: Overall survival
- Timing: Preoperative
- Population: Resected once
- Variant: The second reading
| component | condition | points | support |
| Size of it | Size > 5.5 cm | 3 | {READ} |
|  | Size ≥ 2 cm | 1 | {RECALLED} |
|  | otherwise | −4 |  |
| Number of them | Number, per unit | 0.25 | {DERIVED} |
| Node or size | Node: some or Size < 0.75 cm | 6 | {READ}, {DERIVED}, {SECONDARY} |
| Both nodes | Node: some or many | sets 19 | {UNVERIFIED} |
7 is added to the points. The sum is rounded to a whole number. Range −8–23.
| group | value | support |
| Low | ≤ 2 | {READ} |
| Mid | 10–14 | {RECALLED} |
| One | 15 | {RECALLED} |
| High | ≥ 18 | {DERIVED} |
| published survival of | stratum | patients | 12 months, % | 36 months, % | 60 months, % | median, months | hazard ratio | support |
| Overall survival (Doe 1999) | Low | 101 | 91.5 |  | 44 | 37.5 |  | {SECONDARY}, {READ} |
|  | 1 point |  |  |  | 33 |  | 1.25 | {RECALLED} |
| Overall survival (Roe 2003) | All |  |  | 51 |  |  |  | {DERIVED}, {RECALLED} |
- Size of it: in the specimen
"""


@pytest.fixture(scope="module")
def template(request):
    root = request.config.rootpath
    return {
        end: (root / f"workflow/report/registry.{end}.j2").read_text(encoding="utf-8")
        for end in ("md", "html")
    }


def test_every_line_of_the_page(template):
    page = build_registry({"made": yaml.safe_load(SCORE)}, VARIABLES, template["md"], markdown=True)
    lines, wanted = page.split("\n"), WANTED.strip().split("\n")
    place = 0
    for line in wanted:  # in this order, each whole but the first, which goes on
        found = [
            n
            for n in range(place, len(lines))
            if lines[n] == line or (line == wanted[0] and lines[n].startswith(line))
        ]
        assert found, line
        place = found[0] + 1
    assert "\n\n\n" not in page
    assert page.endswith("\n") and not page.endswith("\n\n")
    rows = [line for line in lines[lines.index("## Scores") :] if line.startswith("| ")]
    assert rows == [line for line in wanted if line.startswith("| ") and "preoperative" not in line]


def test_each_kind_has_its_chapter(template):
    """Points of stages encode their rule and were not published, which the chapter says; nothing is said of a kind without an entry."""
    kinds = {"sum": None, "step": "stage", "one": "factor"}
    scores = {
        name: yaml.safe_load(SCORE) | {"label": f"The {name}"} | ({"kind": kind} if kind else {})
        for name, kind in kinds.items()
    }
    wanted = {"sum": "Scores", "step": "Stages and classes", "one": "Single prognostic factors"}
    for names in (list(kinds), ["one"], ["step", "sum"]):
        made = {name: scores[name] for name in names}
        page = build_registry(made, VARIABLES, template["md"], markdown=True)
        heads = [line for line in page.split("\n") if line.startswith(("## ", "### "))]
        pairs = list(zip(heads[::2], heads[1::2], strict=True))
        assert len(pairs) == len(names)
        for name in names:
            assert any(
                chapter.startswith(f"## {wanted[name]}") and entry == f"### The {name}"
                for chapter, entry in pairs
            )


def test_a_bar_in_a_label_does_not_end_a_cell(template):
    score = yaml.safe_load(SCORE) | {"label": "One | two"}
    assert r"### One | two" in build_registry(
        {"made": score}, VARIABLES, template["md"], markdown=True
    )
    assert r"| [One \| two](#made) |" in build_registry(
        {"made": score}, VARIABLES, template["md"], markdown=True
    )


def test_labels_are_escaped_on_the_page_of_a_browser(template):
    score = yaml.safe_load(SCORE) | {"label": "<b>One</b>"}
    page = build_registry({"made": score}, VARIABLES, template["html"])
    assert "<b>One</b>" not in page and "&lt;b&gt;One&lt;/b&gt;" in page


def test_what_is_not_stated_is_not_made_up(template):
    score = yaml.safe_load(SCORE)
    for key in (
        "variant",
        "population",
        "derivation",
        "overrides",
        "published",
        "base",
        "rounding",
    ):
        del score[key]
    del score["components"]["size"]["otherwise"]
    page = build_registry({"made": score}, VARIABLES, template["md"], markdown=True)
    for words in (
        "Variant",
        "Population",
        "Built on",
        "sets",
        "otherwise |",
        "published survival",
        "is added",
        "rounded",
    ):
        assert words not in page
    score["derivation"] = {"evidence": "recalled"}
    page = build_registry({"made": score}, VARIABLES, template["md"], markdown=True)
    assert f"- Built on: Not stated in the reference ({RECALLED})" in page
