"""What a file holds and nobody sees or says: hidden and scaled cells, quarters, two units, marks, identifiers, other kinds of rows."""

import datetime

import numpy as np
import openpyxl
import pandas as pd
import pyreadstat
import pytest
from crlm.cohort.number_formats import find_divisor, is_unseen
from crlm.cohort.two_units import find_two_units
from crlm.cohort.value_labels import check_value_labels
from crlm.cohort.written_dates import read_quarter
from making import ingest_file, make_cohort, make_plan, read_sources
from openpyxl.styles import Font, PatternFill

DATES = """
study: {title: Made up}
cohort: {file: cohort.csv}
columns:
  patient_id: Nr
  age: Alter
  size_max_cm: cm
  resection_date: OP
  death_date: Tod
  last_contact_date: gesehen
endpoints:
  os:
    label: Overall survival
    origin: resection_date
    events: {death: {date: death_date}}
    censoring: {last_contact: {date: last_contact_date}}
"""
FLAGS = """
study: {title: Made up}
cohort: {file: cohort.csv}
columns: {patient_id: Nr, overall_time: OS, died: tot}
endpoints:
  os:
    label: Overall survival
    events: {death: {duration: overall_time, flag: died}}
    censoring: {last: {duration: overall_time}}
"""


def list_rows(count=40, seed=2):
    random = np.random.default_rng(seed)
    rows = []
    for place in range(count):
        start = datetime.date(2012, 1, 1) + datetime.timedelta(int(random.integers(0, 1500)))
        end = start + datetime.timedelta(int(random.integers(300, 2000)))
        row = {"Nr": f"HH{place + 101}", "Alter": int(random.integers(40, 85))}
        row |= {"cm": round(float(random.lognormal(0.9, 0.5)), 1), "OP": start}
        rows.append(row | {"Tod": end if place % 2 else None, "gesehen": end})
    return rows


def list_flags(mark="x", count=30):
    random = np.random.default_rng(4)
    return [
        {
            "Nr": place,
            "OS": round(float(random.uniform(10, 90)), 2),
            "tot": mark if place % 3 else None,
        }
        for place in range(1, count + 1)
    ]


def pick(findings, *rules):
    return findings[findings["rule"].isin(rules)]


def list_rules(findings, *severities):
    return sorted(set(findings.loc[findings["severity"].isin(severities or ["error"]), "rule"]))


# --- cells of a workbook ---------------------------------------------------------------------------------------------------


def write_book(folder, change=lambda sheet: None):
    book = openpyxl.Workbook()
    rows = list_rows()
    book.active.append(list(rows[0]))
    for row in rows:
        book.active.append(list(row.values()))
    change(book.active)
    book.save(folder / "cohort.xlsx")
    return ingest_file(DATES.replace("csv", "xlsx"), folder / "cohort.xlsx")


@pytest.mark.parametrize(
    "form, value, unseen, divisor",
    [
        ("General", 5, False, 1),
        ("0.0", 5, False, 1),
        ("#,##0", 5, False, 1),
        ("#,##0.0", 5, False, 1),
        ("#,##0,", 5, False, 1000),
        ("0.0,", 5, False, 1000),
        ("0.0,,", 5, False, 10**6),
        ('0.0," k"', 5, False, 1000),
        ('0","0', 5, False, 1),
        ("[Red]0,", 5, False, 1000),
        (";;;", 5, True, 1),
        (";;;", "text", True, 1),
        (";;", "text", False, 1),
        ("0;-0;;@", 0, True, 1),
        ("0;-0;;@", 5, False, 1),
        ("0;-0", 0, False, 1),
        ('"yes";;"no"', 1, False, 1),
        ("yyyy-mm-dd;@", 41000, False, 1),
        ("[>9]0;;", 5, False, 1),
    ],
)
def test_what_a_number_format_shows(form, value, unseen, divisor):
    assert is_unseen(form, value) == unseen
    assert find_divisor(form) == divisor


def hide_by_format(cell):
    cell.number_format = ";;;"


def hide_by_font(cell):
    cell.font = Font(color="FFFFFFFF")


