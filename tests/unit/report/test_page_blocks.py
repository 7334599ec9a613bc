"""The page from its parts: every block of a figure, table, reference, answer and limitation as it is handed to the template."""

import re
from dataclasses import replace

import pytest
from crlm.display import cells, formats
from crlm.display.sections import Answer, Section
from crlm.report import build
from crlm.report.page import Page, refer
from display_inputs import SOFTWARE, make_plan, make_results
from jinja2 import UndefinedError
from markupsafe import Markup
from test_report import NAMES, SVG, TEMPLATES, render

TALL = SVG.replace("0 0 300 200", "0 0 300 301")


def tabulate(name, number, columns=2):
    heads = tuple(cells.Column(f"Column {place}") for place in range(columns))
    row = cells.Row(tuple(cells.whole(place) for place in range(columns)))
    return cells.DisplayTable(name, f"Title of {name}", heads, (row,), number=number)


def make_page(synthetic=False, groupings=True, small_cells=None, **figures):
    plan = make_plan(synthetic, groupings)
    plan["output"]["privacy"]["small_cells"] = small_cells
    tables = [tabulate("one", "1"), tabulate("two", "S1", 9)]
    captions = {"curve": " The curve.\n", "flow": "The flow."}
    return Page(plan, {}, figures, tables, captions, {"first": "It falls."})


def test_block_of_a_figure():
    page = make_page(first=SVG, second=TALL)
    (block,) = page.figure("first", "Alpha <1>", "curve", "More.", "Still more.")
    svg = block.pop("svg")
    assert isinstance(svg, Markup) and block == {
        "kind": "figure",
        "name": "first",
        "id": "figure-1",
        "number": "1",
        "title": "Alpha <1>",
        "caption": "The curve. More. Still more.",
        "tall": False,
    }
    assert '<title id="f1-title">Alpha &lt;1&gt;</title>' in svg
    assert '<desc id="f1-finding">It falls.</desc>' in svg
    (block,) = page.figure("second", "Second", "flow")
    assert (block["number"], block["tall"], block["caption"]) == ("2", True, "The flow.")
    assert '<desc id="f2-finding">The flow.</desc>' in block["svg"]
    assert page.told == {
        "first": ("Alpha <1>", "The curve. More. Still more."),
        "second": ("Second", "The flow."),
    }


def test_a_figure_stands_once_and_is_referred_to_afterwards():
    page = make_page(first=SVG, second=SVG, third=SVG, fourth=SVG)
    assert page.figure("nothing", "No", "curve") == [] and not page.placed
    page.figure("first", "First", "curve")
    page.start_supplement()
    numbers = [page.figure(name, "T", "curve")[0]["number"] for name in ("second", "third")]
    assert numbers == ["S1", "S2"] and page.placed == {"first": "1", "second": "S1", "third": "S2"}
    assert page.figure("first", "Again", "curve") == [
        {"kind": "reference", "text": "Figure 1", "target": "figure-1", "title": "Again"}
    ]
    assert page.find("first", "two") == [
        {"text": "Figure 1", "target": "figure-1"},
        {"text": "Table S1", "target": "table-two"},
    ]
    assert page.find("fourth", "three") == []


def test_block_of_a_table():
    page = make_page()
    one, two = page.tables["one"], page.tables["two"]
    shown = {"kind": "table", "folded": "", "wide": False}
    assert page.table("nothing") == []
    assert page.table("one") == [{**shown, "table": one}]
    page.start_supplement()
    target = {"target": "table-one", "title": "Title of one"}
    assert page.table("one") == [{"kind": "reference", "text": "Table 1", **target}]
    assert page.table("two", "Open") == [{**shown, "table": two, "folded": "Open", "wide": True}]
    eight = replace(two, columns=two.columns[:8])
    assert page.show(eight) == [{**shown, "table": eight}]
    again = make_page()
    again.start_supplement()
    assert again.table("two")[0]["kind"] == again.table("two")[0]["kind"] == "table"


