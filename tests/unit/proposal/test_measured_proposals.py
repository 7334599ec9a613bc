"""How many columns of the exports that we know are proposed right, asked and wrong."""

import pytest
from crlm.proposal.guess import Choice, Guess, Question
from measure_proposals import COLUMNS, count_proposals, measure


@pytest.fixture(scope="module")
def shares():
    table, odd = measure()
    totals = {held: rows[COLUMNS].astype(int).sum() for held, rows in table.groupby("held_out")}
    return totals, odd


def test_nothing_is_wrong_without_a_question(shares):
    totals, odd = shares
    assert [total["wrong"] for total in totals.values()] == [0, 0], odd


def test_most_are_right_and_nearly_all_right_or_asked(shares):
    seen = shares[0][False]
    assert seen["variables"] > 180
    assert seen["right"] / seen["variables"] > 0.85
    assert (seen["right"] + seen["asked"]) / seen["variables"] > 0.97


def test_those_that_were_kept_aside(shares):
    kept = shares[0][True]
    assert kept["variables"] > 40
    assert kept["right"] / kept["variables"] > 0.55
    assert (kept["right"] + kept["asked"]) / kept["variables"] > 0.85


def test_the_count_sees_what_is_wrong():
    sure = Guess("a", "age", certainty="certain")
    other = Guess("b", "sex", certainty="likely", values={"1": "male"})
    asked = Guess("c", "died", certainty="question", question=Question("c", "", [Choice("", {})]))
    truth = {"a": "body_mass_index", "b": "sex", "c": ["died", "recurred"], "d": "asa", "e": None}
    guesses = [sure, other, asked, Guess("d"), Guess("e")]
    assert count_proposals(guesses, truth)[0] == dict(zip(COLUMNS, [5, 4, 1, 1, 1, 1], strict=True))
    assert count_proposals([other], {"b": "sex"}, {"b": {"1": "female"}})[0]["wrong"] == 1
