"""Recurrence: the plan, small cases by hand, and words where there is nothing to show."""

import numpy as np
import pandas as pd
import pytest
from crlm.analyses.recurrence import estimate, words
from crlm.analyses.recurrence.after import estimate_after
from crlm.analyses.recurrence.incidence import estimate_incidence
from crlm.analyses.recurrence.patients import read_patients
from crlm.analyses.recurrence.timing import name_classes
from crlm.display import cells
from crlm.job import storage
from crlm.plan.schema import PlanError
from recurrence_inputs import SPEC, draw_cohort, make_cohort, make_settings

HAND = [  # months, reason, site, organs, months of omega, died, tier
    (3, "relapse", "LIVER_ONLY", "ONE", 15, 1, "low"),
    (6, "relapse", "BOTH", "SEVERAL", 30, 0, "low"),
    (9, "exitus", None, None, 9, 1, "low"),
    (10, "relapse", None, None, 11, 1, "high"),
    (20, "relapse", "EXTRAHEPATIC_ONLY", "ONE", 44, 1, "high"),
    (30, "last_visit", None, None, 30, 0, "high"),
    (40, "relapse", "LIVER_ONLY", "ONE", 38, 0, None),
]


@pytest.fixture(scope="module")
def hand():
    return estimate.describe_recurrence(make_cohort(HAND), make_settings())


def pick(table, **where):
    for column, value in where.items():
        table = table[table[column] == value]
    return table


def test_how_each_patients_time_ended():
    patients = read_patients(make_cohort(HAND), "alpha", make_settings()["endpoints"]["alpha"])
    assert patients["status"].tolist() == [1, 1, 2, 1, 1, 0, 1]
    ended = "without_recurrence"
    assert patients["cause_any"].tolist() == ["recurrence"] * 2 + [ended] + ["recurrence"] * 2 + [
        None,
        "recurrence",
    ]
    sites = ["liver_only", "both", ended, "unknown", "extrahepatic_only", None, "liver_only"]
    assert patients["cause_site"].tolist() == sites
    assert patients["cause_organs"].tolist()[3] == "unknown"


def test_timing_by_hand(hand):
    rows = pick(hand["timing"], grouping="overall")
    assert rows["level"].tolist() == ["0_to_6", "6_to_12", "12_to_24", "from_24"]
    assert rows["events"].tolist() == [2, 1, 1, 1]  # six months are still up to six
    assert rows["share"].tolist() == pytest.approx([0.4, 0.2, 0.2, 0.2])
    low = pick(hand["timing"], grouping="tiers", group="low")
    assert low["patients"].tolist() == [3] * 4 and low["observed"].tolist() == [2] * 4


def test_windows_by_hand(hand):
    early, late = (
        pick(hand["windows"], grouping="overall", level=each).iloc[0] for each in ("early", "late")
    )
    assert (early["patients"], early["events"]) == (7, 3)
    assert early["person_years"] == pytest.approx((3 + 6 + 9 + 10 + 12 + 12 + 12) / 12)
    assert early["rate"] == pytest.approx(100 * 3 / early["person_years"])
    assert (late["patients"], late["events"]) == (2, 1)  # at risk at 24 months
    assert late["person_years"] == pytest.approx((6 + 16) / 12)


def test_survival_after_recurrence_counts_from_it(hand):
    row = pick(hand["after"], analysis="after_group", grouping="overall", time=12).iloc[0]
    # 12 months, 24 censored, 1 and 24 months after; the last is followed for death only until before the recurrence
    assert (row["patients"], row["events"], row["missing"]) == (4, 3, 1)
    assert row["survival"] == pytest.approx(3 / 4 * 2 / 3)
    by_timing = pick(hand["after"], analysis="after_timing", time=12).set_index("group")
    assert by_timing["patients"].to_dict() == {
        "0_to_6": 2,
        "6_to_12": 1,
        "12_to_24": 1,
        "from_24": 0,
    }
    assert by_timing.loc["from_24", "note"] == "no patients"


def test_the_landmark_holds_only_those_alive_then(hand):
    rows = pick(hand["after"], analysis="landmark", time=12).set_index("group")
    # dead at 9 and at 11 months: not there; who recurs at 20 or 40 had not yet
    assert rows["patients"].to_dict() == {"0_to_6": 2, "6_to_12": 0, "none_yet": 3}
    assert rows.loc["none_yet", "events"] == 1
    assert (rows["missing"] == 0).all()
    assert rows.loc["0_to_6", "survival"] == pytest.approx(
        0.5
    )  # 3 and 18 months after the landmark


