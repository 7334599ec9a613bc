"""Firth's penalised Cox model beside the likelihood written out and maximised in R (tests/golden/make_firth.R)."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
from crlm.survival.firth import fit_firth

GOLDEN = Path(__file__).resolve().parents[2] / "golden" / "firth.json"


def test_estimates_profile_limits_and_p_values_are_those_of_r():
    golden = json.loads(GOLDEN.read_text(encoding="utf-8"))
    patients = pd.DataFrame(golden["patients"])
    rows = pd.DataFrame(golden["columns"])
    x = patients[list(rows["column"])].to_numpy(float)
    size = x.std(axis=0)
    fit = fit_firth(
        patients["months"].to_numpy(float),
        patients["event"].to_numpy(),
        (x - x.mean(axis=0)) / size,
    )
    near = {"rtol": 1e-5, "atol": 1e-8}
    np.testing.assert_allclose(fit.coef / size, rows["coef"], **near)
    np.testing.assert_allclose(fit.limits / size[:, None], rows[["lower", "upper"]], **near)
    np.testing.assert_allclose(fit.p_values, rows["p_value"], **near)
