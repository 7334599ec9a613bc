"""`make app` in headless Chromium, from the drop of a file to its report; at the width of a desk and of a phone; with broken ones."""

import os
import re
import signal
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path
from urllib.parse import urlsplit

import proposal_exports as made
import pytest
import webdriver
from crlm.plan.schema import PlanError
from crlm.proposal import command
from crlm.proposal.check import check_plan, describe, read_workflow
from running import ROOT

PYTHON = ROOT / ".venv-app/bin/python"
LEFT = "" if PYTHON.exists() else "the packages of the page are not there (make app)"
MISSING = "; ".join(filter(None, [LEFT, webdriver.tell_missing()]))
PICTURES = os.environ.get("PICTURES")  # a folder: every screen is kept there, to be looked at
FILE = {
    "N° dossier": made.FRENCH["N° dossier"],
    "Sexe": made.FRENCH["Sexe"],
    "Feld 7": made.FRENCH["Nombre de métastases hépatiques"],
    "Date de l'hépatectomie": made.FRENCH["Date de l'hépatectomie"],
    "Date de décès": made.FRENCH["Date de décès"],
    "Date des dernières nouvelles": made.FRENCH["Date des dernières nouvelles"],
}

pytestmark = pytest.mark.skipif(bool(MISSING), reason=MISSING)


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("files")
    made.write_text(folder / "Größe & Co.csv", FILE)
    made.write_text(folder / "zhongshan.csv", made.CHINESE, ",", "gb18030")
    made.write_german(folder / "Register.xlsx")
    (folder / "empty.csv").write_text("")
    (folder / "broken.xlsx").write_bytes(b"PK\x03\x04 no workbook")
    return folder


@pytest.fixture(scope="module")
def studies(tmp_path_factory):
    return tmp_path_factory.mktemp("my studies")


