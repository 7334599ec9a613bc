"""Every cell of the tables of repeat resection, disease states, cure and conditional survival, recounted from the result tables."""

from crlm.analyses.conditional_survival.tables import tabulate_conditional_survival
from crlm.analyses.cure.tables import tabulate_cure
from crlm.analyses.disease_states import tables as states
from crlm.analyses.repeat_resection import tables as repeat
from display_inputs import grouping
from printed_inputs import (
    fill,
    list_texts,
    pick,
    say,
    say_count,
    say_counts,
    say_limits,
    say_median,
    say_p,
    say_percent,
    say_ratio,
    say_share,
)
from repeat_inputs import SETTINGS

GROUPS = ("low", "high")
TIERS = grouping("Tier", GROUPS)
SURVIVAL = ("survival", "lower", "upper")


def say_spread(row, *keys):
    middle, low, high = (say(row[key]) for key in keys)
    return f"{middle} [{low}–{high}]"


STATES = {"history": {"states": {"well": {"label": "Well"}, "ill": {"label": "Ill"}}}}
STATES |= {"groupings": {"tiers": TIERS}, "horizon_months": 24, "times_months": [12, 24]}


def list_states(**more):
    return [
        {"grouping": "tiers", "group": g, "state": s, **more}
        for s in ("well", "ill")
        for g in GROUPS
    ]


