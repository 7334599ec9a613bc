"""Methods in sentences: cohort, sources, endpoints and software of small hand-made plans, word by word."""

import pandas as pd
import pytest
from crlm.analyses import order
from crlm.display import formats
from crlm.report import methods, versions
from display_inputs import make_plan, make_results

CHECKED = (
    "The data were checked against a dictionary of types, units, ranges and the order of dates; an error stops the analysis, "
    "warnings are listed with the data quality."
)
SYNTHETIC = {"rows": {"keep": "error"}}


def tell_cohort(change=lambda plan, results: None):
    """The words on patients and data of the small plan after a change of it or of its results."""
    plan = make_plan()
    plan["derivations"] = {}
    results = make_results(plan)
    change(plan, results)
    (words,) = dict(methods.build_methods(plan, results, SOFTWARE))["Patients and data"]
    return words


SOFTWARE = {
    "crlm-survival": ("0.1.0", "data and endpoints"),
    "Python": ("3.12", "the language of all"),
    "lifelines": ("1.2", "curves, drawn by hand"),
    "scipy": ("4.5", "distances by rank"),
    "snakemake": ("9", "order of the jobs"),
}
HELD = "The export held 103 rows, one per patient"
ANALYSED = "100 patients were analysed."
LEFT = "Left out by the analysis plan: Too <early> (3)."


def test_cohort():
    assert tell_cohort() == f"{HELD}; {ANALYSED} {LEFT} {CHECKED}"


def test_one_row_and_one_patient():
    def change(plan, results):
        results["attrition"]["remaining"] = 1
        results["attrition"]["excluded"] = 0

    held = "The export held 1 row, one per patient; 1 patient was analysed."
    assert tell_cohort(change) == f"{held} {CHECKED}"


def test_every_reason_is_named_without_those_of_nobody_and_of_an_endpoint():
    def change(plan, results):
        steps = results["attrition"]
        one, none = steps.iloc[[1]].assign(label="One", excluded=1), steps.iloc[[1]].assign(label="None", excluded=0)  # fmt: skip
        results["attrition"] = pd.concat([steps.iloc[:2], none, one, steps.iloc[2:]])
        results["attrition"].loc[results["attrition"]["endpoint"].notna(), "excluded"] = 9
        results["data_quality"] = results["data_quality"].head(0)

    assert tell_cohort(change) == f"{HELD}; {ANALYSED} Left out by the analysis plan: Too <early> (3); One (1)."  # fmt: skip


@pytest.mark.parametrize(
    ("small_cells", "excluded", "held"),
    [(4, 3, False), (3, 3, True), (4, 1, False), (4, 0, True), (None, 3, True)],
)
def test_few_left_out_hide_the_rows_of_the_export(small_cells, excluded, held):
    def change(plan, results):
        plan["output"]["privacy"]["small_cells"] = small_cells
        results["attrition"]["excluded"] = [0, excluded, 0, 0]

    words = tell_cohort(change)
    assert words.startswith("The export held 103 rows") == held
    assert words.startswith(ANALYSED) == (not held)


@pytest.mark.parametrize(
    ("after", "later"),
    [
        ("error", ""),
        ("censor", "; what happened after it is no event, and those patients are censored there"),
    ],
)
def test_data_lock(after, later):
    def change(plan, results):
        plan["cohort"] |= {"data_lock": "2020-12-31", "after_data_lock": after}

    assert tell_cohort(change) == f"{HELD}; {ANALYSED} {LEFT} Data lock: 2020-12-31{later}. {CHECKED}"  # fmt: skip


def test_notes_of_variables_are_told_but_those_of_scores_and_growth_patterns():
    def change(plan, results):
        variables = plan["variables"]
        variables["weight"]["note"] = " taken from the chart. "
        variables["flag"]["note"] = "Of the surgeon"
        variables["tier"] |= {"note": "of a score", "score": "sum"}
        variables["rule"] = {**variables["flag"], "note": "of a pattern"}

    assert tell_cohort(change).endswith(f"{CHECKED} Weight: taken from the chart. Flag: Of the surgeon.")  # fmt: skip


@pytest.mark.parametrize(
    ("rules", "words"),
    [
        ([{"variable": "flag", "operator": "==", "value": "no"}], ": yes where Flag is Not."),
        (
            [
                {"value": 0, "when": {"variable": "flag", "operator": "==", "value": "yes"}},
                {"months_between": ["first", "last"], "not_below": 0},
            ],
            ": 0 where Flag is So. Where that is not known, months from First day to Last day, at least 0.",
        ),
        ([{"months_between": ["first", "last"]}], ": months from First day to Last day."),
        ([{"share_of": "yes", "variable": "flag"}], ": 100 where Flag is So, otherwise 0."),
    ],
)
def test_how_a_variable_was_derived(rules, words):
    def change(plan, results):
        plan["variables"]["flag"] |= {"label": "Flag", "level_labels": {"no": "Not", "yes": "So"}}
        plan["labels"] = {"first": "First day", "last": "Last day"}
        plan["derivations"] = {"weight": rules}

    label = make_plan()["variables"]["weight"]["label"]
    assert tell_cohort(change).endswith(f"{CHECKED} {label}, where not recorded{words}")


