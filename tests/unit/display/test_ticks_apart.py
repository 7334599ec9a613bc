"""Labels of a logarithmic axis never touch: the ticks nearest to 1 are kept, by a count of the room that each needs."""

import itertools
import math

import pytest
from crlm.display import grid, style

TICKS = (0.1, 0.2, 0.5, 1, 2, 5, 10)


def test_all_are_kept_where_there_is_room():
    assert grid.keep_apart(TICKS, (0.08, 12), 3) == list(TICKS)


@pytest.mark.parametrize("length", [0.3, 0.6, 0.9, 1.2, 1.5])
@pytest.mark.parametrize("upright", [True, False])
def test_no_two_labels_touch_and_1_is_kept(length, upright):
    low, high = 0.08, 12
    kept = grid.keep_apart(TICKS, (low, high), length, upright)
    assert 1 in kept and kept == sorted(kept) and set(kept) <= set(TICKS)
    inch = length / math.log(high / low)
    for one, next_one in itertools.pairwise(kept):
        wide = [style.measure(f"{tick:g}", style.SMALL + 0.5) for tick in (one, next_one)]
        room = style.line_height(style.SMALL + 0.5) if upright else sum(wide) / 2
        assert inch * math.log(next_one / one) >= room


def test_what_is_left_out_has_no_room():
    """On 1.1 inches 0.1 would touch 0.2."""
    assert grid.keep_apart(TICKS, (0.083, 12), 1.1) == [0.2, 0.5, 1, 2, 5, 10]


@pytest.mark.parametrize(
    ("longest", "step"),
    [(6, 1), (12, 2), (18, 3), (30, 6), (120, 12), (240, 24), (600, 60), (900, 120)],
)
def test_ticks_of_time_are_months_of_a_short_axis_and_whole_years_of_a_long_one(longest, step):
    """`longest`: the longest axis that has such a step; a little longer and it has the next one."""
    assert style.choose_step(longest) == step
    assert style.choose_step(longest - 0.1) == step
    assert style.choose_step(longest + 0.1) > step or longest > 600
