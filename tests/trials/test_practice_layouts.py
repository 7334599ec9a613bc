"""Practice studies of files that are laid out in their own way: REDCap with its dictionary, boxes, rows of events, entries to be split."""

import numpy as np
import pandas as pd
import pytest
from crlm.cohort import practice, redcap
from crlm.cohort.cell_types import plain_cell
from making import make_plan
from test_redcap import PLAN

REDCAP = PLAN.replace("file: c.csv,", "file: c.csv, redcap: {dictionary: dictionary.csv},")
DICTIONARY = pd.DataFrame(
    [
        ["record_id", "Record", "text", ""],
        ["op_date", "Date of resection", "text", ""],
        ["sex", "Sex of the patient", "radio", "1, Male | 2, Female"],
        ["ehd", "Disease outside the liver", "checkbox", "1, Yes | 2, No | 99, Unknown"],
        ["kras", "KRAS", "radio", "0, wt | 1, mut"],
        ["fu_date", "Last seen", "text", ""],
        ["dead", "Dead?", "yesno", ""],
    ],
    columns=["Variable / Field Name", "Field Label", "Field Type", "Choices, Calculations, OR Slider Labels"],
)  # fmt: skip
PATIENTS = 120


def draw_export(labels=False, seed=3):
    """An export of REDCap: a row of the baseline and one to three of follow-up for each patient, and rows of a repeated form."""
    random, rows = np.random.default_rng(seed), []
    for number in range(1, PATIENTS + 1):
        day = pd.Timestamp("2012-01-01") + pd.Timedelta(days=int(random.integers(0, 2500)))
        box = [(1, 0, 0), (0, 1, 0), (0, 0, 1), (0, 0, 0)][random.choice(4, p=[0.2, 0.6, 0.1, 0.1])]
        base = dict(zip(("ehd___1", "ehd___2", "ehd___99"), box, strict=True))
        base |= {"op_date": f"{day:%Y-%m-%d}", "sex": int(random.integers(1, 3))}
        base |= {"kras": random.choice(["0", "1", "UNK"]), "redcap_event_name": "baseline_arm_1"}
        rows.append({"record_id": f"secret{number}", **base})
        for _ in range(int(random.integers(1, 4))):
            day += pd.Timedelta(days=int(random.integers(90, 700)))
            seen = {"fu_date": f"{day:%Y-%m-%d}", "dead": 0, "redcap_event_name": "followup_arm_1"}
            rows.append({"record_id": f"secret{number}", **seen})
        rows[-1]["dead"] = int(random.random() < 0.4)
    names = ["record_id", "redcap_event_name", "redcap_repeat_instrument", "redcap_repeat_instance"]
    names += ["op_date", "sex", "ehd___1", "ehd___2", "ehd___99", "kras", "fu_date", "dead"]
    table = pd.DataFrame(rows).reindex(columns=names)
    if labels:
        fields, _ = redcap.read_dictionary(DICTIONARY)
        ticks = {0: "Unchecked", 1: "Checked"}
        for name in ("ehd___1", "ehd___2", "ehd___99"):
            table[name] = table[name].map(ticks)
        table["sex"] = table["sex"].map({1: "Male", 2: "Female"})
        table["kras"] = table["kras"].map({"0": "wt", "1": "mut", "UNK": "UNK"})
        table["dead"] = table["dead"].map({0: "No", 1: "Yes"})
        heads = {name: field["label"] for name, field in fields.items()}
        heads |= {f"ehd___{c}": f"Disease outside the liver (choice={t})" for c, t in fields["ehd"]["choices"].items()}  # fmt: skip
        heads |= {"redcap_event_name": "Event Name", "redcap_repeat_instrument": "Repeat Instrument", "redcap_repeat_instance": "Repeat Instance"}  # fmt: skip
        table = table.rename(columns=heads)
    return as_cells(table)


def as_cells(table):
    cells = table.astype(object).map(lambda cell: None if pd.isna(cell) else plain_cell(cell))
    return cells.where(cells.notna(), None).set_axis(range(2, len(table) + 2))


def plan_of(text):
    return {**make_plan(text), "history": None}


def make(cells, plan, dictionary=None, seed=7):
    return practice.make_tables([*cells], plan, {}, "resection_date", seed, dictionary)


@pytest.mark.parametrize("labels", [False, True])
def test_an_export_of_redcap_is_made_up_row_kind_by_row_kind(labels):
    cells, plan = draw_export(labels), plan_of(REDCAP)
    (made,) = make([cells], plan, DICTIONARY)
    event = "Event Name" if labels else "redcap_event_name"
    key = cells.columns[0]
    assert list(made.columns) == [
        c for c in cells.columns if c not in (cells.columns[3],)
    ]  # no instance is counted in this export
    assert made[key].nunique() == PATIENTS and "secret" not in made.to_csv()
    assert set(made[event]) == set(cells[event])
    per = {
        name: table[table[event] == "followup_arm_1"][key].value_counts().value_counts(True)
        for name, table in (("real", cells), ("made", made))
    }
    assert (per["real"] - per["made"]).abs().max() < 0.16  # four standard errors of 120
    wrong, _ = practice.find_wrong([made], plan, DICTIONARY)
    assert wrong == set()
    boxes = [c for c in made.columns if "ehd" in c or "outside" in c]
    base = made[made[event] == "baseline_arm_1"]
    real = set(map(tuple, cells[boxes].to_numpy()))
    assert set(map(tuple, base[boxes].to_numpy())) <= real and len(real) >= 4
    assert made.equals(make([cells], plan, DICTIONARY)[0])
    rows = {tuple(map(str, row[1:])) for row in cells[cells[event] == "baseline_arm_1"].to_numpy()}
    same = [row for row in base.to_numpy() if tuple(map(str, row[1:])) in rows]
    assert len(same) < 0.1 * len(base)  # of few codes and a day; by chance


