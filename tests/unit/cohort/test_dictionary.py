"""The dictionary against values known from elsewhere: units by what they measure, steps, levels and what follows from what."""

import numpy as np
import pandas as pd
import pytest
from crlm.plan.schema import PlanError
from crlm.plan.variables import declare_variables, resolve_columns
from test_derivation import derive, plain

# unit of the analysis, another unit, an amount in that one, the same amount in the first
SAME = [
    ("months", "months", 7.5, 7.5),
    ("months", "days", 365.25, 12),
    ("months", "weeks", 365.25 / 7, 12),
    ("months", "years", 1.5, 18),
    ("cm", "cm", 4.2, 4.2),
    ("cm", "mm", 25, 2.5),
    ("mm", "mm", 8, 8),
    ("mm", "cm", 1.2, 12),
    ("ng/mL", "ng/mL", 5, 5),
    ("ng/mL", "µg/L", 5, 5),  # a thousandth of a litre, a thousandth of a microgram
    ("ng/mL", "ug/L", 5, 5),
    ("ng/mL", "ng/L", 5000, 5),
    ("U/mL", "U/mL", 37, 37),
    ("U/mL", "kU/L", 37, 37),
    ("U/mL", "U/L", 37000, 37),
    ("U/L", "U/L", 80, 80),
    ("U/L", "U/mL", 0.08, 80),
    ("mg/L", "mg/L", 12, 12),
    ("mg/L", "mg/dL", 1.2, 12),
    ("g/L", "g/L", 42, 42),
    ("g/L", "g/dL", 4.2, 42),
    ("%", "%", 30, 30),
    ("%", "fraction", 0.3, 30),
    ("years", "years", 61, 61),
    ("years", "months", 732, 61),
    ("years", "days", 22280.25, 61),
    ("kg/m²", "kg/m²", 24, 24),
    ("mL", "mL", 450, 450),
    ("mL", "cm³", 450, 450),
    ("mL", "cm3", 450, 450),
    ("mL", "dL", 4.5, 450),
    ("mL", "L", 0.45, 450),
    ("vessels/mm²", "vessels/mm²", 90, 90),
    ("vessels/mm²", "vessels/mm2", 90, 90),
]
# hazard ratio per how many units, or per doubling; all others are per one unit
STEPS = {
    **dict.fromkeys(("age", "crp_mg_l", "tumour_viability"), 10),
    **dict.fromkeys(("future_liver_remnant_percent", "microvessel_density"), 10),
    "future_liver_remnant_repeat_percent": 10,
    "future_liver_remnant_repeat_ml": 100,
    "future_liver_remnant_ml": 100,
    **{f"hgp_{name}": 10 for name in ("desmoplastic", "replacement", "pushing", "sinusoidal", "portal")},
    **dict.fromkeys(("body_mass_index", "albumin_g_l"), 5),
    "disease_free_interval": 12,
    **dict.fromkeys(("cea_ng_ml", "ca199_u_ml", "alkaline_phosphatase_u_l"), "log2"),
}  # fmt: skip
REGIMENS = ["none", "mfolfox6", "capeox", "folfiri", "folfoxiri", "other"]
MUTATION = ["wild_type", "mutated"]
LEVELS = {
    "sex": ["female", "male"],
    "asa": ["1", "2", "3", "4"],
    "primary_site": ["left_colon", "right_colon", "rectum"],
    "pt_primary": ["T1", "T2", "T3", "T4"],
    "pn_primary": ["N0", "N1", "N2"],
    "differentiation": ["well", "moderate", "poor"],
    "ras": MUTATION,
    "kras": MUTATION,
    "nras": MUTATION,
    "smad": MUTATION,
    "braf": ["wild_type", "v600e", "other"],
    "msi": ["stable", "unstable"],
    "mismatch_repair": ["proficient", "deficient"],
    "preoperative_regimen": REGIMENS,
    "recist_response": ["complete", "partial", "stable", "progressive"],  # falling benefit
    "preoperative_chemoembolisation": ["none", "conventional", "drug_eluting_bead"],
    "adjuvant_regimen": REGIMENS,
    "liver_health": ["normal", "injured", "cirrhotic"],
    "recurrence_treatment": ["none", "systemic", "local", "repeat_resection"],
    "tumour_regression_grade": ["1", "2", "3", "4", "5"],  # Rubbia-Brandt: 1 is best
    "hgp_label": ["desmoplastic", "replacement", "pushing", "sinusoidal", "portal"],
    "recurrence_site": ["liver", "extrahepatic", "both"],
}
BEFORE, AFTER = ("binary", "baseline"), ("binary", "follow_up")
BY_LEVEL = ("categorical", "baseline")
# what is given before the resection is known by then, what is given after it is not
TREATMENTS = {
    **dict.fromkeys(("multidisciplinary_discussion", "bevacizumab"), BEFORE),
    **dict.fromkeys(("anti_egfr", "preoperative_pd1_antibody"), BEFORE),
    "preoperative_tyrosine_kinase_inhibitor": BEFORE,
    "preoperative_hepatic_artery_infusion": BEFORE,
    "portal_vein_embolisation": BEFORE,
    **dict.fromkeys(("preoperative_regimen", "preoperative_chemoembolisation"), BY_LEVEL),
    **dict.fromkeys(("msi", "mismatch_repair"), BY_LEVEL),
    "recist_response": ("ordinal", "baseline"),
    "preoperative_cycles": ("count", "baseline"),
    "future_liver_remnant_percent": ("continuous", "baseline"),
    "future_liver_remnant_ml": ("continuous", "baseline"),
    "ablation": ("binary", "operation"),
    "tumour_regression_grade": ("ordinal", "pathology"),
    "microvessel_density": ("continuous", "pathology"),
    "immunoscore_metastasis": ("count", "pathology"),
    "immunoscore_high": ("binary", "pathology"),
    **dict.fromkeys(("adjuvant_bevacizumab", "adjuvant_anti_egfr"), AFTER),
    **dict.fromkeys(("adjuvant_pd1_antibody", "adjuvant_tyrosine_kinase_inhibitor"), AFTER),
    **dict.fromkeys(("adjuvant_hepatic_artery_infusion", "liver_transplantation"), AFTER),
    "ctdna_postoperative": AFTER,
    "recurrence_treatment": ("categorical", "follow_up"),
    "size_max_repeat_cm": ("continuous", "follow_up"),
    "future_liver_remnant_repeat_percent": ("continuous", "follow_up"),
    "future_liver_remnant_repeat_ml": ("continuous", "follow_up"),
    "adjuvant_regimen": ("categorical", "follow_up"),
    "adjuvant_cycles": ("count", "follow_up"),
}


