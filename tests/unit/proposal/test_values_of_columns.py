"""A header that the values contradict is no match; units, codes for missing, dates and levels are read from the values."""

import pandas as pd
import pytest

IDS = {"PatNr": [f"P{n}" for n in range(20)]}


def twenty(*cells):
    return [cells[n % len(cells)] for n in range(20)]


def test_a_unit_without_a_name_is_the_one_that_is_possible(guess):
    assert guess({"max. Größe": twenty(3, 4, 5.5)})["max. Größe"].unit == "cm"
    assert guess({"max. Größe": twenty(30, 44, 55)})["max. Größe"].unit == "mm"
    found = guess({"Albumin": twenty(3.9, 4.1, 4.4)})["Albumin"]
    assert (found.unit, found.certainty) == ("g/dL", "likely")
    assert guess({"OS": twenty(400, 900, 1500, 2100)})["OS"].unit == "days"


def test_a_unit_that_the_numbers_contradict_is_asked(guess):
    found = guess({"OS_months": twenty(400, 900, 1500, 2100)})["OS_months"]
    assert found.certainty == "question" and found.question.needed
    assert found.question.choices[0].change["unit"] == "days"
    assert "the header says months, but the middle value 1200" in found.question.text


@pytest.mark.parametrize(
    ("header", "cells", "why"),
    [
        ("Alter", twenty("rot", "grün", "blau"), "no numbers"),
        ("Alter", twenty(2012, 2013, 2014), "impossible"),
        ("Anzahl Metastasen", twenty(1.5, 2.25, 3.5), "not whole"),
        ("Geschlecht", twenty(3.5, 4.25, 5.5, 6.5), "do not fit"),
        ("OP-Datum", twenty("ja", "nein"), "no dates"),
        ("pT", twenty("0", "1"), "not told what its codes mean"),
        ("CEA > 200", twenty(0, 1), "two different numbers"),
        ("Rezidiv", [None] * 20, "empty"),
        ("bilobär", ["ja"] * 20, "do not fit"),
    ],
)  # fmt: skip
def test_a_header_that_the_values_contradict_is_no_match(guess, header, cells, why):
    found = guess({header: cells})[header]
    assert found.own or (found.variable, found.certainty) == (None, "none")
    assert why in found.reason


def test_codes_for_missing(guess):
    found = guess({"Alter": [-999, *twenty(50, 60, 70)[1:]], "CEA": [999, *twenty(2.5, 8, 30)[1:]]})
    assert found["Alter"].missing == ["-999"] and found["Alter"].certainty == "likely"
    cea = found["CEA"]
    assert cea.certainty == "question" and not cea.question.needed
    assert [choice.label for choice in cea.question.choices[:2]] == [
        "CEA before resection: 999 means missing",
        "CEA before resection: 999 is a true number",
    ]
    words = guess({"RAS": ["k.A.", "unk", *twenty("wt", "mut")[2:]]})["RAS"]
    assert words.missing_words == ["k.A.", "unk"] and words.certainty == "certain"


def test_a_large_number_among_large_ones_is_a_number(guess):
    assert guess({"CEA": [999, *twenty(2.5, 800, 30)[1:]]})["CEA"].missing == []


def test_a_decimal_comma_and_limits(guess):
    found = guess({"CEA (ng/ml)": ["<0,5", *twenty("2,5", "13,75")[1:]]})["CEA (ng/ml)"]
    assert found.settings == {"decimal": ",", "censored": "half"} and found.certainty == "certain"


def test_levels_whose_words_are_known(guess):
    found = guess(
        {"Geschlecht": twenty("w", "m"), "pT": twenty("pT3", "T4b", "2"), "G": twenty("G1", "G2")}
    )
    assert found["Geschlecht"].values == {"m": "male", "w": "female"}
    assert found["pT"].values == {"2": "T2", "pT3": "T3", "T4b": "T4"}
    assert found["G"].values == {"G1": "well", "G2": "moderate"}


def test_codes_that_say_nothing_are_asked(guess):
    found = guess({"Sex": twenty(1, 2)})["Sex"]
    assert found.certainty == "question" and not found.question.needed
    assert [choice.label for choice in found.question.choices] == [
        "none of these: leave the column out",
        "Sex: 1 = Male, 2 = Female",
        "Sex: 1 = Female, 2 = Male",
    ]


