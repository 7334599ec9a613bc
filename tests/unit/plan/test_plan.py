"""The plan: refused with every reason at once, and with nothing but a PlanError."""

import copy
import datetime

import pytest
import yaml
from crlm.plan.build import build_plan
from crlm.plan.days import is_date_format
from crlm.plan.schema import PlanError
from crlm.plan.variables import as_text

CONFIGS = (
    "config/config.yaml",
    "studies/tcia_crlm/config/config.yaml",
    "tests/study/config/config.yaml",
)


def problems(plan_of, config, **others):
    with pytest.raises(PlanError) as caught:
        plan_of(config, **others)
    return caught.value.problems


@pytest.fixture
def registry(shipped, root):
    own = (root / "tests/study/config/scores").glob("*.yaml")
    shipped["scores"] |= {
        path.stem: yaml.safe_load(path.read_text(encoding="utf-8")) for path in own
    }
    published = (root / "tests/study/config/published").glob("*.csv")
    shipped["curve_files"] = sorted(path.stem for path in published)
    return shipped


@pytest.mark.parametrize("path", CONFIGS)
def test_the_plans_of_the_repository_are_accepted(path, root, registry):
    config = yaml.safe_load((root / path).read_text(encoding="utf-8"))
    before = copy.deepcopy(config)
    plan = build_plan(config, **registry)
    assert config == before  # Snakemake goes on using it
    assert next(iter(plan["groupings"])) == "overall"
    assert set(plan["variables"]) <= set(plan["labels"])


# --- no other exception, whatever stands in the file -----------------------------------------------------------------

DELETE = object()
WRONG = (
    DELETE, None, -1, 2.5, float("nan"), float("inf"), True, "", "zzz", [], ["zzz"], [[1]], [None], {}, {"zzz": 1},
    {"a": {"b": None}}, {1: 2}, {True: False}, {None: None}, datetime.date(2020, 1, 1), "__import__('os').abort()",
)  # fmt: skip


def places(value, place=()):
    yield place
    if isinstance(value, dict | list):
        for key in value if isinstance(value, dict) else range(len(value)):
            yield from places(value[key], (*place, key))


def changed(config, place, value):
    if not place:
        return None if value is DELETE else value
    config = copy.deepcopy(config)
    holder = config
    for key in place[:-1]:
        holder = holder[key]
    if value is DELETE:
        del holder[place[-1]]
    else:
        holder[place[-1]] = value
    return config


@pytest.mark.parametrize("path", CONFIGS)
def test_a_spoilt_plan_is_accepted_or_refused_with_a_plan_error(path, root, registry):
    config = yaml.safe_load((root / path).read_text(encoding="utf-8"))
    refused = tried = 0
    for number, place in enumerate(places(config)):
        for which, value in enumerate(WRONG):
            if (
                number + which
            ) % 5:  # a fifth of all pairs (all were tried once); every place and every value occurs
                continue
            tried += 1
            try:
                build_plan(changed(config, place, value), **registry)
            except PlanError as error:
                refused += 1
                assert error.problems and all(
                    isinstance(text, str) and text for text in error.problems
                )
    assert tried > 500 and refused > tried / 3


def test_a_spoilt_key_is_refused_with_the_nearest(root, registry):
    config = yaml.safe_load((root / CONFIGS[0]).read_text(encoding="utf-8"))
    free = {
        "columns",
        "values",
        "endpoints",
        "events",
        "competing",
        "censoring",
        "variables",
        "groupings",
        "models",
    }
    free |= {"subgroups", "proxies", "agreement", "exclusions", "level_labels", "group_labels"}
    free |= {
        "associations",
        "interactions",
        "adjusted_curves",
        "states",
        "dates",
        "splines",
        "panels",
        "widths",
    }
    tried = 0
    for place in places(config):
        if not place or not isinstance(place[-1], str) or (len(place) > 1 and place[-2] in free):
            continue
        holder = config
        for key in place[:-1]:
            holder = holder[key]
        if isinstance(holder, dict):
            tried += 1
            spoilt = changed(config, place, DELETE)
            target = spoilt
            for key in place[:-1]:
                target = target[key]
            target[place[-1] + "x"] = holder[place[-1]]
            with pytest.raises(PlanError) as caught:
                build_plan(spoilt, **registry)
            assert any(
                f"'{place[-1]}x'" in text and f"'{place[-1]}'" in text
                for text in caught.value.problems
            ), place
            where = ".".join(map(str, place[:-1])) or "the plan"
            missing = f"{where}: the key '{place[-1]}' is missing."
            assert missing not in caught.value.problems  # told already
    assert tried > 50


