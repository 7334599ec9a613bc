"""What a hidden count would follow from goes with it: the sum of its whole, a difference, a ratio, a number at risk, a bar."""

import itertools

import numpy as np
import pandas as pd
import pytest
from crlm.analyses.description.tables import tabulate_attrition
from crlm.display import cells, privacy, style
from crlm.display.cells import Column, DisplayTable, Row, count, number, share, text

LEAST = 5


@pytest.mark.parametrize(
    ("counts", "shown"),
    [
        ([1, 1, 9, 40], ["<5", "<5", "withheld", "40"]),  # 2 in two groups are 1 each
        ([4, 4, 9, 40], ["<5", "<5", "withheld", "40"]),  # 8 of at most 4 each
        ([1, 2, 9, 40], ["<5", "<5", "9", "40"]),
        (
            [1, 5, 9, 40],
            ["<5", "withheld", "withheld", "40"],
        ),  # 6, and what is withheld is 5 at least
        ([1, 6, 9, 40], ["<5", "withheld", "9", "40"]),
        ([3, 5, 0, 40], ["<5", "withheld", "0", "40"]),
        ([0, 6, 9, 40], ["0", "6", "9", "40"]),
    ],
)
def test_what_is_hidden_together_has_more_than_one_way_to_be_its_sum(counts, shown):
    """By a result table, a printed one, and a figure."""
    table = pd.DataFrame({"grouping": "a", "group": list("wxyz"), "patients": counts})
    assert privacy.mask(table, LEAST)["patients"].astype(str).tolist() == shown
    rows = tuple(Row((text(name), count(n))) for name, n in zip("wxyz", counts, strict=True))
    columns = Column(""), Column("Patients")
    printed = privacy.hide(DisplayTable("made", "Made up", columns, rows), LEAST)
    assert [row.cells[1].text for row in printed.rows] == shown
    figure, page = style.new_page(4, 3)
    for n in counts:
        style.write(page, 1, 1, f"{n}/80", label=f"{privacy.PART}a")
    privacy.hide_figure(figure, LEAST)
    drawn = [item.get_text().removesuffix("/80") for item in page.texts]
    assert drawn == [word.replace("withheld", "\N{EN DASH}") for word in shown]
    ways = list_ways(shown, sum(counts))
    assert all(len({way[place] for way in ways}) > 1 for place, n in enumerate(shown) if n == "<5")


def list_ways(shown, total):
    """What the counts of a whole can be, as somebody who knows the total and this software works it out."""
    spans = {"<5": range(1, 5), "withheld": range(5, 60)}
    chosen = [spans.get(word) or [int(word)] for word in shown]
    return [way for way in itertools.product(*chosen) if sum(way) == total]


def test_numbers_at_risk_tell_neither_another_group_nor_who_has_just_left():
    """Of 3 and 30 patients the 30 would tell the 3, in the week of each of their events; differences of the rest are 5 at least."""
    generator = np.random.default_rng(4)
    rows = []
    for grouping, groups in {"overall": {"all": 33}, "arm": {"a": 30, "b": 3}}.items():
        for group, size in groups.items():
            time = np.sort(generator.uniform(0, 60, size))
            event = generator.integers(0, 2, size)
            rows.append(
                pd.DataFrame(
                    {
                        "grouping": grouping,
                        "group": group,
                        "time": time,
                        "survival": 0.5,
                        "at_risk": np.arange(size, 0, -1),
                        "events": event,
                        "censored": 1 - event,
                    }
                )
            )
    table = pd.concat(rows, ignore_index=True)
    masked = privacy.mask(table, LEAST)
    small = masked[masked["group"] == "b"]
    assert (small["at_risk"] == "<5").all() and len(small) == 3
    alone = masked[masked["group"] == "a"]
    gone = alone["time"].astype(float) <= small["time"].astype(float).max()
    assert gone.sum() > 5 and (alone.loc[gone, "at_risk"] == "withheld").all()
    for _, curve in masked.groupby("group"):
        shown = pd.to_numeric(curve["at_risk"], errors="coerce").dropna()
        assert (shown.diff().abs().dropna() >= LEAST).all()
    assert (
        pd.to_numeric(masked.loc[masked["group"] == "all", "at_risk"], errors="coerce").max() == 33
    )


