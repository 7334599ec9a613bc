"""Variables derived by declaration: each form by a recount, what is not decided stays missing, and what cannot be is refused."""

import numpy as np
import pandas as pd
import pytest
import yaml
from crlm.plan.schema import PlanError
from crlm.survival.cox import fit_models
from making import make_cohort, make_plan

PLAN = """
study: {title: Made up}
cohort: {file: cohort.csv}
columns: {patient_id: id, overall_time: time, died: dead, COLUMNS}
variables: {VARIABLES}
endpoints:
  os:
    label: Overall survival
    events: {death: {duration: overall_time, flag: died}}
    censoring: {last_contact: {duration: overall_time}}
"""


def plan_of(columns, variables, more=""):
    return PLAN.replace("COLUMNS", columns).replace("VARIABLES", variables) + more


def rows_of(**columns):
    size = len(next(iter(columns.values())))
    base = {"id": [f"P{k}" for k in range(size)], "time": np.arange(1, size + 1)}
    return pd.DataFrame({**base, "dead": np.arange(size) % 2, **columns})


def plain(column):
    return [None if pd.isna(value) else value for value in column]


def test_a_cut_of_a_number_is_a_covariate_of_cox(tmp_path):
    """The hazard ratio of a cut is that of the same column typed by hand."""
    random = np.random.default_rng(5)
    size = np.round(random.uniform(1, 9, 60), 1)
    size[:3] = 5, 4.9, 5.1
    rows = rows_of(size=size, hand=np.where(size >= 5, 1, 0))
    rows["time"] = np.round(random.exponential(20, 60) + 1, 2)
    models = "models: {cut: {variables: [bulky]}, hand: {variables: [typed]}}"
    columns = "size_max_cm: size, typed: hand"
    declared = (
        "bulky: {label: Bulky, from: size_max_cm, cuts: [5]}, "
        "typed: {label: By hand, kind: binary, timing: baseline}"
    )
    cohort, plan, findings = make_cohort(plan_of(columns, declared, models), rows, tmp_path)
    spec = plan["variables"]["bulky"]
    assert (spec["kind"], spec["timing"]) == ("ordinal", "baseline")
    assert spec["level_labels"] == {"below_5": "< 5 cm", "from_5": "≥ 5 cm"}
    assert plain(cohort["bulky"])[:3] == ["from_5", "below_5", "from_5"]
    table = fit_models(cohort, "os", plan["models"], plan["variables"]).coefficients
    found = table[table["level"].isin(["from_5", "yes"])].set_index(["model", "level"])
    ratio = found.loc[("cut", "from_5"), "hazard_ratio"]
    assert ratio == pytest.approx(found.loc[("hand", "yes"), "hazard_ratio"], rel=1e-12)
    assert abs(ratio - 1) > 0.01
    assert findings[findings["severity"] != "note"].empty


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ("{label: L, from: n_crlm, cuts: [2, 4]}", ["below_2", "2_to_4", "from_4", "from_4", None]),
        ("{label: L, from: n_crlm, cuts: [4, 2], levels: [few, more, many]}", ["few", "more", "many", "many", None]),
        ("{label: L, kind: binary, from: n_crlm, cuts: [4]}", ["no", "no", "yes", "yes", None]),
        ("{label: L, from: n_crlm, operator: '>', value: 4}", ["no", "no", "no", "yes", None]),
        ("{label: L, from: n_crlm, operator: in, value: [1, 9]}", ["yes", "no", "no", "yes", None]),
    ],
)  # fmt: skip
def test_cuts_and_comparisons(entry, expected, tmp_path):
    rows = rows_of(n=[1, 2, 4, 9, ""])
    cohort, plan, _ = make_cohort(plan_of("n_crlm: n", f"made: {entry}"), rows, tmp_path)
    assert plain(cohort["made"]) == expected
    assert list(cohort["made"].cat.categories) == plan["variables"]["made"]["levels"]


