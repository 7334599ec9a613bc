"""Columns and codes that carry the same words: a proposed plan gives no two things one label."""

import yaml
from crlm.proposal.guess import Guess
from crlm.proposal.plan_tables import write_variables


def own(variable, label):
    spec = {"label": label, "kind": "continuous", "timing": "baseline"}
    return Guess(column=label, variable=variable, own=spec)


def test_the_second_of_one_label_is_followed_by_its_name(workflow):
    taken = [own("bilirubin", "Bilirubin"), own("bilirubin_2", " bilirubin"), own("x", "SEX")]
    taken.append(Guess(column="Geschlecht", variable="sex"))
    found = yaml.safe_load("\n".join(write_variables(taken, workflow["dictionary"])))["variables"]
    labels = [spec["label"] for spec in found.values()]
    assert labels == ["Bilirubin", " bilirubin (bilirubin_2)", "SEX (x)"]


def test_codes_of_one_label_are_one_level(guess):
    codes = {"V7": {"1": "Left", "2": "Right", "3": "left "}}
    found = guess({"V7": ["1", "2", "3"] * 20}, labels={"V7": "Rooms"}, codes=codes)["V7"]
    assert found.values == {"1": "left", "2": "right", "3": "left"}
    assert found.own["levels"] == ["left", "right"]
    assert found.own["level_labels"] == {"left": "Left", "right": "Right"}


def test_a_column_whose_codes_are_all_one_label_is_no_variable(guess):
    codes = {"V7": {"1": "Left", "2": "left"}}
    found = guess({"V7": ["1", "2"] * 20}, labels={"V7": "Rooms"}, codes=codes)["V7"]
    assert found.own is None and "the same stands in every row" in found.reason
