"""Words of the description: flow and Table 1."""

from crlm.analyses.description.tables import tabulate_attrition, tabulate_characteristics
from crlm.display.sections import Section


def tabulate_main(plan, results):
    """Table 1 by the main comparison."""
    yield from _tabulate(plan, results, [plan["main"]["grouping"] or "overall"])


def tabulate_study(plan, results):
    """The flow, and Table 1 by every other grouping described."""
    yield tabulate_attrition(results["attrition"], plan["endpoints"])
    main = plan["main"]["grouping"] or "overall"
    yield from _tabulate(plan, results, [name for name in plan["groupings"] if name != main])


def _tabulate(plan, results, names):
    described = results["table1"]["grouping"].unique()
    for name in names:
        if name in described:
            settings, grouping = plan["description"], plan["groupings"][name]
            others = {*settings["left_out"].get(name, ())} - {*grouping["variables"]}
            yield tabulate_characteristics(
                results["table1"],
                plan["variables"],
                name,
                grouping,
                settings["made_of"].get(name, ()),
                [each for each in settings["variables"] if each in others],
            )


def show_main(page):
    """The flow, and Table 1 by the main comparison."""
    main = page.plan["main"]["grouping"] or "overall"
    blocks = [
        *page.figure("flow_cohort", "Flow of the patients", "flow"),
        *page.table(f"characteristics_{main}"),
    ]
    return [Section("main-patients", "Patients", blocks)]


def show_study(page):
    """The section of the cohort."""
    described = [name for name in page.tables if name.startswith("characteristics_")]
    blocks = [
        *page.figure("flow_cohort", "Flow of the patients", "flow"),
        *page.table("attrition", "Flow of the patients as a table"),
        *(block for name in described for block in page.table(name)),
    ]
    return [Section("cohort", "Cohort", blocks)]


def tell_methods(plan, results):
    """How variables are described and compared."""
    sentences = [
        "Numbers are described by median and quartiles and by mean and standard deviation, categories by counts and per cent "
        "of the known values.",
        "Groups were compared by the Wilcoxon rank-sum test (two groups) or the Kruskal-Wallis test for numbers, by Fisher's exact "
        "test for 2 x 2 tables with an expected count below 5 and otherwise by Pearson's chi-squared test without continuity "
        "correction; these p-values are not adjusted.",
        "All tests are two-sided.",
    ]
    return [("Description", [" ".join(sentences)])]


def list_uses(plan):
    """Which library compares the characteristics."""
    if any(len(each["groups"]) > 1 for each in plan["groupings"].values()):
        yield "scipy", "comparisons of characteristics"
