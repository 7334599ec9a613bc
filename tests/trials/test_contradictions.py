"""Entries that cannot both be true, codes that were not declared, columns in another unit, value labels, single precision."""

import numpy as np
import pandas as pd
import pyreadstat
import pytest
import yaml
from crlm.cohort.floats import shorten_floats
from crlm.cohort.plausibility import check_codes, check_thresholds
from crlm.plan.schema import PlanError
from making import check_file, make_cohort, make_plan, read_yaml

PLAN = """
study: {title: Made up}
cohort: {file: cohort.csv}
columns: {patient_id: id, overall_time: time, died: dead}
endpoints:
  os:
    label: Overall survival
    events: {death: {duration: overall_time, flag: died}}
    censoring: {last_contact: {duration: overall_time}}
"""
DATED = """
study: {title: Made up}
cohort: {file: cohort.csv}
columns: {patient_id: id, resection_date: op, death_date: death, last_contact_date: last}
endpoints:
  os:
    label: Overall survival
    origin: resection_date
    events: {death: {date: death_date}}
    censoring: {last_contact: {date: last_contact_date}}
"""
SIZE = 12


def base_rows(text, size=SIZE):
    rows = pd.DataFrame({"id": [f"P{place}" for place in range(size)]})
    if text == PLAN:
        return rows.assign(time=np.linspace(5, 80, size).round(1), dead=np.arange(size) % 2)
    rows = rows.assign(op="2015-01-01", last="2018-01-01")
    rows["death"] = ["2018-01-01" if place % 2 else "" for place in range(size)]
    return rows


def check(folder, text=PLAN, mapped=None, extra=None, variables=None, **columns):
    """The findings of a plan with further columns, each a list of entries or one for all."""
    config = yaml.safe_load(text)
    config["columns"].update(mapped or {name: name for name in columns})
    config.update(extra or {})
    if variables:
        config["variables"] = variables
    rows = base_rows(text).assign(**columns)
    rows.to_csv(folder / "cohort.csv", index=False)
    return check_file(make_plan(yaml.safe_dump(config)), folder / "cohort.csv")[1]


def one(value, other, place=3):
    """A column with one odd entry."""
    return [value if each == place else other for each in range(SIZE)]


def told(found, rule):
    return found.loc[found["rule"] == rule, ["severity", "patient_id"]].to_numpy().tolist()


# --- died and its date ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("endpoint_uses_flag", [False, True])
def test_died_and_the_date_of_death(endpoint_uses_flag, tmp_path):
    text = DATED
    if endpoint_uses_flag:
        text = DATED.replace("{date: death_date}", "{date: death_date, flag: died}")
    dead = [place % 2 for place in range(SIZE)]
    text = text.replace("death_date: death", "death_date: death, died: dead")
    rows = base_rows(DATED).assign(dead=dead)
    rows.to_csv(tmp_path / "cohort.csv", index=False)
    plan = make_plan(text)
    assert set(check_file(plan, tmp_path / "cohort.csv")[1]["rule"]) == {"duplicate_patient"}
    rows.loc[1, "death"] = ""  # dead without a date
    rows.loc[3, "dead"] = 0  # a date, but not dead
    rows.to_csv(tmp_path / "cohort.csv", index=False)
    found = check_file(plan, tmp_path / "cohort.csv")[1]
    assert told(found, "event_without_time") == [["error", "P1"]]
    assert told(found, "date_without_event") == [["error", "P3"]]


def test_a_date_that_no_endpoint_uses_is_a_warning(tmp_path):
    found = check(
        tmp_path,
        PLAN,
        {"death_date": "day"},
        day=["2016-01-01" if p % 2 and p > 1 else "" for p in range(SIZE)],
    )
    assert told(found, "event_without_time") == [["warning", "P1"]]


def test_a_flag_and_a_date_of_the_study_are_tied_by_the_plan(tmp_path):
    variables = {
        "relapsed": {
            "label": "Relapsed",
            "kind": "binary",
            "timing": "follow_up",
            "flag_of": "relapse",
        },
        "relapse": {"label": "Day of relapse", "kind": "date", "timing": "follow_up"},
    }
    columns = {"relapsed": one(1, 0), "relapse": one("2016-01-01", "", 4)}
    found = check(tmp_path, DATED, variables=variables, **columns)
    assert told(found, "event_without_time") == [["warning", "P3"]]  # no endpoint uses it
    assert told(found, "date_without_event") == [["error", "P4"]]
    variables["relapse"]["earliest"] = "2000-13-01"
    with pytest.raises(PlanError, match="2000-13-01' is not a day"):
        check(tmp_path, DATED, variables=variables, **columns)
    del variables["relapse"]["earliest"]
    variables["relapsed"]["flag_of"] = "age"
    with pytest.raises(PlanError, match="'age' is no date variable"):
        check(tmp_path, DATED, variables=variables, **columns)
    variables["relapsed"]["flag_of"] = "relapse"
    variables["relapsed"]["kind"] = "continuous"
    with pytest.raises(PlanError, match="flag_of"):
        check(tmp_path, DATED, variables=variables, **columns)


