"""Text files as they come: titles, comments, sep=, R's row names and NA, thousands, signs that nobody sees."""

import re
import unicodedata

import pytest
import yaml
from crlm.cohort.reading import read_table
from crlm.plan.schema import PlanError
from making import ingest_file, make_plan

PLAN = """
study: {title: Made up}
cohort: {file: cohort.csv}
columns: {patient_id: PatNr, age: Age, cea_ng_ml: CEA, overall_time: time, died: dead}
endpoints:
  os:
    label: Overall survival
    events: {death: {duration: overall_time, flag: died}}
    censoring: {last_contact: {duration: overall_time}}
"""
ROWS = [
    ["PatNr", "Age", "CEA", "time", "dead"],
    ["P1", "53", "2.5", "5", "1"],
    ["P2", "56", "12", "8.5", "0"],
    ["P3", "59", "7.1", "12", "1"],
    ["P4", "62", "30", "14.2", "0"],
]


def write(folder, rows=ROWS, sign=",", above="", name="cohort.csv"):
    text = above + "".join(sign.join(row) + "\n" for row in rows)
    (folder / name).write_text(text, encoding="utf-8")
    return folder / name


def with_cohort(more, plan=PLAN):
    return plan.replace("cohort: {", f"cohort: {{{more}, ")


def list_errors(findings):
    return findings.loc[findings["severity"] == "error", "rule"].tolist()


def check_read(plan, path):
    cohort, findings = ingest_file(plan, path)
    assert not list_errors(findings), findings.to_string()
    assert cohort["patient_id"].tolist() == ["P1", "P2", "P3", "P4"]
    assert cohort["age"].tolist() == [53, 56, 59, 62]
    assert cohort["os_months"].tolist() == [5, 8.5, 12, 14.2]
    return findings


def check_advice(plan, path):
    """The one error names a key and shows the file; with the key the file is read."""
    _, findings = ingest_file(plan, path)
    assert list_errors(findings) == ["header"], findings.to_string()
    assert "PatNr | Age | CEA" in findings["message"].iloc[0]
    advice = re.search(r"`(.*?)`", findings["remedy"].iloc[0])[1]
    check_read(with_cohort(advice, plan), path)
    return advice


@pytest.mark.parametrize("sign", [",", ";", "\t", "|"])
@pytest.mark.parametrize(
    "above, advice",
    [
        ("Liver resections 2000-2010\n", "header_row: 2"),
        ("Liver resections, all\n\nexport of 3 May\n", "header_row: 4"),
        ("Patient{0}{0}Tumour{0}Follow-up{0}\n", "header_row: 2"),
        ("#Identifier{0}Years\n# the patient's \"status{0}\n#STRING{0}NUMBER\n", 'comment: "#"'),
        ("%made by a program\n%version 3\n", 'comment: "%"'),
    ],
)
def test_lines_above_the_header_are_answered_with_the_key_that_leaves_them_out(
    sign, above, advice, tmp_path
):
    if '"' in above and "{0}" in above:
        above = above.replace('"', "")  # an open quotation mark is a matter of its own
    path = write(tmp_path, sign=sign, above=above.format(sign))
    assert check_advice(PLAN, path) == advice


def test_a_declared_comment_is_left_out_wherever_it_stands_and_whatever_is_in_it(tmp_path):
    rows = [*ROWS[:2], ['# "never closed', ""], *ROWS[2:], ["Total", "230", "", "", ""]]
    path = write(tmp_path, rows, above="#It's \"here\n", sign=";")
    table, _ = read_table(path, {"comment": ["#", "Total"], "delimiter": ";"})
    assert list(table.index) == [3, 5, 6, 7]
    check_read(with_cohort("comment: ['#', Total]"), path)


def test_a_sign_of_a_comment_inside_a_text_of_two_lines_is_text(tmp_path):
    path = write(tmp_path, above='PatNr,Note\nP1,"first\n#second"\nP2,none\n', rows=[])
    table, _ = read_table(path, {"comment": "#"})
    assert table["Note"].tolist() == ["first\n#second", "none"]


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_names_in_two_lines(ending, tmp_path):
    rows = [["PatNr", "Age", "CEA", "Follow-up", ""], ["", "", "", "time", "dead"], *ROWS[1:]]
    path = write(tmp_path, rows)
    if ending == "xlsx":
        import openpyxl

        book = openpyxl.Workbook()
        for row in rows:
            book.active.append([float(c) if re.fullmatch(r"[\d.]+", c) else c or None for c in row])
        path = tmp_path / "cohort.xlsx"
        book.save(path)
    _, findings = ingest_file(PLAN, path)
    assert "`header_row: [1, 2]`" in findings["remedy"].iloc[0]
    check_read(with_cohort("header_row: [1, 2]"), path)


