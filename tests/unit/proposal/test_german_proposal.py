"""`make study` in German: nothing but words changes, a language is never taken silently, and every word is in the catalogue."""

import re
from pathlib import Path

import measure_proposals
import messages
import proposal_exports as made
import pytest
import yaml
from crlm.display import formats, language
from crlm.proposal import command
from crlm.proposal.ask import LATER, ask_all
from crlm.proposal.guess import Choice, Guess, Question, pick
from crlm.proposal.header_language import find_language, propose_language
from crlm.proposal.propose import propose
from crlm.proposal.wording import keep_own, list_languages, say, say_problem, speak

ROOT = Path(__file__).parents[3]
HEADERS = yaml.safe_load((ROOT / "tests/proposal_headers.yaml").read_text("utf-8"))
NO_WORDS = re.compile(  # lines of the plan, parts of a list and commands
    r"[;,(].*|(?:- \{)?[a-z_]+: .*[\[{\"].*|questions:  # \{0\}|\{0\}: make run STUDY=\{1\}|in \{0\}|looks like|CSafeLoader"
    r"|not computable|one entry stands?|\{0\} entries stand|\{0\} there more than once|\(\?.*"
)


@pytest.fixture
def german():
    speak("de", ROOT)
    yield language.catalogue()
    formats.use()


def list_said(guesses):
    for guess in guesses:
        yield guess.reason
        if guess.question:
            yield from (guess.question.text, *(each.label for each in guess.question.choices))


@pytest.mark.parametrize("name", ["german_registry", "TCGA-CDR", "guangzhou"])
def test_reasons_questions_and_answers_are_german(german, vocabulary, workflow, name):
    table = measure_proposals.draw_table(HEADERS[name])
    guesses = propose(table, vocabulary, workflow["dictionary"])
    keep_own(guesses, workflow["dictionary"])
    texts = [text for text in list_said(guesses) if text]
    said = list(map(say, texts))
    assert german.missed == set() and len(texts) > 20
    digits = re.compile(r"\d+")
    for before, after in zip(texts, said, strict=True):
        assert sorted(digits.findall(before)) == sorted(digits.findall(after))
        assert re.findall(r"(?<!\w)'.+?'(?!\w)", before) == re.findall(r"(?<!\w)'.+?'(?!\w)", after)


def test_codes_and_headers_of_the_file_stay(german):
    assert say(
        "Column 'Chemo. No' (Yes, No) looks like: Sex. It is not certain: its codes do not fit."
    ) == (
        "Spalte 'Chemo. No' (Yes, No) sieht aus wie: Geschlecht. Das ist nicht sicher: ihre Codes passen nicht."
    )
    assert say("Site of the primary: distal = Left colon or Rectum, -9 = missing") == (
        "Lokalisation des Primärtumors: distal = Linkes Kolon oder Rektum, -9 = fehlend"
    )
    assert (
        say("the middle value 1,956.5 is impossible") == "der mittlere Wert 1,956.5 ist unmöglich"
    )


@pytest.mark.parametrize("name", HEADERS)
def test_only_certain_headers_make_a_question_of_the_language(vocabulary, name):
    headers = [str(header) for header, *_ in HEADERS[name]["columns"]]
    found = propose_language(headers, vocabulary)
    assert [each.question.key for each in found] == ["language"] * (name == "german_registry")
    assert propose_language(headers, vocabulary, "en") == []
    (named,) = propose_language(headers, vocabulary, "de")
    assert find_language([named], {}) == "de" and named.question is None
    assert find_language(found, {}) == "en"  # without an answer nothing is taken
    if found:
        assert find_language(found, {"language": 1}) == "de"
        assert find_language(found, {"language": 2}) == "en"


@pytest.fixture(scope="module")
def plans(tmp_path_factory):
    """What `make study` writes of one file without a language, in a named one, and with the question answered."""
    folder = tmp_path_factory.mktemp("languages")
    made.write_german(folder / "Leberregister.xlsx")
    (folder / "answers.yaml").write_text("language: 1\n", encoding="utf-8")
    ways = {"silent": ("", ""), "named": ("", "de"), "answered": (folder / "answers.yaml", "")}
    found = {}
    for way, (answers, chosen) in ways.items():
        study = folder / way / "mine"
        said = command.main(
            str(folder / "Leberregister.xlsx"), str(study), str(answers), "", chosen
        )
        texts = {
            name: (study / "config" / name).read_text("utf-8")
            for name in ("config.yaml", "questions.md")
        }
        found[way] = {"said": said, **texts}
    formats.use()
    return found


