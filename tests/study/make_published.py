"""Write the digitised curve of the miniature study: INVENTED patients whose times are known, so that what is reconstructed can be held
against them. Semicolons, decimal commas, per cent, as a German spreadsheet would save them.
"""

import csv
import random
from pathlib import Path

STRATA = {"Low burden": (160, 0.022), "High burden": (120, 0.041), "Unresected": (45, 0.11)}


def draw_individuals():
    """Return {stratum: [(months, event)]}."""
    rng = random.Random(12)
    people = {}
    for stratum, (size, hazard) in STRATA.items():
        drawn = [(rng.expovariate(hazard), rng.uniform(8, 96)) for _ in range(size)]
        people[stratum] = sorted((min(pair), int(pair[0] <= pair[1])) for pair in drawn)
    return people


def digitise(people):
    """Return the feet of the steps and the end [(months, per cent)], and the row at risk every 12 months."""
    left, share, points = len(people), 100.0, [(0, 100.0)]
    for months, event in people:
        if event:
            share *= 1 - 1 / left
            points.append((round(months, 2), round(share, 2)))
        left -= 1
    points.append((round(people[-1][0], 2), round(share, 2)))
    last = int(people[-1][0])
    at_risk = [(t, sum(months >= t for months, _ in people)) for t in range(0, last + 1, 12)]
    return points, at_risk


def write_curve(folder, name="trial"):
    """Write both files."""
    tables = {"": ["survival"], "_at_risk": ["at_risk"]}
    read = {stratum: digitise(people) for stratum, people in draw_individuals().items()}
    for place, (ending, columns) in enumerate(tables.items()):
        with open(folder / f"{name}{ending}.csv", "w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, delimiter=";", lineterminator="\r\n")
            writer.writerow(["stratum", "time_months", *columns])
            for stratum, parts in read.items():
                for row in parts[place]:
                    writer.writerow([stratum, *(str(cell).replace(".", ",") for cell in row)])


if __name__ == "__main__":
    target = Path(__file__).parent / "config" / "published"
    target.mkdir(exist_ok=True)
    write_curve(target)
