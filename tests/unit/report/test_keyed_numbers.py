"""results/numbers.csv: every number is read again from the file and the row that it names, and written a second time."""

import copy
import re
from pathlib import Path

import pandas as pd
import pytest
import yaml
from crlm.analyses import order
from crlm.display import formats, keys
from crlm.job import storage
from crlm.report.numbers import COLUMNS, build_numbers
from printed_inputs import make_study, say, say_limits, say_median, say_p

ROOT = Path(__file__).parents[3]
COUNTED = "counted: "


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """(plan, results, {name: file}) of the made-up study, whose tables are files."""
    folder = tmp_path_factory.mktemp("numbers")
    plan, results, _ = copy.deepcopy(make_study())
    files = {}
    for name, table in results.items():
        if name != "endpoints":
            files[name] = str(folder / f"{name}.csv")
            storage.write_table(table, files[name])
    for name, table in results["endpoints"]["alpha"].items():
        files[name] = [str(folder / f"alpha_{name}.csv")]
        storage.write_table(table, files[name][0])
    return plan, storage.read_results(files, ["alpha"]), files


@pytest.fixture(scope="module")
def numbers(written):
    return build_numbers(*written)


def find_row(line):
    """The one row of the file that a line of numbers.csv names."""
    table = pd.read_csv(line["file"], dtype=str, keep_default_na=False)
    named = [part.split("=", 1) for part in line["row"].split("; ")]
    for name, text in named:
        cells = table[name].map(lambda cell, text=text: cell in (text, f"{text}.0"))
        table = table[cells]
    assert len(table) == 1, line
    return table.iloc[0]


def as_number(text):
    return float(text) if text else float("nan")


def say_again(key, row, columns):
    """What the text of a key must be, by the names of its columns alone."""
    values = {name: as_number(row[name]) for name in columns}
    first = columns[0]
    if first in ("p_value", "p_adjusted"):
        text = say_p(values[first])
        return f"p < {text[1:]}" if text.startswith("<") else f"p = {text}"
    if first == "count":
        known = as_number(row["patients"]) - as_number(row["missing"])
        return f"{row['count'].removesuffix('.0')} ({say(100 * values[first] / known)})"
    if first in ("patients", "events", "remaining"):
        return str(int(values[first]))
    part = next((part for part in keys.PARTS if key.endswith(f"_{part}")), None)
    if first.startswith(("median", "follow_up")) and "q1" not in row:
        empty = {"estimate": "not reached"}.get(part, "NR")
        return say_median(values, first.removesuffix("_median")) if not part and first.startswith("median") else (
            say(values[first], empty=empty) if part else say_limits(values, columns, empty="not reached", end="NR")
        )  # fmt: skip
    if "q1" in row:
        return (
            say(values[first])
            if part
            else f"{say(values['median'])} [{say(values['q1'])}–{say(values['q3'])}]"
        )
    if "survival" in row:
        texts = [say(100 * values[name]) for name in columns]
        sign = "%" if first == "survival" else ""
        if len(columns) == 1:
            return texts[0] + sign
        limits = "" if all(text == "–" for text in texts[1:]) else f" ({texts[1]}–{texts[2]})"
        return f"{texts[0]}%{limits}"
    digits = 3 if "versus" in row else 2
    if len(columns) == 1:
        return say(values[first], digits)
    limits = [say(values[name], digits) for name in columns[1:]]
    join = " to " if any(text.startswith("−") for text in limits) else "–"
    return f"{say(values[first], digits)} ({join.join(limits)})"


def test_every_number_stands_where_it_says(numbers):
    checked = 0
    for line in numbers.to_dict("records"):
        if line["row"].startswith(COUNTED):
            continue
        row, columns = find_row(line), line["column"].split("; ")
        value = as_number(row[columns[0]])
        turned = "_vs_" in line["key"] and line["key"].split("_vs_")[0].endswith(
            row.get("versus", " ")
        )
        if turned and columns[0] != "p_adjusted" and "predictor" in row:
            continue  # the other direction, see below
        assert line["value"] == value or (pd.isna(value) and pd.isna(line["value"])), line
        assert line["text"] == say_again(line["key"], row, columns), line
        checked += 1
    assert checked > 100


