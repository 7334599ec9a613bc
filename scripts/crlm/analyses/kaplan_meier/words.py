"""Words of survival by group: curves, medians, tests and cumulative incidence."""

from dataclasses import replace

from crlm.analyses.kaplan_meier.tables import tabulate_incidence, tabulate_pairs, tabulate_survival
from crlm.display.sections import Section
from crlm.plan import phrases
from crlm.plan.phrases import OWN

BY_LOG_RANK = "Groups are compared by the log-rank test."
BY_SCORE = "Groups are compared by the score test of the Cox model, since patients enter late."
MOST_BANDS = 4  # the bands of more groups hide the curves
COUNTS = {
    "at_risk": "number at risk",
    "events": "cumulative events",
    "censored": "cumulative censored",
}


def tabulate_main(plan, results):
    """Medians and landmarks of the main comparison, per endpoint."""
    key = plan["main"]["grouping"] or "overall"
    for name in plan["main"]["endpoints"]:
        result, grouping = results["endpoints"][name], plan["groupings"][key]
        endpoint = plan["endpoints"][name]
        tables = (result["summary"], result["landmarks"], result["tests"])
        table = tabulate_survival(*tables, name, endpoint, {key: grouping})
        if table:
            title = f"{endpoint['label']} by the main comparison"
            yield replace(table, name=f"main_survival_{name}", title=title)


def show_main(page):
    """The curves of the main comparison, per endpoint, the main one first."""
    main, endpoints = page.plan["main"], page.plan["endpoints"]
    key = main["grouping"] or "overall"
    grouping = page.plan["groupings"][key]
    blocks = []
    for name in main["endpoints"]:
        title = f"{endpoints[name]['label']}: {grouping['label']}"
        more = describe_curves(page.plan["output"], endpoints[name], grouping)
        blocks += page.figure(f"kaplan_meier_{name}_{key}", title, "kaplan_meier", *more)
        blocks += page.table(f"main_survival_{name}")
    return [Section("main-survival", "Survival", blocks)]


def tabulate_endpoint(plan, results, name):
    """Medians and landmarks, pairs, cumulative incidence, in all groups."""
    result, endpoint, groupings = (
        results["endpoints"][name],
        plan["endpoints"][name],
        plan["groupings"],
    )
    yield tabulate_survival(
        result["summary"], result["landmarks"], result["tests"], name, endpoint, groupings
    )
    yield tabulate_pairs(result["tests"], name, endpoint, groupings)
    tests = result.get("incidence_tests")
    yield tabulate_incidence(
        result["incidence"], result["curves"], name, endpoint, groupings, tests
    )


def show_endpoint(page, name):
    """Per grouping the curves, then medians, landmarks and tests; then cumulative incidence."""
    endpoint, result = page.plan["endpoints"][name], page.results["endpoints"][name]
    survival, incidence = [], []
    for place, (key, grouping) in enumerate(page.plan["groupings"].items()):
        title = f"{endpoint['label']}: {grouping['label']}"
        tables = (result["summary"], result["landmarks"], result["tests"])
        table = tabulate_survival(*tables, name, endpoint, {key: grouping})
        if table:
            figure = f"kaplan_meier_{name}_{key}"
            more = describe_curves(page.plan["output"], endpoint, grouping)
            survival += page.figure(figure, title, "kaplan_meier", *more)
            table = replace(table, name=f"survival_{name}_{key}", title=title)
            survival += page.part(f"survival_{name}", table, place)
        title = f"{endpoint['label']}: cumulative incidence, {grouping['label']}"
        incidence += page.figure(
            f"cumulative_incidence_{name}_{key}", title, "cumulative_incidence"
        )
    survival += page.table(f"pairs_{name}", "Groups compared pairwise")
    incidence += page.table(f"incidence_{name}")
    return [
        Section(f"{name}-survival", "Survival", survival),
        Section(f"{name}-incidence", "Cumulative incidence", incidence),
    ]


def describe_curves(output, endpoint, grouping):
    """What is special to the curves of one grouping; output, endpoint, grouping: specs of the plan."""
    sentences, groups = [], len(grouping["groups"])
    if output["confidence_band"] and groups <= MOST_BANDS:
        sentences.append("Bands: pointwise 95% confidence limits (log-log).")
    if groups > 1:
        sentences.append(BY_SCORE if endpoint.get("entry") else BY_LOG_RANK)
    if groups == 2:
        sentences.append("A hazard ratio is that of a Cox model of the groups alone.")
    if output["risk_table"]:
        sentences.append(f"Below: {', '.join(COUNTS[part] for part in output['risk_table'])}.")
    if grouping["landmark_months"]:
        month = f"{grouping['landmark_months']:g} months"
        sentences.append(f"Patients observed beyond {month}; time counts from there.")
    if endpoint.get("entry"):
        sentences.append("Patients count from their entry on; the numbers at risk may rise.")
    if endpoint["horizon_months"]:
        sentences.append(f"Follow-up ends at {endpoint['horizon_months']:g} months.")
    return sentences


def list_not_done(plan):
    """What an endpoint with delayed entry does without."""
    for endpoint in plan["endpoints"].values():
        if endpoint.get("entry"):
            yield (
                f"{endpoint['label']}: all but Kaplan-Meier, conditional survival, comparison of groups, and Cox models with "
                "subgroups, interactions, markers and windows of time",
                "delayed entry (entry:): cumulative incidence, concordance, restricted means, adjusted curves, weighted log-rank "
                "tests, comparison of scores, added value, cut-offs, lesions, imputation, published strata and the second "
                "computation cannot count it, and would be wrong without it; a table of them is empty or says “no patients”",
            )


