"""Sentences, keys and figures of compared predictors, markers and lesions, recounted where no two numbers are the same.

Three predictors, so that a pair has others beside it whose limits it could be given.
"""

import itertools

import numpy as np
import pandas as pd
import pytest
from crlm.analyses.discordance import answers as lesions
from crlm.analyses.discordance import estimate as discordance
from crlm.analyses.panel.figure import plot_panel
from crlm.analyses.performance import answers, numbers
from crlm.analyses.performance.tables import tabulate_differences, tabulate_optimism
from display_inputs import spec
from printed_inputs import fill, list_lines, list_texts, say, say_limits, say_p, say_ratio

ENDPOINT = {"label": "Life", "abbreviation": "L"}
NAMES = ("one", "two", "three")
LABELS = {name: f"Score {name}" for name in NAMES}
PLAN = {
    "main": {"endpoint": "alpha"},
    "endpoints": {"alpha": ENDPOINT},
    "performance": {name: {"label": label, "kind": "score"} for name, label in LABELS.items()},
    "output": {"privacy": {"small_cells": None}},
}
ENDS = ("estimate", "lower", "upper")


def make_pairs(order):
    """Harrell's C of the predictors, best first as named, and the differences of every pair as the plan has them."""
    c = {name: 0.7 - 0.03 * place for place, name in enumerate(order)}
    rows = [{"predictor": name, "metric": "harrell_c", "estimate": c[name]} for name in NAMES]
    performance = fill(rows, "patients# events# resamples# lower upper").assign(
        calibrated_in_cohort=False, horizon=np.nan, note=None, patients=888, events=444
    )
    rows = [
        {"predictor": a, "versus": b, "metric": metric}
        for metric in ("uno_c", "harrell_c")
        for a, b in itertools.combinations(NAMES, 2)
    ]
    differences = fill(rows, "estimate lower upper p_value p_adjusted")
    differences.loc[[1, 4], "p_adjusted"] /= 20  # of two pairs it is small
    return performance, differences


def find(differences, one, other):
    """(row, 1) or, of a pair that stands the other way round, (row, -1)."""
    table = differences[differences["metric"] == "harrell_c"].set_index(["predictor", "versus"])
    return (
        (table.loc[one, other], 1) if (one, other) in table.index else (table.loc[other, one], -1)
    )


def turn(differences, one, other):
    """The first minus the second, recounted: with the other sign the lower limit is what was the upper."""
    row, sign = find(differences, one, other)
    if sign == 1:
        return [row[key] for key in ENDS], row
    return [-row["estimate"], -row["upper"], -row["lower"]], row


def say_difference(values):
    first, low, high = (say(value, 3) for value in values)
    return f"{first} ({low}{' to ' if '−' in low + high else '–'}{high})"


@pytest.mark.parametrize("order", list(itertools.permutations(NAMES)))
def test_the_difference_told_is_that_of_the_pair_told(order):
    """The best against the reference (the first of the plan), or where it is the best against the second best."""
    performance, differences = make_pairs(order)
    results = {"endpoints": {"alpha": {"performance": performance, "differences": differences}}}
    (found,) = answers.answer(PLAN, results)
    best, other = order[0], order[1] if order[0] == "one" else "one"
    values, row = turn(differences, best, other)
    c = {
        name: say_limits(each, ENDS, 2)
        for name, each in performance.set_index("predictor").iterrows()
    }
    between = (
        f", before {LABELS[other]} ({c[other]})"
        if best == "one"
        else f"; {LABELS[other]} had {c[other]}"
    )
    assert found.text == (
        f"Life: of 3 scores on the same 888 patients (444 events) {LABELS[best]} discriminated best (C {c[best]}){between} "
        f"(difference {say_difference(values)}, p = {say_p(row['p_adjusted'])} adjusted for all pairs"
        f"{'' if row['p_adjusted'] < 0.05 else ', not shown to be better'})."
    )


