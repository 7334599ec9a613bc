"""The report: complete, self-contained, escaped, the same twice."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from crlm.display.sections import Section
from crlm.display.svg import embed_svg, is_tall
from crlm.report import build, methods, tables
from display_inputs import SOFTWARE, make_plan, make_results

FOLDER = Path(__file__).parents[3] / "workflow" / "report"
TEMPLATES = {
    name: (FOLDER / name).read_text(encoding="utf-8")
    for name in ("report.html.j2", "report.css", "report.js")
} | {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("captions/*.rst")}
SVG = """<?xml version="1.0" encoding="utf-8" standalone="no"?>
<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">
<svg xmlns:xlink="http://www.w3.org/1999/xlink" width="300pt" height="200pt" viewBox="0 0 300 200"
 xmlns="http://www.w3.org/2000/svg" version="1.1">
 <metadata><x>secret</x></metadata>
 <defs><style type="text/css">*{stroke-linejoin: round; stroke-linecap: butt}</style></defs>
 <g id="figure_1">
  <!-- a <label> -->
  <defs><path id="glyph-41" d="M 10 20 \nL 30.123456 40 \nL 50 60 \nz\n" transform="scale(0.015625)"/></defs>
  <g id="unused" clip-path="url(#clip1)" style="fill: none; stroke: #fff">
   <use xlink:href="#glyph-41" transform="translate(63.476562 0)"/>
   <use xlink:href="#glyph-41" transform="translate(1 2) scale(0.1 -0.1)"/>
  </g>
  <g id="empty"/>
 </g>
 <defs><clipPath id="clip1"><rect x="0" y="0.123456" width="1" height="1"/></clipPath></defs>
