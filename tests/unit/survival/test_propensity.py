"""The propensity of groups that a covariate tells apart is 0 and 1, without a warning: who compares them says so."""

import numpy as np
import pytest
from crlm.survival.propensity import fit_propensity


@pytest.mark.parametrize("patients", [8, 40, 60])
def test_separated_groups(patients):
    x = np.column_stack([np.ones(patients), np.linspace(-1, 1, patients)])
    second = np.arange(patients) >= patients // 2
    assert fit_propensity(second, x) == pytest.approx(second.astype(float), abs=1e-6)
