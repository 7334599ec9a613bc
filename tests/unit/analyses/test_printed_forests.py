"""Forests and bars read back from drawn figures and recounted from the result tables."""

import numpy as np
import pandas as pd
import pytest
from crlm.analyses.cox.figure import plot_forest
from crlm.analyses.cox.figure_subgroups import FEW, plot_subgroups
from crlm.analyses.missing_components.figure import plot_comparison
from crlm.analyses.missing_components.figure_imputation import plot_imputation
from crlm.analyses.pattern_hazards.figure import plot_hazards
from crlm.analyses.performance.figure import plot_ranking
from crlm.analyses.restricted_mean.figure import plot_restricted_means
from crlm.display import style
from display_inputs import table as parse
from printed_inputs import (
    find_line,
    find_places,
    list_lines,
    make_study,
    records,
    say_limits,
    say_p,
    say_ratio,
    scatter,
)
from test_figures import find_overlaps, list_texts
from test_printed_published import MEANS, PATTERNS


@pytest.fixture(scope="module")
def alpha():
    return make_study()[1]["endpoints"]["alpha"]


def read_estimates(axes):
    """[(hazard ratio, lower, upper)] of the squares from top to bottom, limits None where no whisker is at their height."""
    whiskers = {
        round(line.get_ydata()[0], 6): tuple(sorted(line.get_xdata()))
        for line in axes.lines
        if len(line.get_xdata()) == 2 and line.get_ydata()[0] == line.get_ydata()[1]
    }
    squares = [
        line
        for line in axes.lines
        if line.get_marker() in ("s", "D") and len(line.get_xdata()) == 1
    ]
    found = sorted(
        (round(float(line.get_ydata()[0]), 6), float(line.get_xdata()[0])) for line in squares
    )
    return [(value, *whiskers.get(y, (None, None))) for y, value in found]


def say_counts(row):
    return f"{int(row['events'])}/{int(row['patients'])}"


@pytest.mark.parametrize("model", [None, "adjusted"])
def test_forest(alpha, model):
    """Only the rows of the model; a number has one row, a variable of two levels one with the counts of both."""
    plan = make_study()[0]
    name = model or "univariable"
    cox, variables = alpha["cox"], plan["variables"]
    figure = plot_forest(
        cox, variables, plan["endpoints"]["alpha"], model, plan["models"], alpha["models"]
    )
    drawn = []

    def read(label, row, *more):
        known = row["hazard_ratio"] == row["hazard_ratio"]
        if row["level"] and row["level"] == row["reference"]:
            cells = ["1.00", "(reference)"]
        elif known:
            cells = [*say_ratio(row).split(" ", 1), say_p(row["p_value"])]
            drawn.append((row["hazard_ratio"], row["lower"], row["upper"]))
        else:
            cells = ["not estimable"]
        words = [text for text in find_line(figure, label) if text]
        assert words == [label, say_counts(row), *more, *cells]

    shown = set(records_of(cox, name))
    assert shown == ({"weight", "tier"} if model else {"weight", "tier", "flag"})
    read("Weight, per 5 kg", records(cox, model=name, variable="weight")[0])
    tiers = records(cox, model=name, variable="tier")
    (whole,) = [text for text in find_line(figure, variables["tier"]["label"]) if text][1:]
    assert whole == say_p(tiers[0]["factor_p_value"])
    for row in tiers:
        read(row["level"].capitalize(), row)
    if "flag" in shown:
        no, yes = records(cox, model=name, variable="flag")
        read("Flag: yes vs no", yes, say_counts(no))
    words = " ".join(" ".join(line) for line in list_lines(figure))
    assert ("Flag" in words) == ("flag" in shown)
    assert read_estimates(figure.axes[1]) == [pytest.approx(each) for each in drawn]


@pytest.mark.parametrize("model", [None, "adjusted"])
def test_forest_in_one_column(alpha, model):
    """The same numbers in 85 mm: counts below the label, p below the ratio, nothing on another or off the page."""
    plan, name = make_study()[0], model or "univariable"
    cox = alpha["cox"]
    shared = plan["variables"], plan["endpoints"]["alpha"]
    with style.page_of("single"):
        figure = plot_forest(cox, *shared, model, plan["models"], alpha["models"])
    assert figure.get_size_inches()[0] == style.SINGLE
    texts = list_texts(figure)
    assert find_overlaps(texts) == []
    assert all(box.x0 >= 0 and box.x1 <= figure.bbox.x1 for _, box in texts)
    rows = cox[cox["model"] == name]
    known = rows[rows["lower"].notna()]
    limits = ["hazard_ratio", "lower", "upper"]
    assert read_estimates(figure.axes[1]) == [
        pytest.approx(tuple(row)) for row in known[limits].to_numpy(float)
    ]
    words = " ".join(text for text, _ in texts).replace(style.NBSP, " ")
    for row in rows.to_dict("records"):
        assert say_counts(row) in words
        if row["lower"] == row["lower"]:
            assert f"p = {say_p(row['p_value'])}" in words
            assert all(part in words for part in say_ratio(row).split(" ", 1))


