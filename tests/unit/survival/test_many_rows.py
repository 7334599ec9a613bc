"""Cox models of very many rows with delayed entry are our own Newton's, since lifelines' time grows with rows times deaths."""

import numpy as np
import pytest
from crlm.survival import cox_maximum


def make(n=400):
    random = np.random.default_rng(3)
    x = random.normal(size=(n, 3))
    months = np.ceil(random.exponential(40 * np.exp(-0.5 * x[:, 0]))) + 1
    entry = np.floor(months * random.random(n) * random.integers(0, 2, n))
    return months, (random.random(n) < 0.7) * 1.0, x, random.integers(0, 2, n), entry


@pytest.mark.parametrize("entry", [False, True])
def test_they_equal_lifelines_and_only_with_delayed_entry(entry, monkeypatch):
    months, event, x, strata, started = make()
    started = started if entry else None
    fits = []
    fit_lifelines = cox_maximum.fit_lifelines
    monkeypatch.setattr(
        cox_maximum, "fit_lifelines", lambda *a: fits.append(1) or fit_lifelines(*a)
    )
    usual = cox_maximum.find_maximum(months, event, x, strata, entry=started)
    assert len(fits) == 1
    monkeypatch.setattr(cox_maximum, "ROWS", len(months) - 1)
    many = cox_maximum.find_maximum(months, event, x, strata, entry=started)
    assert len(fits) == 1 + (not entry)
    np.testing.assert_allclose(many.coef, usual.coef, rtol=1e-9)
    np.testing.assert_allclose(many.variance, usual.variance, rtol=1e-9, atol=1e-12)
    assert many.log_likelihood == pytest.approx(usual.log_likelihood, rel=1e-12)
