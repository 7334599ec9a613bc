"""One cured share in two groups against R's optim: the heights of the likelihoods, the share, the test."""

import json
from pathlib import Path

import pandas as pd
import pytest
from crlm.analyses.cure.equality import compare_shares
from crlm.analyses.cure.likelihood import maximise
from reference_data import build_cohorts

EXPECTED = json.loads((Path(__file__).parent / "equal_cure.json").read_text())


@pytest.mark.parametrize("distribution", EXPECTED)
def test_equals_r(distribution):
    breast, expected = build_cohorts()["breast"].reset_index(drop=True), EXPECTED[distribution]
    breast["grouping_hormone"] = breast["hormone"].astype(object)
    groups = ["no", "yes"]
    parts = [
        [
            breast.loc[breast["hormone"] == group, f"death_{part}"].to_numpy(float)
            for part in ("months", "event")
        ]
        for group in groups
    ]
    alone = [maximise([part], distribution)[0] for part in parts]
    assert alone == pytest.approx(expected["separate"], rel=1e-8)
    assert maximise(parts, distribution)[0] == pytest.approx(expected["common"], rel=1e-8)
    settings = {
        "endpoints": ["death"],
        "groupings": {"hormone": {"groups": groups, "landmark_months": None}},
        "distribution": distribution,
    }
    known = pd.DataFrame(
        {"endpoint": "death", "grouping": "hormone", "group": groups, "cured": [0.1, 0.1]}
    )
    row = compare_shares(breast, settings, known).iloc[0]
    assert row["statistic"] == pytest.approx(expected["statistic"], rel=1e-6, abs=1e-6)
    assert row["p_value"] == pytest.approx(
        expected["p"], rel=1e-6, abs=1e-3 if expected["p"] == 1 else 0
    )
    # flat there: R's own search ends within 1e-6
    assert row["cured"] == pytest.approx(expected["cured"], abs=2e-6)
