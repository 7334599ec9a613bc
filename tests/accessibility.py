"""Faults of a page that axe-core finds in headless Chromium: `python tests/accessibility.py PAGE`.

axe-core comes from npm (`make axe`); its place may also be given as AXE_CORE=<axe.min.js>.
"""

import html
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
GRAVE = ("serious", "critical")
RUN = """
document.querySelectorAll("details").forEach(function (each) { each.open = true; });
// what is drawn is an image to those who hear the page, and thousands of elements to axe-core
document.querySelectorAll("svg > :not(title):not(desc)").forEach(function (each) { each.remove(); });
axe.run(document, {resultTypes: ["violations"]}).then(function (found) {
  var faults = found.violations.map(function (each) {
    return [each.impact, each.id, each.nodes.length, each.nodes[0].html.slice(0, 200)];
  });
  var told = document.createElement("pre");
  told.id = "ended";
  told.textContent = JSON.stringify({faults: faults, passed: found.passes.length});
  document.body.replaceChildren(told);
});
"""
MEASURE = """
document.querySelector("iframe").addEventListener("load", function () {
  var inside = this.contentDocument, width = this.contentWindow.innerWidth;
  inside.querySelectorAll("details").forEach(function (each) { each.open = true; });
  var wide = Array.from(inside.querySelectorAll("body *")).filter(function (each) {
    return !each.closest(".scroll *, svg *, .skip") && each.getClientRects().length && each.getBoundingClientRect().right > width + 1;
  });
  var told = document.createElement("pre");
  told.id = "ended";
  told.textContent = JSON.stringify({width: width, wide: wide.map(function (each) { return each.outerHTML.slice(0, 120); })});
  document.body.replaceChildren(told);
});
"""


def find_browser():
    """The path of Chromium, None without one."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


def find_axe():
    """The path of axe.min.js, None without one."""
    places = [os.environ.get("AXE_CORE"), ROOT / "node_modules/axe-core/axe.min.js"]
    return next((Path(place) for place in places if place and Path(place).is_file()), None)


def tell_missing():
    """Why no page can be looked at; empty when it can."""
    if not find_browser():
        return f"none of {', '.join(BROWSERS)} is installed; no page was looked at by axe-core"
    if not find_axe():
        return "axe-core is not there (make axe, or AXE_CORE=<axe.min.js>); no page was looked at by it"
    return ""


def find_faults(page, dark=False, seconds=300):
    """Every fault of a page as (impact, rule, how many, the first of them), with all of its folded parts open.

    page: its text; dark: as it looks to those who prefer dark pages. Raises RuntimeError when axe-core did not come to its end.
    """
    if dark:  # headless Chromium has no switch for it
        page = page.replace("(prefers-color-scheme: dark)", "(min-width: 0)")
    script = find_axe().read_text(encoding="utf-8").replace("</script", "<\\/script")
    before, _, after = page.rpartition("</body>")
    told = _look(f"{before}<script>{script}</script><script>{RUN}</script></body>{after}", seconds)
    if not told["passed"]:
        raise RuntimeError("axe-core looked at nothing")
    return [tuple(fault) for fault in told["faults"]]


def find_wide(page, width, seconds=300):
    """What of a page reaches beyond a screen of so many pixels and does not scroll in a box of its own, with all folded parts open."""
    frame = f'<iframe srcdoc="{html.escape(page)}" style="width: {width}px; height: 900px; border: 0"></iframe>'
    told = _look(f"<!DOCTYPE html><body>{frame}<script>{MEASURE}</script></body>", seconds)
    if told["width"] != width:
        raise RuntimeError(f"the page was {told['width']} pixels wide, not {width}")
    return told["wide"]


def print_page(page, folder, seconds=300):
    """The text of every page of a report as Chromium prints it; `folder` takes the files. Needs pdftotext."""
    source, target = Path(folder) / "page.html", Path(folder) / "page.pdf"
    source.write_text(page, encoding="utf-8")
    call = [find_browser(), "--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer"]
    call += ["--disable-background-networking", f"--user-data-dir={folder}/profile"]
    call += [f"--print-to-pdf={target}", source.as_uri()]
    subprocess.run(call, capture_output=True, check=True, timeout=seconds)
    run = subprocess.run(
        ["pdftotext", "-layout", str(target), "-"], capture_output=True, text=True, check=True
    )
    return run.stdout.split("\f")[:-1]


def _look(page, seconds):
    """What a script has left in a page, as JSON in the element `ended`."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "page.html"
        copy.write_text(page, encoding="utf-8")
        call = [
            *(
                find_browser(),
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-background-networking",
            ),
            *(f"--user-data-dir={folder}/profile", f"--timeout={1000 * seconds}"),
            *(
                f"--virtual-time-budget={1000 * seconds}",
                "--window-size=1400,900",
                "--hide-scrollbars",
            ),
            *("--dump-dom", copy.as_uri()),
        ]
        run = subprocess.run(call, capture_output=True, text=True, timeout=2 * seconds)
    found = re.search(r'<pre id="ended">(.*?)</pre>', run.stdout, re.DOTALL)
    if not found:
        raise RuntimeError(f"the page was not looked at to its end: {run.stderr[-500:]}")
    return json.loads(html.unescape(found[1]))


if __name__ == "__main__":
    for fault in find_faults(Path(sys.argv[1]).read_text(encoding="utf-8")):
        print(*fault, sep="\t")
