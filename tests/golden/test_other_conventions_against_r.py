"""What the report prints as the conventions of other packages, against R set to them."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from crlm.analyses.conventions import estimate
from crlm.survival import cox, kaplan_meier
from reference_data import build_cohorts

GOLDEN = json.loads((Path(__file__).parent / "conventions.json").read_text())
COHORTS = build_cohorts()
WHOLE = COHORTS["breast"].assign(death_months=np.ceil(COHORTS["breast"]["death_months"]))
LEVELS = {
    "treatment": ["standard", "test"],
    "cell": ["squamous", "adeno", "large", "smallcell"],
    "hormone": ["no", "yes"],
}
VARIABLES = {
    "score": {"kind": "continuous"},
    "nodes": {"kind": "count"},
    **{name: {"kind": "categorical", "levels": levels} for name, levels in LEVELS.items()},
}
MODELS = {
    "veterans": (COHORTS["veterans"], ["score", "treatment", "cell"], []),
    "whole": (WHOLE, ["nodes", "hormone"], []),
    "strata": (WHOLE, ["nodes", "hormone"], ["grade"]),
}


def close(found, expected):
    found, expected = np.asarray(found, float), np.asarray(expected, float)
    np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-9)


def compare(cohort, models, times):
    """conventions.csv of a cohort, by quantity and convention."""
    everybody = {"overall": {"groups": ["all"]}}
    cohort = cohort.assign(grouping_overall="all")
    fits = cox.fit_models(cohort, "death", models, VARIABLES)
    tables = {
        **kaplan_meier.estimate_groups(cohort, "death", everybody, times),
        "cox": fits.coefficients,
        "ph": fits.proportional_hazards,
    }
    plan = {"endpoints": {"death": {}}, "models": models, "variables": VARIABLES}
    found = estimate.compare_conventions(cohort, plan, {"endpoints": {"death": tables}})
    return found.set_index(["quantity", "convention"])


@pytest.mark.parametrize("kind", ["log-log", "log", "plain"])
@pytest.mark.parametrize("name", GOLDEN["intervals"])
def test_limits_at_every_time(name, kind):
    expected = GOLDEN["intervals"][name][kind]["at"]
    for place, time in enumerate(expected["time"]):
        row = compare(COHORTS[name], {}, [time]).loc[("survival", kind.replace("-", "_"))]
        close(
            row[["estimate", "lower", "upper"]],
            [expected[key][place] for key in ("survival", "lower", "upper")],
        )


@pytest.mark.parametrize("name", GOLDEN["flat_medians"])
def test_median_as_r_prints_it(name):
    case = GOLDEN["flat_medians"][name]
    cohort = pd.DataFrame({"death_months": case["time"], "death_event": case["event"]}, dtype=float)
    found = compare(cohort, {}, [1.0])
    close(found.loc[("median", "middle"), "estimate"], case["median"]["printed"][0])
    follow_up = estimate.find_middle(np.array(case["time"], float), np.array(case["event"]) == 0)
    close(follow_up, case["follow_up"]["printed"][0])


@pytest.mark.parametrize("first", [0, -1])
@pytest.mark.parametrize("name", GOLDEN["main_models"])
def test_ties_and_the_old_test_of_proportional_hazards(name, first):
    """The first covariate, and the last in its place."""
    cohort, names, strata = MODELS[name]
    names = names if first == 0 else names[::-1]
    expected = GOLDEN["main_models"][name]
    found = compare(cohort, {"main": {"variables": names, "strata": strata}}, [12.0])
    level = found.loc[("hazard_ratio", "efron"), "level"]
    column = names[0] + (level if isinstance(level, str) else "")
    place = expected["efron"]["columns"].index(column)
    for ties in ("efron", "breslow"):
        row = found.loc[("hazard_ratio", ties), ["estimate", "lower", "upper"]]
        wanted = [expected[ties][key][place] for key in ("hazard_ratio", "lower", "upper")]
        close(row, wanted)
    assert found["printed"].groupby(level=0).sum().eq(1).all()
    row = found.loc[("proportional_hazards", "scaled_residuals")]
    old = expected["old_zph"]
    close(row[["estimate", "p_value"]], [old["statistic"][place], old["p"][place]])
    assert row["estimate"] != pytest.approx(
        found.loc[("proportional_hazards", "score_test"), "estimate"], rel=1e-4
    )
