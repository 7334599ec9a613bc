"""Legends: codes that a sheet, a further file or a header explains are decoded; what they do not say is asked."""

import clinic_exports
import clinic_held_out
import openpyxl
import pytest
from crlm.proposal.command import look_at
from crlm.proposal.header_words import read_codes, read_header
from crlm.proposal.legend import find_legend
from measure_proposals import COLUMNS, count_proposals, look_at_files

NAMES = ["Sex", "Bilobar", "CEA (ng/ml)", "Pat"]


@pytest.fixture
def explain(vocabulary):
    def find(rows, columns=tuple(NAMES)):
        return find_legend({"key": rows}, columns, vocabulary)

    return find


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("1 = ja, 2 = nein", {"1": "ja", "2": "nein"}),
        ("1=ja 2=nein", {"1": "ja", "2": "nein"}),
        ("1: colon rechts; 2: colon links", {"1": "colon rechts", "2": "colon links"}),
        ("0=no\n1=sí", {"0": "no", "1": "sí"}),
        ("ja=1/nein=0", {"1": "ja", "0": "nein"}),
        ("nein/ja = 0/1", {"0": "nein", "1": "ja"}),
        ("m=männlich, w=weiblich", {"m": "männlich", "w": "weiblich"}),
        ("0 nein, 1 ja", {"0": "nein", "1": "ja"}),
        ("0 - nein / 1 - ja", {"0": "nein", "1": "ja"}),
        ("1男2女", {"1": "男", "2": "女"}),
        ("0＝无，1＝有", {"0": "无", "1": "有"}),
        ("0 = R0; 1 = R1/R2", {"0": "R0", "1": "R1/R2"}),  # neither R1 nor R2
        ("999 = unbekannt", {"999": "unbekannt"}),
        ("T1 / T2", {}),
        ("ng/mL", {}),
        ("Zeit = Monate", {}),
        ("ja=1, jein=1", {}),
    ],
)
def test_codes_that_a_text_explains(text, codes):
    assert read_codes(text) == codes


def test_a_plus_behind_a_letter_says_something(vocabulary):
    assert read_header("N+", vocabulary).concepts == (frozenset({"node_plus"}),)
    assert read_header("N", vocabulary).concepts != read_header("N+", vocabulary).concepts


def test_n_plus_with_codes_1_and_2_is_not_pn(guess):
    found = guess({"N+": ["1", "2"] * 20, "pN": ["1", "2"] * 20})
    assert found["N+"].variable == "node_positive" and found["N+"].question
    assert found["pN"].certainty != "certain"


def test_answers_behind_a_header_say_nothing(guess):
    found = guess({"Rezidiv j/n": ["j", "n"] * 20})["Rezidiv j/n"]
    assert (found.variable, found.certainty) == ("recurred", "certain")
    assert found.values == {"j": "yes", "n": "no"}


@pytest.mark.parametrize(
    "rows",
    [
        [["Legende"], ["Sex", 1, "m"], [None, 2, "w"], ["Bilobar", 0, "nein"], [None, 1, "ja"]],
        [["Sex", "1 = m; 2 = w"], ["Bilobar", "0 = nein; 1 = ja"]],
        [["Sex", "1 = m"], ["", "2 = w"], ["Bilobar", "0 = nein"], ["", "1 = ja"]],
        [["Nr", "Var", "Was", "Key"], [1, "sex", "", "1=m 2=w"], [2, "BILOBAR", "both", "nein=0/ja=1"]],
        [["Sex", "Bilobar"], ["1 = m", "0 = nein"], ["2 = w", "1 = ja"]],
        [["Sex", 1.0, "m"], ["Sex", 2.0, "w"], ["Bilobar", 0, "nein"], ["Bilobar", 1, "ja"]],
    ],
)  # fmt: skip
def test_layouts_of_legends(explain, rows):
    codes, _, sheets = explain(rows)
    assert codes == {"Sex": {"1": "m", "2": "w"}, "Bilobar": {"0": "nein", "1": "ja"}}
    assert sheets == {"key": ["Sex", "Bilobar"]}


@pytest.mark.parametrize(
    "rows",
    [
        [["Pat", "Sex", "Bilobar"], [1, 1, "x"], [2, 2, "x"]],  # patients
        [["Sex", 1, "m"], [None, 2, "w"]],  # one column may be anything
        [["Var", "Min", "Max", "Label"], ["Sex", 1, 2, "Sex"], ["Bilobar", 0, 1, "Both lobes"]],
        [],
        [[None]],
    ],
)
def test_what_is_no_legend(explain, rows):
    assert explain(rows) == ({}, {}, {})


