"""The figures and printed tables of published strata: what stands in them, and that nothing leaves the page or overlaps."""

import io
import itertools

import numpy as np
import pandas as pd
import pytest
from crlm.analyses.published.estimate import compare_published
from crlm.analyses.published.figure import list_panels, list_sources, plot_published
from crlm.analyses.published.tables import (
    tabulate_published_expected,
    tabulate_published_survival,
)
from crlm.display import beside_published, cells, style
from test_published import DERIVED, OTHER, OVERALL, compare, entry, score, simulate

SETTINGS = {"limit_months": None, "confidence_band": True, "few_at_risk": "grey"}
LONG = "Extrahepatic disease resected with curative intent, $x$ margin of 1 mm or less"


def six(**more):
    return [
        entry(
            value=v, patients=50 + v, survival={12: 90 - v, 60: 50 - v}, median_months=61.0, **more
        )
        for v in range(6)
    ]


def draw(*published, endpoint=OVERALL, derived=None, table=None, synthetic=True, **settings):
    table = simulate() if table is None else table
    found = compare(table, *published, endpoint=endpoint, derived=derived)
    made = plot_published(
        *found.values(), score(), endpoint, {**SETTINGS, **settings}, synthetic=synthetic
    )
    return found, made


def texts(figure):
    return [text.get_text() for axes in figure.axes for text in axes.texts]


def data_axes(figure):
    return figure.axes[1:]


def markers(axes):
    """{marker: [(x, y)]} of the symbols, without the ticks of the censored."""
    found = {}
    for line in axes.lines:
        if line.get_linestyle() == "None" and line.get_marker() != "|":
            found.setdefault(line.get_marker(), []).extend(
                zip(*map(np.ravel, line.get_data()), strict=True)
            )
    return found


FIGURES = {
    "four strata": lambda: draw(*six()),
    "groups": lambda: draw(
        entry(group="low", survival={24: 79}), entry(group="top", survival={24: 43})
    ),
    "one": lambda: draw(entry(survival={60: 41}, patients=111)),
    "derived": lambda: draw(*six(), derived={"s": DERIVED}),
    "other endpoint": lambda: draw(*six(), endpoint={**OTHER, "label": LONG}),
    "two sources": lambda: draw(*six(), *six(source=LONG)),
    "nobody": lambda: draw(entry(value=9, survival={60: 41})),
    "zero": lambda: draw(entry(value=1, survival={60: 0})),
}


@pytest.mark.parametrize("name", FIGURES)
def test_no_text_leaves_the_page_or_lies_on_another(name):
    _, figure = FIGURES[name]()
    with style.matplotlib.rc_context(style.SETTINGS):
        renderer = figure.canvas.get_renderer()
        ticks = [t for a in data_axes(figure) for t in (*a.get_xticklabels(), *a.get_yticklabels())]
        shown = [*(text for axes in figure.axes for text in axes.texts), *ticks]
        boxes = [(text.get_text(), text.get_window_extent(renderer)) for text in shown]
    width, height = figure.bbox.width, figure.bbox.height
    for text, box in boxes:
        assert box.x0 >= 0 and box.y0 >= 0 and box.x1 <= width and box.y1 <= height, text
    for (one, first), (two, second) in itertools.combinations(boxes, 2):
        across = min(first.x1, second.x1) - max(first.x0, second.x0)
        down = min(first.y1, second.y1) - max(first.y0, second.y0)
        assert across < 2 or down < 6, (one, two)  # 300 dpi: lines of text may touch


def test_points_and_medians_stand_where_they_were_published():
    _, figure = draw(*six())
    panels = data_axes(figure)
    assert len(panels) == 4  # the values 4 and 5 have no patients
    for value, axes in enumerate(panels):
        found = markers(axes)
        assert np.array(found["o"]) == pytest.approx(np.array([(12, 90 - value), (60, 50 - value)]))
        assert found["D"] == [(61, 50)]
    words = texts(figure)
    assert "Without patients: 4 points and 5 points." in words
    assert "published n\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}51" in words
    assert "Published: Smith 1999, overall survival (recalled, not read again)" in words


def test_the_curve_is_that_of_the_stratum():
    table = simulate()
    _, figure = draw(*six(), table=table)
    curve = data_axes(figure)[2].lines[0]
    mine = table[table["s"] == 2]
    survival = 1.0
    for time in sorted(mine["x_months"]):
        survival *= (
            1
            - (mine.loc[mine["x_months"] == time, "x_event"].sum())
            / (mine["x_months"] >= time).sum()
        )
        if time > 40:
            break
    x, y = curve.get_data()
    assert y[np.flatnonzero(x <= time)[-1]] == pytest.approx(100 * survival)


