"""Lesions of one patient that may be one number are told; those that are two are not."""

import pandas as pd
import pytest
from crlm.cohort.lesion_numbers import check_numbers

KEYS = {"lesion": {"column": "Lesion"}, "block": {"column": "Block"}}


def check(*rows):
    names = ["patient_id", "lesion", "block"]
    table = pd.DataFrame(rows, columns=names, index=range(2, 2 + len(rows)))
    return check_numbers(table, KEYS)


@pytest.mark.parametrize(
    ("lesions", "told"),
    [
        (["1", "I"], [(3, "I", "1")]),
        (["I", "II", "2", "1", "1"], [(2, "I", "1"), (3, "II", "2")]),
        (["1", "L1", "l 1"], [(3, "L1", "1"), (4, "l 1", "1")]),
        (["01", "Met. 1"], [(3, "Met. 1", "01")]),
        (["1.0", "I"], [(3, "I", "1.0")]),
        (["XX", "20"], [(2, "XX", "20")]),
        (["1", "L2"], []),
        (["A1", "B1"], []),
        (["I", "L1"], []),
        (["1", "I", "H"], []),
        (["1", "1.1", "1a"], []),
        (["11", "I", "L"], []),
        (["", "I"], []),
    ],
)
def test_one_number_in_two_ways(lesions, told):
    found = check(*(("a", lesion, str(n)) for n, lesion in enumerate(lesions)))
    assert [(item["row"], item["value"]) for item in found] == [each[:2] for each in told]
    for item, (_, spelled, other) in zip(found, told, strict=True):
        words = f"the lesion '{spelled}' may be '{other}' in another row of the patient; they count as two."
        assert (item["severity"], item["rule"], item["message"]) == ("warning", "similar_identifier", words)  # fmt: skip
        assert (item["patient_id"], item["column"]) == ("a", "Lesion")


def test_two_patients_and_two_lesions_are_apart():
    assert not check(("a", "1", "1"), ("b", "I", "1"), ("b", "II", "L1"))
    (item,) = check(("a", "1", "2"), ("a", "1", "II"), ("b", "1", "II"))
    assert (item["row"], item["column"], item["value"]) == (3, "Block", "II")


def test_a_run_tells_it(base, rows, ingest):
    shares = ("hgp_desmoplastic", "hgp_replacement", "hgp_pushing")
    columns = {"patient_id": "ID", "lesion": "L", "block": "B"}
    columns |= {name: base["columns"].pop(name) for name in shares}
    base["growth_patterns"] = {"blocks": {"file": "data/blocks.csv", "columns": columns}}
    blocks = [
        {"ID": row["ID"], "L": lesion, "B": "A", "D": 100, "R": 0, "P": 0}
        for row in rows
        for lesion in ("1", "2")
    ]
    blocks.append({**blocks[0], "L": "I"})
    _, found = ingest(base, rows, blocks)
    told = found[found["rule"] == "similar_identifier"]
    assert told["value"].tolist() == ["I"] and told["patient_id"].tolist() == ["P00"]
    assert told["message"].iloc[0].startswith("Table of blocks: the lesion 'I' may be '1'")
