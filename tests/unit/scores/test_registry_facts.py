"""What the registry says of its sources: the facts corrected on a second look (shared/reference/scores.md), one by one."""

import pytest

# The survival at 60 months (or 24, Nordlinger), per cent, and the median, months, by stratum: copied from the citing pages.
PUBLISHED = {
    "fong": [
        *((value, 60, share, "secondary") for value, share in enumerate((60, 44, 40, 20, 25, 14))),
        *(("low", 60, 47, "secondary"), ("high", 60, 24, "secondary")),
    ],
    **{
        name: [(group, 24, share, "secondary") for group, share in NORDLINGER]
        for NORDLINGER in [(("low", 79), ("intermediate", 60), ("high", 43))]
        for name in ("nordlinger_7", "nordlinger_7_strict", "nordlinger_7_cea")
    },
    "number_classes": [
        *(("one", 36, 64.1, "read"), ("few", 36, 58.1, "read"), ("many", 36, 50.9, "read")),
        *(("one", 60, 54.0, "read"), ("few", 60, 41.7, "read"), ("many", 60, 32.0, "read")),
    ],
    "basingstoke_postoperative": [
        *((0, 60, 64, "read"), (5, 60, 49, "secondary"), (10, 60, 34, "secondary")),
        *((15, 60, 21, "secondary"), (20, 60, 11, "secondary"), (25, 60, 5, "secondary")),
        (30, 60, 2, "read"),
    ],
}
FONG_MEDIANS = [74, 51, 47, 33, 20, 22]
SCHINDL_MEDIANS = {"good": 35.7, "moderate": 23.5, "poor": 10.6}
# evidence of the points as a whole, of every component's points, and of the groups
EVIDENCE = {
    "basingstoke_postoperative": ("secondary", {"secondary"}, set()),
    "nagashima": ("secondary", {"secondary"}, {"secondary"}),
    "schindl": ("derived", {"secondary", "derived"}, {"secondary"}),
    "nordlinger_6": ("recalled", {"secondary"}, {"secondary"}),
    "nordlinger_6_strict": ("secondary", {"secondary"}, {"secondary"}),
    "nordlinger_7": ("recalled", {"secondary"}, {"secondary"}),
    "nordlinger_7_strict": ("secondary", {"secondary"}, {"secondary"}),
    "nordlinger_7_cea": ("secondary", {"secondary"}, {"secondary"}),
    "fong": ("read", {"read"}, {"secondary"}),
    "helsinki": ("secondary", {"read", "secondary"}, {"secondary"}),
    "beppu": ("read", {"read"}, {"secondary"}),
    "konopke": ("read", {"read"}, {"read"}),
    "jsccr": ("read", {"read"}, {"read"}),
    "novel_h": ("read", {"read"}, {"read"}),
    "number_classes": ("read", {"read"}, {"read"}),
}


@pytest.fixture(scope="module")
def registry():
    from running import ROOT, read_yaml

    return {
        path.stem: read_yaml(f"workflow/scores/{path.name}")
        for path in (ROOT / "workflow/scores").glob("*.yaml")
    }


@pytest.mark.parametrize("name", PUBLISHED)
def test_published_survival_with_its_support(name, registry):
    found = {}
    for entry in registry[name]["published"]:
        for month, share in entry.get("survival", {}).items():
            tag = entry.get("survival_evidence", {}).get(month, entry["evidence"])
            found[entry.get("group", entry.get("value")), month] = (share, tag)
    for stratum, month, share, tag in PUBLISHED[name]:
        assert found[stratum, month] == (share, tag)


def test_what_of_fong_was_not_found_again_stays_recalled(registry):
    levels = [entry for entry in registry["fong"]["published"] if "value" in entry]
    assert [entry["median_months"] for entry in levels] == FONG_MEDIANS
    for entry in levels:
        assert entry["patients_evidence"] == "recalled"
        assert entry["survival_evidence"] == dict.fromkeys((12, 24, 36, 48), "recalled")


