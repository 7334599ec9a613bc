"""Figures of many rows: one page of a journal, what is shown is chosen by a rule and said, and the drawn rows are the right ones."""

import re

import numpy as np
import pandas as pd
import pytest
import test_figures as inputs
from crlm.analyses.adjusted_curves.figure import plot_balance
from crlm.analyses.description.figure_missingness import plot_missingness
from crlm.analyses.missing_components.figure import plot_comparison
from crlm.analyses.sensitivity_models.figure import plot_sensitivity
from display_inputs import MISSING_COMPONENTS, table
from test_sensitivity_models import assess, make, settle

ENDPOINT = {"label": "Survival"}
LONG = "A label that is as long as two lines of its column can hold, number {}"


def read(figure):
    return " ".join(text.get_text() for text in figure.axes[0].texts)


def said(figure, words):
    """Both numbers of a note such as `Shown are the 12 of 60`."""
    found = re.search(words.replace("{}", r"(\d+)"), read(figure))
    return tuple(map(int, found.groups())) if found else None


def is_of_a_page(figure):
    return figure.get_size_inches()[1] * 25.4 <= 230


@pytest.mark.parametrize("copies", [2, 16])
def test_variables_that_are_missing_most_often(copies):
    case = inputs.make_missing(copies, share=0.6)
    figure = plot_missingness(**case)
    assert is_of_a_page(figure)
    counts = case["missingness"].set_index("variable")["missing"]
    counts = counts[counts > 0]
    bars = [bar.get_paths()[0].vertices[:, 0].max() for bar in figure.axes[1].collections]
    told = said(figure, "Shown are the {} of {} others")
    if copies == 2:
        assert told is None and len(bars) == len(counts)
    else:
        assert told == (len(bars), len(counts)) and len(bars) < len(counts)
    assert sorted(bars) == pytest.approx(sorted(counts.nlargest(len(bars)) / 4))


@pytest.mark.parametrize("many", [8, 21, 50])
def test_scores_with_missing_components(many):
    one = table(MISSING_COMPONENTS)
    one = one[one["score"] == "sum"]
    estimates = pd.concat([one.assign(score=f"s{place}", note=None) for place in range(many)])
    labels = {f"s{place}": LONG.format(place) for place in range(many)}
    figure = plot_comparison(estimates, labels, ENDPOINT)
    assert is_of_a_page(figure)
    drawn = sum(line.get_marker() == "s" for line in figure.axes[1].lines)
    told = said(figure, "The first {} of {} scores are shown")
    assert told == (None if many == drawn else (drawn, many)) and (many == drawn) == (many == 8)


@pytest.mark.parametrize("many", [8, 70])
def test_the_covariates_that_differed_most(many):
    random = np.random.default_rng(4)
    names = [f"x{place}" for place in range(many)]
    difference = random.normal(0, 0.3, many)
    balance = pd.DataFrame({"covariate": names, "level": np.nan, "difference": difference})
    balance = balance.assign(weighted_difference=difference / 10)
    overlap = pd.DataFrame({"group": ["a", "b"], "note": [None, None]})
    overlap = overlap.assign(**{f"propensity_{each}": each / 100 for each in (5, 25, 50, 75, 95)})
    spec = {
        "label": "Rule",
        "covariates": {name: {"label": LONG.format(name)} for name in names},
        "group_labels": {"a": "A", "b": "B"},
    }
    figure = plot_balance(balance, overlap, spec, ENDPOINT)
    assert is_of_a_page(figure)
    drawn = [
        line.get_xdata()[0]
        for line in figure.axes[1].lines
        if line.get_marker() == "o" and line.get_markerfacecolor() == "white"
    ]
    told = said(figure, "Shown are the {} of {} rows")
    assert told == ((len(drawn), many) if many == 70 else None)
    largest = balance.loc[balance["difference"].abs().nlargest(len(drawn)).index, "difference"]
    assert drawn == list(largest.sort_index())


@pytest.mark.parametrize("many", [4, 60])
def test_the_variables_of_most_importance(many):
    models, differences, importance = assess(make(60), methods=("forest",), resamples=10)
    one = importance.iloc[:1]
    drops = np.random.default_rng(2).permutation(np.linspace(0, 0.3, many))
    importance = pd.concat([one] * many).assign(variable=[f"x{n}" for n in range(many)], drop=drops)
    importance = importance.assign(lower=drops - 0.01, upper=drops + 0.01)
    variables = {f"x{n}": {"label": LONG.format(n)} for n in range(many)}
    tables_ = models, differences, importance
    settings = settle(make(60))
    figure = plot_sensitivity(
        *tables_, settings["models"]["main"], settings["against"], variables, ENDPOINT
    )
    assert is_of_a_page(figure)
    axes = figure.axes[2]
    drawn = [line.get_xdata()[0] for line in axes.lines if line.get_marker() == "s"]
    assert drawn == sorted(drops, reverse=True)[: len(drawn)]
    told = said(figure, "The {} most important of {} variables")
    assert told == ((len(drawn), many) if many == 60 else None) and (len(drawn) < many) == (
        many == 60
    )
