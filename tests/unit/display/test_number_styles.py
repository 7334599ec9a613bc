"""Numbers in print by journal: what workflow/schemas/print.yaml says, in words, in cells, in Excel and on figures."""

import io
import random
from decimal import ROUND_HALF_EVEN, Decimal
from types import SimpleNamespace

import openpyxl
import pandas as pd
import pytest
import yaml
from crlm.analyses.kaplan_meier import figure
from crlm.display import cells, forest, formats, style
from crlm.display.cells import Column, DisplayTable, Row
from crlm.display.excel import write_workbook
from crlm.display.sections import Section
from crlm.plan.phrases import tell_evidence
from crlm.report import build

JOURNALS = ("jama", "lancet", "nejm", "bmj")


@pytest.fixture(scope="module")
def styles(root):
    return yaml.safe_load((root / "workflow/schemas/print.yaml").read_text("utf-8"))["styles"]


@pytest.fixture
def use(styles):
    """Choose a style for one test."""
    yield lambda name: formats.use(styles[name])
    formats.use()


PRINTED = {  # p-value: as each journal prints it in running text
    0.00002: ("P < .001", "p<0·0001", "P<0.001", "P<0.001"),
    0.00043: ("P < .001", "p=0·00043", "P<0.001", "P<0.001"),
    0.0043: ("P = .004", "p=0·0043", "P=0.004", "P=0.004"),
    0.0126: ("P = .01", "p=0·013", "P=0.01", "P=0.01"),
    0.0149: ("P = .01", "p=0·015", "P=0.01", "P=0.01"),  # not .02 by way of 0.015
    0.04996: ("P = .04996", "p=0·050", "P=0.05", "P=0.05"),  # three journals keep to their decimals
    0.047: ("P = .047", "p=0·047", "P=0.05", "P=0.05"),
    0.052: ("P = .05", "p=0·052", "P=0.05", "P=0.05"),
    0.43: ("P = .43", "p=0·43", "P=0.43", "P=0.43"),
    0.9962: ("P > .99", "p>0·99", "P>0.99", "P>0.99"),
}


@pytest.mark.parametrize("value", PRINTED)
def test_p_values_of_the_journals(use, value):
    for journal, expected in zip(JOURNALS, PRINTED[value], strict=True):
        use(journal)
        assert formats.state_p(value) == expected
    use("plain")
    assert formats.state_p(0.0126) == "p = 0.013"


@pytest.mark.parametrize("value", PRINTED)
def test_p_values_on_figures_have_one_letter(use, value):
    """Once, in the case of the journal: the test of curves, that for trend, and below the ratio of a narrow forest."""
    tests = pd.DataFrame({"test": ["log-rank", "trend"], "p_value": [value, value]})
    row = {"counts": "", "reference": ""}
    for journal in ("plain", *JOURNALS):
        use(journal)
        said = formats.state_p(value)
        letter, rest = said[0], said[1:]
        (words,) = figure.state_tests(tests)
        assert words.replace(style.NBSP, " ") == f"Log-rank {said}; {letter} for trend{rest}"
        below = forest._stack({**row, "p_value": formats.format_p(value)})["below_ratio"]
        assert formats.finish(below) == said


@pytest.mark.parametrize("journal", ["plain", *JOURNALS])
def test_a_printed_p_value_is_the_value_rounded_once(use, styles, journal):
    use(journal)
    draw = random.Random(4)
    least = styles[journal].get("p_least", 0.001)
    for value in [10 ** draw.uniform(-5, 0) for _ in range(3000)]:
        text = formats.format_p(value).replace("·", ".")
        if text[0] == "<":
            assert value < float(text[1:]) == least
        elif text[0] == ">":
            assert value > float(text[1:]) > 0.98
        else:
            places = len(text.split(".")[1])
            assert 2 <= places <= 5
            once = Decimal(value).quantize(Decimal(1).scaleb(-places), ROUND_HALF_EVEN)
            assert Decimal(text) == once
            assert float(text) > 0  # never p = 0


