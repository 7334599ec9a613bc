"""Ways in which an adversary recovered hidden counts of made-up cohorts; each was open once."""

import numpy as np
import pandas as pd
import pytest
from crlm.analyses.discordance.tables import tabulate_concordance
from crlm.display import cells, privacy
from crlm.display.cells import Cell, Column, DisplayTable, Row, count, number, share, text

LEAST = 5


def make_table(columns, rows):
    return DisplayTable("made", "Made up", tuple(columns), tuple(rows))


def read(table, first=1):
    return [[cell.text for cell in row.cells[first:]] for row in table.rows]


def make_centres(levels, small=4):
    sizes = (41 + small, 23, 18, small)
    columns = [Column("")] + [
        Column(f"{name}\n(n = {n})", parts=("n", "%"))
        for name, n in zip(("All", "A", "B", "C"), sizes, strict=True)
    ]
    lines = [
        Row((text(name), *map(share, counts, sizes)), indent=1) for name, counts in levels.items()
    ]
    return make_table(columns, [Row((text("Stage"), *[Cell()] * 4), "head"), *lines])


def test_a_small_group_does_not_follow_from_the_sizes_of_the_others():
    """All 45, A 23 and B 18: C would be 4, and B 18 from its per cents or its levels."""
    shown = privacy.hide(make_centres({"T2": (13, 9, 4, 0), "T3": (32, 14, 14, 4)}), LEAST)
    heads = [column.label.split("\n")[1] for column in shown.columns[1:]]
    assert heads == ["(n = 45)", "(n = 23)", "(n = withheld)", "(n < 5)"]
    of_b = [row[2] for row in read(shown)[1:]]
    assert not any("(" in each for each in of_b) and "withheld" in of_b
    assert [row[0] for row in read(shown)[1:]] == ["13 (28.9)", "32 (71.1)"]
    assert all(len(row) == len(cells.flatten(shown)[0]) for row in cells.flatten(shown)[1])


def test_nor_its_level_from_those_of_the_other_groups():
    shown = privacy.hide(make_centres({"T3": (41, 26, 14, 1)}), LEAST)
    assert read(shown)[1][3] == "<5" and "withheld" in read(shown)[1][1:3]


def test_groups_that_are_not_everybody_keep_their_sizes():
    """Of 60 patients 30 and 20 have a group, and 3 another: 7 have none, so that nothing follows."""
    columns = [Column("")] + [
        Column(f"{name}\n(n = {n})") for name, n in (("All", 60), ("A", 30), ("B", 20), ("C", 3))
    ]
    row = Row((text("T3"), share(41, 60), share(20, 30), share(12, 20), share(2, 3)))
    shown = privacy.hide(make_table(columns, [row]), LEAST)
    assert read(shown) == [["41 (68.3)", "20 (66.7)", "12 (60.0)", "<5"]]
    assert shown.columns[3].label == "B\n(n = 20)"


def test_what_a_predictor_costs_does_not_follow_from_the_less_complete_ones():
    labels = ("", "Common set", "Without it", "Lost by it", "Without it and\nless complete ones")
    rows = [
        Row((text("a"), *map(count, (39, 42, 3, 42)))),
        Row((text("b"), *map(count, (39, 39, 0, 55)))),
    ]
    shown = privacy.hide(make_table(map(Column, labels), rows), LEAST)
    assert read(shown) == [["39", "withheld", "<5", "withheld"], ["39", "39", "0", "55"]]