</svg>"""
NAMES = [
    "flow_cohort",
    "missingness_cohort",
    "kaplan_meier_alpha_overall",
    "kaplan_meier_alpha_tiers",
    "cumulative_incidence_alpha_overall",
    "forest_alpha_univariable",
    "forest_alpha_adjusted",
    "proportional_hazards_alpha_adjusted",
    "performance_alpha_ranking",
    "performance_alpha_calibration",
    "performance_alpha_decision",
    "subgroups_alpha_tier_effect",
]


class Reader(HTMLParser):
    """Ids, links, headings and text of a page; complains about tags that are not closed."""

    VOID = ("meta", "br", "link", "img", "input")

    def __init__(self, page):
        super().__init__()
        self.open, self.ids, self.links, self.words, self.headings = [], [], [], [], []
        self.feed(page)
        assert not self.open

    def handle_starttag(self, tag, attributes):
        found = dict(attributes)
        self.ids += [found["id"]] if "id" in found else []
        self.links += [found["href"]] if "href" in found else []
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        if tag not in self.VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open and self.open[-1] not in ("style", "script"):
            self.words.append(data)
            if self.open[-1] in ("h2", "h3"):
                self.headings.append(data.strip())


def render(plan, results, figures):
    """The page with its own tables and methods."""
    shown, told = tables.build_tables(plan, results), methods.build_methods(plan, results, SOFTWARE)
    return build.build_report(plan, results, figures, shown, told, SOFTWARE, TEMPLATES)


@pytest.fixture(scope="module")
def page():
    plan = make_plan()
    return render(plan, make_results(plan), dict.fromkeys(NAMES, SVG))


def test_the_page_needs_nothing_else(page):
    assert not re.search(r"<(link|img|iframe|object)\b", page)
    assert not re.search(r"(src|@import|url\()\s*=?\s*[\"']?(https?:|//)", page)
    assert "<?xml" not in page
    assert "<!DOCTYPE svg" not in page


def test_ids_are_unique_and_anchors_lead_somewhere(page):
    reader = Reader(page)
    assert len(reader.ids) == len(set(reader.ids))
    inside = [link[1:] for link in reader.links if link.startswith("#")]
    assert set(inside) <= set(reader.ids)


def test_labels_of_the_user_are_escaped(page):
    assert "<b>Marker" not in page
    assert "&lt;b&gt;Marker&lt;/b&gt; &amp; $x$" in page
    assert "Study of &lt;things&gt;" in page
    assert "https://doi.org/10.1/a%3Cb%3Ec" in page


def test_order_of_the_sections(page):
    headings = [heading for heading in Reader(page).headings if heading]
    main = [
        *("In short", "Results", "Patients", "Endpoints and follow-up", "Growth patterns"),
        *("Survival", "Multivariable models", "Scores and models head to head"),
        "Limitations found by the software",
    ]
    supplement = [
        *("Cohort", "Clinical risk scores", "Alpha-free survival", "Survival"),
        *("Cumulative incidence", "Cox models", "Proportional hazards", "Effects within subgroups"),
        *("Scores and models head to head", "Data quality", "Methods"),
    ]
    end = headings.index("Limitations found by the software") + 1
    assert [heading for heading in headings[:end] if heading in main] == main
    found = [heading for heading in headings[end:] if heading in supplement]
    assert found[: len(supplement)] == supplement  # the methods have headings of the same names


def test_tables_are_numbered_in_the_order_of_the_page(page):
    main, supplement = page.split('id="supplement"')
    numbers = [int(number) for number in re.findall(r"<b>Table (\d+)\.", main)]
    assert len(numbers) > 5 and numbers == list(range(1, len(numbers) + 1))
    numbers = [int(number) for number in re.findall(r"<b>Table S(\d+)[a-z]?\.", supplement)]
    numbers = list(dict.fromkeys(numbers))  # the parts of a table follow each other
    assert len(numbers) > 10 and numbers == list(range(1, len(numbers) + 1))
    assert "<b>Table S" not in main and not re.search(r"<b>Table \d", supplement)
    figures = re.findall(r"<b>Figure (S?\d+)\.", main + supplement)
    firsts = [each for each in figures if each[0] != "S"]
    assert figures == [
        *(str(n) for n in range(1, len(firsts) + 1)),
        *(f"S{n}" for n in range(1, len(figures) - len(firsts) + 1)),
    ]


def test_a_section_of_a_section_of_an_endpoint_is_shown(monkeypatch):
    text = {"kind": "text", "paragraphs": ["Deep inside."]}
    deep = Section("c", "Inner", [text], [Section("d", "Innermost", [text])])
    nested = Section("a", "Outer", sections=[Section("b", "Middle", sections=[deep])])
    monkeypatch.setattr(build, "_build_methods", lambda _: nested)
    plan = make_plan()
    page = render(plan, make_results(plan), {})
    assert page.count("Deep inside.") == 2
    assert "<h4>Inner</h4>" in page and "<h5>Innermost</h5>" in page
    assert {"c", "d"} <= set(Reader(page).ids)


def test_the_parts_of_a_table_keep_small_counts_hidden():
    plan = make_plan()
    results = make_results(plan)
    summary = results["endpoints"]["alpha"]["summary"]
    summary.loc[summary["group"] == "high", ["patients", "events"]] = [4, 3]
    plan["output"]["privacy"]["small_cells"] = 5
    page = render(plan, results, {})
    part = page[page.index('id="table-survival_alpha_tiers"') :]
    row = re.search(r'<th scope="row"[^>]*>High</th>(.*?)</tr>', part, re.DOTALL)[1]
    cells = [each.strip() for each in re.findall(r"<td[^>]*>(.*?)</td>", row, re.DOTALL)]
    assert cells[:2] == ["&lt;5", "&lt;5"] and "4" not in cells and "3" not in cells


def test_the_methods_tell_no_exclusion_of_few():
    plan = make_plan()
    results = make_results(plan)
    steps = results["attrition"]
    place = steps.index[steps["endpoint"].isna()][1]
    label = steps.loc[place, "label"]
    for number, least, told in ((4, 5, "(<5)"), (4, None, "(4)"), (5, 5, "(5)")):
        steps.loc[place, "excluded"] = number
        plan["output"]["privacy"]["small_cells"] = least
        ((_, (words,)),) = methods.build_methods(plan, results, SOFTWARE)[:1]
        assert f"{label} {told}" in words


def test_synthetic_data_are_called_so_everywhere(page):
    assert 'class="banner"' in page
    captions = re.findall(r"<figcaption>(.*?)</figcaption>", page, re.DOTALL)
    titles = re.findall(r"<caption>(.*?)</caption>", page, re.DOTALL)
    assert captions
    assert all("synthetic data" in words for words in captions)
    own = [words for words in titles if "Software" not in words and "Published" not in words]
    assert all("synthetic data" in words for words in own)


def test_real_data_are_not_called_synthetic():
    plan = make_plan(synthetic=False)
    page = render(plan, make_results(plan), {})
    assert "ynthetic" not in page


def test_no_patient_is_named(page):
    assert "SECRET" not in page


def test_parts_of_a_table_have_letters(page):
    assert re.search(r"<b>Table S\d+a\.</b> Alpha-free survival: All patients", page)
    assert re.search(r"<b>Table S\d+b\.</b> Alpha-free survival: &lt;b&gt;Marker", page)


def test_sections_without_content_are_left_out():
    plan = make_plan(groupings=False, models=("univariable",), subgroups=False)
    results = make_results(plan)
    results["growth_patterns"] = results["growth_patterns"][["patient_id"]]
    alpha = results["endpoints"]["alpha"]
    alpha["incidence"] = alpha["incidence"].head(0)
    results["data_quality"] = results["data_quality"].head(0)
    page = render(plan, results, {"forest_alpha_univariable": SVG})
    ids = Reader(page).ids
    assert not {"growth-patterns", "alpha-incidence", "alpha-subgroups"} & set(ids)
    assert {"alpha-survival", "alpha-cox", "alpha-ph"} <= set(ids)
    assert "The checks of the data found nothing." in page
    assert "Figure S1." in page
    assert re.search(r"<b>Table S\d+\.</b> Alpha-free survival: All patients", page)


def test_a_figure_without_a_place_is_refused():
    plan = make_plan()
    with pytest.raises(ValueError, match="kaplan_meier_beta_overall"):
        render(plan, make_results(plan), {"kaplan_meier_beta_overall": SVG})


def test_the_page_is_the_same_twice(page):
    plan = make_plan()
    again = render(plan, make_results(plan), dict.fromkeys(NAMES, SVG))
    assert again == page


def test_an_embedded_figure_keeps_what_is_drawn():
    svg = embed_svg(SVG, "f7", 'A "title" & <more>')
    assert svg.startswith('<svg viewBox="0 0 300 200" role="img" aria-labelledby="f7-title"')
    assert '<title id="f7-title">A &quot;title&quot; &amp; &lt;more&gt;</title>' in svg
    assert "--width:400px" in svg
    assert "secret" not in svg and "<style" not in svg  # a style would be that of the whole page
    assert "label" not in svg.replace("labelledby", "")
    assert 'd="M10 20 30.12 40 50 60z" transform="scale(0.015625)"' in svg
    assert '<use href="#f7-1" x="63.48"/>' in svg
    assert 'transform="translate(1 2)scale(0.1 -0.1)"' in svg
    assert 'clip-path="url(#f7-0)"' in svg
    assert svg.count("id=") == 3  # title, clip, glyph
    assert "<g/>" not in svg


def test_the_finding_of_a_figure_is_read_to_those_who_do_not_see_it():
    svg = embed_svg(SVG, "f7", "Title", 'At 60 months "x" < y')
    assert 'aria-labelledby="f7-title f7-finding"' in svg
    assert '<desc id="f7-finding">At 60 months &quot;x&quot; &lt; y</desc>' in svg


def test_a_tall_figure_has_a_page_of_its_own():
    assert not is_tall(embed_svg(SVG, "f1", "t"))
    assert is_tall(embed_svg(SVG.replace("0 0 300 200", "0 0 300 301"), "f1", "t"))


def test_every_table_has_a_caption_and_every_figure_a_text_in_its_place(page):
    tables = re.findall(r"<table.*?</table>", page, re.DOTALL)
    assert len(tables) > 20
    assert all(each.count("<caption>") == 1 for each in tables)
    found = re.findall(r'<svg [^>]*aria-labelledby="(\S+) (\S+)"', page)
    assert len(found) == page.count("<figure ") > 10
    for title, finding in found:
        assert f'<title id="{title}">' in page
        assert len(re.search(rf'<desc id="{finding}">(.*?)</desc>', page, re.DOTALL)[1]) > 40


def test_the_text_in_place_of_a_curve_or_forest_holds_its_main_numbers(page):
    findings = dict(
        re.findall(r"<title[^>]*>([^<]*)</title><desc[^>]*>(.*?)</desc>", page, re.DOTALL)
    )
    told = {title.removesuffix(" (synthetic data)"): words for title, words in findings.items()}
    assert "40.0% (30.0–50.0)" in told["Alpha-free survival: All patients"]
    (curve,) = (
        words
        for title, words in told.items()
        if "Marker" in title and "Alpha-free survival: &lt;" in title
    )
    assert "20.0 (10.0–30.0) months with Mid" in curve
    assert "1.70 (1.10–2.50)" in told["Alpha-free survival: hazard ratios, Adjusted"]


def test_a_figure_without_a_view_box_is_refused():
    with pytest.raises(ValueError, match="viewBox"):
        embed_svg('<svg xmlns="http://www.w3.org/2000/svg"/>', "f1", "t")


def test_a_changed_plan_has_a_section_a_table_and_a_limitation():
    plan = make_plan()
    change = {"key": "models.a", "before": "x", "after": "<y>", "date": None, "reason": ""}
    version = {"date": "2026-11-26", "sha256": "abc", "reason": ""}
    plan["frozen_plan"] = {"versions": [version], "changes": [change], "same": False}
    page = render(plan, make_results(plan), dict.fromkeys(NAMES, SVG))
    assert (
        page.count("The analysis plan was frozen on 2026-11-26 (SHA-256 abc); 1 key of it was") == 2
    )
    assert "1 key of the analysis plan was changed after it was frozen on 2026-11-26" in page
    assert "<y>" not in page and "&lt;y&gt;" in page and 'id="frozen-plan"' in page
