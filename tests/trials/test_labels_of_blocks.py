"""What an SPSS or Stata table of blocks says about its codes, in a study as it is run."""

import pandas as pd
import pyreadstat
import pytest
from inside import RefusedError, run_study

PLAN = """
study: {title: T}
cohort: {file: data/cohort.csv}
columns: {patient_id: id, overall_time: months, died: dead}
growth_patterns: {blocks: {file: data/blocks.%s, columns: {patient_id: id, lesion: l, block: b, %s}}}
endpoints:
  os:
    label: Overall survival
    events: {death: {duration: overall_time, flag: died}}
    censoring: {last_contact: {duration: overall_time}}
resampling: {resamples: 100}
output: {formats: [svg]}
"""
WORDS = "hgp_label: {column: w, values: {1: desmoplastic, 2: replacement}}"
SHARES = "hgp_desmoplastic: w"


def find(folder, ending, columns, labels, values):
    """The findings of a run of 20 patients with one block each whose column `w` has labels in the file."""
    for part in ("config", "data"):
        (folder / part).mkdir()
    (folder / "config/config.yaml").write_text(PLAN % (ending, columns), encoding="utf-8")
    count = range(20)
    ids = [f"P{place:02d}" for place in count]
    rows = {
        "id": ids,
        "months": [20 + 2 * place for place in count],
        "dead": [p % 2 for p in count],
    }
    pd.DataFrame(rows).to_csv(folder / "data/cohort.csv", index=False)
    chosen = [float(values[place % len(values)]) for place in count]
    blocks = pd.DataFrame({"id": ids, "l": 1.0, "b": 1.0, "w": chosen})
    write = pyreadstat.write_sav if ending == "sav" else pyreadstat.write_dta
    write(blocks, str(folder / f"data/blocks.{ending}"), variable_value_labels={"w": labels})
    stopped = False
    try:
        run_study(folder, "none")
    except RefusedError:
        stopped = True
    found = pd.read_csv(folder / "results/private/data_quality.csv")
    return found[found["column"] == "w"], stopped


@pytest.mark.parametrize("ending", ["sav", "dta"])
def test_growth_patterns_turned_round_stop_the_run(ending, tmp_path):
    labels = {1: "Replacement", 2: "Desmoplastic"}
    found, stopped = find(tmp_path, ending, WORDS, labels, [1, 2, 2])
    assert stopped and found["rule"].tolist() == ["value_labels_contradict"]
    assert found["message"].iloc[0].startswith("Table of blocks: Growth pattern (label): 1 is")


def test_growth_patterns_as_labelled_are_no_finding(tmp_path):
    labels = {1: "Desmoplastic", 2: "Replacement"}
    found, stopped = find(tmp_path, "sav", WORDS, labels, [1, 2, 2])
    assert not stopped and found.empty


def test_a_share_that_the_file_calls_unknown_is_told(tmp_path):
    found, stopped = find(tmp_path, "sav", SHARES, {0: "nicht beurteilbar"}, [0, 40, 100])
    assert not stopped and found["rule"].tolist() == ["undeclared_missing_code"]
    assert "0 is 'nicht beurteilbar'" in found["message"].iloc[0]