def test_every_unit_is_in_the_list(shipped):
    units = shipped["dictionary"]["units"]
    assert {(unit, other) for unit, others in units.items() for other in others} == {
        pair[:2] for pair in SAME
    }


@pytest.mark.parametrize(("unit", "other", "amount", "wanted"), SAME)
def test_units(unit, other, amount, wanted, shipped):
    own = {"label": "X", "kind": "continuous", "unit": unit, "timing": "baseline"}
    problems = []
    variables = declare_variables({"x": own}, shipped["dictionary"], problems)
    columns = resolve_columns(
        {"x": {"column": "X", "unit": other}}, variables, shipped["dictionary"]["units"], problems
    )
    assert problems == []
    assert amount * columns["x"]["factor"] == pytest.approx(wanted, rel=1e-12)


def test_steps_of_hazard_ratios(shipped):
    found = {}
    for name, spec in shipped["dictionary"]["variables"].items():
        assert spec.get("transform", "none") in ("none", "log2")
        if spec.get("transform") == "log2":
            found[name] = "log2"
        elif spec.get("per", 1) != 1:
            found[name] = spec["per"]
    assert found == STEPS


def test_levels_and_their_order(shipped):
    """The first one is the reference; those of an ordinal variable rise."""
    variables = shipped["dictionary"]["variables"]
    assert {name: spec["levels"] for name, spec in variables.items() if "levels" in spec} == LEVELS
    for name, levels in LEVELS.items():
        assert set(variables[name].get("level_labels", {})) <= set(levels)


