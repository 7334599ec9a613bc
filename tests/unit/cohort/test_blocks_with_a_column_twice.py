"""A table of blocks with one of its key columns twice is an error, also where patients are left out, and no crash."""

import pandas as pd
import pytest

RULES = {"old": {"label": "Old", "variable": "age", "operator": ">", "value": 58}}


@pytest.mark.parametrize("column", ["who", "lesion", "block", "d"])
@pytest.mark.parametrize("rules", [{}, RULES])
def test_a_column_twice(column, rules, base, ingest, rows):
    names = {"patient_id": "who", "lesion": "lesion", "block": "block", "hgp_desmoplastic": "d"}
    base["growth_patterns"] = {"blocks": {"file": "blocks.csv", "columns": names}}
    for name in ("hgp_desmoplastic", "hgp_replacement", "hgp_pushing"):
        del base["columns"][name]
    base["cohort"]["exclusions"] = rules
    blocks = pd.DataFrame({"who": [row["ID"] for row in rows], "lesion": 1, "block": 1, "d": 50})
    twice = pd.concat([blocks, blocks[[column]]], axis=1)
    cohort, found = ingest(base, rows, twice)
    errors = found[found["severity"] == "error"]
    assert errors[["rule", "column"]].to_numpy().tolist() == [["duplicate_column", column]]
    assert len(cohort) == (9 if rules else 12)
    assert cohort["hgp_desmoplastic"].isna().all()
