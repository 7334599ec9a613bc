"""The report in German: what is translated, that no number changes, and that English costs and changes nothing."""

import html
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import messages
import pytest
from crlm.analyses import order
from crlm.display import formats, language
from crlm.plan.build import list_texts
from crlm.report import build, checklists, methods, tables, translation
from crlm.scores import registry
from display_inputs import SOFTWARE, make_plan, make_results
from running import read_yaml
from test_report import NAMES, SVG, TEMPLATES

ROOT = Path(__file__).parents[3]
GERMAN = ROOT / "workflow/languages/de.po"
LANGUAGES = sorted(GERMAN.parent.glob("*.po"))
TURNED = "{1} nach {0} Monaten: "  # the endpoint before the month; the rest keeps its order
NUMBER = re.compile(r"\d+(?:[.,]\d+)?")
ENGLISH = re.compile(r" (?:the|of|and|with|is|are|were|which|that|from|by|not|for) ")


@pytest.fixture
def german():
    """German in use, and English again afterwards."""
    formats.use({"language": "de", "own": own_words(make_plan())}, [GERMAN])
    yield language.catalogue()
    formats.use()


@pytest.fixture(scope="module")
def english_page():
    plan = make_plan()
    results = make_results(plan)
    shown = tables.build_tables(plan, results)
    told = methods.build_methods(plan, results, SOFTWARE)
    figures = dict.fromkeys(NAMES, SVG)
    return build.build_report(plan, results, figures, shown, told, SOFTWARE, TEMPLATES)


def own_words(plan):
    return [text for text in list_texts(plan) if text]


def list_words(page):
    """The texts of a page in order, those of its references, styles and figures left out."""
    page = re.sub(r"(?s)<(style|script|svg)\b.*?</\1>|<ol class=\"references\">.*?</ol>", "", page)
    texts = map(html.unescape, re.findall(r">([^<>]+)<", page))
    return [text.strip() for text in texts if text.strip()]


def count_numbers(text):
    return Counter(found.replace(",", ".") for found in NUMBER.findall(text))


def test_german_page_has_every_number_of_the_english_one(english_page, german):
    before, after = list_words(english_page), list_words(translation.translate_page(english_page))
    note = next(text for text in after if text.startswith("Aus dem englischen Bericht"))
    after.remove(note)
    assert len(before) == len(after)
    changed = [
        (one, other)
        for one, other in zip(before, after, strict=True)
        if count_numbers(one) != count_numbers(other)
    ]
    assert changed == []
    assert sum(one != other for one, other in zip(before, after, strict=True)) > len(before) / 3


def list_english(texts, own):
    """The texts with small words of English, once the plan's own words are taken out."""
    found = []
    for text in texts:
        rest = text
        for words in own:
            rest = rest.replace(words, "") if len(words) > 3 else rest
        if ENGLISH.search(f" {rest} "):
            found.append(text)
    return found


def test_a_changed_number_would_be_seen():
    assert count_numbers("0.85 (0.70–1.03)") == count_numbers("0,85 (0,70–1,03)")
    assert count_numbers("0.85") != count_numbers("0,58")
    assert count_numbers("3 of 4 at 60 months") == count_numbers("nach 60 Monaten 3 von 4")


def test_no_english_sentence_is_left_in_the_main_text(english_page, german):
    page = translation.translate_page(english_page)
    main, supplement = page.split(translation.SUPPLEMENT)
    own = sorted(own_words(make_plan()), key=len, reverse=True)
    left = [list_english(list_words(part), own) for part in (main, supplement)]
    assert left[0] == []
    assert len(left[1]) < 0.01 * len(list_words(supplement)), left[1]


def test_the_page_says_what_is_not_translated(english_page, german):
    page = translation.translate_page(english_page)
    assert '<html lang="de">' in page
    note = re.search(
        r"Aus dem englischen Bericht übertragen; nicht übertragen sind (\d+) von (\d+)", page
    )
    assert int(note[1]) < 0.05 * int(note[2])
    assert "Patienten unter Risiko" in page and "Hazard Ratio" in page