def test_a_derived_curve_is_dashed_and_called_derived():
    found, figure = draw(*six(), derived={"s": DERIVED})
    assert any(
        text.startswith("Derived, not published: curve through Smith") for text in texts(figure)
    )
    dashed = [line for axes in data_axes(figure) for line in axes.lines if line.is_dashed()]
    assert len(dashed) == 6  # four values and two bands
    plain = draw(*six())[1]
    assert not any(line.is_dashed() for axes in data_axes(plain) for line in axes.lines)
    assert not any("erived" in text for text in texts(plain))
    bands = [
        p for p in list_panels(*found.values(), list_sources(found["expected"])) if not p["marks"]
    ]
    assert [panel["label"] for panel in bands] == ["0–1 points", "2–9 points"]


def test_another_endpoint_and_synthetic_data_are_said():
    words = texts(draw(*six(), endpoint=OTHER)[1])
    assert "Published is overall survival, here it is relapse-free survival." in words
    assert "synthetic data" in words
    assert "synthetic data" not in texts(draw(*six(), synthetic=False)[1])


def test_few_patients_are_named_and_not_drawn():
    table = simulate().query("s != 3").reset_index(drop=True)
    table.loc[:8, "s"] = 3.0
    _, figure = draw(*six(), table=table)
    assert len(data_axes(figure)) == 3
    assert "Not drawn, fewer than 10 patients: 3 points (9)." in texts(figure)


def test_sources_have_markers_of_their_own():
    _, figure = draw(*six(), *six(source="Second"))
    assert set(markers(data_axes(figure)[0])) == {"o", "s", "D"}
    third = {"label": "Third", "published_as": "third"}
    both = entry(value=1, median_months=30.0), entry(value=1, median_months=9.0, endpoint="Other")
    found, figure = draw(*both, endpoint=third)
    assert list_sources(found["expected"]) == [
        ("Smith 1999", "overall survival"),
        ("Smith 1999", "Other"),
    ]
    assert any(text.startswith("Smith 1999, Other: O:E") for text in texts(figure))


def test_groups_stand_as_declared_and_values_rise():
    second = [entry(group=g, median_months=30, source="Second") for g in ("low", "top")]
    found, figure = draw(entry(group="top", survival={24: 43}), *second)
    assert "Published median: Second, overall survival (recalled, not read again)" in texts(figure)
    titles = [t for t in texts(figure) if t in ("Low (0-1)", "Top")]
    assert titles == ["Low (0-1)", "Top"]
    found = compare(simulate(), *six()[::-1])
    panels = list_panels(*found.values(), list_sources(found["expected"]))
    assert [panel["label"] for panel in panels] == ["0 points", "1 point", "2 points", "3 points"]


def test_what_was_published_for_another_endpoint_of_the_plan_is_left_out():
    both = entry(value=1, survival={24: 50}), entry(value=1, survival={24: 70}, endpoint="Third")
    found = compare(simulate(), *both, endpoint=OTHER)
    made = [
        plot_published(*found.values(), score(), OTHER, SETTINGS, endpoints)
        for endpoints in (None, {"x": OTHER, "y": OVERALL})
    ]
    shown = [[y for marks in markers(data_axes(f)[0]).values() for _, y in marks] for f in made]
    assert shown == [pytest.approx([50, 70]), pytest.approx([70])]
    # rather than nothing, what there is
    found = compare(simulate(), both[0], endpoint=OTHER)
    figure = plot_published(*found.values(), score(), OTHER, SETTINGS, {"x": OTHER, "y": OVERALL})
    assert markers(data_axes(figure)[0])["o"] == [(24, 50)]


def test_the_axis_holds_every_published_time_unless_the_plan_says_otherwise():
    _, figure = draw(entry(value=1, survival={200: 30}))
    assert data_axes(figure)[0].get_xlim()[1] == 204
    _, figure = draw(entry(value=1, survival={24: 60, 100: 30}), limit_months=60)
    assert markers(data_axes(figure)[0])["o"] == [(24, 60)]


@pytest.mark.parametrize("form", ["svg", "png"])
def test_files_are_reproducible(form):
    made = []
    for _ in range(2):
        made.append(io.BytesIO())
        style.save(draw(*six(), derived={"s": DERIVED})[1], made[-1], form)
    assert made[0].getvalue() == made[1].getvalue()


def test_tables_read_back_from_files_give_the_same_figure(tmp_path):
    from crlm.job.storage import read_table, write_table

    found, figure = draw(*six(), derived={"s": DERIVED})
    for name, table in found.items():
        write_table(table, tmp_path / name)
    back = [read_table(tmp_path / name, text=("stratum",)) for name in found]
    again = plot_published(*back, score(), OVERALL, SETTINGS, synthetic=True)
    assert texts(again) == texts(figure)