@pytest.mark.parametrize("codes", [{"1": "dead", "0": "alive"}, {1.0: "verstorben", 0.0: "lebt"}])
def test_labels_of_the_file_explain_codes(guess, codes):
    found = guess({"V12": twenty(0, 1)}, labels={"V12": "Vitalstatus"}, codes={"V12": codes})["V12"]
    assert (found.variable, found.certainty) == ("died", "certain")
    assert found.values == {"0": "no", "1": "yes"}


def test_one_and_zero_where_the_header_says_what_one_is(guess):
    found = guess({"synchron": twenty(0, 1), "os.event": twenty(0, 1), "metachron": twenty(0, 1)})
    assert found["synchron"].values == {"0": "no", "1": "yes"}
    assert (found["os.event"].variable, found["os.event"].certainty) == ("died", "certain")
    assert found["metachron"].certainty != "certain"


@pytest.mark.parametrize(
    "header", ["Status", "OS status", "vital status", "Vitalstatus", "生存状态"]
)
@pytest.mark.parametrize("codes", [(0, 1), (1, 2)])
def test_an_event_that_may_be_coded_either_way_is_always_asked(guess, header, codes):
    found = guess({**IDS, header: twenty(*codes)})[header]
    assert (found.variable, found.certainty) == ("died", "question")
    assert found.question.needed and len(found.question.choices) == 3


def test_dates_beside_a_code_explain_it(guess):
    days = [f"{n + 1:02d}.03.2015" if n % 2 else None for n in range(20)]
    found = guess({"Status": twenty(2, 1), "verstorben am": days})["Status"]
    assert found.values == {"2": "no", "1": "yes"} and found.certainty == "certain"
    assert "'verstorben am' has a date where this is 1" in found.reason
    status = [9, *twenty(2, 1)[1:]]
    third = guess({"Status": status, "verstorben am": [None, *days[1:]]})["Status"]
    assert third.missing == ["9"] and third.reason.endswith("; 9 taken as missing")
    scattered = [f"{n + 1:02d}.03.2015" if n % 3 else None for n in range(20)]
    asked = guess({"Status": twenty(2, 1), "verstorben am": scattered})["Status"]
    assert asked.certainty == "question"


def test_whether_deaths_are_events_is_seen_or_asked(guess):
    died, both = twenty("dead", "alive"), twenty(1, 0)
    composite = guess({"os.event": died, "rfs.event": both})["rfs.event"]
    assert (composite.variable, composite.certainty) == ("recurred_or_died", "certain")
    alone = guess({"os.event": died, "rfs.event": twenty(1, 0, 0, 1)})["rfs.event"]
    assert alone.variable == "recurred" and "5 of 10 who died have none here" in alone.reason
    asked = guess({"rfs.event": both})["rfs.event"]
    assert asked.question.needed
    assert {c.change["variable"] for c in asked.question.choices if c.change} == {
        "recurred_or_died",
        "recurred",
    }


def test_the_format_of_dates(guess):
    clear = guess(
        {
            "OP-Datum": twenty("13.02.2015", "01.03.2016"),
            "verstorben am": twenty("05.06.2017", None),
        }
    )
    assert clear["date_format"].settings == {"date_format": "%d.%m.%Y"}
    unclear = guess({"Surgery date": twenty("01/02/2015", "03/04/2016")})["date_format"]
    assert unclear.question.needed
    assert [choice.label for choice in unclear.question.choices] == [
        "day/month/year (%d/%m/%Y)",
        "month/day/year (%m/%d/%Y)",
    ]
    decided = guess(
        {"Surgery date": twenty("01/02/2015"), "Date of death": twenty("12/31/2016", None)}
    )
    assert decided["date_format"].settings == {"date_format": "%m/%d/%Y"}
    serial = guess({"OP-Datum": twenty(42005, 42370)})["OP-Datum"]
    assert serial.settings == {"date_format": "excel"}
    true = guess({"OP-Datum": [pd.Timestamp(2015, 3, 1)] * 20})
    assert "date_format" not in true and true["OP-Datum"].variable == "resection_date"


def test_two_columns_that_look_like_one_variable_are_asked(guess):
    found = guess({"CEA": twenty(3, 5, 8), "CEA präop": twenty(3, 5, 9)})
    first = found["CEA"]
    assert first.certainty == "question" and found["CEA präop"].variable is None
    assert [c.change["column"] for c in first.question.choices if c.change] == ["CEA", "CEA präop"]


def test_an_identifier_is_found_or_asked(guess):
    assert guess(IDS)["PatNr"].certainty == "certain"
    assert guess({"Fall": list(range(20))})["Fall"].certainty == "likely"
    unnamed = guess({"Xyz": [f"A{n}" for n in range(20)], "Alter": twenty(50, 60, 70)})["Xyz"]
    assert unnamed.variable == "patient_id" and unnamed.question.needed
    twice = guess({"PatNr": [f"P{n // 2}" for n in range(20)]})["PatNr"]
    assert twice.question.needed and twice.question.choices[1].change["settings"] == {
        "rows": "first"
    }


