"""Figures of prediction, lesions and proportional hazards read back and recounted from the result tables."""

import re

import numpy as np
import pandas as pd
import pytest
import test_figures as inputs
from crlm.analyses.added_value.figure import plot_added_value
from crlm.analyses.cox.figure_hazards import plot_proportional_hazards
from crlm.analyses.discordance.figure import plot_discordance
from crlm.analyses.performance.figure_calibration import plot_calibration
from crlm.analyses.performance.figure_decision import plot_decision
from crlm.analyses.performance.figure_differences import plot_differences
from crlm.analyses.reclassification.figure import plot_reclassification
from display_inputs import table as parse
from printed_inputs import (
    find_line,
    list_lines,
    make_study,
    records,
    say,
    say_limits,
    say_p,
    scatter,
)

ENDPOINT = {"label": "Survival"}


@pytest.fixture(scope="module")
def study():
    return make_study()


@pytest.fixture(scope="module")
def alpha(study):
    return study[1]["endpoints"]["alpha"]


def join(figure):
    return " ".join(words for line in list_lines(figure) for words in line)


def sign(value, digits=3):
    return ("+" if value > 0 else "") + say(value, digits)


def test_added_value(alpha):
    measures = alpha["added_value"]
    thresholds = (0.01, 0.2, 0.4)
    rows = [
        ("flag", horizon, threshold, strategy, 0.3 + 0.01 * place + horizon / 1000 - threshold / 2)
        for horizon in (12, 60)
        for place, strategy in enumerate(("base", "extended", "all", "none"))
        for threshold in thresholds
    ]
    curves = pd.DataFrame(
        rows, columns=["addition", "horizon", "threshold", "strategy", "net_benefit"]
    )
    figure = plot_added_value(measures, curves, "flag", "Base", "Flag", ENDPOINT)
    test, aic, concordance, brier, _ = records(measures, addition="flag")
    said = f"Likelihood-ratio test: χ² = {say(test['statistic'], 2)}, {test['df']:.0f} df, p = {say_p(test['p_value'])}"
    assert [said] in list_lines(figure)

    def limits(row, key, ends, digits):
        words = say_limits(
            row, (key, *ends), digits, join=" to " if min(row[e] for e in (key, *ends)) < 0 else "–"
        )
        return ("+" if row[key] > 0 else "") + words

    assert find_line(figure, "Akaike's criterion")[1:] == [
        say(aic["base"]),
        say(aic["extended"]),
        ("+" if aic["difference"] > 0 else "") + say(aic["difference"]),
    ]
    for label, row in (("Harrell's C", concordance), ("Brier score at 12 months", brier)):
        assert find_line(figure, label)[1:] == [
            say(row["base"], 3),
            say(row["extended"], 3),
            limits(row, "difference", ("lower", "upper"), 3),
            limits(row, "corrected", ("corrected_lower", "corrected_upper"), 3),
        ]
    sizes = "{patients:.0f} patients ({events:.0f} events) with all values for both models, {missing:.0f} left out."
    assert sizes.format(**test) in join(figure)
    for axes, horizon in zip(figure.axes[1:], (12, 60), strict=True):
        drawn = curves[curves["horizon"] == horizon].groupby("strategy", sort=False)["net_benefit"]
        wanted = {tuple(np.round(values, 9)) for _, values in drawn}
        assert {tuple(np.round(line.get_ydata(), 9)) for line in axes.lines} == wanted


DIFFERENCES = """
predictor versus metric horizon patients events estimate lower upper p_value p_adjusted resamples calibrated_in_cohort note
a b harrell_c - 1 1 1 1 1 1 1 1 False -
a c harrell_c - 1 1 1 1 1 1 1 1 False -
b c harrell_c - 1 1 1 1 1 1 1 1 False -
a b brier 12 1 1 1 1 1 1 1 1 False -
"""


def test_differences():
    """Row minus column above the diagonal, the adjusted p below it, each in its cell."""
    table = scatter(parse(DIFFERENCES))
    labels = {name: f"Score {name}" for name in "abc"}
    figure = plot_differences(table, labels, ENDPOINT)
    page = figure.axes[0]
    cells = {}
    for patch in page.patches[:9]:
        x, y, width, height = *patch.get_xy(), patch.get_width(), patch.get_height()
        inside = [
            (text.get_position()[1], text.get_text())
            for text in page.texts
            if x < text.get_position()[0] < x + width
            and y <= text.get_position()[1] < y + height
            and text.get_text()
        ]
        cells[round(y, 3), round(x, 3)] = [words for _, words in sorted(inside)]
    rows, columns = (sorted({key[place] for key in cells}) for place in (0, 1))
    found = {(r, c): cells[y, x] for r, y in enumerate(rows) for c, x in enumerate(columns)}
    for row, (one, two) in zip(
        records(table, metric="harrell_c"), ((0, 1), (0, 2), (1, 2)), strict=True
    ):
        assert found[one, two] == [
            sign(row["estimate"]),
            f"{sign(row['lower'])} to {sign(row['upper'])}",
        ]
        assert found[two, one] == [say_p(row["p_adjusted"])]
    sizes = (
        table[table["metric"] == "harrell_c"][["patients", "events", "resamples"]].max().astype(int)
    )
    words = join(figure)
    assert f"The same {sizes['patients']} patients ({sizes['events']} events)" in words
    assert re.search(rf"{sizes['resamples']} bootstrap", words)


