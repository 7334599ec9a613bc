"""Words of terms whose hazards are not proportional."""

from crlm.analyses.nonproportional.tables import (
    name_model,
    name_weight,
    tabulate_means,
    tabulate_tests,
    tabulate_windows,
)
from crlm.analyses.nonproportional.violations import list_tests
from crlm.display import formats
from crlm.display.hazard_ratios import label_variable
from crlm.display.sections import Section
from crlm.plan import phrases
from crlm.plan.phrases import OWN
from crlm.plan.variables import LEVEL_KINDS

REFERENCES = (
    {
        "text": "Fleming TR, Harrington DP. Counting Processes and Survival Analysis. New York: Wiley; 1991",
        "doi": "10.1002/9781118150672",
    },
    {
        "text": "Lin RS, Lin J, Roychoudhury S, et al. Alternative analysis methods for time to event endpoints under "
        "nonproportional hazards: a comparative analysis. Statistics in Biopharmaceutical Research 2020;12:187-198",
        "doi": "10.1080/19466315.2019.1697738",
    },
)
PARTS = ("violations", "windows", "means", "tests")


def tabulate_endpoint(plan, results, name):
    """Ratios per window, restricted means and weighted tests of the variables shown."""
    if settings := plan["nonproportional"]:
        endpoint, variables = plan["endpoints"][name], plan["variables"]
        result = results["endpoints"][name]
        found, windows, means, tests = (result[f"nonproportional_{part}"] for part in PARTS)
        yield tabulate_windows(windows, found, name, endpoint, plan["models"], variables)
        yield tabulate_means(means, name, endpoint, settings, variables)
        yield tabulate_tests(tests, name, endpoint, settings, variables)


def show_endpoint(page, name):
    """What was found in words, then the figure and the tables of the variables shown."""
    if not (settings := page.plan["nonproportional"]):
        return []
    result = page.results["endpoints"][name]
    found = result["nonproportional_violations"]
    words = tell_violations(found, list_tests(result["ph"], settings), page.plan)
    figure, title = (
        f"nonproportional_{name}",
        f"{page.plan['endpoints'][name]['label']}: hazard ratios over time",
    )
    blocks = [{"kind": "text", "paragraphs": words}]
    if len(found):
        blocks += page.figure(figure, title, "nonproportional")
    else:
        page.leave_out(figure)
    for part in ("windows", "means", "tests"):
        blocks += page.table(f"nonproportional_{part}_{name}")
    return [Section(f"{name}-nonproportional", "Where hazards are not proportional", blocks)]


def tell_violations(found, tests, plan):
    """Sentences: how many tests were small, of how many, by chance how many; what is not shown, and why."""
    settings, variables = plan["nonproportional"], plan["variables"]
    level, looked = settings["level"], len(tests)
    if not looked:
        return ["No test of proportional hazards could be made, so that nothing is shown here."]
    if not len(found):
        return [
            f"None of the {phrases.plural(looked, 'test')} of proportional hazards is below {level:g}; hazard ratios for the whole "
            "follow-up stand. A large p-value does not prove that hazards are proportional."
        ]
    names = "; ".join(
        f"{label_variable(row.variable, variables)} ({name_model(row.model, plan['models'])}), {formats.state_p(row.p_value)}"
        for row in found.itertuples()
    )
    words = [
        f"Below {level:g} are {len(found)} of {phrases.plural(looked, 'test')} of proportional hazards: {names}. By chance alone "
        f"about {formats.format_number(level * looked)} would be. For these one hazard ratio for the whole follow-up is an "
        "average over time."
    ]
    hidden = dict.fromkeys(found.loc[found["note"].notna(), "variable"])
    if hidden:
        labels = phrases.join_words(label_variable(each, variables) for each in hidden)
        most = settings["at_most"]
        before = (
            "variable with a smaller p-value is"
            if most == 1
            else "variables with smaller p-values are"
        )
        words.append(f"Not shown further, because {most} {before}: {labels}.")
    uncut = [
        each
        for each in dict.fromkeys(found.loc[found["note"].isna(), "variable"])
        if variables[each]["kind"] not in LEVEL_KINDS and each not in settings["groupings"]
    ]
    if uncut:
        labels = phrases.join_words(label_variable(each, variables) for each in uncut)
        words.append(
            f"Restricted means and log-rank tests compare groups, and the plan makes none of {labels}; a number is not cut for "
            "them."
        )
    return words


def list_not_done(plan):
    """Why nothing stands beside one hazard ratio."""
    if not plan["nonproportional"]:
        yield (
            "Hazard ratios by window of time, weighted log-rank tests",
            "the plan does not ask for them (nonproportional:)",
        )


def list_empty(plan, result):
    """That no test of an endpoint was small."""
    if plan["nonproportional"] and result["nonproportional_violations"].empty:
        yield (
            "hazard ratios by window of time",
            f"no test of proportional hazards is below {plan['nonproportional']['level']:g}",
        )


def tell_methods(plan, results):
    """What was done where a test was small, an empty list where the plan does not ask for it."""
    if not (settings := plan["nonproportional"]):
        return []
    cuts = phrases.join_words(f"{each:g}" for each in settings["windows_months"])
    weights = phrases.join_words(name_weight(*pair) for pair in settings["weights"])
    words = (
        f"Where the test of proportional hazards of a variable was below {settings['level']:g} in a multivariable model, or alone "
        f"if the plan makes groups of it, its hazard ratio was estimated per window of time, cut at {cuts} months (Cox model of "
        "patients split at the cuts; the other covariates as in the model, splines included, with one ratio for all time, the "
        "variable itself as a straight line), and tested for being the same in all of them by the likelihood ratio. Its groups "
        "were compared by restricted means (variance as in survRM2) and by log-rank tests with weights of Fleming and Harrington "
        f"({weights}) and their largest (max-combo, p by the multivariate normal distribution, numerically to about a "
        "thousandth of it; Fleming and Harrington 1991; Lin et al. 2020). These were chosen after the test, so that "
        "they describe and do not confirm."
    )
    return [("Where hazards are not proportional", [words])]


def list_references(plan):
    """The papers of the methods."""
    if not plan["nonproportional"]:
        return []
    return [{"text": each["text"], "links": phrases.list_links(each)} for each in REFERENCES]


def list_uses(plan):
    """Which library computes what."""
    if plan["nonproportional"]:
        yield "lifelines", "weighted log-rank tests"
        yield "scipy", "probabilities of the multivariate normal distribution"
        yield OWN, "covariance of weighted log-rank tests"
