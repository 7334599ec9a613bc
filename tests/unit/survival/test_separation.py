"""The limit of a likelihood that rises for ever, against the likelihood itself far out along the directions found."""

import warnings

import numpy as np
import pytest
from crlm.survival import cox_maximum, separation
from crlm.survival.cox_design import find_redundant
from crlm.survival.partial_likelihood import build_risk_sets, maximise
from scipy.special import logsumexp


def log_likelihood(months, event, linear, strata):
    """Efron's, time by time, of any size of linear predictor."""
    total = 0.0
    for time, stratum in {*zip(months[event == 1], strata[event == 1], strict=True)}:
        at_risk = (months >= time) & (strata == stratum)
        dying = (months == time) & (event == 1) & (strata == stratum)
        total += linear[dying].sum()
        for place in range(dying.sum()):
            weights = np.where(dying, 1 - place / dying.sum(), 1.0)[at_risk]
            total -= logsumexp(linear[at_risk], b=weights)
    return total


def make_data(seed):
    """A small cohort with factors, perhaps a product, a number and strata, in which cells are often without events."""
    random = np.random.default_rng(seed)
    n = random.integers(6, 40)
    months = np.ceil(random.exponential(10, n))
    event = (random.random(n) < random.choice([0.2, 0.5, 0.9])) * 1.0
    event[random.integers(n)] = 1
    a, b = random.integers(0, 2, n), random.integers(0, 3, n)
    if random.random() < 0.5:
        event[(a == 0) & (b == 0)] = 0
    columns = [a, b == 1, b == 2, a * (b == 1), a * (b == 2), random.normal(size=n)]
    x = np.column_stack(columns[: random.integers(3, 7)]).astype(float)
    strata = random.integers(0, 2, n) * (random.random() < 0.3)
    rows = separation.list_at_risk(build_risk_sets(months, event, strata))
    redundant = find_redundant(x[rows], strata[rows])
    x = x[:, [each for each in range(x.shape[1]) if each not in redundant]]
    return (
        months,
        event,
        (x - x.mean(axis=0)) / np.where(x.std(axis=0) > 0, x.std(axis=0), 1),
        strata,
    )


@pytest.fixture
def directions(monkeypatch):
    """What is found while a likelihood is maximised, in the columns of that moment."""
    found = []

    def record(module, name):
        function = getattr(module, name)

        def recorded(*arguments):
            direction = function(*arguments)
            if direction is not None:
                found.append((name, direction))
            return direction

        monkeypatch.setattr(module, name, recorded)

    record(separation, "find_separating_column")
    record(cox_maximum, "find_separating_direction")
    return found


def test_the_limit_is_reached_far_out(directions):
    single = mixed = 0
    for seed in range(60):
        months, event, x, strata = make_data(seed)
        if not event.any() or not x.shape[1]:
            continue
        directions.clear()
        found = cox_maximum.find_maximum(months, event, x, strata)
        linear = x @ found.coef
        if any(len(each) != x.shape[1] for _, each in directions):
            continue  # of fewer columns, after a first limit
        for _, direction in reversed(directions):
            steps = np.diff(np.unique(np.round(x @ direction, 9)))
            linear = linear + (np.ptp(linear) + 60) / steps[steps > 1e-5].min() * (x @ direction)
        names = [name for name, _ in directions]
        single += "find_separating_column" in names
        mixed += "find_separating_direction" in names
        reached = log_likelihood(months, event, linear, strata)
        assert found.log_likelihood == pytest.approx(reached, abs=1e-9), seed
        # and nothing is higher: Newton's method from 0 ends below it, or at it
        newton = maximise(build_risk_sets(months, event, strata), x)[1]
        assert newton <= found.log_likelihood + 1e-8, seed
        assert found.finite.all() == (not names)
    assert single >= 8 and mixed >= 5


def test_without_separation_nothing_is_found():
    random = np.random.default_rng(1)
    x = random.normal(size=(80, 3))
    months, event = random.exponential(10, 80), np.ones(80)
    risk_sets = build_risk_sets(months, event)
    assert separation.find_separating_column(risk_sets, x) is None
    assert separation.find_separating_direction(risk_sets, x) is None
    assert cox_maximum.find_maximum(months, event, x).finite.all()