def test_whether_recurrence_came_before_the_landmark_may_not_be_known():
    rows = [*HAND, (5, "last_visit", None, None, 60, 0, "low")]
    settings = make_settings()
    spec = settings["endpoints"]["alpha"]
    patients = read_patients(make_cohort(rows), "alpha", spec)
    found, _ = estimate_after(patients, spec, settings["groupings"], [6, 12, 24], 12)
    row = pick(found, analysis="landmark", group="none_yet", time=12).iloc[0]
    assert (row["patients"], row["missing"]) == (3, 1)


def test_odds_by_hand(hand):
    rows = pick(hand["odds"], classification="site", grouping="overall").set_index("cause")
    assert rows["events"].to_dict() == {"liver_only": 2, "extrahepatic_only": 1, "both": 1}
    assert (rows["patients"] == 4).all()  # the recurrence of unknown site is not one of them
    row = pick(
        hand["odds"], classification="site", grouping="tiers", group="high", cause="both"
    ).iloc[0]
    assert row["note"] == "a count of 0: no odds ratio" and row["p_value"] == 1


def test_unknown_sites_compete_and_are_not_compared(hand):
    at = pick(hand["incidence_at"], classification="site", grouping="overall", horizon=12)
    assert at.set_index("cause").loc["unknown", "events"] == 1
    assert at["incidence"].sum() == pytest.approx(4 / 7)
    for name in ("gray", "ratios", "odds"):
        assert "unknown" not in set(hand[name]["cause"])


def test_naive_is_never_below_and_the_parts_make_the_whole():
    cohort, settings = draw_cohort(300, ["low", "high"]), make_settings()
    patients = read_patients(cohort, "alpha", settings["endpoints"]["alpha"])
    curves = estimate_incidence(patients, settings["endpoints"]["alpha"], settings["groupings"])
    assert (curves["naive"] - curves["incidence"] > -1e-12).all()
    total = pick(curves, classification="any", cause="recurrence").reset_index(drop=True)
    for kind in ("site", "organs"):
        parts = pick(curves, classification=kind)
        parts = parts[parts["cause"] != "without_recurrence"]
        keys = ["grouping", "group", "time"]
        whole = parts.groupby(keys, sort=False)["incidence"].sum().to_numpy(float)
        assert whole == pytest.approx(total["incidence"].to_numpy(float), abs=1e-12)


def tabulate(cohort, settings, tmp_path):
    """The printed tables of a cohort, by way of the files."""
    results = {}
    for name, table in estimate.describe_recurrence(cohort, settings).items():
        storage.write_table(table, tmp_path / name)
        results[f"recurrence_{name}"] = storage.read_table(tmp_path / name)
    plan = {"recurrence": settings, "endpoints": {"alpha": SPEC}}
    tables = {table.name: table for table in words.tabulate_endpoint(plan, results, "alpha")}
    return plan, results, tables


UGLY = {
    "nobody": make_cohort(HAND).head(0),
    "one": make_cohort(HAND[:1]),
    "three": make_cohort(HAND[:3]),
    "no_events": make_cohort([(9, "last_visit", None, None, 9, 0, "low")] * 12),
    "only_deaths": make_cohort([(9, "exitus", None, None, 9, 1, each) for each in ("low", "high")]),
    "no_sites": make_cohort([(9, "relapse", None, None, 20, 1, each) for each in ("low", "high")]),
    "same_day": make_cohort(
        [(9, "relapse", "BOTH", "ONE", 9, 1, each) for each in ("low", "high")]
    ),
    "no_group": make_cohort(HAND).assign(grouping_tiers=None),
    "no_deaths_known": make_cohort(HAND).assign(omega_event=np.nan, omega_months=np.nan),
    "six": draw_cohort(120, ["low", "high", "c", "d", "e", "long"]),
}


@pytest.mark.parametrize("name", UGLY)
def test_ugly_cohorts_give_words(name, tmp_path):
    groups = ["low", "high", "c", "d", "e", "long"] if name == "six" else ["low", "high"]
    plan, results, tables = tabulate(UGLY[name], make_settings(groups), tmp_path)
    for table in tables.values():
        printed = " ".join(cell.text for row in table.rows for cell in row.cells)
        assert "nan" not in printed.lower() and "inf" not in printed.replace("information", "")
        assert all(cell.text or not cell.values for row in table.rows for cell in row.cells)
        cells.flatten(table)
    possible = list(words.list_not_possible(plan, results))
    assert bool(possible) == (name in ("nobody", "no_events", "only_deaths"))
    # a missing number has its reason
    for key, value in {"windows": "rate", "incidence_at": "incidence", "hazard": "hazard"}.items():
        table = results[f"recurrence_{key}"]
        assert table.loc[table[value].isna(), "note"].notna().all()
    ratios = results["recurrence_ratios"]
    assert ratios.loc[ratios["hazard_ratio"].isna(), "note"].notna().all()
    for key, value in {
        "windows": "rate",
        "incidence": "naive",
    }.items():  # an empty column is none of texts
        table = results[f"recurrence_{key}"]
        assert table.empty or pd.api.types.is_numeric_dtype(table[value])
    tests = results["recurrence_tests"]
    assert tests.loc[tests["p_value"].isna(), "note"].notna().all()


