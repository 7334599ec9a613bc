import numpy as np
import pandas as pd
import pytest
from crlm.analyses.subgroups import estimate as subgroups
from crlm.survival import cox

VARIABLES = {
    "drug": {"kind": "binary", "levels": ["no", "yes"]},
    "dose": {"kind": "continuous", "per": 10},
    "sex": {"kind": "binary", "levels": ["female", "male"]},
    "stage": {"kind": "ordinal", "levels": ["I", "II", "III"]},
    "age": {"kind": "continuous"},
}
ANALYSIS = {"variable": "drug", "within": ["sex", "stage"], "adjust": ["age", "sex"]}


@pytest.fixture
def cohort():
    random = np.random.default_rng(21)
    n = 240
    cohort = pd.DataFrame(
        {
            "drug": random.choice(["no", "yes"], n),
            "dose": random.normal(50, 20, n),
            "sex": random.choice(["female", "male"], n),
            "stage": random.choice(["I", "II"], n),
            "age": random.normal(60, 8, n),
            "os_event": (random.random(n) < 0.8).astype(float),
        }
    )
    effect = np.where(cohort["sex"] == "male", -1.5, 0.5) * (cohort["drug"] == "yes")
    return cohort.assign(os_months=random.exponential(20 / np.exp(effect)).round(1))


def fit(cohort, **changes):
    return subgroups.fit_subgroups(cohort, "os", {"drug": ANALYSIS | changes}, VARIABLES)


def test_rows(cohort):
    table = fit(cohort)
    assert list(table.columns) == subgroups.COLUMNS
    assert table["within"].tolist() == ["overall", "sex", "sex", "stage", "stage", "stage"]
    assert table["group"].tolist() == ["all", "female", "male", "I", "II", "III"]
    assert set(table["level"]) == {"yes"} and set(table["reference"]) == {"no"}
    assert table["patients"].iloc[1:3].sum() == table["patients"][0] == 240
    assert table["interaction_p_value"].isna().tolist() == [True] + [False] * 5
    assert table["interaction_p_value"].nunique() == 2


def test_each_group_is_a_model_of_its_patients(cohort):
    men = cohort[cohort["sex"] == "male"]
    model = cox.fit_cox(men, "os", {name: VARIABLES[name] for name in ("drug", "age")})
    found = fit(cohort).query("group == 'male'").iloc[0]
    expected = model.coefficients.iloc[1]
    for column in ("hazard_ratio", "lower", "upper", "p_value"):
        assert found[column] == expected[column]


def test_a_real_interaction_is_found_and_a_false_one_is_not(cohort):
    p_values = fit(cohort).groupby("within")["interaction_p_value"].first()
    assert p_values["sex"] < 1e-4
    assert p_values["stage"] > 0.01


def test_empty_group_keeps_its_row(cohort):
    empty = fit(cohort).query("group == 'III'").iloc[0]
    assert (empty["patients"], empty["events"]) == (0, 0)
    assert np.isnan(empty["hazard_ratio"]) and empty["note"]


def test_a_group_where_one_arm_has_no_event(cohort):
    arm = (cohort["sex"] == "male") & (cohort["drug"] == "yes")
    table = fit(cohort.assign(os_event=cohort["os_event"].where(~arm, 0)), adjust=[])
    men = table[table["group"] == "male"].iloc[0]
    assert np.isnan(men["hazard_ratio"]) and "no event among" in men["note"]
    assert 0 < men["interaction_p_value"] < 0.01


def test_a_number_has_one_row_per_group(cohort):
    table = fit(cohort, variable="dose", within=["sex"])
    assert len(table) == 3 and table["level"].isna().all()


def test_no_events(cohort):
    table = fit(cohort.assign(os_event=0.0))
    assert len(table) == 6 and table["hazard_ratio"].isna().all()
    assert table["interaction_p_value"].isna().all() and table["note"].notna().all()


def test_landmark(cohort):
    late = cohort[cohort["os_months"] >= 5]
    table = fit(cohort, landmark_months=5)
    assert table["patients"][0] == len(late)


@pytest.mark.parametrize("count", [0, 1, 3])
def test_few_patients(cohort, count):
    assert len(fit(cohort.head(count))) == 6