def test_config_text_is_never_run(base, plan_of, tmp_path):
    mark = tmp_path / "run"
    text = f"__import__('pathlib').Path({str(mark)!r}).touch()"
    base["study"]["title"] = text
    base["groupings"] = {"g": {"variable": "sex", "label": text}}
    base["cohort"]["exclusions"] = {
        "x": {"label": text, "variable": "age", "operator": ">", "value": text}
    }
    assert any("is a number" in problem for problem in problems(plan_of, base))
    base["cohort"]["exclusions"]["x"]["value"] = 90
    assert plan_of(base)["study"]["title"] == text
    assert not mark.exists()


# --- YAML --------------------------------------------------------------------------------------------------------------


def test_yaml_traps(plan_of):
    plan = plan_of("""
study: {title: T}
cohort: {file: a.CSV, data_lock: 2020-12-31, missing: [-999, NA, no]}
columns:
  patient_id: 1
  died: {column: 5, values: {1: no, 2: yes}}
  overall_time: time
  smoker: {column: s, values: {on: yes, off: no}}
  answer: {column: a, values: {0: none, 1: some, 9: NA}}
variables:
  smoker: {label: Smoker, kind: binary, timing: baseline}
  answer: {label: Answer, kind: ordinal, timing: baseline, levels: [none, some, NA], level_labels: {none: Nothing}}
endpoints:
  os:
    label: OS
    events: {death: {duration: overall_time, flag: died}}
    censoring: {seen: {duration: overall_time}}
groupings:
  flag: {variable: smoker, groups: [yes, no], group_labels: {yes: Smokes, no: Does not}}
  answer: {variable: answer}
""")
    assert (
        plan["columns"]["died"]["column"] == "5" and plan["columns"]["patient_id"]["column"] == "1"
    )
    assert plan["columns"]["died"]["values"] == {"1": "no", "2": "yes"}
    assert plan["columns"]["smoker"]["values"] == {"on": "yes", "off": "no"}  # codes as written
    assert plan["columns"]["answer"]["levels"] == ["none", "some", "NA"]
    assert plan["groupings"]["flag"]["groups"] == ["yes", "no"]
    assert plan["groupings"]["flag"]["group_labels"] == {"yes": "Smokes", "no": "Does not"}
    assert plan["groupings"]["answer"]["group_labels"] == {
        "none": "Nothing",
        "some": "some",
        "NA": "NA",
    }
    assert plan["cohort"]["data_lock"] == "2020-12-31"
    assert [as_text(item) for item in plan["cohort"]["missing"]] == ["-999", "NA", "no"]


def test_null_is_no_level(plan_of, base):
    base["columns"]["pn_primary"]["values"] = yaml.safe_load("{0: null, 1: N1}")
    assert "'None' is not a level of pn_primary" in problems(plan_of, base)[0]


# --- what a plan may not say -------------------------------------------------------------------------------------------


def spoil(base, text):
    """Lay one piece of YAML over the base."""

    def lay(old, new):
        for key, value in new.items():
            if isinstance(value, dict) and isinstance(old.get(key), dict):
                lay(old[key], value)
            else:
                old[key] = value

    lay(base, yaml.safe_load(text))
    return base


