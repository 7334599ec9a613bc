"""Curves, flow and missing values read back from drawn figures and recounted from the patients or the result tables."""

import re

import numpy as np
import pandas as pd
import pytest
import test_figures as inputs
from crlm.analyses.description.estimate import count_events
from crlm.analyses.description.figure_flow import plot_flow
from crlm.analyses.description.figure_missingness import plot_missingness
from crlm.analyses.kaplan_meier.figure import plot_kaplan_meier
from crlm.analyses.kaplan_meier.figure_incidence import plot_incidence
from crlm.analyses.published.figure import plot_published
from crlm.analyses.published_curves.figure import plot_reconstructed
from crlm.survival.cox import fit_models
from display_inputs import table as parse
from printed_inputs import (
    find_line,
    list_lines,
    make_study,
    say,
    say_limits,
    say_p,
    say_ratio,
    scatter,
)
from test_printed_published import EXPECTED, PUBLISHED

GROUPS = {"one": inputs.simulate(160, 0.02), "two": inputs.simulate(90, 0.05, 2)}
SETTINGS = inputs.ALL_ROWS


@pytest.fixture(scope="module")
def curves():
    """Two groups: the arguments and the figure."""
    case = {**inputs.make_km(GROUPS), "settings": SETTINGS}
    return case, plot_kaplan_meier(**case)


def say_median(row):
    return say_limits(row, ("median", "median_lower", "median_upper"), end="not reached")


def test_the_key_has_patients_events_and_median_of_each_group(curves):
    case, figure = curves
    for row, (name, (months, event)) in zip(
        case["summary"].to_dict("records"), GROUPS.items(), strict=True
    ):
        curve = inputs.brute_force_curve(months, event)
        first = [
            curve.loc[curve[key] <= 0.5, "time"].min() for key in ("survival", "lower", "upper")
        ]
        assert [row[key] for key in ("median", "median_lower", "median_upper")] == pytest.approx(
            first, nan_ok=True
        )
        wanted = [f"Group {name}", str(len(months)), str(event.sum()), say_median(row)]
        assert find_line(figure, f"Group {name}") == wanted
    assert find_line(figure, "Clinical risk score")[1:] == [
        "Patients",
        "Events",
        "Median, months (95% CI)",
    ]


def test_a_lone_group_is_told_in_words():
    months, event = inputs.simulate(140, 0.04, 6)
    case = inputs.make_km({"all": (months, event)}, {"all": "Everybody"})
    row = case["summary"].iloc[0]
    assert row["median_lower"] < row["median"] < row["median_upper"]
    words = (
        f"Everybody: 140 patients, {event.sum()} events; median, months (95% CI): {say_median(row)}"
    )
    assert [words] in list_lines(plot_kaplan_meier(**case))


def test_each_row_below_the_axis_is_that_of_its_group(curves):
    """The row of a group in each block, whatever the order of the rows: counted among the patients."""
    _, figure = curves
    axes = figure.axes[1]
    ticks = axes.get_xticks()
    lines = list_lines(figure)
    for title, block in (
        ("Number at risk", 0),
        ("Cumulative events", 1),
        ("Cumulative censored", 2),
    ):
        start = lines.index([title])
        for name, (months, event) in GROUPS.items():
            counts = (
                [(months >= tick).sum() for tick in ticks],
                [((months < tick) & (event == 1)).sum() for tick in ticks],
                [((months < tick) & (event == 0)).sum() for tick in ticks],
            )[block]
            row = next(line for line in lines[start:] if line[0] == f"Group {name}")
            assert row[1:] == list(map(str, counts))


