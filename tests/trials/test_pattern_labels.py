"""Growth patterns recorded as words: per patient, per slide and per lesion, and as columns that are only 0 or 100."""

import copy

import numpy as np
import pandas as pd
import pytest
import yaml
from crlm.analyses.cutoffs import estimate, figure, words
from crlm.analyses.cutoffs.levels import describe_cutoffs
from crlm.cohort.growth_patterns import classify_patterns
from crlm.cohort.ingest import ingest_cohort
from crlm.cohort.reading import read_table
from crlm.plan.schema import PlanError
from making import make_cohort, make_plan

PLAN = yaml.safe_load("""
study: {title: Made up}
cohort: {file: cohort.csv}
columns: {patient_id: id, overall_time: time, died: dead}
endpoints:
  os:
    label: Overall survival
    events: {death: {duration: overall_time, flag: died}}
    censoring: {last_contact: {duration: overall_time}}
""")
GERMAN = {"desmoplastisch": "desmoplastic", "verdrängend": "replacement", "pushend": "pushing"}
SPANISH = {"encapsulado": "desmoplastic", "reemplazo": "replacement", "empuje": "pushing"}


def config(columns=None, blocks=None):
    made = copy.deepcopy(PLAN)
    made["columns"].update(columns or {})
    if blocks:
        made["growth_patterns"] = {"blocks": {"file": "cohort.csv", "columns": blocks}}
    return yaml.safe_dump(made)


def rows_of(**columns):
    size = len(next(iter(columns.values())))
    base = {"id": [f"P{k}" for k in range(size)], "time": np.arange(1, size + 1)}
    return pd.DataFrame({**base, "dead": np.arange(size) % 2, **columns})


def plain(column):
    return [None if pd.isna(value) else value for value in column]


@pytest.mark.parametrize("language", [GERMAN, SPANISH, {}])
def test_a_label_per_patient_is_all_of_the_interface(language, tmp_path):
    of = {level: word for word, level in language.items()}
    levels = ["desmoplastic", "replacement", "pushing"]
    label = [*(of.get(level, level).upper() for level in levels), ""]
    column = {"column": "HGP", **({"values": language} if language else {})}
    cohort, plan, findings = make_cohort(
        config({"hgp_label": column}), rows_of(HGP=label), tmp_path
    )
    shares = cohort[["hgp_desmoplastic", "hgp_replacement", "hgp_pushing"]].to_numpy()
    np.testing.assert_array_equal(shares[:3], 100 * np.eye(3))
    assert np.isnan(shares[3]).all()
    assert plain(cohort["hgp_pure"]) == ["desmoplastic", *["non_desmoplastic"] * 2, None]
    assert plain(cohort["hgp_predominant"]) == [*levels, None]
    assert plain(cohort["hgp_vascular"]) == ["angiogenic", "co_opting", "angiogenic", None]
    assert ("hgp_portal" in plan["variables"]) == (not language)
    assert findings[findings["severity"] == "error"].empty


def test_a_mixed_label_leaves_open_which_of_the_patterns_prevails(tmp_path):
    """Mixed of desmoplastic and replacement: no pushing, and the rest is not known."""
    values = {
        "d": "desmoplastic",
        "r": "replacement",
        "p": "pushing",
        "m": ["desmoplastic", "replacement"],
    }
    column = {"hgp_label": {"column": "HGP", "values": values}}
    cohort = make_cohort(config(column), rows_of(HGP=list("dmp")), tmp_path)[0]
    assert plain(cohort["hgp_pushing"]) == [0, 0, 100]
    assert plain(cohort["hgp_desmoplastic"]) == [100, None, 0]
    assert plain(cohort["hgp_pure"]) == ["desmoplastic", None, "non_desmoplastic"]