def test_the_plan_in_german_is_the_plan_in_english(plans):
    read = {
        way: yaml.load(each["config.yaml"], Loader=yaml.BaseLoader) for way, each in plans.items()
    }
    assert "language" not in read["silent"]["output"]
    for way in ("named", "answered"):
        assert read[way]["output"].pop("language") == "de"
        assert read[way] == read["silent"]
    assert "# Every line" not in plans["named"]["config.yaml"]
    assert "Fragen (1 von 1 offen)" not in plans["named"]["questions.md"]
    assert "(1 of 1 open)" in plans["silent"]["questions.md"]
    assert "In which language should the report be?" in plans["silent"]["questions.md"]


@pytest.mark.parametrize("way", ["named", "answered"])
def test_comments_page_and_screen_are_german(plans, way):
    english = re.compile(r"\b(?:the|are|its|is|which|stands|column|question)\b")
    for text in plans[way].values():
        lines = [line.split("  # ")[-1] if "  # " in line else line for line in text.split("\n")]
        assert [
            line for line in lines if english.search(re.sub(r"`[^`]*`|'[^']*'", "", line))
        ] == []
    assert "Die Daten haben keine Fehler" in plans[way]["said"]
    assert "[sicher] Spaltenname: Geschlecht; ihre Codes sind bekannt" in plans[way]["config.yaml"]


QUESTION = Question(
    "Status", "What is right?", [Choice("Sex: 1 = Male"), Choice("leave the column out")]
)


@pytest.mark.parametrize("answer", ["2", 2, "leave the column out", "die Spalte weglassen"])
def test_answers_of_a_file_count_in_either_language(german, answer):
    assert pick(QUESTION, answer).label == "leave the column out"
    with pytest.raises(ValueError, match="ist keine Antwort auf 'Status'"):
        pick(QUESTION, "weglassen")


def test_the_terminal_asks_in_german_and_keeps_the_words_of_the_source(german):
    guesses, asked = [Guess("Status", question=QUESTION)], []

    def put(text, labels):
        asked.append((text, labels))
        return labels[1]

    assert ask_all(guesses, {}, put) == {"Status": "leave the column out"}
    assert asked == [
        (
            "(1 von 1) Was ist richtig?",
            ["Geschlecht: 1 = Männlich", "die Spalte weglassen", say(LATER)],
        )
    ]
    assert ask_all(guesses, {}, lambda _, labels: labels[-1]) == {}
    assert say(LATER) != LATER


def test_a_language_without_a_catalogue_is_refused():
    with pytest.raises(
        SystemExit, match=r"There is no language 'fr'\. Languages: en, de\. Nothing was done\."
    ):
        command.main("x.csv", "", chosen="fr")
    assert list_languages(ROOT)[0] == "en"


@pytest.mark.parametrize(
    "path", sorted((ROOT / "workflow/languages").glob("*.po")), ids=lambda path: path.stem
)
def test_every_word_of_a_proposal_is_in_the_catalogue(path):
    said, unknown = messages.list_unknown(path, "scripts/crlm/proposal/", NO_WORDS)
    assert len(said) > 150 and unknown == []


@pytest.mark.parametrize(
    ("problem", "said"),
    [
        ("endpoints.os: there is no key 'orign'. Did you mean 'origin'?", "endpoints.os: es gibt keinen Schlüssel 'orign'. Ist 'origin' gemeint?"),
        ("output: there is no key 'x'. Known keys: style, width.", "output: es gibt keinen Schlüssel 'x'. Bekannte Schlüssel: style, width."),
        ("endpoints.os: give origin, the date variable from which time counts.", "endpoints.os: `origin` angeben, die Datumsvariable, ab der die Zeit zählt."),
        ("the plan: the key 'columns' is missing.", "der Plan: der Schlüssel 'columns' fehlt."),
        ("cohort.file: nobody translated this one. Did you mean 'x'?", "cohort.file: nobody translated this one. Did you mean 'x'?"),
    ],
)  # fmt: skip
def test_a_problem_of_the_plan_is_german_or_english_and_never_both(german, problem, said):
    german.own = frozenset({"origin", "columns"})
    assert say_problem(problem) == said