def test_a_name_that_stands_there_twice_gets_the_heading_above(tmp_path):
    rows = [["", "Left", "", "Right", ""], ["ID", "n", "size", "n", "size"], list("A1234")]
    table, _ = read_table(write(tmp_path, rows), {"header_row": [1, 2]})
    assert list(table.columns) == ["ID", "Left n", "Left size", "Right n", "Right size"]


def test_a_wrong_line_is_answered_with_the_first_lines(tmp_path):
    path = write(tmp_path, above="Title\n")
    assert "header_row: 2" in ingest_file(with_cohort("header_row: 3"), path)[1]["remedy"].iloc[0]
    _, findings = ingest_file(with_cohort("header_row: 40"), path)
    assert list_errors(findings) == ["header"] and "line 1: Title" in findings["message"].iloc[0]


def test_a_header_without_any_column_of_the_plan_shows_the_first_lines(tmp_path):
    path = write(tmp_path, [["a", "b", "c", "d", "e"], *ROWS[1:]])
    _, findings = ingest_file(PLAN, path)
    assert list_errors(findings) == ["header"]
    assert "line 1: a | b | c | d | e" in findings["message"].iloc[0]
    assert "line 5: P4 | 62 | 30 | 14.2 | 0" in findings["message"].iloc[0]


@pytest.mark.parametrize(
    "units",
    [
        ["", "years", "ng/ml", "months", "0/1"],
        ["(unit)", "[years]", "µg/L", "mo", ""],
        ["Einheit", "Jahre", "ng/mL", "Monate", "ja/nein"],
    ],
)
def test_a_row_of_units_is_one_error_that_says_how_to_skip_it(units, tmp_path):
    path = write(tmp_path, [ROWS[0], units, *ROWS[1:]])
    _, findings = ingest_file(PLAN, path)
    assert list_errors(findings) == ["unit_row"] and findings["row"].tolist()[0] == 2
    check_read(with_cohort("skip_rows: [2]"), path)


@pytest.mark.parametrize(
    ("above", "rules"),
    [
        (["", "years", "ng/ml", "months", "0/1", "mm"], ["unit_row"]),
        (["", "years", "ng/ml", "months", "1", "30"], ["unit_row"]),
        (
            ["P0", "about 50", "see letter", "5", "1", "30"],
            ["not_a_number"] * 2,
        ),  # of four half: a patient
        (["P0", "50", "see letter", "5", "1", "30"], ["not_a_number"]),
    ],
)
def test_a_row_of_units_has_words_in_most_of_its_numbers(above, rules, tmp_path):
    rows = [[*row, size] for row, size in zip(ROWS, ("size", "10", "20", "30", "40"), strict=True)]
    path = write(tmp_path, [rows[0], above, *rows[1:]])
    _, findings = ingest_file(
        PLAN.replace("PatNr,", "PatNr, size_max_cm: {column: size, unit: mm},"), path
    )
    assert list_errors(findings) == rules


@pytest.mark.parametrize(
    "last",
    [
        ["Total", "230", "51.6", "", "2"],
        ["Summe:", "230", "", "", ""],
        ["", "Mean", "57.5", "", ""],
        ["Mittelwert (SD)", "57.5", "12", "9.9", ""],
        ["n", "4", "4", "4", "4"],
    ],
)
def test_a_row_of_totals_is_no_patient(last, tmp_path):
    path = write(tmp_path, [*ROWS, last])
    _, findings = ingest_file(PLAN, path)
    assert list_errors(findings) == ["total_row"] and findings["row"].tolist()[0] == 6
    advice = re.search(r"`(.*?)`", findings["remedy"].iloc[0])[1]
    check_read(with_cohort(advice), path)


