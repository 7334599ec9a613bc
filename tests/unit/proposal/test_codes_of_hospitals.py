"""Codes as exports of hospitals have them: Roman numbers of a stage, headers that name the opposite."""

import pytest


def repeat(*cells):
    return (list(cells) * 30)[:30]


@pytest.mark.parametrize("form", ["{}", "pT {}", "pT{}", "Stadium {}"])
def test_roman_numbers_of_a_stage_are_four_levels(guess, form):
    codes = [form.format(each) for each in ("I", "II", "III", "IV")]
    found = guess({"pT": repeat(*codes)})["pT"]
    assert found.variable == "pt_primary"
    assert found.values == dict(zip(codes, ["T1", "T2", "T3", "T4"], strict=True))


@pytest.mark.parametrize(
    ("header", "form", "levels"),
    [("ASA", "ASA {}", ["1", "2", "3"]), ("Grading", "G {}", ["well", "moderate", "poor"])],
)
def test_roman_numbers_behind_a_word(guess, header, form, levels):
    found = guess({header: repeat(*(form.format(each) for each in ("I", "II", "III")))})[header]
    assert list(found.values.values()) == levels


def test_a_letter_behind_a_roman_number_is_a_part_of_its_level(guess):
    found = guess({"pN": repeat("0", "Ia", "Ib", "IIb")})["pN"]
    assert found.values == {"0": "N0", "Ia": "N1", "Ib": "N1", "IIb": "N2"}


OPPOSITE = {
    "recurred": ["No recurrence", "Ohne Rezidiv", "Sans récidive", "Senza recidiva", "recurrence_absent"],
    "died": ["nicht verstorben", "Not dead"],
    "extrahepatic_disease": ["No extrahepatic disease", "Keine extrahepatische Erkrankung", "Sin enfermedad extrahepática"],
    "adjuvant_chemotherapy": ["Adjuvant chemotherapy not given", "geen adjuvante chemotherapie"],
    "node_positive": ["Node negative", "LK negativ"],
    "margin_positive": ["Negative margin"],
}  # fmt: skip


@pytest.mark.parametrize("codes", [("yes", "no"), (1, 0)])
@pytest.mark.parametrize(
    ("variable", "header"), [(name, each) for name, all_of in OPPOSITE.items() for each in all_of]
)
def test_a_header_that_names_the_opposite_proposes_the_opposite(guess, variable, header, codes):
    yes, no = map(str, codes)
    found = guess({header: repeat(*codes)})[header]
    assert (found.variable, found.certainty) == (variable, "question")
    first, second = (each.change["values"] for each in found.question.choices[:2])
    assert first == {yes: "no", no: "yes"}
    assert second == {yes: "yes", no: "no"}


@pytest.mark.parametrize("header", ["Rezidiv ja oder nein", "Recurrence or not", "Rezidiv ja/nein"])
def test_a_question_in_a_header_names_no_opposite(guess, header):
    assert guess({header: repeat("yes", "no")})[header].values == {"no": "no", "yes": "yes"}


def test_no_in_front_of_a_number_is_the_number(guess):
    found = guess({"No metastases": repeat(1, 2, 3, 5), "No of metastases": repeat(1, 2, 3, 6)})
    assert found["No metastases"].variable == "n_crlm"


@pytest.mark.parametrize("cells", [(0, 20, 80, 100, 5), ("2015-03-01", "2016-04-02")])
@pytest.mark.parametrize("header", ["Non-desmoplastic growth (%)", "Datum ohne Rezidiv"])
def test_a_number_or_date_of_the_opposite_is_not_that_of_the_thing(guess, header, cells):
    found = guess({header: repeat(*cells)})[header]
    assert found.variable not in ("hgp_desmoplastic", "recurrence_date")


def test_a_date_that_stands_with_the_opposite_settles_it(guess):
    days = [f"2015-03-{n + 1:02d}" if n % 2 else None for n in range(30)]
    found = guess({"Ohne Rezidiv": repeat(1, 0), "Rezidivdatum": days})["Ohne Rezidiv"]
    assert found.values == {"1": "no", "0": "yes"} and found.certainty == "certain"