REFUSED = {
    "columns: {sise_max_cm: Size}": "no such variable. Did you mean 'size_max_cm'?",
    "columns: {sex: {column: S, values: {m: mal}}}": "'mal' is not a level of sex (female, male). Did you mean 'male'?",
    "columns: {sex: {column: S, values: {1: male, '1.0': female}}}": "'1' and '1.0' are the same code",
    "columns: {age: {column: A, values: {1: 2}}}": "only levels have codes",
    "columns: {size_max_cm: {column: S, unit: inch}}": "'inch' is none of cm, mm",
    "columns: {n_crlm: {column: S, unit: cm}}": "n_crlm has no unit",
    "columns: {resection_date: {column: S, date_format: DD.MM.YYYY}}": "'DD.MM.YYYY' is not a date format",
    "cohort: {date_format: '%d.%m'}": "cohort.date_format: '%d.%m' is not a date format",
    "cohort: {data_lock: '2020-02-30'}": "'2020-02-30' is not a day",
    "cohort: {file: cohort.ods}": "the ending is none of csv",
    "variables: {size_max_cm: {unit: mm}}": "is analysed in cm, on which scores and ranges rely",
    "variables: {size_max_cm: {kind: binary}}": "size_max_cm is continuous in the dictionary",
    "variables: {pt_primary: {levels: [T4, T3, T2, T1]}}": "the levels must rise as in the dictionary",
    "variables: {pt_primary: {levels: [T1, T2, T3, T4a]}}": "'T4' is not a level of pt_primary",
    "variables: {pn_primary: {levels: [N0, N2]}}": "node_positive is derived from the level 'N1'",
    "variables: {extra: {label: E}}": "variables.extra: the key 'kind' is missing",
    "variables: {stay: {label: S, kind: duration, timing: follow_up, unit: days}}": "durations are analysed in months",
    "variables: {os_months: {label: S, kind: duration, timing: follow_up}}": "the endpoint os has a column of this name",
    "variables: {fong: {label: S, kind: count, timing: baseline}}": "the score fong has a column of this name",
    "variables: {hgp_pure: {label: S, kind: binary, timing: baseline}}": "the growth-pattern rule hgp_pure has",
    "variables: {age_lower: {label: S, kind: count, timing: baseline}}": "the name is that of a limit of age",
    "variables: {patient_id: {label: S, kind: count, timing: baseline}}": "the name is taken",
    "variables: {age: {range: [90, 10]}}": "the first number must be the lower one",
    "variables: {sex: {levels: [male, male]}}": "a level stands there twice",
    "variables: {sex: {level_labels: {man: Man}}}": "no level 'man'",
    "scores: {proxies: {fong: {node_positive: {variable: sexx, operator: '==', value: male}}}}": "no such variable 'sexx'. Did you mean 'sex'?",
    "endpoints: {os: {origin: age}}": "age is continuous; needed is date",
    "endpoints: {os: {events: {death: {date: birth_date}}}}": "no such variable 'birth_date'",
    "endpoints: {os: {events: {death: {date: death_date, flag: cancer_death}}}}": "cancer_death is not mapped to a column",
    "groupings: {g: {variable: aeg}}": "no such variable 'aeg'. Did you mean 'age'?",
    "groupings: {g: {variable: age}}": "age is a number; give cuts",
    "groupings: {g: {variable: sex, cuts: [5]}}": "cuts go with one number",
    "groupings: {g: {variable: sex, groups: [male, man]}}": "no group 'man'",
    "groupings: {g: {variable: pn_primary, strata: [age]}}": "age is continuous; needed is binary",
    "groupings: {g: {variable: sex, strata: [sex]}}": "sex makes the groups and the strata",
    "columns: {adjuvant_chemotherapy: C}\ngroupings: {g: {variable: sex, strata: [adjuvant_chemotherapy]}}": "becomes known in follow-up",
    "groupings: {g: {variable: resection_date}}": "resection_date is date",
    "groupings: {g: {variable: nordlinger_7_group}}": "nordlinger_7_group is not computable (missing: ",
    "columns: {adjuvant_chemotherapy: C}\ngroupings: {g: {variable: adjuvant_chemotherapy}}": "becomes known in follow-up",
    "columns: {adjuvant_chemotherapy: C}\nmodels: {m: {variables: [adjuvant_chemotherapy]}}": "give landmark_months",
    "columns: {adjuvant_chemotherapy: C}\nsubgroups: {m: {variable: adjuvant_chemotherapy, within: [sex]}}": "becomes known in follow-up",
    "models: {m: {variables: [sex], strata: [sex]}}": "sex is a covariate and a stratum",
    "models: {m: {variables: [resection_date]}}": "needed is continuous or count",
    "subgroups: {s: {variable: sex, within: [sex]}}": "sex stands there twice",
    "subgroups: {s: {variable: sex, within: [age]}}": "age is continuous; needed is binary",
    "scores: {compute: [fongg]}": "no score 'fongg'. Did you mean 'fong'?",
    "scores: {allow_unverified: [x]}": "no score 'x'",
    "scores: {proxies: {fong: {intervall: {variable: sex, operator: '==', value: male}}}}": "no component 'intervall'",
    "scores: {proxies: {fong: {interval: {variable: sex, operator: '==', value: man}}}}": "'man' is not a level of sex",
    "scores: {proxies: {basingstoke_postoperative: {cea: {variable: sex, operator: '==', value: male}}}}": "several levels of points",
    "scores: {agreement: {a: {recorded: fong, computed: fong}}}": "fong is set beside itself",
    "scores: {agreement: {a: {recorded: sex, computed: fong}}}": "sex is categorical; needed is count or continuous",
    "growth_patterns: {rules: [hgp_pur]}": "no rule 'hgp_pur'. Did you mean 'hgp_pure'?",
    "growth_patterns: {blocks: {file: b.csv, columns: {patient_id: I, lesion: L, hgp_desmoplastic: D}}}": "keep one",
    "growth_patterns: {blocks: {file: b.csv, columns: {patient_id: I, lesion: L, age: D}}}": "columns.age: not one of patient_id, lesion",
    "cohort: {exclusions: {x: {label: X, variable: age, operator: in, value: 5}}}": "a list of values goes with the operator `in`",
    "cohort: {exclusions: {x: {label: X, variable: sex, operator: '>', value: male}}}": "its levels have no order",
    "cohort: {exclusions: {x: {label: X, variable: resection_date, operator: '<', value: soon}}}": "'soon' is not a day",
    "cohort: {exclusions: {x: {label: X, variable: hgp_pure, operator: '==', value: desmoplastic}}}": "computed from the cohort later on",
    "description: {variables: [ages]}": "description.variables: no such variable 'ages'. Did you mean 'age'?",
    "description: {by: [x]}": "no grouping 'x'",
}


