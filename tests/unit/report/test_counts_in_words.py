"""Counted things are one or several, in English and in German; no bracket stands for both."""

from pathlib import Path

import messages
import pytest
from crlm.display import formats, language

ROOT = Path(__file__).parents[3]
GERMAN = ROOT / "workflow/languages/de.po"
SAID = {  # as the findings say it, of one and of several
    "7 stands in 1 row and is a usual code for missing.": "7 steht in 1 Zeile und ist ein üblicher Code für fehlend.",
    "Sex: 99 stands in 3 rows, first in row 2, and the next number is 81; it looks like a code for missing, and is used as a "
    "number.": "Geschlecht: 99 steht in 3 Zeilen, zuerst in Zeile 2, und die nächste Zahl ist 81; es sieht nach einem Code für fehlend aus "
    "und wird als Zahl verwendet.",
    "Sex: 1 missing value filled in from other columns.": "Geschlecht: 1 fehlender Wert aus anderen Spalten ergänzt.",
    "Sex: 2 missing values filled in from other columns.": "Geschlecht: 2 fehlende Werte aus anderen Spalten ergänzt.",
    "Sex: for 1 patient no box of X is ticked; the answer is unknown, not 'no'.": "Geschlecht: 1 Patient ohne angekreuztes "
    "Kästchen von X; die Antwort ist unbekannt, nicht 'no'.",
    "Sex: the boxes 2, 0 are ticked together and mean different levels (1 row).": "Geschlecht: die Kästchen 2, 0 sind zusammen "
    "angekreuzt und bedeuten verschiedene Stufen (1 Zeile).",
    "1 patient with several rows (P1); the first row is kept.": "1 Patient mit mehreren Zeilen (P1); behalten wird die erste "
    "Zeile.",
    "the rows of 2 patients differ here (patient P1: 3 in row 2, 4 in row 3); the last row is kept.": "2 Patienten mit Zeilen, "
    "die sich hier unterscheiden (Patient P1: 3 in Zeile 2, 4 in Zeile 3); behalten wird die letzte Zeile.",
    "1 row of patients with several, without an entry in the column that orders them (`order_by`; first in row 4): passed "
    "over.": "1 Zeile von Patienten mit mehreren, ohne Eintrag in der Spalte, nach der geordnet wird (`order_by`; zuerst Zeile "
    "4): übergangen.",
    "Sex: the last row of 1 patient does not have the latest date (patient P1: 3 is taken, 4 stands in another row).": "Geschlecht:"
    " letzte Zeile (1 Patient) ohne das späteste Datum (Patient P1: genommen wird 3, in einer anderen Zeile steht 4).",
    "the first row of 2 patients has nothing here, and another row has (patient P1: 3 in row 4); it is not used.": "die erste "
    "Zeile (2 Patienten): hier steht nichts, aber in einer anderen Zeile (Patient P1: 3 in Zeile 4); das wird nicht verwendet.",
    "1 identifier without a part 2 when split at '_'.": "1 Kennung ohne Teil 2, wenn bei '_' geteilt wird.",
    "'P1' falls into 1 part at '_', nearly all others into 2; part 1 is read as 'P1'.": "'P1' zerfällt in 1 Teil bei '_', fast "
    "alle anderen in 2; als Teil 1 wird 'P1' gelesen.",
    "Sex: 1 date after the data lock 2020-12-31; what happened after it is no event, and the patients are censored there.": "Geschlecht:"
    " 1 Datum nach dem Datenschnitt 2020-12-31; was danach geschah, ist kein Ereignis, und die Patienten werden dort zensiert.",
}


@pytest.mark.parametrize("words", SAID)
def test_what_is_counted_is_said_in_german(words):
    formats.use({"language": "de", "verbatim": True}, [GERMAN])
    try:
        assert language.say(words) == SAID[words]
        assert not language.catalogue().missed
    finally:
        formats.use()


def test_no_bracket_stands_for_one_or_several():
    texts = [
        (path.name, text)
        for room in messages.ROOMS
        for path in sorted((ROOT / "scripts/crlm" / room).rglob("*.py"))
        for text in messages.find_messages(path.read_text("utf-8"))
    ]
    assert len(texts) > 5000
    assert [each for each in texts if "(s)" in each[1]] == []
    with GERMAN.open("rb") as file:
        german = list(messages.read_po(file))
    brackets = ("(s)", "(e)", "(n)", "(en)", "(r)")
    assert [each.string for each in german if any(b in each.string for b in brackets)] == []
