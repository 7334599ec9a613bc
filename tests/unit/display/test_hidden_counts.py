"""Small counts in result tables, printed tables, words and figures: what is hidden, and with it what would tell it."""

import pandas as pd
import pytest
from crlm.display import privacy, style
from crlm.display.cells import Cell, Column, DisplayTable, Row, count, head, number, share, text

# --- small counts ----------------------------------------------------------------------------------

LEAST = 5


@pytest.mark.parametrize(
    ("values", "shown"),
    [
        ([0, 4, 5, 9], [0, "<5", "withheld", 9]),
        ([1, 4, 5, 9], ["<5", "<5", 5, 9]),
        ([0, 0, 5, 9], [0, 0, 5, 9]),
        ([3, 0, 0, 0], ["<5", 0, 0, 0]),
        ([4, 7, 7, 6], ["<5", 7, 7, "withheld"]),
    ],
)
def test_a_partner_is_the_smallest_other_that_is_not_nothing(values, shown):
    table = pd.DataFrame({"group": list("abcd"), "events": values, "time": 60.0})
    assert privacy.mask(table, LEAST)["events"].tolist() == shown


def test_each_partition_has_its_own_partner():
    """By grouping, by time, by cut: what does not add up with a hidden count is not hidden with it."""
    for key, values in (
        ("grouping", ["x", "x", "y", "y"]),
        ("time", [12, 12, 60, 60]),
        ("cut", [1, 1, 2, 2]),
    ):
        table = pd.DataFrame({key: values, "group": list("abab"), "patients": [3, 9, 8, 7]})
        assert privacy.mask(table, LEAST)["patients"].tolist() == ["<5", "withheld", 8, 7], key
    for key in ("note", "evidence", "label"):
        table = pd.DataFrame({key: list("wxyz"), "group": list("abcd"), "patients": [3, 9, 8, 7]})
        assert privacy.mask(table, LEAST)["patients"].tolist() == ["<5", 9, 8, "withheld"], key


def test_estimates_of_few_go_and_what_a_row_is_about_stays():
    table = pd.DataFrame(
        {
            "group": ["a", "b", "c"],
            "patients": [4, 5, 30],
            "horizon": [60, 60, 60],
            "resamples": [200, 200, 200],
            "estimate": [0.5, 0.6, 0.7],
            "published_survival": [0.1, 0.2, 0.3],
            "words": ["x", "x", "x"],
            "share_known": [0.25, 0.5, 0.75],
        }
    )
    masked = privacy.mask(table, LEAST)
    assert masked["patients"].tolist() == ["<5", "withheld", 30]
    assert masked["estimate"].isna().tolist() == [True, False, False]
    assert masked["share_known"].isna().tolist() == [True, False, False]
    for kept in ("horizon", "resamples", "published_survival", "words"):
        assert masked[kept].tolist() == table[kept].tolist(), kept
    assert masked.dtypes.eq(object).all() and list(masked.index) == [0, 1, 2]
    assert privacy.mask(table.set_index(pd.Index([7, 8, 9])), LEAST).equals(masked)


def test_whoever_is_not_treated_may_be_few_as_well():
    table = pd.DataFrame(
        {"threshold": [0.1, 0.2, 0.3], "patients": [40, 40, 40], "treated": [40, 37, 20], "share": [1, 0.9, 0.5], "lower": 0.1, "upper": 0.9}
    )  # fmt: skip
    masked = privacy.mask(table, LEAST)
    assert masked["treated"].tolist() == [40, "withheld", 20]
    assert (
        masked["share"].isna().tolist()
        == masked["lower"].isna().tolist()
        == masked["upper"].isna().tolist()
        == [False, True, False]
    )


def test_medians_are_rounded_to_the_week_but_not_those_of_a_description():
    week = 7 / 30.4375
    table = pd.DataFrame(
        {
            "group": ["a"],
            "patients": [40],
            "median": [10.0],
            "median_lower": [5.0],
            "follow_up_upper": [7.0],
            "mean_x": [3.3],
        }
    )
    masked = privacy.mask(table, LEAST)
    for name in ("median", "median_lower", "follow_up_upper"):
        assert masked[name][0] == pytest.approx(round(table[name][0] / week) * week), name
        assert masked[name][0] != table[name][0]
    assert masked["mean_x"][0] == 3.3
    described = privacy.mask(table.assign(mean=1.0), LEAST)
    assert described["median"][0] == 10.0


