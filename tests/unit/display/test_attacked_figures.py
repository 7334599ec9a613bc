"""Figures, shares and sentences that told hidden counts of made-up cohorts; each did once."""

import numpy as np
import pandas as pd
import pytest
from crlm.analyses.cox import answers as cox_answers
from crlm.analyses.cox import figure as cox_figure
from crlm.analyses.description.figure_missingness import plot_missingness
from crlm.analyses.published import answers as published_answers
from crlm.analyses.published.figure import list_notes, plot_published
from crlm.analyses.reclassification.figure import plot_reclassification
from crlm.display import beside_published, complements, privacy

LEAST = 5


def list_texts(figure):
    from matplotlib.text import Text

    return [item.get_text() for item in figure.findobj(Text) if item.get_text()]


def make_missing():
    """Of 60 patients 57 are complete in everything, 2 lack a, 6 lack b, and one of them both."""
    known = pd.DataFrame(
        {"variable": ["a", "b"], "patients": 60, "missing": [3, 7], "percent": [5.0, 11.7]}
    )
    patterns = pd.DataFrame({"a": [0, 0, 1, 1], "b": [0, 1, 0, 1], "patients": [51, 6, 2, 1]})
    return known, patterns, {"a": {"label": "Age"}, "b": {"label": "Bilobar"}}


def test_no_bar_and_no_number_tells_the_few_who_lack_a_value():
    shown = list_texts(plot_missingness(*make_missing(), small_cells=LEAST))
    assert "<5" in shown and "11.7 (7)" in shown and "5.0 (3)" not in shown
    assert {"1", "2", "3", "6"}.isdisjoint(shown)  # 7 who lack b are 6 and the one
    plain = plot_missingness(*make_missing())
    assert {"5.0 (3)", "51", "6", "2", "1"} <= set(list_texts(plain))
    drawn = [
        len(figure.axes[-1].collections)
        for figure in (plain, plot_missingness(*make_missing(), small_cells=LEAST))
    ]
    assert drawn == [2, 1]


def test_groups_that_are_not_drawn_do_not_have_their_size_told():
    settings = {"privacy": {"small_cells": LEAST}}
    assert "3" not in beside_published.name_few(["Low", "High"], [3, 4], settings)
    assert "Low (3)" in beside_published.name_few(["Low", "High"], [3, 4], {"privacy": {}})
    expected = pd.DataFrame(
        {"kind": ["points"], "patients": [3], "stratum_label": ["Low"], "note": [None]}
    )
    assert any("Low (3)" in note for note in list_notes(expected, []))
    assert not any("3" in note for note in list_notes(expected, [], settings))


def make_expected(observed):
    return pd.DataFrame(
        {
            "score": "fong",
            "kind": "overall",
            "source": "Fong 1999",
            "stratum_label": "all",
            "patients": [54],
            "observed": observed,
            "ratio": observed / 23.7,
            "lower": 0.01,
            "upper": 0.31,
            "until": 24.0,
            "evidence": "read",
            "note": None,
            "basis": "survival",
            "published_median": np.nan,
            "published_patients": np.nan,
            "stratum": "all",
            "same_endpoint": True,
            "published_endpoint": "overall survival",
        }
    )


@pytest.mark.parametrize(("least", "observed"), [(LEAST, 2), (LEAST, 6), (None, 2)])
def test_a_ratio_with_poisson_limits_tells_its_events(least, observed):
    """0.08 (0.01-0.31) can be of 2 events only."""
    plan = {
        "output": {"privacy": {"small_cells": least}},
        "scores": {"fong": {"label": "Fong"}},
        "endpoints": {"os": {"label": "Overall survival", "published_as": "overall survival"}},
    }
    results = {"endpoints": {"os": {"published_expected": make_expected(observed)}}}
    told = [each.text for each in published_answers.describe_figures(plan, results)]
    assert bool(told) == (not least or observed >= least)


def make_imputation(missing):
    """Of 120 patients, the others are of level a in 4, b in 30, c in the rest."""
    known = 120 - missing
    return pd.DataFrame(
        {
            "variable": "msi",
            "missing": missing,
            "patients": 120,
            "limits": 0,
            "level": ["a", "b", "c"],
            "statistic": "share",
            "observed": [4 / known, 30 / known, (known - 34) / known],
            "imputed": [0.0, 1 / 3, 2 / 3],
            "imputed_lower": [0.0, 0.0, 1 / 3],
            "imputed_upper": [0.0, 2 / 3, 1.0],
            "smd": 0.1,
            "note": None,
        }
    )