def test_names_of_others_end_the_codes_of_a_column(explain):
    rows = [["Sex", "1 = m; 2 = w"], ["Bilobar", "0 = nein; 1 = ja"], ["Alter", "3 = alt; 4 = neu"]]
    assert explain(rows)[0]["Bilobar"] == {"0": "nein", "1": "ja"}


def test_a_code_alone_counts_when_it_means_missing(explain):
    rows = [["Sex", "1 = m; 2 = w"], ["CEA", 999, "unbekannt"], ["Bilobar", 1, "ja"]]
    codes, _, _ = explain(rows)
    assert codes == {"Sex": {"1": "m", "2": "w"}, "CEA (ng/ml)": {"999": "unbekannt"}}


def test_a_number_that_is_explained_as_missing(guess):
    cells = ["3", "7", "999", "12", "40"] * 8
    told = guess({"CEA": cells}, codes={"CEA": {"999": "unbekannt"}})["CEA"]
    assert told.missing == ["999"] and told.question is None
    assert guess({"CEA (999=unbekannt)": cells})["CEA (999=unbekannt)"].missing == ["999"]
    every = ["3", "7", "900", "12", "40"] * 8
    assert guess({"CEA": every}, codes={"CEA": {"999": "unbekannt"}})["CEA"].missing == []


def test_a_code_that_stands_there_far_oftener_than_numbers_near_it_is_asked(guess):
    spread = [str(5 * n) for n in range(1, 120)]  # up to 595
    often = guess({"CEA (ng/ml)": [*spread, *["999"] * 5]})["CEA (ng/ml)"]
    assert often.question and "999 may mean missing" in often.question.text
    wide = [*spread, "980", "999", "1200"]
    assert guess({"CEA (ng/ml)": wide})["CEA (ng/ml)"].question is None
    heaped = [str(n) for n in (60, 70, 80, 88, 90) for _ in range(6)]
    assert guess({"Alter": heaped})["Alter"].question is None


def test_a_word_that_stands_among_numbers_again_and_again_is_asked(guess):
    numbers = [*("3,5", "7", "<1,5", "12", "40 %") * 8]
    often = guess({"CEA (ng/ml)": [*numbers, *["NF"] * 3]})["CEA (ng/ml)"]
    assert often.question and "'NF' (3 entries) is no number" in often.question.text
    assert often.missing == ["NF"] and often.question.choices[0].label.endswith("'NF': missing")
    assert often.question.choices[1].change["missing"] == []
    slip = guess({"CEA (ng/ml)": [*numbers, "NF", "NF", "7..5"]})["CEA (ng/ml)"]
    assert slip.question is None and slip.missing == []
    words = [*numbers * 2, *["NF"] * 3, *["verloren"] * 4]
    two = guess({"CEA (ng/ml)": words})["CEA (ng/ml)"]
    assert "(7 entries) are no numbers" in two.question.text and len(two.missing) == 2


def test_a_text_with_a_digit_is_never_proposed_as_missing(guess):
    """`12 ng` four times may be a measurement: a run names it."""
    cells = [*("35", "7", "15", "12", "40") * 8, *["12 ng"] * 4]
    found = guess({"CEA (ng/ml)": cells})["CEA (ng/ml)"]
    assert found.missing == [] and found.question is None


def test_words_of_a_legend_that_are_not_known_are_asked_with_the_words(guess):
    codes = {"S": {"1": "Haus A", "2": "Haus B"}, "Seite Primarius": {"1": "blau", "2": "Rektum", "3": "rot"}}  # fmt: skip
    found = guess({"Seite Primarius": ["1", "2", "3"] * 20}, codes=codes)["Seite Primarius"]
    assert found.question and found.variable == "primary_site"
    labels = [choice.label for choice in found.question.choices]
    assert labels[0].startswith("none of these")
    assert labels[1].endswith("1 (blau) = Left colon, 3 (rot) = Right colon")
    assert all("2 (Rektum) = Rectum" in each for each in labels[1:]) and len(labels) == 3


def test_one_code_explained_and_the_other_not(guess):
    found = guess({"Bilobar (1=ja)": ["0", "1"] * 20})["Bilobar (1=ja)"]
    assert found.question and "nothing says what '0' is" in found.question.text
    assert found.question.choices[0].change["values"] == {"1": "yes", "0": "no"}
    assert found.question.choices[1].change["missing"] == ["0"]