@pytest.mark.parametrize(
    "row, rule", [(ROWS[0], "repeated_header"), (["Legend: 1 = dead", "", "", "", ""], "note_row")]
)
def test_a_header_again_or_a_legend_is_no_patient(row, rule, tmp_path):
    path = write(tmp_path, [*ROWS[:3], row, *ROWS[3:]])
    _, findings = ingest_file(PLAN, path)
    assert list_errors(findings) == [rule] and findings["row"].tolist()[0] == 4
    check_read(with_cohort("skip_rows: [4]"), path)


DATED = """
study: {title: Made up}
cohort: {file: cohort.csv, date_format: "%d/%m/%Y"}
columns: {patient_id: PatNr, resection_date: OP, last_contact_date: Seen, death_date: Death}
endpoints:
  os:
    label: Overall survival
    origin: resection_date
    events: {death: {date: death_date}}
    censoring: {last_contact: {date: last_contact_date}}
"""


@pytest.mark.parametrize(
    "days, swapped",
    [
        (["17/01/2013", "9/4/2014", "5/3/2013", "23/06/2013", "18/07/2014"], True),
        (["17/01/2013", "09/04/2014", "05/03/2013", "23/06/2013", "18/07/2014"], False),
        (["17/1/2013", "9/4/2014", "5/3/2013", "23/6/2013", "18/7/2014"], False),
        (["17/01/2013", "9/4/2014", "05/03/2013", "23/06/2013", "18/7/2014"], False),
    ],
)
def test_a_text_file_saved_by_an_excel_that_swapped_day_and_month(days, swapped, tmp_path):
    rows = [["PatNr", "OP", "Seen", "Death"]]
    rows += [[f"P{place}", each, "31/12/2019", ""] for place, each in enumerate(days)]
    _, findings = ingest_file(DATED, write(tmp_path, rows))
    assert list_errors(findings) == (["dates_swapped"] if swapped else [])


@pytest.mark.parametrize("unit", ["'%'", "fraction"])
def test_a_written_per_cent_sign_is_read(unit, tmp_path):
    plan = PLAN.replace("cea_ng_ml: CEA", f"hgp_desmoplastic: {{column: CEA, unit: {unit}}}")
    cohort, findings = ingest_file(plan, write(tmp_path, with_cea(["7%", "62.5 %", "0%", "100%"])))
    assert not list_errors(findings)
    assert cohort["hgp_desmoplastic"].tolist() == [7, 62.5, 0, 100]
    _, findings = ingest_file(PLAN, write(tmp_path, with_cea(["7%", "62.5 %", "0%", "100%"])))
    assert set(list_errors(findings)) == {"not_a_number"}


def test_names_as_identifiers_are_no_totals(tmp_path):
    rows = [
        [word, *row[1:]] for word, row in zip(["Max", "Anna", "Sum", "N"], ROWS[1:], strict=True)
    ]
    cohort, findings = ingest_file(PLAN, write(tmp_path, [ROWS[0], *rows]))
    assert not list_errors(findings) and len(cohort) == 4
    rows = [[f"N-{place}", *row[1:]] for place, row in enumerate(ROWS[1:])]
    assert not list_errors(ingest_file(PLAN, write(tmp_path, [ROWS[0], *rows]))[1])


@pytest.mark.parametrize("line", ["sep=;\n", '"sep=;"\n', "SEP=;\r\n", "sep=|\n"])
def test_the_line_by_which_excel_is_told_the_delimiter(line, tmp_path):
    path = write(tmp_path, sign=line.strip('"\r\n')[-1], above=line)
    check_read(PLAN, path)
    assert list(read_table(path, {})[0].index) == [3, 4, 5, 6]


@pytest.mark.parametrize(
    "word", ["NA", "n.a.", "N/A", "'--", "UNK", "unknown", "nan", ".", "-", "?"]
)
def test_an_undeclared_word_for_missing_is_one_finding_for_all_columns(word, tmp_path):
    rows = [
        ROWS[0],
        *([row[0], word, word, *row[3:]] for row in ROWS[1:]),
        ["P5", "60", word, "9", "1"],
    ]
    path = write(tmp_path, rows)
    _, findings = ingest_file(PLAN, path)
    errors = findings[findings["severity"] == "error"]
    assert errors["rule"].tolist() == ["undeclared_missing_word"], errors.to_string()
    assert errors["column"].iloc[0] == "Age, CEA" and errors["value"].iloc[0] == word
    assert "2 columns (9 entries, first in row 2 of Age)" in errors["message"].iloc[0]
    advice = re.search(r"`(missing: .*?)`", errors["remedy"].iloc[0])[1]
    assert yaml.safe_load(advice) == {"missing": [word]}
    _, findings = ingest_file(with_cohort(advice), path)
    assert set(list_errors(findings)) <= {"missing_time", "empty_column"}