def test_the_band_lies_between_the_lower_and_the_upper_limit(curves):
    case, figure = curves
    axes = figure.axes[1]
    for band, name in zip(axes.collections, GROUPS, strict=True):
        corners = {tuple(corner) for corner in np.round(band.get_paths()[0].vertices, 6)}
        curve = case["curves"].query(f"group == '{name}' and time <= {axes.get_xlim()[1]}")
        known = curve[curve["lower"].notna() & curve["upper"].notna()]
        assert len(known) > 20
        for row in known.to_dict("records"):
            for key in ("lower", "upper"):
                assert (round(row["time"], 6), round(100 * row[key], 6)) in corners, key


def test_ticks_stand_at_censored_patients(curves):
    """At the months at which somebody is censored, on the curve; never at an event alone."""
    case, figure = curves
    axes = figure.axes[1]
    marks = [line for line in axes.lines if line.get_marker() == "|"]
    for line, (name, (months, event)) in zip(marks, GROUPS.items(), strict=True):
        wanted = np.unique(months[(event == 0) & (months <= axes.get_xlim()[1])])
        assert list(line.get_xdata()) == list(wanted)
        curve = (
            case["curves"]
            .query(f"group == '{name}'")
            .drop_duplicates("time", keep="last")
            .set_index("time")
        )
        assert list(line.get_ydata()) == list(100 * curve.loc[wanted, "survival"])


def test_incidence_of_each_cause_in_its_panel():
    case = inputs.make_incidence(2)
    figure = plot_incidence(**case)
    panels, lines = figure.axes[1:], list_lines(figure)
    for place, axes in enumerate(panels):
        group = f"g{place}"
        drawn = [line for line in axes.lines if line.get_linestyle() != "None"]
        for line, band, cause in zip(
            drawn, axes.collections, ("recurrence", "death_without_recurrence"), strict=True
        ):
            rows = case["incidence"].query(
                f"group == '{group}' and cause == '{cause}' and time <= {axes.get_xlim()[1]}"
            )
            rows = rows.drop_duplicates("time", keep="last")  # an event at month 0 is a second row
            x, y = line.get_data()
            corners = {tuple(corner) for corner in np.round(band.get_paths()[0].vertices, 6)}
            for row in rows.to_dict("records"):
                assert y[np.flatnonzero(x == row["time"])[-1]] == 100 * row["incidence"]
                if row["lower"] == row["lower"]:
                    assert (round(row["time"], 6), round(100 * row["lower"], 6)) in corners
        curve = case["curves"].query(f"group == '{group}'")
        months = np.repeat(curve["time"], curve["events"] + curve["censored"])
        counts = [str((months >= tick).sum()) for tick in axes.get_xticks()]
        assert any(" ".join(counts) in " ".join(line) for line in lines)


def test_flow():
    """500 rows, 31 left out for two reasons; one endpoint of 469 lacks 9: 4 for a reason that is told and a rest of 5."""
    rows = [
        ("file", "Rows in the export", None, 0, 500),
        ("x0", "Too early", None, 13, 487),
        ("x1", "Too late", None, 18, 469),
        ("analysed", "Patients analysed", None, 0, 469),
        ("a_left", "Time unknown", "a", 4, 465),
        ("a", "A", "a", 0, 460),
        ("b", "B", "b", 0, 469),
    ]
    flow = pd.DataFrame(rows, columns=["step", "label", "endpoint", "excluded", "remaining"])
    flow["unknown"] = [0, 0, 3, 0, 0, 0, 0]
    figure = plot_flow(flow, {"a": {"label": "Alpha"}, "b": {"label": "Beta"}})
    words = [text for line in list_lines(figure) for text in line]
    assert words.index("n = 500") == words.index("Rows in the export") + 1
    assert words.index("n = 31") == words.index("Excluded") + 1
    assert "Too early (n = 13) • Too late (n = 18; not known: 3, kept)" in " ".join(words)
    alpha, beta = words.index("Alpha"), words.index("Beta")
    assert words[alpha + 1] == "n = 460" and words[beta + 1] == "n = 469"
    assert {"Not analysed: n = 9", "Time unknown (n = 4)", "Endpoint not defined (n = 5)"} < set(
        words
    )
    assert words.count("n = 469") == 2  # the cohort and the endpoint known in all of it
    assert figure.get_size_inches()[0] == pytest.approx(85 / 25.4)


