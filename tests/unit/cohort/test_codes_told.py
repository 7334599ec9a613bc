"""Of many codes, identifiers and patients the first few are named, and it is said that there are more."""

import pytest
from crlm.cohort import joins, rows
from crlm.cohort.codes import tell_codes


@pytest.mark.parametrize(
    ("codes", "end"), [(1, "'c0' (1)."), (10, "'c9' (10)."), (11, "'c9' (10) and 1 further code.")]
)
def test_other_codes_are_listed(codes, end):
    spec = {"label": "Centre", "column": "C", "level_labels": {"else": "Another one"}}
    others = {f"c{place}": place + 1 for place in range(codes)}
    (found,) = tell_codes(spec, {}, others, "else")
    total = sum(others.values())
    entries = "1 entry has" if codes == 1 else f"{total} entries have"
    assert f"Centre: {entries} none of the codes listed and count" in found["message"]
    assert " as Another one: 'c0' (1)" in found["message"]
    assert found["message"].endswith(end) and found["column"] == "C"


@pytest.mark.parametrize(("module", "most"), [(joins, 5), (rows, 3)])
def test_some_names_stand_for_many(module, most):
    names = [f"P{place}" for place in range(most + 1)]
    assert module._name_some(names[:most]) == ", ".join(names[:most])
    assert module._name_some(names).startswith(", ".join(names[:most]) + " ")
    assert names[most] not in module._name_some(names)
