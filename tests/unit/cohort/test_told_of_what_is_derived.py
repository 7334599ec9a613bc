"""What is filled in, what contradicts it, by how much it may differ, and the words on it; each answer counted by hand."""

import numpy as np
import pandas as pd
import pytest
from crlm.cohort.declared_variables import check_declared, compute_declared
from crlm.cohort.derivation import derive_variables
from crlm.cohort.derived_variables import compute_levels, compute_numbers

YES_NO = {"kind": "binary", "levels": ["no", "yes"], "level_labels": {"no": "no", "yes": "yes"}}
GENES = {"kind": "categorical", "levels": ["wild_type", "mutated"]}


def spec(label="X", kind="continuous", **others):
    return {"label": label, "kind": kind, "levels": [], "unit": "months", **others}


def table(**columns):
    size = len(next(iter(columns.values())))
    made = pd.DataFrame({"patient_id": [f"P{n}" for n in range(size)]}, range(2, size + 2))
    for name, values in columns.items():
        words = any(isinstance(each, str) for each in values)
        made[name] = pd.Series(values, made.index, dtype=object if words else float)
    return made


def told(findings):
    return [
        (item["severity"], item["rule"], item["row"], item["patient_id"], item["column"], item["value"], item["message"])
        for item in findings
    ]  # fmt: skip


def plain(column):
    return [None if pd.isna(value) else value for value in column]


INTERVAL = [
    {"months_between": ["start", "end"], "not_below": 0},
    {"when": {"variable": "together", "operator": "==", "value": "yes"}, "value": 0},
]
DATES = {
    "start": spec("Diagnosis", "date"),
    "end": spec("Metastases", "date"),
    "gap": spec("Interval"),
    "together": {**spec("Synchronous"), **YES_NO},
}


def between(**columns):
    made = table(**columns)
    for name in ("start", "end"):
        made[name] = pd.to_datetime(made[name])
    made["together"] = pd.Categorical(made["together"], ["no", "yes"])
    return derive_variables(made, {"gap": INTERVAL}, DATES)


MONTH = "2010-01-31"


@pytest.mark.parametrize(
    ("recorded", "contradicts"),
    [(1.9, False), (1.98, False), (2.0, True), (2.5, True), (0, False), (-0.1, True)],
)
def test_a_recorded_interval_may_differ_by_a_month(recorded, contradicts):
    """Thirty days are 0.9856 months."""
    made, found = between(start=["2010-01-01"] * 2, end=[MONTH] * 2, together=["no", "no"], gap=[recorded, np.nan])  # fmt: skip
    assert plain(made["gap"]) == [recorded, pytest.approx(30 / 30.4375)]
    assert [item["rule"] for item in found] == ["contradiction"] * contradicts + ["derived"]
    if contradicts:
        assert told(found)[0] == (
            "warning", "contradiction", 2, "P0", "gap", f"{recorded:g}",
            f"Interval is recorded as {recorded:g}, but start and end give 0.9856.",
        )  # fmt: skip
        assert found[0]["remedy"] == "Correct one of them; the recorded value is used."
    assert told(found)[-1] == ("note", "derived", None, "", "gap", "", "Interval: 1 missing value filled in from other columns.")  # fmt: skip
    assert found[-1]["remedy"] == "Nothing to do."


def test_of_two_rules_the_first_is_used_and_the_second_may_contradict_it():
    made, found = between(
        start=["2010-01-01", "2010-01-01", None, "2010-01-02", "2010-03-01"],
        end=["2011-01-01", "2010-01-31", None, "2010-01-02", "2010-01-01"],
        together=["yes", "yes", "yes", "no", "yes"],
    )
    assert plain(made["gap"]) == [
        pytest.approx(365 / 30.4375),
        pytest.approx(30 / 30.4375),
        0,
        0,
        0,
    ]
    assert told(found) == [
        ("warning", "reversed_dates", 6, "P4", "start, end", "2010-03-01, 2010-01-01",
         "Metastases (2010-01-01) lies before Diagnosis (2010-03-01); Interval follows as 0 months."),
        ("warning", "contradiction", 2, "P0", "gap", "11.99", "Interval follows from start as 11.99, but together give 0."),
    ]  # fmt: skip
    assert (
        found[0]["remedy"]
        == "Correct the date that is wrong; if both are right, nothing is to be done."
    )
    assert found[1]["remedy"] == "Correct one of them; what stands first is used."


