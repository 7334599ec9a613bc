"""Words looked up in a catalogue: whole, by template, in parts; numbers; figures."""

from pathlib import Path

import pytest
from crlm.display import fonts, formats, keys, language, style
from crlm.display.language import Catalogue, write_numbers
from crlm.display.templates import (
    find_values,
    index_words,
    list_values,
    split_bracket,
    split_outside,
)

GERMAN = Path(__file__).parents[3] / "workflow/languages/de.po"


@pytest.fixture
def german():
    formats.use({"language": "de"}, [GERMAN])
    yield language.catalogue()
    formats.use()


def test_values_of_a_template_are_found_from_the_left():
    assert find_values(("", " of ", " patients"), "3 of 40 patients") == ["3", "40"]
    assert find_values(("at ", ""), "at 60") == ["60"]
    assert find_values(("", " by ", ""), "a by b by c") == ["a", "b by c"]
    assert find_values(("a ", " b"), "a b") is None
    assert find_values(("x", ""), "abc") is None


@pytest.mark.parametrize(
    ("english", "german"),
    [
        ("0.85 (0.70–1.03)", "0,85 (0,70–1,03)"),
        ("p = 0.012 in 1,000 of 12,345 patients", "p = 0,012 in 1.000 of 12.345 patients"),
        ("Version 0.30.3, lifelines 0.30.0", "Version 0.30.3, lifelines 0.30.0"),
        ("doi 10.1186/s12957-021-02210-9", "doi 10.1186/s12957-021-02210-9"),
        ("arXiv:1601.00670", "arXiv:1601.00670"),
        ("1, 2 and 3.5", "1, 2 and 3,5"),
        ("v1.2 and h0.5a", "v1.2 and h0.5a"),
        ("It ended in 2019. Then", "It ended in 2019. Then"),
        ("12·5 as The Lancet prints it", "12,5 as The Lancet prints it"),
    ],
)
def test_numbers(english, german):
    assert write_numbers(english, ",", ".") == german


def test_brackets():
    assert split_outside("a (b, c), d", ", ") == ["a (b, c)", "d"]
    assert split_bracket("Growth (> 50 %) [recalled].") == (
        "Growth (> 50 %)",
        " [",
        "recalled",
        "].",
    )
    assert split_bracket("no bracket") is None
    assert split_bracket("odd)") is None


def test_words(german):
    for english, words in [
        ("Overall survival", "Gesamtüberleben"),
        ("overall survival", "Gesamtüberleben"),
        ("Number at risk", "Patienten unter Risiko"),
        ("95% CI", "95-%-KI"),
        ("12 events", "12 Ereignisse"),
        ("800 patients were analysed.", "800 Patienten wurden analysiert."),
        ("Replacement → Mixed: 3", "Ersetzend (Replacement) → Gemischt: 3"),
        ("¹ No event in this time.", "¹ Kein Ereignis in dieser Zeit."),
        ("Alone. Adjusted.", "Allein. Adjustiert."),
        (
            "At 60 months recurrence-free survival was 25.0 with Male and 34.9 with Female (log-rank test, p < 0.001).",
            "Rezidivfreies Überleben nach 60 Monaten: 25,0 bei „Männlich“ und 34,9 bei „Weiblich“ (Log-Rank-Test, p < 0,001).",
        ),
        ("Fong 1999", "Fong 1999"),
        ("os_5y_fong", "os_5y_fong"),
        ("", ""),
    ]:
        assert language.say(english) == words
    assert not german.missed


def test_the_level_no_is_a_word_wherever_it_stands(german):
    """It has one small letter, and was taken for an abbreviation that is the same in German."""
    assert language.say("Preoperative chemotherapy: No: 96 patients, 67 events") == (
        "Präoperative Chemotherapie: Nein: 96 Patienten, 67 Ereignisse"
    )
    assert language.say("No 43; Yes 67") == "Nein 43; Ja 67"
    assert not german.missed


def test_what_is_not_known_stays_english_with_german_numbers_and_is_counted(german):
    assert language.say("Nobody wrote this 0.5 down.") == "Nobody wrote this 0,5 down."
    assert german.missed == {"Nobody wrote this 0.5 down."}


def test_a_sentence_with_a_part_that_stays_english_is_counted(german):
    said = language.say("Number at risk: patients nobody wrote down were analysed.")
    assert "nobody wrote down" in said
    assert german.missed == {"Number at risk: patients nobody wrote down were analysed."}


def test_every_way_to_fill_a_template_is_tried():
    assert list(list_values(("", ", ", ""), "a, b, c")) == [["a", "b, c"], ["a, b", "c"]]
    assert list(list_values(("from ", " to ", ""), "from a")) == []
    assert list(list_values(("a", "a"), "a")) == []


