"""The registry: worked examples of every entry against points by hand (shared/reference/scores.md), and what holds for all."""

import html
import math
import re

import numpy as np
import pandas as pd
import pytest
from crlm.cohort.derivation import derive_variables
from crlm.plan.schema import PlanError
from crlm.scores.engine import compute_score, summarise_scores
from crlm.scores.registry import build_registry

EPS = 1e-6
FLAG = {"no": 0, "yes": 1}
GENE = {"wild_type": 0, "mutated": 1}
ZONES = {3 - EPS: 0, 3: 1, 9 - EPS: 1, 9: 2}
OVER_5_CM = {5 - EPS: 0, 5: 0, 5 + EPS: 1}
NORDLINGER = {
    "age": {60 - EPS: 0, 60: 0, 60 + EPS: 1},
    "pt_primary": {"T3": 0, "T4": 1},
    "node_positive": FLAG,
    "disease_free_interval": {0: 1, 24 - EPS: 1, 24: 0},
    "n_crlm": {3: 0, 4: 1},
    "size_max_cm": OVER_5_CM,
}
# Points by hand at each threshold and just beside it: score -> variable -> value -> points.
EXAMPLES = {
    "konopke": {
        "synchronous": FLAG,
        "n_crlm": {1: 0, 3: 0, 4: 1, 5: 1},
        "cea_ng_ml": {200 - EPS: 0, 200: 1, 200 + EPS: 1},
    },
    "malik": {
        "n_crlm": {7: 0, 8: 1, 9: 1},
        "crp_mg_l": {10 - EPS: 0, 10: 0},
        "neutrophil_lymphocyte_ratio": {5 - EPS: 0, 5: 0},
    },
    "nagashima": {
        "pt_primary": {"T1": 0, "T3": 0, "T4": 1},
        "node_positive": FLAG,
        "n_crlm": {1: 0, 2: 1, 3: 1},
        "size_max_cm": OVER_5_CM,
        "extrahepatic_disease": FLAG,
    },
    "schindl": {"node_positive": {"no": 0, "yes": 4}, "n_crlm": {3: 0, 4: 6}},
    "jsccr": {
        "n_crlm": {4: 0, 5: 1},
        "size_max_cm": OVER_5_CM,
        "pn_primary": {"N0": 0, "N1": 0, "N2": 1},
    },
    "novel_h": {"n_crlm": {1: 0, 2: 1, 4: 1, 5: 3}, "size_max_cm": OVER_5_CM},
    "beppu": {
        "synchronous": {"no": 0, "yes": 3},
        "node_positive": {"no": 0, "yes": 3},
        "n_crlm": {1: 0, 2: 4, 4: 4, 5: 9, 6: 9},
        "size_max_cm": {5 - EPS: 0, 5: 0, 5 + EPS: 2},
        "extrahepatic_disease": {"no": 0, "yes": 4},
        "ca199_u_ml": {100 - EPS: 0, 100: 0, 100 + EPS: 4},
    },
    "tumour_burden_zones": {"tumour_burden_score": ZONES},
    "game": {
        "kras": GENE,
        "cea_ng_ml": {20 - EPS: 0, 20: 1, 20 + EPS: 1},
        "node_positive": FLAG,
        "tumour_burden_score": ZONES,
        "extrahepatic_disease": {"no": 0, "yes": 2},
    },
    "mcs": {"ras": GENE, "node_positive": FLAG, "size_max_cm": OVER_5_CM},
    "ecs": {
        "size_max_cm": OVER_5_CM,
        "node_positive": FLAG,
        "ras": {"wild_type": 0},
        "braf": {"wild_type": 0, "v600e": 1, "other": 1},
        "smad": GENE,
    },
    "helsinki": {
        "node_positive": FLAG,
        "pt_primary": {"T1": 0, "T2": 0, "T3": 1, "T4": 1},
        "n_crlm": {1: 0, 2: 1},
        "margin_mm": {0: 1, 5 - EPS: 1, 5: 0, 5 + EPS: 0},
        "size_max_cm": OVER_5_CM,
        "tumour_viability": {30 - EPS: 0, 30: 0, 30 + EPS: 1},
        "vascular_invasion": FLAG,
        "biliary_invasion": FLAG,
    },
    "ishiguro": {
        "synchronous_first_resection": FLAG,
        "n_crlm_repeat": {3: 0, 4: 1},
        "vascular_invasion": FLAG,
    },
    "adam_rescue": {
        "primary_site": {"left_colon": 0, "right_colon": 0, "rectum": 1},
        "n_crlm": {2: 0, 3: 1},
        "size_max_cm": {10 - EPS: 0, 10: 0, 10 + EPS: 1},
        "ca199_u_ml": {100: 0, 100 + EPS: 1},
    },
    "nordlinger_6_strict": NORDLINGER,
    "nordlinger_7_strict": {**NORDLINGER, "margin_mm": {0: 1, 10 - EPS: 1, 10: 0}},
    "nordlinger_7_cea": {
        "age": {60 - EPS: 0, 60: 0, 60 + EPS: 1},
        "pt_primary": {"T3": 0, "T4": 1},
        "node_positive": FLAG,
        "disease_free_interval": {24: 0, 0: 1, 24 - EPS: 1},
        "cea_ng_ml": {200 - EPS: 0, 200: 0, 200 + EPS: 1},
        "size_max_cm": {5 - EPS: 0, 5: 1, 5 + EPS: 1},
        "n_crlm": {3: 0, 4: 1},
        "margin_mm": {10: 0, 10 - EPS: 1, 0: 1},
    },
    "number_classes": {"n_crlm": {1: 0, 2: 1, 4: 1, 5: 2, 9: 2}},
    "fong_factor_node": {"node_positive": FLAG},
    "fong_factor_interval": {"disease_free_interval": {0: 1, 12 - EPS: 1, 12: 0}},
    "fong_factor_number": {"n_crlm": {1: 0, 2: 1}},
    "fong_factor_size": {"size_max_cm": OVER_5_CM},
    "fong_factor_cea": {"cea_ng_ml": {200: 0, 200 + EPS: 1}},
    "fong_factor_margin": {"margin_positive": FLAG},
    "fong_factor_extrahepatic": {"extrahepatic_disease": FLAG},
}
BASE = {"tumour_burden_zones": 1, "schindl": 22}
FIXED = {"jsccr": {"extrahepatic_disease": "no"}, "schindl": {"schindl_laboratory": -12.4}}
FACTOR = {0: "absent", 1: "present"}
GROUPS = {
    "konopke": {0: "low", 1: "intermediate", 2: "high", 3: "high"},
    "malik": {0: "none", 1: "one", 2: "both"},
    "nagashima": {0: "low", 1: "low", 2: "intermediate", 3: "intermediate", 4: "high", 5: "high"},
    "schindl": {10: "good", 14: "moderate", 16: "moderate", 20: "moderate"},
    "jsccr": {0: "stage_a", 1: "stage_b", 2: "stage_c", 3: "stage_c"},
    "novel_h": {0: "nh1", 1: "nh2", 2: "nh2", 3: "nh3", 4: "nh3"},
    "beppu": {value: "low" if value < 6 else "high" for value in range(26)},
    "tumour_burden_zones": {1: "zone_1", 2: "zone_2", 3: "zone_3"},
    "game": {0: "low", 1: "low", 2: "medium", 3: "medium", 4: "high", 5: "high", 6: "high", 7: "high"},
    "mcs": {0: "low", 1: "intermediate", 2: "moderate", 3: "high"},
    "helsinki": {0: "low", 1: "low", 2: "low", 3: "intermediate", 4: "intermediate", 5: "high", 6: "high", 7: "high", 8: "high"},
    "nordlinger_6_strict": {0: "low", 1: "low", 2: "low", 3: "intermediate", 4: "intermediate", 5: "high", 6: "high"},
    "nordlinger_7_strict": {0: "low", 1: "low", 2: "low", 3: "intermediate", 4: "intermediate", 5: "high", 6: "high", 7: "high"},
    "nordlinger_7_cea": {0: "low", 1: "low", 2: "low", 3: "intermediate", 4: "intermediate", 5: "high", 6: "high", 7: "high"},
    "number_classes": {0: "one", 1: "few", 2: "many"},
    **{name: FACTOR for name in EXAMPLES if name.startswith("fong_factor")},
}  # fmt: skip
NEVER = {"cerr", "oslo"}
LATE = {
    "basingstoke_postoperative",
    "nordlinger_7",
    "nordlinger_7_strict",
    "nordlinger_7_cea",
    "tumour_burden_zones",
    "iwatsuki",
    "helsinki",
    "fong_factor_margin",
}


