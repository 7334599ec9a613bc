"""With small cells no figure draws a single patient, or a bar of few: read back from the figures, and by the scripts that draw them."""

import contextlib
import io

import inside
import numpy as np
import pandas as pd
import pytest
import test_figure_splines
import test_figures
from crlm.analyses.cox.figure_hazards import plot_proportional_hazards
from crlm.analyses.cox.figure_splines import plot_splines
from crlm.analyses.discordance.figure import plot_discordance
from crlm.display import privacy, style
from crlm.job import logs
from matplotlib.patches import Rectangle, StepPatch

LEAST = 5


def test_residuals_of_single_patients_are_not_drawn():
    inputs = test_figures.make_residuals(5)
    marks = {}
    for least in (0, LEAST):
        figure = plot_proportional_hazards(**inputs, small_cells=least)
        drawn = [line for axes in figure.axes[1:] for line in axes.lines]
        marks[least] = sum(line.get_marker() == "o" for line in drawn)
        said = "Residuals of single patients are not drawn" in test_figures.all_text(figure)
        assert said == bool(least)
    assert marks == {0: 5, LEAST: 0}
    curves = [line for line in drawn if len(line.get_xdata()) == 60]
    ends = np.array([line.get_xdata()[[0, -1]] for line in curves]) / privacy.WEEK
    assert len(curves) == 5 and np.abs(ends - ends.round()).max() < 1e-9


def test_bars_below_a_spline_are_none_of_few():
    fits, models, variables = test_figure_splines.fit(60)
    bins = fits.spline_curves.query("kind == 'bin' and model == 'curved'")["patients"]
    assert bins.between(1, LEAST - 1).sum() > 1
    tables = fits.spline_terms.query("model == 'curved'"), fits.spline_curves
    for least in (None, LEAST):
        figure = plot_splines(
            *tables, variables, models["curved"], test_figure_splines.ENDPOINT, True, least
        )
        (bars,) = (patch for patch in figure.axes[1].patches if isinstance(patch, StepPatch))
        heights, base = bars.get_data().values, bars.get_data().baseline
        assert (heights > base).sum() == (bins >= (least or 1)).sum()


def test_ranges_within_a_patient_have_no_bar_of_few():
    row = {"rule": "rule", "comparison": "lesions", "level": np.nan, "units": 40, "undetermined": 0}
    row |= {"pairs": 60, "percent": 90.0, "lower": 80.0, "upper": 96.0}
    concordance = pd.DataFrame([row])
    spread = pd.DataFrame(
        {
            "comparison": "lesions",
            "from": [0, 0, 10, 20],
            "to": [0, 10, 20, 30],
            "units": [20, 12, 6, 2],
        }
    )
    plan = {"worst": None, "published": []}
    figure = plot_discordance(concordance, spread, plan, {"rule": "Rule"}, small_cells=LEAST)
    bars = [each for axes in figure.axes for each in axes.patches if isinstance(each, Rectangle)]
    heights = [round(bar.get_height(), 6) for bar in bars if bar.get_width() == 0.4]
    assert heights == [50, 30, 0, 0]  # the share of all, and the 6 that would tell the 2


PLAN = """
study: {title: Wires, synthetic: true}
cohort: {file: data/rows.csv}
columns: {patient_id: nr, age: age, sex: sex, first_time: time, first_seen: seen, cea_ng_ml: marker}
variables:
  first_time: {label: First time, kind: duration, timing: follow_up}
  first_seen: {label: First seen, kind: binary, timing: follow_up}
endpoints:
  zeta:
    label: Zeta survival
    events: {first: {duration: first_time, flag: first_seen}}
    censoring: {last: {duration: first_time}}
    landmarks_months: [12]
    horizon_months: 24
models:
  univariable: {variables: [age]}
  curved: {label: Curved, variables: [age, sex], splines: {age: {knots: 3}}}
cutoffs: {cea_ng_ml: {}}
performance: {predictors: [age, cea_ng_ml]}
resampling: {resamples: 100}
output: {formats: [svg], privacy: {small_cells: 5}}
"""
DRAWN = (
    "cutoffs_zeta_cea_ng_ml",
    "splines_zeta_curved",
    "proportional_hazards_zeta_curved",
    "performance_zeta_calibration",
)


def make_rows():
    random = np.random.default_rng(5)
    months = random.exponential(30, 90).round(1) + 0.5
    return pd.DataFrame(
        {
            "nr": [f"W{n}" for n in range(90)],
            "age": random.integers(40, 85, 90),
            "sex": np.tile(["male", "female"], 45),
            "time": np.minimum(months, 60),
            "seen": (months < 60).astype(int),
            "marker": random.lognormal(2, 1, 90).round(1),
        }
    )


def test_the_scripts_hide_them(tmp_path, monkeypatch):
    (tmp_path / "config").mkdir()
    (tmp_path / "data").mkdir()
    (tmp_path / "config/config.yaml").write_text(PLAN)
    make_rows().to_csv(tmp_path / "data/rows.csv", index=False)
    figures = {}

    def keep(figure, files, small_cells=None):
        figures[str(files if isinstance(files, str) else files[0])] = figure, small_cells
        open(str(files if isinstance(files, str) else files[0]), "w").close()

    with inside.keep_reading(), contextlib.redirect_stderr(io.StringIO()):
        monkeypatch.setattr(logs, "to_file", lambda path: None)
        monkeypatch.setattr(style, "save_all", keep)
        workflow = inside.read_workflow(tmp_path)
        monkeypatch.chdir(tmp_path)
        makers = inside.list_jobs(workflow, ["zeta"])
        done = set()
        for name in DRAWN:
            for rule, wildcards in inside.order_jobs(makers, f"results/figures/{name}.svg"):
                if (rule.name, *wildcards) not in done:
                    inside.run_job(rule, wildcards)
                    done.add((rule.name, *wildcards))
    shown = [figures[f"results/figures/{name}.svg"] for name in DRAWN]
    assert [least for _, least in shown] == [LEAST] * 4
    cuts, splines, hazards, calibration = (figure for figure, _ in shown)
    (bars,) = (each for axes in cuts.axes for each in axes.patches if isinstance(each, StepPatch))
    counts = bars.get_data().values
    assert (counts >= LEAST).any() and not ((counts > 0) & (counts < LEAST)).any()
    (bars,) = (
        each for axes in splines.axes for each in axes.patches if isinstance(each, StepPatch)
    )
    assert (bars.get_data().values == bars.get_data().baseline).any()
    assert not [x for axes in hazards.axes for x in axes.lines if x.get_marker() == "o"]
    strips = [
        each for axes in calibration.axes for each in axes.patches if isinstance(each, Rectangle)
    ]
    counts = [bar.get_height() for bar in strips if bar.get_width() == pytest.approx(0.045)]
    assert max(counts) >= LEAST and not [n for n in counts if 0 < n < LEAST]