def test_a_curve_of_causes_is_in_whole_weeks_too():
    table = pd.DataFrame(
        {
            "group": "a",
            "cause": ["x", "x", "x", "y"],
            "time": [0.0, 0.09, 0.4, 0.4],
            "incidence": [0, 0.1, 0.2, 0.3],
            "events": [0, 6, 7, 8],
        }
    )
    masked = privacy.mask(table, LEAST)
    week = 7 / 30.4375
    assert masked["time"].tolist() == pytest.approx([0, 2 * week, 2 * week])
    assert masked["incidence"].tolist() == [0.1, 0.2, 0.3] and masked["events"].tolist() == [
        6,
        7,
        8,
    ]
    again = privacy.join_weeks(table, LEAST)
    assert (
        again["time"].tolist() == masked["time"].tolist()
        and len(privacy.join_weeks(table, None)) == 4
    )


def test_a_week_of_a_curve_has_all_its_events_and_the_first_number_at_risk():
    table = pd.DataFrame(
        {
            "group": "a",
            "time": [0.0, 0.05, 0.09, 1.0],
            "survival": [1, 0.9, 0.8, 0.7],
            "at_risk": [30, 30, 28, 20],
            "events": [0, 2, 5, 8],
            "censored": [0, 0, 1, 6],
        }
    )
    joined = privacy.join_weeks(table, LEAST)
    assert joined["survival"].tolist() == [0.8, 0.7] and joined["at_risk"].tolist() == [30, 20]
    assert joined["events"].tolist() == [7, 8] and joined["censored"].tolist() == [1, 6]


def test_estimates_of_few_are_not_drawn():
    table = pd.DataFrame({"patients": [0, 4, 5], "x": [1.0, 2.0, 3.0], "y": [1.0, 2.0, 3.0]})
    shown = privacy.drop_few(table, LEAST, ["x"])
    assert shown["x"].isna().tolist() == [False, True, False] and shown["y"].notna().all()
    assert privacy.drop_few(table, None, ["x"])["x"].notna().all()


def show(table, least=LEAST):
    hidden = privacy.hide(table, least)
    return [[cell.text for cell in row.cells] for row in hidden.rows], hidden


COUNTED = (Column("", align="left"), Column("Patients"), Column("Events"), Column("Median"))


def test_rows_of_a_printed_table():
    rows = (
        Row((text("a"), count(4), count(2), number(1.5))),
        Row((text("b"), count(9), count(7), number(2.5))),
        Row((text("c"), count(30), count(3), number(3.5))),
    )
    texts, hidden = show(DisplayTable("t", "T", COUNTED, rows, ("Of 3 patients.",)))
    assert texts == [
        ["a", "<5", "<5", "withheld"],
        ["b", "withheld", "7", "2.5"],
        ["c", "30", "<5", "3.5"],
    ]
    assert hidden.notes == (
        "Of <5 patients.",
        "<5: fewer than 5; withheld: such a count would follow from it, or it is of so few.",
    )
    first = hidden.rows[0].cells
    assert (first[1].values, first[1].forms) == (("<5",), ("0",)) and first[3] == Cell("withheld")
    enough = (Row((text("b"), count(9), count(7), number(2.5))),)
    table = DisplayTable("t", "T", COUNTED, enough, ("Note.",))
    assert privacy.hide(table, LEAST) == table


def test_a_row_keeps_its_estimate_where_only_events_are_few():
    rows = (
        Row((text("a"), count(20), count(2), number(1.5))),
        Row((text("b"), count(9), count(7), number(2.5))),
    )
    texts, _ = show(DisplayTable("t", "T", COUNTED, rows))
    assert texts == [["a", "20", "<5", "1.5"], ["b", "9", "withheld", "2.5"]]
    at_risk = (Column(""), Column("At risk, 12 months"), Column("Survival"))
    rows = (Row((text("a"), count(2), number(1.5))), Row((text("b"), count(0), number(2.5))))
    assert show(DisplayTable("t", "T", at_risk, rows))[0] == [
        ["a", "<5", "withheld"],
        ["b", "0", "2.5"],
    ]


