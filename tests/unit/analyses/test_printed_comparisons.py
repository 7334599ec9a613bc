"""Every cell of the tables of associations, interactions, panels, other models and adjusted comparisons, recounted from the result tables."""

import pandas as pd
from crlm.analyses.adjusted_curves import tables as adjusted
from crlm.analyses.associations import tables as associations
from crlm.analyses.cox.tables_influence import tabulate_influence
from crlm.analyses.imputed_models.tables import tabulate_imputed_models
from crlm.analyses.interactions.tables import tabulate_interactions
from crlm.analyses.nonproportional import tables as nonproportional
from crlm.analyses.panel.tables import tabulate_panel
from crlm.analyses.sensitivity_models.tables import tabulate_sensitivity
from crlm.display import formats
from display_inputs import spec
from printed_inputs import (
    fill,
    list_texts,
    say,
    say_count,
    say_limits,
    say_p,
    say_percent,
    say_ratio,
    say_share,
)

ENDPOINT = {"label": "Alpha", "abbreviation": "A"}
VARIABLES = {
    "weight": spec("Weight", unit="kg", per=5),
    "flag": spec("Flag", "binary", ["no", "yes"]),
    "arm": spec("Arm", "categorical", ["a", "b", "c"]),
}
ARMS = [{"level": level, "reference": "a"} for level in "abc"]
RATIO = "hazard_ratio lower upper p_value"
COMPARED = ("difference", "difference_lower", "difference_upper")


def say_three(row, keys=("estimate", "lower", "upper")):
    return say_limits(row, keys, digits=3)


def test_associated_pairs():
    rows = [
        {"other": "flag", "measure": "odds ratio", "test": "Fisher", "level": "yes"},
        {"other": "weight", "measure": "shift", "test": "Wilcoxon", "level": None},
        {"other": "arm", "measure": "V", "test": "Chi-squared", "level": None},
    ]
    common = {"analysis": "x", "variable": "flag", "group": None, "reference": None, "note": None}
    pairs = fill(
        [{**common, **row} for row in rows],
        "patients# missing_variable# missing_other# estimate lower upper p_value p_adjusted",
    )
    table = associations.tabulate_pairs(pairs, {"x": {"label": "X", "late": []}}, VARIABLES)
    shown = [[row[0], *row[1:4], row[5], *row[7:]] for row in list_texts(table)[1:]]
    signs = ("Flag", "OR"), ("Weight (kg)", "shift"), ("Arm", "V")
    assert shown == [
        [
            label,
            *(say_count(row[key]) for key in ("patients", "missing_variable", "missing_other")),
            f"{sign} {say_limits(row, digits=2)}",
            say_p(row["p_value"]),
            say_p(row["p_adjusted"]),
        ]
        for (label, sign), row in zip(signs, pairs.to_dict("records"), strict=True)
    ]


def test_what_lies_behind_associated_pairs():
    """Per cent are of the patients of the column; of a number the count, the median and the quartiles of each group."""
    levels = [{"other": "arm", "group": g, "level": a} for g in ("no", "yes") for a in "abc"]
    numbers = [{"other": "weight", "group": g, "level": None} for g in ("no", "yes")]
    cells = fill(levels + numbers, "count# median q1 q3").assign(analysis="x")
    item = {"label": "X", "variable": "flag", "with": ["arm", "weight"]}
    shown = list_texts(associations.tabulate_cells(cells, "x", item, VARIABLES))
    count = {(r["group"], r["level"]): r["count"] for r in cells[:6].to_dict("records")}
    total = {group: sum(count[group, arm] for arm in "abc") for group in ("no", "yes")}
    for arm, row in zip("abc", shown[1:4], strict=True):
        both = count["no", arm] + count["yes", arm]
        assert row[1:] == [
            *(say_share(count[group, arm], total[group]) for group in ("no", "yes")),
            say_share(both, sum(total.values())),
        ]
    assert shown[4][1:3] == [
        f"{say(row['median'])} [{say(row['q1'])}–{say(row['q3'])}], n = {row['count']}"
        for row in cells[6:].to_dict("records")
    ]
    # of a number: the levels of the other below one another
    down = fill([{"other": "arm", "level": each} for each in "abc"], "count# median q1 q3")
    item = {"label": "X", "variable": "weight", "with": ["arm"]}
    table = associations.tabulate_cells(down.assign(analysis="x"), "x", item, VARIABLES)
    assert [row[1:] for row in list_texts(table)[1:]] == [
        [say_count(row["count"]), f"{say(row['median'])} [{say(row['q1'])}–{say(row['q3'])}]"]
        for row in down.to_dict("records")
    ]