def hide_by_white_ground(cell):
    cell.font = Font(color="00FFFFFF")
    cell.fill = PatternFill("solid", fgColor="FFFFFFFF")


def show_on_dark_ground(cell):
    cell.font = Font(color="FFFFFFFF")
    cell.fill = PatternFill("solid", fgColor="FF003366")


@pytest.mark.parametrize(
    "change, told",
    [
        (hide_by_format, True),
        (hide_by_font, True),
        (hide_by_white_ground, True),
        (show_on_dark_ground, False),
    ],
)
def test_a_value_that_nobody_sees_is_said(change, told, tmp_path):
    said = write_book(tmp_path, lambda sheet: [change(sheet.cell(row, 2)) for row in (4, 7)])[1]
    said = pick(said, "unseen_values")
    assert len(said) == told
    if told:
        assert said["column"].tolist() == ["Alter"] and said["severity"].tolist() == ["warning"]
        assert "rows 4, 7" in said["message"].iloc[0]


@pytest.mark.parametrize("rows, rule", [(range(2, 42), "scaled_numbers"), ([5, 9], "scale_mixed")])
def test_numbers_that_a_format_divides_are_said(rows, rule, tmp_path):
    def scale(sheet):
        for row in rows:
            sheet.cell(row, 3).number_format = "0.0,"

    found = write_book(tmp_path, scale)[1]
    assert list_rules(found, "error", "warning") == [rule]
    assert found["column"].tolist() == ["cm"]
    assert found["severity"].tolist() == ["error" if rule == "scale_mixed" else "warning"]


def test_a_book_with_thousands_and_dates_says_nothing(tmp_path):
    def form(sheet):
        for row in range(2, 42):
            sheet.cell(row, 3).number_format = "#,##0.0"
            sheet.cell(row, 4).number_format = "dd.mm.yyyy;@"

    assert write_book(tmp_path, form)[1].empty


JOINED = DATES.replace(
    "{file: cohort.csv}",
    "{file: c.xlsx, sheet: P, join: [{sheet: lab, by: Key, columns: {body_mass_index: BMI}}]}",
)


def test_what_one_of_several_sheets_hides_is_said_with_its_name(tmp_path):
    book = openpyxl.Workbook()
    rows = list_rows()
    for name, head, cells in (
        ("P", list(rows[0]), [list(row.values()) for row in rows]),
        ("lab", ["Key", "BMI"], [[row["Nr"], 20 + place / 5] for place, row in enumerate(rows)]),
    ):
        sheet = book.create_sheet(name)
        for line in [head, *cells]:
            sheet.append(line)
    book["lab"].row_dimensions[7].hidden = True
    book["lab"].cell(5, 2).number_format = ";;;"
    del book["Sheet"]
    book.save(tmp_path / "c.xlsx")
    found = read_sources(JOINED, tmp_path, {})[2]
    assert list_rules(found, "error", "warning") == ["hidden_rows", "unseen_values"]
    assert found["message"].str.startswith("c.xlsx, sheet lab: ").all()


# --- dates -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "2019Q3",
        "2019-Q3",
        "Q3/2019",
        "q3 2019",
        "III/2019",
        "2019 III",
        "3. Quartal 2019",
        "3/2019",
        "T3 2019",
    ],
)
def test_a_quarter_is_its_middle(text):
    assert read_quarter(text) == pd.Timestamp(2019, 8, 15)


@pytest.mark.parametrize("text", ["5/2019", "2019-08-15", "Q5/2019", "2019", "KW 3/2019", "3", ""])
def test_what_is_no_quarter(text):
    assert read_quarter(text) is None


def quarter_of(day):
    return (day.month - 1) // 3 + 1


