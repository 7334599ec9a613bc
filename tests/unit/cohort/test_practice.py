"""Made-up patients: nothing of a row, no rare word, and what the columns have in common with the real ones."""

import numpy as np
import pandas as pd
import pytest
import yaml
from crlm.cohort import practice, practice_study, reading

PATIENTS = 300


@pytest.fixture
def plan(plan_of, base):
    base["columns"]["sex"] = {"column": "Sex", "values": {"m": "male", "w": "female"}}
    base["variables"] = {
        "ward": {
            "label": "Ward",
            "kind": "categorical",
            "timing": "baseline",
            "levels": ["north", "south"],
        }
    }
    base["columns"]["ward"] = "Ward"
    base["cohort"]["missing"] = [-9]
    made = plan_of(base)
    return {**made, "history": None, "dictionary": []}


@pytest.fixture
def cells():
    random = np.random.default_rng(5)
    surgery = pd.Timestamp("2010-01-01") + pd.to_timedelta(random.integers(0, 2500, PATIENTS), "D")
    contact = surgery + pd.to_timedelta(random.integers(300, 1200, PATIENTS), "D")
    dead = random.random(PATIENTS) < 0.4
    back = random.random(PATIENTS) < 0.5
    share = random.integers(0, 21, (PATIENTS, 3)) + 1e-3
    share = np.floor(100 * share / share.sum(axis=1, keepdims=True))
    share[:, 0] += 100 - share.sum(axis=1)
    table = pd.DataFrame(
        {
            "ID": [f"secret-{place}" for place in range(PATIENTS)],
            "Age": random.normal(64, 9, PATIENTS).round(),
            "Sex": random.choice(["m", "w"], PATIENTS, p=[0.6, 0.4]),
            "Number": random.integers(1, 9, PATIENTS),
            "Size": random.gamma(3, 1, PATIENTS).round(1) + 0.5,
            "CEA": np.exp(random.normal(2, 1.5, PATIENTS)).round(2),
            "pN": random.choice([0, 1, 2, -9], PATIENTS, p=[0.4, 0.3, 0.2, 0.1]),
            "Sync": random.choice([0, 1], PATIENTS),
            "EHD": [*[1] * 3, *[0] * (PATIENTS - 3)],
            "Surgery": surgery.strftime("%Y-%m-%d"),
            "Recurrence": (
                surgery + pd.to_timedelta(random.integers(30, 290, PATIENTS), "D")
            ).strftime("%Y-%m-%d"),
            "Death": contact.strftime("%Y-%m-%d"),
            "Contact": contact.strftime("%Y-%m-%d"),
            "D": share[:, 0],
            "R": share[:, 1],
            "P": share[:, 2],
            "Ward": [*["Dr Rare"] * 2, *random.choice(["north", "south"], PATIENTS - 2)],
            "Notes": "a free text",
        }
    ).astype(object)
    table.loc[~dead, "Death"] = None
    table.loc[~back, "Recurrence"] = None
    table.loc[random.random(PATIENTS) < 0.2, "CEA"] = None
    return table.set_axis(range(2, PATIENTS + 2))


def draw(plan, cells, count=300, seed=4):
    specs = practice.list_specs(plan)
    described, first = practice.describe_tables([cells], specs, "resection_date")
    return practice.draw_cohort(
        described, first, count, seed, lambda drawn: practice.find_wrong(drawn, plan)
    )[0]


def test_every_column_has_its_codes_gaps_and_middle(plan, cells):
    made = draw(plan, cells)
    assert len(made) == 300 and made["ID"].is_unique
    assert list(made.columns) == [name for name in cells.columns if name != "Notes"]
    for name in ("Sex", "pN", "Sync"):
        real, drawn = (table[name].value_counts(normalize=True) for table in (cells, made))
        assert set(drawn.index) == set(real.index)
        assert (real - drawn).abs().max() < 0.09  # four standard errors of 300
    assert made["CEA"].isna().mean() == pytest.approx(cells["CEA"].isna().mean(), abs=0.09)
    for name in ("Age", "Size"):
        middle = [table[name].astype(float).median() for table in (cells, made)]
        assert middle[1] == pytest.approx(middle[0], rel=0.06)
    assert (made[["D", "R", "P"]].astype(float).sum(axis=1) == 100).all()
    days = pd.to_datetime(made["Contact"]) - pd.to_datetime(made["Surgery"])
    assert days.median() / pd.Timedelta(days=1) == pytest.approx(750, rel=0.15)


