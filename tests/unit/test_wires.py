"""Files of several endpoints that a rule reads or makes stand in the order of the plan, in which the scripts take them."""

import ast
import re
import shutil
from pathlib import Path

import inside
import pytest
from running import ROOT


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    """(endpoints, {file: (rule that makes it, endpoint in its name or None)}, {job: (input, output, endpoints of its params)}, {rule: its
    priority}, the same of the rules that the second computation waits for) of the demo's plan."""
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
        files = {key: open_job(*job) for key, job in jobs.items()}
    named = re.compile(rf"({'|'.join(sorted(endpoints, key=len, reverse=True))})(_|$)")
    made = {}
    for file, (rule, _) in makers.items():
        found = named.match(Path(file).stem)
        made[file] = rule.name, found and found[1]
    priorities = {rule.name: rule.priority for rule, _ in makers.values()}
    return endpoints, made, files, priorities, list_waited_for(makers)


LONG = {"assess_added_value", "assess_missing_components", "assess_sensitivity_models"}


def list_waited_for(makers):
    """{rule: its priority} of all that the second computation needs, and of itself."""
    jobs = inside.order_jobs(makers, "results/cross_check.csv")
    return {rule.name: rule.priority for rule, _ in jobs}


def open_job(rule, wildcards):
    """(input, output, lists of endpoints that its script may go through) of a job."""
    given, made = rule.expand_input(wildcards)[0], rule.expand_output(wildcards)[0]
    params = rule.expand_params(wildcards, given, made, None)[0]
    named = [getattr(params, name, None) for name in ("endpoints", "compared")]
    named += [(getattr(params, name, None) or {}).get("endpoints") for name in ("settings", "plan")]
    return given, made, [list(each) for each in named if each]


def list_named(given):
    """(name, files) of every named input that has more than one file."""
    for name in given.keys():  # noqa: SIM118 (Snakemake's list, which iterates over its files)
        if not isinstance(given[name], str):
            yield name, [str(file) for file in given[name]]


def split_by_rule(files, made):
    """{rule that makes them: endpoints of these tables}, in the order of the files; figures are taken by their names."""
    found = {}
    for file in files:
        rule, endpoint = made.get(file, (None, None))
        if endpoint and file.endswith(".csv"):
            found.setdefault(rule, []).append(endpoint)
    return found


def test_files_of_several_endpoints_are_in_the_order_of_the_plan(demo):
    endpoints, made, jobs, *_ = demo
    checked = 0
    for key, (given, output, named) in jobs.items():
        for name, files in [*list_named(given), *list_named(output)]:
            for rule, found in split_by_rule(files, made).items():
                assert found == sorted(found, key=endpoints.index), (key, name, rule)
                if len(set(found)) > 1:
                    assert list(dict.fromkeys(found)) in named, (key, name, rule)
                    checked += 1
    assert len(endpoints) > 1 and checked > 100


def test_figures_are_those_of_the_endpoint_that_their_name_or_place_says(demo):
    """A script names a figure by its endpoint, or by the place of that among those it goes through."""
    endpoints, _, jobs, *_ = demo
    named_in = re.compile(rf"_({'|'.join(sorted(endpoints, key=len, reverse=True))})(_|\.)")
    checked = 0
    for key, (_, output, named) in jobs.items():
        for name in output.keys():  # noqa: SIM118
            files = [output[name]] if isinstance(output[name], str) else output[name]
            of = {found[1] for file in files if (found := named_in.search(str(file)))}
            word, place = named_in.search(f"{name}."), re.search(r"_(\d+)(_|$)", name)
            if not (of and (word or place) and "/figures/" in str(files[0])):
                continue
            there = (
                [word[1]]
                if word
                else [each[int(place[1])] for each in named if each[int(place[1]) :]]
            )
            assert len(of) == 1 and of <= set(there), (key, name)
            checked += 1
    assert checked > 20


FILES = re.compile(r"(snakemake\.(in|out)put|files|output)\b")
IN_ORDER = re.compile(
    r"enumerate\(params\.(endpoints|compared|curves)(\.items\(\)|\.values\(\))?\)"
)


def list_loops(text):
    """(what a loop of a script goes through, files taken in it) of every loop that counts places."""
    for loop in ast.walk(ast.parse(text)):
        if not (isinstance(loop, ast.For) and "place" in ast.unparse(loop.target)):
            continue
        inner = {id(node.value) for node in ast.walk(loop) if isinstance(node, ast.Subscript)}
        taken = [
            ast.unparse(node)
            for node in ast.walk(loop)
            if isinstance(node, ast.Subscript) and id(node) not in inner
        ]
        yield ast.unparse(loop.iter), [each for each in taken if FILES.match(each)]


def test_scripts_take_the_file_at_the_place_of_the_endpoint(root):
    """Neither the first file for every endpoint nor another one; loops without a place take files by `zip`."""
    checked = 0
    for path in sorted((root / "scripts").glob("*.py")):
        for through, taken in list_loops(path.read_text(encoding="utf-8")):
            assert IN_ORDER.fullmatch(through), (path.name, through)
            for each in taken:
                assert re.search(r"\{place\}|\[place\]|_\{name\}'\]|\[name\]$", each), (
                    path.name,
                    each,
                )
                checked += 1
    assert checked > 40


@pytest.mark.parametrize(
    ("line", "seen"),
    [
        ("for place, name in enumerate(params.endpoints): f(output.x[place])", True),
        ("for place, name in enumerate(params.endpoints): f(output.x[0])", False),
        ("for place, name in enumerate(params.endpoints): f(snakemake.input['x'][0])", False),
        ("for place, name in enumerate(params.endpoints): f(output[f'figure_{0}_a'])", False),
        ("for place, name in enumerate(reversed(params.endpoints)): f(output.x[place])", False),
    ],
)
def test_a_file_of_another_endpoint_is_found(line, seen):
    ((through, taken),) = list_loops(line)
    found = [re.search(r"\{place\}|\[place\]", each) for each in taken]
    assert bool(IN_ORDER.fullmatch(through) and taken and all(found)) == seen


def test_what_the_second_computation_waits_for_goes_first(demo):
    """The report waits for it in turn: figures that are drawn before leave one core idle at the end, a sixth of the demo's time."""
    waited = demo[-1]
    assert {"fit_cox", "assess_performance", "assess_panel", "check_results"} < waited.keys()
    first = {"ingest_cohort", "build_cohort"}  # beside which nothing can run
    assert {name for name, priority in waited.items() if not priority} == first
    others = {rule: priority for rule, priority in demo[-2].items() if rule not in waited}
    assert max(others.values()) < min(waited[name] for name in waited.keys() - first)
    # what takes long begins before what does not: as the last job it would leave the other core idle
    assert {name for name, priority in others.items() if priority} == LONG
