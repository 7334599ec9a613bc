"""Every cell of the tables beside publications, of restricted means and of conventions, recounted from the result tables."""

import re

import pandas as pd
import pytest
from crlm.analyses.pattern_hazards.tables import tabulate_hazards
from crlm.analyses.published import answers, words
from crlm.analyses.published.tables import tabulate_published_expected, tabulate_published_survival
from crlm.analyses.restricted_mean.tables import tabulate_restricted_means
from crlm.display import keys
from display_inputs import table as parse
from printed_inputs import (
    make_study,
    name_column,
    read,
    records,
    say,
    say_count,
    say_limits,
    say_median,
    say_p,
    say_ratio,
    scatter,
)

PERCENT = {"factor": 100}


@pytest.fixture(scope="module")
def study():
    return make_study()


def cells(rows):
    return [row[1:] for row in rows if any(row[1:])]


MEANS = """
grouping group reference horizon patients events rmst lower upper difference difference_lower difference_upper ratio ratio_lower ratio_upper p_value ratio_p_value note
tiers low low 36 1 1 1 1 1 - - - - - - - - -
tiers mid low 36 1 1 1 1 1 1 1 1 1 1 1 1 1 short
tiers high low 36 1 1 - - - - - - - - - - - none
tiers low low 60 1 1 1 1 1 - - - - - - - - -
tiers mid low 60 1 1 1 1 1 1 1 1 1 1 1 1 1 -
tiers high low 60 1 1 1 1 1 1 1 1 1 1 1 1 1 -
"""


def test_restricted_means(study):
    grouping = {**study[0]["groupings"]["tiers"], "reference": "low", "landmark_months": 3}
    settings = {"groupings": {"tiers": grouping}, "horizons_months": {"alpha": [36, 60]}}
    means = scatter(parse(MEANS))
    table = tabulate_restricted_means(means, "alpha", study[0]["endpoints"]["alpha"], settings)
    headings = ["Patients", "Events until then", "Restricted mean, months (95% CI)"]
    headings += [
        "Difference, months (95% CI)",
        "p of the difference",
        "Ratio (95% CI)",
        "p of the ratio",
    ]
    rows = read(table, *headings)
    assert [row[0].split(": ")[-1] for row in (rows[0], rows[4])] == [
        "up to 36 months after the landmark at 3",
        "up to 60 months after the landmark at 3",
    ]

    def compare(row):
        if row["group"] == "low":
            return ["reference", "", "reference", ""]
        if row["difference"] != row["difference"]:
            return ["not estimable", "–", "not estimable", "–"]
        difference, ratio = (
            say_limits(row, (key, f"{key}_lower", f"{key}_upper"), digits)
            for key, digits in (("difference", 1), ("ratio", 2))
        )
        return [difference, say_p(row["p_value"]), ratio, say_p(row["ratio_p_value"])]

    wanted = [
        [
            *map(say_count, (row["patients"], row["events"])),
            say_limits(row, ("rmst", "lower", "upper"), empty="not estimable"),
            *compare(row),
        ]
        for row in means.to_dict("records")
    ]
    shown = [[re.sub("[¹²]", "", cell) for cell in row] for row in cells(rows)]
    assert shown == wanted


PATTERNS = """
source evidence patients events hazard_ratio lower upper published published_lower published_upper note
Doe read 1 1 1 1 1 1 1 1 -
Roe read 1 1 - - - 1 1 1 few
"""


def test_hazard_ratios_of_patterns(study):
    hazards = scatter(parse(PATTERNS))
    contrast = {
        "label": "Rule",
        "level": "b",
        "reference": "a",
        "level_labels": {"a": "A", "b": "B"},
        "note": "n",
    }
    table = tabulate_hazards(hazards, [contrast, contrast], "alpha", study[0]["endpoints"]["alpha"])
    headings = [f"This cohort: {part}" for part in ("Patients", "Events", "HR (95% CI)")]
    assert cells(read(table, *headings, "Published: HR (95% CI)")) == [
        [
            *map(say_count, (row["patients"], row["events"])),
            say_ratio(row) if row["hazard_ratio"] == row["hazard_ratio"] else "not estimable",
            say_ratio(row, ("published", "published_lower", "published_upper")),
        ]
        for row in hazards.to_dict("records")
    ]