def test_recorded_shares_are_not_overruled_by_a_label(tmp_path):
    """The predominant pattern beside percentages is no contradiction."""
    columns = {"hgp_label": "HGP", "hgp_desmoplastic": "D", "hgp_replacement": "R"}
    rows = rows_of(HGP=["desmoplastic", "desmoplastic"], D=[80, ""], R=[20, ""])
    cohort, _, findings = make_cohort(config(columns), rows, tmp_path)
    assert plain(cohort["hgp_desmoplastic"]) == [80, None]
    assert "contradiction" not in set(findings["rule"]) and "hgp_pushing" not in cohort


SLIDES = [
    # patient, lesion, slide, word
    ("P0", "1", "a", "verdrängend"),
    ("P0", "1", "b", "desmoplastisch"),
    ("P0", "2", "a", "desmoplastisch"),
    ("P1", "1", "a", "desmoplastisch"),
    ("P1", "1", "b", "nicht beurteilbar"),
    ("P1", "", "c", ""),
    ("P2", "1", "a", "pushend"),
    ("P3", "", "a", ""),
]
COLUMNS = {
    "patient_id": "id",
    "lesion": "lesion",
    "block": "slide",
    "hgp_label": {"column": "word", "values": GERMAN, "missing": ["nicht beurteilbar"]},
}


def read_both(text, rows, slides, folder):
    """The cohort with the shares of its slides, the plan and the findings."""
    plan = make_plan(text)
    rows.to_csv(folder / "cohort.csv", index=False)
    slides.to_csv(folder / "slides.csv", index=False)
    raw, found = read_table(folder / "cohort.csv", plan["cohort"])
    blocks, more = read_table(folder / "slides.csv", plan["blocks"])
    cohort, typed, findings = ingest_cohort(raw, blocks, plan, found + more)
    return cohort, typed, plan, findings


def test_a_label_per_slide_is_averaged_over_slides_and_lesions(tmp_path):
    """P0: lesion 1 is half replacement, lesion 2 desmoplastic: 75 and 25 per cent. A slide of liver alone is no lesion."""
    slides = pd.DataFrame(SLIDES, columns=["id", "lesion", "slide", "word"])
    rows = rows_of(x=range(4))
    cohort, typed, plan, findings = read_both(config(blocks=COLUMNS), rows, slides, tmp_path)
    assert plain(cohort["hgp_desmoplastic"]) == [75, 100, 0, None]
    assert plain(cohort["hgp_replacement"]) == [25, 0, 0, None]
    assert plain(cohort["hgp_pushing"]) == [0, 0, 100, None]
    assert plain(cohort["hgp_lesions"]) == [2, 1, 1, None]
    assert plain(cohort["hgp_blocks"]) == [3, 1, 1, None]
    pure = classify_patterns(cohort, plan["growth_patterns"])["hgp_pure"]
    assert plain(pure) == ["non_desmoplastic", "desmoplastic", "non_desmoplastic", None]
    assert len(typed) == 6 and set(typed["lesion"]) == {"1", "2"}
    notes = findings.set_index("rule")["message"]
    assert "are left out: 2 of 8 rows" in notes["no_lesion"]
    assert "are not counted: 1 of 8 rows" in notes["no_interface"]
    assert findings["severity"].ne("error").all()


def test_an_unknown_word_is_an_error_of_its_row(tmp_path):
    slides = pd.DataFrame(SLIDES, columns=["id", "lesion", "slide", "word"])
    slides.loc[2, "word"] = "desmoplastich"
    found = read_both(config(blocks=COLUMNS), rows_of(x=range(4)), slides, tmp_path)[3]
    errors = found[found["severity"] == "error"]
    assert errors[["row", "patient_id", "value"]].to_numpy().tolist() == [
        [4, "P0", "desmoplastich"]
    ]


def test_a_pattern_without_a_lesion_is_an_error(tmp_path):
    slides = pd.DataFrame(SLIDES, columns=["id", "lesion", "slide", "word"])
    slides.loc[5, "word"] = "pushend"
    found = read_both(config(blocks=COLUMNS), rows_of(x=range(4)), slides, tmp_path)[3]
    errors = found[found["severity"] == "error"]
    assert errors[["rule", "row"]].to_numpy().tolist() == [["missing_identifier", 7]]