@pytest.mark.parametrize(
    ("header", "named", "other"),
    [("MSS", "stable", "unstable"), ("pMMR", "proficient", "deficient"), ("KRAS wt", "wild_type", "mutated"), ("MSI-H", "unstable", "stable")],
)  # fmt: skip
@pytest.mark.parametrize("codes", [("yes", "no"), (1, 0)])
def test_of_two_levels_the_one_in_the_header_is_the_yes(guess, header, named, other, codes):
    yes, no = map(str, codes)
    found = guess({header: repeat(*codes)})[header]
    assert found.question.choices[0].change["values"] == {yes: named, no: other}


STATUS = {"1": "lebt ohne Tumor", "2": "lebt mit Tumor", "3": "tumorbedingt verstorben", "4": "anderweitig verstorben"}  # fmt: skip


def test_four_states_whose_word_stands_last_are_dead_or_alive_and_asked(guess):
    found = guess({"V7": repeat(1, 2, 3, 4)}, labels={"V7": "Status"}, codes={"V7": STATUS})["V7"]
    assert found.question.needed and found.variable == "died"
    first, second = (each.change["values"] for each in found.question.choices[:2])
    assert first == {"1": "no", "2": "no", "3": "yes", "4": "yes"}
    assert second == {"1": "yes", "2": "yes", "3": "no", "4": "no"}


@pytest.mark.parametrize(
    "denied", ["nicht verstorben", "patient not dead", "unklar, ob verstorben"]
)
def test_a_state_that_is_denied_is_not_that_state(guess, denied):
    found = guess({"Vitalstatus": repeat("verstorben", "verstorben", denied)})["Vitalstatus"]
    assert found.question.choices[0].change["values"] == {"verstorben": "yes"}


def test_places_beside_none_are_yes_first(guess):
    boxes = {"0": "None", "1": "Lung", "2": "Peritoneum"}
    header = "Extrahepatic disease"
    found = guess({header: repeat(0, 0, 0, 1, 2)}, codes={header: boxes})[header]
    first, second = found.question.choices[:2]
    assert first.change["values"] == {"0": "no", "1": "yes", "2": "yes"}
    assert first.label.endswith("0 (None) = no, 1 (Lung) = yes, 2 (Peritoneum) = yes")
    assert second.label.endswith("0 (None) = no, 1 (Lung) = missing, 2 (Peritoneum) = missing")


def test_an_unknown_word_beside_alive_is_no_death(guess):
    found = guess({"Vital status": repeat("alive", "alive", "lost")})["Vital status"]
    assert found.question.choices[0].change["values"] == {"alive": "no"}


@pytest.mark.parametrize("header", ["age_at_diagnosis", "Age at surgery (days)"])
def test_an_age_in_days(guess, header):
    found = guess({header: repeat(22880, 17800, 28011, 25466)})[header]
    assert (found.variable, found.unit) == ("age", "days")


def test_dod_is_a_date_of_death_or_dead_of_disease(guess):
    days = [f"2015-03-{n + 1:02d}" if n % 2 else None for n in range(30)]
    assert guess({"DOD": days})["DOD"].variable == "death_date"
    assert guess({"DOD": repeat(0, 1)})["DOD"].variable == "cancer_death"


@pytest.mark.parametrize(
    ("header", "labels"),
    [("dead", {0.0: "dead", 1.0: "alive"}), ("synchronous", {"0": "synchronous", "1": "metachronous"})],
)  # fmt: skip
def test_labels_that_contradict_the_name_of_a_column_are_asked(guess, header, labels):
    found = guess({header: repeat(0, 1)}, codes={header: labels})[header]
    first, second = (each.change["values"] for each in found.question.choices[:2])
    assert (first, second) == ({"0": "yes", "1": "no"}, {"0": "no", "1": "yes"})
    turned = {code: labels[other] for code, other in zip(labels, reversed(labels), strict=True)}
    assert guess({header: repeat(0, 1)}, codes={header: turned})[header].certainty == "certain"


def test_labels_under_a_name_that_says_nothing_or_the_opposite_are_believed(guess):
    labels = {0.0: "dead", 1.0: "alive"}
    for header in ("vitalstatus", "alive"):
        found = guess({header: repeat(0, 1)}, codes={header: labels})[header]
        assert found.values == {"0": "yes", "1": "no"} and found.certainty == "certain"