INTERVALS = {
    "plain": ("1.41 (1.13–1.75)", "−0.1 (−0.2 to 0.1)", "64.5 [57.0–71.0]", "62.0 (57.0–66.0)"),
    "jama": ("1.41 (1.13-1.75)", "−0.1 (−0.2 to 0.1)", "64.5 [57.0-71.0]", "62.0 (57.0-66.0)"),
    "lancet": ("1·41 (1·13–1·75)", "−0·1 (−0·2 to 0·1)", "64·5 [57·0–71·0]", "62·0 (57·0–66·0)"),
    "nejm": (
        *("1.41 (1.13 to 1.75)", "−0.1 (−0.2 to 0.1)", "64.5 [57.0–71.0]", "62.0 (57.0 to 66.0)"),
    ),
    "bmj": (
        *("1.41 (1.13 to 1.75)", "−0.1 (−0.2 to 0.1)"),
        *("64.5 [57.0 to 71.0]", "62.0 (57.0 to 66.0)"),
    ),
}


@pytest.mark.parametrize("journal", INTERVALS)
def test_intervals(use, journal):
    use(journal)
    assert (
        formats.format_interval(1.406, 1.1251, 1.754, formats.format_ratio),
        formats.format_interval(-0.1, -0.2, 0.1),
        formats.format_spread(64.5, 57, 71),
        formats.format_percent(0.62, 0.57, 0.66),
    ) == INTERVALS[journal]


def test_words_that_were_not_made_of_numbers(use):
    words = "In 73.4 % (p = 0.030) and 3.1 (2) %; lifelines 0.30.0, doi:10.1016/j.2, pT, p-value."
    assert formats.finish(words) == words
    use("lancet")
    assert formats.finish(words) == (
        "In 73·4% (p = 0·030) and 3·1 (2)%; lifelines 0.30.0, doi:10.1016/j.2, pT, p-value."
    )
    use("bmj")
    assert formats.finish(words) == words.replace(" %", "%").replace("p =", "P =").replace(
        "p-v", "P-v"
    )
    assert formats.finish_heading("p (Holm)") == "P value (Holm)"
    use("lancet")
    assert formats.finish("48.3/33.7/0% of 2.5th, -1.5") == "48·3/33·7/0% of 2.5th, -1·5"
    assert formats.finish(formats.finish(words)) == formats.finish(words)


def make_table():
    columns = (
        Column("", align="left"),
        Column("HR (95% CI)", parts=cells.ESTIMATE),
        Column("p"),
        Column("Share, %"),
    )
    rows = [
        Row((cells.text(f"{n}"), cells.ratio(1.4, 1.1, 120.0), cells.p_value(p), cells.number(5.5)))
        for n, p in enumerate((0.0126, 0.00004, 0.998, float("nan")))
    ]
    return DisplayTable("t", "T", columns, tuple(rows), ("p: Wald test.",), "T", "1")


def test_cells_and_headings(use):
    use("lancet")
    table = cells.finish(make_table())
    assert [column.label for column in table.columns] == ["", "HR (95% CI)", "p value", "Share, %"]
    assert [row.cells[2].text for row in table.rows] == ["0·013", "<0·0001", ">0·99", "–"]
    assert table.rows[0].cells[1].text == "1·40 (1·10–120·00)"
    assert table.rows[0].cells[1].values == (1.4, 1.1, 120.0)
    assert cells.p_value(float("nan"), empty="").text == ""
    assert cells.flatten(table)[1][0][3:6] == [1.4, 1.1, 120.0]  # CSV: not rounded
    use("jama")
    assert cells.finish(make_table()).notes == ("P: Wald test.",)