def test_what_is_taken_of_entries_beyond_a_limit():
    def change(plan, results):
        kinds = {"a": "half", "b": "half", "c": "limit", "d": None}
        plan["columns"] = {
            key: {"label": key.upper(), "censored": kind} for key, kind in kinds.items()
        }
        plan["columns"]["patient_id"] = {"column": "ID"}

    half, limit = (
        ", in scores and imputation as the range that they are: A and B.",
        "the limit itself",
    )
    told = tell_cohort(change)
    assert f"{CHECKED} Entries such as <0.5 are taken as half the lower limit{half}" in told
    assert told.endswith(
        f"are taken as {limit}, in scores and imputation as the range that they are: C."
    )


@pytest.mark.parametrize(
    ("sources", "words"),
    [
        ([("error", False)], ""),
        ([("error", False), ("error", False)], " (from 2 files or sheets)"),
        ([("first", False)], " (the first one where a patient had several)"),
        ([("last", False)], " (the last one where a patient had several)"),
        ([("complete", False)], " (the most complete one where a patient had several)"),
        ([("fold", False)], " (after the rows of a patient had been brought together by declared rules)"),
        ([("error", False), ("error", True)], " (with 1 further table joined by identifier)"),
        (
            [("last", False), ("error", False), ("error", False), ("x", True), ("x", True)],
            " (from 3 files or sheets, with 2 further tables joined by identifier, the last one where a patient had several)",
        ),
    ],
)  # fmt: skip
def test_where_the_rows_came_from(sources, words):
    def change(plan, results):
        plan["sources"] = [
            {"rows": {"keep": keep}, **({"by": "id"} if joined else {})} for keep, joined in sources
        ]

    assert tell_cohort(change).startswith(f"{HELD}{words}; {ANALYSED}")


# --- endpoints -------------------------------------------------------------------------------------


def tell_endpoint(**changes):
    spec = {**make_plan()["endpoints"]["alpha"], **changes}
    return methods._tell_endpoint(spec, {"operation": "the first operation"})


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "event: alpha event or end, whichever came first; censored at last visit."),
        (
            {"events": {"death_date": {}}},
            "event: death date; censored at last visit.",
        ),
        (
            {"origin": "operation", "events": {"end": {}}},
            "from the date of the first operation; event: end; censored at last visit.",
        ),
        (
            {"origin": "birth_day", "origin_label": "x", "events": {"end": {}}},
            "from the date of birth day; event: end; censored at last visit.",
        ),
        (
            {"origin_label": "diagnosis", "events": {"end": {}}},
            "as recorded in durations, taken to count from diagnosis; event: end; censored at last visit.",
        ),
        (
            {"competing": {"death": {}, "other_end": {}}, "events": {"a": {}, "b": {}, "c": {}}},
            "event: a, b or c, whichever came first; ended without an event by death or other end; censored at last visit.",
        ),
        (
            {"events": {"end": {}}, "censoring": {"visit": {}, "last_scan": {}}},
            "event: end; censored at visit or last scan, whichever is latest.",
        ),
        (
            {"events": {"end": {}}, "censoring": {"lock": {"data_lock": True}}},
            "event: end; censored at the data lock.",
        ),
        (
            {"events": {"end": {}}, "censoring": {"visit": {}, "lock": {"data_lock": True}}},
            "event: end; censored at visit; whoever has no such date is taken to have been alive and free of the event at the data "
            "lock.",
        ),
        (
            {"events": {"end": {}}, "horizon_months": 60.0},
            "event: end; censored at last visit; events after 60 months are not counted.",
        ),
    ],
)
def test_an_endpoint(changes, words):
    assert tell_endpoint(**changes) == f"Alpha-free survival (A/FS): {words}"


@pytest.mark.parametrize(
    ("zero", "missing", "findings", "rest"),
    [
        (
            "half_day",
            "error",
            2,
            ["A follow-up of 0 days is counted as half a day; this concerned 2 patients in the export."],
        ),
        ("half_day", "error", 0, ["A follow-up of 0 days is counted as half a day; nobody had one in the export."]),
        (
            "exclude",
            "exclude",
            1,
            [
                "A follow-up of 0 days is left out of the endpoint; this concerned 1 patient in the export.",
                "A patient whose follow-up time or event status is not known is left out of the endpoint.",
            ],
        ),
    ],
)  # fmt: skip
def test_endpoints(zero, missing, findings, rest):
    plan = make_plan()
    plan["cohort"] |= {"zero_time": zero, "missing_time": missing}
    plan["endpoints"]["beta"] = {**plan["endpoints"]["alpha"], "label": "Beta"}
    results = make_results(plan)
    results["data_quality"] = results["data_quality"].head(1 + findings)
    alpha = tell_endpoint()
    assert methods._tell_endpoints(plan, results) == [
        "Time is in months of 30.4375 days; the first event counts, and without one the last date known to be free of it.",
        alpha,
        alpha.replace("Alpha-free survival", "Beta"),
        *rest,
    ]


