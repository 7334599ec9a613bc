"""Two units in one column, each within what is possible: two humps a factor apart with a valley between them."""

import numpy as np

from crlm.cohort.findings import build_finding

# Standard errors by which the smaller hump exceeds the valley (Poisson); by chance 1 in 700. Fewer than ten are never so many
SURE = 3
HEAPED = 1 / 3  # share of a hump that one number may have: margins are written as 1 and 10 mm
NARROW = 3  # a hump's standard deviation is at most this part of the distance between the two


def find_two_units(value, spec):
    """Return a warning where the numbers of a column fall into two groups a factor of units apart, such as mm and cm.

    value : numbers in the unit of the analysis, without impossible ones. The groups are found on the logarithm: each number belongs
    to the nearer of two medians at that distance. One unit alone has one hump, whatever its width: there are then no fewer numbers
    in the middle than in the smaller group. Shares are checked for fractions elsewhere; durations spread too far to be told so.
    """
    numbers = value[value > 0]
    if spec["kind"] != "continuous" or spec["unit"] == "%" or numbers.empty:
        return []
    factors = {factor / spec["factor"] for factor in (spec.get("unit_words") or {}).values()}
    logs = np.log10(numbers.to_numpy(float))
    for distance in sorted({abs(np.log10(factor)) for factor in factors} - {0}):
        upper = _part(logs, distance)
        if upper is None:
            continue
        low, high = numbers[~upper], numbers[upper]
        if max(each.value_counts(normalize=True).iloc[0] for each in (low, high)) > HEAPED:
            continue
        return [
            build_finding(
                "warning",
                "unit_mixed",
                f"{spec['label']}: the numbers fall into two groups, {len(low)} around {low.median():.2g} and {len(high)} around "
                f"{high.median():.2g} {spec['unit']}, with few between them, as if some were in another unit "
                f"({10**distance:.3g} times).",
                f"Look which are (one of each: rows {low.index[0]} and {high.index[0]}) and write all of them in one unit.",
                column=spec["column"],
            )
        ]
    return []


def _part(logs, distance):
    """Which numbers belong to the upper of two humps at this distance, or None where they are not two."""
    centre = np.median(logs) - distance / 2
    for _ in range(50):
        upper = logs > centre + distance / 2
        moved = np.median(logs - distance * upper)
        if abs(moved - centre) < 1e-9:
            break
        centre = moved
    if (logs - distance * upper).std() > distance / NARROW:
        return None
    near = distance / 6
    humps = [(np.abs(logs - at) < near).sum() for at in (centre, centre + distance)]
    valley, least = (np.abs(logs - centre - distance / 2) < near).sum(), min(humps)
    clear = 2 * valley <= least and least - valley > SURE * np.sqrt(least + valley)
    return upper if clear else None
