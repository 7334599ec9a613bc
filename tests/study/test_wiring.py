"""Two endpoints that differ in every number, one with a competing event: each table, figure and page shows its own.

The numbers of the result files are recounted from the export; the tables, the drawn curves and the report are compared with the
result files of their endpoint.
"""

import re

import numpy as np
import pandas as pd
import pytest
import yaml
from inside import run_study

ENDPOINTS = ("zeta", "alpha")
DASH = "\N{EN DASH}"
PLAN = """
study: {title: Wiring, synthetic: true}
cohort:
  file: data/rows.csv
  missing_time: exclude
  exclusions: {old: {label: Too old, variable: age, operator: ">", value: 80}}
columns:
  patient_id: nr
  age: years
  arm: {column: arm, values: {x: plain, y: fancy, z: other}}
  first_time: t1
  first_seen: e1
  second_time: t2
  second_seen: e2
variables:
  arm: {label: Arm, kind: categorical, timing: baseline, levels: [plain, fancy, other]}
  first_time: {label: First time, kind: duration, timing: follow_up}
  first_seen: {label: First seen, kind: binary, timing: follow_up}
  second_time: {label: Second time, kind: duration, timing: follow_up}
  second_seen: {label: Second seen, kind: binary, timing: follow_up}
endpoints:
  zeta:
    label: Zeta-free survival
    abbreviation: ZFS
    events: {first: {duration: first_time, flag: first_seen}}
    competing: {second: {duration: second_time, flag: second_seen}}
    censoring: {last: {duration: second_time}}
    landmarks_months: [6, 18]
  alpha:
    label: Alpha survival
    abbreviation: AS
    events: {second: {duration: second_time, flag: second_seen}}
    censoring: {last: {duration: second_time}}
    landmarks_months: [9, 30]
groupings: {arm: {variable: arm}}
models:
  univariable: {variables: [arm, age]}
  both: {label: Both, variables: [arm, age]}
resampling: {resamples: 100}
output: {formats: [svg]}
"""


def draw_rows(n=90):
    random = np.random.default_rng(18)
    age, arm = random.integers(40, 90, n), random.choice(list("xyz"), n, p=[0.5, 0.3, 0.2])
    hazard = np.exp(0.5 * (arm == "y") + 0.03 * (age - 60))
    first = np.round(random.exponential(22 / hazard) + 0.3, 1)
    second = np.round(random.exponential(48 / hazard) + 0.4, 1)
    end = np.round(random.uniform(8, 75, n), 1)
    last = np.minimum(second, end)
    rows = pd.DataFrame(
        {
            "nr": [f"W{place}" for place in range(n)],
            "years": age,
            "arm": arm,
            "t1": np.minimum(first, last),
            "e1": (first <= last).astype(int).astype(object),
            "t2": last,
            "e2": (second <= end).astype(int),
        }
    )
    rows.loc[[5, 40, 41], "e1"] = ""  # not known for the one endpoint, known for the other
    return rows


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wiring")
    for part in ("config", "data"):
        (folder / part).mkdir()
    (folder / "config/config.yaml").write_text(PLAN)
    draw_rows().to_csv(folder / "data/rows.csv", index=False)
    run_study(folder)
    return folder / "results"


@pytest.fixture(scope="module")
def outcomes():
    """Months and cause (0 none, 1 event, 2 competing) of either endpoint, from the export by hand."""
    rows = draw_rows()
    rows = rows[rows["years"] <= 80].set_index("nr")
    known = rows[rows["e1"] != ""]
    first = known["e1"].astype(int) == 1
    cause = np.where(first, 1, np.where(known["e2"] == 1, 2, 0))
    months = np.where(first, known["t1"], known["t2"])
    return {
        "zeta": pd.DataFrame({"months": months, "cause": cause, "arm": known["arm"]}),
        "alpha": pd.DataFrame({"months": rows["t2"], "cause": rows["e2"], "arm": rows["arm"]}),
    }


def read(study, name):
    return pd.read_csv(study / name, keep_default_na=False, na_values=[""])


def product_limit(months, event):
    """[(time, survival)] of every event time, factor by factor."""
    survival, steps = 1.0, []
    for time in np.unique(months[event]):
        survival *= 1 - (event & (months == time)).sum() / (months >= time).sum()
        steps.append((time, survival))
    return steps