def records_of(cox, model):
    return cox.loc[cox["model"] == model, "variable"]


def test_whom_the_model_of_a_forest_is_of(alpha):
    plan = make_study()[0]
    shared = plan["variables"], plan["endpoints"]["alpha"]
    figure = plot_forest(alpha["cox"], *shared, "adjusted", plan["models"], alpha["models"])
    fit = records(alpha["models"], model="adjusted")[0]
    words = [" ".join(line) for line in list_lines(figure)]
    assert (
        f"Multivariable model of {fit['patients']:.0f} patients, {fit['events']:.0f} events; "
        f"{fit['missing']:.0f} left out for missing values."
    ) in words
    assert (
        f"{fit['events_per_parameter']:.1f} events per parameter; concordance {fit['concordance']:.2f}."
    ) in words


def test_subgroups(alpha):
    """No p-value beside a subgroup; squares by inverse variance; what has few events is grey."""
    plan = make_study()[0]
    table = alpha["subgroups"].assign(events=lambda frame: [*frame["events"][:-1], FEW - 1])
    analysis = plan["subgroups"]["tier_effect"]
    figure = plot_subgroups(table, analysis, plan["variables"], plan["endpoints"]["alpha"])
    rows = table.to_dict("records")
    for row, label in zip(rows, ("All patients", "No", "Yes"), strict=True):
        words = [t for t in find_line(figure, label) if t]
        assert words == [label, say_counts(row), *say_ratio(row).split(" ", 1)]
    assert find_line(figure, "Flag") == ["Flag", say_p(rows[1]["interaction_p_value"])]
    axes = figure.axes[1]
    assert read_estimates(axes) == [
        pytest.approx((row["hazard_ratio"], row["lower"], row["upper"])) for row in rows
    ]
    squares = {line.get_xdata()[0]: line for line in axes.lines if line.get_marker() == "s"}
    areas = [squares[row["hazard_ratio"]].get_markersize() ** 2 for row in rows]
    weights = [np.log(row["upper"] / row["lower"]) ** -2 for row in rows]
    assert np.divide(areas, max(areas)) == pytest.approx(np.divide(weights, max(weights)))
    colours = [squares[row["hazard_ratio"]].get_color() for row in rows]
    assert colours[0] == colours[1] != colours[2]
    said = " ".join(" ".join(line) for line in list_lines(figure))
    assert f"Grey: fewer than {FEW} events" in said and "inverse variance" in said
    usual = plot_subgroups(
        table.assign(events=FEW), analysis, plan["variables"], plan["endpoints"]["alpha"]
    )
    assert "Grey" not in " ".join(" ".join(line) for line in list_lines(usual))