def test_a_difference_the_other_way_round_has_its_limits_turned(numbers):
    table = numbers.set_index("key")
    one, other = "alpha_c_sum_vs_model_adjusted", "alpha_c_model_adjusted_vs_sum"
    assert table["value"][f"{one}_estimate"] == -table["value"][f"{other}_estimate"]
    assert table["value"][f"{one}_lower"] == -table["value"][f"{other}_upper"]
    assert table["text"][f"{one}_upper"] == say(-table["value"][f"{other}_lower"], 3)
    assert (
        table["text"][one.replace("_c_", "_c_p_")] == table["text"][other.replace("_c_", "_c_p_")]
    )


def test_of_pairs_the_adjusted_p_is_told(numbers):
    pairs = numbers[numbers["key"].str.contains(r"_p_.*_vs_")]
    assert {"alpha_p_tiers_low_vs_mid", "alpha_c_p_sum_vs_model_adjusted"} <= set(pairs["key"])
    assert set(pairs["column"]) == {"p_adjusted"}


def test_limits_stand_behind_their_estimate(numbers):
    """`_lower` names a column of lower limits, `_upper` of upper ones, and the whole both in this order."""
    columns, checked = numbers.set_index("key")["column"], 0
    for key in columns.index:
        names = [columns.get(f"{key}_{part}") for part in keys.PARTS]
        if None in names or "_vs_" in key:
            continue
        assert names[0] == columns[key].split("; ")[0] and columns[key] == "; ".join(names), key
        assert names[1].endswith(("lower", "q1")) and names[2].endswith(("upper", "q3")), key
        checked += 1
    assert checked > 20


def test_numbers_of_two_endpoints_name_their_own_files(written):
    plan, results, files = copy.deepcopy(written)
    plan["endpoints"]["beta"] = plan["endpoints"]["alpha"]
    results["endpoints"]["beta"] = results["endpoints"]["alpha"]
    files = {
        name: [*path, path[0].replace("alpha_", "beta_")] if isinstance(path, list) else path
        for name, path in files.items()
    }
    found = build_numbers(plan, results, files)
    for name in ("alpha", "beta"):
        mine = found[found["key"].str.startswith(f"{name}_")]
        assert len(mine) > 50 and all(
            Path(file).name.startswith(f"{name}_") for file in mine["file"]
        )


def test_growth_patterns_are_counted(numbers):
    table = numbers.set_index("key")["text"]
    assert [table["rule_known"], table["rule_a"], table["rule_b"]] == ["3", "66.7%", "33.3%"]


def test_keys_are_identifiers_and_stand_once(numbers):
    assert list(numbers.columns) == list(COLUMNS)
    assert numbers["key"].is_unique
    assert all(re.fullmatch(r"[a-z][a-z0-9_]*", key) for key in numbers["key"])
    expected = {
        *("patients", "patients_export", "alpha_patients_overall", "alpha_events_tiers_low"),
        *(
            "alpha_median_tiers_mid",
            "alpha_1y_overall",
            "alpha_5y_tiers_mid_lower",
            "alpha_follow_up_overall",
        ),
        *(
            "alpha_p_tiers",
            "alpha_p_trend_tiers",
            "alpha_p_tiers_low_vs_high",
            "alpha_hr_adjusted_weight",
        ),
        *("alpha_hr_adjusted_tier_mid", "alpha_hr_p_adjusted_tier_mid", "alpha_hr_events_adjusted"),
        *(
            "alpha_hr_patients_univariable_flag",
            "alpha_c_sum_estimate",
            "cohort_weight",
            "cohort_tier_low",
        ),
    }
    assert expected <= set(numbers["key"])


@pytest.mark.parametrize(
    ("parts", "key"),
    [
        (("os", "5y", "fong", "low"), "os_5y_fong_low"),
        (("Größe", "T1-2 / T3"), "grosse_t1_2_t3"),
        ((5, "x"), "n5_x"),
        (("a", None, "", "b"), "a_b"),
    ],
)
def test_a_key_is_made_of_the_plans_names(parts, key):
    assert keys.make_key(*parts) == key


