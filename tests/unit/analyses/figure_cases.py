"""Ugly cases of every kind of figure: six groups, labels of sixty characters, three patients, no events, 21 predictors, 200 markers.

KINDS: {plotting function: {name of the case: function without arguments that draws it}}.
"""

import functools

import disease_state_inputs as states
import numpy as np
import pandas as pd
import recurrence_inputs as recurrence
import repeat_inputs as repeat
import test_adjusted_curves as adjusted
import test_conditional_survival as conditional
import test_cure as cure
import test_drawn_decisions as decisions
import test_drawn_incidence as grouped
import test_figure_added_value as value
import test_figure_calibration as calibrated
import test_figure_cutoffs as cutoffs
import test_figure_missing_components as missing
import test_figure_performance as ranking
import test_figure_published as published
import test_figure_reconstructed as reconstructed
import test_figure_recurrence as recurring
import test_figure_splines as splines
import test_figures as inputs
import test_interactions as interactions
import test_nonproportional as windows
import test_panel as panel
import test_pattern_hazards as patterns
import test_restricted_mean as means
import test_sensitivity_models as sensitivity
from crlm.analyses.added_value.figure import plot_added_value
from crlm.analyses.adjusted_curves.figure import plot_adjusted, plot_balance
from crlm.analyses.conditional_survival.figure import plot_conditional_survival
from crlm.analyses.cox.figure import plot_forest
from crlm.analyses.cox.figure_hazards import plot_proportional_hazards
from crlm.analyses.cox.figure_splines import plot_splines
from crlm.analyses.cox.figure_subgroups import plot_subgroups
from crlm.analyses.cure.figure import plot_cure
from crlm.analyses.cutoffs.figure import plot_cutoffs
from crlm.analyses.description.figure_flow import plot_flow
from crlm.analyses.description.figure_missingness import plot_missingness
from crlm.analyses.discordance.figure import plot_discordance
from crlm.analyses.disease_states import estimate as state_estimates
from crlm.analyses.disease_states.figure import plot_states
from crlm.analyses.disease_states.figure_pathways import plot_pathways
from crlm.analyses.disease_states.figure_swimmer import plot_swimmer
from crlm.analyses.kaplan_meier.figure import plot_kaplan_meier
from crlm.analyses.kaplan_meier.figure_incidence import plot_incidence
from crlm.analyses.kaplan_meier.figure_incidence_groups import plot_incidence_groups
from crlm.analyses.missing_components.figure import plot_comparison
from crlm.analyses.missing_components.figure_imputation import plot_imputation
from crlm.analyses.nonproportional import estimate as window_estimates
from crlm.analyses.nonproportional.figure import plot_windows
from crlm.analyses.panel.figure import plot_panel
from crlm.analyses.pattern_hazards.figure import plot_hazards
from crlm.analyses.performance import calibration, decision
from crlm.analyses.performance import estimate as performance
from crlm.analyses.performance.figure import plot_ranking
from crlm.analyses.performance.figure_calibration import plot_calibration
from crlm.analyses.performance.figure_decision import plot_decision
from crlm.analyses.performance.figure_differences import plot_differences
from crlm.analyses.published.figure import plot_published
from crlm.analyses.published_curves.figure import plot_reconstructed
from crlm.analyses.reclassification.figure import plot_reclassification
from crlm.analyses.recurrence import figure_hazard
from crlm.analyses.recurrence.figure_incidence import plot_patterns
from crlm.analyses.repeat_resection import remnant
from crlm.analyses.repeat_resection import tables as repeat_tables
from crlm.analyses.repeat_resection.figure import plot_landmark, plot_remnants
from crlm.analyses.restricted_mean import estimate as mean_estimates
from crlm.analyses.restricted_mean.figure import plot_restricted_means
from crlm.analyses.sensitivity_models.figure import plot_sensitivity
from display_inputs import GROUPS, IMPUTATION, MISSING_COMPONENTS, make_plan, table