def test_interactions():
    groups = [("overall", "all"), ("arm", "a"), ("arm", "b"), ("arm", "c")]
    rows = [{"analysis": "x", "within": within, "group": group} for within, group in groups]
    found = fill(
        rows,
        f"patients# events# {RATIO} ratio ratio_lower ratio_upper interaction_p_value interaction_p_adjusted",
    ).assign(level=None, reference=None, note=None)
    item = {"label": "X", "variable": "weight", "adjust": [], "landmark_months": None}
    shown = list_texts(tabulate_interactions(found, "x", ENDPOINT, {"x": item}, VARIABLES))
    first = found.iloc[1]
    assert shown[2][1:] == [""] * 5 + [
        say_p(first["interaction_p_value"]),
        say_p(first["interaction_p_adjusted"]),
    ]
    lines = [shown[1], *shown[3:]]
    assert [row[1:6] for row in lines] == [
        [
            *(say_count(row[key]) for key in ("patients", "events")),
            say_ratio(row),
            say_p(row["p_value"]),
            say_ratio(row, ("ratio", "ratio_lower", "ratio_upper")),
        ]
        for row in found.to_dict("records")
    ]


def test_imputed_models():
    """Both answers, with the test of all levels in the head of a variable and the missing information of the imputed one."""
    about = [{"variable": "weight", "level": None, "reference": None}]
    about += [{"variable": "arm", **each} for each in ARMS]
    rows = [
        {"model": "m", **each, "analysis": analysis}
        for each in about
        for analysis in ("complete", "imputed")
    ]
    found = fill(rows, f"missing# {RATIO} factor_p_value fmi").assign(note=None)
    sizes = {"complete": (211, 57), "imputed": (340, 83)}
    found["patients"], found["events"] = zip(*map(sizes.get, found["analysis"]), strict=True)
    settings = {"models": {"m": {"label": "M"}}}
    shown = list_texts(tabulate_imputed_models(found, "x", ENDPOINT, settings, VARIABLES))
    assert shown[1:3] == [
        ["Patients", "", "211", "", "340", "", ""],
        ["Events", "", "57", "", "83", "", ""],
    ]
    for line, name, level in ((3, "weight", None), (6, "arm", "b"), (7, "arm", "c")):
        mine = found[found["variable"] == name]
        mine = mine[mine["level"].isna() if level is None else mine["level"] == level]
        complete, imputed = mine.to_dict("records")
        missing = say_count(complete["missing"]) if name == "weight" else ""
        both = [
            text for row in (complete, imputed) for text in (say_ratio(row), say_p(row["p_value"]))
        ]
        assert shown[line][1:] == [missing, *both, say(100 * imputed["fmi"], 0)]
    complete, imputed = found[found["level"] == "a"].to_dict("records")
    tests = [say_p(row["factor_p_value"]) for row in (complete, imputed)]
    assert shown[4][1:] == [say_count(complete["missing"]), "", tests[0], "", tests[1], ""]


def test_panel():
    """Alone and adjusted: p of the likelihood ratio and q of the marker, of a level the Wald test; what it adds at the end."""
    about = [{"variable": "weight", "level": None, "reference": None}]
    about += [{"variable": "arm", **each} for each in ARMS]
    rows = [{**each, "model": model} for each in about for model in ("univariable", "adjusted")]
    numbers = f"patients# events# {RATIO} lr_p_value q_value lr_statistic concordance concordance_difference"
    found = fill(rows, numbers).assign(note=None)
    settings = {
        "markers": ["weight", "arm"],
        "adjust": ["flag"],
        "per": "sd",
        "landmark_months": None,
    }
    shown = list_texts(tabulate_panel(found, "x", ENDPOINT, settings, VARIABLES))

    def pick(name, level):
        mine = found[found["variable"] == name]
        return mine[mine["level"].isna() if level is None else mine["level"] == level].to_dict(
            "records"
        )

    def tell_added(row):
        return [say(row["lr_statistic"]), say(row["concordance_difference"], 3)]

    alone, both = pick("weight", None)
    assert shown[0][1:] == [
        text
        for row in (alone, both)
        for text in (
            *(say_count(row[key]) for key in ("patients", "events")),
            say_ratio(row),
            say_p(row["lr_p_value"]),
            say_p(row["q_value"]),
        )
    ] + tell_added(both)
    alone, both = pick("arm", "a")
    tests = [["", "", "", say_p(row["lr_p_value"]), say_p(row["q_value"])] for row in (alone, both)]
    assert shown[1][1:] == [*tests[0], *tests[1], *tell_added(both)]
    alone, both = pick("arm", "c")
    assert shown[4][1:] == [
        text
        for row in (alone, both)
        for text in (
            *(say_count(row[key]) for key in ("patients", "events")),
            say_ratio(row),
            say_p(row["p_value"]),
            "",
        )
    ] + ["", ""]
    settings["adjust"] = []
    shown = list_texts(tabulate_panel(found, "x", ENDPOINT, settings, VARIABLES))
    alone = pick("weight", None)[0]
    assert shown[0][-2:] == [say(alone["lr_statistic"]), say(alone["concordance"], 3)]


