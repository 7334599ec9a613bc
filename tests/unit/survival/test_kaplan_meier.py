import numpy as np
import pandas as pd
import pytest
from crlm.survival import kaplan_meier

GROUPING = {"label": "Side", "groups": ["left", "right", "nowhere"], "ordered": False}


@pytest.fixture
def cohort():
    return pd.DataFrame(
        {
            "death_months": [1.0, 2, 2, 3, 5, 8, np.nan, 4],
            "death_event": [1.0, 1, 0, 1, 0, 0, np.nan, 1],
            "grouping_side": [
                "left",
                "left",
                "left",
                "left",
                "right",
                "right",
                "right",
                None,
            ],
        }
    )


def estimate(cohort, grouping, times=()):
    return kaplan_meier.estimate_groups(cohort, "death", {"side": grouping}, times)


def test_curve_by_hand():
    curve = kaplan_meier.estimate_curve([1, 2, 2, 3], [1, 1, 0, 1])
    assert curve["time"].tolist() == [0, 1, 2, 3]
    assert curve["survival"].tolist() == pytest.approx([1, 0.75, 0.5, 0])
    assert curve["at_risk"].tolist() == [4, 4, 3, 1]
    assert curve["events"].tolist() == [0, 1, 1, 1]
    assert curve["censored"].tolist() == [0, 0, 1, 0]
    assert curve["lower"].isna().tolist() == [True, False, False, True]


def test_curve_without_events_stays_at_one():
    curve = kaplan_meier.estimate_curve([1.0, 2.0], [0, 0])
    assert (curve["survival"] == 1).all()
    assert curve[["lower", "upper"]].isna().all(axis=None)


@pytest.mark.parametrize(("event", "survival"), [(1, 0.0), (0, 1.0)])
def test_curve_of_one_patient(event, survival):
    curve = kaplan_meier.estimate_curve([7.0], [event])
    assert curve["survival"].tolist() == [1, survival]
    assert curve["at_risk"].tolist() == [1, 1]


def test_curve_when_all_times_are_equal():
    curve = kaplan_meier.estimate_curve([3.0] * 4, [1, 1, 0, 1])
    assert curve["survival"].tolist() == pytest.approx([1, 0.25])
    assert curve["at_risk"].tolist() == [4, 4]


def test_curve_without_patients_has_no_rows():
    assert not len(kaplan_meier.estimate_curve([], []))


def test_event_at_time_zero_is_a_second_row_at_zero():
    curve = kaplan_meier.estimate_curve([0.0, 5.0], [1, 0])
    assert curve["time"].tolist() == [0, 0, 5]
    assert curve["survival"].tolist() == [1, 0.5, 0.5]


def test_median_is_the_first_time_at_one_half_in_spite_of_rounding():
    months = np.arange(1.0, 21)
    assert kaplan_meier.estimate_curve(months, np.ones(20))["survival"][10] > 0.5
    assert kaplan_meier.summarise_curve(months, np.ones(20))["median"] == 10


@pytest.mark.parametrize("landmark", [None, 2])
def test_median_of_a_flat_half_is_its_beginning(landmark):
    grouping = GROUPING | {"groups": ["left"], "landmark_months": landmark}
    for event, column in [(1, "median"), (0, "follow_up_median")]:
        cohort = pd.DataFrame({"death_months": [20.0, 20, 30, 40], "death_event": event})
        found = estimate(cohort.assign(grouping_side="left"), grouping)["summary"]
        assert found[column].tolist() == [20 - (landmark or 0)]


def test_median_not_reached_is_missing():
    summary = kaplan_meier.summarise_curve([1, 2, 3, 4], [1, 0, 0, 0])
    assert np.isnan(summary["median"]) and np.isnan(summary["median_upper"])
    assert summary["follow_up_median"] == 3