@pytest.mark.parametrize(("groupings", "number"), [(True, "S1b"), (False, "S1")])
def test_block_of_a_part(groupings, number):
    page = make_page(True, groupings)
    part = tabulate("x", "")
    part = replace(part, rows=(*part.rows, cells.Row((cells.whole(3), cells.text("")))))
    (block,) = page.part("two", part, 1, "Open")
    assert block["table"].number == number and block["folded"] == "Open"
    assert block["table"].title == "Title of x (synthetic data)"
    empty = replace(part, rows=())
    assert page.part("two", empty, 0) == page.part("nothing", part, 0) == []
    page.table("one")
    page.check()  # the part was shown, so that its table has its place
    alone = cells.Row((cells.count(3), cells.Cell()))
    (block,) = make_page(small_cells=5).part("two", replace(part, rows=(alone,)), 0)
    (cell,) = block["table"].rows[0].cells  # the empty column is gone
    assert cell.text == "<5" and block["table"].title == "Title of x"


def test_what_has_no_place_is_named():
    page = make_page(b_figure=SVG, a_figure=SVG, left=SVG)
    page.leave_out("left", "two")
    with pytest.raises(ValueError) as told:
        page.check()
    assert (
        str(told.value)
        == "no place in the report for the figure a_figure, the figure b_figure, the table one"
    )
    page.leave_out("a_figure", "b_figure", "one")
    page.check()


def test_reference_to_a_figure_or_table():
    block = {"kind": "reference", "title": "T"}
    assert refer("Figure", "2", "T") == {**block, "text": "Figure 2", "target": "figure-2"}
    assert refer("Table", "2", "T", "x") == {**block, "text": "Table 2", "target": "table-x"}


# --- the report ------------------------------------------------------------------------------------


def module(**functions):
    return type("Module", (), {name: staticmethod(each) for name, each in functions.items()})


@pytest.fixture
def analyses(monkeypatch):
    """Two analyses of which only one answers; what is asked for by another name than they have is not there."""
    loaded = {"answers": {}, "words": {}, "plan": {}}
    monkeypatch.setattr(build.order, "load", lambda name: {"none": module(), **loaded[name]})
    return loaded


def test_answers_with_their_links(analyses):
    answers = [
        Answer("It was p < 0.001 and P = 0.20; p > 0.5.", "first", "one"),
        Answer("Grip = 2.", "", "two"),
    ]
    analyses["answers"]["one"] = module(answer=lambda plan, results: answers)
    page = make_page(first=SVG)
    page.figure("first", "First", "curve")
    figure = {"text": "Figure 1", "target": "figure-1"}
    assert build.list_answers(page) == [
        {
            "text": "It was p\u00a0<\u00a00.001 and P\u00a0=\u00a00.20; p\u00a0>\u00a00.5.",
            "links": [figure, {"text": "Table 1", "target": "table-one"}],
        },
        {"text": "Grip = 2.", "links": [{"text": "Table S1", "target": "table-two"}]},
    ]


def test_findings_of_figures_and_of_panels(analyses):
    analyses["answers"]["one"] = module(
        answer=lambda *_: [Answer("Of the first.", "first")],
        describe_figures=lambda *_: [Answer("Of the second.", "second")],
    )
    plan = make_plan()
    plan["output"]["panels"] = {"both": ["first", "none", "second"]}
    assert build.find_findings(plan, {}) == {
        "first": "Of the first.",
        "second": "Of the second.",
        "combined_both": "(A) Of the first. (C) Of the second.",
    }


def test_limitations(analyses):
    none = "None of the checks of this software found one; that is no proof that there is none."
    assert build.list_limits({}, {}) == [none]
    analyses["answers"]["one"] = module(list_limits=lambda plan, results: ["Few.", "Short."])
    assert build.list_limits({}, {}) == ["Few.", "Short."]
    section = build._build_limits({}, {})
    items = [{"text": "Few.", "links": []}, {"text": "Short.", "links": []}]
    assert section == Section(
        "limitations", "Limitations found by the software", [{"kind": "bullets", "items": items}]
    )


