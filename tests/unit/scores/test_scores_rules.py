"""Scores that are more than a table of points: either-or signs, a logarithm, a square root, stages; values by hand."""

from test_registry import EPS, compute, registry

__all__ = ["registry"]


def test_malik_takes_either_sign_of_inflammation(registry):
    pairs = {
        (10, 5): (0, 0), (10 + EPS, 5): (1, 1), (10, 5 + EPS): (1, 1), (11, 6): (1, 1),
        (11, None): (1, 1), (None, 6): (1, 1), (10, None): (0, 1), (None, 5): (0, 1), (None, None): (0, 1),
    }  # fmt: skip
    patients = [
        {"n_crlm": 8, "crp_mg_l": crp, "neutrophil_lymphocyte_ratio": nlr} for crp, nlr in pairs
    ]
    table = compute(registry, "malik", patients)
    assert [
        (low - 1, high - 1) for low, high in zip(table["lower"], table["upper"], strict=True)
    ] == [*pairs.values()]
    assert table["group"].tolist() == [
        "one",
        "both",
        "both",
        "both",
        "both",
        "both",
        None,
        None,
        None,
    ]
    assert table["missing"].iloc[-1] == "Inflammatory response (CRP > 10 mg/L or NLR > 5:1)"


def test_extended_score_takes_ras_or_braf(registry):
    cases = {
        ("mutated", None): (1, 1),
        ("wild_type", "v600e"): (1, 1),
        (None, "other"): (1, 1),
        ("wild_type", "wild_type"): (0, 0),
        (None, "wild_type"): (0, 1),
        ("wild_type", None): (0, 1),
    }
    patients = [
        {"size_max_cm": 3, "node_positive": "no", "smad": "wild_type", "ras": ras, "braf": braf}
        for ras, braf in cases
    ]
    table = compute(registry, "ecs", patients)
    assert list(zip(table["lower"], table["upper"], strict=True)) == [*cases.values()]


def test_mcs_without_a_column_of_ras(registry):
    cases = {
        ("mutated", None): (1, 1),
        (None, "mutated"): (1, 1),
        ("wild_type", "wild_type"): (0, 0),
        ("wild_type", None): (0, 1),
        (None, None): (0, 1),
    }
    patients = [
        {"size_max_cm": 3, "node_positive": "no", "kras": kras, "nras": nras}
        for kras, nras in cases
    ]
    table = compute(registry, "mcs", patients)
    assert list(zip(table["lower"], table["upper"], strict=True)) == [*cases.values()]


def test_schindl_of_laboratory_values(registry):
    """6 ln 80 + 2 ln 10 - 42 + 22 = 26.292 + 4.605 - 20 = 10.897, which rounds to 11 (shared/reference/scores.md, 6.4)."""
    patient = {
        "node_positive": "no",
        "n_crlm": 2,
        "alkaline_phosphatase_u_l": 80,
        "cea_ng_ml": 10,
        "albumin_g_l": 42,
    }
    changes = [{}, {"albumin_g_l": 43}, {"node_positive": "yes"}, {"n_crlm": 4}, {"n_crlm": 4, "node_positive": "yes", "albumin_g_l": 37},
               {"n_crlm": 4, "node_positive": "yes", "albumin_g_l": 36}, {"albumin_g_l": 55}]  # fmt: skip
    table = compute(registry, "schindl", [{**patient, **change} for change in changes])
    assert table["value"].tolist() == [11, 10, 15, 17, 26, 27, -2]
    assert table["group"].tolist() == [
        "moderate",
        "good",
        "moderate",
        "moderate",
        "poor",
        "poor",
        "good",
    ]
    open_ = compute(registry, "schindl", [{**patient, name: None} for name in patient])
    assert open_["value"].isna().all() and (open_["missing"] != "").all()
    assert open_[["lower", "upper"]].to_numpy().tolist()[:2] == [[11, 15], [11, 17]]
    assert open_["group"].tolist() == ["moderate", "moderate", None, None, None]
    zero = compute(registry, "schindl", [{**patient, "cea_ng_ml": 0}])
    assert zero["value"].isna().all() and zero["group"].isna().all()


def test_jsccr_stages_are_those_of_the_rule(registry):
    """H and N as printed: A is HT1 N0/1; B is HT2 N0/1 or HT1 N2; C is HT2 N2, HT3, or EM1."""
    wanted = {
        (4, 5.0, "N1", "no"): "stage_a", (5, 5.0, "N1", "no"): "stage_b", (4, 5.1, "N1", "no"): "stage_b", (4, 5.0, "N2", "no"): "stage_b",
        (5, 5.0, "N2", "no"): "stage_c", (4, 5.1, "N2", "no"): "stage_c", (5, 5.1, "N0", "no"): "stage_c", (1, 1.0, "N0", "yes"): "stage_c",
        (None, None, None, "yes"): "stage_c", (5, 5.1, None, None): "stage_c", (1, 1.0, "N0", None): None, (None, 1.0, "N0", "no"): None,
    }  # fmt: skip
    names = ("n_crlm", "size_max_cm", "pn_primary", "extrahepatic_disease")
    table = compute(registry, "jsccr", [dict(zip(names, key, strict=True)) for key in wanted])
    assert table["group"].tolist() == [*wanted.values()]


def test_novel_h_category(registry):
    wanted = {
        (1, 5.0): "nh1",
        (1, 5.1): "nh2",
        (2, 1.0): "nh2",
        (4, 9.0): "nh2",
        (5, 1.0): "nh3",
        (5, 9.0): "nh3",
        (5, None): "nh3",
        (2, None): "nh2",
        (1, None): None,
    }
    table = compute(registry, "novel_h", [{"n_crlm": n, "size_max_cm": size} for n, size in wanted])
    assert table["group"].tolist() == [*wanted.values()]


def test_zones_from_size_and_number(registry):
    """3² + 4² = 5²; a part of the burden is its lower bound."""
    pairs = {
        (3, 4): "zone_2",
        (2.8, 1): "zone_1",
        (8.9, 1): "zone_2",
        (9, 1): "zone_3",
        (None, 9): "zone_3",
        (9, None): "zone_3",
        (3, None): None,
        (None, 2): None,
    }
    table = compute(
        registry, "tumour_burden_zones", [{"size_max_cm": s, "n_crlm": n} for s, n in pairs]
    )
    assert table["group"].tolist() == [*pairs.values()]
    assert table[["lower", "upper"]].to_numpy().tolist()[-2:] == [[2, 3], [1, 3]]