@pytest.fixture(scope="module")
def address(studies):
    """The page's address, while it is served."""
    settings = {"PYTHONPATH": str(ROOT / "scripts"), "STUDIES": str(studies), "NO_BROWSER": "1"}
    environment = {k: v for k, v in os.environ.items() if k != "PORT"} | settings
    server = subprocess.Popen(
        [PYTHON, "-W", "error::DeprecationWarning:crlm", "-m", "crlm.app.command"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    )
    yield server.stdout.readline().removeprefix("Open ").strip()
    server.send_signal(signal.SIGINT)
    _, complaints = server.communicate(timeout=60)
    assert complaints == ""


@pytest.fixture(params=[(1280, 900, False), (390, 844, True)], ids=["desk", "phone"])
def browser(request, address, tmp_path):
    width, height, phone = request.param
    with webdriver.Browser(tmp_path / "profile", width, height, phone) as browser:
        browser.open(address)
        browser.wait_for("Drop the file here")
        browser.wait(lambda: browser.run("return !!(window.Shiny && Shiny.shinyapp.isConnected())"))
        yield browser
        # what the page's own rules forbid (a script, a font, a picture from elsewhere) would be told here
        assert browser.list_complaints() == []


@pytest.fixture
def look(browser, request):
    """See that nothing is wider than the window, and keep a picture where they are wanted."""
    taken = []

    def see(name):
        wide, window = browser.run("return [document.documentElement.scrollWidth, innerWidth]")
        assert wide <= window, name
        taken.append(name)
        if PICTURES:
            place = request.node.callspec.id
            time.sleep(1)
            browser.take_picture(
                Path(PICTURES) / f"{request.node.originalname}_{place}_{len(taken)}_{name}.png"
            )

    return see


def ask(address, **headers):
    """The status with which an address is answered."""
    try:
        with urllib.request.urlopen(urllib.request.Request(address, headers=headers)) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code


def test_only_this_machine_and_only_the_token_are_served(address, studies):
    for part in ("data/cohort.csv", "results/report.html"):
        (studies / "other" / part).parent.mkdir(parents=True, exist_ok=True)
        (studies / "other" / part).write_text("text")
    root = f"http://{urlsplit(address).netloc}/"
    assert ask(address) == 200 == ask(f"{address}files/other/results/report.html")
    for below in ("", "x/", "lib/", f"{urlsplit(address).path[1:-2]}x/", "websocket/"):
        assert ask(root + below) == 404, below
    for file in (
        "other/data/cohort.csv",
        "other/results/../data/cohort.csv",
        "other/results/%2e%2e/data/cohort.csv",
        "../other/results/report.html",
        "%2e%2e/my studies0/other/results/report.html".replace(" ", "%20"),
        "other/results/",
    ):
        assert ask(f"{address}files/{file}") == 404, file
    assert ask(address, Host="elsewhere.example") == 400
    with pytest.raises(urllib.error.URLError):  # another address of the same machine
        ask(address.replace("127.0.0.1", "127.0.0.2"))


def write_plan(browser):
    browser.click("#to_analyses")
    browser.wait_for("Main comparison")
    browser.click("#write")
    browser.wait(lambda: browser.run("return !!document.querySelector('#check').offsetParent"))
    browser.wait_for("about the data", "#said")


def read_plan(browser):
    return browser.run("return document.querySelector('#plan').value")


def test_from_the_drop_of_a_file_to_its_report(browser, look, files, studies, request):
    browser.give("#file", str(files / "Größe & Co.csv"))
    browser.wait_for("6 of 6 columns are taken for variables")
    assert "a variable of your own: " in browser.read("tr:nth-child(3)")
    assert "26/06/2017" in browser.read("tr:nth-child(4)")  # example values
    folder = Path(browser.read("body").split("Study: ")[1].splitlines()[0])
    assert folder.parent == studies and folder.name.startswith("grosse_co")
    look("columns")
    browser.set("select[id^=variable_][id$='_2']", "n_crlm")
    browser.set("input[id^=codes_]", "H male")
    browser.click("#take")
    browser.wait_for("'H male' is no code: write them as 0 = no, 1 = yes.")
    look("codes")
    browser.set("input[id^=codes_]", "F = female, H = male")
    browser.click("#take")
    browser.wait_for("named by you: Number of metastases", "tr:nth-child(3)")
    browser.click("#to_analyses")
    browser.wait_for("Main comparison")
    browser.set("#main", "by_sex")
    look("analyses")
    browser.click("#write")
    browser.wait_for("The data have no errors")
    assert "main:\n  grouping: by_sex" in read_plan(browser)
    look("plan")
    if request.node.callspec.id == "phone":
        return  # one run is enough
    browser.set("#plan", read_plan(browser) + "resampling: {resamples: 100}\n")
    browser.click("#run")
    browser.wait(lambda: browser.run("return document.querySelector('progress').value") > 0, 90)
    assert "Cancel the run" in browser.read() and not (folder / "results/report.html").exists()
    look("running")
    browser.wait_for("Done. Open", seconds=300)
    assert "Cancel the run" not in browser.read()
    assert browser.run("var p = document.querySelector('progress'); return p.value == p.max")
    look("run")
    browser.click("#read")
    browser.wait_for("Open the report on a page of its own")
    script = "return document.querySelector('iframe').contentDocument.body.innerText"
    browser.wait(lambda: "160 patients were analysed." in browser.run(script))
    look("report")
    links = browser.run("return [...document.querySelectorAll('.links a')].map(a => a.href)")
    assert {link.rpartition("/")[2] for link in links} >= {"tables.docx", "tables.xlsx"}
    assert all(ask(link) == 200 for link in links) and len(links) > 10
    assert (folder / "config/config.yaml").read_text("utf-8").endswith("{resamples: 100}\n")
    assert {path.name for path in (folder / "data").iterdir()} == {"Größe & Co.csv"}


def test_an_open_question_stops_the_run_and_its_answer_frees_it(browser, look, files):
    browser.give("#file", str(files / "zhongshan.csv"))
    browser.wait_for("Without an answer to 1 of them no run is made")
    look("question")
    write_plan(browser)
    browser.wait_for("No run is made before this is settled", "#said")
    browser.click("#run")
    time.sleep(2)
    browser.wait_for("No run is made before this is settled", "#said")
    look("refused")
    browser.click("a[data-value=Columns]")
    browser.settle()  # what is hidden is drawn anew when it is shown
    field = browser.wait(
        lambda: browser.run(
            "return [...document.querySelectorAll('tr')].find(e => e.innerText.includes('生存状态')).querySelector('select[id^=answer_]').id"
        )
    )
    browser.set(f"#{field}", "Died: 0 = no, 1 = yes")
    browser.click("#take")
    browser.wait_for("14 of 14 columns are taken for variables. No question is open.")
    write_plan(browser)
    browser.wait_for("The data have no errors", "#said")


def say_on_the_terminal(file, folder):
    with pytest.raises(SystemExit) as stop:
        command.main(str(file), str(folder))
    return str(stop.value)


@pytest.mark.parametrize("name", ["empty.csv", "broken.xlsx", "nowhere.csv"])
def test_a_broken_file_is_told_in_the_words_of_the_terminal(
    browser, look, files, studies, tmp_path, name
):
    before = sorted(studies.iterdir())
    words = say_on_the_terminal(files / name, tmp_path / "study")
    if (files / name).exists():
        browser.give("#file", str(files / name))
        browser.wait(lambda: " ".join(words.split()) in " ".join(browser.read("#refusal").split()))
    browser.set("#path", str(files / name))
    browser.click("#look")
    browser.wait(lambda: " ".join(words.split()) in " ".join(browser.read("#refusal").split()))
    look("refused")
    assert sorted(studies.iterdir()) == before


def test_a_further_file_is_shown_and_left_out(browser, look, files):
    patients = made.draw_patients()
    lines = [
        "N° dossier;BRAF",
        *(f"{each['id']};{['wt', 'V600E'][n % 2]}" for n, each in enumerate(patients)),
    ]
    (files / "labo.csv").write_text("\n".join(lines), encoding="utf-8")
    browser.give("#file", f"{files / 'Größe & Co.csv'}\n{files / 'labo.csv'}")
    browser.wait_for("8 of 8 columns are taken for variables")
    assert "of the table 'labo.csv'" in browser.read(".columns")
    look("columns")
    browser.set("select[id^=table_]", "")
    browser.click("#take")
    browser.wait_for("you have taken it out")
    assert "BRAF" not in browser.read(".columns")
    look("left_out")
    browser.set("select[id^=table_]", "yes")
    browser.click("#take")
    browser.wait_for("of the table 'labo.csv'")


def test_a_broken_plan_is_told_in_the_words_of_a_run_and_a_run_can_be_cancelled(
    browser, look, files
):
    browser.set("#path", str(files / "Größe & Co.csv"))
    browser.click("#look")
    browser.wait_for("6 of 6 columns are taken for variables")
    folder = Path(browser.read("body").split("Study: ")[1].splitlines()[0])
    write_plan(browser)
    good = read_plan(browser)
    for broken in (
        good.replace("resection_date: ", "resectiondate: "),
        good.replace('date_format: "%d/%m', 'date_format: "%m/%d'),
        "columns: [",
    ):
        browser.set("#plan", broken)
        browser.click("#check")
        try:
            words = describe(check_plan(broken, folder, read_workflow(ROOT)))
        except PlanError as error:  # the YAML itself
            words = str(error)
        browser.wait(lambda: " ".join(words.split()) in " ".join(browser.read("#said").split()))  # noqa: B023
    look("broken")
    browser.click("#run")
    time.sleep(1)
    assert not (folder / "config/config.yaml").exists()
    browser.set("#plan", good)
    browser.click("#run")
    browser.wait(lambda: browser.run("return document.querySelector('progress').value") > 0, 90)
    browser.click("#cancel")
    browser.wait_for("The run was cancelled.", seconds=90)
    look("cancelled")
    assert not list(folder.glob(".snakemake/locks/*"))
    assert str(folder) not in subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True).stdout  # fmt: skip