def test_an_entry_known_as_an_interval_is_used_where_it_decides(tmp_path):
    """<0.5 is below 5 whatever it is, <10 may be either."""
    rows = rows_of(cea=["<0.5", "<10", ">300", "7", "", "<5", "<=5"])
    declared = (
        "raised: {label: Raised, from: cea_ng_ml, operator: '>=', value: 5}, "
        "classes: {label: Classes, from: cea_ng_ml, cuts: [5, 200]}, "
        "both: {label: Both, all_of: [raised, {variable: cea_ng_ml, operator: '>', value: 200}]}"
    )
    plan = plan_of("cea_ng_ml: {column: cea, censored: half}", declared)
    cohort = make_cohort(plan, rows, tmp_path)[0]
    assert plain(cohort["raised"]) == ["no", None, "yes", "yes", None, "no", None]
    assert plain(cohort["classes"]) == [
        *("below_5", None, "from_200", "5_to_200", None, "below_5", None)
    ]
    assert plain(cohort["both"]) == ["no", "no", "yes", "no", None, "no", "no"]


def test_any_and_all_are_kleenes(tmp_path):
    """Every pair of yes, no and unknown: any is the largest, all the smallest of no < unknown < yes."""
    rank, words = {"0": 0, "": 1, "1": 2}, ["no", None, "yes"]
    pairs = [(a, b) for a in rank for b in rank]
    rows = rows_of(a=[a for a, _ in pairs], b=[b for _, b in pairs])
    either = (
        "either: {label: E, any_of: [bilobar, {variable: synchronous, operator: '==', value: yes}]}"
    )
    plan = plan_of(
        "bilobar: a, synchronous: b",
        f"{either}, both: {{label: B, all_of: [bilobar, synchronous]}}",
    )
    cohort = make_cohort(plan, rows, tmp_path)[0]
    assert plain(cohort["either"]) == [words[max(rank[a], rank[b])] for a, b in pairs]
    assert plain(cohort["both"]) == [words[min(rank[a], rank[b])] for a, b in pairs]


def test_first_known_of_several_takes_the_limits_with_it(tmp_path):
    rows = rows_of(
        clinic=["3", "", "<0.5", "", ""], post=["9", "4", "7", "<2", ""], t=["1", "", "2", "", "1"]
    )
    columns = (
        "cea_clinic: {column: clinic, censored: half}, cea_post: {column: post, censored: limit}"
    )
    own = (
        "cea_clinic: {label: C, kind: continuous, unit: ng/mL, timing: baseline}, "
        "cea_post: {label: P, kind: continuous, unit: ng/mL, timing: baseline}, "
        "cea_ng_ml: {first_of: [cea_clinic, cea_post]}, "
        "high: {label: High, from: cea_ng_ml, operator: '>', value: 1}"
    )
    cohort, plan, _ = make_cohort(plan_of(columns, own), rows, tmp_path)
    assert plain(cohort["cea_ng_ml"]) == [3, 4, 0.25, 2, None]
    assert plan["variables"]["cea_ng_ml"]["label"] == "CEA before resection"
    assert plain(cohort["high"]) == ["yes", "yes", "no", None, None]


def test_times_between_dates_in_every_unit(tmp_path):
    first, second = pd.Timestamp(2010, 1, 31), pd.Timestamp(2012, 3, 1)
    days = (second - first).days
    assert days == 760
    units = {"days": 760, "weeks": 760 / 7, "months": 760 / 30.4375, "years": 760 / 365.25}
    own = ", ".join(
        f"in_{u}: {{label: {u}, between: [primary_date, resection_date], unit: {u}}}" for u in units
    )
    rows = rows_of(a=["2010-01-31", "", "2012-03-01"], b=["2012-03-01", "2012-03-01", "2010-01-31"])
    plan = plan_of("primary_date: a, resection_date: b", own)
    cohort, plan, findings = make_cohort(plan, rows, tmp_path)
    for unit, value in units.items():
        column = cohort[f"in_{unit}"].tolist()
        assert column[0] == pytest.approx(value, rel=1e-14) and np.isnan(column[1])
        assert column[2] == pytest.approx(-value, rel=1e-14)
    assert plan["variables"]["in_days"]["timing"] == "operation"
    told = findings[findings["rule"] == "reversed_dates"]
    assert len(told) == 4 and set(told["patient_id"]) == {"P2"}