def test_groups_of_two_scores(study, alpha):
    flows = alpha["reclassification"].assign(patients=[30, 5, 35, 20, 15, 35, 0, 0, 0, 50, 20])
    figure = plot_reclassification(flows, study[0]["reclassification"], ENDPOINT)
    texts = {text.get_text() for text in figure.axes[0].texts}
    cells = flows[flows["from_group"].notna() & flows["to_group"].notna()]
    for row in records(cells[cells["survival"].notna()]):
        survival, lower, upper = (say(100 * row[key], 0) for key in ("survival", "lower", "upper"))
        assert f"n = {row['patients']}: {survival} % ({lower}–{upper})" in texts
    for row in records(
        flows[(flows["from_group"].isna() | flows["to_group"].isna()) & flows["patients"].gt(0)]
    ):
        assert f"{say_limits(row, ('survival', 'lower', 'upper'), factor=100)} %" in texts
    first = cells.iloc[0]
    events = int(cells["events"].sum())
    said = f"70 patients with a group in each ({first['missing']} left out), {events} events until 60 months."
    assert said in join(figure)


CALIBRATION = """
predictor horizon source kind predicted observed lower upper patients note
sum 12 published smooth 0.1 0.11 0.09 0.15 - -
sum 12 published smooth 0.3 0.32 0.25 0.39 - -
sum 12 published group 0.12 0.14 0.08 0.21 45 -
sum 12 published group 0.28 0.33 0.22 0.41 37 -
sum 12 published histogram 0.125 - - - 61 -
sum 12 published histogram 0.275 - - - 29 -
"""


def test_calibration(study, alpha):
    labels = {name: spec["label"] for name, spec in study[0]["performance"].items()}
    curves = parse(CALIBRATION)
    found = alpha["calibration"]
    figure = plot_calibration(found, curves, alpha["optimism"], labels, ENDPOINT)
    corrected = records(alpha["optimism"], metric="calibration_slope")[0]["corrected"]

    def limits(row, key):
        return say_limits(row, (key, f"{key}_lower", f"{key}_upper"), 2)

    rows = found[found["expected"].notna()]
    shown = [
        *records(rows[rows["source"] == "published"]),
        *records(rows[(rows["source"] == "fitted") & (rows["horizon"] == 60)]),
    ]
    slopes = [
        limits(row, "slope") if row["source"] == "published" else "1 by construction"
        for row in shown
    ]
    slopes[-1] = f"1, corrected {corrected:.2f}"
    lines = list_lines(figure)
    assert [f"O:E {limits(row, 'ratio')}" for row in shown] in lines
    assert [f"slope {slope}" for slope in slopes] in lines
    axes, strip = figure.axes[1:3]
    smooth, groups, bars = (
        curves[curves["kind"] == kind] for kind in ("smooth", "group", "histogram")
    )
    squares = [
        tuple(map(float, (line.get_xdata()[0], line.get_ydata()[0])))
        for line in axes.lines
        if line.get_marker() == "s"
    ]
    assert squares == list(zip(groups["predicted"], groups["observed"], strict=True))
    whiskers = [
        tuple(line.get_ydata())
        for line in axes.lines
        if len(set(line.get_xdata())) == 1 and len(line.get_xdata()) == 2
    ]
    assert whiskers == list(zip(groups["lower"], groups["upper"], strict=True))
    assert any(list(line.get_ydata()) == list(smooth["observed"]) for line in axes.lines)
    corners = {tuple(corner) for corner in axes.collections[0].get_paths()[0].vertices}
    for row in smooth.to_dict("records"):
        assert {(row["predicted"], row["lower"]), (row["predicted"], row["upper"])} <= corners
    assert [bar.get_height() for bar in strip.patches] == list(bars["patients"])
    assert f"The same {shown[0]['patients']} patients" in join(figure)
    assert f"{max(row['resamples'] for row in shown):.0f} bootstrap resamples" in join(figure)