def test_every_difference_has_a_key_in_both_directions_with_its_own_limits():
    performance, differences = make_pairs(NAMES)
    results = {"endpoints": {"alpha": {"performance": performance, "differences": differences}}}
    found = {each.key: each for each in numbers.list_numbers(PLAN, results)}
    for one, other in itertools.permutations(NAMES, 2):
        values, row = turn(differences, one, other)
        number = found[f"alpha_c_{one}_vs_{other}"]
        assert list(number.values) == values
        assert list(number.texts) == [say_difference(values), *(say(value, 3) for value in values)]
        p = found[f"alpha_c_p_{one}_vs_{other}"]
        assert (p.values, p.texts) == ((row["p_adjusted"],), (f"p = {say_p(row['p_adjusted'])}",))
        for each in (number, p):
            assert set(differences.loc[each.place, ["predictor", "versus"]]) == {one, other}
            assert differences.loc[each.place, "metric"] == "harrell_c"
    for place, row in performance.iterrows():
        number = found[f"alpha_c_{row['predictor']}"]
        assert list(number.values) == [row[key] for key in ENDS] and number.place == place
        assert number.texts == (say_limits(row, ENDS, 2), *(say(row[key], 2) for key in ENDS))
    assert len(found) == 3 + 6 * 2


@pytest.mark.parametrize("order", list(itertools.permutations(NAMES)))
def test_the_table_of_differences_is_that_of_its_pairs(order):
    """First those to the best, then those to the first of the plan that do not stand above."""
    performance, differences = make_pairs(order)
    table = tabulate_differences(differences, performance, "alpha", ENDPOINT, PLAN["performance"])
    against = list(dict.fromkeys((order[0], "one")))
    wanted, done = [], set()
    for key in against:
        wanted.append(LABELS[key])
        for other in (name for name in NAMES if name != key and {name, key} not in done):
            values, row = turn(differences, other, key)
            first, low, high = (f"{'+' if value > 0 else ''}{say(value, 3)}" for value in values)
            p_values = [say_p(row[name]) for name in ("p_value", "p_adjusted")]
            wanted.append([LABELS[other], f"{first} ({low} to {high})", *p_values])
            done |= {frozenset({other, key})}
    found = [
        row if row[1] else row[0].removeprefix("Against ").split(" (")[0]
        for row in list_texts(table)
    ]
    assert found == wanted


def test_a_slope_told_is_the_corrected_one():
    rows = [
        {"predictor": name, "metric": metric}
        for name in NAMES
        for metric in ("harrell_c", "calibration_slope")
    ]
    found = fill(rows, "patients# events# parameters# apparent training test optimism corrected")
    nothing = pd.DataFrame(columns=["predictor", "source", "horizon", "ratio"])
    result = {"calibration": nothing, "optimism": found}
    (told,) = answers._describe_calibration(PLAN, result, "alpha", "Life")
    slopes = found[found["metric"] == "calibration_slope"].set_index("predictor")["corrected"]
    one, two, three = (f"{say(slopes[name], 2)} of {LABELS[name]}" for name in NAMES)
    assert told.text.endswith(f"fitted in these patients: {one}, {two} and {three}.")
    shown = list_texts(tabulate_optimism(found, "alpha", ENDPOINT, LABELS))
    digits = (0, 0, 0, 3, 3, 3)
    keys = ("patients", "events", "parameters", "apparent", "optimism", "corrected")
    assert [row[1:] for row in shown if row[1]] == [
        [say(row[key], places) for key, places in zip(keys, digits, strict=True)]
        for row in found.to_dict("records")
    ]


MARKERS = {
    "weight": spec("Weight", unit="kg", per=5),
    "arm": spec("Arm", "categorical", ["a", "b", "c"]),
    **{name: spec(f"Marker {name}") for name in ("m", "n", "o")},
}
SETTINGS = {
    "markers": list(MARKERS),
    "adjust": ["age"],
    "false_discovery_rate": 0.05,
    "per": "sd",
    "landmark_months": None,
}


def make_panel():
    """Two models of five markers with three discoveries each, of which one has levels; the largest p is no discovery's."""
    rows = [
        {"model": model, "variable": name, "level": level, "reference": level and "a"}
        for model in ("univariable", "adjusted")
        for name in MARKERS
        for level in (("b", "c") if name == "arm" else (None,))
    ]
    found = fill(rows, "patients# events# hazard_ratio lower upper p_value lr_statistic")
    p = {"weight": 2e-3, "arm": 3e-5, "m": 4e-4, "n": 0.08, "o": 0.5}
    factor = found["model"].map({"univariable": 1, "adjusted": 1.3})
    found["lr_p_value"] = factor * found["variable"].map(p)
    found["q_value"] = factor * found["variable"].map(
        {"weight": 0.021, "arm": 0.0016, "m": 0.013, "n": 0.11, "o": 0.61}
    )
    found["lr_df"] = found["variable"].map({"arm": 2}).fillna(1)
    found.loc[found["variable"].isin(["weight", "o"]), "hazard_ratio"] += 1
    return found.assign(note=None)


