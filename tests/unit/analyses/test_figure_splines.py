"""Figures and table of splines with what is ugly: six of them, long labels, three patients, nothing estimable."""

import io

import numpy as np
import pandas as pd
import pytest
from crlm.analyses.cox import figure_splines, tables_splines
from crlm.analyses.cox.figure import build_rows
from crlm.analyses.cox.tables import tabulate_cox
from crlm.display import style
from crlm.survival.cox import fit_models

SPLINE = {"knots": 4, "reference": None, "contrast": None}
LONG = "A number whose label is as long as sixty characters can be, at"
ENDPOINT = {"label": "Survival", "abbreviation": "OS"}


def make(size, names, seed=2):
    random = np.random.default_rng(seed)
    cohort = pd.DataFrame({name: random.lognormal(1, 1, size) for name in names})
    months = random.exponential(30 / (1 + (cohort[names[0]] > 3)), size)
    return cohort.assign(os_months=months, os_event=(months < 50).astype(float))


def fit(size, count=1, label="Size", **spec):
    names = [f"x{place}" for place in range(count)]
    shared = {"kind": "continuous", "unit": "cm", "per": 1, "transform": "none", **spec}
    variables = {name: {"label": f"{label} {name}", **shared} for name in names}
    models = {
        "univariable": {"label": "Univariable", "variables": names},
        "curved": {"label": "Curved", "variables": names, "splines": dict.fromkeys(names, SPLINE)},
    }
    return fit_models(make(size, names), "os", models, variables), models, variables


def draw(fits, models, variables):
    tables = fits.spline_terms, fits.spline_curves
    figure = figure_splines.plot_splines(*tables, variables, models["curved"], ENDPOINT, True)
    style.save(figure, io.BytesIO(), "svg")
    return figure


@pytest.mark.parametrize(
    ("size", "count", "label", "more"),
    [
        (200, 6, LONG, {}),
        (120, 1, "Size", {"transform": "log2"}),
        (3, 1, "Size", {}),
        (40, 2, LONG, {"unit": ""}),
    ],
    ids=["six with long labels", "logarithm", "three patients", "two"],
)
def test_every_case_is_drawn(size, count, label, more):
    figure = draw(*fit(size, count, label, **more))
    panels = figure.axes[1:]
    assert len(panels) == count
    words = [text.get_text() for axes in panels for text in axes.texts]
    assert (words == ["not estimable"] * count) == (size == 3)


def test_the_curve_that_is_drawn_is_that_of_the_table():
    fits, models, variables = fit(150)
    figure = draw(fits, models, variables)
    line = max(figure.axes[1].lines, key=lambda each: len(each.get_xdata()))
    curve = fits.spline_curves[fits.spline_curves["kind"] == "curve"]
    assert line.get_xdata() == pytest.approx(curve["value"].to_numpy())
    assert line.get_ydata() == pytest.approx(curve["hazard_ratio"].to_numpy())


def test_tables_and_forest_print_tests_and_contrast_and_no_coefficient_of_the_basis():
    fits, models, variables = fit(150)
    row = fits.spline_terms.iloc[0]
    printed = fits.coefficients[fits.coefficients["model"] == "curved"].iloc[0]
    table = tabulate_cox(
        fits.coefficients, fits.model, "os", ENDPOINT, models, variables, fits.spline_terms
    )
    first, contrast, departure = table.rows[:3]
    assert first.cells[0].text == "Size x0, per cm" and first.cells[5].text == "spline"
    assert first.cells[6].values == (row["p_value"],)
    assert contrast.cells[0].text == f"{printed['level']} cm, spline"
    assert contrast.cells[5].values[0] == printed["hazard_ratio"]
    assert departure.cells[0].text == "departure from a straight line"
    assert departure.cells[6].values == (row["nonlinear_p_value"],)
    curved = fits.coefficients[fits.coefficients["model"] == "curved"]
    number, below = build_rows(curved, variables)
    assert number["ratio"] == "spline"
    assert below["limits"] == pytest.approx(tuple(printed[["hazard_ratio", "lower", "upper"]]))
    tests = tables_splines.tabulate_splines(fits.spline_terms, "os", ENDPOINT, models, variables)
    assert tests.rows[1].cells[9].values == (row["nonlinear_p_value"],)


@pytest.mark.parametrize(
    ("name", "said"),
    [("univariable", "Each variable alone."), ("curved", "Adjusted for the other")],
)
def test_of_which_model_a_curve_is(name, said):
    fits, models, variables = fit(60, 2)
    tests, curves = (table.assign(model=name) for table in (fits.spline_terms, fits.spline_curves))
    shown = figure_splines.plot_splines(tests, curves, variables, models[name], ENDPOINT, True)
    words = " ".join(text.get_text() for text in shown.axes[0].texts)
    assert [text in words for text in ("Each variable alone.", "Adjusted for the other")] == [
        text == said for text in ("Each variable alone.", "Adjusted for the other")
    ]