def test_decision_curves():
    rows = [
        (
            name,
            horizon,
            source,
            threshold,
            0.4 - threshold + bonus + horizon / 1000,
            treated,
            90,
            444,
        )
        for horizon in (12, 60)
        for name, source, bonus in (
            (None, "treat_all", 0),
            ("sum", "published", 0.05),
            ("sum", "fitted", 0.07),
        )
        for threshold, treated in ((0.1, 90), (0.2, 70), (0.3, 40), (0.4, 0))
    ]
    names = [
        "predictor",
        "horizon",
        "source",
        "threshold",
        "net_benefit",
        "treated",
        "patients",
        "resamples",
    ]
    table = pd.DataFrame(rows, columns=names)
    figure = plot_decision(table, {"sum": "Sum"}, ENDPOINT)
    for axes, horizon in zip(figure.axes[1:], (12, 60), strict=True):
        mine = table[table["horizon"] == horizon]
        drawn = [tuple(line.get_ydata()) for line in axes.lines if len(line.get_xdata()) > 2]
        every = tuple(mine.loc[mine["source"] == "treat_all", "net_benefit"])
        assert drawn[0] == every
        for source, line in zip(("published", "fitted"), drawn[1:], strict=True):
            own = mine[(mine["source"] == source) & (mine["treated"] > 0)]
            assert line == tuple(own["net_benefit"])
    assert [axes.get_position().x0 for axes in figure.axes[1:]] == sorted(
        axes.get_position().x0 for axes in figure.axes[1:]
    )
    assert find_line(figure, "12 months") == ["12 months", "60 months"]
    assert "The same 90 patients for every predictor" in join(figure)


def test_lesions(study):
    plan, results, _ = study
    found = results["discordance_concordance"]
    spread = pd.DataFrame(
        [(kind, 0, high, units) for kind, n in (("lesions", (7, 11, 13)), ("blocks", (17, 19, 23))) for high, units in zip((0, 5, 10), n, strict=True)],
        columns=["comparison", "from", "to", "units"],
    )  # fmt: skip
    figure = plot_discordance(found, spread, plan["discordance"], {"rule": "Rule"})
    axes, bars = figure.axes[1:3]
    whole = records(found[found["level"].isna()])
    for row, marker in zip(
        whole,
        {line.get_marker(): 0 for line in axes.lines if line.get_marker() != "None"},
        strict=True,
    ):
        point = next(line for line in axes.lines if line.get_marker() == marker)
        assert point.get_xdata()[0] == row["percent"]
        height = point.get_ydata()[0]
        limits = next(
            line
            for line in axes.lines
            if len(line.get_xdata()) == 2 and list(line.get_ydata()) == [height] * 2
        )
        assert list(limits.get_xdata()) == [row["lower"], row["upper"]]
    dashed = [line.get_xdata()[0] for line in axes.lines if list(line.get_ydata()) == [0, 1]]
    assert dashed == [90]
    heights = [bar.get_height() for bar in bars.patches]
    assert heights == pytest.approx(
        [100 * n / 31 for n in (7, 11, 13)] + [100 * n / 59 for n in (17, 19, 23)]
    )
    for row, unit in zip(whole, ("patients", "lesions"), strict=True):
        assert f"{row['units']:.0f} {unit} with two or more, {row['pairs']:.0f} pairs." in join(
            figure
        )


def test_proportional_hazards():
    case = inputs.make_residuals(5)
    names = [term for term in case["tests"]["term"] if term != "GLOBAL"]
    case["tests"]["p_value"] = [0.111 + 0.1 * place for place in range(len(names))] + [0.0123]
    case["coefficients"]["coef"] = [
        0.21 + 0.1 * place for place in range(len(case["coefficients"]))
    ]
    figure = plot_proportional_hazards(**case)
    assert "global p = 0.012" in join(figure)
    p_values = dict(zip(case["tests"]["term"], case["tests"]["p_value"], strict=True))
    residuals, texts = case["residuals"], [words for line in list_lines(figure) for words in line]
    levels = residuals["level"].fillna("")
    groups = residuals.groupby([residuals["variable"], levels], sort=False)
    for axes, ((name, level), rows), coef in zip(
        figure.axes[1:], groups, case["coefficients"]["coef"], strict=True
    ):
        dashed = [line.get_ydata()[0] for line in axes.lines if line.get_linestyle() == "--"]
        assert dashed == [coef]
        points = next(line for line in axes.lines if line.get_marker() == "o")
        assert list(points.get_ydata()) == list(rows["residual"])
        shared = level and levels[residuals["variable"] == name].nunique() > 1
        assert f"p = {p_values[name]:.3f}{' (all levels)' if shared else ''}" in texts
