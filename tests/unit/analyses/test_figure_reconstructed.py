"""The figure and the tables of reconstructed published curves: what stands in them, and that no text leaves the page."""

import io
import itertools

import numpy as np
import pandas as pd
import pytest
from crlm.analyses.published_curves.estimate import reconstruct_published
from crlm.analyses.published_curves.figure import plot_reconstructed
from crlm.analyses.published_curves.tables import (
    tabulate_reconstructed,
    tabulate_reconstructed_survival,
)
from crlm.display import cells, style

SETTINGS = {"limit_months": None, "confidence_band": True, "few_at_risk": "grey"}
LONG = "Extrahepatic disease resected with curative intent, $x$ <b> of 1 mm or less"
ENDPOINT = {
    "label": "Overall survival",
    "published_as": "overall_survival",
    "abbreviation": "OS",
    "landmarks_months": [12, 36],
}
GROUPS = list("abcdef")
GROUPING = {
    "label": LONG,
    "groups": GROUPS,
    "group_labels": {group: group.upper() for group in GROUPS} | {"a": LONG},
    "landmark_months": None,
}


def simulate(sizes=(60, 60), events=True):
    random = np.random.default_rng(5)
    size = sum(sizes)
    return pd.DataFrame(
        {
            "x_months": random.exponential(30, size),
            "x_event": (random.random(size) < 0.6) * float(events),
            "grouping_g": pd.Categorical(np.repeat(GROUPS[: len(sizes)], sizes), categories=GROUPS),
        }
    )


def make(strata=("low", "high"), pairs=None, cohort=None, **more):
    curve = {
        "label": "Smith 2010 [derived]",
        "source": "Smith J. 2010",
        "grouping": "g",
        "endpoint": "x",
        "published_endpoint": "overall survival",
        "strata": pairs or dict(zip(strata, GROUPS, strict=False)),
        "total_events": {},
        "evidence": "derived",
        **more,
    }
    times = np.arange(0, 80, 4.0)
    points = pd.concat(
        pd.DataFrame(
            {"stratum": s, "time_months": times, "survival": np.exp(-times / (20 + 9 * place))}
        )
        for place, s in enumerate(strata)
    )
    at_risk = pd.concat(
        pd.DataFrame({"stratum": s, "time_months": [0, 24, 48], "at_risk": [90, 30, 9]})
        for s in strata
    )
    read = (table.assign(curve="smith") for table in (points, at_risk))
    cohort = simulate() if cohort is None else cohort
    found = reconstruct_published(cohort, *read, {"smith": curve}, {"x": ENDPOINT}, {"g": GROUPING})
    return found, curve


def draw(endpoint=ENDPOINT, synthetic=True, **more):
    found, curve = make(**more)
    tables = found["curves"], found["groups"]
    return plot_reconstructed(*tables, curve, GROUPING, endpoint, SETTINGS, synthetic=synthetic)


def texts(figure):
    return [text.get_text() for axes in figure.axes for text in axes.texts]


FIGURES = {
    "two": dict,
    "six": lambda: {"strata": GROUPS, "cohort": simulate((40, 30, 20, 20, 20, 20))},
    "long names": lambda: {
        "strata": (LONG, LONG + "!"),
        "label": LONG,
        "endpoint": {**ENDPOINT, "label": LONG},
    },
    "three patients": lambda: {"cohort": simulate((3, 40))},
    "nobody": lambda: {"cohort": simulate((3, 0))},
    "no events": lambda: {"cohort": simulate(events=False)},
    "one alone": lambda: {"pairs": {"low": "a", "high": None}},
}


@pytest.mark.parametrize("name", FIGURES)
def test_no_text_leaves_the_page_or_lies_on_another(name):
    figure = draw(**FIGURES[name]())
    with style.matplotlib.rc_context(style.SETTINGS):
        renderer = figure.canvas.get_renderer()
        ticks = [
            tick
            for axes in figure.axes[1:]
            for tick in (*axes.get_xticklabels(), *axes.get_yticklabels())
        ]
        shown = [*(text for axes in figure.axes for text in axes.texts), *ticks]
        boxes = [(text.get_text(), text.get_window_extent(renderer)) for text in shown]
    width, height = figure.bbox.width, figure.bbox.height
    for text, box in boxes:
        assert box.x0 >= 0 and box.y0 >= 0 and box.x1 <= width and box.y1 <= height, text
    for (one, first), (two, second) in itertools.combinations(boxes, 2):
        across = min(first.x1, second.x1) - max(first.x0, second.x0)
        down = min(first.y1, second.y1) - max(first.y0, second.y0)
        assert across < 2 or down < 6, (one, two)


