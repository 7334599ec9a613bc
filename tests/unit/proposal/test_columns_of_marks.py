"""Columns in which only a mark stands: what an empty cell means is asked, and the plan says it."""

import pandas as pd
import pytest
import yaml
from crlm.proposal.command import main
from crlm.proposal.propose import make_table, propose
from crlm.proposal.repeats import choose_takes


def ticked(mark, rows=30):
    return [mark if n % 3 == 0 else None for n in range(rows)]


@pytest.mark.parametrize("mark", ["X", "x", "✓", "+", "ja", 1])
@pytest.mark.parametrize(
    ("header", "variable"),
    [("Bilobär", "bilobar"), ("R1", "margin_positive"), ("N+", "node_positive"), ("Rezidiv", "recurred")],
)  # fmt: skip
def test_a_mark_is_yes_and_an_empty_cell_is_asked(guess, header, variable, mark):
    found = guess({header: ticked(mark)})[header]
    assert (found.variable, found.certainty) == (variable, "question")
    first, second = (each.change for each in found.question.choices[:2])
    assert first["values"] == second["values"] == {str(mark): "yes"}
    assert first["settings"] == {"none_ticked": "no"} and second["settings"] == {}
    assert "in 10 of 30 rows" in found.question.text
    assert first["missing"] == first["missing_words"] == []


@pytest.mark.parametrize("header", ["R0", "lebt", "Kein Rezidiv"])
def test_a_mark_under_the_opposite_is_no(guess, header):
    first = guess({header: ticked("x")})[header].question.choices[0].change
    assert (first["values"], first["settings"]) == ({"x": "no"}, {"none_ticked": "yes"})


def test_marks_beside_their_dates_are_not_asked(guess):
    days = [f"2015-03-{n + 1:02d}" if n % 3 == 0 else None for n in range(30)]
    found = guess({"Rezidiv": ticked("X"), "Rezidivdatum": days})["Rezidiv"]
    assert (found.certainty, found.question) == ("certain", None)
    assert (found.values, found.settings) == ({"X": "yes"}, {"none_ticked": "no"})
    other = guess({"Rezidiv": ticked("X"), "Rezidivdatum": days[1:] + days[:1]})["Rezidiv"]
    assert other.question.needed


@pytest.mark.parametrize(
    "cells", [["x"] * 30, ["n.b." if n % 3 else None for n in range(30)], ticked("nein")]
)
def test_what_stands_everywhere_or_is_no_mark_is_not_one(guess, cells):
    found = guess({"Bilobär": cells})["Bilobär"]
    assert "none_ticked" not in str(found.question)


def test_a_mark_in_any_row_of_a_patient_counts(vocabulary, workflow):
    columns = {"PatNr": [f"P{n // 2}" for n in range(30)], "Bilobär": ticked("x")}
    table = make_table(columns)
    found = propose(table, vocabulary, workflow["dictionary"])
    assert choose_takes(found, table, workflow["dictionary"])[1].take == "any"


def test_the_plan_reads_marks_although_they_mean_missing_elsewhere(tmp_path):
    days = pd.date_range("2014-01-01", periods=30, freq="20D")
    lines = [["PatNr", "OP-Datum", "Letzter Kontakt", "verstorben am", "R1", "KRAS"]]
    for n, day in enumerate(days):
        last = day + pd.Timedelta(days=700)
        end = f"{last:%Y-%m-%d}"
        kras = "x" if n % 5 == 0 else "mut" if n % 2 else "wt"
        lines.append(
            [f"P{n}", f"{day:%Y-%m-%d}", end, end if n % 2 else "", "x" if n % 3 == 0 else "", kras]
        )
    export, answers = tmp_path / "a.csv", tmp_path / "answers.yaml"
    export.write_text("\n".join(";".join(line) for line in lines), encoding="utf-8")
    answers.write_text("R1: 1\n")
    said = main(str(export), str(tmp_path / "s"), str(answers))
    plan = yaml.load((tmp_path / "s/config/config.yaml").read_text("utf-8"), yaml.BaseLoader)
    assert plan["columns"]["margin_positive"] == {"column": "R1", "values": {"x": "yes"}, "none_ticked": "no"}  # fmt: skip
    assert plan["columns"]["kras"]["missing"] == ["x"] and "missing" not in plan["cohort"]
    assert "The data have no errors" in said
    assert "empty, and read as no, as the plan says (none_ticked): 20 of 30 cells" in said


def test_marks_under_a_header_that_is_not_known_are_not_called_nothing(guess):
    assert "only x stands there" in guess({"Diabetes mellitus": ticked("x")})["Diabetes mellitus"].reason  # fmt: skip
    assert "nothing stands in it" in guess({"Diabetes mellitus": [None] * 30})["Diabetes mellitus"].reason  # fmt: skip


@pytest.mark.parametrize(
    ("header", "level", "other"),
    [("KRAS mutated", "mutated", "wild_type"), ("MSS", "stable", "unstable")],
)  # fmt: skip
def test_a_mark_under_the_name_of_one_of_two_levels_is_that_level(guess, header, level, other):
    found = guess({header: ticked("✓")})[header]
    first = found.question.choices[0].change
    assert (first["values"], first["settings"]) == ({"✓": level}, {"none_ticked": other})


def test_the_word_of_the_gdc_for_missing_is_none_of_the_numbers(guess):
    cells = [400 + 50 * n if n % 2 else "'--" for n in range(30)]
    assert guess({"days_to_last_follow_up": cells})["days_to_last_follow_up"].variable == "overall_time"  # fmt: skip
