"""Figures of cut-offs and lesions: what they say, and that nothing lies outside the page, in ugly cases too."""

import io

import numpy as np
import pandas as pd
import pytest
from crlm.analyses.cutoffs import estimate as cutoffs
from crlm.analyses.cutoffs import figure as figure_cutoffs
from crlm.analyses.cutoffs import levels as cutoff_levels
from crlm.analyses.discordance import figure as figure_discordance
from crlm.display import style

LONG = "A level with a label of <b>sixty</b> characters, $ and & signs in it"


def number(levels=("a", "b"), unit="%", transform="none", **more):
    return {
        "label": "Share of growth [recalled]",
        "spec": {
            "kind": "continuous",
            "per": 10,
            "transform": transform,
            "unit": unit,
            "label": "x",
        },
        "by": "arm" if levels else None,
        "by_label": "Arm of $treatment$" if levels else None,
        "by_levels": list(levels),
        "by_level_labels": dict.fromkeys(levels, LONG) | {"a": "A"},
        "search_percent": [10, 90],
        "minimum_events": 3,
        "reference": None,
        "cuts": [
            {"operator": operator, "value": value, "source": "Doe 2001", "evidence": "recalled"}
            for operator, value in ((">=", 50), (">", 50), (">=", 95), (">=", 98), (">=", 100))
        ],
        **more,
    }


def make_tables(spec, n=120, share=None, events=0.7):
    random = np.random.default_rng(2)
    values = np.clip(np.round(random.normal(60, 45, n)), 1, 100)
    cohort = pd.DataFrame(
        {
            "end_months": random.exponential(20, n),
            "end_event": (random.random(n) < events).astype(float),
            "share": values if share is None else share,
            "arm": pd.Categorical(random.choice(spec["by_levels"] or ["a"], n)),
        }
    )
    tables = cutoffs.assess_cutoffs(cohort, "end", {"share": spec}, 50, 1)
    tables["histogram"] = cutoff_levels.describe_cutoffs(cohort, {"share": spec})[1]
    return tables


def texts(figure):
    return [item for axes in figure.axes for item in axes.texts if item.get_text()]


def draw(spec, synthetic=True, **options):
    tables = make_tables(spec, **options)
    return figure_cutoffs.plot_cutoffs(tables, spec, {"label": "Survival $x$"}, synthetic)


def check_inside(figure):
    figure.canvas.draw()
    box = figure.bbox
    labels = [label for axes in figure.axes for label in [axes.xaxis.label, axes.yaxis.label]]
    for item in [*texts(figure), *(label for label in labels if label.get_text())]:
        window = item.get_window_extent()
        assert window.x0 >= box.x0, item.get_text()
        assert window.x1 <= box.x1, item.get_text()
        assert window.y0 >= box.y0, item.get_text()
        assert window.y1 <= box.y1, item.get_text()


UGLY = {
    "usual": (number(), {}),
    "unstratified": (number(levels=()), {}),
    "six levels": (number(levels=tuple("abcdef")), {"n": 300}),
    "logarithm": (number(transform="log2", unit="kU/L"), {}),
    "no events": (number(), {"events": 0}),
    "one value": (number(), {"share": 100.0}),
    "two values": (number(), {"share": np.repeat([1.0, 100.0], 60)}),
    "nobody": (number(), {"share": np.nan}),
    "three patients": (number(), {"n": 3}),
}


@pytest.mark.parametrize("case", UGLY)
def test_ugly_cases_are_drawn_within_the_page(case):
    spec, options = UGLY[case]
    figure = draw(spec, **options)
    check_inside(figure)
    words = [item.get_text() for item in texts(figure)]
    assert "synthetic data" in words
    if case in ("no events", "one value", "nobody", "three patients"):
        assert "not estimable" in words


@pytest.mark.parametrize(("levels", "bands"), [("abc", True), ("abcd", False)])
def test_levels_have_bands_up_to_three(levels, bands):
    figure = draw(number(levels=tuple(levels)), n=400)
    ratio = [axes for axes in figure.axes if axes.get_yscale() == "log" and axes.axison][2]
    assert len({line.get_color() for line in ratio.lines}) > len(levels)  # and the line at 1
    assert bool(ratio.collections) is bands


