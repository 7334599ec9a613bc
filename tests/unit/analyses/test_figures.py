"""The figures: what stands in them, that nothing overlaps or leaves the page, and that files are reproducible."""

import io
import itertools
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from crlm.analyses.cox.figure import plot_forest
from crlm.analyses.cox.figure_hazards import plot_proportional_hazards, smooth_residuals
from crlm.analyses.cox.figure_subgroups import plot_subgroups
from crlm.analyses.description.figure_flow import plot_flow
from crlm.analyses.description.figure_missingness import plot_missingness
from crlm.analyses.kaplan_meier.figure import plot_kaplan_meier
from crlm.analyses.kaplan_meier.figure_incidence import plot_incidence
from crlm.display import privacy, style
from crlm.display.curves import build_steps, choose_limit, count_at_risk
from crlm.display.forest import choose_axis
from crlm.display.formats import describe_step
from matplotlib.text import Text

LONG = "Extrahepatic disease resected with curative intent, margin of 1 mm or less ({})"
ENDPOINT = {
    "label": "Recurrence-free survival",
    "published_as": "recurrence_free_survival",
    "abbreviation": "RFS",
}
SETTINGS = {
    "formats": ["svg"],
    "risk_table": ["at_risk"],
    "risk_table_by": "count",
    "few_at_risk": "grey",
    "curve_numbers": True,
    "limit_months": None,
    "confidence_band": True,
}
ALL_ROWS = {**SETTINGS, "risk_table": ["at_risk", "events", "censored"]}


# --- inputs in the form of the result files, by brute force ---------------------------------------


def simulate(patients, hazard=0.03, seed=1, censoring=(6, 110)):
    random = np.random.default_rng(seed)
    death = random.exponential(1 / hazard, patients)
    last = random.uniform(*censoring, patients)
    return np.round(np.minimum(death, last), 1), (death <= last).astype(int)


def brute_force_curve(months, event):
    rows, survival, greenwood = [(0.0, 1.0, np.nan, np.nan, len(months), 0, 0)], 1.0, 0.0
    for time in sorted(set(months)):
        at_risk = sum(months >= time)
        deaths = sum((months == time) & (event == 1))
        survival *= 1 - deaths / at_risk
        greenwood += deaths / (at_risk * (at_risk - deaths)) if at_risk > deaths else np.inf
        lower = upper = np.nan
        if 0 < survival < 1:
            width = 1.96 * np.sqrt(greenwood) / abs(np.log(survival))
            lower, upper = survival ** np.exp(width), survival ** np.exp(-width)
        censored = sum(months == time) - deaths
        rows.append((time, survival, lower, upper, at_risk, deaths, censored))
    names = ["time", "survival", "lower", "upper", "at_risk", "events", "censored"]
    return pd.DataFrame(rows, columns=names)


def first_time(curve, column):
    return curve.loc[curve[column] <= 0.5, "time"].min()


def make_km(groups, labels=None, label="Clinical risk score", note=None, missing=0, **spec):
    """groups: {name: (months, event)} -> keyword arguments of plot_kaplan_meier."""
    curves, summary = [], []
    for name, (months, event) in groups.items():
        months, event = np.asarray(months, float), np.asarray(event)
        curve = brute_force_curve(months, event) if len(months) else brute_force_curve([], [])[:0]
        curves.append(curve.assign(grouping="g", group=name))
        summary.append(
            {
                "grouping": "g",
                "group": name,
                "patients": len(months),
                "events": int(event.sum()),
                "median": first_time(curve, "survival"),
                "median_lower": first_time(curve, "lower"),
                "median_upper": first_time(curve, "upper"),
                "missing": missing,
            }
        )
    filled = [curve for curve in curves if len(curve)]
    tests = pd.DataFrame(
        {"test": ["log-rank", "trend", "pairwise"], "p_value": [0.0123, 0.00004, 0.5]}
    )
    grouping = {
        "label": label,
        "groups": list(groups),
        "group_labels": labels or {name: f"Group {name}" for name in groups},
        "ordered": False,
        "variables": ["score"],
        "cuts": None,
        "landmark_months": None,
        "note": note,
        **spec,
    }
    return {
        "curves": pd.concat(filled, ignore_index=True),
        "summary": pd.DataFrame(summary),
        "tests": tests if len(filled) > 1 else tests[:0],
        "grouping": grouping,
        "endpoint": ENDPOINT,
        "settings": SETTINGS,
    }


def six_long_groups():
    groups = {str(i): simulate(150 - 20 * i, 0.012 * (i + 1), i) for i in range(6)}
    labels = {str(i): LONG.format(f"${i}_x$ group {i}") for i in range(6)}
    note = "proxy: synchronous flag for the interval from the primary to the metastases; " * 3
    return make_km(groups, labels, label=LONG.format("grouping"), note=note, missing=12)