# --- the rules of the dictionary ------------------------------------------------------------------------------------------

SITE = {"recurrence_site": {"column": "site", "values": {1: "liver", 2: "both"}}}
RULES = {
    "cancer death in the living": (
        PLAN, {"cancer_death": "cause"}, {"cause": one(1, "", 4)}, {"cause": one(1, "", 5)}, "error",
    ),
    "cancer death without a date": (
        DATED, {"cancer_death": "cause"}, {"cause": one(1, "", 4)}, {"cause": one(1, "", 5)}, "error",
    ),
    "site without recurrence": (
        DATED, {**SITE, "recurrence_date": "back"},
        {"site": one(1, "", 2), "back": one("2016-01-01", "", 6)},
        {"site": one(1, "", 6), "back": one("2016-01-01", "", 6)}, "error",
    ),
    "site where recurred is no": (
        PLAN, {**SITE, "recurred": "rec"}, {"site": one(2, ""), "rec": 0}, {"site": one(2, ""), "rec": one(1, 0)}, "error",
    ),
    "recurred in the liver but not recurred": (
        PLAN, {"recurred_in_liver": "liver", "recurred": "rec"},
        {"liver": one(1, 0), "rec": 0}, {"liver": one(1, 0), "rec": one(1, 0)}, "error",
    ),
    "recurred, but recurred or died is no": (
        PLAN, {"recurred_or_died": "either", "recurred": "rec"},
        {"either": [place % 2 for place in range(SIZE)], "rec": one(1, 0, 4)},
        {"either": [place % 2 for place in range(SIZE)], "rec": one(1, 0, 3)}, "error",
    ),
    "the liver before the first recurrence": (
        DATED, {"hepatic_recurrence_date": "liver", "recurrence_date": "back"},
        {"liver": one("2016-01-01", ""), "back": one("2016-01-02", "")},
        {"liver": one("2016-01-02", ""), "back": one("2016-01-02", "")}, "error",
    ),
    "metastases dated after their resection": (
        DATED, {"metastases_date": "found"}, {"found": one("2015-01-02", "2014-12-01")},
        {"found": one("2015-01-01", "2014-12-01")}, "warning",
    ),
    "bilobar with one metastasis": (
        PLAN, {"bilobar": "both", "n_crlm": "number"}, {"both": one(1, 0), "number": one(1, 2)},
        {"both": one(1, 0), "number": one(2, 1)}, "warning",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", RULES)
def test_entries_that_contradict_each_other(name, tmp_path):
    text, mapped, wrong, right, severity = RULES[name]
    found = check(tmp_path, text, mapped, **wrong)
    hit = found[found["rule"] == "values_contradict"]
    assert set(hit["severity"]) == {severity}, found["message"].tolist()
    assert hit["patient_id"].nunique() == 1
    found = check(tmp_path, text, mapped, **right)
    assert not len(found[found["rule"] == "values_contradict"])


def test_what_is_not_known_contradicts_nothing(tmp_path):
    mapped = {"bilobar": "both", "n_crlm": "number"}
    found = check(tmp_path, PLAN, mapped, both=one(1, 0), number=[*one("", 2)[:-1], 3])
    assert not len(found)


# --- one column for two variables, levels, cuts ---------------------------------------------------------------------------


def test_one_column_for_two_variables(tmp_path):
    number = [1 + place % 4 for place in range(SIZE)]
    mapped = {"n_crlm": "number", "n_positive_nodes": "number"}
    found = check(tmp_path, mapped=mapped, number=number)
    assert told(found, "column_mapped_twice") == [["warning", ""]]
    # codes that are read in two ways, and a date that a flag tells apart, are meant
    level = [place % 3 for place in range(SIZE)]
    mapped = {
        "synchronous": {"column": "state", "values": {0: "no", 1: "yes", 2: "yes"}},
        "bilobar": {"column": "state", "values": {0: "no", 1: "no", 2: "yes"}},
    }
    assert not len(check(tmp_path, mapped=mapped, state=level))


def test_a_date_of_death_or_last_contact_is_one_column(tmp_path):
    """Mapped to the last contact and told apart by a flag it is right; mapped to death as well, the living would be dead."""
    flagged = DATED.replace("{date: death_date}", "{date: last_contact_date, flag: died}")
    right = flagged.replace("death_date: death, last", "died: dead, last")
    rows = base_rows(DATED).drop(columns="death").assign(dead=[place % 2 for place in range(SIZE)])
    cohort, _, found = make_cohort(right, rows, tmp_path)
    assert set(found["rule"]) == {"duplicate_patient"}
    assert cohort["os_event"].sum() == 6
    wrong = DATED.replace("{date: death_date}", "{date: death_date, flag: died}")
    wrong = wrong.replace("death_date: death, last", "death_date: last, died: dead, last")
    found = check_file(make_plan(wrong), tmp_path / "cohort.csv")[1]
    assert told(found, "column_mapped_twice") == [["warning", ""]]
    hit = found[found["rule"] == "date_without_event"]
    assert len(hit) == 6 and "map it to that variable only" in hit["remedy"].iloc[0]


@pytest.mark.parametrize("levels", [{1: "Good", 2: "good"}, {1: "b  c", 2: "B c"}])
def test_levels_that_differ_by_case_only(levels, tmp_path):
    variables = {"grade": {"label": "Grade", "kind": "categorical", "timing": "baseline"}}
    mapped = {"grade": {"column": "grade", "values": {**levels, 3: "other"}}}
    with pytest.raises(PlanError, match="differ by small and capital"):
        check(tmp_path, mapped=mapped, variables=variables, grade=1)


@pytest.mark.parametrize(
    "cuts, empty", [([50], "≥ 50"), ([0.5, 3], "< 0.5"), ([3], None), ([1, 2.5], None)]
)
def test_a_cut_outside_what_was_observed(cuts, empty, tmp_path):
    size = np.linspace(0.9, 7.9, SIZE).round(1)
    groupings = {"size": {"variable": "size_max_cm", "cuts": cuts}}
    found = check(tmp_path, extra={"groupings": groupings}, size_max_cm=size)
    hit = found[found["rule"] == "empty_group"]
    assert hit["severity"].tolist() == (["warning"] if empty else [])
    if empty:
        assert empty in hit["message"].iloc[0] and "0.9 to 7.9 cm" in hit["message"].iloc[0]
        assert f"cuts at {', '.join(f'{cut:g}' for cut in cuts)} cm" in hit["message"].iloc[0]


def test_a_threshold_of_a_score_in_another_unit():
    """Largest metastasis > 50, meant in millimetres, in a score that counts in centimetres."""
    cohort = pd.DataFrame({"size_max_cm": [0.9, 3.0, 7.9], "n_crlm": [1.0, 2, 9]})
    columns = {
        "size_max_cm": {"label": "Size", "unit": "cm", "plausible": [0.2, 25], "column": "size"},
        "n_crlm": {"label": "Number", "unit": None, "plausible": [1, 50], "column": "n"},
    }
    parts = {
        "size": {"variable": "size_max_cm", "points": [{"operator": ">", "threshold": 50}]},
        "number": {"variable": "n_crlm", "points": [{"operator": ">", "threshold": 20}]},
        "node": {"variable": "node_positive", "points": [{"operator": "==", "threshold": "yes"}]},
    }
    found = check_thresholds(cohort, {"mine": {"components": parts}}, columns)
    assert [(item["rule"], item["column"], item["value"]) for item in found] == [
        ("threshold_outside", "size", "50")
    ]
    assert "0.9 to 7.9 cm" in found[0]["message"]
    proxy = {"size": {"variable": "size_max_cm", "operator": ">", "value": 50}}
    assert (
        len(check_thresholds(cohort, {"mine": {"components": {}, "proxies": proxy}}, columns)) == 1
    )
    proxy["size"]["value"] = 5
    assert not check_thresholds(cohort, {"mine": {"components": {}, "proxies": proxy}}, columns)


# --- codes and units -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "variable, usual, code, suspect",
    [
        ("n_crlm", 3, 99, True),
        ("n_crlm", 3, 88, True),
        ("margin_mm", 4, 77, True),
        ("margin_mm", 0, 99, True),
        ("cea_ng_ml", 30, 9999, True),
        ("cea_ng_ml", 30, 999, True),
        ("cea_ng_ml", 80, 99, False),  # among the others
        ("age", 70, 99, False),
        ("hgp_desmoplastic", 60, 99, False),
        ("neutrophil_lymphocyte_ratio", 3, 99, True),
        ("overall", 12, 999, True),
    ],
)
def test_an_undeclared_code_for_missing(variable, usual, code, suspect, tmp_path):
    own = {"overall": {"label": "Points", "kind": "continuous", "timing": "baseline"}}
    entries = [
        usual * (0.8 + 0.05 * place) if variable not in ("n_crlm",) else usual
        for place in range(SIZE)
    ]
    entries[5] = code
    variables = own if variable in own else None
    found = check(tmp_path, variables=variables, **{variable: entries})
    hit = found[found["rule"] == "undeclared_missing_code"]
    assert hit["value"].tolist() == ([str(code)] if suspect else []), found["message"].tolist()
    if suspect:
        assert "row 7" in hit["message"].iloc[0]


def test_a_large_code_twice_among_large_numbers():
    spec = {"factor": 1, "label": "Marker", "column": "m"}
    numbers = pd.Series([5.0, 999, 700, 800, 1200, 1500, 999])
    assert [item["value"] for item in check_codes(numbers, spec)] == ["999"]
    assert not check_codes(numbers[:6], spec)
    assert [item["severity"] for item in check_codes(pd.Series([999.0, 5, 999]), spec)] == [
        "warning"
    ]
    assert not check_codes(pd.Series([999.0, 5, 7]), spec)
    # in millimetres, 99 is 9.9 cm
    assert [
        item["value"]
        for item in check_codes(pd.Series([9.9, 1, 2, 2, 3, 1]), {**spec, "factor": 0.1})
    ] == ["99"]


@pytest.mark.parametrize(
    "variable, factor",
    [
        ("age", 1 / 12),
        ("size_max_cm", 10),
        ("disease_free_interval", 30.4),
        ("cea_ng_ml", 1000),
        ("ca199_u_ml", 1000),
        ("albumin_g_l", 0.1),
        ("alkaline_phosphatase_u_l", 0.017),
        ("neutrophil_lymphocyte_ratio", 100),
        ("body_mass_index", 10),
        ("crp_mg_l", 100),
    ],
)
def test_a_column_in_another_unit(variable, factor, tmp_path):
    usual = {
        "age": 64, "size_max_cm": 3, "disease_free_interval": 9, "cea_ng_ml": 14, "ca199_u_ml": 20, "albumin_g_l": 41,
        "alkaline_phosphatase_u_l": 90, "neutrophil_lymphocyte_ratio": 3, "body_mass_index": 26, "crp_mg_l": 5,
    }  # fmt: skip
    spread = np.linspace(0.7, 1.4, SIZE) * usual[variable]
    assert not len(check(tmp_path, **{variable: spread.round(3)}))
    found = check(tmp_path, **{variable: (spread * factor).round(4)})
    assert ["error", ""] in told(found, "unit_suspect"), found["message"].tolist()


def test_every_number_of_the_dictionary_has_a_plausible_median():
    dictionary = read_yaml("workflow/schemas/dictionary.yaml")
    for name, spec in dictionary["variables"].items():
        if spec["kind"] in ("continuous", "count", "duration"):
            low, high = {**dictionary["kinds"].get(spec["kind"], {}), **spec}["plausible_median"]
            assert low < high, name


@pytest.mark.parametrize(
    "shares, severity",
    [
        ([0, 100, 60, 55.5, 10, 5, 1, 1, 90, 30, 20, 10], None),
        ([0, 100, 60, 0.5, 10, 5, 1, 1, 90, 30, 20, 10], "warning"),  # perhaps half a per cent
        ([0, 100, 60, 0.5, 0.1, 5, 0.75, 1, 0.9, 30, 20, 10], "error"),
    ],
)
def test_fractions_among_per_cent(shares, severity, tmp_path):
    found = check(tmp_path, hgp_desmoplastic=shares)
    assert [each for each, _ in told(found, "mixed_percent")] == ([severity] if severity else [])


# --- what SPSS and Stata files say ---------------------------------------------------------------------------------------


def write(folder, ending, rows, labels):
    path = folder / f"cohort.{ending}"
    labels = {
        name: {float(code): text for code, text in each.items()} for name, each in labels.items()
    }
    if ending == "dta":
        labels = {
            name: {int(code): text for code, text in each.items()} for name, each in labels.items()
        }
    writer = pyreadstat.write_sav if ending == "sav" else pyreadstat.write_dta
    writer(rows, str(path), variable_value_labels=labels)
    return path


CODED = [
    ("sex", {1: "male", 2: "female"}, {1: "Female", 2: "Male"}, "error"),
    ("sex", {1: "male", 2: "female"}, {1: "männlich", 2: "weiblich"}, None),
    ("sex", {1: "male", 2: "female"}, {1: "weiblich", 2: "männlich"}, "error"),
    ("sex", {1: "male", 2: "female"}, {1: "XY", 2: "XX"}, "note"),
    ("synchronous", {1: "yes", 2: "no"}, {1: "No", 2: "Yes"}, "error"),
    ("synchronous", {1: "no", 2: "yes"}, {1: "Nein", 2: "Ja"}, None),
    ("died", {1: "no", 2: "yes"}, {1: "dead", 2: "alive"}, "error"),
    ("primary_site", {1: "right_colon", 2: "rectum"}, {1: "Right colon", 2: "Left colon"}, "error"),
]


@pytest.mark.parametrize("ending", ["sav", "dta"])
@pytest.mark.parametrize("variable, values, labels, severity", CODED)
def test_value_labels_of_the_file(ending, variable, values, labels, severity, tmp_path):
    rows = base_rows(PLAN).assign(code=[1 + place % 2 for place in range(SIZE)])
    config = yaml.safe_load(PLAN)
    config["columns"][variable] = {"column": "code", "values": values}
    config["cohort"]["file"] = f"cohort.{ending}"
    path = write(tmp_path, ending, rows, {"code": labels})
    found = check_file(make_plan(yaml.safe_dump(config)), path)[1]
    hit = found[found["rule"].isin(["value_labels_contradict", "value_labels"])]
    assert hit["severity"].tolist() == ([severity] if severity else []), hit["message"].tolist()
    if severity == "error":
        assert hit["column"].tolist() == ["code"]
        assert (
            next(iter(labels.values())) in hit["message"].iloc[0]
            or "'Left colon'" in hit["message"].iloc[0]
        )


def test_zero_and_one_without_declared_values_are_compared_too(tmp_path):
    path = write(tmp_path, "sav", base_rows(PLAN), {"dead": {0: "Dead", 1: "Alive"}})
    plan = make_plan(PLAN.replace("cohort.csv", "cohort.sav"))
    assert told(check_file(plan, path)[1], "value_labels_contradict") == [["error", ""]]


# --- single precision -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("ending", ["dta", "parquet", "sav", "csv"])
def test_a_number_stored_with_single_precision_reaches_its_cut(ending, tmp_path):
    """Six of twelve tumours measure 6.6 cm; stored with single precision they are 6.599999904632568."""
    rows = base_rows(PLAN).assign(size=np.where(np.arange(SIZE) < 6, 6.6, 3.1).astype(np.float32))
    path = tmp_path / f"cohort.{ending}"
    if ending == "dta":
        rows.to_stata(path, write_index=False)
    elif ending == "parquet":
        rows.to_parquet(path)
    else:
        rows["size"] = rows["size"].astype(float)
        if ending == "sav":
            pyreadstat.write_sav(rows, str(path))
        else:
            rows.to_csv(path, index=False)
            assert "6.5999999" in path.read_text(encoding="utf-8")
    config = yaml.safe_load(PLAN)
    config["columns"]["size_max_cm"] = "size"
    config["cohort"]["file"] = path.name
    cohort, _ = check_file(make_plan(yaml.safe_dump(config)), path)
    assert (cohort["size_max_cm"] >= 6.6).sum() == 6
    assert sorted(set(cohort["size_max_cm"])) == [3.1, 6.6]


def test_numbers_of_full_precision_stay_as_they_are():
    random = np.random.default_rng(5)
    exact = [0.0, 1.5, -3.25, 1e-9, 123456.5, 1 / 3, 10.349075975359343, np.nan, 1e300, 2**25 + 1.0]
    numbers = np.append(exact, random.random(5000) * 100)
    np.testing.assert_array_equal(shorten_floats(numbers), numbers)


def test_single_precision_is_its_shortest_decimal():
    decimals = np.round(np.random.default_rng(6).random(2000) * 1000, 2)
    np.testing.assert_array_equal(shorten_floats(decimals.astype(np.float32)), decimals)
    written = [float(f"{each:.15g}") for each in decimals.astype(np.float32).astype(float)]
    np.testing.assert_array_equal(shorten_floats(np.array(written)), decimals)
