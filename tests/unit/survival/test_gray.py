import numpy as np
import pandas as pd
import pytest
from crlm.survival import gray, incidence
from lifelines.statistics import logrank_test


def draw(patients=80, seed=3):
    random = np.random.default_rng(seed)
    months = random.exponential(20, patients).round(1)
    return months, random.integers(0, 3, patients), random.choice(["x", "y"], patients)


def test_the_score_is_that_of_the_log_rank_test_when_nothing_competes():
    months, status, group = draw()
    event, place = (status == 1).astype(int), (group == "y").astype(int)
    score, _ = gray.score_groups(months, event, place, 2)
    expected = 0.0
    for time in np.unique(months[event == 1]):
        at_risk = months >= time
        expected += event[months == time].sum() * (at_risk & (place == 1)).sum() / at_risk.sum()
    assert score[1] == pytest.approx(event[place == 1].sum() - expected)
    assert score.sum() == pytest.approx(0, abs=1e-10)
    # the variances differ, but not by much
    statistic = gray.test_gray(months, event, group, ["x", "y"])[0]
    plain = logrank_test(
        months[place == 0], months[place == 1], event[place == 0], event[place == 1]
    )
    assert statistic == pytest.approx(plain.test_statistic, rel=0.05)


def test_the_order_and_the_names_of_the_groups_do_not_matter():
    months, status, group = draw()
    found = gray.test_gray(months, status, group, ["x", "y"])
    assert gray.test_gray(months[::-1], status[::-1], group[::-1], ["y", "x"]) == pytest.approx(
        found
    )
    assert found[1] == 1 and 0 < found[2] < 1


def test_patients_of_no_group_and_groups_without_patients_do_not_count():
    months, status, group = draw()
    found = gray.test_gray(months, status, group, ["x", "y"])
    more = np.append(months, [1.0, 2.0]), np.append(status, [1, 2]), np.append(group, ["z", "z"])
    assert gray.test_gray(*more, ["x", "empty", "y"]) == pytest.approx(found)


@pytest.mark.parametrize(
    ("months", "status", "group"),
    [
        ([], [], []),
        ([3.0], [1], ["x"]),
        ([3.0, 4.0], [2, 0], ["x", "y"]),  # the cause never happens
        ([1.0, 2.0], [1, 1], ["x", "x"]),  # one group
    ],
)
def test_nothing_to_compare(months, status, group):
    found = gray.test_gray(months, status, np.array(group, object), ["x", "y"])
    assert np.isnan(found).all()


def test_size_under_the_hypothesis():
    """Two groups alike in everything: the p-values are uniform (400 draws; 5 % within four standard errors)."""
    random = np.random.default_rng(7)
    small = 0
    for _ in range(400):
        months, status = random.exponential(10, 60), random.integers(0, 3, 60)
        small += gray.test_gray(months, status, np.repeat(["x", "y"], 30), ["x", "y"])[2] < 0.05
    assert abs(small / 400 - 0.05) < 4 * np.sqrt(0.05 * 0.95 / 400)


def test_from_a_landmark_only_those_observed_beyond_it_are_compared():
    """As if nobody else had been in the cohort; with everybody the answer is another."""
    months, status, group = draw(200)
    reason = np.array(["last_visit", "relapse", "death"], object)[status]
    table = {"e_months": months, "e_event": (status == 1).astype(float), "e_reason": reason}
    cohort = pd.DataFrame(table | {"grouping_g": group})
    spec, causes = {"groups": ["x", "y"]}, ["relapse", "death"]
    late = months > 12
    found = {
        landmark: incidence.compare_incidences(
            cohort, "e", {"g": spec | {"landmark_months": landmark}}, causes
        )
        for landmark in (None, 12)
    }
    for row, code in zip(found[12].to_dict("records"), (1, 2), strict=True):
        mine = np.where(status == code, 1, np.where(status > 0, 2, 0))[late]
        wanted = gray.test_gray(months[late], mine, group[late], ["x", "y"])
        assert (row["statistic"], row["df"], row["p_value"]) == pytest.approx(wanted)
        assert (row["patients"], row["events"]) == (late.sum(), (mine == 1).sum())
    assert not np.allclose(found[12]["p_value"], found[None]["p_value"], rtol=0.05)
    assert (found[None]["patients"] == 200).all()
