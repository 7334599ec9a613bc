"""One score that is known in few patients makes the common set small for all: it is named with what it costs."""

import numpy as np
import pytest
from crlm.analyses.performance.own_patients import assess_own_patients
from crlm.analyses.performance.tables_own_patients import tell_costs
from making import make_cohort

PLAN = """
study: {title: Made-up, description: made-up, synthetic: true}
cohort: {file: cohort.csv}
columns:
  patient_id: id
  overall_time: months
  died: dead
  node_positive: node
  n_crlm: n
  size_max_cm: size
  cea_ng_ml: cea
  disease_free_interval: dfi
  ras: {column: ras, values: {wt: wild_type, mut: mutated}}
  braf: {column: braf, values: {wt: wild_type, V600E: v600e}}
  smad: {column: smad, values: {wt: wild_type, mut: mutated}}
  hgp_desmoplastic: d
  recorded: crs
variables:
  recorded: {label: Score in the chart, kind: count, range: [0, 5], timing: baseline}
endpoints:
  os:
    label: Overall survival
    events: {death: {duration: overall_time, flag: died}}
    censoring: {last_contact: {duration: overall_time}}
scores: {agreement: {chart: {recorded: recorded, computed: fong}}}
performance: {predictors: [all, recorded]}
"""
SCORES = ("fong", "mcs", "ecs")


def make_rows(lacking):
    """120 patients; lacking: how many patients lack each column, the same ones for every column."""
    random = np.random.default_rng(3)
    rows = []
    for number in range(120):
        row = {
            "id": f"P{number:03}",
            "months": round(float(random.exponential(40)) + 0.1, 1),
            "dead": int(random.random() < 0.7),
            "node": int(random.random() < 0.6),
            "n": int(random.integers(1, 7)),
            "size": round(float(random.uniform(1, 9)), 1),
            "cea": round(float(random.uniform(1, 400)), 1),
            "dfi": int(random.choice([0, 6, 14, 30])),
            "ras": str(random.choice(["wt", "mut"])),
            "braf": "wt",
            "smad": str(random.choice(["wt", "mut"])),
            "d": int(random.choice([0, 50, 100])),
            "crs": int(random.integers(0, 6)),
        }
        row |= {column: "" for column, missing in lacking.items() if number < missing}
        rows.append(row)
    return rows


def tell(lacking, folder):
    cohort, plan, _ = make_cohort(PLAN, make_rows(lacking), folder, SCORES)
    own = assess_own_patients(cohort, "os", plan["performance"], 20, 1)
    return own.set_index("predictor"), tell_costs(own, plan["performance"])


@pytest.mark.parametrize(
    ("lacking", "costly", "share"),
    [
        ({"crs": 60}, "Score in the chart costs 60 (without it 120 would be compared).", 60),
        ({"crs": 12}, "Score in the chart costs 12 (without it 120 would be compared).", 108),
        (
            {"smad": 70},
            "Extended clinical score (e-CS) [recalled] costs 70 (without it 120 would be compared).",
            50,
        ),
    ],
)
def test_the_costly_score_is_named(lacking, costly, share, tmp_path):
    own, sentences = tell(lacking, tmp_path)
    assert sentences == [
        f"Compared are {share} of 120 patients, those known to every predictor. {costly}"
    ]
    assert (own["common"] == share).all() and own.loc["fong", "patients"] == 120


def test_two_scores_that_lack_the_same_input_are_named_together(tmp_path):
    """RAS is in both: neither alone gives a patient back."""
    own, (sentence,) = tell({"ras": 60}, tmp_path)
    assert (own["without"] - own["common"] <= 1).all()
    assert "RAS mutation clinical risk score (m-CS) [secondary]" in sentence
    assert "Extended clinical score (e-CS) [recalled]" in sentence
    assert "together cost 60 (without them 120 would be compared)" in sentence


def test_growth_pattern_rules_of_the_same_slides_are_named_together(tmp_path):
    _, (sentence,) = tell({"d": 40}, tmp_path)
    assert "Growth pattern (pure desmoplastic)" in sentence and "without" in sentence
    assert "120 would be compared" in sentence


def test_no_word_where_all_are_complete_or_little_is_lost(tmp_path):
    assert tell({}, tmp_path)[1] == []
    own, sentences = tell({"crs": 11}, tmp_path)
    assert sentences == [] and own.loc["recorded", "without"] == 120