def test_a_declared_level_is_no_word_for_missing(tmp_path):
    plan = PLAN.replace("died: dead}", "died: dead, smell: Smell, tumour: Tumour}")
    plan += """
variables:
  smell: {label: Smell, kind: categorical, levels: [good, bad, unknown], timing: baseline}
  tumour: {label: Tumour, kind: binary, timing: baseline}
"""
    plan = plan.replace("tumour: Tumour}", "tumour: {column: Tumour, values: {'+': yes, '-': no}}}")
    rows = [[*ROWS[0], "Smell", "Tumour"]]
    rows += [
        [*row, each, "+-"[i % 2]]
        for i, (row, each) in enumerate(
            zip(ROWS[1:], ["good", "unknown", "bad", "unknown"], strict=True)
        )
    ]
    cohort, findings = ingest_file(plan, write(tmp_path, rows))
    assert not list_errors(findings)
    assert cohort["smell"].tolist() == ["good", "unknown", "bad", "unknown"]
    assert cohort["tumour"].tolist() == ["yes", "no", "yes", "no"]


@pytest.mark.parametrize("space", ["\u00a0", "\u202f", "\u2009", "  ", " \u200b", "\ufeff "])
def test_names_and_codes_that_look_the_same_are_the_same(space, tmp_path):
    plan = """
study: {title: T}
cohort: {file: cohort.csv}
columns:
  patient_id: id
  sex: {column: Geschlecht, values: {sehr männlich: male, weiblich: female}}
  size_max_cm: {column: Größe, unit: mm}
  overall_time: Survival months
  died: Status
endpoints:
  os:
    label: Overall survival
    events: {death: {duration: overall_time, flag: died}}
    censoring: {last_contact: {duration: overall_time}}
"""
    header = f"id,Geschlecht,{unicodedata.normalize('NFD', 'Größe')},Survival{space}months,Status\n"
    male = unicodedata.normalize("NFD", f"sehr{space}männlich")
    path = write(
        tmp_path, [], above=f"{header}P0,weiblich,57,31,0\nP1,{male},{space}33,4,1{space}\n"
    )
    for form in ("NFC", "NFD"):
        cohort, findings = ingest_file(unicodedata.normalize(form, plan), path)
        assert not list_errors(findings), findings.to_string()
        assert cohort["sex"].tolist() == ["female", "male"]
        assert cohort["size_max_cm"].tolist() == [5.7, 3.3]


def test_row_names_of_r(tmp_path):
    """write.table writes no name above the row names."""
    rows = [ROWS[0], *([str(place), *row] for place, row in enumerate(ROWS[1:], 1))]
    findings = check_read(PLAN, write(tmp_path, rows, sign="\t"))
    assert findings["rule"].tolist() == ["row_names"] and findings["severity"].tolist() == ["note"]
    findings = check_read(with_cohort('delimiter: " "'), write(tmp_path, rows, sign=" "))
    assert findings["rule"].tolist() == ["row_names"]
    # Between commas it could as well be a decimal comma: never guessed
    _, findings = ingest_file(PLAN, write(tmp_path, rows))
    assert list_errors(findings)[0] == "ragged_row" and "row.names" in findings["remedy"].iloc[0]
    assert len(findings[findings["rule"] == "ragged_row"]) == 1


def test_a_delimiter_at_the_end_of_every_row(tmp_path):
    check_read(PLAN, write(tmp_path, [ROWS[0], *([*row, ""] for row in ROWS[1:])], sign=";"))


def with_cea(values):
    return [
        ROWS[0],
        *([*row[:2], each, *row[3:]] for row, each in zip(ROWS[1:], values, strict=True)),
    ]


