"""Every cell of the tables of prediction, cuts, lesions and missing components, recounted from the result tables."""

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
    say_ratio,
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


def test_differences(alpha, tables):
    rows = read(tables["differences_alpha"], "Difference of C (95% CI)", "p", "p, adjusted")
    assert cells(rows) == [
        [say_signed(row), say_p(row["p_value"]), say_p(row["p_adjusted"])]
        for row in alpha["differences"].to_dict("records")
    ]


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
        slope = (
            f"{optimism:.2f}, corrected"
            if row["predictor"] == "model_adjusted"
            else "1 by construction"
        )
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


C = ("harrell_c", "harrell_c_lower", "harrell_c_upper")


def test_cuts_in_use(alpha, tables):
    headings = [
        f"{side}: {part}" for side in ("Below", "At or above") for part in ("patients", "events")
    ]
    headings += [
        "HR (95% CI)",
        "p",
        "p corrected for the search",
        "Harrell's C (95% CI)",
        "p of interaction",
    ]
    rows = read(tables["cutoffs_alpha"], *headings)
    shown = alpha["cutoffs"][alpha["cutoffs"]["source"].notna()]
    assert len(shown) < len(alpha["cutoffs"])
    assert cells(rows) == [
        [
            *(
                say_count(row[f"{part}_{side}"])
                for side in ("below", "above")
                for part in ("patients", "events")
            ),
            say_ratio(row),
            say_p(row["p_value"]) if row["p_corrected"] == row["p_corrected"] else "–",
            say_p(row["p_corrected"]),
            say_limits(row, C, 3),
            say_p(row["interaction_p_value"], ""),
        ]
        for row in shown.to_dict("records")
    ]


def test_best_cuts(alpha, tables):
    headings = [
        "Patients",
        "Events",
        "Cuts searched",
        "Best cut",
        "Log-rank statistic",
        "p",
        "p corrected for the search",
    ]
    best, none = alpha["maxstat"].to_dict("records")
    assert cells(read(tables["best_cuts_alpha"], *headings)) == [
        [
            *(say_count(best[key]) for key in ("patients", "events", "cuts")),
            f"≥ {best['cut']:g} kg",
            say(best["statistic"], 2),
            say_p(best["p_uncorrected"]),
            say_p(best["p_corrected"]),
        ],
        [
            *(str(int(none[key])) for key in ("patients", "events", "cuts")),
            "few_events",
            "–",
            "–",
            "–",
        ],
    ]
    said = re.findall(r"[\d.]+\d|\d", tables["best_cuts_alpha"].notes[0])
    assert said == [f"{best['lowest']:g}", f"{best['highest']:g}", str(int(best["permutations"]))]


def test_splines(alpha, tables):
    headings = [
        "Patients",
        "Events",
        "Missing",
        "HR (95% CI), linear",
        "p, linear",
        "p, spline",
        "p, non-linear",
    ]
    headings += ["p of interaction: linear", "p of interaction: spline"]
    assert cells(read(tables["splines_alpha"], *headings)) == [
        [
            *(say_count(row[key]) for key in ("patients", "events", "missing")),
            say_ratio(row),
            *(say_p(row[key]) for key in ("p_linear", "p_overall", "p_nonlinear")),
            *(say_p(row[f"interaction_{kind}_p"], "") for kind in ("linear", "spline")),
        ]
        for row in alpha["spline_tests"].to_dict("records")
    ]


def test_numbers_by_level(study, tables):
    headings = ("Patients", "Missing", "Mean (SD)", "Median [quartiles]", "Difference (95% CI)")
    rows = read(tables["cutoff_levels"], *headings)
    wanted = [
        [
            say_count(row["patients"]),
            say_count(row["missing"]),
            f"{say(row['mean'])} ({say(row['sd'], 1)})",
            f"{say(row['median'])} [{say(row['q1'])}–{say(row['q3'])}]",
            say_limits(row, ("difference", "lower", "upper"), empty=""),
        ]
        for row in study[1]["cutoff_levels"].to_dict("records")
    ]
    assert [row[1:] for row in rows[1:4]] == wanted
    assert rows[4][1:] == ["90", "", "No 40; Yes 63", "", "23"]


