"""Firth's penalty (firthmodels) against the penalised likelihood written out in R (make_firth.R): tied times, a level without an event."""

import json
from pathlib import Path

import numpy as np
from crlm.survival.firth import fit_firth

GOLDEN = json.loads(Path(__file__).with_name("firth.json").read_text(encoding="utf-8"))


def test_estimates_profile_limits_and_tests_equal_r():
    """Ties as Breslow: as Efron the first coefficient would be 0.1540 and not 0.1554."""
    months, event, x = (np.array(GOLDEN[key], float) for key in ("months", "event", "x"))
    fit = fit_firth(months, event, x - x.mean(axis=0))
    np.testing.assert_allclose(fit.coef, GOLDEN["coef"], rtol=1e-5)
    np.testing.assert_allclose(fit.limits.T, [GOLDEN["lower"], GOLDEN["upper"]], rtol=1e-5)
    np.testing.assert_allclose(fit.p_values, GOLDEN["p"], rtol=1e-5)
