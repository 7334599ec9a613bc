"""First sentence of the report: who was analysed."""

from crlm.display import formats
from crlm.display.keys import mark
from crlm.display.sections import Answer
from crlm.plan import phrases

UNKNOWN = 20  # per cent missing from which a variable is named


def answer(plan, results):
    """How many patients of the export were analysed."""
    flow = results["attrition"]
    flow = flow[flow["endpoint"].isna()]
    rows, analysed = int(flow["remaining"].iloc[0]), int(flow["remaining"].iloc[-1])
    told = mark(formats.format_count(analysed), "patients")
    words = f"{told} patients were analysed" if analysed != 1 else f"{told} patient was analysed"
    least = plan["output"]["privacy"]["small_cells"] or 1
    if analysed < rows and not flow["excluded"].between(1, least - 1).any():  # or they would follow
        whole = mark(formats.format_count(rows), "patients_export")
        words = f"Of {whole} patients in the export, {told} were analysed"
        words = (
            words if analysed != 1 else f"Of {whole} patients in the export, {told} was analysed"
        )
    yield Answer(f"{words}.", "flow_cohort")


def list_limits(plan, results):
    """Covariates of the main model that are often unknown."""
    model = plan["models"].get(plan["main"]["model"], {"variables": []})
    table = results["missingness"]
    table = table[table["centre"].isna()] if "centre" in table else table
    shares = dict(zip(table["variable"], table["percent"], strict=True))
    named = [
        f"{plan['variables'][name]['label']} ({formats.format_number(shares[name], 0)}%)"
        for name in model["variables"]
        if shares.get(name, 0) > UNKNOWN
    ]
    if named:
        yield f"Often unknown among the covariates of {model['label']}: {phrases.join_words(named)}."


def describe_figures(plan, results):
    """Patients and events of every endpoint in the flow; which variable is missing most."""
    parts = []
    flow = results["attrition"]
    for name, endpoint in plan["endpoints"].items():
        summary = results["endpoints"][name]["summary"]
        whole = summary[summary["grouping"] == "overall"]
        if len(whole):
            patients, events = (int(whole[each].iloc[0]) for each in ("patients", "events"))
            parts.append(
                f"{endpoint['label']}, {phrases.plural(patients, 'patient')} and {phrases.plural(events, 'event')}"
            )
    left = flow[flow["endpoint"].isna() & (flow["excluded"] > 0)]
    reasons = [
        f"{phrases.plural(int(row.excluded), 'patient')} left out: {row.label}"
        for row in left.itertuples()
    ]
    analysed = int(flow.loc[flow["endpoint"].isna(), "remaining"].iloc[-1])
    told = [f"{phrases.plural(analysed, 'patient')} analysed", *reasons, *parts]
    yield Answer(f"{'; '.join(told)}.", "flow_cohort")
    table = results["missingness"]
    table = table[table["centre"].isna()] if "centre" in table else table
    missing = table[table["missing"] > 0].sort_values("percent", ascending=False, kind="stable")
    if len(missing):
        labels = [
            f"{plan['variables'].get(row.variable, {'label': row.variable})['label']} ({formats.format_number(row.percent)}%)"
            for row in missing.head(3).itertuples()
        ]
        verb = "has" if len(missing) == 1 else "have"
        words = f"{len(missing)} of {phrases.plural(len(table), 'variable')} {verb} missing values, the most"
        yield Answer(f"{words} {phrases.join_words(labels)}.", "missingness_cohort")