def test_rare_combinations_of_boxes_do_not_survive():
    cells = draw_export()
    first = cells.index[cells["redcap_event_name"] == "baseline_arm_1"][:2]
    cells.loc[first, ["ehd___1", "ehd___99"]] = 1  # two patients, ticked together
    (made,) = make([cells], plan_of(REDCAP), DICTIONARY)
    assert not ((made["ehd___1"] == 1) & (made["ehd___99"] == 1)).any()


def test_repeats_are_numbered_within_a_patient():
    cells = draw_export()
    follow = cells["redcap_event_name"] == "followup_arm_1"
    number = cells[follow].groupby("record_id").cumcount() + 1
    cells.loc[follow, "redcap_repeat_instance"] = number.astype(object)
    (made,) = make([cells], plan_of(REDCAP), DICTIONARY)
    follow = made["redcap_event_name"] == "followup_arm_1"
    assert made.loc[~follow, "redcap_repeat_instance"].isna().all()
    counted = made[follow].groupby("record_id")["redcap_repeat_instance"].apply(list)
    assert all(each == list(range(1, len(each) + 1)) for each in counted)


SPLIT = """
study: {title: Slides}
cohort: {file: c.csv}
columns:
  patient_id: {column: Key, split: "/", part: 2}
  age: age
  resection_date: op
  died: {column: dead, values: {0: no, 1: yes}}
  last_contact_date: seen
endpoints:
  os:
    label: Overall survival
    origin: resection_date
    events: {death: {date: last_contact_date, flag: died}}
    censoring: {last_contact: {date: last_contact_date}}
growth_patterns:
  blocks:
    file: slides.csv
    columns:
      patient_id: {column: Slide, split: "_", part: 1}
      lesion: {column: Slide, split: "_", part: 3}
      block: {column: Slide, split: "_", part: 4}
      hgp_desmoplastic: D
      hgp_replacement: R
"""


def test_entries_that_name_patient_lesion_and_block_are_put_together_again():
    random = np.random.default_rng(2)
    days = pd.to_datetime("2014-01-01") + pd.to_timedelta(random.integers(0, 999, PATIENTS), "D")
    ids = [f"S{number:03d}" for number in range(PATIENTS)]
    cohort = pd.DataFrame({"Key": [f"HH/{each}" for each in ids], "age": random.integers(40, 80, PATIENTS)})  # fmt: skip
    cohort["op"] = days.strftime("%Y-%m-%d")
    cohort["dead"] = random.integers(0, 2, PATIENTS)
    cohort["seen"] = (days + pd.to_timedelta(random.integers(99, 999, PATIENTS), "D")).strftime("%Y-%m-%d")  # fmt: skip
    slides = [f"{each}_x_L{n}_B{b}" for each in ids for n in (1, 2) for b in (1, 2)]
    share = random.integers(0, 21, len(slides)) * 5
    blocks = pd.DataFrame({"Slide": slides, "D": share, "R": 100 - share})
    plan = plan_of(SPLIT)
    made, drawn = make([as_cells(cohort), as_cells(blocks)], plan)
    assert list(made.columns) == list(cohort.columns) and list(drawn.columns) == list(
        blocks.columns
    )
    assert made["Key"].str.fullmatch(r"1/P\d{4}").all() and made["Key"].is_unique
    parts = drawn["Slide"].str.fullmatch(r"(P\d{4})_1_(\d)_(\d)")
    assert parts.all() and drawn["Slide"].is_unique
    patients = drawn["Slide"].str.split("_").str[0]
    assert set(patients) <= set(made["Key"].str[2:])
    assert patients.value_counts().eq(4).mean() > 0.9  # as many slides as each had
    assert (drawn["D"] + drawn["R"] == 100).all()
    assert practice.find_wrong([made, drawn], plan)[0] == set()


def test_of_files_that_are_stacked_each_patient_stands_in_one():
    """Each was drawn for all once: who stood in two was left out as a contradiction, and every file but the first was empty."""
    plan = plan_of("""
study: {title: T}
cohort:
  sources: [{file: a.csv, set: {centre: a}}, {file: b.csv, set: {centre: b}}]
  join: [{file: m.csv, by: id, columns: {marker: m}}]
columns: {patient_id: id, stay_time: {column: days, unit: days}, gone: dead}
variables:
  centre: {label: Centre, kind: categorical, levels: [a, b], timing: baseline}
  marker: {label: Marker, kind: continuous, unit: kU/L, range: [0, 1000], timing: baseline}
  stay_time: {label: Time, kind: duration, unit: months, timing: follow_up}
  gone: {label: Died, kind: binary, timing: follow_up}
endpoints:
  os: {label: Survival, events: {death: {duration: stay_time, flag: gone}}, censoring: {last: {duration: stay_time}}}
""")
    random = np.random.default_rng(1)
    ids = [f"secret{k}" for k in range(90)]
    base = {"days": random.integers(100, 2000, 90), "dead": random.integers(0, 2, 90)}
    whole = pd.DataFrame({"id": ids, **base})
    marker = pd.DataFrame({"id": ids, "m": random.integers(1, 99, 90)})
    cells = [as_cells(each) for each in (whole[:60], whole[60:], marker)]
    first, second, joined = practice.make_tables(cells, plan, {}, None, 3)
    assert len(first) + len(second) == 90
    assert 15 <= len(second) <= 45  # a third of 90, give or take 3 standard deviations
    assert {*first["id"]}.isdisjoint(second["id"])
    assert {*joined["id"]} == {*first["id"], *second["id"]}