def test_what_tells_a_hidden_count_goes_with_it():
    """A rate beside the time under observation, a share of a known number, limits of either, and a reason in words."""
    table = pd.DataFrame(
        {
            "endpoint": "os",
            "level": ["early", "late", "rest"],
            "patients": [40, 40, 40],
            "events": [3, 9, 28],
            "person_years": [30.0, 60.0, 90.0],
            "rate": [10.0, 15.0, 31.1],
            "lower": [2.0, 7.0, 20.0],
            "upper": [30.0, 29.0, 45.0],
            "note": ["3 events on one side, fewer than 5", None, None],
        }
    )
    masked = privacy.mask(table, LEAST)
    assert masked["events"].tolist() == ["<5", "withheld", 28]
    for name in ("rate", "lower", "upper"):
        assert masked[name].isna().tolist() == [True, True, False], name
    assert masked["note"][0] == "<5 events on one side, fewer than 5"
    assert masked["person_years"].notna().all()


@pytest.mark.parametrize(
    ("columns", "lost"),
    [
        ({"missing": 3, "percent": 5.0}, "percent"),
        ({"events": 3, "parameters": 1, "events_per_parameter": 3.0}, "events_per_parameter"),
        ({"events": 3, "share_of_events": 0.1, "share_of_free": 0.2}, "share_of_events"),
        ({"observed": 3, "expected": 4.5, "ratio": 0.667}, "ratio"),
        ({"concordant": 38, "discordant": 2, "percent": 95.0}, "percent"),
    ],
)
def test_each_ratio_of_a_hidden_count(columns, lost):
    masked = privacy.mask(pd.DataFrame([{"patients": 60, **columns}]), LEAST)
    assert "<5" in masked.astype(str).to_numpy() and pd.isna(masked[lost][0])
    large = {name: 30 if isinstance(value, int) else value for name, value in columns.items()}
    assert privacy.mask(pd.DataFrame([{"patients": 60, **large}]), LEAST)[lost].notna().all()


def test_what_a_predictor_costs_is_no_difference_of_two_numbers():
    table = pd.DataFrame(
        {"common": [50, 50], "without": [53, 70], "without_less_complete": [53, 70]}
    )
    masked = privacy.mask(table, LEAST)
    assert (
        masked["without"].tolist() == masked["without_less_complete"].tolist() == ["withheld", 70]
    )
    columns = [Column(label) for label in ("", "Common set", "Without it", "Lost by it")]
    rows = [(50, 53, 3), (50, 70, 20)]
    rows = tuple(Row((text("x"), *map(count, numbers))) for numbers in rows)
    shown = privacy.hide(DisplayTable("made", "Made up", tuple(columns), rows), LEAST)
    assert [cell.text for cell in shown.rows[0].cells[2:]] == ["withheld", "<5"]


def test_two_sides_of_one_number_go_together():
    table = pd.DataFrame(
        {
            "patients": [60, 60],
            "agree": [58, 30],
            "differ": [2, 30],
            "patients_below": [57, 40],
            "patients_above": [3, 20],
        }
    )
    masked = privacy.mask(table, LEAST)
    assert masked[["agree", "differ"]].to_numpy().tolist() == [["withheld", "<5"], [30, 30]]
    assert masked.loc[0, ["patients_below", "patients_above"]].tolist() == ["withheld", "<5"]
    assert masked.loc[1, ["patients_below", "patients_above"]].tolist() == [40, 20]
    columns = [Column(""), *(Column("patients", over) for over in ("Below", "At or above"))]
    rows = [Row((text("x"), count(a), count(b))) for a, b in ((57, 3), (40, 20), (30, 30))]
    shown = privacy.hide(DisplayTable("made", "Made up", tuple(columns), tuple(rows)), LEAST)
    texts = [[cell.text for cell in row.cells[1:]] for row in shown.rows]
    assert texts[0] == ["withheld", "<5"] and texts[2] == ["30", "30"]


