"""Nothing to show is words in the report, never a traceback: each kind of emptiness once, through the real rules and scripts."""

import asyncio
import csv
import re

import numpy as np
import openpyxl
import pandas as pd
import pytest
import yaml
from crlm.analyses.cutoffs.levels import describe_cutoffs
from inside import RefusedError, read_workflow, run_study
from snakemake.iocontainers import Wildcards
from snakemake.report import expand_labels

SMALL = "resampling: {resamples: 100}\nmissing_components: {imputations: 2, iterations: 1}\noutput: {formats: [svg]}\n"
SURVIVAL = """
study: {title: Small}
cohort: {file: data/cohort.csv}
endpoints:
  os:
    label: Overall survival
    events: {death: {duration: overall_time, flag: died}}
    censoring: {last_contact: {duration: overall_time}}
"""
COLUMNS = "columns: {{patient_id: id, overall_time: months, died: dead{}}}\n"


def make_rows(**columns):
    """Sixteen patients; a further column is made of the patient's place by a function."""
    return [
        {"id": f"p{i}", "months": 4 + 3 * ((5 * i) % 16), "dead": int(i % 3 > 0)}
        | {name: value(i) for name, value in columns.items()}
        for i in range(16)
    ]


def write_study(folder, plan, rows):
    """A study in `folder`: the texts of its plan, with little resampling, and its rows."""
    (folder / "config").mkdir()
    (folder / "data").mkdir()
    text = plan if "output:" in plan else plan + SMALL
    (folder / "config/config.yaml").write_text(text, encoding="utf-8")
    with open(folder / "data/cohort.csv", "w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return folder


def read_report(folder):
    """The words of the report, without its figures."""
    page = (folder / "results/report.html").read_text(encoding="utf-8")
    page = re.sub(r"<(svg|style|script).*?</\1>", " ", page, flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def make_report(folder, plan, rows, figures="made"):
    run_study(write_study(folder, plan, rows), figures)
    openpyxl.load_workbook(folder / "results/tables/tables.xlsx")
    return read_report(folder)


GROUPED = """
variables:
  arm: {label: Arm, kind: categorical, levels: [A, B], timing: baseline}
  marker: {label: Marker, kind: %s, timing: baseline%s}
groupings:
  arm: {variable: arm}
"""


@pytest.mark.parametrize(
    ("kind", "levels", "value"),
    [
        ("binary", "", 1),
        ("ordinal", ", levels: [1, 2, 3]", 2),
        ("continuous", "", 4.5),
        ("count", "", 3),
    ],
)
@pytest.mark.parametrize("known", [("A",), ()])
def test_a_variable_that_is_empty_in_one_group_or_in_all(kind, levels, value, known, tmp_path):
    rows = make_rows(
        arm=lambda i: "AB"[i % 2], marker=lambda i: value if "AB"[i % 2] in known else ""
    )
    plan = SURVIVAL + COLUMNS.format(", arm: arm, marker: marker") + GROUPED % (kind, levels)
    words = make_report(tmp_path, plan, rows)
    assert "Marker" in words and "nan" not in words.lower().split()
    if kind == "binary":
        with open(tmp_path / "results/tables/characteristics_arm.csv", encoding="utf-8") as file:
            row = next(row for row in csv.reader(file) if row[2].startswith("Marker"))
        assert "0" in row and "nan" not in row
        assert "0 (–)" in words


def test_a_grouping_and_a_model_of_a_variable_without_a_value(tmp_path):
    plan = SURVIVAL + COLUMNS.format(", arm: arm, marker: marker") + GROUPED % ("binary", "")
    plan += "  empty: {variable: marker, label: Marker in blood}\n"
    plan += "models: {both: {label: Both, variables: [arm, marker]}}\n"
    words = make_report(tmp_path, plan, make_rows(arm=lambda i: "AB"[i % 2], marker=lambda i: ""))
    done = words[words.rindex("Analyses not done") :]
    assert "Overall survival: groups of Marker in blood no patient has a known value" in done
    assert "Overall survival: hazard ratios, Both nothing is estimable in 0 patients" in done
    # nobody is in the groups: their median is not one that was "not reached"
    at = words.index("Overall survival: Marker in blood Patients Events Median")
    assert "No 0 0 – " in words[at : at + 500] and "Yes 0 0 – " in words[at : at + 700]


@pytest.mark.parametrize("more", ["", "groupings: {}\nmodels: {}\n", "restricted_mean: null\n"])
def test_a_plan_with_survival_alone(more, tmp_path):
    if "null" in more:
        more = "cutoffs: {}\ndescription: {}\n"
    plan = SURVIVAL + COLUMNS.format("") + more
    words = make_report(tmp_path, plan, make_rows(), "written")
    assert "Overall survival: All patients" in words
    assert "Cox models of single variables no variable of the plan can be a covariate" in words
    drawn = {path.name for path in (tmp_path / "results/figures").iterdir()}
    assert "kaplan_meier_os_overall.svg" in drawn
    assert not any(name.startswith("forest") for name in drawn)


@pytest.mark.parametrize(
    ("columns", "groupings"),
    [
        ("hgp_desmoplastic: share", "pattern: {variable: hgp_pure}"),
        (
            "n_crlm: share, size_max_cm: size",
            "burden: {variable: tumour_burden_score, cuts: [3, 9]}",
        ),
    ],
)
def test_one_predictor_and_no_model(columns, groupings, tmp_path):
    plan = SURVIVAL + COLUMNS.format(f", {columns}") + f"groupings: {{{groupings}}}\n"
    words = make_report(
        tmp_path, plan, make_rows(share=lambda i: 2 + i // 2, size=lambda i: 1 + i % 7)
    )
    assert "Multivariable Cox models the plan declares none" in words


@pytest.mark.parametrize(
    ("exclusions", "told"),
    [
        (
            "old: {label: Aged, variable: age, operator: '>', value: 0}",
            "Aged (cohort.exclusions.old) took 16 of 16",
        ),
        (
            "old: {label: Above 60, variable: age, operator: '>=', value: 60}, rest: {label: Others, variable: age, operator: '<', value: 60}",
            "Above 60 (cohort.exclusions.old) took 6 of 16; Others (cohort.exclusions.rest) took 10 of 10",
        ),
    ],
)
def test_nobody_left_is_one_sentence_before_any_analysis(exclusions, told, tmp_path):
    plan = (SURVIVAL + COLUMNS.format(", age: age")).replace(
        "{file: data/cohort.csv}", f"{{file: data/cohort.csv, exclusions: {{{exclusions}}}}}"
    )
    write_study(tmp_path, plan, make_rows(age=lambda i: 50 + i))
    with pytest.raises(RefusedError) as refused:
        run_study(tmp_path, "none")
    assert "Nobody is left to be analysed" in str(refused.value) and told in str(refused.value)
    assert not (tmp_path / "results/cohort.parquet").exists()


def test_an_endpoint_and_a_landmark_that_leave_nobody(tmp_path):
    """One endpoint has no time of anybody, a grouping a landmark after the last patient."""
    plan = (
        SURVIVAL.replace("csv}", "csv, missing_time: exclude}")
        + """\
  rfs:
    label: Time to relapse
    events: {relapse: {duration: recurrence_time, flag: recurred}}
    censoring: {last_contact: {duration: recurrence_time}}
"""
    )
    plan += COLUMNS.format(
        ", recurrence_time: never, recurred: relapsed, arm: arm, aftercare: late"
    )
    plan += """
variables:
  arm: {label: Arm, kind: categorical, levels: [A, B], timing: baseline}
  aftercare: {label: Aftercare, kind: binary, timing: follow_up}
groupings:
  arm: {variable: arm}
  late: {variable: aftercare, landmark_months: 120, label: Aftercare given}
models:
  adjusted: {label: Adjusted, variables: [arm, aftercare], landmark_months: 120}
restricted_mean: {}
conditional_survival: {given: rfs}
cure: {}
"""
    rows = make_rows(
        arm=lambda i: "AB"[i % 2], late=lambda i: i % 2, never=lambda i: "", relapsed=lambda i: ""
    )
    words = make_report(tmp_path, plan, rows)
    done = words[words.rindex("Analyses not done") :]
    assert "Time to relapse: every analysis nobody has a follow-up time for this endpoint" in done
    assert "no patient has a known value among those observed beyond 120 months" in done
    assert "Overall survival: hazard ratios, Adjusted nothing is estimable in 0 patients" in done


@pytest.mark.parametrize("transform", ["none", "log2"])
def test_a_number_that_is_cut_but_never_known(transform):
    number = {"by": None, "by_levels": [], "spec": {"transform": transform}}
    cohort = pd.DataFrame({"marker": [np.nan, np.nan]})
    table, bars = describe_cutoffs(cohort, {"marker": number})
    assert table[["patients", "missing"]].to_numpy().tolist() == [[0, 2]]
    assert np.isfinite(bars[["from", "to"]].to_numpy()).all() and not bars["patients"].any()


TWO = """
study: {title: T}
cohort: {file: data/cohort.csv}
columns: {patient_id: id, overall_time: months, died: dead, sex: sex}
endpoints:
  %s: &one
    label: One
    events: {death: {duration: overall_time, flag: died}}
    censoring: {last_contact: {duration: overall_time}}
  %s: {<<: *one, label: Two}
"""


@pytest.mark.parametrize(
    ("endpoints", "more", "file"),
    [
        (
            ("os", "os_css"),
            "groupings: {growth: {variable: sex}, css_growth: {variable: sex}}",
            "kaplan_meier_os_css_growth",
        ),
        (("os", "os_models"), "", "results/cox/os_models.csv"),
        (("os", "os_calibration_curves"), "", "results/performance/os_calibration_curves.csv"),
        (("a", "a_b"), "models: {c: {variables: [sex]}, b_c: {variables: [sex]}}", "_a_b_c.svg"),
    ],
)
def test_names_that_make_one_file_are_refused(endpoints, more, file, tmp_path):
    write_study(tmp_path, TWO % endpoints + more + "\n", make_rows(sex=lambda i: "female"))
    with pytest.raises(
        RefusedError, match=rf"{endpoints[0]} and {endpoints[1]} would both|would both make"
    ) as refused:
        read_workflow(tmp_path)
    assert file in str(refused.value) and "rename one of them" in str(refused.value)


@pytest.mark.parametrize("endpoints", [("os", "os_css"), ("rfs", "hepatic_rfs"), ("a", "a_b")])
def test_names_that_only_look_alike_are_not(endpoints, tmp_path):
    more = "groupings: {growth: {variable: sex}, css: {variable: sex}}\n"
    write_study(tmp_path, TWO % endpoints + more, make_rows(sex=lambda i: "female"))
    read_workflow(tmp_path)


BRACED = "A {pattern}, {endpoint} and {{two}} {"


def test_braces_in_any_label_are_text_for_the_reports(tmp_path):
    """Snakemake takes a word in braces for a wildcard, in its report too."""
    plan = yaml.safe_load(SURVIVAL + COLUMNS.format(", sex: sex, age: age"))
    plan["study"]["title"] = plan["endpoints"]["os"]["label"] = BRACED
    plan["variables"] = {name: {"label": BRACED} for name in ("sex", "age")}
    plan["groupings"] = {"sex": {"variable": "sex", "label": BRACED}}
    plan["models"] = {"both": {"variables": ["sex", "age"], "label": BRACED}}
    plan["subgroups"] = {"age": {"variable": "age", "within": ["sex"], "label": BRACED}}
    plan |= {"restricted_mean": {}, "cutoffs": {"age": {}}}
    plan |= {"conditional_survival": {}, "cure": {}}
    plan["added_value"] = {"base": "age", "adds": "sex"}
    plan |= yaml.safe_load(SMALL)
    rows = make_rows(sex=lambda i: ("female", "male")[i % 2], age=lambda i: 50 + i)
    text = yaml.safe_dump(plan, allow_unicode=True)
    words = make_report(tmp_path, text, rows, "none")
    assert BRACED in words
    wildcards, labels = Wildcards(fromdict={"endpoint": "os"}), []
    for rule in read_workflow(tmp_path).rules:
        for file in rule.output:
            flag = getattr(file, "flags", {}).get("report")
            if flag and flag.labels and "table" not in flag.labels:
                labels.append(asyncio.run(expand_labels(flag.labels, wildcards, None)))
    shown = {each["figure"] for each in labels if "figure" in each}
    wide = BRACED.translate({ord(sign): chr(ord(sign) + 0xFEE0) for sign in "{}<"})
    assert wide in shown and {each.get("endpoint", "os") for each in labels} == {"os"}


def test_a_file_with_braces_in_its_name_is_refused(tmp_path):
    plan = (SURVIVAL + COLUMNS.format("")).replace("cohort.csv", "my{x}.csv")
    write_study(
        tmp_path, f"{plan.replace('{file: data/my{x}.csv}', '{file: data/my_x.csv}')}", make_rows()
    )
    path = tmp_path / "config/config.yaml"
    path.write_text(path.read_text().replace("data/my_x.csv", '"data/my{x}.csv"'))
    with pytest.raises(RefusedError, match="the name of a file has no braces here"):
        read_workflow(tmp_path)