def test_a_number_of_two_values_that_nobody_asked_to_cut_is_a_sentence():
    figure = draw(number(asked=False), share=np.repeat([1.0, 100.0], 60))
    check_inside(figure)
    said = " ".join(item.get_text() for item in texts(figure))
    assert "Survival $x$: where to cut" in said and "Share of growth [recalled] has " in said
    assert figure.get_size_inches()[1] < 1


def test_no_uncorrected_p_without_the_corrected_one():
    words = " ".join(item.get_text() for item in texts(draw(number())))
    assert words.count("uncorrected") == 4
    assert words.count("corrected for the search") == 4
    assert "Doe 2001 [recalled]" in words


def test_published_cuts_are_drawn_where_they_are():
    figure = draw(number())
    ratio = figure.axes[2]
    found = [
        line.get_xdata()[0]
        for line in ratio.lines
        if line.get_linestyle() == ":" or line.is_dashed()
    ]
    assert {50, 95, 98, 100} <= set(np.round(found, 6))
    letters = [item.get_text() for item in texts(figure) if len(item.get_text()) == 1]
    assert sorted(letters) == sorted("abcde" * 2)


def test_steps_are_the_hazard_ratios():
    spec = number(levels=())
    tables = make_tables(spec)
    figure = figure_cutoffs.plot_cutoffs(tables, spec, {"label": "Survival"})
    mine = tables["cutoffs"].query("operator == '>='")
    drawn = [line for line in figure.axes[2].lines if len(line.get_xdata()) == len(mine)]
    np.testing.assert_array_equal(drawn[0].get_ydata(), mine["hazard_ratio"])
    assert drawn[0].get_drawstyle() == "steps-pre"


def test_letters_are_moved_apart_and_stay_inside():
    moved = figure_cutoffs.spread([1.0, 1.0, 2.95, 3.0], 0.2, 0, 3)
    assert (np.diff(moved) >= 0.2 - 1e-9).all()
    assert moved.max() <= 3
    assert len(figure_cutoffs.spread([], 0.2, 0, 3)) == 0


def test_same_bytes_twice():
    files = []
    for _ in range(2):
        buffer = io.BytesIO()
        style.save(draw(number()), buffer, "svg")
        files.append(buffer.getvalue())
    assert files[0] == files[1]


PLAN = {
    "worst": {"variable": "share", "which": "lowest", "label": LONG},
    "published": [
        {"comparison": "lesions", "percent": 90, "source": "Roe 2002", "evidence": "read"}
    ],
}


def lesions(known=True):
    rows = [
        {
            "rule": rule,
            "comparison": comparison,
            "level": np.nan,
            "units": 40 * known,
            "pairs": 60 * known,
            "percent": percent if known else np.nan,
            "lower": percent - 8 if known else np.nan,
            "upper": min(percent + 8, 100) if known else np.nan,
        }
        for rule, percent in (("one", 97), ("two", 71.5))
        for comparison in ("lesions", "blocks")
    ]
    edges = range(0, 100, 10)
    spread = pd.DataFrame(
        [
            {
                "variable": "share",
                "comparison": comparison,
                "from": low,
                "to": low + 10,
                "units": known,
            }
            for comparison in ("lesions", "blocks")
            for low in edges
        ]
    )
    return pd.DataFrame(rows), spread


@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize("plan", [PLAN, {"worst": None, "published": []}])
def test_lesions_are_drawn_within_the_page(known, plan):
    labels = {"one": LONG, "two": "Two"}
    figure = figure_discordance.plot_discordance(*lesions(known), plan, labels, synthetic=True)
    check_inside(figure)
    words = [item.get_text() for item in texts(figure)]
    assert any("40 patients with two or more" in text for text in words) == known
    assert ("No two lesions or blocks to compare." in words) != known
    lines = [line for axes in figure.axes[1:] for line in axes.lines]
    drawn = [line.get_xdata()[0] for line in lines if line.get_marker() in ("s", "o")]
    assert drawn == ([97, 97, 71.5, 71.5] if known else []) and (len(figure.axes) > 1) == known


def test_a_study_without_blocks_assessed():
    empty = lesions()
    figure = figure_discordance.plot_discordance(
        empty[0].head(0), empty[1].head(0), PLAN, {}, synthetic=False
    )
    check_inside(figure)
