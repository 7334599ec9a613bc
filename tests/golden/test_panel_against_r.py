"""A panel of markers against R: coxph of each alone and adjusted, likelihood ratio, concordance, p.adjust."""

import json
from pathlib import Path

import numpy as np
import pytest
from crlm.analyses.panel.estimate import estimate_panel
from reference_data import VARIABLES, build_cohorts

GOLDEN = json.loads((Path(__file__).parent / "panel.json").read_text())
SETTINGS = {"per": "sd", "landmark_months": None, "endpoints": ["death"]}
COUNTS = ("patients", "events", "missing")
OF_LEVELS = ("hazard_ratio", "lower", "upper", "p_value")
OF_MARKER = ("lr_statistic", "lr_df", "lr_p_value", "concordance_base", "concordance")


@pytest.fixture(scope="module")
def cohort():
    breast = build_cohorts()["breast"].reset_index(drop=True)
    breast["size"] = breast["size"].astype(float)
    breast.loc[6::7, "size"] = np.nan
    return breast


@pytest.mark.parametrize(
    ("key", "model", "adjust"), [("alone", "univariable", []), ("adjusted", "adjusted", ["age", "hormone"])]
)  # fmt: skip
def test_every_marker(cohort, key, model, adjust):
    expected = GOLDEN[key]
    settings = SETTINGS | {"markers": list(expected), "adjust": adjust}
    table = estimate_panel(cohort, "death", settings, VARIABLES)
    table = table[table["model"] == model]
    assert list(table["variable"].unique()) == list(expected)
    for name, wanted in expected.items():
        rows = table[table["variable"] == name]
        assert [[wanted[each] for each in COUNTS]] == rows[
            list(COUNTS)
        ].drop_duplicates().to_numpy().tolist()
        for column in OF_LEVELS:
            np.testing.assert_allclose(rows[column].astype(float), wanted[column], rtol=1e-6)
        found = rows[list(OF_MARKER)].astype(float).drop_duplicates().to_numpy()
        np.testing.assert_allclose(found, [[wanted[each] for each in OF_MARKER]], rtol=1e-8)
        difference = wanted["concordance"] - wanted["concordance_base"]
        assert rows["concordance_difference"].iloc[0] == pytest.approx(difference, abs=1e-10)
        q = GOLDEN[f"q_{key}"][name]
        np.testing.assert_allclose(rows["q_value"].astype(float), q, rtol=1e-7)
