"""Levels without an event and numbers that separate, against R's `coxph` iterated until its likelihood stands still."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from crlm.analyses.subgroups import estimate as subgroups
from crlm.survival import cox

GOLDEN = json.loads((Path(__file__).parent / "separation.json").read_text("utf-8"))
NUMBER = {"kind": "continuous"}
VARIABLES = {
    "stage": {"kind": "ordinal", "levels": ["I", "II", "III"]},
    "side": {"kind": "binary", "levels": ["left", "right"]},
    "frail": {"kind": "binary", "levels": ["no", "yes"]},
    "age": NUMBER,
    "marker": NUMBER,
}
MODELS = {
    "level": ("levels", ["stage"], {}),
    "level_and_others": ("levels", ["stage", "side", "age"], {}),
    "level_strata": ("levels", ["stage", "age"], {"strata": ["centre"]}),
    "reference": ("first", ["stage", "age"], {}),
    "number": ("separating", ["marker"], {}),
    "dies_first": ("frail", ["frail", "age"], {}),
}


def fit(data, names, options):
    table = pd.DataFrame(GOLDEN["data"][data])
    table = table.rename(columns={"months": "os_months", "event": "os_event"})
    return cox.fit_cox(table, "os", {name: VARIABLES[name] for name in names}, **options)


def close(found, expected, relative=1e-6):
    np.testing.assert_allclose(
        np.ravel(np.asarray(found, float)), np.ravel(np.asarray(expected, float)), rtol=relative
    )


@pytest.mark.parametrize("name", MODELS)
def test_model(name):
    expected, found = GOLDEN["models"][name], fit(*MODELS[name]).model.iloc[0]
    assert (found["patients"], found["events"]) == (expected["patients"], expected["events"])
    assert found["parameters"] == found["lr_df"] == expected["df"]
    close(found["lr_statistic"], expected["lr"])
    close(found["lr_p_value"], expected["p"])
    close(found["concordance"], expected["concordance"])
    close(found["aic"], expected["aic"])
    assert "without a finite hazard ratio" in found["note"]


@pytest.mark.parametrize("name", MODELS)
def test_the_other_hazard_ratios(name):
    expected, found = GOLDEN["models"][name], fit(*MODELS[name]).coefficients
    estimated = found[found["se"].notna()]
    close(estimated["coef"], expected["coef"])
    close(estimated["se"], expected["se"])
    factors = found.groupby("variable", sort=False)["factor_p_value"].first()
    if name != "reference":  # R's formula moves the reference and has no such name
        close(factors, expected["factor_p"])


@pytest.mark.parametrize("name", ["level", "level_and_others", "level_strata", "reference"])
def test_proportional_hazards(name):
    """R's statistic; the infinite coefficient adds nothing to it, and here no degree of freedom either."""
    expected, found = GOLDEN["models"][name], fit(*MODELS[name]).proportional_hazards
    close(found["statistic"], expected["chisq"], 1e-5)
    assert found["df"].iloc[0] == 1


def test_what_separates_alone_is_not_tested():
    tests = fit(*MODELS["number"]).proportional_hazards
    assert tests["term"].tolist() == ["marker", "GLOBAL"] and tests["p_value"].isna().all()


def test_robust_variance():
    found = fit("levels", ["stage", "age"], {"cluster": "surgeon"}).coefficients
    estimated = found[found["se"].notna()]
    close(estimated["coef"], GOLDEN["robust"]["coef"])
    close(estimated["se"], GOLDEN["robust"]["se"])


@pytest.mark.parametrize(("name", "data"), [("cell", "cell"), ("level", "levels")])
def test_interaction(name, data):
    table = pd.DataFrame(GOLDEN["data"][data])
    table = table.rename(columns={"months": "os_months", "event": "os_event"})
    variables = {each: VARIABLES[each] for each in ("side", "stage")}
    close(subgroups.test_interaction(table, "os", variables), GOLDEN["interaction"][name])