def test_shares_and_a_label_in_the_table_of_blocks_are_refused():
    with pytest.raises(PlanError, match="shares and a label; keep one"):
        make_plan(config(blocks={**COLUMNS, "hgp_pushing": "P"}))


def test_the_lesions_stand_in_the_file_of_the_patients(tmp_path):
    """One row per lesion, the patient's values in the first of them: the same file is read for both."""
    text = config(
        blocks={
            "patient_id": "id",
            "lesion": "lesion",
            "hgp_label": {"column": "word", "values": GERMAN},
        }
    )
    slides = pd.DataFrame(SLIDES[:3], columns=["id", "lesion", "slide", "word"]).drop(index=1)
    both = rows_of(x=range(1)).merge(slides, on="id")
    cohort, _, _, _ = read_both(text, both.iloc[:1], both, tmp_path)
    assert plain(cohort["hgp_desmoplastic"]) == [50] and plain(cohort["hgp_lesions"]) == [2]


def one_hot(size, folder, spoil=None):
    random = np.random.default_rng(4)
    pattern = random.integers(0, 3, size)
    rows = rows_of(D=100 * (pattern == 0), R=100 * (pattern == 1), P=100 * (pattern == 2))
    if spoil:
        rows.loc[0, ["D", "R", "P"]] = spoil
    columns = {"hgp_desmoplastic": "D", "hgp_replacement": "R", "hgp_pushing": "P"}
    return make_cohort(config(columns), rows, folder)


def assess(cohort, plan):
    tables = estimate.assess_cutoffs(cohort, "os", plan["cutoffs"], 100, 1)
    return {**tables, "histogram": describe_cutoffs(cohort, plan["cutoffs"])[1]}


def list_reasons(plan, tables):
    """What the table `Analyses not done` says of cutting."""
    result = {
        "cutoffs": tables["cutoffs"],
        "maxstat": tables["maxstat"],
        "spline_tests": tables["tests"],
    }
    return dict(words.list_not_possible(plan, {"endpoints": {"os": result}}))


def test_columns_of_zero_and_hundred_are_not_cut(tmp_path):
    cohort, plan, _ = one_hot(60, tmp_path)
    assert list(plan["cutoffs"]) == ["hgp_desmoplastic"]
    tables = assess(cohort, plan)
    assert all(tables[name].empty for name in ("cutoffs", "maxstat", "spline", "tests"))
    reasons = list_reasons(plan, tables)
    assert list(reasons) == ["Where to cut: Desmoplastic growth"]
    assert "two values only" in reasons["Where to cut: Desmoplastic growth"]
    shown = figure.plot_cutoffs(
        tables, plan["cutoffs"]["hgp_desmoplastic"], plan["endpoints"]["os"]
    )
    drawn = " ".join(text.get_text() for axes in shown.axes for text in axes.texts)
    assert "two values only" in " ".join([drawn, *(text.get_text() for text in shown.texts)])


def test_a_number_of_two_values_is_cut_where_the_plan_asks_for_it(tmp_path):
    """There is one cut, and it is the plan's wish."""
    cohort, plan, _ = one_hot(60, tmp_path)
    number = {**plan["cutoffs"]["hgp_desmoplastic"], "asked": True, "cuts": []}
    tables = assess(cohort, {**plan, "cutoffs": {"hgp_desmoplastic": number}})
    assert set(tables["cutoffs"]["cut"]) == {100}
    asked = yaml.safe_load(config({"hgp_desmoplastic": "D"})) | {
        "cutoffs": {"hgp_desmoplastic": {}}
    }
    assert make_plan(yaml.safe_dump(asked))["cutoffs"]["hgp_desmoplastic"]["asked"]
    assert not plan["cutoffs"]["hgp_desmoplastic"]["asked"]


def test_one_patient_with_a_share_between_is_cut(tmp_path):
    cohort, plan, _ = one_hot(60, tmp_path, [60, 40, 0])
    tables = assess(cohort, plan)
    assert len(tables["cutoffs"]) and list_reasons(plan, tables) == {}