def test_words_in_a_cell_are_hidden_as_in_a_sentence():
    """Word, Excel and CSV have the cells themselves, without the page around them."""
    row = Row((text("Score of 3 patients"), text("not known in 2 patients, kept"), count(40)))
    block = Row((text("RAS: 4 left out"), Cell(), Cell()), "head")
    shown = privacy.hide(make_table(map(Column, ("", "Why", "Patients")), [block, row]), LEAST)
    assert read(shown, 0) == [
        ["RAS: <5 left out", "", ""],
        ["Score of <5 patients", "not known in <5 patients, kept", "40"],
    ]


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ("1 patient has none, 3 patients have", "<5 patients have none, <5 patients have"),
        ("1 event; 1 death, 1 recurrence", "<5 events; <5 deaths, <5 recurrences"),
        ("CEA: 1 entry is a limit such as <0.5", "CEA: <5 entries are a limit such as <0.5"),
        ("2 limits such as <0.5; 1 of them", "<5 limits such as <0.5; <5 of them"),
        ("2 missing values filled in", "<5 missing values filled in"),
        ("11 patients, 21 patients, 1 score, 95% limits", None),
        (
            "the only patient with Response 'CR' has no event; its ratio",
            "none of the <5 patients with Response 'CR' has an event; its ratio",
        ),
    ],
)
def test_one_is_told_as_few_are(said, left):
    assert privacy.hide_words(said, LEAST) == (left or said)


def test_events_do_not_follow_from_the_patients_and_their_incidence():
    """3 events of 40 patients are an incidence of 7.5%, as long as nobody is censored."""
    table = pd.DataFrame(
        {
            "group": ["a", "b", "c"],
            "horizon": 12.0,
            "patients": [40, 40, 40],
            "events": [3, 12, 20],
            "incidence": [0.075, 0.3, 0.5],
            "lower": 0.01,
            "upper": 0.6,
            "naive": [0.075, 0.3, 0.5],
        }
    )
    masked = privacy.mask(table, LEAST)
    assert masked["events"].tolist() == ["<5", "withheld", 20]
    for name in ("incidence", "lower", "upper", "naive"):
        assert masked[name].isna().tolist() == [True, True, False]


def test_the_few_at_risk_do_not_follow_from_survival():
    """Events of all follow-up hide no survival at a time; few at risk then do, as in the printed table."""
    table = pd.DataFrame(
        {
            "group": ["a", "a"],
            "time": [12.0, 60.0],
            "patients": [40, 40],
            "events": [3, 3],
            "at_risk": [38, 4],
            "survival": [0.95, 0.1],
            "lower": 0.01,
            "upper": 0.97,
            "median": 14.0,
        }
    )
    masked = privacy.mask(table, LEAST)
    assert masked["survival"].isna().tolist() == masked["lower"].isna().tolist() == [False, True]
    assert masked["median"].notna().all()


def test_imputed_limits_are_counts_of_patients():
    table = pd.DataFrame({"variable": ["cea"], "patients": [40], "limits": [1]})
    assert privacy.mask(table, LEAST)["limits"].tolist() == ["<5"]


FLOWS = {
    ("low", "light"): 18,
    ("low", "heavy"): 21,
    ("low", ""): 39,
    ("high", "light"): 2,
    ("high", "heavy"): 9,
    ("high", ""): 11,
    ("", "light"): 20,
    ("", "heavy"): 30,
}


def test_groups_of_two_scores_do_not_follow_along_either():
    """`Light` in 20 patients, 18 of them low: 2 are high."""
    table = pd.DataFrame(
        [(a or None, b or None, n) for (a, b), n in FLOWS.items()],
        columns=["from_group", "to_group", "patients"],
    )
    shown = privacy.mask(table, LEAST).set_index(["from_group", "to_group"])["patients"]
    check_flows({(a, b): shown.loc[(a or np.nan, b or np.nan)] for a, b in FLOWS})


def test_nor_in_the_printed_table():
    columns = [Column("From", align="left"), Column("To", align="left"), Column("Patients")]
    rows = [Row((text("Title"), Cell(), Cell()), "head")]
    rows += [
        Row((text(a or "all"), text(b or "all"), count(n)), indent=1) for (a, b), n in FLOWS.items()
    ]
    shown = read(privacy.hide(make_table(columns, rows), LEAST), 2)[1:]
    check_flows({key: each for key, (each,) in zip(FLOWS, shown, strict=True)})


