"""How wide the page of a figure is, and how panels share it."""

import shutil
from pathlib import Path

import inside
import pytest
from crlm.analyses.combined import words
from crlm.display import combine, direct, grid, style

MINIATURE = Path(__file__).parents[2] / "study"
MM = 25.4


@pytest.fixture(autouse=True)
def forget():
    yield
    style.set_page()


def test_the_page_of_a_figure_is_that_of_its_name():
    widths = {"": "one_and_half", "forest_a": "single", "forest_b": "double"}
    found = {}
    for name in ("forest_a", "forest_b", "forest"):
        style.set_page([f"results/figures/{name}.editable.svg", "x.pdf"], widths)
        found[name] = round(style.page_width() * MM)
    assert found == {"forest_a": 85, "forest_b": 174, "forest": 118}
    style.set_page()
    assert style.page_width() == 174 / MM


def test_a_figure_may_need_less_than_its_page():
    assert style.page_width(1.35 * style.SINGLE) == 1.35 * style.SINGLE
    with style.page_of("single"):
        assert style.page_width(1.35 * style.SINGLE) == style.SINGLE
        assert style.is_narrow()
        with pytest.raises(KeyError), style.page_of("half"):
            pass
        assert style.page_width() == style.SINGLE
    assert style.page_width() == style.DOUBLE and not style.is_narrow()


@pytest.mark.parametrize(
    ("width", "columns"),
    [
        ("double", {0: 1, 1: 1, 2: 2, 3: 3, 4: 2, 6: 3, 9: 3, 20: 3}),
        ("one_and_half", {1: 1, 2: 2, 3: 2, 4: 2, 8: 2, 9: 3}),
        ("single", {1: 1, 2: 1, 4: 1, 5: 2, 6: 2}),
    ],
)
def test_panels_beside_each_other(width, columns):
    with style.page_of(width):
        assert {n: grid.choose_columns(n) for n in columns} == columns


def test_panels_become_lower_until_they_fit_and_the_last_are_named():
    heads, under = [0.3] * 6, (0.44, 0.4)
    rows, bottom, height, lost = grid.fit_rows(heads, 3, 1.0, under, (2.1, 1.0))
    assert (len(rows), height, lost) == (2, 2.1, [])
    assert bottom == pytest.approx(1.0 + 2 * (0.3 + 2.1 + 0.84))
    rows, bottom, height, lost = grid.fit_rows(heads[:4], 1, 0.2, 0.84, (2.1, 1.7, 1.0))
    assert (height, lost) == (1.0, []) and bottom <= grid.TALLEST
    rows, bottom, height, lost = grid.fit_rows(heads, 1, 0.5, under, (2.1, 1.0))
    drawn = [number for numbers, *_ in rows for number in numbers]
    assert drawn == [0, 1, 2] and lost == [3, 4, 5]
    said = " ".join(grid.name_lost(lost, [f"group {n}" for n in range(6)], 10))
    assert all(f"group {n}" in said for n in lost) and "group 0" not in said
    assert grid.name_lost([], [], 10) == []


def test_letters_stand_for_many_lines_of_a_narrow_page_only():
    assert direct.choose_letters(6) == [None] * 6
    with style.page_of("single"):
        assert direct.choose_letters(4) == [None] * 4
        assert direct.choose_letters(6) == list("ABCDEF")


@style.styled
def test_a_centred_line_stays_on_its_page():
    with style.page_of("single"):
        _, page = style.new_page(style.page_width(), 1)
        for centre, text in ((0.1, "Months since resection"), (3.3, "Months"), (1.0, "m" * 50)):
            style.write_centred(page, centre, 0.2, text)
    page.figure.canvas.draw()
    for text in page.texts:
        box = text.get_window_extent()
        assert box.x0 >= 0 and box.x1 <= page.figure.bbox.x1
        assert text.get_fontsize() >= style.LEAST
    assert page.texts[-1].get_text().endswith("m ...")


def test_two_figures_of_one_column_stand_side_by_side_and_are_not_made_smaller():
    parts = [(style.SINGLE, 5.0)] * 2
    layout = combine.choose_layout(parts)
    assert (layout["columns"], layout["scale"]) == (2, 1)
    with style.page_of("single"):
        narrow = combine.choose_layout(parts)
    assert narrow["columns"] == 1 and narrow["width"] <= style.SINGLE + 1e-9 < layout["width"]
    assert list(words.warn_of_small_type(parts)) == []
    assert len(list(words.warn_of_small_type(parts, "single"))) == 1


@pytest.mark.parametrize(
    ("key", "message"),
    [
        ("missingness_cohrt: single", "output.widths: there is no figure missingness_cohrt. Did"),
        ("missingness_cohort: wide", "wide"),
    ],
)
def test_an_unknown_figure_or_width_is_a_problem_of_the_plan(tmp_path, key, message):
    for part in ("config", "data"):
        shutil.copytree(MINIATURE / part, tmp_path / part)
    plan = tmp_path / "config/config.yaml"
    plan.write_text(plan.read_text("utf-8").replace("missingness_cohort: single", key), "utf-8")
    with pytest.raises(inside.RefusedError, match=message):
        inside.read_workflow(tmp_path)


def test_every_figure_of_a_rule_is_drawn_on_its_page():
    """A width of the plan reaches each job that draws: its params have all of them."""
    workflow = inside.read_workflow(MINIATURE)
    rules = [rule for rule in workflow.rules if any(str(f).endswith(".svg") for f in rule.output)]
    assert len(rules) > 10
    for rule in rules:
        assert rule.params.widths["missingness_cohort"] == "single", rule.name