@pytest.mark.parametrize("decimal", [".", ","])
@pytest.mark.parametrize(
    "values",
    [
        ["12", "1.250", "7", "30"],
        ["12", "1.250", "12.800", "980"],
        ["1.000", "12.000", "1.000", "5.000"],
        ["5", "<1.000", "7", "900"],
    ],
)
def test_a_point_before_three_digits_among_whole_numbers_may_be_thousands(
    values, decimal, tmp_path
):
    other = "," if decimal == "." else "."
    path = write(
        tmp_path,
        [
            [each.replace(".", decimal) if place == 2 else each for place, each in enumerate(row)]
            for row in with_cea(values)
        ],
        sign=";",
    )
    path.write_text(path.read_text().replace("8.5", "8").replace("14.2", "14"))
    plan = with_cohort(f"decimal: '{decimal}'").replace("CEA", "{column: CEA, censored: limit}")
    _, findings = ingest_file(plan, path)
    assert list_errors(findings) == ["thousands"] and findings["column"].iloc[0] == "CEA"
    thousands = plan.replace(
        "{column: CEA", f"{{column: CEA, thousands: '{decimal}', decimal: '{other}'"
    )
    cohort, findings = ingest_file(thousands, path)
    assert not list_errors(findings)
    numbers = [float(re.sub(r"[<.,]", "", each.replace(".", ""))) for each in values]
    assert cohort["cea_ng_ml"].tolist() == numbers
    sure = plan.replace("{column: CEA", f"{{column: CEA, decimal: '{decimal}'")
    cohort, findings = ingest_file(sure, path)
    assert not list_errors(findings)
    assert cohort["cea_ng_ml"].tolist() == [float(each.lstrip("<")) for each in values]


@pytest.mark.parametrize(
    "values",
    [
        ["2.5", "1.250", "7", "30"],  # a single decimal beside it
        ["0.250", "0.125", "7", "30"],  # no thousands begin with 0
        ["1.255", "2.314", "7.901", "30.112"],  # three decimals everywhere
        ["1.250", "7", "1300", "30"],  # 1300 without a point
        ["12", "7", "900", "30"],
    ],
)
def test_decimals_are_not_taken_for_thousands(values, tmp_path):
    cohort, findings = ingest_file(PLAN, write(tmp_path, with_cea(values)))
    assert not list_errors(findings)
    assert cohort["cea_ng_ml"].tolist() == [float(each) for each in values]


def test_impossible_thousands_are_decimals(tmp_path):
    rows = [
        ROWS[0],
        *(
            [row[0], each, *row[2:]]
            for row, each in zip(ROWS[1:], ["53.125", "56", "59", "62"], strict=True)
        ),
    ]
    cohort, findings = ingest_file(PLAN, write(tmp_path, rows))
    assert not list_errors(findings) and cohort["age"].iloc[0] == 53.125


@pytest.mark.parametrize(
    "sign, text", [(" ", "1 250"), ("'", "1'250"), (",", "1,250"), (" ", "1\u202f250")]
)
def test_other_signs_between_thousands_can_be_declared(sign, text, tmp_path):
    path = write(tmp_path, with_cea(["12", text, "1.5", "900"]), sign=";")
    _, findings = ingest_file(PLAN, path)
    assert list_errors(findings) == ["not_a_number"]
    assert "thousands" in findings["remedy"].iloc[0]
    cohort, findings = ingest_file(with_cohort(f'thousands: "{sign}"'), path)
    assert not list_errors(findings) and cohort["cea_ng_ml"].tolist() == [12, 1250, 1.5, 900]


@pytest.mark.parametrize(
    "more, word",
    [
        ("thousands: '.'", "decimal sign"),
        ("header_row: 2, skip_rows: [2]", "is the header"),
        ("connection: CLINIC_DB", ".sql"),
        ("header_row: 0", "header_row"),
        ("header_row: [1, 2, 3]", "header_row"),
    ],
)
def test_keys_that_cannot_be_meant_together_are_refused(more, word, tmp_path):
    with pytest.raises(PlanError, match=re.escape(word)):
        make_plan(with_cohort(more))


@pytest.mark.parametrize("more", ["header_row: 2", "skip_rows: [3]", "comment: '#'"])
@pytest.mark.parametrize("ending", ["sav", "parquet", "rds"])
def test_keys_for_lines_are_refused_where_a_file_has_none(ending, more):
    plan = with_cohort(more).replace(".csv", f".{ending}")
    with pytest.raises(PlanError, match="holds a table and no lines"):
        make_plan(plan)