def test_the_label_counts_where_the_name_says_little(guess):
    labels = {"os_x": "Overall survival in months", "v": "Adjuvant chemotherapy"}
    found = guess({"os_x": [*range(5, 45)], "v": ["0", "1"] * 20}, labels=labels)
    assert (found["os_x"].variable, found["os_x"].certainty) == ("overall_time", "certain")
    assert (found["v"].variable, found["v"].certainty) == ("adjuvant_chemotherapy", "certain")
    both = guess({"bilobar": ["0", "1"] * 20}, labels={"bilobar": "Extrahepatic disease"})
    assert "may mean" in both["bilobar"].question.text  # the name says one thing, the label another


@pytest.mark.parametrize("made", [clinic_exports, clinic_held_out])
def test_whole_exports_with_their_legends(made, vocabulary, workflow):
    total = dict.fromkeys(COLUMNS, 0)
    for _, guesses, export in look_at_files(made, vocabulary, workflow["dictionary"]):
        assert len(guesses) == len(export)
        truth = {header: variable for header, (variable, _, _) in export.items()}
        codes = {header: levels for header, (_, _, levels) in export.items()}
        counts, odd = count_proposals(guesses, truth, codes)
        assert counts["wrong"] == 0, odd
        total = {key: total[key] + counts[key] for key in total}
    assert total["right"] >= 0.9 * total["variables"], total


def test_a_legend_in_a_further_file(tmp_path, vocabulary, workflow):
    book = openpyxl.Workbook()
    book.active.append(["Pat", "Sex", "Bilobar"])
    for number in range(40):
        book.active.append([f"P{number}", number % 2 + 1, number % 2])
    book.save(tmp_path / "data.xlsx")
    key = openpyxl.Workbook()
    key.active.append(["Variable", "Codes"])
    key.active.append(["Sex", "1 = female, 2 = male"])
    key.active.append(["Bilobar", "0 = no, 1 = yes"])
    key.save(tmp_path / "key.xlsx")
    (tmp_path / "key.csv").write_text("Variable;Codes\nSex;1=female 2=male\nBilobar;0=no 1=yes\n")
    for name in ("key.xlsx", "key.csv"):
        guesses, source = look_at(
            tmp_path / "data.xlsx", vocabulary, workflow["dictionary"], further=[tmp_path / name]
        )
        found = {each.column: each for each in guesses}
        assert found["Sex"].values == {"1": "female", "2": "male"}
        assert found["Sex"].certainty == "certain" and source["joined"] == {}
        assert [each.reason for each in guesses if each.sheet] == [
            "the legend: it explains the codes of 2 columns"
        ]


STATUS = {"1": "in leven zonder ziekte", "2": "in leven met ziekte", "3": "overleden aan ziekte", "4": "overleden, andere oorzaak"}  # fmt: skip
DAYS = [f"{n % 28 + 1:02d}-03-2015" if n % 4 > 1 else None for n in range(40)]


def test_a_status_of_which_only_the_first_word_is_known_is_asked_or_shown_by_dates(guess):
    column = [1, 2, 3, 4] * 10
    found = guess({"Status laatste FU": column}, codes={"Status laatste FU": STATUS})
    found = found["Status laatste FU"]
    assert found.variable == "died" and found.question.needed
    assert found.question.choices[0].change["values"] == {"1": "no", "2": "no", "3": "yes", "4": "yes"}  # fmt: skip
    assert "1 (in leven zonder ziekte) = no" in found.question.choices[0].label
    shown = {"Status laatste FU": column, "Datum overlijden": DAYS}
    assert guess(shown, codes={"Status laatste FU": STATUS})["Status laatste FU"].certainty == "certain"  # fmt: skip


@pytest.mark.parametrize("word", ["in leven, niet overleden", "tot nu toe in leven", "onbekend of in leven"])  # fmt: skip
def test_a_text_that_names_both_or_begins_otherwise_says_nothing(guess, word):
    codes = {**STATUS, "2": word}
    found = guess({"Status laatste FU": [1, 2, 3, 4] * 10}, codes={"Status laatste FU": codes})
    found = found["Status laatste FU"]
    ways = [each.change for each in found.question.choices if each.change and "values" in each.change]  # fmt: skip
    assert found.certainty == "question" and "2" not in ways[0]["values"]


def test_an_explanation_that_is_not_known_is_not_called_missing(guess):
    codes = {"Plaats recidief": {"1": "hier", "2": "daar", "3": "elders", "4": "ginds"}}
    found = guess({"Plaats recidief": [1, 2, 3, 4] * 10}, codes=codes)["Plaats recidief"]
    assert "recurrence_site, but the words that explain its codes are not known" in found.reason
