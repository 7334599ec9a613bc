"""Words of associations of two variables."""

from crlm.analyses.associations.tables import TESTS, tabulate_cells, tabulate_pairs
from crlm.display.sections import Section
from crlm.plan import phrases
from crlm.plan.phrases import OWN

REFERENCES = {
    "shift": {
        "text": "Hodges JL, Lehmann EL. Estimates of location based on rank tests. Annals of Mathematical Statistics "
        "1963;34:598-611",
        "doi": "10.1214/aoms/1177704172",
    },
    "Spearman": {
        "text": "Bonett DG, Wright TA. Sample size requirements for estimating Pearson, Kendall and Spearman correlations. "
        "Psychometrika 2000;65:23-28",
        "doi": "10.1007/BF02294183",
    },
}


def tabulate_study(plan, results):
    """All pairs, then what lies behind those of each variable."""
    if settings := plan["associations"]:
        pairs, cells = results["association_pairs"], results["association_cells"]
        yield tabulate_pairs(pairs, settings, plan["variables"])
        for name, item in settings.items():
            yield tabulate_cells(cells, name, item, plan["variables"])


def show_study(page):
    """The pairs; their counts and medians folded below."""
    blocks = page.table("associations")
    for name, item in page.plan["associations"].items():
        blocks += page.table(f"associations_{name}", f"{item['label']}: counts and medians")
    return [Section("associations", "Associations", blocks)]


def list_not_done(plan):
    """Why there are none."""
    if not plan["associations"]:
        yield "Associations of two variables", "the plan declares none (associations:)"


def tell_methods(plan, results):
    """Which tests, and what is said of strength."""
    if not plan["associations"]:
        return []
    pairs, draws = results["association_pairs"], plan["resampling"]
    tests = phrases.join_words(TESTS[test] for test in TESTS if test in set(pairs["test"]))
    words = (
        "Declared pairs of variables were compared in the patients in whom both are known: two variables with levels by Pearson's "
        "chi-squared test (no continuity correction) or, with an expected count below 5, by Fisher's exact test, for larger tables "
        f"by that of Fisher, Freeman and Halton ({draws['resamples']} random tables of the same margins, seed {draws['seed']}); a "
        "number between levels by the Wilcoxon rank-sum test (normal approximation, continuity correction) or the Kruskal-Wallis "
        "test; two numbers by Spearman's rank correlation (t distribution; limits of Bonett and Wright 2000). Of 2 x 2 tables the "
        "odds ratio is the conditional maximum likelihood estimate with exact limits, as R's fisher.test; between two groups the "
        "Hodges-Lehmann shift has the limits of the Wilcoxon test, as R's wilcox.test. p-values are given as they are and adjusted "
        "for all pairs by Holm."
    )
    if tests:
        words += f" Used here: {tests}."
    return [("Associations", [words])]


def list_references(plan):
    """The papers of the methods."""
    if not plan["associations"]:
        return []
    return [
        {"text": each["text"], "links": phrases.list_links(each)} for each in REFERENCES.values()
    ]


def list_uses(plan):
    """Which library tests, and what is computed here."""
    if plan["associations"]:
        yield "scipy", "tests of association and odds ratios"
        yield "statsmodels", "Holm's adjustment"
        yield OWN, "Hodges-Lehmann shift"
