"""Small counts are hidden, and cannot be worked out from what is left."""

import itertools

import numpy as np
import pandas as pd
import pytest
from crlm.display import cells, excel, privacy, style
from crlm.display.cells import Column, DisplayTable, Row, count, number, share, text

LEAST = 5


def test_a_small_group_keeps_neither_counts_nor_estimates_and_takes_a_partner():
    table = pd.DataFrame(
        {
            "grouping": ["sex", "sex", "stage", "stage", "stage"],
            "group": ["m", "f", "1", "2", "3"],
            "patients": [30, 25, 4, 9, 42],
            "events": [20, 3, 2, 5, 16],
            "median": [12.3, 40.1, 8.0, 11.0, np.nan],
            "missing": [0, 0, 0, 0, 0],
        }
    )
    masked = privacy.mask(table, LEAST)
    assert masked["patients"].tolist() == [30, 25, "<5", "withheld", 42]
    assert masked["events"].tolist() == ["withheld", "<5", "<5", "withheld", 16]
    assert pd.isna(masked["median"][2]) and masked["median"][0] == pytest.approx(12.3, abs=0.12)
    assert masked["missing"].tolist() == [0] * 5


def test_levels_of_a_variable_hide_count_per_cent_and_partner():
    table = pd.DataFrame(
        {
            "grouping": "overall",
            "variable": ["ras"] * 3 + ["age"],
            "level": ["a", "b", "c", None],
            "group": "all",
            "patients": [60, 60, 60, 3],
            "count": [3, 20, 37, np.nan],
            "percent": [5.0, 33.3, 61.7, np.nan],
            "mean": [np.nan, np.nan, np.nan, 60.5],
        }
    )
    masked = privacy.mask(table.drop(columns="group"), LEAST)
    assert masked["count"].tolist()[:3] == ["<5", "withheld", 37]
    assert masked["percent"].isna().tolist() == [True, True, False, True]
    assert pd.isna(masked["mean"][3])


def test_levels_by_group_are_hidden_in_both_directions():
    table = pd.DataFrame(
        {
            "grouping": "arm",
            "group": ["a", "a", "b", "b"],
            "variable": "sex",
            "level": ["f", "m"] * 2,
            "patients": [12, 12, 10, 10],
            "count": [6, 6, 8, 2],
            "percent": [50.0, 50.0, 80.0, 20.0],
        }
    )
    masked = privacy.mask(table, LEAST)
    assert masked["count"].tolist() == ["withheld"] * 3 + ["<5"] and masked["percent"].isna().all()


def test_a_curve_has_whole_weeks_and_no_small_count():
    generator = np.random.default_rng(1)
    time = np.sort(generator.uniform(0, 20, 40))
    event = generator.integers(0, 2, 40)
    table = pd.DataFrame(
        {
            "grouping": "overall",
            "group": "all",
            "time": time,
            "survival": np.linspace(1, 0.1, 40),
            "at_risk": np.arange(40, 0, -1),
            "events": event,
            "censored": 1 - event,
        }
    )
    masked = privacy.mask(table, LEAST)
    weeks = masked["time"].astype(float) / privacy.WEEK
    np.testing.assert_allclose(weeks, weeks.round(), atol=1e-9)
    assert weeks.is_unique
    for name in ("at_risk", "events", "censored"):
        shown = pd.to_numeric(masked[name], errors="coerce").dropna()
        assert not shown.between(1, LEAST - 1).any()
    ends = pd.Series(time / privacy.WEEK).round()
    assert len(masked) == ends.nunique()
    few = masked["at_risk"] == f"<{LEAST}"
    assert few.any() and masked.loc[few, "survival"].isna().all()
    assert masked.loc[~few, "survival"].notna().all()