def test_few_identifiers_that_stand_there_twice_are_mistakes_first(guess):
    column = [f"P{n}" for n in range(39)]
    found = guess({"PatNr": [*column, "P7"]})["PatNr"]
    ways = [each.change for each in found.question.choices if each.change is not None]
    assert found.question.needed and "one entry stands there more than once" in found.question.text
    assert [way.get("settings", {}).get("rows") for way in ways] == [None, "fold", "first", "last"]
    many = guess({"PatNr": [*column, *column[:3]]})["PatNr"]
    assert "so that patients have several rows" in many.question.text


def test_numbers_with_both_decimal_signs_are_numbers(guess):
    found = guess({"Größe (cm)": ["3.5", "2.1", *twenty("4,5", "3,2", "12,75")[2:]]})["Größe (cm)"]
    assert (found.variable, found.settings) == ("size_max_cm", {"decimal": ","})
    other = guess({"Größe (cm)": ["3,5", *twenty("4.5", "3.2", "12.75")[1:]]})["Größe (cm)"]
    assert other.variable == "size_max_cm" and other.settings == {"decimal": "."}


def test_what_a_program_added_is_left_alone(guess):
    found = guess(
        {"redcap_event_name": twenty("status_arm_1", "b"), "baseline_complete": twenty(0, 2)}
    )
    assert {each.variable for each in found.values()} == {None}


@pytest.mark.parametrize(
    ("header", "cells", "variable", "first"),
    [
        ("lebt", ("ja", "nein"), "died", {"ja": "no", "nein": "yes"}),
        ("alive", (0, 1), "died", {"0": "yes", "1": "no"}),
        ("alive at last follow-up", ("no", "yes"), "died", {"no": "yes", "yes": "no"}),
        ("censored", (0, 1), "died", {"0": "yes", "1": "no"}),
        ("rezidivfrei", ("ja", "nein"), "recurred", {"ja": "no", "nein": "yes"}),
        ("R0", ("ja", "nein"), "margin_positive", {"ja": "no", "nein": "yes"}),
    ],
)
def test_a_header_that_names_the_opposite_is_turned_and_asked(
    guess, header, cells, variable, first
):
    found = guess({header: twenty(*cells)})[header]
    assert (found.variable, found.certainty) == (variable, "question")
    assert found.question.choices[0].change["values"] == first
    assert "names the opposite" in found.question.text


def test_words_that_say_it_themselves_need_no_question(guess):
    found = guess(
        {"alive": twenty("dead", "alive"), "Resektionsrand": twenty("positiv", "negativ")}
    )
    assert found["alive"].values == {"dead": "yes", "alive": "no"}
    assert found["Resektionsrand"].values == {"positiv": "yes", "negativ": "no"}
    assert {each.certainty for each in found.values()} == {"certain"}


def test_yes_to_a_status_is_asked(guess):
    assert guess({"Vitalstatus": twenty("ja", "nein")})["Vitalstatus"].question.needed


def test_headers_that_may_mean_something_else_are_asked(guess):
    body = guess({"Größe": twenty(1.62, 1.75, 1.8)})["Größe"]  # of the patient, in m
    examined = guess({"Number of lymph nodes": twenty(12, 15, 18)})["Number of lymph nodes"]
    place = guess({"tumor location": twenty("left", "right")})["tumor location"]  # in the liver
    second = guess({"2. Rezidiv Datum": twenty("13.02.2015", "01.03.2016")})["2. Rezidiv Datum"]
    assert {each.certainty for each in (body, examined, place, second)} == {"question"}


def test_shares_below_one_are_fractions_or_asked(guess):
    shares = twenty(0, 0.25, 0.8, 1)
    found = guess({"desmoplastic": shares, "replacement %": shares, "pushing %": twenty(0, 1)})
    assert (found["desmoplastic"].unit, found["desmoplastic"].certainty) == ("fraction", "likely")
    assert found["replacement %"].certainty == "question"
    assert found["replacement %"].question.choices[0].change["unit"] == "fraction"
    assert found["pushing %"].certainty != "certain"