def test_lesions(study, tables):
    found, percent = study[1]["discordance_concordance"], ("percent", "lower", "upper")
    over = "Same group, % (95% CI), by Flag"
    headings = [
        "With two or more",
        "Pairs",
        *(f"{over}: {level}" for level in ("All", "No", "Yes")),
    ]
    rows = read(tables["discordance"], *headings, "With different groups, n (%)", "Not determined")
    for place, comparison in ((1, "lesions"), (4, "blocks")):
        whole, *levels = records(found, comparison=comparison)
        assert rows[place][1:] == [
            str(int(whole["units"])),
            str(int(whole["pairs"])),
            *(say_limits(row, percent) for row in (whole, *levels)),
            say_share(whole["discordant_units"], whole["units"]),
            str(int(whole["undetermined"])),
        ]
    one, two = study[1]["discordance_assessed"].to_dict("records")
    said = [
        int(number) for number in re.findall(r"\d+", tables["discordance"].notes[0].split(". ")[0])
    ]
    assert said == [
        int(row[key]) for row in (one, two) for key in ("patients", "lesions", "blocks")
    ]


def test_change_of_group_by_one_lesion(study, tables):
    same, moved, unknown = study[1]["discordance_groups"]["patients"]
    headings = ("Patients", "Other group, n (%)", "Not determined")
    row = read(
        tables["discordance_groups"],
        *headings,
        "From the group of the mean to the group of the lesion",
    )[1]
    assert row[1:] == [
        say(same + moved, 0),
        f"{say(moved)} ({say(100 * moved / (same + moved))})",
        say(unknown, 0),
        f"Pattern A → Pattern B: {say(moved)}",
    ]


def test_hazards_by_lesion(study, tables):
    headings = ("Patients", "Events", "HR (95% CI)", "p", "HR (95% CI), stratified", "p")
    rows, found = (
        read(tables["discordance_hazards"], *headings)[1:],
        study[1]["discordance_hazards"],
    )
    for row, summary in zip(rows, ("mean", "random"), strict=True):
        plain, stratified = records(found, summary=summary)
        assert row[1:] == [
            *map(say_count, (plain["patients"], plain["events"])),
            *(say_ratio(plain), say_p(plain["p_value"])),
            *(say_ratio(stratified), say_p(stratified["p_value"])),
        ]


def test_missing_components(alpha, tables):
    found = alpha["missing_components"]
    headings = ["Determinate patients (95% CI)", "p", "Every score lowest / every score highest"]
    rows = read(
        tables["missing_components_alpha"],
        *headings,
        "Multiple imputation (95% CI)",
        "p",
        "Missing information",
    )
    wanted = []
    for score in ("sum", "stage"):
        first = records(found, score=score, analysis="determinate")[0]
        total = first["patients"] + first["missing"]
        wanted.append([f"{first['patients']} of {total} patients determinate", *[""] * 6])
        for measure, digits in (("hazard_ratio", 2), ("harrell_c", 3)):
            each = {row["analysis"]: row for row in records(found, score=score, measure=measure)}
            ends = [say(each[f"all_{end}"]["estimate"], digits) for end in ("lowest", "highest")]
            known, imputed = each["determinate"], each["imputed"]
            wanted.append(
                [
                    *(say_limits(known, digits=digits), say_p(known["p_value"])),
                    "–" if ends == ["–", "–"] else " / ".join(ends),
                    *(say_limits(imputed, digits=digits), say_p(imputed["p_value"])),
                    say(imputed["fmi"], 2),
                ]
            )
    assert [
        [row[0].split(": ")[-1], *row[1:]] if not any(row[1:]) else row[1:] for row in rows
    ] == wanted
    imputed = found[found["analysis"] == "imputed"]
    said = re.findall(r"\d+", tables["missing_components_alpha"].notes[0])[:3]
    assert said == [str(int(imputed[key].max())) for key in ("patients", "events", "imputations")]


def test_imputation(alpha, tables):
    mine = alpha["imputation"]
    rows = read(
        tables["imputation_alpha"],
        "Missing (%)",
        "Observed",
        "Imputed (lowest to highest)",
        "Standardised difference",
    )
    wanted = []
    for variable, kinds in (("weight", ("mean", "sd", "median")), ("tier", ("share",))):
        found = records(mine, variable=variable)
        wanted.append([say_share(found[0]["missing"], found[0]["patients"]), "", "", ""])
        for row in found:
            if row["statistic"] in kinds:
                factor = 100 if row["statistic"] == "share" else 1
                limits = say_limits(
                    row, ("imputed", "imputed_lower", "imputed_upper"), factor=factor
                )
                wanted.append(["", say(factor * row["observed"]), limits, say(row["smd"], 2, "")])
    assert [row[1:] for row in rows] == wanted
