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
ENDED = "axe-ended"
RUN = """
document.querySelectorAll("details").forEach(function (each) { each.open = true; });
// what is drawn is an image to those who hear the page, and thousands of elements to axe-core
document.querySelectorAll("svg > :not(title):not(desc)").forEach(function (each) { each.remove(); });
axe.run(document, {resultTypes: ["violations"]}).then(function (found) {
  var faults = found.violations.map(function (each) {
    return [each.impact, each.id, each.nodes.length, each.nodes[0].html.slice(0, 200)];
  });
  var told = document.createElement("pre");
  told.id = "axe-ended";
  told.textContent = JSON.stringify({faults: faults, passed: found.passes.length});
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
    script = find_axe().read_text(encoding="utf-8").replace("</script", "<\\/script")
    before, _, after = page.rpartition("</body>")
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "page.html"
        added = f"<script>{script}</script><script>{RUN}</script>"
        copy.write_text(f"{before}{added}</body>{after}", encoding="utf-8")
        call = [
            *(
                find_browser(),
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-background-networking",
            ),
            *(f"--user-data-dir={folder}/profile", f"--timeout={1000 * seconds}"),
            *(f"--virtual-time-budget={1000 * seconds}", "--window-size=1280,900"),
            f"--blink-settings=preferredColorScheme={0 if dark else 1}",
            *("--dump-dom", copy.as_uri()),
        ]
        run = subprocess.run(call, capture_output=True, text=True, timeout=2 * seconds)
    found = re.search(rf'<pre id="{ENDED}">(.*?)</pre>', run.stdout, re.DOTALL)
    if not found:
        raise RuntimeError(f"axe-core did not end: {run.stderr[-500:]}")
    told = json.loads(html.unescape(found[1]))
    if not told["passed"]:
        raise RuntimeError("axe-core looked at nothing")
    return [tuple(fault) for fault in told["faults"]]


if __name__ == "__main__":
    for fault in find_faults(Path(sys.argv[1]).read_text(encoding="utf-8")):
        print(*fault, sep="\t")
