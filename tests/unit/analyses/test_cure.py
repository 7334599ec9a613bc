"""The cure model against an own likelihood and simulated truth; follow-up that is too short; plan, words, table and figure."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from crlm.analyses.cure import words
from crlm.analyses.cure.answers import list_limits
from crlm.analyses.cure.equality import compare_shares
from crlm.analyses.cure.estimate import (
    FITTERS,
    assess_plateau,
    describe_group,
    estimate_cure,
    fit,
)
from crlm.analyses.cure.figure import plot_cure
from crlm.analyses.cure.tables import tabulate_cure
from crlm.display.excel import write_workbook
from crlm.plan.schema import PlanError
from crlm.survival.kaplan_meier import Z, estimate_groups
from known_truth import simulate_cured
from scipy.special import logit
from scipy.stats import chi2, expon, fisk, lognorm, weibull_min

LONG = "A label with $x$ and <b> that is some sixty characters long, yes"
ENDPOINT = {"label": "Survival", "abbreviation": "S", "survival_label": "Survival"}
OUTPUT = {"limit_months": None, "confidence_band": True, "few_at_risk": "grey"}


def simulate(seed, size, cured, ends, scale=20, shape=1.1):
    """Weibull times, a share that never has the event, and follow-up that ends uniformly within `ends`."""
    draw = np.random.default_rng(seed)
    times = scale * draw.weibull(shape, size)
    times[draw.random(size) < cured] = np.inf
    end = draw.uniform(*ends, size)
    return np.maximum(np.minimum(times, end), 0.01), (times <= end).astype(float)


def name_times(distribution, parameters):
    """The distribution of scipy with lifelines' parameters."""
    first, *others = parameters
    return {
        "weibull": lambda: weibull_min(others[0], scale=first),
        "exponential": lambda: expon(scale=first),
        "log_normal": lambda: lognorm(others[0], scale=np.exp(first)),
        "log_logistic": lambda: fisk(others[0], scale=first),
    }[distribution]()


def likelihood(parameters, months, event, distribution):
    cured, times = parameters[0], name_times(distribution, parameters[1:])
    died = np.log1p(-cured) + times.logpdf(months)
    alive = np.log(cured + (1 - cured) * times.sf(months))
    return np.where(event == 1, died, alive).sum()


def differentiate(function, point):
    """Score and information by central differences, steps a share of each parameter."""
    steps = np.diag(2e-4 * np.abs(point))
    score = [function(point + s) - function(point - s) for s in steps]
    information = [
        [
            function(point + s + t) - function(point + s - t) - function(point - s + t) + function(point - s - t)
            for s in steps
        ]
        for t in steps
    ]  # fmt: skip
    size = 2 * np.diag(steps)
    return np.array(score) / size, -np.array(information) / np.outer(size, size)


# The model


@pytest.mark.parametrize("distribution", FITTERS)
def test_an_own_likelihood_has_its_summit_there(distribution):
    """The score vanishes, the likelihood is the same, and so are the limits by the inverse of the information."""
    months, event = simulate(2, 250, 0.4, (24, 120))
    row, _ = describe_group(months, event, distribution)
    parameters = np.array(fit(months, event, distribution, cured=True)._fitted_parameters_, float)
    assert row["cured"] == parameters[0] > 0.05

    def own(point):
        return likelihood(point, months, event, distribution)

    assert row["log_likelihood"] == pytest.approx(own(parameters), rel=1e-10)
    score, information = differentiate(own, parameters)
    inverse = np.linalg.inv(information)
    assert score @ inverse @ score < 1e-6  # twice the height that is left to the summit
    error = np.sqrt(inverse[0, 0]) / (row["cured"] * (1 - row["cured"]))
    middle = logit(row["cured"])
    limits = [logit(row["lower"]), logit(row["upper"])]
    np.testing.assert_allclose(limits, [middle - Z * error, middle + Z * error], rtol=2e-4)