PUBLISHED = """
score source published_endpoint same_endpoint kind stratum_label time published_patients patients published survival lower upper difference evidence
sum Doe os True group low 12 1 1 1 1 1 1 1 read
sum Doe os True group low 60 1 1 1 1 1 1 1 read
sum Doe os True group high 12 1 1 1 1 1 1 1 read
"""
EXPECTED = """
score source published_endpoint same_endpoint kind stratum_label patients until observed expected ratio lower upper published_median median median_lower median_upper basis evidence note
sum Doe os True group low 1 60 1 1 1 1 1 1 1 1 1 survival read -
sum Doe os True group high 1 60 1 1 1 1 1 1 1 1 - survival read -
sum Doe os True overall all 1 36 1 1 1 1 1 1 1 1 1 survival read -
"""


@pytest.fixture
def endpoints(study):
    return {"alpha": {**study[0]["endpoints"]["alpha"], "published_as": "os"}}


def test_survival_of_published_strata(study, endpoints):
    points = scatter(parse(PUBLISHED))
    table = tabulate_published_survival(points, "alpha", endpoints, study[0]["scores"])
    headings = ["Months", "Patients: Published", "Patients: Here", "Survival, %: Published"]
    rows = cells(
        read(table, *headings, "Survival, %: Here (95% CI)", "Difference, percentage points")
    )
    wanted = [
        [
            str(row["time"]),
            *map(say_count, (row["published_patients"], row["patients"])),
            say(100 * row["published"]),
            say_limits(row, ("survival", "lower", "upper"), **PERCENT),
            say(100 * row["difference"]),
        ]
        for row in points.to_dict("records")
    ]
    wanted[1][1:3] = ["", ""]  # said once for each stratum
    assert rows == wanted


def test_events_expected_by_published_strata(study, endpoints):
    expected = scatter(parse(EXPECTED).rename(columns={"observed": "observed_events"}))
    expected = expected.rename(columns={"observed_events": "observed"})
    expected["until"] = [60, 60, 36]
    table = tabulate_published_expected(expected, "alpha", endpoints, study[0]["scores"])
    headings = [
        "Patients",
        "Up to month",
        *(f"Events: {part}" for part in ("Observed", "Expected", "O:E (95% CI)")),
    ]
    rows = cells(
        read(table, *headings, "Median, months: Published", "Median, months: Here (95% CI)")
    )
    assert rows == [
        [
            say_count(row["patients"]),
            str(row["until"]),
            say_count(row["observed"]),
            say(row["expected"]),
            say_ratio(row, ("ratio", "lower", "upper")),
            say(row["published_median"]),
            "" if row["kind"] == "overall" else say_median(row),
        ]
        for row in expected.to_dict("records")
    ]


def test_reconstructed_curves(study):
    _, results, tables = study
    both = [
        f"{what}: {where}" for what in ("Patients", "Events") for where in ("Published", "Here")
    ]
    both += [f"Median, months: {where} (95% CI)" for where in ("Published", "Here")]
    headings = [*both, "Hazard ratio: Here against published (95% CI)", "Log-rank p"]
    headings += [
        "Fit of the reconstruction: Largest distance, percentage points",
        "Fit of the reconstruction: Largest difference of numbers at risk",
    ]
    first, alone = results["reconstructed_groups"].to_dict("records")
    rows = cells(read(tables["reconstructed_alpha"], *headings))
    assert rows[0] == [
        *(
            say_count(first[key])
            for key in ("published_patients", "patients", "published_events", "events")
        ),
        *(say_median(first, start) for start in ("published_median", "median")),
        say_ratio(first),
        say_p(first["p_value"]),
        say(100 * first["largest_distance"]),
        say_count(first["largest_at_risk"]),
    ]
    assert rows[1][:4] == [
        say_count(alone["published_patients"]),
        "",
        say_count(alone["published_events"]),
        "",
    ]


def test_survival_of_reconstructed_curves(study):
    _, results, tables = study
    where = ("Published", "Here")
    headings = [f"Survival, %: {each} (95% CI)" for each in where]
    headings += ["Difference, percentage points", *(f"At risk: {each}" for each in where)]
    wanted = []
    for row in results["reconstructed_points"].to_dict("records"):
        here = row["survival"] == row["survival"]
        wanted.append(
            [
                say_limits(
                    row, [f"published_{key}" for key in ("survival", "lower", "upper")], **PERCENT
                ),
                say_limits(row, ("survival", "lower", "upper"), **PERCENT) if here else "",
                say(100 * row["difference"], empty=""),
                say_count(row["published_at_risk"]),
                say_count(row["at_risk"]) if here else "",
            ]
        )
    assert cells(read(tables["digitised_survival_alpha"], *headings)) == wanted


