"""Words of the clinical risk scores: who has which, and what was published of them."""

from crlm.analyses.scores.tables import tabulate_not_computed, tabulate_published, tabulate_scores
from crlm.display.sections import Section
from crlm.plan.phrases import OWN, tell_evidence

TABLES = ("scores", "scores_not_computed", "published")
AGREEMENT = (
    "agreement_",
    "explained_agreement_",
)  # a table per comparison, and what explains a difference


def tabulate_study(plan, results):
    """Every score of the plan, and the published strata of those in use."""
    scores = plan["scores"]
    least = plan["output"]["privacy"]["small_cells"]
    yield tabulate_scores(results["score_status"], results["scores"], scores, least)
    yield tabulate_not_computed(results["score_status"], scores)
    yield tabulate_published({name: scores[name] for name in plan["scores_used"]})


def show_study(page):
    """The section of the scores, with agreement between recorded and computed ones."""
    agreement = [name for name in page.tables if name.startswith(AGREEMENT)]
    blocks = [block for name in [*TABLES, *agreement] for block in page.table(name)]
    return [Section("scores", "Clinical risk scores", blocks)]


def tell_methods(plan, results):
    """How scores were computed, each with its evidence."""
    shown = [score for score in plan["scores"].values() if score["status"] == "computable"]
    if not shown:
        return []
    sentences = [
        "A score was computed for a patient only when the inputs known leave a single value; otherwise it is undetermined, and its "
        "group is used when both bounds lie within it. Missing inputs are never taken as zero points.",
    ]
    for score in shown:
        words = f"{score['label']}: points {tell_evidence(score['evidence'])}"
        words += f"; {score['note']}" if score["proxies"] else ""
        words += f". {score['replaced'].strip('.')}" if score.get("replaced") else ""
        conflicts = [f"{text.strip(' .')}." for text in score.get("conflicts", [])]
        sentences.append(" ".join([words + ".", *conflicts]))
    return [("Clinical risk scores", sentences)]


def list_uses(plan):
    """Scores are computed here."""
    if plan["scores"]:
        yield OWN, "scores"
