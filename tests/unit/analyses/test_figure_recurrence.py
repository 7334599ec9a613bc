"""Figures of recurrence: what is drawn, and that ugly cohorts fit on the page."""

import io

import contact_sheets
import numpy as np
import pytest
from crlm.analyses.recurrence import estimate, figure_hazard, figure_incidence
from crlm.analyses.recurrence.incidence import compare_incidence, estimate_incidence
from crlm.analyses.recurrence.patients import read_patients
from crlm.analyses.recurrence.plan import ENDED, UNKNOWN
from crlm.display import style
from crlm.display.privacy import NAME
from matplotlib.colors import to_rgb
from matplotlib.text import Text
from recurrence_inputs import LONG, OUTPUT, SPEC, draw_cohort, make_cohort, make_settings
from test_recurrence import HAND, UGLY


def draw(cohort, settings, kind, grouping="tiers"):
    spec, groupings = settings["endpoints"]["alpha"], settings["groupings"]
    patients = read_patients(cohort, "alpha", spec)
    if kind == "incidence":
        found, plot = estimate_incidence(patients, spec, groupings), figure_incidence.plot_patterns
    else:
        found = estimate.estimate_hazards(patients, groupings, 6)
        plot = figure_hazard.plot_hazards
    return plot(found.assign(endpoint="alpha"), "alpha", grouping, settings, SPEC, OUTPUT, True)


def texts(figure):
    return [item.get_text() for item in figure.findobj(Text) if item.get_text()]


@pytest.mark.parametrize("kind", ["incidence", "hazard"])
@pytest.mark.parametrize("name", UGLY)
def test_ugly_cohorts(kind, name, tmp_path):
    groups = ["low", "high", "c", "d", "e", "long"] if name == "six" else ["low", "high"]
    figure = draw(UGLY[name], make_settings(groups), kind)
    style.save(figure, tmp_path / "figure.svg", "svg")
    width = figure.get_size_inches()[0]
    page = figure.axes[0]
    for item in page.texts:  # nothing runs over the right edge
        if item.get_ha() == "left" and not item.get_rotation():
            assert (
                item.get_position()[0] + style.measure(item.get_text(), item.get_size())
                < width + 0.05
            )


def test_the_top_of_the_stack_is_one_minus_survival():
    cohort, settings = draw_cohort(150, ["low", "high"]), make_settings()
    figure = draw(cohort, settings, "incidence", "overall")
    lines = figure.axes[1].lines
    assert len(lines) == 6  # three sites, those not known, deaths, and the naive curve
    patients = read_patients(cohort, "alpha", settings["endpoints"]["alpha"])
    found = estimate_incidence(patients, settings["endpoints"]["alpha"], settings["groupings"])
    rows = found[(found["classification"] == "site") & (found["grouping"] == "overall")]
    limit = figure.axes[1].get_xlim()[1]
    last = rows[rows["time"] <= limit].groupby("cause", sort=False)["incidence"].last()
    assert lines[4].get_ydata()[-1] == pytest.approx(100 * last.sum())
    assert lines[5].get_ydata()[-1] > 100 * (last.sum() - last["without_recurrence"])


def test_what_stands_below_the_hazard():
    words = texts(draw(make_cohort(HAND), make_settings(), "hazard"))
    assert any("not drawn, fewer than 10 patients" in each for each in words)
    words = texts(draw(draw_cohort(200, ["low", "long"]), make_settings(["low", "long"]), "hazard"))
    assert any("Smoothed over 6 months" in each for each in words)
    assert LONG in " ".join(words) and "200" not in words


def test_the_same_input_gives_the_same_bytes(tmp_path):
    for kind in ("incidence", "hazard"):
        for name in ("one", "two"):
            figure = draw(draw_cohort(80, ["low", "high"]), make_settings(), kind)
            style.save(figure, tmp_path / name, "svg")
        assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_estimator_and_tests_stand_on_the_figure():
    cohort, settings = draw_cohort(150, ["low", "high"]), make_settings()
    spec = settings["endpoints"]["alpha"]
    patients = read_patients(cohort, "alpha", spec)
    groupings = settings["groupings"]
    tables = (
        estimate_incidence(patients, spec, groupings),
        compare_incidence(patients, spec, groupings),
    )
    found, gray = (table.assign(endpoint="alpha") for table in tables)
    figure = figure_incidence.plot_patterns(
        found, "alpha", "tiers", settings, SPEC, OUTPUT, True, gray
    )
    words = " ".join(texts(figure)).replace(style.NBSP, " ")
    assert "Aalen-Johansen estimates" in words and "Gray's test:" in words
    kept = gray[gray["grouping"].eq("tiers") & gray["classification"].isin(["site", "any"])]
    assert len(kept) == 5 and kept["p_value"].notna().all()
    for p_value in kept["p_value"]:
        assert style.state_p(p_value).replace(style.NBSP, " ") in words


def test_more_than_four_hazards_are_named_where_they_end():
    names = ["low", "high", "c", "d", "e"]
    figure = draw(draw_cohort(500, names), make_settings(names), "hazard")
    page, axes = figure.axes
    right = axes.transAxes.transform((1, 0))[0]
    style.save(figure, io.BytesIO(), "png")
    beside = [x for x in page.texts if x.get_window_extent().x0 > right and x.get_label() == NAME]
    drawn = [line for line in axes.lines if len(line.get_xdata()) > 2]
    assert len(beside) == len(drawn) == 5
    order = sorted(drawn, key=lambda line: -line.get_ydata()[np.isfinite(line.get_ydata())][-1])
    tops = sorted(beside, key=lambda x: -x.get_window_extent().y1)
    assert [x.get_color() for x in tops] == [style.text_colour(line.get_color()) for line in order]


@pytest.mark.parametrize("kinds", range(1, 8))
@pytest.mark.parametrize("unknown", [True, False])
@pytest.mark.parametrize("view", contact_sheets.VIEWS)
def test_areas_on_one_another_are_told_apart_in_grey_and_without_red_or_green_cones(
    kinds, unknown, view
):
    causes = [f"kind{n}" for n in range(kinds)] + [UNKNOWN] * unknown + [ENDED]
    colours = [figure_incidence.choose_colour(cause, causes) for cause in causes]
    pixels = np.array([[np.round(255 * np.array(to_rgb(colour))) for colour in colours]], int)
    grey = contact_sheets.see(pixels, contact_sheets.VIEWS[view])
    luminance = contact_sheets.see(grey.astype(int), contact_sheets.LUMINANCE)[0, :, 0]
    assert (np.abs(np.diff(luminance.astype(int))) > 20).all()