@pytest.mark.parametrize(("first", "hidden"), [(2, True), (12, False)])
def test_an_exclusion_of_few_is_no_difference_of_two_steps(first, hidden):
    steps = [("file", "Rows in the export", "", 0, 80, 0), ("a", "Aged", "", first, 80 - first, 0)]
    steps += [
        ("b", "Young", "", 20, 60 - first, 0),
        ("end", "Patients analysed", "", 0, 60 - first, 0),
    ]
    steps += [
        ("time", "No time", "os", 9, 51 - first, 0),
        ("os", "Survival", "os", 0, 51 - first, 0),
    ]
    columns = ["step", "label", "endpoint", "excluded", "remaining", "unknown"]
    flow = pd.DataFrame(steps, columns=columns).replace({"endpoint": {"": None}})
    printed = privacy.hide(tabulate_attrition(flow, {"os": {"label": "Survival"}}), LEAST)
    texts = [[cell.text for cell in row.cells] for row in printed.rows]
    remaining = [str(80), str(80 - first), str(60 - first)]
    assert [line[-1] for line in texts[:3]] == (["withheld"] * 3 if hidden else remaining)
    assert texts[1][1] == ("<5" if hidden else "12") and texts[3][-1] == str(60 - first)
    assert texts[4][-1] == str(51 - first)


def test_a_printed_ratio_goes_with_its_count():
    columns = [Column(label) for label in ("", "Patients", "Events", "Per 100 person-years", "p")]
    rows = [(40, 3, 10.0, 0.2), (40, 20, 31.1, 0.3), (40, 30, 44.0, 0.4)]
    rows = tuple(
        Row((text("x"), count(a), count(b), number(rate), number(p))) for a, b, rate, p in rows
    )
    shown = privacy.hide(DisplayTable("made", "Made up", tuple(columns), rows), LEAST)
    texts = [[cell.text for cell in row.cells[2:]] for row in shown.rows]
    assert texts[0] == ["<5", "withheld", "0.2"] and texts[1][:2] == ["withheld"] * 2
    assert texts[2] == ["30", "44.0", "0.4"]


def test_events_per_parameter_below_a_column_go_with_its_events():
    columns = tuple(Column(label) for label in ("", "First", "Second"))
    rows = [
        Row((text("Events"), count(3), count(40)), "foot", 1),
        Row((text("Events per parameter"), number(1.5), number(20.0)), "foot", 1),
    ]
    shown = privacy.hide(DisplayTable("made", "Made up", columns, tuple(rows)), LEAST)
    assert [cell.text for cell in shown.rows[1].cells[1:]] == ["withheld", "20.0"]


def test_strata_that_are_named_and_labelled_are_one_whole():
    table = pd.DataFrame(
        {
            "score": "fong",
            "stratum": ["0", "1", "2"],
            "stratum_label": ["none", "one", "two"],
            "time": 60,
            "patients": [3, 9, 40],
            "survival": [0.5, 0.4, 0.3],
        }
    )
    assert privacy.mask(table, LEAST)["patients"].tolist() == ["<5", "withheld", 40]


def test_bars_of_few_are_not_drawn_and_take_one_other_with_them_where_they_are_alone():
    table = pd.DataFrame({"number": list("aaaabbb"), "patients": [3, 9, 40, 8, 1, 2, 30]})
    hidden = privacy.hide_bars(table, LEAST, ["number"])
    assert hidden["patients"].tolist() == [0, 9, 40, 0, 0, 0, 30]
    assert privacy.hide_bars(table, None, ["number"]) is table


def test_a_row_that_holds_a_whole_and_its_parts():
    """Of 8 recurrences none, 3 and 5 by time: the 5 would tell the 3."""
    over = "Recurrences, n (%)"
    columns = (Column(""), Column("Recurrences"), *(Column(f"{n}", over) for n in range(3)))
    rows = [(8, 0, 3, 5), (26, 6, 12, 8), (5, 1, 4, 0), (30, 9, 12, 9)]
    rows = tuple(
        Row((text("x"), count(total), *(share(n, total) for n in parts)), indent=1)
        for total, *parts in rows
    )
    shown = privacy.hide(DisplayTable("made", "Made up", columns, rows), LEAST)
    first = [cell.text for cell in shown.rows[0].cells[2:]]
    assert first[1:] == ["<5", "withheld"]
    third = [cell.text for cell in shown.rows[2].cells[1:4]]
    assert third == ["5", "<5", "<5"]  # 1 and 4, 2 and 3