def test_survival_beyond_the_last_time_is_missing_unless_it_is_zero():
    open_end = kaplan_meier.survival_at([1, 2], [1, 0], [0, 1.5, 2, 2.5])
    assert open_end["survival"].tolist()[:3] == [1, 0.5, 0.5]
    assert open_end.loc[3, ["survival", "lower", "upper"]].isna().all()
    assert open_end["at_risk"].tolist() == [2, 1, 1, 0]
    closed = kaplan_meier.survival_at([1, 2], [1, 1], [3])
    assert closed["survival"].tolist() == [0] and closed["at_risk"].tolist() == [0]


def test_summary_keeps_declared_order_empty_groups_and_the_missing(cohort):
    summary = estimate(cohort, GROUPING)["summary"]
    assert list(summary.columns) == [
        "grouping",
        "group",
        *kaplan_meier.SUMMARY,
        "missing",
    ]
    assert summary["group"].tolist() == ["left", "right", "nowhere"]
    assert summary["patients"].tolist() == [4, 2, 0]
    assert summary["events"].tolist() == [3, 0, 0]
    assert summary["missing"].tolist() == [1, 1, 1]
    assert summary["median"].isna().tolist() == [False, True, True]


def test_curves_of_groups(cohort):
    curves = estimate(cohort, GROUPING)["curves"]
    assert list(curves.columns) == ["grouping", "group", *kaplan_meier.CURVE]
    assert curves["group"].unique().tolist() == ["left", "right"]
    assert curves.loc[curves["time"] == 0, "at_risk"].tolist() == [4, 2]
    assert curves[["at_risk", "events", "censored"]].dtypes.map(pd.api.types.is_integer_dtype).all()


def test_landmarks_of_groups(cohort):
    landmarks = estimate(cohort, GROUPING, [2, 6])["landmarks"]
    assert list(landmarks.columns) == ["grouping", "group", *kaplan_meier.LANDMARK]
    assert landmarks["at_risk"].tolist() == [3, 0, 2, 1, 0, 0]
    assert landmarks["survival"].iloc[[0, 1, 2, 3]].tolist() == [0.5, 0, 1, 1]
    assert landmarks["survival"].iloc[[4, 5]].isna().all()


def test_landmark_grouping_counts_from_the_landmark(cohort):
    grouping = GROUPING | {"landmark_months": 2}
    curves = estimate(cohort, grouping)["curves"]
    assert curves.loc[curves["group"] == "left", "time"].tolist() == [0, 1]
    assert curves.loc[curves["group"] == "right", "time"].tolist() == [0, 3, 6]
    summary = estimate(cohort, grouping)["summary"]
    assert summary["patients"].tolist() == [1, 2, 0]
    assert summary["missing"].tolist() == [1, 1, 1]


def test_no_groupings_is_an_empty_table(cohort):
    for table in kaplan_meier.estimate_groups(cohort, "death", {}, [2]).values():
        assert not len(table) and list(table.columns)[:2] == ["grouping", "group"]


def test_lifelines_leaves_the_warnings_of_numpy_on():
    before = np.geterr()
    kaplan_meier.estimate_curve([1.0, 2, 3], [1, 1, 1])
    kaplan_meier.estimate_cumulative_hazard([1.0, 2, 3], [1, 1, 1])
    assert np.geterr() == before


def test_cumulative_hazard_of_tied_deaths_is_one_share():
    """Two of three die together: 2/3, not 1/3 + 1/2."""
    found = kaplan_meier.estimate_cumulative_hazard([1.0, 1, 2], [1, 1, 0])
    assert found.tolist() == pytest.approx([2 / 3] * 3)


@pytest.mark.parametrize("share", [0, 0.4, 1])
def test_both_libraries_give_the_same_curve(share):
    random = np.random.default_rng(11)
    months = np.ceil(random.exponential(9, 60))
    event = (random.random(60) < share) * 1.0
    first = kaplan_meier.estimate_curve(months, event)
    second = kaplan_meier.estimate_curve(months, event, kaplan_meier.fit_scikit_survival)
    pd.testing.assert_frame_equal(first, second, rtol=1e-13, check_exact=False)
