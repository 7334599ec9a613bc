"""Made-up recurrences and their treatment, run and shown, for the tests of repeat resection."""

import re

import known_truth
import numpy as np
import pandas as pd
from crlm.analyses.repeat_resection import estimate, figure, tables
from crlm.display import privacy

LONG = "A label with $x$ and <b> that is some sixty characters long, yes"
LEVELS = ["no", "yes"]
SETTINGS = {
    "endpoint": "x",
    "recurrence": {"duration": "came", "flag": "recurred"},
    "treatment": {"duration": "begun", "flag": "resected"},
    "label": "Second operation",
    "landmark_months": 3,
    "times_months": [6, 12],
    "adjust": {},
    "groupings": {},
    "score": None,
    "remnant": None,
    "thresholds": {},
}

RESAMPLING = {"resamples": 20, "seed": 1}


def make_cohort(months, event, begun, came=0.0, resected=None, recurred="yes"):
    """Patients by months since the origin; begun: months of the treatment, None without."""
    begun = np.array(begun, float)
    count = len(begun)
    table = pd.DataFrame({"x_months": months, "x_event": event, "came": came, "begun": begun})
    if resected is None:
        resected = np.where(np.isnan(begun), "no", "yes")
    for name, values in {"resected": resected, "recurred": recurred}.items():
        values = np.broadcast_to(np.array(values, object), count)
        table[name] = pd.Categorical(values, categories=LEVELS)
    return table.astype({"x_months": float, "x_event": float, "came": float})


def run(cohort, **settings):
    return estimate.estimate_repeat_resection(
        cohort, {**SETTINGS, **settings}, {"origin": None}, RESAMPLING
    )


def draw(seed, count):
    """Recurrences at some month, whole months so that times are tied, treatments that wait; some dates after the end."""
    rng = np.random.default_rng(seed)
    came = rng.integers(0, 12, count).astype(float)
    after = rng.integers(0, 30, count)
    wait = rng.integers(0, 20, count).astype(float)
    wait[rng.random(count) < 0.4] = np.nan
    cohort = make_cohort(came + after, rng.integers(0, 2, count), came + wait, came)
    return cohort.assign(group=rng.choice(["a", "b"], count))


def pick(found, analysis, model="crude", level="yes"):
    rows = found["hazard_ratios"].set_index(["analysis", "model", "level"])
    return rows.loc[(analysis, model, level)]


OCCASIONS = {
    "first": {"percent": "p", "volume": "v", "number": "n", "size": "s", "liver": "l"},
    "repeat": {"percent": "q", "volume": None, "number": None, "size": None, "liver": None},
}
for roles in OCCASIONS.values():
    roles["levels"] = {"good": "Good", "bad": LONG} if roles["liver"] else {}
THRESHOLDS = {
    "good": {"percent": 20, "source": "Somebody", "evidence": "secondary"},
    "bad": {"percent": 40, "source": "Somebody else", "evidence": None},
}
LIVERS = pd.DataFrame(
    {
        "p": [15, 25, 35, 45, 30, np.nan],
        "v": [300, 500, np.nan, 900, 600, 100],
        "n": [4, 3, 1, 1, 2, 1],
        "s": [3, 4, 1, 0, np.nan, 1],
        "l": ["good", "good", "bad", "bad", None, "bad"],
        "q": [50] + [np.nan] * 5,
    }
)


def list_tables(found, **settings):
    settings = {**SETTINGS, **settings}
    shown = [
        tables.tabulate_patients(found["account"], settings, "T"),
        tables.tabulate_shares(found["shares"], settings, "T"),
        tables.tabulate_survival(
            found["summary"], found["survival"], found["tests"], settings, "T"
        ),
        tables.tabulate_ratios(found["hazard_ratios"], settings, "T"),
    ]
    if len(found["score"]):
        shown.append(tables.tabulate_score(found["score"], found["tests"], settings, "T"))
    return shown


def show_all(found, **settings):
    """Every table and the figure, without a cell that says nan."""
    shown = list_tables(found, **settings)
    for table in [*shown, *(privacy.hide(table, 5) for table in shown)]:
        texts = [cell.text for row in table.rows for cell in row.cells] + list(table.notes)
        wrong = [text for text in texts if {"nan", "None"} & set(text.split())]
        assert not [text for text in wrong if not re.search(r"None (within|of)", text)]
        assert all(len(row.cells) == len(table.columns) for row in table.rows)
    drawn = figure.plot_landmark(
        found["curves"],
        found["summary"],
        tables.state_landmark(found["tests"], found["hazard_ratios"]),
        {**SETTINGS, **settings},
    )
    assert_inside(drawn)


def assert_inside(drawn):
    drawn.canvas.draw()
    for axes in drawn.axes:
        for item in [*axes.texts, *(axes.get_xticklabels() if axes.axison else [])]:
            window = item.get_window_extent()
            if item.get_text():
                assert window.x0 >= -1 and window.x1 <= drawn.bbox.x1 + 1, item.get_text()
                assert window.y0 >= -1 and window.y1 <= drawn.bbox.y1 + 1, item.get_text()


def simulate(seed, patients, ratio=1.0):
    data = known_truth.simulate_late_treatment(seed, patients, ratio)
    return make_cohort(data["months"], data["event"], data["treatment_months"])