def test_changes_between_states():
    rows = [
        {"grouping": "tiers", "group": group, "from_group": "well", "to_group": to, "note": None}
        for group in GROUPS
        for to in ("ill", "(last seen)")
    ]
    found = fill(rows, "patients# count# events# rate")
    found.loc[found["to_group"] != "ill", "to_group"] = states.LAST_SEEN
    shown = list_texts(states.tabulate_transitions(found, STATES))
    for place in (0, 2):
        head, *lines = shown[3 * place // 2 : 3 * place // 2 + 3]
        mine = found[place : place + 2].to_dict("records")
        assert head[1:] == [*say_counts(mine[0], "patients", "count"), "", ""]
        assert [row[3:] for row in lines] == [
            [say_count(r["events"]), say(r["rate"])] for r in mine
        ]


def test_means_and_shares_of_states():
    difference = ("difference", "difference_lower", "difference_upper")
    found = fill(
        list_states(note=None, reference="low"),
        f"patients# events# months lower upper {' '.join(difference)}",
    )
    shown = list_texts(states.tabulate_means(found, STATES))
    lines = [row for row in shown if row[1]]
    assert [row[1:] for row in lines] == [
        [
            *say_counts(row),
            say_limits(row, ("months", "lower", "upper")),
            "reference" if row["group"] == "low" else say_limits(row, difference),
        ]
        for row in found.to_dict("records")
    ]
    rows = [{**each, "time": time} for each in list_states(note=None) for time in (12, 24)]
    shares = fill(rows, "patients# probability lower upper")
    lines = [row for row in list_texts(states.tabulate_shares(shares, STATES)) if row[1]]
    wanted = []
    for group in GROUPS:
        for state in ("well", "ill"):
            mine = shares[(shares["group"] == group) & (shares["state"] == state)].to_dict(
                "records"
            )
            keys = ("probability", "lower", "upper")
            wanted.append(
                [say_count(mine[0]["patients"]), *(say_percent(row, keys) for row in mine)]
            )
    assert [row[1:] for row in lines] == wanted


def test_who_is_treated_again():
    rows = [{"grouping": "tiers", "group": group} for group in GROUPS]
    found = fill(rows, "patients# treated# lower upper months_median months_low months_high")
    found["treated"] %= 100
    table = repeat.tabulate_shares(found, {**SETTINGS, "groupings": {"tiers": TIERS}}, "T")
    assert [row[1:] for row in list_texts(table)[1:]] == [
        [
            say_count(row["patients"]),
            f"{row['treated']} ({say(100 * row['treated'] / row['patients'])}; "
            f"{say(100 * row['lower'])}–{say(100 * row['upper'])})",
            say_spread(row, "months_median", "months_low", "months_high"),
        ]
        for row in found.to_dict("records")
    ]


def test_survival_after_the_landmark():
    summary = fill(
        [{"group": group} for group in ("no", "yes")],
        "patients# events# median median_lower median_upper",
    )
    rows = [{"group": group, "time": time} for group in ("no", "yes") for time in (6, 12)]
    survival = fill(rows, "survival lower upper")
    tests = fill(
        [{"grouping": each, "test": "log-rank"} for each in ("score", "treatment")], "p_value"
    )
    table = repeat.tabulate_survival(summary, survival, tests, SETTINGS, "T")
    assert [row[1:] for row in list_texts(table)] == [
        [
            *say_counts(row),
            say_median(row),
            *(
                say_percent(pick(survival, group=row["group"], time=time), SURVIVAL)
                for time in (6, 12)
            ),
        ]
        for row in summary.to_dict("records")
    ]
    assert f"Log-rank test: p = {say_p(tests['p_value'][1])}." in table.notes


def test_hazards_of_the_treated():
    """The counts of those not treated stand first, the hazard ratio is that of the treated; the naive one has no further test."""
    analyses = ("landmark", "time_dependent", "naive")
    rows = [
        {"analysis": analysis, "model": model, "level": level, "note": None}
        for analysis in analyses
        for model in ("crude", "adjusted")
        for level in ("no", "yes")
    ]
    numbers = "patients# events# hazard_ratio lower upper p_value ph_p_value"
    found = fill(
        rows, f"{numbers} bias_ratio bias_lower bias_upper bias_resamples# waiting_percent"
    )
    table = repeat.tabulate_ratios(found, SETTINGS, "T")
    lines = [row for row in list_texts(table) if row[1]]
    for place, line in enumerate(lines):
        others, treated = found[2 * place : 2 * place + 2].to_dict("records")
        test = "" if treated["analysis"] == "naive" else say_p(treated["ph_p_value"])
        told = [say_ratio(treated), say_p(treated["p_value"]), test]
        assert line[1:] == [*say_counts(others), *say_counts(treated), *told]
    for model in ("crude", "adjusted"):
        row = pick(found, analysis="naive", model=model, level="yes")
        told = f"is {say_ratio(row, ('bias_ratio', 'bias_lower', 'bias_upper'))} times that in time"
        assert any(told in note for note in table.notes)
    assert any(f"{say(row['waiting_percent'])} %" in n for n in table.notes for row in [
        pick(found, analysis="naive", model="crude", level="yes")
    ])  # fmt: skip


def test_score_of_the_treated():
    score = {"label": "S", "groups": {"low": "Low", "high": "High"}, "sources": {}}
    rows = [{"group": group, "time": time} for group in GROUPS for time in (6, 12)]
    found = fill(rows, "patients# events# survival lower upper published")
    tests = fill([{"grouping": "score", "test": test} for test in ("trend", "log-rank")], "p_value")
    table = repeat.tabulate_score(found, tests, {**SETTINGS, "score": score}, "T")
    for group, line in zip(GROUPS, list_texts(table), strict=True):
        mine = found[found["group"] == group].to_dict("records")
        points = [
            t for row in mine for t in (say_percent(row, SURVIVAL), say(100 * row["published"]))
        ]
        assert line[1:] == [*say_counts(mine[0]), *points]
    trend, log_rank = map(say_p, tests["p_value"])
    assert f"Log-rank test: p = {log_rank}. Test for trend: p = {trend}." in table.notes


def test_remnants():
    roles = list(repeat.QUANTITIES)
    rows = [{"occasion": "first", "group": "all", "quantity": role} for role in roles]
    quantities = fill(rows, "patients# middle low high")
    thresholds = fill(
        [{"occasion": "first", "group": "all", "note": None}],
        "patients# patients_below# lower upper rho rho_p_value",
    ).assign(threshold=30, patients_below=17)
    settings = {**SETTINGS, "remnant": {"first": {"levels": {}}}}
    line = list_texts(repeat.tabulate_remnants(quantities, thresholds, settings, "T"))[1]
    row = thresholds.iloc[0]
    spreads = [
        say_limits(each, ("middle", "low", "high"), digits=2)
        for each in quantities.to_dict("records")
    ]
    shown = [each.replace("[", "(").replace("]", ")") for each in line[2:7]]
    assert shown == spreads
    below = (
        f"17 ({say(1700 / row['patients'])}; {say(100 * row['lower'])}–{say(100 * row['upper'])})"
    )
    assert [line[1], *line[7:]] == [
        say_count(quantities["patients"].iloc[0]),
        "30",
        say_count(row["patients"]),
        below,
        say(row["rho"], 2),
        say_p(row["rho_p_value"]),
    ]


def test_cured_shares():
    rows = [{"grouping": "tiers", "group": group, "note": None} for group in GROUPS]
    numbers = "patients# events# cured lower upper p_value followed_beyond# maller_zhou_p not_cured_at_end"
    found = fill(rows, numbers).assign(follow_up="long enough")
    found["followed_beyond"] %= 100
    tests = fill([{"grouping": "tiers", "note": None}], "p_value")
    settings = {"groupings": {"tiers": TIERS}, "distribution": "weibull"}
    shown = list_texts(
        tabulate_cure(found, tests, "x", {"label": "X", "abbreviation": "X"}, settings)
    )
    assert shown[0][1:] == ["", "", "", "", say_p(tests["p_value"][0]), "", "", "", ""]
    assert [row[1:-1] for row in shown[1:]] == [
        [
            *say_counts(row),
            say_percent(row, ("cured", "lower", "upper")),
            say_p(row["p_value"]),
            "",
            say_share(row["followed_beyond"], row["patients"]),
            say_p(row["maller_zhou_p"]),
            say(100 * row["not_cured_at_end"]),
        ]
        for row in found.to_dict("records")
    ]


def test_conditional_survival():
    """The patients of a row are those still at risk at its beginning, whatever the further months."""
    rows = [
        {"grouping": "tiers", "group": group, "given": "x", "given_months": given, "months": months}
        for group in GROUPS
        for given in (0, 12)
        for months in (12, 24)
    ]
    found = fill(rows, "patients# survival lower upper").assign(note=None)
    settings = {"groupings": {"tiers": TIERS}, "further_months": [12, 24]}
    spec = {"label": "X", "abbreviation": "X", "origin_label": "the day"}
    shown = list_texts(tabulate_conditional_survival(found, "x", settings, {"x": spec}))
    lines = [row[1:] for row in shown if row[1]]
    pairs = [found[place : place + 2].to_dict("records") for place in range(0, len(found), 2)]
    assert lines == [
        [say_count(pair[0]["patients"]), *(say_percent(row, SURVIVAL) for row in pair)]
        for pair in pairs
    ]