@pytest.mark.parametrize("cured", [0.15, 0.5])
def test_the_simulated_cured_share_is_recovered(cured):
    months, event = simulate(11, 1500, cured, (60, 140))
    row, curve = describe_group(months, event, "weibull")
    assert row["lower"] < cured < row["upper"]
    assert row["upper"] - row["lower"] < 0.08
    assert row["p_value"] < 1e-6
    assert row["follow_up"] == "long enough"
    true = [cured + (1 - cured) * np.exp(-((p["time"] / 20) ** 1.1)) for p in curve]
    np.testing.assert_allclose([p["fitted"] for p in curve], true, atol=0.05)
    assert [p["time"] for p in curve] == list(range(int(np.ceil(months.max())) + 1))


def test_the_simulators_cured_shares_are_recovered_by_group():
    """The cohort of known truth: 30 % are cured in group 0, 45 % in group 1."""
    cohort = simulate_cured(seed=1, patients=1500, cured=0.3)
    cohort = cohort.rename(columns={"months": "x_months", "event": "x_event"})
    cohort["grouping_g"] = np.where(cohort["group"] == 1, "more", "less")
    cohort["x_event"] = cohort["x_event"].astype(float)
    settings = {
        "endpoints": ["x"],
        "groupings": {"g": make_group({"less": "L", "more": "M"})},
        "distribution": "weibull",
    }
    found = estimate_cure(cohort, settings)["cured"].set_index("group")
    for group, truth in (("less", 0.3), ("more", 0.45)):
        assert found.loc[group, "lower"] < truth < found.loc[group, "upper"]
        assert found.loc[group, "follow_up"] == "long enough"
    assert found.loc["more", "cured"] - found.loc["less", "cured"] == pytest.approx(0.15, abs=0.06)


def test_nobody_cured_is_found_as_nobody_cured():
    found = [describe_group(*simulate(s, 400, 0, (60, 140)), "weibull")[0] for s in (0, 4)]
    assert all(row["cured"] < 0.03 for row in found)
    none = [row for row in found if row["cured"] == 0]
    assert none and all(row["p_value"] == 1 and "lower" not in row for row in none)
    assert all(row["note"] == "the likelihood is highest when nobody is cured" for row in none)
    assert all("follow_up" not in row for row in none)


@pytest.mark.parametrize("seed", range(2))
def test_follow_up_that_ends_early_is_too_short(seed):
    row, _ = describe_group(*simulate(seed, 300, 0.3, (10, 20), scale=30), "weibull")
    assert row.get("follow_up", "may be too short") == "may be too short"
    assert row["cured"] == 0 or row["not_cured_at_end"] > 0.05


def test_the_test_against_nobody_cured_is_half_a_chi_square():
    months, event = simulate(3, 120, 0.3, (20, 60))
    row, _ = describe_group(months, event, "exponential")
    rate = event.sum() / months.sum()  # without a cured share the summit is known
    alone = event.sum() * np.log(rate) - rate * months.sum()
    wanted = chi2.sf(2 * (row["log_likelihood"] - alone), 1) / 2
    assert row["p_value"] == pytest.approx(wanted, rel=1e-5)


def test_not_cured_at_the_end_is_by_the_model():
    months, event = simulate(1, 200, 0.3, (20, 50))
    row, _ = describe_group(months, event, "weibull")
    model = fit(months, event, "weibull", cured=True)
    left = np.exp(-((months.max() / model.lambda_) ** model.rho_)) * (1 - row["cured"])
    assert row["not_cured_at_end"] == pytest.approx(left / (left + row["cured"]), rel=1e-9)


# The follow-up


def test_maller_and_zhou_as_another_package_prints_it():
    """hdcuremodels prints p = 5.014767e-22 for 36 late events among 75 patients."""
    months = np.concatenate([np.full(4, 2.0), np.linspace(20.5, 30, 36), np.full(35, 40.0)])
    event = np.concatenate([np.ones(40), np.zeros(35)])
    found = assess_plateau(months, event)
    assert (found["late_events"], found["followed_beyond"]) == (36, 35)
    assert found["maller_zhou_p"] == pytest.approx(5.014767e-22, rel=1e-6)