def check_flows(shown):
    """Along every line with a hidden part there are two of them, or its total is hidden."""
    hidden = {key: not str(each).isdigit() for key, each in shown.items()}
    assert hidden["high", "light"] and not hidden["", "heavy"]
    for side, name in ((0, "low"), (0, "high"), (1, "light"), (1, "heavy")):
        line = [key for key in FLOWS if key[side] == name]
        assert sum(hidden[key] for key in line) != 1


def test_blocks_do_not_tell_the_patients_who_have_them():
    """5 blocks of 4 lesions each are of one patient."""
    assessed = pd.DataFrame({"lesions": [1, 4], "patients": [30, 1], "blocks": [61, 5]})
    masked = privacy.mask(assessed, LEAST)
    assert masked["blocks"].tolist() == [61, "withheld"]
    names = ["comparison", "level", "pairs", "rule"]
    plan = {"by_levels": [], "by_label": "", "by_level_labels": {}, "published": []}
    for least, told in ((LEAST, "1 patient with 4 lesions."), (None, "4 lesions (5 blocks).")):
        table = tabulate_concordance(pd.DataFrame(columns=names), assessed, plan, {}, least)
        assert "30 patients with 1 lesion (61 blocks)" in table.notes[0] and told in table.notes[0]


def test_numbers_of_a_partner_without_count_stay():
    """Only shares tell the size of a group: a mean does not."""
    table = make_centres({"T3": (41, 23, 14, 4)})
    row = Row((text("Age"), *map(number, (60.5, 61.5, 62.5, 63.5))))
    shown = privacy.hide(make_table(table.columns, [*table.rows, row]), LEAST)
    assert read(shown)[-1] == ["60.5", "61.5", "62.5", "withheld"]


def test_pairs_of_one_group_do_not_tell_the_patients_of_two():
    """12 of 13 pairs agree: one patient has lesions of two groups."""
    table = pd.DataFrame(
        {
            "units": [9],
            "pairs": [13],
            "concordant": [12],
            "percent": [92.3],
            "lower": [80.0],
            "upper": [100.0],
            "discordant_units": [1],
        }
    )
    masked = privacy.mask(table, LEAST).iloc[0]
    assert masked["pairs"] == 13 and masked["discordant_units"] == "<5"
    assert masked["concordant"] == "withheld" and masked[["percent", "lower"]].isna().all()
    same = "Same group, % (95% CI)"
    columns = [Column("Rule"), Column("Pairs"), Column(same, parts=("%", "lower", "upper"))]
    columns += [Column("All", over=same), Column("With different\ngroups, n (%)", parts=("n", "%"))]
    row = Row((text("pure"), count(13), number(92.3), number(92.3), share(1, 9)))
    assert read(privacy.hide(make_table(columns, [row]), LEAST)) == [
        ["13", "withheld", "withheld", "<5"]
    ]


def test_the_numbers_behind_a_table_are_no_finer_than_printed():
    """A median to 15 digits is the day of one patient's event."""
    columns = [Column("Group"), Column("Patients"), Column("Median"), Column("p")]
    middle = cells.median(10.414784394250514, 8.837782340862423, np.nan)
    row = Row((text("a"), count(40), middle, cells.p_value(0.0123456)))
    table = make_table(columns, [row])
    assert privacy.hide(table, LEAST).rows[0].cells[2].values == (10.4, 8.8, "NR")
    assert privacy.hide(table, LEAST).rows[0].cells[2].text == middle.text
    assert privacy.hide(table, LEAST).rows[0].cells[3].values == (0.0123456,)