LONG = "A label with $x$ and <b> that is some sixty characters long, yes"
LABELS = [f"{LONG} {place}" for place in range(21)]
ENDPOINT = {"label": "Hepatic recurrence-free survival", "abbreviation": "S"}
SYNTHETIC = {"synthetic": True}


def of_figures(plot):
    """The cases of `test_figures.CASES` that this function draws."""
    return {
        name: functools.partial(plot, **case, synthetic=True)
        for name, (other, case) in inputs.CASES.items()
        if other is plot
    }


# --- prediction ------------------------------------------------------------------------------------


def rank(predictors, known=True):
    place = np.arange(predictors)
    rows = [
        pd.DataFrame({"predictor": [f"p{n}" for n in place], "metric": metric, "horizon": horizon,
                      "estimate": 0.5 + 0.01 * place if known else np.nan})
        for metric, horizon in (("harrell_c", np.nan), ("uno_c", 60.0))
    ]  # fmt: skip
    found = pd.concat(rows, ignore_index=True).assign(patients=120, events=60, resamples=500)
    found = found.assign(lower=found["estimate"] - 0.05, upper=found["estimate"] + 0.04)
    note = "fewer than 10 events, so that nothing can be estimated of it"
    found = found.assign(calibrated_in_cohort=True, note=None if known else note)
    return plot_ranking(found, label_predictors(predictors), ENDPOINT, synthetic=True)


def label_predictors(predictors):
    return {f"p{place}": LABELS[place] for place in range(predictors)}


@functools.cache
def calibrate():
    """The tables of `test_figure_calibration`, whose fixture is the same."""
    cohort = calibrated.draw_cohort().assign(flat=1.0)
    common = performance.predict_common(cohort, "os", calibrated.PREDICTORS, [6, 12])
    found = calibration.assess_calibration(common, 5, 1)
    return found.calibration, found.curves, decision.assess_decisions(common, 5, 1)


def draw_calibration(copies=0):
    found = calibrate()
    tables = found[0], found[1], calibrated.OPTIMISM, calibrated.LABELS
    if copies:
        tables = calibrated.repeat(found, copies)
    return plot_calibration(*tables, ENDPOINT, synthetic=True)


def calibrate_nothing():
    found = calibrate()
    empty = found[0].assign(expected=np.nan, note="no patients")
    none = found[1].head(0), calibrated.OPTIMISM.head(0)
    return plot_calibration(empty, *none, calibrated.LABELS, ENDPOINT, synthetic=True)


def add_nothing():
    return value.draw_value("weight")


def flow(patients=1, survival=0.5):
    rows = table(GROUPS).assign(survival=survival, lower=0.333, upper=0.777)
    rows["patients"] *= patients
    return rows


def draw_flows(flows, longer=False):
    comparisons = make_plan()["reclassification"]
    if longer:
        comparisons = {
            name: [
                {**side, "label": LONG, "level_labels": dict.fromkeys(side["levels"], LONG)}
                for side in sides
            ]
            for name, sides in comparisons.items()
        }
    return plot_reclassification(flows, comparisons, ENDPOINT, synthetic=True)


# --- models ----------------------------------------------------------------------------------------


@functools.cache
def assess_windows(case):
    cohort = windows.cross(300)
    cohort = {
        "three": cohort.head(3),
        "calm": cohort.assign(x_event=0.0),
        "nobody": cohort.head(0),
    }.get(case, cohort)
    names = [(model, term) for model, spec in windows.MODELS.items() for term in spec["variables"]]
    ph = windows.make_ph(*((*each, 0.01) for each in names))
    settings = windows.SETTINGS | {"variables": ["arm", "dose", "six"]}
    shared = windows.MODELS, windows.VARIABLES
    tables, residuals = window_estimates.assess_violations(cohort, "x", ph, settings, *shared, 1)
    return tables["violations"], tables["windows"], residuals


