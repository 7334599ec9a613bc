"""What stands beside a value and is not part of it: a line through a row, a unit in a format or a name, the time of a day."""

import datetime

import numpy as np
import openpyxl
import pandas as pd
import pytest
from making import check_file, make_cohort, make_plan
from openpyxl.comments import Comment
from openpyxl.styles import Font

MONTHS = """
study: {title: Made up}
cohort: {file: cohort.csv}
columns: {patient_id: id, os_t: t, dead: dead, age: age, cea_ng_ml: cea, n_crlm: n}
variables:
  os_t: {label: Time to death, kind: duration, timing: follow_up}
  dead: {label: Dead, kind: binary, timing: follow_up}
endpoints:
  os: {label: Overall survival, events: {death: {duration: os_t, flag: dead}}, censoring: {last: {duration: os_t}}}
"""
DATES = """
study: {title: Made up}
cohort: {file: cohort.csv}
columns: {patient_id: id, resection_date: op, death_date: death, last_contact_date: seen}
endpoints:
  os:
    label: Overall survival
    origin: resection_date
    events: {death: {date: death_date}}
    censoring: {last: {date: last_contact_date}}
"""
BOOK = MONTHS.replace("cohort.csv", "cohort.xlsx")
HEADER = ["id", "t", "dead", "age", "cea", "n"]


def list_patients(count=24):
    """Deaths early and the living late, as follow-up has them."""
    return [
        [f"P{p}", 10.5 + p if p % 2 else 60.5 - p, p % 2, 50 + p, 2.5 + p, 1 + p % 5]
        for p in range(count)
    ]


def list_dates(count=24):
    start = datetime.date(2012, 1, 3)
    rows = []
    for p in range(count):
        op = start + datetime.timedelta(41 * p)
        end = op + datetime.timedelta(400 + 13 * p)
        rows.append({"id": f"P{p}", "op": op, "death": end if p % 2 else None, "seen": end})
    return rows


def write_book(folder, change, rows=None, plan=BOOK):
    book = openpyxl.Workbook()
    sheet = book.active
    for row in [HEADER, *(rows or list_patients())]:
        sheet.append(row)
    change(sheet)
    book.save(folder / "cohort.xlsx")
    return check_file(make_plan(plan), folder / "cohort.xlsx")[1]


def of(found, *rules):
    return found[found["rule"].isin(rules)]


# --- struck through ------------------------------------------------------------------------------------------------------


def test_rows_and_cells_struck_through_are_named(tmp_path):
    def strike(sheet):
        for place in range(1, 7):
            sheet.cell(4, place).font = sheet.cell(9, place).font = Font(strike=True)
        sheet.cell(6, 4).font = sheet.cell(7, 4).font = Font(strike=True)
        sheet.cell(1, 2).font = Font(strike=True)  # a header is no patient
        sheet.cell(40, 1).font = Font(strike=True)  # nothing stands there

    said = of(write_book(tmp_path, strike), "struck_through")
    assert said["severity"].eq("warning").all() and said["column"].tolist() == ["", "age"]
    whole, cells = said["message"]
    assert "struck through in the sheet" in whole and "2 of 24 rows (rows 4, 9)" in whole
    assert "2 cells" in cells and "(rows 6, 7)" in cells


def test_a_row_with_another_font_or_with_an_unmapped_cell_struck_says_nothing(tmp_path):
    def mark(sheet):
        sheet.cell(4, 1).font = Font(bold=True, italic=True)
        sheet["I1"], sheet["I5"] = "remark", "see above"
        sheet["I5"].font = Font(strike=True)

    assert of(write_book(tmp_path, mark), "struck_through").empty


# --- units of number formats ----------------------------------------------------------------------------------------------


def show(place, form):
    def change(sheet):
        for row in range(2, sheet.max_row + 1):
            sheet.cell(row, place).number_format = form if isinstance(form, str) else form[row % 2]

    return change


FORMS = [
    # column, format, what the plan says of it, severity and rule
    (5, '0.0" ng/l"', "", ("warning", "unit_contradicts")),
    (5, '0.0" ng/l"', "{column: cea, unit: ng/L}", None),
    (5, '0.0\\ "µg/L"', "", None),
    (5, '0.0" ug/l"', "", None),
    (5, '0.0" a.u."', "", ("warning", "unit_unsaid")),
    (5, '0.0" a.u."', "{column: cea, unit: ng/mL}", None),
    (5, ['0.0" ng/ml"', '0.0" ng/l"'], "", ("error", "unit_mixed")),
    (5, "[$-407]#,##0.0_);[Red](0.0)", "", None),
    (5, '0.0 "(!)"', "", None),  # no letters, no unit
    (2, '0.0" Wochen"', "", ("warning", "unit_contradicts")),
    (2, '0.0" Monate"', "", None),
    (2, '0.0\\d', "", ("warning", "unit_contradicts")),
    (2, '0.0" Wochen"', "{column: t, unit: weeks}", None),
    (6, '0" Herde"', "", None),  # a number without a unit
]  # fmt: skip


