"""Words of scores and models head to head: discrimination, calibration, decision curves."""

from dataclasses import replace

from crlm.analyses.performance.ranking import choose
from crlm.analyses.performance.tables import (
    tabulate_differences,
    tabulate_optimism,
    tabulate_performance,
)
from crlm.analyses.performance.tables_calibration import tabulate_calibration, tabulate_decision
from crlm.analyses.performance.tables_own_patients import tabulate_own_patients, tell_costs
from crlm.display.papers import cite
from crlm.display.sections import Section
from crlm.plan import phrases
from crlm.plan.phrases import OWN
from crlm.scores.published_strata import LEAST

RANKED = ("harrell_c", "uno_c")  # measures of the main text
COMPETING = (
    "Events of other kinds count as censored here: the risks are those if nothing else happened, higher than the share of patients "
    "who will have the event (see cumulative incidence)."
)


def tabulate_main(plan, results):
    """Discrimination on the same patients, for the main endpoint."""
    name, labels = plan["main"]["endpoint"], {k: s["label"] for k, s in plan["performance"].items()}
    if labels and "performance" in results["endpoints"][name]:
        table = results["endpoints"][name]["performance"]
        table = table[table["metric"].isin(RANKED)]
        made = tabulate_performance(table, name, plan["endpoints"][name], labels)
        title = f"{plan['endpoints'][name]['label']}: discrimination on the same patients"
        yield replace(made, name=f"main_performance_{name}", title=title)


def show_main(page):
    """The ranking, for the main endpoint."""
    name = page.plan["main"]["endpoint"]
    title = f"{page.plan['endpoints'][name]['label']}: discrimination on the same patients"
    blocks = [
        *page.figure(f"performance_{name}_ranking", title, "ranking"),
        *page.table(f"main_performance_{name}"),
    ]
    return [Section("main-performance", "Scores and models head to head", blocks)]


def tabulate_endpoint(plan, results, name):
    """Measures, differences, optimism, calibration and net benefit."""
    labels = {key: spec["label"] for key, spec in plan["performance"].items()}
    if labels:
        result, endpoint = results["endpoints"][name], plan["endpoints"][name]
        yield tabulate_performance(result["performance"], name, endpoint, labels)
        yield tabulate_own_patients(result["own_patients"], name, endpoint, labels)
        table = result["performance"]
        yield tabulate_differences(
            result["differences"], table, name, endpoint, plan["performance"]
        )
        yield tabulate_optimism(result["optimism"], name, endpoint, labels)
        names, left_out = choose(table, plan["performance"])
        few = {key: labels[key] for key in names}
        for made in (
            tabulate_calibration(result["calibration"], result["optimism"], name, endpoint, few),
            tabulate_decision(result["decision"], name, endpoint, few),
        ):
            yield replace(made, notes=(*made.notes, *([left_out] if left_out and made else [])))


def show_endpoint(page, name):
    """Ranking, differences, calibration, decision curves."""
    endpoint = page.plan["endpoints"][name]
    title = f"{endpoint['label']}: "

    def figure(kind, words):
        return page.figure(f"performance_{name}_{kind}", title + words, kind)

    calibration = figure("calibration", "calibration of predicted risks")
    if endpoint["competing"] and calibration:
        calibration = [{"kind": "text", "paragraphs": [COMPETING]}, *calibration]
    costs = []
    if page.plan["performance"]:
        own = page.results["endpoints"][name]["own_patients"]
        costs = tell_costs(own, page.plan["performance"])
    blocks = [
        *({"kind": "text", "paragraphs": [sentence]} for sentence in costs),
        *figure("ranking", "discrimination on the same patients"),
        *page.table(f"performance_{name}"),
        *page.table(f"own_patients_{name}", "Every predictor in its own patients"),
        *figure("differences", "every predictor against every other"),
        *page.table(f"differences_{name}", "Differences to the best and to the reference"),
        *page.table(f"optimism_{name}"),
        *calibration,
        *page.table(f"calibration_{name}"),
        *figure("decision", "net benefit of treating by predicted risk"),
        *page.table(f"decision_{name}", "Net benefit at a few thresholds"),
    ]
    return [Section(f"{name}-performance", "Scores and models head to head", blocks)]


