"""An event and its time that were read from two rows of a patient."""

import pandas as pd
from crlm.cohort.rows import check_pairs


def test_an_event_and_its_time_are_of_one_row():
    names = ("died", "died_on", "back", "back_after", "other", "other_on", "loose")
    columns = {name: {"column": name.upper(), "label": name.title(), "take": "last"} for name in names}  # fmt: skip
    columns["back_after"]["take"] = "first"  # so that they may be of two rows
    days = pd.to_datetime(["2012-01-01", "2012-01-01", "2012-01-01", None])
    yes = pd.Categorical(["yes", "yes", "no", "yes"], ["no", "yes"])
    folded = pd.DataFrame(dict.fromkeys(names, yes), range(2, 6)).assign(patient_id=list("abcd"))
    folded = folded.assign(died_on=days, other_on=days, back_after=1.0)
    moved = {(row, name): 10 + row for row in folded.index for name in ("DIED", "BACK", "OTHER")}
    moved[3, "DIED_ON"] = 13
    endpoints = {
        "os": {"events": {"e": {"flag": "died", "date": "died_on"}}, "competing": {}},
        "rfs": {
            "events": {"e": {"flag": "back", "duration": "back_after"}, "f": {"date": "died_on"}},
            "competing": {"o": {"flag": "other", "duration": "other_on"}, "l": {"flag": "loose"}},
        },
    }
    found = check_pairs(folded, columns, moved, endpoints)
    assert [(item["rule"], item["row"], item["patient_id"], item["column"]) for item in found] == [
        ("parts_of_two_rows", 12, "a", "DIED_ON"),
        ("parts_of_two_rows", 12, "a", "OTHER_ON"),
        ("parts_of_two_rows", 13, "b", "OTHER_ON"),
    ]
    assert found[0]["message"] == "Died is yes in row 12, where died_on is empty; it is taken from row 2."  # fmt: skip
    assert found[0]["remedy"] == "Enter it in the row of the event." and found[0]["severity"] == "warning"  # fmt: skip
    for take in ("max", None):
        every = {name: {**each, "take": take} for name, each in columns.items()}
        assert check_pairs(folded, every, moved, endpoints) == []
    del columns["died_on"]  # derived, not mapped
    assert len(check_pairs(folded, columns, moved, endpoints)) == 2