def test_maller_and_zhou_by_hand():
    months, event = np.array([2.0, 5, 6, 8, 10]), np.array([1.0, 1, 0, 1, 0])
    # the last event at 8, followed until 10: events after 6 and until 8
    assert assess_plateau(months, event) == {
        "followed_beyond": 1,
        "late_events": 1,
        "maller_zhou_p": pytest.approx(0.8**5),
    }
    # an event at the very end: no plateau, and no evidence of enough
    assert assess_plateau(months, np.ones(5)) == {
        "followed_beyond": 0,
        "late_events": 0,
        "maller_zhou_p": 1,
    }
    assert assess_plateau(months, np.zeros(5)) == {"followed_beyond": 5}


def test_what_cannot_be_fitted_has_its_reason():
    def note(months, event):
        row, curve = describe_group(np.array(months, float), np.array(event, float), "weibull")
        assert curve == [] and "cured" not in row
        return row["note"]

    assert note([], []) == "no patients"
    assert note([5], [1]) == note([5, 6, 7], [0, 0, 0]) == "fewer than 10 events"
    assert note([5] * 12, [1] * 12) == "all events at one time"


# The plan and the words


@pytest.fixture
def base(base):
    base["groupings"] = {"sex": {"variable": "sex"}}
    return base


def test_without_the_key_it_is_not_done(plan_of, base):
    plan = plan_of(base)
    assert plan["cure"] == {}
    assert len(list(words.list_not_done(plan))) == 1
    assert words.tell_methods(plan, {}) == words.list_references(plan) == []
    assert list(words.list_uses(plan)) == list(words.tabulate_endpoint(plan, {}, "os")) == []


def test_an_endpoint_with_delayed_entry_is_left_out_in_words(plan_of, base):
    base["endpoints"]["rfs"]["entry"] = "recurrence_date"
    base["cure"] = {"distribution": "log_normal"}
    plan = plan_of(base)
    assert plan["cure"]["endpoints"] == ["os"]
    assert list(plan["cure"]["groupings"]) == ["overall", "sex"]
    ((what, why),) = words.list_not_done(plan)
    assert what == "Recurrence-free survival: cure model" and "delayed entry" in why
    ((_, paragraphs),) = words.tell_methods(plan, {})
    assert "log normal times of the others" in paragraphs[0]


def test_mistakes_are_named_all_at_once(plan_of, base):
    base["cure"] = {"endpoints": ["oss"], "groupings": ["sexx"]}
    with pytest.raises(PlanError) as error:
        plan_of(base)
    found = error.value.problems
    assert "cure.endpoints: oss is no endpoint. Did you mean 'os'?" in found
    assert "cure.groupings: sexx is no grouping. Did you mean 'sex'?" in found


# The table and the figure


def make_group(labels, label="Group"):
    return {
        "label": label,
        "groups": list(labels),
        "group_labels": dict(labels),
        "landmark_months": None,
        "note": None,
    }


@pytest.fixture(scope="module")
def ugly():
    """Six groups with long labels: cured, short, of three patients, without an event, of nobody, and nobody cured."""
    parts = {
        "long": simulate(3, 150, 0.4, (60, 120)),
        "short": simulate(2, 80, 0.4, (10, 20)),
        "few": ([3, 14, 70], [1, 1, 0]),
        "calm": ([61, 70, 80, 90], [0, 0, 0, 0]),
        "empty": ([], []),
        "none": simulate(4, 400, 0, (60, 140)),
    }
    cohort = pd.concat(
        pd.DataFrame({"x_months": m, "x_event": e, "grouping_g": g}, dtype=object)
        for g, (m, e) in parts.items()
    ).astype({"x_months": float, "x_event": float})
    grouping = make_group({name: f"{LONG} {name}" for name in parts}, LONG)
    settings = {"endpoints": ["x"], "groupings": {"g": grouping}, "distribution": "weibull"}
    curves = estimate_groups(cohort, "x", {"g": grouping}, [12])["curves"]
    found = estimate_cure(cohort, settings)
    found["tests"] = compare_shares(cohort, settings, found["cured"])
    return found, curves, settings


