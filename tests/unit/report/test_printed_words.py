"""Sentences of methods and report are parsed and recounted; tables of the page are those of their endpoint."""

import re
from html.parser import HTMLParser

import pandas as pd
import pytest
from crlm.analyses.cross_check.words import tell
from crlm.analyses.kaplan_meier.words import describe_curves
from crlm.report.build import build_report, list_key_numbers
from crlm.report.methods import build_methods
from crlm.report.tables import build_tables
from display_inputs import SOFTWARE, make_plan, make_results
from printed_inputs import make_study, say, say_limits, scatter, scatter_results
from test_report import TEMPLATES

RESAMPLES, SEED, IMPUTATIONS, ITERATIONS = 4219, 87, 43, 17


@pytest.fixture(scope="module")
def study():
    """Plan, results and {heading: text of the methods}."""
    plan = make_plan()
    plan["resampling"] = {"resamples": RESAMPLES, "seed": SEED}
    plan["missing_components"] |= {"imputations": IMPUTATIONS, "iterations": ITERATIONS}
    plan["endpoints"]["alpha"] |= {"horizon_months": 84, "origin": "day"}
    plan["groupings"]["tiers"] |= {"landmark_months": 3, "strata_label": None}
    plan["groupings"]["overall"]["strata_label"] = None
    plan["models"]["adjusted"]["landmark_months"] = 6
    plan["added_value"]["risk_thresholds"] = [15, 35]
    grouping = {**plan["groupings"]["tiers"], "reference": "low"}
    plan["restricted_mean"] = {
        "groupings": {"tiers": grouping},
        "horizons_months": {"alpha": [24, 66]},
    }
    results = scatter_results(make_results(plan))
    methods = {
        heading: " ".join(parts) for heading, parts in build_methods(plan, results, SOFTWARE)
    }
    return plan, results, methods


def find(pattern, words):
    """The numbers that a pattern finds, each time."""
    return [tuple(map(float, match.groups())) for match in re.finditer(pattern, words)]


def test_patients_before_and_after_exclusions(study):
    _, results, methods = study
    steps = results["attrition"]
    steps = steps[steps["endpoint"].isna()]
    rows, analysed = steps["remaining"].iloc[0], steps["remaining"].iloc[-1]
    assert rows != analysed
    pattern = r"held (\d+) rows, one per patient; (\d+) patients were analysed"
    assert find(pattern, methods["Patients and data"]) == [(rows, analysed)]
    assert f"Too <early> ({steps['excluded'].iloc[1]})" in methods["Patients and data"]


def test_patients_with_a_follow_up_of_nothing():
    """Four findings about three patients: patients are counted."""
    plan = make_plan()
    results = make_results(plan)
    findings = results["data_quality"]
    more = findings[findings["rule"] == "zero_time"]
    results["data_quality"] = pd.concat(
        [findings, more.tail(1), more.tail(1).assign(patient_id="SECRET-3")]
    )
    words = dict(build_methods(plan, results, SOFTWARE))["Endpoints"][-1]
    assert "this concerned 3 patients" in words


def test_resamples_and_seed_everywhere(study):
    methods = study[2]
    for heading, pattern, numbers in (
        (
            "Scores and models head to head",
            r"(\d+) bootstrap resamples of patients \(seed (\d+)\)",
            (RESAMPLES, SEED),
        ),
        ("Added value", r"(\d+) bootstrap resamples \(seed (\d+)\)", (RESAMPLES, SEED)),
        ("Cut-offs", r"\((\d+) permutations, seed (\d+)\)", (RESAMPLES, SEED)),
        (
            "Lesions of one patient",
            r"(\d+) bootstrap resamples of patients \(seed (\d+)\)",
            (RESAMPLES, SEED),
        ),
        (
            "Missing components of scores",
            r"(\d+) imputed data sets per endpoint, (\d+) iterations each, seed (\d+)",
            (IMPUTATIONS, ITERATIONS, SEED),
        ),
    ):
        assert find(pattern, methods[heading]) == [numbers], heading
    everything = " ".join(methods.values())
    assert set(find(r"(\d+) (?:bootstrap resamples|permutations)", everything)) == {(RESAMPLES,)}
    assert set(find(r"seed (\d+)", everything)) == {(SEED,)}


def test_months_of_the_plan(study):
    methods = study[2]
    assert "Time is in months of 30.4375 days" in methods["Endpoints"]
    assert find(r"events after (\d+) months are not counted", methods["Endpoints"]) == [(84,)]
    assert re.search(r"Marker</b> & \$x\$ at 3 months", methods["Survival"])
    assert find(r"from a landmark at (\d+) months", methods["Cox models"]) == [(6,)]
    assert "Alpha-free survival: 24 and 66 months" in methods["Restricted mean survival time"]
    assert "Risk groups were cut at 15 and 35 %" in methods["Added value"]


