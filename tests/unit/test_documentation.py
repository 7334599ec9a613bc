"""The written reference is that of the schemas and score files: after a change of them run `make docs`."""

from documentation import ROOT, build_page, build_scores_page


def test_reference_of_the_plan_is_current():
    text = (ROOT / "config/README.md").read_text(encoding="utf-8")
    assert text == build_page(text), "run `make docs`"


def test_page_of_the_scores_is_current():
    text = (ROOT / "workflow/scores/README.md").read_text(encoding="utf-8")
    assert text == build_scores_page(), "run `make docs`"


def test_page_of_the_scores_shows_every_fact():
    page = build_scores_page()
    for path in (ROOT / "workflow/scores").glob("*.yaml"):
        assert f'<a id="{path.stem}"></a>' in page
    assert "**Not implementable: modified tumour-burden formula unverified**" in page
    assert "| CEA > 200 ng/mL | CEA before resection > 200 ng/mL | 1 | 🟩 read |" in page