def test_what_is_hidden_is_said():
    assert build.say_privacy(None) == ""
    assert build.say_privacy(7) == (
        "Counts of patients or events below 7 are hidden, with those they would follow from; groups of so few have no estimates, and "
        "curves are drawn in whole weeks."
    )


def tell(*words):
    return {"kind": "text", "paragraphs": list(words)}


@pytest.fixture
def german_signs():
    formats.use({"decimal": ","})
    yield
    formats.use()


def test_sections_of_the_analyses_in_their_places(analyses, german_signs):
    """Main text; then study, each endpoint and what comes last; their paragraphs at every depth in the style of numbers in use."""

    def show(name):
        def made(page, *rest):
            deep = Section("d", "Deep", [tell("0.5")])
            inner = Section("i", "Inner", [tell("1.5"), {"kind": "other"}], [deep])
            return [Section(name, name, [tell(f"2.5 {rest} {page.letter}")], [inner]), None]

        return made

    names = ("show_main", "show_study", "show_endpoint", "show_last")
    analyses["words"]["one"] = module(**{name: show(name) for name in names})
    page = make_page()
    (main,) = build.place_main(page)
    assert main.id == "show_main" and main.blocks == [tell("2,5 () ")]
    (inner,) = main.sections
    assert inner.blocks == [tell("1,5"), {"kind": "other"}]
    assert inner.sections == [Section("d", "Deep", [tell("0,5")])]
    study, endpoint, last = build.place_supplement(page)
    assert (study.id, last.id) == ("show_study", "show_last")
    assert study.blocks == [tell("2,5 () S")]
    assert (endpoint.id, endpoint.title) == ("endpoint-alpha", "Alpha-free survival")
    assert (endpoint.short, endpoint.blocks) == ("A/FS", [])
    assert endpoint.sections[0].blocks == [tell("2,5 ('alpha',) S")]


def test_sections_of_methods():
    made = build._build_methods([("Endpoints", ["One.", "Two."]), ("Survival", ["Three."])])
    sections = [
        Section("methods-1", "Endpoints", [tell("One.", "Two.")]),
        Section("methods-2", "Survival", [tell("Three.")]),
    ]
    assert made == Section("methods", "Methods", sections=sections)


def test_references_and_software(analyses):
    item = {"text": "Roe 2001", "links": ["l"]}
    analyses["words"]["one"] = module(list_references=lambda plan: [item])
    plan = make_plan()
    plan["scores"]["left"] = {**plan["scores"]["sum"], "status": "not computable"}
    plan["scores"]["late"] = {**plan["scores"]["sum"], "label": "Late", "citation": {"text": "L."}}
    found = build._build_references(plan, {"lifelines": ("1.2", "curves")})
    assert (found.id, found.title) == ("references", "References and software")
    cited, software = found.sections
    assert (cited.id, cited.title) == ("citations", "To be cited")
    links = [
        {"text": "doi:10.1/a<b>c", "url": "https://doi.org/10.1/a%3Cb%3Ec"},
        {"text": "PMID 1", "url": "https://pubmed.ncbi.nlm.nih.gov/1/"},
    ]
    items = [
        {"text": "Nobody 2001", "links": []},
        {"text": "Sum score: Doe J. 1999", "links": links},
        {"text": "Late: L.", "links": []},
        item,
    ]
    assert cited.blocks == [{"kind": "list", "items": items}]
    assert (software.id, software.title) == ("software", "Software")
    (block,) = software.blocks
    table = block.pop("table")
    assert block == {"kind": "table", "folded": "", "wide": False}
    assert (table.name, table.title) == ("software", "Software used")
    heads = [(column.label, column.align) for column in table.columns]
    assert heads == [("Software", "left"), ("Version", "left"), ("Used for", "left")]
    assert [[cell.text for cell in row.cells] for row in table.rows] == [
        ["lifelines", "1.2", "curves"]
    ]


