"""The written pages: the reference is that of the schemas (`make docs`); links, commands, keys and examples hold."""

import functools
import re
import textwrap

import pytest
import yaml
from crlm.plan.reading import lay_over, read_written, settle
from crlm.plan.schema import check_schema
from documentation import MARK, ROOT, build_page, build_scores_page

PAGES = [
    "README.md",
    *sorted(path.relative_to(ROOT).as_posix() for path in ROOT.glob("docs/*.md")),
    "config/README.md",
    "data/README.md",
    "studies/tcia_crlm/README.md",
]

HAND = (ROOT / "config/README.md").read_text(encoding="utf-8").split(MARK)[0]
BLOCKS = [textwrap.dedent(b) for b in re.findall(r"^ *```yaml\n(.*?)^ *```", HAND, re.M | re.S)]
LEAST = """
study: {title: Least}
cohort: {file: data/cohort.csv}
columns: {patient_id: Nr}
endpoints: {least: {label: Survival, events: {death: {duration: overall_time, flag: died}}, censoring: {last_contact: {duration: overall_time}}}}
"""


def read(path):
    return (ROOT / path).read_text(encoding="utf-8")


@functools.cache
def read_schema(name):
    return yaml.safe_load(read(f"workflow/schemas/{name}.schema.yaml"))


def list_anchors(text):
    """The places of a page that a link can name, as GitHub makes them of headings."""
    headings = re.findall(r"^#+ (.+)$", text, flags=re.MULTILINE)
    return {re.sub(r"[^\w -]", "", each.lower()).replace(" ", "-") for each in headings}


def test_reference_of_the_plan_is_current():
    text = read("config/README.md")
    assert text == build_page(text), "run `make docs`"


def test_page_of_the_scores_is_current():
    assert read("workflow/scores/README.md") == build_scores_page(), "run `make docs`"


def test_page_of_the_scores_shows_every_fact():
    page = build_scores_page()
    for path in (ROOT / "workflow/scores").glob("*.yaml"):
        assert f'<a id="{path.stem}"></a>' in page
    assert "**Not implementable: modified tumour-burden formula unverified**" in page
    assert "| CEA > 200 ng/mL | CEA before resection > 200 ng/mL | 1 | 🟩 read |" in page


def test_the_first_page_is_two_screens_and_leads_from_the_file_to_the_manuscript():
    lines = read("README.md").splitlines()
    assert len(lines) <= 90
    assert [line for line in lines if len(line) > 140] == []
    commands = [line.split()[1] for line in lines if line.startswith("    make ")]
    assert commands == ["study", "run", "manuscript", "run", "test"]


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(page):
    links = re.findall(r"\]\(([^)\s]+)\)", read(page).split(MARK)[0])
    for link in links:
        if link.startswith(("http", "mailto:")):
            continue
        name, _, anchor = link.partition("#")
        target = (ROOT / page).parent / name if name else ROOT / page
        assert target.exists(), link
        assert not anchor or anchor in list_anchors(target.read_text(encoding="utf-8")), link


def test_every_page_of_docs_is_linked_from_the_first_page():
    linked = re.findall(r"\]\((docs/[\w.]+)", read("README.md"))
    assert set(linked) == {page for page in PAGES if page.startswith("docs/")}


@pytest.mark.parametrize("page", PAGES)
def test_every_command_named_is_one_of_make(page):
    targets = re.findall(r"^([a-z-]+):(?!=)", read("Makefile"), flags=re.MULTILINE)
    named = re.findall(r"(?:`|^ {4})make ([a-z-]+)", read(page), flags=re.MULTILINE)
    assert set(named) <= set(targets)


def test_every_command_of_make_has_its_line():
    targets = re.findall(r"^([a-z-]+):(?!=)", read("Makefile"), flags=re.MULTILINE)
    told = set(re.findall(r"`make ([a-z-]+)", read("docs/commands.md")))
    assert set(targets) - {"help"} == told


def test_every_analysis_key_is_told_and_every_key_told_is_one():
    """The second column of docs/analyses.md against the schema; what is no analysis stands in config/README.md only."""
    schema = read_schema("config")
    cells = re.findall(r"^\| [^|]+ \| `([^`|]+)` \|", read("docs/analyses.md"), flags=re.MULTILINE)
    known = set(re.findall(r"^\| `([^`]+)` \|", read("config/README.md").split(MARK)[1], re.M))
    told = {re.sub(r"<\w+>", "*", cell.rstrip(":")).replace(": ", ".") for cell in cells}
    assert told - known == set()
    assert {key.split(".")[0] for key in told} == set(schema["properties"]) - {
        "study",
        "columns",
        "variables",
        "questions",
    }


@pytest.mark.parametrize("block", BLOCKS, ids=range(len(BLOCKS)))
def test_examples_of_a_plan_are_read_without_a_mistake_of_form(block):
    """Each laid over the least plan; the example of a score of one's own is no plan."""
    name = "score" if "\ncomponents:" in block else "config"
    schema = read_schema(name)
    example = read_written(block)
    if name == "config":
        below = read_written(LEAST)
        if "sources:" in block:
            del below["cohort"]["file"]
        example = lay_over(below, example)
    assert check_schema(settle(example, schema), schema) == []


def test_examples_are_found():
    assert len(BLOCKS) > 30