def test_english_is_untouched_and_reads_no_catalogue(english_page):
    formats.use()
    assert translation.translate_page(english_page) is english_page
    words = "Overall survival: 3 of 40 patients, 0.85"
    assert language.say(words) is words
    shown = tables.build_tables(make_plan(), make_results(make_plan()))
    assert translation.translate_tables(shown) is shown
    code = (
        "import sys; from crlm.display import formats, style; from crlm.report import translation; formats.use({});"
        "sys.exit('babel' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT / "scripts").returncode == 0


def test_tables_keep_their_numbers(german):
    shown = tables.build_tables(make_plan(), make_results(make_plan()))
    for before, after in zip(shown, translation.translate_tables(shown), strict=True):
        for one, other in zip(before.rows, after.rows, strict=True):
            for cell, said in zip(one.cells, other.cells, strict=True):
                assert count_numbers(cell.text) == count_numbers(said.text)
                numbers = [value for value in cell.values if not isinstance(value, str)]
                assert numbers == [value for value in said.values if not isinstance(value, str)]


def test_labels_of_the_plan_stay_as_they_are_written(german):
    german.own = frozenset(["Site of the tumour by the surgeon", "Unit of Dr. A and Dr. B"])
    assert language.say("Site of the tumour by the surgeon") == "Site of the tumour by the surgeon"
    said = language.say("Hazard ratios: unit of Dr. A and Dr. B")
    assert (
        said == "Hazard Ratios: Unit of Dr. A and Dr. B"
    )  # not with the small letter of the sentence


@pytest.mark.parametrize("path", LANGUAGES, ids=lambda path: path.stem)
def test_catalogue_has_the_holes_and_numbers_of_its_messages(path):
    """In their order: limits or groups that changed places would be a wrong number. What a language turns is named in TURNED."""
    for english, words in messages.read_messages(path).items():
        holes, said = (language.HOLE.findall(text) for text in (english, words))
        if words.startswith(TURNED):
            holes[:2] = reversed(holes[:2])
        assert said == holes, english
        plain = [language.HOLE.sub("", text) for text in (english, words)]
        assert count_numbers(plain[0]) == count_numbers(plain[1]), english


@pytest.mark.parametrize("path", LANGUAGES, ids=lambda path: path.stem)
def test_catalogue_translates_what_the_sources_say(path):
    """An English sentence that was changed has no translation any more: `make messages` names it."""
    found, known = messages.collect(ROOT), messages.read_messages(path)
    gone = sorted(set(known) - set(found))
    assert len(gone) < 0.02 * len(known), gone


def test_every_item_of_the_checklists_is_german(german):
    asked = read_yaml("workflow/report/checklists.yaml")
    parts = {
        "methods": [(h, []) for h in ("Patients and data", "Cox models")],
        "main_headings": ["Cox models"],
        "answers": [("cox", None)],
        "frozen": "yes",
        "tables": {f"cox_{n}": str(n) for n in range(1, 8)},
        "figures": {"flow_os": "1"},
    }
    said = translation.translate_tables(checklists.build_checklists(asked, parts))
    cells = [cell.text for table in said for row in table.rows for cell in row.cells]
    texts = [*cells, *(table.title for table in said), *(c.label for t in said for c in t.columns)]
    assert list_english(texts, []) == []
    cited = " ".join(each["citation"] for each in asked.values())
    left = {text.rstrip(".").split(", after ")[-1] for text in german.missed}
    assert [text for text in left if text not in cited] == []
    assert "Methoden, Cox-Modelle" in cells


def test_page_of_the_scores_keeps_its_numbers_and_says_what_stays_english(german):
    folder = GERMAN.parents[1]
    scores = {p.stem: read_yaml(p) for p in sorted((folder / "scores").glob("*.yaml"))}
    variables = read_yaml(folder / "schemas/dictionary.yaml")["variables"]
    template = (folder / "report/registry.html.j2").read_text("utf-8")
    page = registry.build_registry(scores, variables, template)
    said = translation.translate_alone(page)
    before, after = list_words(page), list_words(said)
    note = next(text for text in after if text.startswith("Aus der englischen Seite"))
    after.remove(note)
    pairs = list(zip(before, after, strict=True))
    assert [each for each in pairs if count_numbers(each[0]) != count_numbers(each[1])] == []
    missed, asked = map(int, re.findall(r"\d+", note))
    assert missed < 0.35 * asked and '<html lang="de">' in said
    formats.use()
    assert translation.translate_alone(page) is page


def test_schema_offers_the_languages_that_have_a_catalogue():
    schema = read_yaml("workflow/schemas/config.schema.yaml")
    offered = schema["properties"]["output"]["properties"]["language"]["enum"]
    assert sorted(offered) == sorted(["en", *(path.stem for path in LANGUAGES)])


def test_plan_hands_on_what_a_language_needs(plan_of, base):
    assert "language" not in plan_of(base)["numbers"]
    german = plan_of({**base, "output": {"language": "de", "privacy": {"small_cells": 5}}})
    assert german["numbers"]["language"] == "de" and german["numbers"]["small_cells"] == 5
    assert "Test" in german["numbers"]["own"]


def test_every_analysis_that_tells_methods_is_in_the_catalogue():
    """The headings of the methods, which every report has, are all translated."""
    known = messages.read_messages(GERMAN)
    plan = make_plan()
    results = make_results(plan)
    heads = [
        heading
        for words in order.load("words").values()
        if hasattr(words, "tell_methods")
        for heading, _ in words.tell_methods(plan, results)
    ]
    assert [head for head in heads if head not in known] == []


def test_words_of_the_script_are_german_too(english_page, german):
    page = translation.translate_page(english_page)
    assert "Nach Namen sortieren" in page and "Sort by name" not in page
    assert "seitw\\u00e4rts" in page


def test_where_the_catalogue_lies_is_no_param():
    """Its place differs from run to run (Snakemake's cache), so that as a param it would make every figure anew at each run."""
    rules = GERMAN.parents[1] / "rules"
    lines = [line for file in rules.glob("*.smk") for line in file.read_text().splitlines()]
    named = [line.strip() for line in lines if "CATALOGUE" in line and not line.startswith("#")]
    assert named == [
        'words = CATALOGUE if "formats.use(" in text else []',
        "CATALOGUE = []",
        'CATALOGUE = [workflow.source_path(f"../languages/{LANGUAGE}.po")]',
    ]
