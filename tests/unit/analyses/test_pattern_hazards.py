"""Hazard ratios of growth patterns beside published ones: which are set beside, by statsmodels, as printed and as drawn."""

import io

import numpy as np
import pandas as pd
import pytest
from crlm.analyses.pattern_hazards import plan, words
from crlm.analyses.pattern_hazards.estimate import HAZARDS, compare_hazards
from crlm.analyses.pattern_hazards.figure import plot_hazards
from crlm.analyses.pattern_hazards.tables import tabulate_hazards
from plan_inputs import make_study
from statsmodels.duration.hazard_regression import PHReg

LEVELS = ["plain", "wavy", "mixed"]
RULE = {
    "label": "Pattern",
    "levels": LEVELS,
    "level_labels": {"plain": "Plain", "wavy": "Wavy", "mixed": "Mixed"},
}
PUBLISHED = {
    "source": "Doe 2001",
    "citation": {"text": "Doe J. 2001", "doi": "10.1/x"},
    "evidence": "read",
    "note": "of one hospital",
    "ratios": [
        {
            "endpoint": "overall survival",
            "level": "plain",
            "reference": "wavy",
            "hazard_ratio": 0.6,
            "limits": [0.45, 0.81],
        },
        {
            "endpoint": "disease-free survival",
            "level": "mixed",
            "reference": "plain",
            "hazard_ratio": 1.7,
            "limits": [1.1, 2.6],
        },
    ],
}
ENDPOINT = {"label": "Life", "abbreviation": "L", "published_as": "overall_survival"}


def contrast(level, reference, ratio=0.6, limits=(0.45, 0.81)):
    facts = {key: PUBLISHED[key] for key in ("source", "citation", "evidence", "note")}
    groups = {"level": level, "reference": reference}
    return {**RULE, "rule": "hgp", **facts, **groups, "hazard_ratio": ratio, "limits": list(limits)}


@pytest.fixture(scope="module")
def cohort():
    random = np.random.default_rng(5)
    n = 240
    group = random.choice([0, 1, 2], n, p=[0.4, 0.35, 0.25])
    months = random.exponential(40 / np.exp(0.6 * (group == 1) + 0.3 * (group == 2))).round(0) + 1
    names = pd.Categorical(np.array(LEVELS)[group], LEVELS)
    table = pd.DataFrame(
        {"x_months": months, "x_event": (random.random(n) < 0.7).astype(float), "hgp": names}
    )
    table["x_reason"] = "y"
    table.loc[random.random(n) < 0.1, "hgp"] = None
    return table


def resolve(endpoints, variables=("hgp",)):
    patterns = {"hgp": {"published": [PUBLISHED]}, "silent": {}}
    study = make_study(dict.fromkeys(variables, RULE), patterns=patterns, endpoints=endpoints)
    return plan.resolve(None, study)


def test_only_the_same_endpoint_and_a_rule_of_the_plan():
    other = {"label": "Relapse", "published_as": "disease_free_survival"}
    none = {"label": "Overall survival", "published_as": "cancer_specific_survival"}
    found = resolve({"os": ENDPOINT, "dfs": other, "css": none})
    assert {name: [(c["level"], c["reference"]) for c in each] for name, each in found.items()} == {
        "os": [("plain", "wavy")],
        "dfs": [("mixed", "plain")],
    }
    assert found["os"][0] == contrast("plain", "wavy")
    assert resolve({"os": ENDPOINT}, variables=["silent"]) == {}
    assert resolve({"css": none}) == {}


def test_the_rules_as_shipped_reach_the_plan(plan_of, base):
    base["columns"] |= {"hgp_desmoplastic": "D", "hgp_replacement": "R", "hgp_pushing": "P"}
    name = next(iter(base["endpoints"]))
    base["endpoints"][name]["published_as"] = "disease_free_survival"
    found = plan_of(base)["pattern_hazards"]
    assert [c["hazard_ratio"] for c in found[name]] == [0.58, 0.61, 0.51]


@pytest.mark.parametrize(
    ("level", "reference"), [("plain", "wavy"), ("mixed", "plain"), ("wavy", "mixed")]
)
def test_the_own_ratio_by_statsmodels(level, reference, cohort):
    known = cohort[cohort["hgp"].notna()]
    others = [each for each in LEVELS if each != reference]
    x = np.array([[value == each for each in others] for value in known["hgp"]], float)
    fit = PHReg(known["x_months"], x, status=known["x_event"], ties="efron").fit()
    place = others.index(level)
    row = compare_hazards(cohort, "x", [contrast(level, reference)]).iloc[0]
    own = [row["hazard_ratio"], row["lower"], row["upper"], row["p_value"]]
    wanted = [np.exp(fit.params[place]), *np.exp(fit.conf_int()[place]), fit.pvalues[place]]
    assert own == pytest.approx(wanted, rel=1e-6)
    both = known[known["hgp"].isin([level, reference])]
    assert (row["patients"], row["events"]) == (len(both), both["x_event"].sum())
    assert list(row[["published", "published_lower", "published_upper"]]) == [0.6, 0.45, 0.81]