WRITTEN = {
    "quarter": lambda day: f"{day.year}Q{quarter_of(day)}",
    "roman": lambda day: f"{['I', 'II', 'III', 'IV'][quarter_of(day) - 1]}/{day.year}",
    "month": lambda day: f"{day.month:02}/{day.year}",
    "year": lambda day: str(day.year),
    "unknown day": lambda day: f"{day:%d.%m.%Y}" if day.day > 3 else f"xx.{day:%m.%Y}",
    "year among days": lambda day: str(day) if day.day > 3 else str(day.year),
    "far": lambda day: "9999-12-31" if day.day < 9 else str(day),
    "days from 1960": lambda day: str((day - datetime.date(1960, 1, 1)).days),
    "seconds of SPSS": lambda day: str((day - datetime.date(1582, 10, 14)).days * 86_400),
    "days of Excel": lambda day: str((day - datetime.date(1899, 12, 30)).days),
    "digits": lambda day: f"{day:%Y%m%d}",
}
ADVICE = {
    "quarter": "`quarter`",
    "roman": "`quarter`",
    "month": "months without a day: %m/%Y",
    "year": "Where only the year is known",
    "unknown day": "%d.%m.%Y fits all but 'xx.",
    "year among days": "All others are dates as they stand and need no date_format: correct '20",
    "far": "if they mean missing, list them under `missing:`",
    "days from 1960": "days as SAS or Stata counts them, from 1960-01-01",
    "seconds of SPSS": "seconds as SPSS counts them, from 1582-10-14",
    "days of Excel": "set `date_format: excel`",
    "digits": "These fit every entry: %Y%m%d",
}


def rewrite(rows, name, write):
    return [{**row, name: write(row[name]) if row[name] else None} for row in rows]


@pytest.mark.parametrize("kind", WRITTEN)
@pytest.mark.parametrize("column", ["Tod", "OP"])
def test_dates_that_are_no_days_have_advice_that_can_be_followed(kind, column, tmp_path):
    rows = rewrite(list_rows(80), column, WRITTEN[kind])
    found = make_cohort(DATES, rows, tmp_path)[2]
    said = pick(found, "ambiguous_date")
    assert said["column"].tolist() == [column]
    assert ADVICE[kind] in said["remedy"].iloc[0]


def test_two_ways_of_writing_days_are_not_answered_with_the_format_of_one(tmp_path):
    rows = rewrite(list_rows(), "OP", lambda day: f"{day:%d.%m.%Y}" if day.day % 2 else str(day))
    said = pick(make_cohort(DATES, rows, tmp_path)[2], "ambiguous_date")
    assert "No common format fits every entry" in said["remedy"].iloc[0]
    assert "the others as %d.%m.%Y" in said["remedy"].iloc[0]


@pytest.mark.parametrize("ending", ["csv", "xlsx", "parquet", "dta", "sav"])
def test_a_day_at_the_end_of_all_time_can_mean_missing(ending, tmp_path):
    rows = pd.DataFrame(list_rows())
    rows["Tod"] = [day or datetime.date(9999, 12, 31) for day in rows["Tod"]]
    path, plan = tmp_path / f"cohort.{ending}", DATES.replace("csv", ending)
    write = {"csv": rows.to_csv, "xlsx": rows.to_excel}.get(ending)
    if write:
        write(path, index=False)
    elif ending == "parquet":
        rows.to_parquet(path)
    else:
        getattr(pyreadstat, f"write_{ending}")(rows, str(path))
    found = ingest_file(plan, path)[1]
    assert list_rules(found)[0] in ("ambiguous_date", "impossible_date")
    assert "under `missing:`" in found["remedy"].iloc[0]
    plan = plan.replace(": Tod\n", ': {column: Tod, missing: ["9999-12-31"]}\n')
    cohort, found = ingest_file(plan, path)
    assert found.empty and cohort["os_event"].sum() == 20


def test_texts_among_true_dates_of_a_workbook_are_named_with_their_rows(tmp_path):
    rows = pd.DataFrame(list_rows())
    days = list(rows["OP"])
    days[4:6] = ["31-02-2015", "June 14th"]
    pd.DataFrame({**rows, "OP": days}).to_excel(tmp_path / "cohort.xlsx", index=False)
    found = ingest_file(DATES.replace("csv", "xlsx"), tmp_path / "cohort.xlsx")[1]
    remedy = pick(found, "ambiguous_date")["remedy"].iloc[0]
    assert "correct '31-02-2015' (row 6), 'June 14th' (row 7), or list" in remedy


