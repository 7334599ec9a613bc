"""Tables of cut-offs and lesions: the words and the numbers behind them."""

import cutoff_inputs
import pytest
from crlm.analyses.cutoffs import tables as table_cutoffs
from crlm.analyses.discordance import tables as table_discordance
from crlm.display import cells
from display_inputs import make_plan, make_results

PLAN = make_plan()
RESULTS = make_results(PLAN)
RESULT = RESULTS["endpoints"]["alpha"]
ENDPOINT = PLAN["endpoints"]["alpha"]
NUMBERS = {"weight": cutoff_inputs.CUTOFF}


def rows_of(table):
    return [[cell.text for cell in row.cells] for row in table.rows]


def test_only_cuts_with_a_source_and_no_p_without_the_corrected_one():
    table = table_cutoffs.tabulate_cutoffs(RESULT["cutoffs"], "alpha", ENDPOINT, NUMBERS)
    head, plain, stratified, no, yes = rows_of(table)
    assert head[0] == "<b>Marker</b> & $x$ ≥ 60 kg (Doe_2001; recalled, not read again)"
    assert plain[:5] == ["Unstratified", "60", "40", "40", "20"]
    assert plain[5:9] == ["0.80 (0.60–1.10)", "0.031", "0.321", "0.550 (0.500–0.600)"]
    assert stratified[0] == "Stratified by Flag"
    assert stratified[6:8] == ["–", "–"]
    assert stratified[9] == "0.046"
    assert no[0] == "Flag: No"
    assert yes[5] == "–"
    assert any("few_events" in note for note in table.notes)


def test_best_cut_beside_its_corrected_p():
    table = table_cutoffs.tabulate_best_cuts(RESULT["maxstat"], "alpha", ENDPOINT, NUMBERS)
    _, plain, yes = rows_of(table)
    assert plain[3:] == ["40", "≥ 72.5 kg", "2.51", "0.012", "0.123"]
    assert yes[4] == "few_events"
    assert "200 permutations" in table.notes[0]
    assert "10 to 90 %" in table.notes[0]


def test_number_as_it_is():
    table = table_cutoffs.tabulate_splines(RESULT["spline_tests"], "alpha", ENDPOINT, NUMBERS)
    head, plain, stratified, _ = rows_of(table)
    assert head[0].endswith("per 5 kg")
    assert plain[4:8] == ["0.95 (0.90–1.00)", "0.040", "0.047", "0.135"]
    assert stratified[8:] == ["0.610", "0.720"]
    assert any("knots at 50;60;70;80 kg" in note for note in table.notes)


def test_means_beside_the_published_ones():
    table = table_cutoffs.tabulate_cutoff_levels(RESULTS["cutoff_levels"], NUMBERS)
    rows = rows_of(table)
    assert [row[0] for row in rows[1:4]] == ["All patients", "No", "Yes"]
    assert rows[3][3:] == ["74.2 (10.2)", "75 [65–85]", "23.8 (19.5–28.0)"]
    assert rows[4] == [
        "Published: Doe 2001; read in the source",
        "90",
        "",
        "No 40; Yes 63",
        "",
        "23",
    ]
    alone = {"weight": {**cutoff_inputs.CUTOFF, "by": None}}
    assert not table_cutoffs.tabulate_cutoff_levels(RESULTS["cutoff_levels"], alone)


def tabulate_lesions():
    lesions, rules = PLAN["discordance"], PLAN["growth_patterns"]
    concordance = table_discordance.tabulate_concordance(
        RESULTS["discordance_concordance"], RESULTS["discordance_assessed"], lesions, rules
    )
    changes = table_discordance.tabulate_changes(RESULTS["discordance_groups"], lesions, rules)
    hazards = table_discordance.tabulate_lesion_hazards(
        RESULTS["discordance_hazards"], lesions, rules, PLAN["endpoints"]
    )
    return concordance, changes, hazards


def test_agreement_beside_the_published_one():
    table = tabulate_lesions()[0]
    rows = rows_of(table)
    assert rows[1] == ["Pattern", "2", "2", "50.0 (0.0–100.0)", "100.0", "0.0", "1 (50.0)", "1"]
    assert rows[2] == ["Published: Roe 2002; read in the source", "", "363", "90", "", "", "", ""]
    assert rows[4][3:6] == ["88.9 (70.0–100.0)", "100.0 (100.0–100.0)", "66.7"]
    assert "2 patients with 1 lesion (5 blocks) and 2 patients with 2 lesions" in table.notes[0]


def test_changes_of_group_are_expected_numbers_for_a_random_lesion():
    rows = rows_of(tabulate_lesions()[1])
    assert rows[1] == ["One lesion at random", "3", "0.5 (16.7)", "1", "Pattern A → Pattern B: 0.5"]


def test_hazard_ratio_by_lesion():
    table = tabulate_lesions()[2]
    rows = rows_of(table)
    assert rows[0][0] == "Alpha-free survival: Pattern B against Pattern A"
    assert rows[1][3:] == ["1.41 (0.90–2.20)", "0.123", "1.50 (0.95–2.30)", "0.057"]
    assert rows[2][3:] == ["1.31 (0.90–1.90)", "–", "–", "–"]
    assert any("mean_of_100_draws" in note for note in table.notes)
    assert any("few_events" in note for note in table.notes)


@pytest.mark.parametrize("place", range(3))
def test_lesion_tables_can_be_written_as_records(place):
    names, rows = cells.flatten(tabulate_lesions()[place])
    assert all(len(row) == len(names) for row in rows)


def test_a_number_that_is_the_same_in_everybody_has_a_difference_without_limits():
    levels = RESULTS["cutoff_levels"].copy()
    levels.loc[levels["difference"].notna(), ["lower", "upper"]] = float("nan")
    table = table_cutoffs.tabulate_cutoff_levels(levels, NUMBERS)
    cells = [cell for row in table.rows for cell in row.cells if len(cell.values or ()) == 3]
    assert any(cell.values[0] is not None and cell.values[1:] == (None, None) for cell in cells)
    assert not any(value != value for cell in cells for value in cell.values)
    assert not any("nan" in cell.text for cell in cells)