def test_events_until_a_month_do_not_follow_from_the_survival_beside_them():
    columns = [Column(label) for label in ("", "Patients (%)", "Events until then")]
    columns.append(Column("Survival, % (95% CI)", parts=("%", "lower", "upper")))
    rows = [
        Row((text("a"), share(40, 60), count(3), cells.percent(0.925, 0.8, 0.98))),
        Row((text("b"), share(20, 60), count(8), cells.percent(0.6, 0.5, 0.7))),
    ]
    shown = read(privacy.hide(make_table(columns, rows), LEAST))
    assert [row[1:] for row in shown] == [["<5", "withheld"], ["withheld", "withheld"]]


def test_what_is_net_does_not_tell_what_moved():
    """Nobody moved up, so that 8.3 per cent net are those who moved down; 2 events are as expected without censoring."""
    columns = ("", "Patients", "Events until then", "Of those with an event, %")
    moved = {"up": (0, 0, 0.0), "same": (91, 36, 91.7), "down": (10, 2, 8.3)}
    rows = [
        Row((text(k), count(n), count(e), number(s)), indent=1) for k, (n, e, s) in moved.items()
    ]
    net = Row((text("Net, in the right direction"), Cell(), Cell(), number(-8.3)), indent=1)
    rows = [Row((text("Marker"), *[Cell()] * 3), "head"), *rows, net]
    shown = read(privacy.hide(make_table(map(Column, columns), rows), LEAST), 3)
    assert [each for (each,) in shown[1:]] == ["0.0", "withheld", "withheld", "withheld"]
    table = pd.DataFrame(
        [(k, *v) for k, v in moved.items()],
        columns=["moved", "patients", "events", "expected_events"],
    )
    table = pd.concat([table, pd.DataFrame({"moved": ["net"]})], ignore_index=True).assign(
        addition="m", horizon=12.0, share_of_events=[0.0, 0.917, 0.083, -0.083]
    )
    masked = privacy.mask(table, LEAST)
    assert masked["share_of_events"].isna().tolist() == [False, True, True, True]
    assert masked["expected_events"].isna().tolist() == [False, True, True, True]
    many = table.assign(events=[0, 36, 20, np.nan])
    assert privacy.mask(many, LEAST)["share_of_events"].notna().all()


def test_the_few_without_a_value_do_not_follow_from_those_known():
    """193 patients, 93 women and 98 men: 2 are not known, and 98 that are 51.3 % of the known tell it as well."""
    table = pd.DataFrame(
        {
            "grouping": "overall",
            "variable": ["sex", "sex", "asa", "asa", "age"],
            "level": ["f", "m", "low", "high", None],
            "group": "all",
            "patients": 193,
            "missing": [2, 2, 9, 9, 3],
            "count": [93.0, 98, 90, 94, np.nan],
            "percent": [48.7, 51.3, 48.9, 51.1, np.nan],
            "mean": [np.nan] * 4 + [61.0],
        }
    )
    masked = privacy.mask(table, LEAST)
    assert masked["count"].tolist()[:4] == ["withheld", 98, 90, 94]
    assert masked["percent"].notna().tolist() == [False, False, True, True, False]
    assert masked["missing"].tolist() == ["<5", "<5", 9, 9, "<5"] and masked["mean"][4] == 61


def test_nor_from_the_per_cents_that_are_printed():
    columns = [Column(""), Column("All patients\n(n = 193)", parts=("n", "%"))]
    rows = [Row((text("Sex"), Cell()), "head")]
    rows += [Row((text(k), share(n, 191)), indent=1) for k, n in {"f": 93, "m": 98}.items()]
    rows += [Row((text("missing, n"), count(2)), indent=1), Row((text("Bilobar"), share(70, 190)))]
    rows += [Row((text("missing, n"), count(3)), indent=1), Row((text("R1"), share(9, 193)))]
    shown = read(privacy.hide(make_table(columns, rows), LEAST))
    assert [row[0] for row in shown[1:]] == ["withheld", "98", "<5", "70", "<5", "9 (4.7)"]