def test_other_methods():
    """C of each method; the difference from the Cox model of the score is that of the Cox model from the score, turned round."""
    methods = ("cox", "ridge", "score")
    models = fill(
        [{"model": "m", "method": method} for method in methods],
        "patients# events# apparent optimism corrected left_out lower upper resamples#",
    ).assign(note=None, parameters=float("nan"), penalty=float("nan"))
    pairs = [("ridge", "cox"), ("score", "cox"), ("ridge", "score")]
    rows = [{"model": "m", "method": one, "versus": other} for one, other in pairs]
    differences = fill(rows, "difference lower upper")
    settings = {"models": {"m": {"label": "M"}}, "against": {"label": "Score"}}
    shown = list_texts(tabulate_sensitivity(models, differences, "x", ENDPOINT, settings))[1:]
    keys = ("difference", "lower", "upper")
    ridge, score, other = ([row[key] for key in keys] for row in differences.to_dict("records"))
    turned = [-score[0], -score[2], -score[1]]
    told = [
        ["reference", " to ".join(say(each, 3) for each in turned[1:])],
        [say_three(dict(zip(keys, each, strict=True)), keys) for each in (ridge, other)],
        [say_three(dict(zip(keys, score, strict=True)), keys), "reference"],
    ]
    told[0][1] = f"{say(turned[0], 3)} ({told[0][1]})"
    assert [row[1:-1] for row in shown] == [
        [
            *(say_count(row[key]) for key in ("patients", "events")),
            *(say(row[key], 3) for key in ("apparent", "optimism", "corrected")),
            say_three(row, ("left_out", "lower", "upper")),
            *each,
            say_count(row["resamples"]),
        ]
        for row, each in zip(models.to_dict("records"), told, strict=True)
    ]


def test_influence():
    """The inflation of several columns together is per column: its root of their number."""
    rows = [("weight", None), ("arm", "b"), ("arm", None)]
    rows = [{"variable": name, "level": level} for name, level in rows]
    numbers = "hazard_ratio hazard_ratio_without largest_dfbetas"
    found = fill(rows, numbers).assign(model="m", inflation=[3.7, 6.25, 1], df=[1, 2, 1])
    shown = list_texts(tabulate_influence(found, "x", ENDPOINT, {"m": {"label": "M"}}, VARIABLES))
    step = formats.describe_step(VARIABLES["weight"])
    names = [VARIABLES[name]["label"] for name in ("weight", "arm")]
    assert step and [row[0].strip() for row in shown[1:]] == [
        f"{names[0]}, {step}",
        f"{names[1]}: {VARIABLES['arm']['level_labels']['b']}",
        names[1],
    ]
    assert [row[1:] for row in shown[1:]] == [
        [*(say(row[key], 2) for key in numbers.split()), root]
        for row, root in zip(found.to_dict("records"), ("3.7", "2.5", "1.0"), strict=True)
    ]


def test_windows_of_time():
    rows = [{"from_months": 0, "to_months": 12}, {"from_months": 12, "to_months": float("nan")}]
    found = fill(rows, f"patients# events# {RATIO} change_p_value")
    found = found.assign(
        model="univariable", variable="weight", level=None, reference=None, note=None
    )
    violations = fill([{"model": "univariable", "variable": "weight", "note": None}], "p_value")
    table = nonproportional.tabulate_windows(found, violations, "x", ENDPOINT, {}, VARIABLES)
    shown = list_texts(table)
    assert [row[1:] for row in shown[1:]] == [
        [
            window,
            say_count(row["patients"]),
            say_count(row["events"]),
            say_ratio(row),
            say_p(row["p_value"]),
        ]
        for window, row in zip(
            ("from 0 to 12", "from 12 on"), found.to_dict("records"), strict=True
        )
    ]
    first, change = violations["p_value"].iloc[0], found["change_p_value"].iloc[0]
    assert f"hazards p = {say_p(first)}, equal in all windows p = {say_p(change)}" in shown[0][0]