@pytest.mark.parametrize("text", REFUSED)
def test_refused(text, base, plan_of):
    found = problems(plan_of, spoil(base, text))
    assert any(REFUSED[text] in problem for problem in found), found


def test_an_endpoint_of_dates_needs_its_origin(base, plan_of):
    del base["endpoints"]["os"]["origin"]
    assert problems(plan_of, base) == [
        "endpoints.os: give origin, the date variable from which time counts."
    ]


def test_strata_of_a_grouping_have_a_label(base, plan_of):
    spoil(
        base,
        "groupings: {g: {variable: sex, strata: [pn_primary, synchronous]}, h: {variable: sex}}",
    )
    found = plan_of(base)
    labels = [found["variables"][name]["label"] for name in ("pn_primary", "synchronous")]
    assert found["groupings"]["g"]["strata"] == ["pn_primary", "synchronous"]
    assert found["groupings"]["g"]["strata_label"] == " and ".join(labels)
    assert found["groupings"]["h"]["strata_label"] is None


def test_all_reasons_at_once(base, plan_of):
    for text in (
        "groupings: {g: {variable: aeg}}",
        "models: {m: {variables: [sex], strata: [sex]}}",
        "scores: {compute: [fongg]}",
        "description: {by: [x]}",
        "cohort: {exclusions: {x: {label: X, variable: sex, operator: '>', value: male}}}",
        "subgroups: {s: {variable: sex, within: [age]}}",
    ):
        spoil(base, text)
    assert len(problems(plan_of, base)) == 6


