"""How far the libraries of the field are from R, and how long one fit takes: `make measure` prints the table of docs/numbers.md."""

import platform
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version

import discrimination_errors as discrimination
import libraries
import library_errors as errors
import numpy as np
import pandas as pd

PACKAGES = [
    "lifelines",
    "scikit-survival",
    "statsmodels",
    "firthmodels",
    "patsy",
    "numpy",
    "pandas",
    "scipy",
]


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    estimate: str
    library: str
    against: str  # R's function
    measure: Callable  # worst relative difference
    equal: bool = True  # to R; where not, code of our own stands in its place
    fit: Callable | None = None  # what is timed


def thousand():
    """Arguments of one fit with 1,000 patients whose times are whole months."""
    cohort = pd.concat([errors.WHOLE, errors.WHOLE]).iloc[:1000].reset_index(drop=True)
    columns = {"age": cohort["age"] / 10, "nodes": cohort["nodes"] * 1.0}
    months, event = errors.times_events(cohort)
    score = cohort["nodes"].to_numpy(float)
    return {
        "timed": (months, event),
        "grouped": (months, event, errors.codes(cohort, "grade")),
        "strata": errors.codes(cohort, "menopause"),
        "status": (event * (1 + np.arange(len(event)) % 2)).astype(int),
        "x": pd.DataFrame(
            columns | errors.dummies(cohort, "grade") | errors.dummies(cohort, "hormone")
        ),
        "outcome": libraries.moved_outcome(months, event),
        "score": score,
        "survival": np.exp(np.outer(-np.exp(score / 20), [0.1, 0.3, 0.5])),
        "horizons": libraries.beyond([12, 36, 60]),
        "age": cohort["age"].to_numpy(float),
    }