KAPLAN_MEIER = {
    "two": make_km({"no": simulate(160, 0.02), "yes": simulate(90, 0.05, 2)}),
    "six long": {**six_long_groups(), "settings": ALL_ROWS},
    "one": make_km(
        {"all": simulate(300)}, {"all": "All patients"}, "All patients", note="unverified points"
    ),
    "three patients": make_km(
        {"a": ([3.0, 20.0, 41.0], np.array([1, 0, 1])), "b": simulate(60, 0.03, 3)}
    ),
    "only three": make_km({"all": ([3.0, 20.0, 41.0], np.array([1, 0, 1]))}),
    "no events": make_km(
        {"a": ([30.0, 36.0, 60.0, 71.0], np.zeros(4, int)), "b": simulate(60, 0.03, 3)}
    ),
    "empty group": make_km(
        {"low": simulate(80, 0.02), "none": ([], np.array([])), "high": simulate(40, 0.06, 2)}
    ),
    "landmark": make_km(
        {"no": simulate(60, 0.03), "yes": simulate(1200, 0.02, 2)}, landmark_months=12.0
    ),
}
VARIABLES = {
    "age": {"label": "Age at resection", "kind": "continuous", "unit": "years", "per": 10},
    "cea": {"label": "CEA", "kind": "continuous", "unit": "ng/mL", "transform": "log2"},
    "size": {"label": "Largest metastasis", "kind": "continuous", "unit": "cm", "per": 1},
    "sex": {
        "label": "Sex",
        "kind": "categorical",
        "levels": ["female", "male"],
        "level_labels": {"female": "Female", "male": "Male"},
    },
    "site": {
        "label": "Site of the primary",
        "kind": "categorical",
        "levels": ["left", "right", "rectum"],
        "level_labels": {"left": "Left colon", "right": "Right colon", "rectum": "Rectum"},
    },
    "hgp": {
        "label": "Histopathological growth pattern of all metastases that were assessed ($x$)",
        "kind": "categorical",
        "levels": ["desmoplastic", "other"],
        "level_labels": {
            "desmoplastic": "Desmoplastic in every lesion and every block of it",
            "other": "Any other",
        },
    },
}


def many_variables(copies):
    return {
        f"{name}{i}": {**spec, "label": f"{spec['label']}{f' {i}' if i else ''}"}
        for i in range(copies)
        for name, spec in VARIABLES.items()
    }


def make_cox(variables, models=("univariable", "clinical"), seed=3):
    random = np.random.default_rng(seed)
    rows = []
    for model, (number, (name, spec)) in itertools.product(models, enumerate(variables.items())):
        if model != "univariable" and number % 4 == 3:
            continue
        levels = spec.get("levels", [""])
        for position, level in enumerate(levels):
            coef, se = random.normal(0.2, 0.4), random.uniform(0.08, 0.4)
            row = {
                "model": model,
                "variable": name,
                "level": level or np.nan,
                "reference": levels[0] or np.nan,
                "patients": 300 // len(levels) - position,
                "events": 180 // len(levels),
                "coef": coef,
                "se": se,
                "hazard_ratio": np.exp(coef),
                "lower": np.exp(coef - 1.96 * se),
                "upper": np.exp(coef + 1.96 * se),
                "p_value": 2 * np.exp(-0.717 * abs(coef / se) - 0.416 * (coef / se) ** 2) / 2,
                "factor_p_value": 0.0345,
                "method": "efron",
            }
            if len(levels) > 1 and position == 0:
                row |= {"hazard_ratio": 1.0, "coef": 0.0}
                row |= dict.fromkeys(["se", "lower", "upper", "p_value"], np.nan)
            rows.append(row)
    return pd.DataFrame(rows)


def make_forest(copies):
    variables = many_variables(copies)
    cox = make_cox(variables)
    numbers = ["coef", "hazard_ratio", "lower", "upper", "p_value"]
    cox.loc[cox.index[1], numbers] = np.nan  # not estimable
    cox.loc[cox.index[2], ["hazard_ratio", "lower", "upper"]] = [2.2, 0.03, 160]
    statistics = pd.DataFrame(
        {
            "model": ["clinical"],
            "patients": 250,
            "events": 160,
            "missing": 50,
            "events_per_parameter": 20.0,
            "concordance": 0.681,
        }
    )
    models = {"clinical": {"label": "Clinical model"}}
    return {
        "cox": cox,
        "variables": variables,
        "endpoint": ENDPOINT,
        "model": "clinical",
        "models": models,
        "statistics": statistics,
    }