def test_a_hidden_exclusion_does_not_follow_from_its_neighbours():
    table = pd.DataFrame(
        {
            "step": ["file", "old", "young", "analysed", "os"],
            "label": list("abcde"),
            "endpoint": [None, None, None, None, "os"],
            "excluded": [0, 2, 7, 0, 0],
            "remaining": [60, 58, 51, 51, 51],
        }
    )
    masked = privacy.mask(table, LEAST)
    assert masked["excluded"].tolist() == [0, "<5", 7, 0, 0]
    assert masked["remaining"].isna().tolist() == [True, True, True, False, False]


def test_an_empty_table_stays_empty():
    empty = pd.DataFrame(columns=["group", "time", "at_risk", "censored", "events"])
    assert privacy.mask(empty, LEAST).empty
    assert privacy.join_weeks(empty, LEAST).empty


def test_what_is_no_count_stays():
    table = pd.DataFrame(
        {"model": ["a"], "patients": [80], "events": [40], "df": [2], "parameters": [3], "p": [0.1]}
    )
    pd.testing.assert_frame_equal(privacy.mask(table, LEAST), table.astype(object))


def make_display():
    return DisplayTable(
        "made",
        "Made up",
        (
            Column("", align="left"),
            Column("All\n(n = 60)", parts=("n", "%")),
            Column("Few\n(n = 3)", parts=("n", "%")),
        ),
        (
            Row((text("Stage"), cells.Cell(), cells.Cell()), "head"),
            Row((text("1"), share(2, 60), share(1, 3)), indent=1),
            Row((text("2"), share(8, 60), share(0, 3)), indent=1),
            Row((text("3"), share(50, 60), share(2, 3)), indent=1),
            Row((text("Age"), number(60.5), number(59.0))),
        ),
    )


def test_a_printed_table_hides_cells_partners_and_columns():
    shown = privacy.hide(make_display(), LEAST)
    texts = [[cell.text for cell in row.cells] for row in shown.rows]
    assert [line[1] for line in texts] == ["", "<5", "withheld", "50 (83.3)", "60.5"]
    assert [line[2] for line in texts][1:] == ["<5", "withheld", "<5", "withheld"]
    assert shown.columns[2].label == "Few\n(n < 5)"
    assert shown.notes[-1].startswith("<5: fewer than 5")


def make_groups(rows):
    columns = (Column("", align="left"), Column("All\n(n = 22)"), Column("A\n(n = 12)"))
    columns += (Column("B\n(n = 10)"), Column("p"))
    return DisplayTable("made", "Made up", columns, rows)


def list_solutions(texts):
    """Every way in which hidden counts of levels by group can be filled in, the last column being the sum of the groups."""
    known = [
        [None if text in ("<5", "withheld") else int(text.split()[0]) for text in row]
        for row in texts
    ]
    open_ = [(r, c) for r, row in enumerate(known) for c, value in enumerate(row) if value is None]
    for values in itertools.product(range(23), repeat=len(open_)):
        made = [list(row) for row in known]
        for (r, c), value in zip(open_, values, strict=True):
            made[r][c] = value
        rows = all(row[0] == row[1] + row[2] for row in made)
        sums = [sum(row[c] for row in made) for c in range(3)]
        if rows and sums == [22, 12, 10]:
            yield dict(zip(open_, values, strict=True))


def test_no_hidden_count_follows_from_rows_and_columns():
    """Females 6 of 12 and 8 of 10: the 2 males cannot be had by subtracting, neither down nor across."""
    rows = (
        Row((text("Sex, n (%)"), *[cells.Cell()] * 4), "head"),
        Row((text("Female"), share(14, 22), share(6, 12), share(8, 10), cells.Cell()), indent=1),
        Row((text("Male"), share(8, 22), share(6, 12), share(2, 10), cells.Cell()), indent=1),
    )
    shown = privacy.hide(make_groups(rows), LEAST)
    texts = [[cell.text for cell in row.cells[1:4]] for row in shown.rows[1:]]
    assert texts[1][2] == "<5" and "8 (80.0)" not in texts[0] and texts[0][0] == "14 (63.6)"
    ways = list(list_solutions(texts))
    hidden = {place for way in ways for place in way}
    assert all(len({way[place] for way in ways}) > 1 for place in hidden)


