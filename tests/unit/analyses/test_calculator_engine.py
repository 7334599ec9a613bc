"""The engine in the browser against the engine in Python, on 10,000 random patients; the page as a user fills it in."""

import html
import json
import re
import shutil
import subprocess

import numpy as np
import pandas as pd
import pytest
from crlm.analyses.calculator import estimate, page
from crlm.cohort.derivation import derive_variables
from crlm.plan.variables import declare_variables, list_rules
from crlm.scores.engine import compute_score

PATIENTS = 10_000
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "google-chrome", "chrome"))), None)
needs_browser = pytest.mark.skipif(
    CHROMIUM is None, reason="no chromium or chrome on this machine to open the page in"
)
HARNESS = """<!DOCTYPE html><meta charset="utf-8"><pre id="out">not run</pre>
<script>const say = String.raw; // as the page has it when it is built</script>
<script>%(engine)s</script>
<script>
const DATA = %(data)s, CASES = %(cases)s, FAULTS = [];
const read = (text) => (text === null ? null : Array.isArray(text) ? [text[0] ?? -Infinity, text[1] ?? Infinity] : text);
let compared = 0;
CASES.patients.forEach((row, place) => {
  const entered = {};
  CASES.columns.forEach((name, column) => {
    const value = row[column], levels = DATA.variables[name].levels;
    entered[name] = levels.length ? (value === null ? null : levels[value]) : value === null ? UNKNOWN : [value, value];
  });
  for (const name of Object.keys(DATA.variables)) if (!(name in entered)) entered[name] = UNKNOWN;
  const { patient } = completePatient(entered, DATA.variables);
  DATA.scores.forEach((score, number) => {
    const { lower, upper, group } = evaluateScore(score, DATA.variables, patient);
    const wanted = CASES.expected[number][place];
    compared += 1;
    const same = read([wanted[0], null])[0] === lower && (wanted[1] ?? Infinity) === upper && wanted[2] === group;
    if (!same && FAULTS.length < 20) FAULTS.push({ place, score: score.name, lower, upper, group, wanted });
  });
});
document.getElementById("out").textContent = JSON.stringify({ compared, faults: FAULTS });
</script>"""


def open_page(text, folder, width=1280, height=1000):
    """What the page shows once its scripts have run, as the text of its document."""
    file = folder / "page.html"
    file.write_text(text, encoding="utf-8")
    command = [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run"]
    command += ["--disable-background-networking", f"--user-data-dir={folder / 'browser'}"]
    command += [f"--window-size={width},{height}", "--virtual-time-budget=20000", "--dump-dom"]
    run = subprocess.run([*command, file.as_uri()], capture_output=True, timeout=240, check=True)
    return run.stdout.decode("utf-8")


@pytest.fixture
def plan(plan_of, base, shipped):
    unverified = [k for k, score in shipped["scores"].items() if score["evidence"] == "unverified"]
    return plan_of(base | {"scores": {"allow_unverified": unverified}})


@pytest.fixture
def scores(plan):
    return {name: plan["scores"][name] for name in plan["calculator"]["scores"]}


def draw_patients(variables, scores, count, seed=20261126):
    """Random patients with a third of the entries missing; numbers stand at, just beside and far from every threshold."""
    random = np.random.default_rng(seed)
    edges = {}
    for score in scores.values():
        for component in score["components"].values():
            for entry in component.get("points", []):
                for test in entry.get("any") or [{**entry, "variable": component["variable"]}]:
                    if isinstance(test["threshold"], int | float):
                        edges.setdefault(test["variable"], []).append(test["threshold"])
    columns = {}
    for name, spec in variables.items():
        if spec["formula"] and not spec["levels"]:
            continue
        if spec["levels"]:
            values = random.choice(np.array(spec["levels"], object), count)
        else:
            near = np.array(edges.get(name, [5.0]), float)
            choice = random.choice(near, count) + random.choice([-1, -0.1, 0, 0, 0.1, 1], count)
            wide = random.gamma(1.5, 20, count)
            values = np.where(random.random(count) < 0.7, choice, wide)
            values = np.clip(values, *(spec["range"] or (0, None)))
            values = np.round(values) if spec["kind"] == "count" else np.round(values, 1)
        columns[name] = pd.Series(values).where(random.random(count) >= 0.3, None)
    return pd.DataFrame(columns)


def type_columns(table, variables):
    typed = {"patient_id": [f"p{place}" for place in range(len(table))]}
    for name, column in table.items():
        spec = variables[name]
        typed[name] = (
            pd.Categorical(column, spec["levels"], ordered=spec["kind"] == "ordinal")
            if spec["levels"]
            else column.astype(float)
        )
    return pd.DataFrame(typed)


def compute_expected(table, scores, dictionary):
    """[[lower, upper, group] per patient] per score, as the run computes them; infinite bounds are None."""
    declared = declare_variables({}, dictionary, [])
    rules = {name: list_rules(declared[name], list(table)) for name in table}
    patients, _ = derive_variables(
        type_columns(table, declared), {n: r for n, r in rules.items() if r}, declared
    )
    expected = []
    for score in scores.values():
        found = compute_score(patients, score)
        ends = (
            found[["lower", "upper"]]
            .astype(object)
            .where(np.isfinite(found[["lower", "upper"]]), None)
        )
        expected.append(
            [
                [*row, group]
                for row, group in zip(ends.to_numpy().tolist(), found["group"], strict=True)
            ]
        )
    return expected


def encode(table, variables):
    places = {n: {level: k for k, level in enumerate(s["levels"])} for n, s in variables.items()}
    rows = [
        [
            None
            if value is None
            else places[name][value]
            if variables[name]["levels"]
            else float(value)
            for name, value in zip(table.columns, row, strict=True)
        ]
        for row in table.astype(object).where(table.notna(), None).to_numpy().tolist()
    ]
    return list(table.columns), rows


def read_sources(root):
    names = {
        "template": "calculator.html.j2",
        "engine": "calculator_engine.js",
        "script": "calculator.js",
    }
    return {
        key: (root / "workflow/report" / file).read_text("utf-8") for key, file in names.items()
    }


def write_page(plan, scores, sources, strata=None, models=None):
    empty = pd.DataFrame(columns=estimate.STRATA)
    return page.build_page(
        {"title": "Made up", "synthetic": True},
        plan["calculator"],
        scores,
        plan["endpoints"],
        empty if strata is None else strata,
        models or {},
        sources,
    )


def read_data(text):
    return json.loads(
        re.search(r'<script type="application/json" id="data">(.*?)</script>', text, re.S)[1]
    )


@needs_browser
def test_ten_thousand_patients_have_the_points_of_the_run(plan, scores, shipped, root, tmp_path):
    variables, sources = plan["calculator"]["variables"], read_sources(root)
    table = draw_patients(variables, scores, PATIENTS)
    expected = compute_expected(table, scores, shipped["dictionary"])
    known = [np.mean([row[0] == row[1] for row in rows]) for rows in expected]
    assert len(scores) >= 23 and min(known) > 0.005 and max(known) < 0.9  # both kinds are tried
    columns, rows = encode(table, variables)
    data = read_data(write_page(plan, scores, sources))
    cases = {"columns": columns, "patients": rows, "expected": expected}
    text = HARNESS % {
        "engine": sources["engine"],
        "data": json.dumps(data),
        "cases": json.dumps(cases),
    }
    shown = open_page(text, tmp_path)
    found = json.loads(html.unescape(re.search(r'<pre id="out">(.*?)</pre>', shown, re.S)[1]))
    assert found["faults"] == []
    assert found["compared"] == PATIENTS * len(scores)


def fill_in(text, answers):
    """The page after somebody has filled in these fields."""
    steps = "".join(
        f'document.getElementById("v_{name}").value = {json.dumps(value)};'
        for name, value in answers.items()
    )
    event = 'document.getElementById("patient").dispatchEvent(new Event("input"));'
    opened = 'document.querySelectorAll("details").forEach((box) => { box.open = true; });'
    return text.replace("</body>", f"<script>{steps}{event}{opened}</script></body>")


def list_cells(shown, part):
    """The cells of every row of a section, by the row's first cell."""
    section = re.search(rf'<(section|details) id="{part}".*?</\1>', shown, re.S)[0]
    rows = re.findall(r"<tr[^>]*>(.*?)</tr>", section, re.S)
    cells = [
        [
            html.unescape(re.sub(r"<[^>]+>", " ", cell)).strip()
            for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.S)
        ]
        for row in rows
    ]
    return {row[0]: row[1:] for row in cells}


