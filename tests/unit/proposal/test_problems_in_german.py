"""What is wrong with a plan in German: every message of an analysis has its German, and the words of the plan stay."""

import re
from pathlib import Path

import messages
import pytest
from crlm.display import formats, language
from crlm.proposal.check import check_plan, describe
from crlm.proposal.wording import list_names, say_problem, speak

ROOT = Path(__file__).parents[3]
DEMO = (ROOT / "config/config.yaml").read_text("utf-8")
NO_PROBLEMS = re.compile(  # labels of variables and marks, addresses, what `make study` does not say
    r"https://.*|line \{0\}: .*|the analysis plan has [\s\S]*|score \{0\}(: (components|overrides)| \(.*)|proxy: .*|not in|Free of"
    r"|Event|Date of the event|The study's own file .*|yes where .*|the first known of .*|\{0\} cut at .*|an identifier has .*"
    r"|'\{0\}' is not one of \{1\}|`from` with .*"
)


@pytest.fixture
def german():
    speak("de", ROOT)
    yield language.catalogue()
    formats.use()


@pytest.fixture(scope="module")
def told():
    """{message: files} of everything that says what is wrong with a plan."""
    found = messages.collect()
    return {text: files for text, files in found.items() if any(map(messages.PLANS.search, files))}


@pytest.mark.parametrize("path", sorted(messages.LANGUAGES.glob("*.po")), ids=lambda p: p.stem)
def test_every_problem_of_a_plan_is_in_the_catalogue(path, told):
    known = messages.read_messages(path)
    analyses = {t for t, files in told.items() if any("/analyses/" in name for name in files)}
    assert len(analyses) > 100 and len(told) > 250
    assert sorted(analyses - set(known)) == []
    assert [text for text in told if text not in known and not NO_PROBLEMS.fullmatch(text)] == []


def test_a_place_is_a_hole_and_the_nearest_name_a_sentence_of_its_own():
    keys = {"panel"}
    read = messages.read_problem
    assert read("panel.endpoints: no endpoint '{0}'.{1}", keys) == "{0}: no endpoint '{0}'."
    assert read("{0}.a.{1}: {2} is no {3}.{4}", keys) == "{0}: {2} is no {3}."
    assert read("proxy: {0} for {1}", keys) == "proxy: {0} for {1}"
    assert read("{0}.{1}", keys) == "{0}.{1}"
    assert list(messages.split_message("{0}: no endpoint '{0}'.")) == ["{0}: no endpoint '{1}'"]


def spoil(key, new):
    """The demo's plan with another block."""
    text, count = re.subn(rf"(?ms)^{key}:.*?(?=^\S)", f"{new}\n", DEMO, count=1)
    return text if count else f"{DEMO}\n{new}\n"


SPOILT = {
    "restricted_mean: {groupings: [growth_patern, overall], against: {fong_risk: x}}": [
        "restricted_mean.groupings: growth_patern ist keine Gruppierung. Ist 'growth_pattern' gemeint?",
        "restricted_mean.groupings: overall hat nur eine Gruppe.",
        "restricted_mean.against: fong_risk gehört nicht zu den verglichenen Gruppierungen.",
    ],
    "main: {endpoint: x, model: univariable}": [
        "main.endpoint: x passt nicht; nötig ist ein Endpunkt.",
        "main.model: univariable passt nicht; nötig ist ein multivariables Modell.",
    ],
    "added_value: {base: fong, adds: [fong, recurrence_site], risk_thresholds: [0.1, 0.2]}": [
        "added_value.adds: recurrence_site wird erst in der Nachbeobachtung bekannt, sodass es nicht ergänzt werden kann, als wäre "
        "es bei der Resektion bekannt.",
        "added_value: fong steht im Ausgangsmodell und wird ihm hinzugefügt; nur eines von beiden behalten.",
        "added_value.risk_thresholds: 0.1, 0.2 sehen wie Bruchteile aus; Prozent schreiben, etwa 10.",
    ],
    "recurrence: {endpoints: {rfs: {recurrence: [death], death: css}}, windows_months: [24, 6]}": [
        "recurrence.endpoints.rfs.recurrence: death ist ein Tod.",
        "recurrence.endpoints.rfs.death: css darf nur mit Tod jeder Ursache enden, ohne verspäteten Eintritt.",
        "recurrence.windows_months: die erste Grenze liegt nach der zweiten.",
    ],
    "cutoffs: {hgp_pure: {}, age: {reference: 900, search_percent: [80, 20]}}": [
        "cutoffs.hgp_pure: hgp_pure ist categorical; nötig ist continuous oder count.",
        "cutoffs.age.search_percent: 80 ist nicht unter 20.",
        "cutoffs.age.reference: 900 liegt außerhalb von 0 bis 120, dem Bereich von age.",
    ],
    "adjusted_curves: {a: {comparison: bevacizumab, covariates: [age], endpoints: [oss]}}": [
        "adjusted_curves.a.endpoints: es gibt keinen Endpunkt 'oss'. Ist 'os' gemeint?",
    ],
    "conditional_survival: {given: foo}": ["conditional_survival.given: foo ist als Endpunkt nicht bekannt."],
    "adjusted_curves: {a: {comparison: bevacizumab, covariates: [recurrence_site], against: x}}": [
        "adjusted_curves.a.against: es gibt keine Gruppe 'x'; vorhanden: no, yes.",
        "adjusted_curves.a.covariates: recurrence_site wird erst in der Nachbeobachtung bekannt; eine Kovariable muss bekannt "
        "sein, wenn es die Gruppen sind.",
    ],
    "calculator: {model: foo}": ["calculator.model: es gibt kein multivariables Modell 'foo'."],
}  # fmt: skip


@pytest.mark.parametrize("block", SPOILT)
def test_problems_of_a_spoilt_plan_are_german_and_its_words_stay(german, workflow, tmp_path, block):
    checked = check_plan(spoil(block.partition(":")[0], block), tmp_path, workflow)
    said = describe(checked).splitlines()[1:]
    assert sorted(line.partition(". ")[2] for line in said) == sorted(SPOILT[block])


def test_a_name_that_is_a_word_of_the_sentence_stays_only_where_it_is_a_name(german):
    names = {"no", "death", "resection", "late"}
    known = "panel: late becomes known in follow-up, so that it cannot be used as if known at resection; give landmark_months."
    assert say_problem(known, names).startswith("panel: late wird erst")
    assert "bei der Resektion" in say_problem(known, names)
    assert say_problem("a.b: death is a death.", names) == "a.b: death ist ein Tod."
    assert say_problem("a.b: no endpoint 'os'.", names) == "a.b: es gibt keinen Endpunkt 'os'."
    untold = "a.b: death is nobody knows what."
    assert say_problem(untold, names) == untold


def test_the_words_of_a_plan():
    plan = {"endpoints": {"os": {"label": "Overall", "events": {"death": ["a", 5]}}}}
    assert list_names(plan) == {"endpoints", "os", "label", "Overall", "events", "death"}