def test_without_references_or_software_their_sections_are_left_out(analyses):
    plan = make_plan()
    plan["scores"], plan["study"]["citation"] = {}, ""
    assert build._build_references(plan, {}).sections == []


@pytest.mark.parametrize(
    ("at_risk", "small_cells", "detail"),
    [
        (5, None, "60 events; 40.0% (30.0–50.0) at 60 months"),
        (4, None, "60 events; 80.0% (70.0–90.0) at 12 months"),
        (7, 8, "60 events; 80.0% (70.0–90.0) at 12 months"),
        (8, 8, "60 events; 40.0% (30.0–50.0) at 60 months"),
        (4, 3, "60 events; 80.0% (70.0–90.0) at 12 months"),
    ],
)
def test_headline_is_the_last_month_with_enough_at_risk(at_risk, small_cells, detail):
    plan = make_plan()
    plan["output"]["privacy"]["small_cells"] = small_cells
    results = make_results(plan)
    landmarks = results["endpoints"]["alpha"]["landmarks"]
    landmarks.loc[landmarks["time"] == 60, "at_risk"] = at_risk
    patients, endpoint = build.list_key_numbers(plan, results)
    assert patients == {"label": "Patients", "value": "100", "detail": ""}
    assert endpoint == {
        "label": "Alpha-free survival, median in months (95% CI)",
        "value": "30.0 (20.0–NR)",
        "detail": detail,
    }


def test_without_a_month_the_headline_has_events_alone():
    plan = make_plan()
    results = make_results(plan)
    results["endpoints"]["alpha"]["landmarks"]["survival"] = float("nan")
    assert build.list_key_numbers(plan, results)[1]["detail"] == "60 events"


def test_a_name_that_the_template_does_not_get_is_an_error(monkeypatch):
    plan = make_plan()
    monkeypatch.setitem(TEMPLATES, build.PAGE, "{{ study.title }} {{ nothing }}")
    with pytest.raises(UndefinedError, match="nothing"):
        render(plan, make_results(plan), {})


def test_everything_that_the_template_gets(monkeypatch):
    """Each under its name, words escaped and styles as they are; lines of the template's own signs leave nothing behind."""
    plan = make_plan()
    results = make_results(plan)
    plan["output"]["privacy"]["small_cells"] = 5
    template = (
        "{{ study.title }}|{{ privacy }}|{{ css }}|{{ js }}\n"
        "  {% for each in key_numbers %}\n{{ each.label }}={{ each.value }}\n  {% endfor %}\n"
        "{{ answers[0].text }}\n{% for each in main %}{{ each.id }}:{{ each.title }}:{{ each.sections | length }} {% endfor %}\n"
        "{% for each in supplement %}{{ each.id }} {% endfor %}"
    )
    monkeypatch.setitem(TEMPLATES, build.PAGE, template)
    monkeypatch.setitem(TEMPLATES, "report.css", "a > b")
    monkeypatch.setitem(TEMPLATES, "report.js", "1 < 2")
    page = render(plan, results, dict.fromkeys(NAMES, SVG))
    first, patients, median, answer, rest = page.split("\n")
    assert first == f"Study of &lt;things&gt;|{build.say_privacy(5)}|a > b|1 < 2"
    assert (patients, median) == (
        "Patients=100",
        "Alpha-free survival, median in months (95% CI)=30.0 (20.0–NR)",
    )
    assert answer == "100 patients were analysed."
    main, supplement = rest.split("limitations:Limitations found by the software:0 ")
    assert re.fullmatch(r"results:Results:[1-9]\d? ", main)
    assert supplement.split()[-3:] == ["not-done", "methods", "references"]
    assert "endpoint-alpha" in supplement.split()
    assert render(plan, results, {}).count("\n\n") == 0


def test_software_of_the_page_and_its_methods_are_those_given():
    plan = make_plan()
    page = render(plan, make_results(plan), {})
    for name, (version, what) in SOFTWARE.items():
        assert re.search(rf"{name}\s*</t[hd]>\s*<td[^>]*>\s*{version}\s*</td>", page), name
        assert what in page