def test_a_rule_without_its_columns_is_passed_over():
    made = table(together=["yes", "no"], gap=[np.nan, 5])
    made["together"] = pd.Categorical(made["together"], ["no", "yes"])
    got, found = derive_variables(made, {"gap": INTERVAL}, DATES)
    assert plain(got["gap"]) == [0, 5] and [item["rule"] for item in found] == ["derived"]
    alone, found = derive_variables(made[["patient_id", "gap"]], {"gap": INTERVAL}, DATES)
    assert plain(alone["gap"]) == [None, 5] and found == []
    three = [*INTERVAL, {"when": {"variable": "gone", "operator": "known"}, "value": 9}]
    assert plain(derive_variables(made, {"gap": three}, DATES)[0]["gap"]) == [0, 5]


def test_three_rules_name_the_first_that_decides():
    rules = [{"variable": name, "operator": ">", "value": 1} for name in "abc"]
    variables = {"x": {**spec("Large"), **YES_NO}}
    made, found = derive_variables(table(a=[2, np.nan, 0], b=[2, 2, 2], c=[0, 0, 0]), {"x": rules}, variables)  # fmt: skip
    assert made["x"].tolist() == ["yes", "yes", "no"] and not made["x"].cat.ordered
    assert [each[-1] for each in told(found)] == [
        "Large follows from a as no, but b give yes.",
        "Large follows from a as yes, but c give no.",
        "Large follows from a as yes, but c give no.",
    ]
    ordinal = {"x": {**variables["x"], "kind": "ordinal"}}
    assert derive_variables(table(a=[2.0]), {"x": rules[:1]}, ordinal)[0]["x"].cat.ordered


def test_a_level_and_a_number_that_follow_from_a_condition():
    when = {"when": {"variable": "a", "operator": "<", "value": 0}}
    rules = {"x": [{**when, "value": "yes"}], "y": [{**when, "value": 4}]}
    variables = {"x": {**spec(), **YES_NO}, "y": spec("Y")}
    made, found = derive_variables(table(a=[-1, 1, np.nan]), rules, variables)
    assert plain(made["x"]) == ["yes", None, None] and plain(made["y"]) == [4, None, None]
    assert found == [] and list(made) == ["patient_id", "a", "x", "y"]


def test_a_share_that_follows_from_a_label():
    rules = {"x": [{"variable": "label", "share_of": "d"}]}
    made = table(label=["d", "r", None])
    made["label"] = pd.Categorical(made["label"], ["d", "r"])
    assert plain(derive_variables(made, rules, {"x": spec()})[0]["x"]) == [100, 0, None]


def test_many_contradictions_are_one_of_those_who_have_both():
    _, found = between(start=["2010-01-01"] * 9, end=[*["2011-01-01"] * 8, None], together=["no"] * 9, gap=[*[1.0] * 5, *[12] * 2, np.nan, 9])  # fmt: skip
    assert [item["rule"] for item in found] == ["contradiction", "derived"]
    assert found[0]["row"] is None and " 5 of 7 entries" in found[0]["message"]


BURDEN = {"function": "tumour_burden_score", "of": ["size", "number"]}


@pytest.mark.parametrize(("recorded", "contradicts"), [(5.0625, False), (5.125, True), (4.9375, False), (4.75, True)])  # fmt: skip
def test_a_recorded_score_may_differ_by_a_tenth(recorded, contradicts):
    made, found = derive_variables(table(size=[3.0], number=[4.0], x=[recorded]), {}, {"x": spec("Burden", formula=BURDEN)})  # fmt: skip
    assert plain(made["x"]) == [recorded]
    words = f"Burden is recorded as {recorded:.4g}, but size and number give 5."
    assert [item["message"] for item in found] == [words] * contradicts