def test_conventions(study):
    _, results, tables = study
    rows = read(tables["conventions"], "In this report", "Otherwise")[1:]
    show = {
        "survival": lambda row: say_limits(row, **PERCENT),
        "at_risk": lambda row: say(row["estimate"], 0),
        "median": lambda row: say(row["estimate"], empty="not reached"),
        "hazard_ratio": lambda row: say_limits(row, digits=2),
        "proportional_hazards": lambda row: say_p(row["p_value"]),
    }
    found, wanted = results["conventions"], []
    for _, same in found.groupby(["quantity", "model"], sort=False, dropna=False):
        own = records(same, printed=True)[0]
        say_it = show[own["quantity"]]
        wanted += [[say_it(own), say_it(other)] for other in records(same, printed=False)]
    assert [row[1:] for row in rows] == wanted


MARKS = str.maketrans("", "", "¹²³⁴⁵⁶⁷⁸⁹⁰")


def test_text_and_numbers_of_every_cell_are_the_same(study):
    """What a spreadsheet gets is what is read: each number of a cell, rounded as printed, in the same order."""
    seen = 0
    for table in study[2].values():
        for row in table.rows:
            for column, cell in zip(table.columns, row.cells, strict=True):
                where = f"{table.name}: {row.cells[0].text}: {name_column(column)}"
                words = cell.text.translate(MARKS).replace("\N{MINUS SIGN}", "-")
                printed = re.findall(r"(?:(?<![\d.])-)?\d+(?:\.\d+)?", words)
                numbers = [
                    value
                    for value in cell.values
                    if isinstance(value, int | float) and not pd.isna(value)
                ]
                if not numbers or words.startswith(("<0.001", ">", "1 ")):
                    continue
                assert len(printed) == len(numbers), where
                for shown, number in zip(printed, numbers, strict=True):
                    digits = len(shown.partition(".")[2])
                    assert float(shown) == pytest.approx(number, abs=0.5001 * 10**-digits), where
                    seen += 1
    assert seen > 600


def test_no_two_numbers_of_a_row_are_the_same(study):
    """Or columns that are swapped would not be seen."""
    for name in (
        "summary",
        "landmarks",
        "models",
        "cutoffs",
        "differences",
        "own_patients",
        "published",
    ):
        for row in (
            study[1]["endpoints"]["alpha"]
            .get(name, pd.DataFrame())
            .select_dtypes("number")
            .to_numpy()
        ):
            known = [value for value in row if value == value and value != 0]
            assert len(known) == len(set(known)), name


def test_events_over_expected_in_a_sentence(study, endpoints):
    """Of all strata of a score together, with the limits in their order."""
    expected = scatter(parse(EXPECTED)).assign(until=60, note=None)
    results = {"endpoints": {"alpha": {"published_expected": expected}}}
    plan = {**study[0], "endpoints": endpoints}
    (found,) = answers.describe_figures(plan, results)
    (row,) = records(expected, kind="overall")
    ratio = say_ratio(row, ("ratio", "lower", "upper"))
    assert f": {ratio} by Sum score (Doe, up to month 60)." in keys.strip(found.text)
    expected["until"] = float("nan")  # strata that end with their medians have no month in common
    (found,) = answers.describe_figures(plan, results)
    assert "(Doe, each stratum up to its last published month)." in keys.strip(found.text)


def test_of_points_and_groups_that_which_counts_most_patients_is_told(study, endpoints):
    row = scatter(parse(EXPECTED)).assign(until=60, note=None).query("kind == 'overall'").head(1)
    few, many = row["patients"].iloc[0], row["patients"].iloc[0] + 20
    for patients in ((few, many), (many, few)):
        both = pd.concat([row, row]).assign(patients=patients, ratio=[0.31, 0.32])
        results = {"endpoints": {"alpha": {"published_expected": both}}}
        (found,) = answers.describe_figures({**study[0], "endpoints": endpoints}, results)
        said = [ratio in keys.strip(found.text) for ratio in ("0.31", "0.32")]
        assert said == [patients[0] == many, patients[1] == many]


def test_methods_are_told_where_something_was_published():
    told = words.tell_methods({}, {"endpoints": {"os": {"published": None}, "rfs": {}}})
    [(heading, [text])] = told
    assert heading == "Against the published strata" and "exact Poisson limits" in text
    assert words.tell_methods({}, {"endpoints": {"rfs": {}}}) == []
