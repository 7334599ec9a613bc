"""Scores whose points could not be checked in their source."""

from crlm.plan import phrases


def list_limits(plan, results):
    """Scores in use that carry a mark: unverified points, a definition at second hand, a stand-in for a component."""
    marked = [
        f"{score['label']}"
        for name, score in plan["scores"].items()
        if score["status"] == "computable" and score["marks"] and name in plan["scores_used"]
    ]
    if marked:
        yield f"Scores in use that were not checked against their source in every part: {phrases.join_words(marked)}."
