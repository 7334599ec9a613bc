"""axe-core, in headless Chromium, finds no serious or critical fault in a report."""

import re
import shutil

import accessibility
import pytest
from display_inputs import make_plan, make_results
from running import ROOT
from test_report import NAMES, SVG, render

WHY = accessibility.tell_missing()
pytestmark = pytest.mark.skipif(bool(WHY), reason=WHY)
DEMO = ROOT / "results/report.html"
FAULTY = (
    '<!DOCTYPE html><html lang="en"><head><title>t</title></head><body><main><h1>Heading</h1>'
    '<p style="color: #999; background: #fff">too pale</p><svg role="img"><path d="M 0 0"/></svg></main></body></html>'
)


def find_grave(page, **how):
    return [
        fault for fault in accessibility.find_faults(page, **how) if fault[0] in accessibility.GRAVE
    ]


def test_faults_are_found():
    assert {fault[1] for fault in find_grave(FAULTY)} == {"color-contrast", "svg-img-alt"}


@pytest.mark.parametrize("dark", [False, True])
def test_a_report_of_everything(dark):
    plan = make_plan()
    assert find_grave(render(plan, make_results(plan), dict.fromkeys(NAMES, SVG)), dark=dark) == []


@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_is_cut_off(width):
    plan = make_plan()
    page = render(plan, make_results(plan), dict.fromkeys(NAMES, SVG))
    assert accessibility.find_wide(page, width) == []
    wide = page.replace("<h2>Results</h2>", '<h2 style="width: 1500px">Results</h2>')
    assert accessibility.find_wide(wide, width)


def test_a_fault_in_the_dark_is_found_there():
    page = FAULTY.replace(
        "<title>",
        "<style>@media (prefers-color-scheme: dark) { h1 { color: #bbb } }</style><title>",
    )
    assert (
        sum(fault[2] for fault in find_grave(page, dark=True))
        == sum(fault[2] for fault in find_grave(page)) + 1
    )


def test_an_almost_empty_report():
    plan = make_plan(groupings=False, models=("univariable",), subgroups=False)
    assert find_grave(render(plan, make_results(plan), {})) == []


@pytest.mark.skipif(not DEMO.is_file(), reason="the demo was not run here (make run)")
def test_the_demo():
    assert find_grave(DEMO.read_text(encoding="utf-8")) == []


@pytest.mark.skipif(not shutil.which("pdftotext"), reason="pdftotext is not installed")
def test_the_heads_of_a_long_table_are_printed_on_every_page(tmp_path):
    plan = make_plan()
    page = render(plan, make_results(plan), dict.fromkeys(NAMES, SVG))
    body = re.search(r"<tbody>.*?</tbody>", page, re.DOTALL)[0]
    page = page.replace(body, body * 60, 1)
    (head,) = re.findall(r"<thead>(.*?)</thead>", page.partition(body)[0], re.DOTALL)[-1:]
    label = re.findall(r"<th[^>]*>([^<]+)", head)[0].strip()
    texts = accessibility.print_page(page, tmp_path)
    assert sum(label in text for text in texts) > 1, label


@pytest.mark.skipif(not shutil.which("pdftotext"), reason="pdftotext is not installed")
def test_a_small_table_is_printed_on_one_page(tmp_path):
    """With its caption and its notes; of a long one the heading of a block does not end a page."""
    plan = make_plan()
    page = render(plan, make_results(plan), dict.fromkeys(NAMES, SVG))
    row = "<tr{}><td>{}</td></tr>"
    small, blocks = [], []
    for place in range(40):
        rows = "".join(row.format("", f"row{place}x{number}") for number in range(4))
        small.append(
            f'<section class="table small"><table class="data"><caption>head{place}x</caption><tbody>{rows}</tbody></table>'
            f'<div class="notes"><p>note{place}x</p></div></section><p style="height: {place}px"></p>'
        )
        rows = row.format(' class="head"', f"block{place}x") + row.format("", f"first{place}x")
        blocks.append(f"<tbody>{rows}{row.format('', 'more') * 9}</tbody>")
    long = f'<section class="table"><table class="data">{"".join(blocks)}</table></section>'
    parts = re.split(r"(<main[^>]*>)", page, maxsplit=1)
    assert (
        len(parts) == 3 and '<tr class="head">' in page and '<section class="table small"' in page
    )
    texts = accessibility.print_page(
        f"{parts[0]}{parts[1]}{''.join(small)}{long}</main></body></html>", tmp_path
    )
    assert len(texts) > 4
    for first, last in (("head", "row{}x0"), ("row{}x0", "row{}x3"), ("row{}x3", "note{}x")):
        for place in range(40):
            pair = [
                each.format(place) if "{}" in each else f"{each}{place}x" for each in (first, last)
            ]
            assert any(all(word in text for word in pair) for text in texts), pair
    for place in range(40):
        pair = f"block{place}x", f"first{place}x"
        assert any(all(word in text for word in pair) for text in texts), pair