def test_the_remark_on_fongs_groups_is_the_arithmetic_of_its_levels(registry):
    levels = [entry for entry in registry["fong"]["published"] if "value" in entry]
    shares = []
    for part in (levels[:3], levels[3:]):
        alive = sum(entry["patients"] * entry["survival"][60] for entry in part)
        shares.append(alive / sum(entry["patients"] for entry in part))
    assert "the levels give {:.1f} % (0-2 points) and {:.1f} % (3-5".format(*shares) in " ".join(
        remark["text"] for remark in registry["fong"]["remarks"]
    )


def test_medians_of_schindl(registry):
    entries = registry["schindl"]["published"]
    assert {entry["group"]: entry["median_months"] for entry in entries} == SCHINDL_MEDIANS
    assert {entry["evidence"] for entry in entries} == {"secondary"}


@pytest.mark.parametrize("name", EVIDENCE)
def test_support_of_points_and_groups(name, registry):
    score = registry[name]
    tags = set()
    for component in score["components"].values():
        tags |= {entry["evidence"] for entry in component.get("points", [])}
        tags |= {component["evidence"]} if "per_unit" in component else set()
    groups = {group["evidence"] for group in score["groups"].values()}
    assert (score["evidence"], tags, groups) == EVIDENCE[name]


def test_only_the_depth_of_the_primary_is_secondary_in_helsinki(registry):
    score = registry["helsinki"]
    tags = {key: part["points"][0]["evidence"] for key, part in score["components"].items()}
    assert [key for key, tag in tags.items() if tag != "read"] == ["depth"]
    assert score["endpoint"] == "disease-free survival"


def list_tags(part):
    """Every tag of support below a part of a score's file, however deep."""
    if isinstance(part, list):
        return [tag for item in part for tag in list_tags(item)]
    if not isinstance(part, dict):
        return []
    own = [
        tag
        for key, value in part.items()
        if str(key).endswith("evidence")
        for tag in (value.values() if isinstance(value, dict) else [value])
    ]
    return own + [tag for key, value in part.items() for tag in list_tags(value)]


def test_a_secondary_fact_names_where_it_was_seen(registry):
    for name, score in registry.items():
        if "secondary" in list_tags(score):
            assert score.get("secondary_sources"), name


# What was published of the whole cohort: the words of a remark and its support
WHOLE = {
    "fong": ("37 % at 5 and 22 % at 10 years", "read"),
    "basingstoke_postoperative": ("36 % at 5 and 23 % at 10 years", "read"),
    "basingstoke_preoperative": ("36 % at 5 and 23 % at 10 years", "read"),
    **dict.fromkeys(
        [f"nordlinger_{each}" for each in ("6", "6_strict", "7", "7_strict", "7_cea")],
        ("64 % at 2 and 28 % at 5 years", "recalled"),
    ),
}


@pytest.mark.parametrize("name", WHOLE)
def test_survival_of_the_whole_cohort_is_told_with_its_support(name, registry):
    words, tag = WHOLE[name]
    assert [each["evidence"] for each in registry[name]["remarks"] if words in each["text"]] == [
        tag
    ]


def test_where_the_score_of_ras_was_derived_is_known_from_editorials_only(registry):
    assert registry["mcs"]["derivation"]["evidence"] == "secondary"
    assert any("Editorials" in text for text in registry["mcs"]["secondary_sources"])


def test_timing_follows_what_was_measured(registry):
    assert registry["tumour_burden_zones"]["timing"] == "postoperative"
    assert registry["game"]["timing"] == "preoperative"
    assert "BMC Surg 2023" in registry["tumour_burden_zones"]["secondary_sources"][0]


def test_derivation_of_adam_and_what_is_known_of_cerr_and_oslo(registry):
    assert registry["adam_rescue"]["derivation"] == {
        "patients": 138,
        "period": "1988-1999",
        "centre": "one institution",
        "evidence": "read",
    }
    assert "138 of 1104, 12.5 %" in registry["adam_rescue"]["population"]
    assert registry["cerr"]["not_implementable"] and registry["oslo"]["not_implementable"]
    assert "read" in [remark["evidence"] for remark in registry["cerr"]["remarks"]]
    assert any(">= 5.5 cm" in text for text in registry["oslo"]["conflicts"])
