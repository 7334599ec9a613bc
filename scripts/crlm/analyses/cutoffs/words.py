"""Words of where to cut a number."""

from crlm.analyses.cutoffs.plan import TWO_VALUES
from crlm.analyses.cutoffs.tables import (
    tabulate_best_cuts,
    tabulate_cutoff_levels,
    tabulate_cutoffs,
    tabulate_splines,
)
from crlm.display.sections import Section
from crlm.plan.phrases import tell_evidence


def tabulate_study(plan, results):
    """The number by levels of what it is stratified by."""
    if "cutoff_levels" in results:
        yield tabulate_cutoff_levels(results["cutoff_levels"], plan["cutoffs"])


def tabulate_endpoint(plan, results, name):
    """Every published cut, the best one, and the number as a spline."""
    result, endpoint = results["endpoints"][name], plan["endpoints"][name]
    if "cutoffs" in result:
        yield tabulate_cutoffs(result["cutoffs"], name, endpoint, plan["cutoffs"])
        yield tabulate_best_cuts(result["maxstat"], name, endpoint, plan["cutoffs"])
        yield tabulate_splines(result["spline_tests"], name, endpoint, plan["cutoffs"])


def show_study(page):
    """The numbers that are cut, by level."""
    return [Section("cutoff-levels", "Numbers that are cut", page.table("cutoff_levels"))]


def show_endpoint(page, name):
    """A figure per number, then the tables."""
    blocks, endpoint = [], page.plan["endpoints"][name]
    for key, number in page.plan["cutoffs"].items():
        if key not in list_cut(page.plan, page.results):
            page.leave_out(f"cutoffs_{name}_{key}")
            continue
        title = f"{endpoint['label']}: {number['label']}, cut at every value"
        blocks += page.figure(f"cutoffs_{name}_{key}", title, "cutoffs")
    for part in ("cutoffs", "best_cuts", "splines"):
        blocks += page.table(f"{part}_{name}")
    return [Section(f"{name}-cutoffs", "Where to cut", blocks)]


def list_not_done(plan):
    """Why no number is cut."""
    if not plan["cutoffs"]:
        yield "Where to cut", "the cohort has no number whose cuts are asked about (cutoffs:)"


def list_not_possible(plan, results):
    """Which numbers have nothing to cut in this cohort."""
    cut = list_cut(plan, results)
    for name, number in plan["cutoffs"].items():
        if name not in cut:
            yield f"Where to cut: {number['label']}", f"it has {TWO_VALUES}"


def list_cut(plan, results):
    """The numbers that were cut: those that have rows."""
    tables = [
        each["spline_tests"] for each in results["endpoints"].values() if "spline_tests" in each
    ]
    found = {name for table in tables for name in table["variable"]}
    return {name: number for name, number in plan["cutoffs"].items() if name in found or not tables}


def tell_methods(plan, results):
    """How cuts were tried."""
    numbers, drawn = list_cut(plan, results), plan["resampling"]
    if not numbers:
        return []
    sentences = [
        "Every cut that changes the groups was tried: Cox models (Efron) of the patients at or above the cut (above it where a "
        "published rule says so) against the others, with Harrell's C of the two groups, the one of the higher fitted hazard as "
        "the worse and within the strata where there are any, and its limits (infinitesimal jackknife, symmetric). The best cut "
        "is that of the largest log-rank statistic, standardised by its variance under permutation (as in R's maxstat); its "
        f"p-value is corrected for the search by permuting the log-rank scores of the patients ({drawn['resamples']} "
        f"permutations, seed {drawn['seed']}), within the strata where the analysis is stratified. Without a cut, the number was "
        "fitted as a restricted cubic spline with four knots at Harrell's quantiles (three where values pile up, and then at "
        "quantiles of the distinct values if need be), the knots of all patients in every analysis, by likelihood-ratio tests "
        "as a whole and for non-linearity. Interaction with the stratifying variable is the likelihood ratio of the models of "
        "the single levels against the stratified one."
    ]
    for number in numbers.values():
        words = f"{number['label']}: cuts with fewer than {number['minimum_events']} events on a side have no hazard ratio"
        low, high = number["search_percent"]
        words += f"; searched where {low:g} to {high:g} % of the patients lie below the cut"
        words += f"; stratified by {number['by_label']}." if number["by"] else "; not stratified."
        if number["cuts"]:
            cuts = "; ".join(
                f"{'≥' if cut['operator'] == '>=' else '>'} {cut['value']:g}: {cut['source']} ({tell_evidence(cut['evidence'])})"
                for cut in number["cuts"]
            )
            words += f" Cuts in use: {cuts}."
        sentences.append(words)
    return [("Cut-offs", sentences)]


def list_uses(plan):
    """Which library makes the splines."""
    if plan["cutoffs"]:
        yield "patsy", "restricted cubic splines"