def list_empty(plan, result):
    """Groupings of which nobody is in a group, by the result tables of one endpoint."""
    patients = result["summary"].groupby("grouping")["patients"].sum()
    if not patients.get("overall", 0):
        yield "every analysis", "nobody has a follow-up time for this endpoint"
        return
    for name, grouping in plan["groupings"].items():
        if not patients.get(name, 0):
            late = grouping["landmark_months"]
            beyond = f" among those observed beyond {late:g} months" if late else ""
            yield f"groups of {grouping['label']}", f"no patient has a known value{beyond}"


def tell_methods(plan, results):
    """How survival was estimated and compared."""
    sentences = [
        "Survival was estimated by the Kaplan-Meier method with pointwise 95% confidence limits on the log-log scale; the median "
        "is the first time at which survival is 50% or less, and its limits are where the confidence limits reach 50%.",
        "The number at risk at a time counts the patients whose follow-up is at least as long.",
        "Follow-up is the median of the reverse Kaplan-Meier estimate, in which whoever had the event counts as censored.",
    ]
    ended = [each["label"] for each in plan["endpoints"].values() if each["competing"]]
    if ended:
        sentences.append(
            f"{phrases.join_words(ended)}: whoever ended in another way counts as censored in Kaplan-Meier estimates, log-rank "
            "tests and Cox models, which thus compare cause-specific hazards (one minus such a curve is more than the share of "
            "patients who had the event), and as fully followed in the length of follow-up."
        )
    delayed = [
        f"{endpoint['label']} from {plan['labels'][endpoint['entry']]}"
        for endpoint in plan["endpoints"].values()
        if endpoint.get("entry")
    ]
    if delayed:
        sentences.append(
            f"Patients count as at risk only from their entry on (left truncation: {'; '.join(delayed)}), also in the number at "
            "risk; whoever entered when another had the event was not at risk of it, and whoever entered at or after the end is "
            "left out. Groups were then compared by the score test of the Cox model (Efron's ties), which is the log-rank test but "
            "for ties."
        )
    tests = [result["tests"] for result in results["endpoints"].values()]
    kinds = {kind for table in tests for kind in table["test"]}
    if "log-rank" in kinds:
        sentences.append("Groups were compared by the log-rank test.")
        sentences.append(
            "Hazard ratios told with curves are those of a Cox model of the groups alone, unadjusted."
        )
    if "log-rank-stratified" in kinds:
        stratified = [
            f"{spec['label']} by {spec['strata_label']}"
            for spec in plan["groupings"].values()
            if spec["strata_label"]
        ]
        sentences.append(f"The test was also stratified ({'; '.join(stratified)}).")
    if "trend" in kinds:
        found = {
            name for table in tests for name in table.loc[table["test"] == "trend", "grouping"]
        }
        ordered = [spec["label"] for name, spec in plan["groupings"].items() if name in found]
        sentences.append(
            f"The log-rank test for trend was added where groups are ordered ({'; '.join(ordered)})."
        )
    if "pairwise" in kinds:
        sentences.append(
            "With more than two groups all pairs were compared, with Holm's adjustment within each grouping."
        )
    late = [
        f"{spec['label']} at {spec['landmark_months']:g} months"
        for spec in plan["groupings"].values()
        if spec["landmark_months"]
    ]
    if late:
        sentences.append(
            "Groups that become known in follow-up were analysed from a landmark, in the patients observed beyond it: "
            f"{'; '.join(late)}."
        )
    if any(len(result["incidence"]) for result in results["endpoints"].values()):
        sentences.append(
            "Where an endpoint has more than one way to end, the cumulative incidence of each was estimated by the Aalen-Johansen "
            "method with log-log limits, the others competing."
        )
        if any(len(result.get("incidence_tests", ())) for result in results["endpoints"].values()):
            sentences.append(
                "Groups were compared in it by Gray's test, one for each kind of event, without adjustment for their number."
            )
    return [("Survival", [" ".join(sentences)])]


def list_uses(plan):
    """Which library computes curves, incidence and tests, and what is computed here."""
    compared = [each for each in plan["groupings"].values() if len(each["groups"]) > 1]
    causes = [len(each["events"]) + len(each["competing"]) for each in plan["endpoints"].values()]
    delayed = [bool(each.get("entry")) for each in plan["endpoints"].values()]
    if not all(delayed):
        yield "lifelines", "Kaplan-Meier estimates"
    if any(delayed):
        yield "scikit-survival", "Kaplan-Meier estimates with delayed entry"
        yield OWN, "score tests with delayed entry"
    if compared:
        yield "lifelines", "log-rank tests"
        yield "lifelines", "hazard ratios of groups"
    if any(each["ordered"] and len(each["groups"]) > 2 for each in compared):
        yield "scikit-survival", "tests for trend"
    if any(count > 1 for count in causes):
        yield "statsmodels", "cumulative incidence"
    if any(each.get("strata") for each in compared):
        yield "statsmodels", "stratified log-rank tests"
    if any(len(each["groups"]) > 2 for each in compared):
        yield "statsmodels", "Holm's adjustment"
    if compared and any(count > 1 for count in causes):
        yield OWN, "Gray's test"
    yield OWN, "medians"
    yield OWN, "numbers at risk"