def test_printed_numbers_are_those_of_the_files(tmp_path):
    cohort, settings = draw_cohort(200, ["low", "high"]), make_settings()
    _, results, tables = tabulate(cohort, settings, tmp_path)
    assert list(tables) == [
        f"recurrence_{name}_alpha"
        for name in ("timing", "windows", "patterns", "comparisons", "odds", "after")
    ]
    row = pick(results["recurrence_timing"], grouping="tiers", group="high", level="6_to_12").iloc[
        0
    ]
    printed = tables["recurrence_timing_alpha"].rows[3].cells
    assert printed[0].text == "High"
    assert printed[4].values == (row["events"], pytest.approx(100 * row["share"]))
    at = pick(results["recurrence_incidence_at"], classification="site", grouping="overall")
    at = pick(at, cause="both", horizon=36).iloc[0]
    printed = next(
        r
        for r in tables["recurrence_patterns_alpha"].rows
        if r.cells[0].text == "Liver and extrahepatic"
    )
    assert printed.cells[-1].values[0] == pytest.approx(100 * at["excess"])
    gray = pick(results["recurrence_gray"], classification="site", cause="both").iloc[0]
    printed = next(
        r
        for r in tables["recurrence_comparisons_alpha"].rows
        if r.cells[0].text == "Tier: liver and extrahepatic"
    )
    assert printed.cells[7].values == (pytest.approx(gray["p_value"]),)


def test_published_stands_beside_its_own_group_only(tmp_path):
    settings = make_settings()
    entry = {
        "source": "Somebody",
        "evidence": "read",
        "note": "9 patients",
        "level": "high",
        "reference": "low",
    }
    entry["patterns"] = [
        {"label": "Liver", "beside": {"site": "liver_only"}, "percent": [43, 31], "p_value": 0.03}
    ]
    entry["ratios"] = [
        {"label": "Treated", "odds_ratio": 2.37, "limits": [1.46, 3.84], "adjusted": True}
    ]
    settings["groupings"]["tiers"]["published"] = [entry]
    table = tabulate(draw_cohort(100, ["low", "high"]), settings, tmp_path)[2][
        "recurrence_odds_alpha"
    ]
    shown = {(row.cells[0].text, row.cells[5].text) for row in table.rows if row.cells[5].text}
    assert shown == {("Low", "31"), ("High", "43")}
    notes = " ".join(table.notes)
    assert (
        "43 against 31 % (p = 0.030)" in notes and "adjusted odds ratio 2.37 (1.46–3.84)" in notes
    )


@pytest.fixture
def base(base):
    base["columns"]["recurrence_site"] = "Site"
    base["groupings"] = {
        "sex": {"variable": "sex"},
        "old": {"variable": "age", "cuts": [60]},
        "site": {"variable": "recurrence_site", "landmark_months": 6},
        "pattern": {"variable": "hgp_pure"},
    }
    site = {
        "variable": "recurrence_site",
        "liver_only": ["liver"],
        "extrahepatic_only": ["extrahepatic"],
        "both": ["both"],
    }
    base["recurrence"] = {
        "endpoints": {"rfs": {"recurrence": ["recurrence"], "site": site, "death": "os"}}
    }
    return base


def problems_of(plan_of, config):
    with pytest.raises(PlanError) as error:
        plan_of(config)
    return error.value.problems


def test_without_the_key_nothing_is_done(plan_of, base):
    del base["recurrence"]
    plan = plan_of(base)
    assert plan["recurrence"] == {}
    assert len(list(words.list_not_done(plan))) == 1
    assert words.tell_methods(plan, {}) == words.list_references(plan) == []
    assert not list(words.list_uses(plan))