@needs_browser
def test_the_page_tells_points_ranges_and_what_follows(plan, scores, root, tmp_path):
    text = write_page(plan, scores, read_sources(root))
    answers = {"pn_primary": "N1", "synchronous": "yes", "n_crlm": "3", "size_max_cm": "4,5"}
    rows = list_cells(open_page(fill_in(text, answers), tmp_path), "overview")
    assert rows["Fong clinical risk score"][:3] == ["3–4", "High (3-5)", "CEA > 200 ng/mL"]
    rows = list_cells(
        open_page(fill_in(text, answers | {"cea_ng_ml": "200"}), tmp_path), "overview"
    )
    assert rows["Fong clinical risk score"][:3] == ["3", "High (3-5)", ""]
    assert rows["Tumor Burden Score zone"][0] == "2"  # hypot(4.5, 3) = 5.4
    shown = open_page(
        fill_in(text, {"size_max_cm": "abc", "n_crlm": "1.5", "age": "200"}), tmp_path
    )
    for field, words in {
        "size_max_cm": "not a number",
        "n_crlm": "not a whole number",
        "age": "outside 0–120",
    }.items():
        assert f'id="s_{field}" class="said">{words}: not counted' in shown
    rows = list_cells(shown, "overview")
    assert rows["Fong clinical risk score"][0] == "0–5"


@needs_browser
def test_published_survival_of_the_stratum_with_its_support(plan, scores, root, tmp_path):
    text = write_page(plan, scores, read_sources(root))
    answers = {
        "node_positive": "no",
        "disease_free_interval": "20",
        "n_crlm": "2",
        "size_max_cm": "6",
        "cea_ng_ml": "3",
    }
    shown = open_page(fill_in(text, answers), tmp_path)
    rows = list_cells(shown, "d_fong")
    assert rows["2 points"][:2] == ["overall survival (Fong 1999)", "350"]
    assert rows["2 points"][2:8] == ["89", "73", "60", "51", "40", "47"]
    assert "recalled" in rows["2 points"][8] and "secondary" in rows["2 points"][8]
    assert rows["Low (0-2)"][6] == "47" and "3 points" not in rows


def test_the_page_asks_for_no_network_and_names_its_purpose(plan, scores, root):
    text = write_page(plan, scores, read_sources(root))
    data = read_data(text)
    rest = re.sub(r'<script type="application/json".*?</script>', "", text, flags=re.S)
    assert not re.search(r"(src|href)=|https?:|fetch\(|XMLHttpRequest|import\(", rest)
    assert "research only, not for treatment decisions" in text and "synthetic" in text
    assert {each["name"] for each in data["scores"]} == set(scores)
    assert "</script><script>alert" not in write_page(
        plan,
        {**scores, "fong": {**scores["fong"], "conflicts": ["</script><script>alert(1)"]}},
        read_sources(root),
    )