def test_the_published_curve_lies_dashed_over_that_of_the_group():
    found, _ = make()
    figure = draw()
    panels = figure.axes[1:]
    assert len(panels) == 2
    people = found["individuals"].query("stratum == 'low'")
    (dashed,) = (line for line in panels[0].lines if line.is_dashed())
    x, y = dashed.get_data()
    at = np.flatnonzero(x <= 20)[-1]
    assert y[at] == pytest.approx(100 * np.exp(-1), abs=1.5)
    words = texts(figure)
    assert "synthetic data" in words and "synthetic data" not in texts(draw(synthetic=False))
    assert f"60 patients, {len(people)} published" in words
    assert "Reconstructed: Smith 2010 [derived], overall survival (derived, not published)" in words
    row = found["groups"].iloc[1]
    assert any(text.startswith(f"HR {row['hazard_ratio']:.2f} (") for text in words)
    assert any(text.startswith("Redrawn within") for text in words)
    assert not any(text.startswith("Published is") for text in words)


def test_another_endpoint_few_patients_and_missing_counterparts_are_said():
    cohort = simulate((3, 40))
    words = " ".join(texts(draw(published_endpoint="relapse", cohort=cohort)))
    assert "Published is relapse, here it is overall survival." in words
    assert "Not drawn, fewer than 10 patients: Extrahepatic" in words
    figure = draw(pairs={"low": "a", "high": None})
    assert len(figure.axes) == 2
    assert "Without a counterpart in this cohort: high." in texts(figure)
    assert len(draw(cohort=simulate((3, 0))).axes) == 1


def test_files_are_reproducible():
    made = []
    for _ in range(2):
        made.append(io.BytesIO())
        style.save(draw(), made[-1], "svg")
    assert made[0].getvalue() == made[1].getvalue()


# --- tables ---------------------------------------------------------------------------------------


def tabulate(**more):
    found, curve = make(**more)
    specs = ("x", {"x": ENDPOINT}, {"smith": curve}, {"g": GROUPING})
    groups = tabulate_reconstructed(found["groups"], *specs)
    return found, groups, tabulate_reconstructed_survival(found["points"], found["groups"], *specs)


def test_tables_state_published_here_ratio_and_fit():
    found, groups, survival = tabulate()
    cells = [cell.text for cell in groups.rows[1].cells]
    row = found["groups"].iloc[0]
    assert cells[:5] == [
        f"low / {LONG}",
        "90",
        "60",
        str(row["published_events"]),
        str(row["events"]),
    ]
    assert cells[5].startswith(f"{row['published_median']:.1f} (")
    assert cells[7].startswith(f"{row['hazard_ratio']:.2f} (")
    assert cells[9] == f"{100 * row['largest_distance']:.1f}"
    assert len(survival.rows) == 1 + 2 * 2
    point, shown = found["points"].iloc[1], survival.rows[2].cells
    assert shown[1].text == "36"
    assert shown[4].text.replace("−", "-") == f"{100 * point['difference']:.1f}"
    assert (shown[5].text, shown[6].text) == (
        str(point["published_at_risk"]),
        str(point["at_risk"]),
    )


def test_tables_say_mismatch_evidence_and_what_is_too_few():
    _, groups, survival = tabulate(
        cohort=simulate((3, 40)), published_endpoint="relapse", evidence="recalled"
    )
    title = groups.rows[0].cells[0].text
    assert "relapse, here overall survival" in title and "recalled, not read again" in title
    assert groups.rows[1].cells[-1].text == "Fewer than 10 patients here."
    assert groups.rows[1].cells[6].text == groups.rows[1].cells[7].text == ""
    assert survival.rows[1].cells[3].text == survival.rows[1].cells[4].text == ""
    _, groups, _ = tabulate(pairs={"low": "a", "high": None})
    assert groups.rows[2].cells[0].text == "high" and groups.rows[2].cells[2].text == ""
    assert groups.rows[2].cells[-1].text == "No counterpart in this cohort."


def test_tables_can_be_flattened():
    for table in tabulate()[1:]:
        names, rows = cells.flatten(cells.drop_empty(table))
        assert {len(row) for row in rows} == {len(names)}