@pytest.fixture(scope="module")
def registry():
    from running import ROOT, read_yaml

    files = sorted((ROOT / "workflow/scores").glob("*.yaml"))
    scores = {path.stem: read_yaml(path) for path in files}
    return scores, read_yaml("workflow/schemas/dictionary.yaml")["variables"]


def prepare(score):
    return {"base": 0, "overrides": [], "proxies": {}, "status": "computable", **score}


def cohort_of(patients, dictionary):
    """A typed cohort of dicts, with what follows by formula; the columns are those of the patients."""
    table = {"patient_id": [f"P{place}" for place in range(len(patients))]}
    specs = {}
    for name in dict.fromkeys(key for patient in patients for key in patient):
        spec, values = dictionary[name], [patient.get(name) for patient in patients]
        specs[name] = {
            **spec,
            "levels": spec.get("levels", ["no", "yes"] if spec["kind"] == "binary" else []),
        }
        levels = specs[name]["levels"]
        table[name] = (
            pd.Categorical(values, levels, ordered=spec["kind"] == "ordinal")
            if levels
            else np.array(values, float)
        )
    made = {
        n: {**s, "levels": s.get("levels", [])}
        for n, s in dictionary.items()
        if s.get("formula") and n not in specs
    }
    return derive_variables(pd.DataFrame(table), {}, {**specs, **made})[0]


