"""Which files the rules read: those of their own endpoint, and of several endpoints in the order of the plan, as the scripts take them."""

import shutil

import inside
import pytest
from running import ROOT


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    """(workflow, endpoints, {file: endpoint of the job that makes it or None, rule}) of the demo's plan, which asks for every analysis."""
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
    made = {
        file: (rule.name, wildcards.get("endpoint")) for file, (rule, wildcards) in makers.items()
    }
    return endpoints, made, jobs, inputs


def list_named(given):
    """(name, files) of every named input that has more than one file."""
    for name in given.keys():  # noqa: SIM118 (Snakemake's list, which iterates over its files)
        if not isinstance(given[name], str):
            yield name, [str(file) for file in given[name]]


def test_a_job_of_an_endpoint_reads_files_of_that_endpoint(demo):
    _, made, jobs, inputs = demo
    checked = 0
    for key, (_, wildcards) in jobs.items():
        own = wildcards.get("endpoint")
        if own is None:
            continue
        read = {made[file][1] for file in map(str, inputs[key]) if file in made} - {None}
        assert read <= {own}, key
        checked += bool(read)
    assert checked > 10


def test_files_of_several_endpoints_are_in_the_order_of_the_plan(demo):
    endpoints, made, _, inputs = demo
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