def test_a_number_that_is_a_day_in_a_workbook_has_its_format(tmp_path):
    rows = pd.DataFrame(list_rows())
    rows["OP"] = [int(f"{day:%Y%m%d}") for day in rows["OP"]]
    rows.to_excel(tmp_path / "cohort.xlsx", index=False)
    said = pick(
        ingest_file(DATES.replace("csv", "xlsx"), tmp_path / "cohort.xlsx")[1], "impossible_date"
    )
    assert "%Y%m%d reads it" in said["remedy"].iloc[0]


def test_declared_quarters_are_read_and_said(tmp_path):
    rows = rewrite(list_rows(), "gesehen", WRITTEN["quarter"])
    rows = rewrite(rows, "Tod", WRITTEN["roman"])
    plan = DATES.replace("Tod\n", "{column: Tod, date_format: quarter}\n")
    plan = plan.replace("gesehen\n", "{column: gesehen, date_format: quarter}\n")
    cohort, _, found = make_cohort(plan, rows, tmp_path)
    assert list_rules(found) == []
    assert pick(found, "day_unknown")["column"].tolist() == ["Tod", "gesehen"]
    days = pd.to_datetime(pd.Series([row["gesehen"] for row in list_rows()]))
    assert (cohort["last_contact_date"].reset_index(drop=True) - days).abs().max().days <= 46


def test_a_quarter_that_is_none_is_an_error_of_its_row(tmp_path):
    rows = rewrite(list_rows(), "Tod", WRITTEN["quarter"])
    rows[3]["Tod"] = "2015Q7"
    plan = DATES.replace("Tod\n", "{column: Tod, date_format: quarter}\n")
    said = pick(make_cohort(plan, rows, tmp_path)[2], "impossible_date")
    assert said[["row", "value"]].values.tolist() == [[5, "2015Q7"]]


@pytest.mark.parametrize(
    "write",
    [
        lambda d: f"{quarter_of(d)}/{d.year}",
        lambda d: f"{1 if d.month < 7 else 4}/{d.year}",  # of two quarters
        WRITTEN["month"],
        lambda d: f"1/{d.year}",  # years, of which January says nothing
    ],
)
def test_quarters_read_as_months(write, tmp_path):
    rows = rewrite(list_rows(), "OP", write)
    plan = DATES.replace("OP\n", '{column: OP, date_format: "%m/%Y"}\n')
    said = pick(make_cohort(plan, rows, tmp_path)[2], "quarters_as_months")
    of_quarters = len({write(pd.Timestamp(2015, month, 1)) for month in range(1, 13)}) in (2, 4)
    assert said["column"].tolist() == (["OP"] if of_quarters else [])


@pytest.mark.parametrize(
    "fix, word",
    [
        (lambda d: d.replace(day=1), "months"),
        (lambda d: d.replace(day=15), "months"),
        (lambda d: d.replace(day=1, month=3 * quarter_of(d) - 2), "quarters"),
        (lambda d: d.replace(day=1, month=7), "years"),
        (lambda d: d.replace(day=31, month=12), "years"),
        (lambda d: (pd.Timestamp(d) + pd.offsets.MonthEnd(0)).date(), "months"),
        (lambda d: d, None),
    ],
)
@pytest.mark.parametrize("column", ["OP", "gesehen"])
def test_days_that_nobody_knew_are_said(fix, word, column, tmp_path):
    rows = rewrite(list_rows(), column, fix)
    said = pick(make_cohort(DATES, rows, tmp_path)[2], "day_unknown")
    assert said["column"].tolist() == ([column] if word else [])
    if word:
        assert f"they say only {word};" in said["message"].iloc[0]


@pytest.mark.parametrize("column, told", [("OP", True), ("gesehen", False)])
def test_one_day_for_most_patients_is_told_of_operations_not_of_a_data_lock(column, told, tmp_path):
    day = datetime.date(2012, 1, 1) if column == "OP" else datetime.date(2020, 12, 31)
    rows = [
        {**row, column: day if place % 3 else row[column]} for place, row in enumerate(list_rows())
    ]
    rows = [{**row, "Tod": None} for row in rows]
    said = pick(make_cohort(DATES, rows, tmp_path)[2], "same_day")
    assert said["column"].tolist() == (["OP"] if told else [])


