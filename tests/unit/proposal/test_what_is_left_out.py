"""What is left out is said where it is missed: columns that nearly fit, dates in two ways, tables whose identifiers differ."""

import openpyxl
import pytest
import yaml
from crlm.proposal.command import main
from crlm.proposal.plan_text import write_plan

SOURCE = {"title": "t", "file": "data/x.csv", "name": "x.csv", "settings": {}, "reasons": {}}
IDS = [f"P-{n:03d}" for n in range(30)]


def repeat(*cells):
    return (list(cells) * 30)[:30]


def dotted(year):
    return [f"{n % 28 + 1:02d}.03.{year}" for n in range(30)]


def iso(year):
    return [f"{year}-03-{n % 28 + 1:02d}" for n in range(30)]


def test_columns_that_write_dates_in_their_own_way_are_read_in_it(guess):
    found = guess({"OP-Datum": dotted(2014), "letzter Kontakt": iso(2018)})
    assert "date_format" not in found
    assert found["OP-Datum"].settings == {"date_format": "%d.%m.%Y"}
    assert found["letzter Kontakt"].settings == {}
    alike = guess({"OP-Datum": dotted(2014), "letzter Kontakt": dotted(2018)})
    assert alike["date_format"].settings == {"date_format": "%d.%m.%Y"}
    assert alike["OP-Datum"].settings == {}


def test_dates_that_may_be_day_or_month_first_are_asked_beside_others(guess):
    slashes = repeat("01/02/2014", "03/04/2014")
    found = guess({"OP-Datum": slashes, "letzter Kontakt": iso(2018)})["OP-Datum"]
    assert found.question.needed and len(found.question.choices) == 2


@pytest.mark.parametrize(
    ("cells", "why"),
    [
        ([*dotted(2014)[:15], *iso(2014)[:15]], "the others in the format %d.%m.%Y"),
        (repeat(2014, 2015, 2016), "only years stand there"),
        (repeat("soon", "2014-05-31"), "its entries are no dates"),
    ],
)
def test_why_a_column_is_no_date_is_said_where_it_is_missed(guess, workflow, cells, why):
    found = guess(
        {"PatNr": IDS, "OP-Datum": cells, "verstorben am": dotted(2016), "CEA": repeat(3, 5, 8)}
    )
    text = write_plan(
        list(found.values()), {}, SOURCE, workflow["dictionary"], workflow["proposal"]
    )
    question = yaml.safe_load(text)["questions"][0]
    assert "Not taken: 'OP-Datum': looks like resection_date, but" in question and why in question
    assert "CEA" not in question


@pytest.mark.parametrize("spell", [str.lower, lambda each: each.replace("P-0", "P-"), str])
def test_a_table_whose_identifiers_are_written_otherwise_is_named(tmp_path, spell):
    book = openpyxl.Workbook()
    first, second = book.active, book.create_sheet("Operations")
    first.append(["Patient ID", "Sex", "Age"])
    second.append(["Patient ID", "Date of surgery"])
    for n, name in enumerate(IDS):
        first.append([name, "m" if n % 2 else "f", 50 + n])
        second.append([spell(name), f"2014-03-{n % 28 + 1:02d}"])
    book.save(tmp_path / "a.xlsx")
    said = main(str(tmp_path / "a.xlsx"), str(tmp_path / "s"))
    words = "Left out: Operations: its identifiers are those of patients only when case, spaces"
    assert (words in said) == (spell is not str)
    assert ("'Operations': its identifiers are those" in said) == (spell is not str)
