"""Every cell of the tables of the cohort, of survival and of Cox models, recounted from the result tables."""

import pandas as pd
import pytest
from crlm.analyses.description.tables import tabulate_attrition
from crlm.analyses.kaplan_meier.tables import tabulate_incidence
from printed_inputs import (
    make_study,
    read,
    records,
    say,
    say_count,
    say_limits,
    say_median,
    say_p,
    say_ratio,
    say_share,
)

TIERS = {"low": "Low", "mid": "Mid", "high": "High"}


@pytest.fixture(scope="module")
def study():
    return make_study()


@pytest.fixture(scope="module")
def alpha(study):
    return study[1]["endpoints"]["alpha"]


def say_percent(row, keys):
    return say_limits(row, keys, factor=100)


def test_flow(study):
    plan, results, tables = study
    steps = results["attrition"].to_dict("records")
    wanted = [
        [
            step["label"],
            say_count(step["excluded"]) if step["excluded"] else "",
            say_count(step["remaining"]),
        ]
        for step in steps[:-1]
    ]
    wanted.append([plan["endpoints"]["alpha"]["label"], "", say_count(steps[-1]["remaining"])])
    assert read(tables["attrition"], "Left out", "Remaining") == wanted


def test_flow_of_an_endpoint_with_steps(study):
    """And with patients of whom a condition is not known, who are kept."""
    plan, results, _ = study
    steps = results["attrition"]
    left, last = (
        {"excluded": 77, "remaining": 1234, "unknown": 55},
        {"excluded": 0, "remaining": 1157, "unknown": 0},
    )
    more = steps.tail(1).assign(step="early", label="Too early", **left)
    table = tabulate_attrition(
        pd.concat([steps.head(3), more, steps.tail(1).assign(**last)]), plan["endpoints"]
    )
    assert read(table, "Left out", "Not known, kept", "Remaining")[-2:] == [
        [plan["endpoints"]["alpha"]["label"], "", "", "1157"],
        ["Too early", "77", "55", "1234"],
    ]


def test_characteristics(study):
    _, results, tables = study
    mine = results["table1"].query("grouping == 'overall'")
    weight, tier, flag = (records(mine, variable=name) for name in ("weight", "tier", "flag"))

    def level(row):
        return f"{int(row['count'])} ({row['percent']:.1f})"

    heading = f"All patients (n = {int(mine['patients'].iloc[0])})"
    spread = [say(weight[0][key]) for key in ("median", "q1", "q3")]
    wanted = [
        f"{spread[0]} [{spread[1]}–{spread[2]}]",
        f"{say(weight[0]['mean'])} ({say(weight[0]['sd'], 1)})",
        say_count(weight[0]["missing"]),
        "",
        *map(level, tier),
        say_count(tier[0]["missing"]),
        level(flag[1]),  # a binary variable: its second level
    ]
    assert flag[0]["count"] != flag[1]["count"]
    assert [row[1] for row in read(tables["characteristics_overall"], heading)] == wanted


def test_characteristics_by_group(study):
    _, results, tables = study
    mine = results["table1"].query("grouping == 'tiers'").to_dict("records")
    table = tables["characteristics_tiers"]
    everybody = results["table1"].query("grouping == 'overall'")["patients"].iloc[0]
    assert mine[0]["group"] == "all" and mine[0]["patients"] < everybody
    names = {"all": "All with a known group", **TIERS}
    headings = [f"{names[row['group']]} (n = {int(row['patients'])})" for row in mine]
    middle, mean = read(table, *headings, "p", "SMD")
    for place, row in enumerate(mine[:3], 1):
        spread = [say(row[key]) for key in ("median", "q1", "q3")]
        assert middle[place] == f"{spread[0]} [{spread[1]}–{spread[2]}]"
        assert mean[place] == f"{say(row['mean'])} ({say(row['sd'])})"
    assert middle[4:] == ["–", say_p(mine[0]["p_value"]), say(mine[0]["smd"], 2)]


def test_missing_values(study):
    _, results, tables = study
    row = results["missingness"].iloc[0]
    wanted = ["Weight", say_count(row["patients"]), say_share(row["missing"], row["patients"])]
    assert read(tables["missingness"], "Patients", "Missing, n (%)") == [wanted]


def test_follow_up(study, alpha):
    row = alpha["summary"].iloc[0]
    follow_up = ("follow_up_median", "follow_up_lower", "follow_up_upper")
    headings = ("Patients", "Events", "Censored", "Median survival, months (95% CI)")
    cells = read(study[2]["follow_up"], *headings, "Median follow-up, months (95% CI)")
    assert cells == [
        [
            "Alpha-free survival",
            *map(say_count, (row["patients"], row["events"], row["patients"] - row["events"])),
            say_median(row),
            say_limits(row, follow_up),
        ]
    ]


