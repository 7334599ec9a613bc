"""What another language than English is told of a plan: its author's own words, which stay as they are written."""


def numbers(plan_of, base, **output):
    return plan_of(base | {"output": output})["numbers"]


def test_english_needs_nothing(plan_of, base):
    assert "own" not in numbers(plan_of, base)


def test_german_is_told_the_authors_words(plan_of, base):
    base["study"]["title"] = "Die Leber. Eine Kohorte"
    base["groupings"] = {"old_ones": {"variable": "age", "cuts": [60], "label": "Old and older"}}
    found = numbers(plan_of, base, language="de", privacy={"small_cells": 5})
    assert (found["language"], found["small_cells"]) == ("de", 5)
    assert found["own"] == sorted(found["own"])
    own = set(found["own"])
    assert {"Die Leber. Eine Kohorte", "Die Leber.", "Eine Kohorte"} <= own  # sentence by sentence
    assert {"Old and older", "old ones", "Old ones"} <= own  # a name is also said as words
    assert {"Fong clinical risk score", "Low (0-2)"} <= own  # of scores
    assert not [word for word in own if word.endswith("]")]  # how sure a score is stays a mark
