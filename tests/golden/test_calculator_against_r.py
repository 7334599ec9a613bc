"""What the calculator's page foretells one patient, with its limits, against R (make_calculator.R), in a browser."""

import html
import json
import re
from pathlib import Path

import numpy as np
import pytest
from analyses.test_calculator import MODEL_HARNESS, foretell
from analyses.test_calculator_engine import needs_browser, open_page, read_sources
from crlm.analyses.calculator import estimate
from crlm.survival.prediction import fit_prediction
from reference_data import VARIABLES, build_cohorts

GOLDEN = json.loads((Path(__file__).parent / "calculator.json").read_text())
BREAST = build_cohorts()["breast"].assign(
    death_months=lambda table: np.ceil(table["death_months"]),
    menopause=lambda table: table["menopause"].astype(str),
)
SPECS = {name: {"label": name, **VARIABLES[name]} for name in ("age", "nodes", "grade", "hormone")}
SPECS["age"]["spline"] = {"knots": GOLDEN["knots"]}


def describe(strata, times=GOLDEN["times"], small_cells=None):
    return estimate.describe_model(BREAST, "death", SPECS, times, strata, small_cells)


def list_patients(table):
    columns = [*SPECS, "menopause"]
    return [
        {
            name: [float(value)] * 2 if name in ("age", "nodes") else str(value)
            for name, value in row.items()
        }
        for row in table[columns].astype(object).to_dict("records")
    ]


@pytest.mark.parametrize(("name", "strata"), [("plain", []), ("strata", ["menopause"])])
def test_the_same_without_a_browser(name, strata):
    prediction, _ = fit_prediction(BREAST, "death", SPECS, strata=strata)
    found = foretell(prediction, np.array(GOLDEN["times"], float))
    for part, table in zip(("survival", "lower", "upper"), found, strict=True):
        wanted = [each[part] for each in GOLDEN[name]]
        np.testing.assert_allclose(table[GOLDEN["rows"]], wanted, rtol=1e-6)


@needs_browser
@pytest.mark.parametrize(("name", "strata"), [("plain", []), ("strata", ["menopause"])])
def test_survival_and_limits_of_thirty_patients(tmp_path, name, strata):
    patients = list_patients(BREAST.iloc[GOLDEN["rows"]])
    text = MODEL_HARNESS % (
        read_sources(Path(__file__).parents[2])["engine"],
        json.dumps(describe(strata)),
        json.dumps(patients),
    )
    shown = open_page(text, tmp_path)
    found = json.loads(html.unescape(re.search(r'<pre id="out">(.*?)</pre>', shown, re.S)[1]))
    wanted = GOLDEN[name]
    assert len(wanted) == len(found) == 30
    for mine, theirs in zip(found, wanted, strict=True):
        limits = np.array(mine["limits"])
        assert mine["survival"] == pytest.approx(theirs["survival"], rel=1e-6)
        assert limits[:, 0] == pytest.approx(theirs["lower"], rel=1e-6)
        assert limits[:, 1] == pytest.approx(theirs["upper"], rel=1e-6)
        assert mine["at_risk"] == theirs["at_risk"]


def test_small_strata_are_not_shown_and_tell_nothing_of_others():
    few = BREAST.copy()
    few.loc[few.index[:7], "menopause"] = "Unknown"
    every = estimate.describe_model(few, "death", SPECS, GOLDEN["times"], ["menopause"])
    assert {each["levels"][0] for each in every["baselines"]} == {"Pre", "Post", "Unknown"}
    safe = estimate.describe_model(few, "death", SPECS, GOLDEN["times"], ["menopause"], 10)
    assert {each["levels"][0] for each in safe["baselines"]} == {"Pre", "Post"}
    for each in safe["baselines"]:
        assert each["patients"] is None and each["events"] is None
        assert set(each["at_risk"]) == {None} and min(each["cumulative_hazard"]) > 0
    for each in every["baselines"]:
        assert len(each["times"]) == len(each["variance"]) == len(each["means"])
    (unknown,) = (each for each in every["baselines"] if each["levels"] == ["Unknown"])
    assert len(unknown["times"]) < 3