def test_flow_says_who_drops_from_the_models():
    """Patients and events of each model as its fit has them, recounted here, and the covariates that were missing."""
    random = np.random.default_rng(3)
    cohort = pd.DataFrame({"x": random.normal(size=90), "y": random.normal(size=90)})
    cohort.loc[:11, "x"] = np.nan
    cohort.loc[8:30, "y"] = np.nan
    cohort = cohort.assign(a_months=random.exponential(20, 90), a_event=random.integers(0, 2, 90))
    cohort.loc[80:, ["a_months", "a_event"]] = np.nan
    spec = {"kind": "continuous", "per": 1, "transform": "none"}
    models = {
        "univariable": {"variables": ["x", "y"]},
        "one": {"variables": ["x"], "label": "First"},
        "two": {"variables": ["x", "y"], "label": "Second"},
    }
    fits = fit_models(cohort, "a", models, {"x": spec, "y": spec}).model
    rows = [
        ("file", "Rows", None, 0, 90, 0),
        ("analysed", "Patients", None, 0, 90, 0),
        ("a", "A", "a", 0, 80, 0),
    ]
    names = ["step", "label", "endpoint", "excluded", "remaining", "unknown"]
    flow, endpoints = pd.DataFrame(rows, columns=names), {"a": {"label": "Alpha"}}
    chosen = {name: models[name] for name in ("one", "two")}
    shared = {"events": count_events(cohort, ["a"]), "fits": {"a": fits}, "models": chosen}
    missing = {"The x": 12, "The y": 23, "Complete": 0}
    figure = plot_flow(flow, endpoints, **shared, missing=missing)
    words = " ".join(text for line in list_lines(figure) for text in line)
    known = cohort[cohort["a_event"].notna()]
    assert f"Alpha n = 80, {known['a_event'].sum():.0f} events" in words
    for label, columns in (("First", ["x"]), ("Second", ["x", "y"])):
        complete = known.dropna(subset=columns)
        left = len(known) - len(complete)
        said = (
            f"{label}: n = {len(complete)}, {complete['a_event'].sum():.0f} events; {left} left out"
        )
        assert said in words
    assert "The y (n = 23) • The x (n = 12)" in words and "Complete" not in words
    few = {"one": models["one"]}
    hidden = plot_flow(
        flow, endpoints, small_cells=20, **{**shared, "models": few}, missing=missing
    )
    words = " ".join(text for line in list_lines(hidden) for text in line)
    assert "First: n withheld; fewer than 20 left out" in words


def test_a_flow_of_everything_still_fits_a_page():
    """30 reasons, 12 endpoints: what is left out is counted, and the parts of the exclusions still add up."""
    case = inputs.make_attrition(30, 12)
    figure = plot_flow(**case)
    assert figure.get_size_inches()[1] * 25.4 <= 230
    words = " ".join(text.get_text() for text in figure.axes[0].texts)  # box by box
    reasons = [7 + number for number in range(30)]
    shown = re.findall(r"number \d+ \(n = (\d+)", words)
    others, rest = re.search(r"(\d+) other reasons \(n = (\d+)\)", words).groups()
    assert len(shown) + int(others) == 30
    assert sum(map(int, shown)) + int(rest) == sum(reasons)
    drawn = words.count("Hepatic recurrence-free survival")
    assert f"{12 - drawn} other endpoints" in words and drawn