def texts(figure):
    return [item.get_text() for item in figure.axes[0].texts if item.get_text()]


def assert_inside(figure):
    figure.canvas.draw()
    for axes in figure.axes:
        for item in [*axes.texts, *(axes.get_xticklabels() if axes.axison else [])]:
            if item.get_text():
                window = item.get_window_extent()
                assert window.x0 >= -1 and window.x1 <= figure.bbox.x1 + 1, item.get_text()
                assert window.y0 >= -1 and window.y1 <= figure.bbox.y1 + 1, item.get_text()


def test_the_warning_names_whose_follow_up_is_too_short(ugly):
    results, _, settings = ugly
    found = words.warn(results["cured"], settings["groupings"])
    assert found.startswith("Follow-up may be too short")
    assert f"{LONG}: {LONG} short." in found
    assert not any(f"{LONG} {name}" in found for name in ("long", "few", "calm", "none"))
    enough = results["cured"].query("group != 'short'")
    assert words.warn(enough, settings["groupings"]) == ""
    plan = {"cure": settings, "endpoints": {"x": ENDPOINT}}
    (limit,) = list_limits(plan, {"cure": results["cured"]})
    assert limit.startswith("Survival: follow-up may be too short to tell cured patients")
    assert list(list_limits(plan, {"cure": enough})) == list(list_limits({"cure": {}}, {})) == []


def test_the_table_prints_what_was_found(ugly, tmp_path):
    results, _, settings = ugly
    table = tabulate_cure(results["cured"], results["tests"], "x", ENDPOINT, settings)
    rows = {row.cells[0].text.rsplit(" ", 1)[1]: row.cells for row in table.rows[1:]}
    mine = results["cured"].set_index("group").loc["long"]
    assert rows["long"][3].values == tuple(100 * mine[["cured", "lower", "upper"]])
    assert rows["long"][8].values == (100 * mine["not_cured_at_end"],)
    assert [rows[name][9].text for name in ("long", "short", "none")] == [
        "long enough",
        "may be too short",
        "",
    ]
    assert rows["none"][3].text.startswith("0.0")
    assert all(rows[name][3].text.startswith("not est") for name in ("few", "calm", "empty"))
    notes = [note for note in table.notes if "events" in note]
    assert any(note.endswith("Fewer than 10 events.") for note in notes)
    study = {"title": "T", "description": "", "citation": "", "synthetic": False}
    write_workbook([replace(table, number="1")], study, tmp_path / "t.xlsx")  # refuses NaN


def test_the_figure_stays_on_its_page_and_draws_the_model(ugly):
    results, curves, settings = ugly
    figure = plot_cure(
        results["cured"],
        results["curves"],
        curves,
        settings["groupings"]["g"],
        ENDPOINT,
        OUTPUT,
        True,
    )
    assert_inside(figure)
    assert len(figure.axes) == 1 + 5  # nobody has no panel
    shown = " ".join(texts(figure))
    assert "follow-up may be too short to tell" in shown
    assert shown.count("No cured share: fewer than 10 events.") == 2
    first = figure.axes[1]
    cured = results["cured"].set_index("group").loc["long", "cured"]
    dashed = [line for line in first.lines if line.get_color() == "#D55E00"]
    fitted = results["curves"].query("group == 'long'")["fitted"].to_numpy()
    drawn = dashed[0].get_ydata()
    np.testing.assert_allclose(drawn, 100 * fitted[: len(drawn)])
    assert any(set(line.get_ydata()) == {100 * cured} for line in first.lines)


def test_a_figure_of_one_group_without_a_model(ugly):
    results, curves, _ = ugly
    grouping = make_group({"calm": "All patients"})
    tables = (results["cured"], results["curves"], curves)
    mine = [table[table["group"] == "calm"] for table in tables]
    figure = plot_cure(*mine, grouping, ENDPOINT, OUTPUT)
    assert_inside(figure)
    assert any("No cured share" in text for text in texts(figure))
    nobody = plot_cure(*(table.head(0) for table in tables), grouping, ENDPOINT, OUTPUT)
    assert_inside(nobody)