@pytest.mark.parametrize(("missing", "few"), [(3, True), (10, False)])
def test_shares_of_those_with_a_value_do_not_tell_few(missing, few):
    """0.0364 of 110 patients are 4, and shares of a third are of 3 patients."""
    shown = complements.hide_shares(make_imputation(missing), LEAST)
    assert shown["observed"].isna().tolist() == [True, True, False]
    assert shown["imputed_lower"].isna().tolist() == shown["smd"].isna().tolist() == [few] * 3
    pd.testing.assert_frame_equal(
        complements.hide_shares(make_imputation(missing), None), make_imputation(missing)
    )
    masked = privacy.mask(make_imputation(missing), LEAST)
    assert masked["observed"].isna().tolist() == [True, True, few]
    assert masked["imputed"].isna().all() == few


FLOW = [("low", "light", 20), ("low", "heavy", 9), ("low", None, 29)]
FLOW += [("high", "light", 3), ("high", "heavy", 30), ("high", None, 33)]
FLOW += [(None, "light", 23), (None, "heavy", 39)]


@pytest.mark.parametrize("least", [LEAST, None, 3])
def test_the_height_of_a_flow_does_not_tell_few(least):
    flows = pd.DataFrame(FLOW, columns=["from_group", "to_group", "patients"]).assign(
        comparison="pair", step=1, missing=0, events=5, horizon=24.0, survival=0.5, lower=0.4
    )
    flows = flows.assign(upper=0.6, note=None)
    sides = [
        {"name": n, "label": n.title(), "levels": each, "level_labels": {x: x for x in each}}
        for n, each in (("fong", ["low", "high"]), ("burden", ["light", "heavy"]))
    ]
    figure = plot_reclassification(flows, {"pair": sides}, {"label": "Survival"}, small_cells=least)
    told = " ".join(list_texts(figure))
    assert ("Not drawn" in told) == (least == LEAST) and bool(figure.axes[0].patches) != (
        least == LEAST
    )


def make_fit(events, missing):
    fit = {"model": "m", "patients": 57, "events": events, "missing": missing, "concordance": 0.6}
    return pd.Series({**fit, "events_per_parameter": events / 2})


@pytest.mark.parametrize(
    ("least", "fit", "told"),
    [
        (LEAST, make_fit(3, 3), ("of – patients", "<5 events per parameter", "<5")),
        (None, make_fit(3, 3), ("of 57 patients", "1.5 events per parameter", "1.5")),
        (LEAST, make_fit(30, 20), ("of 57 patients", "15.0 events per parameter", "15.0")),
    ],
)
def test_the_words_on_a_model_do_not_tell_whom_it_lacks_nor_its_few_events(least, fit, told):
    """1.5 events per parameter of 2 are 3 events; a model of 57 of 60 patients leaves 3 out, which its table hides."""
    plan = {"output": {"privacy": {"small_cells": least}}}
    assert told[0] in cox_figure._describe_model(fit, least)
    table = pd.DataFrame({"method": ["efron"], "variable": ["age"]})
    assert told[1] in " ".join(cox_figure._list_notes(table, {}, {}, fit, least))
    assert cox_answers.tell_support(fit, plan) == told[2]


@pytest.mark.parametrize(("least", "observed"), [(LEAST, 2), (LEAST, 6), (None, 2)])
def test_nor_does_the_figure_print_such_a_ratio(least, observed):
    points = make_expected(observed).head(0).assign(curve=None, time=None)
    settings = {"limit_months": None, "confidence_band": True, "few_at_risk": "grey"}
    settings |= {"privacy": {"small_cells": least}}
    endpoint = {
        "label": "Overall survival",
        "abbreviation": "OS",
        "published_as": "overall survival",
    }
    shown = plot_published(
        points, make_expected(observed), points, {"label": "Fong", "groups": {}}, endpoint, settings
    )
    told = any("O:E" in words for words in list_texts(shown))
    assert told == (not least or observed >= least)