@pytest.mark.parametrize("journal", JOURNALS)
def test_excel_keeps_the_number_and_shows_the_text(use, journal):
    use(journal)
    table, target = cells.finish(make_table()), io.BytesIO()
    study = {"title": "t", "description": "", "citation": "", "synthetic": False}
    write_workbook([table], study, target)
    sheet = openpyxl.load_workbook(target)["1 T"]
    rows = [row for row in sheet.iter_rows() if row[0].value in ("0", "1", "2")]
    assert [row[4].value for row in rows] == [0.0126, 0.00004, 0.998]
    for row, line in zip(rows, table.rows, strict=False):
        shown = line.cells[2].text.replace("·", ".")
        form = row[4].number_format
        if shown[0] in "<>":
            assert form == f'"{shown}"'.replace(".", formats.style().decimal)
        else:
            decimals = len(form.split(".")[1])
            value = f"{row[4].value:.{decimals}f}"
            assert (value if form.startswith("0") else value.removeprefix("0")) == shown


def test_figures_with_their_axes(use, tmp_path):
    use("lancet")
    figure, page = style.new_page(3, 2)
    axes = style.add_axes(page, 0.5, 0.2, 2, 1.2)
    axes.plot([0, 0.5, 1.25], [0.1, 0.2, 0.3])
    style.write(page, 0.1, 0.1, "HR 1.25, 62.5 %")
    style.save_all(figure, [tmp_path / "a.svg"])
    figure.draw_without_rendering()
    ticks = [label.get_text() for label in axes.get_xticklabels()]
    assert "0·50" in ticks
    assert not any("." in label for label in ticks)
    assert any(text.get_text() == "HR 1·25, 62·5%" for text in page.findobj(style.Text))


def test_every_style_is_offered_and_says_how_well_it_is_known(root, styles):
    schema = yaml.safe_load(
        (root / "workflow/schemas/config.schema.yaml").read_text(encoding="utf-8")
    )
    offered = schema["properties"]["output"]["properties"]["style"]["enum"]
    assert offered == list(styles)
    known = {field.name for field in formats.fields(formats.Style)}
    for name in JOURNALS:
        rules = styles[name]
        assert set(rules) <= known | {"evidence", "source"}
        assert rules["evidence"] != "read"  # none was seen at the journal itself
        assert tell_evidence(rules["evidence"]) != "–"
        assert len(rules["source"]) > 20


def test_the_plan_carries_the_style(root, plan_of):
    config = yaml.safe_load((root / "config/config.yaml").read_text(encoding="utf-8"))
    for name, letter in (("plain", None), ("nejm", "P")):
        config["output"] = {"style": name}
        assert plan_of(config)["numbers"].get("p_letter") == letter


def test_every_script_that_draws_or_prints_says_which_style(root):
    scripts = {path.name: path.read_text("utf-8") for path in (root / "scripts").glob("*.py")}
    makers = [name for name, text in scripts.items() if "save_all(" in text or "word." in text]
    assert len(makers) > 20
    silent = [name for name in makers if "formats.use(" not in scripts[name]]
    assert silent == []
    rules = "\n".join(p.read_text("utf-8") for p in (root / "workflow/rules").glob("*.smk"))
    drawing = [text for text in scripts.values() if "params.number_style" in text]
    assert rules.count("number_style=NUMBERS") >= len(drawing)
    for name, text in scripts.items():  # and how wide each figure is
        assert text.count("set_page(") == text.count("save_all(") + (name == "combine_figures.py")
    assert rules.count("widths=WIDTHS") == rules.count("number_style=NUMBERS")


def test_the_paragraphs_of_the_report_are_in_the_style_in_use(use, monkeypatch):
    """Those between tables and figures too, in every section below."""
    inner = Section("b", "B", [{"kind": "text", "paragraphs": ["Tests below 0.05 in 12.5 %."]}])
    words = SimpleNamespace(show_last=lambda page: [Section("a", "A", sections=[inner])])
    monkeypatch.setattr(build.order, "load", lambda kind: {"one": words})
    use("lancet")
    page = SimpleNamespace(plan={"endpoints": {}}, start_supplement=lambda: None)
    (section,) = build.place_supplement(page)
    assert section.sections[0].blocks[0]["paragraphs"] == ["Tests below 0·05 in 12·5%."]