def make_subgroups():
    random = np.random.default_rng(8)
    rows = []
    for within, group, p_value in [
        ("overall", "all", np.nan),
        ("sex", "female", 0.21),
        ("sex", "male", 0.21),
        ("site", "left", 0.0004),
        ("site", "right", 0.0004),
        ("site", "rectum", 0.0004),
    ]:
        coef, se = random.normal(0.5, 0.2), 0.25
        rows.append(
            {
                "within": within,
                "group": group,
                "level": "other",
                "reference": "desmoplastic",
                "patients": 100,
                "events": 60,
                "hazard_ratio": np.exp(coef),
                "lower": np.exp(coef - 1.96 * se),
                "upper": np.exp(coef + 1.96 * se),
                "p_value": 0.04,
                "interaction_p_value": p_value,
            }
        )
    rows[-1] |= dict.fromkeys(["hazard_ratio", "lower", "upper", "p_value"], np.nan)
    return {
        "subgroups": pd.DataFrame(rows),
        "analysis": {"label": VARIABLES["hgp"]["label"], "variable": "hgp", "adjust": ["age"]},
        "variables": VARIABLES,
        "endpoint": ENDPOINT,
    }


def make_residuals(panels, deaths=150):
    random = np.random.default_rng(4)
    time = np.sort(random.exponential(25, deaths))
    rows, coefficients, terms = [], [], []
    for name, spec in many_variables(3).items():
        for level in spec.get("levels", ["", np.nan])[1:]:
            if len(rows) == panels:
                break
            coef = random.normal(0.3, 0.3)
            residual = coef + random.normal(0, 2.5, deaths) + 0.01 * (time - time.mean())
            rows.append(
                pd.DataFrame(
                    {
                        "term": f"{name}[{level}]" if level else name,
                        "variable": name,
                        "level": level,
                        "time": time,
                        "residual": residual,
                    }
                )
            )
            coefficients.append({"variable": name, "level": level, "coef": coef})
            terms.append(name)
    terms = list(dict.fromkeys(terms))
    return {
        "residuals": pd.concat(rows, ignore_index=True),
        "tests": pd.DataFrame({"term": [*terms, "GLOBAL"], "p_value": 0.0312}),
        "coefficients": pd.DataFrame(coefficients),
        "variables": many_variables(3),
        "model": {"label": "Clinical model"},
        "endpoint": ENDPOINT,
    }


def make_attrition(exclusions, endpoints, long=True):
    reason = "Operation without curative intent, or a follow-up shorter than 30 days, number {}"
    remaining = 500
    rows = [("file", "Rows in the export", "", 0, remaining, 0)]
    for number in range(exclusions):
        remaining -= 7 + number
        label = reason.format(number) if long else f"Reason {number}"
        rows.append((f"x{number}", label, "", 7 + number, remaining, 3 * number))
    rows.append(("analysed", "Patients analysed", "", 0, remaining, 0))
    for number in range(endpoints):
        name = f"e{number}"
        left = remaining
        for reason in ("No date of the last contact", "Time of the recurrence unknown")[
            : number % 3
        ]:
            left -= 2
            rows.append((f"{name}_left_out", reason, name, 2, left, 0))
        rows.append((name, f"Endpoint {number}", name, 0, left, 0))
    columns = ["step", "label", "endpoint", "excluded", "remaining", "unknown"]
    specs = {f"e{i}": {"label": f"Hepatic recurrence-free survival {i}"} for i in range(endpoints)}
    return {"attrition": pd.DataFrame(rows, columns=columns), "endpoints": specs}


def make_flow():
    fits = pd.DataFrame({"model": ["m"], "variable": [np.nan], "patients": [300], "events": [90]})
    return {
        **make_attrition(2, 2),
        "events": {"e0": 120, "e1": 0},
        "fits": {"e0": fits.assign(missing=140), "e1": fits.assign(missing=0)},
        "models": {"m": {"label": LONG.format("m")}},
        "missing": {LONG.format(number): number for number in range(16)},
    }


def make_missing(copies, share=0.2):
    variables = many_variables(copies)
    random = np.random.default_rng(5)
    absent = random.uniform(size=(400, len(variables))) < share * (
        np.arange(len(variables)) % 5
    ) / 5 * (random.uniform(size=(400, 1)) < 0.4)
    absent = pd.DataFrame(absent.astype(int), columns=list(variables))
    counts = absent.sum()
    table = pd.DataFrame(
        {"variable": counts.index, "missing": counts.to_numpy(), "percent": counts.to_numpy() / 4}
    ).assign(patients=400)
    some = list(counts.index[counts > 0])
    patterns = (
        absent[some].value_counts(sort=True).rename("patients").reset_index()
        if some
        else (pd.DataFrame({"patients": [400]}))
    )
    return {"missingness": table, "patterns": patterns, "variables": variables}


