"""Reporting checklists filled from the run: where each item is answered, and what is for the authors."""

from fnmatch import fnmatch

from crlm.display import cells
from crlm.plan import phrases

MOST = 3  # tables or figures named for one item
PARTS = {"abstract": "Abstract", "limitations": "Discussion, Limitations"}


def build_checklists(checklists, parts):
    """Return a DisplayTable per checklist, in order.

    checklists: {name: dict} of workflow/report/checklists.yaml; parts: as `parts.collect_parts` gives them.
    """
    columns = tuple(
        cells.Column(label, align="left")
        for label in ("Item", "What is asked for", "Where in the manuscript", "For the author")
    )
    return [
        cells.DisplayTable(
            name,
            f"{each['label']}: {phrases.lower_first(each['title'])}",
            columns,
            tuple(_fill(item, parts) for item in each["items"]),
            tuple(_list_notes(each, parts)),
            each["label"],
            str(place),
        )
        for place, (name, each) in enumerate(checklists.items(), 1)
    ]


def _fill(item, parts):
    """A row: `where` names what is there in this run; what nothing answers is for the author, and says so."""
    found = find_places(item.get("where", ()), parts)
    author = phrases.capitalise(item.get("author", ""))
    if not found and not author:
        author = "Not in this run: the analysis plan does not ask for it, or the cohort leaves nothing of it. Say why"
    shown = (item["number"], item["item"], "; ".join(found) or phrases.MISSING, author)
    return cells.Row(tuple(map(cells.text, shown)))


def find_places(where, parts):
    """Return the places of the manuscript that are there, in words: `Methods, Endpoints`, `Table 1`, `Results`."""
    found = []
    for each in where:
        kind, name = each.split(": ", 1)
        if kind == "methods" and name in {heading for heading, _ in parts["methods"]}:
            before = "Methods" if name in parts["main_headings"] else "Supplementary methods"
            found.append(f"{before}, {name}")
        elif kind == "results" and any(analysis == name for analysis, _ in parts["answers"]):
            found.append("Results")
        elif kind == "part" and name in PARTS:
            found.append(PARTS[name])
        elif kind == "part" and parts["frozen"]:
            found.append("Title page, analysis plan")
        elif kind in ("table", "figure"):
            numbers = [n for key, n in parts[f"{kind}s"].items() if fnmatch(key, name)]
            found += [_name(kind, sorted(numbers, key=_rank))] if numbers else []
    return list(dict.fromkeys(found))


def _name(kind, numbers):
    """`Table 1`, `Tables 4, 5 and S3`, `Tables 4, 5, 6 and 9 others`."""
    shown, rest = numbers[:MOST], len(numbers) - MOST
    words = [*shown, phrases.plural(rest, "other")] if rest > 0 else shown
    return f"{phrases.capitalise(kind)}{'s' * (len(numbers) > 1)} {phrases.join_words(words)}"


def _rank(number):
    """The main text before its supplement, by number."""
    return number.startswith("S"), int("".join(c for c in number if c.isdigit()) or 0)


def _list_notes(checklist, parts):
    if "needs" in checklist and not find_places(checklist["needs"], parts):
        yield "This run has no prediction model and compares no scores: the checklist may not apply."
    yield f"Items in our own words, after {checklist['citation']}"
    recalled = [i["number"] for i in checklist["items"] if i.get("evidence") == "recalled"]
    seen = f"The numbers of the items are {phrases.tell_evidence(checklist['evidence'])}"
    if recalled:
        seen += f"; those of {phrases.join_words(recalled)} are {phrases.tell_evidence('recalled')}"
    yield f"{seen}. Take the journal's own form for the submission."