def build_rows():
    """All lines of the table, in its order."""
    data = thousand()
    timed, grouped, x = data["timed"], data["grouped"], data["x"]
    measures = [
        ("harrell", "Harrell's C", "concordance", libraries.harrell_c, "score"),
        ("uno", "Uno's C", "concordance", libraries.uno_c, "score"),
        (
            "uno_until",
            "Uno's C until tau",
            "concordance",
            partial(libraries.uno_c, tau=60),
            "score",
        ),
        ("auc", "AUC(t)", "Score", partial(libraries.auc, horizons=data["horizons"]), "score"),
        (
            "brier",
            "Brier score",
            "Score",
            partial(libraries.brier, horizons=data["horizons"]),
            "survival",
        ),
    ]
    curves = partial(partial, errors.measure_curves)
    cox = partial(partial, errors.measure_cox)
    again = partial(partial, errors.measure_cox_again)
    incidence = partial(partial, errors.measure_incidence)
    rows = [
        Row(
            "Kaplan-Meier",
            "lifelines",
            "survfit",
            curves("survival"),
            fit=partial(libraries.curve, *timed),
        ),
        Row(
            "lower log-log limit, masked where S is 0 or 1", "lifelines", "survfit", curves("lower")
        ),
        Row("upper log-log limit, masked", "lifelines", "survfit", curves("upper")),
        Row(
            "medians and their limits from that curve",
            "R's rule, own",
            "survfit",
            errors.measure_medians,
        ),
        Row(
            "`median_survival_time_`, flat at one half",
            "lifelines",
            "survfit",
            errors.measure_own_medians,
            False,
        ),
        Row(
            "Kaplan-Meier",
            "scikit-survival",
            "survfit",
            errors.measure_curves_again,
            fit=partial(libraries.curve_again, *timed),
        ),
        Row(
            "Nelson-Aalen, smoothing off",
            "lifelines",
            "survfit",
            partial(errors.measure_hazard, False),
            fit=partial(libraries.cumulative_hazard, *timed),
        ),
        Row("Nelson-Aalen", "scikit-survival", "survfit", partial(errors.measure_hazard, True)),
        Row(
            "log-rank",
            "lifelines",
            "survdiff",
            partial(errors.measure_log_rank, libraries.log_rank),
            fit=partial(libraries.log_rank, *grouped),
        ),
        Row(
            "log-rank",
            "scikit-survival",
            "survdiff",
            partial(errors.measure_log_rank, libraries.log_rank_again),
            fit=partial(libraries.log_rank_again, *grouped),
        ),
        Row(
            "trend",
            "scikit-survival",
            "coxph, exact score",
            errors.measure_trend,
            fit=partial(libraries.trend, *grouped),
        ),
        Row(
            "stratified log-rank",
            "statsmodels",
            "survdiff",
            errors.measure_stratified_log_rank,
            fit=partial(libraries.stratified_log_rank, *grouped, data["strata"]),
        ),
        Row(
            "stratified C: pairs of all strata",
            "scikit-survival",
            "concordance",
            errors.measure_stratified_c,
        ),
        Row(
            "Aalen-Johansen",
            "statsmodels",
            "cuminc",
            incidence("cmprsk"),
            fit=partial(libraries.incidence, timed[0], data["status"]),
        ),
        Row(
            "its error, somebody left at the end",
            "statsmodels",
            "survfit",
            partial(errors.measure_incidence, "se", ended=False),
        ),
        Row(
            "its log-log limits, somebody left",
            "statsmodels",
            "survfit",
            partial(errors.measure_incidence, "limits", ended=False),
        ),
        Row("its error, nobody left at the end", "statsmodels", "survfit", incidence("se"), False),
        Row(
            "Aalen-Johansen",
            "scikit-survival",
            "survfit",
            partial(errors.measure_incidence_again, "incidence"),
            fit=partial(libraries.incidence_again, timed[0], data["status"]),
        ),
        Row(
            "its lower limit",
            "scikit-survival",
            "survfit",
            partial(errors.measure_incidence_again, "limits"),
            False,
        ),
        Row(
            "Cox coefficients, default `fit_options`",
            "lifelines",
            "coxph",
            cox("coef", None),
            False,
            partial(libraries.cox, x, *timed, options=None),
        ),
        Row(
            "Cox coefficients, precise",
            "lifelines",
            "coxph",
            cox("coef"),
            fit=partial(libraries.cox, x, *timed),
        ),
        Row("Cox standard errors, precise", "lifelines", "coxph", cox("se")),
        Row("Cox likelihood ratio", "lifelines", "coxph", cox("lr")),
        Row("Cox AIC", "lifelines", "coxph", cox("aic")),
        Row(
            "C of a Cox model, `concordance_index_`",
            "lifelines",
            "concordance",
            cox("concordance"),
            False,
        ),
        Row(
            "C of a Cox model's linear predictor",
            "scikit-survival",
            "concordance",
            errors.measure_model_c,
        ),
        Row(
            "Cox coefficients, Efron",
            "statsmodels",
            "coxph",
            again("coef"),
            fit=partial(libraries.cox_again, x, *timed),
        ),
        Row("Cox standard errors, Efron", "statsmodels", "coxph", again("se")),
        Row(
            "Cox coefficients, Breslow",
            "statsmodels",
            "coxph",
            errors.measure_breslow,
        ),
        Row(
            "Cox with levels without events, their patients left out",
            "lifelines",
            "coxph",
            errors.measure_levels_without_events,
        ),
        Row(
            "likelihood ratio, a separating number",
            "lifelines",
            "coxph",
            partial(errors.measure_separated, again=False),
            False,
        ),
        Row(
            "likelihood ratio in both cases",
            "statsmodels",
            "coxph",
            partial(errors.measure_separated, again=True),
        ),
        Row(
            "survival predicted by a Cox model",
            "lifelines",
            "survfit",
            errors.measure_prediction,
            False,
        ),
        Row("cluster-robust errors", "lifelines", "coxph", errors.measure_cluster, False),
        Row(
            "proportional-hazards test",
            "lifelines",
            "cox.zph",
            errors.measure_proportional_hazards,
            False,
        ),
        Row(
            "spline: likelihood ratio",
            "patsy `cr`",
            "rcs",
            partial(errors.measure_spline, "likelihood_ratio"),
            fit=partial(libraries.natural_spline, data["age"], [35, 48, 58, 70]),
        ),
        Row(
            "spline: log hazard ratio along it",
            "patsy `cr`",
            "rcs",
            partial(errors.measure_spline, "curve"),
        ),
    ]
    for what, label, against, function, predicted in measures:
        fit = partial(function, data["outcome"], data[predicted])
        measured = partial(partial, discrimination.measure_discrimination, what)
        tied = what == "harrell"
        rows += [
            Row(
                f"{label}, no ties",
                "scikit-survival",
                against,
                measured(discrimination.UNTIED, False),
            ),
            Row(
                f"{label}, ties",
                "scikit-survival",
                against,
                measured(discrimination.TIED, False),
                tied,
            ),
            Row(
                f"{label}, ties, censored a moment later",
                "scikit-survival",
                against,
                measured(discrimination.TIED, True),
                fit=fit,
            ),
        ]
    return rows


def seconds(function):
    """Best of three."""
    spent = []
    for _ in range(3):
        start = time.perf_counter()
        function()
        spent.append(time.perf_counter() - start)
    return min(spent)


def print_table():
    versions = errors.GOLDEN["versions"] | discrimination.DISCRIMINATION["versions"]
    print(
        f"Python {platform.python_version()}, "
        + ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    )
    print(", ".join(f"{name} {value}" for name, value in versions.items()), "\n")
    print("| estimate | computed by | R | worst relative difference | ms at n = 1,000 |")
    print("|---|---|---|---|---|")
    for row in build_rows():
        difference = row.measure()
        shown = "missing or an error" if np.isinf(difference) else f"{difference:.0e}"
        spent = f"{1000 * seconds(row.fit):.1f}" if row.fit else ""
        print(f"| {row.estimate} | {row.library} | `{row.against}` | {shown} | {spent} |")


if __name__ == "__main__":
    print_table()