def test_nothing_of_a_row_and_no_rare_word_survives(plan, cells):
    made = draw(plan, cells)
    text = made.to_csv()
    assert "secret" not in text and "Rare" not in text and "free text" not in text
    shared = [name for name in made if name != "ID"]
    rows = {tuple(map(str, row)) for row in cells[shared].to_numpy()}
    assert not rows & {tuple(map(str, row)) for row in made[shared].to_numpy()}
    cea = cells["CEA"].astype(float)
    assert made["CEA"].astype(float).max() < cea.max()  # the outermost twentieths are nobody's
    assert made["CEA"].astype(float).min() > cea.min()
    assert set(made["EHD"]) <= {0, 1}


def test_columns_go_together_by_chance_only(plan, cells):
    tied = cells.assign(Size=cells["Number"].astype(float))
    assert np.corrcoef(tied["Size"].astype(float), tied["Number"].astype(float))[0, 1] > 0.99
    made = draw(plan, tied)
    assert abs(np.corrcoef(made["Size"].astype(float), made["Number"].astype(float))[0, 1]) < 0.2


def test_the_checks_find_no_error_and_the_seed_decides(plan, cells):
    made = draw(plan, cells)
    wrong, _ = practice.find_wrong([made], plan)
    assert wrong == set()
    assert made.equals(draw(plan, cells)) and not made.equals(draw(plan, cells, seed=5))


def test_frequencies_are_told_in_steps_of_five(plan, cells):
    described, first = practice.describe_tables(
        [cells], practice.list_specs(plan), "resection_date"
    )
    columns = described[0].columns
    assert columns["EHD"].codes[1] == 5  # three patients
    for column in columns.values():
        assert all(
            count % 5 == 0 and count for count in (*column.codes.values(), *column.gaps.values())
        )
    assert (first % 30 == 0).all()
    few = cells.head(4)
    few, _ = practice.describe_tables([few], practice.list_specs(plan), "resection_date")
    assert len(few[0].columns["Age"].numbers) == 0


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("study:\n  title: A\n  synthetic: false  # real\n", {"title": "A", "synthetic": True}),
        ("study: {title: A}\n", {"title": "A", "synthetic": True}),
        ("study:\n    title: A\n", {"title": "A", "synthetic": True}),
    ],
)
def test_the_plan_is_marked_and_otherwise_as_written(text, wanted):
    text += (
        "cohort: # my file\n  file: data/real.sav\n  exclusions:\n"
        "    gone: {label: L, patients: [secret-1, secret-2]}\n    left:\n      label: L\n      patients:\n        - secret-3\n"
        "columns: {age: 'data/real.sav x'}\n"
    )
    marked = practice_study.mark_plan(text, {"data/real.sav": "data/real.csv"})
    plan = yaml.safe_load(marked)
    assert plan["study"] == wanted and "SYNTHETIC" in marked.splitlines()[0]
    assert plan["cohort"]["file"] == "data/real.csv" and "# my file" in marked
    assert "secret" not in marked and plan["columns"] == {"age": "data/real.sav x"}
    assert [each["patients"] for each in plan["cohort"]["exclusions"].values()] == [["P0001"]] * 2


def test_files_are_read_back_as_they_were_drawn(tmp_path):
    table = pd.DataFrame({"ID": ["P1", "P2"], "Größe": ["1,5", None], "n": [3, 4]}, dtype=object)
    for name, spec in {
        "a.csv": {"delimiter": ";", "encoding": "cp1252", "decimal": ","},
        "b.xlsx": {"sheet": "Daten", "header_row": 3},
        "c.tsv": {"skip_rows": [2]},
    }.items():
        practice_study.write_file([table], tmp_path / name, [spec])
        found, _ = reading.read_table(tmp_path / name, {**spec, "columns": {"n": {"column": "n"}}})
        assert list(found.columns) == ["ID", "Größe", "n"]
        assert found["ID"].tolist() == ["P1", "P2"]
        assert found["Größe"].tolist() == ["1,5", None]
        assert [int(each) for each in found["n"]] == [3, 4]
    assert practice_study.name_file("data/x.sav") == "data/x.csv"
    assert practice_study.name_file("data/x.xlsx") == "data/x.xlsx"