def compute(registry, name, patients):
    scores, dictionary = registry
    return compute_score(cohort_of(patients, dictionary), prepare(scores[name]))


def test_every_entry_has_worked_examples(registry):
    import test_scores

    assert set(registry[0]) == {*EXAMPLES, *test_scores.AT, *NEVER}
    for name, example in EXAMPLES.items():
        used = {
            str(v)
            for c in registry[0][name]["components"].values()
            for v in np.atleast_1d(c["variable"])
        }
        assert used == {*example, *FIXED.get(name, {})} - (
            {"extrahepatic_disease"} if name == "jsccr" else set()
        )


@pytest.mark.parametrize("name", EXAMPLES)
def test_each_threshold_at_and_beside_it(name, registry):
    table = EXAMPLES[name]
    first = {v: next(iter(points)) for v, points in table.items()}
    patients = [
        {**FIXED.get(name, {}), **first, v: value}
        for v, points in table.items()
        for value in points
    ]
    result = compute(registry, name, patients)
    for patient, row in zip(patients, result.itertuples(), strict=True):
        wanted = BASE.get(name, 0) + sum(points[patient[v]] for v, points in table.items())
        wanted = math.floor(wanted - 12.4 + 0.5) if name == "schindl" else wanted
        assert row.value == wanted, patient
        assert row.group == GROUPS.get(name, {}).get(wanted), (patient, wanted)
        assert row.missing == ""