def test_survival(study, alpha):
    summary, landmarks = alpha["summary"], alpha["landmarks"]
    headings = ["Patients", "Events", "Median, months (95% CI)"]
    headings += [
        f"Survival at {m} months: {what}" for m in (12, 60) for what in ("% (95% CI)", "At risk")
    ]
    rows = read(study[2]["survival_alpha"], *headings, "p (log-rank)", "p (trend)")
    wanted = []
    for row in summary.to_dict("records"):
        line = [say_count(row["patients"]), say_count(row["events"]), say_median(row)]
        for month in (12, 60):
            at = records(landmarks, grouping=row["grouping"], group=row["group"], time=month)[0]
            line += [say_percent(at, ("survival", "lower", "upper")), say_count(at["at_risk"])]
        wanted.append([TIERS.get(row["group"], "(a) All patients"), *line, "", ""])
    assert [rows[0], *rows[2:]] == wanted
    tests = alpha["tests"].set_index("test")["p_value"]
    assert rows[1][-2:] == [say_p(tests["log-rank"]), say_p(tests["trend"])]


def test_pairs(study, alpha):
    rows = read(study[2]["pairs_alpha"], "Chi-squared", "p", "p (Holm)")[1:]
    assert rows == [
        [
            f"{TIERS[row['group']]} vs {TIERS[row['versus']]}",
            say(row["statistic"], 2),
            say_p(row["p_value"]),
            say_p(row["p_adjusted"]),
        ]
        for row in records(alpha["tests"], test="pairwise")
    ]


def test_incidence_at_a_month_is_that_of_the_last_event_until_then(alpha, study):
    """An event at the very month counts, one after it does not."""
    endpoint = {**study[0]["endpoints"]["alpha"], "landmarks_months": [10, 49]}
    groupings = {"overall": study[0]["groupings"]["overall"]}
    incidence = alpha["incidence"]
    table = tabulate_incidence(incidence, alpha["curves"], "alpha", endpoint, groupings)
    headings = [
        f"{cause}, % (95% CI): {m} months" for cause in ("Alpha event", "End") for m in (10, 49)
    ]

    def at(cause, time):
        return say_percent(
            records(incidence, cause=cause, time=time)[0], ("incidence", "lower", "upper")
        )

    wanted = [at("alpha_event", 10), at("alpha_event", 10), at("end", 0), at("end", 0)]
    assert read(table, *headings)[0][1:] == wanted
    shown = read(study[2]["incidence_alpha"], *[h.replace(" 10 ", " 12 ") for h in headings[::2]])
    assert shown[0][1:] == wanted[::2]


@pytest.fixture(scope="module")
def cox_rows(study):
    """The rows of the table: patients, events, and the cells of either model."""
    models = [
        f"{model}: {part}" for model in ("Univariable", "Adjusted") for part in ("HR (95% CI)", "p")
    ]
    return read(study[2]["cox_alpha"], "Patients", "Events", *models)


def test_cox(study, alpha, cox_rows):
    cox, wanted = alpha["cox"], []
    order = [
        ("weight", None),
        *(("tier", level) for level in (None, *TIERS)),
        ("flag", None),
        ("flag", "no"),
        ("flag", "yes"),
    ]
    for variable, level in order:
        found = [
            records(cox, model=model, variable=variable, level=level)
            for model in ("univariable", "adjusted")
        ]
        if variable != "weight" and level is None:
            wholes = [
                records(cox, model=model, variable=variable)[:1]
                for model in ("univariable", "adjusted")
            ]
            cells = [
                ["", say_p(rows[0]["factor_p_value"])] if rows else ["", ""] for rows in wholes
            ]
            wanted.append(["", "", *(cells[0] + cells[1] if variable == "tier" else [""] * 4)])
            continue
        first = found[0][0]
        line = [say_count(first["patients"]), say_count(first["events"])]
        for rows in found:
            if not rows:
                line += ["", ""]
            elif level and level == rows[0]["reference"]:
                line += ["1 (reference)", ""]
            elif level == "high":
                line += ["not estimable\N{SUPERSCRIPT ONE}", "–"]
            else:
                line += [say_ratio(rows[0]), say_p(rows[0]["p_value"])]
        wanted.append(line)
    assert [row[1:] for row in cox_rows[: len(wanted)]] == wanted


def test_cox_fits_below_their_columns(alpha, cox_rows):
    fit = records(alpha["models"], model="adjusted")[0]
    below = {row[0]: row[1:] for row in cox_rows[-6:]}
    assert below == {
        label: ["", "", "", "", cell, ""]
        for label, cell in {
            "Patients": say_count(fit["patients"]),
            "Events": say_count(fit["events"]),
            "Left out: value missing": say_count(fit["missing"]),
            "Events per parameter": say(fit["events_per_parameter"]),
            "Concordance (apparent)": say(fit["concordance"], 3),
            "Likelihood-ratio test, p": say_p(fit["lr_p_value"]),
        }.items()
    }


def test_fits(study, alpha):
    headings = [
        "Patients",
        "Events",
        "Left out: value missing",
        "Parameters",
        "Events per parameter",
    ]
    rows = read(
        study[2]["fits_alpha"], *headings, "p (likelihood ratio)", "Concordance (apparent)", "AIC"
    )
    assert [row[1:] for row in (*rows[1:4], rows[4])] == [
        [
            *map(say_count, (fit["patients"], fit["events"], fit["missing"], fit["parameters"])),
            say(fit["events_per_parameter"]),
            say_p(fit["lr_p_value"]),
            say(fit["concordance"], 3),
            say(fit["aic"]),
        ]
        for fit in alpha["models"].to_dict("records")
    ]