def test_missing_values():
    case = inputs.make_missing(1, share=0.6)
    figure = plot_missingness(**case)
    table = case["missingness"].set_index("variable")
    shown = [name for name in case["variables"] if table.loc[name, "missing"] > 0]
    bars = figure.axes[1].collections
    for name, bar in zip(shown, bars, strict=True):
        percent, missing = table.loc[name, ["percent", "missing"]]
        assert bar.get_paths()[0].vertices[:, 0].max() == pytest.approx(percent)
        label = case["variables"][name]["label"]
        line = next(
            line for line in list_lines(figure) if label.startswith(line[0]) and len(line) > 1
        )
        assert line[1] == f"{percent:.1f} ({missing:.0f})"
    tiles = [each for axes in figure.axes for each in axes.collections]
    assert len(tiles) > len(bars) and not any(any(each.get_linewidths()) for each in tiles)
    counts = sorted(case["patterns"]["patients"], reverse=True)[:12]
    texts = [text for text in figure.axes[0].texts if text.get_text().isdigit()]
    assert [int(t.get_text()) for t in sorted(texts, key=lambda t: t.get_position()[0])] == counts


def test_published_strata_below_their_names():
    """Patients here and published, observed over expected with its limits, and the published points and median."""
    plan = make_study()[0]
    renamed = parse(EXPECTED).rename(columns={"observed": "observed_events"})
    expected = scatter(renamed).assign(
        until=[60, 60, 36], stratum=["low", "high", "all"], published_patients=[711, 722, 733]
    )
    points = scatter(parse(PUBLISHED)).assign(stratum=["low", "low", "high"])
    months, event = inputs.simulate(60, 0.03, 9)
    curve = inputs.brute_force_curve(months, event)
    curves = pd.concat([curve.assign(stratum_label=name, curve="here") for name in ("low", "high")])
    figure = plot_published(
        *(
            points,
            expected,
            curves,
            plan["scores"]["sum"],
            plan["endpoints"]["alpha"],
            inputs.SETTINGS,
        )
    )
    lines = list_lines(figure)
    strata = expected[expected["kind"] == "group"].to_dict("records")
    keys = ("ratio", "lower", "upper")
    assert [f"{int(row['patients'])} patients" for row in strata] in lines
    assert [f"published n = {row['published_patients']}" for row in strata] in lines
    assert [f"O:E {say_ratio(row, keys)} to {row['until']} months" for row in strata] in lines
    whole = expected.iloc[2]
    name = f"{whole['stratum_label']} (Doe)"
    said = f"{name}: O:E {say_ratio(whole, keys)} in {int(whole['patients'])} patients."
    assert [said] in lines
    for axes, row in zip(figure.axes[1:], strata, strict=True):
        median = next(line for line in axes.lines if line.get_marker() == "D")
        assert (median.get_xdata()[0], median.get_ydata()[0]) == (row["published_median"], 50)
        marks = [
            (line.get_xdata()[0], line.get_ydata()[0])
            for line in axes.lines
            if line.get_marker() == "o"
        ]
        own = points[points["stratum_label"] == row["stratum_label"]]
        assert marks == [(each.time, 100 * each.published) for each in own.itertuples()]


def test_reconstructed_curve_and_its_words():
    plan, results, _ = make_study()
    groups = results["reconstructed_groups"][:1]
    months, event = inputs.simulate(60, 0.03, 9)
    curve = inputs.brute_force_curve(months, event).assign(stratum="arm")
    curves = pd.concat(
        [
            curve.assign(sample="here"),
            curve.assign(sample="reconstructed", survival=curve["survival"] / 2),
        ]
    )
    figure = plot_reconstructed(
        *(curves, groups, plan["published_curves"]["roe"], plan["groupings"]["overall"]),
        plan["endpoints"]["alpha"],
        inputs.SETTINGS,
    )
    row, lines = groups.iloc[0], list_lines(figure)
    assert [f"{row['patients']} patients, {row['published_patients']} published"] in lines
    assert [f"HR {say_ratio(row)}, p = {say_p(row['p_value'])}"] in lines
    assert [
        f"Redrawn within {say(100 * row['largest_distance'])} percentage points of the readings"
    ] in lines
