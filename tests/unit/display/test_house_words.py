"""The reader of printed words finds what an editor would."""

import pytest
from crlm.display.cells import Column, DisplayTable
from house_words import check_table, find_shouting, watch


def make(*heads, title="Title", notes=()):
    columns = tuple(
        Column(text, align="right" if place else "left") for place, text in enumerate(heads)
    )
    return DisplayTable("name", title, columns, (), notes)


@pytest.mark.parametrize(
    ("table", "faults"),
    [
        (make("Hazard ratio (95% CI)", "p", "", "patients", "BRAF"), []),
        (make("HAZARD RATIO"), ["HAZARD", "RATIO"]),
        (make("hazard ratio"), ["hazard ratio"]),
        (make("XXLevelXX", title="XXTitleXX"), ["XXLevelXX", "XXTitleXX"]),
        (make("Level", notes=("Of MODELS.",)), ["MODELS"]),
        (
            DisplayTable("name", "T", (Column("Level"),), ()),
            ["the names of rows are not at the left"],
        ),
        (make("p", title="Correlation (SPEARMAN)"), ["SPEARMAN"]),
    ],
)
def test_what_is_no_word_of_a_paper(table, faults):
    assert check_table(table) == faults


def test_every_table_that_is_made_is_read():
    found = []
    undo = watch(found)
    make("LEVEL")
    undo()
    make("LEVEL")
    assert found == [("name", "LEVEL")]


def test_abbreviations_of_the_field_are_words():
    assert find_shouting("BRAF, CEA, STROBE and a TOGA of 5") == []
