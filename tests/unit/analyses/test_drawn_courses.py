"""Numbers in the figures of cure, repeat resection, conditional survival, other methods and adjusted comparisons, read back and recounted."""

import re

import pandas as pd
from crlm.analyses.adjusted_curves.figure import plot_adjusted
from crlm.analyses.conditional_survival.figure import plot_conditional_survival
from crlm.analyses.cure.figure import plot_cure
from crlm.analyses.repeat_resection.figure import plot_landmark
from crlm.analyses.sensitivity_models.figure import plot_sensitivity
from crlm.survival.kaplan_meier import estimate_curve
from display_inputs import grouping
from printed_inputs import fill, find_line, list_lines, pick, say_limits, say_median, say_percent
from repeat_inputs import SETTINGS

ENDPOINT = {"label": "Alpha survival", "abbreviation": "AS", "origin_label": "the day"}
OUTPUT = {"limit_months": None, "confidence_band": True, "few_at_risk": "grey"}
GROUPS = ("low", "high")
TIERS = grouping("Tier", GROUPS)


def make_curves(groups):
    """Curves of a dozen patients in each group."""
    months = [3 + 2 * place for place in range(12)]
    curves = {group: estimate_curve(months, [1, 0, 1] * 4) for group in groups}
    return pd.concat([curve.assign(group=group) for group, curve in curves.items()])


def join(figure):
    """All words of the page, lines and no-break spaces as blanks."""
    words = " ".join(word for line in list_lines(figure) for word in line)
    return re.sub(r"\s+", " ", words)


def test_the_key_of_the_landmark_has_patients_deaths_and_median():
    numbers = "patients# events# median median_lower median_upper"
    summary = fill([{"group": group} for group in ("no", "yes")], numbers)
    figure = plot_landmark(make_curves(("no", "yes")), summary, ["Compared."], SETTINGS)
    words = join(figure)
    for row in summary.to_dict("records"):
        counts = f"{row['patients']} patients, {row['events']} deaths"
        assert f"{counts}; median, months (95% CI): {say_median(row)}" in words


def test_the_cured_share_stands_above_its_group():
    cured = fill([{"group": group} for group in GROUPS], "cured lower upper")
    cured = cured.assign(follow_up="long enough", note=None)
    months = range(0, 30, 3)
    fitted = pd.DataFrame(
        [(group, month, 0.9) for group in GROUPS for month in months],
        columns=["group", "time", "fitted"],
    )
    figure = plot_cure(cured, fitted, make_curves(GROUPS), TIERS, ENDPOINT, OUTPUT)
    heads = [word for line in list_lines(figure) for word in line if word.startswith("Cured ")]
    keys = ("cured", "lower", "upper")
    assert heads == [f"Cured {say_percent(row, keys)} %" for row in cured.to_dict("records")]


def test_conditional_survival_has_its_limits_and_those_at_risk():
    rows = [
        {"group": group, "given": "x", "given_months": given, "further_months": 12}
        for group in GROUPS
        for given in (0, 12, 36)
    ]
    found = fill(rows, "patients# survival lower upper").assign(note=None)
    figure = plot_conditional_survival(found, TIERS, "x", {"x": ENDPOINT})
    counts = [line for line in list_lines(figure) if all(word.isdigit() for word in line)]
    axes = figure.axes[1]
    bars = [
        sorted(segment[:, 1])
        for collection in axes.collections
        for segment in collection.get_segments()
    ]
    points = [y for line in axes.lines if line.get_marker() == "o" for y in line.get_ydata()]
    for group, line in zip(GROUPS, counts, strict=True):
        mine = found[found["group"] == group]
        assert line == [str(each) for each in mine["patients"]]
    wanted = found.to_dict("records")
    assert points == [100 * row["survival"] for row in wanted]
    assert bars == [[100 * row["lower"], 100 * row["upper"]] for row in wanted]


def test_rows_of_other_methods():
    """The difference of the score from the Cox model is that of the Cox model from the score, turned round."""
    models = fill(
        [{"method": method} for method in ("cox", "ridge", "score")],
        "patients# events# apparent corrected left_out lower upper",
    ).assign(note=None)
    pairs = [{"method": "ridge", "versus": "cox"}, {"method": "cox", "versus": "score"}]
    differences = fill(pairs, "difference lower upper")
    importance = pd.DataFrame(columns=["method", "variable", "importance", "lower", "upper"])
    about = ({"label": "M"}, {"label": "Score"}, {}, ENDPOINT)
    figure = plot_sensitivity(models, differences, importance, *about)
    keys = ("difference", "lower", "upper")
    ridge = pick(differences, method="ridge")
    back = pick(differences, method="cox")
    turned = {"difference": -back["difference"], "lower": -back["upper"], "upper": -back["lower"]}
    wanted = [
        "reference",
        say_limits(ridge, keys, digits=3),
        say_limits(turned, keys, digits=3, join=" to "),
    ]
    for label, gain, row in zip(
        ("Cox model", "Ridge", "Score"), wanted, models.to_dict("records"), strict=True
    ):
        (line,) = [
            each for each in list_lines(figure) if each[0].startswith(label) and len(each) > 1
        ]
        assert line[1:] == [say_limits(row, ("left_out", "lower", "upper"), digits=3), gain]


def test_differences_of_an_adjusted_comparison():
    methods = ("unadjusted", "stratified", "weighted", "standardised")
    table = fill(
        [{"measure": "survival", "horizon": 12, "method": method} for method in methods],
        "patients# events# missing# difference difference_lower difference_upper",
    ).assign(note=None)
    curves = make_curves(("no", "yes")).assign(method="unadjusted")
    spec = {
        "label": "Treated",
        "groups": ["no", "yes"],
        "group_labels": {"no": "No", "yes": "Yes"},
        "estimand": "ATE",
        "landmark_months": None,
        "covariates": {"age": {"label": "Age"}},
    }
    figure = plot_adjusted(curves, table, spec, ENDPOINT)
    first, words = table.iloc[0], join(figure)
    counts = (
        f"{first['patients']} patients with {first['events']} events; {first['missing']} left out"
    )
    assert counts in words
    keys = ("difference", "difference_lower", "difference_upper")
    labels = ("Unadjusted", "Fifths", "Weighted", "Standardised")
    for label, row in zip(labels, table.to_dict("records"), strict=True):
        lines = [
            each for each in list_lines(figure) if each[0].startswith(label) and len(each) == 2
        ]
        assert [say_percent(row, keys)] in [line[1:] for line in lines]
    assert find_line(figure, "At 12 months")