def test_a_volcano_draws_p_and_its_key_tells_q():
    panel = make_panel()
    figure = plot_panel(panel, SETTINGS, MARKERS, ENDPOINT)
    words = " ".join(text for line in list_lines(figure) for text in line)
    far = (
        panel.assign(far=np.log(panel["hazard_ratio"]).abs())
        .sort_values("far")
        .drop_duplicates(["model", "variable"], keep="last")
    )
    for axes, model in zip(figure.axes[1:], ("univariable", "adjusted"), strict=True):
        mine = far[far["model"] == model]
        drawn = {
            tuple(np.round(at, 9)): face
            for each in axes.collections
            for at, face in zip(each.get_offsets(), each.get_facecolors(), strict=True)
        }
        assert set(drawn) == {
            tuple(np.round((row["hazard_ratio"], -np.log10(row["lr_p_value"])), 9))
            for row in mine.to_dict("records")
        }
        kept = mine[mine["q_value"] <= 0.05].sort_values("lr_p_value")
        assert kept["variable"].tolist() == ["arm", "m", "weight"]
        (line,) = (each.get_ydata()[0] for each in axes.lines if each.get_linestyle() == "--")
        assert line == pytest.approx(-np.log10(kept["lr_p_value"].max()))
        for place, row in enumerate(kept.to_dict("records"), 1):
            label = MARKERS[row["variable"]]["label"]
            label += f", {row['level'].upper()}" if row["level"] else ""
            assert f"{place} {label}: {say_ratio(row)}, q = {say_p(row['q_value'])}" in words
        colours = {
            side: {
                drawn[
                    tuple(np.round((row["hazard_ratio"], -np.log10(row["lr_p_value"])), 9))
                ].tobytes()
                for row in rows.to_dict("records")
            }
            for side, rows in (
                ("low", kept[kept["hazard_ratio"] < 1]),
                ("high", kept[kept["hazard_ratio"] > 1]),
                ("none", mine[mine["q_value"] > 0.05]),
            )
        }
        assert (
            all(len(each) == 1 for each in colours.values())
            and len(set.union(*colours.values())) == 3
        )


def test_the_shares_of_lesions_told_have_their_own_limits():
    rows = [
        {"rule": rule, "comparison": kind, "level": level}
        for rule in ("one", "two")
        for kind in ("lesions", "blocks")
        for level in (None, "a")
    ]
    found = fill(rows, "units# pairs# percent lower upper")
    found[["lower", "percent", "upper"]] = (
        100 * found[["lower", "percent", "upper"]].to_numpy() / [1, 100, 1]
    )
    rules = {name: {"label": f"Rule {name}"} for name in ("one", "two")}
    plan = PLAN | {"discordance": {"by": "arm"}, "growth_patterns": rules}
    (told,) = lesions.describe_figures(plan, {"discordance_concordance": found})
    whole = found[found["level"].isna()].set_index(["comparison", "rule"])

    def say_both(kind):
        return " and ".join(
            f"{say_limits(whole.loc[kind, rule], ('percent', 'lower', 'upper'))}% by Rule {rule}"
            for rule in rules
        )

    assert told.text == (
        "Share of the pairs given the same group: between lesions of a patient, "
        f"{say_both('lesions')}; between blocks of a lesion, {say_both('blocks')}."
    )


def test_limits_of_concordance_hold_the_middle_95_of_100_resamples():
    """Of the same resamples, one by one."""
    pairs = np.array([[3, 1], [1, 1], [6, 2], [1, 0], [3, 3], [10, 4]])
    shares = []
    for counts in discordance.resample_counts(len(pairs), 400, 7):
        total = sum(times * pair for times, (pair, _) in zip(counts, pairs, strict=True))
        same = sum(times * pair for times, (_, pair) in zip(counts, pairs, strict=True))
        shares.append(100 * same / total)
    limits = discordance._find_limits(pairs, 400, 7)
    assert limits["lower"] == pytest.approx(np.percentile(shares, 2.5))
    assert limits["upper"] == pytest.approx(np.percentile(shares, 97.5))
    assert discordance._find_limits(pairs[:1], 400, 7) == {}
    assert set(discordance._find_limits(pairs[:2], 400, 7)) == {"lower", "upper"}
