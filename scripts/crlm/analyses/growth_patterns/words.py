"""Words of the growth patterns: the rules and their groups."""

from crlm.analyses.growth_patterns.tables import tabulate_growth_patterns
from crlm.cohort.growth_patterns import FILLED
from crlm.display.sections import Section
from crlm.plan import phrases
from crlm.plan.phrases import list_links, tell_evidence


def tabulate_main(plan, results):
    """Patients in every group."""
    yield tabulate_growth_patterns(results["growth_patterns"], plan["growth_patterns"])


def show_main(page):
    """The section of the growth patterns."""
    return [Section("growth-patterns", "Growth patterns", page.table("growth_patterns"))]


def list_not_done(plan):
    """Why there are no growth patterns."""
    if not plan["growth_patterns"]:
        yield (
            "Growth patterns",
            "neither a share nor a group of a growth pattern is mapped under columns or growth_patterns",
        )


def tell_methods(plan, results):
    """Every rule with its source and evidence."""
    rules = plan["growth_patterns"].values()
    sentences = []
    for rule in rules:
        support = f"{rule['source']} ({tell_evidence(rule['evidence'])})"
        sentences.append(f"{rule['label']}: {support}.")
        if rule.get("recorded"):
            sentences.append(_tell_recorded(rule, results))
    if rules and not plan["discordance"]:
        sentences.append(
            "Lesions were not recorded singly, so that it is not known whether those of one patient agree."
        )
    return [("Growth patterns", sentences)]


def _tell_recorded(rule, results):
    """Whose groups the rule has: those of the pathologist, and how many the shares add."""
    if not rule["computable"]:
        return "The groups are those that were recorded, not computed from shares."
    notes = results["data_quality"]
    notes = notes[(notes["rule"] == FILLED) & notes["message"].str.startswith(f"{rule['label']}:")]
    filled = int(notes["value"].iloc[0]) if len(notes) else 0
    if not filled:
        return "The groups are those that were recorded, not computed from shares; the shares filled no gap."
    return (
        "The groups are those that were recorded, not computed from shares; "
        f"where none was recorded, the shares decided ({phrases.plural(filled, 'patient')})."
    )


def list_references(plan):
    """The papers of the definitions."""
    rules = plan["growth_patterns"].values()
    papers = {each["text"]: each for rule in rules for each in rule.get("citations", [])}
    return [{"text": text, "links": list_links(each)} for text, each in papers.items()]