def make_incidence(groups=1, causes=("recurrence", "death_without_recurrence")):
    curves, incidence = [], []
    for number in range(groups):
        months, event = simulate(200, 0.03 + 0.01 * number, number)
        curve = brute_force_curve(months, event)
        curves.append(curve.assign(group=f"g{number}"))
        for share, cause in zip((0.8, 0.15, 0.05), causes, strict=False):
            table = curve[["time"]].assign(
                group=f"g{number}",
                cause=cause,
                incidence=share * (1 - curve["survival"]),
                lower=share * (1 - curve["upper"]),
                upper=share * (1 - curve["lower"]),
            )
            incidence.append(table)
    names = [f"g{number}" for number in range(groups)]
    return {
        "incidence": pd.concat(incidence, ignore_index=True),
        "curves": pd.concat(curves, ignore_index=True),
        "grouping": {
            "label": "Groups",
            "groups": names,
            "group_labels": {name: LONG.format(name) for name in names},
            "landmark_months": None,
            "note": None,
        },
        "endpoint": ENDPOINT,
        "settings": SETTINGS,
    }


CASES = {
    **{f"km {name}": (plot_kaplan_meier, case) for name, case in KAPLAN_MEIER.items()},
    "forest short": (plot_forest, make_forest(1)),
    "forest long": (plot_forest, make_forest(4)),
    "forest univariable": (plot_forest, {**make_forest(2), "model": None}),
    "subgroups": (plot_subgroups, make_subgroups()),
    **{f"ph {n}": (plot_proportional_hazards, make_residuals(n)) for n in (1, 2, 5, 16)},
    "ph few events": (plot_proportional_hazards, make_residuals(3, deaths=4)),
    "flow 0": (plot_flow, make_attrition(0, 1)),
    "flow 3": (plot_flow, make_attrition(3, 2, long=False)),
    "flow 8": (plot_flow, make_attrition(8, 4)),
    "flow 30": (plot_flow, make_attrition(30, 12)),
    "flow models": (plot_flow, make_flow()),
    "missing": (plot_missingness, make_missing(1)),
    "missing many": (plot_missingness, make_missing(5)),
    "missing none": (plot_missingness, make_missing(1, share=0)),
    "incidence 1": (plot_incidence, make_incidence(1)),
    "incidence 4": (plot_incidence, make_incidence(4, ("recurrence", "death", "other"))),
}


# --- every figure ----------------------------------------------------------------------------------


def list_texts(figure):
    """(text, bounding box in pixels) of all texts that are drawn."""
    figure.canvas.draw()
    texts = [*figure.texts]
    for axes in figure.axes:
        texts += axes.findobj(lambda artist: hasattr(artist, "get_text"))
    visible = [text for text in texts if text.get_visible() and text.get_text().strip()]
    placed = [text for text in visible if not _is_hidden_tick(text)]
    return [(text.get_text(), text.get_window_extent()) for text in placed]


def _is_hidden_tick(text):
    axes = text.axes
    return axes is not None and not axes.axison and text not in axes.texts


def find_overlaps(texts, slack=0.5):
    pairs = itertools.combinations(texts, 2)
    return [
        (first, second)
        for (first, a), (second, b) in pairs
        if min(a.x1, b.x1) - max(a.x0, b.x0) > slack and min(a.y1, b.y1) - max(a.y0, b.y0) > slack
    ]


@pytest.mark.parametrize("name", CASES)
def test_nothing_overlaps_or_leaves_the_page(name):
    plot, case = CASES[name]
    figure = plot(**case, synthetic=True)
    texts = list_texts(figure)
    assert find_overlaps(texts) == []
    page = figure.bbox
    for text, box in texts:
        inside = box.x0 >= page.x0 and box.x1 <= page.x1 and box.y0 >= page.y0 and box.y1 <= page.y1
        assert inside, text


@pytest.mark.parametrize("name", CASES)
def test_synthetic_is_said(name):
    plot, case = CASES[name]
    assert "synthetic data" in [text for text, _ in list_texts(plot(**case, synthetic=True))]
    assert "synthetic data" not in [text for text, _ in list_texts(plot(**case))]


@pytest.mark.parametrize(
    "name", ["km two", "forest short", "ph 2", "flow 3", "missing", "incidence 1"]
)
@pytest.mark.parametrize("format", ["svg", "pdf", "png"])
def test_same_bytes_twice(name, format):
    plot, case = CASES[name]
    files = []
    for _ in range(2):
        buffer = io.BytesIO()
        style.save(plot(**case), buffer, format)
        files.append(buffer.getvalue())
    assert files[0] == files[1]
    assert b"20" + pd.Timestamp.now().strftime("%y-%m-").encode() not in files[0]


