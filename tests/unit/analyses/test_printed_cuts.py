"""Every cell of the tables of cuts, lesions and missing components, recounted from the result tables."""

import re

import pytest
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