# --- numbers ---------------------------------------------------------------------------------------------------------------


def describe(factors, unit="cm"):
    words = {str(factor): factor for factor in factors}
    return {
        "kind": "continuous",
        "unit": unit,
        "factor": 1,
        "label": "x",
        "column": "c",
        "unit_words": words,
    }


NUMBERS = {
    "size": ((1, 0.1), lambda random, count: random.lognormal(0.8, 0.4, count).round(1)),
    "cea": ((1, 0.001), lambda random, count: random.lognormal(2.3, 1.6, count).round(1)),
    "margin": ((1, 10), lambda random, count: random.choice([0, 1, 1, 1, 2, 5, 10, 10, 20], count)),
    "crp": (
        (1, 10),
        lambda random, count: np.where(
            random.random(count) < 0.6, 5, random.lognormal(3.5, 0.8, count)
        ),
    ),
}


@pytest.mark.parametrize("name", NUMBERS)
def test_one_unit_has_no_alarm(name):
    factors, draw = NUMBERS[name]
    told = [
        bool(
            find_two_units(
                pd.Series(draw(np.random.default_rng(seed), count), dtype=float), describe(factors)
            )
        )
        for seed in range(40)
        for count in (30, 100, 400)
    ]
    assert sum(told) == 0


@pytest.mark.parametrize("name, share", [("size", 0.2), ("size", 0.5), ("size", 0.8), ("cea", 0.5)])
def test_two_units_in_one_column_are_told(name, share):
    factors, draw = NUMBERS[name]
    random = np.random.default_rng(1)
    value = pd.Series(draw(random, 400))
    value[random.random(400) < share] *= min(factors)
    said = find_two_units(value, describe(factors))
    assert [item["rule"] for item in said] == ["unit_mixed"] and said[0]["severity"] == "warning"


def test_millimetres_among_centimetres_within_what_is_possible(tmp_path):
    rows = list_rows(150)
    for row in rows[::2]:
        row["cm"] = min(round(row["cm"] * 10), 40)
    said = pick(make_cohort(DATES, rows, tmp_path)[2], "unit_mixed")
    assert said["column"].tolist() == ["cm"]


@pytest.mark.parametrize("count, told", [(2, False), (4, True)])
def test_a_nine_far_from_the_others_is_a_code(count, told, tmp_path):
    plan = DATES.replace("age: Alter", "n_crlm: Alter")
    rows = [
        {**row, "Alter": 9 if place < count else 1 + place % 4}
        for place, row in enumerate(list_rows())
    ]
    assert len(pick(make_cohort(plan, rows, tmp_path)[2], "undeclared_missing_code")) == told


# --- marks -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "mark, values", [("x", "values: {x: yes}, "), (1, ""), ("ja", "values: {ja: yes}, ")]
)
def test_an_empty_cell_beside_marks_means_what_the_plan_says(mark, values, tmp_path):
    rows = list_flags(mark)
    found = make_cohort(FLAGS.replace("tot}", f"{{column: tot, {values}}}}}"), rows, tmp_path)[2]
    said = pick(found, "missing_status")
    assert list_rules(found) == ["missing_status"] and "`none_ticked: no`" in said["remedy"].iloc[0]
    plan = FLAGS.replace("tot}", f"{{column: tot, {values}none_ticked: no}}}}")
    cohort, _, found = make_cohort(plan, rows, tmp_path)
    assert list_rules(found, "error", "warning") == []
    assert cohort["os_event"].sum() == sum(row["tot"] is not None for row in rows) == 20
    assert ": 10 of 30 cells." in pick(found, "empty_means")["message"].iloc[0]