def test_a_share_does_not_tell_the_few_who_lack_it():
    """Node-positive 9 of 12: the 3 others are few as well; neither they nor those of the other group follow."""
    row = (text("Node-positive, n (%)"), share(14, 22), share(9, 12), share(5, 10), number(0.4))
    shown = privacy.hide(make_groups((Row(row), Row((text("Age"), *[number(60.5)] * 4)))), LEAST)
    assert [c.text for c in shown.rows[0].cells[1:4]] == ["14 (63.6)", "withheld", "withheld"]
    assert [c.text for c in shown.rows[1].cells[1:4]] == ["60.5"] * 3


def test_a_row_of_few_patients_has_no_estimate():
    columns = (Column(""), Column("Patients"), Column("Median"))
    rows = (Row((text("a"), count(3), number(7.5))), Row((text("b"), count(30), number(8.5))))
    shown = privacy.hide(DisplayTable("made", "Made up", columns, rows), LEAST)
    texts = [[cell.text for cell in row.cells] for row in shown.rows]
    assert texts == [["a", "<5", "withheld"], ["b", "withheld", "8.5"]]


def test_the_hidden_table_can_be_written(tmp_path):
    study = {"title": "T", "synthetic": False, "description": "", "citation": ""}
    table = privacy.hide(make_display(), LEAST)
    table = cells.replace(table, number="1")
    excel.write_workbook([table], study, tmp_path / "a.xlsx")
    names, rows = cells.flatten(table)
    assert all(len(row) == len(names) for row in rows)


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ("3 patients and 12 events", "<5 patients and 12 events"),
        ("Lost (n = 4), n = 40", "Lost (n = <5), n = 40"),
        ("2 of 40 patients", "<5 of 40 patients"),
        ("at 3 months, 0 events, 1.4 events, 0.3 patients", None),
        ("13 patients; 103 events", None),
        ("1 of 20 values, 2 of 8 identifiers", "<5 of 20 values, <5 of 8 identifiers"),
        ("3 recurrences of 40 patients; 2 entries", "<5 recurrences of 40 patients; <5 entries"),
        ("1 of 3 tests, 3 of 12 variables, 2 metastases, 4 lesions", None),
    ],
)
def test_sentences(said, left):
    assert privacy.hide_words(said, LEAST) == (left or said)


def test_figures_hide_numbers_and_keep_ticks():
    from crlm.display import style

    figure, page = style.new_page(4, 3)
    axes = style.add_axes(page, 1, 1, 2, 1)
    axes.set_xticks([1, 2, 3], ["1", "2", "3"])
    for words in ("3", "12", "4/30", "n = 2", "0"):
        style.write(page, 1, 1, words)
    privacy.hide_figure(figure, LEAST)
    assert {t.get_text() for t in page.texts} >= {"<5", "12", "<5/30", "n = <5", "0"}
    assert [t.get_text() for t in axes.get_xticklabels()] == ["1", "2", "3"]


def test_a_hidden_share_of_a_whole_takes_the_smallest_other_with_it():
    """Events and patients of the groups of one variable, `3/12`: each of the two adds up to a total that is known."""
    from crlm.display import style

    figure, page = style.new_page(4, 3)
    for whole, words in (
        ("a", ("3/12", "20/40", "31/33")),
        ("b", ("9/12", "8/30")),
        ("c", ("2/3",)),
    ):
        for each in words:
            style.write(page, 1, 1, each, label=privacy.PART + whole)
    privacy.hide_figure(figure, LEAST)
    texts = [text.get_text() for text in page.texts]
    assert texts == ["<5/12", "–/40", "31/33", "9/12", "8/30", "<5/<5"]