def draw_windows(case):
    shared = windows.MODELS, windows.VARIABLES
    return plot_windows(*assess_windows(case), *shared, ENDPOINT, synthetic=True)


fit_splines = functools.cache(splines.fit)
make_cutoffs = functools.cache(
    lambda case: cutoffs.make_tables(cutoffs.UGLY[case][0], **cutoffs.UGLY[case][1])
)
assess_others = functools.cache(
    lambda size, columns, methods, events: sensitivity.assess(
        make_cohort(size, columns, events), methods=methods
    )
)


def draw_splines(size, count, label="Size", **more):
    fits, models, variables = fit_splines(size, count, label, **more)
    found = fits.spline_terms, fits.spline_curves
    return plot_splines(*found, variables, models["curved"], ENDPOINT, True)


def make_cohort(size, columns, events):
    cohort = sensitivity.make(size, columns=columns)
    return cohort if events else cohort.assign(os_event=0.0)


def draw_sensitivity(size, columns=4, methods=("forest", "boosting"), events=True, longer=False):
    found = assess_others(size, columns, methods, events)
    settings = sensitivity.settle(sensitivity.make(size, columns=columns))
    names = found[2]["variable"].unique()
    labels = {name: {"label": LABELS[n]} for n, name in enumerate(names)} if longer else {}
    against = {**settings["against"], "label": LONG if longer else "Points"}
    model = {**settings["models"]["main"], "label": LONG if longer else "Main"}
    return plot_sensitivity(*found, model, against, labels, ENDPOINT, synthetic=True)


def draw_panel(adjusted_too=True, **changes):
    found, variables = panel.draw_many()
    if adjusted_too:
        found = pd.concat([found, found.assign(model="adjusted")])
    settings = panel.BASE | {"adjust": ["age"]}
    return plot_panel(found.assign(**changes), settings, variables, ENDPOINT, synthetic=True)


def draw_patterns(longer=False):
    contrasts = patterns.CONTRASTS
    if longer:
        label = {
            "label": LONG,
            "level_labels": dict.fromkeys(patterns.LEVELS, LONG),
            "source": LONG,
        }
        contrasts = [{**contrast, **label} for contrast in contrasts]
    return plot_hazards(patterns.read_hazards(), contrasts, ENDPOINT, synthetic=True)


def draw_interactions():
    found, settings = interactions.ugly()
    return plot_subgroups(found, settings["a"], interactions.VARIABLES, ENDPOINT, synthetic=True)


# --- cohort, cuts, lesions -------------------------------------------------------------------------


def draw_cutoffs(case):
    spec = cutoffs.UGLY[case][0]
    return plot_cutoffs(make_cutoffs(case), spec, ENDPOINT, synthetic=True)