def test_same_bytes_in_another_process():
    """Neither the order of a set nor the user's matplotlibrc changes a file."""
    code = (
        "import hashlib, io, test_figures as t; from crlm.display import style\n"
        "for format in ('svg', 'pdf', 'png'):\n"
        "    plot, case = t.CASES['km two']; buffer = io.BytesIO()\n"
        "    style.save(plot(**case), buffer, format); print(hashlib.sha256(buffer.getvalue()).hexdigest())"
    )
    folders = os.pathsep.join([os.path.dirname(__file__), str(Path(style.__file__).parents[2])])
    outputs = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONPATH": folders, "PYTHONHASHSEED": seed},
            check=True,
            capture_output=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(outputs) == 1


@pytest.mark.parametrize("align", ["left", "center", "right"])
@pytest.mark.parametrize("look", [{"weight": "bold"}, {"style": "italic", "size": style.SMALL}])
def test_a_line_stands_where_matplotlib_puts_a_text(align, look):
    pictures = []
    for kind in (style.Line, Text):
        figure, page = style.new_page(2, 0.4)
        with style.matplotlib.rc_context(style.SETTINGS):
            page.add_artist(kind(1, 0.3, "Hazard (95% CI)", ha=align, **look))
            figure.canvas.draw()
        pictures.append(np.asarray(figure.canvas.buffer_rgba()).copy())
    assert pictures[0].min() == 0
    assert (pictures[0] == pictures[1]).all()


def test_no_pyplot():
    code = "import sys, crlm.analyses.kaplan_meier.figure, crlm.analyses.cox.figure; print('matplotlib.pyplot' in sys.modules)"
    folder = str(Path(style.__file__).parents[2])
    run = [sys.executable, "-c", code]
    env = {**os.environ, "PYTHONPATH": folder}
    assert subprocess.run(run, env=env, capture_output=True, check=True).stdout == b"False\n"


def test_dollar_is_a_dollar():
    figure = plot_kaplan_meier(**KAPLAN_MEIER["six long"])
    assert any("$0_x$" in text for text, _ in list_texts(figure))
    assert not any(text.get_parse_math() for text in figure.axes[0].texts)


# --- Kaplan-Meier ----------------------------------------------------------------------------------


def all_text(figure):
    return " ".join(text for text, _ in list_texts(figure)).replace(style.NBSP, " ")


def test_axes_say_from_where_time_counts_and_what_a_share_is():
    case = KAPLAN_MEIER["two"]
    words = {"time_label": "Months since diagnosis", "survival_label": "Free of recurrence"}
    endpoint = {**case["endpoint"], "label": "Time to recurrence", **words}
    text = all_text(plot_kaplan_meier(**{**case, "endpoint": endpoint}))
    assert "Months since diagnosis" in text and "Free of recurrence (%)" in text
    assert "Time to recurrence (%)" not in text and "resection" not in text


@pytest.mark.parametrize("name", KAPLAN_MEIER)
def test_curves_and_axes(name):
    case = KAPLAN_MEIER[name]
    axes = plot_kaplan_meier(**case).axes[1]
    lines = [line for line in axes.lines if line.get_linestyle() != "None"]
    drawn = [line for line in lines if line.get_color() != style.GREY]
    shown = case["summary"][case["summary"]["patients"] > 0]
    assert len(drawn) == len(shown)
    tails = {tuple(line.get_xydata()[0]): line for line in lines if line not in drawn}
    assert len(tails) == len(lines) - len(drawn)
    assert axes.get_ylim() == (0, 100)
    assert axes.get_xlim()[0] == 0
    for line, group in zip(drawn, shown["group"], strict=True):
        curve = case["curves"][case["curves"]["group"] == group]
        curve = curve.drop_duplicates("time", keep="last")  # an event at month 0 is a second row
        x, y = line.get_data()
        enough = max([0, *curve.loc[curve["at_risk"] >= 5, "time"]])
        assert x[-1] == min(enough, axes.get_xlim()[1])
        if tuple(line.get_xydata()[-1]) in tails:  # where fewer than five are at risk
            rest = tails.pop(tuple(line.get_xydata()[-1])).get_data()
            x, y = np.append(x, rest[0]), np.append(y, rest[1])
        assert x[-1] == min(curve["time"].max(), axes.get_xlim()[1])
        for time, survival in zip(curve["time"], curve["survival"], strict=True):
            if time <= axes.get_xlim()[1]:
                assert y[np.flatnonzero(x == time)[-1]] == 100 * survival
    assert not tails


@pytest.mark.parametrize("limit", [None, 60, 40])
def test_risk_table_is_a_count_of_the_patients(limit):
    months, event = simulate(130, 0.03, 7, censoring=(2, 70))
    months[:4], event[:4] = [12.0, 24.0, 24.0, 60.0], [1, 0, 1, 0]  # at the ticks themselves
    settings = {**ALL_ROWS, "limit_months": limit}
    figure = plot_kaplan_meier(**{**make_km({"all": (months, event)}), "settings": settings})
    page, axes = figure.axes
    ticks = axes.get_xticks()
    assert axes.get_xlim()[1] == (limit or axes.get_xlim()[1])
    wanted = [[str(sum(months >= tick)) for tick in ticks]]
    for kind in (1, 0):
        wanted.append([str(sum((months < tick) & (event == kind))) for tick in ticks])
    assert read_risk_table(page, axes) == wanted


