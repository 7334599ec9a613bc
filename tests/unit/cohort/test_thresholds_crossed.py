"""A threshold that is implausible for its number is told where no patient lies on its other side; one at the end of the column is not."""

import pandas as pd
import pytest
from crlm.cohort.plausibility import check_thresholds

COLUMN = {"label": "CEA", "column": "cea", "unit": "ng/mL", "plausible": [0, 500]}


@pytest.mark.parametrize(
    ("threshold", "told"), [(599.9, True), (600, False), (700, False), (800, False), (800.1, True)]
)
def test_thresholds(threshold, told):
    cohort = pd.DataFrame({"marker": [600.0, 800.0]})
    part = {"variable": "marker", "points": [{"operator": ">", "threshold": threshold}]}
    found = check_thresholds(cohort, {"made": {"components": {"a": part}}}, {"marker": COLUMN})
    assert [item["rule"] for item in found] == ["threshold_outside"] * told
    if told:
        assert f"> {threshold:g} ng/mL, but the column goes from 600 to 800" in found[0]["message"]