def test_two_facts_of_one_name_are_two_keys(written):
    plan, results, files = copy.deepcopy(written)
    summary = results["endpoints"]["alpha"]["summary"]
    summary["group"] = summary["group"].replace("mid", "LOW")
    found = build_numbers(plan, results, files).set_index("key")["value"]
    assert found["alpha_patients_tiers_low"] == summary["patients"][1]
    assert found["alpha_patients_tiers_low_2"] == summary["patients"][2]


def test_the_sentences_of_the_report_say_the_numbers_of_their_keys(written, numbers):
    plan, results, _ = written
    texts, found = dict(zip(numbers["key"], numbers["text"], strict=True)), 0
    for module in order.load("answers").values():
        for answer in getattr(module, "answer", lambda *_: ())(plan, results):
            assert answer.text == "".join(text for text, _ in answer.pieces)
            for text, key in answer.pieces:
                if key:
                    assert texts[key] == text, key
                    found += 1
                else:
                    assert not re.search(r"\d\.\d|p [=<]", text), (
                        answer.text
                    )  # no number without a key
    assert found >= 12


@pytest.mark.parametrize("name", ["plain", "jama", "lancet", "nejm", "bmj"])
def test_sentences_and_keys_agree_in_every_style_of_numbers(written, name):
    rules = yaml.safe_load((ROOT / "workflow/schemas/print.yaml").read_text(encoding="utf-8"))
    plan, results, files = written
    try:
        formats.use(rules["styles"][name])
        texts = dict(build_numbers(plan, results, files)[["key", "text"]].to_numpy())
        for module in order.load("answers").values():
            for answer in getattr(module, "answer", lambda *_: ())(plan, results):
                for text, key in answer.pieces:
                    assert key is None or texts[key] == formats.finish(text), key
    finally:
        formats.use({})
    assert ("·" in texts["alpha_1y_overall"]) == (name == "lancet")


def test_small_counts_are_hidden_with_what_would_tell_them(written):
    plan, results, files = copy.deepcopy(written)
    plan["output"]["privacy"]["small_cells"] = 5
    summary = results["endpoints"]["alpha"]["summary"]
    summary.loc[summary["group"] == "low", ["patients", "events"]] = [3, 2]
    shown = build_numbers(plan, results, files).set_index("key")
    for key in ("patients", "events"):
        assert shown["text"][f"alpha_{key}_tiers_low"] == "<5"
        assert (
            shown["text"][f"alpha_{key}_tiers_mid"] == "withheld"
            or shown["text"][f"alpha_{key}_tiers_high"] == "withheld"
        )
    for key in (
        "alpha_1y_tiers_low",
        "alpha_1y_tiers_low_lower",
        "alpha_median_tiers_low_estimate",
    ):
        assert shown["text"][key] == "withheld" and pd.isna(shown["value"][key])
    assert shown["text"]["alpha_1y_tiers_mid"] != "withheld"
    middle, week = shown["value"]["alpha_median_overall_estimate"], 7 / 30.4375
    assert middle / week == pytest.approx(round(middle / week), abs=1e-9)


def test_a_per_cent_of_those_known_does_not_tell_the_few_who_are_not(written):
    plan, results, files = copy.deepcopy(written)
    table = results["table1"]
    rows = table.index[(table["grouping"] == "overall") & table["level"].notna()]
    shown = build_numbers(plan, results, files).set_index("key")["text"]
    names = {
        row: keys.make_key("cohort", table["variable"][row], table["level"][row]) for row in rows
    }
    mine = [row for row in rows if " (" in shown[names[row]] and table["count"][row] >= 5]
    table.loc[table["variable"].isin(table["variable"][mine]), "missing"] = 2
    plan["output"]["privacy"]["small_cells"] = 5
    shown = build_numbers(plan, results, files).set_index("key")["text"]
    texts = {shown[names[row]] for row in mine}
    assert texts - {"withheld"} and not any("(" in text for text in texts)


def test_without_small_cells_nothing_is_hidden(numbers):
    assert not numbers["text"].str.contains("withheld").any()