def test_cuts_of_the_plan(study):
    plan, _, methods = study
    cut = plan["cutoffs"]["weight"]
    words = methods["Cut-offs"]
    assert find(r"fewer than (\d+) events on a side", words) == [(cut["minimum_events"],)]
    assert find(r"searched where (\d+) to (\d+) % of", words) == [tuple(cut["search_percent"])]
    assert "Cuts in use: ≥ 60: Doe 2001" in words


def test_published_curves_are_counted(study):
    _, results, methods = study
    groups = results["reconstructed_groups"]
    pattern = r"(\d+) readings of (\d+) curves, (\d+) patients, (\d+) events reconstructed"
    keys = ("readings", "published_patients", "published_events")
    readings, patients, events = (groups[key].sum() for key in keys)
    assert find(pattern, methods["Published curves"]) == [(readings, len(groups), patients, events)]


def test_key_numbers_at_the_top(study):
    """Patients analysed; of the endpoint events, survival at its last landmark, median survival."""
    plan, results, _ = study
    flow, alpha = results["attrition"], results["endpoints"]["alpha"]
    patients, endpoint = list_key_numbers(plan, results)
    assert patients["value"] == str(flow.loc[flow["endpoint"].isna(), "remaining"].iloc[-1])
    row = alpha["summary"].query("grouping == 'overall'").iloc[0]
    last = alpha["landmarks"].query("grouping == 'overall' and time == 60").iloc[0]
    assert endpoint["label"] == "Alpha-free survival, median in months (95% CI)"
    assert endpoint["value"] == say_limits(
        row, ("median", "median_lower", "median_upper"), end="NR"
    )
    share, limits = say_limits(last, ("survival", "lower", "upper"), factor=100).split(" ")
    assert endpoint["detail"] == f"{row['events']:.0f} events; {share}% {limits} at 60 months"


def test_captions_of_curves(study):
    plan, _, _ = study
    output = {"confidence_band": True, "risk_table": ["at_risk", "events"]}
    said = " ".join(describe_curves(output, plan["endpoints"]["alpha"], plan["groupings"]["tiers"]))
    assert find(r"observed beyond (\d+) months; time counts from there", said) == [(3,)]
    assert find(r"Follow-up ends at (\d+) months", said) == [(84,)]


@pytest.mark.parametrize(
    ("groups", "entry", "told", "silent"),
    [
        (1, None, "Bands", "compared"),
        (2, None, "log-rank test. A hazard ratio is that of a Cox model", "score test"),
        (4, None, "Bands: pointwise 95%", "hazard ratio"),
        (5, None, "log-rank test", "Bands"),
        (2, "late", "score test of the Cox model", "log-rank"),
    ],
)
def test_a_caption_tells_the_test_and_bands_of_its_own_curves(groups, entry, told, silent):
    output = {"confidence_band": True, "risk_table": []}
    grouping = {"groups": list("abcde")[:groups], "landmark_months": None}
    said = " ".join(describe_curves(output, {"entry": entry, "horizon_months": None}, grouping))
    assert told in said and silent not in said.replace("(log-log)", "")


def test_missing_and_landmarks_below_the_survival_table(study):
    plan, results, _ = study
    tables = {table.name: table for table in build_tables({**plan, "restricted_mean": {}}, results)}
    missing = results["endpoints"]["alpha"]["summary"].query("grouping == 'tiers'")["missing"].max()
    notes = " ".join(tables["survival_alpha"].notes)
    assert find(r"(\d+) patients in none of the groups", notes) == [(missing,)]
    assert find(r"patients at risk at (\d+) months, time from there", notes) == [(3,)]
    assert find(r"patients at risk at (\d+) months", " ".join(tables["cox_alpha"].notes)) == [(6,)]


def test_numbers_computed_twice_are_counted():
    names = [
        "endpoint",
        "where",
        "what",
        "value",
        "by",
        "second_value",
        "second_by",
        "difference",
        "note",
    ]
    rows = [
        ("alpha", "all", "median", 20.5, "one", 20.5, "two", 3e-12, None),
        ("alpha", "all", "p", 0.25, "one", 0.75, "two", 0.5, "above the limit"),
        ("alpha", "all", "C", 0.625, "one", None, "two", None, None),
    ]
    words = tell(pd.DataFrame(rows, columns=names))
    assert words.startswith(
        "2 numbers of this report were computed twice, by different implementations (one and two)"
    )
    assert "the largest relative difference is 5e-01" in words
    assert "alpha, all, p: 0.25 (one) and 0.75 (two)" in words
    assert "median" not in words
    rows = [
        ("alpha", "all", "p", 0.25, "lifelines, statsmodels", 0.25, "own arrays", 0.0, None),
        ("alpha", "all", "C", 0.25, "lifelines", 0.25, "recount", 0.0, None),
    ]
    words = tell(pd.DataFrame(rows, columns=names))
    assert "implementations (lifelines, statsmodels and own code); the largest" in words


