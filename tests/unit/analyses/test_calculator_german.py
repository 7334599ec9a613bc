"""The calculator in German: the same numbers as in English and in Python, with the signs of the language."""

import html
import json
import re
from pathlib import Path

import pandas as pd
import pytest
from analyses.test_calculator_engine import (
    compute_expected,
    draw_patients,
    fill_in,
    list_cells,
    needs_browser,
    open_page,
    read_data,
    read_sources,
    write_page,
)
from crlm.analyses.calculator import estimate
from crlm.display import formats, language
from crlm.report import translation

GERMAN = Path(__file__).parents[3] / "workflow/languages/de.po"
PATIENTS = 40
EVERY = """<pre id="out">not run</pre><script>
const PATIENTS = %s;
const rows = PATIENTS.map((patient) => {
  for (const [name, text] of Object.entries(patient)) document.getElementById(`v_${name}`).value = text;
  document.getElementById("patient").dispatchEvent(new Event("input"));
  return [...document.querySelectorAll("#overview tbody tr")].map((row) => [...row.cells].slice(1, 3).map((cell) => cell.textContent));
});
document.getElementById("out").textContent = JSON.stringify(rows);
</script></body>"""


@pytest.fixture
def plan(plan_of, base, shipped):
    unverified = [k for k, score in shipped["scores"].items() if score["evidence"] == "unverified"]
    chosen = {"scores": {"allow_unverified": unverified}, "output": {"language": "de"}}
    return plan_of(base | chosen)


@pytest.fixture
def scores(plan):
    return {name: plan["scores"][name] for name in plan["calculator"]["scores"]}


@pytest.fixture
def speak(plan, scores):
    """A function that builds the page in a language, and returns it with the sentences that stayed English."""

    def build(code, root, strata=None):
        own = [*plan["numbers"]["own"], "Made up"]
        formats.use({"language": code, "own": own}, [GERMAN])
        page = translation.translate_alone(write_page(plan, scores, read_sources(root), strata))
        return page, language.catalogue() and language.catalogue().missed

    yield build
    formats.use()


def tell_span(lower, upper, decimal):
    """The points as the page tells them."""
    ends = ["" if end is None else f"{end:.10g}".replace("-", "−") for end in (lower, upper)]
    ends = [end.replace(".", decimal) for end in ends]
    if lower == upper and lower is not None:
        return ends[0]
    if "" in ends:
        signs = {(True, True): "nicht bekannt", (True, False): "≤ ", (False, True): "≥ "}
        return signs[ends[0] == "", ends[1] == ""] + "".join(ends)
    return "–".join(ends)


@needs_browser
def test_patients_have_the_points_of_the_run_also_in_german(
    speak, plan, scores, shipped, root, tmp_path
):
    variables = plan["calculator"]["variables"]
    table = draw_patients(variables, scores, PATIENTS, seed=7)
    expected = compute_expected(table, scores, shipped["dictionary"])
    text, _ = speak("de", root)
    asked = set(re.findall(r'id="v_(\w+)"', open_page(text, tmp_path)))
    patients = [
        {
            name: "" if pd.isna(value) else str(value).removesuffix(".0").replace(".", ",")
            for name, value in row.items()
            if name in asked
        }
        for row in table.to_dict("records")
    ]
    shown = open_page(text.replace("</body>", EVERY % json.dumps(patients)), tmp_path)
    rows = json.loads(html.unescape(re.search(r'<pre id="out">(.*?)</pre>', shown, re.S)[1]))
    told = [
        [tell_span(*scores_of[place][:2], ",") for scores_of in expected]
        for place in range(PATIENTS)
    ]
    assert [[cells[0] for cells in row] for row in rows] == told
    assert sum("," in text for patient in patients for text in patient.values()) > 100
    groups = [list(score["groups"].values()) for score in read_data(text)["scores"]]
    labels = [{each["label"] for each in group} for group in groups]
    known = [cells[1] in labels[n] for row in rows for n, cells in enumerate(row) if cells[1]]
    assert sum(known) > 100


@needs_browser
def test_words_signs_and_inputs_are_german(speak, root, tmp_path):
    text, missed = speak("de", root)
    assert missed == set()
    answers = {"n_crlm": "1,5", "size_max_cm": "4.5", "age": "200", "cea_ng_ml": "1.200"}
    shown = open_page(fill_in(text, answers), tmp_path)
    for field, words in {
        "n_crlm": "keine ganze Zahl: zählt nicht",
        "age": "außerhalb von 0–120: zählt nicht",
        "cea_ng_ml": "1.200 kann 1200 oder 1,2 sein: bitte eines davon schreiben; zählt nicht",
    }.items():
        assert f'id="s_{field}" class="said">{words}<' in shown
    assert 'id="s_size_max_cm" class="follows"></div>' in shown
    assert list_cells(shown, "overview")["Fong clinical risk score"][1] in (
        "Niedrig",
        "Low (0-2) oder High (3-5)",
    )
    assert '<html lang="de">' in shown and "nicht für Entscheidungen über die Behandlung" in shown
    assert "Die Kohorte ist <strong>synthetisch</strong>: ihr Überleben" in shown


@needs_browser
def test_a_thousand_with_its_sign_is_not_taken_for_a_decimal(speak, root, tmp_path):
    text, _ = speak("en", root)
    shown = open_page(fill_in(text, {"cea_ng_ml": "1,200", "size_max_cm": "0,125"}), tmp_path)
    words = "1,200 may be 1200 or 1.2: write one of these; not counted"
    assert f'id="s_cea_ng_ml" class="said">{words}<' in shown
    assert 'id="s_size_max_cm" class="follows"></div>' in shown


@needs_browser
def test_survival_has_the_decimal_sign(speak, root, tmp_path):
    row = ["fong", "group", "low", "os", 40, 12, 12, 0.6543, 0.5, 0.8012, 21]
    strata = pd.DataFrame([row], columns=estimate.STRATA)
    rows = list_cells(open_page(speak("de", root, strata)[0], tmp_path), "d_fong")
    told = next(cells for cells in rows.values() if cells[1:2] == ["40 (12)"])
    assert re.sub(r"\s+", " ", told[2]) == "65,4 (50,0–80,1) unter Risiko 21"


def test_data_of_the_page_change_their_words_only(speak, root):
    english, german = (read_data(speak(code, root)[0]) for code in ("en", "de"))
    assert (english["decimal"], german["decimal"], german["group"]) == (".", ",", ".")
    assert list_facts(english) == list_facts(german)
    assert english["variables"]["cea_ng_ml"]["label"] != german["variables"]["cea_ng_ml"]["label"]
    assert german["tags"]["recalled"] == "aus dem Gedächtnis"


def list_facts(value, path=()):
    """Every number, yes or no of the data, and where it stands; names of levels too, but no words."""
    if isinstance(value, dict):
        return [each for key, inner in value.items() for each in list_facts(inner, (*path, key))]
    if isinstance(value, list) and path[-1] != "rules":
        return [each for n, inner in enumerate(value) for each in list_facts(inner, (*path, n))]
    words = (
        isinstance(value, str) and not {"levels", "threshold", "key"} & set(path)
    ) or "rules" in path
    return [] if words or "level_labels" in path else [(path, value)]