@pytest.mark.parametrize("unit", ["\u00b5g/L", "\u03bcg/L", "ug/L", "ng/mL"])
def test_both_signs_for_micro(unit, base, plan_of):
    base["columns"]["cea_ng_ml"] = {"column": "CEA", "unit": unit}
    assert plan_of(base)["columns"]["cea_ng_ml"]["factor"] == 1


def test_durations_without_a_unit_are_months(base, plan_of):
    spoil(
        base,
        "variables: {stay: {label: S, kind: duration, timing: follow_up}}\ncolumns: {stay: {column: T, unit: years}}",
    )
    assert plan_of(base)["columns"]["stay"]["factor"] == 12


@pytest.mark.parametrize(
    "text, good",
    [
        ("%d.%m.%Y", 1),
        ("%Y%m%d", 1),
        ("%d %b %Y", 1),
        ("%d.%m.%y", 1),
        ("excel", 1),
        ("%m/%Y", 1),
        ("%d.%m", 0),
        ("%Y/%m/%Y", 0),
        ("dd.mm.yyyy", 0),
        ("%Q", 0),
        ("", 0),
        ("%", 0),
    ],
)
def test_date_formats(text, good):
    assert is_date_format(text) == bool(good)


def test_a_variable_made_by_a_formula_is_one_like_any_other(plan_of, base):
    base["groupings"] = {"bulk": {"variable": "tumour_burden_score", "cuts": [3, 9]}}
    base["models"] = {"bulky": {"variables": ["age", "tumour_burden_score"]}}
    plan = plan_of(base)
    spec = plan["variables"]["tumour_burden_score"]
    assert spec["label"] == "Tumor Burden Score [secondary]" and spec["evidence"] == "secondary"
    assert spec["note"] == (
        "computed from Largest metastasis and Number of metastases; definition from secondary sources"
    )
    assert plan["groupings"]["bulk"]["groups"] == ["below_3", "3_to_9", "from_9"]
    assert plan["groupings"]["bulk"]["label"] == "Tumor Burden Score [secondary]"
    assert "tumour_burden_score" in plan["description"]["variables"]
    assert plan["scores"]["tumour_burden_zones"]["status"] == "computable"
    assert "tumour_burden_score" not in plan["performance"]  # a number, not a score of points
    # unnamed, it would only lengthen the tables; without an input it is not there
    del base["groupings"], base["models"]
    assert "tumour_burden_score" not in plan_of(base)["description"]["variables"]
    del base["columns"]["n_crlm"]
    plan = plan_of(base)
    assert "tumour_burden_score" not in plan["variables"]
    assert plan["scores"]["tumour_burden_zones"]["missing_inputs"] == ["tumour_burden_score"]


def test_a_recorded_variable_with_a_formula_stays_recorded(plan_of, base):
    base["columns"]["tumour_burden_score"] = "TBS"
    plan = plan_of(base)
    assert plan["variables"]["tumour_burden_score"]["label"] == "Tumor Burden Score"
    assert "tumour_burden_score" in plan["description"]["variables"]


def test_an_endpoint_is_published_as_what_its_key_or_else_its_label_says(plan_of, base):
    name, spec = next(iter(base["endpoints"].items()))
    base["endpoints"] = {name: spec}
    spec["label"] = "Overall Survival"
    assert plan_of(base)["endpoints"][name]["published_as"] == "overall_survival"
    spec |= {"label": "Gesamtüberleben", "published_as": "cancer_specific_survival"}
    assert plan_of(base)["endpoints"][name]["published_as"] == "cancer_specific_survival"