def test_derived_on_derived_on_the_dictionary(tmp_path):
    """The interval of the dictionary follows from dates, one of them the first known of two; late is cut from it."""
    rows = rows_of(
        primary=["2010-01-01"] * 3, ct=["2010-06-01", "", ""], mr=["2011-01-01", "2012-01-01", ""]
    )
    own = (
        "ct_date: {label: CT, kind: date, timing: baseline}, mr_date: {label: MR, kind: date, timing: baseline}, "
        "wide: {label: Wide, any_of: [late, {variable: disease_free_interval, operator: '<', value: 1}]}, "
        "late: {label: Late, kind: binary, from: disease_free_interval, cuts: [12]}, "
        "metastases_date: {first_of: [ct_date, mr_date]}"
    )
    columns = "primary_date: primary, ct_date: ct, mr_date: mr"
    groups = "groupings: {late: {variable: late}}"
    cohort = make_cohort(plan_of(columns, own, groups), rows, tmp_path)[0]
    assert plain(cohort["late"]) == ["no", "yes", None]
    assert plain(cohort["wide"]) == ["no", "yes", None]
    assert plain(cohort["grouping_late"]) == ["no", "yes", None]
    assert cohort["disease_free_interval"][0] == pytest.approx(151 / 30.4375)


def test_used_for_exclusion_endpoint_and_subgroup(tmp_path):
    rows = rows_of(
        size=[2, 5, 6, 8, ""], n=[1, 1, 3, 4, 2], cause=["cancer", "", "heart", "cancer", ""]
    )
    rows["dead"] = [1, 0, 1, 1, 0]
    own = (
        "cause: {label: Cause, kind: categorical, levels: [cancer, heart], timing: follow_up}, "
        "of_cancer: {label: Of cancer, all_of: [died, {variable: cause, operator: '==', value: cancer}]}, "
        "giant: {label: Giant, from: size_max_cm, operator: '>', value: 7}, "
        "several: {label: Several, kind: binary, from: n_crlm, cuts: [2]}"
    )
    text = plan_of("size_max_cm: size, n_crlm: n, cause: cause", own)
    config = yaml.safe_load(text)
    config["cohort"]["exclusions"] = {
        "giant": {"label": "Giant", "variable": "giant", "operator": "==", "value": "yes"}
    }
    config["endpoints"]["css"] = {
        "label": "Cancer-specific survival",
        "events": {"cancer": {"duration": "overall_time", "flag": "of_cancer"}},
        "censoring": {"last_contact": {"duration": "overall_time"}},
    }
    config["subgroups"] = {"by_number": {"variable": "size_max_cm", "within": ["several"]}}
    cohort, plan, _ = make_cohort(yaml.safe_dump(config), rows, tmp_path)
    assert cohort["patient_id"].tolist() == ["P0", "P1", "P2", "P4"]
    assert cohort["css_event"].tolist() == [1, 0, 0, 0]
    assert plan["variables"]["of_cancer"]["timing"] == "follow_up"
    assert "of_cancer" not in plan["models"]["univariable"]["variables"]