def test_a_mark_that_is_not_declared_is_answered_with_both_keys(tmp_path):
    said = pick(make_cohort(FLAGS, list_flags(), tmp_path)[2], "unknown_level")
    assert "`values: {x: yes}, none_ticked: no`" in said["remedy"].iloc[0]


def test_a_code_for_missing_stays_missing_beside_marks(tmp_path):
    rows = list_flags()
    rows[2]["tot"] = "n. b."
    plan = FLAGS.replace(
        "tot}", "{column: tot, values: {x: yes}, missing: [n. b.], none_ticked: no}}"
    )
    found = make_cohort(plan, rows, tmp_path)[2]
    assert pick(found, "missing_status")["row"].tolist() == [4]


def test_only_levels_have_a_meaning_of_an_empty_cell():
    plan = DATES.replace("Alter", "{column: Alter, none_ticked: 0}")
    with pytest.raises(Exception, match="only a variable with levels"):
        make_plan(plan)


# --- who and which row --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("word", ["NA", "-", "unbekannt", "不明"])
def test_a_word_for_missing_is_no_patient(word, tmp_path):
    rows = list_rows()
    rows[3]["Nr"] = word
    said = pick(make_cohort(DATES, rows, tmp_path)[2], "missing_identifier")
    assert said[["severity", "row", "value"]].values.tolist() == [["error", 5, word]]


@pytest.mark.parametrize("rows", [[5], range(2, 42)])
def test_an_identifier_that_a_spreadsheet_made_a_date(rows, tmp_path):
    def change(sheet):
        for row in rows:
            sheet.cell(row, 1).value = datetime.datetime(2019, 5, 1) + datetime.timedelta(row)

    said = pick(write_book(tmp_path, change)[1], "date_as_identifier")
    assert len(said) == 1 and said["severity"].iloc[0] == "error"
    assert said["row"].isna().iloc[0] if len(rows) > 1 else said["row"].iloc[0] == 5


def test_initials_may_look_like_a_word_for_missing(tmp_path):
    rows = [
        {**row, "Nr": name}
        for row, name in zip(list_rows(6), ["NA", "BK", "KL", "MM", "ND", "OP"], strict=True)
    ]
    assert make_cohort(DATES, rows, tmp_path)[2].empty


SEVERAL = DATES.replace("{file: cohort.csv}", "{sources: [{file: a.csv}, {file: b.csv}]ROWS}")


@pytest.mark.parametrize("rows", ["", ", rows: last", ", rows: fold"])
@pytest.mark.parametrize(
    "other, severity",
    [
        ("hh104", "error"),
        ("HH 104", "error"),
        ("HH0104", "warning"),
        ("HH-104", "warning"),
        ("HH104a", None),
    ],
)
def test_a_patient_of_two_files_who_is_spelled_in_two_ways(rows, other, severity, tmp_path):
    patients = list_rows(24)
    first, second = patients[:12], patients[12:]
    second[2]["Nr"] = other
    found = read_sources(
        SEVERAL.replace("ROWS", rows), tmp_path, {"a.csv": first, "b.csv": second}
    )[2]
    said = pick(found, "similar_identifier")
    assert said["severity"].tolist() == ([severity] if severity else [])
    if severity:
        assert said["row"].iloc[0] == "4 of b.csv" and "row 5 of a.csv" in said["message"].iloc[0]


FOLDED = (
    DATES.replace("{file: cohort.csv}", "{file: cohort.csv, rows: fold}")
    .replace("death_date: Tod", "death_date: {column: Tag, where: {Art: Tod}}")
    .replace(
        "last_contact_date: gesehen", "last_contact_date: {column: Tag, where: {Art: gesehen}}"
    )
)


def unfold(rows, name):
    long = []
    for place, row in enumerate(rows):
        kept = {key: row[key] for key in ("Nr", "Alter", "cm", "OP")}
        for kind in ("Tod", "gesehen"):
            if row[kind]:
                long.append({**kept, "Art": name(kind, place), "Tag": row[kind]})
    return long