@pytest.mark.parametrize(
    ("counts", "shown"),
    [
        ((29, 25, 4, 30), ["29", "withheld", "<5", "30"]),  # 29 less 25
        ((34, 25, 9, 3), ["withheld", "25", "9", "<5"]),  # all less 29
        ((8, 4, 4, 30), ["withheld", "<5", "<5", "withheld"]),  # 8 is 4 and 4
        ((29, 20, 9, 30), ["29", "20", "9", "30"]),
    ],
)
def test_an_event_and_its_kinds(counts, shown):
    """In a printed table one below the other; in a result table as two classifications, both with who died without it."""
    event, one, several, death = counts
    rows = [Row((text("x"), count(60)))]
    rows += [Row((text("x"), count(n)), indent=1) for n in counts]
    columns = Column(""), Column("Events")
    printed = privacy.hide(DisplayTable("made", "Made up", columns, tuple(rows)), LEAST)
    assert [row.cells[1].text for row in printed.rows[1:]] == shown
    kinds = [("any", "event", event), ("any", "without", death), ("kind", "one", one)]
    kinds += [("kind", "several", several), ("kind", "without", death)]
    table = pd.DataFrame(kinds, columns=["classification", "cause", "events"])
    table = table.assign(endpoint="os", grouping="overall", group="all", horizon=12, patients=60)
    masked = privacy.mask(table, LEAST)["events"].astype(str).tolist()
    assert masked == [shown[0], shown[3], shown[1], shown[2], shown[3]]


def make_matrix(numbers, last="Total", kind="foot"):
    """Counts by row and column with their sums to the right and below."""
    lines = [[*line, sum(line)] for line in numbers]
    lines.append([sum(column) for column in zip(*lines, strict=True)])
    rows = [Row((text("x"), *map(count, line))) for line in lines]
    rows[-1] = Row(rows[-1].cells, kind)
    columns = [Column("") for _ in lines[0]] + [Column(last)]
    return DisplayTable("made", "Made up", tuple(columns), tuple(rows))


def read(table, least=LEAST):
    return [[cell.text for cell in row.cells[1:]] for row in privacy.hide(table, least).rows]


def test_a_table_with_sums_to_the_right_and_below_is_a_matrix_whatever_they_are_called():
    random = np.random.default_rng(7)
    hidden = 0
    for _ in range(200):
        made = random.integers(0, random.integers(3, 25), random.integers(2, 5, 2)).tolist()
        shown = read(make_matrix(made))
        assert shown == read(make_matrix(made, "All")), made
        for line, row in zip(made, shown, strict=False):  # no small one is alone in its row
            few = [n for n in line if 0 < n < LEAST]
            gone = sum(word in ("<5", "withheld") for word in row[:-1])
            assert gone != 1 or sum(n > 0 for n in line) == 1
            hidden += bool(few)
    assert hidden > 50


def test_a_row_below_is_no_reason_to_hide_across():
    """Patients and events are no parts of a whole, nor are the models whose patients stand below the rows of the table."""
    columns = tuple(Column(name) for name in ("", "Patients", "Events", "HR", "p"))
    rows = [
        Row((text("Low"), count(30), count(3), number(1.5), number(0.2)), indent=1),
        Row((text("High"), count(40), count(20), number(2.5), number(0.3)), indent=1),
        Row((text("Models"), *[text("")] * 4), "foot"),
        Row((text("Patients"), text(""), text(""), count(70), text("")), "foot", 1),
    ]
    table = DisplayTable(
        "made", "Made up", columns, (Row((text("Stage"),) + (text(""),) * 4), *rows)
    )
    assert read(table)[1:3] == [["30", "<5", "1.5", "0.2"], ["40", "withheld", "2.5", "0.3"]]


def test_sums_below_alone_hide_down_and_not_across():
    rows = [(30, 3), (20, 9), (25, 14)]
    rows = [Row((text("x"), count(a), count(b))) for a, b in rows]
    rows.append(Row((text("Total"), count(75), count(26)), "foot"))
    columns = (Column(""), Column("Patients"), Column("Events"))
    shown = read(DisplayTable("made", "Made up", columns, tuple(rows)))
    assert shown == [["30", "<5"], ["20", "withheld"], ["25", "14"], ["75", "26"]]


def test_a_matrix_that_holds_hidden_counts_already_stays_one():
    table = make_matrix([[3, 18], [15, 16]])
    first = Row((text("x"), cells.Cell("<5", ("<5",), counted=True), count(18), count(21)))
    again = read(DisplayTable("made", "Made up", table.columns, (first, *table.rows[1:])))
    assert again[1] == ["15", "16", "31"]
    few = make_matrix([[3, 18], [15, 2]])
    again = read(DisplayTable("made", "Made up", few.columns, (first, *few.rows[1:])))
    assert again[1] == ["withheld", "<5", "17"]
