"""The swimmer plot shows single patients: it lies in results/private/, the report does not read it, with small counts hidden it is not made."""

import shutil

import pytest
import yaml
from inside import keep_reading, read_workflow


@pytest.mark.parametrize("least", [None, 5])
def test_where_the_swimmer_plot_goes(root, tmp_path, monkeypatch, least):
    (tmp_path / "config").mkdir()
    plan = yaml.safe_load((root / "config/config.yaml").read_text(encoding="utf-8"))
    plan["output"] = {"privacy": {"small_cells": least}}
    text = yaml.safe_dump(plan, allow_unicode=True, sort_keys=False)
    (tmp_path / "config/config.yaml").write_text(text, encoding="utf-8")
    shutil.copytree(root / "data", tmp_path / "data")
    monkeypatch.chdir(tmp_path)
    with keep_reading():
        workflow = read_workflow(tmp_path)
    rules = {rule.name: rule for rule in workflow.rules}
    made = [str(file) for file in rules["estimate_disease_states"].output]
    shown = [file for file in made if "swimmer" in file]
    assert shown == ([] if least else ["results/private/disease_states_swimmer.svg"])
    read = [str(file) for file in rules["render_report"].input]
    assert any("disease_states_growth_pattern" in file for file in read)
    assert not any("swimmer" in file for file in read)
