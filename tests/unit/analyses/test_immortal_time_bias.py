"""The interval of the immortal-time bias: refits under resampling against refits of the expanded table, its width against the jackknife."""

import numpy as np
import pandas as pd
import pytest
from crlm.analyses.repeat_resection import estimate
from crlm.analyses.repeat_resection.estimate import (
    AFTER,
    NAIVE,
    START,
    STATE,
    TIME_DEPENDENT,
    TREATED,
)
from crlm.survival.cox import build_terms
from crlm.survival.cox_estimate import build_problem
from crlm.survival.discrimination import maximise_counts, resample_counts, sort_patients
from crlm.survival.partial_likelihood import (
    build_risk_sets,
    evaluate,
    maximise,
    score_residuals,
    sum_information,
)
from crlm.survival.time_dependent import refit_intervals, split_at_start
from repeat_inputs import SETTINGS, draw, make_cohort, pick, run, show_all, simulate

AGE = {"kind": "continuous", "label": "Age"}


def prepare_intervals(seed, patients):
    """The followed of a made-up cohort with an age, their rows in time, and the likelihood of these."""
    cohort = draw(seed, patients).assign(age=np.random.default_rng(seed).normal(size=patients))
    followed = estimate.select_recurred(cohort, SETTINGS, {"origin": None})
    followed = followed[followed["_reason"].isna()].reset_index(drop=True)
    rows = split_at_start(followed, AFTER, followed[START], STATE)
    terms = build_terms(rows, AFTER, {STATE: TREATED, "age": AGE})
    return followed, rows, build_problem(terms, rows, AFTER)


def test_refits_are_those_of_the_expanded_table():
    """Rows in time with ties, each copied as often as its patient was drawn."""
    followed, rows, problem = prepare_intervals(5, 120)
    counts = resample_counts(len(followed), 12, 3)[:, rows.index]
    found = refit_intervals(problem, counts)
    for mine, count in zip(found, counts, strict=True):
        copies = np.repeat(np.arange(len(rows)), count)
        months, event, entry, x = (
            each[copies] for each in (problem.months, problem.event, problem.entry, problem.x)
        )
        expected = maximise(build_risk_sets(months, event, entry=entry), x)
        assert expected[3]
        np.testing.assert_allclose(mine, expected[0], rtol=1e-9, atol=1e-10)


def test_refits_without_entry_are_those_of_the_compiled_kernel():
    cohort = draw(6, 100).assign(age=np.arange(100.0) % 17)
    cohort = cohort[cohort["x_months"] > 0]
    problem = build_problem(build_terms(cohort, "x", {"age": AGE}), cohort, "x")
    counts = resample_counts(len(cohort), 20, 4)
    kernel = maximise_counts(sort_patients(problem.months, problem.event), problem.x, counts)
    np.testing.assert_allclose(refit_intervals(problem, counts), kernel, rtol=1e-9, atol=1e-10)


def test_a_resample_without_a_maximum_is_missing():
    _, rows, problem = prepare_intervals(5, 120)
    nobody, untreated = np.zeros(len(rows)), (rows[STATE] == "no").to_numpy(float)
    assert np.isnan(refit_intervals(problem, np.array([nobody]))).all()
    found = refit_intervals(problem, np.array([untreated, np.ones(len(rows))]))
    assert np.isfinite(found[1]).all()


def test_the_interval_of_the_bias_is_as_wide_as_the_jackknife_says():
    """The spread of the logarithm over resamples against the infinitesimal jackknife: both models' dfbetas, patient by patient."""
    cohort = simulate(11, 400, 0.7)
    found = estimate.estimate_repeat_resection(
        cohort, SETTINGS, {"origin": None}, {"resamples": 1000, "seed": 2}
    )
    row = pick(found, NAIVE)
    followed = estimate.select_recurred(cohort, SETTINGS, {"origin": None})
    frames = estimate.list_frames(followed, 3)
    moved = []
    for name in (NAIVE, TIME_DEPENDENT):
        rows = frames[name]
        problem = build_problem(build_terms(rows, AFTER, {STATE: TREATED}), rows, AFTER)
        sets = build_risk_sets(problem.months, problem.event, entry=problem.entry)
        at = evaluate(sets, problem.x, maximise(sets, problem.x)[0])
        residuals = score_residuals(sets, problem.x, at)
        influence = residuals @ np.linalg.inv(sum_information(sets, problem.x, at)) / problem.scale
        moved.append(pd.Series(influence[:, 0], rows.index).groupby(level=0).sum())
    error = np.sqrt(((moved[0] - moved[1]) ** 2).sum())
    width = np.log(row["bias_upper"] / row["bias_lower"]) / (2 * 1.959964)
    # 1,000 resamples know the distance of two percentiles to about 4 %; the jackknife is the limit of many patients
    assert width == pytest.approx(error, rel=0.12)
    assert row["bias_lower"] < row["bias_ratio"] < row["bias_upper"] < 1
    assert row["bias_resamples"] == 1000


def test_the_bias_has_no_limits_where_few_resamples_have_both_models():
    found = run(make_cohort([9, 8, 7, 6, 5, 9], 1, [None, 2, None, None, None, 1]))
    row = pick(found, NAIVE)
    assert row["bias_ratio"] > 0 and row["bias_resamples"] < 57 and np.isnan(row["bias_lower"])
    show_all(found)