def separates(months, event, x):
    """Whether some direction in the plane makes everybody who dies the largest of the risk set, and not all alike: every angle.

    The directions that do form a cone, whose edges are at right angles to the difference of two patients.
    """
    pairs = [
        x[other] - x[dying]
        for dying in np.flatnonzero(event)
        for other in np.flatnonzero(months >= months[dying])
    ]
    pairs = np.array([pair for pair in pairs if np.abs(pair).max() > 0])
    edges = np.arctan2(pairs[:, 1], pairs[:, 0])[:, None] + [np.pi / 2, -np.pi / 2]
    edges = np.unique(np.round(edges % (2 * np.pi), 12))
    angles = [*edges, *(np.append(edges[1:], edges[0] + 2 * np.pi) + edges) / 2]
    along = pairs @ np.array([np.cos(angles), np.sin(angles)])
    return bool(((along <= 1e-9).all(axis=0) & (along < -1e-6).any(axis=0)).any())


@pytest.mark.parametrize("entry", [False, True])
def test_a_direction_is_found_where_there_is_one_and_nowhere_else(entry):
    """Few patients with several deaths: every one of these counts, not only the first and the last."""
    answers = []
    for seed in range(80):
        random = np.random.default_rng(seed)
        n = random.integers(4, 9)
        months, event = random.permutation(n) + 1.0, (random.random(n) < 0.6) * 1.0
        x = random.integers(-2, 3, (n, 2)) + np.outer(-months, [0.4, 0.7]) * random.integers(2)
        if event.sum() < 2 or (x[0] == x).all():
            continue
        # entry long before everything: the same risk sets, listed the other way
        risk_sets = build_risk_sets(months, event, None, np.full(n, -1.0) if entry else None)
        found = separation.find_separating_direction(risk_sets, x)
        answers.append(found is not None)
        assert answers[-1] == separates(months, event, x), seed
    assert 10 < sum(answers) < len(answers) - 10


def test_no_events():
    assert cox_maximum.find_maximum(np.ones(4), np.zeros(4), np.eye(4)[:, :2]) is None


def test_the_library_leaves_the_warnings_of_numpy_alone():
    random = np.random.default_rng(1)
    before = np.geterr()
    with warnings.catch_warnings():
        cox_maximum.find_maximum(
            random.exponential(10, 30), np.ones(30), random.normal(size=(30, 1))
        )
    assert np.geterr() == before


@pytest.mark.parametrize(("near", "ranks"), [(0, [0, 2, 1, 3]), (1e-6, [0, 1, 0, 2])])
def test_ranks_join_near_values(near, ranks):
    values = np.array([1, 3, 1 + 1e-9, 7])
    assert separation.rank_values(values, near).tolist() == ranks


def test_our_own_newton_ends_where_lifelines_does():
    random = np.random.default_rng(8)
    months, event = np.ceil(random.exponential(9, 150)), (random.random(150) < 0.6) * 1.0
    x, strata = random.normal(size=(150, 3)), random.integers(0, 2, 150)
    for labels in (None, strata):
        mine, published = (
            cox_maximum.find_maximum(months, event, x, labels, by_lifelines=each)
            for each in (False, True)
        )
        for name in ("coef", "variance", "log_likelihood"):
            found, expected = (getattr(each, name) for each in (mine, published))
            np.testing.assert_allclose(found, expected, rtol=1e-8, atol=1e-10)


def test_who_is_at_risk_with_delayed_entry_and_the_extremes_of_each_risk_set_by_recount():
    """Patients and sets are not looked at pair by pair, which is quadratic, and yet found as if they were."""
    random = np.random.default_rng(7)
    for _ in range(100):
        n = random.integers(2, 40)
        months = np.ceil(random.exponential(10, n)) + 1
        entry = np.floor(months * random.random(n) * random.integers(0, 2, n))
        event, x = (random.random(n) < 0.4) * 1.0, random.normal(size=(n, 2)).round(1)
        at_risk = np.zeros(n, bool)
        for stratum in build_risk_sets(months, event, entry=entry):
            values = x[stratum.rows]
            largest, smallest = separation._find_extremes(stratum, values)
            times = months[stratum.rows[stratum.position[stratum.first]]]
            for place, time in enumerate(times):
                members = (entry < time) & (months >= time)
                at_risk |= members
                assert largest[place].tolist() == x[members].max(axis=0).tolist()
                assert smallest[place].tolist() == x[members].min(axis=0).tolist()
        found = separation.list_at_risk(build_risk_sets(months, event, entry=entry))
        assert found.tolist() == np.flatnonzero(at_risk).tolist()