def test_bounds_of_a_formula_where_nothing_is_recorded():
    variables = {"x": spec("Burden", formula=BURDEN)}
    given = table(size=[3, np.nan, np.nan, 3, np.nan], number=[4.0, 4, 4, 4, np.nan], x=[np.nan, np.nan, 7, np.nan, np.nan])  # fmt: skip
    made, found = derive_variables(given, {}, variables)
    assert plain(made["x"]) == [5, None, 7, 5, None]
    np.testing.assert_array_equal(made["x_lower"], [np.nan, 4, np.nan, np.nan, 0])
    np.testing.assert_array_equal(made["x_upper"], [np.nan, np.inf, np.nan, np.nan, np.inf])
    assert [item["message"] for item in found] == [
        "Burden: 2 missing values filled in from other columns."
    ]
    known = given.assign(
        x_lower=[6.0, 6, np.nan, np.nan, np.nan], x_upper=[9.0, 9, np.nan, np.nan, np.nan]
    )
    made, found = derive_variables(known, {}, variables)
    assert plain(made["x"]) == [None, None, 7, 5, None]  # recorded bounds come first too
    np.testing.assert_array_equal(made["x_lower"], [6, 6, np.nan, np.nan, 0])
    np.testing.assert_array_equal(made["x_upper"], [9, 9, np.nan, np.nan, np.inf])
    assert made.columns.is_unique and "1 missing value" in found[0]["message"]
    whole, _ = derive_variables(given.iloc[[0, 3]], {}, variables)
    assert "x_lower" not in whole


def test_formulas_wait_for_those_that_they_are_made_of_and_early_ones_count_as_recorded():
    variables = {
        "c": spec("C", formula={**BURDEN, "of": ["b", "n"]}),
        "b": spec("B", formula={**BURDEN, "of": ["a", "n"]}),
        "late": spec("Late", formula={**BURDEN, "of": ["made", "n"]}),
        "early": spec("Early", formula={**BURDEN, "of": ["a", "n"], "early": True}),
        "made": spec("Made"),
        "never": spec("Never", formula={**BURDEN, "of": ["gone", "n"]}),
    }
    rules = {"made": [{"when": {"variable": "early", "operator": ">", "value": 1}, "value": 6}]}
    made, _ = derive_variables(table(a=[3.0], n=[4.0]), rules, variables)
    assert made["b"].iloc[0] == 5 and made["c"].iloc[0] == pytest.approx(41**0.5)
    assert made["early"].iloc[0] == 5 and made["made"].iloc[0] == 6
    assert made["late"].iloc[0] == pytest.approx(52**0.5) and "never" not in made
    assert made.columns.is_unique


def test_one_mutated_gene_is_enough_and_all_must_be_wild():
    values = [("mutated", "wild_type", "wild_type"), ("wild_type", None, "mutated"), ("wild_type",) * 3, ("wild_type", None, "wild_type"), (None,) * 3]  # fmt: skip
    made = table(**{name: [row[n] for row in values] for n, name in enumerate("abc")})
    for name in "abc":
        made[name] = pd.Categorical(made[name], GENES["levels"])
    formula = {"function": "mutated_in_any", "of": list("abc")}
    wanted = ["mutated", "mutated", "wild_type", None, None]
    assert plain(compute_levels(made, formula)) == wanted
    variables = {"x": {**spec("Gene"), **GENES, "formula": formula}}
    got, found = derive_variables(made, {}, variables)
    assert plain(got["x"]) == wanted and found == []
    made["x"] = pd.Categorical(["wild_type", "mutated", None, None, "mutated"], GENES["levels"])
    got, found = derive_variables(made, {}, variables)
    assert plain(got["x"]) == ["wild_type", "mutated", "wild_type", None, "mutated"]
    assert [each[-1] for each in told(found)] == [
        "Gene is recorded as wild_type, but a and b and c give mutated.",
        "Gene: 1 missing value filled in from other columns.",
    ]


LABORATORY = {"function": "schindl_laboratory", "of": ["alp", "cea", "albumin"]}