@pytest.mark.parametrize("word", ["verstorben", "Todd", "décès", None])
def test_a_kind_of_row_that_is_called_otherwise_is_told(word, tmp_path):
    rows = unfold(
        list_rows(), lambda kind, place: word if kind == "Tod" and place < 9 and word else kind
    )
    cohort, _, found = make_cohort(FOLDED, rows, tmp_path)
    said = pick(found, "rows_unread")
    assert len(said) == bool(word)
    assert cohort["os_event"].sum() == (16 if word else 20)
    if word:
        assert f"'{word}' (4)" in said["message"].iloc[0] and said["severity"].iloc[0] == "warning"


@pytest.mark.parametrize("visit, told", [("month 3", False), ("baselin", True)])
def test_other_visits_are_no_alarm_and_a_slip_is(visit, told, tmp_path):
    rows = [{**row, "Visite": "baseline"} for row in list_rows()]
    rows += [{"Nr": row["Nr"], "cm": 2.5, "Visite": visit} for row in rows[:5]]
    plan = DATES.replace("{file: cohort.csv}", "{file: cohort.csv, rows: fold}")
    plan = plan.replace("cm: cm", "cm: {column: cm, where: {Visite: baseline}}")
    assert len(pick(make_cohort(plan, rows, tmp_path)[2], "rows_unread")) == told


# --- lines of a text -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "sign, advice",
    [
        ("^", "`delimiter: ^`"),
        ("~", "`delimiter: '~'`"),
        (" ", "`delimiter: ' '`"),
        ("   ", "runs of blanks"),
        (":", "`delimiter: ':'`"),
    ],
)
def test_an_unusual_sign_between_columns_is_proposed(sign, advice, tmp_path):
    text = pd.DataFrame(list_rows()).to_csv(index=False).replace(",", sign)
    (tmp_path / "cohort.csv").write_text(text)
    found = ingest_file(DATES, tmp_path / "cohort.csv")[1]
    assert found["rule"].tolist() == ["delimiter"] and advice in found["remedy"].iloc[0]
    if sign != "   ":
        plan = DATES.replace("cohort.csv}", f'cohort.csv, delimiter: "{sign}"}}')
        assert ingest_file(plan, tmp_path / "cohort.csv")[1].empty


@pytest.mark.parametrize(
    "foot", ["Stand: 12.3.2020", "n=40", "(40 rows)", "Datenstand 31.12.2020", "as of 2020-12-31"]
)
@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_a_line_below_the_table_is_no_patient(foot, ending, tmp_path):
    table = pd.DataFrame([*list_rows(), {"Nr": foot}])
    write = table.to_csv if ending == "csv" else table.to_excel
    write(tmp_path / f"cohort.{ending}", index=False)
    plan = DATES.replace("csv}", f"{ending}, missing_time: exclude}}")
    found = ingest_file(plan, tmp_path / f"cohort.{ending}")[1]
    assert found[["severity", "rule", "row"]].values.tolist() == [["error", "note_row", 42]]
    assert "`skip_rows: [42]`" in found["remedy"].iloc[0]


def test_a_patient_of_whom_only_the_identifier_is_known_stays_one(tmp_path):
    rows = [*list_rows(), {"Nr": "HH999"}]
    found = make_cohort(DATES, rows, tmp_path)[2]
    assert list_rules(found) == ["missing_time"]


@pytest.mark.parametrize(
    "label, more, told",
    [
        ("unbekannt", {}, True),
        ("missing", {}, True),
        ("ninety", {}, True),
        ("99 years", {}, False),
        ("unknown", {"missing_ranges": {"Alter": [{"lo": 99, "hi": 99}]}}, False),
    ],
)
def test_a_number_that_the_file_itself_calls_missing(label, more, told, tmp_path):
    rows = pd.DataFrame(list_rows())
    rows.loc[3, "Alter"] = 99
    labels = {"Alter": {99.0: label}}
    path = tmp_path / "cohort.sav"
    pyreadstat.write_sav(rows, str(path), variable_value_labels=labels, **more)
    columns = make_plan(DATES)["columns"]
    said = check_value_labels(path, columns)
    assert [item["column"] for item in said] == (["Alter"] if told else [])
    assert check_value_labels(path, columns, ["99"]) == []
