"""Every cell of the tables of prediction and of added value, recounted from the result tables."""

import re

import pandas as pd
import pytest
from crlm.analyses.performance.tables_calibration import tabulate_decision
from printed_inputs import (
    make_study,
    read,
    records,
    say,
    say_count,
    say_limits,
    say_p,
    say_share,
)

TO = " to "
LEVELS = {None: "all", "no": "No", "yes": "Yes", "low": "Low", "mid": "Mid", "high": "High"}


@pytest.fixture(scope="module")
def study():
    return make_study()


@pytest.fixture(scope="module")
def alpha(study):
    return study[1]["endpoints"]["alpha"]


@pytest.fixture(scope="module")
def tables(study):
    return study[2]


def cells(rows):
    """The cells without the labels, of the rows that say more than the name of a block."""
    return [row[1:] for row in rows if any(row[1:])]


def sign(value):
    return ("+" if value > 0 else "") + say(value, 3)


def say_signed(row, keys=("estimate", "lower", "upper")):
    estimate, lower, upper = (sign(row[key]) for key in keys)
    return f"{estimate} ({lower} to {upper})"


def test_performance(alpha, tables):
    found = records(alpha["performance"], predictor="sum")
    rows = read(tables["performance_alpha"], "Harrell's C", "Brier score at 12 months")
    assert rows[0][1:] == [say_limits(row, digits=3, join=TO) for row in found]
    assert rows[1][1:] == ["–", "–"]
    sizes = alpha["performance"][["patients", "events", "resamples"]].max()
    said = re.findall(r"\d+", tables["performance_alpha"].notes[0].replace("95%", ""))
    assert said == [str(int(sizes[key])) for key in ("patients", "events", "resamples")]


def turn(row):
    """The other one minus the one that the row begins with."""
    return {"estimate": -row["estimate"], "lower": -row["upper"], "upper": -row["lower"]}


def test_differences(alpha, tables):
    rows = read(tables["differences_alpha"], "Difference of C (95% CI)", "p", "p, adjusted")
    assert cells(rows) == [
        [say_signed(turn(row)), say_p(row["p_value"]), say_p(row["p_adjusted"])]
        for row in alpha["differences"].to_dict("records")
    ]  # the only pair; that with the highest C is the first of the plan


def test_own_patients(alpha, tables):
    known = "Patients known to all: "
    headings = ["Patients", "Events", "Harrell's C in these patients"]
    headings += [known + words for words in ("Common set", "Without it", "Lost by it")]
    rows = read(
        tables["own_patients_alpha"], *headings, known + "Without it and less complete ones"
    )
    assert cells(rows) == [
        [
            *map(say_count, (row["patients"], row["events"])),
            say_limits(row, ("harrell_c", "lower", "upper"), digits=3, join=TO),
            *map(say_count, (row["common"], row["without"])),
            say(row["without"] - row["common"], 0),
            say_count(row["without_less_complete"]),
        ]
        for row in alpha["own_patients"].to_dict("records")
    ]
    total = int(alpha["own_patients"]["of"].max())
    assert tables["own_patients_alpha"].notes[0].startswith(f"Of {total} patients of the endpoint.")


def test_optimism(alpha, tables):
    rows = read(
        tables["optimism_alpha"],
        "Patients",
        "Events",
        "Parameters",
        "Apparent",
        "Optimism",
        "Corrected",
    )
    assert cells(rows) == [
        [
            *(say_count(row[key]) for key in ("patients", "events", "parameters")),
            *(say(row[key], 3) for key in ("apparent", "optimism", "corrected")),
        ]
        for row in alpha["optimism"].to_dict("records")
    ]


def test_calibration(alpha, tables):
    optimism = records(alpha["optimism"], metric="calibration_slope")[0]["corrected"]

    def limits(row, key, digits=1, factor=1):
        return say_limits(row, (key, f"{key}_lower", f"{key}_upper"), digits, factor)

    wanted = []
    for row in records(alpha["calibration"][alpha["calibration"]["expected"].notna()]):
        fitted = row["source"] == "fitted"
        slope = f"{optimism:.2f}, corrected"
        if fitted and row["predictor"] != "model_adjusted":
            continue  # its slope is 1 by construction
        wanted.append(
            [
                say(100 * row["observed"]),
                say(100 * row["expected"]),
                limits(row, "ratio", 2),
                slope if fitted else limits(row, "slope", 2),
                say(100 * row["ici"]) if fitted else limits(row, "ici", factor=100),
                say(100 * row["e50"]),
                say(100 * row["e90"]),
            ]
        )
    headings = [
        "Observed, %",
        "Expected, %",
        "Observed : expected (95% CI)",
        "Slope (95% CI)",
        "ICI, % (95% CI)",
    ]
    assert cells(read(tables["calibration_alpha"], *headings, "E50, %", "E90, %")) == wanted


