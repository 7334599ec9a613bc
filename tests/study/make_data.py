"""Write the export of the miniature study: 84 invented patients, other names and habits than the demo's.

Semicolons, decimal commas, cp1252, durations in days with flags, shares of growth patterns as fractions per patient.
"""

import csv
import random
from pathlib import Path

HEADER = [
    "Fall",
    "Klinik",
    "Geschlecht",
    "Alter",
    "Größe_mm",
    "Anzahl",
    "Albumin_g_dL",
    "Marker",
    "Stufe",
    "Typ",
]
HEADER += ["d", "r", "p", "Tage", "Exitus", "Tage_Rezidiv", "Rezidiv", "Nachbehandlung", "CRS_Akte"]


def draw_patient(number, rng):
    """Return one row of the export."""
    stage = rng.choice("123456")
    kind = "selten" if number % 28 == 0 else rng.choice(["häufig", "mittel"])
    size, count = rng.randint(4, 110), 1 + int(rng.expovariate(0.6))
    hazard = 0.018 * 1.25 ** (int(stage) - 3) * (1.5 if size > 50 else 1)
    relapse = rng.expovariate(hazard) * 30
    death = rng.expovariate(hazard / 2.5) * 30
    end = rng.uniform(300, 2800)
    seen = min(death, end)
    d = rng.choice([0, 0, 0.1, 0.3, 0.5, 0.6, 0.9, 1, 1])
    r = round((1 - d) * rng.choice([0, 0.5, 1]), 3)
    row = [
        f"F{number:03d}",
        rng.choice(["Nord", "Süd"]),
        rng.choice("mw"),
        rng.randint(38, 84),
        size,
        count,
    ]
    row += [
        rng.uniform(2.8, 4.9),
        rng.choice(["<2", *[round(rng.lognormvariate(3, 1.2), 1)] * 12]),
        stage,
        kind,
    ]
    row += [d, r, round(1 - d - r, 3)]
    row += [round(seen), int(death < end), round(min(relapse, seen)), int(relapse < seen)]
    row += [rng.choice("jn") if seen > 120 else "n", min(5, max(0, int(rng.gauss(2, 1.2))))]
    for place in (4, 6, 7, 8):
        if rng.random() < 0.07:
            row[place] = rng.choice(["", "kA"])
    return row


def write_data(path):
    """Write all patients; floats with a decimal comma."""
    rng = random.Random(20)
    rows = [draw_patient(number, rng) for number in range(1, 85)]
    with open(path, "w", encoding="cp1252", newline="") as file:
        writer = csv.writer(file, delimiter=";", lineterminator="\r\n")
        writer.writerow(HEADER)
        for row in rows:
            writer.writerow(
                [f"{v:.4g}".replace(".", ",") if isinstance(v, float) else v for v in row]
            )


if __name__ == "__main__":
    write_data(Path(__file__).parent / "data" / "klinik.csv")