@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_curves_and_counts_are_a_recount_of_the_export(study, outcomes, endpoint):
    mine = outcomes[endpoint]
    months, event = mine["months"].to_numpy(), mine["cause"].to_numpy() == 1
    summary = read(study, f"kaplan_meier/{endpoint}_summary.csv").iloc[0]
    assert (summary["patients"], summary["events"]) == (len(mine), event.sum())
    lost = product_limit(months, mine["cause"].to_numpy() == 0)  # who had the other event was not
    assert summary["follow_up_median"] == next(time for time, share in lost if share <= 0.5)
    curve = read(study, f"kaplan_meier/{endpoint}.csv").query("grouping == 'overall'")
    steps = curve[curve["events"] > 0]
    np.testing.assert_allclose(steps[["time", "survival"]], product_limit(months, event))
    assert (curve["at_risk"] == [(months >= time).sum() for time in curve["time"]]).all()


def test_the_endpoints_do_not_share_a_number(study):
    """Or a wire that is crossed would not be seen."""
    for name in ("_summary", "_landmarks"):
        tables = [read(study, f"kaplan_meier/{each}{name}.csv").iloc[0] for each in ENDPOINTS]
        numbers = [
            set(row[[c for c in row.index if c not in ("grouping", "group", "missing")]].dropna())
            for row in tables
        ]
        assert not numbers[0] & numbers[1]


def test_patients_left_out_of_one_endpoint_are_counted_there(study, outcomes):
    flow = read(study, "attrition.csv")
    left = flow[flow["endpoint"].eq("zeta")].iloc[0]
    assert (left["excluded"], left["remaining"]) == (3, len(outcomes["zeta"]))
    assert flow[flow["step"].eq("alpha")]["remaining"].iloc[0] == len(outcomes["alpha"])


def test_incidence_counts_the_competing_event(study, outcomes):
    """Aalen-Johansen by hand: each step is the survival free of both times the share of the cause."""
    mine = outcomes["zeta"]
    months, cause = mine["months"].to_numpy(), mine["cause"].to_numpy()
    table = read(study, "cumulative_incidence/zeta.csv").query("grouping == 'overall'")
    for name, code in (("first", 1), ("second", 2)):
        free, reached, expected = 1.0, 0.0, {0.0: 0.0}
        for time in np.unique(months):
            at_risk = (months >= time).sum()
            reached += free * ((months == time) & (cause == code)).sum() / at_risk
            free *= 1 - ((months == time) & (cause > 0)).sum() / at_risk
            expected[time] = reached
        found = table[table["cause"] == name].set_index("time")["incidence"]
        np.testing.assert_allclose(found, [expected[time] for time in found.index], atol=1e-12)
    naive = 1 - product_limit(months, cause == 1)[-1][1]
    assert naive > table[table["cause"] == "first"]["incidence"].max() + 0.05
    assert (
        not (study / "cumulative_incidence/alpha.csv").exists()
        or read(study, "cumulative_incidence/alpha.csv").empty
    )


@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_every_survival_cell_is_that_of_its_endpoint(study, endpoint):
    summary = read(study, f"kaplan_meier/{endpoint}_summary.csv")
    landmarks = read(study, f"kaplan_meier/{endpoint}_landmarks.csv")
    table = pd.read_csv(study / f"tables/survival_{endpoint}.csv", dtype=str)
    rows = table[table["Patients"].notna()]
    assert len(rows) == len(summary) == 4
    for cells, row in zip(rows.to_dict("records"), summary.to_dict("records"), strict=True):
        shown = [cells[key] for key in cells if key.startswith(("Patients", "Events", "Median"))]
        expected = [
            row[key] for key in ("patients", "events", "median", "median_lower", "median_upper")
        ]
        assert [float(each) if each != "NR" else None for each in shown] == [
            None if pd.isna(each) else pytest.approx(each) for each in expected
        ]
        mine = landmarks[
            (landmarks["grouping"] == row["grouping"]) & (landmarks["group"] == row["group"])
        ]
        for point in mine.to_dict("records"):
            at = f"Survival at {point['time']:g} months: "
            names = [f"{at}% (95% CI), {part}" for part in ("%", "lower 95%", "upper 95%")]
            shown = [float(cells[name]) for name in names] + [float(cells[f"{at}At risk"])]
            expected = [100 * point[key] for key in ("survival", "lower", "upper")] + [
                point["at_risk"]
            ]
            np.testing.assert_allclose(shown, expected)