def read_risk_table(page, axes):
    """Rows of numbers under the ticks; each must stand exactly below its tick."""
    ticks = [axes.transData.transform((tick, 0))[0] for tick in axes.get_xticks()]
    rows = {}
    for text in page.texts:
        x, y = page.transData.transform(text.get_position())
        if text.get_text().isdigit() and text.get_ha() == "center":
            assert min(abs(x - tick) for tick in ticks) < 0.01
            rows.setdefault(round(-y, 3), []).append((x, text.get_text()))
    return [[text for _, text in sorted(row)] for _, row in sorted(rows.items())]


def test_number_at_risk_between_and_beyond_the_times():
    curve = brute_force_curve(np.array([3.0, 5.0, 5.0, 9.0]), np.array([1, 1, 0, 0]))
    assert list(count_at_risk(curve, [0, 3, 3.1, 5, 5.1, 9, 9.1])) == [4, 4, 3, 3, 1, 1, 0]


@pytest.mark.parametrize(
    ("name", "said", "unsaid"),
    [
        (
            "two",
            ["Log-rank p = 0.012", "p for trend < 0.001", "160", "Months since resection"],
            ["pairwise"],
        ),
        (
            "one",
            ["All patients: 300 patients", "median, months (95% CI)", "Unverified points."],
            ["Log-rank"],
        ),
        ("no events", ["not reached"], []),
        ("empty group", ["0 patients", "Group none"], []),
        ("landmark", ["Months after the landmark at 12 months"], ["Months since"]),
        ("six long", ["Not shown: 12 patients", "Cumulative censored"], []),
    ],
)
def test_what_a_kaplan_meier_figure_says(name, said, unsaid):
    text = all_text(plot_kaplan_meier(**KAPLAN_MEIER[name]))
    assert [part for part in said if part not in text] == []
    assert [part for part in unsaid if part in text] == []


def test_median_not_reached():
    text = all_text(plot_kaplan_meier(**make_km({"all": ([30.0, 40.0], np.zeros(2, int))})))
    assert "(95% CI): not reached" in text


def test_groups_read_as_numbers_are_found():
    case = make_km({"0": simulate(50), "1": simulate(50, 0.05, 2)})
    for table in ("curves", "summary"):
        case[table] = case[table].assign(group=case[table]["group"].astype(int))
    assert len({x.get_color() for x in plot_kaplan_meier(**case).axes[1].lines} - {style.GREY}) == 2


def test_groups_can_be_told_apart():
    looks = [style.group_style(i, 12) for i in range(12)]
    assert len(set(looks)) == 12
    assert style.group_style(0, 1)[1] == "-"
    for total in range(2, 7):
        assert (
            len({dash for _, dash in (style.group_style(i, total) for i in range(total))}) == total
        )


def test_band_can_be_left_out():
    case = KAPLAN_MEIER["two"]
    assert len(plot_kaplan_meier(**case).axes[1].collections) == 2
    case = {**case, "settings": {**SETTINGS, "confidence_band": False}}
    assert len(plot_kaplan_meier(**case).axes[1].collections) == 0


def test_steps_reach_the_end():
    time, value = build_steps([0, 2, 5], [1, 0.5, np.nan], 4)
    assert list(zip(time, value, strict=True)) == [(0, 1), (2, 1), (2, 0.5), (4, 0.5)]


def test_limit_of_the_time_axis():
    months = np.arange(1.0, 101.0)
    curve = brute_force_curve(months, np.ones(100))
    assert choose_limit([curve]) == 96  # ten are at risk at 91
    assert choose_limit([brute_force_curve(np.array([3.0, 20.0, 41.0]), np.ones(3))]) == 48
    assert choose_limit([brute_force_curve(np.array([1.0, 2.0]), np.ones(2))]) == 6
    assert choose_limit([]) == 12


# --- forests ---------------------------------------------------------------------------------------


def test_forest_rows():
    case = make_forest(1)
    figure = plot_forest(**case)
    text = all_text(figure)
    cox = case["cox"][case["cox"]["model"] == "clinical"]
    for name, part in (
        ("age", "Age at resection, per 10 years"),
        ("cea", "CEA, per doubling"),
        ("size", "Largest metastasis, per cm"),
    ):
        assert (part in text) == (f"{name}0" in set(cox["variable"]))
    for part in ("1.00 (reference)", "0.035", "lower hazard", "higher hazard"):
        assert part in text
    assert "Multivariable model of 250 patients, 160 events; 50 left out" in text
    squares = [line for line in figure.axes[1].lines if line.get_marker() == "s"]
    estimated = cox["hazard_ratio"].notna() & cox["lower"].notna()
    assert sorted(line.get_xdata()[0] for line in squares) == sorted(
        cox.loc[estimated, "hazard_ratio"]
    )