def test_means_and_weighted_tests():
    common = {"variable": "arm", "grouping": None, "landmark_months": float("nan"), "note": None}
    common["reference"] = "a"
    means = fill(
        [{**common, "group": group, "horizon": 24} for group in "abc"],
        f"patients# events# rmst lower upper {' '.join(COMPARED)} p_value",
    )
    shown = list_texts(nonproportional.tabulate_means(means, "x", ENDPOINT, {}, VARIABLES))[1:]
    assert [row[1:] for row in shown] == [
        [
            *(say_count(row[key]) for key in ("patients", "events")),
            say_limits(row, ("rmst", "lower", "upper")),
            *(
                ["reference", ""]
                if row["group"] == "a"
                else [say_limits(row, COMPARED), say_p(row["p_value"])]
            ),
        ]
        for row in means.to_dict("records")
    ]
    rows = [{**common, "group": group} for group in "bc" for _ in range(3)]
    tests = fill(rows, "patients# events# statistic p_value")
    settings = {"weights": [(0, 0), (0, 1)]}
    table = nonproportional.tabulate_tests(tests, "x", ENDPOINT, settings, VARIABLES)
    for line, first in zip(list_texts(table)[1:], (0, 3), strict=True):
        plain, late, largest = tests[first : first + 3].to_dict("records")
        assert line[1:] == [
            *(say_count(largest[key]) for key in ("patients", "events")),
            *(
                text
                for row in (plain, late)
                for text in (say(row["statistic"], 2), say_p(row["p_value"]))
            ),
            say_p(largest["p_value"]),
        ]


COMPARISON = {
    "label": "Treated",
    "groups": ["no", "yes"],
    "group_labels": {"no": "No", "yes": "Yes"},
    "estimand": "ATE",
    "landmark_months": None,
}


def test_adjusted_comparison():
    measures = [("survival", method) for method in adjusted.METHODS] + [("rmst", "weighted")]
    ends = " ".join(
        f"{part}{end}" for part in ("reference_", "") for end in ("estimate", "lower", "upper")
    )
    found = fill(
        [{"comparison": "c", "measure": each, "method": method} for each, method in measures],
        f"patients# events# missing# {ends} {' '.join(COMPARED)}",
    ).assign(horizon=24, note=None)
    settings = {"comparisons": {"c": COMPARISON}}
    shown = list_texts(adjusted.tabulate_adjusted(found, "x", ENDPOINT, settings))
    shown = [row[1:] for row in shown if row[1]]
    reference = ("reference_estimate", "reference_lower", "reference_upper")
    for line, row in zip(shown, found.to_dict("records"), strict=True):
        say_it = say_percent if row["measure"] == "survival" else say_limits
        assert line == [
            *(say_count(row[key]) for key in ("patients", "events", "missing")),
            *(say_it(row, keys) for keys in (reference, ("estimate", "lower", "upper"), COMPARED)),
        ]


def test_balance_and_overlap():
    settings = {"comparisons": {"c": COMPARISON}}
    columns = (
        "reference_mean mean difference weighted_reference_mean weighted_mean weighted_difference"
    )
    rows = [{"covariate": "weight", "level": None}, {"covariate": "flag", "level": "yes"}]
    found = fill(rows, columns).assign(comparison="c")
    table = adjusted.tabulate_balance(found, "x", ENDPOINT, settings, VARIABLES)
    for line, row in zip(list_texts(table)[1:], found.to_dict("records"), strict=True):
        factor, digits = (1, 2) if row["level"] is None else (100, 1)
        assert line[1:] == [
            say(row[key], 2) if "difference" in key else say(factor * row[key], digits)
            for key in columns.split()
        ]
    parts = "propensity_5 propensity_50 propensity_95"
    overlap = fill(
        [{"comparison": "c", "group": group, "note": None} for group in ("no", "yes")],
        f"patients# events# effective_size# largest_weight {parts} extreme_percent",
    )
    shown = list_texts(adjusted.tabulate_overlap(overlap, "x", ENDPOINT, settings))[1:]
    assert [row[1:-1] for row in shown] == [
        [
            *(say_count(row[key]) for key in ("patients", "events", "effective_size")),
            say(row["largest_weight"]),
            say_limits(row, ("propensity_50", "propensity_5", "propensity_95"), digits=2),
            say(row["extreme_percent"]),
        ]
        for row in overlap.to_dict("records")
    ]


def test_no_two_numbers_of_a_made_up_row_are_the_same():
    """Or columns that are swapped would not be seen."""
    row = fill([{}], "patients# events# estimate lower upper p_value p_adjusted fmi").iloc[0]
    assert pd.Series([say(value, 2) for value in row]).is_unique