@pytest.mark.parametrize(
    ("column", "values", "name", "wanted"),
    [
        ("n_positive_nodes", [0, 1, 2], "node_positive", ["no", "yes", "yes"]),
        ("pn_primary", ["N0", "N1", "N2"], "node_positive", ["no", "yes", "yes"]),
        ("margin_mm", [0, 0.01, 1], "margin_positive", ["yes", "no", "no"]),
        ("margin_positive", ["yes", "no"], "margin_mm", [0, None]),
        ("synchronous", ["yes", "no"], "disease_free_interval", [0, None]),
        ("preoperative_chemotherapy", ["yes", "no", None], "preoperative_cycles", [None, 0, None]),
        ("adjuvant_chemotherapy", ["yes", "no", None], "adjuvant_cycles", [None, 0, None]),
        ("immunoscore_metastasis", [2, 3, np.nan], "immunoscore_high", ["no", "yes", None]),
    ],
)
def test_each_derivation_at_its_threshold(column, values, name, wanted, shipped):
    made = ("node_positive", "margin_positive", "immunoscore_high")
    other = {} if name in made else {name: [np.nan] * len(values)}
    table, _ = derive(shipped, **{column: values}, **other)
    assert plain(table[name]) == wanted


@pytest.mark.parametrize("when", ["preoperative", "adjuvant"])
def test_without_chemotherapy_the_regimen_is_none_and_a_gap_stays_a_gap(when, shipped):
    chemotherapy = ["no", "yes", "yes", None, "no"]
    regimen = [None, None, "capeox", None, "folfiri"]
    columns = {f"{when}_chemotherapy": chemotherapy, f"{when}_regimen": regimen}
    table, found = derive(shipped, **columns)
    assert plain(table[f"{when}_regimen"]) == ["none", None, "capeox", None, "folfiri"]
    assert [item["rule"] for item in found] == ["contradiction", "derived"]


@pytest.mark.parametrize("name", TREATMENTS)
def test_every_treatment_and_marker_says_when_it_becomes_known(name, shipped):
    kind, timing = TREATMENTS[name]
    spec = shipped["dictionary"]["variables"][name]
    assert (spec["kind"], spec["timing"]) == (kind, timing)


def test_every_number_knows_its_range_and_a_plausible_median(shipped):
    specs = shipped["dictionary"]["variables"]
    numbers = {
        name: spec for name, spec in specs.items() if spec["kind"] in ("continuous", "count")
    }
    for name, spec in numbers.items():
        low, high = spec.get("plausible_median", (1, 0))
        assert low < high, name
        least, most = spec.get("range", (-np.inf, np.inf))
        assert least <= low and high <= most, name
        inner = spec.get("plausible", (least, most))
        assert least <= inner[0] < inner[1] <= most, name


@pytest.mark.parametrize(
    "name", [name for name, spec in TREATMENTS.items() if spec[1] == "follow_up"]
)
def test_treatment_after_the_resection_needs_a_landmark(name, plan_of, base):
    """In a model, a grouping, a subgroup; nobody is credited with the time until the treatment."""
    values = {"none": "none", "A": "mfolfox6"} if name.endswith("_regimen") else None
    base["columns"][name] = {"column": "X", **({"values": values} if values else {})}
    base["models"] = {"m": {"variables": [name]}}
    cuts = {"cuts": [6]} if TREATMENTS[name][0] in ("count", "continuous") else {}
    base["groupings"] = {"g": {"variable": name} | cuts}
    base["subgroups"] = {"s": {"variable": name, "within": ["sex"]}}
    with pytest.raises(PlanError) as error:
        plan_of(base)
    late = [text for text in error.value.problems if f"{name} becomes known in follow-up" in text]
    assert {text.split(":")[0] for text in late} == {"models.m", "groupings.g", "subgroups.s"}
    del base["groupings"], base["subgroups"]
    base["models"]["m"]["landmark_months"] = 3
    plan = plan_of(base)
    assert name not in plan["models"]["univariable"]["variables"]


def test_the_interval_between_two_dates(shipped):
    dates = {
        "primary_date": ["2020-01-01"] * 3,
        "metastases_date": ["2021-01-01", "2020-01-01", "2019-12-01"],
    }
    table, _ = derive(shipped, **dates)
    assert table["disease_free_interval"].tolist() == pytest.approx([366 / 365.25 * 12, 0, 0])
    assert pd.api.types.is_float_dtype(table["disease_free_interval"])


@pytest.mark.parametrize("pattern", LEVELS["hgp_label"])
def test_a_growth_pattern_as_label_is_all_of_the_interface(pattern, shipped):
    table, _ = derive(shipped, hgp_label=[*LEVELS["hgp_label"], None])
    wanted = [100 if each == pattern else 0 for each in LEVELS["hgp_label"]]
    assert plain(table[f"hgp_{pattern}"]) == [*wanted, None]