def test_limits_and_estimates_beyond_the_axis_end_in_arrows():
    """The first row's interval leaves on both sides, the second one's estimate as well, the third is within."""
    case = make_forest(1)
    numbers = case["cox"].index[case["cox"]["model"].eq("clinical") & case["cox"]["level"].isna()]
    limits = ["hazard_ratio", "lower", "upper"]
    case["cox"].loc[numbers[0], limits] = [2.2, 0.03, 160]
    figure = plot_forest(**case)
    axes = figure.axes[1]
    low, high = axes.get_xlim()
    ends = [(m.get_marker(), m.get_xdata()[0]) for m in axes.lines if m.get_marker() in ("<", ">")]
    assert sorted(ends) == [("<", low), (">", high)]
    case["cox"].loc[numbers[0], limits] = [300, 130, 900]
    axes = plot_forest(**case).axes[1]
    ends = [(m.get_marker(), m.get_xdata()[0]) for m in axes.lines if m.get_marker() in ("<", ">")]
    assert ends == [(">", axes.get_xlim()[1])]
    assert 300 not in [line.get_xdata()[0] for line in axes.lines if line.get_marker() == "s"]


def test_directions_stand_to_either_side_of_one():
    figure = plot_forest(**make_forest(1))
    boxes = dict(list_texts(figure))
    one = figure.axes[1].transData.transform((1, 0))[0]
    assert boxes["lower hazard"].x1 < one < boxes["higher hazard"].x0


def test_ratios_stand_below_each_other():
    figure = plot_forest(**make_forest(2))
    limits = [box for text, box in list_texts(figure) if re.fullmatch(r"\(.+–.+\)", text)]
    ratios = [box for text, box in list_texts(figure) if re.fullmatch(r"\d+\.\d\d", text)]
    assert len(limits) > 10 and np.ptp([box.x0 for box in limits]) < 1.5
    assert len(ratios) > 10 and np.ptp([box.x1 for box in ratios]) < 1.5  # pixels of 300 dpi


def test_forest_of_one_model():
    text = all_text(plot_forest(**{**make_forest(1), "model": None}))
    assert "Multivariable" not in text and "Each variable alone" in text
    case = make_forest(1)
    case["cox"] = case["cox"][case["cox"]["model"] == "clinical"]
    assert "alone" not in all_text(plot_forest(**case))
    with pytest.raises(ValueError, match="no hazard ratio"):
        plot_forest(case["cox"][:0], VARIABLES, ENDPOINT)
    with pytest.raises(ValueError, match="no hazard ratio"):
        plot_forest(**{**case, "model": None})


@pytest.mark.parametrize("copies", [3, 12, 40])
def test_a_forest_is_at_most_230_mm_tall_and_says_what_it_leaves_out(copies):
    case = {**make_forest(copies), "model": None}
    figure = plot_forest(**case)
    assert figure.get_size_inches()[1] * 25.4 <= 230
    variables = case["cox"].query("model == 'univariable'")["variable"].nunique()
    said = re.search(r"the first (\d+) of (\d+) variables are shown", all_text(figure))
    assert bool(said) == (copies > 3)
    if said:
        assert int(said[2]) == variables
        squares = [line for line in figure.axes[1].lines if line.get_marker() == "s"]
        names = list(case["variables"])[: int(said[1])]
        rows = case["cox"][case["cox"]["model"].eq("univariable")]
        rows = rows[rows["variable"].isin(names)]
        assert len(squares) == (rows["hazard_ratio"].notna() & rows["lower"].notna()).sum()


def test_few_patients_have_no_ratio_where_small_counts_are_hidden():
    case = make_forest(1)
    cox = case["cox"]
    level = cox.index[cox["model"].eq("clinical") & (cox["level"] == "rectum")][0]
    cox.loc[level, ["patients", "events"]] = [4, 3]
    figure = plot_forest(**case, small_cells=5)
    ratios = [line.get_xdata()[0] for line in figure.axes[1].lines if line.get_marker() == "s"]
    assert cox.loc[level, "hazard_ratio"] not in ratios and "withheld" in all_text(figure)
    privacy.hide_figure(figure, 5)
    text = all_text(figure)
    assert "<5/<5" in text
    # the events of the three sites are known to sum up: another one is hidden as well
    assert text.count("–/") == text.count("/–") == 1
    assert cox.loc[level, "hazard_ratio"] in [
        line.get_xdata()[0]
        for line in plot_forest(**case).axes[1].lines
        if line.get_marker() == "s"
    ]