def test_labels_of_the_plan_with_what_stands_beside_them(german):
    german.own = frozenset({"Some score", "Heavy", "Model one", "Model two"})
    for english, words in [
        ("Some score [derived], group Heavy", "Some score [abgeleitet], Gruppe Heavy"),
        ("0.42 of Model: Model one, without its strata", None),
        ("Model: Model one, without its strata, Some score, group and Heavy", None),
        ("26.8% (23.5–29.7) with Heavy", "26,8\N{NO-BREAK SPACE}% (23,5–29,7) bei Heavy"),
        ("12 variables", "12 Variablen"),
    ]:
        said = language.say(english)
        assert words is None or said == words
        assert "without" not in said and " and " not in said
    assert not german.missed


def test_what_was_sought_too_deep_is_sought_again(german):
    words = "Desmoplastic growth and predominant growth pattern (> 50 %) [recalled]"
    assert language._find(german, words, language.DEEP) is None
    assert "aus dem Gedächtnis" in language.say(words)
    assert not german.missed


def test_what_is_quoted_from_a_file_stays(german):
    german.decimal, german.group = ".", ","
    assert language.say("in row 12, 'no'") == "in Zeile 12, 'no'"
    assert language.say("1,234 of cohort.csv") == "1,234 von cohort.csv"


def test_a_marked_number_keeps_its_key(german):
    said = language.say(f"{keys.mark('800', 'patients')} patients were analysed.")
    assert keys.split(said)[0] == ("800", "patients")
    assert keys.strip(said) == "800 Patienten wurden analysiert."
    counts = [keys.mark("79", "known"), keys.mark("82.3%", "share")]
    said = language.say(f"Growth pattern, known in {counts[0]} patients of 80: Mixed {counts[1]}.")
    assert keys.strip(said) == (
        "Wachstumsmuster, bekannt bei 79 Patienten von 80: Gemischt 82,3\N{NO-BREAK SPACE}%."
    )
    assert {key for _, key in keys.split(said) if key} == {"known", "share"}
    said = language.say(f"C {keys.mark('0.61 (0.58–0.64)', 'c')}")
    assert keys.split(said)[1] == ("0,61 (0,58–0,64)", "c")


def test_no_break_spaces_of_p_stay(german):
    assert language.say("log-rank\N{NO-BREAK SPACE}test") == "Log-Rank-Test"
    said = language.say("Log-rank test, p\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}0.012")
    assert said == "Log-Rank-Test, p\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}0,012"


def test_small_counts_are_hidden_before_the_words_are_german(german):
    german.small_cells = 5
    words = language.say("Not shown: 3 patients in none of the groups")
    assert words == "Nicht gezeigt: <5 Patienten in keiner der Gruppen"


def test_a_text_of_a_figure_is_measured_and_wrapped_in_its_language(german):
    assert (
        style.measure("Number at risk")
        == fonts.find_width("Patienten unter Risiko", style.SIZE, "normal") * 1.01
    )
    lines = style.wrap(
        "Kaplan-Meier estimates with log-log confidence limits; NR, not reached.", 1.5
    )
    assert (
        " ".join(lines) == "Kaplan-Meier-Schätzer mit log-log-Konfidenzgrenzen; NR, nicht erreicht."
    )
    figure, page = style.new_page(3, 2, synthetic=True)
    style.write(page, 0.1, 0.5, lines)
    style.write(page, 0.1, 1, "Median follow-up, months (95% CI)")
    style.save_all(figure, [])
    texts = [text.get_text() for text in page.texts + list(page.artists)]
    assert "synthetische Daten" in texts
    assert "Mediane Nachbeobachtung, Monate (95-%-KI)" in texts
    assert not german.missed


def test_ticks_have_the_decimal_comma(german):
    figure, page = style.new_page(3, 2)
    axes = style.add_axes(page, 0.5, 0.5, 2, 1)
    axes.set(ylim=(0, 1), yticks=[0, 0.5, 1], ylabel="Difference, months")
    style.save_all(figure, [])
    assert [label.get_text() for label in axes.get_yticklabels()] == ["0,0", "0,5", "1,0"]
    assert axes.get_ylabel() == "Differenz, Monate"


def test_a_template_of_few_letters_takes_only_what_is_known():
    made = Catalogue(
        "xx", ".", ",", {"a word": "ein Wort"}, [(("", " by ", ""), "{0} von {1}")], {"by": [0]}
    )
    language._used["catalogue"] = made
    try:
        assert language.say("a word by a word") == "ein Wort von ein Wort"
        assert language.say("drawn by a machine") == "drawn by a machine"
    finally:
        formats.use()


def test_a_name_of_the_study_does_not_turn_no_event_into_a_level(german):
    """`{0} event` would fit as well, with the level `no` at the end of what stands before it."""
    words = "Anything else: every patient has no event."
    assert language.say(words) == "Anything else: jeder Patient hat kein Ereignis."


def test_templates_are_found_by_a_whole_word():
    templates = [("", " of ", " patients"), ("un", ""), ("", "s left; ", " in all")]
    assert index_words(templates) == {"patients": [0], "": [1], "left": [2]}
