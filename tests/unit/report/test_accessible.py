"""axe-core, in headless Chromium, finds no serious or critical fault in a report."""

import accessibility
import pytest
from display_inputs import make_plan, make_results
from running import ROOT
from test_report import NAMES, SVG, render

WHY = accessibility.tell_missing()
pytestmark = pytest.mark.skipif(bool(WHY), reason=WHY)
DEMO = ROOT / "results/report.html"
FAULTY = (
    '<!DOCTYPE html><html lang="en"><head><title>t</title></head><body><main><h1>t</h1>'
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


def test_an_almost_empty_report():
    plan = make_plan(groupings=False, models=("univariable",), subgroups=False)
    assert find_grave(render(plan, make_results(plan), {})) == []


@pytest.mark.skipif(not DEMO.is_file(), reason="the demo was not run here (make run)")
def test_the_demo():
    assert find_grave(DEMO.read_text(encoding="utf-8")) == []