def test_the_minus_of_a_word_processor_is_a_minus(tmp_path):
    own = "variables: {shift: {label: Shift, kind: continuous, timing: baseline}}\nendpoints:"
    plan = PLAN.replace("cea_ng_ml: CEA", "shift: CEA").replace("endpoints:", own)
    path = write(tmp_path, with_cea(["\u2212999", "\u22121.5", "-2", "3"]))
    cohort, findings = ingest_file(with_cohort("missing: [-999]", plan), path)
    assert not list_errors(findings)
    assert cohort["shift"].isna().tolist() == [True, False, False, False]
    assert cohort["shift"].tolist()[1:] == [-1.5, -2, 3]


CBIOPORTAL = """#Patient Identifier\tAge at Diagnosis\tSex\tPatient's Vital Status\tOverall Survival Status\tOverall Survival (Months)
#Identifier of a patient\tAge\tSex\tState\tStatus\tMonths
#STRING\tNUMBER\tSTRING\tSTRING\tSTRING\tNUMBER
#1\t1\t1\t1\t9\t1
PATIENT_ID\tAGE\tSEX\tVITAL_STATUS\tOS_STATUS\tOS_MONTHS
P-0001\t64\tFemale\tDeceased\t1:DECEASED\t13.86
P-0002\t67\tMale\tAlive\t0:LIVING\t27.91
P-0003\t44\tFemale\t[Not Available]\t[Not Available]\t163.09
"""


@pytest.mark.parametrize(
    "codes", ['{"1:DECEASED": yes, "0:LIVING": no}', "{1:DECEASED: yes, 0:LIVING: no}"]
)
def test_a_file_of_cbioportal(codes, tmp_path):
    plan = f"""
study: {{title: T}}
cohort: {{file: data_clinical_patient.txt, comment: "#", missing: ["[Not Available]"], missing_time: exclude}}
columns:
  patient_id: PATIENT_ID
  age: AGE
  sex: {{column: SEX, values: {{Female: female, Male: male}}}}
  overall_time: OS_MONTHS
  died: {{column: OS_STATUS, values: {codes}}}
endpoints:
  os:
    label: Overall survival
    events: {{death: {{duration: overall_time, flag: died}}}}
    censoring: {{last_contact: {{duration: overall_time}}}}
"""
    path = write(tmp_path, [], above=CBIOPORTAL, name="data_clinical_patient.txt")
    cohort, findings = ingest_file(plan, path)
    assert not list_errors(findings), findings.to_string()
    assert cohort["died"].astype(object).where(cohort["died"].notna(), None).tolist() == [
        "yes",
        "no",
        None,
    ]
    assert cohort["os_event"].tolist()[:2] == [1, 0] and cohort["os_months"].tolist()[:2] == [
        13.86,
        27.91,
    ]


def test_a_file_of_the_gdc(tmp_path):
    """`'--` is missing; death and last follow-up are days, in columns of their own."""
    plan = """
study: {title: T}
cohort: {file: clinical.tsv, missing: ["'--"]}
columns:
  patient_id: case_submitter_id
  sex: {column: gender, values: {female: female, male: male}}
  died: {column: vital_status, values: {Dead: yes, Alive: no}}
  time_to_death: {column: days_to_death, unit: days}
  time_to_last_follow_up: {column: days_to_last_follow_up, unit: days}
variables:
  time_to_death: {label: Time to death, kind: duration, timing: follow_up}
  time_to_last_follow_up: {label: Time to last follow-up, kind: duration, timing: follow_up}
endpoints:
  os:
    label: Overall survival
    events: {death: {duration: time_to_death, flag: died}}
    censoring: {last_follow_up: {duration: time_to_last_follow_up}}
"""
    rows = [
        ["case_submitter_id", "gender", "vital_status", "days_to_death", "days_to_last_follow_up"],
        ["TCGA-1", "female", "Dead", "365", "'--"],
        ["TCGA-2", "male", "Alive", "'--", "731"],
        ["TCGA-3", "female", "Alive", "'--", "1096"],
    ]
    cohort, findings = ingest_file(plan, write(tmp_path, rows, sign="\t", name="clinical.tsv"))
    assert not list_errors(findings), findings.to_string()
    assert cohort["os_event"].tolist() == [1, 0, 0]
    assert cohort["os_months"].tolist() == pytest.approx(
        [365 / 30.4375, 731 / 30.4375, 1096 / 30.4375]
    )
    _, findings = ingest_file(plan.replace(""", missing: ["'--"]""", ""), tmp_path / "clinical.tsv")
    assert list_errors(findings).count("undeclared_missing_word") == 1
