"""Words of the agreement of recorded and computed scores; their place is the section of the scores."""

from crlm.analyses.agreement.tables import tabulate_agreement, tabulate_components


def tabulate_study(plan, results):
    """For every pair of scores their values against each other, and which component explains that they differ."""
    cross, summary, groups, components = (
        results[f"score_agreement{part}"] for part in ("", "_summary", "_groups", "_components")
    )
    least = plan["output"]["privacy"]["small_cells"]
    for name, computed in zip(summary["comparison"], summary["computed"], strict=True):
        score, labels = plan["scores"][computed], plan["labels"]
        yield tabulate_agreement(cross, summary, groups, score, labels, name, least)
        yield tabulate_components(components, summary, score, labels, name, least)


def list_not_done(plan):
    """Why recorded and computed scores were not compared."""
    if not plan["agreement"]:
        yield (
            "Agreement of recorded and computed scores",
            "the plan names no pair (scores: agreement:)",
        )


def tell_methods(plan, results):
    """How they were compared."""
    words = (
        "Recorded and computed values were compared by Cohen's kappa with linear and quadratic weights. A component explains a "
        "difference if other points of it alone would give the recorded value."
    )
    return [("Clinical risk scores", [words])] if plan["agreement"] else []


def list_uses(plan):
    """Which library measures agreement."""
    if plan["agreement"]:
        yield "statsmodels", "Cohen's kappa"