def test_net_benefit_at_the_last_horizon(alpha, study):
    """With an earlier horizon of other numbers beside it."""
    late = alpha["decision"]
    early = late.assign(horizon=12, net_benefit=late["net_benefit"] / 2)
    plan, _, _ = study
    labels = {name: spec["label"] for name, spec in plan["performance"].items()}
    endpoint = plan["endpoints"]["alpha"]
    table = tabulate_decision(pd.concat([late, early]), "alpha", endpoint, labels)
    thresholds = (0.2, 0.4, 0.6, 0.8)
    rows = read(table, *(f"Threshold {100 * each:.0f}% (95% CI)" for each in thresholds))

    def benefit(predictor):
        return [
            say_limits(row, ("net_benefit", "lower", "upper"), factor=100)
            if row["treated"]
            else "–"
            for row in records(late, predictor=predictor)
        ]

    assert [row[1:] for row in rows] == [benefit("sum"), benefit(None)]
    assert table.notes[0].startswith("At 60 months")


def test_groups_of_two_scores(alpha, tables):
    flows = alpha["reclassification"]
    total = flows.loc[flows["from_group"].notna() & flows["to_group"].isna(), "patients"].sum()
    wanted = [
        [
            LEVELS[row["to_group"] if isinstance(row["to_group"], str) else None],
            say_share(row["patients"], total),
            say_count(row["events"]),
            say_limits(row, ("survival", "lower", "upper"), factor=100),
        ]
        for row in flows[flows["patients"] > 0].to_dict("records")
    ]
    rows = read(
        tables["groups_alpha"], "To", "Patients (%)", "Events until then", "Survival, % (95% CI)"
    )
    assert cells(rows) == wanted
    missing = int(flows["missing"].iloc[0])
    assert rows[0][0].endswith(f"{missing} left out; at 60 months")


def test_added_value(alpha, tables):
    headings = ["Base", "Extended", "Difference (95% CI)", "Corrected for optimism (95% CI)"]
    rows = read(tables["added_value_alpha"], *headings, "χ²", "df", "p")
    for key, addition in (("flag", 0), ("weight", 6)):
        found = records(alpha["added_value"], addition=key)
        first, wanted = found[0], []
        for row in found:
            whole = row["measure"] in ("lr_test", "aic")
            known = row["difference"] == row["difference"]
            changes = ["–", "" if whole else "–"]
            if known:
                corrected = ("corrected", "corrected_lower", "corrected_upper")
                changes = (
                    [say(row["difference"]), ""]
                    if whole
                    else [
                        say_signed(row, ("difference", "lower", "upper")),
                        say_signed(row, corrected),
                    ]
                )
            ends = [say(row["base"], 1 if whole else 3), say(row["extended"], 1 if whole else 3)]
            test = [say(row["statistic"], 2, ""), say_count(row["df"]), say_p(row["p_value"], "")]
            wanted.append([*ends, *changes, *test])
        assert rows[addition][0].endswith(
            f": {first['patients']} patients, {first['events']} events, {first['missing']} left out"
        )
        assert [row[1:] for row in rows[addition + 1 : addition + 6]] == wanted


def test_risk_groups(alpha, tables):
    mine = alpha["added_value_reclassification"]
    mine = mine[mine["base_group"].notna() & mine["patients"].gt(0)]
    headings = ["By the extended model", "Patients", "Events until then"]
    headings += [f"Mean predicted risk, %: {model}" for model in ("Base", "Extended")]
    names = {1.0: "< 20.5 %", 2.0: "≥ 20.5 %"}
    rows = read(tables["risk_groups_alpha"], *headings, "Observed risk, % (95% CI)")
    assert rows[1:] == [
        [
            names[row["base_group"]],
            names.get(row["extended_group"], "all"),
            say_count(row["patients"]),
            say_count(row["events"]),
            say(100 * row["base_risk"]),
            say(100 * row["extended_risk"]),
            say_limits(row, ("observed", "lower", "upper"), factor=100),
        ]
        for row in mine.to_dict("records")
    ]


def test_movement(alpha, tables):
    headings = ("Patients", "Events until then", "Of those with an event, %", "Of those without, %")
    rows = read(tables["movement_alpha"], *headings)[1:]
    wanted = [
        [
            *(
                ("", "")
                if row["moved"] == "net"
                else map(say_count, (row["patients"], row["events"]))
            ),
            say(100 * row["share_of_events"]),
            say(100 * row["share_of_free"]),
        ]
        for row in alpha["movement"].to_dict("records")
    ]
    assert [row[1:] for row in rows] == wanted
