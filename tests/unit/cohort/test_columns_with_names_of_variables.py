"""Findings name the column of the file, also where it has the name of another variable of the plan."""

import pytest

NAMES = {
    "recurrence_date": "last_contact_date",
    "death_date": "recurrence_date",
    "last_contact_date": "death_date",
}


@pytest.fixture
def find(base, rows, ingest):
    """The column of each finding of a rule, in a file whose columns of dates have the names of other variables."""

    def run(rule, change):
        for row in rows:
            change(row)
            for variable, column in NAMES.items():
                row[column] = row.pop(base["columns"][variable])
        base["columns"] |= NAMES
        _, found = ingest(base, rows)
        return found.loc[found["rule"] == rule, "column"].tolist()

    return run


def first(**values):
    return lambda row: row.update(values) if row["ID"] == "P00" else None


def test_a_recurrence_after_death(find):
    days = {"Recurrence": "2019-05-02", "Death": "2019-05-01", "Contact": "2019-05-01"}
    assert find("after_death", first(**days)) == ["last_contact_date"]


def test_a_recurrence_after_the_last_contact(find):
    days = {"Recurrence": "2019-05-02", "Death": None, "Contact": "2019-05-01"}
    assert find("after_last_contact", first(**days)) == ["last_contact_date"]


def test_recurrences_on_the_day_of_death(find):
    days = {"Recurrence": "2019-05-02", "Death": "2019-05-02", "Contact": "2019-05-02"}
    found = find("same_day", lambda row: row.update(days))
    assert "last_contact_date, recurrence_date" in found


def test_two_times_that_are_one(base, rows, ingest):
    base["columns"] |= {"followup_time": "recurrence_time", "recurrence_time": "followup_time"}
    base["variables"] = {
        name: {"label": name, "kind": "duration", "unit": "months", "timing": "follow_up"}
        for name in ("followup_time", "recurrence_time")
    }
    many = [{**row, "ID": f"P{n:02}"} for n, row in enumerate([*rows, *rows])]
    for n, row in enumerate(many):
        row |= {"recurrence_time": 10 + n, "followup_time": 10 + n}
    _, found = ingest(base, many)
    told = found.loc[found["rule"] == "same_times", "column"].tolist()
    assert told == ["recurrence_time, followup_time"]
