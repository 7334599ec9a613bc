"""A header in wide letters, codes that are one, and an interval in years where the plan reads months."""

import pytest
from crlm.plan.schema import PlanError
from making import make_cohort, make_plan

PLAN = """
study: {title: T}
cohort: {file: cohort.csv}
columns:
  patient_id: id
  sex: {column: sex, values: {m: male, w: female}}
  cea_ng_ml: CEA
  disease_free_interval: interval
  overall_time: months
  died: dead
endpoints:
  os:
    label: Overall survival
    events: {death: {duration: overall_time, flag: died}}
    censoring: {last_contact: {duration: overall_time}}
"""


def list_rows(interval=lambda months: months, name="CEA"):
    return [
        {
            "id": f"P{place}",
            "sex": "mw"[place % 2],
            name: 3.5 + place,
            "interval": interval(0 if place % 2 else 6 + place),
            "months": 20 + place,
            "dead": place % 2,
        }
        for place in range(30)
    ]


@pytest.mark.parametrize("name", ["ＣＥＡ", "ＣEA", " ＣＥＡ\u3000"])
def test_a_header_in_wide_letters_is_the_same(name, tmp_path):
    cohort = make_cohort(PLAN, list_rows(name=name), tmp_path)[0]
    assert cohort["cea_ng_ml"].tolist() == [3.5 + place for place in range(30)]


@pytest.mark.parametrize("codes", [("m", "M"), ("1", "1.0"), ("1000", "1e3")])
def test_codes_that_are_one_are_named(codes):
    text = PLAN.replace(
        "{m: male, w: female}", f'{{"{codes[0]}": male, "{codes[1]}": female, w: female}}'
    )
    with pytest.raises(PlanError, match="'{}' and '{}' are the same code".format(*codes)):
        make_plan(text)


@pytest.mark.parametrize(
    ("interval", "told"),
    [(lambda months: round(months / 12, 1), True), (lambda months: months, False)],
)
def test_an_interval_in_years_is_told(interval, told, tmp_path):
    """Every patient would be below the twelve months of Fong's score."""
    found = make_cohort(PLAN, list_rows(interval), tmp_path)[2]
    said = found[found["rule"] == "unit_suspect"]
    assert said[["severity", "column"]].to_numpy().tolist() == [["warning", "interval"]] * told
    assert not told or "unit: years" in said["remedy"].iloc[0]


def test_metastases_that_were_all_synchronous_have_no_interval(tmp_path):
    assert "unit_suspect" not in set(make_cohort(PLAN, list_rows(lambda _: 0), tmp_path)[2]["rule"])