def list_not_done(plan):
    """Why nothing is compared."""
    if not plan["performance"]:
        yield (
            "Scores and models head to head",
            "no score, growth pattern or multivariable model is in use",
        )


def tell_methods(plan, results):
    """How predictors were compared."""
    if not plan["performance"]:
        return []
    drawn = plan["resampling"]
    paragraphs = [
        "Scores, growth patterns and models were compared on the patients in whom every one of them is known: Harrell's C, "
        "Uno's C (inverse probability of censoring weights, up to the last landmark), cumulative/dynamic AUC and the Brier "
        "score at the landmarks. The integrated Brier score is the mean of the Brier score from 0 to the last landmark "
        "(trapezoids over 50 equal steps). Beside them stands Harrell's C of each in all of its own patients, and how many of "
        f"the common set it costs. Intervals are percentiles of {drawn['resamples']} bootstrap resamples of patients (seed "
        f"{drawn['seed']}), the same for all; differences are paired, and their adjusted p-values account for all pairs of the "
        "same measure and horizon (single-step max-type); there is none where one of a pair is part of the other, since their "
        "difference has no usual distribution when the rest adds nothing. Groups without an order, numbers that are not a "
        "score, and models were fitted in these patients, which flatters them; models of the plan are also corrected for "
        "optimism (Harrell's bootstrap, on their own complete cases). Strata and clusters of a model are not part of this "
        "comparison.",
        "Calibration at each landmark compares the predicted risk with 1 minus the Kaplan-Meier estimate (observed : expected), "
        "by the slope of a Cox model on the predicted log cumulative hazard log(-log S) over the whole follow-up, and by a "
        "smooth curve: a Cox model on a restricted cubic spline of it with three knots (10th, 50th and 90th percentile; a line "
        "where two of them coincide); ICI, E50 and E90 are the mean, median and 90th percentile of the distance from that curve "
        "(Austin, Harrell and van Klaveren). Predicted probabilities, also of the Brier score, are those published for the same "
        "endpoint, only where every value or group of these patients has one (none is interpolated; a derived curve is named as "
        "such), and those of a Cox model of the predictor fitted in these patients. Risk groups are fifths (a risk at a "
        f"boundary in the lower one), or the distinct predictions when these are few; a group of fewer than {LEAST} patients is "
        "listed and not drawn. Net benefit (Vickers and Elkin, for censored data) is that of treating those whose risk at the "
        "landmark is at or above a threshold of 1% to 99%; where those above it are observed for less than the landmark, their "
        "curve stays at its last value. Limits of all of these are percentiles of the same resamples with the predictions "
        "unchanged.",
        *_tell_competing(plan),
    ]
    return [("Scores and models head to head", paragraphs)]


def _tell_competing(plan):
    names = [spec["label"] for spec in plan["endpoints"].values() if spec["competing"]]
    if not names:
        return []
    return [
        f"{phrases.join_words(names)}: competing events count as censored in every risk above, in added value and in the "
        "comparison with published strata, as cause-specific survival is published. These are risks if nothing else happened; "
        "the share of patients who will have the event is lower and stands under cumulative incidence.",
    ]


def list_references(plan):
    """The papers of discrimination, calibration and net benefit."""
    return (
        cite("Harrell1996", "Uno2011", "Austin2020", "Vickers2006") if plan["performance"] else []
    )


def list_uses(plan):
    """Which library measures discrimination and accuracy, and what is computed here."""
    if plan["performance"]:
        yield "scikit-survival", "discrimination (C, AUC)"
        yield "scikit-survival", "Brier scores"
        yield "numba", "the compiled kernel of the resampling"
        yield OWN, "calibration"
        yield OWN, "net benefit"
