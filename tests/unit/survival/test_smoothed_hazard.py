import numpy as np
import pytest
from crlm.survival import smoothed_hazard


def test_the_kernel_has_integral_one_and_mean_zero():
    z = np.linspace(-1, 1, 40001)
    for q in (0.0, 0.2, 0.7, 1.0):
        kernel = smoothed_hazard.evaluate_kernel(z, q)
        step = z[1] - z[0]
        assert (kernel.sum() - kernel[0] / 2 - kernel[-1] / 2) * step == pytest.approx(1, abs=2e-4)
        assert (kernel * z).sum() * step == pytest.approx(0, abs=2e-4)
        assert (kernel[(z > q + 1e-9)] == 0).all()
    assert smoothed_hazard.evaluate_kernel(z, 1.0) == pytest.approx(0.75 * (1 - z**2))


def recount(months, event, time, width, last):
    """Patient by patient, in plain Python."""
    total = variance = 0.0
    left, right = min(time / width, 1), min((last - time) / width, 1)
    for own, happened in zip(months, event, strict=True):
        if not happened:
            continue
        at_risk = sum(other >= own for other in months)
        q, z = (left, (time - own) / width) if left <= right else (right, (own - time) / width)
        if not -1 <= z <= q:
            continue
        kernel = 12 * (z + 1) / (1 + q) ** 4 * ((1 - 2 * q) * z + (3 * q * q - 2 * q + 1) / 2)
        total += kernel / at_risk / width
        variance += (kernel / at_risk / width) ** 2
    return total, variance


def test_against_a_recount():
    random = np.random.default_rng(2)
    months, event = random.exponential(20, 60).round(2), random.random(60) < 0.6
    at = np.array([0, 1.5, 6, 12, 20, 26])
    table = smoothed_hazard.smooth_hazard(months, event, at, 6, 27)
    for place, time in enumerate(at):
        hazard, variance = recount(months.tolist(), event.tolist(), time, 6, 27)
        row = table.iloc[place]
        assert row["hazard"] == pytest.approx(max(hazard, 0), rel=1e-10)
        if hazard > 0:
            half = 1.959963984540054 * np.sqrt(variance) / hazard
            assert row["upper"] == pytest.approx(hazard * np.exp(half), rel=1e-10)
            assert row["lower"] == pytest.approx(hazard * np.exp(-half), rel=1e-10)
        assert row["at_risk"] == (months >= time).sum()


def test_tied_events_count_together():
    """Two of four at the same time: the increment is 2/4, and its variance 2/16."""
    table = smoothed_hazard.smooth_hazard([5, 5, 9, 20], [1, 1, 0, 0], [5.0], 4, 20)
    assert table["hazard"][0] == pytest.approx(0.75 * 0.5 / 4)
    half = 1.959963984540054 * np.sqrt(2 / 16) / 0.5
    assert table["upper"][0] == pytest.approx(0.75 * 0.5 / 4 * np.exp(half))


def test_a_constant_hazard_is_found_at_the_start_and_at_the_end():
    """The mean of 200 draws is within four of its standard errors; lifelines' smooth has half of the hazard at time 0."""
    random = np.random.default_rng(1)
    found = []
    for _ in range(200):
        time, lost = random.exponential(20, 300), random.uniform(0, 60, 300)
        months, event = np.minimum(time, lost), time <= lost
        hazard = smoothed_hazard.smooth_hazard(months, event, [0.5, 6, 15, 24], 6, 24.0)["hazard"]
        found.append(hazard.to_numpy())
    mean, error = np.mean(found, axis=0), np.std(found, axis=0) / np.sqrt(200)
    assert (abs(mean - 0.05) < 4 * error).all()
    assert (error < 0.002).all()


def test_beyond_the_last_time_nothing_is_known():
    table = smoothed_hazard.smooth_hazard([3, 8], [1, 0], [4.0, 9.0], 2)
    assert table["hazard"].notna().tolist() == [True, False]


def test_no_patients_and_no_events():
    assert smoothed_hazard.smooth_hazard([], [], [1.0], 2)["hazard"].isna().all()
    table = smoothed_hazard.smooth_hazard([3, 8], [0, 0], [4.0], 2)
    assert table["hazard"][0] == 0 and np.isnan(table["upper"][0])
