"""Files of several endpoints that a rule reads stand in the order of the plan, in which the scripts take them."""

import re
import shutil
from pathlib import Path

import inside
import pytest
from running import ROOT


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    """(endpoints, {file: (rule that makes it, endpoint in its name or None)}, {job: its input}) of the demo's plan."""
    study = tmp_path_factory.mktemp("wires")
    for part in ("config", "data"):
        shutil.copytree(ROOT / part, study / part)
    with inside.keep_reading(), pytest.MonkeyPatch.context() as patch:
        patch.chdir(study)
        workflow = inside.read_workflow(study)
        endpoints = list(workflow.globals["PLAN"]["endpoints"])
        makers = inside.list_jobs(workflow, endpoints)
        jobs = {
            (rule.name, *wildcards): job for job in makers.values() for rule, wildcards in [job]
        }
        inputs = {key: rule.expand_input(wildcards)[0] for key, (rule, wildcards) in jobs.items()}
    named = re.compile(rf"({'|'.join(sorted(endpoints, key=len, reverse=True))})(_|$)")
    made = {}
    for file, (rule, _) in makers.items():
        found = named.match(Path(file).stem)
        made[file] = rule.name, found and found[1]
    return endpoints, made, inputs


def list_named(given):
    """(name, files) of every named input that has more than one file."""
    for name in given.keys():  # noqa: SIM118 (Snakemake's list, which iterates over its files)
        if not isinstance(given[name], str):
            yield name, [str(file) for file in given[name]]


def test_files_of_several_endpoints_are_in_the_order_of_the_plan(demo):
    endpoints, made, inputs = demo
    checked = 0
    for key, given in inputs.items():
        for name, files in list_named(given):
            of_rule = {}
            for file in files:
                if not file.endswith(".csv"):
                    continue  # figures are taken by their names
                rule, endpoint = made.get(file, (None, None))
                if endpoint:
                    of_rule.setdefault(rule, []).append(endpoint)
            for rule, found in of_rule.items():
                assert found == sorted(found, key=endpoints.index), (key, name, rule)
                checked += len(set(found)) > 1
    assert len(endpoints) > 1 and checked > 10