@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_every_cox_cell_is_that_of_its_endpoint(study, endpoint):
    ratios = read(study, f"cox/{endpoint}.csv")
    table = pd.read_csv(study / f"tables/cox_{endpoint}.csv", dtype=str)
    lines = {
        "plain": "plain",
        "fancy": "fancy",
        "other": "other",
        None: "Age at resection, per 10 years",
    }
    for row in ratios.to_dict("records"):
        level = None if pd.isna(row["level"]) else row["level"]
        cells = table[table["row"] == lines[level]].iloc[0]
        assert [float(cells["Patients"]), float(cells["Events"])] == [
            row["patients"],
            row["events"],
        ]
        if level == row["reference"]:
            continue
        model = {"univariable": "Univariable", "both": "Both"}[row["model"]]
        parts = ("estimate", "lower 95%", "upper 95%")
        shown = [cells[f"{model}: HR (95% CI), {part}"] for part in parts] + [cells[f"{model}: p"]]
        expected = [row[key] for key in ("hazard_ratio", "lower", "upper", "p_value")]
        np.testing.assert_allclose(np.array(shown, float), expected)


def read_steps(study, figure):
    """The curves of a figure as sets of heights, 0 at the foot of the axes and 1 at the top."""
    svg = (study / f"figures/{figure}.svg").read_text(encoding="utf-8")
    box = re.search(r'<g id="patch_2">\s*<path d="([^"]+)"', svg)[1]
    heights = [float(y) for _, y in re.findall(r"([\d.-]+) ([\d.-]+)", box)]
    foot, top = max(heights), min(heights)
    lines = re.findall(r'<g id="line2d_\d+">\s*<path d="([^"]+)"', svg)
    paths = [np.array(re.findall(r"([\d.-]+) ([\d.-]+)", line), float) for line in lines]
    return [
        np.unique(np.round((foot - path[:, 1]) / (foot - top), 6))
        for path in paths
        if len(path) > 8
    ]


def find_drawn(curves, values):
    """Whether one of the drawn curves has the heights of `values`, in time's order, up to where the axis ends."""
    values = pd.unique(np.asarray(values).round(9))
    for drawn in curves:
        drawn = drawn if values[-1] > values[0] else drawn[::-1]
        if len(values) / 2 < len(drawn) <= len(values) and np.allclose(
            drawn, values[: len(drawn)], atol=1e-5
        ):
            return True
    return False


@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_the_curve_drawn_is_that_of_its_endpoint(study, endpoint):
    steps = read_steps(study, f"kaplan_meier_{endpoint}_overall")
    for name in ENDPOINTS:
        curve = read(study, f"kaplan_meier/{name}.csv").query("grouping == 'overall'")
        assert find_drawn(steps, curve["survival"]) == (name == endpoint)


def test_the_incidence_drawn_is_the_incidence(study):
    steps = read_steps(study, "cumulative_incidence_zeta_overall")
    table = read(study, "cumulative_incidence/zeta.csv").query("grouping == 'overall'")
    for cause in ("first", "second"):
        values = table[table["cause"] == cause]["incidence"]
        assert find_drawn(steps, values)
        assert not find_drawn(steps, 1 - values)


@pytest.fixture(scope="module")
def sections(study):
    """The words of the report under each second heading, without figures."""
    page = (study / "report.html").read_text(encoding="utf-8")
    page = re.sub(r"<svg.*?</svg>", "", page, flags=re.S)
    parts = {}
    for part in re.split(r"<h2[^>]*>", page)[1:]:
        words = re.sub(r"(\|\s*)+", "|", re.sub(r"<[^>]+>", "|", part))
        parts[words.split("|")[0]] = words
    return parts


@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_the_report_has_the_tables_of_an_endpoint_under_its_heading(study, sections, endpoint):
    labels = {name: spec["label"] for name, spec in yaml.safe_load(PLAN)["endpoints"].items()}
    mine = sections[labels[endpoint]]
    others = [
        words for name, words in sections.items() if name in labels.values() and words != mine
    ]
    shown = []
    for row in read(study, f"kaplan_meier/{endpoint}_summary.csv").to_dict("records"):
        upper = "NR" if pd.isna(row["median_upper"]) else f"{row['median_upper']:.1f}"
        median = "NR" if pd.isna(row["median"]) else f"{row['median']:.1f}"
        lower = "NR" if pd.isna(row["median_lower"]) else f"{row['median_lower']:.1f}"
        shown.append(f"|{row['patients']}|{row['events']}|{median} ({lower}{DASH}{upper})|")
    for row in read(study, f"cox/{endpoint}.csv").query("level != reference").to_dict("records"):
        ratio = [f"{row[key]:.2f}" for key in ("hazard_ratio", "lower", "upper")]
        shown.append(f"|{ratio[0]} ({ratio[1]}{DASH}{ratio[2]})|")
    assert len(shown) == 10
    for words in shown:
        assert words in mine, words
        assert not any(words in other for other in others), words