@pytest.mark.parametrize("place, form, entry, expected", FORMS)
def test_a_unit_that_only_the_format_shows(place, form, entry, expected, tmp_path):
    name = HEADER[place - 1]
    plan = BOOK.replace(f": {name},", f": {entry},") if entry else BOOK
    rows = list_patients()
    found = write_book(tmp_path, show(place, form), rows, plan)
    said = of(found, "unit_contradicts", "unit_unsaid", "unit_mixed")
    got = [tuple(row) for row in said[["severity", "rule"]].to_numpy()]
    assert got == ([expected] if expected else [])
    assert not expected or said["column"].tolist() == [name]


def test_the_words_of_a_format_are_quoted_with_what_the_plan_reads(tmp_path):
    said = of(write_book(tmp_path, show(2, '0" Tage"')), "unit_contradicts").iloc[0]
    assert "'Tage' (first in row 2)" in said["message"] and "as months" in said["message"]


# --- units in the names of columns ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name, unit, told",
    [
        ("OS (weeks)", None, True),
        ("OS [Wochen]", "weeks", False),
        ("os_days", None, True),
        ("Tage bis Tod", None, True),
        ("OS Monate", None, False),
        ("os_months", "days", True),
        ("OS", None, False),
        ("days or months", None, False),  # which of the two is not known
        ("mo", "weeks", True),
    ],
)
def test_a_unit_in_the_name_of_a_column(name, unit, told, tmp_path):
    entry = f"'{name}'" if not unit else f"{{column: '{name}', unit: {unit}}}"
    rows = pd.DataFrame(list_patients(), columns=HEADER).rename(columns={"t": name})
    said = of(
        make_cohort(MONTHS.replace("os_t: t", f"os_t: {entry}"), rows, tmp_path)[2],
        "unit_contradicts",
    )
    assert said["column"].tolist() == ([name] if told else [])
    assert said["severity"].eq("warning").all()