def test_nothing_raises_where_a_group_says_nothing(cohort):
    no_event = cohort.assign(x_event=cohort["x_event"].where(cohort["hgp"] != "wavy", 0.0))
    for spoilt in (
        cohort[cohort["hgp"] != "wavy"],
        no_event,
        cohort.head(0),
        cohort.assign(hgp=None),
    ):
        row = compare_hazards(spoilt, "x", [contrast("plain", "wavy")]).iloc[0]
        assert np.isnan(row["hazard_ratio"]) and isinstance(row["note"], str)
        assert row["published"] == 0.6
    assert list(compare_hazards(cohort, "x", []).columns) == HAZARDS


CONTRASTS = [contrast("plain", "wavy"), contrast("mixed", "plain", 1.7, (1.1, 2.6))]
TABLE = """
rule,level,reference,patients,events,hazard_ratio,lower,upper,p_value,published,published_lower,published_upper,source,evidence,note
hgp,plain,wavy,150,90,0.52,0.31,0.87,0.01,0.6,0.45,0.81,Doe 2001,read,
hgp,mixed,plain,120,70,,,,,1.7,1.1,2.6,Doe 2001,read,no event
"""


def read_hazards():
    return pd.read_csv(io.StringIO(TABLE))


def test_the_table_reads_back():
    table = tabulate_hazards(read_hazards(), CONTRASTS, "x", ENDPOINT)
    assert [[cell.text for cell in row.cells] for row in table.rows[1:]] == [
        ["Plain against wavy", "150", "90", "0.52 (0.31–0.87)", "0.60 (0.45–0.81)", "Doe 2001 (read in the source)"],
        ["Mixed against plain", "120", "70", "not estimable", "1.70 (1.10–2.60)", "Doe 2001 (read in the source)"],
    ]  # fmt: skip
    assert "Doe 2001: of one hospital." in table.notes
    assert "Mixed against plain: no event." in table.notes


def test_the_forest_reads_back():
    figure = plot_hazards(read_hazards(), CONTRASTS, ENDPOINT)
    axes = next(each for each in figure.axes if each.get_xscale() == "log")
    marks = [
        (line.get_marker(), float(line.get_xdata()[0]), float(line.get_ydata()[0]))
        for line in axes.lines
        if line.get_marker() in ("s", "D")
    ]
    assert [mark[:2] for mark in marks] == [("s", 0.52), ("D", 0.6), ("D", 1.7)]
    heights = [mark[2] for mark in marks]
    assert heights == sorted(heights)  # from above: the cohort's own, then the published one
    bars = [tuple(line.get_xdata()) for line in axes.lines if line.get_linewidth() == 0.9]
    assert bars == [(0.31, 0.87), (0.45, 0.81), (1.1, 2.6)]
    low, high = axes.get_xlim()
    assert low <= 0.31 and high >= 2.6
    texts = [text.get_text() for each in figure.axes for text in each.texts]
    read = " ".join(texts)
    for words_ in ("0.52 (0.31–0.87)", "1.70 (1.10–2.60)", "not estimable"):
        assert words_ in read
    assert {"90/150", "70/120"} <= set(texts)


def test_words():
    plan_ = {
        "pattern_hazards": {"x": CONTRASTS},
        "growth_patterns": {"hgp": RULE},
        "endpoints": {"x": ENDPOINT},
    }
    results = {"endpoints": {"x": {"pattern_hazards": read_hazards()}}}
    (table,) = words.tabulate_endpoint(plan_, results, "x")
    assert len(table.rows) == 3
    assert list(words.tabulate_endpoint(plan_, results, "z")) == []
    assert "Doe 2001" in words.tell_methods(plan_, results)[0][1][0]
    assert words.list_references(plan_)[0]["links"][0]["url"] == "https://doi.org/10.1/x"
    assert list(words.list_not_done(plan_)) == []
    empty = {**plan_, "pattern_hazards": {}}
    assert len(list(words.list_not_done(empty))) == 1 and words.tell_methods(empty, results) == []