# --- the page --------------------------------------------------------------------------------------


class Tables(HTMLParser):
    """[(title, [[texts of the cells]])] of the tables of a page, in order; `shown`: the numbers at its top."""

    def __init__(self, page):
        super().__init__(convert_charrefs=True)
        self.found, self.words, self.inside = [], None, None
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        if tag == "caption":
            self.words, self.inside = [], "title"
        elif tag == "table":
            self.found.append(("", []))
        elif tag == "tr" and self.found:
            self.found[-1][1].append([])
        elif tag in ("td", "th"):
            self.words, self.inside = [], "cell"

    def handle_endtag(self, tag):
        if tag == "caption":
            self.found[-1] = ("".join(self.words).strip(), self.found[-1][1])
            self.inside = None
        elif tag in ("td", "th"):
            self.found[-1][1][-1].append("".join(self.words).strip())
            self.inside = None

    def handle_data(self, data):
        if self.inside:
            self.words.append(data)


@pytest.fixture(scope="module")
def two():
    """A plan with two endpoints that differ in every number; its results, tables and page."""
    plan, results, _ = make_study()
    alpha = plan["endpoints"]["alpha"]
    beta = {**alpha, "label": "Beta survival", "abbreviation": "BS"}
    main = {**plan["main"], "endpoints": ["alpha", "beta"]}
    plan = {**plan, "endpoints": {"alpha": alpha, "beta": beta}, "main": main}
    own = {
        name: scatter(table, 1) for name, table in make_results(plan)["endpoints"]["alpha"].items()
    }
    results = {**results, "endpoints": {"alpha": results["endpoints"]["alpha"], "beta": own}}
    tables, methods = build_tables(plan, results), build_methods(plan, results, SOFTWARE)
    page = build_report(plan, results, {}, tables, methods, SOFTWARE, TEMPLATES)
    return plan, results, {table.name: table for table in tables}, page


def list_texts(table):
    """The texts of every row, without the empty ones, in single blanks."""
    return clean([[cell.text for cell in row.cells] for row in table.rows])


def clean(rows):
    return [[" ".join(cell.split()) for cell in row if cell] for row in rows]


def test_every_table_of_an_endpoint_holds_its_own_numbers(two):
    """Those that it has when it is the only endpoint, none of them the first endpoint's."""
    plan, results, tables, _ = two
    one = make_study()[0]
    alone = {"alpha": results["endpoints"]["beta"]}
    only = build_tables(
        {**plan, **{key: one[key] for key in ("endpoints", "main")}},
        {**results, "endpoints": alone},
    )
    only, seen = {table.name: table for table in only}, 0
    for name, table in tables.items():
        if "beta" in name:
            first = name.replace("beta", "alpha")
            own, wanted, other = (list_texts(each) for each in (table, only[first], tables[first]))
            assert own == wanted, name
            assert own != other, name
            seen += 1
    assert seen > 15 and "main_survival_beta" in tables


def test_the_page_prints_every_cell_of_every_table(two):
    """As the tables are: each cell, in its order, under the title of its table."""
    _, _, tables, page = two
    found = dict(Tables(page).found)
    for name, table in tables.items():
        if name.startswith("survival_"):
            continue  # in parts, one per grouping: below
        title = next(key for key in found if key.endswith(f" {table.title}"))
        body = list_texts(table)
        assert clean(found[title])[-len(body) :] == body, name


def test_parts_of_survival_stand_under_the_endpoint_with_its_numbers(two):
    plan, results, _, page = two
    found = Tables(page).found
    for name, spec in plan["endpoints"].items():
        summary = results["endpoints"][name]["summary"]
        for key, grouping in plan["groupings"].items():
            title = f"{spec['label']}: {grouping['label']}"
            rows = next(
                rows
                for words, rows in found
                if re.search(rf"\. {re.escape(title)} \(synthetic", words)
            )
            cells = [cell for row in rows for cell in row]
            for row in summary[summary["grouping"] == key].to_dict("records"):
                median = say_limits(
                    row, ("median", "median_lower", "median_upper"), empty="not reached", end="NR"
                )
                assert {say(row["patients"], 0), say(row["events"], 0), median} <= set(cells), title


def test_numbers_at_the_top_are_those_of_each_endpoint(two):
    plan, results, _, page = two
    _, *shown = list_key_numbers(plan, results)
    for number, name in zip(shown, plan["endpoints"], strict=True):
        row = results["endpoints"][name]["summary"].iloc[0]
        assert number["detail"].startswith(f"{row['events']:.0f} events; ")
        assert number["detail"] in page