@pytest.mark.parametrize(
    ("own", "words"),
    [
        ("a: {label: A, from: b, cuts: [1]}, b: {label: B, from: a, cuts: [1]}", "cannot be derived from itself"),
        ("a: {label: A, from: a, cuts: [1]}", "cannot be derived from itself"),
        ("a: {label: A, from: cea_ng_ml, cuts: [1]}", "cea_ng_ml is not mapped"),
        ("a: {label: A, from: sise, cuts: [1]}", "no such variable 'sise'"),
        ("a: {label: A, from: fong, cuts: [1]}", "computed later on"),
        ("a: {label: A, from: sex, cuts: [1]}", "cuts go with a number; sex is categorical"),
        ("a: {label: A, from: size_max_cm}", "`from` goes with"),
        ("a: {label: A, cuts: [1]}", "one of these forms"),
        ("a: {label: A, from: size_max_cm, first_of: [n_crlm, size_max_cm]}", "one of these forms"),
        ("a: {label: A, from: size_max_cm, cuts: [5], levels: [x, y, z]}", "1 cut, so 2 levels; given: x, y, z."),
        ("a: {label: A, kind: continuous, from: size_max_cm, cuts: [5]}", "it is continuous, but"),
        ("a: {label: A, from: size_max_cm, operator: '>', value: big}", "'big' is not"),
        ("a: {label: A, from: sex, operator: '==', value: man}", "'man' is not a level of sex"),
        ("a: {label: A, first_of: [size_max_cm, n_crlm]}", "the units differ"),
        ("a: {label: A, first_of: [size_max_cm, sex]}", "variables of one kind"),
        ("a: {label: A, between: [size_max_cm, n_crlm], unit: days}", "needs two dates"),
        ("a: {label: A, any_of: [sex]}", "sex is categorical, not binary"),
        ("size_max_cm: {from: n_crlm, operator: '>', value: 1}", "it is continuous, but"),
        ("bilobar: {from: n_crlm, operator: '>', value: 1}", "derived here and mapped"),
        ("a: {label: A, timing: baseline, from: adjuvant_chemotherapy, operator: '==', value: yes}", "becomes known later (follow-up)"),
        ("synchronous: {from: adjuvant_chemotherapy, operator: '==', value: yes}", "becomes known later (follow-up)"),
    ],
)  # fmt: skip
def test_what_cannot_be_derived_is_refused_in_words(own, words):
    columns = "size_max_cm: s, n_crlm: n, sex: x, bilobar: b, adjuvant_chemotherapy: c"
    with pytest.raises(PlanError) as told:
        make_plan(plan_of(columns, own))
    assert words in str(told.value)


def test_a_level_that_nobody_has_is_told(tmp_path):
    rows = rows_of(size=[2, 3, 4])
    own = "bulky: {label: Bulky, from: size_max_cm, cuts: [50]}"
    findings = make_cohort(plan_of("size_max_cm: size", own), rows, tmp_path)[2]
    told = findings[findings["rule"] == "empty_level"]
    assert len(told) == 1 and "nobody has the level '≥ 50 cm'" in told["message"].iloc[0]


@pytest.mark.parametrize(
    ("own", "told"),
    [
        ("from: size_max_cm, operator: '>', value: 50", "No"),  # in mm
        ("any_of: [{variable: size_max_cm, operator: '>', value: 50}]", "No"),
        ("all_of: [{variable: size_max_cm, operator: '<', value: 50}]", "Yes"),
        ("from: size_max_cm, operator: '>', value: 5", None),
    ],
)
def test_a_test_that_everybody_answers_alike_is_told(own, told, tmp_path):
    text = plan_of("size_max_cm: size", f"bulky: {{label: Bulky, {own}}}")
    for size, lacking in ((12, 0), (12, 2), (9, 0)):
        rows = rows_of(size=[1.5 + place / 2 for place in range(size)] + [None] * lacking)
        found = make_cohort(text, rows, tmp_path)[2]
        said = found[found["rule"] == "empty_level"]["message"].tolist()
        enough = told if size == 12 else None
        assert said == [f"Bulky: everybody of whom it is known has '{enough}'."] * bool(enough)


def test_a_recorded_variable_of_a_formula_whose_inputs_are_not_there(tmp_path):
    """RAS is recorded as such, without KRAS and NRAS: what is derived from it does not wait for these."""
    text = """
study: {title: t}
cohort: {file: cohort.csv}
columns: {patient_id: id, ras: ras, overall_time: months, died: died}
variables: {wild: {label: Wild, from: ras, operator: "==", value: wild_type}}
endpoints: {os: {label: OS, events: {death: {duration: overall_time, flag: died}}, censoring: {last: {duration: overall_time}}}}
"""
    rows = [
        {"id": f"p{n}", "ras": ras, "months": 20 + n, "died": n % 2}
        for n, ras in enumerate(["wild_type", "mutated", "wild_type"])
    ]
    cohort, _, _ = make_cohort(text, rows, tmp_path)
    assert cohort["wild"].tolist() == ["yes", "no", "yes"]