@pytest.mark.parametrize("name", sorted({*EXAMPLES} - {"schindl", "malik", "ecs"}))
def test_the_worst_and_the_best_patient_span_the_range(name, registry):
    ends = [
        {
            **FIXED.get(name, {}),
            **{v: pick(points, key=points.get) for v, points in EXAMPLES[name].items()},
        }
        for pick in (min, max)
    ]
    assert compute(registry, name, ends)["value"].tolist() == registry[0][name]["range"]


def test_no_score_claims_an_earlier_time_than_its_inputs(registry):
    scores, _ = registry
    assert {name for name, score in scores.items() if score["timing"] == "postoperative"} == LATE
    assert [name for name, score in scores.items() if score["timing"] == "follow-up"] == [
        "ishiguro"
    ]
    assert {"ishiguro", "adam_rescue", "schindl"} <= {
        name for name, score in scores.items() if "population" in score
    }


def test_the_page_shows_every_fact_with_its_support(registry, root):
    scores, dictionary = registry
    template = (root / "workflow/report/registry.html.j2").read_text(encoding="utf-8")
    page = build_registry(scores, dictionary, template)
    assert 'name="viewport"' in page and "@media print" in page
    assert not re.findall(
        r'(?:src|href)="(?!#|https://(?:doi|pubmed))', page
    )  # nothing else is fetched
    parts = dict(re.findall(r'<article id="(\w+)">(.*?)</article>', page, re.DOTALL))
    assert set(parts) == set(scores)
    for name, score in scores.items():
        part, words = parts[name], html.unescape(parts[name])
        assert score["label"] in words and score["citation"]["text"].strip() in words
        assert str(score["citation"].get("pmid", "")) in part
        for text in [*score.get("conflicts", []), *score.get("secondary_sources", [])]:
            assert text in words
        for item in [*score.get("remarks", []), *score["groups"].values()]:
            assert (
                item.get("text", item.get("label")) in words
                and f'class="tag {item["evidence"]}"' in part
            )
        for component in score["components"].values():
            assert component["label"] in words
    assert "Not implementable: modified tumour-burden formula unverified" in parts["cerr"]
    assert "C-reactive protein &gt; 10 mg/L or Neutrophil-lymphocyte ratio &gt; 5" in parts["malik"]
    assert "not for a decision before the operation" in parts["helsinki"]
    assert "Second hepatectomy" in parts["ishiguro"]
    assert "≤ 10" in parts["schindl"] and "≥ 26" in parts["schindl"]


def test_published_scores_name_their_cohort_and_a_score_of_ones_own_need_not(registry, root):
    scores, dictionary = registry
    assert all({"derivation", "published"} <= {*score} for score in scores.values())
    own = {k: v for k, v in scores["fong"].items() if k not in ("derivation", "published")}
    template = (root / "workflow/report/registry.html.j2").read_text(encoding="utf-8")
    page = build_registry({"mine": own}, dictionary, template)
    assert "Built on" not in page and "Published survival" not in page
    assert "CEA before resection" in page


def test_serosa_and_node_are_one_item_of_the_reading_with_cea(registry):
    low = {v: min(points, key=points.get) for v, points in EXAMPLES["nordlinger_7_cea"].items()}
    patients = [
        low,
        {**low, "pt_primary": "T4"},
        {**low, "node_positive": "yes"},
        {**low, "pt_primary": "T4", "node_positive": "yes"},
        {**low, "pt_primary": None, "node_positive": "yes"},
        {**low, "pt_primary": None},
    ]
    result = compute(registry, "nordlinger_7_cea", patients)
    assert result["lower"].tolist() == [0, 1, 1, 1, 1, 0]
    assert result["upper"].tolist() == [0, 1, 1, 1, 1, 1]


def test_cerr_is_listed_and_never_computed(plan_of, base):
    base["scores"] = {"allow_unverified": ["cerr"]}
    plan = plan_of(base)
    cerr = plan["scores"]["cerr"]
    assert (cerr["status"], cerr["reason"]) == (
        "not implementable",
        "modified tumour-burden formula unverified",
    )
    assert "cerr" not in plan["variables"]
    status = summarise_scores(
        pd.DataFrame(columns=["score", "value", "group"]), plan["scores"], plan["labels"]
    )
    row = status.set_index("score").loc["cerr"]
    assert (row["status"], row["note"]) == (
        "not implementable",
        "modified tumour-burden formula unverified",
    )


