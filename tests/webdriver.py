"""A browser driven over the WebDriver protocol: Chromium by chromedriver, headless. No package is needed.

`python tests/webdriver.py ADDRESS picture.png [WIDTH HEIGHT]` takes a picture of a page.
"""

import base64
import json
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from accessibility import find_browser

ELEMENT = "element-6066-11e4-a52e-4f735466cecf"  # the key of the standard
AT_WORK = "return document.documentElement.classList.contains('shiny-busy')"
READ = """
var e = document.querySelector(arguments[0]);
if (!e) return '';
var lists = [...e.querySelectorAll('select')].map(each => each.innerText).filter(text => text.length > 3);
return lists.reduce((text, list) => text.replace(list, ''), e.innerText);
"""
SWITCHES = (
    "--headless=new",
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
)


def tell_missing():
    """Why no browser can be driven; empty when it can."""
    missing = [] if find_browser() else ["chromium"]
    missing += [] if shutil.which("chromedriver") else ["chromedriver (Debian: chromium-driver)"]
    return f"{' and '.join(missing)} not installed" if missing else ""


class Browser:
    """One window. Elements are named by CSS selectors; the first that fits counts, and is waited for."""

    def __init__(self, profile, width=1280, height=900, phone=False):
        with socket.socket() as door:
            door.bind(("127.0.0.1", 0))
            port = door.getsockname()[1]
        command = [shutil.which("chromedriver"), f"--port={port}"]
        self.driver = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        self.base = f"http://127.0.0.1:{port}/session"
        options = {
            "binary": find_browser(),
            "args": [*SWITCHES, f"--user-data-dir={profile}", f"--window-size={width},{height}"],
        }
        if phone:
            metrics = {"width": width, "height": height, "pixelRatio": 1, "touch": True}
            options["mobileEmulation"] = {"deviceMetrics": metrics}
        wanted = {
            "browserName": "chrome",
            "goog:chromeOptions": options,
            "goog:loggingPrefs": {"browser": "ALL"},
        }
        self._wait_for_driver(port)
        made = self._ask("POST", "", {"capabilities": {"alwaysMatch": wanted}})
        self.base = f"{self.base}/{made['sessionId']}"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        try:
            self._ask("DELETE", "")
        finally:
            self.driver.terminate()
            self.driver.wait(timeout=20)

    def _wait_for_driver(self, port, seconds=20):
        until = time.monotonic() + seconds
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                return
            except OSError:
                if time.monotonic() > until:
                    raise
                time.sleep(0.1)

    def _ask(self, method, path, body=None):
        data = json.dumps(body).encode() if body is not None else None
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(self.base + path, data, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=120) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            told = json.load(error)["value"]
            raise LookupError(f"{told['error']}: {told['message'][:300]}") from None

    def open(self, address):
        self._ask("POST", "/url", {"url": address})

    def run(self, script, *arguments):
        """Run JavaScript in the page and return what it returns."""
        return self._ask("POST", "/execute/sync", {"script": script, "args": list(arguments)})

    def read(self, selector="body"):
        """The text of an element as it is seen, lists to choose from left out; empty when it is not there."""
        return self.run(READ, selector)

    def wait(self, test, seconds=60):
        """Wait until `test()` is true, and return what it is. Raises TimeoutError with the page's text."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            try:
                if found := test():
                    return found
            except LookupError:
                pass
            time.sleep(0.2)
        raise TimeoutError(f"after {seconds} s the page says: {self.read()[:3000]}")

    def wait_for(self, text, selector="body", seconds=60):
        return self.wait(lambda: text in self.read(selector), seconds)

    def settle(self):
        """Wait until the server has drawn what a click asked for: it is not at work at three looks one after another."""

        def is_quiet():
            if self.run(AT_WORK):
                return False
            time.sleep(0.2)
            return not self.run(AT_WORK)

        for _ in range(3):
            self.wait(is_quiet)

    def find(self, selector):
        found = self._ask("POST", "/element", {"using": "css selector", "value": selector})
        return found[ELEMENT]

    def click(self, selector):
        self.run(
            "document.querySelector(arguments[0]).scrollIntoView({block: 'center', behavior: 'instant'})",
            selector,
        )
        self._ask("POST", f"/element/{self.find(selector)}/click", {})

    def give(self, selector, text):
        """Type a text; to a field for files, its path."""
        self._ask("POST", f"/element/{self.find(selector)}/value", {"text": text})

    def set(self, selector, value):
        """Set a field's value, as a choice from a list or a pasted text does, and leave it."""
        self.run(
            "var e = document.querySelector(arguments[0]); e.value = arguments[1];"
            "e.dispatchEvent(new Event('input', {bubbles: true})); e.dispatchEvent(new Event('change', {bubbles: true}));"
            "e.dispatchEvent(new Event('blur', {bubbles: true}));",
            selector,
            value,
        )

    def list_complaints(self):
        """What the browser has written to its console since it was asked last."""
        return [
            each["message"]
            for each in self._ask("POST", "/se/log", {"type": "browser"})
            if each["level"] == "SEVERE"
        ]

    def take_picture(self, path, whole=True):
        if whole:  # as high as the page
            size = {"captureBeyondViewport": True, "format": "png"}
            body = {"cmd": "Page.captureScreenshot", "params": size}
            data = self._ask("POST", "/goog/cdp/execute", body)["data"]
        else:
            data = self._ask("GET", "/screenshot")
        Path(path).write_bytes(base64.b64decode(data))


if __name__ == "__main__":
    import tempfile

    size = [int(each) for each in sys.argv[3:5]] or [1280, 900]
    with tempfile.TemporaryDirectory() as profile, Browser(profile, *size) as browser:
        browser.open(sys.argv[1])
        time.sleep(2)
        browser.take_picture(sys.argv[2])
        print("\n".join(browser.list_complaints()))