@pytest.mark.parametrize(
    ("formula", "row", "value", "lower", "upper"),
    [
        (BURDEN, (0, 4), 4, 4, 4),
        (BURDEN, (-1, 4), np.nan, 4, np.inf),
        (BURDEN, (0.5, 0.5), 0.5**0.5, 0.5**0.5, 0.5**0.5),
        (LABORATORY, (1, 1, 0), 0, 0, 0),
        (LABORATORY, (1, 1, -1), np.nan, -np.inf, 0),
        (LABORATORY, (0.5, 1, 0), 6 * np.log(0.5), 6 * np.log(0.5), 6 * np.log(0.5)),
        (LABORATORY, (-1, 1, 0), np.nan, -np.inf, np.inf),
        (LABORATORY, (np.e, 1, 1), 5, 5, 5),
        (LABORATORY, (1, np.e, 1), 1, 1, 1),
    ],
)
def test_at_the_ends_of_what_a_formula_is_made_for(formula, row, value, lower, upper):
    columns = {name: [float(each)] for name, each in zip(formula["of"], row, strict=True)}
    found = compute_numbers(table(**columns), formula).iloc[0]
    np.testing.assert_allclose(found[["value", "lower", "upper"]].astype(float), [value, lower, upper])  # fmt: skip
    with pytest.raises(ValueError):
        compute_numbers(table(**columns, more=[1.0]), {**formula, "of": [*formula["of"], "more"]})


def declare(made, function, kind="continuous", labels=("A", "B"), **formula):
    names = formula.get("names", [])
    levels = {"levels": names, "level_labels": {each: f"level {each}" for each in names}}
    made_of = {"function": function, "of": formula.pop("of", ["a", "b"]), **formula}
    own = {**spec("Made", kind), **levels, **formula.pop("spec", {}), "formula": made_of}
    column = compute_declared(made, "x", own)["x"]
    sources = {name: {"label": label} for name, label in zip("ab", labels, strict=True)}
    return column, check_declared(made, column, own, sources)


def days(*pairs):
    made = table(a=[pair[0] for pair in pairs], b=[pair[1] for pair in pairs])
    return made.assign(a=pd.to_datetime(made["a"]), b=pd.to_datetime(made["b"]))


@pytest.mark.parametrize(
    ("unit", "value"),
    [("days", 2), ("weeks", 2 / 7), ("months", 2 / 30.4375), ("years", 2 / 365.25)],
)
def test_a_second_date_before_the_first_is_told_from_the_first_day_on(unit, value):
    made = days(
        ("2010-01-03", "2010-01-01"), ("2010-01-03", "2010-01-03"), ("2010-01-01", "2010-01-03")
    )
    column, found = declare(made, "between", unit=unit, spec={"unit": unit})
    np.testing.assert_allclose(column, [-value, 0, value])
    shown = f"{-value:.4g} {unit}"
    assert told(found) == [
        ("warning", "reversed_dates", 2, "P0", "a, b", shown, f"Made follows as {shown}: the second date lies before the first."),
    ]  # fmt: skip
    assert found[0]["remedy"] == "Correct A and B; if both are right, nothing is to be done."


@pytest.mark.parametrize(("unit", "shown"), [("months", " months"), (None, "")])
def test_a_time_outside_its_range_is_an_error(unit, shown):
    made = days(("2010-01-01", "2010-01-11"), ("2010-01-01", "2010-01-06"), ("2010-01-01", "2010-01-12"), ("2010-01-01", "2010-01-05"))  # fmt: skip
    column, found = declare(made, "between", unit="days", spec={"range": (5, 10), "unit": unit})
    assert column.tolist() == [10, 5, 11, 4]
    assert told(found) == [
        ("error", "out_of_range", row, f"P{row - 2}", "a, b", f"{value}{shown}",
         f"Made follows as {value}{shown}, outside 5 to 10{shown}.")
        for row, value in ((4, 11), (5, 4))
    ]  # fmt: skip
    assert {item["remedy"] for item in found} == {"Correct A and B."}
    levels = {"range": (5, 10), "levels": ["no", "yes"]}
    assert declare(made, "between", unit="days", spec=levels)[1] == []