def draw_lesions(known=True, plan=cutoffs.PLAN, rules=2):
    found, spread = cutoffs.lesions(known)
    many = [found.assign(rule=[f"{rule}{n}" for rule in found["rule"]]) for n in range(rules // 2)]
    labels = {name: LONG for each in many for name in each["rule"]}
    return plot_discordance(pd.concat(many), spread, plan, labels, synthetic=True)


def compare_scores(many):
    one = table(MISSING_COMPONENTS)
    one = one[one["score"] == "sum"]
    estimates = pd.concat([one.assign(score=f"p{n}", note="few events") for n in range(many)])
    return plot_comparison(estimates, label_predictors(many), ENDPOINT, synthetic=True)


def compare_nothing():
    empty = table(MISSING_COMPONENTS).assign(estimate=np.nan, lower=np.nan, upper=np.nan)
    return plot_comparison(empty.assign(note="too few"), missing.LABELS, ENDPOINT, synthetic=True)


def impute_many(panels=10, levels=8):
    rows = pd.DataFrame({"level": [str(place) for place in range(levels)]}).assign(
        statistic="share", observed=1 / levels, imputed=1 / levels, imputed_lower=0.0,
        imputed_upper=1.0, missing=3, patients=10,
    )  # fmt: skip
    names = {str(place): f"{LONG} {place}" for place in range(levels)}
    spec = {"label": LONG * 3, "unit": "an odd unit", "level_labels": names}
    frames = [rows.assign(variable=f"v{place}") for place in range(panels)]
    variables = {f"v{place}": spec for place in range(panels)}
    return plot_imputation(pd.concat(frames), variables, ENDPOINT, synthetic=True)


# --- curves ----------------------------------------------------------------------------------------


@functools.cache
def compare_adjusted(size, events):
    cohort = adjusted.simulate(size, 1)
    cohort = cohort if events else cohort.assign(x_event=0.0)
    spec = adjusted.make_spec()
    spec = {**spec, "label": LONG, "group_labels": dict.fromkeys(spec["group_labels"], LONG)}
    return adjusted.compare(cohort, spec, resamples=10), spec


def draw_adjusted(plot, size, events=True):
    found, spec = compare_adjusted(size, events)
    tables = {
        plot_adjusted: (found["curves"], found["adjusted"]),
        plot_balance: (found["balance"], found["overlap"]),
    }
    return plot(*tables[plot], spec, ENDPOINT, synthetic=True)


@functools.cache
def assess_conditional(patients):
    labels = {f"g{place}": f"{LONG} {place}" for place in range(6)}
    settings = conditional.settings_of(labels, (6, 12), (12, 24), second="y", label=LONG)
    cohort = conditional.draw_cohort(1, 200)
    names = list(labels)
    cohort["grouping_g"] = pd.Categorical(np.array(names)[np.arange(len(cohort)) % 6], names)
    cohort = cohort if patients is None else cohort.head(patients)
    found = conditional.estimate_conditional_survival(cohort, settings)
    return found, settings["groupings"]["g"]


def draw_conditional(patients=None):
    found, grouping = assess_conditional(patients)
    return plot_conditional_survival(found, grouping, "x", conditional.SPECS, synthetic=True)


@functools.cache
def assess_cure(patients):
    """Six groups, the last without an event."""
    names = [f"g{place}" for place in range(6)]
    parts = [cure.simulate(place, 60, 0.4, (60, 120)) for place in range(6)]
    cohort = pd.concat(
        pd.DataFrame({"x_months": months, "x_event": event, "grouping_g": name}).head(patients)
        for name, (months, event) in zip(names, parts, strict=True)
    )
    cohort.loc[cohort["grouping_g"] == "g5", "x_event"] = 0
    grouping = cure.make_group({name: f"{LONG} {name}" for name in names}, LONG)
    settings = {"endpoints": ["x"], "groupings": {"g": grouping}, "distribution": "weibull"}
    curves = cure.estimate_groups(cohort, "x", {"g": grouping}, [12])["curves"]
    found = cure.estimate_cure(cohort, settings)
    return (found["cured"], found["curves"], curves), grouping


def draw_cure(patients=60):
    tables, grouping = assess_cure(patients)
    return plot_cure(*tables, grouping, cure.ENDPOINT, cure.OUTPUT, synthetic=True)


draw_spells = functools.cache(states.draw)


@functools.cache
def estimate_states(patients, groups):
    spells, cohort = draw_spells(7, patients, groups)
    return state_estimates.estimate_curves(spells, cohort, states.make_plan(groups))


def draw_states(plot, patients=120, groups=("a", "b")):
    spells, _ = draw_spells(7, patients, groups)
    plan = states.make_plan(groups)
    if plot is plot_states:
        curves = estimate_states(patients, groups)
        mine = curves[curves["grouping"] == "g"]
        return plot_states(mine, plan["groupings"]["g"], plan, synthetic=True)
    if plot is plot_pathways:
        counts = state_estimates.count_pathways(spells, list(states.STATES))
        return plot_pathways(counts, states.STATES, synthetic=True)
    return plot_swimmer(spells, plan, synthetic=True)


def draw_recurrence(kind, name):
    groups = ["low", "high", "c", "d", "e", "long"] if name == "six" else ["low", "high"]
    return recurring.draw(recurring.UGLY[name], recurrence.make_settings(groups), kind)


def draw_landmark():
    found = repeat.run(repeat.make_cohort([9, 30, 40], 1, [1, None, 2]), label=LONG)
    said = repeat_tables.state_landmark(found["tests"], found["hazard_ratios"])
    settings = {**repeat.SETTINGS, "label": LONG}
    return plot_landmark(found["curves"], found["summary"], said, settings, True)


def draw_remnants(patients=None):
    points = remnant.list_remnants(repeat.LIVERS, repeat.OCCASIONS)
    points = points if patients is None else points.head(patients)
    settings = {**repeat.SETTINGS, "remnant": repeat.OCCASIONS, "thresholds": repeat.THRESHOLDS}
    return plot_remnants(points, settings, synthetic=True)


def draw_means(groups=6, events=1):
    names = [f"g{place}" for place in range(groups)]
    cohort = means.make_cohort(**{name: (np.arange(1, 40), [events] * 39) for name in names})
    settings = means.make_settings(names, label=LONG)
    settings["group_labels"] = dict.fromkeys(names, LONG)
    found = mean_estimates.estimate_restricted_means(cohort, "x", {"g": settings}, [12, 24, 36])
    return plot_restricted_means(found, settings, ENDPOINT, synthetic=True)


def draw_incidence_groups(sizes, hazards):
    labels = grouped.LONG if len(sizes) > 2 else None
    return grouped.draw(grouped.simulate(sizes, hazards), len(sizes), labels)[1]


KINDS = {
    plot_kaplan_meier: of_figures(plot_kaplan_meier),
    plot_forest: of_figures(plot_forest),
    plot_subgroups: {**of_figures(plot_subgroups), "interactions": draw_interactions},
    plot_proportional_hazards: of_figures(plot_proportional_hazards),
    plot_flow: of_figures(plot_flow),
    plot_missingness: of_figures(plot_missingness),
    plot_incidence: of_figures(plot_incidence),
    plot_splines: {
        "six with long labels": lambda: draw_splines(200, 6, LONG),
        "logarithm": lambda: draw_splines(120, 1, transform="log2"),
        "three patients": lambda: draw_splines(3, 1),
        "two": lambda: draw_splines(40, 2, LONG, unit=""),
    },
    plot_ranking: {
        "long label": lambda: ranking.draw(synthetic=True),
        "three": lambda: rank(3),
        "21": lambda: rank(21),
        "nothing": lambda: rank(3, known=False),
    },
    plot_differences: {
        f"{size}": functools.partial(value.draw_differences, size, (1,) if size > 2 else ())
        for size in (2, 7, 12, 21)
    },
    plot_calibration: {
        "usual": draw_calibration,
        "23 panels": lambda: draw_calibration(20),
        "nothing": calibrate_nothing,
    },
    plot_decision: {
        f"{many} {'long' * long}".strip(): functools.partial(
            lambda many, long: decisions.draw(many, long)[1], many, long
        )
        for many, long in decisions.CASES
    },
    plot_added_value: {
        "four horizons": lambda: value.draw_value("flag", LONG, LONG + LONG),
        "one horizon": lambda: value.draw_value("flag", curves=value.CURVES.query("horizon == 12")),
        "nothing": add_nothing,
    },
    plot_reclassification: {
        "usual": lambda: draw_flows(table(GROUPS)),
        "many": lambda: draw_flows(flow(12)),
        "long labels": lambda: draw_flows(flow(12), longer=True),
        "nobody": lambda: draw_flows(
            table(GROUPS).assign(patients=0, events=0, survival=np.nan, horizon=np.nan)
        ),
    },
    plot_windows: {
        case: functools.partial(draw_windows, case) for case in ("six", "three", "calm", "nobody")
    },
    plot_sensitivity: {
        "long labels": lambda: draw_sensitivity(60, longer=True),
        "21 variables": lambda: draw_sensitivity(60, 21, ("forest",), longer=True),
        "three patients": lambda: draw_sensitivity(3),
        "no events": lambda: draw_sensitivity(40, events=False),
    },
    plot_panel: {
        "200 markers": draw_panel,
        "one model": lambda: draw_panel(adjusted_too=False),
        "no discovery": lambda: draw_panel(q_value=0.8),
        "no estimate": lambda: draw_panel(hazard_ratio=np.nan, lr_p_value=np.nan),
    },
    plot_hazards: {"usual": draw_patterns, "long labels": lambda: draw_patterns(longer=True)},
    plot_cutoffs: {case: functools.partial(draw_cutoffs, case) for case in cutoffs.UGLY},
    plot_discordance: {
        "usual": draw_lesions,
        "six rules": lambda: draw_lesions(rules=6),
        "nothing": lambda: draw_lesions(known=False),
        "no comparison": lambda: draw_lesions(plan={"worst": None, "published": []}),
    },
    plot_comparison: {
        "usual": lambda: missing.compare(**SYNTHETIC),
        "six": lambda: compare_scores(6),
        "21": lambda: compare_scores(21),
        "nothing": compare_nothing,
    },
    plot_imputation: {
        "usual": lambda: missing.impute(**SYNTHETIC),
        "ten of eight levels": impute_many,
        "one": lambda: impute_many(1, 2),
        "nothing": lambda: missing.impute(table(IMPUTATION).head(0), **SYNTHETIC),
    },
    plot_adjusted: {
        "long labels": lambda: draw_adjusted(plot_adjusted, 120),
        "three patients": lambda: draw_adjusted(plot_adjusted, 3),
        "no events": lambda: draw_adjusted(plot_adjusted, 60, events=False),
    },
    plot_balance: {
        "long labels": lambda: draw_adjusted(plot_balance, 120),
        "three patients": lambda: draw_adjusted(plot_balance, 3),
    },
    plot_conditional_survival: {
        "six groups": draw_conditional,
        "three patients": lambda: draw_conditional(3),
        "nobody": lambda: draw_conditional(0),
    },
    plot_states: {
        "two groups": lambda: draw_states(plot_states),
        "six groups": lambda: draw_states(plot_states, groups=tuple("abcdef")),
        "three patients": lambda: draw_states(plot_states, 3),
    },
    plot_pathways: {
        "usual": lambda: draw_states(plot_pathways),
        "three patients": lambda: draw_states(plot_pathways, 3),
    },
    plot_swimmer: {
        "usual": lambda: draw_states(plot_swimmer, 40),
        "three patients": lambda: draw_states(plot_swimmer, 3),
    },
    figure_hazard.plot_hazards: {
        name: functools.partial(draw_recurrence, "hazard", name) for name in recurring.UGLY
    },
    plot_patterns: {
        name: functools.partial(draw_recurrence, "incidence", name) for name in recurring.UGLY
    },
    plot_landmark: {"three patients": draw_landmark},
    plot_remnants: {"usual": draw_remnants, "nobody": lambda: draw_remnants(0)},
    plot_restricted_means: {
        "six groups": draw_means,
        "no events": lambda: draw_means(2, 0),
    },
    plot_incidence_groups: {
        "two": lambda: draw_incidence_groups((60, 45), (0.02, 0.05)),
        "six": lambda: draw_incidence_groups((60, 45, 30, 20, 9, 3), (0.02,) * 5 + (0,)),
    },
    plot_published: {
        name: functools.partial(lambda name: published.FIGURES[name]()[1], name)
        for name in published.FIGURES
    },
    plot_reconstructed: {
        name: functools.partial(
            lambda name: reconstructed.draw(**reconstructed.FIGURES[name]()), name
        )
        for name in reconstructed.FIGURES
    },
    plot_cure: {
        "six groups": draw_cure,
        "three patients": lambda: draw_cure(3),
        "nobody": lambda: draw_cure(0),
    },
}