def test_a_third_code_is_missing_or_a_yes(guess):
    labels = [
        c.label
        for c in guess({"adjuvante Chemo": twenty(0, 1, 2)})["adjuvante Chemo"].question.choices
    ]
    assert labels[:2] == [
        "none of these: leave the column out",
        "Adjuvant chemotherapy: 0 = no, 1 = yes, 2 = missing",
    ]
    assert "Adjuvant chemotherapy: 0 = no, 1 = yes, 2 = yes" in labels


def test_two_codes_of_one_level_are_asked(guess):
    """In Spanish H is the man (hombre) and M the woman (mujer)."""
    found = guess({"Sexo": twenty("H", "M")})["Sexo"]
    assert found.certainty == "question"
    assert found.question.choices[0].change["values"] == {"H": "male", "M": "female"}
    assert guess({"Sexe": twenty("H", "F")})["Sexe"].certainty == "certain"


def test_a_plus_behind_a_letter_counts(guess):
    found = guess({"N-Status": twenty("N0", "N+")})["N-Status"]
    assert (found.variable, found.certainty) == ("node_positive", "certain")
    assert found.values == {"N+": "yes", "N0": "no"}
    assert guess({"pN": twenty("N0", "N1", "N2")})["pN"].variable == "pn_primary"


def test_a_column_of_ticks_is_not_read_as_no(guess):
    found = guess({"bilobär": ["x", *[None] * 19]})["bilobär"]
    assert found.variable is None and "only x stands there" in found.reason


@pytest.mark.parametrize(
    ("cell", "level"),
    [
        ("lever en long", "both"),
        ("Hígado + pulmón", "both"),
        ("Leber/Lunge", "both"),
        ("lung, bone", "extrahepatic"),
        ("肝、肺", "both"),
    ],
)
def test_organs_that_a_cell_joins(guess, cell, level):
    found = guess({"Site of recurrence": twenty("liver", "lung", cell)})["Site of recurrence"]
    assert found.values == {"liver": "liver", "lung": "extrahepatic", cell: level}
    assert found.certainty == "certain"
    asked = guess({"Site of recurrence": twenty("liver", "lung", "liver and elbow")})
    assert asked["Site of recurrence"].certainty == "question"


def test_three_unknown_words_are_no_yes_and_no(guess):
    assert guess({"Rezidiv": twenty("A", "B", "C")})["Rezidiv"].variable == "recurred"
    assert (
        guess({"Rezidiv": twenty("Ellbogen", "Knie", "Schulter")})["Rezidiv"].variable != "recurred"
    )


@pytest.mark.parametrize(
    ("header", "cells"),
    [
        ("Estado actual", ("Vivo sin enfermedad", "Muerto por enfermedad")),
        ("Patientenstatus", ("lebt tumorfrei", "verstorben tumorbedingt")),
        ("Statut", ("vivant sans récidive", "décédé du cancer")),
        ("Stato", ("vivo NED", "deceduto per malattia")),
        ("Status", ("alive with disease", "dead of disease")),
    ],
)
def test_words_of_a_status_that_begin_with_alive_or_dead(guess, header, cells):
    found = guess({header: twenty(*cells)})[header]
    assert found.variable == "died" and found.question.needed
    assert found.question.choices[0].change["values"] == {cells[0]: "no", cells[1]: "yes"}


def test_one_code_that_is_not_known_may_be_each_level_or_missing(guess):
    found = guess({"Órgano recidiva": twenty("Hígado", "Pulmón", "Hígado", "Otros")})
    found = found["Órgano recidiva"]
    ways = [each.change for each in found.question.choices if each.change]
    assert found.variable == "recurrence_site" and ways[0]["missing"] == ["Otros"]
    assert [way["values"].get("Otros") for way in ways] == [None, "liver", "extrahepatic", "both"]


def test_spanish_abbreviations(guess):
    found = guess(
        {
            "SG (meses)": twenty(12.5, 30, 61),
            "SLE (meses)": twenty(3.5, 20, 61),
            "Localización primario": twenty("Colon dcho", "Colon izdo", "Recto"),
            "Patrón histológico": twenty("Desmoplásico", "Reemplazo", "Expansivo"),
        }
    )
    assert {header: each.variable for header, each in found.items()} == {
        "SG (meses)": "overall_time",
        "SLE (meses)": "recurrence_time",
        "Localización primario": "primary_site",
        "Patrón histológico": "hgp_label",
    }
    assert all(each.certainty == "certain" for each in found.values())


def test_names_of_levels_hold_their_codes(guess):
    found = guess({"Clavien-Dindo": twenty("0", "1", "3a", "3b")})["Clavien-Dindo"]
    assert found.values == {"0": "level_0", "1": "level_1", "3a": "level_3a", "3b": "level_3b"}