def test_most_of_the_times_reversed_are_one_finding():
    made = days(
        *[("2010-02-01", "2010-01-01")] * 6,
        *[("2010-01-01", None)] * 5,
        ("2010-01-01", "2010-02-01"),
    )
    (item,) = declare(made, "between", unit="days", spec={"unit": "days"})[1]
    assert item["row"] is None and " 6 of 7 entries" in item["message"]


@pytest.mark.parametrize(
    ("sizes", "words"),
    [
        ([1, 7, 12], None),
        ([1, 7], "Made: nobody has the level 'level high'."),
        ([12, 13], "Made: nobody has the level 'level low'."),
        ([np.nan, np.nan], "Made: it has no value at all; it is made of A."),
    ],
)
def test_levels_that_nobody_has(sizes, words):
    names = ["low", "middle", "high"]
    column, found = declare(table(a=sizes), "cut", "ordinal", of=["a"], cuts=[5, 10], names=names)
    assert told(found) == ([("warning", "empty_level", None, "", "a", "", words)] if words else [])
    assert len(column) == len(sizes)
    if words:
        assert found[0]["remedy"] == (
            "Check its declaration under `variables:` (cuts in the unit of the analysis) and the columns that it is made of."
        )


@pytest.mark.parametrize(("function", "wanted"), [("any_of", ["yes", "yes", None, "no"]), ("all_of", ["yes", "no", None, "no"])])  # fmt: skip
def test_tests_joined(function, wanted):
    made = table(a=[1, 1, np.nan, 0], b=[1, 0, np.nan, 0])
    made["b"] = pd.Categorical(["many", "few", None, "few"], ["few", "some", "many"], ordered=True)
    tests = [
        {"variable": "a", "operator": ">", "value": 0},
        {"variable": "b", "operator": ">=", "value": "some", "levels": ["few", "some", "many"]},
    ]
    column, found = declare(made, function, "binary", tests=tests)
    assert plain(column) == wanted and found == []
    known = [{"variable": "a", "operator": "known"}]
    assert plain(declare(made, function, "binary", tests=known)[0]) == ["yes", "yes", "no", "yes"]


def test_the_first_known_of_three_and_what_limits_it():
    made = table(a=[1, np.nan, np.nan, np.nan, np.nan], b=[2, 2, np.nan, np.nan, np.nan], c=[3, 3, 3, np.nan, np.nan])  # fmt: skip
    made = made.assign(b_lower=[0.0, np.nan, 5, 5, np.nan], c_lower=[0.0, 0, 2.5, 6, 6], c_upper=[9.0, 9, 3.5, np.nan, 8])  # fmt: skip
    made["c_among"] = pd.Series(["u", "v", "w", None, "z"], made.index, dtype=object)
    got = compute_declared(made, "x", {"formula": {"function": "first_of", "of": ["a", "b", "c"]}})
    assert plain(got["x"]) == [1, 2, 3, None, None]
    assert plain(got["x_lower"]) == [None, None, 2.5, 5, 6] and got["x_lower"].dtype == float
    assert plain(got["x_upper"]) == [None, None, 3.5, None, 8] and got["x_upper"].dtype == float
    assert plain(got["x_among"]) == [None, None, "w", None, "z"]
    two = compute_declared(made, "x", {"formula": {"function": "first_of", "of": ["a", "b"]}})
    assert list(two) == ["x", "x_lower"] and two.index.equals(made.index)
    none = compute_declared(made[["a"]].assign(b=1.0), "x", {"formula": {"function": "first_of", "of": ["a", "b"]}})  # fmt: skip
    assert list(none) == ["x"]


def test_a_time_that_nobody_has_names_both_columns():
    (item,) = declare(days((None, "2010-01-01"), ("2010-01-01", None)), "between", unit="days")[1]
    assert item["column"] == "a, b" and item["message"] == "Made: it has no value at all; it is made of A and B."  # fmt: skip