def test_the_plan(plan_of, base):
    plan = plan_of(base)
    found = plan["recurrence"]
    assert list(found["groupings"]) == [
        "overall",
        "sex",
        "old",
        "pattern",
    ]  # none known in follow-up
    spec = found["endpoints"]["rfs"]
    assert spec["ended"] == ["death"] and list(spec["classifications"]) == ["any", "site"]
    assert spec["classifications"]["site"]["levels"]["extrahepatic"] == "extrahepatic_only"
    assert found["groupings"]["pattern"]["published"][0]["source"] == "Nierop 2019"
    assert not found["groupings"]["sex"]["published"]
    heading = words.tell_methods(plan, {})[0][0]
    assert heading == "Recurrence" and len(words.list_references(plan)) == 4
    reasons = dict(words.list_not_done(plan))
    assert list(reasons) == ["Recurrence-free survival: recurrence in one or several organs"]


def test_a_count_of_organs_needs_no_roles(plan_of, base):
    base["columns"]["recurrence_organs"] = "Organs"
    base["recurrence"]["endpoints"]["rfs"]["organs"] = {"variable": "recurrence_organs"}
    spec = plan_of(base)["recurrence"]["endpoints"]["rfs"]
    columns = {"rfs_months": [1.0, 2, 3, 4, 5], "rfs_event": [1.0] * 5, "rfs_reason": "recurrence"}
    counts = {"recurrence_organs": [1.0, 2, 5, None, 0], "recurrence_site": "liver"}
    patients = read_patients(pd.DataFrame({**columns, **counts}), "rfs", spec)
    assert patients["cause_organs"].tolist() == ["one", "several", "several", "unknown", "unknown"]


def test_an_endpoint_without_landmarks(plan_of, base):
    for endpoint in base["endpoints"].values():
        endpoint["landmarks_months"] = []
    spec = plan_of(base)["recurrence"]["endpoints"]["rfs"]
    assert spec["horizons_months"] == spec["death_months"] == [6, 12, 24, 36]
    base["recurrence"]["horizons_months"] = [50, 5]
    assert plan_of(base)["recurrence"]["endpoints"]["rfs"]["horizons_months"] == [5, 50]


def test_several_events_are_patterns_of_their_own(plan_of, base):
    base["columns"]["hepatic_recurrence_date"] = "Liver"
    events = base["endpoints"]["rfs"]["events"]
    base["endpoints"]["rfs"]["events"] = {
        "in_the_liver": {"date": "hepatic_recurrence_date"},
        **events,
    }
    base["recurrence"]["endpoints"]["rfs"] = {"recurrence": ["in_the_liver", "recurrence"]}
    site = plan_of(base)["recurrence"]["endpoints"]["rfs"]["classifications"]["site"]
    assert site["variable"] == "rfs_reason"
    assert site["causes"] == {"in_the_liver": "In the liver", "recurrence": "Recurrence"}


MISTAKES = {
    "no such endpoint 'rf'": lambda r: r["endpoints"].update(rf={"recurrence": ["recurrence"]}),
    "rfs has no event 'recurence'. Did you mean 'recurrence'?": lambda r: r["endpoints"][
        "rfs"
    ].update(recurrence=["recurence"]),
    "death is a death": lambda r: r["endpoints"]["rfs"].update(recurrence=["death"]),
    "all events of rfs are recurrences": lambda r: r["endpoints"]["rfs"].update(
        recurrence=["recurrence", "death"]
    ),
    "say what both of recurrence_site is": lambda r: r["endpoints"]["rfs"]["site"].pop("both"),
    "has no level 'lung'": lambda r: r["endpoints"]["rfs"]["site"].update(both=["both", "lung"]),
    "stands in two roles": lambda r: r["endpoints"]["rfs"]["site"].update(both=["both", "liver"]),
    "no such endpoint 'oss'": lambda r: r["endpoints"]["rfs"].update(death="oss"),
    "rfs must end with death of any cause only": lambda r: r["endpoints"]["rfs"].update(
        death="rfs"
    ),
    "site becomes known in follow-up": lambda r: r.update(groupings=["site"]),
    "overall has one group": lambda r: r.update(groupings=["overall"]),
    "se is no grouping. Did you mean": lambda r: r.update(groupings=["se"]),
    "the first bound lies after the second": lambda r: r.update(windows_months=[36, 24]),
}


@pytest.mark.parametrize("expected", MISTAKES)
def test_mistakes_are_said(plan_of, base, expected):
    MISTAKES[expected](base["recurrence"])
    assert any(expected in text for text in problems_of(plan_of, base))


def test_classes_of_timing():
    assert name_classes([6.5, 12]) == {
        "0_to_6.5": (0, 6.5),
        "6.5_to_12": (6.5, 12),
        "from_12": (12, np.inf),
    }
