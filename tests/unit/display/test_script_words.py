"""The marked words of a script: how they are read, said and written, and that the scripts of the pages have no other words."""

import re
from pathlib import Path

import messages
import pytest
from crlm.display import formats
from crlm.display.script_words import find_marked, list_marked, read_text, say_script

ROOT = Path(__file__).parents[3]
GERMAN = ROOT / "workflow/languages/de.po"
NO_WORDS = {"use strict", "#details details", "details[open]"}


@pytest.fixture
def german():
    formats.use({"language": "de"}, [GERMAN])
    yield
    formats.use()


def test_a_marked_text_is_read_with_values_that_hold_brackets_and_texts():
    script = 'a(say`one`); b(say`${x ? `(${f({ y: 1 })}, ${say`two`})` : "}"} of ${n}`);'
    found = [(script[start:end], words) for start, end, words, _ in find_marked(script)]
    assert found[0] == ("say`one`", "one")
    assert found[1][1] == "{0} of {1}" and found[1][0].endswith("${n}`")
    assert list_marked(script) == ["one", "{0} of {1}", "two"]


def test_english_is_what_the_script_says():
    script = 'a(say`one "x" & </script>`, say`${n} of ${say`two`}`);'
    said = say_script(script)
    assert said == r'a("one \"x\" \u0026 \u003c/script\u003e", `${n} of ${"two"}`);'


def test_german_keeps_the_values(german):
    script = "f(say`not known`, say`${a.join(`, `)} of ${say`1 patient`} known. Not known.`)"
    assert say_script(script) == (
        'f("nicht bekannt", `${a.join(`, `)} von ${"1 Patient"} bekannt. Nicht bekannt.`)'
    )


def test_a_value_that_a_language_lost_is_not_passed_over(monkeypatch):
    monkeypatch.setattr("crlm.display.language.say", lambda words: "von {1}")
    with pytest.raises(ValueError, match="does not keep the values"):
        say_script("say`${a} of ${b}`")


@pytest.mark.parametrize("name", messages.SCRIPTS)
def test_every_word_of_a_script_is_marked(name):
    script = (ROOT / name).read_text("utf-8")
    assert list_unmarked(script) == []
    changed = script.replace("say`", "`", 3)  # the test can fail
    assert list_unmarked(changed) != []


def list_unmarked(script):
    """Texts of a script with a space or a capital letter, outside of what is marked."""
    rest = re.sub(r"(?m)//.*$", "", script)
    for start, end, _, values in reversed(list(find_marked(rest))):
        rest = f"{rest[:start]}({','.join(values)}){rest[end:]}"
    found = [text for text in list_literals(rest) if re.search(r"[^\W\d_]{2}", text)]
    found = [text for text in found if text not in NO_WORDS and not text.startswith("tag ")]
    return [text for text in found if " " in text.strip() or text[:1].isupper()]


def list_literals(script):
    """Every text of a script, without the values in it, and those within the values."""
    found, place = re.findall(r'"([^"\n]*)"', script), script.find("`")
    while place >= 0:
        words, values, end = read_text(script, place + 1)
        found += [words, *(inner for value in values for inner in list_literals(value))]
        place = script.find("`", end)
    return found


@pytest.mark.parametrize("path", sorted(GERMAN.parent.glob("*.po")), ids=lambda path: path.stem)
def test_every_word_of_the_calculator_is_in_the_catalogue(path):
    """Of its script and its page; what a plan brings is tested with the page."""
    known, mine = messages.read_messages(path), [*messages.SCRIPTS, *messages.PAGES[2:]]
    said = {text for text, files in messages.collect().items() if set(files) & set(mine)}
    assert len(said) > 60 and sorted(said - set(known)) == []