def test_proportional_hazards(study, alpha):
    ph, models = alpha["ph"], ("univariable", "adjusted")
    headings = [
        f"{model.capitalize()}: {what}" for model in models for what in ("Chi-squared", "df", "p")
    ]
    rows, wanted = read(study[2]["proportional_hazards_alpha"], *headings), []
    for term in ("weight", "tier", "GLOBAL"):
        line = []
        for model in models:
            found = records(ph, model=model, term=term)
            line += ["", "", ""] if not found else [
                say(found[0]["statistic"], 2), say_count(found[0]["df"]), say_p(found[0]["p_value"])
            ]  # fmt: skip
        wanted.append(line)
    assert [row[1:] for row in rows] == wanted


def test_subgroups(study, alpha):
    rows = read(
        study[2]["subgroups_alpha_tier_effect"],
        "Patients",
        "Events",
        "HR (95% CI)",
        "p",
        "p (interaction)",
    )
    found = alpha["subgroups"].to_dict("records")
    wanted = [
        [
            say_count(row["patients"]),
            say_count(row["events"]),
            say_ratio(row),
            say_p(row["p_value"]),
            "",
        ]
        for row in found
    ]
    wanted.insert(1, ["", "", "", "", say_p(found[1]["interaction_p_value"])])
    assert [row[1:] for row in rows] == wanted


def test_scores_and_growth_patterns(study):
    _, results, tables = study
    status, scores = results["score_status"].iloc[0], results["scores"]
    sizes = scores["group"].value_counts()
    row = read(tables["scores"], "Determined, n (%)", "Groups or values")[0]
    assert row[1:] == [
        say_share(status["determinate"], status["patients"]),
        f"Low (0-1): {sizes['low']}, High (2): {sizes.get('high', 0)}",
    ]
    column = results["growth_patterns"]["rule"]
    known = column.count()
    assert [row[1] for row in read(tables["growth_patterns"], "Patients, n (%)")[1:]] == [
        *(say_share((column == level).sum(), known) for level in ("a", "b")),
        say_count(column.isna().sum()),
    ]


def test_published_strata(study):
    plan, _, tables = study
    value, group = plan["scores"]["sum"]["published"]
    survival = "Published survival, %: {} months"
    rows = read(
        tables["published"], "Patients", survival.format(12), survival.format(60), "Median, months"
    )
    assert rows[1:] == [
        [
            "1 point",
            str(value["patients"]),
            "",
            str(value["survival"]["60"]),
            str(value["median_months"]),
        ],
        ["Low (0-1)", "", str(group["survival"]["12"]), "", ""],
    ]


def test_agreement(study):
    _, results, tables = study
    cross = results["score_agreement"].set_index(["recorded_value", "computed_value"])["patients"]
    rows = read(tables["agreement_chart"], "Score computed: 0", "Score computed: 1", "Total")
    both, only, one = cross[0, 0], cross[0, 1], cross[1, 1]
    assert rows == [
        ["0", str(both), str(only), str(both + only)],
        ["1", "0", str(one), str(one)],
        ["Total", str(both), str(only + one), str(both + only + one)],
    ]
    parts = ("Computed higher", "Computed lower", "By it only")
    rows = read(
        tables["explained_agreement_chart"], *(f"Patients explained: {part}" for part in parts)
    )
    assert [row[1:] for row in rows] == [
        [say_count(row[key]) for key in ("computed_higher", "computed_lower", "only")]
        for row in results["score_agreement_components"].to_dict("records")
    ]


def test_agreement_in_words(study):
    _, results, tables = study
    notes, summary = tables["agreement_chart"].notes, results["score_agreement_summary"].iloc[0]
    patients, equal = summary["patients"], summary["agree"]
    assert notes[0] == f"Equal in {equal} ({100 * equal / patients:.1f}%) of {patients} patients."
    for weights in ("linear", "quadratic"):
        keys = [f"kappa_{weights}{end}" for end in ("", "_lower", "_upper")]
        assert f"Cohen's kappa, {weights} weights: {say_limits(summary, keys, 2)}." in notes
    groups = results["score_agreement_groups"].set_index(["recorded_group", "computed_group"])[
        "patients"
    ]
    higher, lower, total = groups["low", "high"], groups["high", "low"], groups.sum()
    assert (
        f"Another group in {higher + lower} ({100 * (higher + lower) / total:.1f}%) of {total} patients: computed higher in "
        f"{higher}, lower in {lower}."
    ) in notes


def test_findings(study):
    _, results, tables = study
    findings = results["data_quality"]
    zero = findings[findings["rule"] == "zero_time"]
    rows = read(tables["data_quality"], "Column of the export", "Findings", "Patients")
    assert rows[0] == ["Warning", "date", str(len(zero)), str(zero["patient_id"].nunique())]
