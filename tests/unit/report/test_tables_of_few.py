"""Sentences and cells with several counts in them keep small ones hidden, with what they would follow from."""

import pandas as pd
import pytest
from crlm.analyses.agreement.words import tabulate_study as tabulate_agreements
from crlm.analyses.scores.tables import tabulate_scores
from display_inputs import make_plan, make_results


@pytest.fixture(scope="module")
def study():
    plan = make_plan()
    return plan, make_results(plan)


@pytest.mark.parametrize(
    ("sizes", "told"),
    [((3, 9), "Low (0-1): <5, High (2): withheld"), ((8, 9), "Low (0-1): 8, High (2): 9")],
)
def test_groups_of_few_of_a_score_are_hidden_with_another(study, sizes, told):
    plan, results = study
    groups = ["low"] * sizes[0] + ["high"] * sizes[1]
    scores = pd.DataFrame({"score": "sum", "value": 1.0, "group": groups})
    table = tabulate_scores(results["score_status"], scores, plan["scores"], 5)
    assert table.rows[0].cells[2].text == told


def test_agreement_with_few_who_differ_tells_no_number(study):
    """Of 10 two differ, of 25 four and three change group: none of these, and not what they would follow from."""
    plan, results = study
    hidden = {**plan, "output": {**plan["output"], "privacy": {"small_cells": 5}}}
    first, second = tabulate_agreements(hidden, results)
    words = " ".join([*first.notes, *second.notes])
    assert "How many are equal is not told: fewer than 5 would follow." in words
    assert "How many are in another group is not told: fewer than 5 would follow." in words
    for told in ("Equal in", " in 4", " in 3", "Another group"):
        assert told not in words