# --- exchanged status -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("count, told", [(80, True), (24, False)])
def test_yes_and_no_exchanged_are_told_by_their_times(count, told, tmp_path):
    """With few patients the times say too little."""
    rows = pd.DataFrame(list_patients(24), columns=HEADER)
    rows = pd.concat([rows] * (count // 24 + 1)).head(count).reset_index(drop=True)
    rows["id"] = [f"P{p}" for p in range(count)]
    assert of(make_cohort(MONTHS, rows, tmp_path)[2], "status_suspect").empty
    rows["dead"] = 1 - rows["dead"]
    said = of(make_cohort(MONTHS, rows, tmp_path)[2], "status_suspect")
    assert said["column"].tolist() == (["dead"] if told else [])
    if told:
        plan = MONTHS.replace("dead: dead", "dead: {column: dead, values: {1: no, 0: yes}}")
        assert of(make_cohort(plan, rows, tmp_path)[2], "status_suspect").empty
        times = [rows.loc[rows["dead"] == each, "t"].to_numpy() for each in (1, 0)]
        pairs = [(a > b) + (a == b) / 2 for a in times[0] for b in times[1]]
        assert f"in {np.mean(pairs):.0%} of all pairs" in said["message"].iloc[0]


@pytest.mark.parametrize("seed", range(5))
def test_losses_that_have_nothing_to_do_with_events_say_nothing(seed, tmp_path):
    random = np.random.default_rng(seed)
    rows = pd.DataFrame(list_patients(60), columns=HEADER)
    rows["t"], rows["dead"] = random.exponential(30, 60).round(1) + 1, random.integers(0, 2, 60)
    assert of(make_cohort(MONTHS, rows, tmp_path)[2], "status_suspect").empty


@pytest.mark.parametrize("count, told", [(18, False), (22, True)])
def test_deaths_of_one_day_are_the_end_of_follow_up(count, told, tmp_path):
    rows = list_dates(40)
    for row in rows:
        row["death"] = None
    for row in rows[:count]:
        row["death"] = datetime.date(2018, 12, 31)
    for row in rows[22:40]:
        row["death"] = row["seen"]
    said = of(make_cohort(DATES, rows, tmp_path)[2], "same_day")
    assert said["column"].tolist() == (["death"] if told else [])
    assert not told or "22 of 40 events have the same date" in said["message"].iloc[0]


# --- days with the time of the day -------------------------------------------------------------------------------------------

CLOCKS = [
    ("{:%Y-%m-%d} 23:30", "", 0),
    ("{:%Y-%m-%d}T00:00:00.000Z", "", 0),
    ("{:%Y-%m-%d}T00:00:00+02:00", "", 0),
    ("{:%Y-%m-%d}T22:00:00.000Z", "", 1),  # midnight in Vienna, as programs for the web write it
    ("{:%Y-%m-%d} 23:00:00+00:00", "", 1),
    ("{:%Y-%m-%d}T05:00:00Z", "", 0),  # midnight in New York
    ("{:%d.%m.%Y} 08:15", "%d.%m.%Y", 0),
    ("{:%d.%m.%Y} 8:15:00", "%d.%m.%Y", 0),
    ("{:%m/%d/%Y} 12:00:00 AM", "%m/%d/%Y", 0),  # as SQL Server and Access write it
    ("{:%b %d %Y} 11:30PM", "%b %d %Y", 0),
    ("{:%m/%d/%Y} 12:00 a.m.", "%m/%d/%Y", 0),
    ("{:%d.%m.%Y %H:%M}", "%d.%m.%Y %H:%M", 0),
]


@pytest.mark.parametrize("form, declared, later", CLOCKS)
def test_the_time_of_a_day_is_left_away(form, declared, later, tmp_path):
    rows = list_dates()
    texts = [
        {key: form.format(each) if isinstance(each, datetime.date) else each for key, each in row.items()}
        for row in rows
    ]  # fmt: skip
    plan = (
        DATES.replace("cohort.csv", f'cohort.csv, date_format: "{declared}"') if declared else DATES
    )
    cohort, _, found = make_cohort(plan, texts, tmp_path)
    assert of(found, "impossible_date", "ambiguous_date").empty
    right = [pd.Timestamp(row["op"]) + pd.Timedelta(days=later) for row in rows]
    assert cohort["resection_date"].tolist() == right


def test_midnights_of_a_zone_in_a_parquet_file_are_the_days_that_were_meant(tmp_path):
    rows = pd.DataFrame(list_dates())
    for zone, shown in (("Europe/Vienna", "UTC"), ("America/New_York", "UTC"), ("UTC", "UTC")):
        table = rows.copy()
        for name in ("op", "death", "seen"):
            days = pd.to_datetime(table[name]).dt.tz_localize(zone)
            table[name] = days.dt.tz_convert(shown)
        table.to_parquet(tmp_path / "cohort.parquet")
        plan = make_plan(DATES.replace("cohort.csv", "cohort.parquet"))
        cohort = check_file(plan, tmp_path / "cohort.parquet")[0]
        assert cohort["resection_date"].dt.date.tolist() == rows["op"].tolist(), zone


@pytest.mark.parametrize("more", ["?", " or 2015-03-04", "/2015-03-04", " (about)", "-05", "x"])
def test_a_day_with_something_behind_it_is_not_read_as_the_day(more, tmp_path):
    rows = list_dates()
    rows[4]["op"] = f"{rows[4]['op']}{more}"
    found = make_cohort(DATES, rows, tmp_path)[2]
    assert of(found, "ambiguous_date")["value"].tolist() == [rows[4]["op"]]


def test_months_without_days_are_told(tmp_path):
    rows = list_dates()
    for row in rows:
        row["death"] = f"{row['death']:%Y-%m}" if row["death"] else None
    plan = DATES.replace("death_date: death", "death_date: {column: death, date_format: '%Y-%m'}")
    found = make_cohort(plan, rows, tmp_path)[2]
    said = of(found, "day_unknown")
    assert said["column"].tolist() == ["death"] and "first of the month" in said["message"].iloc[0]


def test_an_identifier_that_a_spreadsheet_rounded_is_counted_among_the_rows(tmp_path):
    rows = pd.DataFrame(list_patients(), columns=HEADER).assign(id="1.23457E+11")
    said = of(make_cohort(MONTHS, rows, tmp_path)[2], "duplicate_identifier")
    assert "for 23 of 24 entries" in said["message"].iloc[0]


# --- words that formats show, comments ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "form, rules",
    [
        ('"yes";;"no"', []),
        ('"ja";"";"nein"', []),
        ('"nein";;"ja"', [("error", "value_labels_contradict")]),
        ('"tot";;"lebt"', [("note", "value_labels")]),  # nobody knows what it names
        ('"T"0', []),
        ("0", []),
    ],
)
def test_words_that_a_format_shows_for_codes(form, rules, tmp_path):
    found = write_book(tmp_path, show(3, form))
    said = of(found, "value_labels_contradict", "value_labels")
    assert [tuple(row) for row in said[["severity", "rule"]].to_numpy()] == rules


def test_comments_in_a_sheet_are_counted(tmp_path):
    def comment(sheet):
        sheet["D5"].comment = Comment("wrong", "x")
        sheet["I5"].comment = Comment("not mapped", "x")

    said = of(write_book(tmp_path, comment), "comments")
    assert said["message"].str.contains(r"1 cell has a comment .*\(row 5, age\)").tolist() == [True]


def test_a_hidden_column_that_is_read_is_named(tmp_path):
    def hide(sheet):
        sheet["I1"], sheet["I5"] = "remark", "x"
        sheet.column_dimensions.group("D", "E", hidden=True)
        sheet.column_dimensions["I"].hidden = True

    said = of(write_book(tmp_path, hide), "hidden_column")
    assert said["column"].tolist() == ["age", "cea"] and said["severity"].eq("note").all()


# --- two units in one column, codes as shares, rows that are no patients --------------------------------------------------------


@pytest.mark.parametrize(
    "write, told",
    [
        (lambda t: f"{t // 12:.0f}.{t % 12:02.0f}", "years and months"),
        (lambda t: f"{t:.0f}.{t * 7 % 30 + 1:02.0f}", "months and days"),
        (lambda t: f"{t:.1f}", None),
        (lambda t: f"{t + t * 0.0137:.2f}", None),
        (lambda t: f"{t:.0f}", None),
    ],
)
def test_two_numbers_in_one(write, told, tmp_path):
    rows = pd.DataFrame(list_patients(60), columns=HEADER)
    rows["t"] = [write(20 + (7 * p) % 61) for p in range(60)]
    unit = "years" if told == "years and months" else "months"
    plan = MONTHS.replace("os_t: t", f"os_t: {{column: t, unit: {unit}}}")
    said = of(make_cohort(plan, rows, tmp_path)[2], "unit_mixed")
    assert said["column"].tolist() == (["t"] if told else [])
    assert not told or told in said["message"].iloc[0]


@pytest.mark.parametrize(
    "some, told", [([1.6, 2.5, 3.1], True), ([1.6, 2.5], False), ([16.5, 2.5, 3.1], False)]
)
def test_centimetres_among_millimetres(some, told, tmp_path):
    rows = pd.DataFrame(list_patients(), columns=HEADER)
    rows["mm"] = [*some, *range(12, 12 + len(rows) - len(some))]
    plan = MONTHS.replace("n_crlm: n", "size_max_cm: {column: mm, unit: mm}")
    assert of(make_cohort(plan, rows, tmp_path)[2], "unit_mixed")["column"].tolist() == (
        ["mm"] if told else []
    )


@pytest.mark.parametrize(
    "shares, told", [([1, 2, 3], True), ([0, 5], False), ([0, 100], False), ([0, 1], None)]
)
def test_codes_of_classes_read_as_shares(shares, told, tmp_path):
    rows = pd.DataFrame(list_patients(), columns=HEADER)
    rows["d"] = [shares[p % len(shares)] for p in range(len(rows))]
    plan = MONTHS.replace("n_crlm: n", "hgp_desmoplastic: d")
    said = of(make_cohort(plan, rows, tmp_path)[2], "unit_suspect")
    assert (
        said["message"].str.contains("look like codes").tolist()
        == {True: [True], False: [], None: [False]}[told]
    )


def test_a_heading_between_the_rows_is_no_patient(tmp_path):
    rows = pd.DataFrame(list_patients(), columns=HEADER).astype(object)
    rows.loc[7.5] = ["Group B", *[None] * 5]
    rows.loc[9.5] = ["P99", *[None] * 5]  # a patient of whom nothing is known yet
    cohort, _, found = make_cohort(MONTHS, rows.sort_index(), tmp_path)
    assert of(found, "note_row")[["severity", "value", "row"]].to_numpy().tolist() == [
        ["error", "Group B", 10]
    ]
    assert "P99" in set(cohort["patient_id"]) and "Group B" not in set(cohort["patient_id"])


def test_the_last_row_of_a_patient_that_has_not_the_latest_date(tmp_path):
    rows = []
    for row in list_dates():
        early = {"id": row["id"], "visit": "fu", "seen": row["seen"] - datetime.timedelta(90)}
        rows += [row | {"visit": "op", "seen": None}, early, early | {"seen": row["seen"]}]
    rows[1]["seen"], rows[2]["seen"] = rows[2]["seen"], rows[1]["seen"]
    plan = DATES.replace(
        "last_contact_date: seen", "last_contact_date: {column: seen, take: last}"
    ).replace("file: cohort.csv", "file: cohort.csv, rows: fold")
    cohort, _, found = make_cohort(plan, rows, tmp_path)
    said = of(found, "rows_differ")
    assert (
        said["severity"].tolist() == ["warning"]
        and "of 1 patient does not" in said["message"].iloc[0]
    )
    assert "take: max" in said["remedy"].iloc[0] and len(cohort) == 24
    latest = plan.replace("take: last", "take: max")
    assert of(make_cohort(latest, rows, tmp_path)[2], "rows_differ").empty