# --- printed tables -------------------------------------------------------------------------------


def test_tables_state_published_here_and_difference():
    entries = [
        entry(value=v, patients=40, survival={12: 80, 36: 60}, median_months=50) for v in (0, 1, 9)
    ]
    found = compare(simulate(), *entries)
    scores, endpoints = {"s": score(*entries)}, {"x": OVERALL}
    table = tabulate_published_survival(found["points"], "x", endpoints, scores)
    assert [row.kind for row in table.rows] == ["head"] + ["body"] * 6
    first, second = table.rows[1].cells, table.rows[2].cells
    row = found["points"].iloc[0]
    assert [cell.text for cell in first[:5]] == [
        "0 points",
        "12",
        "40",
        str(row["patients"]),
        "80.0",
    ]
    assert first[5].text.startswith(f"{100 * row['survival']:.1f} (")
    assert first[6].text.replace("−", "-") == f"{100 * row['difference']:.1f}"
    assert second[2].text == ""  # the number of patients stands once
    assert table.rows[5].cells[5].text == "no patients"
    expected = tabulate_published_expected(found["expected"], "x", endpoints, scores)
    total = expected.rows[-1].cells
    assert total[0].text == "All strata" and total[0].strong
    assert expected.rows[3].cells[-1].text == "No patients."


def test_tables_say_another_endpoint_and_what_is_derived():
    found = compare(
        simulate(), entry(value=1, survival={60: 50}), endpoint=OTHER, derived={"s": DERIVED}
    )
    scores = {"s": score()}
    table = tabulate_published_survival(found["points"], "x", {"x": OTHER}, scores)
    heads = [row.cells[0].text for row in table.rows if row.kind == "head"]
    assert all(text.endswith("here relapse-free survival") for text in heads) and len(heads) == 2
    evidence = {row.cells[-1].text for row in table.rows if row.kind == "body"}
    assert evidence == {"Recalled, not read again", "Derived, not published"}
    expected = tabulate_published_expected(found["expected"], "x", {"x": OTHER}, scores)
    assert "Expected from the derived curve." in {row.cells[-1].text for row in expected.rows}
    empty = tabulate_published_survival(found["points"], "x", {"x": OTHER, "y": OVERALL}, scores)
    assert not empty


def test_tables_can_be_flattened():
    found = compare_published(simulate(), "x", OVERALL, {"s": score(*six())}, {"s": DERIVED})
    for tabulate, table in (
        (tabulate_published_survival, found["points"]),
        (tabulate_published_expected, found["expected"]),
    ):
        shown = cells.drop_empty(tabulate(table, "x", {"x": OVERALL}, {"s": score()}))
        names, rows = cells.flatten(shown)
        assert {len(row) for row in rows} == {len(names)}


@pytest.mark.parametrize("strata", [4, 7, 16])
def test_many_strata_fit_a_page_or_are_named(strata):
    """Lower panels for seven; of sixteen the last rows are named below, and every stratum is either drawn or named."""
    curve = pd.DataFrame({"time": [0, 30, 60], "survival": [1, 0.7, 0.5]})
    curve = curve.assign(lower=[1, 0.5, 0.3], upper=[1, 0.8, 0.7], at_risk=[9, 5, 2])
    curve = curve.assign(events=[0, 3, 2], censored=[0, 1, 1])
    panels = [
        {
            "label": f"Stratum {number + 1}",
            "colour": style.PALETTE[0],
            "lines": ["40 patients", "published n = 50", "O:E 1.00 (0.50-2.00) to 60 months"],
            "here": curve,
            "other": None,
            "marks": [],
            "last": 0,
        }
        for number in range(strata)
    ]
    heading, key = "A score: survival", [("here", "This cohort")]
    figure = beside_published.draw_figure(
        panels, heading, ["All: O:E 1."], key, ["A note."], {"label": "Survival"}, SETTINGS, False
    )
    assert figure.get_size_inches()[1] * 25.4 <= 230
    words = texts(figure)
    drawn = [text for text in words if text.startswith("Stratum")]
    assert len(drawn) == len(data_axes(figure))
    said = " ".join(text for text in words if text not in drawn)
    lost = [f"Stratum {number + 1}" for number in range(len(drawn), strata)]
    assert drawn == [f"Stratum {number + 1}" for number in range(len(drawn))]
    assert all(name in said for name in lost) and bool(lost) == (strata == 16)
    assert ("Not drawn for want of room" in said) == bool(lost)
