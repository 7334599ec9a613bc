"""Patients whose recorded score is not the computed one: in which direction, in which group, and which component explains it."""

import numpy as np
import pandas as pd

from crlm.scores.engine import assess_any, count_points, find_groups

DIFFERENCES = [
    *("patient_id", "comparison", "recorded_value", "computed_value"),
    *("recorded_group", "computed_group", "explained_by"),
]
GROUPS = ["comparison", "recorded_group", "computed_group", "patients"]
COMPONENTS = ["comparison", "component", "computed_higher", "computed_lower", "only"]
NONE = "no single component"


def list_differences(cohort, agreement, scores):
    """Return one row per comparison and patient with both values that are not the same.

    `explained_by`: the components (labels, joined by "; ") of which one alone, with other points than it has here, would
    give the recorded value; "no single component" where none does. scores: the plan's, by name.
    """
    tables = []
    for name, pair in agreement.items():
        both = _find_both(cohort, pair)
        patients = cohort.loc[both.index[both["recorded"] != both["computed"]]]
        score, recorded = scores[pair["computed"]], both.loc[patients.index, "recorded"]
        values = {"recorded": recorded, "computed": both.loc[patients.index, "computed"]}
        reasons = explain_differences(patients, score, recorded.to_numpy())
        tables.append(
            pd.DataFrame(
                {
                    "patient_id": patients["patient_id"],
                    "comparison": name,
                    **{f"{key}_value": each for key, each in values.items()},
                    **{
                        f"{key}_group": find_groups(
                            each.to_numpy(), each.to_numpy(), score["groups"]
                        )
                        for key, each in values.items()
                    },
                    "explained_by": ["; ".join(labels) or NONE for labels in reasons],
                }
            )
        )
    return pd.concat(tables)[DIFFERENCES] if tables else pd.DataFrame(columns=DIFFERENCES)


def explain_differences(patients, score, recorded):
    """For each patient the labels of the components of which one alone would make the computed value the recorded one.

    Not asked of a component with points per unit of a number, which would explain anything.
    """
    asked = {key: part for key, part in score["components"].items() if "points" in part}
    points = {
        key: count_points(patients, part, score["proxies"].get(key))[0]
        for key, part in score["components"].items()
    }
    total = score["base"] + sum(points.values())
    fixed = np.full(len(patients), np.nan)
    holds = []
    for override in score["overrides"]:
        mask = assess_any(patients, override["any"]).fillna(False).to_numpy(bool)
        fixed = np.where(mask, override["value"], fixed)
        holds.append(mask)
    reasons = [[] for _ in range(len(patients))]

    def note(mask, label):
        for place in np.flatnonzero(mask):
            reasons[place].append(label)

    for key, part in asked.items():
        others = {part.get("otherwise", 0), *(entry["points"] for entry in part["points"])}
        fits = [
            (_round(total - points[key] + other, score) == recorded) & (points[key] != other)
            for other in sorted(others)
        ]
        note(np.logical_or.reduce(fits) & np.isnan(fixed), part["label"])
    for mask, override in zip(holds, score["overrides"], strict=True):
        without = mask & (_round(total, score) == recorded)
        note(without | (~mask & (override["value"] == recorded)), override["label"])
    return reasons


def count_groups(cohort, agreement, scores):
    """Return patients with both values per pair of groups: the recorded value's and the computed one's."""
    tables = []
    for name, pair in agreement.items():
        both, groups = _find_both(cohort, pair), scores[pair["computed"]]["groups"]
        named = pd.DataFrame(
            {
                f"{key}_group": find_groups(both[key].to_numpy(), both[key].to_numpy(), groups)
                for key in ("recorded", "computed")
            }
        )
        counts = named.dropna().groupby(["recorded_group", "computed_group"]).size()
        order = {group: place for place, group in enumerate(groups)}
        counts = counts.rename("patients").reset_index().assign(comparison=name)
        tables.append(
            counts.sort_values(["recorded_group", "computed_group"], key=lambda c: c.map(order))
        )
    return pd.concat(tables)[GROUPS] if tables else pd.DataFrame(columns=GROUPS)


def count_components(differences, agreement, scores):
    """Return one row per comparison and component, in the order of the score: the patients whose difference it explains.

    computed_higher, computed_lower: patients whose computed value is higher or lower than the recorded one; only: those whom
    no other component explains. A patient may count for several components.
    """
    rows = []
    for name, pair in agreement.items():
        mine = differences[differences["comparison"] == name]
        reasons = [labels.split("; ") for labels in mine["explained_by"]]
        higher = (mine["computed_value"] > mine["recorded_value"]).to_numpy(bool)
        score = scores[pair["computed"]]
        parts = [*score["components"].values(), *score["overrides"]]
        for label in [*dict.fromkeys(part["label"] for part in parts), NONE]:
            has = np.array([label in each for each in reasons], bool)
            alone = np.array([each == [label] for each in reasons], bool)
            row = {"computed_higher": has & higher, "computed_lower": has & ~higher, "only": alone}
            counts = {key: int(np.sum(mask)) for key, mask in row.items()}
            rows.append({"comparison": name, "component": label, **counts})
    return pd.DataFrame(rows, columns=COMPONENTS)


def _find_both(cohort, pair):
    both = cohort[[pair["recorded"], pair["computed"]]].astype(float).dropna()
    return both.set_axis(["recorded", "computed"], axis=1)


def _round(values, score):
    return np.floor(values + 0.5) if score.get("rounding") else values
