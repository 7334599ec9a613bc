"""Display tables, methods and page of the missing components."""

import pytest
from crlm.analyses.missing_components import tables
from crlm.report.methods import build_methods
from crlm.report.tables import build_tables
from display_inputs import HOSTILE, SOFTWARE, make_plan, make_results
from test_report import SVG, render


def read(name, results=None):
    plan = make_plan()
    results = results or make_results(plan)
    tables = {table.name: table for table in build_tables(plan, results)}
    return [[cell.text for cell in row.cells] for row in tables[name].rows], tables[name]


def nothing_missing():
    results = make_results(make_plan())
    result = results["endpoints"]["alpha"]
    result["missing_components"] = result["missing_components"].assign(missing=0)
    result["imputation"] = result["imputation"].head(0)
    return results


def show(results, *figures):
    return render(make_plan(), results, dict.fromkeys(figures, SVG))


def test_three_analyses_side_by_side():
    rows, table = read("missing_components_alpha")
    assert rows[0][0] == "Sum score: 80 of 100 patients determinate"
    assert rows[1] == [
        "Hazard ratio per point",
        "1.25 (1.10–1.42)",
        "<0.001",
        "1.05 / 1.61",
        "1.23 (1.09–1.38)",
        "<0.001",
        "0.12",
    ]
    assert rows[2][:4] == ["Harrell's C", "0.600 (0.550–0.650)", "<0.001", "0.510 / 0.682"]
    assert rows[2][4] == "0.591 (0.540–0.640)"
    assert "synthetic" in table.title


def test_what_has_no_estimate_is_a_dash_and_says_why():
    rows, table = read("missing_components_alpha")
    assert rows[3][0].startswith(HOSTILE)
    assert rows[4][1:5] == ["–", "–", "–", "1.10 (0.50–2.40)"]
    for reason in ("few_events", "no_bound"):
        assert f"{HOSTILE}: {reason}." in table.notes
    assert any("all 100 patients (52 events); 20 imputations" in note for note in table.notes)


def test_observed_and_imputed_values():
    rows, table = read("imputation_alpha")
    assert rows[0][:2] == ["Weight, kg (predictive mean matching, and 3 limits)", "12 (12.0)"]
    assert rows[1] == ["Mean", "", "70.2", "68.0 (60.0–75.0)", "−0.21"]
    assert [row[0] for row in rows[1:4]] == ["Mean", "Standard deviation", "Median"]
    assert rows[4][0].startswith(HOSTILE)
    assert rows[5] == ["Low", "", "40.0", "50.0 (10.0–90.0)", "0.20"]
    assert len(rows) == 8  # neither bins nor the variable without a gap
    assert any("Known of all patients" in note and "Flag" in note for note in table.notes)
    assert any(note.startswith("Weight: limits") for note in table.notes)


def test_nothing_missing_is_said_in_words_without_empty_figures():
    results = nothing_missing()
    names = {table.name for table in build_tables(make_plan(), results)}
    assert not names & {"missing_components_alpha", "imputation_alpha"}
    kinds = ("comparison", "imputation")
    page = show(results, *(f"missing_components_alpha_{kind}" for kind in kinds))
    assert "No score analysed here has a missing component" in page
    assert "<figure" not in page


@pytest.mark.parametrize("imputed", [True, False])
def test_figures_have_their_place(imputed):
    results = make_results(make_plan())
    if not imputed:  # too few events
        result = results["endpoints"]["alpha"]
        result["imputation"] = result["imputation"].head(0)
    page = show(
        results, "missing_components_alpha_comparison", "missing_components_alpha_imputation"
    )
    assert page.count("<figure") == 1 + imputed
    assert "three analyses" in page


def test_the_methods_name_every_choice():
    plan = make_plan()
    parts = dict(build_methods(plan, make_results(plan), SOFTWARE))
    text = " ".join(parts["Missing components of scores"])
    for sentence in (
        "20 imputed data sets",
        "10 iterations",
        f"seed {plan['resampling']['seed']}",
        "predictive mean matching",
        "logistic regression",
        "Nelson-Aalen",
        "Rubin's rules",
        "logit scale",
        "outcome was never imputed",
        "Weight and",
        "from Flag",
        "not the extremes of all completions",
        "missing at random",
        f"not their sources: {HOSTILE}",
    ):
        assert sentence in text, sentence


def test_methods_do_not_tell_of_an_imputation_that_was_not_needed():
    plan = make_plan()
    results = make_results(plan)
    estimates = results["endpoints"]["alpha"]["missing_components"]
    results["endpoints"]["alpha"]["missing_components"] = estimates.assign(missing=0)
    told = dict(build_methods(plan, results, SOFTWARE))["Missing components of scores"]
    assert told == [tables.NOTHING_MISSING]


def test_without_a_score_there_is_nothing():
    plan = make_plan(subgroups=False)
    results = make_results(plan)
    names = {table.name for table in build_tables(plan, results)}
    assert not names & {"missing_components_alpha", "imputation_alpha"}
    assert "Missing components of scores" not in dict(build_methods(plan, results, SOFTWARE))
