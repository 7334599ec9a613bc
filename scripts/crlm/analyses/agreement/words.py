"""Words of the agreement of recorded and computed scores; their place is the section of the scores."""

from crlm.analyses.agreement.tables import tabulate_agreement


def tabulate_study(plan, results):
    """A table for every pair of scores."""
    cross, summary = results["score_agreement"], results["score_agreement_summary"]
    for name in summary["comparison"]:
        yield tabulate_agreement(cross, summary, plan["labels"], name)


def list_not_done(plan):
    """Why recorded and computed scores were not compared."""
    if not plan["agreement"]:
        yield (
            "Agreement of recorded and computed scores",
            "the plan names no pair (scores: agreement:)",
        )


def tell_methods(plan, results):
    """How they were compared."""
    words = "Recorded and computed values were compared by Cohen's kappa with linear and quadratic weights."
    return [("Clinical risk scores", [words])] if plan["agreement"] else []


def list_uses(plan):
    """Which library measures agreement."""
    if plan["agreement"]:
        yield "statsmodels", "Cohen's kappa"