def test_a_hidden_number_at_risk_cannot_be_had_from_the_total():
    from crlm.display import curves, style

    figure, page = style.new_page(4, 3)
    ticks = [0, 12, 24, 36]
    rows = {"at_risk": [[40, 30, 21, 3], [9, 3, 2, 0], [8, 7, 1, 0]], "events": [[0, 6, 4, 9]]}
    for part, groups in rows.items():
        for top, counts in enumerate(groups):
            curves.write_counts(page, counts, ticks, 1, top, 0.05, part)
    privacy.hide_figure(figure, LEAST)
    texts = [text.get_text() for text in page.texts]
    assert texts[:4] == ["40", "30", "21", "<5"]  # 24: two are hidden already
    assert texts[4:12] == ["9", "<5", "<5", "0", "8", "–", "<5", "0"]
    assert texts[12:] == ["0", "6", "<5", "9"]


def test_small_counts_in_the_notes_of_a_table_are_hidden():
    note = "Growth pattern: 3 patients in none of the groups; 12 patients are left out."
    table = DisplayTable("a", "A", (Column("Row"),), (Row((text("x"),)),), (note,))
    (shown,) = privacy.hide(table, 5).notes
    assert shown == "Growth pattern: <5 patients in none of the groups; 12 patients are left out."


@pytest.mark.parametrize("text", ["3 patients", "n = 3", "3 of 40 patients"])
def test_small_counts_of_wrapped_lines_are_hidden(text):
    for width in (0.9, 1.2, 1.4, 3):
        lines = style.wrap(f"Left out since a value is missing: {text}", width)
        assert "3" not in "".join(privacy.hide_words(line, 5) for line in lines).replace("<5", "")


def test_whom_a_model_leaves_out_does_not_follow_from_its_patients():
    """Of 60 patients a model of 57 leaves 3 out; one of 40 leaves 20 out, which is no secret."""
    table = pd.DataFrame(
        {
            "model": ["small", "large", "whole"],
            "patients": [57, 40, 60],
            "events": [30, 20, 33],
            "missing": [3, 20, 0],
            "concordance": [0.61, 0.62, 0.63],
        }
    )
    masked = privacy.mask(table, LEAST)
    assert masked["missing"].tolist() == ["<5", 20, 0]
    assert masked["patients"].tolist() == ["withheld", 40, 60]
    assert masked["events"].tolist() == [30, 20, 33]
    assert masked["concordance"].tolist() == [0.61, 0.62, 0.63]


@pytest.mark.parametrize("of_each", ["a row", "a column of the foot"])
def test_nor_in_its_printed_table(of_each):
    """The numbers of a fit stand in a row of the table of fits, and below the columns of the table of hazard ratios."""
    labels = ("Patients", "Events", "Left out: value missing")
    fits = {"Small": (57, 30, 3), "Large": (40, 20, 20)}
    if of_each == "a row":
        columns = tuple(Column(label) for label in ("", *labels))
        rows = tuple(Row((text(m), *map(count, of))) for m, of in fits.items())
    else:
        columns = tuple(Column(label) for label in ("", *fits))
        heading = Row((text("Multivariable models"), cells.Cell(), cells.Cell()), "foot")
        lines = zip(labels, zip(*fits.values(), strict=True), strict=True)
        rows = (heading, *(Row((text(n), *map(count, of)), "foot", 1) for n, of in lines))
    shown = privacy.hide(DisplayTable("made", "Made up", columns, rows), LEAST)
    texts = [[cell.text for cell in row.cells[1:]] for row in shown.rows]
    if of_each != "a row":
        texts = [list(model) for model in zip(*texts[1:], strict=True)]
    assert texts == [["withheld", "30", "<5"], ["40", "20", "20"]]


def test_a_small_count_of_everybody_stays_hidden_beside_two_small_groups():
    """2 and 1 of 3: neither follows from the other two, and none of the three is printed."""
    columns = tuple(Column(f"{name}\n(n = {n})") for name, n in (("All", 60), ("A", 30), ("B", 30)))
    row = Row((text("Stage 4"), count(3), count(2), count(1)))
    other = Row((text("Stage 1"), count(57), count(28), count(29)))
    table = DisplayTable("made", "Made up", (Column("", align="left"), *columns), (row, other))
    shown = privacy.hide(table, LEAST)
    assert [cell.text for cell in shown.rows[0].cells[1:]] == ["<5"] * 3