def test_few_at_risk_at_one_time_hide_the_estimate_of_that_time():
    columns = (
        *map(Column, ("", "Patients", "Median")),
        *(
            Column(label, over=f"At {time} months")
            for time in (36, 60)
            for label in ("%", "At risk")
        ),
    )
    rows = (
        Row((text("a"), count(84), number(18.1), number(23.4), count(19), number(7.3), count(4))),
        Row((text("b"), count(26), number(24.9), number(42.3), count(11), number(28.5), count(9))),
    )
    texts, _ = show(DisplayTable("t", "T", columns, rows))
    assert texts[0] == ["a", "84", "18.1", "23.4", "19", "withheld", "<5"]
    assert texts[1][:6] == ["b", "26", "24.9", "42.3", "11", "28.5"]
    few = (Row((text("c"), count(3), number(9.9), number(1.5), count(2), number(1.5), count(1))),)
    texts, _ = show(DisplayTable("t", "T", columns, few))
    assert texts == [["c", "<5", "withheld", "withheld", "<5", "withheld", "<5"]]


def test_a_block_hides_within_itself():
    rows = (
        head("Stage", 2),
        Row((text("1"), count(2)), indent=1),
        Row((text("2"), count(8)), indent=1),
        Row((text("3"), count(7)), indent=1),
        head("Sex", 2),
        Row((text("f"), count(6)), indent=1),
        Row((text("m"), count(9)), indent=1),
    )
    texts, _ = show(DisplayTable("t", "T", (Column(""), Column("n")), rows))
    assert [line[1] for line in texts] == ["", "<5", "8", "withheld", "", "6", "9"]


def test_a_matrix_hides_across_and_down():
    columns = tuple(map(Column, ("", "Low", "High", "All")))
    rows = (
        Row((text("low"), count(2), count(18), count(20))),
        Row((text("high"), count(15), count(16), count(31))),
        Row((text("All"), count(17), count(34), count(51)), "foot"),
    )
    texts, _ = show(DisplayTable("t", "T", columns, rows))
    assert [line[1:] for line in texts] == [
        ["<5", "withheld", "20"],
        ["withheld", "withheld", "31"],
        ["17", "34", "51"],
    ]


@pytest.mark.parametrize(
    ("yes", "hidden"), [(36, True), (35, False), (40, False), (4, True), (5, False)]
)
def test_the_share_of_one_level_tells_the_other(yes, hidden):
    rows = (Row((text("Flag, n (%)"), share(yes, 40))),)
    texts, _ = show(DisplayTable("t", "T", (Column(""), Column("All\n(n = 40)")), rows))
    assert (texts[0][1] in ("withheld", "<5")) == hidden
    assert texts[0][1] == (
        "<5" if yes < 5 else "withheld" if hidden else f"{yes} ({100 * yes / 40:.1f})"
    )


def test_words_with_another_sign():
    assert privacy.hide_words("3 patients, n = 4", 5, "&lt;") == "&lt;5 patients, n = &lt;5"
    assert (
        privacy.hide_words("5 patients, 0 deaths, 4 deaths, 1 patient", 5)
        == "5 patients, 0 deaths, <5 deaths, <5 patients"  # the singular would tell that it is one
    )
    for words in ("group 3, patients", "#3 patients", "1-3 patients", "x=3 events"):
        assert privacy.hide_words(words, 5) == words
    assert (
        privacy.hide_words("3 left out, 2 excluded, 4 censored, 1 of 9 events", 5)
        == "<5 left out, <5 excluded, <5 censored, <5 of 9 events"
    )


@style.styled
def test_counts_of_a_figure():
    figure, page = style.new_page(4, 3)
    for words, label in (
        ("3", "x"),
        ("3", privacy.NAME),
        ("4/4", "x"),
        ("0/3", "x"),
        ("12/40", "x"),
        ("3.5", "x"),
        ("3 months", "x"),
    ):
        style.write(page, 1, 1, words, label=label)
    privacy.hide_figure(figure, 5)
    assert [each.get_text() for each in page.texts] == [
        "<5",
        "3",
        "<5/<5",
        "0/<5",
        "12/40",
        "3.5",
        "3 months",
    ]
