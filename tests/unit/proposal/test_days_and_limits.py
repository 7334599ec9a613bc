"""Rows of several operations, second dates of a last contact, limits with a plus, days and words as hospitals write them."""

import pandas as pd
import pytest
from crlm.proposal.plan_text import write_plan
from crlm.proposal.propose import make_table, propose
from crlm.proposal.repeats import choose_takes, write_rows

SOURCE = {"title": "t", "file": "data/x.csv", "name": "x.csv", "settings": {}, "reasons": {}}


def repeat(*cells):
    return (list(cells) * 30)[:30]


@pytest.fixture
def look(vocabulary, workflow):
    def made(columns):
        table, dictionary = make_table(columns), workflow["dictionary"]
        found = choose_takes(propose(table, vocabulary, dictionary), table, dictionary)
        return {each.column: each for each in found}

    return made


def several_operations():
    """Every patient twice, and the second operation first in the file."""
    start = pd.Timestamp(2014, 1, 1)
    dates = [start + pd.Timedelta(days=10 * (n // 2) + 400 * (n % 2 == 0)) for n in range(40)]
    return {
        "Patient ID": [f"P{n // 2:03d}" for n in range(40)],
        "Date of liver resection": dates,
        "Size (cm)": [1.5 if n % 2 == 0 else 4 + n / 40 for n in range(40)],
        "Date of last contact": [pd.Timestamp(2020, 1, 1)] * 40,
        "Date of death": [None] * 34 + [pd.Timestamp(2020, 1, 1)] * 6,
    }


def test_the_first_of_several_operations_is_the_earliest_and_not_the_upper_row(look):
    key = look(several_operations())["Patient ID"]
    ways = [each.change["settings"] for each in key.question.choices if each.change]
    assert ways == [
        {"rows": kind, "order_by": "Date of liver resection"} for kind in ("fold", "first", "last")
    ]
    assert key.question.text.endswith(
        "First is the row with the earliest 'Date of liver resection'."
    )


def test_the_plan_orders_the_rows(look, workflow):
    found = list(look(several_operations()).values())
    text = write_plan(
        found, {"Patient ID": "1"}, SOURCE, workflow["dictionary"], workflow["proposal"]
    )
    assert "  rows: {keep: fold, order_by: Date of liver resection}" in text
    assert write_rows({"rows": "last"}) == "last"


def test_rows_without_a_day_that_differs_stay_in_the_order_of_the_file(look):
    columns = several_operations()
    columns["Date of liver resection"] = [pd.Timestamp(2014, 1, 1 + n // 2) for n in range(40)]
    key = look(columns)["Patient ID"]
    assert [c.change["settings"] for c in key.question.choices[:1]] == [{"rows": "fold"}]


def contacts():
    return {
        "Patient": [f"P{n}" for n in range(30)],
        "Datum leverresectie": [pd.Timestamp(2014, 1, 1 + n) for n in range(30)],
        "Datum laatste controle": [pd.Timestamp(2016, 1, 1 + n) for n in range(30)],
        "Datum lost to follow-up": [pd.Timestamp(2016, 6, 1)] * 9 + [None] * 21,
        "Datum overlijden": [None] * 20 + [pd.Timestamp(2016, 2, 1 + n) for n in range(10)],
    }


@pytest.mark.parametrize(
    ("answer", "sources"),
    [("2", ["last_contact", "datum_lost_to_follow_up"]), ("1", ["last_contact"]), (None, None)],
)
def test_a_second_last_contact_is_asked_and_the_later_counts(look, workflow, answer, sources):
    found = list(look(contacts()).values())
    lost = next(each for each in found if "lost" in each.column)
    assert lost.question.needed and "beside 'Datum laatste controle'" in lost.question.text
    answers = {lost.column: answer} if answer else {}
    text = write_plan(found, answers, SOURCE, workflow["dictionary"], workflow["proposal"])
    if sources is None:
        assert "questions:" in text and lost.question.text in text.replace("''", "'")
        return
    block = text.split("censoring:")[1].split("\n\n")[0]
    assert [line.split(":")[0].strip() for line in block.splitlines() if "{date" in line] == sources
    assert ("contact: true" in text) == (answer == "2")


@pytest.mark.parametrize(
    ("cells", "limits"),
    [
        (repeat(1, 2, 3, "10+"), 7),
        (repeat("1", "2", "3", "10 +"), 7),
        (repeat(1, 2, ">10"), 10),
        (repeat(1, 2, 30, "10+"), 0),  # not the highest: no limit, and no number
    ],
)
def test_a_plus_behind_the_highest_number_is_a_limit(look, cells, limits):
    found = look({"Patient": list(range(30)), "Number of metastases": cells})[
        "Number of metastases"
    ]
    assert found.settings.get("censored") == ("half" if limits else None)
    assert (f"{limits} limits" in found.reason) == bool(limits)


def test_grades_with_a_plus_are_no_numbers(look):
    found = look({"Patient": list(range(30)), "HER2": repeat("0", "1+", "2+", "3+")})["HER2"]
    assert found.own["kind"] == "categorical" and len(found.values) == 4


def test_a_word_among_numbers_is_asked_where_it_stands_for_many(look):
    cells = repeat(1, 2, 3, 4, "multiple")
    found = look({"Patient": list(range(30)), "Number of metastases": cells})[
        "Number of metastases"
    ]
    assert found.variable == "n_crlm" and "'multiple' (6 entries)" in found.question.text


@pytest.mark.parametrize(
    ("cells", "ways"),
    [
        (repeat("080305", "991224", "100131"), ["%y%m%d"]),
        (repeat("05032008", "24122009"), ["%d%m%Y"]),
        (repeat("050308", "100912"), ["%y%m%d", "%d%m%y"]),
        (repeat("Q3 2014", "Q1 2015"), ["quarter"]),
        (repeat("mar/14", "out/15"), ["%b/%y"]),
        (repeat("050308", "unclear"), None),
    ],
)
def test_days_without_signs_months_and_quarters(look, cells, ways):
    found = look({"Patient": list(range(30)), "Date of liver resection": cells})
    found = found["Date of liver resection"]
    if ways is None:
        assert found.variable != "resection_date"
        return
    assert found.variable == "resection_date" and found.settings["date_format"] == ways[0]
    asked = (
        [c.change["settings"]["date_format"] for c in found.question.choices if c.change]
        if found.question
        else ways
    )
    assert asked == ways
    assert (found.question is None) == (ways in (["%y%m%d"], ["%d%m%Y"]))


def test_of_two_levels_the_one_without_a_code_is_proposed_before_missing(look):
    found = look({"Patient": list(range(30)), "Sexo": repeat("masculino", "masculino", "dona")})[
        "Sexo"
    ]
    ways = [each.change for each in found.question.choices if each.change]
    assert ways[0]["values"] == {"dona": "female", "masculino": "male"} and not ways[0]["missing"]
    assert {"missing": ["dona"]}.items() <= {"missing": ways[1]["missing"]}.items()


def test_mutations_by_name_are_mutations(look):
    found = look({"Patient": list(range(30)), "KRAS": repeat("wt", "G12D", "G13D", "wt", "nd")})[
        "KRAS"
    ]
    assert found.values == {"wt": "wild_type", "G12D": "mutated", "G13D": "mutated"}
    assert found.certainty == "certain" and found.missing_words == ["nd"]


def test_unknown_words_for_one_of_many_levels_are_given_no_order(look):
    cells = repeat("zastępujący", "desmo klasyczny", "mieszany")
    found = look({"Patient": list(range(30)), "Growth pattern": cells})["Growth pattern"]
    assert found.variable != "hgp_label" and found.own["levels"]


def test_japanese_words_of_stage_and_outcome(look):
    found = look(
        {
            "症例番号": [f"K{n}" for n in range(30)],
            "深達度": repeat("SM", "MP", "SS", "SE"),
            "リンパ節転移": repeat("N0", "N1", "N2"),
            "転帰": repeat("生存", "原病死", "他病死"),
        }
    )
    assert found["深達度"].values == {"SM": "T1", "MP": "T2", "SS": "T3", "SE": "T4"}
    assert found["リンパ節転移"].variable == "pn_primary" and found["リンパ節転移"].question
    assert found["転帰"].values == {"生存": "no", "原病死": "yes", "他病死": "yes"}


@pytest.mark.parametrize(
    ("header", "odd"),
    [
        ("CEA (µg/mL)", "µg/mL"),
        ("CEA mU/l", "mU/l"),
        ("CEA (nmol/L)", "nmol/L"),
        ("CRP (mg/mL)", "mg/mL"),
    ],
)
def test_a_unit_that_no_list_has_is_asked_and_not_overlooked(look, header, odd):
    found = look({"Patient": list(range(30)), header: repeat(3.5, 20, 45.1)})[header]
    assert (
        found.variable in ("cea_ng_ml", "crp_mg_l") and f"not known, '{odd}'" in found.question.text
    )


@pytest.mark.parametrize(
    "header", ["CEA (ng/mL)", "CEA (µg/L)", "CEA", "CEA (pre/post)", "CEA (elevated/normal)"]
)
def test_other_brackets_are_no_units(look, header):
    found = look({"Patient": list(range(30)), header: repeat(3.5, 20, 45.1)})[header]
    assert "not known, '" not in (found.question.text if found.question else "")


def test_yes_and_no_are_no_places(look):
    found = look({"Patient": list(range(30)), "Local recurrence": repeat("yes", "no")})
    assert found["Local recurrence"].variable != "recurrence_site"


def test_a_limit_beside_two_numbers_is_no_code(look):
    found = look({"Patient": list(range(30)), "DFI": repeat("0", "<12", ">12")})["DFI"]
    assert found.own["kind"] == "continuous" and found.settings["censored"] == "half"


def test_an_explanation_within_the_cells_is_read(look):
    found = look({"Patient": list(range(30)), "Status": repeat("1=alive", "2=dead")})["Status"]
    assert next(c.change["values"] for c in found.question.choices if c.change) == {
        "1=alive": "no",
        "2=dead": "yes",
    }
    coded = look({"Patient": list(range(30)), "Sex": repeat("1 - female", "2 - male")})["Sex"]
    assert coded.values == {"1 - female": "female", "2 - male": "male"}


@pytest.mark.parametrize(
    ("header", "cells", "values"),
    [
        ("KRAS", ("+", "-"), {"-": "wild_type", "+": "mutated"}),
        ("MSI", ("yes", "no"), {"no": "stable", "yes": "unstable"}),
        ("Distribution", ("uni", "bi"), {"bi": "yes", "uni": "no"}),
        (
            "Primary site",
            ("C18.0", "C18.7", "C20"),
            {"C20": "rectum", "C18.0": "right_colon", "C18.7": "left_colon"},
        ),
        ("Side", ("L", "R"), {"L": "left_colon", "R": ["right_colon", "rectum"]}),
        ("HGP", ("D", "R", "P"), {"D": "desmoplastic", "P": "pushing", "R": "replacement"}),
        (
            "Recurrence",
            ("no", "liver", "lung", "both"),
            {"no": "no", "both": "yes", "lung": "yes", "liver": "yes"},
        ),
        ("pN", ("N0", "N1", "N2", "N+"), {"N+": ["N1", "N2"], "N0": "N0", "N1": "N1", "N2": "N2"}),
    ],
)
def test_codes_of_hospitals(look, header, cells, values):
    assert look({"Patient": list(range(30)), header: repeat(*cells)})[header].values == values


@pytest.mark.parametrize(
    "cells", [("100% D", "80% D 20% R", "R/D"), ("X1", "X2", "X3"), ("-", "+")]
)
def test_letters_that_are_not_known_are_given_no_order(look, cells):
    assert look({"Patient": list(range(30)), "HGP": repeat(*cells)})["HGP"].variable != "hgp_label"


@pytest.mark.parametrize(
    ("header", "cells", "unit", "doubt"),
    [
        ("Largest metastasis", ("3,5 cm", "35 mm", "4 cm", "20 mm", "61 mm"), "cm", None),
        ("Largest metastasis (mm)", ("3,5 cm", "35", "40", "20", "61"), "mm", None),
        (
            "Largest metastasis",
            ("3,5 cm", "35", "4 cm", "20 mm", "61"),
            "mm",
            "12 entries say no unit, others do",
        ),
        ("CEA", ("5.1 ng/ml", "12 µg/l", "7.5 ng/ml"), "ng/mL", None),
    ],
)
def test_units_within_the_cells_count(look, header, cells, unit, doubt):
    found = look({"Patient": list(range(30)), header: repeat(*cells)})[header]
    assert (found.variable, found.unit) == ("cea_ng_ml" if "CEA" in header else "size_max_cm", unit)
    assert "say their unit, which counts" in found.reason
    assert (doubt in found.question.text) if doubt else found.question is None


def test_a_unit_of_something_else_within_the_cells_is_no_match(look):
    found = look({"Patient": list(range(30)), "Size": repeat("3 weeks", "4 weeks", "9 weeks")})[
        "Size"
    ]
    assert found.variable != "size_max_cm" and "it is in weeks" in found.reason


def test_letters_behind_a_number_that_are_no_unit_stay_codes(look):
    found = look({"Patient": list(range(30)), "Clavien-Dindo": repeat("1", "3a", "3b", "4a")})
    assert found["Clavien-Dindo"].own["kind"] in ("categorical", "ordinal")


def test_numbers_before_words_give_the_order_of_codes(look):
    found = look({"Patient": list(range(30)), "Margin status": repeat("1: xyz", "0: abcdef")})
    ways = [each.change for each in found["Margin status"].question.choices if each.change]
    assert ways[0]["values"] == {"0: abcdef": "no", "1: xyz": "yes"}
    found = look({"Patient": list(range(30)), "DFS_status": repeat("1: event", "0: censored")})
    ways = [each.change for each in found["DFS_status"].question.choices if each.change]
    assert all(way["values"] == {"0: censored": "no", "1: event": "yes"} for way in ways)


def test_before_an_answer_too_the_plan_says_which_of_several_values_counts(look, workflow):
    """The first reading of the plan would else tell of rows that contradict one another."""
    found = list(look(several_operations()).values())
    text = write_plan(found, {}, SOURCE, workflow["dictionary"], workflow["proposal"])
    assert "{column: Date of liver resection, take: first}" in text and "questions:" in text


def test_rows_of_a_laboratory_are_ordered_by_their_only_date(look):
    columns = {
        "Patient ID": [f"P{n // 2:03d}" for n in range(40)],
        "Taken on": [pd.Timestamp(2014, 1, 40 % (n + 1) % 27 + 1) for n in range(40)],
        "Albumin g/dL": [3.1 + n / 40 for n in range(40)],
    }
    key = look(columns)["Patient ID"]
    assert key.question.choices[0].change["settings"] == {"rows": "fold", "order_by": "Taken on"}


@pytest.mark.parametrize(
    ("header", "sure"),
    [
        ("Date of last seen alive", True),
        ("Zuletzt lebend", True),
        ("Laatst in leven", True),
        ("Date of last observation", True),
        ("Vital status date", False),
        ("Date of censoring", False),
    ],
)
def test_ways_to_call_the_last_contact(look, header, sure):
    dates = [pd.Timestamp(2016, 1, 1 + n) for n in range(30)]
    found = look({"Patient": list(range(30)), header: dates})[header]
    assert found.variable == "last_contact_date" and (found.question is None) == sure


def test_measurements_are_no_codes_of_levels(look):
    found = look({"Patient": list(range(30)), "Growth P": repeat(0, 0.1)})["Growth P"]
    assert found.variable != "hgp_label"


def test_m_beside_h_is_the_woman_in_a_header_too(look):
    found = look({"Patient": list(range(30)), "Sexo (1=M, 2=H)": repeat(1, 2)})["Sexo (1=M, 2=H)"]
    ways = [each.change["values"] for each in found.question.choices if each.change]
    assert ways[0] == {"2": "male", "1": "female"}


@pytest.mark.parametrize("header", ["Fecha 2ª hepatectomía", "Date of 2nd hepatectomy"])
def test_a_second_operation_is_not_the_first(look, header):
    dates = [pd.Timestamp(2016, 1, 1 + n) for n in range(30)]
    assert (
        look({"Patient": list(range(30)), header: dates})[header].variable
        == "repeat_resection_date"
    )