# --- software and all of it ------------------------------------------------------------------------

AGAIN = " The headline numbers were computed a second time by another implementation (Numbers computed twice)."


def test_software():
    """A library whose use has a `by` of its own comes first."""
    told = (
        "Curves, drawn by hand were computed by lifelines 1.2; distances by rank by scipy 4.5; data and endpoints by this software (crlm-survival "
        "0.1.0, Python 3.12)."
    )
    assert versions.tell_software(SOFTWARE, False) == told
    assert (
        versions.tell_software(SOFTWARE) == versions.tell_software(SOFTWARE, True) == told + AGAIN
    )


def test_uses_of_the_libraries(monkeypatch):
    """In the order of the methods, each use once; of a library that computes nothing no word."""
    uses = [("scipy", "ranks"), ("lifelines", "curves"), ("lifelines", "tests"), ("lifelines", "curves"), ("crlm-survival", "scores")]  # fmt: skip
    words = type("Words", (), {"list_uses": staticmethod(lambda plan: uses)})
    monkeypatch.setattr(versions.order, "load", lambda name: {"a": object, "b": words}[name] if name in "ab" else {"a": object, "b": words})  # fmt: skip
    monkeypatch.setattr(versions, "version", lambda name: f"v-{name}")
    found = versions.list_uses({})
    assert {name: what for name, what in found.items() if what} == {
        "lifelines": ["curves", "tests"],
        "scipy": ["ranks"],
        "crlm-survival": ["endpoints", "scores"],
    }
    software = versions.list_software({})
    python = software.pop("Python")
    assert python[1] == "the language of all" and python[0].count(".") == 2
    assert list(software.items()) == [
        ("crlm-survival", ("0.1.0", "endpoints and scores")),
        ("lifelines", ("v-lifelines", "curves and tests")),
        ("scipy", ("v-scipy", "ranks")),
        ("snakemake", ("v-snakemake", "order of the jobs")),
        ("pandas", ("v-pandas", "tables of data")),
        ("numpy", ("v-numpy", "arrays, random numbers")),
        ("matplotlib", ("v-matplotlib", "figures")),
    ]


@pytest.fixture
def analyses(monkeypatch):
    """Three analyses: one tells two headings and stands in the main text, one goes on under a heading, one tells nothing."""

    def module(**functions):
        return type("Words", (), {name: staticmethod(each) for name, each in functions.items()})

    first = module(
        tell_methods=lambda *_: [("Endpoints", ["More of 0.5."]), ("Survival", ["p = 0.5."])],
        show_main=lambda *_: [],
    )
    second = module(tell_methods=lambda *_: [("Survival", ["Of 3 patients."]), ("Empty", [])])
    loaded = {"first": first, "none": module(show_main=lambda *_: []), "second": second}
    monkeypatch.setattr(methods.order, "load", lambda name: loaded if name == "words" else {})


def test_what_several_tell_under_one_heading_stands_together(analyses):
    plan = make_plan()
    results = make_results(plan)
    told = methods.build_methods(plan, results, SOFTWARE)
    assert [heading for heading, _ in told] == ["Patients and data", "Endpoints", "Survival", "Software"]  # fmt: skip
    found = dict(told)
    assert found["Endpoints"][-1] == "More of 0.5."
    assert found["Survival"] == ["p = 0.5.", "Of 3 patients."]
    assert found["Software"][0].endswith(AGAIN)
    assert methods.list_main_headings(plan, results) == [
        *("Patients and data", "Endpoints", "Endpoints", "Survival", "Software"),
    ]
    results["cross_check"]["difference"] = float("nan")
    assert not dict(methods.build_methods(plan, results, SOFTWARE))["Software"][0].endswith(AGAIN)


def test_methods_keep_their_keys_or_hide_small_counts_and_versions_stay_as_they_are(analyses):
    plan = make_plan()
    results = make_results(plan)
    keyed = dict(methods.build_methods(plan, results, SOFTWARE, keyed=True))
    assert "\ue000patients\ue001100\ue002 patients" in keyed["Patients and data"][0]
    assert list(keyed) == ["Patients and data", "Endpoints", "Survival", "Software"]
    plan["output"]["privacy"]["small_cells"] = 5
    try:
        formats.use({"decimal": "·"})
        found = dict(methods.build_methods(plan, results, SOFTWARE))
    finally:
        formats.use()
    assert found["Survival"] == ["p = 0·5.", "Of <5 patients."]
    assert found["Endpoints"][-1] == "More of 0·5."
    assert "lifelines 1.2" in found["Software"][0] and list(found)[-1] == "Software"


@pytest.mark.parametrize("competing", [[], ["other_death"]])
def test_what_competes_is_told_where_it_is_censored(competing):
    plan = make_plan()
    endpoint = next(iter(plan["endpoints"].values()))
    endpoint["competing"] = competing
    [(_, [words])] = order.load("words")["kaplan_meier"].tell_methods(plan, make_results(plan))
    told = f"{endpoint['label']}: whoever ended in another way counts as censored in Kaplan-Meier"
    assert (told in words) == bool(competing)
    assert "as fully followed in the length of follow-up." in words or not competing