def test_restricted_means():
    plan = make_study()[0]
    means = scatter(parse(MEANS))
    grouping = {**plan["groupings"]["tiers"], "reference": "low"}
    figure = plot_restricted_means(means, grouping, plan["endpoints"]["alpha"])
    drawn = []
    for place, row in enumerate(means.to_dict("records")):
        label = row["group"].capitalize()
        cells = [
            f"{row['events']}/{row['patients']}",
            say_limits(row, ("rmst", "lower", "upper"), empty="not estimable"),
        ]
        if row["group"] == "low":
            cells.append("reference")
        else:
            limits = ("difference", "difference_lower", "difference_upper")
            cells.append(say_limits(row, limits, empty="not estimable"))
            if row["difference"] == row["difference"]:
                cells.append(say_p(row["p_value"]))
                drawn.append(tuple(row[key] for key in limits))
        assert [text for text in find_line(figure, label, place // 3) if text] == [label, *cells]
    assert read_estimates(figure.axes[1]) == [pytest.approx(each) for each in drawn]


def test_hazard_ratios_of_patterns():
    hazards = scatter(parse(PATTERNS))
    contrast = {
        "label": "Rule",
        "level": "b",
        "reference": "a",
        "level_labels": {"a": "A", "b": "B"},
        "note": "n",
    }
    figure = plot_hazards(hazards, [contrast, contrast], {"label": "Alpha-free survival"})
    own, published = (
        ("hazard_ratio", "lower", "upper"),
        ("published", "published_lower", "published_upper"),
    )
    drawn = []
    cohort = [line for line in list_lines(figure) if line[0] == "This cohort"]
    for place, row in enumerate(hazards.to_dict("records")):
        known = row["hazard_ratio"] == row["hazard_ratio"]
        ratio = say_ratio(row, own).split(" ", 1) if known else ["not estimable"]
        assert cohort[place] == ["This cohort", say_counts(row), *ratio]
        assert any(
            line[-2:] == say_ratio(row, published).split(" ", 1) for line in list_lines(figure)
        )
        drawn += [
            tuple(row[key] for key in keys) for keys in (own, published) if keys != own or known
        ]
    assert read_estimates(figure.axes[1]) == [pytest.approx(each) for each in drawn]


def test_ranking(alpha):
    plan = make_study()[0]
    labels = {name: spec["label"] for name, spec in plan["performance"].items()}
    performance = pd.concat(
        [alpha["performance"], alpha["performance"].assign(metric="uno_c", horizon=55)[:1]]
    )
    performance.iloc[-1, performance.columns.get_indexer(["estimate", "lower", "upper"])] = [
        0.633,
        0.522,
        0.744,
    ]
    figure = plot_ranking(performance, labels, plan["endpoints"]["alpha"])
    row = performance.iloc[0]
    assert find_line(figure, "Sum score") == [
        "Sum score",
        say_limits(row, digits=3),
        "0.633 (0.522–0.744)",
    ]
    (estimate,) = read_estimates(figure.axes[1])
    assert estimate == pytest.approx((row["estimate"], row["lower"], row["upper"]))
    sizes = performance[["patients", "events", "resamples"]].max().astype(int)
    words = " ".join(line[0] for line in list_lines(figure))
    assert f"The same {sizes['patients']} patients ({sizes['events']} events)" in words
    assert f"intervals of {sizes['resamples']} bootstrap resamples" in words
    assert "Uno's C up to 55 months" in words


@pytest.mark.parametrize("many", [21, 60])
def test_the_best_of_many_predictors(many):
    """21 have room; of 60 the best are drawn, in their order, and the figure says how many."""
    random = np.random.default_rng(2)
    names = [f"p{number}" for number in range(many)]
    estimate = random.permutation(np.linspace(0.5, 0.7, many))
    table = pd.DataFrame(
        {"predictor": names, "metric": "harrell_c", "horizon": np.nan, "estimate": estimate}
    ).assign(lower=estimate - 0.02, upper=estimate + 0.03, patients=90, events=40, resamples=200)
    table = table.assign(calibrated_in_cohort=False, note=None)
    labels = {name: f"A predictor whose label takes more than one line, {name}" for name in names}
    figure = plot_ranking(table, labels, {"label": "Survival"})
    assert figure.get_size_inches()[1] * 25.4 <= 230
    drawn = [value for value, *_ in read_estimates(figure.axes[1])]
    assert drawn == sorted(estimate, reverse=True)[: len(drawn)]
    words = " ".join(line[0] for line in list_lines(figure))
    said = f"The best {len(drawn)} of {many} are shown; the table has all."
    assert (said in words) == (many == 60) and (len(drawn) == many) == (many == 21)


def test_missing_components(alpha):
    plan, found = make_study()[0], alpha["missing_components"]
    labels = {"sum": "Sum score", "stage": "Stage"}
    figure = plot_comparison(found, labels, plan["endpoints"]["alpha"])
    for score, label in labels.items():
        first = records(found, score=score, analysis="determinate")[0]
        below = min(y for y in find_places(figure, label))
        words = f"{first['patients']} of {first['patients'] + first['missing']} determinate"
        assert find_places(figure, words)[0] == pytest.approx(below, abs=0.3)
    for axes, measure in zip(figure.axes[1:], ("hazard_ratio", "harrell_c"), strict=True):
        each = {row["analysis"]: row for row in records(found, score="sum", measure=measure)}
        ends = axes.collections[0].get_paths()[0].vertices[:, 0]
        assert {ends.min(), ends.max()} == {
            each[f"all_{end}"]["estimate"] for end in ("lowest", "highest")
        }
        heights = axes.collections[0].get_paths()[0].vertices[:, 1]
        points = [line.get_ydata()[0] for line in axes.lines if line.get_marker() in ("s", "o")]
        middle = np.mean(points[:2])
        assert [heights.min(), heights.max()] == pytest.approx([middle - 0.19, middle + 0.19])
        for analysis, marker in (("determinate", "s"), ("imputed", "o")):
            point = next(line for line in axes.lines if line.get_marker() == marker)
            assert point.get_xdata()[0] == each[analysis]["estimate"]
            whisker = next(
                line
                for line in axes.lines
                if len(line.get_xdata()) == 2 and line.get_ydata()[0] == point.get_ydata()[0]
            )
            assert list(whisker.get_xdata()) == [each[analysis]["lower"], each[analysis]["upper"]]


def test_imputed_shares(alpha):
    plan, found = make_study()[0], alpha["imputation"]
    variables = plan["missing_components"]["targets"]
    figure = plot_imputation(found, variables, plan["endpoints"]["alpha"])
    for axes, (variable, kind) in zip(
        figure.axes[1:], (("weight", "bin"), ("tier", "share")), strict=True
    ):
        rows = found[(found["variable"] == variable) & (found["statistic"] == kind)]
        heights = [bar.get_height() for bar in axes.patches]
        assert heights == pytest.approx([*(100 * rows["observed"]), *(100 * rows["imputed"])])
        (lines,) = axes.collections
        limits = [tuple(path.vertices[:, 1]) for path in lines.get_paths()]
        assert limits == [
            pytest.approx((100 * row.imputed_lower, 100 * row.imputed_upper))
            for row in rows.itertuples()
        ]
        first = found[found["variable"] == variable].query(f"statistic == '{kind}'").iloc[0]
        words = f"{first['missing']:.0f} of {first['patients']:.0f} missing"
        assert find_places(figure, words)
