"""The language of the page: what is chosen, whose words are said, and that the catalogue has them all."""

import re
from pathlib import Path

import messages
import pytest
from crlm.app.mapping import list_variables, read_codes
from crlm.app.tongue import choose_language, name_language, resume
from crlm.display import formats, language
from crlm.proposal.wording import say

ROOT = Path(__file__).parents[3]
LANGUAGES = sorted((ROOT / "workflow/languages").glob("*.po"))
NO_WORDS = re.compile(  # styles, addresses, keys of the plan, and what is printed on the terminal
    r"go btn-\w+|display: none|http:.*|/\{0\}/files.*|\{0\}/results.*|scores:\s+compute.*|0 = no, 1 = yes|\w+(?:Exception|Error)|"
    r"Snakefile|Open \{0\}.*|There is no such file|\n?body \{.*",
    re.DOTALL,
)


@pytest.mark.parametrize(
    ("asked", "accepted", "wanted"),
    [
        (None, "", "en"),
        (None, "de-DE,de;q=0.9,en;q=0.8", "de"),
        (None, "fr-FR,fr;q=0.9,de;q=0.7", "de"),
        (None, "en-US,en;q=0.9,de;q=0.8", "en"),
        ("en", "de-DE,de", "en"),
        ("de", "en-US", "de"),
        ("../x", "", "en"),
    ],
)
def test_the_language_is_asked_for_else_the_browsers_else_english(asked, accepted, wanted):
    assert choose_language(asked, accepted, ["en", "de"]) == wanted


def test_each_page_speaks_its_own_language():
    try:
        for code, words in (
            ("de", "Den Plan schreiben"),
            ("en", "Write the plan"),
            ("de", "Den Plan schreiben"),
        ):
            resume(code, ROOT)
            assert say("Write the plan") == words
        assert name_language("de") == "Deutsch" and name_language("en") == "English"
    finally:
        formats.use()


def test_lists_and_errors_are_german_and_keys_are_not(workflow):
    resume("de", ROOT)
    try:
        groups = list_variables(workflow["dictionary"])
        with pytest.raises(
            ValueError, match="'H male' ist kein Code: schreiben als 0 = no, 1 = yes"
        ):
            read_codes("H male")
    finally:
        formats.use()
    english = list_variables(workflow["dictionary"])
    assert [set(each) for each in groups.values()] == [set(each) for each in english.values()]
    assert groups["Bei der Resektion"]["resection_date"] == "Leberresektion"
    assert language.catalogue() is None


@pytest.fixture
def workflow():
    from crlm.proposal.check import read_workflow

    return read_workflow(ROOT)


@pytest.mark.parametrize("path", LANGUAGES, ids=lambda path: path.stem)
def test_every_word_of_the_page_is_in_the_catalogue(path):
    said, unknown = messages.list_unknown(path, "scripts/crlm/app/", NO_WORDS)
    assert len(said) > 70 and unknown == []


@pytest.mark.parametrize("path", LANGUAGES, ids=lambda path: path.stem)
def test_every_step_of_a_run_is_in_the_catalogue(path):
    """The progress names the rules."""
    known = messages.read_messages(path)
    rules = [
        name.replace("_", " ")
        for file in (ROOT / "workflow/rules").glob("*.smk")
        for name in re.findall(r"(?m)^rule (\w+):", file.read_text("utf-8"))
    ]
    assert len(rules) > 30 and [name for name in rules if name not in known] == []
