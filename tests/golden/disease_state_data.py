"""Histories for R's survfit and etm: `python disease_state_data.py disease_states.json`, then make_disease_states.R on the same file."""

import json
import sys
from pathlib import Path

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).parents[1]))
import known_truth

DAYS_PER_MONTH = 30.4375


def draw_spells(seed, patients, step=1):
    """Spells of whole days, or of times in steps of `step` days: whose patient then has two changes at once is left out."""
    table, end = known_truth.simulate_states(seed, patients)
    rows = []
    for patient in range(patients):
        mine = table[table["patient"] == patient]
        days = np.ceil(np.array([*mine["months"], end[patient]]) * DAYS_PER_MONTH / step) * step
        days = days[: len(mine)] if len(mine) and mine["state"].iloc[-1] == "dead" else days
        starts, names = [0, *days[:-1]], ["free", *mine["state"]][: len(days)]
        following = [*mine["state"], ""][: len(days)]
        if (np.diff([0, *days]) > 0).all():
            for state, start, stop, after in zip(names, starts, days, following, strict=True):
                times = {"start": start / DAYS_PER_MONTH, "stop": stop / DAYS_PER_MONTH}
                rows.append({"patient_id": f"p{patient}", "state": state, **times, "next": after})
    return pd.DataFrame(rows)


if __name__ == "__main__":
    drawn = {"many": draw_spells(7, 120), "few": draw_spells(3, 9), "tied": draw_spells(11, 60, 91)}
    golden = {
        "states": list(known_truth.STATES),
        "times": [3, 12, 24, 36, 60, 90],
        "horizon": 60,
        "spells": {name: table.to_dict("records") for name, table in drawn.items()},
    }
    Path(sys.argv[1]).write_text(json.dumps(golden), encoding="utf-8")