def test_forest_where_nothing_can_be_estimated():
    case = make_forest(1)
    case["cox"][["hazard_ratio", "lower", "upper", "p_value"]] = np.nan
    assert "not estimable" in all_text(plot_forest(**case))


def test_axis_of_a_forest():
    assert choose_axis(np.array([[1.2, 0.8, 1.9]])) == (0.5, 2)
    assert choose_axis(np.array([[1.2, 0.001, 900.0]])) == (0.1, 10)
    assert choose_axis(np.array([[0.04, 0.001, 1.2], [14, 3, 40]])) == (0.02, 20)
    assert choose_axis(np.array([[np.nan] * 3])) == (0.5, 2)


def test_steps_in_words():
    assert describe_step({"kind": "continuous", "unit": "%", "per": 10}) == "per 10%"
    assert describe_step({"kind": "count", "unit": None, "per": 1}) == "per 1"
    assert describe_step({"kind": "binary"}) == ""


def test_subgroups_state_the_interaction():
    text = all_text(plot_subgroups(**make_subgroups()))
    for part in ("p for interaction", "0.210", "<0.001", "not estimable", "Adjusted for Age"):
        assert part in text
    assert "0.040" not in text  # of each hazard ratio


# --- the others ------------------------------------------------------------------------------------


def test_panels_of_proportional_hazards():
    figure = plot_proportional_hazards(**make_residuals(5))
    assert len(figure.axes) == 6
    text = all_text(figure)
    assert "global p = 0.031" in text
    assert "not tested" not in text
    for axes in plot_proportional_hazards(**make_residuals(16)).axes[1:]:
        assert 3 <= len(axes.get_yticks()) <= 6


def test_a_model_without_an_estimate_has_words_in_place_of_panels():
    inputs = make_residuals(2)
    inputs |= {key: inputs[key].iloc[:0] for key in ("residuals", "tests", "coefficients")}
    figure = plot_proportional_hazards(**inputs)
    assert "nothing to test" in all_text(figure)
    assert len(figure.axes) == 1  # the page


def test_smooth_is_the_line_of_a_straight_relation():
    time = np.linspace(1, 60, 80)
    fit, error = smooth_residuals(time, 0.3 - 0.02 * time, time)
    np.testing.assert_allclose(fit, 0.3 - 0.02 * time, atol=1e-9)
    np.testing.assert_allclose(error, 0, atol=1e-7)
    assert smooth_residuals(time[:6], time[:6], time) is None


def test_smooth_follows_a_curve():
    time = np.sort(np.random.default_rng(1).uniform(0, 60, 2000))
    fit, _ = smooth_residuals(time, np.sin(time / 15), time)
    assert np.abs(fit - np.sin(time / 15)).max() < 0.1


def test_flow_counts():
    text = all_text(plot_flow(**make_attrition(3, 3, long=False)))
    for part in (
        "n = 500",
        "n = 24",
        "Reason 0 (n = 7)",
        "Reason 1 (n = 8; not known: 3, kept)",
        "n = 476",
        "Not analysed: n = 4",
    ):
        assert part in text


@pytest.mark.parametrize(
    ("rarer", "words"),
    [([], ""), ([1], "; not shown: 1 rarer set (1 patient)"), ([4, 1], "; not shown: 2 rarer sets (5 patients)")],
)  # fmt: skip
def test_rarer_sets_of_missing_values(rarer, words):
    """With small counts hidden it is not said how many sets are not shown: 8 sets of 8 patients would have one each."""
    counts = [*range(40, 28, -1), *rarer]
    table = pd.DataFrame(
        {"variable": list("abcd"), "patients": 600, "missing": 200, "percent": 33.3}
    )
    sets = pd.DataFrame(
        {name: [row >> place & 1 for row in range(1, 15)] for place, name in enumerate("abcd")}
    )
    sets = sets.head(len(counts)).assign(patients=counts)
    said = all_text(plot_missingness(table, sets, {}))
    assert f"with its number of patients{words}." in " ".join(said.split())
    said = " ".join(all_text(plot_missingness(table, sets, {}, small_cells=5)).split())
    assert ("not shown: rarer sets (" in said) is bool(rarer)
    assert "rarer set (" not in said and not re.search(r"\d rarer", said)


def test_missingness_rows():
    case = make_missing(5)
    figure = plot_missingness(**case)
    axes = figure.axes[1]
    assert len(axes.collections) == (case["missingness"]["missing"] > 0).sum()
    assert "6 of 30 variables" in all_text(figure)
    assert "No value is missing" in all_text(plot_missingness(**make_missing(1, share=0)))


def test_incidence_needs_causes():
    case = make_incidence(1)
    assert "Death without recurrence" in all_text(plot_incidence(**case))
    with pytest.raises(ValueError, match="single cause"):
        plot_incidence(**{**case, "incidence": case["incidence"][:0]})