def test_a_factor_is_a_grouping_that_a_plan_can_name(plan_of, base):
    plain = plan_of(base)["scores"]
    assert not any(name.startswith("fong_factor") for name in plain)  # only when the plan names it
    base["groupings"] = {"number": {"variable": "fong_factor_number_group"}}
    base["scores"] = {"compute": ["fong_factor_number"]}
    plan = plan_of(base)
    assert set(plan["scores"]) == {*plain, "fong_factor_number"}
    grouping = plan["groupings"]["number"]
    base["scores"]["compute"].append("fong")
    assert set(plan_of(base)["scores"]) == {"fong", "fong_factor_number"}
    assert grouping["group_labels"] == {
        "absent": "One metastasis",
        "present": "More than one metastasis",
    }


def test_a_score_of_the_second_resection_needs_a_landmark(plan_of, base):
    base["columns"] |= {
        "synchronous_first_resection": "S",
        "n_crlm_repeat": "N2",
        "vascular_invasion": "V",
    }
    base["models"] = {"late": {"variables": ["ishiguro"]}}
    with pytest.raises(PlanError, match="ishiguro becomes known in follow-up"):
        plan_of(base)


def bad(place, text, **changes):
    return pytest.param(place, changes, text, id=text)


@pytest.mark.parametrize(
    ("name", "changes", "text"),
    [
        bad(
            "helsinki",
            "it is preoperative, but margin_mm becomes known later",
            timing="preoperative",
        ),
        bad(
            "ishiguro",
            "it is postoperative, but n_crlm_repeat becomes known later",
            timing="postoperative",
        ),
        bad("schindl", "the points give -inf to inf, the range is 0 to 40", range=[0, 40]),
        bad(
            "schindl",
            "the value 26 lies in 0 groups",
            groups={"a": {"label": "A", "to": 25}, "b": {"label": "B", "from": 27}},
        ),
        bad(
            "konopke",
            "the group 'A' ends before it begins",
            groups={"a": {"label": "A", "from": 3, "to": 1}},
            published=[],
        ),
        bad(
            "konopke",
            "no group 'lo', of which survival is given",
            published=[{"source": "X", "group": "lo"}],
        ),
    ],
)
def test_what_a_score_file_cannot_mean(name, changes, text, plan_of, shipped, base):
    shipped["scores"][name] |= changes
    with pytest.raises(PlanError) as caught:
        plan_of(base)
    assert any(text in problem for problem in caught.value.problems), caught.value.problems


def test_variables_of_either_or_are_those_that_are_tested(plan_of, shipped, base):
    component = shipped["scores"]["malik"]["components"]["inflammation"]
    component["variable"] = ["crp_mg_l", "albumin_g_l"]
    with pytest.raises(PlanError, match="lists crp_mg_l, albumin_g_l, but the points test"):
        plan_of(base)
    component["points"] = [{"operator": ">", "threshold": 1, "points": 1, "evidence": "read"}]
    with pytest.raises(PlanError, match="several variables need `any`"):
        plan_of(base)
    component |= {"variable": "crp_mg_l", "unit": "mg/dL"}
    with pytest.raises(PlanError, match="the threshold is in mg/dL"):
        plan_of(base)


def test_a_proxy_known_later_makes_the_score_later(plan_of, base):
    base["columns"] |= {"margin_positive": "R"}
    base["scores"] = {
        "proxies": {
            "konopke": {
                "synchronous": {"variable": "margin_positive", "operator": "==", "value": True}
            }
        }
    }
    assert plan_of(base)["scores"]["konopke"]["timing"] == "postoperative"