ENGLISH = re.compile(r"\b(?:the|is|are|of|or|not|and|column|file|none|look|with|from|score can)\b")


def list_english(browser):
    """Lines of the page, and answers in its lists, with small words of English; what the plan says is not read."""
    options = "return [...document.querySelectorAll('option, button')].map(e => e.textContent)"
    hidden = "return [...document.querySelectorAll('label, summary, iframe[title], progress')].map(e => e.textContent)"
    texts = [*browser.read().splitlines(), *browser.run(options), *browser.run(hidden)]
    return [
        text
        for text in texts
        if ENGLISH.search(re.sub(r"'[^']*'|make study|^Studie: .*", "", text))
    ]


def test_the_page_in_german_from_a_file_to_its_plan(browser, look, files, address, studies):
    assert browser.run("return document.documentElement.lang") == "en"
    browser.click("a[lang=de]")
    browser.wait_for("Die Datei hier ablegen oder auswählen")
    browser.wait(lambda: browser.run("return !!(window.Shiny && Shiny.shinyapp.isConnected())"))
    assert browser.run("return document.documentElement.lang") == "de"
    browser.give("#file", str(files / "broken.xlsx"))
    browser.wait_for("Es wurde nichts getan.", "#refusal")
    look("german_refused")
    browser.give("#file", str(files / "Register.xlsx"))
    browser.wait_for("Spalten gelten als Variablen")
    assert "Spaltenname: Geschlecht; ihre Codes sind bekannt" in browser.read(".columns")
    assert list_english(browser) == []
    look("german_columns")
    browser.set("input[id^=codes_]", "M male")
    browser.click("#take")
    browser.wait_for("'M male' ist kein Code: schreiben als 0 = no, 1 = yes.")
    browser.set("input[id^=codes_]", "männlich = male, weiblich = female")
    browser.click("#to_analyses")
    browser.wait_for("Hauptvergleich")
    assert "Gesamtüberleben" in browser.read() and list_english(browser) == []
    look("german_analyses")
    browser.click("#write")
    browser.wait_for("zu den Daten", "#said")
    plan = read_plan(browser)
    assert "  language: de " in plan and "# Vorgeschlagen von `make study`" in plan
    browser.set("#plan", plan.replace("origin: ", "orign: "))
    browser.click("#check")
    browser.wait_for("Vor der Klärung gibt es keinen Lauf", "#said")
    assert "es gibt keinen Schlüssel 'orign'. Ist 'origin' gemeint?" in browser.read("#said")
    look("german_plan")
    for step in ("Run", "Report"):
        browser.click(f"a[data-value={step}]")
        browser.wait_for({"Run": "Es läuft nichts.", "Report": "noch keinen Bericht"}[step])
        assert list_english(browser) == []
    browser.open(f"{address}?lang=en")  # the other pages of the same process
    browser.wait_for("Drop the file here, or choose it")
